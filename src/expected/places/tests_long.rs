//! Places of longer lists: against Plackett–Luce lists, enumeration and Monte Carlo, and
//! what must not change them.

use super::tests::{laws, order, zipf};
use super::*;
use proptest::prelude::*;

/// SplitMix64, enough for a few hundred thousand lists.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In (0, 1).
    fn share(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    fn draw(&mut self, noise: Noise) -> f64 {
        match noise {
            Noise::Laplace { b } => {
                let size = -b * self.share().ln();
                if self.bits() & 1 == 0 { size } else { -size }
            }
            Noise::DiscreteLaplace { b } => {
                // Two geometric variables.
                let geometric = |u: f64| (-b * u.ln()).floor();
                geometric(self.share()) - geometric(self.share())
            }
            Noise::Gaussian { sigma } => {
                sigma
                    * (-2.0 * self.share().ln()).sqrt()
                    * (std::f64::consts::TAU * self.share()).cos()
            }
            Noise::DiscreteGaussian { sigma } => loop {
                // Discrete Laplace of scale σ, accepted (Canonne, Kamath, Steinke 2020).
                let z = self.draw(Noise::DiscreteLaplace { b: sigma });
                let off = z.abs() / sigma - 1.0;
                if self.share() < (-0.5 * off * off).exp() {
                    return z;
                }
            },
            Noise::Gumbel { scale, .. } => -scale * (-self.share().ln()).ln(),
        }
    }
}

#[test]
fn long_lists_agree_with_monte_carlo() {
    let x = zipf(300, 900.0);
    let y: Vec<i64> = x.iter().map(|&v| v.min(150) - v / 90).collect();
    let (truth, sums) = (Sums::new(&x), Sums::new(&y));
    let (n, k, trials) = (x.len(), 10, 4_000);
    let listed = order(&x);
    let mut true_rank = vec![0; n];
    listed.iter().enumerate().for_each(|(r, &i)| true_rank[i] = r);
    let ideal: f64 = listed[..k].iter().enumerate().map(|(r, &i)| x[i] as f64 * discount(r)).sum();
    let mut random = Random(2_026);
    for noise in laws(12.0).into_iter().chain(laws(80.0)) {
        let (found, figures) = (places(&sums, noise, k), top_figures(&truth, &sums, noise, k));
        let mut sums_of = [[0.0f64; 2]; 4];
        let (mut in_top, mut first) = (vec![0u32; n], vec![0u32; n]);
        for _ in 0..trials {
            let noised: Vec<f64> = y.iter().map(|&v| v as f64 + random.draw(noise)).collect();
            let mut list: Vec<usize> = (0..n).collect();
            list.sort_by(|&a, &b| noised[b].total_cmp(&noised[a]).then(a.cmp(&b)));
            list[..k].iter().for_each(|&i| in_top[i] += 1);
            first[list[0]] += 1;
            let overlap = list[..k].iter().filter(|&&i| true_rank[i] < k).count() as f64 / k as f64;
            let gained: f64 =
                list[..k].iter().enumerate().map(|(r, &i)| x[i] as f64 * discount(r)).sum();
            let (mut shared, mut rbo) = (vec![0.0; RBO_DEPTH + 1], 0.0);
            for (r, &i) in list[..RBO_DEPTH].iter().enumerate() {
                let from = r.max(true_rank[i]);
                if from < RBO_DEPTH {
                    shared[from] += 1.0;
                }
            }
            let mut held = 0.0;
            for (d, joins) in shared[..RBO_DEPTH].iter().enumerate() {
                held += joins;
                rbo += held / (d + 1) as f64 * 0.9f64.powi(d as i32 + 1) / 9.0;
            }
            rbo += held / RBO_DEPTH as f64 * 0.9f64.powi(RBO_DEPTH as i32);
            let flip = f64::from(u8::from(list[0] != listed[0]));
            for (sum, value) in sums_of.iter_mut().zip([overlap, gained / ideal, rbo, flip]) {
                sum[0] += value;
                sum[1] += value * value;
            }
        }
        let wanted =
            [figures.overlap_at_k, figures.ndcg_at_k.unwrap(), figures.rbo, figures.top1_flip];
        for (at, (sum, wanted)) in sums_of.iter().zip(wanted).enumerate() {
            let mean = sum[0] / f64::from(trials);
            let error =
                ((sum[1] / f64::from(trials) - mean * mean).max(0.0) / f64::from(trials)).sqrt();
            assert!(
                (mean - wanted).abs() <= 4.0 * error + 1e-9,
                "{noise:?} figure {at}: {mean} ± {error}, {wanted}"
            );
        }
        for i in 0..n {
            for (hits, p) in [(in_top[i], found.in_top[i]), (first[i], found.first[i])] {
                let error = (p * (1.0 - p) / f64::from(trials)).sqrt();
                let gap = (f64::from(hits) / f64::from(trials) - p).abs();
                // 6000 comparisons; a single hit of a rare event is no surprise.
                assert!(
                    gap <= 4.8 * error + 1.5 / f64::from(trials),
                    "{noise:?} group {i}: {hits} {p}"
                );
            }
        }
    }
}

/// Adds to `top` and `first` what every list that begins with `done` holds (Plackett 1975).
fn plackett_luce(
    weights: &[f64],
    k: usize,
    done: &mut Vec<usize>,
    p: f64,
    top: &mut [f64],
    first: &mut [f64],
) {
    if done.len() == k {
        done.iter().for_each(|&i| top[i] += p);
        first[done[0]] += p;
        return;
    }
    let left: f64 = (0..weights.len()).filter(|i| !done.contains(i)).map(|i| weights[i]).sum();
    for i in 0..weights.len() {
        if !done.contains(&i) {
            done.push(i);
            plackett_luce(weights, k, done, p * weights[i] / left, top, first);
            done.pop();
        }
    }
}

#[test]
fn gumbel_lists_are_plackett_luce() {
    let y = [12i64, 9, 9, 4, 0, -3, 30];
    for scale in [0.8, 5.0, 40.0] {
        let weights: Vec<f64> = y.iter().map(|&v| ((v - 30) as f64 / scale).exp()).collect();
        let total: f64 = weights.iter().sum();
        for k in 1..=7 {
            let (mut top, mut first) = (vec![0.0; 7], vec![0.0; 7]);
            plackett_luce(&weights, k, &mut Vec::new(), 1.0, &mut top, &mut first);
            let found = places(&Sums::new(&y), Noise::Gumbel { scale, k: 1 }, k);
            for i in 0..7 {
                assert!(
                    (found.in_top[i] - top[i]).abs() < 1e-9,
                    "{scale} {k} {i}: {} {}",
                    found.in_top[i],
                    top[i]
                );
                assert!((found.first[i] - weights[i] / total).abs() < 1e-9, "{scale} {k} {i}");
            }
        }
    }
}

#[test]
fn small_whole_noise_is_enumerated() {
    // Every combination of four noises in -6..=6, by its probability.
    let y = [2i64, 1, 2, 0];
    for (noise, weight) in [
        (
            Noise::DiscreteLaplace { b: 0.2 },
            (|z: i32| (-f64::from(z.abs()) / 0.2).exp()) as fn(i32) -> f64,
        ),
        (Noise::DiscreteGaussian { sigma: 0.7 }, |z: i32| (-f64::from(z * z) / (2.0 * 0.49)).exp()),
    ] {
        let norm: f64 = (-6..=6).map(weight).sum();
        let mut top = [[0.0; 4]; 4];
        for code in 0..13i32.pow(4) {
            let z = [code % 13 - 6, code / 13 % 13 - 6, code / 169 % 13 - 6, code / 2_197 - 6];
            let p: f64 = z.iter().map(|&z| weight(z) / norm).product();
            let noised: Vec<i64> = y.iter().zip(z).map(|(y, z)| y + i64::from(z)).collect();
            for (r, i) in order(&noised).into_iter().enumerate() {
                (r..4).for_each(|k| top[k][i] += p);
            }
        }
        for k in 1..=4 {
            let found = places(&Sums::new(&y), noise, k);
            let both = found.in_top.iter().zip(top[k - 1]).chain(found.first.iter().zip(top[0]));
            for (found, wanted) in both {
                assert!((found - wanted).abs() < 1e-11, "{noise:?} {k}: {found} {wanted}");
            }
        }
    }
}

#[test]
fn hardly_any_noise_leaves_the_order() {
    let y = [5i64, 9, 5, 5, 1_000_000_000_000, 2, 999_999_999_999];
    for noise in laws(1e-9) {
        let found = places(&Sums::new(&y), noise, 4);
        let tied =
            if matches!(noise, Noise::DiscreteLaplace { .. } | Noise::DiscreteGaussian { .. }) {
                [1.0, 0.0, 0.0]
            } else {
                [1.0 / 3.0; 3]
            };
        let wanted = [tied[0], 1.0, tied[1], tied[2], 1.0, 0.0, 1.0];
        for (found, wanted) in found.in_top.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-11, "{noise:?}: {found} {wanted}");
        }
        assert!((found.first[4] - 1.0).abs() < 1e-11);
        let figures = top_figures(&Sums::new(&y), &Sums::new(&y), noise, 3);
        assert!(
            (figures.overlap_at_k - 1.0).abs() < 1e-11 && figures.top1_flip < 1e-11,
            "{noise:?} {figures:?}"
        );
    }
}

#[test]
fn noise_without_end_leaves_nothing() {
    let y = zipf(200, 5_000.0);
    for noise in laws(1e13) {
        for (k, n) in [(1, 200.0), (10, 200.0), (150, 200.0)] {
            let found = places(&Sums::new(&y), noise, k);
            for p in &found.in_top {
                assert!((p - k as f64 / n).abs() < 1e-8, "{noise:?} {k}: {p}");
            }
            assert!(found.first.iter().all(|p| (p - 1.0 / n).abs() < 1e-9));
        }
    }
}

#[test]
fn short_and_whole_lists_are_certain() {
    for noise in laws(3.0) {
        assert_eq!(places(&Sums::new(&[]), noise, 3).in_top, Vec::<f64>::new());
        let one = places(&Sums::new(&[4]), noise, 5);
        assert_eq!(one.in_top, [1.0]);
        assert!((one.first[0] - 1.0).abs() < 1e-12);
        let sums = Sums::new(&[3, 1, 4, 1, 5]);
        assert_eq!(places(&sums, noise, 5).in_top, [1.0; 5]);
        assert_eq!(places(&sums, noise, 0).in_top, [0.0; 5]);
        assert_eq!(top_figures(&sums, &sums, noise, 5).overlap_at_k, 1.0);
        let zero = Sums::new(&[0, 0, 0]);
        assert_eq!(top_figures(&zero, &Sums::new(&[1, 2, 3]), noise, 2).ndcg_at_k, None);
    }
}

#[test]
fn caps_tie_many() {
    let y: Vec<i64> = zipf(2_000, 80_000.0).into_iter().map(|v| v.min(150)).collect();
    for noise in laws(25.0) {
        let found = places(&Sums::new(&y), noise, 10);
        assert!((found.in_top.iter().sum::<f64>() - 10.0).abs() < 1e-9, "{noise:?}");
        assert!((found.first.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{noise:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_and_symmetries(
        y in prop::collection::vec(prop::sample::select(vec![0i64, 1, 2, 5, 5, 40, 41, 90, 300]), 2..120),
        scale in 0.2..200.0f64,
        law in 0usize..5,
        share in 0.0..1.0f64,
        shift in -1_000_000_000i64..1_000_000_000,
    ) {
        let (noise, n) = (laws(scale)[law], y.len());
        let k = 1 + (share * (n - 1) as f64) as usize;
        let found = places(&Sums::new(&y), noise, k);
        prop_assert!((found.in_top.iter().sum::<f64>() - k as f64).abs() < 1e-8);
        prop_assert!((found.first.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        let moved: Vec<i64> = y.iter().map(|v| v + shift).collect();
        prop_assert_eq!(&places(&Sums::new(&moved), noise, k), &found);
        if law < 3 {
            let back: Vec<i64> = y.iter().rev().copied().collect();
            let other = places(&Sums::new(&back), noise, k);
            for (a, b) in found.in_top.iter().zip(other.in_top.iter().rev()) {
                prop_assert!((a - b).abs() < 1e-12);
            }
        }
    }
}
