//! Risk: what an attacker gains from everything that is published together.
//!
//! An attacker who knows all but whether one user is in the data looks at the outputs and decides.
//! How well the best one does follows from δ(ε), the curve that the accountants have (Dong, Roth,
//! Su 2022; Kulynych et al. 2024): exact for the plan as a whole, whatever else the attacker knows.
//!
//! `attacker` (errors and posteriors) → `gaussian_fit` (μ), `odds` (of a hundred), `ladder` (what a
//! user, an item, a purchase risk, and one in place of another); `repeated` (asking again).

mod attacker;
mod gaussian_fit;
mod ladder;
mod odds;
mod repeated;

pub use attacker::{Risk, advantage, believed, true_positives};
pub use gaussian_fit::GaussianFit;
pub use ladder::{Guarded, Moved, Replaced, Rung};
pub use odds::Odds;
pub use repeated::{Averaged, differencing};
