//! Documents as lines of text for people.

use std::fmt::Write;

use super::aligned::{columns, fitting, folded, left_out_line};
use super::documents::{CellDocument, InspectDocument, SweepDocument};
use super::shown::shown;
use crate::chart::{grouped, short_error, short_number};
use crate::contribution::GroupKeys;
use crate::metric::{Figure, Metric};
use crate::purchases::{Decision, Listed, Loss, Origin, Purpose, RowsAre};

/// How many groups there are, in words.
fn groups(count: usize) -> String {
    format!("{} group{}", grouped(count as u64), if count == 1 { "" } else { "s" })
}

/// `inspect` as lines. `how_set` says how columns are named for a purpose; the table of spreads keeps less
/// space where a terminal has no `room` for it.
pub fn inspect_lines(document: &InspectDocument, how_set: &str, room: Option<usize>) -> String {
    let mut text = String::new();
    let question = document.question;
    let _ = writeln!(text, "{}  ({})", shown(&document.source), document.status);
    if let Some(warning) = document.warning {
        let _ = writeln!(text, "{warning}");
    }
    if document.rows_are == RowsAre::Events {
        let _ = writeln!(
            text,
            "a log of events: a column says what happened, and none is plainly the item that was bought; rates tells its \
             rates"
        );
    }
    let _ = writeln!(text, "\nrows read      {:>14}", grouped(document.rows_read));
    for Loss { reason, column, rows } in document.dropped.losses() {
        let reason = match column {
            Some(column) => format!("{} {}", reason.name(), shown(column)),
            None => reason.name().to_owned(),
        };
        let _ = writeln!(text, "  dropped      {:>14}  {reason}", grouped(rows));
    }
    let _ = writeln!(text, "rows kept      {:>14}", grouped(document.rows_kept));
    let _ = writeln!(text, "users          {:>14}", grouped(document.users as u64));
    if document.rows_are == RowsAre::Purchases {
        let _ = writeln!(text, "items          {:>14}", grouped(document.items as u64));
    }
    let _ = writeln!(text, "\nquestion: {} over {}", question.question, groups(question.groups));
    let _ = writeln!(
        text,
        "pairs          {:>14}  (user, {})",
        grouped(document.pairs as u64),
        question.question.group_by
    );
    let total = document.total.as_u64().map_or_else(|| document.total.to_string(), grouped);
    let _ = writeln!(text, "total          {total:>14}  {}", question.question.measure);
    text.push('\n');
    let per_user = format!("{} per user (l0)", question.question.group_by.plural());
    let mut rows = vec![["", "median", "p90", "p99", "max"].map(str::to_owned).to_vec()];
    for (name, spread) in [
        (per_user.as_str(), document.groups_per_user),
        ("value per pair (linf)", document.value_per_pair),
    ] {
        let figures = [spread.median, spread.p90, spread.p99, spread.max].map(short_number);
        rows.push([&[name.to_owned()][..], &figures].concat());
    }
    const SPACED: usize = 70;
    if room.is_none_or(|room| room >= SPACED) {
        for row in &rows {
            let _ = writeln!(
                text,
                "{:<28}{:>10}{:>10}{:>10}{:>12}",
                row[0], row[1], row[2], row[3], row[4]
            );
        }
    } else {
        text += &columns(&rows);
    }
    let _ = writeln!(text, "\ncolumns ({how_set})");
    for purpose in Purpose::in_documents() {
        let column = document.columns[purpose].as_deref();
        let _ = writeln!(text, "  {:<12} {}", purpose.name(), column.map_or("none".into(), shown));
    }
    text += &reading_lines(document);
    text
}

/// The decisions of reading with what speaks for them, and where two readings fit.
fn reading_lines(document: &InspectDocument) -> String {
    let mut text = String::from("\nreading (set by the flag of the same name)\n");
    for (line, evidence) in document.reading.lines() {
        if matches!(line.decision, Decision::Column(_)) && line.shown().is_none() {
            continue;
        }
        let source = if line.origin == Origin::Default { "" } else { line.origin.name() };
        let _ = writeln!(
            text,
            "  {:<16} {:<20} {source:<9} {}",
            line.decision.flag(),
            shown(&line.value),
            shown(evidence)
        );
    }
    for doubt in &document.doubts {
        // A mark alone would run into the comma behind it.
        let quoted = |reading: &str| match reading.split(' ').next_back() {
            Some(mark) if !mark.is_empty() && !mark.contains(char::is_alphanumeric) => {
                let before = reading.strip_suffix(mark).unwrap_or("");
                format!("{before}\"{mark}\"")
            }
            _ => reading.to_owned(),
        };
        let readings: Vec<_> =
            doubt.readings.iter().map(|reading| quoted(&shown(reading))).collect();
        let _ = writeln!(text, "\ndoubtful: {}: {}", doubt.decision.words(), shown(&doubt.words));
        if readings.len() > 1 {
            let _ = writeln!(text, "  either {}", readings.join(", or "));
        }
    }
    if let Some(rows) = &document.rows {
        let _ = writeln!(text, "\nfirst rows as they stand, and as they are read");
        for row in rows {
            let raw: Vec<_> = row.raw.iter().map(|field| shown(field)).collect();
            let _ = writeln!(text, "  {}", raw.join(" | "));
            let read: Vec<String> = Purpose::in_documents()
                .into_iter()
                .filter(|&purpose| document.columns[purpose].is_some())
                .map(|purpose| {
                    let value = row.read[purpose].as_deref().map_or("?".into(), shown);
                    format!("{} {value}", purpose.name())
                })
                .collect();
            let _ = writeln!(text, "    {}", read.join(" · "));
        }
    }
    text
}

/// A figure as `closed form | simulated ±error`.
fn figure(figure: Figure) -> String {
    let simulated = figure.simulated.map(|value| match figure.standard_error {
        Some(error) => format!("{} ±{}", short_number(value), short_error(error)),
        None => short_number(value),
    });
    match (figure.expected, simulated) {
        (Some(_), Some(simulated)) if figure.disagrees() => format!("{simulated} !"),
        (_, Some(simulated)) => simulated,
        (Some(expected), None) => short_number(expected),
        (None, None) => "-".to_owned(),
    }
}

/// A column of a sweep's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their keys and heads say what they are")]
pub enum SweepColumn {
    Mechanism,
    Epsilon,
    L0,
    Linf,
    Scale,
    Dropped,
    Bias,
    Mae,
    Rmse,
    Relative,
    P95,
    TauB,
    Overlap,
    Top1Flip,
}

impl SweepColumn {
    /// All of them, from left to right.
    pub const ALL: [SweepColumn; 14] = [
        SweepColumn::Mechanism,
        SweepColumn::Epsilon,
        SweepColumn::L0,
        SweepColumn::Linf,
        SweepColumn::Scale,
        SweepColumn::Dropped,
        SweepColumn::Bias,
        SweepColumn::Mae,
        SweepColumn::Rmse,
        SweepColumn::Relative,
        SweepColumn::P95,
        SweepColumn::TauB,
        SweepColumn::Overlap,
        SweepColumn::Top1Flip,
    ];
    /// The most wanted first, where not all of them fit.
    const WANTED: [SweepColumn; 14] = [
        SweepColumn::Epsilon,
        SweepColumn::L0,
        SweepColumn::Linf,
        SweepColumn::Mechanism,
        SweepColumn::Rmse,
        SweepColumn::Relative,
        SweepColumn::Overlap,
        SweepColumn::Dropped,
        SweepColumn::Mae,
        SweepColumn::TauB,
        SweepColumn::Scale,
        SweepColumn::P95,
        SweepColumn::Bias,
        SweepColumn::Top1Flip,
    ];

    /// The word by which it is asked for.
    pub fn key(self) -> &'static str {
        match self {
            SweepColumn::Mechanism => "mechanism",
            SweepColumn::Epsilon => "epsilon",
            SweepColumn::L0 => "l0",
            SweepColumn::Linf => "linf",
            SweepColumn::Scale => "scale",
            SweepColumn::Dropped => "dropped",
            SweepColumn::Bias => "bias",
            SweepColumn::Mae => "mae",
            SweepColumn::Rmse => "rmse",
            SweepColumn::Relative => "relative",
            SweepColumn::P95 => "p95",
            SweepColumn::TauB => "tau_b",
            SweepColumn::Overlap => "overlap",
            SweepColumn::Top1Flip => "top1_flip",
        }
    }

    /// Its head.
    fn head(self, k: usize) -> String {
        match self {
            SweepColumn::Epsilon => "ε".to_owned(),
            SweepColumn::Mae => "MAE".to_owned(),
            SweepColumn::Rmse => "RMSE".to_owned(),
            SweepColumn::Relative => "rel. error".to_owned(),
            SweepColumn::P95 => "p95 |error|".to_owned(),
            SweepColumn::TauB => "τ-b".to_owned(),
            SweepColumn::Overlap => format!("overlap@{k}"),
            SweepColumn::Top1Flip => "top-1 flip".to_owned(),
            SweepColumn::Mechanism
            | SweepColumn::L0
            | SweepColumn::Linf
            | SweepColumn::Scale
            | SweepColumn::Dropped
            | SweepColumn::Bias => self.key().to_owned(),
        }
    }

    /// What stands in it.
    fn of(self, cell: &CellDocument) -> String {
        let number = |value: Option<f64>| value.map_or("-".to_owned(), short_number);
        match self {
            SweepColumn::Mechanism => cell.mechanism.to_string(),
            SweepColumn::Epsilon => short_number(cell.epsilon),
            SweepColumn::L0 => number(cell.l0.map(|l0| l0 as f64)),
            SweepColumn::Linf => number(cell.linf.as_ref().and_then(serde_json::Number::as_f64)),
            SweepColumn::Scale => short_number(cell.scale),
            SweepColumn::Dropped => format!("{:.1} %", 100.0 * cell.dropped_share),
            SweepColumn::Bias => {
                short_number(cell.figures[Metric::Bias].best().unwrap_or(f64::NAN))
            }
            SweepColumn::Mae => figure(cell.figures[Metric::Mae]),
            SweepColumn::Rmse => figure(cell.figures[Metric::Rmse]),
            SweepColumn::Relative => figure(cell.figures[Metric::MedianRelative]),
            SweepColumn::P95 => figure(cell.figures[Metric::P95]),
            SweepColumn::TauB => figure(cell.figures[Metric::TauB]),
            SweepColumn::Overlap => figure(cell.figures[Metric::Overlap]),
            SweepColumn::Top1Flip => figure(cell.figures[Metric::Top1Flip]),
        }
    }
}

/// `sweep` as lines: one a cell, in so many columns of a terminal as there is room for; without
/// `room` in all of them. `wanted` names the columns of the table, all where it is empty;
/// `how_shown` says how those left out are shown: without it none is left out.
pub fn sweep_lines(
    document: &SweepDocument,
    wanted: &[SweepColumn],
    room: Option<usize>,
    how_shown: Option<&str>,
) -> String {
    let mut text = String::new();
    let question = document.question;
    let _ = writeln!(
        text,
        "{}  ({})  {} over {} · {} trials · seed {}",
        shown(&document.source),
        document.status,
        question.question,
        groups(question.groups),
        document.trials,
        document.seed
    );
    if let Some(warning) = document.warning {
        let _ = writeln!(text, "{warning}");
    }
    for note in &document.notes {
        let _ = writeln!(text, "{note}");
    }
    let assumed = document.groups_assumed.words(question.question.group_by);
    let held = document.cells.iter().filter_map(|cell| cell.l0).max();
    let held = held.zip(document.groups_assumed.groups()).filter(|(l0, groups)| l0 > groups);
    let seen = question.groups as u64;
    let wide = document.cells.iter().filter_map(|cell| cell.l0).any(|l0| l0 > seen);
    let assumed = match document.groups_assumed {
        GroupKeys::Private if wide => format!("{assumed}: l0 {seen} would do if they are public"),
        _ => assumed,
    };
    let _ = match held {
        Some((_, groups)) => {
            writeln!(text, "{assumed}: a user moves {groups} at most, so l0 beyond buys nothing")
        }
        None => writeln!(text, "{assumed}"),
    };
    if document.sensitivity_assumed {
        let _ = writeln!(
            text,
            "sensitivity assumed, not derived: the guarantee holds only if the data obeys it"
        );
    }
    let heads = SweepColumn::ALL.map(|column| column.head(document.k)).to_vec();
    let mut rows: Vec<Vec<String>> = vec![heads];
    for cell in &document.cells {
        rows.push(SweepColumn::ALL.map(|column| column.of(cell)).to_vec());
    }
    let chosen = if wanted.is_empty() { SweepColumn::WANTED.as_slice() } else { wanted };
    let places: Vec<usize> = chosen.iter().map(|&column| column as usize).collect();
    let (rows, left_out) = fitting(&rows, &places, room.filter(|_| how_shown.is_some()));
    let mut text = folded(&text, room);
    text.push('\n');
    text += &columns(&rows);
    let table = std::mem::take(&mut text);
    text += &left_out_line(&left_out, room, how_shown.unwrap_or(""));
    if document.k >= question.groups {
        let _ = writeln!(text, "\noverlap@{} says nothing: the list holds every group", document.k);
    }
    if document.trials > 0 {
        let _ = writeln!(
            text,
            "\n± is the standard error over trials; ! marks a closed form and a simulation more than 4 of them apart"
        );
    }
    table + &folded(&text, room)
}
