//! Alternating least squares for purchases that are there or not.
//!
//! Without noise it is weighted matrix factorisation (Hu, Koren, Volinsky 2008): u·v is fitted
//! to 1 for what a user has and, with a smaller weight, to 0 for all items; users and items
//! are solved in turn.
//!
//! With noise it is DP alternating least squares (Chien, Jain, Krichene, Rendle, Song, Thakurta,
//! Zhang 2021, "Private Alternating Least Squares"): users' vectors are solved exactly, each
//! from that user's own history, and never leave; items' vectors are solved from noisy sums.
//! Theirs are three sums a round: Σ u uᵀ over all users, Σ u uᵀ over the buyers of each
//! item, Σ u over the buyers of each item. Here all pairs weigh the same, which makes
//! the second needless: its many numbers never paid for the budget that they cost (tried with
//! thirds of it on the months before the test period). A user's vector has length 1, and a
//! history of s items counts 1/√s each, so both sums have L2 sensitivity 1. With a first noisy
//! histogram, that says where to begin and breaks ties, these are 1 + 2·rounds Gaussian
//! mechanisms, each chosen after seeing those before: with Σ 1/σᵢ² = 1/σ² together they cost
//! what one of standard deviation σ costs (Dong, Roth, Su 2022, corollary 3.3).

use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, Side};

use super::super::counts::{noisy_histogram, stream};
use super::super::entry::{ModelEntry, PlannedBy};
use super::super::training::{FitBudget, ItemModel, NoiseSeed, Training};
use crate::privacy::Noise;
use crate::simulation::draw;
use crate::work::{Cancel, Cancelled};

pub(super) const ENTRY: ModelEntry = ModelEntry {
    name: "als",
    title: "ALS",
    in_sentence: "als",
    brief: "Alternating least squares, items from noisy sums",
    says: "alternating least squares, items from noisy sums",
    explained: "ALS: alternating least squares; users' vectors come from their own histories, items' vectors from noisy \
        sums over users, round by round (Chien et al. 2021).",
    is_slow: false,
    is_personal: true,
    is_published: false,
    planned: PlannedBy::ByUsers(|budget, public| {
        too_noisy(budget, public.users, public.vocabulary())
    }),
    fit: |training, budget, noise, watch| {
        Ok(Box::new(Als::fit(training, budget, noise, watch.cancel)?))
    },
};

/// Shares of the budget (in 1/σ²): of the whole for the histogram, and of a round for Σ u uᵀ.
/// Constants of this file, but one, were chosen on months before the test period of one dataset,
/// never on the users that an evaluation looks at.
const HISTOGRAM_SHARE: f64 = 0.06;
const GRAM_SHARE: f64 = 0.05;
/// The last round makes the lists; it gets so many times the budget of one before.
const LAST_ROUND: f64 = 2.0;
/// Ridge of items in units of σ√m, σ of Σ u over buyers.
const ITEM_RIDGE: f64 = 2.0;
/// Ridge of users in units of the mean eigenvalue of Σ v vᵀ.
const USER_RIDGE: f64 = 0.1;
/// What the most bought item's popularity adds to scores, of which 1 is a certain purchase.
const POPULAR: f64 = 0.05;
/// So many items to a coordinate of their vectors, at least (chosen on the synthetic sample).
const ITEMS_A_COORDINATE: usize = 8;
/// What serves without noise.
const PLAIN: Plain = Plain { size: 32, rounds: 5, weight: 0.3, ridge: 0.035 };
/// Above this much noise over users, times √items, a histogram alone makes better lists: both
/// crossed at 0.037 with 1,000 items and at 0.048 with 300; a little less leaves room for error.
const TOO_NOISY: f64 = 0.032;

/// How a fit without noise is made.
struct Plain {
    /// The longest that vectors are.
    size: usize,
    /// Rounds.
    rounds: usize,
    /// Weight of all items.
    weight: f64,
    /// Ridge over √(pairs of a user and an item), about the largest singular value that chance
    /// gives such a matrix.
    ridge: f64,
}

/// A fitted factorisation.
#[derive(Debug)]
struct Als {
    /// Items x d.
    items: Mat<f64>,
    /// d x d: what a user's vector is solved with beside that user's own items.
    shared: Mat<f64>,
    /// Weight of a user's own items beyond that of all; 0 in a private fit.
    own: f64,
    /// What breaks near ties, one an item.
    popularity: Vec<f64>,
}

/// Whether noise leaves nothing to a factorisation, so that popularity serves better: by
/// public numbers alone.
fn too_noisy(budget: FitBudget, users: usize, items: usize) -> bool {
    noise_over_users(budget.sigma(), users, items) > TOO_NOISY
}

/// σ√m over the number of users: about the length of a column of noise over that of a column
/// of sums.
fn noise_over_users(sigma: f64, users: usize, items: usize) -> f64 {
    sigma * (items as f64).sqrt() / users.max(1) as f64
}

/// The longest vectors that serve so many items; longer ones learn each item by heart.
fn longest(items: usize) -> usize {
    (items / ITEMS_A_COORDINATE).max(4)
}

/// How large a private fit is.
struct Size {
    /// Length of the vectors.
    length: usize,
    /// Number of rounds.
    rounds: usize,
}

/// Length of the vectors and number of rounds: fewer where there is more noise.
fn size(noise: f64, items: usize) -> Size {
    let (length, rounds) = match noise {
        x if x < 0.003 => (32, 4),
        x if x < 0.0045 => (24, 4),
        x if x < 0.0075 => (16, 4),
        x if x < 0.012 => (12, 3),
        _ => (8, 2),
    };
    Size { length: length.min(longest(items)), rounds }
}

impl Als {
    /// Fits it: with a budget on at most `l0` items a user; without on whole histories.
    ///
    /// # Errors
    /// If `cancel` was set.
    fn fit(
        training: &Training<'_>,
        budget: Option<FitBudget>,
        noise: NoiseSeed,
        cancel: &Cancel,
    ) -> Result<Self, Cancelled> {
        match budget {
            None => Self::plain(training, noise, cancel),
            Some(budget) => Self::private(training, budget.sigma(), noise, cancel),
        }
    }

    fn plain(
        training: &Training<'_>,
        noise: NoiseSeed,
        cancel: &Cancel,
    ) -> Result<Self, Cancelled> {
        let Plain { size, rounds, weight, ridge } = PLAIN;
        let size = size.min(longest(training.items));
        let pairs: usize = training.histories.iter().map(|history| history.len()).sum();
        // Above 0 even without purchases, where there is nothing to learn.
        let ridge = (ridge * (pairs as f64).sqrt()).max(1e-3);
        let mut buyers: Vec<Vec<u32>> = vec![Vec::new(); training.items];
        for (user, history) in training.histories.iter().enumerate() {
            history.iter().for_each(|&item| buyers[item as usize].push(user as u32));
        }
        let scale = 1.0 / (size as f64).sqrt();
        let mut items = start(training.items, size, noise, |_| scale);
        for _ in 0..rounds {
            let shared = weighted_gram(items.as_ref(), weight, ridge);
            let mut users = Mat::zeros(training.histories.len(), size);
            for (user, history) in training.histories.iter().enumerate() {
                if cancel.is_cancelled() {
                    return Err(Cancelled);
                }
                put(&mut users, user, &solved(&shared, items.as_ref(), history, 1.0));
            }
            let shared = weighted_gram(users.as_ref(), weight, ridge);
            for (item, buyers) in buyers.iter().enumerate() {
                if cancel.is_cancelled() {
                    return Err(Cancelled);
                }
                put(&mut items, item, &solved(&shared, users.as_ref(), buyers, 1.0));
            }
        }
        let shared = weighted_gram(items.as_ref(), weight, ridge);
        Ok(Self { items, shared, own: 1.0, popularity: vec![0.0; training.items] })
    }

    fn private(
        training: &Training<'_>,
        sigma: f64,
        noise: NoiseSeed,
        cancel: &Cancel,
    ) -> Result<Self, Cancelled> {
        let relative = noise_over_users(sigma, training.histories.len(), training.items);
        let Size { length: size, rounds } = size(relative, training.items);
        let shares = NoiseShares::of(sigma, rounds);
        let counts = noisy_histogram(training, shares.histogram, noise, 0);
        let most = counts.iter().fold(shares.histogram, |most, &count| count.max(most));
        // What few bought starts near 0, or its noise would be the start.
        let of_item = |item: usize| (counts[item].max(shares.histogram) / most).sqrt();
        let mut items = start(training.items, size, noise, of_item);
        let a_round = training.items * size + size * (size + 1) / 2;
        let noise = unit_noise(rounds * a_round, noise, 1);
        for (round, noise) in noise.chunks_exact(a_round).enumerate() {
            let RoundSums { sums, gram } = sums(training, &items, cancel)?;
            let RoundNoise { gram: gram_sigma, sums: sum_sigma } = shares.rounds[round];
            let (of_gram, of_sums) = noise.split_at(gram.len());
            let noisy = |sum: &f64, noise: &f64, sigma: f64| sum + sigma * noise;
            let gram: Vec<f64> = gram
                .iter()
                .zip(of_gram)
                .map(|(sum, noise)| noisy(sum, noise, gram_sigma))
                .collect();
            let ridge = ITEM_RIDGE * sum_sigma * (training.items as f64).sqrt();
            let gram = positive(&unpacked(size, &gram), ridge);
            let sums = Mat::from_fn(size, training.items, |at, item| {
                let slot = item * size + at;
                noisy(&sums[slot], &of_sums[slot], sum_sigma)
            });
            items = solve(&gram, &sums).transpose().to_owned();
        }
        let shared = with_user_ridge(&items);
        let popularity = counts.iter().map(|count| POPULAR * count / most).collect();
        Ok(Self { items, shared, own: 0.0, popularity })
    }
}

impl ItemModel for Als {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        let user = solved(&self.shared, self.items.as_ref(), history, self.own);
        let scored = &self.items * &user;
        for (item, (score, popular)) in scores.iter_mut().zip(&self.popularity).enumerate() {
            *score = scored[(item, 0)] + popular;
        }
    }
}

/// Standard deviations of all noises of a private fit.
#[derive(Debug)]
struct NoiseShares {
    histogram: f64,
    /// Round by round.
    rounds: Vec<RoundNoise>,
}

/// Standard deviations of the noises of one round.
#[derive(Debug, Clone, Copy)]
struct RoundNoise {
    /// Of Σ u uᵀ.
    gram: f64,
    /// Of Σ u over buyers.
    sums: f64,
}

/// What the users add up to in one round.
struct RoundSums {
    /// Σ u over the buyers of each item, weighing 1/√s, item-major: m·d numbers.
    sums: Vec<f64>,
    /// The packed upper triangle of Σ u uᵀ, by column, √2 off the diagonal: d(d + 1)/2 numbers.
    gram: Vec<f64>,
}

impl NoiseShares {
    fn of(sigma: f64, rounds: usize) -> Self {
        let part = |share: f64| sigma / share.sqrt();
        let parts = rounds as f64 - 1.0 + LAST_ROUND;
        let round = |at: usize| {
            let times = if at + 1 == rounds { LAST_ROUND } else { 1.0 };
            let share = (1.0 - HISTOGRAM_SHARE) * times / parts;
            RoundNoise { gram: part(share * GRAM_SHARE), sums: part(share * (1.0 - GRAM_SHARE)) }
        };
        Self { histogram: part(HISTOGRAM_SHARE), rounds: (0..rounds).map(round).collect() }
    }
}

/// What the users add up to, given the items' vectors. A user moves each of both sums by at
/// most 1.
fn sums(
    training: &Training<'_>,
    items: &Mat<f64>,
    cancel: &Cancel,
) -> Result<RoundSums, Cancelled> {
    let size = items.ncols();
    let shared = with_user_ridge(items);
    // Column i: what having item i adds to a user's vector.
    let embedding = solve(&shared, &items.transpose().to_owned());
    let (mut sums, mut gram) = (vec![0.0; items.nrows() * size], vec![0.0; size * (size + 1) / 2]);
    let mut user = vec![0.0; size];
    for history in training.histories {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        let mine = &history[..history.len().min(training.l0)];
        user.fill(0.0);
        for &item in mine {
            user.iter_mut()
                .zip(embedding.col_as_slice(item as usize))
                .for_each(|(sum, one)| *sum += one);
        }
        let length = user.iter().map(|x| x * x).sum::<f64>().sqrt();
        // Without a direction a user adds nothing.
        if !(length.is_finite() && length > 0.0) {
            continue;
        }
        user.iter_mut().for_each(|x| *x /= length);
        let weight = 1.0 / (mine.len() as f64).sqrt();
        for &item in mine {
            let sum = &mut sums[item as usize * size..][..size];
            sum.iter_mut().zip(&user).for_each(|(sum, x)| *sum += weight * x);
        }
        let pairs = (0..size).flat_map(|j| (0..=j).map(move |i| (i, j)));
        for (slot, (i, j)) in gram.iter_mut().zip(pairs) {
            *slot += user[i] * user[j] * if i == j { 1.0 } else { std::f64::consts::SQRT_2 };
        }
    }
    Ok(RoundSums { sums, gram })
}

/// The symmetric matrix of a packed upper triangle whose pairs weigh √2.
fn unpacked(size: usize, packed: &[f64]) -> Mat<f64> {
    Mat::from_fn(size, size, |i, j| {
        let (low, high) = (i.min(j), i.max(j));
        packed[high * (high + 1) / 2 + low]
            * if i == j { 1.0 } else { std::f64::consts::FRAC_1_SQRT_2 }
    })
}

/// The nearest positive semidefinite matrix, plus `ridge` on the diagonal.
fn positive(noisy: &Mat<f64>, ridge: f64) -> Mat<f64> {
    let size = noisy.nrows();
    let Ok(spectrum) = noisy.self_adjoint_eigen(Side::Lower) else {
        return Mat::from_fn(size, size, |i, j| if i == j { ridge } else { 0.0 });
    };
    let (values, vectors) = (spectrum.S().column_vector(), spectrum.U());
    let scaled = Mat::from_fn(size, size, |i, at| vectors[(i, at)] * (values[at].max(0.0) + ridge));
    &scaled * vectors.transpose()
}

/// Σ v vᵀ plus the users' ridge.
fn with_user_ridge(items: &Mat<f64>) -> Mat<f64> {
    let size = items.ncols();
    let mut gram = items.transpose() * items;
    let mean = (0..size).map(|at| gram[(at, at)]).sum::<f64>() / size as f64;
    (0..size).for_each(|at| gram[(at, at)] += USER_RIDGE * mean + f64::MIN_POSITIVE);
    gram
}

/// `weight`·Σ x xᵀ plus `ridge` on the diagonal, over the rows.
fn weighted_gram(rows: MatRef<'_, f64>, weight: f64, ridge: f64) -> Mat<f64> {
    let mut gram = rows.transpose() * rows;
    for j in 0..gram.ncols() {
        for i in 0..gram.nrows() {
            gram[(i, j)] = weight * gram[(i, j)] + if i == j { ridge } else { 0.0 };
        }
    }
    gram
}

/// The vector whose products with the `chosen` rows are to be 1: solves
/// (shared + own·Σ x xᵀ) y = Σ x over them. A column.
fn solved(shared: &Mat<f64>, rows: MatRef<'_, f64>, chosen: &[u32], own: f64) -> Mat<f64> {
    let size = shared.nrows();
    let mut matrix = shared.clone();
    let mut right = Mat::zeros(size, 1);
    let mine = Mat::from_fn(size, chosen.len(), |at, one| rows[(chosen[one] as usize, at)]);
    for one in 0..chosen.len() {
        right.col_mut(0).iter_mut().zip(mine.col_as_slice(one)).for_each(|(sum, x)| *sum += x);
    }
    if own > 0.0 {
        matrix += own * (&mine * mine.transpose());
    }
    solve(&matrix, &right)
}

/// Solves a symmetric positive definite system; 0 where it is none in floating point.
fn solve(matrix: &Mat<f64>, right: &Mat<f64>) -> Mat<f64> {
    matrix
        .llt(Side::Lower)
        .map_or_else(|_| Mat::zeros(right.nrows(), right.ncols()), |factor| factor.solve(right))
}

/// Writes a column into a row.
fn put(rows: &mut Mat<f64>, row: usize, column: &Mat<f64>) {
    (0..rows.ncols()).for_each(|at| rows[(row, at)] = column[(at, 0)]);
}

/// Random vectors of items, each coordinate with the standard deviation that `scale` says.
fn start(items: usize, size: usize, noise: NoiseSeed, scale: impl Fn(usize) -> f64) -> Mat<f64> {
    let unit = unit_noise(items * size, noise, 2);
    Mat::from_fn(items, size, |item, at| scale(item) * unit[item * size + at])
}

/// Standard normal numbers, a trial's: the `part`-th vector of noise of the draw.
fn unit_noise(len: usize, noise: NoiseSeed, part: u64) -> Vec<f64> {
    let of = Noise::Gaussian { sigma: 1.0 };
    draw(&vec![0; len], of, noise.seed, stream(noise.draw, part))
}

#[cfg(test)]
mod tests {
    use super::super::super::training::{FitOptions, Guarantee};
    use super::*;

    const NOISE: NoiseSeed = NoiseSeed { seed: 1, draw: 1 };

    /// Two kinds of users, who buy from one half of the items each.
    fn two_tastes(users: u32) -> Vec<Vec<u32>> {
        (0..users)
            .map(|user| {
                let mut mine: Vec<u32> =
                    (0..1 + user % 6).map(|i| (user / 2 * 7 + i * i * 3 + i) % 20).collect();
                mine.sort_unstable();
                mine.dedup();
                mine.iter().map(|item| item + 20 * (user % 2)).collect()
            })
            .collect()
    }

    fn slices(histories: &[Vec<u32>]) -> Vec<&[u32]> {
        histories.iter().map(Vec::as_slice).collect()
    }

    fn distance(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    }

    #[test]
    fn one_user_moves_both_sums_by_one() {
        let histories = two_tastes(200);
        for l0 in [1, 3, 20] {
            let items = start(40, 6, NoiseSeed { seed: 3, draw: 1 }, |item| 1.0 + item as f64);
            for gone in [0, 5, 11, 77, 199] {
                let mut others = histories.clone();
                others.remove(gone);
                let (all, others) = (slices(&histories), slices(&others));
                let of = |histories| {
                    sums(
                        &Training { items: 40, histories, l0, options: FitOptions::default() },
                        &items,
                        &Cancel::new(),
                    )
                    .unwrap()
                };
                let (with, without) = (of(&all), of(&others));
                assert!(
                    (distance(&with.sums, &without.sums) - 1.0).abs() < 1e-9,
                    "l0 {l0}, user {gone}"
                );
                assert!(
                    (distance(&with.gram, &without.gram) - 1.0).abs() < 1e-9,
                    "l0 {l0}, user {gone}"
                );
            }
        }
    }

    #[test]
    fn the_parts_of_the_budget_make_the_whole() {
        for rounds in 1..6 {
            let shares = NoiseShares::of(1.7, rounds);
            let each = shares
                .rounds
                .iter()
                .flat_map(|round| [round.gram, round.sums])
                .chain([shares.histogram]);
            let whole: f64 = each.map(|sigma| 1.0 / (sigma * sigma)).sum();
            assert!((whole * 1.7 * 1.7 - 1.0).abs() < 1e-12, "{rounds} rounds: {whole}");
        }
    }

    #[test]
    fn a_vector_solves_its_least_squares() {
        let items = start(30, 4, NoiseSeed { seed: 9, draw: 1 }, |_| 1.0);
        let shared = weighted_gram(items.as_ref(), 0.3, 2.0);
        let mine = [3u32, 7, 20];
        let user = solved(&shared, items.as_ref(), &mine, 1.0);
        let product = |item: usize| (0..4).map(|at| items[(item, at)] * user[(at, 0)]).sum::<f64>();
        // The gradient of Σ_mine (1 − v·u)² + 0.3 Σ_all (v·u)² + 2|u|² is 0.
        for at in 0..4 {
            let own: f64 =
                mine.iter().map(|&i| (product(i as usize) - 1.0) * items[(i as usize, at)]).sum();
            let all: f64 = (0..30).map(|i| 0.3 * product(i) * items[(i, at)]).sum();
            assert!((own + all + 2.0 * user[(at, 0)]).abs() < 1e-12, "{at}");
        }
    }

    #[test]
    fn a_noisy_gram_becomes_positive_and_keeps_what_was() {
        // Eigenvalues 5 and −2, turned by an angle.
        let (c, s) = (0.6, 0.8);
        let turned = |first: f64, second: f64| {
            Mat::from_fn(2, 2, |i, j| {
                let (u, v) = ([c, s], [-s, c]);
                first * u[i] * u[j] + second * v[i] * v[j]
            })
        };
        let (made, expected) = (positive(&turned(5.0, -2.0), 0.5), turned(5.5, 0.5));
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            assert!((made[(i, j)] - expected[(i, j)]).abs() < 1e-12, "{i} {j}");
        }
        let packed = [1.0, 2.0 * 2f64.sqrt(), 3.0];
        let square = unpacked(2, &packed);
        assert_eq!([square[(0, 0)], square[(1, 1)]], [1.0, 3.0]);
        assert!((square[(0, 1)] - 2.0).abs() < 1e-15 && square[(0, 1)] == square[(1, 0)]);
    }

    #[test]
    fn tastes_are_found_with_and_without_noise() {
        let histories = two_tastes(4_000);
        let slices = slices(&histories);
        let training =
            Training { items: 40, histories: &slices, l0: 20, options: FitOptions::default() };
        for budget in [None, Some(Guarantee { epsilon: 4.0, delta: 1e-6 }.into())] {
            let model = Als::fit(&training, budget, NOISE, &Cancel::new()).unwrap();
            let mut scores = vec![0.0; 40];
            for (history, half) in [([1, 2], 0..20), ([23, 31], 20..40)] {
                model.score(&history, &mut scores);
                let best = crate::metric::ranking::top_k(&scores, 5);
                assert!(best.iter().all(|item| half.contains(item)), "{budget:?}: {best:?}");
            }
        }
    }

    #[test]
    fn a_fit_stops_when_asked_and_bears_users_without_items() {
        let cancel = Cancel::new();
        cancel.cancel();
        let histories: Vec<&[u32]> = vec![&[], &[1], &[]];
        let training =
            Training { items: 3, histories: &histories, l0: 2, options: FitOptions::default() };
        for budget in [None, Some(Guarantee { epsilon: 1.0, delta: 1e-6 }.into())] {
            assert!(Als::fit(&training, budget, NOISE, &cancel).is_err());
            let model = Als::fit(&training, budget, NOISE, &Cancel::new()).unwrap();
            let mut scores = vec![f64::NAN; 3];
            for history in [&[][..], &[0, 2]] {
                model.score(history, &mut scores);
                assert!(scores.iter().all(|score| score.is_finite()), "{budget:?}: {scores:?}");
            }
        }
    }
}
