//! What costs most under the knobs, and which key helps: one line, looked up in the true data.
//! One key does what the line says.

use crate::chart::short_number;
use crate::contribution::Bounds;
use crate::privacy::Mechanism;
use crate::purchases::Measure;
use crate::rehearsal::{Dataset, ErrorParts, FitAt, loss};
use crate::tui::knobs::Knobs;

/// The share of the first item that is too much for one user.
const ONE_USER: f64 = 0.5;

/// By how much an error must fall for a step to be worth saying.
const WORTH: f64 = 0.98;

/// The line, and the knob that its key turns.
#[derive(Debug, Clone, Default)]
pub struct Coach {
    /// What one user makes of the first group, where that is most of it.
    pub one_user: String,
    /// What most of the expected error is, and what makes it smaller.
    pub loss: String,
    /// What the key does.
    pub tip: Option<Tip>,
}

/// One knob and where it is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tip {
    /// l0.
    L0(u64),
    /// linf, in shown units.
    Linf(u64),
    /// What is summed.
    Sum(Measure),
    /// The noise.
    Noise(Mechanism),
}

/// A step of one bound, and the RMSE there.
struct Step {
    tip: Tip,
    up: bool,
    rmse: f64,
}

/// What most of the expected error is, and what makes it smaller.
pub(super) fn coach(data: &Dataset, knobs: &Knobs, bounds: Bounds, answer: &[i64]) -> Coach {
    let at = FitAt {
        mechanism: knobs.mechanism,
        epsilon: knobs.epsilon,
        delta: knobs.delta,
        l0: None,
        linf: None,
    };
    let Some(now) = loss(at, bounds, &data.raw, answer) else { return Coach::default() };
    let buyers = knobs.question.measure == Measure::Buyers;
    let clips = now.clipping > now.noise;
    let one_user = (data.largest_share >= ONE_USER && !buyers && clips).then(|| {
        let share = percent(data.largest_share);
        format!("one user makes {share} of the first {}", knobs.question.group_by.name())
    });
    let step = best_step(data, knobs, bounds, at, now);
    let what = if clips { "clipping" } else { "noise" };
    let (helps, tip) = match (step, clips) {
        (Some(Step { tip, up, rmse }), _) => {
            // The lesser part may be the easier one to make smaller.
            let still = if up == clips { "" } else { "still, " };
            let (Tip::L0(to) | Tip::Linf(to)) = tip else { return Coach::default() };
            let name = if matches!(tip, Tip::L0(_)) { "l0" } else { "linf" };
            let turn = if up { "raises" } else { "lowers" };
            let to = short_number(to as f64);
            let gains = format!("(RMSE {})", rounded(rmse, knobs));
            let or = if clips && !buyers { ", or sum buyers" } else { "" };
            (format!("{still}t {turn} {name} to {to} {gains}{or}"), Some(tip))
        }
        (None, true) if !buyers => {
            ("t sums buyers, or → on ε".to_owned(), Some(Tip::Sum(Measure::Buyers)))
        }
        (None, true) => ("→ on ε, then looser bounds".to_owned(), None),
        (None, false) if wants_gaussian(knobs, bounds) => (
            "t takes gaussian noise, smaller at this l0; or → on ε".to_owned(),
            Some(Tip::Noise(Mechanism::Gaussian)),
        ),
        (None, false) => ("→ on ε, or another by with fewer groups".to_owned(), None),
    };
    Coach {
        one_user: one_user.unwrap_or_default(),
        loss: format!("most of the loss is {what}: {helps}"),
        tip,
    }
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
    let steps = of_l0.map(|l0| (Tip::L0(l0), l0, bounds.linf())).chain(
        of_linf.into_iter().flatten().map(|linf| (Tip::Linf(linf / unit), bounds.l0(), linf)),
    );
    let tried = steps.filter_map(|(tip, l0, linf)| {
        let other = Bounds::new(l0, linf, knobs.question.measure).ok()?.over(knobs.known);
        let (sums, _) = data.bounded(other);
        let rmse = loss(at, other, &data.raw, &sums)?.rmse();
        let up = l0 > bounds.l0() || linf > bounds.linf();
        Some(Step { tip, up, rmse })
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
