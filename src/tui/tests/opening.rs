//! The prompt that opens files, by keys and by what is pasted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{open, perform, press, screen, type_text};
use crate::purchases::{Input, Purchases};
use crate::tui::desk::Overlay;
use crate::tui::desk::message::{Effect, Message, PathAnswer};
use crate::tui::desk::paths::Completed;
use crate::tui::desk::prompt::Prompt;
use crate::tui::overlays::release::field::Field;
use crate::tui::shell::app::App;
use crate::tui::shell::update::update;

fn prompt(model: &App) -> &Prompt {
    match &model.desk.overlay {
        Some(Overlay::Prompt(prompt)) => prompt,
        other => panic!("no prompt but {other:?}"),
    }
}

fn paste(model: &mut App, source: &Arc<Purchases>, text: &str) {
    let effects = update(model, Message::Paste(text.to_owned()));
    perform(model, effects, source);
}

/// What a key asks to be done outside.
fn key(model: &mut App, code: KeyCode) -> Vec<Effect> {
    update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// The file that Enter asks for.
fn asked_for(model: &mut App) -> PathBuf {
    let effects = key(model, KeyCode::Enter);
    let [Effect::Load(request)] = &effects[..] else { panic!("{effects:?}") };
    match &request.input {
        Input::File(path) => path.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tab_completes_lists_and_says_where_nothing_begins_so() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["orders a.csv", "orders b.csv", ".orders"] {
        fs::write(folder.path().join(name), "a").unwrap();
    }
    let at = |name: &str| format!("{}/{name}", folder.path().display());
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, &at("o"));
    press(&mut model, &source, KeyCode::Tab);
    assert_eq!(prompt(&model).text, at("orders "));
    assert!(!screen(&model).contains("orders a.csv"));
    press(&mut model, &source, KeyCode::Tab);
    assert!(screen(&model).contains("orders a.csv  orders b.csv"), "{}", screen(&model));
    type_text(&mut model, &source, "b");
    assert!(!screen(&model).contains("orders a.csv"), "another letter, another list");
    press(&mut model, &source, KeyCode::Tab);
    assert_eq!(prompt(&model).text, at("orders b.csv"));
    assert_eq!(asked_for(&mut model), Path::new(&at("orders b.csv")));
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, &at("x"));
    press(&mut model, &source, KeyCode::Tab);
    assert!(screen(&model).contains("begins with 'x'"), "{}", screen(&model));
    // Elsewhere tab is another key.
    press(&mut model, &source, KeyCode::Esc);
    press(&mut model, &source, KeyCode::Tab);
    assert_eq!(model.screen().name(), "Sweep");
}

#[test]
fn enter_before_the_folder_was_looked_into_takes_what_comes() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "/d/o");
    key(&mut model, KeyCode::Tab);
    assert!(key(&mut model, KeyCode::Enter).is_empty());
    let found = Completed { text: "/d/orders.csv".into(), choices: Vec::new(), total: 1 };
    let effects = update(&mut model, Message::Path(PathAnswer::Goes("/d/o".into(), Ok(found))));
    assert!(matches!(&effects[..], [Effect::Load(_)]), "{effects:?}");
    assert_eq!(model.desk.input, Input::File("/d/orders.csv".into()));
    // A folder that never answers is left by a second one.
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "/d/o");
    key(&mut model, KeyCode::Tab);
    assert!(key(&mut model, KeyCode::Enter).is_empty());
    assert_eq!(asked_for(&mut model), Path::new("/d/o"));
}

#[test]
fn choices_at_three_sizes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let (mut model, source) = open(size);
        press(&mut model, &source, KeyCode::Char('o'));
        type_text(&mut model, &source, "/data/or");
        for _ in 0..2 {
            key(&mut model, KeyCode::Tab);
        }
        let choices = (1..=1_000).map(|n| match n % 9 {
            0 => format!("orders-{n:04}/"),
            _ => format!("orders-{n:04}.csv"),
        });
        let found =
            Completed { text: "/data/orders-".into(), choices: choices.collect(), total: 1_234 };
        update(&mut model, Message::Path(PathAnswer::Goes("/data/or".into(), Ok(found))));
        insta::assert_snapshot!(format!("open_{}x{}", size.0, size.1), screen(&model));
    }
}

#[test]
fn what_is_typed_quoted_escaped_or_as_a_url_is_the_file() {
    let (mut model, source) = open((120, 36));
    for text in ["'/d/a b.csv'", "/d/a\\ b.csv ", "file:///d/a%20b.csv", "/d/a b.csv"] {
        if cfg!(windows) && text.contains('\\') {
            continue;
        }
        press(&mut model, &source, KeyCode::Char('o'));
        type_text(&mut model, &source, text);
        assert_eq!(asked_for(&mut model), Path::new("/d/a b.csv"), "{text}");
    }
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "file://nas/a.csv");
    assert!(key(&mut model, KeyCode::Enter).is_empty());
    assert!(screen(&model).contains("nas, another machine"), "{}", screen(&model));
}

#[test]
fn files_opened_here_or_before_come_back_by_arrow() {
    let (mut model, source) = open((120, 36));
    model.desk.opened = vec![PathBuf::from("/d/new.csv"), PathBuf::from("/d/old.csv")];
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "dra");
    for (code, shown) in [
        (KeyCode::Up, "/d/new.csv"),
        (KeyCode::Up, "/d/old.csv"),
        (KeyCode::Up, "/d/old.csv"),
        (KeyCode::Down, "/d/new.csv"),
        (KeyCode::Down, "dra"),
    ] {
        press(&mut model, &source, code);
        assert_eq!(prompt(&model).text, shown);
    }
    // A knob's prompt has no files.
    press(&mut model, &source, KeyCode::Esc);
    press(&mut model, &source, KeyCode::Enter);
    let before = prompt(&model).text.clone();
    press(&mut model, &source, KeyCode::Up);
    press(&mut model, &source, KeyCode::Tab);
    assert_eq!(prompt(&model).text, before);
}

#[test]
fn a_file_that_was_opened_is_remembered_and_another_question_of_it_is_not() {
    let (mut model, source) = open((120, 36));
    assert!(model.desk.opened.is_empty(), "the sample is no file");
    for name in ["/d/a.csv", "/d/b.csv", "/d/a.csv"] {
        press(&mut model, &source, KeyCode::Char('o'));
        type_text(&mut model, &source, name);
        // Another file, not the same one again.
        let other = Arc::new((*source).clone());
        press(&mut model, &other, KeyCode::Enter);
    }
    let opened = ["/d/a.csv", "/d/b.csv"].map(PathBuf::from);
    assert_eq!(model.desk.opened, opened);
    assert_eq!(model.desk.recent, opened);
}

#[test]
fn pasted_text_goes_into_a_prompt_without_its_line_ends() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('o'));
    paste(&mut model, &source, "/d/a\n.csv\r\n\x1b");
    assert_eq!(prompt(&model).text, "/d/a.csv");
    press(&mut model, &source, KeyCode::Esc);
    press(&mut model, &source, KeyCode::Enter);
    press(&mut model, &source, KeyCode::Backspace);
    paste(&mut model, &source, "0.25\n");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.knobs.epsilon, 0.25);
}

#[test]
fn a_pasted_file_is_offered_and_other_text_is_a_notice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my orders.csv");
    fs::write(&file, "a").unwrap();
    let (mut model, source) = open((120, 36));
    for text in ["q", "qqaaa\nq", "", "/nowhere/at all.csv", "\u{202e}\x1b[2J"] {
        let before = (model.place, model.desk.knobs.epsilon, model.desk.session.asks().len());
        paste(&mut model, &source, text);
        assert!(screen(&model).contains("does not act as keys"), "{text}: {}", screen(&model));
        let after = (model.place, model.desk.knobs.epsilon, model.desk.session.asks().len());
        assert!(model.desk.overlay.is_none() && before == after, "{text}");
    }
    paste(&mut model, &source, &format!("'{}' \n", file.display()));
    assert_eq!(prompt(&model).text, file.display().to_string());
    assert_eq!(asked_for(&mut model), file);
    // Also over the help, which makes room.
    press(&mut model, &source, KeyCode::Char('?'));
    paste(&mut model, &source, "no file");
    assert!(screen(&model).contains("does not act as keys"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char('?'));
    paste(&mut model, &source, &folder.path().display().to_string());
    assert_eq!(prompt(&model).text, format!("{}/", folder.path().display()));
}

#[test]
fn an_offer_that_comes_late_takes_nothing_away() {
    let (mut model, source) = open((120, 36));
    let effects = update(&mut model, Message::Paste("/d/a.csv".into()));
    assert!(matches!(effects[..], [Effect::Path(_)]), "{effects:?}");
    press(&mut model, &source, KeyCode::Char('b'));
    let there = || PathAnswer::Is("/d/a.csv".into(), Some("/d/a.csv".into()));
    update(&mut model, Message::Path(there()));
    assert_eq!(prompt(&model).label, "budget");
    press(&mut model, &source, KeyCode::Esc);
    update(&mut model, Message::Paste("/d/b.csv".into()));
    update(&mut model, Message::Path(there()));
    assert!(model.desk.overlay.is_none() && model.desk.notice.is_none());
}

#[test]
fn a_dropped_file_in_a_release_is_its_path() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    // What stands in the line that was just come to is replaced.
    model.form.as_mut().unwrap().go_to(Field::Ledger);
    paste(&mut model, &source, "'/d/my shop.ledger' \n");
    assert_eq!(model.form.as_mut().unwrap().typed().unwrap(), "/d/my shop.ledger");
}
