//! What a change does to what is counted, in one sentence.

use crate::chart::grouped;
use crate::rehearsal::Dataset;

/// `rows kept 1,500 → 1,478 · users 957 → 946 · total 275,696.48 → 271,566.28`.
pub fn effect(before: &Dataset, after: &Dataset) -> String {
    let figures = |data: &Dataset| {
        [
            ("rows kept", grouped(data.pairs.report().rows_kept)),
            ("users", grouped(data.pairs.contributors() as u64)),
            ("items", grouped(data.purchases.item.names.len() as u64)),
            ("total", total(data)),
        ]
    };
    let mut parts = Vec::new();
    let mut changes = false;
    for ((name, was), (_, is)) in figures(before).into_iter().zip(figures(after)) {
        if was != is {
            changes = true;
            parts.push(format!("{name} {was} → {is}"));
        } else if name != "items" {
            parts.push(format!("{name} {is}"));
        }
    }
    if let (Some(was), Some(is)) = (&before.purchases.time, &after.purchases.time)
        && was.len() == is.len()
    {
        let moved = was.iter().zip(is).filter(|(was, is)| was != is).count();
        if moved > 0 {
            changes = true;
            parts.push(format!("times of {} rows change", grouped(moved as u64)));
        }
    }
    let words = parts.join(" · ");
    if changes { words } else { format!("{words}: nothing changes") }
}

/// What all rows add up to, in shown units.
pub fn total(data: &Dataset) -> String {
    let unit = data.pairs.units_per_shown();
    let (whole, part) = (data.pairs.raw_total() / unit, data.pairs.raw_total() % unit);
    if unit == 1 {
        grouped(whole as u64)
    } else {
        // Units may be finer than a hundredth of an i64 leaves room for.
        let hundredths = i128::from(part) * 100 / i128::from(unit);
        format!("{}.{hundredths:02}", grouped(whole as u64))
    }
}
