//! The whole curve δ(ε) of composed losses, for who asks at many ε: one transform for each
//! direction, without weight, and sums from above.

use super::super::event::{Event, Law};
use super::super::renyi::Direction;
use super::compose::compose;
use super::plan::{Detail, NoLoss};

/// δ at every ε ≥ 0 of a composition. At small δ the transform's rounding counts: what it may
/// hide, some 1e-14, is added.
#[derive(Debug, Clone)]
pub(crate) struct WholeCurve {
    sides: Vec<Side>,
}

/// The losses above 0 when a user is removed, or added.
#[derive(Debug, Clone)]
struct Side {
    /// The smallest loss above 0 on the grid.
    first: f64,
    step: f64,
    /// From each loss on: how likely such losses are, and the same weighed by e^{this - loss}.
    from: Vec<(f64, f64)>,
    infinity: f64,
    rounding: f64,
}

impl WholeCurve {
    /// Composes joined events, failures left out.
    pub(crate) fn of(events: &[Event], detail: Detail) -> Result<Self, NoLoss> {
        let sampled =
            events.iter().any(|event| matches!(event.law, Law::SubsampledGaussian { .. }));
        let directions: &[Direction] =
            if sampled { &[Direction::Remove, Direction::Add] } else { &[Direction::Remove] };
        let side = |&direction: &Direction| {
            let composed = compose(events, 0.0, detail, direction)?;
            let (losses, rounding) = (composed.losses(), composed.rounding(0.0));
            let step = composed.step();
            let shrink = libm::exp(-step);
            let mut from = Vec::new();
            let (mut all, mut weighed, mut first) = (0.0, 0.0, 0.0);
            for (loss, mass) in losses.rev().take_while(|(loss, _)| *loss > 0.0) {
                all += mass;
                weighed = mass + weighed * shrink;
                first = loss;
                from.push((all, weighed));
            }
            from.reverse();
            Ok(Side { first, step, from, infinity: composed.infinity, rounding })
        };
        Ok(Self { sides: directions.iter().map(side).collect::<Result<_, NoLoss>>()? })
    }

    /// δ at ε ≥ 0: the larger of both directions.
    pub(crate) fn delta(&self, epsilon: f64) -> f64 {
        self.sides.iter().map(|side| side.delta(epsilon)).fold(0.0, f64::max).min(1.0)
    }

    /// How likely a loss above ε ≥ 0 is in outputs of data with the user.
    pub(crate) fn beyond(&self, epsilon: f64) -> f64 {
        // The first side is that of a user who is removed: outputs are those with the user.
        self.sides.first().map_or(0.0, |side| side.beyond(epsilon)).min(1.0)
    }

    /// The largest loss on the grid.
    pub(crate) fn most(&self) -> f64 {
        let last = |side: &Side| side.first + side.from.len().saturating_sub(1) as f64 * side.step;
        self.sides.iter().map(last).fold(0.0, f64::max)
    }

    /// What of δ is there only because rounding may hide as much.
    pub(crate) fn rounding(&self) -> f64 {
        self.sides.iter().map(|side| side.rounding).fold(0.0, f64::max)
    }
}

impl Side {
    /// The first loss above ε, with the sums from there on.
    fn above(&self, epsilon: f64) -> Option<(f64, (f64, f64))> {
        let guess = ((epsilon - self.first) / self.step).floor().max(-1.0) + 1.0;
        let mut at = guess as usize;
        let loss = |at: usize| self.first + at as f64 * self.step;
        while at < self.from.len() && loss(at) <= epsilon {
            at += 1;
        }
        self.from.get(at).map(|sums| (loss(at), *sums))
    }

    fn delta(&self, epsilon: f64) -> f64 {
        let finite = self.above(epsilon).map_or(0.0, |(loss, (all, weighed))| {
            (all - libm::exp(epsilon - loss) * weighed).max(0.0)
        });
        finite + self.infinity + self.rounding
    }

    fn beyond(&self, epsilon: f64) -> f64 {
        self.above(epsilon).map_or(0.0, |(_, (all, _))| all) + self.infinity
    }
}
