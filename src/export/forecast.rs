//! The forecast of a release as lines for people: on the command line and in the explorer alike.

use super::shown::shown;
use crate::chart::{grouped, short_number};
use crate::purchases::{CleaningReport, Decision, Loss, Purpose, Reading, Reason};
use crate::release::{CatalogueLookedUp, Forecast, Largest, Lowered, OrderForecast};

/// The mark of all that is looked up.
pub const LOOKED_UP: &str = "for you alone, not differentially private: do not publish (looked up)";

/// A number, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastLine {
    /// The number; empty for a remark on the line above.
    pub number: String,
    /// What it is of.
    pub of: String,
}

impl ForecastLine {
    fn new(number: impl Into<String>, of: impl Into<String>) -> Self {
        Self { number: number.into(), of: of.into() }
    }
}

/// The decision of reading or the step of cleaning by which rows of a reason are dropped.
fn decision(reason: Reason, reading: &Reading) -> Option<String> {
    let of = |decision: Decision| {
        let line = reading.lines().into_iter().find(|line| line.decision == decision)?;
        let words = match decision {
            Decision::Column(_) => "column",
            decision => decision.words(),
        };
        (!matches!(line.value.as_str(), "" | "none")).then(|| format!("{words} {}", line.value))
    };
    match reason {
        Reason::MissingUser => {
            of(Decision::MissingUser).or_else(|| of(Decision::Column(Purpose::User)))
        }
        Reason::MissingItem => of(Decision::Column(Purpose::Item)),
        Reason::NotCounted => of(Decision::Where),
        Reason::Cancelled => of(Decision::Cancelled),
        Reason::QuantityNotPositive => of(Decision::Column(Purpose::Quantity)),
        Reason::PriceNotPositive => of(Decision::Column(Purpose::Price)),
        Reason::Duplicate => of(Decision::DropDuplicates),
        Reason::Unreadable => None,
    }
}

/// Rows that were read, dropped (why, and by which decision) and kept.
pub fn rows_lines(report: &CleaningReport, reading: &Reading) -> Vec<ForecastLine> {
    let mut lines = vec![ForecastLine::new(grouped(report.rows_read), "read")];
    for Loss { reason, column, rows } in report.dropped.losses() {
        let why = match column {
            Some(column) => format!("{} {column}", reason.listed()),
            None => reason.listed().to_owned(),
        };
        let by = decision(reason, reading).map_or(String::new(), |by| format!(" ({by})"));
        lines.push(ForecastLine::new(grouped(rows), format!("dropped, {why}{by}")));
    }
    lines.push(ForecastLine::new(grouped(report.rows_kept), "kept"));
    lines
}

/// A share in percent: `72 %`, `0.4 %`.
fn percent(share: f64) -> String {
    match share * 100.0 {
        whole if (99.5..100.0).contains(&whole) => format!("{whole:.1} %"),
        little if little > 0.0 && little < 0.05 => "< 0.1 %".to_owned(),
        whole if whole >= 9.95 || whole == 0.0 => format!("{whole:.0} %"),
        part => format!("{part:.1} %"),
    }
}

/// What of the data would be seen, what decides first; `more` like it fit into the ledger after it.
pub fn forecast_lines(found: &Forecast, users: usize, more: Option<u64>) -> Vec<ForecastLine> {
    let mut lines = Vec::new();
    let rows = found.rows;
    lines.push(match rows.low == rows.high {
        true => ForecastLine::new(
            grouped(rows.low as u64),
            if rows.low == 1 { "row would show" } else { "rows would show" },
        ),
        false => ForecastLine::new(
            short_number(rows.expected),
            format!(
                "rows would show, on average over the noise ({} to {} in 19 of 20 releases)",
                grouped(rows.low as u64),
                grouped(rows.high as u64)
            ),
        ),
    });
    if let Some(width) = found.half_width {
        lines.push(ForecastLine::new(
            format!("±{}", short_number(width)),
            "is the noise of a value in 19 of 20",
        ));
    }
    if let Some(OrderForecast { k, stay }) = found.order {
        let of = format!("of the true top {k} would be in it, on average over the noise");
        lines.push(ForecastLine::new(short_number(stay), of));
    }
    if let Some(lowered) = &found.lowered {
        lines.push(lowered_line(lowered));
    }
    if let Some((rest, within)) = found.rest {
        lines.push(ForecastLine::new(
            short_number(rest),
            format!(
                "is to be expected in the last row (rest), ±{} in 19 of 20 by its noise and by which rows show",
                short_number(within)
            ),
        ));
    }
    if let Some(more) = more {
        lines.push(ForecastLine::new(
            grouped(more),
            "more like this fit into the ledger afterwards",
        ));
    }
    lines.push(ForecastLine::new(
        grouped(found.groups as u64),
        format!("in the data, of {} users", grouped(users as u64)),
    ));
    if let Some(CatalogueLookedUp { keys, occur }) = found.catalogue {
        lines.push(ForecastLine::new(
            grouped(occur as u64),
            format!("of {} catalogue keys occur in the data", grouped(keys as u64)),
        ));
    }
    // An order has its places, whatever the data has.
    if found.order.is_none() {
        let share = percent(found.surviving);
        lines.push(ForecastLine::new(share, "of the groups in the data show"));
    }
    lines
}

fn lowered_line(lowered: &Lowered) -> ForecastLine {
    let mut of = "too low are values in total, because of the bounds".to_owned();
    let largest = lowered.largest.as_ref().filter(|largest| largest.raw > largest.bounded);
    if let Some(Largest { name, raw, bounded, shows }) = largest {
        of += &format!(
            ": of the largest ({}) {} would be published as about {}{}",
            shown(name),
            short_number(*raw),
            short_number(*bounded),
            if *shows { "" } else { ", but that is dropped by the threshold" }
        );
    }
    if let Some((k, stay)) = lowered.head {
        let is_better = lowered.share > 0.0 && stay / k as f64 > 1.0 - lowered.share;
        of += &match (stay, is_better) {
            (..0.05, _) => format!("; of the top {k} none would be seen"),
            (_, true) => format!(
                "; the order survives better than the numbers ({stay:.1} of the top {k} stay, noise included)"
            ),
            (_, false) => format!("; of the top {k} {stay:.1} stay, noise included"),
        };
    }
    ForecastLine::new(percent(lowered.share), of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::RowsForecast;

    #[test]
    fn what_bounds_take_is_said_beside_an_example() {
        let largest =
            |raw, bounded, shows| Some(Largest { name: "7 Tea".to_owned(), raw, bounded, shows });
        let line = lowered_line(&Lowered {
            share: 0.72,
            largest: largest(881.0, 342.0, true),
            head: Some((10, 8.14)),
        });
        assert_eq!(line.number, "72 %");
        assert_eq!(
            line.of,
            "too low are values in total, because of the bounds: of the largest (7 Tea) 881 would be published as about \
             342; the order survives better than the numbers (8.1 of the top 10 stay, noise included)"
        );
        let none = lowered_line(&Lowered {
            share: 0.0,
            largest: largest(5.0, 5.0, true),
            head: Some((2, 1.5)),
        });
        assert_eq!((none.number.as_str(), none.of.contains(':')), ("0 %", false));
        assert!(none.of.ends_with("because of the bounds; of the top 2 1.5 stay, noise included"));
        let worse = lowered_line(&Lowered { share: 0.1, largest: None, head: Some((10, 3.0)) });
        assert!(worse.of.ends_with("of the top 10 3.0 stay, noise included"), "{}", worse.of);
        // What the threshold drops is no order that survives.
        let gone = lowered_line(&Lowered {
            share: 0.72,
            largest: largest(881.0, 342.0, false),
            head: Some((10, 0.0)),
        });
        assert!(gone.of.contains("dropped by the threshold"), "{}", gone.of);
        assert!(gone.of.ends_with("of the top 10 none would be seen"), "{}", gone.of);
    }

    #[test]
    fn a_range_is_said_where_there_is_one() {
        let forecast = Forecast {
            groups: 3_665,
            catalogue: None,
            rows: RowsForecast { expected: 2.4, low: 1, high: 5 },
            surviving: 2.4 / 3_665.0,
            half_width: Some(299.0),
            lowered: None,
            order: None,
            rest: None,
        };
        let lines = forecast_lines(&forecast, 4_338, Some(0));
        let said: Vec<String> =
            lines.iter().map(|line| format!("{} {}", line.number, line.of)).collect();
        assert_eq!(
            said[0],
            "2.4 rows would show, on average over the noise (1 to 5 in 19 of 20 releases)"
        );
        assert_eq!(said[4], "0.1 % of the groups in the data show");
        assert_eq!(said[2], "0 more like this fit into the ledger afterwards");
    }
}
