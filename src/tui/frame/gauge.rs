//! Budgets, on every screen: that of the rehearsal, and with a ledger open the ledger's before it,
//! in another colour and by its name, so that nobody takes one for the other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::chart::Hue;
use crate::privacy::accounting::Accountant;
use crate::rehearsal::Session;
use crate::release::LedgerView;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::panel;
use crate::tui::paint::{fit, text};

/// Draws the gauge: one line, or a panel where there is room; two side by side with a ledger.
pub fn draw(desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let Some(view) = &desk.ledger else {
        of_session(desk, area, buffer, false);
        return;
    };
    let width = area.width / 2;
    of_ledger(desk, view, Rect { width, ..area }, buffer);
    let rest = Rect { x: area.x + width, width: area.width - width, ..area };
    of_session(desk, rest, buffer, true);
}

fn delta_words(amount: f64) -> String {
    if amount == 0.0 { "0".to_owned() } else { format!("{amount:e}") }
}

/// What a real release spends from.
fn of_ledger(desk: &Desk, view: &LedgerView, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let (total, left) = (view.balance.total, view.balance.remaining());
    let is_panel = area.height >= 3;
    let inside = if is_panel {
        let title = format!(
            "{}: ε {} · δ {} · {} accounting",
            view.dataset,
            total.epsilon,
            delta_words(total.delta.to_f64()),
            view.accountant.title()
        );
        panel(buffer, area, "ledger", &title, theme)
    } else {
        area
    };
    let mut words = format!("ledger ε {} of {} left", left.epsilon, total.epsilon);
    if total.delta.to_f64() > 0.0 && is_panel {
        words += &format!(" · δ {}", delta_words(left.delta.to_f64()));
    }
    let spent = 1.0 - left.epsilon.to_f64() / total.epsilon.to_f64().max(f64::MIN_POSITIVE);
    bar(desk, inside, buffer, &words, theme.text(), Hue::Purple, (spent, 0.0));
}

/// A bar whose first share is spent and whose next one is about to be, and words beside it.
fn bar(
    desk: &Desk,
    inside: Rect,
    buffer: &mut Buffer,
    words: &str,
    style: Style,
    hue: Hue,
    (spent, next): (f64, f64),
) {
    let theme = desk.theme;
    let words = fit(words, usize::from(inside.width.saturating_sub(14)));
    let bar = inside.width.saturating_sub(words.width() as u16 + 4);
    let spent_to = (spent * f64::from(bar)).round() as u16;
    let next_to = (next * f64::from(bar)).ceil().min(f64::from(bar)) as u16;
    for x in 0..bar {
        let (glyph, style) = if x < spent_to {
            ("█", theme.hue(hue))
        } else if x < next_to {
            ("▒", theme.hue(hue))
        } else if hue == Hue::Purple {
            // Two bars differ without colour, too.
            ("┄", theme.hue(hue))
        } else {
            ("─", theme.border())
        };
        text(buffer, inside, inside.x + 1 + x, inside.y, glyph, style);
    }
    text(buffer, inside, inside.x + bar + 3, inside.y, &words, style);
}

/// What asked answers of the rehearsal spend; `beside` the ledger's it is called by its name.
fn of_session(desk: &Desk, area: Rect, buffer: &mut Buffer, beside: bool) {
    let theme = desk.theme;
    let budget = desk.session.budget();
    let (total, spent) = (budget.total(), budget.spent());
    let cost = desk.setting.as_ref().and_then(|setting| Session::cost(&setting.cell));

    let inside = if area.height >= 3 {
        let title = format!(
            "ε {} · δ {} · spending by {} accounting",
            total.epsilon,
            delta_words(total.delta.to_f64()),
            budget.accountant().title()
        );
        panel(buffer, area, "session budget", &title, theme)
    } else {
        area
    };
    let mut words = match (beside, area.height >= 3) {
        (true, _) => format!("rehearsal ε {} of {} left", desk.remaining(), total.epsilon),
        (false, true) => format!("ε {} left of {}", desk.remaining(), total.epsilon),
        (false, false) => format!("budget ε {} left of {}", desk.remaining(), total.epsilon),
    };
    let asked = budget.answers();
    // Beside another bar in a narrow terminal what is left is what matters.
    let is_tight = beside && area.width < 90;
    if !beside || area.width >= 55 {
        words += &format!(" · {asked} asked");
    }
    if area.width >= 100 {
        let derived = budget.accountant() != Accountant::Basic;
        let shown = if derived {
            format!("{:.3}", (spent.epsilon.to_f64() * 1e3).ceil() / 1e3)
        } else {
            spent.epsilon.to_string()
        };
        words += &format!(" · spent {shown}");
        if spent.delta.to_f64() > 0.0 {
            words += &format!(", δ {}", delta_words(spent.delta.to_f64()));
        }
    }
    if let Some(cost) = cost.filter(|_| !is_tight) {
        words += &match desk.next_fits() {
            Some(0) => {
                // ε may be left where δ is not.
                let lacks_delta = cost.delta > budget.remaining().delta;
                let which = if lacks_delta { "no δ left for it" } else { "refused" };
                format!(" · the next costs {}: {which}", cost.epsilon)
            }
            Some(more) if area.width >= 100 => {
                format!(" · the next costs {}, {more} more fit", cost.epsilon)
            }
            Some(more) => format!(" · {more} more fit"),
            None => String::new(),
        };
    }
    let share = |amount: f64| {
        if total.epsilon.to_f64() > 0.0 { amount / total.epsilon.to_f64() } else { 1.0 }
    };
    let next = cost.map_or(0.0, |cost| cost.epsilon.to_f64());
    let spent = spent.epsilon.to_f64();
    let style =
        if cost.is_some() && desk.next_fits() == Some(0) { theme.alarm() } else { theme.text() };
    bar(desk, inside, buffer, &words, style, Hue::Orange, (share(spent), share(spent + next)));
}
