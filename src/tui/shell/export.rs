//! Writes what is in view to a file: a picture of its charts, or its figures.

use std::path::Path;

use super::app::App;
use crate::contribution::GroupKeys;
use crate::export::{VERSION, picture};
use crate::purchases::Input;
use crate::table::{refuse_ledger, refuse_release, replace_file, same_file};
use crate::tui::desk::message::NotExported;
use crate::tui::desk::prompt::Asked;
use crate::tui::knobs::Knob;
use crate::tui::refusal::Refusal;
use crate::tui::screen::{Ending, StandsOn};

/// Writes the view; the ending of `path` chooses the format. A file that is there is replaced
/// only where `replace` says so, the open data file never. Returns the sentence that says where.
pub fn write(app: &App, path: &Path, replace: bool) -> Result<String, NotExported> {
    may_be_written(app, path, replace, Asked::Export)?;
    written(app, path).map_err(NotExported::Refused)
}

/// Writes a reading, by the same rules. Returns the sentence that says where.
pub fn keep(app: &App, path: &Path, text: &str, replace: bool) -> Result<String, NotExported> {
    may_be_written(app, path, replace, Asked::KeepReading)?;
    replace_file(path, |out| out.write_all(text.as_bytes()))
        .map_err(|error| NotExported::Refused(error.into()))?;
    Ok(format!(
        "kept the reading in {}: it holds decisions, no evidence and no counts",
        path.display()
    ))
}

/// Whether nothing is lost by writing there.
fn may_be_written(app: &App, path: &Path, replace: bool, asked: Asked) -> Result<(), NotExported> {
    let open = match &app.desk.input {
        Input::File(open) => std::slice::from_ref(open),
        Input::Files(open) => open,
        Input::Sample | Input::Stdin => &[],
    };
    if open.iter().any(|open| same_file(open, path)) {
        let path = path.display().to_string();
        return Err(NotExported::Refused(Refusal::IsOpen { path }));
    }
    // Said before the question, which would be in vain.
    refuse_ledger(path).map_err(|error| NotExported::Refused(error.into()))?;
    refuse_release(path).map_err(|error| NotExported::Refused(error.into()))?;
    // A link to nothing is in the way, too.
    let there = path.metadata().map_or_else(|_| path.is_symlink(), |facts| facts.is_file());
    if there && !replace {
        return Err(NotExported::Exists(path.to_owned(), asked));
    }
    Ok(())
}

fn written(app: &App, path: &Path) -> Result<String, Refusal> {
    let (desk, screen) = (&app.desk, app.screen());
    let of = screen.stands_on(desk).ok_or(Refusal::NothingToExport)?;
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let text = match ending.as_str() {
        "svg" | "png" => {
            let StandsOn { source, status, question } = of;
            let footer = format!("{source} · {status} data · {question}\n{}", settings(app));
            picture::draw(&screen.charts(desk), &footer, path)?;
            return Ok(said(app, path));
        }
        "csv" => screen.document(desk, Ending::Csv),
        "json" => screen.document(desk, Ending::Json),
        "txt" => screen.document(desk, Ending::Txt),
        _ => None,
    };
    let Some(text) = text else {
        return Err(Refusal::Ending { path: path.display().to_string() });
    };
    let text = text?;
    replace_file(path, |out| out.write_all(text.as_bytes()))?;
    Ok(said(app, path))
}

/// Under which settings a picture was made, and whether trials were still running.
fn settings(app: &App) -> String {
    let (desk, screen) = (&app.desk, app.screen());
    let knobs = &desk.knobs;
    let mut parts: Vec<String> = Vec::new();
    for knob in screen.knobs(desk) {
        match knob {
            Knob::Epsilon => parts.push(format!("ε {}", knobs.epsilon)),
            Knob::Delta => parts.push(format!("δ {:e}", knobs.delta)),
            Knob::L0 => parts.push(format!("l0 {}", knobs.l0)),
            Knob::Linf => parts.push(format!("linf {}", knobs.linf)),
            Knob::Noise => parts.push(knobs.mechanism.to_string()),
            Knob::Model => parts.push(knobs.model.title().to_owned()),
            Knob::Items => parts.push(format!("{} items", desk.items())),
            Knob::K => parts.push(format!("k {}", desk.k())),
            Knob::Measure | Knob::GroupBy => {}
        }
    }
    if knobs.known != GroupKeys::Private && screen.knobs(desk).contains(&Knob::GroupBy) {
        parts.push(knobs.known.words(knobs.question.group_by));
    }
    match screen.trials() {
        Some((done, of)) if done < of => {
            parts.push(format!("{done} of {of} trials, which were still running"));
        }
        Some((_, of)) => parts.push(format!("{of} trials")),
        None if screen.busy().is_some() => parts.push("figures were still on their way".to_owned()),
        None => {}
    }
    parts.push(format!("seed {}", desk.seed));
    parts.push(VERSION.to_owned());
    parts.join(" · ")
}

/// Where it was written, and how it is marked.
fn said(app: &App, path: &Path) -> String {
    let status = app.screen().stands_on(&app.desk).map(|of| of.status);
    let warning =
        status.and_then(|status| status.warning()).filter(|_| app.screen().is_of_the_data());
    let marked = warning.map_or(String::new(), |warning| format!(" (marked: {warning})"));
    format!("wrote {}{marked}", path.display())
}
