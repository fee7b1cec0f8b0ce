//! A line chart in characters: axes, ticks, legend, bands, lines, dots, rules.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::dots::Dots;
use super::theme::Theme;
use super::{fit, text, text_right};
use crate::chart::{Hue, Lines, Series, Stroke};

/// Draws the inside of the chart.
pub fn draw(buffer: &mut Buffer, area: Rect, spec: &Lines, theme: Theme) {
    if area.width < 12 || area.height < 4 {
        return;
    }
    let mut named: Vec<&Series> = spec.series.iter().filter(|s| !s.name.is_empty()).collect();
    // What was measured is named first: a narrow legend may have to stop early.
    named.sort_by_key(|series| series.stroke == Stroke::Dashed);
    let legend = area.height >= 7 && !named.is_empty();
    let y_ticks = spec.y.scale.ticks(usize::from(area.height / 3).max(2));
    let gutter = y_ticks.iter().map(|tick| tick.label.width()).max().unwrap_or(1).min(9) as u16;
    let plot = Rect {
        x: area.x + gutter + 1,
        y: area.y + u16::from(legend),
        width: area.width.saturating_sub(gutter + 2),
        height: area.height.saturating_sub(2 + u16::from(legend)),
    };
    if plot.width < 4 || plot.height < 2 {
        return;
    }
    let row = Rect { height: 1, ..area };
    if Legend::of(&named, area.width).shown < named.len() {
        // The names of grey lines, which are there to compare with, are the first to go.
        named.sort_by_key(|series| (series.stroke == Stroke::Dashed, series.hue == Hue::Grey));
    }
    let in_legend = if legend { draw_legend(buffer, row, &named, theme) } else { 0 };
    for y in plot.y..plot.bottom() {
        text(buffer, area, plot.x - 1, y, "│", theme.border());
    }
    text(buffer, area, plot.x - 1, plot.bottom(), "└", theme.border());
    for x in plot.x..plot.right() {
        text(buffer, area, x, plot.bottom(), "─", theme.border());
    }
    for tick in &y_ticks {
        if let Some(place) = spec.y.scale.place(tick.value) {
            let y = row_of(plot, place);
            text_right(buffer, area, plot.x - 1, y, &fit(&tick.label, gutter.into()), theme.dim());
            text(buffer, area, plot.x - 1, y, "┤", theme.border());
        }
    }
    draw_x_ticks(buffer, area, plot, spec, theme);

    let mut dots = Dots::new(plot);
    for (place, _) in spec
        .rules
        .iter()
        .filter_map(|(x, label)| spec.x.scale.place(*x).map(|place| (place, label)))
    {
        if (0.0..=1.0).contains(&place) {
            dots.rule(place, Hue::Grey);
        }
    }
    for series in &spec.series {
        let stretches: Vec<(f64, f64, f64)> = series
            .band
            .iter()
            .filter_map(|s| {
                let x = spec.x.scale.place(s.x)?;
                // A log axis has no room for 0 and below: such a foot goes to the floor.
                let low = spec.y.scale.place(s.low).unwrap_or(0.0);
                Some((x, low, spec.y.scale.place(s.high)?))
            })
            .collect();
        dots.band(&stretches, series.hue);
    }
    for series in &spec.series {
        let places: Vec<(f64, f64)> = series
            .points
            .iter()
            .filter_map(|p| Some((spec.x.scale.place(p.x)?, spec.y.scale.place(p.y)?)))
            .collect();
        match series.stroke {
            Stroke::Dots => places.iter().for_each(|&place| dots.marker(place, '•', series.hue)),
            Stroke::Solid | Stroke::Dashed => {
                let broken = series.stroke == Stroke::Dashed;
                if let [only] = places[..] {
                    dots.marker(only, '•', series.hue);
                }
                for pair in places.windows(2) {
                    dots.line(pair[0], pair[1], broken, series.hue);
                }
            }
        }
    }
    dots.draw(buffer, theme);
    let beside = draw_names(buffer, plot, spec, theme);
    if legend {
        let nameless =
            named[in_legend..].iter().filter(|series| !beside.contains(&series.name.as_str()));
        nameless.for_each(|series| name_anywhere(buffer, plot, spec, series, theme));
    }
}

/// The name of a line that the legend has no room for, at the first free place below or above
/// it: at its ends, then between them.
fn name_anywhere(buffer: &mut Buffer, plot: Rect, spec: &Lines, series: &Series, theme: Theme) {
    let width = series.name.width() as u16;
    if width + 2 > plot.width || series.points.is_empty() {
        return;
    }
    let place = |share: f64| {
        let point = series.points[((series.points.len() - 1) as f64 * share).round() as usize];
        let (x, y) = (spec.x.scale.place(point.x)?, spec.y.scale.place(point.y)?);
        let centre = plot.x + (x.clamp(0.0, 1.0) * f64::from(plot.width - 1)).round() as u16;
        let column = centre.saturating_sub(width / 2).clamp(plot.x + 1, plot.right() - width - 1);
        Some((column, row_of(plot, y)))
    };
    let along: Vec<(u16, u16)> =
        [0.0, 1.0, 0.5, 0.25, 0.75].into_iter().filter_map(place).collect();
    for (column, row) in [1, -1]
        .into_iter()
        .flat_map(|below| along.iter().map(move |&(x, y)| (x, y.saturating_add_signed(below))))
    {
        let is_free = |x: u16| buffer.cell((x, row)).is_some_and(|cell| cell.symbol() == " ");
        if (plot.y..plot.bottom()).contains(&row) && (column - 1..=column + width).all(is_free) {
            text(buffer, plot, column, row, &series.name, theme.hue(series.hue));
            return;
        }
    }
}

/// Names beside the lines where several of a kind could be mixed up: colour alone must
/// not tell them apart. Says which were written.
fn draw_names<'a>(buffer: &mut Buffer, plot: Rect, spec: &'a Lines, theme: Theme) -> Vec<&'a str> {
    let drawn = |stroke: Stroke| -> Vec<&Series> {
        let named = |s: &&Series| {
            s.stroke == stroke && !s.name.is_empty() && s.points.len() > 4 && s.hue != Hue::Grey
        };
        spec.series.iter().filter(named).collect()
    };
    // Where nothing is simulated yet the closed forms carry the names.
    let solid = match drawn(Stroke::Solid) {
        none if none.is_empty() => drawn(Stroke::Dashed),
        solid => solid,
    };
    let mut written = Vec::new();
    if solid.len() < 2 || plot.height < 5 {
        return written;
    }
    for (index, series) in solid.iter().enumerate() {
        // Each name at another part of its line: the first below, to the right; the next above, to the left.
        let share = [0.86, 0.56, 0.36, 0.2][index % 4];
        let point = series.points[((series.points.len() - 1) as f64 * share).round() as usize];
        let (Some(x), Some(y)) = (spec.x.scale.place(point.x), spec.y.scale.place(point.y)) else {
            continue;
        };
        let width = series.name.width() as u16;
        let column = plot.x + (x * f64::from(plot.width - 1)).round() as u16;
        let row = row_of(plot, y);
        let (column, row) = if index % 2 == 0 {
            (column + 2, row + 1)
        } else {
            (column.saturating_sub(width + 1), row.saturating_sub(1))
        };
        if row >= plot.y
            && row < plot.bottom()
            && column >= plot.x
            && column + width <= plot.right()
        {
            text(buffer, plot, column, row, &series.name, theme.hue(series.hue));
            written.push(series.name.as_str());
        }
    }
    written
}

fn row_of(plot: Rect, place: f64) -> u16 {
    let down = (1.0 - place) * f64::from(plot.height - 1);
    plot.y + (down.round().clamp(0.0, f64::from(plot.height - 1)) as u16)
}

fn draw_x_ticks(buffer: &mut Buffer, area: Rect, plot: Rect, spec: &Lines, theme: Theme) {
    let y = plot.bottom() + 1;
    let label = &spec.x.label;
    // The axis' name stands at the right end, before which ticks stop.
    let name_width = (label.width() as u16).min(plot.width / 2);
    text_right(buffer, area, area.right(), y, &fit(label, name_width.into()), theme.dim());
    let limit = area.right().saturating_sub(name_width + 1);
    let mut free = area.x;
    for tick in spec.x.scale.ticks(usize::from(plot.width / 7).max(2)) {
        let Some(place) = spec.x.scale.place(tick.value) else { continue };
        let width = tick.label.width() as u16;
        let centre = plot.x + (place * f64::from(plot.width - 1)).round() as u16;
        let start = centre.saturating_sub(width / 2).max(area.x);
        if start >= free && start + width <= limit {
            text(buffer, area, centre, plot.bottom(), "┬", theme.border());
            text(buffer, area, start, y, &tick.label, theme.dim());
            free = start + width + 1;
        }
    }
    for (x, label) in &spec.rules {
        let Some(place) = spec.x.scale.place(*x) else { continue };
        if (0.0..=1.0).contains(&place) && !label.is_empty() {
            let centre = plot.x + (place * f64::from(plot.width - 1)).round() as u16;
            text(buffer, area, centre, plot.bottom(), "▲", theme.chosen());
        }
    }
}

/// How a legend stands in its row.
struct Legend {
    sign: u16,
    gap: u16,
    /// How many names fit.
    shown: usize,
}

impl Legend {
    /// Signs and gaps shrink where that makes room for another name; one name always stands.
    fn of(named: &[&Series], width: u16) -> Self {
        let fitting = |sign: u16, gap: u16| {
            let mut end = 1;
            let fits = |series: &&&Series| {
                end += sign + 1 + series.name.width() as u16;
                let fits = end <= width;
                end += gap;
                fits
            };
            Self { sign, gap, shown: named.iter().take_while(fits).count().max(1) }
        };
        let (wide, narrow) = (fitting(2, 2), fitting(1, 1));
        if narrow.shown > wide.shown { narrow } else { wide }
    }
}

/// Writes as many names as fit and says how many.
fn draw_legend(buffer: &mut Buffer, row: Rect, named: &[&Series], theme: Theme) -> usize {
    let Legend { sign: sign_width, gap, shown } = Legend::of(named, row.width);
    let mut x = row.x + 1;
    for series in &named[..shown] {
        let glyph = match series.stroke {
            Stroke::Dots => '•',
            _ if theme.ascii => Theme::ascii_glyph(series.hue),
            Stroke::Solid => '─',
            Stroke::Dashed => '╌',
        };
        let name = &series.name;
        let width = sign_width + 1 + name.width() as u16;
        let repeats = if series.stroke == Stroke::Dots { 1 } else { usize::from(sign_width) };
        let sign: String = std::iter::repeat_n(glyph, repeats).collect();
        text(buffer, row, x, row.y, &sign, theme.hue(series.hue));
        text(buffer, row, x + sign_width + 1, row.y, name, theme.dim());
        x += width + gap;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Axis, Point, Scale};

    fn series(name: &str, stroke: Stroke, y: f64) -> Series {
        let points = [0.0, 1.0].map(|x| Point { x, y }).to_vec();
        Series { name: name.to_owned(), hue: Hue::Grey, stroke, points, band: Vec::new() }
    }

    fn rows(series: Vec<Series>, width: u16) -> Vec<String> {
        let axis = || Axis { label: String::new(), scale: Scale::Linear { min: 0.0, max: 1.0 } };
        let (title, subtitle) = (String::new(), String::new());
        let spec = Lines {
            title,
            subtitle,
            x: axis(),
            y: axis(),
            series,
            rules: Vec::new(),
            warning: None,
        };
        let area = Rect::new(0, 0, width, 12);
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, area, &spec, Theme::DARK);
        let row = |y| {
            (0..width)
                .map(|x| buffer[(x, y)].symbol().to_string())
                .collect::<String>()
                .trim()
                .to_string()
        };
        (0..12).map(row).collect()
    }

    #[test]
    fn a_legend_makes_room_for_all_names() {
        let names = ["random", "popularity", "ease", "als", "autoencoder"];
        let legend = |width| {
            rows(names.map(|name| series(name, Stroke::Solid, 0.5)).to_vec(), width).swap_remove(0)
        };
        assert_eq!(legend(80), "── random  ── popularity  ── ease  ── als  ── autoencoder");
        assert_eq!(legend(58), legend(80));
        assert_eq!(legend(57), "─ random ─ popularity ─ ease ─ als ─ autoencoder");
        assert_eq!(legend(49), legend(57));
        assert_eq!(legend(48), "── random  ── popularity  ── ease  ── als");
    }

    #[test]
    fn grey_lines_lose_their_names_first() {
        let mut all =
            vec![series("random", Stroke::Solid, 0.1), series("popularity", Stroke::Solid, 0.4)];
        all[1].hue = Hue::Orange;
        let shown = rows(all, 18);
        assert_eq!(shown[0], "── popularity");
        assert!(shown[1..].iter().any(|row| row.contains("random")), "{shown:?}");
    }

    #[test]
    fn a_dashed_line_without_room_in_the_legend_carries_its_name() {
        for y in [1.0, 0.7, 0.0] {
            let all = vec![
                series("popularity", Stroke::Solid, 0.4),
                series("ease, not private", Stroke::Dashed, y),
            ];
            let shown = |width| {
                let rows = rows(all.clone(), width);
                rows.iter().position(|row| row.contains("ease, not private"))
            };
            assert_eq!(shown(60), Some(0), "the legend has room");
            assert!(shown(30).is_some_and(|row| row > 0), "{y}: {:?}", rows(all.clone(), 30));
            assert_eq!(shown(18), None);
        }
    }
}
