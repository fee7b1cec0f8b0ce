//! The order of noised rates: how likely a pair is flipped, and the best still best. Exact, by
//! integrals over one law after another, ∫F₁ dF₂.

use std::collections::HashMap;
use std::rc::Rc;

use super::drawn_order::OrderOdds;
use super::law::RateLaw;

/// P(the answer of the first is below that of the second), equal ones counted half, among answers.
pub fn first_below_second(first: &RateLaw, second: &RateLaw) -> f64 {
    const EACH: u32 = 1_024;
    let places = sorted(first.places(EACH).chain(second.places(EACH)).chain(even(64)), usize::MAX);
    let lower: Vec<f64> = places.iter().map(|&r| first.at_most(r)).collect();
    let upper: Vec<f64> = places.iter().map(|&r| second.at_most(r)).collect();
    integral(&lower, first, &upper, second)
}

fn even(many: u32) -> impl Iterator<Item = f64> {
    (0..=many).map(move |at| f64::from(at) / f64::from(many))
}

/// At most so many places, ascending, from 0 to 1.
fn sorted(places: impl Iterator<Item = f64>, most: usize) -> Vec<f64> {
    let mut all: Vec<f64> = places.chain([0.0, 1.0]).collect();
    all.sort_unstable_by(f64::total_cmp);
    all.dedup();
    if all.len() <= most {
        return all;
    }
    let last = all.len() - 1;
    (0..most).map(|at| all[at * last / (most - 1)]).collect()
}

/// ∫F dG for laws known at the same places from 0 to 1. Between places both are continuous; at 0 and 1
/// answers are clamped, and equal ones count half.
fn integral(f: &[f64], first: &RateLaw, g: &[f64], second: &RateLaw) -> f64 {
    let (f_one, g_one) = (first.clamped().1, second.clamped().1);
    stieltjes(f, 1.0 - f_one, g, 1.0 - g_one) + g_one * (1.0 - 0.5 * f_one)
}

/// The part of ∫F dG below 1: an atom at 0, then the trapezoid rule; `f_end` and `g_end` are the values
/// just below 1.
fn stieltjes(f: &[f64], f_end: f64, g: &[f64], g_end: f64) -> f64 {
    let last = f.len() - 1;
    let at =
        |values: &[f64], end: f64, place: usize| if place == last { end } else { values[place] };
    let mut sum = 0.5 * f[0] * g[0];
    for place in 1..=last {
        let (f0, f1) = (f[place - 1], at(f, f_end, place));
        let (g0, g1) = (g[place - 1], at(g, g_end, place));
        sum += 0.5 * (f0 + f1) * (g1 - g0);
    }
    sum
}

/// What becomes of the order, for laws whose true rates are `rates` (those of unbounded cells). With
/// `fine` 0..=1 the places are between few and many.
pub fn order_odds(laws: &[RateLaw], rates: &[f64], fine: f64) -> OrderOdds {
    let mut by_rate: Vec<usize> = (0..laws.len()).collect();
    by_rate.sort_unstable_by(|&a, &b| rates[b].total_cmp(&rates[a]).then(a.cmp(&b)));
    let known = Known::new(laws, fine);
    OrderOdds {
        pairs_flipped: pairs_flipped(&known, laws, rates, &by_rate),
        best_is_best: match laws.len() <= FEW {
            true => best_is_best(laws, rates, &by_rate, fine),
            false => Some(best_of_many(&known, laws, rates, &by_rate)),
        },
    }
}

/// So many laws are looked at each in its own places.
const FEW: usize = 64;

/// Laws at common places.
struct Known {
    places: Vec<f64>,
    /// P(answer ≤ r) at every place; equal cells share one.
    at_most: Vec<Rc<[f64]>>,
}

impl Known {
    fn new(laws: &[RateLaw], fine: f64) -> Self {
        let (each, most) = match laws.len() {
            0..=FEW => ((192.0 * fine).max(48.0) as u32, 4_096.0),
            65..=500 => (24, 2_048.0),
            _ => (8, 1_024.0),
        };
        let most = f64::max(most * fine, 384.0) as usize;
        let places = sorted(laws.iter().flat_map(|law| law.places(each)).chain(even(64)), most);
        let mut seen: HashMap<(u64, u64), Rc<[f64]>> = HashMap::new();
        let at_most = laws
            .iter()
            .map(|law| {
                let values = || places.iter().map(|&r| law.at_most(r)).collect();
                Rc::clone(seen.entry(law.cells()).or_insert_with(values))
            })
            .collect();
        Self { places, at_most }
    }
}

fn pairs_flipped(known: &Known, laws: &[RateLaw], rates: &[f64], by_rate: &[usize]) -> Option<f64> {
    let places = known.places.len();
    // Of those with a higher true rate: F at each place, F just below 1, and P(answered), added up.
    let mut higher = vec![0.0; places];
    let (mut higher_end, mut answered, mut many) = (0.0, 0.0, 0u64);
    let (mut flipped, mut pairs) = (0.0, 0u64);
    for alike in by_rate.chunk_by(|&a, &b| rates[a] == rates[b]) {
        let mut added = vec![0.0; places];
        for &group in alike {
            let law = &laws[group];
            let (own, one) = (law.answered(), law.clamped().1);
            let values = &known.at_most[group];
            if many > 0 {
                let below = stieltjes(&higher, higher_end, values, 1.0 - one);
                let at_one = one * 0.5 * (answered + higher_end);
                // A pair of which nothing can be said is no order: half flipped.
                flipped += own * (below + at_one) + 0.5 * (many as f64 - own * answered);
                pairs += many;
            }
            added.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum += own * value);
        }
        higher.iter_mut().zip(&added).for_each(|(sum, value)| *sum += value);
        for law in alike.iter().map(|&group| &laws[group]) {
            higher_end += law.answered() * (1.0 - law.clamped().1);
            answered += law.answered();
        }
        many += alike.len() as u64;
    }
    (pairs > 0).then(|| flipped / pairs as f64)
}

/// As [`best_is_best`], of many laws at common places: the product over all, less one after another.
fn best_of_many(known: &Known, laws: &[RateLaw], rates: &[f64], by_rate: &[usize]) -> f64 {
    let last = known.places.len() - 1;
    // P(a law is not above a place), where what cannot be told is not in the way; just below 1 at the end.
    let not_above = |group: usize, at: usize| {
        let law = &laws[group];
        let below = if at == last { law.below(1.0) } else { known.at_most[group][at] };
        (1.0 - law.answered() * (1.0 - below)).max(f64::MIN_POSITIVE)
    };
    let mut all = vec![0.0; last + 1];
    for group in 0..laws.len() {
        for (at, sum) in all.iter_mut().enumerate() {
            *sum += libm::log(not_above(group, at));
        }
    }
    let (at_zero, at_one) = (SharedPlace::new(laws, zero_of), SharedPlace::new(laws, one_of));
    let best = by_rate.iter().take_while(|&&group| rates[group] == rates[by_rate[0]]);
    let sum: f64 = best
        .map(|&group| {
            let law = &laws[group];
            let (zero, one) = law.clamped();
            let others = |at: usize| libm::exp(all[at] - libm::log(not_above(group, at)));
            let own = |at: usize| if at == last { 1.0 - one } else { known.at_most[group][at] };
            let mut before = (others(0), own(0));
            let mut inside = 0.0;
            for at in 1..=last {
                let now = (others(at), own(at));
                inside += 0.5 * (before.0 + now.0) * (now.1 - before.1);
                before = now;
            }
            law.answered() * (inside + zero * at_zero.without(law) + one * at_one.without(law))
        })
        .sum();
    sum.clamp(0.0, 1.0)
}

fn best_is_best(laws: &[RateLaw], rates: &[f64], by_rate: &[usize], fine: f64) -> Option<f64> {
    if laws.len() < 2 {
        return None;
    }
    let best = by_rate.iter().take_while(|&&group| rates[group] == rates[by_rate[0]]);
    let each = (256.0 * fine).max(64.0) as u32;
    let sum: f64 = best
        .map(|&group| {
            let law = &laws[group];
            let others = || {
                laws.iter()
                    .enumerate()
                    .filter(move |&(other, _)| other != group)
                    .map(|(_, law)| law)
            };
            // What cannot be told is not in the way.
            let none_above = |r: f64| -> f64 {
                let mut product = 1.0;
                for law in others() {
                    product *= 1.0 - law.answered() * (1.0 - law.below(r));
                    if product < 1e-12 {
                        return 0.0;
                    }
                }
                product
            };
            let places = sorted(law.places(each).chain(even(64)), usize::MAX);
            let last = places.len() - 1;
            // Just above 0 the others may be 0.
            let first =
                others().map(|law| 1.0 - law.answered() * (1.0 - law.at_most(0.0))).product();
            let above: Vec<f64> =
                (0..=last).map(|at| if at == 0 { first } else { none_above(places[at]) }).collect();
            let own: Vec<f64> = places.iter().map(|&r| law.below(r)).collect();
            let (zero, one) = law.clamped();
            let mut inside = 0.0;
            for at in 1..=last {
                let before = if at == 1 { zero } else { own[at - 1] };
                inside += 0.5 * (above[at - 1] + above[at]) * (own[at] - before);
            }
            let at = |part: fn(&RateLaw) -> (f64, f64)| {
                shared(|s| others().map(part).map(|(behind, level)| behind + level * s).product())
            };
            let (at_zero, at_one) = (zero * at(zero_of), one * at(one_of));
            law.answered() * (inside + at_zero + at_one)
        })
        .sum();
    Some(sum.clamp(0.0, 1.0))
}

/// What a law has at 0 where others are not in the way: P(behind it, here nothing can be said) and
/// P(at 0 as well).
fn zero_of(law: &RateLaw) -> (f64, f64) {
    (1.0 - law.answered(), law.answered() * law.clamped().0)
}

/// The same at 1, where all others are behind.
fn one_of(law: &RateLaw) -> (f64, f64) {
    let level = law.answered() * law.clamped().1;
    (1.0 - level, level)
}

/// Steps of Simpson's rule over a first place that is shared.
const STEPS: u32 = 64;

/// E 1/(1 + N) of the first place that is shared with N others, where no other is in front: each is
/// behind with one probability and level with another. It is ∫₀¹ Π(behind + level·s) ds.
fn shared(product: impl Fn(f64) -> f64) -> f64 {
    let sum: f64 = (0..=STEPS)
        .map(|at| {
            let weight = match at {
                0 | STEPS => 1.0,
                at if at % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * product(f64::from(at) / f64::from(STEPS))
        })
        .sum();
    sum / (3.0 * f64::from(STEPS))
}

/// A first place that many share, for each of them without itself.
struct SharedPlace {
    part: fn(&RateLaw) -> (f64, f64),
    /// The logarithm of the product over all at every step.
    all: Vec<f64>,
}

impl SharedPlace {
    fn new(laws: &[RateLaw], part: fn(&RateLaw) -> (f64, f64)) -> Self {
        let all =
            (0..=STEPS).map(|at| laws.iter().map(|law| Self::log(part(law), at)).sum()).collect();
        Self { part, all }
    }

    fn log((behind, level): (f64, f64), at: u32) -> f64 {
        let factor = behind + level * f64::from(at) / f64::from(STEPS);
        libm::log(factor.max(f64::MIN_POSITIVE))
    }

    fn without(&self, law: &RateLaw) -> f64 {
        let own = (self.part)(law);
        shared(|s| {
            let at = (s * f64::from(STEPS)).round() as u32;
            libm::exp(self.all[at as usize] - Self::log(own, at))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Noise;
    use crate::rates::drawn_order::RateOrder;
    use crate::rates::{CellNoise, RateOf, rate_of};

    #[test]
    fn the_order_of_two_meets_its_reference_value() {
        let noise = CellNoise::Laplace { b: 2.0 };
        let first = RateLaw::new(36.0, 361.0 - 36.0, noise);
        let second = RateLaw::new(18.0, 202.0 - 18.0, noise);
        let flipped = first_below_second(&first, &second);
        assert!((flipped - 0.196_92).abs() < 6e-6, "{flipped}");
        assert!((flipped + first_below_second(&second, &first) - 1.0).abs() < 1e-9);
        let odds = order_odds(&[second, first], &[18.0 / 202.0, 36.0 / 361.0], 1.0);
        assert!((odds.pairs_flipped.unwrap() - 0.196_92).abs() < 5e-5, "{odds:?}");
        assert!((odds.best_is_best.unwrap() - 0.803_08).abs() < 5e-5, "{odds:?}");
        assert!((first_below_second(&first, &first) - 0.5).abs() < 1e-9);
    }

    /// Against 60,000 draws, within 4.5 standard errors.
    #[test]
    fn shares_of_pairs_agree_with_draws() {
        let cells: Vec<(u64, u64)> =
            vec![(0, 3), (2, 18), (5, 45), (30, 270), (8, 400), (1, 19), (9, 21)];
        let rates: Vec<f64> = cells.iter().map(|&(c, m)| c as f64 / (c + m) as f64).collect();
        for noise in
            [Noise::Laplace { b: 1.5 }, Noise::Gaussian { sigma: 2.0 }, Noise::Laplace { b: 20.0 }]
        {
            let cell_noise = CellNoise::of(noise).unwrap();
            let laws: Vec<RateLaw> =
                cells.iter().map(|&(c, m)| RateLaw::new(c as f64, m as f64, cell_noise)).collect();
            let odds = order_odds(&laws, &rates, 1.0);
            let truth = RateOrder::new(&rates);
            let mut sums = [(0.0, 0.0); 2];
            let trials = 60_000;
            for trial in 0..trials {
                let drawn = crate::simulation::draw(&[0i64; 14], noise, 3, trial);
                let answers: Vec<Option<f64>> = cells
                    .iter()
                    .zip(drawn.chunks(2))
                    .map(|(&(c, m), z)| match rate_of(c as f64 + z[0], m as f64 + z[1]) {
                        RateOf::Rate(rate) => Some(rate),
                        RateOf::Nothing => None,
                    })
                    .collect();
                let found = truth.of(&answers);
                for (sum, value) in sums.iter_mut().zip([found.pairs_flipped, found.best_is_best]) {
                    let value = value.unwrap();
                    sum.0 += value;
                    sum.1 += value * value;
                }
            }
            for ((sum, squares), exact) in
                sums.into_iter().zip([odds.pairs_flipped, odds.best_is_best])
            {
                let mean = sum / trials as f64;
                let error = ((squares / trials as f64 - mean * mean) / trials as f64).sqrt();
                let exact = exact.unwrap();
                assert!((mean - exact).abs() < 4.5 * error, "{noise:?} {mean} {exact} {error}");
            }
        }
    }

    /// Against 4,000 draws of 90 groups, many alike: within 4.5 standard errors.
    #[test]
    fn many_groups_agree_with_draws() {
        let cells: Vec<(u64, u64)> =
            (0..90u64).map(|at| (at % 7, 3 + (at * at) % 60)).chain([(3, 0), (2, 0)]).collect();
        let rates: Vec<f64> = cells.iter().map(|&(c, m)| c as f64 / (c + m) as f64).collect();
        let noise = Noise::Laplace { b: 1.0 };
        let cell_noise = CellNoise::of(noise).unwrap();
        let laws: Vec<RateLaw> =
            cells.iter().map(|&(c, m)| RateLaw::new(c as f64, m as f64, cell_noise)).collect();
        let odds = order_odds(&laws, &rates, 1.0);
        let truth = RateOrder::new(&rates);
        let values: Vec<i64> = cells.iter().flat_map(|&(c, m)| [c as i64, m as i64]).collect();
        let mut sums = [(0.0, 0.0); 2];
        let trials = 4_000;
        for trial in 0..trials {
            let drawn = crate::simulation::draw(&values, noise, 3, trial);
            let answers: Vec<Option<f64>> = drawn
                .chunks(2)
                .map(|z| match rate_of(z[0], z[1]) {
                    RateOf::Rate(rate) => Some(rate),
                    RateOf::Nothing => None,
                })
                .collect();
            let found = truth.of(&answers);
            for (sum, value) in sums.iter_mut().zip([found.pairs_flipped, found.best_is_best]) {
                let value = value.unwrap();
                sum.0 += value;
                sum.1 += value * value;
            }
        }
        for ((sum, squares), exact) in sums.into_iter().zip([odds.pairs_flipped, odds.best_is_best])
        {
            let mean = sum / trials as f64;
            let error = ((squares / trials as f64 - mean * mean) / trials as f64).sqrt();
            assert!((mean - exact.unwrap()).abs() < 4.5 * error, "{mean} {exact:?} {error}");
        }
    }
}
