//! The Sweep screen: the ε × bound map, curves over ε, the cell under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::charts;
use super::state::Sweep;
use crate::chart::{Chart, OF_A_CELL, short_error, short_number};
use crate::metric::{Figure, Metric};
use crate::tui::desk::Desk;
use crate::tui::paint::areas::areas;
use crate::tui::paint::panel::{chart_panel, panel};
use crate::tui::paint::{MapLayout, map_layout, text, text_right};
use crate::tui::series::written;

struct Parts {
    map: Rect,
    curve: Option<Rect>,
    second: Option<Rect>,
    cell: Option<Rect>,
}

/// How many pages the right side has: the curves one after the other where there is room for
/// one beside the cell; the cell and then each curve where there is room for one of them alone.
pub fn pages((width, height): (u16, u16)) -> usize {
    let body = areas(Rect { x: 0, y: 0, width, height }).map_or(0, |areas| areas.body.height);
    match body.saturating_sub(CELL) {
        16.. => 1,
        7.. => 2,
        _ => 3,
    }
}

/// Rows of the cell's panel.
const CELL: u16 = 11;

fn parts(page: usize, body: Rect) -> Parts {
    let left = if body.width >= 100 { body.width * 27 / 50 } else { body.width * 3 / 5 };
    let map = Rect { width: left, ..body };
    let right = Rect { x: body.x + left, width: body.width - left, ..body };
    let cell_height = CELL.min(right.height);
    let above = right.height - cell_height;
    let cell = Rect { y: right.y + above, height: cell_height, ..right };
    if above >= 16 {
        let first = above.div_ceil(2);
        let curve = Rect { height: first, ..right };
        let second = Rect { y: right.y + first, height: above - first, ..right };
        Parts { map, curve: Some(curve), second: Some(second), cell: Some(cell) }
    } else if above >= 7 {
        let one = Some(Rect { height: above, ..right });
        let (curve, second) = if page == 0 { (one, None) } else { (None, one) };
        Parts { map, curve, second, cell: Some(cell) }
    } else {
        let of = |place| (page == place).then_some(right);
        Parts { map, cell: of(0), curve: of(1), second: of(2) }
    }
}

/// Draws the screen.
pub fn draw(sweep: &Sweep, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let parts = parts(sweep.page % pages(desk.size), body);
    let theme = desk.theme;
    let Some(map) = charts::map(sweep, desk) else {
        let inside = panel(buffer, body, "sweep", "", theme);
        let words = match (&desk.loading, &desk.data) {
            (Some((_, what)), _) => format!("{what}…"),
            (None, Some(_)) => {
                "no sweep: the setting was refused; n tries another mechanism".to_owned()
            }
            (None, None) => String::new(),
        };
        text(buffer, inside, inside.x + 1, inside.y, &words, theme.dim());
        return;
    };
    chart_panel(buffer, parts.map, &map, theme);
    for (area, chart) in [
        (parts.curve, charts::curve(sweep, desk)),
        (parts.second, charts::second_curve(sweep, desk)),
    ] {
        if let (Some(area), Some(chart)) = (area, chart) {
            chart_panel(buffer, area, &chart, theme);
        }
    }
    if let Some(area) = parts.cell {
        draw_cell(sweep, desk, area, buffer);
    }
}

/// Where the map's cells stand.
pub fn layout(sweep: &Sweep, desk: &Desk, body: Rect) -> Option<MapLayout> {
    let Some(Chart::HeatMap(map)) = charts::map(sweep, desk) else { return None };
    let area = parts(0, body).map;
    let inside =
        Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
    let label = map.rows.iter().map(|l| l.width()).max().unwrap_or(1) as u16;
    map_layout(inside, map.rows.len(), map.columns.len(), label, sweep.cursor)
}

fn draw_cell(sweep: &Sweep, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let Some(map) = &sweep.map else { return };
    let (row, column) = sweep.cursor;
    let (Some(&epsilon), Some(&step)) = (map.epsilons.get(column), map.steps.get(row)) else {
        return;
    };
    let title = format!(
        "ε {} · {} {}",
        short_number(epsilon),
        charts::axis_name(sweep),
        short_number(step as f64)
    );
    let inside = panel(buffer, area, "cell", &format!("{title} · enter takes it"), theme);
    let Some((_, figures)) = charts::row_figures(sweep, row).get(column).copied() else {
        text(buffer, inside, inside.x + 1, inside.y, "…", theme.dim());
        return;
    };
    let clipped =
        format!("{} % clipped away", short_number((1e3 * map.dropped[row]).round() / 10.0));
    let metrics = [
        Metric::Mae,
        Metric::Rmse,
        Metric::Bias,
        Metric::P95,
        Metric::TauB,
        Metric::Overlap,
        Metric::Top1Flip,
    ];
    let wide = inside.width >= 44;
    let mut y = inside.y;
    for metric in metrics {
        if y >= inside.bottom() {
            return;
        }
        let figure = figures[metric];
        let style = if metric == sweep.metric { theme.chosen() } else { theme.dim() };
        text(buffer, inside, inside.x + 1, y, &metric.name_at(desk.k()), style);
        text_right(
            buffer,
            inside,
            inside.x + if wide { 24 } else { inside.width - 1 },
            y,
            &reading(figure, wide),
            theme.strong(),
        );
        if wide {
            let beside = match (metric, figure.expected, figure.simulated) {
                (Metric::Bias, _, _) => clipped.clone(),
                (_, Some(expected), _) => {
                    let error = figure
                        .standard_error
                        .map_or(String::new(), |se| format!("±{} · ", short_error(se)));
                    format!("{error}expected {}", short_number(expected))
                }
                (_, None, Some(_)) => figure
                    .standard_error
                    .map_or(String::new(), |se| format!("±{}", short_error(se))),
                (_, None, None) => String::new(),
            };
            text(buffer, inside, inside.x + 27, y, &beside, theme.dim());
        }
        y += 1;
    }
    if y < inside.bottom() {
        let best = charts::best_rows(sweep, sweep.metric).get(column).copied().flatten();
        let words = best.map_or(String::new(), |best| {
            format!(
                "best {} here for {}: {}",
                charts::axis_name(sweep),
                sweep.metric.name_at(desk.k()),
                short_number(map.steps[best] as f64)
            )
        });
        text(buffer, inside, inside.x + 1, y, &words, theme.text());
        y += 1;
    }
    if y < inside.bottom() {
        let all = OF_A_CELL.map(|metric| figures[metric]);
        let (words, style) = if all.iter().any(Figure::disagrees) {
            ("expected and simulated differ by over 4 standard errors", theme.alarm())
        } else if all.iter().any(|f| f.deviation().is_some()) {
            ("expected and simulated agree ✓", theme.good())
        } else {
            ("closed forms; trials follow", theme.dim())
        };
        text(buffer, inside, inside.x + 1, y, words, style);
    }
}

/// The simulated value with its error, or the closed form alone.
fn reading(figure: Figure, wide: bool) -> String {
    match (wide, figure.best(), figure.simulated) {
        (false, ..) => written(figure),
        (true, _, Some(value)) => short_number(value),
        (true, Some(value), None) => short_number(value),
        (true, None, None) => "…".to_owned(),
    }
}
