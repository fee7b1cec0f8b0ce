//! The release form on a test backend: what it asks, where it stops, what it publishes.

use std::path::Path;
use std::sync::Arc;

use crossterm::event::KeyCode;

use super::{fresh, open, perform, press, purchases, screen, start, type_text};
use crate::contribution::Pairs;
use crate::privacy::accounting::{Accountant, Cost};
use crate::purchases::{DateFormat, Decided, GroupBy, Input, Measure, Origin, Purchases};
use crate::release::Ledger;
use crate::tui::knobs::Knob;
use crate::tui::overlays::release::field::{Field, KeysChoice, What};
use crate::tui::overlays::release::form::{ReleaseForm, Stage};
use crate::tui::shell::app::App;

fn form(model: &App) -> &ReleaseForm {
    model.form.as_ref().expect("the form is open")
}

/// Why the form goes no further.
fn refusal(model: &App) -> String {
    form(model).refusal.clone().unwrap_or_else(|| panic!("no refusal on\n{}", screen(model)))
}

/// The screen with one blank between words.
fn flat(model: &App) -> String {
    screen(model).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Goes to a line by keys.
fn go(model: &mut App, source: &Arc<Purchases>, field: Field) {
    let fields = form(model).fields(model.desk.knobs.mechanism);
    let place = |field| fields.iter().position(|&other| other == field);
    let wanted = place(field).unwrap_or_else(|| panic!("no line {field:?} in {fields:?}"));
    let now = place(form(model).field).expect("a line");
    let (key, times) = match wanted >= now {
        true => (KeyCode::Down, wanted - now),
        false => (KeyCode::Up, now - wanted),
    };
    for _ in 0..times {
        press(model, source, key);
    }
    assert_eq!(form(model).field, field);
}

/// Types into a line: what stood there is replaced.
fn put(model: &mut App, source: &Arc<Purchases>, field: Field, text: &str) {
    go(model, source, field);
    type_text(model, source, text);
}

/// Chooses where the groups come from, by keys.
fn choose(model: &mut App, source: &Arc<Purchases>, wanted: KeysChoice) {
    go(model, source, Field::Keys);
    while form(model).keys != Some(wanted) {
        press(model, source, KeyCode::Right);
    }
}

fn ledger(path: &Path, epsilon: f64, delta: f64) {
    Ledger::create(path, "sample", Cost::new(epsilon, delta).unwrap(), Accountant::Basic).unwrap();
}

fn spent(path: &Path) -> f64 {
    Ledger::open(path).unwrap().balance().unwrap().spent.epsilon.to_f64()
}

#[test]
fn a_release_spends_only_after_the_word() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("out"));
    ledger(&path, 3.0, 1e-6);
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    // Which groups exist is nobody's choice but the user's.
    press(&mut model, &source, KeyCode::Enter);
    let shown = screen(&model);
    assert!(
        shown.contains("say which groups exist") && shown.contains("not chosen yet"),
        "{shown}"
    );
    assert_eq!(form(&model).field, Field::Keys);
    choose(&mut model, &source, KeysChoice::Public);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    let shown = flat(&model);
    for wanted in [
        "it spends",
        "ε 1",
        "cannot be undone",
        // The ending is added.
        "out.csv",
        "do not publish",
        "12 rows would show",
        "is the noise of a value in 19 of 20",
        "too low are values in total, because of the bounds",
        "2 more like this fit",
        "rows kept",
    ] {
        assert!(shown.contains(wanted), "{wanted} is not in\n{shown}");
    }
    type_text(&mut model, &source, "releas");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("type the word"), "{}", screen(&model));
    let out = out.with_extension("csv");
    assert!(!out.exists() && spent(&path) == 0.0, "nothing is spent before the word");
    type_text(&mut model, &source, "e");
    press(&mut model, &source, KeyCode::Enter);
    let shown = screen(&model);
    assert!(model.desk.overlay.is_none() && shown.contains("spent ε 1"), "{shown}");
    assert!(shown.contains("about 2 more like this"), "{shown}");
    assert!(out.exists() && spent(&path) == 1.0);
    // Two budgets on every screen, the ledger's first.
    let at = |text: &str| shown.find(text).unwrap_or_else(|| panic!("{text} is not in\n{shown}"));
    assert!(at("ledger ε 2 of 3 left") < at("rehearsal ε 5 of 5 left"));
    press(&mut model, &source, KeyCode::Char('5'));
    let shown = screen(&model);
    assert!(shown.contains("ledger of sample") && shown.contains("ε 2 left of 3"), "{shown}");
}

// What is open may change between the preview and the word; what is released may not.
#[test]
fn what_was_previewed_is_what_is_released() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("out.csv"));
    let other = folder.path().join("other.ledger");
    ledger(&path, 2e5, 1e-6);
    ledger(&other, 2e5, 1e-6);
    let (mut model, source) = open((120, 36));
    model.desk.knobs.epsilon = 1e5;
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Private);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("it spends"), "{}", screen(&model));
    // Other data gets open behind the form, in which everybody bought one thing once.
    let mut fewer = purchases();
    fewer.quantity = fewer.quantity.iter().map(|_| 1).collect();
    fewer.item.codes = fewer.item.codes.iter().map(|_| 11).collect();
    let question = model.desk.knobs.question;
    let pairs = Pairs::collect(&fewer, question, Pairs::DEFAULT_SALT).unwrap();
    model.desk.data.as_mut().unwrap().pairs = Arc::new(pairs);
    model.form.as_mut().unwrap().ledger = other.display().to_string();
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    assert!(model.desk.overlay.is_none() && out.exists(), "{}", screen(&model));
    let published = std::fs::read_to_string(&out).unwrap();
    assert!(
        published.lines().count() > 6,
        "the data that was not previewed has one group: {published}"
    );
    assert_eq!((spent(&path), spent(&other)), (1e5, 0.0));
}

#[test]
fn guesses_over_rows_are_released_only_where_they_are_agreed_to() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("out.csv"));
    ledger(&path, 3.0, 1e-6);
    let mut guessed = purchases();
    guessed.reading.date_format = Decided { value: DateFormat::DayFirst, origin: Origin::Guessed };
    let source = Arc::new(guessed);
    let mut model = fresh((120, 36));
    let effects = start(&mut model);
    perform(&mut model, effects, &source);
    model.desk.input = Input::File("sample.csv".into());
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Public);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    let shown = screen(&model);
    assert!(
        shown.contains("read by guesses over all of its rows (date order: day-first)"),
        "{shown}"
    );
    assert!(!shown.contains("--"), "no flag on a screen: {shown}");
    // The cursor is in the line that is wrong.
    assert_eq!(form(&model).field, Field::Guesses);
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("it spends"), "{}", screen(&model));
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    let statement = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert!(
        statement.contains("\"reading: date order\"") && statement.contains("otherwise not stated"),
        "{statement}"
    );
    // The forecast is nobody's but the curator's.
    assert!(!statement.contains("would show") && !statement.contains("too low"), "{statement}");
}

#[test]
fn a_ledger_is_made_in_the_form_with_a_delta_that_the_release_needs() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("shop.ledger"), folder.path().join("out.csv"));
    let (mut model, source) = open((80, 24));
    model.desk.knobs.epsilon = 1000.0;
    model.desk.session.reset(Some(Cost::new(3000.0, 0.0).unwrap()));
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Private);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    let shown = screen(&model);
    assert!(shown.contains("there is no ledger") && shown.contains("ε of all releases"), "{shown}");
    assert!(!shown.contains("--") && !path.exists(), "{shown}");
    assert_eq!(form(&model).field, Field::TotalEpsilon);
    assert_eq!(
        (form(&model).total_epsilon.as_str(), form(&model).total_delta.as_str()),
        ("3000", "3e-6")
    );
    // One that would not hold the release is not made, and the line that lacks is said.
    type_text(&mut model, &source, "10");
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("ε lacks 990"), "{}", refusal(&model));
    assert!(form(&model).field == Field::TotalEpsilon && !path.exists());
    type_text(&mut model, &source, "3000");
    put(&mut model, &source, Field::TotalDelta, "0");
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("δ lacks 1e-6"), "{}", refusal(&model));
    assert!(form(&model).field == Field::TotalDelta && !path.exists());
    type_text(&mut model, &source, "a lot");
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("δ of all releases: "), "{}", refusal(&model));
    press(&mut model, &source, KeyCode::Up);
    put(&mut model, &source, Field::TotalDelta, "1e-5");
    go(&mut model, &source, Field::Accountant);
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Enter);
    assert!(matches!(form(&model).stage, Stage::Ready(_)), "{}", screen(&model));
    let made = Ledger::open(&path).unwrap();
    assert_eq!((made.dataset(), made.accountant()), ("sample", Accountant::Zcdp));
    assert_eq!(made.balance().unwrap().total, Cost::new(3000.0, 1e-5).unwrap());
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    assert!(out.exists() && model.desk.overlay.is_none(), "{}", screen(&model));
}

#[test]
fn over_budget_goes_to_the_line_that_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a.ledger"), folder.path().join("b.ledger"));
    ledger(&path, 0.5, 1e-5);
    ledger(&other, 5.0, 0.0);
    let out = folder.path().join("out.csv").display().to_string();
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Private);
    put(&mut model, &source, Field::Out, &out);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    let shown = refusal(&model);
    assert!(shown.contains("ε lacks 0.5") && shown.contains("an ε of 0.5 would fit"), "{shown}");
    assert_eq!(form(&model).field, Field::Epsilon);
    // No δ is left at all: other groups would fit.
    put(&mut model, &source, Field::Ledger, &other.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    let shown = refusal(&model);
    assert!(
        shown.contains("δ lacks 1e-6") && shown.contains("only a release without δ"),
        "{shown}"
    );
    assert_eq!(form(&model).field, Field::Keys);
    // Another dataset's ledger: its name can be typed.
    let theirs = folder.path().join("c.ledger");
    drop(Ledger::create(&theirs, "orders", Cost::new(1.0, 1e-5).unwrap(), Accountant::Basic));
    put(&mut model, &source, Field::Ledger, &theirs.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("in the line dataset"), "{}", refusal(&model));
    assert_eq!(form(&model).field, Field::Dataset);
    type_text(&mut model, &source, "orders");
    press(&mut model, &source, KeyCode::Enter);
    assert!(matches!(form(&model).stage, Stage::Ready(_)), "{}", screen(&model));
    // A file that is there already.
    press(&mut model, &source, KeyCode::Esc);
    std::fs::write(&out, "mine").unwrap();
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("exists: type another name"), "{}", refusal(&model));
    assert_eq!(form(&model).field, Field::Out);
}

#[test]
fn below_sense_the_form_stops_and_asks() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("out.csv"));
    ledger(&path, 3.0, 1e-5);
    for size in [(80, 24), (120, 36)] {
        let (mut model, source) = open(size);
        press(&mut model, &source, KeyCode::Char('p'));
        choose(&mut model, &source, KeysChoice::Private);
        put(&mut model, &source, Field::Ledger, &path.display().to_string());
        put(&mut model, &source, Field::Out, &out.display().to_string());
        press(&mut model, &source, KeyCode::Enter);
        let shown = screen(&model);
        assert!(shown.contains("This makes little sense: fewer than 1"), "{shown}");
        assert!(shown.contains("type anyway and press enter"), "{shown}");
        // The word that spends does not yet.
        type_text(&mut model, &source, "release");
        press(&mut model, &source, KeyCode::Enter);
        assert!(spent(&path) == 0.0 && model.form.is_some(), "{}", screen(&model));
        for _ in 0..7 {
            press(&mut model, &source, KeyCode::Backspace);
        }
        type_text(&mut model, &source, "anyway");
        press(&mut model, &source, KeyCode::Enter);
        assert!(screen(&model).contains("type release and press enter"), "{}", screen(&model));
        assert!(spent(&path) == 0.0 && !out.exists());
        // Back and forth it is asked again.
        press(&mut model, &source, KeyCode::Esc);
        press(&mut model, &source, KeyCode::Enter);
        assert!(screen(&model).contains("type anyway"), "{}", screen(&model));
    }
}

#[test]
fn the_order_of_the_top_k_is_the_other_choice_of_the_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("top.csv"));
    ledger(&path, 3.0, 0.0);
    let list = folder.path().join("list.csv");
    let (mut model, source) = open((120, 36));
    let keys = model.desk.data.as_ref().unwrap().pairs.keys().join("\n");
    std::fs::write(&list, format!("item\n{keys}\n")).unwrap();
    press(&mut model, &source, KeyCode::Char('4'));
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!(form(&model).fields(model.desk.knobs.mechanism)[0], Field::What);
    assert!(screen(&model).contains("all values"), "{}", screen(&model));
    go(&mut model, &source, Field::What);
    press(&mut model, &source, KeyCode::Right);
    let shown = screen(&model);
    assert!(
        shown.contains("the order of the top k") && shown.contains("sample_top.csv"),
        "{shown}"
    );
    assert!(!shown.contains("which groups exist"), "{shown}");
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    // The sample has a list of its own; without one there is no order.
    assert_eq!(form(&model).catalogue, "sample");
    go(&mut model, &source, Field::Catalogue);
    for _ in 0..8 {
        press(&mut model, &source, KeyCode::Backspace);
    }
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("the public list"), "{}", refusal(&model));
    assert_eq!(form(&model).field, Field::Catalogue);
    type_text(&mut model, &source, &list.display().to_string());
    put(&mut model, &source, Field::K, "99");
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("a top list of 99 is longer"), "{}", refusal(&model));
    assert_eq!(form(&model).field, Field::K);
    type_text(&mut model, &source, "3");
    press(&mut model, &source, KeyCode::Enter);
    let shown = flat(&model);
    assert!(shown.contains("gumbel-top-k") && shown.contains("3 rows would show"), "{shown}");
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    let published = std::fs::read_to_string(&out).unwrap();
    assert!(
        published.starts_with("rank,group\n1,") && published.lines().count() == 4,
        "{published}"
    );
}

#[test]
fn on_recommend_a_model_is_published_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("model"));
    ledger(&path, 3.0, 1e-5);
    let list = folder.path().join("list.csv");
    let (mut model, source) = open((80, 24));
    let keys = model.desk.data.as_ref().unwrap().pairs.keys().join("\n");
    std::fs::write(&list, format!("item\n{keys}\nnobody\n")).unwrap();
    press(&mut model, &source, KeyCode::Char('6'));
    press(&mut model, &source, KeyCode::Char('p'));
    let shown = screen(&model);
    assert!(shown.contains("a model of items") && shown.contains("sample_model.json"), "{shown}");
    assert!(!shown.contains("linf") && !shown.contains("all values"), "{shown}");
    assert_eq!(form(&model).what, What::Model);
    type_text(&mut model, &source, &list.display().to_string());
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    put(&mut model, &source, Field::Items, "one");
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("items of it must be a whole number"), "{}", refusal(&model));
    assert_eq!(form(&model).field, Field::Items);
    press(&mut model, &source, KeyCode::Backspace);
    press(&mut model, &source, KeyCode::Enter);
    let shown = flat(&model);
    assert!(
        shown.contains("item model (ease) over 13 items") && shown.contains("12 of 13 keys"),
        "{shown}"
    );
    let noise = shown.split_once('±').and_then(|(_, rest)| rest.split(' ').next()).unwrap();
    let noise = format!("adds less than ±{noise} with");
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    let shown = screen(&model);
    assert!(model.desk.overlay.is_none() && spent(&path) == 1.0, "{shown}");
    let published = std::fs::read_to_string(folder.path().join("model.json")).unwrap();
    assert!(published.contains("epsiloscope item model"), "{published}");
    // The noise that was foretold is what the statement says.
    assert!(published.contains(&noise), "{noise}: {published}");
}

#[test]
fn an_interval_and_a_rest_are_lines_of_the_form() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("sample.ledger"), folder.path().join("out.csv"));
    ledger(&path, 1e6, 1e-5);
    let (mut model, source) = open((120, 36));
    model.desk.knobs.epsilon = 1000.0;
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Private);
    go(&mut model, &source, Field::Interval);
    press(&mut model, &source, KeyCode::Right);
    put(&mut model, &source, Field::Rest, "2");
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    assert!(refusal(&model).contains("between 0 and 1"), "{}", refusal(&model));
    assert_eq!(form(&model).field, Field::Rest);
    type_text(&mut model, &source, "0.2");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("in the last row (rest)"), "{}", screen(&model));
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    let published = std::fs::read_to_string(&out).unwrap();
    assert!(published.starts_with("group,value,low,high\n"), "{published}");
    assert!(published.lines().last().unwrap().starts_with("(rest),"), "{published}");
}

#[test]
fn a_path_in_the_form_is_completed_by_tab() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["list one.csv", "list two.csv"] {
        std::fs::write(folder.path().join(name), "item\na\n").unwrap();
    }
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Catalogue);
    put(&mut model, &source, Field::Catalogue, &format!("{}/li", folder.path().display()));
    press(&mut model, &source, KeyCode::Tab);
    assert!(form(&model).catalogue.ends_with("/list "), "{}", form(&model).catalogue);
    assert!(flat(&model).contains("list one.csv list two.csv"), "{}", screen(&model));
    type_text(&mut model, &source, "t");
    press(&mut model, &source, KeyCode::Tab);
    assert!(form(&model).catalogue.ends_with("/list two.csv"), "{}", form(&model).catalogue);
    type_text(&mut model, &source, "zzz");
    press(&mut model, &source, KeyCode::Tab);
    assert!(form(&model).refusal.is_some());
    // Elsewhere it goes on to the next line.
    go(&mut model, &source, Field::Epsilon);
    press(&mut model, &source, KeyCode::Tab);
    assert_ne!(form(&model).field, Field::Epsilon);
}

#[test]
fn the_form_at_three_sizes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.ledger");
        ledger(&path, 3.0, 1e-5);
        let (mut model, source) = open(size);
        press(&mut model, &source, KeyCode::Char('p'));
        insta::assert_snapshot!(format!("release_{}x{}", size.0, size.1), screen(&model));
        choose(&mut model, &source, KeysChoice::Private);
        model.form.as_mut().unwrap().ledger = path.display().to_string();
        model.desk.knobs.question.measure = Measure::Purchases;
        press(&mut model, &source, KeyCode::Enter);
        assert!(matches!(form(&model).stage, Stage::Ready(_)), "{}", screen(&model));
        // Where the path is long it is this machine's.
        let shown = screen(&model);
        let lines: Vec<&str> = shown
            .lines()
            .filter(|line| !line.contains("the ledger") && !line.contains(".tmp"))
            .collect();
        insta::assert_snapshot!(
            format!("release_forecast_{}x{}", size.0, size.1),
            lines.join("\n")
        );
    }
}

/// Esc and p again lead back to the form as it was left; what was not touched follows the knobs.
#[test]
fn what_was_filled_in_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.ledger");
    ledger(&path, 3.0, 1e-5);
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    choose(&mut model, &source, KeysChoice::Private);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Rest, "0.1");
    put(&mut model, &source, Field::Unprotected, "l0, linf");
    press(&mut model, &source, KeyCode::Enter);
    let shown = flat(&model);
    assert!(
        shown.contains("What would help: a public") && shown.contains("once more to"),
        "{shown}"
    );
    press(&mut model, &source, KeyCode::Esc);
    press(&mut model, &source, KeyCode::Esc);
    assert!(model.form.is_none());
    model.desk.knobs.epsilon = 2.0;
    press(&mut model, &source, KeyCode::Char('p'));
    let filled = form(&model).clone();
    assert_eq!((filled.keys, filled.rest.as_str()), (Some(KeysChoice::Private), "0.1"));
    assert_eq!((filled.unprotected.as_str(), filled.epsilon.as_str()), ("l0, linf", "2"));
    assert_eq!(filled.ledger, path.display().to_string());
    // Another question is another form.
    press(&mut model, &source, KeyCode::Esc);
    model.desk.knobs.question.measure = Measure::Rows;
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!((form(&model).keys, form(&model).rest.as_str()), (None, ""));
}

/// What a ledger published already is no name for the next.
#[test]
fn a_second_release_is_offered_a_name_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) =
        (folder.path().join("sample.ledger"), folder.path().join("sample_privacy.csv"));
    ledger(&path, 3.0, 1e-6);
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!(form(&model).out, "sample_privacy.csv");
    choose(&mut model, &source, KeysChoice::Public);
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    put(&mut model, &source, Field::Out, &out.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    assert!(out.exists() && model.form.is_none(), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!(form(&model).out, "sample_privacy_2.csv");
    assert_eq!(form(&model).keys, Some(KeysChoice::Public));
}

/// How the sample is read is no guess: it is the same for everybody.
#[test]
fn a_release_of_the_sample_asks_nobody_to_agree() {
    let mut guessed = purchases();
    guessed.reading.date_format = Decided { value: DateFormat::DayFirst, origin: Origin::Guessed };
    let source = Arc::new(guessed);
    for (input, asks) in [(Input::Sample, 0), (Input::File("orders.csv".into()), 1)] {
        let mut model = fresh((120, 36));
        let effects = start(&mut model);
        perform(&mut model, effects, &source);
        model.desk.input = input;
        press(&mut model, &source, KeyCode::Char('p'));
        assert_eq!(form(&model).guessed.len(), asks);
    }
}

/// What a screen found is what its form begins with, and nothing more where the form is left.
#[test]
fn a_form_that_is_left_gives_the_knobs_back() {
    let (mut model, source) = open((120, 36));
    let (knobs, fitted) = (model.desk.knobs, model.desk.fitted.clone());
    press(&mut model, &source, KeyCode::Char('3'));
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Up);
    press(&mut model, &source, KeyCode::Char('p'));
    assert_ne!(model.desk.knobs, knobs);
    // The map is of the true data, and the form knows.
    assert_eq!(form(&model).unprotected, "epsilon, l0");
    press(&mut model, &source, KeyCode::Esc);
    assert_eq!((model.desk.knobs, &model.desk.fitted), (knobs, &fitted));
}

/// Which weekdays there are nobody is asked, and an answer to another question is no name.
#[test]
fn weekdays_are_known_and_no_is_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.ledger");
    ledger(&path, 3.0, 1e-6);
    let (mut model, source) = open((120, 36));
    model.desk.knob = Knob::GroupBy;
    while model.desk.knobs.question.group_by != GroupBy::Weekday {
        press(&mut model, &source, KeyCode::Right);
    }
    press(&mut model, &source, KeyCode::Char('p'));
    assert!(!screen(&model).contains("which groups exist"), "{}", screen(&model));
    put(&mut model, &source, Field::Ledger, &path.display().to_string());
    let out = folder.path().join("days.csv").display().to_string();
    put(&mut model, &source, Field::Out, &out);
    put(&mut model, &source, Field::Unprotected, "release");
    press(&mut model, &source, KeyCode::Enter);
    assert!(
        refusal(&model).contains("release is no name of what was chosen"),
        "{}",
        refusal(&model)
    );
    assert_eq!(form(&model).field, Field::Unprotected);
    put(&mut model, &source, Field::Unprotected, "no");
    press(&mut model, &source, KeyCode::Enter);
    type_text(&mut model, &source, "release");
    press(&mut model, &source, KeyCode::Enter);
    let rows = std::fs::read_to_string(&out).unwrap();
    assert_eq!(rows.lines().count(), 8, "{rows}");
    let stated = std::fs::read_to_string(folder.path().join("days.json")).unwrap();
    assert!(stated.contains("\"unprotected_quantities\": []"), "{stated}");
}

/// Bounds that were fitted to the file were chosen by looking, and the form says so by itself.
#[test]
fn bounds_that_were_fitted_are_stated() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!(form(&model).unprotected, "");
    press(&mut model, &source, KeyCode::Esc);
    model.kept.clear();
    model.desk.fitted = vec!["l0", "linf"];
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!(form(&model).unprotected, "l0, linf");
    // An order and a model take no linf.
    go(&mut model, &source, Field::What);
    press(&mut model, &source, KeyCode::Right);
    assert_eq!((form(&model).what, form(&model).unprotected.as_str()), (What::Order, "l0"));
    press(&mut model, &source, KeyCode::Left);
    assert_eq!(form(&model).unprotected, "l0, linf");
    press(&mut model, &source, KeyCode::Esc);
    model.kept.clear();
    press(&mut model, &source, KeyCode::Char('6'));
    model.desk.knobs.items = 7;
    press(&mut model, &source, KeyCode::Char('p'));
    assert_eq!((form(&model).what, form(&model).unprotected.as_str()), (What::Model, "l0"));
    // As many items as the screen shows the lists of.
    assert_eq!(form(&model).items, "7");
}

/// The threshold of private keys stands under the scale while bounds are chosen, and says that it was looked up.
#[test]
fn the_threshold_of_private_keys_stands_under_the_scale() {
    for size in [(80, 24), (120, 36)] {
        let (mut model, source) = open(size);
        let reach = model.desk.setting.as_ref().unwrap().reach.expect("keys are private");
        let shown = flat_knobs(&model);
        assert!(
            shown.contains(&format!("{} of {} reach it (looked up)", reach.reach, reach.groups)),
            "{shown}"
        );
        // It is the threshold of the release itself.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.ledger");
        ledger(&path, 3.0, 1e-5);
        press(&mut model, &source, KeyCode::Char('p'));
        choose(&mut model, &source, KeysChoice::Private);
        put(&mut model, &source, Field::Ledger, &path.display().to_string());
        put(&mut model, &source, Field::Out, &folder.path().join("o.csv").display().to_string());
        press(&mut model, &source, KeyCode::Enter);
        let Stage::Ready(worked) = &form(&model).stage else { panic!("{}", screen(&model)) };
        let crate::rehearsal::Worked::Sums(preview) = &**worked else { panic!("sums") };
        assert_eq!(preview.prepared.threshold().unwrap() as f64, reach.threshold);
    }
}

/// The panel of the knobs alone, with one blank between words.
fn flat_knobs(model: &App) -> String {
    let shown = screen(model);
    let panel = shown.lines().map(|line| line.chars().skip(1).take(22).collect::<String>());
    let wide = shown.lines().map(|line| line.chars().skip(1).take(28).collect::<String>());
    let joined: String = if model.desk.size.0 >= 110 {
        wide.collect::<Vec<_>>().join(" ")
    } else {
        panel.collect::<Vec<_>>().join(" ")
    };
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}
