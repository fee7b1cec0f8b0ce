//! The Data screen: decisions with their evidence, changes that are tried, files that cannot be
//! guessed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{REAL, fresh, loaded, not_found, open, perform, press, purchases, screen, type_text};
use crate::purchases::{Decision, Input, Purchases, Purpose, ReadProgress};
use crate::tui::desk::Overlay;
use crate::tui::desk::message::{Effect, Message};
use crate::tui::screens::data::lines::DataLine;
use crate::tui::screens::data::state::Tried;
use crate::tui::shell::app::App;
use crate::tui::shell::update::{start, update};

/// A folder with this file, and the explorer started on it.
fn started(size: (u16, u16), name: &str, text: &str) -> (tempfile::TempDir, App, Arc<Purchases>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let (model, source) = on_file(size, &folder.path().join(name));
    (folder, model, source)
}

fn on_file(size: (u16, u16), path: &Path) -> (App, Arc<Purchases>) {
    REAL.set(true);
    let source = Arc::new(purchases());
    let mut model = fresh(size);
    model.desk.input = Input::File(path.to_owned());
    let effects = start(&mut model);
    assert!(!perform(&mut model, effects, &source));
    (model, source)
}

/// No header, and no column that is plainly anything: session, time, item, price, quantity.
fn headerless() -> String {
    let row = |n: u32| {
        let (session, item) = (420_000 + n / 3, 214_000_000 + n * 7 % 5);
        format!(
            "{session},2014-04-{:02}T10:{:02}:00.000Z,{item},{}.5,1\n",
            1 + n % 28,
            n % 60,
            n % 9
        )
    };
    (0..60).map(row).collect()
}

/// Dates in which day and month can be either, rows that an event cancelled, and a guest.
fn doubtful() -> String {
    let mut text = "customer,sku,qty,price,order_date,order_status\n".to_owned();
    for n in 0..70 {
        let customer = if n % 10 == 0 { "Guest".to_owned() } else { format!("c{:02}", n % 13) };
        let status = if n % 14 == 0 { "canceled" } else { "delivered" };
        text += &format!(
            "{customer},p{},{},{}.25,{:02}/03/2011,{status}\n",
            n % 6,
            1 + n % 3,
            n % 8 + 1,
            1 + n % 7
        );
    }
    text
}

/// The line of a decision, chosen.
fn choose(model: &mut App, decision: Decision) {
    let lines = DataLine::all(&model.desk);
    let place = lines.iter().position(|line| *line == DataLine::Decision(decision)).unwrap();
    model.screens.data.line = place;
}

fn key(model: &mut App, code: KeyCode) -> Vec<Effect> {
    update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

#[test]
fn a_file_that_cannot_be_guessed_is_asked_about_and_opened() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let (_folder, mut model, source) = started(size, "buys.csv", &headerless());
        assert!(model.desk.data.is_none() && model.desk.fatal.is_none());
        assert_eq!(model.screen().name(), "Data");
        insta::assert_snapshot!(format!("choose_{}x{}", size.0, size.1), screen(&model));
        press(&mut model, &source, KeyCode::Char('2'));
        assert!(screen(&model).contains("no file is open yet: Data (1)"), "{}", screen(&model));
        press(&mut model, &source, KeyCode::Char('1'));
        press(&mut model, &source, KeyCode::Enter);
        let asked = model.desk.choosing.as_ref().unwrap();
        assert_eq!(asked.decision, Decision::Column(Purpose::Item), "{}", screen(&model));
        assert_eq!(asked.options.columns[Purpose::User].as_deref(), Some("1"));
        press(&mut model, &source, KeyCode::Enter);
        let open = model.desk.data.as_ref().unwrap();
        assert_eq!(open.purchases.columns[Purpose::Item].as_deref(), Some("3"));
        assert_eq!(open.purchases.report.rows_kept, 60);
        assert!(screen(&model).contains("60 of 60"), "{}", screen(&model));
    }
}

#[test]
fn a_choice_that_helps_nobody_is_asked_again_and_taken_back() {
    let (_folder, mut model, source) = started((120, 36), "buys.csv", &headerless());
    press(&mut model, &source, KeyCode::Esc);
    choose(&mut model, Decision::Encoding);
    press(&mut model, &source, KeyCode::Enter);
    press(&mut model, &source, KeyCode::PageDown);
    press(&mut model, &source, KeyCode::PageDown);
    press(&mut model, &source, KeyCode::Enter);
    assert!(matches!(model.desk.overlay, Some(Overlay::Prompt(_))));
    type_text(&mut model, &source, "klingon");
    press(&mut model, &source, KeyCode::Enter);
    let asked = model.desk.choosing.as_ref().unwrap();
    assert!(asked.refusal.contains("klingon"), "{}", asked.refusal);
    assert_eq!(asked.decision, Decision::Encoding);
    press(&mut model, &source, KeyCode::Char('x'));
    let asked = model.desk.choosing.as_ref().unwrap();
    assert_eq!(asked.decision, Decision::Column(Purpose::User));
    assert!(!asked.options.declares(Decision::Encoding));
}

#[test]
fn behind_an_open_file_the_question_can_be_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("buys.csv");
    fs::write(&path, headerless()).unwrap();
    let (mut model, source) = open((120, 36));
    REAL.set(true);
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, &path.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    assert!(model.desk.choosing.is_some() && model.desk.data.is_some());
    assert_eq!(model.desk.input, Input::Sample);
    press(&mut model, &source, KeyCode::Esc);
    press(&mut model, &source, KeyCode::Esc);
    assert!(model.desk.choosing.is_none());
    assert!(screen(&model).contains("900 of 950"), "{}", screen(&model));
    // A file that is missing is a notice, as before.
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "/nowhere/a.csv");
    press(&mut model, &source, KeyCode::Enter);
    assert!(model.desk.choosing.is_none());
    assert!(screen(&model).contains("does not exist"), "{}", screen(&model));
}

#[test]
fn doubts_and_first_rows_at_three_sizes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let (_folder, mut model, source) = started(size, "orders.csv", &doubtful());
        press(&mut model, &source, KeyCode::Char('2'));
        let shown = screen(&model);
        assert!(shown.contains("doubtful: ") && shown.contains(": see Data (1)"), "{shown}");
        press(&mut model, &source, KeyCode::Char('1'));
        press(&mut model, &source, KeyCode::Char('d'));
        insta::assert_snapshot!(format!("doubt_{}x{}", size.0, size.1), screen(&model));
        press(&mut model, &source, KeyCode::Char('v'));
        insta::assert_snapshot!(format!("rows_{}x{}", size.0, size.1), screen(&model));
        press(&mut model, &source, KeyCode::Char('v'));
        press(&mut model, &source, KeyCode::Enter);
        insta::assert_snapshot!(format!("choices_{}x{}", size.0, size.1), screen(&model));
        press(&mut model, &source, KeyCode::Esc);
        choose(&mut model, Decision::Cancelled);
        press(&mut model, &source, KeyCode::Right);
        insta::assert_snapshot!(format!("tried_{}x{}", size.0, size.1), screen(&model));
    }
}

#[test]
fn the_effect_of_a_change_is_shown_before_it_is_taken_or_left() {
    let (_folder, mut model, source) = started((120, 36), "orders.csv", &doubtful());
    press(&mut model, &source, KeyCode::Char('1'));
    choose(&mut model, Decision::Cancelled);
    press(&mut model, &source, KeyCode::Right);
    let shown = screen(&model);
    assert!(shown.contains("rows kept 70 → 65"), "{shown}");
    assert!(shown.contains("70 of 70"), "nothing is taken yet: {shown}");
    press(&mut model, &source, KeyCode::Esc);
    assert!(model.screens.data.change.is_none());
    assert!(!screen(&model).contains("→ 65"));
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Enter);
    let open = model.desk.data.as_ref().unwrap();
    assert_eq!(open.purchases.report.rows_kept, 65);
    assert!(open.options.declares(Decision::Cancelled));
    assert!(open.purchases.grounds.doubt_of(Decision::Cancelled).is_none());
    assert!(screen(&model).contains("65 of 70"));
    // Much was dropped, and is said where numbers are.
    press(&mut model, &source, KeyCode::Char('4'));
    assert!(screen(&model).contains("7.1 % of rows dropped as cancelled"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char('1'));
    press(&mut model, &source, KeyCode::Char('x'));
    press(&mut model, &source, KeyCode::Enter);
    let open = model.desk.data.as_ref().unwrap();
    assert!(!open.options.declares(Decision::Cancelled));
    assert_eq!(open.purchases.report.rows_kept, 70);
}

#[test]
fn enter_before_the_file_is_read_takes_the_change_once_it_is() {
    let (_folder, mut model, source) = started((80, 24), "orders.csv", &doubtful());
    press(&mut model, &source, KeyCode::Char('1'));
    choose(&mut model, Decision::Cancelled);
    let effects = key(&mut model, KeyCode::Right);
    let [Effect::Load(_)] = &effects[..] else { panic!("{effects:?}") };
    assert!(key(&mut model, KeyCode::Enter).is_empty());
    let request = effects.into_iter().find_map(|effect| match effect {
        Effect::Load(request) => Some(*request),
        _ => None,
    });
    update(&mut model, loaded(request.unwrap()));
    let effects = update(&mut model, Message::Tick(100));
    perform(&mut model, effects, &source);
    assert_eq!(model.desk.data.as_ref().unwrap().purchases.report.rows_kept, 65);
    // Left before it is read, nothing comes of it.
    let effects = key(&mut model, KeyCode::Left);
    assert!(matches!(effects[..], [Effect::Load(_)]));
    let effects = key(&mut model, KeyCode::Down);
    assert!(matches!(effects[..], [Effect::StopLoad]), "{effects:?}");
    assert!(model.screens.data.change.is_none());
}

#[test]
fn every_decision_can_be_listed_tried_and_left() {
    let (_folder, mut model, source) = started((80, 24), "orders.csv", &doubtful());
    press(&mut model, &source, KeyCode::Char('1'));
    let before = model.desk.options.clone();
    for line in DataLine::all(&model.desk) {
        let DataLine::Decision(decision) = line else { continue };
        choose(&mut model, decision);
        press(&mut model, &source, KeyCode::Enter);
        let is_listed = model.screens.data.list.is_some();
        assert_eq!(is_listed, decision != Decision::Container, "{decision:?}");
        screen(&model);
        press(&mut model, &source, KeyCode::Esc);
        model.screens.data.list = None;
        for code in [KeyCode::Right, KeyCode::Right, KeyCode::Left] {
            press(&mut model, &source, code);
            screen(&model);
            if matches!(model.desk.overlay, Some(Overlay::Prompt(_))) {
                press(&mut model, &source, KeyCode::Esc);
            }
            if let Some(change) = &model.screens.data.change {
                assert!(!matches!(change.outcome, Tried::Awaited(_)), "{decision:?}");
            }
        }
        press(&mut model, &source, KeyCode::Esc);
        press(&mut model, &source, KeyCode::Esc);
        assert_eq!(model.desk.options, before, "{decision:?}");
    }
}

#[test]
fn a_reading_is_kept_and_offered_beside_the_file() {
    let (folder, mut model, source) = started((120, 36), "orders.csv", &doubtful());
    let said = |model: &App| model.desk.notice.as_ref().map_or("", |(_, words)| words).to_owned();
    assert!(!said(&model).contains("kept"), "{}", said(&model));
    press(&mut model, &source, KeyCode::Char('1'));
    choose(&mut model, Decision::Cancelled);
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Enter);
    press(&mut model, &source, KeyCode::Char('w'));
    let effects = key(&mut model, KeyCode::Enter);
    let [Effect::Keep { path, text, replace: false }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*path, folder.path().join("orders.reading.toml"));
    assert!(text.contains("order_status=canceled") && !text.contains("70"), "{text}");
    super::export::keep(&model, path, text, false).unwrap();
    let again = super::export::keep(&model, path, text, false);
    assert!(again.is_err(), "what is there is not lost without a word");
    let over = super::export::keep(&model, &folder.path().join("orders.csv"), text, true);
    assert!(over.is_err(), "never over the data");
    // The next session: offered, not used.
    let (mut model, source) = on_file((120, 36), &folder.path().join("orders.csv"));
    let shown = screen(&model);
    assert!(shown.contains("u on Data (1) reads it by orders.reading.toml"), "{shown}");
    assert_eq!(model.desk.data.as_ref().unwrap().purchases.report.rows_kept, 70);
    press(&mut model, &source, KeyCode::Char('1'));
    press(&mut model, &source, KeyCode::Char('u'));
    assert!(screen(&model).contains("rows kept 70 → 65"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.data.as_ref().unwrap().purchases.report.rows_kept, 65);
    // For a file with other columns it is named, and left out.
    fs::write(folder.path().join("orders.csv"), headerless()).unwrap();
    let (mut model, source) = on_file((120, 36), &folder.path().join("orders.csv"));
    press(&mut model, &source, KeyCode::Char('u'));
    let asked = model.desk.choosing.as_ref().unwrap();
    assert!(asked.refusal.contains("has other columns than the kept reading"), "{asked:?}");
    for _ in 0..2 {
        press(&mut model, &source, KeyCode::Enter);
    }
    assert_eq!(model.desk.data.as_ref().unwrap().purchases.report.rows_kept, 60);
}

#[test]
fn what_is_declared_of_a_file_says_nothing_of_the_next() {
    let (folder, mut model, source) = started((120, 36), "orders.csv", &doubtful());
    press(&mut model, &source, KeyCode::Char('1'));
    choose(&mut model, Decision::Cancelled);
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Enter);
    let other = folder.path().join("other.csv");
    fs::write(&other, "user,item,quantity\nann,tea,1\nbob,tea,2\n").unwrap();
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, &other.display().to_string());
    press(&mut model, &source, KeyCode::Enter);
    let open = model.desk.data.as_ref().unwrap();
    assert!(open.purchases.source == "other.csv", "{:?}", model.desk.notice);
    assert!(!open.options.declares(Decision::Cancelled));
}

#[test]
fn progress_is_shown_and_reading_stops_by_key() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "/d/big.csv");
    let effects = key(&mut model, KeyCode::Enter);
    let [Effect::Load(request)] = &effects[..] else { panic!("{effects:?}") };
    let read = ReadProgress { rows: 1_200_000, bytes: 30, of_bytes: 100 };
    update(&mut model, Message::Tick(2_000));
    update(&mut model, Message::Loading(request.id, read));
    press(&mut model, &source, KeyCode::Char('5'));
    let shown = screen(&model);
    assert!(shown.contains("reading 30 %"), "{shown}");
    assert!(shown.contains("esc stop reading"), "{shown}");
    key(&mut model, KeyCode::Char('1'));
    let shown = screen(&model);
    assert!(shown.contains("1,200,000 rows · 30 %"), "{shown}");
    model.desk.size = (80, 24);
    assert!(screen(&model).contains("reading 30 %"), "{}", screen(&model));
    let id = request.id;
    let effects = key(&mut model, KeyCode::Esc);
    assert!(matches!(effects[..], [Effect::StopLoad]), "{effects:?}");
    assert!(model.desk.loading.is_none() && model.desk.input == Input::Sample);
    // What comes late is not taken.
    update(&mut model, Message::Loaded(id, Err(not_found("big.csv"))));
    assert!(model.desk.choosing.is_none() && model.desk.data.is_some());
}

#[test]
fn while_the_first_file_is_read_the_screen_says_how_far_it_is() {
    let mut model = fresh((80, 24));
    let effects = start(&mut model);
    let [Effect::Load(request)] = &effects[..] else { panic!("{effects:?}") };
    update(&mut model, Message::Tick(2_000));
    let read = ReadProgress { rows: 1_200_000, bytes: 50, of_bytes: 100 };
    update(&mut model, Message::Loading(request.id, read));
    key(&mut model, KeyCode::Char('1'));
    let shown = screen(&model);
    assert!(shown.contains("1,200,000 rows · 50 % · 2 s left"), "{shown}");
    key(&mut model, KeyCode::Esc);
    key(&mut model, KeyCode::Down);
    key(&mut model, KeyCode::Enter);
    let shown = screen(&model);
    assert!(shown.contains("no file is open: o opens one"), "{shown}");
}

#[test]
fn the_mouse_picks_lines_and_choices() {
    let (_folder, mut model, source) = started((120, 36), "buys.csv", &headerless());
    let click = |model: &mut App, what: &str| {
        let shown = screen(model);
        let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(what)).unwrap();
        let column = line.split(what).next().unwrap().chars().count() as u16;
        let kind = MouseEventKind::Down(MouseButton::Left);
        let event = MouseEvent { kind, column, row: row as u16, modifiers: KeyModifiers::NONE };
        let effects = update(model, Message::Mouse(event));
        perform(model, effects, &source);
    };
    click(&mut model, "separator");
    assert_eq!(
        DataLine::all(&model.desk)[model.screens.data.line],
        DataLine::Decision(Decision::Separator)
    );
    click(&mut model, "semicolon");
    assert_eq!(model.screens.data.list, Some(1));
}

#[test]
fn a_log_of_events_opens_on_its_rates_and_may_be_read_as_purchases() {
    let row = |n: u32| {
        let event = if n.is_multiple_of(6) { "conversion" } else { "impression" };
        format!("2025-01-{:02} 10:00,u{},c{},{event}\n", 1 + n % 28, n % 40, n % 3)
    };
    let text = format!("time,user,campaign,event\n{}", (0..300).map(row).collect::<String>());
    let (folder, mut model, source) = started((120, 36), "ads.csv", &text);
    assert_eq!(model.screen().name(), "Rates");
    let shown = screen(&model);
    assert!(shown.contains("PRIVATE") && shown.contains("campaign 1 of 3"), "{shown}");
    // Its figures follow every knob, those of all screens too.
    let epsilon = |model: &App| model.screens.rates.study.as_ref().unwrap().setting.epsilon;
    let before = epsilon(&model);
    press(&mut model, &source, KeyCode::Right);
    assert!(epsilon(&model) > before && model.screens.rates.is_fresh(&model.desk));
    press(&mut model, &source, KeyCode::Left);
    // It is written like any other, marked.
    let path = folder.path().join("rates.csv");
    let said = super::export::write(&model, &path, false).unwrap();
    assert!(said.contains("not differentially private"), "{said}");
    assert!(fs::read_to_string(&path).unwrap().contains("ads.csv,private"));
    // Whoever went to Rates before the file was read is shown it, too.
    let path = folder.path().join("ads.csv");
    let mut early = fresh((120, 36));
    early.desk.input = Input::File(path);
    let effects = start(&mut early);
    press(&mut early, &source, KeyCode::Char('9'));
    assert!(!perform(&mut early, effects, &source));
    assert!(screen(&early).contains("campaign 1 of 3"), "{}", screen(&early));
    // Other screens have nothing to show, and Data asks.
    press(&mut model, &source, KeyCode::Char('2'));
    assert!(screen(&model).contains("this is a log of events"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char('1'));
    let shown = screen(&model).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("is a log of events"), "{shown}");
    let asked = model.desk.choosing.as_ref().unwrap();
    assert_eq!(asked.decision, Decision::Column(Purpose::Item));
}

#[test]
fn ids_that_a_spreadsheet_rounded_are_not_released() {
    let row = |n: u32| format!("1.{}E+05,i{},1\n", n % 9, n % 4);
    let text = format!("user,item,quantity\n{}", (0..90).map(row).collect::<String>());
    let (_folder, mut model, source) = started((120, 36), "ids.csv", &text);
    press(&mut model, &source, KeyCode::Char('p'));
    let refusal = model.form.as_ref().unwrap().task(&model.desk).unwrap_err().to_string();
    assert!(refusal.contains("rounded by a spreadsheet"), "{refusal}");
    // Ids as they should be: other lines are asked for.
    let text = text.replace("1.", "u1.");
    let (_folder, mut model, source) = started((120, 36), "ids.csv", &text);
    press(&mut model, &source, KeyCode::Char('p'));
    let refusal = model.form.as_ref().unwrap().task(&model.desk).unwrap_err().to_string();
    assert!(!refusal.contains("rounded"), "{refusal}");
}
