//! Cells in view with their figures so far, exported as a designed sweep: the same document
//! that the command line writes.

use crate::contribution::Bounds;
use crate::expected::FigureSet;
use crate::export::{SweepDocument, csv};
use crate::rehearsal::Snapshot;
use crate::simulation::{Design, Limits};
use crate::tui::desk::Desk;
use crate::tui::said::in_fields;
use crate::tui::screen::Ending;

/// The cells that a screen shows: every bound with every ε, and their figures.
pub struct Shown<'a> {
    /// The bounds, in the order of the figures.
    pub bounds: Vec<Bounds>,
    /// The ε of each, in the order of the figures.
    pub epsilons: Vec<f64>,
    /// The figures so far.
    pub snapshot: Option<&'a Snapshot>,
}

/// A document as JSON text.
///
/// # Errors
/// The sentence that says why it cannot be written.
pub fn json(document: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(in_fields)
}

/// A document as the text of an ending; `None` for lines of text, which it has not.
pub fn as_text<T: serde::Serialize>(
    document: Result<T, String>,
    ending: Ending,
    csv: impl FnOnce(&T) -> String,
) -> Option<Result<String, String>> {
    match ending {
        Ending::Csv => Some(document.map(|document| csv(&document))),
        Ending::Json => Some(document.and_then(|document| json(&document))),
        Ending::Txt => None,
    }
}

/// The document of what is shown; `None` where an ending is not known.
pub fn document<'a>(
    desk: &Desk,
    ending: Ending,
    shown: impl FnOnce() -> Result<Shown<'a>, String>,
) -> Option<Result<String, String>> {
    let whole = || {
        let data = desk.data.as_ref().ok_or("nothing is open yet")?;
        let knobs = desk.knobs;
        let Shown { bounds, epsilons, snapshot } = shown()?;
        let snapshot = snapshot.ok_or("the figures are not there yet: try again in a moment")?;
        let design = Design {
            mechanisms: vec![knobs.mechanism],
            epsilons,
            delta: Some(knobs.delta),
            sensitivity: Limits::Bounds(bounds),
            k: desk.k(),
            // The document says how many trials stand behind its figures.
            trials: snapshot.trials_done.max(1),
            seed: desk.seed,
            figures: FigureSet::All,
        };
        let mut designed = design.plan(&data.pairs).map_err(in_fields)?;
        designed.plan.trials = snapshot.trials_done;
        Ok(SweepDocument::new(&data.purchases, &data.pairs, &designed, &snapshot.figures))
    };
    as_text(whole(), ending, csv)
}
