//! The Advice screen: wants with what each comes to, the answer in words, the way there over ε.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::charts::{self, best_at, place};
use super::state::{AdviceScreen, CONFIDENCES, KINDS};
use crate::advice::{Advice, Kinds, ReleaseKind};
use crate::chart::short_number;
use crate::export::{AdviceSource, advice_sentence};
use crate::metric::Figure;
use crate::tui::desk::Desk;
use crate::tui::paint::panel::{chart_panel, panel, wrap};
use crate::tui::paint::{fit, text, text_right};
use crate::tui::series::written;

struct Parts {
    wants: Rect,
    answer: Option<Rect>,
    chart: Option<Rect>,
}

fn parts(screen: &AdviceScreen, body: Rect) -> Parts {
    let lines = screen.wants.len() as u16 + 4;
    if body.width >= 100 {
        let left = body.width * 11 / 20;
        let high = lines.max(7).min(body.height / 2);
        let below = Rect { y: body.y + high, height: body.height - high, width: left, ..body };
        return Parts {
            wants: Rect { width: left, height: high, ..body },
            answer: Some(below),
            chart: Some(Rect { x: body.x + left, width: body.width - left, ..body }),
        };
    }
    let high = lines.max(6).min(body.height / 2);
    let rest = Rect { y: body.y + high, height: body.height - high, ..body };
    let wants = Rect { height: high, ..body };
    if screen.charts {
        Parts { wants, answer: None, chart: Some(rest) }
    } else {
        Parts { wants, answer: Some(rest), chart: None }
    }
}

/// The lines of wants in view and where each stands.
pub fn lines(screen: &AdviceScreen, body: Rect) -> Vec<(usize, Rect)> {
    let area = parts(screen, body).wants;
    let room = usize::from(area.height.saturating_sub(3));
    let first = (screen.line + 1).saturating_sub(room);
    (first..screen.wants.len())
        .take(room)
        .enumerate()
        .map(|(row, line)| {
            let y = area.y + 2 + row as u16;
            (line, Rect { x: area.x + 1, y, width: area.width - 2, height: 1 })
        })
        .collect()
}

/// Draws the screen.
pub fn draw(screen: &AdviceScreen, desk: &Desk, body: Rect, buffer: &mut Buffer) {
    let parts = parts(screen, body);
    wants(screen, desk, parts.wants, body, buffer);
    if let Some(area) = parts.answer {
        answer(screen, desk, area, buffer);
    }
    if let Some(area) = parts.chart {
        match charts::chart(screen, desk) {
            Some(chart) => chart_panel(buffer, area, &chart, desk.theme),
            None => {
                let inside = panel(buffer, area, "over ε", "", desk.theme);
                let words = if screen.working { "looking…" } else { "nothing to show yet" };
                text(buffer, inside, inside.x + 1, inside.y, words, desk.theme.dim());
            }
        }
    }
}

fn wants(screen: &AdviceScreen, desk: &Desk, area: Rect, body: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let confidence = CONFIDENCES[screen.confidence.min(CONFIDENCES.len() - 1)];
    let kind = match KINDS[screen.kind.min(KINDS.len() - 1)] {
        Kinds::Any => "values or an order",
        Kinds::Values => "values",
        Kinds::Order => "an order",
    };
    let question = desk.knobs.question;
    let subtitle = format!("of {question} · {:.0} % sure · {kind}", 100.0 * confidence);
    let inside = panel(buffer, area, "what must hold", &subtitle, theme);
    if screen.wants.is_empty() {
        let words = "nothing is wanted yet: w adds a want";
        text(buffer, inside, inside.x + 1, inside.y, words, theme.dim());
        return;
    }
    let right = inside.right() - 1;
    let wide = inside.width >= 60;
    text(buffer, inside, inside.x + 2, inside.y, "want", theme.dim());
    if wide {
        text_right(buffer, inside, right - 22, inside.y, "figure there", theme.dim());
    }
    text_right(buffer, inside, right - 10, inside.y, "holds", theme.dim());
    text_right(buffer, inside, right, inside.y, "alone ε", theme.dim());
    let report = screen.report.as_ref().filter(|_| screen.is_fresh(desk));
    let advised = screen.advice().filter(|_| report.is_some()).and_then(|a| a.advised.as_ref());
    for (line, row) in lines(screen, body) {
        let want = &screen.wants[line];
        let chosen = line == screen.line;
        let style = if chosen { theme.chosen() } else { theme.text() };
        text(buffer, row, row.x, row.y, if chosen { "▸" } else { " " }, theme.chosen());
        let room = usize::from(row.width).saturating_sub(if wide { 40 } else { 22 });
        text(buffer, row, row.x + 2, row.y, &fit(&want.to_string(), room), style);
        if let Some(one) = advised.and_then(|advised| advised.wants.get(line)) {
            if wide {
                text_right(buffer, row, right - 22, row.y, &written(one.figure), theme.strong());
            }
            let holds = if want.subject.is_risk() {
                if one.figure.best().is_some_and(|risk| risk <= want.limit) { "✓" } else { "✗" }
                    .to_owned()
            } else {
                percent(one.chance)
            };
            text_right(buffer, row, right - 10, row.y, &holds, theme.strong());
        }
        let alone = report.and_then(|report| report.alone.get(line));
        let (words, style) = match alone {
            _ if want.subject.is_risk() => ("ceiling".to_owned(), theme.dim()),
            Some(Some(found)) => (short_number(found.epsilon), theme.strong()),
            Some(None) => ("never".to_owned(), theme.alarm()),
            None if screen.working => ("…".to_owned(), theme.dim()),
            None => (String::new(), theme.dim()),
        };
        text_right(buffer, row, right, row.y, &words, style);
    }
}

/// The probability, in percent, rounded down: 95 % is not said of what holds in 94.9.
fn percent(chance: Figure) -> String {
    chance.best().map_or("…".to_owned(), |p| format!("{} %", (1e3 * p + 1e-6).floor() / 10.0))
}

fn answer(screen: &AdviceScreen, desk: &Desk, area: Rect, buffer: &mut Buffer) {
    let theme = desk.theme;
    let fresh = screen.is_fresh(desk);
    let subtitle = match (screen.working, fresh, screen.advice().and_then(|a| a.advised.as_ref())) {
        (true, false, _) => "looking…",
        (_, true, Some(_)) => "enter puts it under the knobs",
        _ => "",
    };
    let inside = panel(buffer, area, "the answer", subtitle, theme);
    let room = usize::from(inside.width.saturating_sub(2));
    let mut y = inside.y;
    let mut put = |words: &str, style| {
        for line in wrap(words, room) {
            if y < inside.bottom() {
                text(buffer, inside, inside.x + 1, y, &line, style);
            }
            y += 1;
        }
    };
    let Some(data) = desk.data.as_ref() else { return };
    match &screen.report {
        None if screen.wants.is_empty() => put("w adds a want.", theme.dim()),
        None if screen.stopped => put("stopped: s goes on", theme.dim()),
        None => put("looking for the smallest ε…", theme.dim()),
        Some(report) => match &report.found {
            Err(error) => put(&format!("{error}"), theme.alarm()),
            Ok(advice) => {
                let source = AdviceSource {
                    purchases: &data.purchases,
                    pairs: &data.pairs,
                    known: desk.knobs.known,
                    confidence: report.asked.confidence,
                    max_epsilon: report.asked.max_epsilon,
                    recalled: &[],
                };
                let style = match (fresh, advice.advised.is_some()) {
                    (false, _) => theme.dim(),
                    (true, true) => theme.strong(),
                    (true, false) => theme.alarm(),
                };
                for (place, sentence) in advice_sentence(&source, advice).split("; ").enumerate() {
                    put(sentence, if place == 0 { style } else { theme.text() });
                }
                put("", theme.dim());
                for words in beside(advice, desk) {
                    put(&words, theme.dim());
                }
                if let Some(words) = best_bounds(screen, desk) {
                    put(&words, theme.dim());
                }
                put(
                    "chosen by looking at the true data: the choice itself is not private, and a release says so",
                    theme.care(),
                );
            }
        },
    }
}

/// The best bounds of the chosen want over ε, in one line: from where on which.
fn best_bounds(screen: &AdviceScreen, desk: &Desk) -> Option<String> {
    let unit = desk.knobs.unit() as f64;
    let mut steps: Vec<(f64, String)> = Vec::new();
    for (epsilon, (_, found)) in best_at(screen, screen.line) {
        let linf = short_number(found.linf as f64 / unit);
        let bounds = match found.l0 {
            Some(l0) => format!("l0 {l0}, linf {linf}"),
            None => format!("linf {linf}"),
        };
        if steps.last().is_none_or(|(_, last)| *last != bounds) {
            steps.push((epsilon, bounds));
        }
    }
    // As many as one reads: the first, the last and some between.
    const SHOWN: usize = 5;
    let many = steps.len();
    let shown: Vec<String> = (0..many.min(SHOWN))
        .map(|at| &steps[at * many.saturating_sub(1) / (many.min(SHOWN) - 1).max(1)])
        .map(|(epsilon, bounds)| format!("ε {}: {bounds}", short_number(*epsilon)))
        .collect();
    let want = screen.wants.get(screen.line)?;
    (!shown.is_empty()).then(|| {
        format!("best bounds for {}, of the ε looked at: {}", want.subject, shown.join("; "))
    })
}

/// What more there is to know of the answer.
fn beside(advice: &Advice, desk: &Desk) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(advised) = &advice.advised else { return lines };
    if advised.wants.len() > 1 {
        lines.push(format!(
            "all together in {:.1} ± {:.1} % of trials",
            100.0 * advised.together.share,
            100.0 * advised.together.standard_error
        ));
    }
    let more: Vec<String> = advice
        .wants
        .iter()
        .zip(&advised.with_more)
        .filter_map(|(want, more)| Some(format!("{} {}", want.want.subject, short_number(more.0?))))
        .collect();
    if !more.is_empty() {
        lines.push(format!("10 % more ε would give {}", more.join(", ")));
    }
    if let Some(width) = advised.simultaneous_width {
        lines.push(format!(
            "all groups at once within ±{} of their bounded sums (95 %)",
            short_number(width)
        ));
    }
    if advised.kind == ReleaseKind::Order {
        lines.push("an order needs a public list of the groups".to_owned());
    } else {
        lines.push(place(&advised.found, desk.knobs.unit() as f64));
    }
    lines
}
