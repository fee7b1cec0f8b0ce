//! The explorer on a test backend: real keys, whole screens, any key sequence.

mod anonymity;
mod any_input;
mod knobs;
mod opening;
mod rates;
mod reading;
mod release;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::desk::Overlay;
use super::desk::message::{Effect, Message, Report};
use super::knobs::{Knob, Knobs};
use super::paint::theme::{Depth, Theme};
use super::screens::data::lines::DataLine;
use super::screens::ranking::state::Focus;
use super::screens::ranking::{document, rows, words};
use super::shell::app::App;
use super::shell::update::{start, update};
use super::shell::view::view;
use super::shell::{export, folders};
use crate::contribution::GroupKeys;
use crate::metric::{Figure, Metric};
use crate::privacy::Mechanism;
use crate::privacy::accounting::{Accountant, Cost};
use crate::purchases::{
    CleaningReport, Codes, Grounds, GroupBy, Input, Labels, Measure, Numbers, Options, Purchases,
    Purpose, Question, Reading, Reason, Status, Units,
};
use crate::recommend::ModelKind;
use crate::rehearsal::session::Session;
use crate::rehearsal::{Dataset, LoadError, Loaded, Look, PublishTask, Snapshot, dataset};
use crate::rehearsal::{budget_plan, lists, places, publishing};
use crate::simulation;
use crate::table::TableError;
use crate::work::{Cancel, Worker};

/// 60 users, 12 items, a heavy tail; no file, no clock.
fn purchases() -> Purchases {
    let mut state = 7u64;
    let mut next = |n: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let rows = 900;
    let user: Codes =
        (0..rows).map(|i| if i < 60 { i } else { (next(60) * next(60) / 60) as u32 }).collect();
    let item: Codes =
        (0..rows).map(|i| if i < 12 { i } else { (next(12) * next(12) / 12) as u32 }).collect();
    let mut reading = Reading::default();
    for (purpose, column) in [(Purpose::User, "customer"), (Purpose::Item, "sku")] {
        reading.columns[purpose].value = Some(column.to_owned());
    }
    let quantity: Numbers = (0..rows).map(|_| 1 + (next(4) * next(4)) as i64).collect();
    Purchases {
        source: "orders.csv".to_owned(),
        status: Status::Private,
        user: Labels { codes: user, names: (0..60).map(|u| format!("u{u:02}")).collect() },
        item: Labels { codes: item, names: (0..12).map(|i| format!("P{i:02}")).collect() },
        item_description: Some((0..12).map(|i| format!("Lamp no. {i}")).collect()),
        money: Some(quantity.iter().map(|q| q * 25_000).collect()),
        quantity,
        category: None,
        country: None,
        event: None,
        time: Some((0..i64::from(rows)).map(|i| 1_300_000_000 + i * 9_000).collect()),
        report: CleaningReport {
            rows_read: 950,
            rows_kept: u64::from(rows),
            ..CleaningReport::default()
        },
        columns: [(Purpose::User, "customer"), (Purpose::Item, "sku")]
            .map(|(purpose, column)| (purpose, Some(column.to_owned())))
            .into_iter()
            .collect(),
        header: vec!["customer".into(), "sku".into(), "qty".into(), "price".into()],
        reading,
        grounds: Grounds::default(),
        waiting: None,
        group: None,
    }
}

fn not_found(name: &str) -> LoadError {
    LoadError::Read(TableError::NotFound { name: name.to_owned() }.into())
}

/// Knobs as they stand before anything is turned.
pub(super) fn knobs_at_rest() -> Knobs {
    Knobs {
        epsilon: 1.0,
        delta: 1e-6,
        l0: 5,
        linf: 10,
        mechanism: Mechanism::Laplace,
        question: Question::default(),
        known: GroupKeys::Private,
        k: 10,
        k_chosen: false,
        model: ModelKind::Ease,
        items: 1_000,
        units: Units::default(),
    }
}

fn fresh(size: (u16, u16)) -> App {
    let knobs = knobs_at_rest();
    let session = Session::new(Cost::new(5.0, 1e-5).unwrap());
    let mut model = App::new(Input::Sample, Options::default(), knobs, session, 1, Theme::DARK);
    model.desk.size = size;
    model
}

/// Performs effects at once, without threads: what the loop would do, made repeatable.
/// Returns whether the program asked to end.
fn perform(model: &mut App, effects: Vec<Effect>, source: &Arc<Purchases>) -> bool {
    let mut queue = effects;
    let mut quit = false;
    while let Some(effect) = queue.pop() {
        match effect {
            Effect::Load(mut request) => {
                if !matches!(request.input, Input::File(_)) || !REAL.get() {
                    request.purchases = Some(Arc::clone(source));
                }
                let made = loaded(*request);
                queue.extend(update(model, made));
            }
            Effect::Look(request) if matches!(request.input, Input::File(_)) && REAL.get() => {
                let look = Box::new(looked(*request));
                queue.extend(update(model, Message::Arrived(Report::Looked(look))));
            }
            Effect::Keep { .. } => {
                queue.extend(update(model, Message::Exported(Ok("kept it".to_owned()))));
            }
            Effect::Look(_) | Effect::StopLoad => {}
            Effect::Simulate(request) => {
                let plan = crate::expected::Plan { trials: 40, ..request.plan };
                let mut history = Vec::new();
                let follow = |running: &simulation::Running<'_>| {
                    history.push((running.trials_done(), running.figures_of(0)));
                };
                let figures = simulation::run(&plan, 1, &Cancel::new(), follow).unwrap();
                let snapshot =
                    Snapshot { id: request.id, trials_done: 40, trials: 40, figures, history };
                queue
                    .extend(update(model, Message::Arrived(Report::Simulated(Box::new(snapshot)))));
            }
            Effect::Export { .. } => {
                queue.extend(update(model, Message::Exported(Ok("wrote it".to_owned()))));
            }
            Effect::Place(request) => {
                if let Some(report) = places::report(&request) {
                    queue.extend(update(model, Message::Arrived(Report::Placed(Box::new(report)))));
                }
            }
            Effect::Advise(mut request) => {
                request.asked.trials = 40;
                let worker = Worker::start(crate::work::Bell::default(), crate::advice::serve);
                worker.request(*request);
                let report = loop {
                    if let Some(report) = worker.take().filter(|report| report.whole) {
                        break report;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(1));
                };
                queue.extend(update(model, Message::Arrived(Report::Advised(Box::new(report)))));
            }
            Effect::Rate(mut request) => {
                request.setting.trials = 40;
                let worker = Worker::start(crate::work::Bell::default(), crate::rates::serve);
                worker.request(*request);
                loop {
                    let Some(report) = worker.take() else {
                        std::thread::sleep(std::time::Duration::from_millis(1));
                        continue;
                    };
                    let last =
                        report.found.as_ref().is_ok_and(|found| found.study.trials_done < 40);
                    let last = !last;
                    queue.extend(update(model, Message::Arrived(Report::Rated(Box::new(report)))));
                    if last {
                        break;
                    }
                }
            }
            Effect::Recommend(mut request) => {
                request.draws = 2;
                let worker = Worker::start(crate::work::Bell::default(), lists::server());
                worker.request(*request);
                let report = loop {
                    if let Some(report) = worker.take().filter(|report| report.whole) {
                        break report;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(1));
                };
                queue
                    .extend(update(model, Message::Arrived(Report::Recommended(Box::new(report)))));
            }
            Effect::Anonymity(request) => {
                let worker =
                    Worker::start(crate::work::Bell::default(), crate::anonymity::serve::server());
                worker.request(*request);
                let report = loop {
                    if let Some(report) = worker.take().filter(|report| report.is_whole()) {
                        break report;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(1));
                };
                queue.extend(update(model, Message::Arrived(Report::Anonymity(Box::new(report)))));
            }
            Effect::Account(request) => {
                let report = budget_plan::report(&request);
                queue.extend(update(model, Message::Arrived(Report::Accounted(Box::new(report)))));
            }
            Effect::Release(mut task) => {
                // No test makes a ledger where it happens to stand.
                match &mut *task {
                    PublishTask::Sums(task) if task.order.ledger.is_relative() => task.new = None,
                    PublishTask::Model(task) if task.order.ledger.is_relative() => task.new = None,
                    _ => {}
                }
                let worker = Worker::start(crate::work::Bell::default(), publishing::serve);
                worker.request(*task);
                let outcome = loop {
                    if let Some(outcome) = worker.take() {
                        break outcome;
                    }
                    std::thread::sleep(std::time::Duration::from_millis(1));
                };
                queue.extend(update(model, Message::Release(Box::new(outcome))));
            }
            Effect::Path(question) => {
                let answer = folders::answer(question, &Cancel::new()).unwrap();
                queue.extend(update(model, Message::Path(answer)));
            }
            Effect::Recent(opened) => {
                queue.extend(update(model, Message::Recent(opened)));
            }
            Effect::StopSimulation
            | Effect::StopRecommend
            | Effect::StopAdvice
            | Effect::StopRates
            | Effect::StopAnonymity
            | Effect::Suspend => {}
            Effect::Quit => quit = true,
        }
    }
    quit
}

std::thread_local! {
    /// Whether files are read as they are asked for, in place of the test data.
    static REAL: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

fn looked(request: dataset::LookRequest) -> Look {
    let worker = Worker::start(crate::work::Bell::default(), dataset::look);
    worker.request(request);
    loop {
        if let Some(look) = worker.take() {
            return look;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

fn loaded(request: dataset::LoadRequest) -> Message {
    let worker = Worker::start(crate::work::Bell::default(), dataset::load);
    worker.request(request);
    loop {
        if let Some(Loaded::Made(id, made)) = worker.take() {
            return Message::Loaded(id, made);
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// A model with the test data open and simulated.
fn open(size: (u16, u16)) -> (App, Arc<Purchases>) {
    let source = Arc::new(purchases());
    let mut model = fresh(size);
    let effects = start(&mut model);
    assert!(!perform(&mut model, effects, &source));
    (model, source)
}

fn press(model: &mut App, source: &Arc<Purchases>, code: KeyCode) -> bool {
    let effects = update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    perform(model, effects, source)
}

fn type_text(model: &mut App, source: &Arc<Purchases>, text: &str) {
    for c in text.chars() {
        press(model, source, KeyCode::Char(c));
    }
}

/// The screen as lines of text.
fn screen(model: &App) -> String {
    let mut terminal =
        Terminal::new(TestBackend::new(model.desk.size.0, model.desk.size.1)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let width = usize::from(model.desk.size.0);
    let lines: Vec<String> = buffer
        .content
        .chunks(width)
        .map(|row| {
            row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// Goes to the screen with this name by its number.
fn go_to(model: &mut App, source: &Arc<Purchases>, name: &str) {
    let place = model.screens.place_of(name).unwrap() as u32 + 1;
    press(model, source, KeyCode::Char(char::from_digit(place % 10, 10).unwrap()));
}

#[test]
fn risk_at_three_sizes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let (mut model, source) = open(size);
        go_to(&mut model, &source, "Risk");
        insta::assert_snapshot!(format!("risk_{}x{}", size.0, size.1), screen(&model));
        if size.0 == 80 {
            press(&mut model, &source, KeyCode::Char('v'));
            insta::assert_snapshot!("risk_table_80x24", screen(&model));
            press(&mut model, &source, KeyCode::Char('v'));
            insta::assert_snapshot!("risk_again_80x24", screen(&model));
        }
    }
}

#[test]
fn risk_follows_every_knob_of_its_own_and_of_the_desk() {
    let (mut model, source) = open((120, 36));
    go_to(&mut model, &source, "Risk");
    let advantage = |model: &App| model.screens.risk.found().unwrap().risk.advantage();
    let first = advantage(&model);
    let shown = screen(&model);
    press(&mut model, &source, KeyCode::Right);
    let larger = advantage(&model);
    assert!(larger > first, "{first} {larger}");
    assert_ne!(screen(&model), shown);
    // The belief turns the sentence and nothing of the attack.
    let shown = screen(&model);
    press(&mut model, &source, KeyCode::Char(']'));
    assert_eq!(advantage(&model), larger);
    assert!(screen(&model).contains("a belief of 20 %") && !shown.contains("a belief of 20 %"));
    press(&mut model, &source, KeyCode::Char('+'));
    let again = |model: &App| {
        let study = model.screens.risk.found().unwrap();
        (study.one.as_ref().unwrap().asked, study.one.as_ref().unwrap().again.clone().unwrap())
    };
    assert_eq!(again(&model).0, 7);
    assert!(again(&model).1.advantage() > larger);
    // Gaussian noise has another curve, and no worst output.
    model.desk.knob = Knob::Noise;
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Right);
    assert_eq!(model.desk.knobs.mechanism, Mechanism::Gaussian);
    assert!(screen(&model).contains("rarely more"), "{}", screen(&model));
    assert!(model.screens.risk.found().unwrap().delta > 0.0);
}

#[test]
fn risk_exports_what_it_shows_in_full() {
    let (mut model, source) = open((120, 36));
    go_to(&mut model, &source, "Risk");
    let shown = model.screens.risk.found().unwrap().risk.advantage();
    let text = model.screen().document(&model.desk, super::screen::Ending::Json).unwrap().unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!((document["advantage"].as_f64().unwrap() - shown).abs() < 1e-4);
    assert_eq!(document["epsilon"], model.desk.knobs.epsilon);
    let csv = model.screen().document(&model.desk, super::screen::Ending::Csv).unwrap().unwrap();
    assert!(csv.starts_with("figure,at,value\nepsilon,,1\n"), "{csv}");
    assert_eq!(model.screen().charts(&model.desk).len(), 2);
    // The numbers are of the noise alone, whatever file is open.
    assert!(!model.screen().is_of_the_data());
}

#[test]
fn screens_at_three_sizes() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let (mut model, source) = open(size);
        for (screen_key, name) in [
            ('1', "data"),
            ('2', "scope"),
            ('3', "sweep"),
            ('4', "ranking"),
            ('6', "recommend"),
            ('7', "advice"),
        ] {
            press(&mut model, &source, KeyCode::Char(screen_key));
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), screen(&model));
        }
        press(&mut model, &source, KeyCode::Char('?'));
        insta::assert_snapshot!(format!("help_{}x{}", size.0, size.1), screen(&model));
    }
}

#[test]
fn asking_spends_and_the_last_is_refused_in_words() {
    let (mut model, source) = open((120, 36));
    for _ in 0..5 {
        press(&mut model, &source, KeyCode::Char('a'));
    }
    assert_eq!(model.desk.session.asks().len(), 5);
    assert!(screen(&model).contains("ε 0 left of 5"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char('a'));
    assert_eq!(model.desk.session.asks().len(), 5);
    let shown = screen(&model);
    assert!(shown.contains("refused: the answer costs ε 1 and ε 0 is left"), "{shown}");
    press(&mut model, &source, KeyCode::Char('r'));
    assert_eq!(model.desk.session.asks().len(), 5, "five answers are not lost by one key");
    press(&mut model, &source, KeyCode::Char('r'));
    assert_eq!(model.desk.session.asks().len(), 0);
    assert!(screen(&model).contains("ε 5 left of 5"));
}

#[test]
fn space_repeats_until_the_budget_is_spent_and_then_stops() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char(' '));
    for tick in 1..100 {
        update(&mut model, Message::Tick(tick * 200));
    }
    assert_eq!(model.desk.session.asks().len(), 5);
    assert_eq!(model.desk.session.repeat_at, None);
    assert!(screen(&model).contains("refused"));
}

#[test]
fn averaging_follows_its_expectation() {
    let (mut model, source) = open((120, 36));
    model.desk.session.reset(Some(Cost::new(1000.0, 0.0).unwrap()));
    for _ in 0..400 {
        press(&mut model, &source, KeyCode::Char('a'));
    }
    let last = model.desk.session.asks().last().unwrap();
    let ratio = last.mean_rmse / last.expected_mean_rmse;
    // 12 groups: the mean square of a near-normal error has a relative deviation of √(2/12).
    assert!((0.3..1.9).contains(&ratio), "ratio {ratio}");
    let first = &model.desk.session.asks()[0];
    assert!(last.mean_rmse < first.rmse);
}

#[test]
fn a_turned_knob_shows_the_new_closed_form_before_any_trial() {
    let (mut model, source) = open((120, 36));
    let before = model.desk.setting.as_ref().unwrap().expected[Metric::Mae].expected.unwrap();
    // The effects (trials) are not performed: the next frame must have the new figure.
    update(&mut model, Message::Key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE)));
    let scope = model.desk.setting.as_ref().unwrap();
    assert!(model.screens.scope.snapshot.is_none());
    assert!(scope.expected[Metric::Mae].expected.unwrap() > before);
    assert!(screen(&model).contains("0.8"));
    press(&mut model, &source, KeyCode::Right);
}

#[test]
fn every_question_the_file_can_answer_is_reachable() {
    let (mut model, source) = open((120, 36));
    model.desk.knob = Knob::Measure;
    let mut seen = Vec::new();
    for _ in 0..4 {
        press(&mut model, &source, KeyCode::Right);
        seen.push(model.desk.data.as_ref().unwrap().measure());
        assert!(model.desk.setting.is_some(), "{:?}", model.desk.notice);
    }
    assert!(Measure::ALL.iter().all(|measure| seen.contains(measure)));
    model.desk.knob = Knob::GroupBy;
    let mut groups = Vec::new();
    for _ in 0..8 {
        press(&mut model, &source, KeyCode::Right);
        groups.push(model.desk.data.as_ref().unwrap().pairs.question().group_by);
    }
    let of_time = GroupBy::ALL.into_iter().filter(|group| group.is_of_time());
    assert_eq!(groups, of_time.chain([GroupBy::Item]).collect::<Vec<_>>());
}

#[test]
fn a_typed_value_is_taken_or_refused_where_it_is_typed() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Enter);
    for _ in 0..5 {
        press(&mut model, &source, KeyCode::Backspace);
    }
    type_text(&mut model, &source, "-2");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("'-2' is no ε"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Backspace);
    press(&mut model, &source, KeyCode::Backspace);
    type_text(&mut model, &source, "0.37");
    press(&mut model, &source, KeyCode::Enter);
    assert!(model.desk.overlay.is_none());
    assert_eq!(model.desk.knobs.epsilon, 0.37);
}

#[test]
fn an_odd_bound_gives_the_same_sums_as_a_step_of_the_grid_would() {
    let (model, _) = open((120, 36));
    let data = model.desk.data.as_ref().unwrap();
    for (l0, linf) in [(5, 10), (3, 7), (1, 1), (4, 1_000)] {
        let bounds = crate::contribution::Bounds::new(l0, linf, Measure::Purchases).unwrap();
        let direct = data.pairs.bounded(Some(l0), Some(linf));
        assert_eq!(&*data.bounded(bounds).0, &direct.sums[..]);
    }
}

#[test]
fn a_file_that_cannot_be_opened_leaves_the_old_one_open() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('o'));
    type_text(&mut model, &source, "nowhere.csv");
    let effects =
        update(&mut model, Message::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let [Effect::Load(request)] = &effects[..] else { panic!("{effects:?}") };
    let end = update(&mut model, Message::Loaded(request.id, Err(not_found("nowhere.csv"))));
    assert!(end.is_empty());
    assert_eq!(model.desk.input, Input::Sample);
    let shown = screen(&model);
    assert!(
        shown.contains("nowhere.csv does not exist") && shown.contains("orders.csv"),
        "{shown}"
    );
}

#[test]
fn the_first_file_that_cannot_be_opened_ends_the_program() {
    let mut model = fresh((80, 24));
    let effects = start(&mut model);
    let [Effect::Load(request)] = &effects[..] else { panic!("{effects:?}") };
    let end = update(&mut model, Message::Loaded(request.id, Err(not_found("a.csv"))));
    assert!(matches!(end[..], [Effect::Quit]));
    assert_eq!(model.desk.fatal.unwrap().to_string(), not_found("a.csv").to_string());
}

#[test]
fn an_outdated_answer_of_the_loader_is_not_shown() {
    let (mut model, _) = open((80, 24));
    let end = update(&mut model, Message::Loaded(0, Err(not_found("old"))));
    assert!(end.is_empty() && model.desk.notice.is_none());
}

#[test]
fn a_failed_worker_is_a_notice() {
    let (mut model, source) = open((80, 24));
    update(&mut model, Message::WorkerFailed("out of luck".to_owned()));
    assert!(screen(&model).contains("a calculation failed"));
    press(&mut model, &source, KeyCode::Right);
    assert!(model.desk.notice.is_none());
}

#[test]
fn the_sweep_takes_its_cell_to_the_scope() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('3'));
    for code in [KeyCode::Up, KeyCode::Left, KeyCode::Left, KeyCode::Char('m'), KeyCode::Char('n')]
    {
        press(&mut model, &source, code);
    }
    let at = model.screens.sweep.cursor;
    press(&mut model, &source, KeyCode::Char('n'));
    assert_eq!(model.screens.sweep.cursor, at, "another mechanism leaves the cursor where it is");
    let sweep = model.screens.sweep.map.as_ref().unwrap();
    let (row, column) = model.screens.sweep.cursor;
    let (step, epsilon) = (sweep.steps[row], sweep.epsilons[column]);
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.screen().name(), "Scope");
    // Two digits of what the map has: 0.6700187503509587 is no ε that a release takes.
    let rounded: f64 = format!("{epsilon:.1e}").parse().unwrap();
    assert_eq!((model.desk.knobs.l0, model.desk.knobs.epsilon), (step, rounded));
    assert!(rounded.to_string().len() <= 5 && (rounded / epsilon - 1.0).abs() < 0.06);
}

#[test]
fn the_mouse_reaches_what_it_points_at() {
    let (mut model, source) = open((120, 36));
    let click = |model: &mut App, kind, (column, row)| {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        let effects = update(model, Message::Mouse(event));
        perform(model, effects, &source);
    };
    let down = MouseEventKind::Down(MouseButton::Left);
    let find = |model: &App, what: &str| {
        let shown = screen(model);
        let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(what)).unwrap();
        let column = line.split(what).next().unwrap().chars().count();
        (column as u16, row as u16)
    };
    let at = find(&model, "linf    ");
    click(&mut model, down, at);
    assert_eq!(model.desk.knob, Knob::Linf);
    click(&mut model, MouseEventKind::ScrollUp, at);
    assert_eq!(model.desk.knobs.linf, 20);
    let at = find(&model, "3 Sweep");
    click(&mut model, down, at);
    assert_eq!(model.screen().name(), "Sweep");
    for place in [(0, 0), (119, 35), (60, 18)] {
        click(&mut model, down, place);
    }
    click(&mut model, down, (20, 3));
    let sweep = model.screens.sweep.map.as_ref().unwrap();
    assert_eq!(
        model.screens.sweep.cursor.0,
        sweep.steps.len() - 1,
        "the top row of the map is the loosest bound"
    );
    let at = find(&model, "1 Data");
    click(&mut model, down, at);
    let at = find(&model, "cancelled");
    click(&mut model, down, at);
    assert_eq!(
        DataLine::all(&model.desk)[model.screens.data.line],
        DataLine::Cleaning(Reason::Cancelled)
    );
}

#[test]
fn a_small_terminal_says_so_and_recovers() {
    let (mut model, _) = open((59, 16));
    assert!(screen(&model).contains("needs 60 x 16"), "{}", screen(&model));
    update(&mut model, Message::Resize(60, 16));
    assert!(screen(&model).contains("knobs"));
    for size in [(1, 1), (5, 2), (0, 0)] {
        model.desk.size = size;
        let mut other = fresh((size.0.max(1), size.1.max(1)));
        other.desk.theme = model.desk.theme;
        let _ = screen(&other);
    }
}

#[test]
fn ascii_means_ascii_and_no_colour_means_none() {
    let (mut model, source) = open((120, 36));
    model.desk.theme = Theme { light: false, depth: Depth::Mono, ascii: true };
    for key in ['1', '2', '3', '4', ' ', '5', 'n', 'p', '?'] {
        press(&mut model, &source, KeyCode::Char(key));
        let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
        terminal.draw(|frame| view(&model, frame)).unwrap();
        for cell in &terminal.backend().buffer().content {
            assert!(cell.symbol().is_ascii(), "{:?}", cell.symbol());
            assert_eq!(
                (cell.fg, cell.bg),
                (ratatui::style::Color::Reset, ratatui::style::Color::Reset)
            );
        }
    }
}

#[test]
fn the_status_stands_on_every_screen() {
    let (mut model, source) = open((60, 16));
    for key in ['1', '2', '3', '4', '5'] {
        press(&mut model, &source, KeyCode::Char(key));
        assert!(screen(&model).contains("PRIVATE"), "{}", screen(&model));
    }
}

/// Keys that are likely to matter, and some that are not.
fn any_key() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        8 => prop::sample::select(vec![
            KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down, KeyCode::Enter, KeyCode::Esc,
            KeyCode::Tab, KeyCode::BackTab, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Backspace, KeyCode::F(1),
            KeyCode::Home, KeyCode::Delete,
        ]),
        8 => prop::sample::select("123456 aberomnxsvt[]?hldpcf/+-".chars().map(KeyCode::Char).collect::<Vec<_>>()),
        1 => any::<char>().prop_map(KeyCode::Char),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_key_sequence_leaves_the_screen_sane(
        keys in prop::collection::vec(any_key(), 1..60),
        size in prop::sample::select(vec![(60u16, 16u16), (80, 24), (120, 36), (100, 30), (61, 40)]),
    ) {
        let (mut model, source) = open(size);
        for key in keys {
            press(&mut model, &source, key);
            let shown = screen(&model);
            prop_assert!(shown.starts_with(" ε ") || shown.contains("epsiloscope"), "{shown}");
            prop_assert!(model.desk.session.budget().spent().epsilon <= model.desk.session.budget().total().epsilon);
            // An animation belongs to its screen.
            prop_assert!(model.screens.ranking.play_at.is_none() || model.screen().name() == "Ranking");
            prop_assert!(model.desk.session.repeat_at.is_none() || model.screen().name() == "Scope");
            prop_assert!(!model.screens.recommend.working || model.screen().name() == "Recommend");
            prop_assert!(model.desk.item < model.desk.data.as_ref().unwrap().raw.len());
            if matches!(model.desk.overlay, Some(Overlay::Help(_))) {
                prop_assert!(shown.contains("help:"));
            }
        }
    }
}

#[test]
fn the_gauge_spends_by_the_chosen_accountant() {
    let (mut model, source) = open((120, 36));
    model.desk.knobs.epsilon = 0.25;
    press(&mut model, &source, KeyCode::Left);
    assert_eq!(model.desk.knobs.epsilon, 0.2);
    for _ in 0..20 {
        press(&mut model, &source, KeyCode::Char('a'));
    }
    press(&mut model, &source, KeyCode::Char('5'));
    assert!(screen(&model).contains("ε 1 left of 5, δ 1e-5 of 1e-5"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Right);
    assert_eq!(model.desk.session.budget().accountant(), Accountant::Zcdp);
    let left = model.desk.session.budget().remaining().epsilon.to_f64();
    assert!(left > 2.0, "twenty answers of ε 0.2 cost less than 4 by zCDP: {left}");
    let more = model.desk.next_fits().unwrap();
    assert!(more > 10, "{more}");
    press(&mut model, &source, KeyCode::Char('2'));
    assert!(screen(&model).contains("by zCDP accounting"), "{}", screen(&model));
    for _ in 0..more {
        press(&mut model, &source, KeyCode::Char('a'));
        assert!(model.desk.notice.is_none(), "{:?}", model.desk.notice);
    }
    press(&mut model, &source, KeyCode::Char('a'));
    assert!(
        screen(&model).contains("by zCDP accounting the whole would cost"),
        "{}",
        screen(&model)
    );
    // By basic accounting the session is over budget now: it cannot go back.
    press(&mut model, &source, KeyCode::Char('5'));
    press(&mut model, &source, KeyCode::Left);
    assert_eq!(model.desk.session.budget().accountant(), Accountant::Zcdp);
    assert!(screen(&model).contains("refused"), "{}", screen(&model));
}

#[test]
fn a_plan_rebalances_while_one_question_is_turned() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('5'));
    for key in ['n', 'n', 'n'] {
        press(&mut model, &source, KeyCode::Char(key));
    }
    let shares = |model: &App| -> Vec<f64> {
        model
            .desk
            .accounts
            .as_ref()
            .unwrap()
            .shares
            .as_ref()
            .unwrap()
            .iter()
            .map(|share| share.epsilon)
            .collect()
    };
    let close = |found: Vec<f64>, wanted: [f64; 3]| {
        assert!(
            found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9),
            "{found:?}, not {wanted:?}"
        );
    };
    close(shares(&model), [5.0 / 3.0; 3]);
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Right);
    close(shares(&model), [1.25, 1.25, 2.5]);
    press(&mut model, &source, KeyCode::Char('l'));
    press(&mut model, &source, KeyCode::Up);
    press(&mut model, &source, KeyCode::Right);
    close(shares(&model), [1.0, 1.5, 2.5]);
    // A reserve of 20 % leaves 4: the locked question keeps its own.
    for _ in 0..2 {
        press(&mut model, &source, KeyCode::Up);
    }
    for _ in 0..4 {
        press(&mut model, &source, KeyCode::Right);
    }
    close(shares(&model), [0.6, 0.9, 2.5]);
    for size in [(80, 24), (120, 36), (200, 60)] {
        model.desk.size = size;
        insta::assert_snapshot!(format!("plan_{}x{}", size.0, size.1), screen(&model));
    }
}

#[test]
fn a_dataset_knows_its_order() {
    let (model, _) = open((80, 24));
    let data: &Dataset = model.desk.data.as_ref().unwrap();
    let ranked: Vec<i64> = data.by_rank.iter().map(|&g| data.raw[g as usize]).collect();
    assert!(ranked.is_sorted_by(|a, b| a >= b));
    assert_eq!(data.users_by_l0.iter().sum::<u64>(), 60);
    assert_eq!(data.pairs_by_linf.iter().sum::<u64>(), data.pairs.len() as u64);
}

#[test]
fn trials_play_on_the_ranking_screen_cost_nothing_and_stop_when_it_is_left() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    assert_eq!(model.screens.ranking.trials.len(), 1, "one trial stands there from the start");
    press(&mut model, &source, KeyCode::Char('n'));
    assert_eq!(model.screens.ranking.trials.len(), 2);
    press(&mut model, &source, KeyCode::Char(' '));
    for tick in 1..20 {
        update(&mut model, Message::Tick(tick * 200));
    }
    let played = model.screens.ranking.trials.len();
    assert!(played > 10, "{played}");
    press(&mut model, &source, KeyCode::Char(' '));
    assert_eq!(model.screens.ranking.play_at, None);
    update(&mut model, Message::Tick(60_000));
    assert_eq!(model.screens.ranking.trials.len(), played, "stopped is stopped");
    let kept = model.screens.ranking.trials.iter().filter(|trial| trial.noised.is_some()).count();
    assert_eq!(kept, 4, "older trials keep their ranks alone");
    assert_eq!(model.desk.session.budget().answers(), 0);
    assert!(screen(&model).contains("costs nothing"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char(' '));
    press(&mut model, &source, KeyCode::Char('5'));
    assert_eq!(model.screens.ranking.play_at, None, "nothing plays unseen");
    press(&mut model, &source, KeyCode::Char('4'));
    press(&mut model, &source, KeyCode::Char('c'));
    assert_eq!(model.screens.ranking.trials.len(), 1);
}

#[test]
fn trials_end_where_enough_are_kept() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    press(&mut model, &source, KeyCode::Char(' '));
    for tick in 1..600 {
        update(&mut model, Message::Tick(tick * 200));
    }
    assert_eq!(model.screens.ranking.trials.len(), 500);
    assert_eq!(model.screens.ranking.play_at, None);
    assert!(screen(&model).contains("500 trials are drawn"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Char('n'));
    assert_eq!(model.screens.ranking.trials.len(), 500);
}

#[test]
fn a_turned_knob_keeps_the_noise_of_a_trial_and_scales_it() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    press(&mut model, &source, KeyCode::Char('n'));
    let noise = |model: &App| -> Vec<f64> {
        let setting = model.screens.ranking.setting.as_ref().unwrap();
        let trial = model.screens.ranking.trials.last().unwrap();
        assert_eq!(trial.number, 2);
        let noised = trial.noised.as_ref().unwrap().iter();
        noised
            .zip(setting.answer.iter())
            .map(|(y, &x)| (y - x as f64) / setting.cell.noise.scale())
            .collect()
    };
    let before = noise(&model);
    let old = model.screens.ranking.fresh_places().unwrap().places.clone();
    // The effects are not performed: the trials are there at once, older places stand dimmed.
    update(&mut model, Message::Key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE)));
    assert_eq!(model.desk.knobs.epsilon, 0.8);
    let after = noise(&model);
    assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-9), "{before:?}, {after:?}");
    assert!(model.screens.ranking.fresh_places().is_none());
    assert_eq!(model.screens.ranking.places.as_ref().unwrap().places, old);
    press(&mut model, &source, KeyCode::Left);
    assert_ne!(model.screens.ranking.fresh_places().unwrap().places, old);
}

#[test]
fn the_list_is_filtered_by_code_or_name_and_moved_through() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    press(&mut model, &source, KeyCode::Down);
    press(&mut model, &source, KeyCode::Char(']'));
    press(&mut model, &source, KeyCode::Up);
    assert_eq!(model.desk.item, 1);
    press(&mut model, &source, KeyCode::Char('f'));
    press(&mut model, &source, KeyCode::Down);
    assert_eq!((model.desk.item, model.desk.knob), (1, Knob::L0), "↑↓ moves through the knobs now");
    press(&mut model, &source, KeyCode::Char('f'));
    press(&mut model, &source, KeyCode::Char('/'));
    type_text(&mut model, &source, "no. 7");
    assert!(
        screen(&model).contains("1 of 12 hold 'no. 7'"),
        "what is typed counts at once: {}",
        screen(&model)
    );
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(rows::visible(&model.screens.ranking, &model.desk).len(), 1);
    assert_eq!(
        model.desk.name_of(model.desk.data.as_ref().unwrap().by_rank[model.desk.item] as usize).1,
        "Lamp no. 7"
    );
    press(&mut model, &source, KeyCode::Esc);
    assert_eq!(rows::visible(&model.screens.ranking, &model.desk).len(), 12);
    press(&mut model, &source, KeyCode::Char('/'));
    type_text(&mut model, &source, "p1");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(
        rows::visible(&model.screens.ranking, &model.desk).len(),
        2,
        "codes are looked at too, without regard to case"
    );
    press(&mut model, &source, KeyCode::Char('/'));
    type_text(&mut model, &source, "zzz");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("no item holds this text"), "{}", screen(&model));
    for code in [KeyCode::Up, KeyCode::Down, KeyCode::PageDown, KeyCode::Char('n')] {
        press(&mut model, &source, code);
    }
}

#[test]
fn the_length_of_the_list_turns_by_key() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    press(&mut model, &source, KeyCode::Char('-'));
    // Half of twelve groups, where nobody chose.
    assert_eq!((model.desk.k(), model.desk.knob), (5, Knob::Epsilon));
    assert!(screen(&model).contains("top 5 by purchases"), "{}", screen(&model));
    for _ in 0..9 {
        press(&mut model, &source, KeyCode::Char('+'));
    }
    assert_eq!(model.desk.k(), 12, "not more than there are groups");
    assert!(
        screen(&model).contains("The list holds all 12 groups: overlap says nothing"),
        "{}",
        screen(&model)
    );
}

#[test]
fn the_mouse_reaches_the_list_and_its_knobs() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    let mouse = |model: &mut App, kind, (column, row)| {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        let effects = update(model, Message::Mouse(event));
        perform(model, effects, &source);
    };
    let row = screen(&model).lines().position(|line| line.contains("Lamp no. 5")).unwrap() as u16;
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), (45, row));
    assert_eq!(model.desk.item, 5);
    mouse(&mut model, MouseEventKind::ScrollDown, (45, row));
    assert_eq!(model.desk.item, 6);
    let row = screen(&model).lines().position(|line| line.contains("linf")).unwrap() as u16;
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), (5, row));
    assert_eq!((model.desk.knob, model.screens.ranking.focus), (Knob::Linf, Focus::Knobs));
    mouse(&mut model, MouseEventKind::ScrollUp, (5, row));
    assert_eq!(model.desk.knobs.linf, 20);
}

#[test]
fn what_the_ranking_exports_is_marked_and_holds_no_trial() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    let document = document::document(&model.screens.ranking, &model.desk).unwrap();
    assert_eq!(document.list.len(), 12);
    assert_eq!(document.drift.len(), 38, "nineteen ε of the histogram and of Gumbel top-k");
    let text = crate::export::ranking_csv(&document);
    let marked = text
        .lines()
        .skip(1)
        .all(|line| line.contains("private,not differentially private: do not publish"));
    assert!(marked && text.lines().count() == 13, "{text}");
    let noised = model.screens.ranking.trials[0].noised.clone().unwrap();
    let whole = serde_json::to_string(&document).unwrap();
    assert!(
        noised.iter().all(|value| !whole.contains(&value.to_string())),
        "a trial may not leave"
    );
    let titles: Vec<String> = model
        .screen()
        .charts(&model.desk)
        .iter()
        .map(|chart| match chart {
            crate::chart::Chart::Lines(spec) => (&spec.title, &spec.warning),
            crate::chart::Chart::DotPlot(spec) => (&spec.title, &spec.warning),
            crate::chart::Chart::Bars(spec) => (&spec.title, &spec.warning),
            crate::chart::Chart::HeatMap(spec) => (&spec.title, &spec.warning),
        })
        .map(|(title, warning)| format!("{title}: {}", warning.as_deref().unwrap_or("unmarked")))
        .collect();
    assert_eq!(titles.len(), 4);
    assert!(titles.iter().all(|title| title.contains("do not publish")), "{titles:?}");
}

#[test]
fn figures_of_every_drift_are_drawn_with_what_clipping_takes() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    let study = model.screens.ranking.study.as_mut().unwrap();
    for (place, figures) in study.snapshot.as_mut().unwrap().figures.iter_mut().enumerate() {
        let both = |expected| Figure::simulated(0.5, Some(0.01)).with_expected(Some(expected));
        figures.raw[Metric::Rbo] = both(0.51);
        figures.raw[Metric::WeightedTau] = both(0.52);
        figures.raw[Metric::Spearman] = both(0.53);
        figures.raw[Metric::Ndcg] = both(0.54);
        figures.raw[Metric::TauB] = both(if place == 0 { 0.9 } else { 0.5 });
        figures.clipping[Metric::Rbo] = Some(0.875);
        figures.clipping[Metric::TauB] = Some(0.625);
    }
    let shown = screen(&model);
    for figure in ["0.510", "0.520", "0.530", "0.540", "0.875", "0.625"] {
        assert!(shown.contains(figure), "{figure} is missing: {shown}");
    }
    press(&mut model, &source, KeyCode::Char('m'));
    let shown = screen(&model);
    assert!(shown.contains("DISAGREE") && shown.contains("clipping"), "{shown}");
    insta::assert_snapshot!("ranking_drift_120x36", shown);
    // Gumbel top-k publishes k items: an order of all groups it does not have.
    assert!(!shown.contains("── Gumbel"), "{shown}");
}

#[test]
fn a_setting_that_is_refused_leaves_the_ranking_empty_and_says_so() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('4'));
    model.desk.knobs.epsilon = 1e7;
    model.desk.knob = Knob::K;
    press(&mut model, &source, KeyCode::Left);
    assert!(model.desk.setting.is_none() && model.screens.ranking.setting.is_none());
    assert!(screen(&model).contains("no ranking: the setting was refused"), "{}", screen(&model));
    for code in [
        KeyCode::Char('n'),
        KeyCode::Char(' '),
        KeyCode::Down,
        KeyCode::Char('c'),
        KeyCode::Char('m'),
    ] {
        press(&mut model, &source, code);
        let _ = (screen(&model), model.screen().charts(&model.desk));
    }
}

#[test]
fn the_sentence_says_where_gumbel_overtakes_the_histogram() {
    let (mut model, source) = open((200, 60));
    press(&mut model, &source, KeyCode::Char('4'));
    let study = model.screens.ranking.study.as_mut().unwrap();
    let (first, second) = (study.curves[0].len(), study.curves[1].len());
    assert_eq!((first, second), (19, 19));
    let figures = &mut study.snapshot.as_mut().unwrap().figures;
    assert_eq!(figures.len(), 40, "two cells under the knobs, two curves");
    for place in 0..19 {
        figures[2 + place].raw[Metric::Overlap] = Figure::expected(place as f64 / 18.0);
        figures[21 + place].raw[Metric::Overlap] = Figure::expected(0.5);
    }
    let (epsilon, below) = words::overtaking(&model.screens.ranking, &model.desk).unwrap();
    // The tenth of nineteen ε from 0.01 to 10.
    assert!(below && (epsilon / libm::pow(10.0, -0.5) - 1.0).abs() < 1e-9, "{epsilon}");
    assert!(screen(&model).contains("Gumbel leads below ε 0.32"), "{}", screen(&model));
}

/// A model on the Recommend screen, everything fitted.
fn on_recommend(size: (u16, u16)) -> (App, Arc<Purchases>) {
    let (mut model, source) = open(size);
    press(&mut model, &source, KeyCode::Char('6'));
    (model, source)
}

fn lists_in_view(model: &App) -> (Vec<u32>, Vec<u32>) {
    let found = model.screens.recommend.found().unwrap();
    let at = |lists: &Option<Arc<lists::Lists>>| {
        lists.as_ref().unwrap()[model.screens.recommend.shopper].clone()
    };
    (at(&found.plain), at(&found.private))
}

#[test]
fn a_shopper_stands_beside_the_promise_of_joint_dp() {
    for size in [(80, 24), (120, 36)] {
        let (mut model, source) = on_recommend(size);
        let first = screen(&model);
        assert!(first.contains("joint DP: what is learnt from all is private"), "{first}");
        assert!(first.contains("for shopper u06") && first.contains("private ε 1"), "{first}");
        press(&mut model, &source, KeyCode::Char(']'));
        assert!(screen(&model).contains("for shopper u07"));
        press(&mut model, &source, KeyCode::Char('['));
        assert_eq!(screen(&model), first);
        press(&mut model, &source, KeyCode::Char('x'));
        assert!(!screen(&model).contains("for shopper u06"));
    }
}

#[test]
fn a_shopper_is_found_by_id_and_a_strange_one_gets_the_nearest() {
    let (mut model, source) = on_recommend((120, 36));
    press(&mut model, &source, KeyCode::Char('/'));
    type_text(&mut model, &source, "u4");
    press(&mut model, &source, KeyCode::Enter);
    let shown = screen(&model);
    assert!(shown.contains("there is no user u4; the nearest are u04, u14, u24"), "{shown}");
    type_text(&mut model, &source, "2");
    press(&mut model, &source, KeyCode::Enter);
    assert!(
        model.desk.overlay.is_none() && screen(&model).contains("for shopper u42"),
        "{}",
        screen(&model)
    );
    // The same shopper stays in view when the lists change.
    press(&mut model, &source, KeyCode::Right);
    assert!(screen(&model).contains("for shopper u42"));
}

#[test]
fn other_noise_changes_the_private_lists_alone() {
    let (mut model, source) = on_recommend((120, 36));
    let (plain, private) = lists_in_view(&model);
    press(&mut model, &source, KeyCode::Char('n'));
    let (same, other) = lists_in_view(&model);
    assert_eq!(plain, same);
    assert_ne!(private, other, "draw 2 is another");
    assert!(screen(&model).contains("draw 2 of the noise"));
    // A release spends; this does not.
    assert_eq!(model.desk.session.asks().len(), 0);
}

#[test]
fn a_setting_seen_before_is_shown_without_fitting_again() {
    let (mut model, source) = on_recommend((120, 36));
    let first = screen(&model);
    press(&mut model, &source, KeyCode::Right);
    assert_ne!(screen(&model), first);
    let effects =
        update(&mut model, Message::Key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Recommend(_))), "{effects:?}");
    assert_eq!(screen(&model), first);
}

#[test]
fn fitting_stops_by_key_and_when_the_screen_is_left() {
    let (mut model, source) = open((120, 36));
    let key = |model: &mut App, code| {
        update(model, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    };
    let stops =
        |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::StopRecommend));
    // Nothing is performed: the fits stay under way.
    assert!(
        key(&mut model, KeyCode::Char('6'))
            .iter()
            .any(|effect| matches!(effect, Effect::Recommend(_)))
    );
    assert!(
        model.screens.recommend.working && screen(&model).contains("esc stop"),
        "{}",
        screen(&model)
    );
    assert!(stops(&key(&mut model, KeyCode::Char('2'))));
    key(&mut model, KeyCode::Char('6'));
    assert!(stops(&key(&mut model, KeyCode::Esc)));
    assert!(
        !model.screens.recommend.working && screen(&model).contains("stopped: s goes on"),
        "{}",
        screen(&model)
    );
    press(&mut model, &source, KeyCode::Char('s'));
    assert!(screen(&model).contains("private ε 1"), "{}", screen(&model));
    assert!(!model.screens.recommend.working);
}

#[test]
fn a_training_shows_its_loss_and_what_it_has_spent() {
    let (mut model, source) = on_recommend((120, 36));
    assert!(!screen(&model).contains("t training"), "EASE is not trained in steps");
    model.desk.knob = Knob::Model;
    press(&mut model, &source, KeyCode::Right);
    let shown = screen(&model);
    assert!(shown.contains("ALS for shopper") && !shown.contains("t training"), "{shown}");
    press(&mut model, &source, KeyCode::Right);
    // 60 users are few: at ε 1 nothing would be learnt but noise.
    let shown = screen(&model);
    assert!(shown.contains("ε 1 is too small to learn from: popularity"), "{shown}");
    model.desk.knobs.epsilon = 20.0;
    for code in [KeyCode::Left, KeyCode::Left, KeyCode::Right, KeyCode::Right, KeyCode::Char('t')] {
        press(&mut model, &source, code);
    }
    let shown = screen(&model);
    for words in
        ["autoencoder for shopper", "step 100/100 · ε 20.00 of 20", "loss, private", "ε spent"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    press(&mut model, &source, KeyCode::Char('t'));
    assert!(screen(&model).contains("share that stays"));
    // Back at EASE, ALS and the autoencoder stay in the chart.
    press(&mut model, &source, KeyCode::Left);
    press(&mut model, &source, KeyCode::Left);
    let kinds: Vec<_> = model
        .screens
        .recommend
        .found()
        .unwrap()
        .results
        .iter()
        .map(|one| one.model.name())
        .collect();
    assert!(kinds.contains(&"als") && kinds.contains(&"autoencoder"), "{kinds:?}");
    assert!(screen(&model).contains("EASE for"));
}

#[test]
fn where_a_cut_in_time_leaves_nobody_one_item_of_each_is_held_out() {
    // Without times, and with everybody in the shop once.
    let each_once = purchases().user.codes.iter().map(|user| i64::from(user) * 86_400).collect();
    for time in [None, Some(each_once)] {
        let source = Arc::new(Purchases { time, ..purchases() });
        let mut model = fresh((120, 36));
        let effects = start(&mut model);
        perform(&mut model, effects, &source);
        press(&mut model, &source, KeyCode::Char('6'));
        assert!(screen(&model).contains("1 item each"), "{}", screen(&model));
    }
}

#[test]
fn what_recommend_exports_is_marked_and_names_nobody() {
    let (model, _) = on_recommend((120, 36));
    let folder = tempfile::tempdir().unwrap();
    for name in ["lists.csv", "lists.json", "lists.svg"] {
        let path = folder.path().join(name);
        export::write(&model, &path, false).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("not differentially private: do not publish"), "{name}");
        assert!(!text.contains("u06"), "{name} holds a shopper");
        assert!(text.contains("ease"), "{name}");
    }
}

#[test]
fn advice_follows_the_wants_and_goes_under_the_knobs() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Char('7'));
    let first = screen(&model);
    assert!(first.contains("what must hold") && first.contains(">=0.8"), "{first}");
    // A second want, typed over what is offered.
    press(&mut model, &source, KeyCode::Char('w'));
    type_text(&mut model, &source, "mae>=3");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("wrong way round"), "{}", screen(&model));
    type_text(&mut model, &source, "x");
    press(&mut model, &source, KeyCode::Esc);
    press(&mut model, &source, KeyCode::Char('w'));
    type_text(&mut model, &source, "mae<=500");
    press(&mut model, &source, KeyCode::Enter);
    assert!(model.desk.overlay.is_none() && screen(&model).contains("mae<=500"));
    assert_eq!(model.screens.advice.wants.len(), 2);
    let advice = model.screens.advice.advice().unwrap().clone();
    let advised = advice.advised.clone().expect("that is within reach");
    // Limits turn, wants drop, confidence and kinds change; the answer follows each.
    press(&mut model, &source, KeyCode::Left);
    assert!((model.screens.advice.wants[1].limit - 400.0).abs() < 1e-9);
    assert!(model.screens.advice.is_fresh(&model.desk));
    press(&mut model, &source, KeyCode::Right);
    press(&mut model, &source, KeyCode::Char('c'));
    assert!(screen(&model).contains("99 % sure"), "{}", screen(&model));
    for _ in 0..3 {
        press(&mut model, &source, KeyCode::Char('c'));
    }
    assert_eq!(model.screens.advice.advice(), Some(&advice), "the same question, the same answer");
    press(&mut model, &source, KeyCode::Char('m'));
    assert!(screen(&model).contains("mae over ε"), "{}", screen(&model));
    assert!(screen(&model).contains("best bounds"), "{}", screen(&model));
    // A ceiling opens a window, which is shaded from floor to ceiling.
    press(&mut model, &source, KeyCode::Char('w'));
    type_text(&mut model, &source, "advantage<=0.4");
    press(&mut model, &source, KeyCode::Enter);
    let charts = model.screen().charts(&model.desk);
    let Some(crate::chart::Chart::Lines(lines)) = charts.first() else { panic!("a chart") };
    let window = lines.series.iter().find(|series| series.name == "window").expect("it is open");
    let [from, to] = window.band[..] else { panic!("two ends") };
    assert!((from.x / advised.found.epsilon - 1.0).abs() < 0.01 && from.x < to.x, "{window:?}");
    press(&mut model, &source, KeyCode::Enter);
    let knobs = model.desk.knobs;
    assert_eq!((knobs.mechanism, Some(knobs.l0)), (advised.found.mechanism, advised.found.l0));
    assert!(knobs.epsilon >= advised.found.epsilon && knobs.epsilon < 1.1 * advised.found.epsilon);
    assert_eq!(model.screen().name(), "Scope");
    // A release that follows states it.
    assert_eq!(model.desk.fitted, ["epsilon", "mechanism", "l0", "linf"]);
}

#[test]
fn wants_that_nothing_meets_say_so_and_cannot_be_taken() {
    for size in [(80, 24), (120, 36)] {
        let (mut model, source) = open(size);
        press(&mut model, &source, KeyCode::Char('7'));
        press(&mut model, &source, KeyCode::Char('t'));
        type_text(&mut model, &source, "every_group<=0.01");
        press(&mut model, &source, KeyCode::Enter);
        let shown = screen(&model);
        assert!(shown.contains("nothing meets this up to ε 10"), "{shown}");
        let before = model.desk.knobs;
        press(&mut model, &source, KeyCode::Enter);
        assert!(screen(&model).contains("there is no answer to take"), "{}", screen(&model));
        assert_eq!(model.desk.knobs, before);
        press(&mut model, &source, KeyCode::Char('d'));
        assert!(screen(&model).contains("w adds a want"), "{}", screen(&model));
    }
}
