//! What a change does to what is counted, in one sentence.

use crate::chart::grouped;
use crate::purchases::{Measure, Purchases};
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
    // What the question does not ask for may change all the same.
    if before.measure() != Measure::Revenue
        && let (Some(was), Some(is)) = (revenue(before), revenue(after))
        && was != is
    {
        changes = true;
        parts.push(format!("revenue {was} → {is}"));
    }
    if let (Some(was), Some(is)) = (&before.purchases.time, &after.purchases.time)
        && was.len() == is.len()
    {
        let moved = was.iter().zip(is.iter()).filter(|(was, is)| was != is).count();
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
    shown(i128::from(data.pairs.raw_total()), data.pairs.units_per_shown())
}

/// What was paid in all, in shown units; `None` where the file has no money.
fn revenue(data: &Dataset) -> Option<String> {
    let money = data.purchases.money.as_ref()?;
    let readable = money.iter().filter(|&money| money != Purchases::UNREADABLE);
    let sum = readable.map(i128::from).sum();
    Some(shown(sum, data.purchases.reading.unit.value.money.per_shown()))
}

/// A sum of so many to one as shown, with two decimals where one is not whole.
fn shown(sum: i128, unit: i64) -> String {
    let unit = i128::from(unit.max(1));
    let (whole, part) =
        (sum.unsigned_abs() / unit.unsigned_abs(), sum.unsigned_abs() % unit.unsigned_abs());
    let sign = if sum < 0 { "−" } else { "" };
    let whole = grouped(u64::try_from(whole).unwrap_or(u64::MAX));
    if unit == 1 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{:02}", part * 100 / unit.unsigned_abs())
    }
}
