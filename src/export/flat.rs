//! A sweep as CSV: one row a cell, every figure in three columns.

use std::fmt::Write;

use serde_json::Value;

use super::documents::{InspectDocument, SweepDocument};
use crate::expected::CellFigures;
use crate::metric::{Figure, Metric};
use crate::table::spreadsheet_safe;

/// The sweep as CSV text. Status, and the warning where one must go with it, stand in
/// every row, because rows are copied out of files.
pub fn csv(document: &SweepDocument) -> String {
    let mut text = String::from(
        "source,status,warning,group_by,measure,groups,k,seed,trials,sensitivity_assumed,\
         mechanism,epsilon,delta,l0,linf,l1_sensitivity,l2_sensitivity,scale,dropped_share",
    );
    let blank = CellFigures::default();
    for (name, _) in columns(&blank) {
        let _ = write!(text, ",{name}_expected,{name}_simulated,{name}_standard_error");
    }
    for metric in Metric::of_orders() {
        let _ = write!(text, ",clipping_{}", metric.key());
    }
    text.push_str(",groups_assumed");
    text.push('\n');
    let some = |value: Option<String>| value.unwrap_or_default();
    for cell in &document.cells {
        let question = document.question;
        let fields = [
            quoted(&document.source),
            document.status.to_string(),
            quoted(document.warning.unwrap_or("")),
            question.question.group_by.to_string(),
            question.question.measure.to_string(),
            question.groups.to_string(),
            document.k.to_string(),
            document.seed.to_string(),
            document.trials.to_string(),
            document.sensitivity_assumed.to_string(),
            cell.mechanism.to_string(),
            cell.epsilon.to_string(),
            some(cell.delta.map(|d| format!("{d:e}"))),
            some(cell.l0.map(|l0| l0.to_string())),
            some(cell.linf.as_ref().map(ToString::to_string)),
            cell.l1_sensitivity.to_string(),
            cell.l2_sensitivity.to_string(),
            cell.scale.to_string(),
            cell.dropped_share.to_string(),
        ];
        text.push_str(&fields.join(","));
        let figures = columns(&cell.figures);
        let numbers = figures.iter().flat_map(|(_, f)| [f.expected, f.simulated, f.standard_error]);
        let clipping = Metric::of_orders().map(|metric| cell.figures.clipping[metric]);
        for value in numbers.chain(clipping) {
            text.push(',');
            if let Some(value) = value {
                let _ = write!(text, "{value}");
            }
        }
        // Behind all others, so that these stay where they are read.
        let _ = match document.groups_assumed.groups() {
            Some(groups) => write!(text, ",public {groups}"),
            None => write!(text, ",private"),
        };
        text.push('\n');
    }
    text
}

/// The figures in the order of their columns.
fn columns(figures: &CellFigures) -> Vec<(String, Figure)> {
    let raw = Metric::ALL.into_iter().map(|metric| (metric.key().to_owned(), figures[metric]));
    let noise = Metric::of_orders()
        .map(|metric| (format!("noise_{}", metric.key()), figures.noise[metric]));
    raw.chain(noise).collect()
}

/// What `inspect` says as CSV text: one row a value, named by its path in the JSON
/// document, with the status and the warning in every row.
pub fn inspect_csv(document: &InspectDocument) -> String {
    let mut text = String::from("source,status,warning,name,value\n");
    let before = [
        quoted(&document.source),
        document.status.to_string(),
        quoted(document.warning.unwrap_or("")),
    ]
    .join(",");
    let mut waiting = vec![(String::new(), serde_json::to_value(document).unwrap_or_default())];
    while let Some((path, value)) = waiting.pop() {
        match value {
            Value::Object(fields) => {
                let inside =
                    |name: String| if path.is_empty() { name } else { format!("{path}.{name}") };
                // The last one pushed comes first.
                waiting.extend(fields.into_iter().rev().map(|(name, value)| (inside(name), value)));
            }
            _ if matches!(path.as_str(), "source" | "status" | "warning") => {}
            Value::Null => {
                let _ = writeln!(text, "{before},{path},");
            }
            Value::String(words) => {
                let _ = writeln!(text, "{before},{path},{}", quoted(&words));
            }
            other => {
                let _ = writeln!(text, "{before},{path},{other}");
            }
        }
    }
    text
}

/// A field as CSV wants it; what a spreadsheet would run is defused.
pub(super) fn quoted(field: &str) -> String {
    let field = spreadsheet_safe(field);
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(quoted("a.csv"), "a.csv");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
