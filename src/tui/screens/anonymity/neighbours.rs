//! Neighbouring data made visible: one shopper taken out, both answers side by side.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::state::{AnonymityScreen, TakenOut};
use crate::anonymity::{Asks, DpBound};
use crate::chart::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stroke, short_number};
use crate::export::{percent, posterior_words, shown};
use crate::rehearsal::Neighbours;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{chart_panel, panel, wrap};
use crate::tui::paint::{fit, text, text_right};

/// Draws both answers, and the noise around each.
pub fn draw(
    screen: &AnonymityScreen,
    taken: TakenOut,
    desk: &Desk,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let Some(data) = &desk.data else { return };
    let name = data.purchases.user.names.get(taken.user).map_or("", String::as_str);
    let shopper = format!("shopper {}", shown(name));
    let title = format!("with and without {shopper}");
    let subtitle = format!("{} of {} · ↑↓ another", taken.user + 1, data.pairs.users());
    let wide = area.width >= 86 && area.height >= 14;
    let (left, right) = if wide {
        let width = 46;
        let rest = Rect { x: area.x + width, width: area.width - width, ..area };
        (Rect { width, ..area }, Some(rest))
    } else {
        // The curves stand below where they have room.
        let high = if area.height >= 24 { 16 } else { area.height };
        let below = Rect { y: area.y + high, height: area.height - high, ..area };
        (Rect { height: high, ..area }, (below.height >= 8).then_some(below))
    };
    let inside = panel(buffer, left, &title, &subtitle, theme);
    let found = desk.setting.as_ref().and_then(|setting| {
        let cell = &setting.cell;
        Neighbours::of(
            &data.pairs,
            taken.user,
            cell.bounds?,
            &setting.answer,
            cell.noise,
            (desk.seed, taken.draw),
        )
    });
    let Some(found) = found else {
        let words = match desk.setting {
            Some(_) => {
                format!("{shopper} gives nothing to any group of this question: ↑↓ chooses another")
            }
            None => "no answer: the setting under the knobs was refused".to_owned(),
        };
        for (row, line) in
            wrap(&words, usize::from(inside.width).saturating_sub(2)).iter().enumerate()
        {
            text(buffer, inside, inside.x + 1, inside.y + row as u16, line, theme.dim());
        }
        return;
    };
    answers(screen, desk, &shopper, &found, inside, buffer);
    if let Some(area) = right {
        chart_panel(buffer, area, &densities(desk, &shopper, &found), theme);
    }
}

fn answers(
    screen: &AnonymityScreen,
    desk: &Desk,
    shopper: &str,
    found: &Neighbours,
    inside: Rect,
    buffer: &mut Buffer,
) {
    let theme = desk.theme;
    let unit = desk.knobs.unit() as f64;
    let (code, description) = desk.name_of(found.group);
    let group = shown(if description.is_empty() { code } else { description });
    let width = usize::from(inside.width).saturating_sub(2);
    let columns = [inside.x + inside.width * 3 / 5, inside.right().saturating_sub(2)];
    let mut y = inside.y;
    let measure = desk.knobs.question.measure;
    let head = format!("{measure} of {group}");
    text(buffer, inside, inside.x + 1, y, &fit(&head, width), theme.strong());
    y += 1;
    for (at, head) in columns.into_iter().zip(["with", "without"]) {
        text_right(buffer, inside, at, y, head, theme.dim());
    }
    y += 1;
    let mut row = |name: &str, values: [String; 2], style, buffer: &mut Buffer| {
        if y < inside.bottom() {
            text(buffer, inside, inside.x + 1, y, name, theme.dim());
            for (at, value) in columns.into_iter().zip(values) {
                text_right(buffer, inside, at, y, &value, style);
            }
        }
        y += 1;
    };
    let number = |value: f64| short_number(value / unit);
    let exact = [found.with, found.without].map(|sum| number(sum as f64));
    row("exact", exact, theme.strong(), buffer);
    let noised = [found.noised.0, found.noised.1];
    row("noised", noised.map(number), theme.hue(Hue::Sky), buffer);
    let looks =
        noised.map(|noised| (if found.looks_with(noised) { "in" } else { "out" }).to_owned());
    row("looks as if", looks, theme.hue(Hue::Orange), buffer);
    let (with, without) = found.of_a_hundred();
    let moved = number((found.with - found.without) as f64);
    let spread = number(found.noise.variance().sqrt());
    let bound = DpBound::new(Asks::Membership, 1, desk.knobs.epsilon);
    let sentences = [
        format!(
            "{shopper} moves this sum by {moved}; the noise spreads it by ±{spread} (one standard deviation)."
        ),
        format!(
            "Of 100 noised answers {with:.0} look as if {shopper} were in, and {without:.0} do where they are out."
        ),
        format!(
            "All their groups together: whoever believes {} that they are in believes {} at most after the whole release at ε {}.",
            percent(screen.prior),
            posterior_words(bound.posterior(screen.prior)),
            short_number(desk.knobs.epsilon)
        ),
    ];
    y += 1;
    for words in sentences {
        for line in wrap(&words, width) {
            if y < inside.bottom() {
                text(buffer, inside, inside.x + 1, y, &line, theme.text());
            }
            y += 1;
        }
    }
}

/// How likely each noised answer is, with the shopper and without, and the two that were drawn.
fn densities(desk: &Desk, shopper: &str, found: &Neighbours) -> Chart {
    const PARTS: i32 = 120;
    let unit = desk.knobs.unit() as f64;
    let reach = 3.0 * found.noise.variance().sqrt();
    let (with, without) = (found.with as f64, found.without as f64);
    let drawn = [found.noised.0, found.noised.1];
    let low = drawn.into_iter().fold(without - reach, f64::min);
    let high = drawn.into_iter().fold(with + reach, f64::max);
    let at = |part: i32| low + (high - low) * f64::from(part) / f64::from(PARTS);
    let peak = found.noise.mass(0.0).max(f64::MIN_POSITIVE);
    let density = |centre: f64, x: f64| {
        // Whole noise stands on whole numbers only.
        let x = if found.noise.is_whole() { x.round() } else { x };
        Point { x: x / unit, y: found.noise.mass(x - centre) / peak }
    };
    let line = |name: &str, hue, stroke, centre: f64| Series {
        name: name.to_owned(),
        hue,
        stroke,
        points: (0..=PARTS).map(|part| density(centre, at(part))).collect(),
        band: Vec::new(),
    };
    Chart::Lines(Lines {
        title: "what may come out".to_owned(),
        subtitle: format!("{shopper} moves it by {}", short_number((with - without) / unit)),
        x: Axis {
            label: "noised answer".to_owned(),
            scale: Scale::Linear { min: low / unit, max: high / unit },
        },
        y: Axis { label: "likelihood".to_owned(), scale: Scale::Linear { min: 0.0, max: 1.0 } },
        series: vec![
            line("without", Hue::Orange, Stroke::Dashed, without),
            line("with", Hue::Sky, Stroke::Solid, with),
        ],
        rules: vec![(drawn[0] / unit, "with".to_owned()), (drawn[1] / unit, "without".to_owned())],
        warning: None,
    })
}
