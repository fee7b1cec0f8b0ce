//! How many of many independent events happen: a Poisson-binomial law, summed term by term, or
//! by its normal law with skewness where it is wide.

use crate::privacy::normal::{density, phi};

/// Terms times classes up to here are summed.
const SUMMED: f64 = 2e5;
/// Below this variance the normal law is too coarse, whatever the sum takes.
const NARROW: f64 = 30.0;
/// The longest sum of a narrow law.
const LONGEST: f64 = 1e8;

/// P(at most `most` of the events happen), of classes (probability, how many events).
///
/// Where it is not summed: Φ(x) + γ(1 - x²)φ(x)/6 at x = (most + ½ - μ)/σ, γ the skewness
/// (Volkova 1996), off by O(1/σ²).
pub fn at_most(classes: &[(f64, f64)], most: usize) -> f64 {
    let events: f64 = classes.iter().map(|class| class.1).sum();
    if most as f64 >= events {
        return 1.0;
    }
    let open = |p: f64| p > 1e-15 && p < 1.0;
    let certain: f64 = classes.iter().filter(|c| c.0 >= 1.0).map(|c| c.1).sum();
    if certain > most as f64 {
        return 0.0;
    }
    let most = most - certain as usize;
    let (mut mean, mut variance, mut third, mut terms) = (0.0, 0.0, 0.0, 0.0);
    for &(p, count) in classes.iter().filter(|class| open(class.0)) {
        mean += count * p;
        variance += count * p * (1.0 - p);
        third += count * p * (1.0 - p) * (1.0 - 2.0 * p);
        terms += count;
    }
    let work = terms * (most as f64 + 1.0);
    if work > SUMMED && (variance > NARROW || work > LONGEST) {
        let x = (most as f64 + 0.5 - mean) / variance.sqrt();
        let skew = third / variance.powf(1.5);
        let skewed = phi(x) + skew * (1.0 - x * x) * density(x) / 6.0;
        return skewed.clamp(0.0, 1.0);
    }
    // P(so many happen), as far as it is asked for.
    let mut law = vec![0.0; most.min(terms as usize) + 1];
    law[0] = 1.0;
    for &(p, count) in classes.iter().filter(|class| open(class.0)) {
        for _ in 0..count as u64 {
            for at in (1..law.len()).rev() {
                law[at] += p * (law[at - 1] - law[at]);
            }
            law[0] *= 1.0 - p;
        }
    }
    law.iter().sum::<f64>().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_have_their_law() {
        // 100 fair coins: P(N ≤ 39) = .017600, P(N ≤ 50) = .539795.
        assert!((at_most(&[(0.5, 100.0)], 39) - 0.017_600_1).abs() < 1e-6);
        assert!((at_most(&[(0.5, 100.0)], 50) - 0.539_794_6).abs() < 1e-6);
        assert_eq!(at_most(&[(0.5, 3.0)], 3), 1.0);
        assert_eq!(at_most(&[(1.0, 2.0), (0.0, 5.0)], 1), 0.0);
        assert_eq!(at_most(&[(1.0, 2.0), (0.0, 5.0)], 2), 1.0);
    }

    #[test]
    fn the_wide_law_is_the_sum() {
        // Summed with few classes, by the normal law with many terms: the same events.
        let classes = [(0.03, 3_000.0), (0.2, 200.0)];
        let mut law = vec![0.0f64; 3_201];
        law[0] = 1.0;
        let mut events = 0;
        for &(p, count) in &classes {
            for _ in 0..count as usize {
                events += 1;
                for at in (0..=events).rev() {
                    let less = if at == 0 { 0.0 } else { law[at - 1] };
                    law[at] = law[at] * (1.0 - p) + less * p;
                }
            }
        }
        for most in [100, 120, 130, 140, 160] {
            let summed: f64 = law[..=most].iter().sum();
            let found = at_most(&classes, most);
            assert!((found - summed).abs() < 3e-4, "{most}: {found} {summed}");
        }
    }
}
