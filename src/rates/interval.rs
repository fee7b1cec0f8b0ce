//! What a published rate says of the true one: noise by an exact rule, sampling apart.

use serde::Serialize;

use super::law::CellNoise;
use crate::metric::figure::wilson;
use crate::privacy::normal;

/// Ends of rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end, of at least 0.
    pub low: f64,
    /// Upper end, of at most 1 for rates.
    pub high: f64,
}

/// Whether a true rate r is consistent with noised cells (unclamped): P(|(1 - r)Z₁ - rZ₂| is as large)
/// is at least 1 - `level`. It holds for the true rate in just `level` of releases.
pub fn is_consistent(converted: f64, others: f64, noise: CellNoise, level: f64, r: f64) -> bool {
    let t = ((1.0 - r) * converted - r * others).abs();
    noise.above(t, 1.0 - r, r) >= 0.5 * (1.0 - level)
}

/// All rates between the lowest and the highest that are consistent with noised cells, which may be
/// below 0; `None` where none is (which happens to fewer than 1 - `level`).
pub fn rate_interval(
    converted: f64,
    others: f64,
    noise: CellNoise,
    level: f64,
) -> Option<Interval> {
    ends(converted, others, &|r| is_consistent(converted, others, noise, level, r))
}

/// As [`rate_interval`], for cells with whole-number noise beside which `noise` stands, of the same
/// scale: whole-number Laplace noise is more peaked than what is rounded from continuous noise, so
/// (Birnbaum 1948, Theorem 1) the difference is, too, and rounding moves it by half a unit at most. It holds
/// the true rate in at least `level` of releases.
pub fn whole_rate_interval(
    converted: i64,
    others: i64,
    noise: CellNoise,
    level: f64,
) -> Option<Interval> {
    let (converted, others) = (converted as f64, others as f64);
    let fits = |r: f64| {
        let t = (((1.0 - r) * converted - r * others).abs() - 0.5).max(0.0);
        noise.above(t, 1.0 - r, r) >= 0.5 * (1.0 - level)
    };
    ends(converted, others, &fits)
}

/// The lowest and the highest rate that fits.
fn ends(converted: f64, others: f64, fits: &dyn Fn(f64) -> bool) -> Option<Interval> {
    let clamped = match converted + others {
        sum if sum > 0.0 => (converted / sum).clamp(0.0, 1.0),
        _ => 0.5,
    };
    // Places where it may hold: an even grid, and the answer itself.
    const GRID: u32 = 400;
    let grid = (0..=GRID).map(|at| f64::from(at) / f64::from(GRID)).chain([clamped]);
    let fitting: Vec<f64> = grid.filter(|&r| fits(r)).collect();
    let first = fitting.iter().copied().fold(f64::INFINITY, f64::min);
    let last = fitting.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if first > last {
        return None;
    }
    let step = 1.0 / f64::from(GRID);
    let edge = |inside: f64, outside: f64| {
        if fits(outside) {
            return outside;
        }
        let (mut inside, mut outside) = (inside, outside);
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if fits(middle) { inside = middle } else { outside = middle }
        }
        inside
    };
    Some(Interval {
        low: edge(first, (first - step).max(0.0)),
        high: edge(last, (last + step).min(1.0)),
    })
}

/// The interval that sampling alone leaves around a rate (Wilson 1927); `None` of nobody.
pub fn wilson_interval(converted: u64, size: u64, level: f64) -> Option<Interval> {
    if size == 0 {
        return None;
    }
    let z = normal::quantile(0.5 * (1.0 + level));
    let (n, rate) = (size as f64, converted as f64 / size as f64);
    // The one with z standard deviations is that of one over n/z².
    let half = wilson(rate, n / (z * z));
    let centre = (rate + z * z / (2.0 * n)) / (1.0 + z * z / n);
    Some(Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Noise;

    /// In 40,000 draws each coverage has a standard error of .0011.
    #[test]
    fn the_rule_covers_what_it_says_and_its_ends_are_its_edges() {
        let draws = 40_000usize;
        for (stream, (noise, c, m)) in [
            (Noise::Laplace { b: 1.0 }, 20.0, 980.0),
            (Noise::Laplace { b: 5.0 }, 3.0, 9.0),
            (Noise::Laplace { b: 2.0 }, 0.0, 4.0),
            (Noise::Gaussian { sigma: 4.0 }, 10.0, 90.0),
        ]
        .into_iter()
        .enumerate()
        {
            let cells = CellNoise::of(noise).unwrap();
            let drawn = crate::simulation::draw(&vec![0i64; 2 * draws], noise, 5, stream as u64);
            let truth = c / (c + m);
            let covered = drawn
                .chunks(2)
                .filter(|z| is_consistent(c + z[0], m + z[1], cells, 0.95, truth))
                .count() as f64;
            assert!((covered / draws as f64 - 0.95).abs() < 4.0 * 0.0011, "{noise:?} {covered}");
            for z in drawn.chunks(2).take(300) {
                let (c, m) = (c + z[0], m + z[1]);
                let Some(found) = rate_interval(c, m, cells, 0.95) else { continue };
                assert!(
                    (0.0..=1.0).contains(&found.low)
                        && found.low <= found.high
                        && found.high <= 1.0
                );
                if is_consistent(c, m, cells, 0.95, truth) {
                    assert!(found.low <= truth && truth <= found.high, "{c} {m} {found:?}");
                }
                for (end, outward) in [(found.low, -1e-9), (found.high, 1e-9)] {
                    let outside = end + outward;
                    if (0.0..=1.0).contains(&outside) && end > 0.0 && end < 1.0 {
                        assert!(!is_consistent(c, m, cells, 0.95, outside));
                    }
                }
            }
        }
    }

    /// In 20,000 draws a coverage of 95 % has a standard error of .0015.
    #[test]
    fn whole_numbers_are_covered_at_least_as_often() {
        let draws = 20_000usize;
        let noises = [
            Noise::DiscreteLaplace { b: 0.3 },
            Noise::DiscreteLaplace { b: 1.0 },
            Noise::DiscreteLaplace { b: 6.0 },
            Noise::DiscreteGaussian { sigma: 0.8 },
            Noise::DiscreteGaussian { sigma: 5.0 },
        ];
        for (stream, noise) in noises.into_iter().enumerate() {
            let beside = CellNoise::beside(noise).unwrap();
            let drawn = crate::simulation::draw(&vec![0i64; 2 * draws], noise, 5, stream as u64);
            for (c, m) in [(3i64, 20i64), (0, 8), (40, 900)] {
                let truth = c as f64 / (c + m) as f64;
                let covered = drawn
                    .chunks(2)
                    .filter(|z| {
                        let (c, m) = (c + z[0] as i64, m + z[1] as i64);
                        let t = ((1.0 - truth) * c as f64 - truth * m as f64).abs() - 0.5;
                        let inside = beside.above(t.max(0.0), 1.0 - truth, truth) >= 0.025;
                        if (c + m) % 97 == 0 && inside {
                            let found = whole_rate_interval(c, m, beside, 0.95).unwrap();
                            assert!(found.low <= truth && truth <= found.high);
                        }
                        inside
                    })
                    .count() as f64;
                let share = covered / draws as f64;
                assert!(share > 0.95 - 3.0 * 0.0015, "{noise:?} {c} {m}: {share}");
            }
        }
    }

    #[test]
    fn sampling_has_wilsons_interval() {
        // Wilson's own formula for 5 of 100 at 95 %.
        let found = wilson_interval(5, 100, 0.95).unwrap();
        assert!(
            (found.low - 0.021_543).abs() < 1e-5 && (found.high - 0.111_753).abs() < 1e-5,
            "{found:?}"
        );
        assert_eq!(wilson_interval(0, 0, 0.95), None);
        assert!(wilson_interval(0, 10, 0.95).unwrap().low < 1e-12);
    }
}
