//! A want held against a cell of a sweep, as it is expected there.

use super::chance::{PreparedAnswer, Truth};
use super::confirm::{ConfirmedCell, expected};
use super::infeasible::best_limit;
use super::resolved::{Judged, Resolved};
use super::want::Subject;
use crate::expected::{CellFigures, Plan};

/// The value that a want's figure has at cell number `cell` of `plan`: that of the sweep (the
/// closed form, else the mean over trials), an expected error of single groups; of the worst of
/// several what holds with a probability of 95 %. `None` where it was not worked out.
///
/// # Panics
/// If there is no such cell.
pub fn figure_at(plan: &Plan, cell: usize, figures: &CellFigures, want: &Resolved) -> Option<f64> {
    if let Judged::Metric(metric, _) = want.judged {
        return figures[metric].best();
    }
    let spec = &plan.cells[cell];
    if want.want.subject.is_risk() {
        let (l0, linf) = match spec.bounds {
            Some(bounds) => (bounds.reach(), bounds.linf() as f64),
            None => (1, spec.sensitivity.l1),
        };
        return super::answer::risk(&want.want.subject, &spec.noise.events(l0, linf));
    }
    if matches!(want.want.subject, Subject::Recall { .. }) || !spec.mechanism.publishes_values() {
        return None;
    }
    let truth = Truth::new(&plan.raw, plan.unit, &[], plan.seed);
    let prepared = PreparedAnswer::new(&truth, &plan.answers[spec.answer], &[]);
    if matches!(want.judged, Judged::WorstRelative(_) | Judged::EveryGroup) {
        let mut any = want.clone();
        any.want.limit = 0.0;
        return best_limit(&prepared, &any, spec.noise, 0.95);
    }
    let cell = ConfirmedCell {
        prepared: &prepared,
        truth: &truth,
        mechanism: spec.mechanism,
        epsilon: spec.epsilon,
        noise: spec.noise,
        sensitivity: spec.sensitivity,
    };
    expected(&cell, std::slice::from_ref(want)).pop().flatten()
}

/// Whether a value meets the limit of a want.
pub fn meets(want: &Resolved, value: f64) -> bool {
    let limit = want.want.limit;
    // A hair of room: 9 of 10 is .9, whatever the last bit says.
    if want.want.subject.low_is_good() {
        value <= limit + 1e-12 * limit.abs()
    } else {
        value >= limit - 1e-12
    }
}
