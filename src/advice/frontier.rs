//! Every want over ε, at the mechanism and bounds of an answer: the way to its limit.

use super::answer::{Demand, lengths};
use super::chance::{PreparedAnswer, Truth, needed};
use super::confirm::{ConfirmedCell, expected};
use super::resolved::Resolved;
use super::search::FoundRelease;
use crate::contribution::{Bounds, Pairs};
use crate::work::Cancel;

/// Points of each curve.
const POINTS: u32 = 31;

/// Curves over ε of one mechanism and one pair of bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// Mechanism and bounds; its ε is that of the answer.
    pub at: FoundRelease,
    /// ε, ascending, even steps of the logarithm.
    pub epsilons: Vec<f64>,
    /// By want, by ε: the expected figure, and the probability that one release meets the want.
    pub curves: Vec<Vec<(Option<f64>, Option<f64>)>>,
}

/// The frontier from a hundredth of the largest ε to that one; `None` if it was cancelled, or no
/// noise can be made.
pub fn frontier(
    pairs: &Pairs,
    asked: &Demand,
    wants: &[Resolved],
    at: FoundRelease,
    cancel: &Cancel,
) -> Option<Frontier> {
    let lengths = lengths(wants);
    let truth = Truth::new(pairs.raw(), pairs.units_per_shown(), &lengths, asked.seed);
    let bounded = pairs.bounded(at.l0, Some(at.linf)).sums;
    let prepared = PreparedAnswer::new(&truth, &bounded, &lengths);
    let bounds = Bounds::new(at.l0.unwrap_or(1), at.linf, pairs.question().measure).ok()?;
    let bounds = bounds.over(asked.known);
    let (reach, sensitivity) = (bounds.reach(), bounds.sensitivity());
    let delta = at.mechanism.needs_delta().then_some(asked.delta);
    let k = lengths.iter().copied().max().unwrap_or(1);
    let (low, high) = (asked.max_epsilon / 200.0, asked.max_epsilon);
    let mut found = Frontier { at, epsilons: Vec::new(), curves: vec![Vec::new(); wants.len()] };
    for point in 0..POINTS {
        if cancel.is_cancelled() {
            return None;
        }
        let epsilon = low * (high / low).powf(f64::from(point) / f64::from(POINTS - 1));
        let noise = at.mechanism.calibrate(epsilon, delta, sensitivity, k).ok()?;
        let cell = ConfirmedCell {
            prepared: &prepared,
            truth: &truth,
            mechanism: at.mechanism,
            epsilon,
            noise,
            sensitivity,
        };
        found.epsilons.push(epsilon);
        let figures = expected(&cell, wants);
        for ((want, curve), figure) in wants.iter().zip(&mut found.curves).zip(figures) {
            let subject = &want.want.subject;
            if subject.is_risk() {
                let events = noise.events(reach, sensitivity.linf);
                curve.push((super::answer::risk(subject, &events), None));
                continue;
            }
            let chance = prepared.chance(want, noise, needed(want, asked.confidence));
            curve.push((figure, chance.is_finite().then_some(chance)));
        }
    }
    Some(found)
}
