//! Prompts, soft warnings, what would be lost, pages and panels, bounds that fit.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{REAL, fresh, open, perform, press, screen, type_text};
use crate::contribution::GroupKeys;
use crate::metric::Metric;
use crate::purchases::{GroupBy, Input};
use crate::tui::desk::coach::Tip;
use crate::tui::desk::message::Message;
use crate::tui::knobs::Knob;
use crate::tui::screen::Ending;
use crate::tui::shell::app::App;
use crate::tui::shell::export;
use crate::tui::shell::update::{start, update};

fn notice(model: &App) -> &str {
    model.desk.notice.as_ref().map_or("", |(_, words)| words)
}

#[test]
fn what_is_typed_replaces_a_value_and_soft_warnings_are_said_once() {
    let (mut model, source) = open((80, 24));
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("typing replaces it"), "{}", screen(&model));
    type_text(&mut model, &source, "100");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.knobs.epsilon, 100.0, "and not 1100");
    assert!(notice(&model).contains("hardly privacy"), "{}", notice(&model));
    press(&mut model, &source, KeyCode::Left);
    assert_eq!(notice(&model), "", "once");
    // The budget's prompt, too; a cursor key keeps what is there.
    press(&mut model, &source, KeyCode::Char('b'));
    type_text(&mut model, &source, "2");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.session.budget().total().epsilon.to_f64(), 2.0, "and not 52");
    press(&mut model, &source, KeyCode::Char('b'));
    press(&mut model, &source, KeyCode::End);
    type_text(&mut model, &source, "5");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.session.budget().total().epsilon.to_f64(), 25.0);
}

#[test]
fn every_doubtful_setting_has_its_warning() {
    let (mut model, source) = open((120, 36));
    let mut typed = |knob, text: &str| {
        model.desk.knob = knob;
        press(&mut model, &source, KeyCode::Enter);
        type_text(&mut model, &source, text);
        press(&mut model, &source, KeyCode::Enter);
        notice(&model).to_owned()
    };
    let said = typed(Knob::L0, "13");
    assert!(said.contains("12 would do if the keys are public"), "{said}");
    let said = typed(Knob::Linf, "100000");
    assert!(said.contains("above the largest value"), "{said}");
    // δ plays no part in Laplace noise.
    assert_eq!(typed(Knob::Delta, "0.1"), "");
    model.desk.knob = Knob::Noise;
    press(&mut model, &source, KeyCode::Right);
    while !model.desk.knobs.mechanism.needs_delta() {
        press(&mut model, &source, KeyCode::Right);
    }
    assert!(notice(&model).contains("not below one over the 60 users"), "{}", notice(&model));
}

#[test]
fn knobs_show_four_digits_and_typed_values_keep_nine_decimals() {
    let (mut model, source) = open((120, 36));
    press(&mut model, &source, KeyCode::Enter);
    type_text(&mut model, &source, "0.4961947603002903");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.knobs.epsilon, 0.496_194_760);
    assert!(screen(&model).contains("◂0.4962▸"), "{}", screen(&model));
}

#[test]
fn a_trial_says_how_many_groups_are_public() {
    let (mut model, source) = open((120, 36));
    model.desk.knob = Knob::L0;
    press(&mut model, &source, KeyCode::Enter);
    type_text(&mut model, &source, "20");
    press(&mut model, &source, KeyCode::Enter);
    let moved = |model: &App| model.desk.setting.as_ref().unwrap().cell.sensitivity.l1;
    assert_eq!(moved(&model), 200.0, "private keys are not capped");
    press(&mut model, &source, KeyCode::Esc);
    assert!(screen(&model).contains("12 would do if the"), "{}", screen(&model));
    // How many are in the data is not offered as public; nothing typed leaves keys private.
    press(&mut model, &source, KeyCode::Char('g'));
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!((model.desk.knobs.known, moved(&model)), (GroupKeys::Private, 200.0));
    press(&mut model, &source, KeyCode::Char('g'));
    type_text(&mut model, &source, "12");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!((model.desk.knobs.known, moved(&model)), (GroupKeys::Said(12), 120.0));
    press(&mut model, &source, KeyCode::Esc);
    let shown = screen(&model);
    assert!(shown.contains("Δ₁ = 12·linf") && shown.contains("12 items: l0 beyond"), "{shown}");
    // A list that cannot hold what is there is refused where it is typed.
    press(&mut model, &source, KeyCode::Char('g'));
    type_text(&mut model, &source, "3");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("cannot hold the 12 groups"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Esc);
    // An answer is paid for what it moves.
    press(&mut model, &source, KeyCode::Char('a'));
    let events = model.desk.session.budget().events();
    assert_eq!(events.iter().map(|event| event.times).sum::<u64>(), 12, "{events:?}");
    // Another question says of itself what is public.
    model.desk.knob = Knob::GroupBy;
    while model.desk.knobs.question.group_by != GroupBy::Weekday {
        press(&mut model, &source, KeyCode::Right);
    }
    assert_eq!((model.desk.knobs.known, moved(&model)), (GroupKeys::Kind(7), 70.0));
    assert_eq!(model.desk.data.as_ref().unwrap().raw.len(), 7);
    // What is exported says it, too.
    let document = model.screen().document(&model.desk, Ending::Json).unwrap().unwrap();
    assert!(document.contains("\"number\": 7"), "{document}");
}

#[test]
fn what_was_asked_or_planned_is_lost_only_by_a_second_press() {
    let (mut model, source) = open((80, 24));
    assert!(press(&mut model, &source, KeyCode::Char('q')), "nothing is lost");
    press(&mut model, &source, KeyCode::Char('a'));
    for key in ['q', 'r', 'o', 'b'] {
        assert!(!press(&mut model, &source, KeyCode::Char(key)));
        let footer = screen(&model).lines().last().unwrap_or_default().to_owned();
        assert!(footer.contains(&format!("{key} again")), "{footer}");
        assert!(footer.contains("1 asked answer would be lost"), "{footer}");
        // Any other key takes it back.
        press(&mut model, &source, KeyCode::Up);
        assert!(!screen(&model).contains("again"), "{}", screen(&model));
        assert!(model.desk.overlay.is_none());
        assert_eq!(model.desk.session.asked(), 1);
    }
    press(&mut model, &source, KeyCode::Char('r'));
    press(&mut model, &source, KeyCode::Char('r'));
    assert_eq!(model.desk.session.asked(), 0);
    press(&mut model, &source, KeyCode::Char('5'));
    press(&mut model, &source, KeyCode::Char('n'));
    assert!(!press(&mut model, &source, KeyCode::Char('q')));
    assert!(screen(&model).contains("1 planned question would be lost"), "{}", screen(&model));
    // The plan is in what is exported here.
    for (ending, held) in [(Ending::Csv, "planned"), (Ending::Json, "\"questions\"")] {
        let document = model.screen().document(&model.desk, ending).unwrap().unwrap();
        assert!(document.contains(held) && document.contains("purchases per item"), "{document}");
    }
    let pictured = model.screen().charts(&model.desk);
    assert!(pictured.iter().any(|chart| format!("{chart:?}").contains("purchases per item")));
    press(&mut model, &source, KeyCode::Char('q'));
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let effects = update(&mut model, Message::Key(key));
    assert!(perform(&mut model, effects, &source), "Ctrl-C ends at once");
}

#[test]
fn a_list_has_half_of_the_groups_unless_somebody_wants_more() {
    let (mut model, source) = open((120, 36));
    assert_eq!((model.desk.knobs.k, model.desk.k()), (10, 6));
    model.desk.knob = Knob::K;
    press(&mut model, &source, KeyCode::Enter);
    type_text(&mut model, &source, "12");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.desk.k(), 12);
    assert!(screen(&model).contains("overlap says nothing"), "{}", screen(&model));
}

#[test]
fn every_screen_is_named_and_every_page_said_on_a_small_terminal() {
    for size in [(60, 16), (80, 24)] {
        let (mut model, source) = open(size);
        let header = screen(&model).lines().next().unwrap_or_default().to_owned();
        for (place, name) in model.screens.names().into_iter().enumerate() {
            // At the narrowest there is room for the numbers alone.
            let letters = if size.0 < 80 { 0 } else { 3 };
            let short: String = name.chars().take(letters).collect();
            let number = (place + 1) % 10;
            let parted = format!(" {number} {short}");
            let tabs = [
                format!(" {number}{short} "),
                format!("{} ", parted.trim_end()),
                format!(" {number} {name} "),
            ];
            let header = format!("{header} ");
            assert!(tabs.iter().any(|tab| header.contains(tab)), "{size:?} {name}: {header}");
        }
        let footer = |model: &App| screen(model).lines().last().unwrap_or_default().to_owned();
        for page in ["v 1/3", "v 2/3", "v 3/3", "v 1/3"] {
            assert!(footer(&model).contains(page), "{}", footer(&model));
            press(&mut model, &source, KeyCode::Char('v'));
        }
        press(&mut model, &source, KeyCode::Char('4'));
        for page in ["v 1/4", "v 2/4", "v 3/4", "v 4/4", "v 1/4"] {
            assert!(footer(&model).contains(page), "{}", footer(&model));
            press(&mut model, &source, KeyCode::Char('v'));
        }
        for key in ["? help", "q quit"] {
            assert!(footer(&model).contains(key), "{}", footer(&model));
        }
    }
}

#[test]
fn a_panel_fills_the_window_and_gives_it_back() {
    let (mut model, source) = open((80, 24));
    let whole = screen(&model);
    for panel in ["z 1/4", "z 2/4", "z 3/4", "z 4/4"] {
        press(&mut model, &source, KeyCode::Char('z'));
        let shown = screen(&model);
        assert!(shown.contains(panel) && !shown.contains("┌ knobs"), "{shown}");
    }
    press(&mut model, &source, KeyCode::Char('z'));
    assert_eq!(screen(&model), whole);
    press(&mut model, &source, KeyCode::Char('z'));
    press(&mut model, &source, KeyCode::Esc);
    assert_eq!(screen(&model), whole);
    // Another screen has its own panels.
    press(&mut model, &source, KeyCode::Char('z'));
    press(&mut model, &source, KeyCode::Char('3'));
    assert!(!screen(&model).contains("z 1/"), "{}", screen(&model));
}

#[test]
fn a_list_is_walked_by_screenfuls_and_says_where() {
    let (mut model, source) = open((60, 16));
    press(&mut model, &source, KeyCode::Char('4'));
    assert!(screen(&model).contains("1 of 12"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::End);
    assert!(screen(&model).contains("12 of 12"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::PageUp);
    let one_up = model.desk.item;
    assert!((1..11).contains(&one_up), "a screenful, not ten: {one_up}");
    press(&mut model, &source, KeyCode::Home);
    assert_eq!(model.desk.item, 0);
    press(&mut model, &source, KeyCode::PageDown);
    assert!((1..11).contains(&model.desk.item), "{}", model.desk.item);
}

#[test]
fn bounds_start_where_they_fit_and_a_line_says_what_costs_most() {
    REAL.set(true);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.csv");
    // Forty users with three items each, eight rows of one; one user buys a thousand.
    let mut text = "user,item,quantity\n".to_owned();
    for user in 0..40 {
        for item in 0..3 {
            text += &format!("u{user},i{},8\n", (user + item) % 5);
        }
    }
    text += "u0,i0,1000\n";
    std::fs::write(&path, text).expect("a file");
    let mut model = fresh((80, 24));
    model.desk.input = Input::File(path);
    (model.desk.knobs.l0, model.desk.knobs.linf) = (20, 10);
    model.desk.knobs.epsilon = 5.0;
    let source = Arc::new(super::purchases());
    let effects = start(&mut model);
    perform(&mut model, effects, &source);
    assert!(notice(&model).contains("looked at the data"), "{}", notice(&model));
    let knobs = model.desk.knobs;
    assert!(knobs.l0 < 20 && knobs.linf != 10, "{knobs:?}");
    // No neighbour on the knobs' ladder has a smaller expected RMSE.
    let rmse = |model: &App| {
        let figures = model.desk.setting.as_ref().unwrap().expected;
        figures[Metric::Rmse].expected.unwrap()
    };
    let best = rmse(&model);
    press(&mut model, &source, KeyCode::Up);
    for (knob, key) in [
        (Knob::L0, KeyCode::Left),
        (Knob::L0, KeyCode::Right),
        (Knob::Linf, KeyCode::Left),
        (Knob::Linf, KeyCode::Right),
    ] {
        model.desk.knobs = knobs;
        model.desk.knob = knob;
        press(&mut model, &source, key);
        assert!(rmse(&model) >= best, "{knob:?} {key:?}: {} {best}", rmse(&model));
    }
    let shown = screen(&model);
    assert!(shown.contains("most of the loss is"), "{shown}");
    // What somebody set at the start stays.
    let mut model = fresh((80, 24));
    model.desk.input = Input::File(folder.path().join("own.csv"));
    model.desk.set_bounds = (Some(5), Some(10));
    let effects = start(&mut model);
    perform(&mut model, effects, &source);
    assert_eq!((model.desk.knobs.l0, model.desk.knobs.linf), (5, 10));
    REAL.set(false);
}

#[test]
fn one_user_who_makes_the_first_item_is_said() {
    let (mut model, _) = open((120, 36));
    model.desk.data.as_mut().unwrap().largest_share = 0.999;
    model.desk.knobs.linf = 1;
    model.desk.work_out();
    let coach = &model.desk.setting.as_ref().unwrap().coach;
    assert_eq!(coach.one_user, "one user makes 99.9 % of the first item");
    let loss = &coach.loss;
    assert!(loss.starts_with("most of the loss is clipping: t raises linf to"), "{loss}");
    assert!(loss.contains("sum buyers"), "{loss}");
    // Both are in view where a class looks at them.
    for size in [(80, 24), (120, 36)] {
        model.desk.size = size;
        let shown = screen(&model);
        assert!(shown.contains("one user makes 99.9 % of the first item"), "{shown}");
        assert!(shown.contains("t raises linf to"), "{shown}");
    }
}

#[test]
fn t_does_what_the_coach_says() {
    let (mut model, source) = open((80, 24));
    model.desk.knobs.linf = 1;
    model.desk.work_out();
    let rmse =
        |model: &App| model.desk.setting.as_ref().unwrap().expected[Metric::Rmse].expected.unwrap();
    let mut steps = 0;
    while let Some(tip) = model.desk.setting.as_ref().unwrap().coach.tip {
        let (before, error) = (model.desk.knobs, rmse(&model));
        press(&mut model, &source, KeyCode::Char('t'));
        assert_ne!(model.desk.knobs, before, "{tip:?}");
        match tip {
            Tip::L0(to) => assert_eq!(model.desk.knobs.l0, to),
            Tip::Linf(to) => assert_eq!(model.desk.knobs.linf, to),
            Tip::Sum(measure) => assert_eq!(model.desk.knobs.question.measure, measure),
            Tip::Noise(mechanism) => assert_eq!(model.desk.knobs.mechanism, mechanism),
        }
        if let Tip::L0(_) | Tip::Linf(_) = tip {
            // What was looked up is not private, and the release form says so.
            assert!(rmse(&model) < error, "{tip:?}");
            assert!(model.desk.fitted.iter().any(|name| name.starts_with('l')), "{tip:?}");
        }
        steps += 1;
        assert!(steps < 40);
    }
    assert!(steps > 0);
    press(&mut model, &source, KeyCode::Char('t'));
    assert!(screen(&model).contains("a larger ε does"), "{}", screen(&model));
}

#[test]
fn every_panel_is_a_key_away_and_its_page_is_said() {
    let pages = |size: (u16, u16), place: char| {
        let (mut model, source) = open(size);
        press(&mut model, &source, KeyCode::Char(place));
        let mut seen = vec![screen(&model)];
        for _ in 0..5 {
            press(&mut model, &source, KeyCode::Char('v'));
            let next = screen(&model);
            if next == seen[0] {
                break;
            }
            seen.push(next);
        }
        seen
    };
    for (size, place, number, panels) in [
        ((80, 24), '2', 3, ["top-1 flip", "one answer"]),
        ((120, 36), '2', 2, ["top-1 flip", "one answer"]),
        ((80, 24), '3', 2, ["RMSE over ε", "ranking over ε"]),
        ((60, 16), '3', 3, ["RMSE over ε", "ranking over ε"]),
        ((80, 24), '4', 4, ["by l0", "leads the next by"]),
        ((120, 36), '4', 2, ["by l0", "leads the next by"]),
    ] {
        let seen = pages(size, place);
        assert_eq!(seen.len(), number, "{size:?} {place} {}", seen.join("\n"));
        for (page, shown) in seen.iter().enumerate() {
            if size.0 >= 80 {
                assert!(shown.contains(&format!("v {}/{number}", page + 1)), "{shown}");
            }
        }
        for panel in panels {
            assert!(seen.iter().any(|shown| shown.contains(panel)), "{size:?} {place} {panel}");
        }
    }
    let all = pages((200, 60), '4');
    assert_eq!(all.len(), 1);
    assert!(all[0].contains("by l0") && all[0].contains("true rank") && !all[0].contains("v 1/"));
}

#[test]
fn pictures_carry_their_settings() {
    let (mut model, source) = open((120, 36));
    let folder = tempfile::tempdir().expect("a folder");
    let written = |model: &App, name: &str| {
        let path = folder.path().join(name);
        assert!(export::write(model, &path, false).is_ok());
        std::fs::read_to_string(path).expect("a picture")
    };
    let picture = written(&model, "scope.svg");
    let version = format!("epsiloscope {}", env!("CARGO_PKG_VERSION"));
    let held = ["ε 1", "l0 5", "linf 10", "laplace", "k 6", "40 trials", "seed 1", &version];
    for held in held {
        assert!(picture.contains(held), "{held}");
    }
    assert!(!picture.contains("still running"));
    model.screens.scope.snapshot.as_mut().unwrap().trials_done = 12;
    assert!(written(&model, "early.svg").contains("12 of 40 trials, which were still running"));
    // Names beside codes.
    press(&mut model, &source, KeyCode::Char('4'));
    let ranking = written(&model, "ranking.svg");
    assert!(ranking.contains("1 P00 Lamp no. 0"), "names beside codes");
}
