//! Charts as pictures (SVG, PNG), drawn by plotters from the same descriptions that the
//! screen draws: the same ticks, labels and series. A kind of chart a file; `paper` is what
//! they draw with.

mod bars;
mod dot_plot;
mod error;
mod heat_map;
mod lines;
mod paper;

use std::path::Path;

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::WHITE;
use plotters::style::text_anchor::HPos;

use self::error::Drawn;
pub use self::error::PictureError;
use self::lines::extra_head;
use self::paper::{Frame, PALE, Paper, RULE, WIDTH, fonts, rgb};
use crate::chart::{Bars, Chart, Hue};
use crate::table::{bytes_of_file, replace_file};

/// A kind of picture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Scalable, with text kept as text.
    Svg,
    /// Pixels.
    Png,
}

/// The format that a file's ending names.
///
/// # Errors
/// If it is neither .svg nor .png.
pub fn format_of(path: &Path) -> Result<PictureFormat, PictureError> {
    match path
        .extension()
        .and_then(|ending| ending.to_str())
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("svg") => Ok(PictureFormat::Svg),
        Some("png") => Ok(PictureFormat::Png),
        _ => Err(PictureError::Ending(path.display().to_string())),
    }
}

/// Height of the strip at the foot.
const FOOT: i32 = 88;
/// Height of a further line of the footer.
const FOOT_LINE: i32 = 26;
/// Height of the strip above a plot: title and legend.
const HEAD: i32 = 96;
/// Height of the strip below a plot: ticks and the axis' name.
const BELOW: i32 = 62;

/// Draws `charts` one above the other into `path` (.svg or .png); the lines of `footer` say what
/// the data are, and under which settings. The sentence that must go with a chart of true data is drawn beside it.
///
/// # Errors
/// If the ending is unknown, there is nothing to draw, or the file cannot be written.
pub fn draw(charts: &[Chart], footer: &str, path: &Path) -> Result<(), PictureError> {
    let format = format_of(path)?;
    let bytes = render(charts, footer, format)?;
    Ok(replace_file(path, |out| out.write_all(&bytes))?)
}

fn render(charts: &[Chart], footer: &str, format: PictureFormat) -> Result<Vec<u8>, PictureError> {
    if charts.is_empty() {
        return Err(PictureError::Empty);
    }
    fonts();
    let foot = FOOT + FOOT_LINE * (footer.lines().count().max(1) - 1) as i32;
    let size = (WIDTH as u32, (charts.iter().map(height).sum::<i32>() + foot) as u32);
    match format {
        PictureFormat::Svg => {
            let mut text = String::new();
            paint(&SVGBackend::with_string(&mut text, size).into_drawing_area(), charts, footer)?;
            Ok(text.into_bytes())
        }
        PictureFormat::Png => {
            let mut pixels = vec![255u8; size.0 as usize * size.1 as usize * 3];
            paint(
                &BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area(),
                charts,
                footer,
            )?;
            encode(&pixels, size)
        }
    }
}

/// PNG bytes of RGB pixels, by the encoder that plotters brings: it writes only files,
/// so the pixels go through one that is gone at once.
fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, PictureError> {
    let failed = |error: &dyn std::fmt::Display| PictureError::Drawing(error.to_string());
    let made = bytes_of_file("picture.png", |path| {
        let area = BitMapBackend::new(path, (width, height)).into_drawing_area();
        let element = plotters::element::BitMapElement::with_ref((0, 0), (width, height), pixels)
            .ok_or_else(|| {
            PictureError::Drawing("the pixels do not fill the picture".to_owned())
        })?;
        area.draw(&element).map_err(|error| failed(&error))?;
        area.present().map_err(|error| failed(&error))
    });
    made.map_err(|error| failed(&error))?
}

/// Pixels for the labels of bars.
fn label_room(spec: &Bars) -> i32 {
    let longest = spec.bars.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    (40 + 10 * longest as i32).clamp(190, 480)
}

fn height(chart: &Chart) -> i32 {
    match chart {
        Chart::Lines(_) => 440 + extra_head(chart),
        Chart::HeatMap(map) => HEAD + BELOW + 40 + (map.rows.len() as i32 * 34).clamp(200, 700),
        Chart::DotPlot(_) => 400,
        Chart::Bars(bars) => HEAD + 40 + 30 * bars.bars.len().max(3) as i32,
    }
}

fn paint<B: DrawingBackend>(area: &DrawingArea<B, Shift>, charts: &[Chart], footer: &str) -> Drawn {
    let failed = |error: &dyn std::fmt::Display| PictureError::Drawing(error.to_string());
    area.fill(&WHITE).map_err(|error| failed(&error))?;
    let paper = Paper { area };
    let mut top = 0;
    let mut warning = None;
    for chart in charts {
        let frame = Frame {
            left: 110,
            top: top + HEAD + extra_head(chart),
            right: WIDTH - 40,
            bottom: top + height(chart) - BELOW,
        };
        match chart {
            Chart::Lines(spec) => {
                paper.title(top, &spec.title, &spec.subtitle)?;
                paper.lines(frame, spec)?;
                warning = warning.or(spec.warning.as_deref());
            }
            Chart::HeatMap(spec) => {
                paper.title(top, &spec.title, &spec.subtitle)?;
                paper.map(frame, spec)?;
                warning = warning.or(spec.warning.as_deref());
            }
            Chart::DotPlot(spec) => {
                paper.title(top, &spec.title, &spec.subtitle)?;
                paper.dot_plot(frame, spec)?;
                warning = warning.or(spec.warning.as_deref());
            }
            Chart::Bars(spec) => {
                paper.title(top, &spec.title, &spec.subtitle)?;
                paper.bars(
                    Frame { left: label_room(spec), bottom: top + height(chart) - 40, ..frame },
                    spec,
                )?;
                warning = warning.or(spec.warning.as_deref());
            }
        }
        top += height(chart);
    }
    paper.line(&[(40, top + 6), (WIDTH - 40, top + 6)], RULE, 1)?;
    // On a line of its own: a long footer must not run over the warning.
    for (row, line) in footer.lines().enumerate() {
        paper.text(40, top + 58 + FOOT_LINE * row as i32, line, 17, PALE, HPos::Left, false)?;
    }
    if let Some(warning) = warning {
        paper.text(40, top + 28, warning, 18, rgb(Hue::Vermilion.rgb()), HPos::Left, true)?;
    }
    area.present().map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use plotters::style::RGBColor;

    use super::paper::ink;
    use super::*;
    use crate::chart::{Axis, DotPlot, HeatMap, Lines, Point, Scale, Series, Stretch, Stroke};

    fn lines(points: Vec<Point>) -> Lines {
        let y = Scale::log_for(points.iter().map(|p| p.y));
        Lines {
            title: "RMSE over ε".to_owned(),
            subtitle: "purchases per item".to_owned(),
            x: Axis { label: "ε".to_owned(), scale: Scale::Log { min: 0.01, max: 10.0 } },
            y: Axis { label: "RMSE".to_owned(), scale: y },
            series: vec![
                Series {
                    name: "laplace".to_owned(),
                    hue: Hue::Sky,
                    stroke: Stroke::Solid,
                    band: points
                        .iter()
                        .map(|p| Stretch { x: p.x, low: p.y - 20.0, high: p.y * 2.0 })
                        .collect(),
                    points: points.clone(),
                },
                Series {
                    name: "expected".to_owned(),
                    hue: Hue::Grey,
                    stroke: Stroke::Dashed,
                    points,
                    band: Vec::new(),
                },
            ],
            rules: vec![(1.0, "here".to_owned())],
            warning: Some("not differentially private: do not publish".to_owned()),
        }
    }

    fn some() -> Vec<Point> {
        (0..20)
            .map(|i| Point {
                x: 0.01 * 10f64.powf(f64::from(i) * 3.0 / 19.0),
                y: 900.0 / f64::from(i + 1),
            })
            .collect()
    }

    fn svg(chart: Chart) -> String {
        String::from_utf8(
            render(&[chart], "orders.csv · private data", PictureFormat::Svg).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn a_picture_says_what_its_description_says() {
        let spec = lines(some());
        let text = svg(Chart::Lines(spec.clone()));
        let mut words =
            vec!["RMSE over ε".to_owned(), "purchases per item".to_owned(), "here".to_owned()];
        words.extend(
            ["laplace", "expected", "not differentially private: do not publish", "orders.csv"]
                .map(str::to_owned),
        );
        words.extend(
            spec.x.scale.ticks(10).into_iter().chain(spec.y.scale.ticks(7)).map(|tick| tick.label),
        );
        for word in words {
            assert!(text.contains(&word), "the picture does not say {word}");
        }
    }

    #[test]
    fn dashed_lines_at_one_height_show_each_other() {
        let one = lines(vec![Point { x: 0.01, y: 5.0 }, Point { x: 10.0, y: 5.0 }]);
        let level = |hue| Series { name: "level".to_owned(), hue, ..one.series[1].clone() };
        let text = svg(Chart::Lines(Lines {
            series: vec![level(Hue::Grey), level(Hue::Green)],
            ..one.clone()
        }));
        // Where the dashes of each begin, those of the legend left out.
        let begins = |hue: Hue| -> Vec<String> {
            let RGBColor(r, g, b) = ink(hue);
            let (of_hue, all) =
                (format!("#{r:02X}{g:02X}{b:02X}"), text.split("<polyline").skip(1));
            let points = |one: &str| {
                one.split("points=\"")
                    .nth(1)
                    .and_then(|points| points.split(' ').next())
                    .map(str::to_owned)
            };
            all.filter(|one| one.contains(&of_hue)).filter_map(points).collect()
        };
        let (grey, green) = (begins(Hue::Grey), begins(Hue::Green));
        assert!(green.len() > 20 && grey.len() > 20, "{} {}", grey.len(), green.len());
        assert!(green.iter().skip(1).filter(|begin| grey.contains(begin)).count() < 3);
    }

    #[test]
    fn the_warning_has_a_line_of_its_own() {
        let text = svg(Chart::Lines(lines(some())));
        let height = |words: &str| {
            let tag = text[..text.find(words).unwrap()].rfind("<text").unwrap();
            text[tag..]
                .split(" y=\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .parse::<i32>()
                .unwrap()
        };
        assert!((height("not differentially private") - height("orders.csv")).abs() >= 24);
    }

    #[test]
    fn odd_data_are_drawn_without_a_panic() {
        let nan = Point { x: f64::NAN, y: f64::INFINITY };
        for points in [
            vec![],
            vec![nan],
            vec![Point { x: 1.0, y: 0.0 }],
            vec![Point { x: 1e300, y: -1e300 }, nan],
        ] {
            svg(Chart::Lines(lines(points)));
        }
        let map = HeatMap {
            title: String::new(),
            subtitle: String::new(),
            x_label: "ε".to_owned(),
            y_label: "l0".to_owned(),
            columns: vec!["1".to_owned(); 2],
            rows: vec!["1".to_owned(); 3],
            values: vec![vec![None, Some(f64::NAN)], vec![Some(0.0), Some(-3.0)], vec![]],
            words: vec![vec!["a".to_owned()], vec![]],
            low_is_good: true,
            log_colours: true,
            best: vec![Some(9), None, Some(1)],
            cursor: Some((9, 9)),
            limit: None,
            warning: None,
        };
        svg(Chart::HeatMap(map.clone()));
        svg(Chart::HeatMap(HeatMap { columns: vec![], rows: vec![], values: vec![], ..map }));
        svg(Chart::DotPlot(DotPlot {
            title: String::new(),
            subtitle: String::new(),
            x: Axis { label: String::new(), scale: Scale::Linear { min: 0.0, max: 1.0 } },
            dots: vec![f64::NAN, 0.5, 7.0],
            dot: "chance",
            mark: Some((f64::NAN, String::new())),
            second_mark: Some((0.2, "b".to_owned())),
            warning: None,
        }));
        svg(Chart::Bars(Bars {
            title: String::new(),
            subtitle: String::new(),
            x_label: String::new(),
            y_label: String::new(),
            bars: vec![("a".to_owned(), f64::NAN), ("b".to_owned(), -1.0)],
            bins: true,
            kept: 1,
            rest: String::new(),
            mark: "l0".to_owned(),
            warning: None,
        }));
    }

    #[test]
    fn a_png_is_a_png_and_other_endings_are_refused() {
        let bytes = render(&[Chart::Lines(lines(some()))], "", PictureFormat::Png).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        assert!(bytes.len() > 5_000);
        assert!(matches!(format_of(Path::new("a.SVG")), Ok(PictureFormat::Svg)));
        let refusal = format_of(Path::new("a.bmp")).unwrap_err().to_string();
        assert!(refusal.contains("a.bmp") && refusal.contains(".svg or .png"));
        assert!(matches!(render(&[], "", PictureFormat::Svg), Err(PictureError::Empty)));
    }
}
