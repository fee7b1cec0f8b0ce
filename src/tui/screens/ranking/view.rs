//! The Ranking screen: knobs and figures of drift, the list, charts below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::figures::{clipping, reading};
use super::state::{Focus, Ranking};
use super::{charts, list, words};
use crate::chart::{OF_AN_ORDER, short_number};
use crate::tui::desk::Desk;
use crate::tui::knobs;
use crate::tui::paint::areas::areas;
use crate::tui::paint::panel::{chart_panel, panel};
use crate::tui::paint::{fit, text, text_right};
use crate::tui::series::written;

/// Where the parts of the screen stand.
struct Parts {
    knobs: Rect,
    list: Option<Rect>,
    drift: Option<Rect>,
    by_l0: Option<Rect>,
    ranks: Option<Rect>,
    /// The item under the cursor, where it is not below the knobs.
    item: Option<Rect>,
}

/// How many pages there are: of a narrow screen the list, the drift with the item's ranks, the
/// overlap by l0, the item; of a wide one without room for all, the list above two pairs.
pub fn pages((width, height): (u16, u16)) -> usize {
    let body =
        areas(Rect { x: 0, y: 0, width, height }).map_or(Rect::default(), |areas| areas.body);
    match has_strip(body) {
        false => 4,
        true if width < 160 || height < 50 => 2,
        true => 1,
    }
}

/// Whether charts stand below the list.
fn has_strip(body: Rect) -> bool {
    knobs::view::shows_all(body.width) && body.height >= 22
}

fn parts(page: usize, body: Rect) -> Parts {
    let knobs = knobs::view::area(body);
    let width = knobs.width;
    let rest = Rect { x: body.x + width, width: body.width - width, ..body };
    let split = |area: Rect, shares: &[u16]| -> Vec<Rect> {
        let all: u16 = shares.iter().sum();
        let mut x = area.x;
        let mut parts = Vec::new();
        for (index, share) in shares.iter().enumerate() {
            let last = index + 1 == shares.len();
            let width = if last { area.right() - x } else { area.width * share / all };
            parts.push(Rect { x, width, ..area });
            x += width;
        }
        parts
    };
    let none = Parts { knobs, list: None, drift: None, by_l0: None, ranks: None, item: None };
    if has_strip(body) {
        let below = (rest.height / 3).clamp(11, 19);
        let list = Rect { height: rest.height - below, ..rest };
        let strip = Rect { y: rest.y + list.height, height: below, ..rest };
        let parts = Parts { list: Some(list), ..none };
        return match (page, strip.width >= 130) {
            (0, true) => match split(strip, &[4, 3, 3])[..] {
                [drift, by_l0, ranks] => {
                    Parts { drift: Some(drift), by_l0: Some(by_l0), ranks: Some(ranks), ..parts }
                }
                _ => parts,
            },
            (_, _) => match (page, &split(strip, &[1, 1])[..]) {
                (0, &[drift, ranks]) => Parts { drift: Some(drift), ranks: Some(ranks), ..parts },
                (_, &[by_l0, item]) => Parts { by_l0: Some(by_l0), item: Some(item), ..parts },
                _ => parts,
            },
        };
    }
    let top = Rect { height: rest.height.div_ceil(2), ..rest };
    let bottom = Rect { y: rest.y + top.height, height: rest.height - top.height, ..rest };
    match page {
        0 => Parts { list: Some(rest), ..none },
        1 => Parts { drift: Some(top), ranks: Some(bottom), ..none },
        2 => Parts { by_l0: Some(rest), ..none },
        _ => Parts { item: Some(rest), ..none },
    }
}

/// Where the list stands; `None` while a narrow screen shows the charts in its place.
pub fn list_area(ranking: &Ranking, size: (u16, u16), body: Rect) -> Option<Rect> {
    parts(ranking.page % pages(size), body).list
}

/// Draws the screen.
pub fn draw(ranking: &Ranking, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let parts = parts(ranking.page % pages(desk.size), body);
    let theme = desk.theme;
    let rest = knobs::view::draw(desk, &desk.knobs_in_use(), parts.knobs, buffer);
    let rest = match &desk.setting {
        Some(setting) => knobs::view::draw_sensitivity(desk, setting, rest, buffer),
        None => rest,
    };
    let (title, style) = match ranking.focus {
        Focus::Knobs => (" knobs ↑↓ ", theme.chosen()),
        Focus::List => (" knobs ", theme.dim()),
    };
    text(buffer, body, parts.knobs.x + 1, parts.knobs.y, title, style);
    draw_figures(ranking, desk, rest, buffer);
    if ranking.setting.is_none() {
        let area = Rect { x: parts.knobs.right(), width: body.width - parts.knobs.width, ..body };
        let inside = panel(buffer, area, "ranking", "", theme);
        let words = match (&desk.loading, &desk.data) {
            (Some((_, what)), _) => format!("{what}…"),
            (None, Some(_)) => "no ranking: the setting was refused; turn a knob".to_owned(),
            (None, None) => String::new(),
        };
        text(buffer, inside, inside.x + 1, inside.y, &words, theme.dim());
        return;
    }
    if let Some(area) = parts.list {
        list::draw(ranking, desk, area, buffer);
    }
    if let Some(area) = parts.item {
        let inside = panel(buffer, area, "item", &item_title(ranking, desk), theme);
        draw_item(ranking, desk, inside, buffer);
    }
    let charts = [
        (parts.drift, charts::drift(ranking, desk), "drift"),
        (parts.by_l0, charts::by_l0(ranking, desk), "by l0"),
        (parts.ranks, charts::item_ranks(ranking, desk), "rank"),
    ];
    for (area, chart, title) in charts {
        match (area, chart) {
            (Some(area), Some(chart)) => chart_panel(buffer, area, &chart, theme),
            (Some(area), None) => {
                let inside = panel(buffer, area, title, "", theme);
                text(buffer, inside, inside.x + 1, inside.y, "…", theme.dim());
            }
            (None, _) => {}
        }
    }
}

/// Every figure of drift: expected or simulated, and what clipping alone leaves.
fn draw_figures(ranking: &Ranking, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    if area.height < 4 || ranking.setting.is_none() {
        return;
    }
    let right = area.right().saturating_sub(1);
    // Beside long names there is no room for two columns.
    let both = area.width >= 26;
    let middle = if both { right.saturating_sub(7) } else { right };
    text(buffer, area, area.x + 2, area.y, "what is left", theme.strong());
    if both {
        text_right(buffer, area, right, area.y, "clipped", theme.dim());
    }
    for (row, metric) in OF_AN_ORDER.into_iter().enumerate() {
        let y = area.y + 1 + row as u16;
        if y >= area.bottom() {
            return;
        }
        let chosen = metric == ranking.metric;
        let figure = reading(ranking, desk, metric);
        let style = if chosen { theme.chosen() } else { theme.dim() };
        text(buffer, area, area.x, y, if chosen { "▸" } else { " " }, theme.chosen());
        let value = match figure.best() {
            Some(value) => share(value),
            None => "—".to_owned(),
        };
        let name = fit(&metric.name_at(desk.k()), usize::from(middle.saturating_sub(area.x + 9)));
        text(buffer, area, area.x + 2, y, &name, style);
        let style = if figure.disagrees() { theme.alarm() } else { theme.strong() };
        text_right(buffer, area, middle, y, &value, style);
        if both {
            let clipped = clipping(ranking, desk, metric).map_or("—".to_owned(), share);
            text_right(buffer, area, right, y, &clipped, theme.dim());
        }
    }
    let y = area.y + 9;
    if y + 1 < area.bottom() {
        let metric = ranking.metric;
        let figure = reading(ranking, desk, metric);
        let lines = [
            ("expected", figure.expected.map(short_number)),
            ("simulated", figure.simulated.map(|_| written(figure))),
        ];
        for (row, (name, value)) in lines.into_iter().enumerate() {
            text(buffer, area, area.x + 2, y + row as u16, name, theme.dim());
            text_right(
                buffer,
                area,
                right,
                y + row as u16,
                value.as_deref().unwrap_or("—"),
                theme.text(),
            );
        }
    }
    let below = Rect { y: y + 3, height: area.bottom().saturating_sub(y + 3), ..area };
    if below.height >= 10 {
        let width = usize::from(below.width).saturating_sub(3);
        let title = fit(&item_title(ranking, desk), width);
        text(buffer, below, below.x + 2, below.y, &title, theme.strong());
        let below = Rect { y: below.y + 1, height: below.height - 1, ..below };
        draw_item(ranking, desk, below, buffer);
    }
}

/// The item under the cursor: its key and name.
fn item_title(ranking: &Ranking, desk: &Desk) -> String {
    let group = desk.data.as_ref().and_then(|data| data.by_rank.get(desk.item));
    let group = group.filter(|_| ranking.setting.is_some());
    let (key, name) = group.map_or(("", ""), |&group| desk.name_of(group as usize));
    format!("{key} {name}").trim_end().to_owned()
}

/// All that is known of the item under the cursor.
fn draw_item(ranking: &Ranking, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let (Some(data), Some(setting)) = (&desk.data, &ranking.setting) else { return };
    let Some(&group) = data.by_rank.get(desk.item) else { return };
    let group = group as usize;
    let unit = data.pairs.units_per_shown() as f64;
    let places = ranking.fresh_places().map(|report| &report.places);
    let trials = &ranking.trials;
    let mean = trials.iter().map(|trial| f64::from(trial.rank[group])).sum::<f64>()
        / trials.len().max(1) as f64;
    let gap = words::gap(setting, &data.by_rank, desk.item);
    let sum = |stored: i64| short_number(stored as f64 / unit);
    let lines = [
        ("true sum", sum(data.raw[group])),
        ("after clipping", sum(setting.answer[group])),
        ("true rank", (desk.item + 1).to_string()),
        ("rank by clipping", setting.clipped_rank[group].to_string()),
        (
            "expected rank",
            places.map_or("…".to_owned(), |places| format!("{:.2}", places.rank[group])),
        ),
        ("mean rank in trials", format!("{mean:.1}")),
        (
            "P in top list",
            places.map_or("…".to_owned(), |places| format!("{:.3}", places.in_top[group])),
        ),
        ("P first", places.map_or("…".to_owned(), |places| format!("{:.3}", places.first[group]))),
        (
            "leads the next by",
            gap.map_or("—".to_owned(), |gap| format!("{gap:.2} {}", setting.cell.noise.sign())),
        ),
    ];
    for (row, (name, value)) in lines.into_iter().enumerate() {
        let y = area.y + row as u16;
        text(buffer, area, area.x + 2, y, name, theme.dim());
        text_right(buffer, area, area.right().saturating_sub(1), y, &value, theme.text());
    }
}

/// An agreement with as many digits as tell values near 1 apart.
fn share(value: f64) -> String {
    if value > 0.995 && value < 1.0 {
        format!("{:.4}", value.min(0.9999))
    } else {
        format!("{value:.3}")
    }
}
