//! Expected order figures: what remains of the raw order once sums are clipped and noised.
//!
//! Raw sums x, bounded sums y, noised ŷ = y + Z with independent noise. With
//! s(g) = E sgn(g + Zᵢ - Zⱼ), every figure is linear in sums over pairs of
//! sgn(xᵢ-xⱼ)·s(yᵢ-yⱼ) (Kendall's τ-b and its weighted kind) or of s(yᵢ-yⱼ) alone
//! (Spearman's ρ: the expected mid-rank is Rᵢ = (n+1)/2 - ½Σⱼ s(yᵢ-yⱼ)). The numerators
//! are exact, and so are the denominators of continuous noise. Discrete noise ties sums,
//! and the figure then has its denominator in expectation:
//!
//! Let X be what a random denominator √X holds (n₀ - n₂, its weighted kind, the variance of
//! mid-ranks), and q = √(X/EX). The figure given is E τq in place of E τ; as |τ| ≤ 1 and
//! E q² = 1, it is off by at most ½v² + v·sd(τ), v = sd(X)/EX: E(1-q) = ½E(1-q)² ≤ ½v²,
//! and Var q ≤ v² (τ counts 0 where X = 0). To second order it is -⅛v²·E τ + ½Cov(τ, X/EX),
//! of order 1/n. Measured on heavily tied counts, scales 0.3 to 20: up to 0.014 at 3
//! groups, 0.0015 at 5, 0.0003 at 10 and 0.0001 at 30; largest where the scale is near the
//! gaps.

use super::classes::PairOrder;
use super::exponential::{self, Decay};
use super::swap::exponential_slope;
use super::{smooth, ties};
use crate::privacy::{Noise, Shape};

/// What is to be expected of a noised order, beside the raw one. `None` where the raw sums
/// are all tied (or fewer than 2), or the noised ones are but for a chance that rounding hides
/// (1e-12 of the pairs).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PairFigures {
    /// Kendall's τ-b, in -1..=1.
    pub kendall_tau_b: Option<f64>,
    /// Weighted τ (Vigna 2015) with additive weights 1/(r+1), r the raw rank from 0, ties
    /// by index; in -1..=1. `scipy.stats.weightedtau(x, ŷ, rank=r)`.
    pub weighted_tau: Option<f64>,
    /// Spearman's ρ by mid-ranks, in -1..=1.
    pub spearman: Option<f64>,
}

impl PairOrder {
    /// The expected τ-b alone, the fastest of the figures. For discrete noise with the
    /// expected number of tied pairs in the denominator (see the module).
    pub fn tau_b(&self, noise: Noise) -> Option<f64> {
        if self.untied == 0.0 {
            return None;
        }
        let plain = match decay(noise) {
            Some(decay) => exponential::sums(self, decay).plain,
            None => smooth::sums::<false>(self, noise).plain,
        };
        self.tau_b_of(plain, ties::pairs(&self.classes, noise))
    }

    fn tau_b_of(&self, plain: f64, tied: f64) -> Option<f64> {
        ratio(plain, self.untied, (0.5 * self.n * (self.n - 1.0), tied))
    }

    /// All figures in expectation; for discrete noise with denominators in expectation (see
    /// the module).
    pub fn figures(&self, noise: Noise) -> PairFigures {
        if self.untied == 0.0 {
            return PairFigures::default();
        }
        let sums = match decay(noise) {
            Some(decay) => exponential::sums(self, decay),
            None => smooth::sums::<true>(self, noise),
        };
        let tied = ties::all(&self.classes, noise);
        let n = self.n;
        PairFigures {
            kendall_tau_b: self.tau_b_of(sums.plain, tied.pairs),
            weighted_tau: ratio(
                sums.weighted,
                self.untied_weight,
                (self.weight * (n - 1.0), tied.weighted),
            ),
            // Mid-ranks fall where sums rise: Σ cᵢRᵢ = -½Σ cᵢΣⱼ s(yᵢ-yⱼ).
            spearman: ratio(
                -0.5 * sums.ranked,
                self.raw_variance,
                ((n * n - 1.0) * n / 12.0, tied.cubes / 12.0),
            ),
        }
    }
}

/// The kernel of Laplace kinds.
fn decay(noise: Noise) -> Option<Decay> {
    match noise.shape() {
        Shape::Laplace { b } | Shape::DiscreteLaplace { b } => {
            Some(Decay { b, slope: exponential_slope(noise, b) })
        }
        _ => None,
    }
}

/// Below this share of untied noised pairs there is no figure: whole less tied is rounding
/// there, and a list of n groups of which one stands apart has 2/n.
const HIDDEN: f64 = 1e-12;

/// a / √(b·(whole - tied)), rounding kept within -1..=1.
fn ratio(a: f64, b: f64, (whole, tied): (f64, f64)) -> Option<f64> {
    let left = whole - tied;
    (b > 0.0 && left > HIDDEN * whole).then(|| (a / (b.sqrt() * left.sqrt())).clamp(-1.0, 1.0))
}
