//! Expected figures of pairs and expected ranks against their definitions, on every law.

use std::collections::HashMap;

use epsiloscope::expected::{PairFigures, PairOrder, expected_ranks, swap, tie};
use epsiloscope::privacy::Noise;
use proptest::prelude::*;

fn laws(scale: f64) -> [Noise; 5] {
    [
        Noise::Laplace { b: scale },
        Noise::DiscreteLaplace { b: scale },
        Noise::Gaussian { sigma: scale },
        Noise::DiscreteGaussian { sigma: scale },
        Noise::Gumbel { scale, k: 3 },
    ]
}

/// A sum that keeps what rounding drops (Neumaier 1974): plain sums over millions of pairs
/// are off by more than what is tested.
#[derive(Clone, Copy, Default)]
struct Sum(f64, f64);

impl Sum {
    fn add(&mut self, value: f64) {
        let sum = self.0 + value;
        self.1 += if self.0.abs() >= value.abs() {
            (self.0 - sum) + value
        } else {
            (value - sum) + self.0
        };
        self.0 = sum;
    }

    fn value(self) -> f64 {
        self.0 + self.1
    }

    fn of(values: impl Iterator<Item = f64>) -> f64 {
        let mut sum = Sum::default();
        values.for_each(|value| sum.add(value));
        sum.value()
    }
}

/// s(g) and P(D = g) of each gap, found once.
struct Kernel {
    noise: Noise,
    known: HashMap<u64, (f64, f64)>,
}

impl Kernel {
    fn new(noise: Noise) -> Self {
        Self { noise, known: HashMap::new() }
    }

    fn at(&mut self, gap: f64) -> (f64, f64) {
        let noise = self.noise;
        let (sign, tied) = *self
            .known
            .entry(gap.abs().to_bits())
            .or_insert_with(|| (expected_sign(noise, gap.abs()), tie(noise, gap)));
        (if gap < 0.0 { -sign } else { sign }, tied)
    }
}

/// s(g) straight from the two probabilities.
fn expected_sign(noise: Noise, gap: f64) -> f64 {
    if gap < 0.0 {
        -expected_sign(noise, -gap)
    } else {
        1.0 - 2.0 * swap(noise, gap) - tie(noise, gap)
    }
}

/// By descending value, ties by index; and mid-ranks from 1.
fn raw_ranks(x: &[i64]) -> (Vec<usize>, Vec<f64>) {
    let n = x.len();
    let rank = |i: usize| (0..n).filter(|&j| x[j] > x[i] || (x[j] == x[i] && j < i)).count();
    let middle = |i: usize| {
        let (above, same) = (0..n).fold((0, 0), |(a, s), j| {
            (a + usize::from(x[j] > x[i]), s + usize::from(x[j] == x[i]))
        });
        above as f64 + 0.5 * (same as f64 + 1.0)
    };
    ((0..n).map(rank).collect(), (0..n).map(middle).collect())
}

/// E t³ - t over the classes of equal noised sums, from the law of one draw.
fn expected_cubes(y: &[i64], noise: Noise) -> f64 {
    let mass: Box<dyn Fn(i64) -> f64> = match noise {
        Noise::DiscreteLaplace { b } => {
            let level = libm::tanh(0.5 / b);
            Box::new(move |z| level * libm::exp(-(z as f64).abs() / b))
        }
        Noise::DiscreteGaussian { sigma } => {
            let reach = (10.0 * sigma).ceil() as i64 + 2;
            let atom = move |z: i64| libm::exp(-0.5 * (z as f64 / sigma).powi(2));
            let norm: f64 = (-reach..=reach).map(atom).sum();
            Box::new(move |z| atom(z) / norm)
        }
        _ => return 0.0,
    };
    let scale = match noise {
        Noise::DiscreteLaplace { b } => 40.0 * b,
        Noise::DiscreteGaussian { sigma } => 10.0 * sigma,
        _ => 0.0,
    };
    let mut y = y.to_vec();
    y.sort_unstable();
    let reach = scale.ceil() as i64 + 2;
    let (mut sum, mut v) = (Sum::default(), i64::MIN);
    for centre in 0..y.len() {
        // Each whole number within reach of any sum, once.
        let from = v.max(y[centre] - reach);
        v = y[centre] + reach + 1;
        for v in from..v {
            let (mut one, mut two, mut three) = (0.0, 0.0, 0.0);
            for &at in &y[y.partition_point(|&at| at < v - reach)..] {
                if at > v + reach {
                    break;
                }
                let p = mass(v - at);
                one += p;
                two += p * p;
                three += p * p * p;
            }
            sum.add(one * one * one - 3.0 * one * two + 2.0 * three + 3.0 * (one * one - two));
        }
    }
    sum.value()
}

/// Every figure by its definition, pair by pair.
fn by_definition(x: &[i64], y: &[i64], noise: Noise) -> PairFigures {
    let n = x.len();
    if n < 2 || x.iter().all(|&v| v == x[0]) {
        return PairFigures::default();
    }
    let (rank, middle) = raw_ranks(x);
    let mut pairs = Kernel::new(noise);
    let mut sums = [Sum::default(); 6];
    for i in 0..n {
        for j in 0..i {
            let gap = (i128::from(y[i]) - i128::from(y[j])) as f64;
            let sign = f64::from((x[i] > x[j]) as i8 - (x[i] < x[j]) as i8);
            let (kernel, tied) = pairs.at(gap);
            let weight = 1.0 / (rank[i] + 1) as f64 + 1.0 / (rank[j] + 1) as f64;
            let terms = [sign * kernel, sign.abs(), 1.0 - tied];
            for (at, term) in terms.into_iter().enumerate() {
                sums[at].add(term);
                sums[at + 3].add(weight * term);
            }
        }
    }
    let [tau, left, right, heavy, heavy_left, heavy_right] = sums.map(Sum::value);
    let mean = 0.5 * (n as f64 + 1.0);
    let ranks = ranks_by_definition(y, noise);
    let product = Sum::of((0..n).map(|i| (middle[i] - mean) * (ranks[i] - mean)));
    let variance = Sum::of(middle.iter().map(|m| (m - mean) * (m - mean)));
    let size = n as f64;
    let noised = (size * size * size - size - expected_cubes(y, noise)) / 12.0;
    let ratio = |a: f64, b: f64, c: f64, whole: f64| {
        // Where less is untied than rounding tells from nothing there is no figure.
        (c > 1e-12 * whole).then(|| a / (b * c).sqrt())
    };
    let weights = Sum::of(rank.iter().map(|&r| 1.0 / (r + 1) as f64)) * (size - 1.0);
    PairFigures {
        kendall_tau_b: ratio(tau, left, right, 0.5 * size * (size - 1.0)),
        weighted_tau: ratio(heavy, heavy_left, heavy_right, weights),
        spearman: ratio(product, variance, noised, (size * size * size - size) / 12.0),
    }
}

fn ranks_by_definition(y: &[i64], noise: Noise) -> Vec<f64> {
    let n = y.len();
    let mut pairs = Kernel::new(noise);
    (0..n)
        .map(|i| {
            let gaps =
                (0..n).filter(|&j| j != i).map(|j| (i128::from(y[i]) - i128::from(y[j])) as f64);
            1.0 + Sum::of(gaps.map(|gap| 0.5 * (1.0 - pairs.at(gap).0)))
        })
        .collect()
}

fn parts(figures: PairFigures) -> [Option<f64>; 3] {
    [figures.kendall_tau_b, figures.weighted_tau, figures.spearman]
}

/// The largest difference; 0 where both have no value, infinite where one has.
fn difference(a: PairFigures, b: PairFigures) -> f64 {
    let pairs = parts(a).into_iter().zip(parts(b));
    pairs.fold(0.0, |most, (a, b)| {
        most.max(match (a, b) {
            (Some(a), Some(b)) => (a - b).abs(),
            (None, None) => 0.0,
            _ => f64::INFINITY,
        })
    })
}

/// Against the definitions, for every law and two ways to the same τ-b.
fn check(x: &[i64], y: &[i64], scale: f64, within: f64) -> Result<(), String> {
    let order = PairOrder::new(x, y);
    for noise in laws(scale) {
        let (found, wanted) = (order.figures(noise), by_definition(x, y, noise));
        let off = difference(found, wanted);
        if off > within || off.is_nan() {
            return Err(format!("{noise:?}: {found:?} {wanted:?} off by {off:e}"));
        }
        let tau = PairFigures { kendall_tau_b: order.tau_b(noise), ..found };
        if difference(tau, found) > 1e-13 {
            return Err(format!("{noise:?}: {tau:?} {found:?}"));
        }
        for (found, wanted) in
            expected_ranks(y, noise).into_iter().zip(ranks_by_definition(y, noise))
        {
            if (found - wanted).abs() > within * x.len() as f64 {
                return Err(format!("{noise:?}: rank {found} {wanted}"));
            }
        }
    }
    Ok(())
}

#[test]
fn pairs_equal_direct_sums_over_the_law() {
    for scale in [0.07, 0.3, 0.9, 1.7, 2.1, 3.0, 7.9, 8.1, 15.0] {
        for (noise, power) in [
            (Noise::DiscreteLaplace { b: scale }, 1),
            (Noise::DiscreteGaussian { sigma: scale }, 2),
        ] {
            let atom = |z: i64| libm::exp(-(z as f64 / scale).abs().powi(power) / f64::from(power));
            let reach = (40.0 * scale).ceil() as i64 + 2;
            let norm: f64 = (-reach..=reach).map(atom).sum();
            let law: Vec<f64> = (-reach..=reach).map(|z| atom(z) / norm).collect();
            // P(D = d), d from 0.
            let shifted = |d: usize| law[d..].iter().zip(&law).map(|(a, b)| a * b).sum::<f64>();
            let difference: Vec<f64> = (0..law.len()).map(shifted).collect();
            for gap in [0usize, 1, 2, 3, 7, 20, 60] {
                if gap >= difference.len() {
                    continue;
                }
                let strictly: f64 = difference[gap + 1..].iter().rev().sum();
                let (swapped, tied) = (swap(noise, gap as f64), tie(noise, gap as f64));
                assert!(
                    (swapped - strictly).abs() < 3e-15,
                    "{noise:?} {gap}: {swapped:e} {strictly:e}"
                );
                assert!(
                    (tied - difference[gap]).abs() < 3e-15,
                    "{noise:?} {gap}: {tied:e} {:e}",
                    difference[gap]
                );
                assert!(
                    (swap(noise, gap as f64 + 0.5) - swapped).abs() < 1e-16
                        && tie(noise, gap as f64 + 0.5) == 0.0
                );
                let back = swap(noise, -(gap as f64));
                assert!((back + swapped + tied - 1.0).abs() < 1e-15, "{noise:?} {gap}");
            }
        }
    }
}

#[test]
fn wide_sums_equal_their_definition() {
    // Dense, sparse and clustered, in several blocks, with raw ties and swaps.
    let mut state = 7u64;
    let mut next = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as i64
    };
    for (n, range, scale) in [
        (300, 400, 1.5),
        (300, 900, 2.6),
        (300, 2_000, 3.0),
        (300, 3_000, 11.0),
        (300, 100_000, 20.0),
        (250, 1_000_000_000, 4e4),
        (250, 1_000_000_000, 3e7),
        (200, 5_000, 0.4),
    ] {
        let y: Vec<i64> =
            (0..n).map(|i| next(range) + if i % 3 == 0 { 40 * range as i64 } else { 0 }).collect();
        let x: Vec<i64> = y.iter().map(|&v| v / 3 + next(range / 6)).collect();
        let long = scale > 1e3;
        // The definition of the cubes goes over all whole numbers.
        let laws: Vec<Noise> = laws(scale)
            .into_iter()
            .filter(|l| {
                !long
                    || !matches!(l, Noise::DiscreteLaplace { .. } | Noise::DiscreteGaussian { .. })
            })
            .collect();
        for (x, y) in [(&x, &y), (&y, &y)] {
            let order = PairOrder::new(x, y);
            for &noise in &laws {
                let off = difference(order.figures(noise), by_definition(x, y, noise));
                assert!(off < 1e-12, "{noise:?} n {n} range {range}: {off:e}");
                let ranks = expected_ranks(y, noise).into_iter().zip(ranks_by_definition(y, noise));
                let most = ranks.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(most < 1e-11, "{noise:?} ranks {most:e}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn figures_equal_their_definitions(
        pairs in prop::collection::vec((0i64..40, 0i64..40), 2..60),
        scale in prop_oneof![0.05..1.0f64, 1.0..12.0f64, 12.0..80.0f64],
    ) {
        let (x, y): (Vec<i64>, Vec<i64>) = pairs.into_iter().unzip();
        prop_assert_eq!(check(&x, &y, scale, 1e-12), Ok(()));
        prop_assert_eq!(check(&x, &x, scale, 1e-12), Ok(()));
    }

    #[test]
    fn mild_clipping_too(
        counts in prop::collection::vec((0i64..900, 0i64..30), 2..50),
        cap in 1i64..900,
        scale in 0.1..40.0f64,
    ) {
        let x: Vec<i64> = counts.iter().map(|c| c.0).collect();
        let capped: Vec<i64> = x.iter().map(|&v| v.min(cap)).collect();
        let less: Vec<i64> = counts.iter().map(|c| (c.0.min(cap) - c.1).max(0)).collect();
        prop_assert_eq!(check(&x, &capped, scale, 1e-12), Ok(()));
        prop_assert_eq!(check(&x, &less, scale, 1e-12), Ok(()));
    }

    #[test]
    fn shifts_and_the_order_of_keys_change_nothing(
        pairs in prop::collection::vec((0i64..400, 0i64..400), 2..60),
        shift in -1_000_000_000_000i64..1_000_000_000_000,
        scale in 0.1..90.0f64,
    ) {
        let (x, y): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
        let order = PairOrder::new(&x, &y);
        let up = |v: &[i64]| v.iter().map(|v| v + shift).collect::<Vec<_>>();
        let shifted = PairOrder::new(&up(&x), &up(&y));
        let turned = PairOrder::new(&x.iter().rev().copied().collect::<Vec<_>>(), &y.iter().rev().copied().collect::<Vec<_>>());
        for noise in laws(scale) {
            let figures = order.figures(noise);
            prop_assert_eq!(figures, shifted.figures(noise));
            // Weights of tied keys go by their order; the rest does not.
            let turned = PairFigures { weighted_tau: figures.weighted_tau, ..turned.figures(noise) };
            prop_assert!(difference(figures, turned) < 1e-13);
        }
    }
}

/// Two equal sums under noise that moves one of them once in 2⁵¹ draws: whether whole less tied
/// is 0 or 2⁻⁵² hangs on rounding alone.
#[test]
fn ties_that_only_rounding_breaks_have_no_figure() {
    for sigma in [0.11, 0.115, 0.11654751127680148, 0.117, 0.12, 0.13] {
        let noise = Noise::DiscreteGaussian { sigma };
        let found = PairOrder::new(&[209, 210], &[1, 1]).figures(noise);
        assert_eq!(found, PairFigures::default(), "{sigma}");
    }
    // One sum apart from a hundred thousand equal ones is no chance.
    let y: Vec<i64> = (0..100_000).map(|i| i64::from(i == 0)).collect();
    let found = PairOrder::new(&y, &y).figures(Noise::DiscreteGaussian { sigma: 0.1 });
    assert!((found.kendall_tau_b.unwrap() - 1.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn the_ends_of_the_scale() {
    let x = [1_000_000_000_000i64, 7, 7, 3, 900_000_000_000, 0, 12];
    let y = [900_000_000_000i64, 7, 6, 3, 900_000_000_000, 1, 11];
    for scale in [1e-300, 1e-9, 1e-3] {
        for noise in laws(scale) {
            let figures = PairOrder::new(&x, &x).figures(noise);
            // Ties are broken by continuous noise alone: 20 of 21 pairs stay.
            let whole =
                matches!(noise, Noise::DiscreteLaplace { .. } | Noise::DiscreteGaussian { .. });
            let wanted = if whole { 1.0 } else { (20.0f64 / 21.0).sqrt() };
            assert!(
                (figures.kendall_tau_b.unwrap() - wanted).abs() < 1e-14,
                "{noise:?}: {figures:?}"
            );
            assert!(
                (PairOrder::new(&x, &y).figures(noise).kendall_tau_b.unwrap() - wanted).abs() < 0.1
            );
            assert_eq!(expected_ranks(&x, noise), [1.0, 4.5, 4.5, 6.0, 2.0, 7.0, 3.0]);
        }
    }
    for scale in [1e12, 1e16, 1e24, 1e200] {
        for noise in laws(scale) {
            for (x, y) in [(&x, &x), (&x, &y)] {
                let figures = PairOrder::new(x, y).figures(noise);
                for figure in parts(figures) {
                    let figure = figure.unwrap();
                    assert!(
                        figure.abs() < 1.01 * (1e12 / scale).min(0.5),
                        "{noise:?}: {figures:?}"
                    );
                }
            }
            assert!(expected_ranks(&x, noise).iter().all(|rank| (1.0..=7.0).contains(rank)));
        }
    }
    // Recurrences keep their digits where nearly nothing of the order is left.
    let wide = Noise::Laplace { b: 1e12 };
    let counts = [1i64, 2, 4, 8, 8, 20];
    let mut gaps = 0;
    for (i, a) in counts.iter().enumerate() {
        gaps += counts[..i].iter().map(|b| a - b).sum::<i64>();
    }
    // s(g) = g/2b to a part in 1e10 there.
    let wanted = gaps as f64 / 2e12 / (14.0f64 * 15.0).sqrt();
    assert!((PairOrder::new(&counts, &counts).tau_b(wide).unwrap() / wanted - 1.0).abs() < 1e-10);
    // The ends of the number type.
    let far = [i64::MIN, i64::MAX, 0];
    for noise in laws(5.0).into_iter().chain(laws(1e18)) {
        let figures = PairOrder::new(&far, &far).figures(noise);
        assert!(
            difference(figures, by_definition_far(&far, noise)) < 1e-12,
            "{noise:?} {figures:?}"
        );
    }
}

/// Without the third moments of ties, which vanish here.
fn by_definition_far(y: &[i64], noise: Noise) -> PairFigures {
    let continuous = match noise {
        Noise::DiscreteLaplace { b } => Noise::Laplace { b },
        Noise::DiscreteGaussian { sigma } => Noise::Gaussian { sigma },
        noise => noise,
    };
    by_definition(y, y, continuous)
}

#[test]
fn lists_without_an_order() {
    for noise in laws(3.0) {
        for list in [&[][..], &[5], &[4, 4], &[9, 9, 9, 9]] {
            let order = PairOrder::new(list, list);
            assert_eq!((order.figures(noise), order.tau_b(noise)), (PairFigures::default(), None));
            let middle = 0.5 * (list.len() as f64 + 1.0);
            assert!(expected_ranks(list, noise).iter().all(|rank| (rank - middle).abs() < 1e-12));
        }
        // Bounded sums all tied, raw ones not: noise orders them at random.
        let figures = PairOrder::new(&[1, 5, 9], &[2, 2, 2]).figures(noise);
        assert!(
            parts(figures).into_iter().all(|figure| figure.unwrap().abs() < 1e-15),
            "{figures:?}"
        );
        let two = PairOrder::new(&[3, 8], &[3, 8]).figures(noise);
        let kept = expected_sign(noise, 5.0) / (1.0 - tie(noise, 5.0)).sqrt();
        assert!(
            parts(two).into_iter().all(|figure| (figure.unwrap() - kept).abs() < 1e-14),
            "{noise:?} {two:?} {kept}"
        );
    }
}
