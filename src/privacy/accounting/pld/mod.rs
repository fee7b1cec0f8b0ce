//! Privacy loss distributions (Sommer, Meiser, Mohammadi 2019; Koskela, Jälkö, Honkela
//! 2020): the exact law of the loss, composed by fast Fourier transforms.
//!
//! Before composing, losses are weighted by e^{t·loss} with the t at which the Chernoff
//! bound is best, and the weight is taken back afterwards. The transform's rounding then
//! stays small beside δ, however small δ is, and a window around the answer suffices.
//!
//! `ask` (ε, δ), `whole` (δ at every ε) → `compose` (transforms) → `plan` (window, step, length) → `discretise` (one law
//! on a grid).

mod ask;
mod compose;
mod discretise;
mod plan;
mod whole;

pub(super) use ask::{delta, epsilon, sampled_delta, sampled_epsilon};
pub use plan::Detail;
pub(super) use plan::NoLoss;
pub(super) use whole::WholeCurve;
