//! The figures of the Ranking screen: of the histogram and of Gumbel top-k, of clipping alone.

use super::state::Ranking;
use crate::expected::CellFigures;
use crate::metric::{Figure, Metric};
use crate::rehearsal::places::TopKept;
use crate::tui::desk::Desk;

/// The figures of the cell under the knobs: simulated where trials are there.
pub fn figures(ranking: &Ranking, desk: &Desk) -> CellFigures {
    let newest =
        ranking.study.as_ref().and_then(|study| study.snapshot.as_ref()?.figures.first().copied());
    newest.or(desk.setting.as_ref().map(|setting| setting.expected)).unwrap_or_default()
}

/// The figures of Gumbel top-k at the ε under the knobs, once trials or closed forms are there.
pub fn gumbel_figures(ranking: &Ranking) -> Option<CellFigures> {
    ranking.setting.as_ref()?.gumbel?;
    ranking.study.as_ref()?.snapshot.as_ref()?.figures.get(1).copied()
}

/// A figure against the raw order, its closed form from the places where the study has none.
pub fn reading(ranking: &Ranking, desk: &Desk, metric: Metric) -> Figure {
    let figure = figures(ranking, desk)[metric];
    let report = ranking.fresh_places();
    figure.with_expected(figure.expected.or_else(|| kept_part(metric, report?.kept)))
}

/// A figure of Gumbel top-k against the raw order, its closed form from the places where the
/// study has none.
pub fn gumbel_reading(ranking: &Ranking, metric: Metric) -> Figure {
    let figure = gumbel_figures(ranking).map(|figures| figures[metric]).unwrap_or_default();
    let report = ranking.fresh_places();
    figure.with_expected(figure.expected.or_else(|| kept_part(metric, report?.gumbel?)))
}

fn kept_part(metric: Metric, kept: TopKept) -> Option<f64> {
    match metric {
        Metric::Overlap => Some(kept.overlap),
        Metric::Top1Flip => Some(1.0 - kept.first),
        _ => None,
    }
}

/// What a figure is when the bounds clip and no noise is added.
pub fn clipping(ranking: &Ranking, desk: &Desk, metric: Metric) -> Option<f64> {
    figures(ranking, desk).clipping[metric].or_else(|| {
        let (data, setting) = (desk.data.as_ref()?, ranking.setting.as_ref()?);
        let rank = |&group: &u32| setting.clipped_rank[group as usize] as usize;
        let (k, top) = (desk.k(), &data.by_rank);
        match metric {
            Metric::Overlap => {
                Some(top.iter().take(k).filter(|g| rank(g) <= k).count() as f64 / k as f64)
            }
            Metric::Top1Flip => top.first().map(|first| f64::from(u8::from(rank(first) != 1))),
            _ => None,
        }
    })
}

/// The curve over ε of the histogram (0) or of Gumbel top-k (1).
pub fn curve(ranking: &Ranking, which: usize) -> Vec<(f64, CellFigures)> {
    let Some(study) = &ranking.study else { return Vec::new() };
    let Some(snapshot) = &study.snapshot else { return Vec::new() };
    let under_knobs = 1 + usize::from(ranking.setting.as_ref().is_some_and(|s| s.gumbel.is_some()));
    let before = under_knobs + if which == 1 { study.curves[0].len() } else { 0 };
    study.curves[which].iter().copied().zip(snapshot.figures.iter().skip(before).copied()).collect()
}
