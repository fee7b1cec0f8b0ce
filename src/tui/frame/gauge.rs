//! The session's budget, on every screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::chart::Hue;
use crate::privacy::accounting::Accountant;
use crate::rehearsal::Session;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::panel;
use crate::tui::paint::{fit, text};

/// Draws the gauge: one line, or a panel where there is room.
pub fn draw(desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let budget = desk.session.budget();
    let (total, spent) = (budget.total(), budget.spent());
    let cost = desk.setting.as_ref().and_then(|setting| Session::cost(&setting.cell));
    let delta = |amount: f64| if amount == 0.0 { "0".to_owned() } else { format!("{amount:e}") };

    let inside = if area.height >= 3 {
        let title = format!(
            "ε {} · δ {} · spending by {} accounting",
            total.epsilon,
            delta(total.delta.to_f64()),
            budget.accountant().title()
        );
        panel(buffer, area, "session budget", &title, theme)
    } else {
        area
    };
    let mut words = if area.height >= 3 {
        format!("ε {} left of {}", desk.remaining(), total.epsilon)
    } else {
        format!("budget ε {} left of {}", desk.remaining(), total.epsilon)
    };
    let asked = budget.answers();
    words += &format!(" · {asked} asked");
    if area.width >= 100 {
        let derived = budget.accountant() != Accountant::Basic;
        let shown = if derived {
            format!("{:.3}", (spent.epsilon.to_f64() * 1e3).ceil() / 1e3)
        } else {
            spent.epsilon.to_string()
        };
        words += &format!(" · spent {shown}");
        if spent.delta.to_f64() > 0.0 {
            words += &format!(", δ {}", delta(spent.delta.to_f64()));
        }
    }
    if let Some(cost) = cost {
        words += &match desk.next_fits() {
            Some(0) => format!(" · the next costs {}: refused", cost.epsilon),
            Some(more) if area.width >= 100 => {
                format!(" · the next costs {}, {more} more fit", cost.epsilon)
            }
            Some(more) => format!(" · {more} more fit"),
            None => String::new(),
        };
    }
    let words = fit(&words, usize::from(inside.width.saturating_sub(14)));
    let bar = inside.width.saturating_sub(words.width() as u16 + 4);
    let share = |amount: f64| {
        if total.epsilon.to_f64() > 0.0 { amount / total.epsilon.to_f64() } else { 1.0 }
    };
    let spent_to = (share(spent.epsilon.to_f64()) * f64::from(bar)).round() as u16;
    let next = cost.map_or(0.0, |cost| cost.epsilon.to_f64());
    let next_to =
        (share(spent.epsilon.to_f64() + next) * f64::from(bar)).ceil().min(f64::from(bar)) as u16;
    for x in 0..bar {
        let (glyph, style) = if x < spent_to {
            ("█", theme.hue(Hue::Orange))
        } else if x < next_to {
            ("▒", theme.hue(Hue::Orange))
        } else {
            ("─", theme.border())
        };
        text(buffer, inside, inside.x + 1 + x, inside.y, glyph, style);
    }
    let style =
        if cost.is_some() && desk.next_fits() == Some(0) { theme.alarm() } else { theme.text() };
    text(buffer, inside, inside.x + bar + 3, inside.y, &words, style);
}
