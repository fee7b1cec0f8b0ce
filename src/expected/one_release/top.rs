//! How many of the true first k come out among the first k, as a law over noise.
//!
//! At least m of them do just where the m-th largest noised sum of the true k lies above the
//! (k - m + 1)-th largest of all others. Both sides are noised apart from each other, so
//! P(overlap ≥ m) = ∫ P(at most k - m others above t) dP(fewer than m of the k above t): one
//! integral, each side a sum of independent indicators. Derived here; tests enumerate it.

use std::sync::OnceLock;

use crate::privacy::{Noise, Shape};

/// Nodes of the integral; half of them serve the extrapolation.
const NODES: usize = 96;
/// Below this an event of a group is added by power sums, up to its fourth power.
const FAINT: f64 = 0.02;
/// What is left out of the integral on each side.
const OUTSIDE: f64 = 1e-9;

/// The groups of a bounded answer, the true first k apart from the others.
#[derive(Debug, Clone, PartialEq)]
pub struct TopSplit {
    /// Bounded sums of the true first k, stored unit, largest first.
    top: Vec<f64>,
    /// Distinct bounded sums of the others and how many groups have them, largest first.
    rest: Vec<(f64, f64)>,
}

impl TopSplit {
    /// Splits `bounded` sums by who is among the first `k` of the `raw` ones, ties by index.
    ///
    /// # Panics
    /// If they differ in length.
    pub fn new(raw: &[i64], bounded: &[i64], k: usize) -> Self {
        assert_eq!(raw.len(), bounded.len(), "two sums for every group");
        let mut order: Vec<usize> = (0..raw.len()).collect();
        order.sort_by_key(|&at| (std::cmp::Reverse(raw[at]), at));
        let k = k.min(raw.len());
        let sorted = |groups: &[usize]| {
            let mut sums: Vec<i64> = groups.iter().map(|&at| bounded[at]).collect();
            sums.sort_unstable_by(|a, b| b.cmp(a));
            sums
        };
        let rest = sorted(&order[k..]);
        Self {
            top: sorted(&order[..k]).into_iter().map(|sum| sum as f64).collect(),
            rest: rest
                .chunk_by(|a, b| a == b)
                .map(|same| (same[0] as f64, same.len() as f64))
                .collect(),
        }
    }

    /// P(at least `least` of the true first k are among the first k of the noised answer), to
    /// 1e-4, for continuous noise. Whole noise ties, and ties go by index: take trials for it.
    pub fn at_least(&self, noise: Noise, least: usize) -> f64 {
        let k = self.top.len();
        if least == 0 || self.rest.is_empty() {
            return 1.0;
        }
        if least > k {
            return 0.0;
        }
        let groups: f64 = self.rest.iter().map(|class| class.1).sum();
        let others = k - least;
        if others as f64 >= groups {
            return 1.0;
        }
        let Some((low, high)) = self.window(noise, least) else { return 0.5 };
        // Nodes crowd where the density is, around the sum itself.
        let middle = self.edge(noise, least, 0.5, (low, high));
        let scale = noise.scale();
        let (left, right) =
            (libm::asinh((low - middle) / scale), libm::asinh((high - middle) / scale));
        let tail = Tail::of(noise);
        let mut buffer = vec![0.0; k.max(others) + 1];
        let mut fine = 0.0;
        let mut coarse = 0.0;
        let mut last: Option<(f64, f64)> = None;
        let mut last_even: Option<(f64, f64)> = None;
        let step = |from: (f64, f64), to: (f64, f64)| 0.5 * (from.1 + to.1) * (from.0 - to.0);
        for node in 0..=NODES {
            let at = left + (right - left) * node as f64 / NODES as f64;
            let t = middle + scale * libm::sinh(at);
            let above = self.top_above(noise, t, least, &mut buffer);
            let few = self.rest_above(tail, t, others, &mut buffer);
            let here = (above, few);
            fine += last.map_or(0.0, |from| step(from, here));
            if node % 2 == 0 {
                coarse += last_even.map_or(0.0, |from| step(from, here));
                last_even = Some(here);
            }
            last = Some(here);
        }
        // The trapezoid's error falls with the square of the step.
        (fine + (fine - coarse) / 3.0).clamp(0.0, 1.0)
    }

    /// Where P(at least `least` of the top above t) falls from 1 to 0, up to [`OUTSIDE`].
    fn window(&self, noise: Noise, least: usize) -> Option<(f64, f64)> {
        let scale = noise.scale();
        let (first, last) = (*self.top.first()?, *self.top.last()?);
        let reach = 60.0 * scale;
        let all = (last - reach, first + reach);
        let low = self.edge(noise, least, 1.0 - OUTSIDE, all);
        let high = self.edge(noise, least, OUTSIDE, all);
        (high > low).then_some((low, high))
    }

    /// The t at which P(at least `least` of the top above t) is `share`.
    fn edge(&self, noise: Noise, least: usize, share: f64, (low, high): (f64, f64)) -> f64 {
        let (mut low, mut high) = (low, high);
        let mut buffer = vec![0.0; self.top.len() + 1];
        let enough = 1e-3 * noise.scale();
        while high - low > enough {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if self.top_above(noise, middle, least, &mut buffer) > share {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }

    /// P(at least `least` of the top above t), summed over the side that is far from 1.
    fn top_above(&self, noise: Noise, t: f64, least: usize, law: &mut [f64]) -> f64 {
        let law = &mut law[..least];
        law.fill(0.0);
        law[0] = 1.0;
        for &sum in &self.top {
            add(law, noise.above(t - sum), 1.0);
        }
        1.0 - law.iter().sum::<f64>().min(1.0)
    }

    /// P(at most `most` of the others above t).
    ///
    /// Groups that are likely above are added one by one. Of the others, Π(1 - p + px) is
    /// e^{Σ ln(1-p)}·e^{Σ r x - Σ r²x²/2 + …}, r = p/(1-p): four sums serve them all.
    fn rest_above(&self, tail: Tail<'_>, t: f64, most: usize, law: &mut [f64]) -> f64 {
        let law = &mut law[..=most];
        law.fill(0.0);
        law[0] = 1.0;
        // How many are surely too many: P(N ≤ m) ≤ e^{-(λ - m)²/2λ} (Chernoff).
        let mut expected = 0.0;
        let mut none = 0.0;
        let mut powers = [0.0; 4];
        for &(sum, count) in &self.rest {
            let p = tail.above(t - sum);
            expected += p * count;
            let over = expected - most as f64;
            if over > 0.0 && over * over > 60.0 * expected {
                return 0.0;
            }
            if p >= FAINT {
                add(law, p, count);
                continue;
            }
            if p < 1e-18 {
                break;
            }
            none += count * p * (1.0 + p * (0.5 + p * (1.0 / 3.0 + 0.25 * p)));
            let r = p / (1.0 - p);
            powers[0] += count * r;
            powers[1] += count * r * r;
            powers[2] += count * r * r * r;
            powers[3] += count * r * r * r * r;
        }
        let [first, second, third, fourth] = powers;
        let slopes = [first, -second, third, -fourth];
        // The coefficients of that series, by its derivative, beside those of `law`.
        let mut series = vec![0.0; most + 1];
        series[0] = libm::exp(-none);
        for at in 1..=most {
            let sum: f64 =
                slopes.iter().take(at).zip((0..at).rev()).map(|(a, j)| a * series[j]).sum();
            series[at] = sum / at as f64;
        }
        let mut below = 0.0;
        let mut sum = 0.0;
        for (at, own) in law.iter().rev().enumerate() {
            below += series[at];
            sum += own * below;
        }
        sum.clamp(0.0, 1.0)
    }
}

/// Adds `count` events of probability `p` to a law of their number that is cut at its length.
fn add(law: &mut [f64], p: f64, count: f64) {
    for _ in 0..count as u64 {
        for at in (1..law.len()).rev() {
            law[at] += p * (law[at - 1] - law[at]);
        }
        law[0] *= 1.0 - p;
    }
}

/// Steps of a table within one scale, and how many scales it reaches to each side.
const STEPS: f64 = 200.0;
const REACH: f64 = 45.0;

/// P(Z > t), looked up where the law is one of a scale alone: between two steps of 1/200 the
/// line is off by 3e-6 of what it is in the middle of the law, and by 5e-4 of it far out.
#[derive(Clone, Copy)]
struct Tail<'a> {
    noise: Noise,
    table: Option<&'a [f64]>,
    per_scale: f64,
}

impl Tail<'static> {
    fn of(noise: Noise) -> Self {
        static LAPLACE: OnceLock<Vec<f64>> = OnceLock::new();
        static GAUSSIAN: OnceLock<Vec<f64>> = OnceLock::new();
        static GUMBEL: OnceLock<Vec<f64>> = OnceLock::new();
        let (kept, unit) = match noise.shape() {
            Shape::Laplace { .. } => (&LAPLACE, Noise::Laplace { b: 1.0 }),
            Shape::Gaussian { .. } => (&GAUSSIAN, Noise::Gaussian { sigma: 1.0 }),
            Shape::Gumbel { .. } => (&GUMBEL, Noise::Gumbel { scale: 1.0, k: 1 }),
            _ => return Self { noise, table: None, per_scale: 0.0 },
        };
        let table = kept.get_or_init(|| {
            (0..=(2.0 * REACH * STEPS) as usize)
                .map(|at| unit.above(at as f64 / STEPS - REACH))
                .collect()
        });
        Self { noise, table: Some(table), per_scale: STEPS / noise.scale() }
    }
}

impl Tail<'_> {
    fn above(self, t: f64) -> f64 {
        let Some(table) = self.table else { return self.noise.above(t) };
        let at = t * self.per_scale + REACH * STEPS;
        if at <= 0.0 {
            return 1.0;
        }
        let low = at as usize;
        match (table.get(low), table.get(low + 1)) {
            (Some(left), Some(right)) => left + (at - low as f64) * (right - left),
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawn::units;
    use super::*;

    /// P(overlap ≥ least) from many draws of a fixed sequence.
    fn drawn(raw: &[i64], bounded: &[i64], k: usize, least: usize, noise: Noise, n: u32) -> f64 {
        let mut unit = units(3);
        let first = |values: &[f64]| {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
            order.truncate(k);
            order
        };
        let truth = first(&raw.iter().map(|&x| x as f64).collect::<Vec<_>>());
        let mut hits = 0;
        for _ in 0..n {
            let values: Vec<f64> = bounded
                .iter()
                .map(|&y| {
                    let z = match noise {
                        Noise::Laplace { b } => {
                            let u = unit() - 0.5;
                            -b * u.signum() * libm::log(1.0 - 2.0 * u.abs())
                        }
                        Noise::Gaussian { sigma } => {
                            sigma
                                * (-2.0 * libm::log(unit())).sqrt()
                                * libm::cos(2.0 * std::f64::consts::PI * unit())
                        }
                        Noise::Gumbel { scale, .. } => -scale * libm::log(-libm::log(unit())),
                        other => panic!("{other:?} is whole"),
                    };
                    y as f64 + z
                })
                .collect();
            let kept = first(&values).iter().filter(|at| truth.contains(at)).count();
            hits += u32::from(kept >= least);
        }
        f64::from(hits) / f64::from(n)
    }

    #[test]
    fn the_law_of_the_overlap_agrees_with_draws() {
        let raw: Vec<i64> = (0..60).map(|i| 2_000 / (i + 3) + i % 3).collect();
        // Clipping that turns some pairs round.
        let bounded: Vec<i64> =
            raw.iter().enumerate().map(|(i, &x)| x.min(240 + 7 * (i as i64 % 5))).collect();
        for noise in [
            Noise::Laplace { b: 12.0 },
            Noise::Gaussian { sigma: 18.0 },
            Noise::Gumbel { scale: 12.0, k: 8 },
        ] {
            for (k, least) in [(8, 7), (8, 5), (8, 8), (20, 17), (1, 1)] {
                let closed = TopSplit::new(&raw, &bounded, k).at_least(noise, least);
                let found = drawn(&raw, &bounded, k, least, noise, 20_000);
                // Four standard errors of 20,000 draws at most.
                let error = 4.0 * (found * (1.0 - found) / 20_000.0).sqrt().max(2e-4);
                assert!((closed - found).abs() < error, "{noise:?} {k} {least}: {closed} {found}");
            }
        }
    }

    #[test]
    fn one_against_one_is_a_swap() {
        let split = TopSplit::new(&[10, 7], &[10, 7], 1);
        for b in [0.5, 2.0, 30.0] {
            let closed = 1.0 - 0.5 * libm::exp(-3.0 / b) * (1.0 + 3.0 / (2.0 * b));
            let found = split.at_least(Noise::Laplace { b }, 1);
            assert!((found - closed).abs() < 1e-4, "{b}: {found} {closed}");
            let sigma = b;
            let closed = 0.5 * libm::erfc(-3.0 / (2.0 * sigma));
            let found = split.at_least(Noise::Gaussian { sigma }, 1);
            assert!((found - closed).abs() < 1e-4, "{sigma}: {found} {closed}");
        }
    }

    #[test]
    fn clipping_can_make_the_right_order_rare() {
        // 10 > 9 in truth, 5 < 6 after the bound: less noise keeps the wrong one.
        let split = TopSplit::new(&[10, 9], &[5, 6], 1);
        let chances = [8.0, 2.0, 0.5, 0.1].map(|b| split.at_least(Noise::Laplace { b }, 1));
        assert!(chances.is_sorted_by(|a, b| a > b), "{chances:?}");
        assert!(chances[0] > 0.4 && chances[3] < 1e-3);
    }
}
