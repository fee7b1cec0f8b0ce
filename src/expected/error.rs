//! Error figures without a single random number (SCIENCE: closed forms of each law,
//! mixtures over groups solved for their quantiles).

use super::plan::{FigureSet, Figures, Plan};
use crate::metric::{Figure, Metric};
use crate::privacy::Noise;

/// The figures of sums of a cell; none under Gumbel noise, which publishes no values.
pub(super) fn figures(plan: &Plan, cell: usize, terms: &Terms) -> Figures {
    let noise = plan.cells[cell].noise;
    let mut figures = Figures::default();
    if !noise.mechanism().publishes_values() {
        return figures;
    }
    let mix = Mixture { noise, terms };
    let unit = plan.unit as f64;
    let variance = noise.variance();
    figures[Metric::Mae] = Figure::expected(terms.mean_absolute(noise) / unit);
    figures[Metric::Rmse] = Figure::expected((terms.mean_square_bias + variance).sqrt() / unit);
    figures[Metric::Variance] = Figure::expected(variance / (unit * unit));
    if plan.figures == FigureSet::All {
        figures[Metric::Bias] = Figure::expected(terms.mean_bias / unit);
        figures[Metric::P95] = Figure::expected(mix.quantile_absolute(0.95) / unit);
        figures[Metric::MedianRelative] = Figure::expected(mix.quantile_relative(0.5));
    }
    figures
}

/// What the errors of an answer are made of besides noise: its biases and what relative
/// errors divide by, equal ones together. Every law here is symmetric, so a bias counts
/// by its size.
pub(crate) struct Terms {
    /// |bounded − raw| and its share of the groups.
    absolute: Vec<(f64, f64)>,
    /// |bounded − raw|, max(raw, 1 shown unit), and their share of the groups.
    relative: Vec<(f64, f64, f64)>,
    mean_bias: f64,
    mean_square_bias: f64,
}

impl Terms {
    /// The terms of every answer of a plan.
    pub(crate) fn of_plan(plan: &Plan) -> Vec<Terms> {
        (0..plan.answers.len()).map(|answer| Terms::new(plan, answer)).collect()
    }

    pub(super) fn new(plan: &Plan, answer: usize) -> Self {
        Self::of(&plan.raw, &plan.answers[answer], plan.unit)
    }

    /// The terms of one bounded answer beside the raw sums, in the stored unit.
    pub(super) fn of(raw: &[i64], bounded: &[i64], unit: i64) -> Self {
        let share = 1.0 / raw.len() as f64;
        let both = || bounded.iter().zip(raw.iter());
        let mut pairs: Vec<(i64, i64)> =
            both().map(|(&y, &x)| ((y - x).abs(), x.max(unit))).collect();
        pairs.sort_unstable();
        let counted = |count: usize| count as f64 * share;
        let relative = pairs.chunk_by(|a, b| a == b);
        let absolute = pairs.chunk_by(|a, b| a.0 == b.0);
        Self {
            absolute: absolute.map(|same| (same[0].0 as f64, counted(same.len()))).collect(),
            relative: relative
                .map(|same| (same[0].0 as f64, same[0].1 as f64, counted(same.len())))
                .collect(),
            mean_bias: both().map(|(&y, &x)| (y - x) as f64).sum::<f64>() * share,
            mean_square_bias: both().map(|(&y, &x)| ((y - x) as f64).powi(2)).sum::<f64>() * share,
        }
    }

    /// Mean over groups of E|error|.
    pub(super) fn mean_absolute(&self, noise: Noise) -> f64 {
        self.absolute.iter().map(|&(b, weight)| weight * noise.mean_absolute_with_bias(b)).sum()
    }

    /// Mean over groups of (bounded − raw)².
    pub(super) fn mean_square_bias(&self) -> f64 {
        self.mean_square_bias
    }

    /// Each |bounded − raw| and its share of the groups.
    pub(super) fn each_absolute(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.absolute.iter().copied()
    }

    /// Each |bounded − raw|, what its relative error divides by, and their share of the groups.
    pub(super) fn each_relative(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.relative.iter().copied()
    }
}

/// The law of the error pooled over all groups of a cell.
pub(crate) struct Mixture<'a> {
    pub(crate) noise: Noise,
    pub(crate) terms: &'a Terms,
}

/// Means over groups of the variances of |B + Z| and of (B + Z)².
#[derive(Debug, Clone, Copy)]
pub(crate) struct ErrorVariances {
    /// Of |B + Z|.
    pub(crate) absolute: f64,
    /// Of (B + Z)².
    pub(crate) square: f64,
}

impl Mixture<'_> {
    /// The share of groups' probability of |error| > t, in 0..=1.
    pub(crate) fn absolute_above(&self, t: f64) -> f64 {
        self.terms.absolute.iter().map(|&(b, weight)| weight * self.noise.error_above(b, t)).sum()
    }

    /// The share of groups' probability of |error| / floor > t, in 0..=1.
    pub(crate) fn relative_above(&self, t: f64) -> f64 {
        self.terms
            .relative
            .iter()
            .map(|&(b, floor, weight)| weight * self.noise.error_above(b, t * floor))
            .sum()
    }

    /// The mean over groups of p(1-p), p = P(|error| ≤ t): what the pooled share varies by.
    pub(crate) fn absolute_spread(&self, t: f64) -> f64 {
        let part = |p: f64| p * (1.0 - p);
        self.terms
            .absolute
            .iter()
            .map(|&(b, weight)| weight * part(self.noise.error_above(b, t)))
            .sum()
    }

    /// The mean over groups of p(1-p), p = P(|error| / floor ≤ t).
    pub(crate) fn relative_spread(&self, t: f64) -> f64 {
        let part = |p: f64| p * (1.0 - p);
        let all = self.terms.relative.iter();
        all.map(|&(b, floor, weight)| weight * part(self.noise.error_above(b, t * floor))).sum()
    }

    /// The means over groups of the variances of the errors B + Z:
    /// B² + V - (E|B + Z|)², never above V, and 4B²V + E Z⁴ - V².
    pub(crate) fn variances(&self) -> ErrorVariances {
        let (variance, fourth) = (self.noise.variance(), self.noise.fourth_moment());
        let none = ErrorVariances { absolute: 0.0, square: 0.0 };
        self.terms.absolute.iter().fold(none, |sum, &(b, weight)| {
            // Far from 0 the difference of large numbers would lose what is known: V.
            let folded = if b > 1e3 * variance.sqrt() {
                variance
            } else {
                let mean = self.noise.mean_absolute_with_bias(b);
                (b * b + variance - mean * mean).clamp(0.0, variance)
            };
            ErrorVariances {
                absolute: sum.absolute + weight * folded,
                square: sum.square
                    + weight * (4.0 * b * b * variance + fourth - variance * variance),
            }
        })
    }

    /// The smallest t with P(|error| ≤ t) ≥ `share`.
    pub(crate) fn quantile_absolute(&self, share: f64) -> f64 {
        let t = self.solve(share, self.noise.scale(), |t| self.absolute_above(t));
        // The law falls at whole numbers; the search ends within 1e-11 of one.
        if self.noise.is_whole() { t.round() } else { t }
    }

    /// The smallest t with P(|error|/floor ≤ t) ≥ `share`.
    pub(crate) fn quantile_relative(&self, share: f64) -> f64 {
        self.solve(
            share,
            self.noise.scale() / self.terms.relative.first().map_or(1.0, |term| term.1),
            |t| self.relative_above(t),
        )
    }

    /// Solves above(t) = 1 - share for a falling `above`, from a first guess: doubling to
    /// enclose it, then the Illinois variant of the false position (Dowell & Jarratt 1971)
    /// where the law is continuous, bisection where it falls in steps. Relative precision
    /// 1e-11, or 1e-13 of the share.
    fn solve(&self, share: f64, guess: f64, above: impl Fn(f64) -> f64) -> f64 {
        if self.terms.absolute.is_empty() {
            return f64::NAN;
        }
        let target = 1.0 - share;
        let (mut low, mut f_low) = (0.0, above(0.0) - target);
        if f_low <= 0.0 {
            return 0.0;
        }
        let mut high = if guess.is_finite() && guess > 0.0 { guess } else { 1.0 };
        let mut f_high = above(high) - target;
        while f_high > 0.0 && high < 1e300 {
            (low, f_low) = (high, f_high);
            high *= 2.0;
            f_high = above(high) - target;
        }
        // From a guess that is far too large the way back is long: halve as well.
        while low == 0.0 && high > 1e-300 {
            let half = 0.5 * high;
            let f = above(half) - target;
            if f > 0.0 {
                (low, f_low) = (half, f);
            } else {
                (high, f_high) = (half, f);
            }
        }
        let steps = self.noise.is_whole();
        // Which end the last step moved: an end that stays twice has its weight halved.
        let mut last_low = None;
        for _ in 0..200 {
            let middle = if steps {
                0.5 * (low + high)
            } else {
                low + (high - low) * f_low / (f_low - f_high)
            };
            if middle <= low || middle >= high || high - low <= 1e-11 * high {
                break;
            }
            let f = above(middle) - target;
            if f.abs() < 1e-13 && !steps {
                return middle;
            }
            if f > 0.0 {
                (low, f_low) = (middle, f);
                if last_low == Some(true) {
                    f_high *= 0.5;
                }
            } else {
                (high, f_high) = (middle, f);
                if last_low == Some(false) {
                    f_low *= 0.5;
                }
            }
            last_low = Some(f > 0.0);
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expected::CellSpec;
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
        Plan {
            raw: raw.into(),
            answers: vec![Arc::from(answer)],
            cells: vec![cell],
            unit: 1,
            k: 1,
            trials: 1,
            seed: 1,
            figures: FigureSet::All,
        }
    }

    fn errors(plan: &Plan) -> Figures {
        figures(plan, 0, &Terms::new(plan, 0))
    }

    #[test]
    fn without_bias_the_mixture_is_the_law() {
        let b = 4.0;
        let figures = errors(&plan(&[5; 7], &[5; 7], Noise::Laplace { b }));
        let p95 = figures[Metric::P95].expected.unwrap();
        assert!((p95 - b * 20f64.ln()).abs() < 1e-8, "{p95}");
        let median = figures[Metric::MedianRelative].expected.unwrap();
        assert!((median - b * 2f64.ln() / 5.0).abs() < 1e-8, "{median}");
        assert_eq!(figures[Metric::Bias].expected, Some(0.0));
        assert_eq!(figures[Metric::Mae].expected, Some(b));
        assert!((figures[Metric::Rmse].expected.unwrap() - (2.0 * b * b).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn quantiles_solve_the_mixture() {
        let raw = [1_000, 400, 90, 3, 1, 0];
        let bounded = [300, 280, 80, 3, 1, 0];
        for noise in [Noise::Laplace { b: 20.0 }, Noise::Gaussian { sigma: 7.0 }] {
            let plan = plan(&raw, &bounded, noise);
            let terms = Terms::new(&plan, 0);
            let mix = Mixture { noise, terms: &terms };
            for share in [0.05, 0.5, 0.95, 0.999] {
                assert!(
                    (mix.absolute_above(mix.quantile_absolute(share)) - (1.0 - share)).abs() < 1e-9
                );
                assert!(
                    (mix.relative_above(mix.quantile_relative(share)) - (1.0 - share)).abs() < 1e-9
                );
            }
        }
        let plan = plan(&raw, &bounded, Noise::DiscreteLaplace { b: 5.0 });
        let terms = Terms::new(&plan, 0);
        let mix = Mixture { noise: plan.cells[0].noise, terms: &terms };
        let t = mix.quantile_absolute(0.95);
        assert_eq!(t.fract(), 0.0);
        assert!(mix.absolute_above(t) <= 0.05 && mix.absolute_above(t - 1.0) > 0.05);
    }

    #[test]
    fn no_noise_to_speak_of_leaves_the_bias() {
        let figures = errors(&plan(&[10, 10], &[4, 10], Noise::Laplace { b: 1e-9 }));
        assert!((figures[Metric::Mae].expected.unwrap() - 3.0).abs() < 1e-8);
        assert!((figures[Metric::Bias].expected.unwrap() + 3.0).abs() < 1e-12);
        assert!((figures[Metric::P95].expected.unwrap() - 6.0).abs() < 1e-6);
    }
}
