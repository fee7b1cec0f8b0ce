//! What is exported of the Recommend screen: the same document that the command line writes.

use super::state::Recommend;
use super::study::in_view;
use crate::export::RecommendDocument;
use crate::recommend::evaluation::{Evaluation, Outcome};
use crate::tui::desk::Desk;
use crate::tui::refusal::Refusal;

/// The document of what is known so far; or why there is nothing.
pub fn document(screen: &Recommend, desk: &Desk) -> Result<RecommendDocument, Refusal> {
    let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
    let report = screen.report.as_ref().ok_or(Refusal::FiguresAwaited)?;
    let found = report.found.as_ref().map_err(Clone::clone)?;
    in_view(screen).0.ok_or(Refusal::FiguresAwaited)?;
    let setting = &report.setting;
    let evaluation = Evaluation {
        kinds: found.floors.iter().map(|floor| floor.model).collect(),
        guarantees: vec![Some(setting.guarantee)],
        k: setting.k,
        l0: setting.l0,
        refits: usize::try_from(found.draws.max(1)).unwrap_or(1),
        seed: setting.seed,
    };
    let outcome = Outcome { results: found.results.to_vec(), floors: found.floors.to_vec() };
    Ok(RecommendDocument::new(&data.purchases, &found.split, found.holdout, &evaluation, &outcome))
}
