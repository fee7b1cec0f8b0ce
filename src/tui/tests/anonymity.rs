//! The Anonymity screen: asked before it looks, follows its lines and the desk's ε, one shopper out.

use std::sync::Arc;

use crossterm::event::KeyCode;

use super::{fresh, go_to, open, perform, press, purchases, screen};
use crate::purchases::{Purchases, Status};
use crate::tui::screen::{Ending, Screen};
use crate::tui::screens::anonymity::AnonymityScreen;
use crate::tui::shell::app::App;
use crate::tui::shell::update::start;

/// A model with the test data open as if it were made up.
fn open_as(status: Status, size: (u16, u16)) -> (App, Arc<Purchases>) {
    let source = Arc::new(Purchases { status, ..purchases() });
    let mut model = fresh(size);
    let effects = start(&mut model);
    assert!(!perform(&mut model, effects, &source));
    go_to(&mut model, &source, "Anonymity");
    (model, source)
}

fn keys(model: &mut App, source: &Arc<Purchases>, keys: &str) {
    keys.chars().for_each(|key| {
        press(model, source, KeyCode::Char(key));
    });
}

#[test]
fn anonymity_at_four_sizes() {
    for size in [(60, 16), (80, 24), (120, 36), (200, 60)] {
        let (mut model, source) = open_as(Status::Synthetic, size);
        let name = |part: &str| format!("anonymity{part}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name(""), screen(&model));
        if size.0 == 80 {
            for part in ["_map", "_attacks"] {
                keys(&mut model, &source, "v");
                insta::assert_snapshot!(name(part), screen(&model));
            }
        }
        keys(&mut model, &source, "n");
        insta::assert_snapshot!(name("_neighbours"), screen(&model));
    }
}

#[test]
fn private_people_are_not_looked_at_before_somebody_agrees() {
    let (mut model, source) = open((80, 24));
    go_to(&mut model, &source, "Anonymity");
    let state = |model: &App| {
        (model.screens.anonymity.report.is_some(), model.screens.anonymity.asked.is_some())
    };
    assert_eq!(state(&model), (false, false));
    insta::assert_snapshot!("anonymity_asks_first_80x24", screen(&model));
    // No other key starts it, and nothing of it can be written.
    keys(&mut model, &source, "g+>v]n");
    assert_eq!(state(&model), (false, false));
    assert!(screen(&model).contains("synthetic or public data only"));
    let document =
        |model: &App| model.screens.anonymity.document(&model.desk, Ending::Json).unwrap();
    assert!(document(&model).unwrap_err().to_string().contains("press s"));
    keys(&mut model, &source, "s");
    assert_eq!(state(&model), (true, false));
    assert!(document(&model).unwrap().contains("do not publish"));
    // Names of people stay unsaid all the same.
    keys(&mut model, &source, "n");
    assert!(model.screens.anonymity.taken_out.is_none());
    // Another file has other people.
    model.screens.anonymity.loaded(true);
    assert_eq!((model.screens.anonymity.agreed, state(&model)), (false, (false, false)));
}

#[test]
fn everything_follows_its_line_and_epsilon_at_once() {
    let (mut model, source) = open_as(Status::Synthetic, (120, 36));
    let shown = screen(&model);
    assert!(shown.contains("2 items with their days single out"), "{shown}");
    // ε alone turns bounds, without asking anybody.
    press(&mut model, &source, KeyCode::Right);
    let larger = screen(&model);
    assert_ne!(shown, larger);
    let report = |model: &App| model.screens.anonymity.report.as_ref().unwrap().id;
    let first = report(&model);
    keys(&mut model, &source, "+]");
    assert!(screen(&model).contains("3 items with their days single out"));
    assert_eq!(report(&model), first);
    // Larger classes are made anew, and single out fewer or as many.
    let certain = |model: &App| {
        let study = model.screens.anonymity.study(&model.desk).unwrap();
        let found = study.anonymous.unwrap().unwrap();
        (found.k, found.with_points[0].share.simulated.unwrap())
    };
    let before = certain(&model);
    keys(&mut model, &source, ">>");
    let after = certain(&model);
    assert!(after.0 > before.0 && after.1 <= before.1, "{before:?} {after:?}");
    keys(&mut model, &source, "g");
    assert!(screen(&model).contains("3 items with their weeks"));
    // All lines turn both ways.
    for _ in 0..7 {
        press(&mut model, &source, KeyCode::Right);
        press(&mut model, &source, KeyCode::Left);
        press(&mut model, &source, KeyCode::Down);
    }
    // Classes of more users than there are: a sentence, and the curve stays.
    keys(&mut model, &source, ">>>>>>>>>>");
    let words = screen(&model);
    assert!(words.contains("classes of 1000 users") && words.contains("single out"), "{words}");
}

#[test]
fn a_shopper_taken_out_moves_their_own_sum_and_is_never_exported() {
    let (mut model, source) = open_as(Status::Public, (120, 36));
    keys(&mut model, &source, "n");
    let first = screen(&model);
    assert!(first.contains("with and without shopper u00"), "{first}");
    press(&mut model, &source, KeyCode::Char(' '));
    let again = screen(&model);
    assert_ne!(first, again);
    press(&mut model, &source, KeyCode::Down);
    assert!(screen(&model).contains("shopper u01"));
    let [csv, json] = [Ending::Csv, Ending::Json]
        .map(|ending| model.screens.anonymity.document(&model.desk, ending).unwrap().unwrap());
    assert!(csv.starts_with("source,status,warning,figure,at,expected,simulated,standard_error\norders.csv,public,,unicity,1,"), "{csv}");
    for text in [csv, json, format!("{:?}", model.screens.anonymity.charts(&model.desk))] {
        assert!(source.user.names.iter().all(|user| !text.contains(user)));
        assert!(source.item.names.iter().all(|item| !text.contains(item)));
    }
    press(&mut model, &source, KeyCode::Esc);
    assert!(model.screens.anonymity.taken_out.is_none());
}

#[test]
fn cells_of_the_map_and_kinds_of_points_are_one_to_one() {
    for kind in crate::anonymity::PointKind::cells() {
        let cell = AnonymityScreen::cell_of(kind).unwrap();
        assert_eq!(AnonymityScreen::kind_of(cell), Some(kind));
    }
    assert_eq!(AnonymityScreen::kind_of((0, 3)), None);
}
