//! The Scope screen: knobs, and what they do to error, variance and ranking.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::frame::{chart_panel, panel, wrap};
use crate::chart::short_number;
use crate::purchases::Measure;
use crate::tui::charts;
use crate::tui::model::{Knob, Knobs, Model, Scope};
use crate::tui::paint::{fit, text, text_right};

/// Where the parts of the screen stand.
struct Parts {
    knobs: Rect,
    charts: Vec<Rect>,
}

fn parts(body: Rect) -> Parts {
    let knobs_width = if body.width >= 110 { 30 } else { 24 };
    let knobs = Rect { width: knobs_width, ..body };
    let rest = Rect { x: body.x + knobs_width, width: body.width - knobs_width, ..body };
    let charts = if shows_all(body.width) {
        // Two by two, the left column wider.
        let left = rest.width * 3 / 5;
        let top = rest.height.div_ceil(2);
        let quarter = |x, y, width, height| Rect { x, y, width, height };
        vec![
            quarter(rest.x, rest.y, left, top),
            quarter(rest.x, rest.y + top, left, rest.height - top),
            quarter(rest.x + left, rest.y, rest.width - left, top),
            quarter(rest.x + left, rest.y + top, rest.width - left, rest.height - top),
        ]
    } else {
        let top = rest.height.div_ceil(2);
        vec![Rect { height: top, ..rest }, Rect { y: rest.y + top, height: rest.height - top, ..rest }]
    };
    Parts { knobs, charts }
}

/// Whether a terminal of this width shows all charts at once.
pub fn shows_all(width: u16) -> bool {
    width >= 100
}

/// Draws the screen.
pub fn draw(model: &Model, body: Rect, buffer: &mut Buffer) {
    let parts = parts(body);
    draw_knobs(model, parts.knobs, buffer);
    let all = [
        ("error", charts::error(model)),
        ("variance", charts::convergence(model)),
        ("ranking drift", charts::drift(model)),
        ("one answer", charts::dot_plot(model)),
    ];
    let order: &[usize] = match (parts.charts.len(), model.second_pair) {
        (4, _) => &[0, 1, 2, 3],
        (_, false) => &[0, 2],
        (_, true) => &[1, 3],
    };
    for (&which, &area) in order.iter().zip(&parts.charts) {
        let (title, chart) = &all[which];
        match chart {
            Some(chart) => chart_panel(buffer, area, chart, model.theme),
            None => {
                let inside = panel(buffer, area, title, "", model.theme);
                let words = match (&model.loading, &model.data) {
                    (Some((_, what)), _) => format!("{what}…"),
                    (None, Some(_)) => "no figure: the setting was refused".to_owned(),
                    (None, None) => String::new(),
                };
                text(buffer, inside, inside.x + 1, inside.y, &words, model.theme.dim());
            }
        }
    }
}

/// Rows of each knob; sliders take two where there is room.
pub fn knob_rows(model: &Model, body: Rect) -> Vec<(Knob, Rect)> {
    let area = parts(body).knobs;
    let tall = area.height >= 26;
    let mut y = area.y + 1;
    let mut rows = Vec::new();
    for knob in model.active_knobs() {
        let height = if slides(knob) && tall { 2 } else { 1 };
        if y + height < area.bottom() {
            rows.push((knob, Rect { x: area.x + 1, y, width: area.width - 2, height }));
        }
        y += height;
    }
    rows
}

fn slides(knob: Knob) -> bool {
    matches!(knob, Knob::Epsilon | Knob::L0 | Knob::Linf)
}

fn draw_knobs(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    panel(buffer, area, "knobs", "", theme);
    let rows = knob_rows(model, Rect { x: area.x, y: area.y, width: model.size.0, height: area.height });
    let mut below = area.y + 1;
    for (knob, row) in rows {
        let chosen = knob == model.knob;
        let (name, value) = knob_text(model, knob);
        let style = if chosen { theme.chosen() } else { theme.text() };
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        text(buffer, row, row.x + 2, row.y, name, style);
        let room = usize::from(row.width).saturating_sub(name.width() + 5);
        let shown = fit(&value, room.saturating_sub(2));
        let shown = if chosen { format!("◂{shown}▸") } else { format!(" {shown} ") };
        let style = if chosen { theme.chosen() } else { theme.strong() };
        text_right(buffer, row, row.right(), row.y, &shown, style);
        if row.height == 2 {
            draw_slider(model, knob, Rect { x: row.x + 2, y: row.y + 1, width: row.width - 3, height: 1 }, buffer);
        }
        below = row.bottom();
    }
    let rest =
        Rect { x: area.x + 1, y: below, width: area.width - 2, height: (area.bottom() - 1).saturating_sub(below) };
    if let Some(scope) = &model.scope {
        draw_consequences(model, scope, rest, buffer);
    }
}

/// A knob's name and value.
fn knob_text(model: &Model, knob: Knob) -> (&'static str, String) {
    let knobs = &model.knobs;
    match knob {
        Knob::Epsilon => ("ε", format!("{}", knobs.epsilon)),
        Knob::L0 => ("l0", format!("{} {}", short_number(knobs.l0 as f64), knobs.question.group_by.plural())),
        Knob::Linf => ("linf", format!("{} each", short_number(knobs.linf as f64))),
        Knob::Noise => ("noise", knobs.mechanism.to_string()),
        Knob::Delta => ("δ", format!("{:e}", knobs.delta)),
        Knob::Measure => ("sum of", knobs.question.measure.to_string()),
        Knob::GroupBy => ("by", knobs.question.group_by.to_string()),
        Knob::K => ("top k", model.k().to_string()),
    }
}

fn draw_slider(model: &Model, knob: Knob, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let share = slider_share(model, knob).clamp(0.0, 1.0);
    let place = (share * f64::from(area.width - 1)).round() as u16;
    let style = if knob == model.knob { theme.chosen() } else { theme.dim() };
    for x in 0..area.width {
        let glyph = if x < place { "━" } else { "─" };
        let line = if x < place { style } else { theme.border() };
        text(buffer, area, area.x + x, area.y, glyph, line);
    }
    text(buffer, area, area.x + place, area.y, "●", style);
}

fn slider_share(model: &Model, knob: Knob) -> f64 {
    let log_share = |value: f64, low: f64, high: f64| libm::log(value / low) / libm::log(high / low).max(1e-9);
    let grid = model.data.as_ref().map(|data| data.cube.grid());
    let top = |steps: &[u64]| steps.last().copied().unwrap_or(1) as f64;
    match (knob, grid) {
        (Knob::Epsilon, _) => {
            let (low, high) = (Knobs::epsilon_steps().next().unwrap_or(0.001), 100.0);
            log_share(model.knobs.epsilon, low, high)
        }
        (Knob::L0, Some(grid)) => log_share(model.knobs.l0 as f64, 1.0, top(&grid.l0)),
        (Knob::Linf, Some(grid)) => {
            let unit = model.knobs.question.measure.units_per_shown() as f64;
            log_share(model.knobs.linf as f64, 1.0, top(&grid.linf) / unit)
        }
        _ => 0.0,
    }
}

/// What follows from the knobs: sensitivity, scale, what clipping drops, in words.
fn draw_consequences(model: &Model, scope: &Scope, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let unit = model.knobs.question.measure.units_per_shown() as f64;
    let cell = &scope.cell;
    let scale = short_number(cell.noise.scale() / unit);
    let (l1, l2) = (short_number(cell.sensitivity.l1 / unit), short_number(cell.sensitivity.l2 / unit));
    let mut lines: Vec<(String, String)> = Vec::new();
    if cell.mechanism.needs_delta() {
        lines.push(("Δ₂ = √l0·linf".to_owned(), l2));
        lines.push(("σ".to_owned(), scale));
    } else {
        lines.push(("Δ₁ = l0·linf".to_owned(), l1.clone()));
        lines.push(("b = Δ₁/ε".to_owned(), scale));
    }
    let mut y = area.y + u16::from(area.height > 10);
    for (name, value) in lines {
        text(buffer, area, area.x + 2, y, &name, theme.dim());
        text_right(buffer, area, area.right() - 1, y, &value, theme.strong());
        y += 1;
    }
    text(buffer, area, area.x + 2, y, "clipped away", theme.dim());
    let dropped = 100.0 * scope.dropped_share;
    let style = if dropped >= 20.0 { theme.care() } else { theme.strong() };
    text_right(
        buffer,
        area,
        area.right() - 1,
        y,
        &format!("{} %", short_number((dropped * 10.0).round() / 10.0)),
        style,
    );
    y += 2;

    let figures = scope.figures();
    let readings = [
        ("bias", figures.error.bias),
        ("MAE", figures.error.mae),
        ("RMSE", figures.error.rmse),
        ("p95 |err|", figures.error.p95_absolute),
        ("rel. error", figures.error.median_relative),
        ("top-1 flip", figures.ranking.top1_flip),
    ];
    let room_for = area.bottom().saturating_sub(y);
    if room_for >= 12 {
        for (name, figure) in readings {
            text(buffer, area, area.x + 2, y, name, theme.dim());
            let style = if figure.disagrees() { theme.alarm() } else { theme.text() };
            text_right(buffer, area, area.right() - 1, y, &charts::written(figure), style);
            y += 1;
        }
        y += 1;
    }
    let each = short_number(model.knobs.bounds().map_or(1.0, |b| b.linf() as f64 / unit));
    let sentence = match (model.knobs.question.measure, cell.mechanism) {
        (Measure::Buyers, _) => format!("One user can change each answer by at most 1, and all of them by {l1}."),
        _ => format!("One user can change each answer by at most {each}, and all of them together by {l1}."),
    };
    for line in wrap(&sentence, usize::from(area.width).saturating_sub(3)) {
        if y < area.bottom() {
            text(buffer, area, area.x + 2, y, &line, theme.dim());
        }
        y += 1;
    }
    let below = Rect { y: y + 1, height: area.bottom().saturating_sub(y + 1), ..area };
    draw_top_list(model, scope, below, buffer);
}

/// The true top list, and where clipping alone and the newest answer put its groups.
fn draw_top_list(model: &Model, scope: &Scope, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let Some(data) = &model.data else { return };
    let rows = usize::from(area.height.saturating_sub(2)).min(model.k()).min(data.by_rank.len());
    if rows < 3 {
        return;
    }
    let newest = model.session.newest();
    let columns = (area.right() - 8, area.right() - 1);
    text(buffer, area, area.x + 2, area.y, &format!("true top {rows}"), theme.strong());
    text_right(buffer, area, columns.0, area.y, "clipped", theme.dim());
    text_right(buffer, area, columns.1, area.y, "newest", theme.dim());
    for (rank, &group) in data.by_rank.iter().take(rows).enumerate() {
        let y = area.y + 1 + rank as u16;
        let group = group as usize;
        let style = if rank == model.item { theme.chosen() } else { theme.text() };
        let name = format!("{:>2} {}", rank + 1, data.pairs.keys()[group]);
        text(buffer, area, area.x + 2, y, &fit(&name, usize::from(area.width).saturating_sub(18)), style);
        let clipped = 1
            + (0..data.raw.len())
                .filter(|&g| before(scope.answer[g] as f64, g, scope.answer[group] as f64, group))
                .count();
        let noised = newest.map(|v| 1 + (0..v.len()).filter(|&g| before(v[g], g, v[group], group)).count());
        for (right, now) in [(columns.0, Some(clipped)), (columns.1, noised)] {
            let style = match now {
                Some(now) if now > model.k() => theme.alarm(),
                Some(now) if now != rank + 1 => theme.care(),
                _ => theme.dim(),
            };
            text_right(buffer, area, right, y, &now.map_or("–".to_owned(), |now| short_number(now as f64)), style);
        }
    }
}

/// Whether one group stands before another: by value, ties by key.
fn before(value: f64, group: usize, other: f64, other_group: usize) -> bool {
    value > other || (value == other && group < other_group)
}
