//! The true list beside a trial: bars, what clipping and noise move, who stays, who comes in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use super::rows::{filter_text, visible};
use super::state::{Focus, Ranking, Setting, Trial};
use super::words;
use crate::chart::{Hue, grouped, short_number};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{panel, wrap};
use crate::tui::paint::theme::Theme;
use crate::tui::paint::{fit, text, text_right};

/// The columns that there is room for: the first column of each, and the widths that vary.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Columns {
    name: (u16, u16),
    sum: Option<u16>,
    bar: Option<(u16, u16)>,
    clip: Option<u16>,
    gap: Option<u16>,
    stays_bar: Option<(u16, u16)>,
    stays: Option<u16>,
    expected: Option<u16>,
    trial: Option<u16>,
    trial_bar: Option<(u16, u16)>,
    lists: Option<(u16, u16)>,
}

/// Widths of the columns that do not vary, with the space before them.
const SUM: u16 = 7;
const CLIP: u16 = 6;
const GAP: u16 = 7;
const STAYS: u16 = 5;
const EXPECTED: u16 = 7;
const TRIAL: u16 = 15;
/// The trial's column without the words out and new.
const TRIAL_NARROW: u16 = 11;
/// A noised list.
const LIST: u16 = 25;

fn columns(area: Rect) -> Columns {
    let width = area.width;
    let least = match width {
        0..50 => 8,
        50..70 => 12,
        70..110 => 18,
        _ => 26,
    };
    let mut room = width.saturating_sub(7 + least);
    let mut take = |wanted: u16| {
        let fits = room >= wanted;
        if fits {
            room -= wanted;
        }
        fits
    };
    // What matters most is given room first.
    let stays = take(STAYS);
    let trial_width = if width < 70 { TRIAL_NARROW } else { TRIAL };
    let trial = take(trial_width);
    let stays_bar = take(7);
    let gap = take(GAP);
    let sum = take(SUM);
    let clip = take(CLIP);
    let expected = take(EXPECTED);
    let bar = take(9);
    let trial_bar = take(13);
    let mut lists = 0;
    while lists < MOST_LISTS && take(LIST) {
        lists += 1;
    }
    let wider = if bar { (room / 3).min(14) } else { 0 };
    room -= wider;
    let wider_trial = if trial_bar { (room / 2).min(14) } else { 0 };
    room -= wider_trial;
    let name = least + room.min(20);
    let mut x = area.x + 7;
    let mut place = |shown: bool, width: u16| {
        let at = x;
        if shown {
            x += width;
        }
        shown.then_some(at)
    };
    let name_at = place(true, name).unwrap_or(area.x);
    Columns {
        name: (name_at, name),
        sum: place(sum, SUM),
        bar: place(bar, 9 + wider).map(|x| (x + 1, 8 + wider)),
        clip: place(clip, CLIP),
        gap: place(gap, GAP),
        stays_bar: place(stays_bar, 7).map(|x| (x + 1, 6)),
        stays: place(stays, STAYS),
        expected: place(expected, EXPECTED),
        trial: place(trial, trial_width),
        trial_bar: place(trial_bar, 13 + wider_trial).map(|x| (x + 1, 12 + wider_trial)),
        lists: place(lists > 0, lists * LIST).map(|x| (x + 1, lists * LIST - 1)),
    }
}

/// Noised lists side by side at most.
const MOST_LISTS: u16 = 3;

/// What stands in the rows of the list.
enum Row {
    /// The item at a true rank (0 = first).
    Item(usize),
    /// The end of the true top list.
    End,
}

/// The inside of the panel, the rows for items, and the rows for words below them.
fn layout(ranking: &Ranking, area: Rect) -> (Rect, Rect, Rect) {
    let inside = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let words = match inside.height {
        0..8 => 0,
        8..14 => 3,
        14..22 => 5,
        _ => 6,
    };
    let words = if ranking.trials.is_empty() { words.min(2) } else { words };
    let items = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1 + words), ..inside };
    let foot = Rect { y: items.bottom(), height: words, ..inside };
    (inside, items, foot)
}

fn lines(ranking: &Ranking, desk: &Desk, height: usize) -> Vec<Row> {
    let visible = visible(ranking, desk);
    let k = desk.k();
    let cursor =
        visible.partition_point(|&place| place < desk.item).min(visible.len().saturating_sub(1));
    // Two rows stay below the cursor, and one is for the end of the top list.
    let room = height.saturating_sub(1).max(1);
    let first = (cursor + 3).min(visible.len()).saturating_sub(room).min(cursor);
    let mut rows = Vec::new();
    for (at, &place) in visible.iter().enumerate().skip(first) {
        let before = at.checked_sub(1).map(|at| visible[at]);
        if place >= k && before.is_some_and(|before| before < k) && !rows.is_empty() {
            rows.push(Row::End);
        }
        rows.push(Row::Item(place));
        if rows.len() >= height {
            break;
        }
    }
    rows.truncate(height);
    rows
}

/// The items in view by true rank (0 = first), and where each stands.
pub fn rows(ranking: &Ranking, desk: &Desk, area: Rect) -> Vec<(usize, Rect)> {
    let items = layout(ranking, area).1;
    let at = |row: usize| Rect { y: items.y + row as u16, height: 1, ..items };
    let lines = lines(ranking, desk, usize::from(items.height)).into_iter().enumerate();
    lines
        .filter_map(
            |(row, line)| if let Row::Item(item) = line { Some((item, at(row))) } else { None },
        )
        .collect()
}

/// Draws the panel.
pub fn draw(ranking: &Ranking, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let (Some(data), Some(setting)) = (&desk.data, &ranking.setting) else { return };
    let measure = data.measure();
    let filter = filter_text(ranking, desk);
    let subtitle = if filter.is_empty() {
        let number = ranking.trials.last().map_or(0, |trial| trial.number);
        match area.width {
            0..60 => format!("trial {number}"),
            60..70 => format!("trial {number}, no release"),
            _ => format!("beside trial {number}, hypothetical: it costs nothing"),
        }
    } else {
        let (left, all) = (visible(ranking, desk).len(), data.by_rank.len());
        format!("{left} of {all} hold '{filter}' · esc lists all")
    };
    let in_focus = ranking.focus == Focus::List;
    let (at, of) = (grouped(desk.item as u64 + 1), grouped(data.by_rank.len() as u64));
    let arrows = if in_focus { " ↑↓" } else { "" };
    let title = format!("top {} by {measure} · {at} of {of}{arrows}", desk.k());
    panel(buffer, area, &title, &subtitle, theme);
    if in_focus {
        text(buffer, area, area.x + 1, area.y, &format!(" {title} "), theme.chosen());
    }
    let (inside, items, foot) = layout(ranking, area);
    let columns = columns(inside);
    draw_heads(ranking, desk, setting, inside, &columns, buffer);
    let lines = lines(ranking, desk, usize::from(items.height));
    if lines.is_empty() {
        let words = "no item holds this text: / types another, esc lists all";
        text(buffer, items, items.x + 2, items.y, words, theme.dim());
    }
    for (row, line) in lines.iter().enumerate() {
        let at = Rect { y: items.y + row as u16, height: 1, ..items };
        match line {
            Row::Item(place) => draw_row(ranking, desk, setting, *place, at, &columns, buffer),
            Row::End => {
                for x in at.x + 2..columns.lists.map_or(at.right(), |(x, _)| x - 1) {
                    text(buffer, at, x, at.y, "┄", theme.care());
                }
                text(
                    buffer,
                    at,
                    at.x + 7,
                    at.y,
                    &format!(" the true top {} ends here ", desk.k()),
                    theme.care(),
                );
            }
        }
    }
    if let Some((x, width)) = columns.lists {
        draw_lists(
            ranking,
            desk,
            Rect { x, width, ..Rect { y: inside.y, height: 1 + items.height, ..inside } },
            buffer,
        );
    }
    draw_words(ranking, desk, foot, buffer);
}

fn draw_heads(
    ranking: &Ranking,
    desk: &Desk,
    setting: &Setting,
    inside: Rect,
    columns: &Columns,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let y = inside.y;
    let group = desk.knobs.question.group_by;
    text(buffer, inside, inside.x + 5, y, "#", theme.dim());
    text(buffer, inside, columns.name.0, y, group.name(), theme.dim());
    let mut right = |at: Option<u16>, width: u16, words: &str| {
        if let Some(x) = at {
            text_right(buffer, Rect { x, width, ..inside }, x + width, y, words, theme.dim());
        }
    };
    right(columns.sum, SUM, "true");
    right(columns.clip, CLIP, "clip");
    right(columns.gap, GAP, &format!("gap/{}", setting.cell.noise.sign()));
    // Over the bar and the number.
    let (at, width) = match (columns.stays_bar, columns.stays) {
        (Some((x, _)), Some(_)) => (Some(x - 1), 7 + STAYS),
        (_, at) => (at, STAYS),
    };
    let k = desk.k();
    let heads = [format!("P in top {k}"), format!("P top {k}"), "P top".to_owned()];
    let head = heads.iter().find(|head| head.width() < usize::from(width)).unwrap_or(&heads[2]);
    right(at, width, head);
    right(columns.expected, EXPECTED, "E rank");
    if let Some((x, width)) = columns.bar {
        let words = if columns.trial_bar.is_some() { "sum" } else { "◆ trial" };
        text(buffer, Rect { x, width, ..inside }, x, y, words, theme.dim());
    }
    let Some(trial) = ranking.trials.last() else { return };
    if let Some(x) = columns.trial {
        text(buffer, inside, x + 1, y, &format!("trial {}", trial.number), theme.hue(Hue::Orange));
    }
    if let Some((x, width)) = columns.trial_bar {
        text(buffer, Rect { x, width, ..inside }, x, y, "noised, ┃ true", theme.dim());
    }
}

fn draw_row(
    ranking: &Ranking,
    desk: &Desk,
    setting: &Setting,
    place: usize,
    at: Rect,
    columns: &Columns,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let Some(data) = &desk.data else { return };
    let group = data.by_rank[place] as usize;
    let (k, chosen) = (desk.k(), place == desk.item);
    let unit = data.pairs.units_per_shown() as f64;
    let most = data.raw[data.by_rank[0] as usize].max(1) as f64;
    let mark = if chosen { "▸" } else { " " };
    text(buffer, at, at.x, at.y, mark, theme.chosen());
    let inside_top = place < k;
    let style = match (chosen, inside_top) {
        (true, _) => theme.chosen(),
        (false, true) => theme.text(),
        (false, false) => theme.dim(),
    };
    text_right(buffer, at, at.x + 6, at.y, &(place + 1).to_string(), theme.dim());
    let (key, name) = desk.name_of(group);
    let (x, width) = columns.name;
    let room = usize::from(width);
    text(buffer, at, x, at.y, &fit(&format!("{key} {name}"), room), style);
    if !name.is_empty() && !chosen {
        text(buffer, at, x, at.y, &fit(key, room), theme.dim());
    }
    if let Some(x) = columns.sum {
        let sum = short_number(data.raw[group] as f64 / unit);
        text_right(
            buffer,
            at,
            x + SUM,
            at.y,
            &sum,
            if inside_top { theme.strong() } else { theme.dim() },
        );
    }
    if let Some((x, width)) = columns.bar {
        bar(buffer, at, (x, width), data.raw[group] as f64 / most, theme.hue(Hue::Sky));
        // Where the sum stands in the trial, or after clipping where the trial has its own bar.
        let noised = ranking.trials.last().and_then(|trial| trial.noised.as_ref());
        if let (None, Some(noised)) = (columns.trial_bar, noised) {
            tick(buffer, at, (x, width), noised[group] / most, "◆", theme.hue(Hue::Orange));
        } else if setting.answer[group] != data.raw[group] {
            tick(buffer, at, (x, width), setting.answer[group] as f64 / most, "╎", theme.care());
        }
    }
    if let Some(x) = columns.clip {
        let (words, style) = moved(place + 1, setting.clipped_rank[group] as usize, theme);
        text_right(
            buffer,
            at,
            x + CLIP,
            at.y,
            &words,
            if words == "·" { style } else { theme.care() },
        );
    }
    if let Some(x) = columns.gap {
        let gap = words::gap(setting, &data.by_rank, place);
        let words = gap.map_or("—".to_owned(), gap_text);
        let style = match gap {
            Some(gap) if gap < 0.0 => theme.care(),
            Some(gap) if gap < 1.0 => theme.text(),
            _ => theme.dim(),
        };
        text_right(buffer, at, x + GAP, at.y, &words, style);
    }
    draw_places(ranking, desk, group, at, columns, buffer);
    let Some(trial) = ranking.trials.last() else { return };
    if let Some(x) = columns.trial {
        let rank = trial.rank[group] as usize;
        let (words, style) = moved(place + 1, rank, theme);
        let beyond = if inside_top && rank > k { theme.alarm() } else { theme.text() };
        text_right(buffer, at, x + 5, at.y, &rank.to_string(), beyond);
        text(buffer, at, x + 6, at.y, &words, style);
        match (inside_top, rank <= k) {
            _ if columns.clip.is_none() => {}
            (true, false) => text(buffer, at, x + 12, at.y, "out", theme.alarm()),
            (false, true) => text(buffer, at, x + 11, at.y, "●new", theme.good()),
            _ => {}
        }
    }
    if let (Some(span), Some(noised)) = (columns.trial_bar, &trial.noised) {
        bar(buffer, at, span, noised[group] / most, theme.hue(Hue::Orange));
        tick(buffer, at, span, data.raw[group] as f64 / most, "┃", theme.strong());
    }
}

/// The probability of a place in the top list and the expected rank; dimmed while newer
/// ones are on their way.
fn draw_places(
    ranking: &Ranking,
    desk: &Desk,
    group: usize,
    at: Rect,
    columns: &Columns,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let fresh = ranking.fresh_places().is_some();
    let Some(report) = &ranking.places else {
        if let Some(x) = columns.stays {
            text_right(buffer, at, x + STAYS, at.y, "…", theme.dim());
        }
        return;
    };
    let (share, rank) = (report.places.in_top[group], report.places.rank[group]);
    if let Some((x, width)) = columns.stays_bar {
        let filled = (share * f64::from(width)).round() as u16;
        for offset in 0..width {
            let (glyph, style) = match offset < filled {
                true if fresh => ("━", theme.hue(Hue::Purple)),
                true => ("━", theme.dim()),
                false => ("─", theme.border()),
            };
            text(buffer, at, x + offset, at.y, glyph, style);
        }
    }
    let style = if fresh { theme.text() } else { theme.dim() };
    if let Some(x) = columns.stays {
        text_right(buffer, at, x + STAYS, at.y, &probability(share), style);
    }
    if let Some(x) = columns.expected {
        let words = if rank < 999.95 { format!("{rank:.1}") } else { format!("{rank:.0}") };
        text_right(buffer, at, x + EXPECTED, at.y, &words, style);
    }
}

/// The newest trials as the lists that they would publish, side by side.
fn draw_lists(ranking: &Ranking, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let Some(data) = &desk.data else { return };
    let mut true_rank = vec![0usize; data.by_rank.len()];
    for (place, &group) in data.by_rank.iter().enumerate() {
        true_rank[group as usize] = place + 1;
    }
    let count = ((area.width + 1) / LIST).clamp(1, MOST_LISTS);
    let width = (area.width + 1) / count;
    let newest_first = ranking.trials.iter().rev().take(usize::from(count));
    for (column, trial) in newest_first.enumerate() {
        let x = area.x + column as u16 * width;
        let own = Rect { x, width: width.min(area.right() - x), ..area };
        for y in own.y..own.bottom() {
            text(buffer, own, x, y, "│", theme.border());
        }
        text(
            buffer,
            own,
            x + 2,
            own.y,
            &format!("trial {}, as a list", trial.number),
            theme.hue(Hue::Orange),
        );
        for (place, &group) in
            trial.top.iter().enumerate().take(usize::from(own.height.saturating_sub(1)))
        {
            let y = own.y + 1 + place as u16;
            let was = true_rank[group as usize];
            let (words, style) = if was > desk.k() {
                ("●new".to_owned(), theme.good())
            } else {
                moved(was, place + 1, theme)
            };
            text(buffer, own, x + 2, y, &words, style);
            let (key, name) = desk.name_of(group as usize);
            let label = if name.is_empty() { key } else { name };
            let style = if was == desk.item + 1 { theme.chosen() } else { theme.text() };
            text(buffer, own, x + 7, y, &fit(label, usize::from(width).saturating_sub(8)), style);
        }
    }
}

/// Who fell out and who came in, what is expected to stay, Gumbel beside the histogram.
fn draw_words(ranking: &Ranking, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    if area.height < 2 {
        return;
    }
    for x in area.x..area.right() {
        text(buffer, area, x, area.y, "─", theme.border());
    }
    let mut y = area.y + 1;
    let width = usize::from(area.width).saturating_sub(3);
    if let Some(trial) = ranking.trials.last() {
        let (out, came) = crossings(desk, trial);
        let names = |moves: &[Move], room: usize| {
            let mut line = String::new();
            for (index, (name, how)) in moves.iter().enumerate() {
                let next = format!("{}{name} {how}", if index > 0 { " · " } else { "" });
                let rest = moves.len() - index;
                if line.width() + next.width() + 9 > room && rest > 0 && !line.is_empty() {
                    line += &format!(" · {rest} more");
                    return line;
                }
                line += &next;
            }
            if line.is_empty() { "nobody".to_owned() } else { line }
        };
        for (head, style, moves) in
            [("fell out", theme.alarm(), out), ("came in ", theme.good(), came)]
        {
            if y < area.bottom() {
                text(buffer, area, area.x + 1, y, head, style);
                let line = names(&moves, width.saturating_sub(10));
                text(
                    buffer,
                    area,
                    area.x + 11,
                    y,
                    &fit(&line, width.saturating_sub(9)),
                    theme.text(),
                );
                y += 1;
            }
        }
    }
    let mut sentences = vec![(words::what_stays(ranking, desk), theme.strong())];
    sentences
        .extend(words::side_by_side(ranking, desk).into_iter().map(|words| (words, theme.dim())));
    for (index, (sentence, style)) in sentences.into_iter().enumerate() {
        let lines = wrap(&sentence, width);
        // Half a sentence says less than none; the first one is what the screen is for.
        if index > 0 && usize::from(y) + lines.len() > usize::from(area.bottom()) {
            break;
        }
        for line in lines {
            if y < area.bottom() {
                text(buffer, area, area.x + 1, y, &line, style);
                y += 1;
            }
        }
    }
}

/// An item's name, and from which rank to which it moved.
type Move = (String, String);

/// The items that a trial moves out of the true top list and into it, with their ranks.
fn crossings(desk: &Desk, trial: &Trial) -> (Vec<Move>, Vec<Move>) {
    let Some(data) = &desk.data else { return (Vec::new(), Vec::new()) };
    let k = desk.k();
    let label = |group: usize| {
        let (key, name) = desk.name_of(group);
        fit(if name.is_empty() { key } else { name }, 18)
    };
    let out = data.by_rank.iter().take(k).enumerate().filter_map(|(place, &group)| {
        let rank = trial.rank[group as usize] as usize;
        (rank > k).then(|| (label(group as usize), format!("{}→{rank}", place + 1)))
    });
    let mut came: Vec<(usize, usize, u32)> = data
        .by_rank
        .iter()
        .enumerate()
        .skip(k)
        .filter(|&(_, &group)| trial.rank[group as usize] as usize <= k)
        .map(|(place, &group)| (trial.rank[group as usize] as usize, place + 1, group))
        .collect();
    came.sort_unstable();
    let came =
        came.into_iter().map(|(rank, was, group)| (label(group as usize), format!("{was}→{rank}")));
    (out.collect(), came.collect())
}

/// An arrow and by how many places an item moved.
fn moved(from: usize, to: usize, theme: Theme) -> (String, Style) {
    match to.cmp(&from) {
        std::cmp::Ordering::Less => (format!("▲{}", from - to), theme.good()),
        std::cmp::Ordering::Equal => ("·".to_owned(), theme.dim()),
        std::cmp::Ordering::Greater => (format!("▼{}", to - from), theme.hue(Hue::Vermilion)),
    }
}

/// A probability in two digits that never claims certainty.
fn probability(share: f64) -> String {
    match share {
        s if (0.995..1.0 - 1e-9).contains(&s) => ">.99".to_owned(),
        s if s > 1e-9 && s < 0.005 => "<.01".to_owned(),
        s => format!("{s:.2}"),
    }
}

/// A gap in units of the noise.
fn gap_text(gap: f64) -> String {
    match gap.abs() {
        size if size >= 99.95 => short_number(gap.round()),
        size if size >= 0.995 => format!("{gap:.1}"),
        _ => format!("{gap:.2}"),
    }
    .replace('-', "−")
}

/// A bar of a share of its room in eighths of a character.
fn bar(buffer: &mut Buffer, at: Rect, (x, width): (u16, u16), share: f64, style: Style) {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * f64::from(width) * 8.0).round() as usize;
    let drawn = "█".repeat(eighths / 8) + PARTS[eighths % 8];
    text(buffer, at, x, at.y, &drawn, style);
}

/// A mark at a share of a bar's room, over what stands there.
fn tick(
    buffer: &mut Buffer,
    at: Rect,
    (x, width): (u16, u16),
    share: f64,
    glyph: &str,
    style: Style,
) {
    let column =
        (share.clamp(0.0, 1.0) * f64::from(width)).floor().min(f64::from(width) - 1.0) as u16;
    if let Some(cell) = buffer.cell_mut((x + column, at.y)) {
        let under = cell.style();
        let filled = cell.symbol() == "█";
        cell.set_symbol(glyph).set_style(style);
        // Without colours the mark alone must do.
        if filled && let Some(ground @ (Color::Rgb(..) | Color::Indexed(_))) = under.fg {
            cell.set_bg(ground).set_style(Style::new().fg(Color::Black));
            cell.modifier.insert(Modifier::BOLD);
        }
    }
}
