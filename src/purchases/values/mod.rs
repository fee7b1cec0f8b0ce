//! Numbers from text: how one cell is read by its marks, and which marks a whole column tells.

mod affixes;
mod decimal;
mod evidence;

pub(super) use affixes::{before_unit, is_measure};
pub(super) use decimal::{Decimal, Marks};
pub(super) use evidence::NumberEvidence;
