//! What became of the order of rates in drawn answers.

/// What becomes of the order of all groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderOdds {
    /// The share of pairs with different true rates that stand the other way round; ties, and pairs of which
    /// one cannot be told, count half. `None` without such a pair.
    pub pairs_flipped: Option<f64>,
    /// P(a group of the highest true rate has the highest answer); `None` without two groups.
    pub best_is_best: Option<f64>,
}

/// The true order of rates, with which drawn ones are compared.
#[derive(Debug, Clone)]
pub(super) struct RateOrder {
    /// Groups of the same rate together, the highest first.
    classes: Vec<Vec<u32>>,
    pairs: f64,
}

impl RateOrder {
    /// The order of true rates.
    pub fn new(rates: &[f64]) -> Self {
        let mut by_rate: Vec<u32> = (0..rates.len() as u32).collect();
        let of = |group: u32| rates[group as usize];
        by_rate.sort_unstable_by(|&a, &b| of(b).total_cmp(&of(a)).then(a.cmp(&b)));
        let classes: Vec<Vec<u32>> =
            by_rate.chunk_by(|&a, &b| of(a) == of(b)).map(<[u32]>::to_vec).collect();
        let (mut before, mut pairs) = (0, 0);
        for class in &classes {
            pairs += before * class.len();
            before += class.len();
        }
        Self { classes, pairs: pairs as f64 }
    }

    /// What became of the order in drawn answers; `None` for those of which nothing can be said.
    pub fn of(&self, answers: &[Option<f64>]) -> OrderOdds {
        let top = answers.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let first = answers.iter().filter(|&&answer| answer == Some(top)).count() as f64;
        let best = self.classes.first().map_or(&[][..], Vec::as_slice);
        let share = best.iter().filter(|&&group| answers[group as usize] == Some(top)).count();
        let best_is_best = if first > 0.0 { share as f64 / first } else { 0.0 };
        OrderOdds {
            pairs_flipped: (self.pairs > 0.0).then(|| self.flipped(answers) / self.pairs),
            best_is_best: (answers.len() > 1).then_some(best_is_best),
        }
    }

    /// Pairs the other way round, those without an order counted half.
    fn flipped(&self, answers: &[Option<f64>]) -> f64 {
        let mut ranked: Vec<f64> = answers.iter().flatten().copied().collect();
        ranked.sort_unstable_by(f64::total_cmp);
        ranked.dedup();
        let rank = |value: f64| ranked.partition_point(|&other| other < value);
        // How many of those before have each rank, as a tree of sums (Fenwick 1994).
        let mut counts = vec![0u32; ranked.len() + 1];
        let below = |counts: &[u32], rank: usize| {
            let (mut at, mut sum) = (rank, 0u32);
            while at > 0 {
                sum += counts[at];
                at &= at - 1;
            }
            f64::from(sum)
        };
        let (mut before, mut told, mut flipped) = (0.0, 0.0, 0.0);
        for class in &self.classes {
            for &group in class {
                flipped += match answers[group as usize] {
                    None => 0.5 * before,
                    Some(value) => {
                        let rank = rank(value);
                        let (less, at_most) = (below(&counts, rank), below(&counts, rank + 1));
                        less + 0.5 * (at_most - less) + 0.5 * (before - told)
                    }
                };
            }
            for &group in class {
                before += 1.0;
                let Some(value) = answers[group as usize] else { continue };
                told += 1.0;
                let mut at = rank(value) + 1;
                while at < counts.len() {
                    counts[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
        flipped
    }
}
