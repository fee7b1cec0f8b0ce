//! Accounting: what several answers cost together.

mod account;
mod accountant;
mod advanced;
mod amount;
mod composition;
mod cost;
mod curve;
mod event;
mod filter;
mod pld;
mod renyi;
mod search;
mod zcdp;

pub use account::{Account, AccountRefusal, Over, together};
pub use accountant::Accountant;
pub use advanced::advanced_epsilon;
pub use amount::{Amount, AmountError, AmountTextError};
pub use composition::{NoAnswer, Precision, delta, epsilon};
pub use cost::Cost;
pub use curve::{DeltaCurve, KnownLaw};
pub use event::{Event, EventError, Law};
pub use filter::{
    all_pure, best_order, divergence_cap, divergence_epsilon, divergence_of, rho_cap, rho_of,
};
pub use pld::Detail;
pub use renyi::Orders;
pub(crate) use search::smallest_enough;
pub use zcdp::{zcdp_delta, zcdp_epsilon};
