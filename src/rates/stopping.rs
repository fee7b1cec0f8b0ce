//! Which groups would be stopped for a low rate, and what noise makes of that decision.

use super::law::RateLaw;

/// What a rule "stop where the answer is below a limit" costs, in expectation over the noise.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stopping {
    /// Groups whose true rate is not below the limit, and that are stopped all the same.
    pub wrong_stops: f64,
    /// Groups whose true rate is below it, and that go on.
    pub wrong_keeps: f64,
    /// Conversions of the groups that were stopped wrongly.
    pub conversions_lost: f64,
    /// Users (or exposures) of those that go on wrongly.
    pub exposures_wasted: f64,
}

impl Stopping {
    /// Adds a group that is stopped with some probability (0 or 1 in a trial).
    pub(super) fn add(&mut self, stops: f64, rate: f64, limit: f64, converted: f64, size: f64) {
        if rate < limit {
            self.wrong_keeps += 1.0 - stops;
            self.exposures_wasted += (1.0 - stops) * size;
        } else {
            self.wrong_stops += stops;
            self.conversions_lost += stops * converted;
        }
    }

    /// Its figures, in the order of the fields.
    pub(super) fn values(self) -> [f64; 4] {
        [self.wrong_stops, self.wrong_keeps, self.conversions_lost, self.exposures_wasted]
    }
}

/// P(a group is stopped): its answer is below the limit. One of which nothing can be said goes on.
pub fn stop_probability(law: &RateLaw, limit: f64) -> f64 {
    law.answered() * law.below(limit)
}

/// The rule's cost for groups of these laws and unbounded cells (converted, all).
pub fn stopping(laws: &[RateLaw], cells: &[(u64, u64)], limit: f64) -> Stopping {
    let mut cost = Stopping::default();
    for (law, &(converted, size)) in laws.iter().zip(cells).filter(|(_, cells)| cells.1 > 0) {
        let (converted, size) = (converted as f64, size as f64);
        cost.add(stop_probability(law, limit), converted / size, limit, converted, size);
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::CellNoise;

    #[test]
    fn wrong_decisions_are_counted_on_either_side() {
        let sure = |c: f64, m: f64| RateLaw::new(c, m, CellNoise::Laplace { b: 1e-6 });
        let laws = [sure(10.0, 90.0), sure(1.0, 99.0)];
        let cells = [(10, 100), (1, 100)];
        assert_eq!(stopping(&laws, &cells, 0.05).values(), [0.0; 4]);
        // Bounds that turn the rates round make both decisions wrong.
        let turned = stopping(&[laws[1], laws[0]], &cells, 0.05).values();
        assert!(turned.iter().zip([1.0, 1.0, 10.0, 100.0]).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
