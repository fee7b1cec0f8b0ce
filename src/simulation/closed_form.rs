//! Error figures without a single random number (SCIENCE: closed forms of each law,
//! mixtures over groups solved for their quantiles).

use super::plan::{CellFigures, CellSpec, ErrorFigures, Plan, RankingFigures};
use crate::metric::Figure;
use crate::privacy::{Mechanism, Noise};
use crate::work::{Cancel, in_order, threads};

/// The closed-form figures of every cell, in order; ranking figures have none yet.
pub fn expected(plan: &Plan) -> Vec<CellFigures> {
    let mut figures = Vec::with_capacity(plan.cells.len());
    // A handful of cells is done before a thread would have started.
    let threads = if plan.cells.len() * plan.raw.len() > 20_000 { threads() } else { 1 };
    let make = |cell: usize| expected_cell(plan, cell);
    let done = in_order(threads, plan.cells.len(), &Cancel::new(), make, |_, cell| figures.push(cell));
    debug_assert!(done.is_ok(), "nothing cancels this");
    figures
}

/// The closed-form figures of cell number `cell`.
///
/// # Panics
/// If there is no such cell.
pub fn expected_cell(plan: &Plan, cell: usize) -> CellFigures {
    let spec = &plan.cells[cell];
    let mix = Mixture::new(plan, spec);
    let unit = plan.unit as f64;
    let n = mix.bias.len().max(1) as f64;
    let (mut bias, mut absolute, mut square) = (0.0, 0.0, 0.0);
    for &b in &mix.bias {
        bias += b;
        absolute += spec.noise.mean_absolute_with_bias(b);
        square += b * b;
    }
    let variance = spec.noise.variance();
    let error = ErrorFigures {
        bias: Figure::expected(bias / n / unit),
        mae: Figure::expected(absolute / n / unit),
        rmse: Figure::expected((square / n + variance).sqrt() / unit),
        variance: Figure::expected(variance / (unit * unit)),
        p95_absolute: Figure::expected(mix.quantile_absolute(0.95) / unit),
        median_relative: Figure::expected(mix.quantile_relative(0.5)),
    };
    CellFigures { error, ranking: RankingFigures::default() }
}

/// The law of the error pooled over all groups of a cell.
pub(super) struct Mixture {
    noise: Noise,
    /// Bounded minus raw, per group, stored unit.
    bias: Vec<f64>,
    /// What a relative error divides by, per group: max(raw, 1 shown unit), stored unit.
    floor: Vec<f64>,
}

impl Mixture {
    pub(super) fn new(plan: &Plan, spec: &CellSpec) -> Self {
        let answer = &plan.answers[spec.answer];
        Self {
            noise: spec.noise,
            bias: answer.iter().zip(plan.raw.iter()).map(|(&y, &x)| (y - x) as f64).collect(),
            floor: plan.raw.iter().map(|&x| x.max(plan.unit) as f64).collect(),
        }
    }

    /// The share of groups' probability of |error| > t, in 0..=1.
    pub(super) fn absolute_above(&self, t: f64) -> f64 {
        let sum: f64 = self.bias.iter().map(|&b| self.noise.error_above(b, t)).sum();
        sum / self.bias.len() as f64
    }

    /// The same for |error| / floor.
    pub(super) fn relative_above(&self, t: f64) -> f64 {
        let sum: f64 = self.bias.iter().zip(&self.floor).map(|(&b, &m)| self.noise.error_above(b, t * m)).sum();
        sum / self.bias.len() as f64
    }

    /// The mean over groups of p(1-p), p = P(|error| ≤ t): what the pooled share varies by.
    pub(super) fn absolute_spread(&self, t: f64) -> f64 {
        let part = |p: f64| p * (1.0 - p);
        self.bias.iter().map(|&b| part(self.noise.error_above(b, t))).sum::<f64>() / self.bias.len() as f64
    }

    /// The same for |error| / floor.
    pub(super) fn relative_spread(&self, t: f64) -> f64 {
        let part = |p: f64| p * (1.0 - p);
        let all = self.bias.iter().zip(&self.floor);
        all.map(|(&b, &m)| part(self.noise.error_above(b, t * m))).sum::<f64>() / self.bias.len() as f64
    }

    /// The smallest t with P(|error| ≤ t) ≥ `share`.
    pub(super) fn quantile_absolute(&self, share: f64) -> f64 {
        let worst = self.bias.iter().fold(0.0f64, |m, b| m.max(b.abs()));
        let t = self.solve(share, worst + 50.0 * self.noise.scale().max(1.0), |t| self.absolute_above(t));
        // The law falls at whole numbers; the search ends within 1e-11 of one.
        if self.noise.mechanism() == Mechanism::DiscreteLaplace { t.round() } else { t }
    }

    /// The smallest t with P(|error|/floor ≤ t) ≥ `share`.
    pub(super) fn quantile_relative(&self, share: f64) -> f64 {
        let worst = self.bias.iter().fold(0.0f64, |m, b| m.max(b.abs()));
        let least = self.floor.iter().copied().fold(f64::INFINITY, f64::min);
        let high = (worst + 50.0 * self.noise.scale().max(1.0)) / least;
        self.solve(share, high, |t| self.relative_above(t))
    }

    /// Solves above(t) = 1 - share on 0..high for a falling `above`: the Illinois
    /// variant of the false position (Dowell & Jarratt 1971) where the law is
    /// continuous, bisection where it falls in steps. Relative precision 1e-10.
    fn solve(&self, share: f64, high: f64, above: impl Fn(f64) -> f64) -> f64 {
        if self.bias.is_empty() {
            return f64::NAN;
        }
        let target = 1.0 - share;
        let (mut low, mut high) = (0.0, high);
        let (mut f_low, mut f_high) = (above(low) - target, above(high) - target);
        if f_low <= 0.0 {
            return 0.0;
        }
        let steps = self.noise.mechanism() == Mechanism::DiscreteLaplace;
        for round in 0..200 {
            // A first coarse search by halves brings the false position near enough.
            let middle =
                if steps || round < 6 { 0.5 * (low + high) } else { low + (high - low) * f_low / (f_low - f_high) };
            if middle <= low || middle >= high || high - low <= 1e-11 * high {
                break;
            }
            let f = above(middle) - target;
            if f > 0.0 {
                (low, f_low) = (middle, f);
                f_high *= 0.5;
            } else {
                (high, f_high) = (middle, f);
                f_low *= 0.5;
            }
            if f.abs() < 1e-14 && !steps {
                return middle;
            }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Sensitivity;
    use std::sync::Arc;

    fn plan(raw: &[i64], answer: &[i64], noise: Noise) -> Plan {
        let cell = CellSpec {
            mechanism: noise.mechanism(),
            epsilon: 1.0,
            delta: None,
            bounds: None,
            sensitivity: Sensitivity::assumed(1.0),
            noise,
            answer: 0,
        };
        Plan { raw: raw.into(), answers: vec![Arc::from(answer)], cells: vec![cell], unit: 1, k: 1, trials: 1, seed: 1 }
    }

    #[test]
    fn without_bias_the_mixture_is_the_law() {
        let b = 4.0;
        let figures = expected_cell(&plan(&[5; 7], &[5; 7], Noise::Laplace { b }), 0).error;
        let p95 = figures.p95_absolute.expected.unwrap();
        assert!((p95 - b * 20f64.ln()).abs() < 1e-8, "{p95}");
        let median = figures.median_relative.expected.unwrap();
        assert!((median - b * 2f64.ln() / 5.0).abs() < 1e-8, "{median}");
        assert_eq!(figures.bias.expected, Some(0.0));
        assert_eq!(figures.mae.expected, Some(b));
        assert!((figures.rmse.expected.unwrap() - (2.0 * b * b).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn quantiles_solve_the_mixture() {
        let raw = [1_000, 400, 90, 3, 1, 0];
        let bounded = [300, 280, 80, 3, 1, 0];
        for noise in [Noise::Laplace { b: 20.0 }, Noise::Gaussian { sigma: 7.0 }] {
            let plan = plan(&raw, &bounded, noise);
            let mix = Mixture::new(&plan, &plan.cells[0]);
            for share in [0.05, 0.5, 0.95, 0.999] {
                assert!((mix.absolute_above(mix.quantile_absolute(share)) - (1.0 - share)).abs() < 1e-9);
                assert!((mix.relative_above(mix.quantile_relative(share)) - (1.0 - share)).abs() < 1e-9);
            }
        }
        let plan = plan(&raw, &bounded, Noise::DiscreteLaplace { b: 5.0 });
        let mix = Mixture::new(&plan, &plan.cells[0]);
        let t = mix.quantile_absolute(0.95);
        assert_eq!(t.fract(), 0.0);
        assert!(mix.absolute_above(t) <= 0.05 && mix.absolute_above(t - 1.0) > 0.05);
    }

    #[test]
    fn no_noise_to_speak_of_leaves_the_bias() {
        let figures = expected_cell(&plan(&[10, 10], &[4, 10], Noise::Laplace { b: 1e-9 }), 0).error;
        assert!((figures.mae.expected.unwrap() - 3.0).abs() < 1e-8);
        assert!((figures.bias.expected.unwrap() + 3.0).abs() < 1e-12);
        assert!((figures.p95_absolute.expected.unwrap() - 6.0).abs() < 1e-6);
    }
}
