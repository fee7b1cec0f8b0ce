//! Item-item by EASE (Steck 2019) on a noisy Gram matrix (in the spirit of McSherry &
//! Mironov 2009), in two steps of one Gaussian budget.
//!
//! Step 1 spends a small part on a noisy histogram and takes its head: the M items whose
//! pairs the rest of the budget can still tell from noise. Step 2 spends the rest on the
//! Gram matrix of the head, where a user's few items weigh more because only the head
//! counts. Items beyond the head follow it by popularity. Where the budget is too small
//! for any head, step 2 refines the histogram instead, and the model is popularity.
//!
//! Both steps are Gaussian mechanisms of L2 sensitivity 1, the second chosen after seeing
//! the first: with 1/σ₁² + 1/σ₂² = 1/σ² together they cost what one of standard deviation
//! σ costs (Dong, Roth, Su 2022, corollary 3.3: Gaussian DP composes adaptively, μ² adds).

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, Side};

use super::super::counts::{buyers, noisy_histogram, stream};
use super::super::entry::{ModelEntry, PlannedBy};
use super::super::training::{FitBudget, ItemModel, NoiseSeed, Training, histogram_share};
use super::super::vocabulary::{most_bought, places};
use crate::privacy::Noise;
use crate::simulation::draw;

pub(super) const ENTRY: ModelEntry = ModelEntry {
    name: "ease",
    title: "EASE",
    in_sentence: "ease",
    brief: "Item-item weights from a noisy Gram matrix",
    says: "item-item weights (EASE) from a noisy Gram matrix of the most bought items",
    explained: "EASE: item-item weights from one noisy Gram matrix of the items that the budget can carry, the rest by \
        popularity (Steck 2019).",
    is_slow: false,
    is_personal: true,
    is_published: true,
    planned: PlannedBy::Always,
    fit: |training, budget, noise, _| Ok(Box::new(Ease::fit(training, budget, noise))),
};

/// A head of M items needs an M-th noisy count of at least 20·(M/300)^1.6 times the noise.
/// Constants of this file were chosen on the months before the test period of one dataset,
/// never on the users that an evaluation looks at.
const HEAD: HeadRule = HeadRule { factor: 20.0, scale: 300.0, power: 1.6 };
/// The smallest head that is worth a Gram matrix.
const SMALLEST_HEAD: usize = 100;
/// The largest, with or without noise: its matrices take M² numbers, its inverse M³ steps.
pub(in super::super) const LARGEST_HEAD: usize = 5_000;
/// λ in units of σ√M, half the edge of the noise's spectrum.
const SHRINKAGE: f64 = 4.0;
/// The power of P_jj that divides a private column: P_jj is noisy itself.
const TEMPERED: f64 = 0.5;
/// Without noise: λ is a twelfth of the number of users.
const PLAIN_SHRINKAGE: f64 = 1.0 / 12.0;

/// What the smallest count of a head of M items is over the noise: factor·(M/scale)^power.
struct HeadRule {
    factor: f64,
    scale: f64,
    power: f64,
}

/// A fitted item-item model.
#[derive(Debug)]
pub(in super::super) struct Ease {
    /// Items of the head, in its order.
    head: Vec<u32>,
    /// For each item its place in the head.
    place: Vec<Option<u32>>,
    /// Head x head: row i holds what having item i adds to every other's score.
    weights: Mat<f64>,
    /// Scores of items beyond the head, and what breaks ties in it.
    popularity: Vec<f64>,
}

impl Ease {
    /// Fits it; see the file's head for the way to spend a budget.
    fn fit(training: &Training<'_>, budget: Option<FitBudget>, noise: NoiseSeed) -> Self {
        match budget {
            None => Self::plain(training, LARGEST_HEAD),
            Some(budget) => Self::private(training, budget.sigma(), noise),
        }
    }

    /// Number of items that lists are made from by weights; the others follow by popularity.
    #[cfg(test)]
    fn head(&self) -> usize {
        self.head.len()
    }

    /// Without noise, on pairs of the `largest` number of most bought items.
    fn plain(training: &Training<'_>, largest: usize) -> Self {
        let popularity = buyers(training);
        let mut head = most_bought(&popularity, largest);
        head.sort_unstable();
        let place = places(&head, training.items);
        let size = head.len();
        let mut gram = Mat::<f64>::zeros(size, size);
        for history in training.histories {
            let mine: Vec<usize> = history
                .iter()
                .filter_map(|&item| place[item as usize])
                .map(|at| at as usize)
                .collect();
            for &j in &mine {
                for &i in &mine {
                    gram[(i, j)] += 1.0;
                }
            }
        }
        // Above 0 even without users, where there is nothing to learn.
        let lambda = (PLAIN_SHRINKAGE * training.histories.len() as f64).max(1.0);
        for i in 0..size {
            gram[(i, i)] += lambda;
        }
        let inverse = gram
            .llt(Side::Lower)
            .map_or_else(|_| Mat::identity(size, size), |factor| factor.inverse());
        Self::of(head, &inverse, 1.0, popularity)
    }

    fn private(training: &Training<'_>, sigma: f64, noise: NoiseSeed) -> Self {
        let share = histogram_share(sigma);
        let (first, second) = (sigma / share.sqrt(), sigma / (1.0 - share).sqrt());
        let popularity = noisy_histogram(training, first, noise, 0);
        let head = head_of(&popularity, second);
        if head.is_empty() {
            let refined = noisy_histogram(training, second, noise, 1);
            return Self::of_histograms(&popularity, &refined, share);
        }
        let none = vec![0; pairs_of(head.len())];
        let of = Noise::Gaussian { sigma: second };
        let mut measured = draw(&none, of, noise.seed, stream(noise.draw, 2));
        each_pair(training, &head, |slot, s, same| {
            measured[slot] += if same { 1.0 } else { std::f64::consts::SQRT_2 } / s as f64;
        });
        Self::of_measured(head, &measured, second, popularity)
    }

    /// The model of two noisy histograms, the first made with this share of the budget.
    pub(in super::super) fn of_histograms(first: &[f64], second: &[f64], share: f64) -> Self {
        let both = first.iter().zip(second).map(|(a, b)| share * a + (1.0 - share) * b).collect();
        Self::of(Vec::new(), &Mat::identity(0, 0), 1.0, both)
    }

    /// The model of a noisy histogram and of the measured pairs of its head, whose noise has
    /// standard deviation `sigma`.
    pub(in super::super) fn of_measured(
        head: Vec<u32>,
        measured: &[f64],
        sigma: f64,
        popularity: Vec<f64>,
    ) -> Self {
        let gram = unpacked(head.len(), measured);
        Self::of(head, &inverse_of_shrunk(&gram, sigma), TEMPERED, popularity)
    }

    /// Weights B_ij = −P_ij/P_jj^power with a zero diagonal, from P = (G + λI)⁻¹; power 1
    /// is EASE's own least squares.
    fn of(head: Vec<u32>, inverse: &Mat<f64>, power: f64, popularity: Vec<f64>) -> Self {
        let place = places(&head, popularity.len());
        let divisors: Vec<f64> =
            (0..head.len()).map(|j| libm::pow(inverse[(j, j)], power)).collect();
        // Stored by column: column i of the transpose is row i.
        let weights = Mat::from_fn(head.len(), head.len(), |j, i| {
            if i == j { 0.0 } else { -inverse[(i, j)] / divisors[j] }
        });
        Self { head, place, weights, popularity }
    }
}

impl ItemModel for Ease {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        let mut of_head = vec![0.0; self.head.len()];
        for place in history.iter().filter_map(|&item| self.place[item as usize]) {
            for (sum, weight) in of_head.iter_mut().zip(self.weights.col_as_slice(place as usize)) {
                *sum += weight;
            }
        }
        let largest = self.popularity.iter().fold(1e-300, |most: f64, count| most.max(count.abs()));
        let smallest = of_head.iter().fold(0.0, |least: f64, &sum| least.min(sum));
        // Beyond the head by popularity, all of it below the head; in it popularity breaks ties.
        for ((score, &count), place) in scores.iter_mut().zip(&self.popularity).zip(&self.place) {
            *score = match place {
                Some(place) => of_head[*place as usize] + 1e-9 * count / largest,
                None => smallest - 2.0 + count / largest,
            };
        }
    }
}

/// The items whose pairs are worth a Gram matrix with noise of standard deviation `sigma`,
/// by falling noisy count, ties by item; none where the budget is too small.
pub(in super::super) fn head_of(histogram: &[f64], sigma: f64) -> Vec<u32> {
    let mut by_count = most_bought(histogram, histogram.len());
    let counts: Vec<f64> = by_count.iter().map(|&item| histogram[item as usize]).collect();
    let size = head_size(&counts, sigma);
    by_count.truncate(if size < 2 { 0 } else { size });
    by_count
}

/// How many of the falling noisy `counts` make the head; 0 for none. Single counts are
/// averaged over 40 neighbours, because their noise would decide.
fn head_size(counts: &[f64], sigma: f64) -> usize {
    let HeadRule { factor, scale, power } = HEAD;
    let smallest = SMALLEST_HEAD.min(counts.len());
    let enough = |&size: &usize| {
        let around = &counts[size.saturating_sub(20)..(size + 20).min(counts.len())];
        let mean = around.iter().sum::<f64>() / around.len() as f64;
        mean >= factor * libm::pow(size as f64 / scale, power) * sigma
    };
    (smallest..=counts.len().min(LARGEST_HEAD)).filter(enough).max().unwrap_or(0)
}

/// How many entries the upper triangle of a matrix of this size has, diagonal included.
pub(in super::super) fn pairs_of(size: usize) -> usize {
    size * (size + 1) / 2
}

/// Calls `add` for every pair of items of the head that a user has, once for i < j and for
/// i = j: with the place in the packed upper triangle (by column), the number s of the
/// user's items in the head (l0 at most), and whether i = j. A user adds √2/s to pairs and
/// 1/s to the diagonal: s·1/s² + s(s − 1)/2·2/s² = 1, an L2 sensitivity of 1. The diagonal
/// weighs half (in squares), because the pairs need the budget more.
pub(in super::super) fn each_pair(
    training: &Training<'_>,
    head: &[u32],
    mut add: impl FnMut(usize, usize, bool),
) {
    let place = places(head, training.items);
    let mut mine = Vec::with_capacity(training.l0.min(head.len()));
    for history in training.histories {
        mine.clear();
        let in_head = history.iter().filter_map(|&item| place[item as usize]).map(|at| at as usize);
        mine.extend(in_head.take(training.l0));
        for &j in &mine {
            for &i in mine.iter().filter(|&&i| i <= j) {
                add(pairs_of(j) + i, mine.len(), i == j);
            }
        }
    }
}

/// The symmetric matrix of a packed upper triangle, with the diagonal on the scale of the
/// pairs.
fn unpacked(size: usize, measured: &[f64]) -> Mat<f64> {
    Mat::from_fn(size, size, |i, j| match i.cmp(&j) {
        std::cmp::Ordering::Equal => std::f64::consts::SQRT_2 * measured[pairs_of(j) + i],
        std::cmp::Ordering::Less => measured[pairs_of(j) + i],
        std::cmp::Ordering::Greater => measured[pairs_of(i) + j],
    })
}

/// (Ĝ + λI)⁻¹, Ĝ the noisy matrix with its spectrum shrunk: eigenvalues θ within the edge
/// of the noise's own spectrum (Wigner's semicircle, 2σ√M) say nothing and become 0, larger
/// ones θ(1 − 4Mσ²/θ²). That makes it positive semidefinite. √(1 − 4Mσ²/θ²) would be best
/// in Frobenius norm (Gavish & Donoho 2017); lists gain from a step more, because a vector
/// that points astray costs every user.
fn inverse_of_shrunk(noisy: &Mat<f64>, sigma: f64) -> Mat<f64> {
    let size = noisy.nrows();
    let half_edge = sigma * (size as f64).sqrt();
    let lambda = SHRINKAGE * half_edge;
    let Ok(spectrum) = noisy.self_adjoint_eigen(Side::Lower) else {
        return Mat::identity(size, size);
    };
    let (values, vectors) = (spectrum.S().column_vector(), spectrum.U());
    let kept: Vec<(usize, f64)> = (0..size)
        .filter(|&at| values[at] > 2.0 * half_edge)
        .map(|at| (at, values[at] - 4.0 * half_edge * half_edge / values[at]))
        .collect();
    // 1/λ everywhere, corrected along the few vectors that were kept.
    let scaled = Mat::from_fn(size, kept.len(), |i, at| {
        let (vector, value) = kept[at];
        vectors[(i, vector)] * (1.0 / lambda - 1.0 / (value + lambda)).sqrt()
    });
    let mut inverse = -(&scaled * scaled.transpose());
    for i in 0..size {
        inverse[(i, i)] += 1.0 / lambda;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::super::super::training::FitOptions;
    use super::*;

    const NOISE: NoiseSeed = NoiseSeed { seed: 1, draw: 1 };

    fn histories() -> Vec<Vec<u32>> {
        (0..400u32)
            .map(|user| (0..1 + user % 9).map(|i| (user * 7 + i * i * 3 + i) % 150).collect())
            .map(distinct)
            .collect()
    }

    fn distinct(mut history: Vec<u32>) -> Vec<u32> {
        history.sort_unstable();
        history.dedup();
        history
    }

    fn slices(histories: &[Vec<u32>]) -> Vec<&[u32]> {
        histories.iter().map(Vec::as_slice).collect()
    }

    /// What one user moves.
    fn moved(training: &Training<'_>, without: &Training<'_>, head: &[u32]) -> f64 {
        let sums = |training| {
            let mut sums = vec![0.0; pairs_of(head.len())];
            each_pair(training, head, |slot, s, same| {
                sums[slot] += if same { 1.0 } else { 2f64.sqrt() } / s as f64;
            });
            sums
        };
        sums(training).iter().zip(sums(without)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    }

    #[test]
    fn one_user_moves_both_releases_by_at_most_one() {
        let histories = histories();
        let head: Vec<u32> = (0..120).rev().collect();
        for l0 in [1, 2, 5, 20] {
            for gone in [0, 1, 2, 8, 77, 399] {
                let mut others = histories.clone();
                let mine = others.remove(gone);
                let (all, others) = (slices(&histories), slices(&others));
                let with =
                    Training { items: 150, histories: &all, l0, options: FitOptions::default() };
                let without = Training { histories: &others, ..with };
                let in_head = mine.iter().filter(|&&item| item < 120).count();
                let norm = moved(&with, &without, &head);
                assert!(
                    (norm - if in_head > 0 { 1.0 } else { 0.0 }).abs() < 1e-9,
                    "l0 {l0}, user {gone}: {norm}"
                );
                let counts = [with, without].map(|training| {
                    noisy_histogram(&training, 1.0, NoiseSeed { seed: 5, draw: 0 }, 2)
                });
                let square: f64 =
                    counts[0].iter().zip(&counts[1]).map(|(a, b)| (a - b) * (a - b)).sum();
                assert!((square.sqrt() - 1.0).abs() < 1e-9, "l0 {l0}, user {gone}");
            }
        }
    }

    #[test]
    fn plain_weights_solve_the_least_squares_of_ease() {
        let histories = histories();
        let slices = slices(&histories);
        let training =
            Training { items: 150, histories: &slices, l0: 1, options: FitOptions::default() };
        let model = Ease::plain(&training, 150);
        let lambda = histories.len() as f64 * PLAIN_SHRINKAGE;
        let mut gram = vec![vec![0.0; 150]; 150];
        for history in &histories {
            for &i in history {
                for &j in history {
                    gram[i as usize][j as usize] += 1.0;
                }
            }
        }
        // Off the diagonal the gradient of |X − XB|² + λ|B|² is 0: (G + λI)B = G there.
        for j in 0..150 {
            for i in (0..150).filter(|&i| i != j) {
                let row: f64 = (0..150).map(|m| gram[i][m] * model.weights[(j, m)]).sum();
                let left = row + lambda * model.weights[(j, i)];
                assert!((left - gram[i][j]).abs() < 1e-9, "{i} {j}: {left} {}", gram[i][j]);
            }
            assert_eq!(model.weights[(j, j)], 0.0);
        }
    }

    #[test]
    fn a_small_budget_is_popularity_and_a_large_one_takes_every_item() {
        let histories = histories();
        let slices = slices(&histories);
        let training =
            Training { items: 150, histories: &slices, l0: 20, options: FitOptions::default() };
        let head = |sigma| Ease::private(&training, sigma, NOISE).head();
        assert_eq!(head(1e3), 0);
        assert_eq!(head(1e-6), 150);
        let mut scores = vec![0.0; 150];
        Ease::private(&training, 1e3, NOISE).score(&[3, 4], &mut scores);
        let mut other = vec![0.0; 150];
        Ease::private(&training, 1e3, NOISE).score(&[9], &mut other);
        assert_eq!(scores, other);
        assert!(scores.iter().all(|score| score.is_finite()));
    }

    #[test]
    fn a_head_has_a_largest_size() {
        assert_eq!(head_size(&[1e9; 6_000], 1.0), LARGEST_HEAD);
        let histories: Vec<Vec<u32>> = histories()
            .into_iter()
            .map(|mut h| {
                h.push(149);
                distinct(h)
            })
            .collect();
        let slices = slices(&histories);
        let training =
            Training { items: 150, histories: &slices, l0: 20, options: FitOptions::default() };
        let model = Ease::plain(&training, 10);
        let counts = buyers(&training);
        let fewest =
            model.head.iter().map(|&item| counts[item as usize]).fold(f64::INFINITY, f64::min);
        let beyond = |item: &usize| !model.head.contains(&(*item as u32));
        assert!(
            model.head.len() == 10 && (0..150).filter(beyond).all(|item| counts[item] <= fewest)
        );
        let mut scores = vec![0.0; 150];
        model.score(&[149], &mut scores);
        let least =
            model.head.iter().map(|&item| scores[item as usize]).fold(f64::INFINITY, f64::min);
        assert!((0..150).filter(beyond).all(|item| scores[item] < least));
    }

    #[test]
    fn the_spectrum_of_noise_is_shrunk_away() {
        // Eigenvalues 10 and 0.5, turned by an angle; the edge of the noise is √2.
        let (c, s) = (0.6, 0.8);
        let turned = |first: f64, second: f64| {
            Mat::from_fn(2, 2, |i, j| {
                let (u, v) = ([c, s], [-s, c]);
                first * u[i] * u[j] + second * v[i] * v[j]
            })
        };
        let inverse = inverse_of_shrunk(&turned(10.0, 0.5), 0.5);
        let lambda = SHRINKAGE * 0.5 * 2f64.sqrt();
        let expected = turned(1.0 / (10.0 - 2.0 / 10.0 + lambda), 1.0 / lambda);
        for i in 0..2 {
            for j in 0..2 {
                assert!((inverse[(i, j)] - expected[(i, j)]).abs() < 1e-12, "{i} {j}");
            }
        }
    }

    #[test]
    fn items_beyond_the_head_follow_it_by_popularity() {
        let popularity: Vec<f64> = (0..6).map(f64::from).collect();
        let model = Ease::of(
            vec![5, 2],
            &Mat::from_fn(2, 2, |i, j| if i == j { 2.0 } else { 0.5 }),
            1.0,
            popularity,
        );
        let mut scores = vec![0.0; 6];
        model.score(&[5], &mut scores);
        // A negative weight stays above everything beyond the head.
        assert!(scores[2] < 0.0 && scores[2] > scores[4]);
        assert!(scores[4] > scores[3] && scores[3] > scores[1] && scores[1] > scores[0]);
    }
}
