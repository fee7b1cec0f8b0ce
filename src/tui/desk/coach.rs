//! What costs most under the knobs, and which key helps: one line, looked up in the true data.

use crate::chart::short_number;
use crate::contribution::Bounds;
use crate::privacy::Mechanism;
use crate::purchases::Measure;
use crate::rehearsal::{Dataset, ErrorParts, FitAt, loss};
use crate::tui::knobs::{Knob, Knobs};

/// The share of the first item that is too much for one user.
const ONE_USER: f64 = 0.5;

/// By how much an error must fall for a step to be worth saying.
const WORTH: f64 = 0.98;

/// A step of one bound, and the RMSE there.
struct Step {
    knob: Knob,
    /// In shown units.
    to: u64,
    up: bool,
    rmse: f64,
}

/// The line: what most of the expected error is, and what makes it smaller.
pub(super) fn words(data: &Dataset, knobs: &Knobs, bounds: Bounds, answer: &[i64]) -> String {
    let at = FitAt {
        mechanism: knobs.mechanism,
        epsilon: knobs.epsilon,
        delta: knobs.delta,
        l0: None,
        linf: None,
    };
    let Some(now) = loss(at, bounds, &data.raw, answer) else { return String::new() };
    let buyers = knobs.question.measure == Measure::Buyers;
    let clips = now.clipping > now.noise;
    let one_user = (data.largest_share >= ONE_USER && !buyers && clips).then(|| {
        let share = percent(data.largest_share);
        format!("one user makes {share} of the first {} · ", knobs.question.group_by.name())
    });
    let step = best_step(data, knobs, bounds, at, now);
    let what = if clips { "clipping" } else { "noise" };
    let helps = match (step, clips) {
        (Some(Step { knob, to, up, rmse }), _) => {
            // The lesser part may be the easier one to make smaller.
            let still = if up == clips { "" } else { "still, " };
            let name = if knob == Knob::L0 { "l0" } else { "linf" };
            let turn = if up { "raise" } else { "lower" };
            let to = short_number(to as f64);
            let gains = format!("(RMSE {})", rounded(rmse, knobs));
            let or = if clips && !buyers { ", or sum buyers" } else { "" };
            format!("{still}{turn} {name} to {to} {gains}{or}")
        }
        (None, true) if !buyers => "sum buyers, or a larger ε".to_owned(),
        (None, true) => "a larger ε lets bounds be looser".to_owned(),
        (None, false) if wants_gaussian(knobs, bounds) => {
            "gaussian noise is smaller at this l0, or a larger ε".to_owned()
        }
        (None, false) => "a larger ε, or fewer groups".to_owned(),
    };
    format!("{}most of the loss is {what}: {helps}", one_user.unwrap_or_default())
}

/// Laplace noise over many groups has the larger variance: with δ 1e-6 from 9 on.
fn wants_gaussian(knobs: &Knobs, bounds: Bounds) -> bool {
    !knobs.mechanism.needs_delta()
        && Mechanism::Gaussian
            .calibrate(knobs.epsilon, Some(knobs.delta), bounds.sensitivity(), 1)
            .ok()
            .zip(knobs.mechanism.calibrate(knobs.epsilon, None, bounds.sensitivity(), 1).ok())
            .is_some_and(|(gaussian, now)| gaussian.variance() < WORTH * now.variance())
}

/// The step of either bound to its next or former value that helps most, if one does.
fn best_step(
    data: &Dataset,
    knobs: &Knobs,
    bounds: Bounds,
    at: FitAt,
    now: ErrorParts,
) -> Option<Step> {
    let grid = data.cube.grid();
    let unit = knobs.unit() as u64;
    let beside = |steps: &[u64], now: u64| {
        let below = steps.iter().rev().copied().find(|&step| step < now);
        let above = steps.iter().copied().find(|&step| step > now);
        [below, above]
    };
    let of_l0 = beside(&grid.l0, bounds.l0()).into_iter().flatten();
    let whole: Vec<u64> = grid.linf.iter().copied().filter(|step| step % unit == 0).collect();
    let of_linf = match knobs.question.measure {
        Measure::Buyers => [None, None],
        _ => beside(&whole, bounds.linf()),
    };
    let steps = of_l0
        .map(|l0| (Knob::L0, l0, bounds.linf()))
        .chain(of_linf.into_iter().flatten().map(|linf| (Knob::Linf, bounds.l0(), linf)));
    let tried = steps.filter_map(|(knob, l0, linf)| {
        let other = Bounds::new(l0, linf, knobs.question.measure).ok()?.over(knobs.known);
        let (sums, _) = data.bounded(other);
        let rmse = loss(at, other, &data.raw, &sums)?.rmse();
        let (to, up) = match knob {
            Knob::L0 => (l0, l0 > bounds.l0()),
            _ => (linf / unit, linf > bounds.linf()),
        };
        Some(Step { knob, to, up, rmse })
    });
    let best = tried.min_by(|a, b| a.rmse.total_cmp(&b.rmse))?;
    (best.rmse < WORTH * now.rmse()).then_some(best)
}

fn percent(share: f64) -> String {
    // All of it only where it is all.
    format!("{} %", short_number((share * 1e3).floor() / 10.0))
}

fn rounded(rmse: f64, knobs: &Knobs) -> String {
    short_number(rmse / knobs.unit() as f64)
}
