//! The charts of the Ranking screen as descriptions.

use super::figures::{clipping, curve, reading};
use super::state::Ranking;
use super::words::{gap_words, overtaking};
use crate::chart::{
    Axis, Bars, Chart, DotPlot, Hue, Lines, Point, Scale, Series, Stretch, Stroke, short_number,
};
use crate::expected::CellFigures;
use crate::metric::Metric;
use crate::privacy::Mechanism;
use crate::tui::desk::Desk;
use crate::tui::paint::fit;
use crate::tui::series::{curve_epsilons, epsilon_axis, warning, written};

/// The charts in view.
pub fn in_view(ranking: &Ranking, desk: &Desk) -> Vec<Chart> {
    [top_list(ranking, desk), drift(ranking, desk), by_l0(ranking, desk), item_ranks(ranking, desk)]
        .into_iter()
        .flatten()
        .collect()
}

fn line(name: impl Into<String>, hue: Hue, stroke: Stroke, points: Vec<Point>) -> Series {
    Series { name: name.into(), hue, stroke, points, band: Vec::new() }
}

/// One figure over ε: histogram and Gumbel top-k, what clipping takes shaded apart.
pub fn drift(ranking: &Ranking, desk: &Desk) -> Option<Chart> {
    let setting = ranking.setting.as_ref()?;
    let metric = ranking.metric;
    let histogram = curve(ranking, 0);
    let gumbel = if metric.of_the_top() { curve(ranking, 1) } else { Vec::new() };
    let epsilons = curve_epsilons();
    let ends = (epsilons.first().copied(), epsilons.last().copied());
    let expected = |curve: &[(f64, CellFigures)]| -> Vec<Point> {
        curve.iter().filter_map(|(x, f)| Some(Point { x: *x, y: f[metric].expected? })).collect()
    };
    let simulated = |curve: &[(f64, CellFigures)]| -> Vec<Point> {
        curve.iter().filter_map(|(x, f)| Some(Point { x: *x, y: f[metric].simulated? })).collect()
    };
    let mut series = Vec::new();
    let level = clipping(ranking, desk, metric);
    if let (Some(level), (Some(first), Some(last))) = (level, ends) {
        let ideal = metric.ideal();
        let across = [first, last];
        let shaded = |x: f64| Stretch { x, low: level.min(ideal), high: level.max(ideal) };
        let mut clipped = line(
            "clipping",
            Hue::Orange,
            Stroke::Dashed,
            across.map(|x| Point { x, y: level }).to_vec(),
        );
        if level != ideal {
            clipped.band = across.map(shaded).to_vec();
        }
        series.push(clipped);
        // What lies between the clipping's level and the curve is the noise's doing.
        let best = |(x, f): &(f64, CellFigures)| Some((*x, f[metric].best()?));
        let band: Vec<Stretch> = histogram
            .iter()
            .filter_map(best)
            .map(|(x, y)| Stretch { x, low: y.min(level), high: y.max(level) })
            .collect();
        series.push(Series { band, ..line("", Hue::Sky, Stroke::Solid, Vec::new()) });
    }
    let mechanisms = [
        (&histogram, setting.cell.mechanism, Hue::Sky),
        (&gumbel, Mechanism::GumbelTopK, Hue::Purple),
    ];
    for (curve, mechanism, hue) in mechanisms {
        let (closed, drawn) = (expected(curve), simulated(curve));
        let name =
            |alone: bool| if alone { short_name(mechanism).to_owned() } else { String::new() };
        if !closed.is_empty() {
            series.push(line(name(drawn.is_empty()), hue, Stroke::Dashed, closed));
        }
        if !drawn.is_empty() {
            series.push(line(name(true), hue, Stroke::Solid, drawn));
        }
    }
    let figure = reading(ranking, desk, metric);
    let mut subtitle = written(figure);
    if let (Some(expected), Some(_)) = (figure.expected, figure.simulated) {
        let agree = if figure.disagrees() { " · DISAGREE" } else { "" };
        subtitle += &format!(" · expected {}{agree}", short_number(expected));
    }
    let mut rules = vec![(setting.cell.epsilon, "ε".to_owned())];
    if metric == Metric::Overlap
        && let Some((epsilon, _)) = overtaking(ranking, desk)
    {
        rules.push((epsilon, String::new()));
    }
    let low = series.iter().flat_map(|s| s.points.iter().map(|p| p.y)).fold(0.0, f64::min);
    Some(Chart::Lines(Lines {
        title: metric.name_at(desk.k()),
        subtitle,
        x: epsilon_axis(ends.0, ends.1),
        y: Axis {
            label: metric.name_at(desk.k()),
            scale: Scale::Linear { min: if low < -0.05 { -1.0 } else { 0.0 }, max: 1.0 },
        },
        series,
        rules,
        warning: warning(desk),
    }))
}

fn short_name(mechanism: Mechanism) -> &'static str {
    if mechanism == Mechanism::GumbelTopK { "Gumbel" } else { mechanism.name() }
}

/// What the histogram keeps at every l0, against Gumbel top-k, which needs none.
pub fn by_l0(ranking: &Ranking, desk: &Desk) -> Option<Chart> {
    // It says itself which ε it is for: the newest may still be on its way.
    let report = ranking.compared.as_ref()?;
    let cell = &report.cell;
    let k = desk.k();
    let (first, last) = (report.by_l0.first()?.0 as f64, report.by_l0.last()?.0 as f64);
    if first >= last {
        return None;
    }
    let points =
        report.by_l0.iter().map(|(l0, kept)| Point { x: *l0 as f64, y: kept.overlap }).collect();
    let mut series = Vec::new();
    if let Some(gumbel) = report.gumbel {
        let ends = [first, last].map(|x| Point { x, y: gumbel.overlap }).to_vec();
        series.push(line("Gumbel", Hue::Purple, Stroke::Dashed, ends));
    }
    series.push(line(cell.mechanism.name(), Hue::Sky, Stroke::Dots, points));
    Some(Chart::Lines(Lines {
        title: format!("overlap@{k} by l0"),
        subtitle: format!("expected at ε {}", short_number(cell.epsilon)),
        x: Axis { label: "l0".to_owned(), scale: Scale::Log { min: first, max: last } },
        y: Axis { label: format!("overlap@{k}"), scale: Scale::Linear { min: 0.0, max: 1.0 } },
        series,
        rules: cell
            .bounds
            .map(|bounds| (bounds.l0() as f64, "l0".to_owned()))
            .into_iter()
            .collect(),
        warning: warning(desk),
    }))
}

/// The ranks of the item under the cursor in the trials so far.
pub fn item_ranks(ranking: &Ranking, desk: &Desk) -> Option<Chart> {
    let data = desk.data.as_ref()?;
    let group = *data.by_rank.get(desk.item)? as usize;
    let ranks: Vec<f64> = ranking.trials.iter().map(|trial| f64::from(trial.rank[group])).collect();
    let expected = ranking.fresh_places().map(|report| report.places.rank[group]);
    let truth = (desk.item + 1) as f64;
    let inner = || ranks.iter().copied().chain(expected).chain([truth]);
    let (low, high) = inner().fold((truth, truth), |(l, h), v| (l.min(v), h.max(v)));
    // A column for every rank where they fit.
    let room = (6.0 - (high - low)).max(0.0);
    let min = (low - 0.5 - 0.5 * room).max(0.5);
    let (key, name) = desk.name_of(group);
    let trials =
        if ranks.len() == 1 { "1 trial".to_owned() } else { format!("{} trials", ranks.len()) };
    let gap = gap_words(ranking, desk).map_or(String::new(), |words| format!(" · {words}"));
    Some(Chart::DotPlot(DotPlot {
        title: format!("rank in {trials}"),
        subtitle: format!("#{} {}{gap}", desk.item + 1, format!("{key} {name}").trim_end()),
        x: Axis {
            label: "rank".to_owned(),
            scale: Scale::Linear { min, max: (high + 0.5).max(min + 7.0) },
        },
        dots: ranks,
        dot: "trial",
        mark: Some((truth, format!("true {truth}"))),
        second_mark: expected.map(|rank| (rank, format!("expected {rank:.1}"))),
        warning: warning(desk),
    }))
}

/// The top list with every item's probability of staying, for pictures.
pub fn top_list(ranking: &Ranking, desk: &Desk) -> Option<Chart> {
    let (data, report) = (desk.data.as_ref()?, ranking.fresh_places()?);
    let setting = ranking.setting.as_ref()?;
    let k = desk.k();
    let shown = (k + k.div_ceil(2).min(10)).min(data.by_rank.len()).min(40);
    let bars = data.by_rank[..shown]
        .iter()
        .enumerate()
        .map(|(place, &group)| {
            let (key, name) = desk.name_of(group as usize);
            let share = (report.places.in_top[group as usize] * 1e3).round() / 1e3;
            (fit(format!("{} {key} {name}", place + 1).trim_end(), 34), share)
        })
        .collect();
    Some(Chart::Bars(Bars {
        title: format!("probability of a place in the top {k}"),
        subtitle: format!(
            "by true rank · {} at ε {}, expected",
            setting.cell.mechanism,
            short_number(setting.cell.epsilon)
        ),
        x_label: data.pairs.question().group_by.to_string(),
        y_label: "probability".to_owned(),
        bars,
        bins: false,
        kept: k.min(shown),
        rest: "outside the true top list".to_owned(),
        mark: format!("true top {k}"),
        warning: warning(desk),
    }))
}
