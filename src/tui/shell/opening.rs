//! The prompt that opens files: its path completed, files opened lately, what was pasted.

use std::path::PathBuf;

use super::app::App;
use super::recent::KEPT;
use crate::tui::desk::Overlay;
use crate::tui::desk::message::{Effect, PathAnswer};
use crate::tui::desk::paths::{PathQuestion, may_be_path, path_of};
use crate::tui::desk::prompt::{Asked, Prompt};
use crate::tui::overlays::release;
use crate::tui::refusal::Refusal;

/// Asks for a file to open; the prompt starts with `text`.
pub(super) fn ask(app: &mut App, text: &str) -> Vec<Effect> {
    let hint = "a table: CSV and its kin, xlsx, JSON, Parquet, packed or not; a folder";
    let mut prompt = Prompt::new(Asked::File, "open", hint, text);
    // A path that was pasted goes on where it ends.
    prompt.jump(true);
    app.desk.ask(prompt);
    // Another session may have opened some.
    vec![Effect::Recent(app.desk.opened.clone())]
}

/// A file was opened: it is remembered.
pub(super) fn opened(app: &mut App, path: Option<PathBuf>) -> Effect {
    let opened = &mut app.desk.opened;
    if let Some(path) = path {
        opened.retain(|other| *other != path);
        opened.insert(0, path);
        opened.truncate(KEPT);
    }
    Effect::Recent(opened.clone())
}

/// The file that was typed.
pub(super) fn typed(text: &str) -> Result<PathBuf, Refusal> {
    let path = path_of(text)?;
    if path.as_os_str().is_empty() {
        return Err(Refusal::NoPath);
    }
    Ok(path)
}

/// Text was pasted: where text is typed it is put in, anywhere else it may be a file to open. It
/// never acts as keys.
pub(super) fn pasted(app: &mut App, text: String) -> Vec<Effect> {
    let desk = &mut app.desk;
    desk.notice = None;
    match (&mut desk.overlay, &mut app.form) {
        (Some(Overlay::Prompt(prompt)), _) => text.chars().for_each(|c| prompt.push(c)),
        (Some(Overlay::Release), Some(form)) => release::keys::paste(form, &text),
        _ if may_be_path(&text) => {
            desk.pasted = Some(text.clone());
            return vec![Effect::Path(PathQuestion::IsThere(text))];
        }
        _ => not_taken(app),
    }
    Vec::new()
}

/// The system said what it was asked.
pub(super) fn answered(app: &mut App, answer: PathAnswer) -> Vec<Effect> {
    match answer {
        PathAnswer::Goes(text, found) => match (&mut app.desk.overlay, &mut app.form) {
            (Some(Overlay::Prompt(prompt)), _) => prompt.completed(&text, found),
            (Some(Overlay::Release), Some(form)) => release::keys::completed(form, &text, found),
            _ => {}
        },
        PathAnswer::Is(text, place) => {
            // Of two texts the last one counts, and what was opened meanwhile stays open.
            let is_asked = app.desk.pasted.as_ref() == Some(&text);
            if is_asked && matches!(app.desk.overlay, None | Some(Overlay::Help(_))) {
                app.desk.pasted = None;
                match place {
                    Some(place) => return ask(app, &place),
                    None => not_taken(app),
                }
            }
        }
    }
    Vec::new()
}

fn not_taken(app: &mut App) {
    if matches!(app.desk.overlay, Some(Overlay::Help(_))) {
        app.desk.overlay = None;
    }
    app.desk.refuse(
        "what was pasted is no file or folder that is there, and pasted text does not act as keys",
    );
}
