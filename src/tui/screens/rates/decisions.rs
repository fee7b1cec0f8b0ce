//! What an advertiser decides by the rates, and what noise makes of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::state::RatesScreen;
use crate::chart::{by_rate, grouped, short_number};
use crate::export::percent;
use crate::metric::Figure;
use crate::rates::{GroupRate, Interval, RatesStudy};
use crate::tui::desk::Desk;
use crate::tui::paint::panel::panel;
use crate::tui::paint::{fit, text, text_right};
use crate::tui::series::written;

/// A line: a name and its value, or a heading.
enum Line {
    Heading(String),
    Value(String, String),
}

fn share(figure: Figure) -> String {
    match (figure.best(), figure.simulated) {
        (Some(best), Some(simulated)) => {
            format!("{} ({})", percent(best), percent(simulated))
        }
        (Some(best), None) => percent(best),
        _ => "-".to_owned(),
    }
}

/// A number, and what trials say of it.
fn beside(figure: Figure) -> String {
    match (figure.expected, figure.simulated) {
        (Some(closed), Some(simulated)) => {
            format!("{} ({})", short_number(closed), short_number(simulated))
        }
        _ => written(figure),
    }
}

fn ends(interval: Option<Interval>) -> String {
    interval
        .map_or("-".to_owned(), |ends| format!("{} – {}", percent(ends.low), percent(ends.high)))
}

fn lift_ends(interval: Option<Interval>) -> String {
    interval.map_or("-".to_owned(), |ends| {
        format!("{:+.0} to {:+.0} %", 100.0 * ends.low, 100.0 * ends.high)
    })
}

fn of_all(study: &RatesStudy, lines: &mut Vec<Line>) {
    let mut value = |name: &str, value: String| lines.push(Line::Value(name.to_owned(), value));
    value("pairs the wrong way round", share(study.pairs_flipped));
    let stays = match by_rate(study)[..] {
        [best, second, ..] if best.rate > second.rate => format!("{} stays best", best.group),
        _ => "the best stays best".to_owned(),
    };
    value(&stays, share(study.best_is_best));
    if let Some(readable) = study.readable {
        let count = |many: Option<u64>| many.map_or("too many".to_owned(), grouped);
        let units = study.setting.per.plural();
        value(
            &format!("to read {} ±{}", percent(readable.rate), percent(readable.within)),
            format!("{} kept {units}", count(readable.both)),
        );
        value("  noise, chance alone", [readable.noise, readable.sampling].map(count).join(", "));
        if readable.in_all != readable.both {
            value("  so many in all", format!("{} {units}", count(readable.in_all)));
        }
    }
    let [stops, keeps, lost, wasted] = study.stopping;
    let from = match study.limit.1 {
        "the rate of all together" => "the rate of all",
        from => from,
    };
    lines.push(Line::Heading(format!("stopped below {} ({from})", percent(study.limit.0))));
    let mut value = |name: &str, value: String| lines.push(Line::Value(name.to_owned(), value));
    value("wrong stops, groups", beside(stops));
    value("  conversions lost", beside(lost));
    value("wrongly kept, groups", beside(keeps));
    value(&format!("  {} wasted", study.setting.per.plural()), beside(wasted));
}

fn of_one(study: &RatesStudy, group: &GroupRate, screen: &RatesScreen, lines: &mut Vec<Line>) {
    lines.push(Line::Heading(group.group.clone()));
    let mut value = |name: &str, value: String| lines.push(Line::Value(name.to_owned(), value));
    value("kept of all", format!("{} of {}", grouped(group.kept), grouped(group.users)));
    value("rate of the kept", group.rate_bounded.map_or("-".to_owned(), percent));
    value("interval, noise", ends(group.interval));
    value("  sampling", ends(group.sampling));
    value("a count below 0", group.clamped.best().map_or("-".to_owned(), percent));
    let key = study.groups.iter().position(|one| one.group == group.group);
    if let Some(drawn) = screen.drawn.as_ref().zip(key).and_then(|(drawn, at)| drawn.get(at)) {
        value("asked ◆", drawn.rate.map_or("nothing can be said".to_owned(), percent));
        value("  its interval", ends(drawn.interval));
    }
    if let Some(lift) = study.lifts.iter().find(|lift| lift.group == group.group) {
        value(
            "lift over the holdout",
            lift.lift.map_or("-".to_owned(), |l| format!("{:+.0} %", 100.0 * l)),
        );
        value("  with sampling", lift_ends(lift.sampling));
        value(
            "lift of the kept",
            lift.lift_bounded.map_or("-".to_owned(), |l| format!("{:+.0} %", 100.0 * l)),
        );
        value("  with the noise", lift_ends(lift.answers));
        value("  wrong sign", lift.wrong_sign.map_or("-".to_owned(), percent));
    }
}

fn of_designs(study: &RatesStudy, lines: &mut Vec<Line>) {
    let Some([cells, best, half]) = study.designs else { return };
    lines.push(Line::Heading("as exact as two disjoint cells".to_owned()));
    for (name, design) in [("two cells", cells), ("best split of ε", best), ("half and half", half)]
    {
        lines.push(Line::Value(
            name.to_owned(),
            format!("ε {}", short_number(design.epsilon_for_the_same)),
        ));
    }
}

/// What of it is shown: all, or a part where there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionsPart {
    /// All of it.
    All,
    /// What is decided by all groups.
    Decided,
    /// What is known of the chosen group.
    Group,
}

/// Draws the panel.
pub fn draw(
    screen: &RatesScreen,
    desk: &Desk,
    (area, shown): (Rect, DecisionsPart),
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let title = if shown == DecisionsPart::Group { "the group" } else { "what is decided" };
    let subtitle = if shown == DecisionsPart::Group { "" } else { "closed form (simulated)" };
    let inside = panel(buffer, area, title, subtitle, theme);
    let Some(study) = &screen.study else { return };
    let mut lines = Vec::new();
    if shown != DecisionsPart::Group {
        of_all(study, &mut lines);
    }
    if let Some(group) =
        by_rate(study).get(screen.group).filter(|_| shown != DecisionsPart::Decided)
    {
        of_one(study, group, screen, &mut lines);
    }
    // Two columns where one is too short for all.
    let room = usize::from(inside.height);
    // Designs stand on whichever page has room for all of them.
    let mut more = Vec::new();
    of_designs(study, &mut more);
    if shown == DecisionsPart::All || lines.len() + more.len() <= room {
        lines.append(&mut more);
    }
    let columns = if lines.len() > room && inside.width >= 84 { 2 } else { 1 };
    let width = inside.width / columns;
    for (at, line) in lines.iter().enumerate() {
        let column = at / room.max(1);
        if column >= usize::from(columns) {
            break;
        }
        let x = inside.x + column as u16 * width;
        let y = inside.y + (at % room.max(1)) as u16;
        let right = (x + width).saturating_sub(2);
        let put = |buffer: &mut Buffer, name: &str, value: &str, style: Style| {
            let room = usize::from(width).saturating_sub(value.chars().count() + 4);
            text(buffer, inside, x + 1, y, &fit(name, room), style);
            text_right(buffer, inside, right, y, value, theme.strong());
        };
        match line {
            Line::Heading(heading) => put(buffer, heading, "", theme.strong()),
            Line::Value(name, value) => put(buffer, &format!("  {name}"), value, theme.text()),
        }
    }
}
