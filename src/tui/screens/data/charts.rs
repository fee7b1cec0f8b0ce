//! The charts of the Data screen as descriptions.

use crate::chart::{Bars, Chart, short_number};
use crate::tui::desk::Desk;
use crate::tui::series::warning;

/// How many users contribute to how many groups, with l0 marked.
pub fn groups_per_user(desk: &Desk) -> Option<Chart> {
    let data = desk.data.as_ref()?;
    let spread = data.pairs.groups_per_user();
    let plural = data.pairs.question().group_by.plural();
    let steps = &data.cube.grid().l0;
    Some(Chart::Bars(Bars {
        title: format!("{plural} per user"),
        subtitle: format!(
            "median {} · p99 {} · max {}",
            short_number(spread.median),
            short_number(spread.p99),
            short_number(spread.max)
        ),
        x_label: format!("{plural} per user"),
        y_label: "users".to_owned(),
        bars: step_bars(steps, &data.users_by_l0, 1.0),
        bins: true,
        kept: steps.partition_point(|&step| step <= desk.knobs.l0),
        rest: "cut by the bound".to_owned(),
        mark: format!("l0 {}", desk.knobs.l0),
        warning: warning(desk),
    }))
}

/// What (user, group) pairs are worth, with linf marked.
pub fn value_per_pair(desk: &Desk) -> Option<Chart> {
    let data = desk.data.as_ref()?;
    let unit = data.pairs.units_per_shown() as f64;
    let spread = data.pairs.value_per_pair();
    let bounds = desk.knobs.bounds().ok()?;
    let steps = &data.cube.grid().linf;
    let linf = short_number(bounds.linf() as f64 / unit);
    let label = format!("{} per user and {}", data.measure(), data.pairs.question().group_by);
    Some(Chart::Bars(Bars {
        title: label.clone(),
        subtitle: format!(
            "median {} · p99 {} · max {}",
            short_number(spread.median / unit),
            short_number(spread.p99 / unit),
            short_number(spread.max / unit)
        ),
        x_label: label,
        y_label: "user-group pairs".to_owned(),
        bars: step_bars(steps, &data.pairs_by_linf, unit),
        bins: true,
        kept: steps.partition_point(|&step| step <= bounds.linf()),
        rest: "cut by the bound".to_owned(),
        mark: format!("linf {linf}"),
        warning: warning(desk),
    }))
}

/// One bar a step, labelled with the values it holds; empty ends are left out.
fn step_bars(steps: &[u64], counts: &[u64], unit: f64) -> Vec<(String, f64)> {
    let label = |i: usize| {
        let high = steps[i] as f64 / unit;
        let low = if i == 0 { 0.0 } else { steps[i - 1] as f64 / unit };
        if high - low <= 1.0 && unit == 1.0 {
            short_number(high)
        } else if unit == 1.0 {
            format!("{}–{}", short_number(low + 1.0), short_number(high))
        } else {
            format!("≤ {}", short_number(high))
        }
    };
    (0..steps.len()).map(|i| (label(i), counts[i] as f64)).collect()
}
