//! Quality and drift of recommendations over ε.

use super::{Axis, Chart, Hue, Lines, Point, Scale, Series, Stretch, Stroke};
use crate::metric::{Band, Figure};
use crate::recommend::ModelKind;
use crate::recommend::quality::{Floor, Quality};

/// A figure of the lists that a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFigure {
    /// Share of what users went on to buy that stands in their list.
    Recall,
    /// Share of what users went on to buy that stands in their list, its head counting more.
    Ndcg,
    /// Share of users with a hit.
    HitRate,
    /// Share of the non-private list that stays.
    DriftOverlap,
}

impl ListFigure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Recall, Self::Ndcg, Self::HitRate, Self::DriftOverlap];

    /// The name with the list's length.
    pub fn name(self, k: usize) -> String {
        match self {
            Self::Recall => format!("recall@{k}"),
            Self::Ndcg => format!("NDCG@{k}"),
            Self::HitRate => format!("hit rate@{k}"),
            Self::DriftOverlap => format!("overlap@{k} with the non-private list"),
        }
    }

    /// The figure of one model under one guarantee.
    pub fn of(self, quality: &Quality) -> Figure {
        match self {
            Self::Recall => quality.recall_at_k,
            Self::Ndcg => quality.ndcg_at_k,
            Self::HitRate => quality.hit_rate_at_k,
            Self::DriftOverlap => quality.drift_overlap_at_k,
        }
    }
}

/// The hues of models in the order of their list, grey for the floor.
const MODEL_HUES: [Hue; 8] = [
    Hue::Grey,
    Hue::Orange,
    Hue::Sky,
    Hue::Purple,
    Hue::Green,
    Hue::Vermilion,
    Hue::Blue,
    Hue::Yellow,
];

/// The hue of a model, one in all charts; from the ninth model on hues come again.
pub fn model_hue(kind: ModelKind) -> Hue {
    MODEL_HUES[kind as usize % MODEL_HUES.len()]
}

/// `figure` over ε, a series a model with a band of two standard errors; dashed the fit
/// without a guarantee, or for drift what non-private lists keep when users are drawn
/// anew. `None` where no result has an ε.
pub fn lists_over_epsilon(
    figure: ListFigure,
    results: &[Quality],
    floors: &[Floor],
    k: usize,
    subtitle: &str,
    warning: Option<&str>,
) -> Option<Chart> {
    let epsilons: Vec<f64> =
        results.iter().filter_map(|result| Some(result.guarantee?.epsilon)).collect();
    let (first, last) =
        (epsilons.iter().copied().reduce(f64::min)?, epsilons.iter().copied().reduce(f64::max)?);
    let mut series = Vec::new();
    for kind in
        ModelKind::ALL.into_iter().filter(|&kind| results.iter().any(|result| result.model == kind))
    {
        let of_kind = || results.iter().filter(move |result| result.model == kind);
        let ceiling = match figure {
            ListFigure::DriftOverlap => floors
                .iter()
                .find(|floor| floor.model == kind)
                .and_then(|floor| floor.overlap_at_k.simulated),
            _ => of_kind()
                .find(|result| result.guarantee.is_none())
                .and_then(|result| figure.of(result).simulated),
        };
        if let Some(y) = ceiling.filter(|_| kind != ModelKind::Random) {
            series.push(Series {
                name: match figure {
                    ListFigure::DriftOverlap => format!("{kind}, other users"),
                    _ => format!("{kind}, not private"),
                },
                hue: model_hue(kind),
                stroke: Stroke::Dashed,
                points: vec![Point { x: first, y }, Point { x: last, y }],
                band: Vec::new(),
            });
        }
        let mut points: Vec<(f64, Figure)> = of_kind()
            .filter_map(|result| Some((result.guarantee?.epsilon, figure.of(result))))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let band = points.iter().filter_map(|(x, found)| {
            found.band().map(|Band { low, high }| Stretch { x: *x, low, high })
        });
        series.push(Series {
            name: kind.name().to_owned(),
            hue: model_hue(kind),
            stroke: Stroke::Solid,
            band: band.collect(),
            points: points
                .iter()
                .filter_map(|(x, found)| Some(Point { x: *x, y: found.simulated? }))
                .collect(),
        });
    }
    let values = series.iter().flat_map(|one| one.points.iter().map(|point| point.y));
    let scale = match figure {
        ListFigure::DriftOverlap => Scale::Linear { min: 0.0, max: 1.0 },
        _ => Scale::linear_for(values, true),
    };
    let name = figure.name(k);
    Some(Chart::Lines(Lines {
        title: format!("{name} over ε"),
        subtitle: subtitle.to_owned(),
        x: Axis { label: "ε".to_owned(), scale: Scale::log_for(epsilons.into_iter()) },
        y: Axis { label: name, scale },
        series,
        rules: Vec::new(),
        warning: warning.map(str::to_owned),
    }))
}
