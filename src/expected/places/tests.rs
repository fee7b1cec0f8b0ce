//! Places against enumeration, direct quadrature, Plackett–Luce lists and Monte Carlo.

use super::*;
use proptest::prelude::*;

/// P(Z > z) and density or mass, written apart from `law`.
fn plain(noise: Noise, z: f64) -> (f64, f64) {
    match noise {
        Noise::Laplace { b } => {
            let e = (-z.abs() / b).exp();
            (if z > 0.0 { 0.5 * e } else { 1.0 - 0.5 * e }, 0.5 * e / b)
        }
        Noise::Gaussian { sigma } => {
            let x = z / sigma;
            let root = (2.0 * std::f64::consts::PI).sqrt();
            (0.5 * libm::erfc(x / 2f64.sqrt()), (-0.5 * x * x).exp() / (sigma * root))
        }
        Noise::Gumbel { scale, .. } => {
            let e = (-z / scale).exp();
            (-(-e).exp_m1(), if e < 700.0 { e * (-e).exp() / scale } else { 0.0 })
        }
        Noise::DiscreteLaplace { .. } | Noise::DiscreteGaussian { .. } => {
            let weight = |z: f64| match noise {
                Noise::DiscreteLaplace { b } => (-z.abs() / b).exp(),
                Noise::DiscreteGaussian { sigma } => (-0.5 * (z / sigma) * (z / sigma)).exp(),
                _ => unreachable!(),
            };
            let norm: f64 = 1.0 + 2.0 * (1..2_000).map(|z| weight(f64::from(z))).sum::<f64>();
            let from = z as i64 + 1;
            let above: f64 =
                (from..from.max(0) + 2_000).map(|z| weight(z as f64)).sum::<f64>() / norm;
            (above, weight(z) / norm)
        }
    }
}

fn scale_of(noise: Noise) -> f64 {
    match noise {
        Noise::Laplace { b } | Noise::DiscreteLaplace { b } => b,
        Noise::Gaussian { sigma } | Noise::DiscreteGaussian { sigma } => sigma,
        Noise::Gumbel { scale, .. } => scale,
    }
}

/// Adds to `ranks[i][r]` what one threshold holds: the others' number above by recursion.
fn add_ranks(ranks: &mut [Vec<f64>], y: &[i64], weight: f64, tails: &[(f64, f64)], whole: bool) {
    let n = y.len();
    for i in 0..n {
        let share = weight * tails[i].1;
        if share == 0.0 {
            continue;
        }
        let mut law = vec![0.0; n];
        law[0] = 1.0;
        for j in (0..n).filter(|&j| j != i) {
            let q = tails[j].0 + if whole && j < i { tails[j].1 } else { 0.0 };
            for r in (0..n).rev() {
                law[r] = law[r] * (1.0 - q) + if r > 0 { law[r - 1] * q } else { 0.0 };
            }
        }
        for (rank, p) in ranks[i].iter_mut().zip(&law) {
            *rank += share * p;
        }
    }
}

/// P(place r) of every group, by quadrature of many nodes between all kinks, or over all
/// whole numbers.
fn rank_law(y: &[i64], noise: Noise) -> Vec<Vec<f64>> {
    let n = y.len();
    let mut ranks = vec![vec![0.0; n]; n];
    let scale = scale_of(noise);
    let (low, high) = (*y.iter().min().unwrap() as f64, *y.iter().max().unwrap() as f64);
    if matches!(noise, Noise::DiscreteLaplace { .. } | Noise::DiscreteGaussian { .. }) {
        let reach = (38.0 * scale).ceil() + 1.0;
        let (bottom, span) = ((low - reach) as i64, (high - low + 2.0 * reach) as usize);
        let table: Vec<(f64, f64)> =
            (0..=2 * span + 2).map(|z| plain(noise, z as f64 - span as f64 - 1.0)).collect();
        for t in bottom..=bottom + span as i64 {
            let tails: Vec<(f64, f64)> =
                y.iter().map(|v| table[(t - v + span as i64 + 1) as usize]).collect();
            add_ranks(&mut ranks, y, 1.0, &tails, true);
        }
        return ranks;
    }
    let mut edges: Vec<f64> = y.iter().map(|&v| v as f64).collect();
    edges.extend([low - 38.0 * scale, high + 38.0 * scale]);
    edges.sort_by(f64::total_cmp);
    // Three-point Gauss on many short pieces.
    for pair in edges.windows(2).filter(|pair| pair[1] > pair[0]) {
        let pieces = ((pair[1] - pair[0]) / scale * 40.0).ceil();
        let length = (pair[1] - pair[0]) / pieces;
        for piece in 0..pieces as usize {
            let middle = pair[0] + (piece as f64 + 0.5) * length;
            for (at, weight) in
                [(0.0, 8.0 / 18.0), (-(0.6f64.sqrt()), 5.0 / 18.0), (0.6f64.sqrt(), 5.0 / 18.0)]
            {
                let t = middle + 0.5 * length * at;
                let tails: Vec<(f64, f64)> =
                    y.iter().map(|&v| plain(noise, t - v as f64)).collect();
                add_ranks(&mut ranks, y, weight * length, &tails, false);
            }
        }
    }
    ranks
}

pub(super) fn order(x: &[i64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(x[i]), i));
    order
}

/// All figures from P(place r), by their definitions.
fn by_definition(ranks: &[Vec<f64>], x: &[i64], k: usize) -> TopFigures {
    let (n, truth) = (x.len(), order(x));
    let within = |i: usize, d: usize| ranks[i][..d].iter().sum::<f64>();
    let dcg = |r: usize| 1.0 / (r as f64 + 2.0).log2();
    let ideal: f64 = truth[..k].iter().enumerate().map(|(r, &i)| x[i] as f64 * dcg(r)).sum();
    let gained: f64 =
        (0..n).map(|i| x[i] as f64 * (0..k).map(|r| ranks[i][r] * dcg(r)).sum::<f64>()).sum();
    let depth = n.min(263);
    let shared = |d: usize| truth[..d].iter().map(|&i| within(i, d)).sum::<f64>() / d as f64;
    let sum: f64 = (1..=depth).map(|d| shared(d) * 0.9f64.powi(d as i32)).sum();
    TopFigures {
        overlap_at_k: shared_k(&truth[..k], &within, k),
        ndcg_at_k: (ideal > 0.0).then(|| gained / ideal),
        rbo: sum / 9.0 + shared(depth) * 0.9f64.powi(depth as i32),
        top1_flip: 1.0 - ranks[truth[0]][0],
    }
}

fn shared_k(listed: &[usize], within: &dyn Fn(usize, usize) -> f64, k: usize) -> f64 {
    listed.iter().map(|&i| within(i, k)).sum::<f64>() / k as f64
}

/// The largest difference of all that is found from what P(place r) says.
fn worst(ranks: &[Vec<f64>], x: &[i64], y: &[i64], noise: Noise, k: usize) -> f64 {
    let (truth, sums) = (Sums::new(x), Sums::new(y));
    let found = places(&sums, noise, k);
    let mut worst = 0.0f64;
    for ((rank, in_top), first) in ranks.iter().zip(&found.in_top).zip(&found.first) {
        worst = worst.max((in_top - rank[..k].iter().sum::<f64>()).abs());
        worst = worst.max((first - rank[0]).abs());
    }
    let (a, b) = (top_figures(&truth, &sums, noise, k), by_definition(ranks, x, k));
    assert_eq!(a.ndcg_at_k.is_some(), b.ndcg_at_k.is_some());
    let ndcg = a.ndcg_at_k.unwrap_or(0.0) - b.ndcg_at_k.unwrap_or(0.0);
    let alone = overlap_at_k(&truth, &sums, noise, k) - b.overlap_at_k;
    for gap in
        [a.overlap_at_k - b.overlap_at_k, ndcg, a.rbo - b.rbo, a.top1_flip - b.top1_flip, alone]
    {
        worst = worst.max(gap.abs());
    }
    worst
}

pub(super) fn laws(scale: f64) -> [Noise; 5] {
    [
        Noise::Laplace { b: scale },
        Noise::Gaussian { sigma: scale },
        Noise::Gumbel { scale, k: 1 },
        Noise::DiscreteLaplace { b: scale },
        Noise::DiscreteGaussian { sigma: scale },
    ]
}

#[test]
fn oracle_rows_hold() {
    let counts = [500, 310, 310, 180, 120, 95, 60, 60, 41, 12, 3, 0];
    let sums = Sums::new(&counts);
    let rows: [(Noise, usize, [f64; 12]); 4] = [
        (
            Noise::Laplace { b: 20.0 },
            3,
            [
                1.0, 0.9969556, 0.9969556, 0.0057121, 0.0002675, 7.06e-05, 9.4e-06, 9.4e-06, 3e-06,
                5e-07, 2e-07, 2e-07,
            ],
        ),
        (
            Noise::Laplace { b: 80.0 },
            3,
            [
                0.9794695, 0.7529527, 0.7529527, 0.1965327, 0.0869708, 0.0623646, 0.0395121,
                0.0395121, 0.0309441, 0.0213725, 0.019064, 0.0183522,
            ],
        ),
        (
            Noise::Laplace { b: 80.0 },
            5,
            [
                0.9946062, 0.9403214, 0.9403214, 0.6758786, 0.3980754, 0.2899666, 0.1804814,
                0.1804814, 0.1395354, 0.0948966, 0.0843376, 0.081098,
            ],
        ),
        (
            Noise::Gaussian { sigma: 50.0 },
            5,
            [
                1.0, 0.9998303, 0.9998303, 0.8984878, 0.5151043, 0.2893159, 0.1037859, 0.1037859,
                0.0532626, 0.0163364, 0.0108469, 0.0094186,
            ],
        ),
    ];
    for (noise, k, row) in rows {
        let found = places(&sums, noise, k).in_top;
        let gap = found.iter().zip(row).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!("{noise:?} {k}: {gap:.1e}");
        assert!(gap < 1e-5, "{noise:?}: {gap}");
        let ranks = rank_law(&counts, noise);
        let gap = worst(&ranks, &counts, &counts, noise, k);
        assert!(gap < 1e-9, "{noise:?}: {gap}");
    }
}

#[test]
fn fixed_lists_agree_with_direct_quadrature() {
    let mut seen = 0.0f64;
    for y in [
        vec![7],
        vec![3, 3],
        vec![0, 5],
        vec![10, 0, 10, 4],
        vec![5; 9],
        vec![100, 99, 3, 2, 2, 2, 1, 0, 0, -40],
        vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ] {
        let x: Vec<i64> = y.iter().enumerate().map(|(i, v)| v + 3 * (i as i64 % 3)).collect();
        for scale in [0.05, 0.7, 3.0, 25.0] {
            for noise in laws(scale) {
                let ranks = rank_law(&y, noise);
                for k in 1..=y.len() {
                    let gap = worst(&ranks, &x, &y, noise, k);
                    seen = seen.max(gap);
                    assert!(gap < 1e-9, "{y:?} {noise:?} {k}: {gap:.2e}");
                }
            }
        }
    }
    println!("worst {seen:.2e}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn short_lists_agree_with_direct_quadrature(
        pairs in prop::collection::vec((0i64..90, prop::sample::select(vec![-30i64, 0, 0, 1, 3, 4, 17, 17, 60, 200]), 0i64..9), 1..12),
        scale in 0.3..30.0f64,
        k in 1usize..12,
        law in 0usize..5,
    ) {
        let x: Vec<i64> = pairs.iter().map(|p| p.0).collect();
        let y: Vec<i64> = pairs.iter().map(|p| p.1 + p.2).collect();
        let noise = laws(scale)[law];
        let gap = worst(&rank_law(&y, noise), &x, &y, noise, k.min(y.len()));
        prop_assert!(gap < 1e-9, "{noise:?} {y:?} {k}: {gap:.2e}");
    }
}
#[test]
fn figures_and_places_agree_on_long_lists() {
    // Different questions cut the line of thresholds differently.
    let truth: Vec<i64> = zipf(300, 80_000.0);
    for scale in [1.0, 9.0, 60.0, 71.0, 83.0, 100.0, 130.0, 170.0, 1_000.0, 20_000.0] {
        for noise in laws(scale) {
            let sums = Sums::new(&truth);
            for k in [1, 3, 10, 40] {
                let (places, figures) =
                    (places(&sums, noise, k), top_figures(&sums, &sums, noise, k));
                let overlap =
                    sums.falling[..k].iter().map(|&i| places.in_top[i as usize]).sum::<f64>()
                        / k as f64;
                let alone = overlap_at_k(&sums, &sums, noise, k);
                let flip = 1.0 - places.first[sums.falling[0] as usize];
                for gap in [
                    overlap - figures.overlap_at_k,
                    overlap - alone,
                    flip - figures.top1_flip,
                    places.in_top.iter().sum::<f64>() - k as f64,
                    places.first.iter().sum::<f64>() - 1.0,
                ] {
                    assert!(gap.abs() < 1e-9, "{noise:?} {k}: {gap:.2e}");
                }
            }
        }
    }
}

/// ⌊most / i^1.1⌋, at least 1, in an order unlike that of their sizes.
pub(super) fn zipf(n: usize, most: f64) -> Vec<i64> {
    let mut out = vec![0; n];
    for i in 0..n {
        out[(i * 7_919 + 13) % n] = (most / ((i + 1) as f64).powf(1.1)).floor().max(1.0) as i64;
    }
    out
}

#[test]
fn middling_lists_agree_with_direct_quadrature() {
    // Long enough for faint groups, with ties and a cap.
    let x = zipf(40, 150.0);
    let y: Vec<i64> = x.iter().map(|&v| v.min(60)).collect();
    for noise in laws(4.0)
        .into_iter()
        .chain([Noise::DiscreteLaplace { b: 30.0 }, Noise::DiscreteGaussian { sigma: 40.0 }])
    {
        let ranks = rank_law(&y, noise);
        for k in [1, 2, 5, 20, 39] {
            let gap = worst(&ranks, &x, &y, noise, k);
            assert!(gap < 1e-9, "{noise:?} {k}: {gap:.2e}");
        }
    }
}
