//! What is exported of the Ranking screen: the true list with its places, and the drift.

use super::figures::{clipping, curve, figures};
use super::state::Ranking;
use crate::expected::CellFigures;
use crate::export::{Ranked, RankingDocument};
use crate::metric::Metric;
use crate::tui::desk::Desk;
use crate::tui::refusal::Refusal;

/// The document of what is in view; or why it is not there.
pub fn document(ranking: &Ranking, desk: &Desk) -> Result<RankingDocument, Refusal> {
    let data = desk.data.as_ref().ok_or(Refusal::NothingOpen)?;
    let setting = ranking.setting.as_ref().ok_or(Refusal::NoRanking)?;
    let report = ranking.fresh_places().ok_or(Refusal::FiguresAwaited)?;
    let mut drift: Vec<(String, f64, CellFigures)> = Vec::new();
    for (which, cell) in [(0, Some(setting.cell)), (1, setting.gumbel)] {
        let Some(cell) = cell else { continue };
        let points = curve(ranking, which).into_iter();
        drift.extend(
            points.map(|(epsilon, figures)| (cell.mechanism.to_string(), epsilon, figures)),
        );
    }
    let mut clipped = figures(ranking, desk).clipping;
    clipped[Metric::Overlap] = clipping(ranking, desk, Metric::Overlap);
    clipped[Metric::Top1Flip] = clipping(ranking, desk, Metric::Top1Flip);
    let snapshot = ranking.study.as_ref().and_then(|study| study.snapshot.as_ref());
    let ranked = Ranked {
        cell: &setting.cell,
        answer: &setting.answer,
        places: &report.places,
        k: desk.k(),
        seed: desk.seed,
        trials: snapshot.map_or(0, |snapshot| snapshot.trials_done),
    };
    Ok(RankingDocument::new(&data.purchases, &data.pairs, ranked, clipped, &drift))
}
