//! Charts as pictures (SVG, PNG), drawn by plotters from the same descriptions that the
//! screen draws: the same ticks, labels and series.

use std::path::Path;
use std::sync::Once;

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE, register_font,
};
use thiserror::Error;

use crate::chart::{
    Axis, Bars, Chart, DotPlot, HeatMap, Hue, Lines, Series, Stroke, heat_colour, short_number,
};
use crate::table::{WriteError, bytes_of_file, replace_file};

/// A kind of picture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Scalable, with text kept as text.
    Svg,
    /// Pixels.
    Png,
}

/// Why no picture was written.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The ending names no picture format.
    #[error("{0}: a chart's file must end in .svg or .png")]
    Ending(String),
    /// Nothing to draw.
    #[error("there is no chart to draw yet")]
    Empty,
    /// The drawing library refused.
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
    /// The file could not be written.
    #[error(transparent)]
    Writing(#[from] WriteError),
}

/// The format that a file's ending names.
///
/// # Errors
/// If it is neither .svg nor .png.
pub fn format_of(path: &Path) -> Result<Format, PictureError> {
    match path
        .extension()
        .and_then(|ending| ending.to_str())
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        Some("svg") => Ok(Format::Svg),
        Some("png") => Ok(Format::Png),
        _ => Err(PictureError::Ending(path.display().to_string())),
    }
}

/// Width of every picture, in pixels.
const WIDTH: i32 = 1_200;
/// Height of the strip at the foot.
const FOOT: i32 = 88;
/// Height of the strip above a plot: title and legend.
const HEAD: i32 = 96;
/// Height of the strip below a plot: ticks and the axis' name.
const BELOW: i32 = 62;

/// Draws `charts` one above the other into `path` (.svg or .png); `footer` says what the
/// data are. The sentence that must go with a chart of true data is drawn beside it.
///
/// # Errors
/// If the ending is unknown, there is nothing to draw, or the file cannot be written.
pub fn draw(charts: &[Chart], footer: &str, path: &Path) -> Result<(), PictureError> {
    let format = format_of(path)?;
    let bytes = render(charts, footer, format)?;
    Ok(replace_file(path, |out| out.write_all(&bytes))?)
}

fn render(charts: &[Chart], footer: &str, format: Format) -> Result<Vec<u8>, PictureError> {
    if charts.is_empty() {
        return Err(PictureError::Empty);
    }
    fonts();
    let size = (WIDTH as u32, (charts.iter().map(height).sum::<i32>() + FOOT) as u32);
    match format {
        Format::Svg => {
            let mut text = String::new();
            paint(&SVGBackend::with_string(&mut text, size).into_drawing_area(), charts, footer)?;
            Ok(text.into_bytes())
        }
        Format::Png => {
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

/// Registers the fonts of assets/fonts, once: none of the system's are needed.
fn fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let regular = include_bytes!("../../assets/fonts/DejaVuSans.ttf");
        let bold = include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf");
        for style in [FontStyle::Normal, FontStyle::Italic, FontStyle::Oblique] {
            let _ = register_font("sans-serif", style, regular);
        }
        let _ = register_font("sans-serif", FontStyle::Bold, bold);
    });
}

fn height(chart: &Chart) -> i32 {
    match chart {
        Chart::Lines(_) => 440 + extra_head(chart),
        Chart::HeatMap(map) => HEAD + BELOW + 40 + (map.rows.len() as i32 * 34).clamp(200, 700),
        Chart::DotPlot(_) => 400,
        Chart::Bars(bars) => HEAD + 40 + 30 * bars.bars.len().max(3) as i32,
    }
}

/// Height of a row of the legend.
const LEGEND_ROW: i32 = 24;

/// Pixels that a name takes in the legend.
fn legend_width(name: &str) -> i32 {
    58 + 17 * name.chars().count() as i32 / 2
}

/// The named series in rows that fit the picture, what was measured first.
fn legend_rows(series: &[Series]) -> Vec<Vec<&Series>> {
    let mut named: Vec<&Series> = series.iter().filter(|s| !s.name.is_empty()).collect();
    named.sort_by_key(|series| series.stroke == Stroke::Dashed);
    let mut rows: Vec<Vec<&Series>> = Vec::new();
    let mut x = i32::MAX / 2;
    for series in named {
        let width = legend_width(&series.name);
        if x + width > WIDTH - 20 {
            rows.push(Vec::new());
            x = 110;
        }
        x += width;
        if let Some(row) = rows.last_mut() {
            row.push(series);
        }
    }
    rows
}

/// What the rows of a chart's legend beyond the first add to its head.
fn extra_head(chart: &Chart) -> i32 {
    match chart {
        Chart::Lines(spec) => LEGEND_ROW * (legend_rows(&spec.series).len().max(1) - 1) as i32,
        _ => 0,
    }
}

const INK: RGBColor = RGBColor(30, 30, 30);
const PALE: RGBColor = RGBColor(105, 105, 105);
const RULE: RGBColor = RGBColor(222, 222, 222);

fn rgb((r, g, b): (u8, u8, u8)) -> RGBColor {
    RGBColor(r, g, b)
}

/// A hue dark enough on white.
fn ink(hue: Hue) -> RGBColor {
    match hue {
        Hue::Yellow => RGBColor(190, 170, 0),
        Hue::Grey => RGBColor(90, 90, 90),
        hue => rgb(hue.rgb()),
    }
}

/// A piece of paper: everything is drawn through it, in pixels.
struct Paper<'a, B: DrawingBackend> {
    area: &'a DrawingArea<B, Shift>,
}

/// What drawing returns: plotters' errors as words.
type Drawn = Result<(), PictureError>;

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
                paper.bars(Frame { left: 190, bottom: top + height(chart) - 40, ..frame }, spec)?;
                warning = warning.or(spec.warning.as_deref());
            }
        }
        top += height(chart);
    }
    paper.line(&[(40, top + 6), (WIDTH - 40, top + 6)], RULE, 1)?;
    // On a line of its own: a long footer must not run over the warning.
    paper.text(40, top + 58, footer, 17, PALE, HPos::Left, false)?;
    if let Some(warning) = warning {
        paper.text(40, top + 28, warning, 18, rgb(Hue::Vermilion.rgb()), HPos::Left, true)?;
    }
    area.present().map_err(|error| failed(&error))
}

/// The pixels of a plot.
#[derive(Debug, Clone, Copy)]
struct Frame {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl Frame {
    fn x(self, place: f64) -> i32 {
        self.left + (place * f64::from(self.right - self.left)).round() as i32
    }

    fn y(self, place: f64) -> i32 {
        self.bottom - (place * f64::from(self.bottom - self.top)).round() as i32
    }

    fn place(self, x: &Axis, y: &Axis, at: (f64, f64)) -> Option<(f64, f64)> {
        let place = (x.scale.place(at.0)?, y.scale.place(at.1)?);
        // Far outside is cut near the edge; a line there would have no end.
        Some((place.0.clamp(-1.0, 2.0), place.1.clamp(-1.0, 2.0)))
    }
}

impl<B: DrawingBackend> Paper<'_, B> {
    fn done<E: std::fmt::Display>(result: Result<(), E>) -> Drawn {
        result.map_err(|error| PictureError::Drawing(error.to_string()))
    }

    #[expect(clippy::too_many_arguments, reason = "a text is its place, size, colour and anchor")]
    fn text(
        &self,
        x: i32,
        y: i32,
        words: &str,
        size: i32,
        colour: RGBColor,
        anchor: HPos,
        bold: bool,
    ) -> Drawn {
        if words.is_empty() {
            return Ok(());
        }
        let font = ("sans-serif", size).into_font();
        let font = if bold { font.style(FontStyle::Bold) } else { font };
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(anchor, VPos::Center));
        Self::done(self.area.draw(&Text::new(words.to_owned(), (x, y), style)))
    }

    fn line(&self, points: &[(i32, i32)], colour: RGBColor, width: u32) -> Drawn {
        let style = ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width };
        Self::done(self.area.draw(&PathElement::new(points.to_vec(), style)))
    }

    fn rectangle(&self, from: (i32, i32), to: (i32, i32), style: ShapeStyle) -> Drawn {
        Self::done(self.area.draw(&Rectangle::new([from, to], style)))
    }

    fn dot(&self, at: (i32, i32), radius: i32, colour: RGBColor) -> Drawn {
        Self::done(self.area.draw(&Circle::new(at, radius, colour.filled())))
    }

    /// The shape that goes with a hue: series differ by more than colour.
    fn shape(&self, (x, y): (i32, i32), hue: Hue) -> Drawn {
        let corners: &[(i32, i32)] = match hue {
            Hue::Sky | Hue::Grey => return self.dot((x, y), 5, ink(hue)),
            Hue::Orange => &[(-5, -5), (5, -5), (5, 5), (-5, 5)],
            Hue::Green => &[(0, -7), (6, 5), (-6, 5)],
            Hue::Purple => &[(0, -7), (7, 0), (0, 7), (-7, 0)],
            Hue::Vermilion => &[(0, 7), (6, -5), (-6, -5)],
            Hue::Blue => &[(-2, -7), (2, -7), (2, 7), (-2, 7)],
            Hue::Yellow => &[(-7, -2), (7, -2), (7, 2), (-7, 2)],
        };
        let outline: Vec<(i32, i32)> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        Self::done(self.area.draw(&Polygon::new(outline, ink(hue))))
    }

    fn title(&self, top: i32, title: &str, subtitle: &str) -> Drawn {
        self.text(40, top + 26, title, 24, INK, HPos::Left, true)?;
        self.text(40, top + 54, subtitle, 17, PALE, HPos::Left, false)
    }

    /// Axes with the ticks of the description.
    fn axes(&self, frame: Frame, x: &Axis, y: Option<&Axis>) -> Drawn {
        for tick in y.map(|y| y.scale.ticks(7)).unwrap_or_default() {
            if let Some(place) = y.and_then(|y| y.scale.place(tick.value)) {
                let at = frame.y(place);
                self.line(&[(frame.left, at), (frame.right, at)], RULE, 1)?;
                self.text(frame.left - 10, at, &tick.label, 17, PALE, HPos::Right, false)?;
            }
        }
        for tick in x.scale.ticks(10) {
            if let Some(place) = x.scale.place(tick.value) {
                let at = frame.x(place);
                self.line(&[(at, frame.bottom), (at, frame.bottom + 6)], PALE, 1)?;
                self.text(at, frame.bottom + 20, &tick.label, 17, PALE, HPos::Center, false)?;
            }
        }
        self.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], PALE, 1)?;
        if y.is_some() {
            self.line(&[(frame.left, frame.top), (frame.left, frame.bottom)], PALE, 1)?;
        }
        self.text(
            (frame.left + frame.right) / 2,
            frame.bottom + 44,
            &x.label,
            17,
            INK,
            HPos::Center,
            false,
        )
    }

    fn lines(&self, frame: Frame, spec: &Lines) -> Drawn {
        self.axes(frame, &spec.x, Some(&spec.y))?;
        for (value, label) in &spec.rules {
            if let Some(place) = spec.x.scale.place(*value).filter(|p| (0.0..=1.0).contains(p)) {
                let at = frame.x(place);
                self.broken(&[(at, frame.top), (at, frame.bottom)], PALE, 1, 0.0)?;
                self.text(at + 6, frame.top + 8, label, 15, PALE, HPos::Left, false)?;
            }
        }
        for series in &spec.series {
            let corner = |value: f64, x: f64| {
                let floor = spec.y.scale.ends().0;
                let value = if spec.y.scale.place(value).is_some() { value } else { floor };
                let (x, y) = frame.place(&spec.x, &spec.y, (x, value))?;
                Some((frame.x(x), frame.y(y.clamp(0.0, 1.0))))
            };
            let upper = series.band.iter().filter_map(|s| corner(s.high, s.x));
            let lower = series.band.iter().rev().filter_map(|s| corner(s.low, s.x));
            let outline: Vec<(i32, i32)> = upper.chain(lower).collect();
            if outline.len() > 3 {
                Self::done(self.area.draw(&Polygon::new(outline, ink(series.hue).mix(0.22))))?;
            }
        }
        let mut dashed = 0;
        for series in &spec.series {
            let points: Vec<(i32, i32)> = series
                .points
                .iter()
                .filter_map(|p| frame.place(&spec.x, &spec.y, (p.x, p.y)))
                .filter(|(_, y)| (-0.5..=1.5).contains(y))
                .map(|(x, y)| (frame.x(x), frame.y(y.clamp(-0.01, 1.01))))
                .collect();
            match series.stroke {
                Stroke::Dots => {
                    for &at in &points {
                        self.dot(at, 4, ink(series.hue))?;
                    }
                }
                Stroke::Solid if points.len() == 1 => self.dot(points[0], 4, ink(series.hue))?,
                Stroke::Solid => {
                    self.line(&points, ink(series.hue), 3)?;
                    // Shapes at a dozen points at most, so that they stay shapes.
                    for &at in points.iter().step_by(points.len().div_ceil(12).max(1)) {
                        self.shape(at, series.hue)?;
                    }
                }
                // Each begins elsewhere in its dash, so that lines at one height show each other.
                Stroke::Dashed => {
                    self.broken(&points, ink(series.hue), 2, f64::from(dashed % 4) / 4.0)?;
                    dashed += 1;
                }
            }
        }
        self.legend(frame, &spec.series)
    }

    /// A dashed line: dashes of one length along the whole path, which begins at a share of
    /// dash and gap.
    fn broken(&self, points: &[(i32, i32)], colour: RGBColor, width: u32, begin: f64) -> Drawn {
        const DASH: f64 = 9.0;
        let mut travelled = 2.0 * DASH * begin;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (dx, dy) = (f64::from(b.0 - a.0), f64::from(b.1 - a.1));
            let length = dx.hypot(dy).min(10_000.0);
            let mut at = 0.0;
            while at < length {
                let phase: f64 = (travelled + at) % (2.0 * DASH);
                let until = (at + (DASH - phase % DASH).max(0.5)).min(length);
                if phase < DASH {
                    let point = |t: f64| {
                        (
                            a.0 + (dx * t / length).round() as i32,
                            a.1 + (dy * t / length).round() as i32,
                        )
                    };
                    self.line(&[point(at), point(until)], colour, width)?;
                }
                at = until;
            }
            travelled += length;
        }
        Ok(())
    }

    /// The names of the series in rows above the plot.
    fn legend(&self, frame: Frame, series: &[Series]) -> Drawn {
        let rows = legend_rows(series);
        for (row, named) in rows.iter().enumerate() {
            let (mut x, y) =
                (frame.left, frame.top - 18 - LEGEND_ROW * (rows.len() - 1 - row) as i32);
            for series in named {
                match series.stroke {
                    Stroke::Solid => {
                        self.line(&[(x, y), (x + 28, y)], ink(series.hue), 3)?;
                        self.shape((x + 14, y), series.hue)?;
                    }
                    Stroke::Dashed => {
                        self.broken(&[(x, y), (x + 28, y)], ink(series.hue), 2, 0.0)?;
                    }
                    Stroke::Dots => self.dot((x + 14, y), 4, ink(series.hue))?,
                }
                self.text(x + 34, y, &series.name, 16, INK, HPos::Left, false)?;
                x += legend_width(&series.name);
            }
        }
        Ok(())
    }

    fn map(&self, frame: Frame, spec: &HeatMap) -> Drawn {
        let (rows, columns) = (spec.rows.len(), spec.columns.len());
        if rows == 0 || columns == 0 {
            return Ok(());
        }
        let frame = Frame { right: frame.right - 130, bottom: frame.bottom - 10, ..frame };
        let shown = |v: &f64| v.is_finite() && (!spec.log_colours || *v > 0.0);
        let values: Vec<f64> =
            spec.values.iter().flatten().flatten().copied().filter(shown).collect();
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let share = |value: f64| {
            let t = |v: f64| if spec.log_colours { libm::log(v.max(f64::MIN_POSITIVE)) } else { v };
            let span = t(high) - t(low);
            let share = if span > 0.0 { (t(value) - t(low)) / span } else { 1.0 };
            if spec.low_is_good && span > 0.0 { 1.0 - share } else { share }
        };
        let corner = |row: usize, column: usize| {
            (frame.x(column as f64 / columns as f64), frame.y(row as f64 / rows as f64))
        };
        for row in 0..rows {
            for column in 0..columns {
                let value = spec.values.get(row).and_then(|r| r.get(column).copied().flatten());
                let colour = value.map_or(RULE, |v| rgb(heat_colour(share(v))));
                self.rectangle(corner(row, column), corner(row + 1, column + 1), colour.filled())?;
            }
        }
        let centre = |row: usize, column: usize| {
            let ((a, b), (c, d)) = (corner(row, column), corner(row + 1, column + 1));
            ((a + c) / 2, (b + d) / 2)
        };
        for (column, best) in spec.best.iter().enumerate().take(columns) {
            if let Some(row) = best.filter(|&row| row < rows) {
                let (x, y) = centre(row, column);
                let diamond = vec![(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)];
                Self::done(self.area.draw(&Polygon::new(diamond, INK)))?;
            }
        }
        if let Some((row, column)) = spec.cursor.filter(|c| c.0 < rows && c.1 < columns) {
            let style = ShapeStyle {
                color: rgb(Hue::Vermilion.rgb()).to_rgba(),
                filled: false,
                stroke_width: 3,
            };
            self.rectangle(corner(row, column), corner(row + 1, column + 1), style)?;
        }
        for (row, label) in spec.rows.iter().enumerate() {
            self.text(frame.left - 10, centre(row, 0).1, label, 16, PALE, HPos::Right, false)?;
        }
        let every = columns.div_ceil(12);
        for (column, label) in spec.columns.iter().enumerate().step_by(every) {
            self.text(
                centre(0, column).0,
                frame.bottom + 18,
                label,
                16,
                PALE,
                HPos::Center,
                false,
            )?;
        }
        self.text(
            (frame.left + frame.right) / 2,
            frame.bottom + 42,
            &spec.x_label,
            17,
            INK,
            HPos::Center,
            false,
        )?;
        self.text(frame.left - 10, frame.top - 18, &spec.y_label, 17, INK, HPos::Right, false)?;
        let marked = format!("◆ best {} at each {}", spec.y_label, spec.x_label);
        self.text(frame.left, frame.top - 18, &marked, 16, INK, HPos::Left, false)?;
        if values.is_empty() {
            return Ok(());
        }
        // The ramp, with the values at its ends.
        let (x, steps) = (frame.right + 30, 64);
        for step in 0..steps {
            let part = |s: i32| f64::from(s) / f64::from(steps);
            let (from, to) = ((x, frame.y(part(step))), (x + 22, frame.y(part(step + 1))));
            self.rectangle(from, to, rgb(heat_colour(part(step))).filled())?;
        }
        let (best, worst) = if spec.low_is_good { (low, high) } else { (high, low) };
        self.text(x + 30, frame.top + 8, &short_number(best), 16, PALE, HPos::Left, false)?;
        self.text(x + 30, frame.bottom - 8, &short_number(worst), 16, PALE, HPos::Left, false)
    }

    fn dot_plot(&self, frame: Frame, spec: &DotPlot) -> Drawn {
        let axis = Axis { label: spec.x.label.clone(), scale: spec.x.scale };
        self.axes(frame, &axis, None)?;
        let columns = 32usize;
        let mut heights = vec![0i32; columns];
        let room = f64::from(frame.bottom - frame.top - 30);
        let column = |value: f64| {
            let place = spec.x.scale.place(value).filter(|p| (0.0..=1.0).contains(p))?;
            Some(((place * columns as f64) as usize).min(columns - 1))
        };
        for &dot in &spec.dots {
            if let Some(at) = column(dot) {
                heights[at] += 1;
            }
        }
        let tallest = heights.iter().copied().max().unwrap_or(0).max(1);
        let pitch = (room / f64::from(tallest)).min(17.0);
        let radius = ((pitch / 2.0) as i32).clamp(1, 8);
        for (at, &height) in heights.iter().enumerate() {
            let x = frame.x((at as f64 + 0.5) / columns as f64);
            for up in 0..height {
                let y = frame.bottom - radius - 3 - (f64::from(up) * pitch) as i32;
                self.dot((x, y), radius, ink(Hue::Sky))?;
            }
        }
        for (mark, colour, row) in [(&spec.mark, INK, 0), (&spec.second_mark, ink(Hue::Orange), 1)]
        {
            let Some((value, label)) = mark else { continue };
            let Some(place) = spec.x.scale.place(*value) else { continue };
            // What lies outside stands at the edge, with an arrow.
            let label = match place {
                p if p > 1.0 => format!("{label} →"),
                p if p < 0.0 => format!("← {label}"),
                _ => label.clone(),
            };
            let x = frame.x(place.clamp(0.0, 1.0));
            self.line(&[(x, frame.top + 22 * row), (x, frame.bottom)], colour, 2)?;
            let (at, anchor) = if place > 0.5 { (x - 8, HPos::Right) } else { (x + 8, HPos::Left) };
            self.text(at, frame.top + 8 + 22 * row, &label, 17, colour, anchor, true)?;
        }
        Ok(())
    }

    fn bars(&self, frame: Frame, spec: &Bars) -> Drawn {
        let most = spec
            .bars
            .iter()
            .map(|(_, h)| *h)
            .filter(|h| h.is_finite())
            .fold(0.0, f64::max)
            .max(1e-300);
        let pitch = (frame.bottom - frame.top) / spec.bars.len().max(1) as i32;
        let right = frame.right - 120;
        for (index, (label, height)) in spec.bars.iter().enumerate() {
            let (top, kept) = (frame.top + pitch * index as i32, index < spec.kept);
            let middle = top + pitch / 2;
            let length = (height.max(0.0) / most * f64::from(right - frame.left)).round();
            let end = frame.left + if length.is_finite() { length as i32 } else { 0 };
            let colour = if kept { ink(Hue::Sky).to_rgba() } else { ink(Hue::Orange).mix(0.55) };
            self.rectangle((frame.left, top + 3), (end, top + pitch - 3), colour.filled())?;
            self.text(frame.left - 10, middle, label, 16, PALE, HPos::Right, false)?;
            self.text(end + 8, middle, &short_number(*height), 16, PALE, HPos::Left, false)?;
            if index + 1 == spec.kept {
                let y = top + pitch;
                self.broken(&[(frame.left, y), (frame.right, y)], INK, 1, 0.0)?;
                self.text(frame.right, y - 12, &spec.mark, 16, INK, HPos::Right, true)?;
            }
        }
        self.text(frame.left - 10, frame.top - 18, &spec.x_label, 16, INK, HPos::Left, false)?;
        let words = format!("{}; {} in orange", spec.y_label, spec.rest);
        self.text(frame.right, frame.top - 18, &words, 16, PALE, HPos::Right, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Point, Scale, Stretch};

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
        String::from_utf8(render(&[chart], "orders.csv · private data", Format::Svg).unwrap())
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
            low_is_good: true,
            log_colours: true,
            best: vec![Some(9), None, Some(1)],
            cursor: Some((9, 9)),
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
            kept: 1,
            rest: String::new(),
            mark: "l0".to_owned(),
            warning: None,
        }));
    }

    #[test]
    fn a_png_is_a_png_and_other_endings_are_refused() {
        let bytes = render(&[Chart::Lines(lines(some()))], "", Format::Png).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        assert!(bytes.len() > 5_000);
        assert!(matches!(format_of(Path::new("a.SVG")), Ok(Format::Svg)));
        let refusal = format_of(Path::new("a.bmp")).unwrap_err().to_string();
        assert!(refusal.contains("a.bmp") && refusal.contains(".svg or .png"));
        assert!(matches!(render(&[], "", Format::Svg), Err(PictureError::Empty)));
    }
}
