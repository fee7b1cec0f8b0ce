//! Panels: a border with a title, what stands in it, text broken into lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use super::{chart, fit, text};
use crate::chart::Chart;

/// Blanks an area.
pub fn clear(buffer: &mut Buffer, area: Rect) {
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
            }
        }
    }
}

/// Draws a border.
pub fn border(buffer: &mut Buffer, area: Rect, style: Style) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x + 1..right {
        text(buffer, area, x, area.y, "─", style);
        text(buffer, area, x, bottom, "─", style);
    }
    for y in area.y + 1..bottom {
        text(buffer, area, area.x, y, "│", style);
        text(buffer, area, right, y, "│", style);
    }
    for (x, y, corner) in
        [(area.x, area.y, "┌"), (right, area.y, "┐"), (area.x, bottom, "└"), (right, bottom, "┘")]
    {
        text(buffer, area, x, y, corner, style);
    }
}

/// Draws a panel's border and title; returns its inside.
pub fn panel(buffer: &mut Buffer, area: Rect, title: &str, subtitle: &str, theme: Theme) -> Rect {
    border(buffer, area, theme.border());
    let room = usize::from(area.width.saturating_sub(4));
    let title = fit(title, room);
    let used = title.width();
    text(buffer, area, area.x + 1, area.y, &format!(" {title} "), theme.strong());
    if room > used + 4 && !subtitle.is_empty() {
        let subtitle = fit_parts(subtitle, room - used - 1);
        text(buffer, area, area.x + 3 + used as u16, area.y, &format!("{subtitle} "), theme.dim());
    }
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// As many of the parts between ` · ` as fit, the first of them first; a part alone is cut.
fn fit_parts(subtitle: &str, room: usize) -> String {
    let mut kept = String::new();
    for part in subtitle.split(" · ") {
        let next = if kept.is_empty() { part.to_owned() } else { format!("{kept} · {part}") };
        if next.width() > room {
            break;
        }
        kept = next;
    }
    if kept.is_empty() { fit(subtitle, room) } else { kept }
}

/// Draws a panel with a chart in it.
pub fn chart_panel(buffer: &mut Buffer, area: Rect, spec: &Chart, theme: Theme) {
    let (title, subtitle) = match spec {
        Chart::Lines(spec) => (&spec.title, &spec.subtitle),
        Chart::HeatMap(spec) => (&spec.title, &spec.subtitle),
        Chart::DotPlot(spec) => (&spec.title, &spec.subtitle),
        Chart::Bars(spec) => (&spec.title, &spec.subtitle),
    };
    let inside = panel(buffer, area, title, subtitle, theme);
    chart(buffer, inside, spec, theme);
}

/// Breaks text into lines of at most `width` columns, at spaces where it can.
pub fn wrap(what: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in what.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if line.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) > width.max(1)
            {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The first lines of a text broken at its words; what is left out shows as an ellipsis.
pub fn wrap_to(what: &str, width: usize, lines: usize) -> Vec<String> {
    let mut all = wrap(what, width);
    if all.len() > lines {
        all.truncate(lines);
        if let Some(last) = all.last_mut() {
            while last.width() + 2 > width && !last.is_empty() {
                let shorter = last.rfind(' ').unwrap_or(0);
                last.truncate(shorter);
            }
            last.push_str(" …");
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_whole() {
        assert_eq!(fit_parts("overlap@10 0.9 · τ-b 0.97", 20), "overlap@10 0.9");
        assert_eq!(fit_parts("overlap@10 0.9 · τ-b 0.97", 25), "overlap@10 0.9 · τ-b 0.97");
        assert_eq!(fit_parts("overlap@10 0.9", 8), "overlap…");
    }

    #[test]
    fn text_breaks_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert!(wrap("", 10).is_empty());
        assert_eq!(wrap_to("one two three", 9, 1), ["one two …"]);
        assert_eq!(wrap_to("one two three", 8, 1), ["one …"]);
        assert_eq!(wrap_to("one two", 8, 1), ["one two"]);
        assert!(wrap_to("one two", 8, 0).is_empty());
    }
}
