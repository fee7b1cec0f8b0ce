//! The Data screen of a file that cannot be read yet: what is to be decided, and by what.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::choices::{Choice, choices};
use super::keys::beside;
use super::lines::DataLine;
use super::state::Data;
use super::view::{
    PlacedLines, choice_rows, chosen, draw_choices, draw_lines, draw_why, line_rows,
};
use super::{first, why};
use crate::tui::desk::Desk;
use crate::tui::desk::choosing::Choosing;
use crate::tui::paint::panel::{panel, wrap};

struct Parts {
    sentence: Rect,
    lines: Rect,
    side: Rect,
    rows: Option<Rect>,
}

/// What is to be decided, and what may help.
fn sentence(desk: &Desk, choosing: &Choosing) -> String {
    if let Some(words) = desk.loading_words() {
        return words;
    }
    let kept = beside(desk).and_then(|beside| beside.path.file_name());
    match kept {
        Some(kept) => format!(
            "{}. A reading was kept beside it: u reads it by {}",
            choosing.refusal.trim_end_matches('.'),
            kept.to_string_lossy()
        ),
        None => choosing.refusal.clone(),
    }
}

fn parts(desk: &Desk, choosing: &Choosing, body: Rect) -> Parts {
    let width = usize::from(body.width).saturating_sub(6);
    let lines = wrap(&sentence(desk, choosing), width).len() as u16;
    let sentence = Rect { height: (lines + 2).clamp(3, (body.height / 2).max(3)), ..body };
    let left = body.height - sentence.height;
    // A header line, and rows below it.
    let wanted = choosing.sketch.as_ref().map(|sketch| sketch.head.len() as u16 + 3);
    let below = wanted.filter(|_| left >= 12).map_or(0, |wanted| wanted.min(left * 2 / 5));
    let middle = Rect { y: sentence.bottom(), height: left - below, ..body };
    let across = (body.width * 19 / 40).clamp(38, 64).min(body.width);
    Parts {
        sentence,
        lines: Rect { width: across, ..middle },
        side: Rect { x: body.x + across, width: body.width - across, ..middle },
        rows: (below > 0).then_some(Rect { y: middle.bottom(), height: below, ..body }),
    }
}

/// The choices that are listed, and the one under the cursor.
fn listed(data: &Data, desk: &Desk, line: DataLine) -> Option<(Vec<Choice>, usize)> {
    let (Some(at), DataLine::Decision(decision)) = (data.list, line) else { return None };
    let all = choices(data, desk, decision);
    let at = at.min(all.len());
    Some((all, at))
}

/// Where lines and listed choices stand, for the mouse.
pub fn places(
    data: &Data,
    desk: &Desk,
    choosing: &Choosing,
    body: Rect,
) -> (PlacedLines, PlacedLines) {
    let lines = DataLine::all(desk);
    let parts = parts(desk, choosing, body);
    let rows = line_rows(&lines, data.line, parts.lines, 0);
    let list = listed(data, desk, chosen(data, &lines));
    (rows, list.map_or(Vec::new(), |(all, at)| choice_rows(all.len(), at, parts.side)))
}

/// Draws the screen.
pub fn draw(data: &Data, desk: &Desk, choosing: &Choosing, body: Rect, buffer: &mut Buffer) {
    let parts = parts(desk, choosing, body);
    let words = sentence(desk, choosing);
    let source = choosing.source();
    first::draw_sentence(desk, ("choose", &source, &words), parts.sentence, buffer);
    let lines = DataLine::all(desk);
    panel(buffer, parts.lines, "decisions", "told from the file unless declared", desk.theme);
    let rows = line_rows(&lines, data.line, parts.lines, 0);
    draw_lines(data, desk, &lines, &rows, buffer);
    let line = chosen(data, &lines);
    let width = usize::from(parts.side.width).saturating_sub(4);
    let listed = listed(data, desk, line);
    let why = why::why(data, desk, line, None, width);
    match &listed {
        Some((all, at)) => draw_choices(desk, &why.title, (all, *at), parts.side, buffer),
        None => draw_why(desk, &why, parts.side, buffer),
    }
    if let (Some(area), Some(sketch)) = (parts.rows, &choosing.sketch) {
        // The column under the cursor, where one is.
        let under = listed.as_ref().and_then(|(all, at)| all.get(*at));
        let marked = under.map(|choice| choice.value.as_str());
        let is_column = marked.is_some_and(|name| sketch.headers.iter().any(|h| h == name));
        let subtitle = match under.filter(|_| is_column) {
            Some(Choice { value, clause }) => format!("column {value}: {clause}"),
            None => "as they stand in the file".to_owned(),
        };
        first::draw_raw(desk, sketch, (marked, &subtitle), area, buffer);
    }
}
