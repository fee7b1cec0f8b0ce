//! Writes what is in view to a file: a picture of its charts, or its figures.

use super::said::in_fields;
use std::path::{Path, PathBuf};

use super::accounts::AccountReport;
use super::charts;
use super::model::{BoundAxis, Knobs, Model, Screen};
use super::ranking::document::document;
use super::recommend;
use super::session::Session;
use crate::contribution::Bounds;
use crate::expected::{CellFigures, FigureSet};
use crate::export::{
    InspectDocument, SweepDocument, csv, inspect_csv, inspect_lines, picture, ranking_csv,
    recommend_csv,
};
use crate::privacy::accounting::Accountant;
use crate::purchases::Input;
use crate::simulation::{Design, Designed, Limits};
use crate::table::{refuse_ledger, replace_file, same_file};

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotExported {
    /// The sentence that says why not.
    Refused(String),
    /// The file is there already, and nobody agreed to lose it.
    Exists(PathBuf),
}

/// Writes the view; the ending of `path` chooses the format. A file that is there is replaced
/// only where `replace` says so, the open data file never. Returns the sentence that says where.
pub fn write(model: &Model, path: &Path, replace: bool) -> Result<String, NotExported> {
    if let Input::File(open) = &model.input
        && same_file(open, path)
    {
        return Err(NotExported::Refused(format!(
            "{} is the file that is open: type another name, or it would be lost",
            path.display()
        )));
    }
    // Said before the question, which would be in vain.
    refuse_ledger(path).map_err(|error| NotExported::Refused(in_fields(error)))?;
    // A link to nothing is in the way, too.
    let there = path.metadata().map_or_else(|_| path.is_symlink(), |facts| facts.is_file());
    if there && !replace {
        return Err(NotExported::Exists(path.to_owned()));
    }
    written(model, path).map_err(NotExported::Refused)
}

fn written(model: &Model, path: &Path) -> Result<String, String> {
    let data = model.data.as_ref().ok_or("nothing is open yet, so nothing can be exported")?;
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    match (ending.as_str(), model.screen) {
        ("svg" | "png", _) => {
            let status = data.purchases.status;
            let footer = format!(
                "{} · {status} data · {} · epsiloscope",
                data.purchases.source,
                data.pairs.question()
            );
            picture::draw(&charts::in_view(model), &footer, path).map_err(in_fields)?;
        }
        ("csv", Screen::Data) => {
            put(path, &inspect_csv(&InspectDocument::new(&data.purchases, &data.pairs)))?;
        }
        ("txt", Screen::Data) => {
            put(path, &inspect_lines(&InspectDocument::new(&data.purchases, &data.pairs)))?;
        }
        ("json", Screen::Data) => {
            put(path, &json(&InspectDocument::new(&data.purchases, &data.pairs))?)?;
        }
        ("csv" | "json", Screen::Ranking) => {
            let document = document(model)?;
            put(path, &if ending == "csv" { ranking_csv(&document) } else { json(&document)? })?;
        }
        ("csv" | "json", Screen::Recommend) => {
            let document = recommend::document::document(model)?;
            put(path, &if ending == "csv" { recommend_csv(&document) } else { json(&document)? })?;
        }
        ("csv" | "json", Screen::Budget) => {
            let report = model
                .accounts
                .as_ref()
                .ok_or("the accounting is not there yet: try again in a moment")?;
            let session = &model.session;
            put(
                path,
                &if ending == "csv" {
                    budget_csv(session)
                } else {
                    json(&budget_document(session, report))?
                },
            )?;
        }
        ("csv" | "json", _) => {
            let (designed, figures) = cells(model)?;
            let document = SweepDocument::new(&data.purchases, &data.pairs, &designed, &figures);
            put(path, &if ending == "csv" { csv(&document) } else { json(&document)? })?;
        }
        _ => {
            return Err(format!(
                "{}: the ending must be .svg, .png, .csv or .json",
                path.display()
            ));
        }
    }
    // The budget says nothing of the data.
    let warning = data.purchases.status.warning().filter(|_| model.screen != Screen::Budget);
    let marked = warning.map_or(String::new(), |warning| format!(" (marked: {warning})"));
    Ok(format!("wrote {}{marked}", path.display()))
}

fn json(document: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").map_err(in_fields)
}

/// What was asked, as lines: no true figure is in it.
fn budget_csv(session: &Session) -> String {
    let mut text = "question,mechanism,l0,linf,epsilon,delta,times\n".to_owned();
    for line in session.lines() {
        let unit = line.question.measure.units_per_shown() as f64;
        let (l0, linf) = (line.bounds.0, line.bounds.1 as f64 / unit);
        let (epsilon, delta) = (line.cost.epsilon, line.cost.delta.to_f64());
        text += &format!(
            "{},{},{l0},{linf},{epsilon},{delta},{}\n",
            line.question, line.mechanism, line.times
        );
    }
    text
}

/// The session's budget by every accountant.
fn budget_document(session: &Session, report: &AccountReport) -> serde_json::Value {
    let budget = session.budget();
    let accountants: serde_json::Map<String, serde_json::Value> = Accountant::ALL
        .iter()
        .zip(&report.each)
        .map(|(accountant, said)| {
            let said = match said {
                Ok(epsilon) => serde_json::json!({ "epsilon": epsilon }),
                Err(reason) => serde_json::json!({ "epsilon": null, "reason": reason }),
            };
            (accountant.name().to_owned(), said)
        })
        .collect();
    serde_json::json!({
        "accountant": budget.accountant().name(),
        "epsilon_total": budget.total().epsilon,
        "epsilon_spent": budget.spent().epsilon,
        "epsilon_remaining": budget.remaining().epsilon,
        "delta_total": budget.total().delta,
        "answers": budget.answers(),
        "accountants": accountants,
        "events": budget.events(),
    })
}

fn put(path: &Path, text: &str) -> Result<(), String> {
    replace_file(path, |out| out.write_all(text.as_bytes())).map_err(in_fields)
}

/// The cells in view with their figures so far, as a designed sweep: the same document
/// that the command line writes.
fn cells(model: &Model) -> Result<(Designed, Vec<CellFigures>), String> {
    let data = model.data.as_ref().ok_or("nothing is open yet")?;
    let knobs = model.knobs;
    let (bounds, epsilons, snapshot) = match model.screen {
        Screen::Sweep => {
            let sweep = model.sweep.as_ref().ok_or("there is no sweep to export yet")?;
            let at = |&step: &u64| match model.axis {
                BoundAxis::L0 => Knobs { l0: step, ..knobs },
                BoundAxis::Linf => Knobs { linf: step, ..knobs },
            };
            let bounds = sweep
                .steps
                .iter()
                .map(|step| at(step).bounds())
                .collect::<Result<Vec<Bounds>, _>>()?;
            (bounds, sweep.epsilons.clone(), sweep.snapshot.as_ref())
        }
        _ => {
            let scope = model.scope.as_ref().ok_or("there is no figure to export yet")?;
            let epsilons =
                std::iter::once(scope.cell.epsilon).chain(scope.curve.iter().copied()).collect();
            (vec![knobs.bounds()?], epsilons, scope.snapshot.as_ref())
        }
    };
    let snapshot = snapshot.ok_or("the figures are not there yet: try again in a moment")?;
    let design = Design {
        mechanisms: vec![knobs.mechanism],
        epsilons,
        delta: Some(knobs.delta),
        sensitivity: Limits::Bounds(bounds),
        k: model.k(),
        // The document says how many trials stand behind its figures.
        trials: snapshot.trials_done.max(1),
        seed: model.seed,
        figures: FigureSet::All,
    };
    let mut designed = design.plan(&data.pairs).map_err(in_fields)?;
    designed.plan.trials = snapshot.trials_done;
    Ok((designed, snapshot.figures.clone()))
}
