//! The Rates screen: its three sizes, its knobs, asking, other events, exports.

use crossterm::event::KeyCode;

use super::{go_to, open, press, screen};
use crate::tui::screen::Ending;

fn keys(model: &mut super::App, source: &std::sync::Arc<super::Purchases>, keys: &str) {
    for key in keys.chars() {
        press(model, source, KeyCode::Char(key));
    }
}

#[test]
fn rates_at_three_sizes() {
    for size in [(60, 16), (80, 24), (120, 36), (200, 60)] {
        let (mut model, source) = open(size);
        go_to(&mut model, &source, "Rates");
        insta::assert_snapshot!(format!("rates_{}x{}", size.0, size.1), screen(&model));
        if size == (80, 24) {
            for page in ["decisions", "group", "curve"] {
                keys(&mut model, &source, "v");
                insta::assert_snapshot!(format!("rates_{page}_80x24"), screen(&model));
            }
        }
    }
}

#[test]
fn rates_follow_every_knob() {
    let (mut model, source) = open((120, 36));
    go_to(&mut model, &source, "Rates");
    let flipped = |model: &super::App| {
        model.screens.rates.study.as_ref().unwrap().pairs_flipped.expected.unwrap()
    };
    let before = flipped(&model);
    // A larger ε keeps more of the order.
    for _ in 0..6 {
        press(&mut model, &source, KeyCode::Right);
    }
    assert!(model.desk.knobs.epsilon > 1.0 && flipped(&model) < before);
    let study = |model: &super::App| model.screens.rates.study.clone().unwrap();
    for _ in 0..2 {
        press(&mut model, &source, KeyCode::Down);
    }
    press(&mut model, &source, KeyCode::Right);
    let l0 = model.screens.rates.l0.unwrap();
    assert_eq!((study(&model).setting.l0, l0 > 1), (l0, true));
    press(&mut model, &source, KeyCode::Down);
    press(&mut model, &source, KeyCode::Right);
    assert_eq!(study(&model).setting.per, crate::rates::RateUnit::Event);
    press(&mut model, &source, KeyCode::Down);
    press(&mut model, &source, KeyCode::Right);
    assert_eq!(study(&model).setting.linf, 2);
    // Another success: the log is made anew.
    press(&mut model, &source, KeyCode::End);
    press(&mut model, &source, KeyCode::Right);
    let chosen = |model: &super::App| {
        model.screens.rates.events.as_ref().unwrap().facts.chosen.converted.clone()
    };
    assert_eq!(chosen(&model), ["click"]);
    press(&mut model, &source, KeyCode::Left);
    assert_eq!(chosen(&model), ["conversion"]);
    // The chosen group is the holdout, and no longer.
    keys(&mut model, &source, "]c");
    assert!(study(&model).holdout.is_some() && !study(&model).lifts.is_empty());
    assert!(screen(&model).contains("holdout"));
    keys(&mut model, &source, "c");
    assert_eq!(study(&model).holdout, None);
}

#[test]
fn asking_for_rates_spends_and_is_shown_until_a_knob_is_turned() {
    let (mut model, source) = open((120, 36));
    go_to(&mut model, &source, "Rates");
    keys(&mut model, &source, "a");
    assert_eq!(model.desk.session.asked(), 1);
    assert_eq!(model.desk.session.lines()[0].question, "rates per campaign");
    assert!(model.screens.rates.drawn.is_some() && screen(&model).contains('◆'));
    assert!(screen(&model).contains("ε 4 left of 5"), "{}", screen(&model));
    press(&mut model, &source, KeyCode::Left);
    assert!(model.screens.rates.drawn.is_none());
    press(&mut model, &source, KeyCode::Right);
    for _ in 0..4 {
        keys(&mut model, &source, "a");
    }
    keys(&mut model, &source, "a");
    assert_eq!(model.desk.session.asked(), 5);
    // The Budget screen names it.
    go_to(&mut model, &source, "Budget");
    assert!(screen(&model).contains("rates per campaign"), "{}", screen(&model));
}

#[test]
fn the_rate_below_which_groups_are_stopped_is_typed() {
    let (mut model, source) = open((120, 36));
    go_to(&mut model, &source, "Rates");
    keys(&mut model, &source, "t5%");
    press(&mut model, &source, KeyCode::Enter);
    assert_eq!(model.screens.rates.stop_below, Some(0.05));
    assert_eq!(model.screens.rates.study.as_ref().unwrap().limit, (0.05, "said"));
    keys(&mut model, &source, "t700");
    press(&mut model, &source, KeyCode::Enter);
    assert!(screen(&model).contains("no rate"), "{}", screen(&model));
}

#[test]
fn rates_export_what_they_show() {
    let (mut model, source) = open((120, 36));
    go_to(&mut model, &source, "Rates");
    let text = model.screen().document(&model.desk, Ending::Json).unwrap().unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (document["source"].as_str(), document["status"].as_str()),
        (Some("sample of events"), Some("synthetic"))
    );
    assert_eq!(document["epsilon"].as_f64(), Some(model.desk.knobs.epsilon));
    let csv = model.screen().document(&model.desk, Ending::Csv).unwrap().unwrap();
    assert_eq!(csv.lines().count(), 1 + document["groups"].as_array().unwrap().len());
    assert_eq!(model.screen().charts(&model.desk).len(), 2);
}
