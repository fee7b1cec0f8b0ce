//! Where groups are to be expected in a noised list, without a single random number.
//!
//! A group i is at a threshold t with density f(t - y_i), and then its place is one more
//! than the number of others above t, a sum of independent indicators. So P(i among the
//! first k) = ∫ f(t - y_i) P(N_{-i}(t) < k) dt, and E of any function of i's rank alike.
//! Lists fall by noised sum, ties by index.
//!
//! What is left out, per group: thresholds at which all is decided, to 1e-12 (`panels`);
//! Gauss quadrature, below 2e-10 by doubling its nodes on lists of 60 to 5000 (`rule`, and
//! Gram's polynomials in its place for sums over whole numbers); the law of N beyond a
//! window and at high frequencies, 2e-14 (`count`); ties below 1e-10, and those of faint
//! groups to third order, below 4e-10 of what they add to (`ties`). Sums over groups keep to
//! 1e-8. A group 34 scales (10.6 σ) from all others is taken to stay where it is (1e-13). Cross-checked in tests against enumeration,
//! direct Poisson-binomial quadrature, Plackett–Luce lists and Monte Carlo.

mod count;
mod faint;
mod law;
mod panels;
mod rule;
mod state;
mod sums;
mod sweep;
mod ties;
mod walk;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_long;

pub use sums::Sums;

use crate::metric::weight::{RBO_DEPTH, discount};
use crate::privacy::Noise;
use law::ThresholdLaw;
use state::{Request, Who};
use sweep::sweep;

/// What is to be expected of every group, by group index.
#[derive(Debug, Clone, PartialEq)]
pub struct TopPlaces {
    /// Probability of a place among the first k, in 0..=1; adds up to k.
    pub in_top: Vec<f64>,
    /// Probability of the first place, in 0..=1; adds up to 1.
    pub first: Vec<f64>,
}

/// Expected figures of a noised list against a true order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopFigures {
    /// E |true top k ∩ noised top k| / k, in 0..=1.
    pub overlap_at_k: f64,
    /// E NDCG@k with true sums as gains; none where the true list gains nothing.
    pub ndcg_at_k: Option<f64>,
    /// E RBO, extrapolated, p = 0.9, to depth 263 (0.9²⁶³ < 1e-12), in 0..=1.
    pub rbo: f64,
    /// P(another group comes first), in 0..=1.
    pub top1_flip: f64,
}

/// For every group of `sums` the probabilities of a place among the first `k` (cut at
/// their number) and of the first place under `noise`, to 1e-9 absolute.
pub fn places(sums: &Sums, noise: Noise, k: usize) -> TopPlaces {
    let (n, law) = (sums.len(), ThresholdLaw::new(noise));
    let k = k.min(n);
    if n == 0 {
        return TopPlaces { in_top: Vec::new(), first: Vec::new() };
    }
    let top = if k == 0 || k == n { Who::Nobody } else { Who::All };
    let found =
        sweep(sums, &law, Request { k: k.max(1), top, first: Who::All, gains: None, deep: None });
    let bounded =
        |values: Vec<f64>| values.into_iter().map(|p| p.clamp(0.0, 1.0)).collect::<Vec<f64>>();
    let in_top = if k == n { vec![1.0; n] } else { bounded(found.top) };
    TopPlaces { in_top, first: bounded(found.first) }
}

/// E overlap@k alone: the expected share of the first `k` of `truth` among the first `k`
/// of `sums` under noise, to 1e-9; 1 for k = 0.
///
/// # Panics
/// If the two differ in their number of groups.
pub fn overlap_at_k(truth: &Sums, sums: &Sums, noise: Noise, k: usize) -> f64 {
    let (n, law) = (same_length(truth, sums), ThresholdLaw::new(noise));
    if k == 0 || k >= n {
        return 1.0;
    }
    let listed = &truth.falling[..k];
    let request =
        Request { k, top: Who::These(listed), first: Who::Nobody, gains: None, deep: None };
    let found = sweep(sums, &law, request);
    share(&found.top, listed)
}

/// The expected figures of a list of `sums` under noise against the order of `truth`, lists
/// of `k` (at least 1, cut at the number of groups), to 1e-9.
///
/// # Panics
/// If the two differ in their number of groups.
pub fn top_figures(truth: &Sums, sums: &Sums, noise: Noise, k: usize) -> TopFigures {
    let (n, law) = (same_length(truth, sums), ThresholdLaw::new(noise));
    if n == 0 {
        return TopFigures { overlap_at_k: 1.0, ndcg_at_k: None, rbo: 1.0, top1_flip: 0.0 };
    }
    let k = k.clamp(1, n);
    let listed = &truth.falling[..k];
    let ideal: f64 = listed
        .iter()
        .enumerate()
        .map(|(r, &group)| truth.value(group as usize) as f64 * discount(r))
        .sum();
    let gains: Option<Vec<f64>> =
        (ideal > 0.0).then(|| (0..n).map(|group| truth.value(group) as f64 / ideal).collect());
    let request = Request {
        k,
        top: if k == n { Who::Nobody } else { Who::These(listed) },
        first: Who::These(&truth.falling[..1]),
        gains: gains.as_deref(),
        deep: Some(&truth.falling[..n.min(RBO_DEPTH)]),
    };
    let found = sweep(sums, &law, request);
    TopFigures {
        overlap_at_k: if k == n { 1.0 } else { share(&found.top, listed) },
        ndcg_at_k: gains.map(|_| found.gained),
        rbo: found.deep.clamp(0.0, 1.0),
        top1_flip: (1.0 - found.first[truth.falling[0] as usize]).clamp(0.0, 1.0),
    }
}

fn same_length(truth: &Sums, sums: &Sums) -> usize {
    assert_eq!(truth.len(), sums.len(), "two sums for every group");
    truth.len()
}

fn share(top: &[f64], listed: &[u32]) -> f64 {
    (listed.iter().map(|&group| top[group as usize]).sum::<f64>() / listed.len() as f64)
        .clamp(0.0, 1.0)
}
