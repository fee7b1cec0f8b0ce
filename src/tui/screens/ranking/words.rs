//! What the Ranking screen says in plain words.

use super::figures::{clipping, curve, gumbel_reading, reading};
use super::state::{Ranking, Setting};
use crate::chart::short_number;
use crate::metric::{Figure, Metric};
use crate::tui::desk::Desk;

/// How many of a list of k a share is, with one decimal.
pub fn of_list(share: f64, k: usize) -> String {
    let count = share * k as f64;
    if count >= 999.5 { short_number(count.round()) } else { format!("{count:.1}") }
}

/// What is left of the true top list, and what took the rest.
pub fn what_stays(ranking: &Ranking, desk: &Desk) -> String {
    let k = desk.k();
    if desk.lists_all() {
        return format!(
            "The list holds all {k} groups: overlap says nothing, the order (τ-b) does."
        );
    }
    let figure = reading(ranking, desk, Metric::Overlap);
    let (Some(stays), verb) = best(figure) else {
        let before = ranking.places.as_ref().map(|report| of_list(report.kept.overlap, k));
        return before.map_or("Working out what stays…".to_owned(), |before| {
            format!("Working out what stays of the true top {k}… (before: {before})")
        });
    };
    let mut words = format!("Of the true top {k}, {} {verb} to stay", of_list(stays, k));
    if let Some(clipped) = clipping(ranking, desk, Metric::Overlap) {
        let lost = 1.0 - clipped;
        // Noise may bring back what clipping took.
        let noise = (clipped - stays).max(0.0);
        if lost > 0.0 {
            words +=
                &format!(": clipping takes {}, noise {} more", of_list(lost, k), of_list(noise, k));
        } else {
            words += &format!("; clipping takes none, noise {}", of_list(noise, k));
        }
    }
    words + "."
}

/// The noisy histogram against Gumbel top-k and where one overtakes the other, then what
/// each tells; empty without the figures.
pub fn side_by_side(ranking: &Ranking, desk: &Desk) -> Vec<String> {
    let Some(compared) = compared(ranking, desk) else { return Vec::new() };
    let of_both = "Gumbel tells an order alone, of public keys; the histogram tells every value.";
    vec![compared, of_both.to_owned()]
}

fn compared(ranking: &Ranking, desk: &Desk) -> Option<String> {
    let setting = ranking.setting.as_ref()?;
    let k = desk.k();
    let histogram = best(reading(ranking, desk, Metric::Overlap)).0?;
    let gumbel = best(gumbel_reading(ranking, Metric::Overlap)).0?;
    let l0 = setting.cell.bounds?.reach();
    let at_best = match best_l0(ranking) {
        Some((step, kept)) if step != l0 && kept - histogram > 0.05 / k as f64 => {
            format!(" ({} at l0 {}, its best)", of_list(kept, k), short_number(step as f64))
        }
        _ => String::new(),
    };
    let mut words = format!(
        "At ε {} Gumbel top-k keeps {} of {k}, the histogram {}{at_best}",
        short_number(setting.cell.epsilon),
        of_list(gumbel, k),
        of_list(histogram, k),
    );
    words += &match overtaking(ranking, desk) {
        Some((epsilon, true)) => format!("; Gumbel leads below ε {}", rounded(epsilon)),
        Some((epsilon, false)) => format!("; Gumbel leads above ε {}", rounded(epsilon)),
        None => String::new(),
    };
    Some(words + ".")
}

/// What the gap below the item under the cursor is, in units of the noise.
pub fn gap_words(ranking: &Ranking, desk: &Desk) -> Option<String> {
    let (data, setting) = (desk.data.as_ref()?, ranking.setting.as_ref()?);
    let gap = gap(setting, &data.by_rank, desk.item)?;
    let sign = setting.cell.noise.sign();
    Some(if gap < 0.0 {
        format!("clipping puts it {} {sign} behind the next", short_number(-rounded_to(gap, 2)))
    } else {
        format!("leads the next by {} {sign}", short_number(rounded_to(gap, 2)))
    })
}

/// The gap between the item at a true rank (0 = first) and the next, after clipping, in
/// units of the noise's scale.
pub fn gap(setting: &Setting, by_rank: &[u32], place: usize) -> Option<f64> {
    let (own, next) = (*by_rank.get(place)? as usize, *by_rank.get(place + 1)? as usize);
    Some((setting.answer[own] - setting.answer[next]) as f64 / setting.cell.noise.scale())
}

/// The expected value where there is one, else the simulated, and the verb that says which.
fn best(figure: Figure) -> (Option<f64>, &'static str) {
    match (figure.expected, figure.simulated) {
        (Some(value), _) => (Some(value), "are expected"),
        (None, value) => (value, "are simulated"),
    }
}

/// The l0 at which the histogram keeps most.
fn best_l0(ranking: &Ranking) -> Option<(u64, f64)> {
    let report = ranking.fresh_places().filter(|report| report.whole)?;
    let most = report.by_l0.iter().max_by(|a, b| a.1.overlap.total_cmp(&b.1.overlap))?;
    Some((most.0, most.1.overlap))
}

/// Where the curves of overlap@k cross: ε, and whether Gumbel leads below it.
pub fn overtaking(ranking: &Ranking, desk: &Desk) -> Option<(f64, bool)> {
    let values = |which: usize| -> Vec<(f64, f64)> {
        let curve = curve(ranking, which);
        curve.iter().filter_map(|(e, f)| Some((*e, best(f[Metric::Overlap]).0?))).collect()
    };
    let (histogram, gumbel) = (values(0), values(1));
    if histogram.len() != gumbel.len() || histogram.len() < 2 {
        return None;
    }
    // Differences that a list of k cannot show, or that trials cannot tell, do not count.
    let least = 0.05 / desk.k() as f64 + 0.01;
    let leads: Vec<(f64, f64)> = histogram
        .iter()
        .zip(&gumbel)
        .map(|(h, g)| (h.0, g.1 - h.1))
        .filter(|lead| lead.1.abs() > least)
        .collect();
    let crossings: Vec<_> = leads.windows(2).filter(|pair| pair[0].1 * pair[1].1 < 0.0).collect();
    let [pair] = crossings[..] else { return None };
    let share = pair[0].1 / (pair[0].1 - pair[1].1);
    let epsilon = libm::exp(libm::log(pair[0].0) + share * libm::log(pair[1].0 / pair[0].0));
    Some((epsilon, pair[0].1 > 0.0))
}

fn rounded(value: f64) -> String {
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)) - 1.0);
    short_number((value / unit).round() * unit)
}

fn rounded_to(value: f64, digits: i32) -> f64 {
    let unit = libm::pow(10.0, f64::from(digits));
    (value * unit).round() / unit
}
