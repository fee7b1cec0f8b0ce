//! Advice as lines for people: the sentence first, numbers after.

use super::document::AdviceDocument;
use super::sentence::rounded;
use crate::chart::short_number;
use crate::export::aligned;
use crate::metric::Figure;

/// The sentence, the wants at the answer, the other ways; folded to `room` columns. `how_shown` says how
/// columns that are left out are shown.
pub fn advice_lines(document: &AdviceDocument, room: Option<usize>, how_shown: &str) -> String {
    let folded = |text: &str| aligned::folded(text, room).trim_end().to_owned();
    let mut lines = vec![folded(&sentence_case(&document.answer)), String::new()];
    if !document.figures.is_empty() {
        let mut rows = vec![
            ["want", "figure", "simulated", "probability", "simulated", "10 % more ε"]
                .map(str::to_owned)
                .to_vec(),
        ];
        for one in &document.figures {
            let more = document.ten_percent_more.iter().find(|more| more.want == one.want);
            rows.push(vec![
                one.want.clone(),
                shown(one.figure.expected),
                with_error(one.figure),
                shown(one.probability.expected),
                with_error(one.probability),
                more.map_or(String::new(), |more| shown(more.expected)),
            ]);
        }
        let table = aligned::table(&rows, &[0, 1, 3, 2, 4, 5], room, how_shown);
        lines.push(table.trim_end().to_owned());
        if document.figures.len() > 1 {
            lines.push(format!("all together: {} of trials", with_error(document.together)));
        }
        lines.push(String::new());
    }
    let ways: Vec<Vec<String>> = document
        .alternatives
        .iter()
        .map(|one| {
            vec![
                one.release.to_owned(),
                one.mechanism.to_owned(),
                rounded(one.epsilon),
                one.l0.map_or("-".to_owned(), |l0| l0.to_string()),
                short_number(one.linf),
            ]
        })
        .collect();
    if !ways.is_empty() {
        let head = ["other ways", "mechanism", "ε", "l0", "linf"].map(str::to_owned).to_vec();
        let mut rows = vec![head];
        rows.extend(ways);
        let table = aligned::table(&rows, &[0, 1, 2, 3, 4], room, how_shown);
        lines.push(table.trim_end().to_owned());
        lines.push(String::new());
    }
    lines.extend(document.notes.iter().cloned());
    lines.extend(document.warning.map(str::to_owned));
    lines.push(folded(&sentence_case(document.chosen_by_looking)));
    lines.join("\n") + "\n"
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => {
            first.to_ascii_uppercase().to_string() + letters.as_str() + "."
        }
        Some(_) => format!("{text}."),
        None => String::new(),
    }
}

fn shown(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), short_number)
}

fn with_error(figure: Figure) -> String {
    match (figure.simulated, figure.standard_error) {
        (Some(value), Some(error)) => {
            format!("{} ± {}", short_number(value), crate::chart::short_error(error))
        }
        (Some(value), None) => short_number(value),
        _ => "-".to_owned(),
    }
}
