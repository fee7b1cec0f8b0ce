//! Risk in whole numbers of a hundred: what anybody can picture.

use super::attacker::Risk;

/// Of 100 outputs, how many the best attacker who weighs both errors alike takes for those of data
/// with the user. Exact for any composition: 100(1 ± δ(0))/2 at a test that errs as often either
/// way, and for one Laplace number what a guess at the midpoint gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Odds {
    /// Of 100 with the user: 50 to 100.
    pub with: f64,
    /// Of 100 without: 0 to 50.
    pub without: f64,
}

impl Odds {
    /// The sentence of both in whole numbers, of outputs that "you" are in.
    pub fn sentence(self) -> String {
        let with = self.with.round();
        format!(
            "of 100 outputs {with} look as if you were in; had you stayed out, {} would",
            100.0 - with
        )
    }
}

impl Risk {
    /// Of 100 outputs with the user and of 100 without, how many look as if the user were in.
    pub fn odds(&self) -> Odds {
        let with = 50.0 * (1.0 + self.advantage());
        Odds { with, without: 100.0 - with }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::accounting::{Event, Law};

    #[test]
    fn odds_of_one_laplace_number_are_those_of_the_midpoint() {
        let rows = [(0.1, 52.0), (0.5, 61.0), (1.0, 70.0), (2.0, 82.0), (4.0, 93.0)];
        for (epsilon, with) in rows {
            let law = Law::Laplace { scale: 1.0 / epsilon, sensitivity: 1.0 };
            let odds = Risk::of(&[Event::once(law)]).unwrap().odds();
            assert!((odds.with - 100.0 * (1.0 - 0.5 * libm::exp(-0.5 * epsilon))).abs() < 1e-9);
            assert_eq!((odds.with.round(), odds.without.round()), (with, 100.0 - with));
        }
        let law = Law::Laplace { scale: 1.0, sensitivity: 1.0 };
        assert_eq!(
            Risk::of(&[Event::once(law)]).unwrap().odds().sentence(),
            "of 100 outputs 70 look as if you were in; had you stayed out, 30 would"
        );
    }
}
