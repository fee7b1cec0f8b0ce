//! The chart of the Advice screen as a description: every want over ε, with floor and ceiling.

use super::state::{AdviceScreen, CONFIDENCES, CurveShown};
use crate::advice::{FoundRelease, Frontier, Window};
use crate::chart::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stretch, Stroke, short_number};
use crate::tui::desk::Desk;
use crate::tui::series::{epsilon_axis, grey_line, warning};

/// Colours of the wants, in their order.
const HUES: [Hue; 6] =
    [Hue::Sky, Hue::Orange, Hue::Green, Hue::Purple, Hue::Vermilion, Hue::Yellow];

/// Mechanism and bounds in a line.
pub fn place(found: &FoundRelease, unit: f64) -> String {
    let linf = short_number(found.linf as f64 / unit);
    match found.l0 {
        Some(l0) => format!("{}, l0 {l0}, linf {linf}", found.mechanism),
        None => format!("{}, linf {linf}", found.mechanism),
    }
}

/// The best expected figure of a want over ε, and the bounds it is at.
pub fn best_at(
    screen: &AdviceScreen,
    want: usize,
) -> impl Iterator<Item = (f64, (f64, FoundRelease))> {
    let best = screen.report.as_ref().and_then(|report| report.best_bounds.as_deref());
    best.into_iter()
        .flat_map(move |best| {
            best.epsilons.iter().zip(best.by_want.get(want).into_iter().flatten())
        })
        .filter_map(|(&epsilon, found)| Some((epsilon, (*found)?)))
}

/// The window of the mechanism that the frontier is of.
pub fn window<'a>(screen: &'a AdviceScreen, at: &FoundRelease) -> Option<&'a Window> {
    screen.advice()?.windows.iter().find(|window| window.mechanism == at.mechanism)
}

/// The chart in view; none before there is an answer.
pub fn chart(screen: &AdviceScreen, desk: &Desk) -> Option<Chart> {
    let frontier = screen.report.as_ref()?.frontier.as_deref()?;
    let unit = desk.knobs.unit() as f64;
    let mut rules = Vec::new();
    if let Some(Window { floor, ceiling, .. }) = window(screen, &frontier.at) {
        rules.extend(floor.map(|floor| (floor, format!("floor {}", short_number(floor)))));
        rules.extend(ceiling.map(|at| (at, format!("ceiling {}", short_number(at)))));
    }
    let open = window(screen, &frontier.at).filter(|window| window.is_open()).copied();
    let (title, label, mut series, scale) = match screen.curve {
        CurveShown::Chance => {
            let mut series = chances(screen, frontier);
            let needed = CONFIDENCES[screen.confidence.min(CONFIDENCES.len() - 1)];
            series.push(level(frontier, "needed", needed));
            let scale = Scale::Linear { min: 0.0, max: 1.0 };
            ("does it hold, over ε".to_owned(), "probability", series, scale)
        }
        CurveShown::Figure => {
            let want = screen.advice()?.wants.get(screen.line)?;
            let points: Vec<Point> = frontier
                .epsilons
                .iter()
                .zip(frontier.curves.get(screen.line)?)
                .filter_map(|(&x, &(figure, _))| Some(Point { x, y: figure? }))
                .collect();
            let best: Vec<Point> =
                best_at(screen, screen.line).map(|(x, (y, _))| Point { x, y }).collect();
            let values = points.iter().chain(&best).map(|point| point.y).chain([want.want.limit]);
            let values: Vec<f64> = values.collect();
            let scale = if want.want.subject.is_share() {
                Scale::Linear { min: 0.0, max: values.iter().copied().fold(1.0, f64::max) }
            } else {
                Scale::log_for(values.into_iter())
            };
            let series = vec![
                Series {
                    name: want.want.subject.to_string(),
                    hue: HUES[screen.line % HUES.len()],
                    stroke: Stroke::Solid,
                    points,
                    band: Vec::new(),
                },
                Series {
                    name: if best.is_empty() { String::new() } else { "best bounds".to_owned() },
                    hue: Hue::Green,
                    stroke: Stroke::Dots,
                    points: best,
                    band: Vec::new(),
                },
                level(frontier, "limit", want.want.limit),
            ];
            (format!("{} over ε", want.want.subject), "expected", series, scale)
        }
    };
    if let Some((from, to)) = open.and_then(|window| shaded(&window, frontier)) {
        let (low, high) = scale.ends();
        let stretch = |x: f64| Stretch { x, low, high };
        // Below the curves, so that they stay to be seen.
        series.insert(
            0,
            Series {
                name: "window".to_owned(),
                hue: Hue::Grey,
                stroke: Stroke::Dashed,
                points: Vec::new(),
                band: vec![stretch(from), stretch(to)],
            },
        );
    }
    Some(Chart::Lines(Lines {
        title,
        subtitle: place(&frontier.at, unit),
        x: epsilon_axis(frontier.epsilons.first().copied(), frontier.epsilons.last().copied()),
        y: Axis { label: label.to_owned(), scale },
        series,
        rules,
        warning: warning(desk),
    }))
}

/// Where an open window lies within the curves, from floor to ceiling; nothing without a ceiling, for then
/// every larger ε does.
fn shaded(window: &Window, frontier: &Frontier) -> Option<(f64, f64)> {
    let (first, last) = (*frontier.epsilons.first()?, *frontier.epsilons.last()?);
    let from = window.floor.unwrap_or(first).clamp(first, last);
    let to = window.ceiling?.clamp(first, last);
    (from < to).then_some((from, to))
}

/// The probabilities of all wants; of a risk what it is.
fn chances(screen: &AdviceScreen, frontier: &Frontier) -> Vec<Series> {
    let Some(advice) = screen.advice() else { return Vec::new() };
    advice
        .wants
        .iter()
        .zip(&frontier.curves)
        .enumerate()
        .map(|(place, (want, curve))| {
            let risk = want.want.subject.is_risk();
            let value = |&(figure, chance): &(Option<f64>, Option<f64>)| {
                if risk { figure } else { chance }
            };
            Series {
                name: want.want.to_string(),
                hue: HUES[place % HUES.len()],
                stroke: if risk { Stroke::Dots } else { Stroke::Solid },
                points: frontier
                    .epsilons
                    .iter()
                    .zip(curve)
                    .filter_map(|(&x, point)| Some(Point { x, y: value(point)? }))
                    .collect(),
                band: Vec::new(),
            }
        })
        .collect()
}

fn level(frontier: &Frontier, name: &str, y: f64) -> Series {
    let ends = [frontier.epsilons.first(), frontier.epsilons.last()];
    let points = ends.into_iter().flatten().map(|&x| Point { x, y }).collect();
    grey_line(&format!("{name} {}", short_number(y)), points)
}
