//! Cells in view with their figures so far, exported as a designed sweep: the same document
//! that the command line writes.

use crate::contribution::Bounds;
use crate::expected::FigureSet;
use crate::export::{SweepDocument, csv};
use crate::rehearsal::Snapshot;
use crate::simulation::{Design, Limits};
use crate::tui::desk::Desk;
use crate::tui::refusal::Refusal;
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
/// If it has no JSON.
pub fn json(document: &impl serde::Serialize) -> Result<String, Refusal> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

/// A document as the text of an ending; `None` for lines of text, which it has not.
pub fn as_text<T: serde::Serialize>(
    document: Result<T, Refusal>,
    ending: Ending,
    csv: impl FnOnce(&T) -> String,
) -> Option<Result<String, Refusal>> {
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
    shown: impl FnOnce() -> Result<Shown<'a>, Refusal>,
) -> Option<Result<String, Refusal>> {
    let whole = || {
        let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
        let knobs = desk.knobs;
        let Shown { bounds, epsilons, snapshot } = shown()?;
        let snapshot = snapshot.ok_or(Refusal::FiguresAwaited)?;
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
        let mut designed = design.plan_over(&data.pairs, knobs.known)?;
        designed.plan.trials = snapshot.trials_done;
        Ok(SweepDocument::new(&data.purchases, &data.pairs, &designed, &snapshot.figures))
    };
    as_text(whole(), ending, csv)
}
