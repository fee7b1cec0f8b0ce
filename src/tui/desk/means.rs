//! What ε means, in one line: how far outputs with and without a user can be told apart.

use crate::chart::short_number;
use crate::expected::CellSpec;
use crate::privacy::accounting::Detail;
use crate::privacy::risk::Risk;

/// The line for a setting; empty where its noise is out of what accountants calculate with.
pub fn words(cell: &CellSpec) -> String {
    let (l0, linf) = match cell.bounds {
        Some(bounds) => (bounds.reach(), bounds.linf() as f64),
        None => (1, cell.sensitivity.linf),
    };
    let Ok(risk) = Risk::in_detail(&cell.noise.events(l0, linf), Detail::Coarse) else {
        return String::new();
    };
    let with = risk.odds().with.round();
    format!(
        "ε {} means: of 100 outputs {with} look as if you were in, {} had you stayed out",
        short_number(cell.epsilon),
        100.0 - with
    )
}
