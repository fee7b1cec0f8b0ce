//! The exact law of a rate whose two cells are noised apart: converted C = c + Z₁, others M = m + Z₂.
//!
//! The answer is C⁺/(C⁺ + M⁺): clamped to 0 where C ≤ 0, to 1 where M ≤ 0, and no answer where both are.
//! P(answer ≤ r) = P((1 - r)Z₁ - rZ₂ ≤ rm - (1 - r)c) but for what falls below 0 on both sides; one number
//! moves, so the law is that of a difference of two independent noises of scales (1 - r)b and rb.

use crate::privacy::Noise;
use crate::privacy::normal;

/// The noise of every cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellNoise {
    /// Laplace noise of scale b.
    Laplace {
        /// b.
        b: f64,
    },
    /// Normal noise.
    Gaussian {
        /// σ.
        sigma: f64,
    },
}

impl CellNoise {
    /// The noise of cells, where the law is known: Laplace and normal noise.
    pub fn of(noise: Noise) -> Option<Self> {
        match noise {
            Noise::Laplace { b } => Some(CellNoise::Laplace { b }),
            Noise::Gaussian { sigma } => Some(CellNoise::Gaussian { sigma }),
            Noise::DiscreteLaplace { .. }
            | Noise::DiscreteGaussian { .. }
            | Noise::Gumbel { .. } => None,
        }
    }

    /// The continuous noise that whole-number noise of the same scale is rounded from, as far as
    /// intervals go: its tails are no lighter (see [`whole_rate_interval`](super::whole_rate_interval)).
    pub fn beside(noise: Noise) -> Option<Self> {
        match noise {
            Noise::DiscreteLaplace { b } => Some(CellNoise::Laplace { b }),
            Noise::DiscreteGaussian { sigma } => Some(CellNoise::Gaussian { sigma }),
            other => Self::of(other),
        }
    }

    /// The standard deviation of one cell.
    pub fn standard_deviation(self) -> f64 {
        match self {
            CellNoise::Laplace { b } => std::f64::consts::SQRT_2 * b,
            CellNoise::Gaussian { sigma } => sigma,
        }
    }

    /// P(x·Z₁ - y·Z₂ > t) for x and y of at least 0, not both 0. For Laplace noise with b₁ = xb ≠ b₂ = yb
    /// and t ≥ 0: (b₁²e^{-t/b₁} - b₂²e^{-t/b₂}) / (2(b₁² - b₂²)), and ½e^{-t/b}(1 + t/2b) where they are
    /// equal; written so that nothing cancels between them.
    pub fn above(self, t: f64, x: f64, y: f64) -> f64 {
        match self {
            CellNoise::Gaussian { sigma } => normal::phi(-t / (sigma * libm::hypot(x, y))),
            CellNoise::Laplace { b } => {
                if t < 0.0 {
                    return 1.0 - self.above(-t, x, y);
                }
                let (wide, narrow) = (b * x.max(y), b * x.min(y));
                let tail = libm::exp(-t / wide);
                if narrow <= 0.0 {
                    return 0.5 * tail;
                }
                let apart = wide - narrow;
                // (1 - e^{-t(1/b₂ - 1/b₁)}) / (b₁ - b₂), which tends to t/(b₁b₂).
                let slope = t / (wide * narrow);
                let share = match apart * slope < 1e-12 {
                    true => slope,
                    false => -libm::expm1(-apart * slope) / apart,
                };
                tail * (0.5 + narrow * narrow * share / (2.0 * (wide + narrow)))
            }
        }
    }

    /// P(Z ≤ -a) for a of at least 0.
    fn below(self, a: f64) -> f64 {
        match self {
            CellNoise::Laplace { b } => 0.5 * libm::exp(-a / b),
            CellNoise::Gaussian { sigma } => normal::phi(-a / sigma),
        }
    }
}

/// What two noised cells say of a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RateOf {
    /// A rate strictly between 0 and 1, or clamped to one of them.
    Rate(f64),
    /// Both cells are at or below 0: nothing can be said.
    Nothing,
}

/// The rate of two noised cells.
pub fn rate_of(converted: f64, others: f64) -> RateOf {
    let (c, m) = (converted.max(0.0), others.max(0.0));
    match c + m {
        sum if sum > 0.0 => RateOf::Rate(c / sum),
        _ => RateOf::Nothing,
    }
}

/// The law of the answer for true cells c and m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLaw {
    converted: f64,
    others: f64,
    noise: CellNoise,
    /// P(something can be said).
    answered: f64,
}

impl RateLaw {
    /// The law for `converted` and `others` of at least 0, which need not be whole.
    pub fn new(converted: f64, others: f64, noise: CellNoise) -> Self {
        let answered = 1.0 - noise.below(converted) * noise.below(others);
        Self { converted, others, noise, answered }
    }

    /// What tells it from the law of other cells under the same noise.
    pub(super) fn cells(&self) -> (u64, u64) {
        (self.converted.to_bits(), self.others.to_bits())
    }

    /// The true rate; `None` where both cells are 0.
    pub fn rate(&self) -> Option<f64> {
        let size = self.converted + self.others;
        (size > 0.0).then(|| self.converted / size)
    }

    /// P(something can be said): not both cells at or below 0.
    pub fn answered(&self) -> f64 {
        self.answered
    }

    /// P(the answer is 0) and P(the answer is 1) among answers: those that were clamped.
    pub fn clamped(&self) -> (f64, f64) {
        let (none, all) = (self.noise.below(self.converted), self.noise.below(self.others));
        (none * (1.0 - all) / self.answered, all * (1.0 - none) / self.answered)
    }

    /// P(answer ≤ r) among answers.
    pub fn at_most(&self, r: f64) -> f64 {
        if r < 0.0 {
            return 0.0;
        }
        if r >= 1.0 {
            return 1.0;
        }
        let t = r * self.others - (1.0 - r) * self.converted;
        let below = 1.0 - self.noise.above(t, 1.0 - r, r) - self.both_below(r);
        (below / self.answered).clamp(0.0, 1.0)
    }

    /// P(answer < r): as [`at_most`](Self::at_most) but at 0 and 1, where answers are clamped.
    pub fn below(&self, r: f64) -> f64 {
        if r <= 0.0 {
            0.0
        } else if r >= 1.0 {
            1.0 - self.clamped().1
        } else {
            self.at_most(r)
        }
    }

    /// P(M ≤ 0 and (1 - r)C ≤ rM): what the difference counts as at most r and the answer does not.
    fn both_below(&self, r: f64) -> f64 {
        let (c, m) = (self.converted, self.others);
        match self.noise {
            CellNoise::Laplace { b } => 0.25 * (1.0 - r) * libm::exp(-(c + m) / b),
            CellNoise::Gaussian { sigma } => {
                // Beyond nine σ nothing is left.
                if m > 9.0 * sigma || c > 9.0 * sigma {
                    return 0.0;
                }
                let ratio = r / (1.0 - r);
                let density = |y: f64| {
                    normal::density((m + y) / sigma) / sigma * normal::phi(-(c + ratio * y) / sigma)
                };
                // Simpson's rule over nine σ of the narrower law.
                const STEPS: u32 = 96;
                let step = 9.0 * sigma / ratio.max(1.0) / f64::from(STEPS);
                let sum: f64 = (0..=STEPS)
                    .map(|at| {
                        let weight = match at {
                            0 | STEPS => 1.0,
                            at if at % 2 == 1 => 4.0,
                            _ => 2.0,
                        };
                        weight * density(f64::from(at) * step)
                    })
                    .sum();
                sum * step / 3.0
            }
        }
    }

    /// The smallest r with P(answer ≤ r) of at least `p`, among answers.
    pub fn quantile(&self, p: f64) -> f64 {
        if p <= self.at_most(0.0) {
            return 0.0;
        }
        if p > self.below(1.0) {
            return 1.0;
        }
        let (mut low, mut high) = (0.0, 1.0);
        // Halved to the last bit that tells two rates apart.
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.at_most(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
            if high - low <= 1e-15 + 1e-12 * high {
                break;
            }
        }
        high
    }

    /// The standard deviation of the answer to first order: that of one cell times
    /// √((1 - p)² + p²)/n. `None` where nobody is in the cells.
    pub fn first_order_deviation(&self) -> Option<f64> {
        let rate = self.rate()?;
        let size = self.converted + self.others;
        Some(self.noise.standard_deviation() * libm::hypot(1.0 - rate, rate) / size)
    }

    /// P(|answer - rate| ≤ reach) among answers; `None` where nobody is in the cells.
    pub fn within(&self, reach: f64) -> Option<f64> {
        let rate = self.rate()?;
        Some(self.at_most(rate + reach) - self.below(rate - reach))
    }

    /// Places that resolve the law: from 0 to 1, dense around the rate.
    pub(super) fn places(&self, many: u32) -> impl Iterator<Item = f64> + use<> {
        let size = (self.converted + self.others).max(1e-9);
        let rate = self.converted / size;
        let deviation = self.noise.standard_deviation() * libm::hypot(1.0 - rate, rate) / size;
        // Beyond 14 deviations a Laplace tail is below 1e-8.
        let reach = libm::asinh(14.0 / 0.25);
        (0..=many).map(move |at| {
            let u = 2.0 * f64::from(at) / f64::from(many) - 1.0;
            (rate + deviation * 0.25 * libm::sinh(u * reach)).clamp(0.0, 1.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_meets_its_reference_values() {
        // Independent sums: c = 20 of n = 1,000 and of 1,020, b = 1.
        for (others, wanted) in [
            (980.0, [(0.018, 0.065_254), (0.021, 0.819_881), (0.024, 0.991_695)]),
            (1_000.0, [(0.018, 0.094_149), (0.021, 0.882_715), (0.024, 0.994_921)]),
        ] {
            let law = RateLaw::new(20.0, others, CellNoise::Laplace { b: 1.0 });
            for (r, p) in wanted {
                assert!((law.at_most(r) - p).abs() < 1e-6, "{others} {r}: {}", law.at_most(r));
            }
        }
    }

    #[test]
    fn equal_and_nearly_equal_scales_agree() {
        let noise = CellNoise::Laplace { b: 2.0 };
        for t in [0.0, 0.3, 4.0, 60.0] {
            let equal = noise.above(t, 0.5, 0.5);
            assert!((equal - 0.5 * f64::exp(-t) * (1.0 + 0.5 * t)).abs() < 1e-14);
            for apart in [1e-15, 1e-12, 1e-9, 1e-6] {
                let near = noise.above(t, 0.5 + apart, 0.5 - apart);
                assert!((near - equal).abs() <= 1e-8 * equal + 1e-6 * apart, "{t} {apart}");
            }
            let direct = |b1: f64, b2: f64| {
                (b1 * b1 * (-t / b1).exp() - b2 * b2 * (-t / b2).exp())
                    / (2.0 * (b1 * b1 - b2 * b2))
            };
            assert!((noise.above(t, 0.9, 0.1) - direct(1.8, 0.2)).abs() < 1e-15);
            assert!((noise.above(t, 0.1, 0.9) - direct(1.8, 0.2)).abs() < 1e-15);
            assert!((noise.above(-t, 0.9, 0.1) + noise.above(t, 0.9, 0.1) - 1.0).abs() < 1e-15);
        }
    }

    /// Draws of cells, compared with the law at some places; with 100,000 draws one of these 108
    /// comparisons is 4.5 standard errors off in 1,400 such tests.
    #[test]
    fn small_cells_are_clamped_and_the_law_knows() {
        let draws = 100_000usize;
        for mechanism_noise in [Noise::Laplace { b: 2.0 }, Noise::Gaussian { sigma: 2.5 }] {
            let noise = CellNoise::of(mechanism_noise).unwrap();
            for (case, (c, m)) in
                [(0u64, 0u64), (1, 2), (3, 0), (0, 5), (4, 40), (30, 3)].into_iter().enumerate()
            {
                let law = RateLaw::new(c as f64, m as f64, noise);
                let zeros = vec![0i64; 2 * draws];
                let drawn = crate::simulation::draw(&zeros, mechanism_noise, 11, case as u64);
                let rates: Vec<f64> = drawn
                    .chunks(2)
                    .filter_map(|z| match rate_of(c as f64 + z[0], m as f64 + z[1]) {
                        RateOf::Rate(rate) => Some(rate),
                        RateOf::Nothing => None,
                    })
                    .collect();
                let close = |share: f64, p: f64, of: usize| {
                    let error = (p * (1.0 - p) / of as f64).sqrt().max(1e-6);
                    assert!((share - p).abs() < 4.5 * error, "{noise:?} {c} {m}: {share} {p}");
                };
                close(rates.len() as f64 / draws as f64, law.answered(), draws);
                let share = |holds: &dyn Fn(f64) -> bool| {
                    rates.iter().filter(|&&rate| holds(rate)).count() as f64 / rates.len() as f64
                };
                let (none, all) = law.clamped();
                close(share(&|rate| rate == 0.0), none, rates.len());
                close(share(&|rate| rate == 1.0), all, rates.len());
                for r in [0.02, 0.1, 0.35, 0.5, 0.8, 0.99] {
                    close(share(&|rate| rate <= r), law.at_most(r), rates.len());
                }
                for p in [0.2, 0.5, 0.9] {
                    let q = law.quantile(p);
                    assert!(law.at_most(q) >= p - 1e-9 && law.below(q) <= p + 1e-9);
                }
            }
        }
    }
}
