//! Bars over steps, kept and cut by a bound.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use super::{fit, text, text_right};
use crate::chart::{Bars, Hue, short_number};

/// Draws the inside of the chart: horizontal bars, one a row, as many as fit.
pub fn draw(buffer: &mut Buffer, area: Rect, spec: &Bars, theme: Theme) {
    if area.width < 20 || area.height < 2 || spec.bars.is_empty() {
        return;
    }
    let rows = usize::from(area.height);
    let (shown, first) = shown(spec, rows);
    let label = shown.iter().map(|(l, _)| l.width()).max().unwrap_or(1) as u16;
    let label = label.min(area.width / 2);
    let most = shown.iter().map(|(_, h)| *h).fold(0.0, f64::max).max(1.0);
    let most_digits = shown.iter().map(|(_, h)| short_number(*h).width()).max().unwrap_or(1) as u16;
    let room = area.width.saturating_sub(label + most_digits + spec.mark.width() as u16 + 6);
    // Where there is room, a blank row between bars makes them easier to tell apart.
    let pitch = if shown.len() * 2 <= rows + 1 { 2 } else { 1 };
    for (row, (name, height)) in shown.iter().enumerate() {
        let index = first + row;
        let y = area.y + row as u16 * pitch;
        let kept = index < spec.kept;
        let style = theme.hue(if kept { Hue::Sky } else { Hue::Orange });
        text_right(buffer, area, area.x + label, y, &fit(name, label.into()), theme.dim());
        let length = height / most * f64::from(room);
        let bar = bar_of(length, kept, *height > 0.0);
        text(buffer, area, area.x + label + 1, y, &bar, style);
        let end = area.x + label + 1 + bar.width() as u16;
        text(buffer, area, end + 1, y, &short_number(*height), theme.dim());
        if index + 1 == spec.kept {
            text_right(buffer, area, area.right(), y, &format!("◂ {}", spec.mark), theme.strong());
        }
    }
}

/// The bars that fit into so many rows, and the place of the first: a window that holds the bound.
/// Bins beyond it are added up in its first and last bar, so that none goes without a mark; of
/// other bars the last row says how many there are besides.
fn shown(spec: &Bars, rows: usize) -> (Vec<(String, f64)>, usize) {
    let all = &spec.bars;
    if all.len() <= rows {
        return (all.clone(), 0);
    }
    let first = spec.kept.saturating_sub(rows / 2).min(all.len() - rows);
    let end = first + rows;
    let mut window = all[first..end].to_vec();
    if !spec.bins {
        let rest = all.len() - rows + 1;
        window = all[..rows].to_vec();
        window[rows - 1] = (format!("… {rest} more"), 0.0);
        return (window, 0);
    }
    let merged = |bins: &[(String, f64)]| {
        let label = match bins {
            [one] => one.0.clone(),
            [low, .., high] => merged_label(&low.0, &high.0),
            [] => String::new(),
        };
        (label, bins.iter().map(|(_, height)| height).sum())
    };
    window[0] = merged(&all[..=first]);
    window[rows - 1] = merged(&all[end - 1..]);
    (window, first)
}

/// `1` and `3–5` together are `1–5`; what says an upper end alone keeps it.
fn merged_label(low: &str, high: &str) -> String {
    if high.starts_with('≤') {
        return high.to_owned();
    }
    let from = low.split('–').next().unwrap_or(low);
    let to = high.split('–').next_back().unwrap_or(high);
    format!("{from}–{to}")
}

/// A bar of some length in characters; what is cut is also textured.
fn bar_of(length: f64, kept: bool, some: bool) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if !kept {
        return "▒".repeat((length.round() as usize).max(usize::from(some)));
    }
    let eighths = ((length * 8.0).round() as usize).max(usize::from(some));
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(bins: bool, kept: usize) -> Bars {
        let labels = ["1", "2", "3–5", "6–10", "11–20", "21–50", "51–100"];
        Bars {
            title: String::new(),
            subtitle: String::new(),
            x_label: String::new(),
            y_label: String::new(),
            bars: labels.iter().zip(1..).map(|(l, h)| ((*l).to_owned(), f64::from(h))).collect(),
            bins,
            kept,
            rest: String::new(),
            mark: String::new(),
            warning: None,
        }
    }

    #[test]
    fn bins_that_do_not_fit_are_added_up_at_the_ends() {
        for kept in 0..=7 {
            for rows in 2..=8 {
                let (shown, first) = shown(&bars(true, kept), rows);
                let total: f64 = shown.iter().map(|(_, height)| height).sum();
                assert_eq!((shown.len(), total), (rows.min(7), 28.0), "{kept} {rows}");
                assert!(first < kept.max(1), "the bound stands in the window");
            }
        }
        let (shown, _) = shown(&bars(true, 4), 4);
        let labels: Vec<&str> = shown.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["1–5", "6–10", "11–20", "21–100"]);
    }

    #[test]
    fn other_bars_say_how_many_there_are_besides() {
        let (shown, _) = shown(&bars(false, 4), 4);
        assert_eq!(shown[3].0, "… 4 more");
    }
}
