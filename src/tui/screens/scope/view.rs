//! The Scope screen: knobs, and what they do to error, variance and ranking.

use crate::metric::Metric;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::charts;
use super::state::Scope;
use crate::chart::short_number;
use crate::purchases::Measure;
use crate::tui::desk::coach::Coach;
use crate::tui::desk::{Desk, UnderKnobs};
use crate::tui::knobs;
use crate::tui::paint::panel::{chart_panel, panel, wrap};
use crate::tui::paint::{fit, text, text_right};
use crate::tui::series::written;

/// Where the parts of the screen stand.
struct Parts {
    knobs: Rect,
    /// The charts in view, by their place in the list of all four.
    charts: Vec<(usize, Rect)>,
    /// The top list, where it takes the place of charts.
    list: Option<Rect>,
}

/// How many pages there are: the pairs of charts and the top list of a narrow screen; of a
/// wide one that is too low for the list below the knobs, the charts and the list.
pub fn pages((width, height): (u16, u16)) -> usize {
    match knobs::view::shows_all(width) {
        false => 3,
        true if height < 50 => 2,
        true => 1,
    }
}

fn parts(page: usize, body: Rect) -> Parts {
    // The first line says what costs most, the second what ε means.
    let lines = 1 + u16::from(says_meaning(body));
    let body = Rect { y: body.y + lines, height: body.height.saturating_sub(lines), ..body };
    let knobs = knobs::view::area(body);
    let knobs_width = knobs.width;
    let rest = Rect { x: body.x + knobs_width, width: body.width - knobs_width, ..body };
    let charts = if knobs::view::shows_all(body.width) {
        // Two by two, the left column wider.
        let left = rest.width * 3 / 5;
        let top = rest.height.div_ceil(2);
        let quarter = |x, y, width, height| Rect { x, y, width, height };
        let charts = vec![
            (0, quarter(rest.x, rest.y, left, top)),
            (1, quarter(rest.x, rest.y + top, left, rest.height - top)),
            (2, quarter(rest.x + left, rest.y, rest.width - left, top)),
            (3, quarter(rest.x + left, rest.y + top, rest.width - left, rest.height - top)),
        ];
        if page == 1 {
            let right = Rect { x: rest.x + left, width: rest.width - left, ..rest };
            return Parts { knobs, charts: charts[..2].to_vec(), list: Some(right) };
        }
        charts
    } else {
        let top = rest.height.div_ceil(2);
        let pair = match page {
            0 => [0, 2],
            1 => [1, 3],
            _ => return Parts { knobs, charts: Vec::new(), list: Some(rest) },
        };
        vec![
            (pair[0], Rect { height: top, ..rest }),
            (pair[1], Rect { y: rest.y + top, height: rest.height - top, ..rest }),
        ]
    };
    Parts { knobs, charts, list: None }
}

/// Whether there is room for what ε means.
fn says_meaning(body: Rect) -> bool {
    body.height >= 20
}

/// Where the knobs stand.
pub fn knobs_area(body: Rect) -> Rect {
    parts(0, body).knobs
}

/// Draws the screen.
pub fn draw(scope: &Scope, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let parts = parts(scope.page % pages(desk.size), body);
    draw_coach(desk, body, buffer);
    let rest = knobs::view::draw(desk, &desk.knobs_in_use(), parts.knobs, buffer);
    if let Some(setting) = &desk.setting {
        let rest = knobs::view::draw_sensitivity(desk, setting, rest, buffer);
        let rest = knobs::view::draw_reach(desk, setting, rest, buffer);
        draw_consequences(scope, desk, setting, rest, buffer);
    }
    let all = [
        ("error", charts::error(scope, desk)),
        ("variance", charts::convergence(scope, desk)),
        ("ranking drift", charts::drift(scope, desk)),
        ("one answer", charts::dot_plot(desk)),
    ];
    if let (Some(area), Some(setting)) = (parts.list, &desk.setting) {
        draw_list_panel(scope, desk, setting, area, buffer);
    }
    for (which, area) in parts.charts {
        let (title, chart) = &all[which];
        match chart {
            Some(chart) => chart_panel(buffer, area, chart, desk.theme),
            None => {
                let inside = panel(buffer, area, title, "", desk.theme);
                let words = match (&desk.loading, &desk.data) {
                    (Some((_, what)), _) => format!("{what}…"),
                    (None, Some(_)) => "no figure: the setting was refused".to_owned(),
                    (None, None) => String::new(),
                };
                text(buffer, inside, inside.x + 1, inside.y, &words, desk.theme.dim());
            }
        }
    }
}

/// What costs most now, and which key helps.
fn draw_coach(desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let Some(setting) = &desk.setting else { return };
    let room = usize::from(body.width).saturating_sub(4);
    let Coach { one_user, loss, .. } = &setting.coach;
    let whole = format!("{one_user} · {loss}");
    // The loss and its key matter more than what ε means, and one user more than that.
    let (first, second) = match one_user.as_str() {
        "" => (loss, &setting.means),
        _ if whole.width() <= room => (&whole, &setting.means),
        _ => (loss, one_user),
    };
    text(buffer, body, body.x + 1, body.y, "▸", desk.theme.care());
    text(buffer, body, body.x + 3, body.y, &fit(first, room), desk.theme.text());
    if says_meaning(body) {
        text(buffer, body, body.x + 3, body.y + 1, &fit(second, room), desk.theme.dim());
    }
}

/// What follows from the knobs: figures, what one user can change, the top list.
fn draw_consequences(
    scope: &Scope,
    desk: &Desk,
    setting: &UnderKnobs,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let unit = desk.knobs.unit() as f64;
    let cell = &setting.cell;
    let l1 = short_number(cell.sensitivity.l1 / unit);
    let mut y = area.y;
    if area.height >= 12 {
        y = draw_figures(scope, desk, setting, area, buffer) + 1;
    }
    let each = short_number(desk.knobs.bounds().map_or(1.0, |b| b.linf() as f64 / unit));
    let sentence = match (desk.knobs.question.measure, cell.mechanism) {
        (Measure::Buyers, _) => {
            format!("One user can change each answer by at most 1, and all of them by {l1}.")
        }
        _ => format!(
            "One user can change each answer by at most {each}, and all of them together by {l1}."
        ),
    };
    let width = usize::from(area.width).saturating_sub(3);
    let mut lines = wrap(&sentence, width);
    // Half a sentence helps nobody.
    if lines.len() > usize::from(area.bottom().saturating_sub(y)) {
        lines = wrap(&format!("One user moves {l1} in all."), width);
    }
    for line in lines {
        if y < area.bottom() {
            text(buffer, area, area.x + 2, y, &line, theme.dim());
        }
        y += 1;
    }
    let below = Rect { y: y + 1, height: area.bottom().saturating_sub(y + 1), ..area };
    draw_top_list(desk, setting, below, buffer);
}

/// The figures of one answer, a line each; returns the row below them.
fn draw_figures(
    scope: &Scope,
    desk: &Desk,
    setting: &UnderKnobs,
    area: Rect,
    buffer: &mut Buffer,
) -> u16 {
    let theme = desk.theme;
    let figures = scope.figures(setting);
    let readings = [
        ("bias", figures[Metric::Bias]),
        ("MAE", figures[Metric::Mae]),
        ("RMSE", figures[Metric::Rmse]),
        ("p95 |err|", figures[Metric::P95]),
        ("rel. error", figures[Metric::MedianRelative]),
        ("top-1 flip", figures[Metric::Top1Flip]),
    ];
    let rows = area.y..area.bottom();
    for ((name, figure), y) in readings.into_iter().zip(rows) {
        text(buffer, area, area.x + 2, y, name, theme.dim());
        let style = if figure.disagrees() { theme.alarm() } else { theme.text() };
        text_right(buffer, area, area.right() - 1, y, &written(figure), style);
    }
    area.bottom().min(area.y + readings.len() as u16)
}

/// The top list and the figures where they have no room below the knobs.
fn draw_list_panel(
    scope: &Scope,
    desk: &Desk,
    setting: &UnderKnobs,
    area: Rect,
    buffer: &mut Buffer,
) {
    let newest = match desk.session.newest() {
        Some(_) => "ranks",
        None => "ranks · a asks",
    };
    let inside = panel(buffer, area, "top list", newest, desk.theme);
    // One line for the heads, and one between the list and the figures where that costs none of them.
    const FIGURES: u16 = 6;
    let listed = u16::try_from(desk.k()).unwrap_or(u16::MAX).saturating_add(1);
    let apart = u16::from(listed.saturating_add(FIGURES) < inside.height);
    let rows = listed.saturating_add(apart).min(inside.height);
    draw_top_list(desk, setting, Rect { height: rows, ..inside }, buffer);
    let below = Rect { y: inside.y + rows, height: inside.height - rows, ..inside };
    draw_figures(scope, desk, setting, below, buffer);
}

/// The true top list, and where clipping alone and the newest answer put its groups.
fn draw_top_list(desk: &Desk, setting: &UnderKnobs, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let Some(data) = &desk.data else { return };
    let rows = usize::from(area.height.saturating_sub(1)).min(desk.k()).min(data.by_rank.len());
    if rows < desk.k().min(5) {
        return;
    }
    let newest = desk.session.newest();
    let columns = (area.right() - 8, area.right() - 1);
    text(buffer, area, area.x + 2, area.y, &format!("true top {rows}"), theme.strong());
    text_right(buffer, area, columns.0, area.y, "clipped", theme.dim());
    text_right(buffer, area, columns.1, area.y, "newest", theme.dim());
    for (rank, &group) in data.by_rank.iter().take(rows).enumerate() {
        let y = area.y + 1 + rank as u16;
        let group = group as usize;
        let style = if rank == desk.item { theme.chosen() } else { theme.text() };
        let (key, title) = desk.name_of(group);
        let title = if area.width < 45 { "" } else { title };
        let name = format!("{:>2} {key} {title}", rank + 1);
        text(
            buffer,
            area,
            area.x + 2,
            y,
            &fit(&name, usize::from(area.width).saturating_sub(18)),
            style,
        );
        let clipped = 1
            + (0..data.raw.len())
                .filter(|&g| {
                    before(setting.answer[g] as f64, g, setting.answer[group] as f64, group)
                })
                .count();
        let noised =
            newest.map(|v| 1 + (0..v.len()).filter(|&g| before(v[g], g, v[group], group)).count());
        for (right, now) in [(columns.0, Some(clipped)), (columns.1, noised)] {
            let style = match now {
                Some(now) if now > desk.k() => theme.alarm(),
                Some(now) if now != rank + 1 => theme.care(),
                _ => theme.dim(),
            };
            text_right(
                buffer,
                area,
                right,
                y,
                &now.map_or("–".to_owned(), |now| short_number(now as f64)),
                style,
            );
        }
    }
}

/// Whether one group stands before another: by value, ties by key.
fn before(value: f64, group: usize, other: f64, other_group: usize) -> bool {
    value > other || (value == other && group < other_group)
}
