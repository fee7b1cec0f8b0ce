//! The keys that work on every screen, and those that work now.

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::desk::keys::{Action, Binding, CTRL, NONE, SHIFT, bind, key};
use crate::tui::screen::Screen;

/// Keys of every screen that the footer shows before all others.
const FIRST: &[Binding] = &[
    bind!(
        [key!('p')],
        "p",
        "release",
        "publish the answer under the knobs for real: spends from a ledger",
        Action::Release
    ),
    bind!(
        [key!('e')],
        "e",
        "export",
        "write what is in view: .svg, .png, .csv or .json",
        Action::Export
    ),
    bind!(
        [key!('o')],
        "o",
        "open",
        "open another file: tab completes its path, ↑ are recent ones",
        Action::Open
    ),
    bind!(
        [key!('b')],
        "b",
        "budget",
        "set the session's total ε, and δ if wanted",
        Action::SetBudget
    ),
];

/// Keys of every screen that come last.
const LAST: &[Binding] = &[
    bind!(
        [key!('?'), key!('h'), (KeyCode::F(1), NONE)],
        "?",
        "help",
        "explain the screen",
        Action::Help
    ),
    bind!(
        [key!('q')],
        "q",
        "quit",
        "quit; asks once where asked answers or a plan would be lost",
        Action::Leave
    ),
    bind!([(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit at once", Action::Quit),
    bind!(
        [key!(PageDown)],
        "pgdn",
        "",
        "a screenful down a list; ten steps of a knob",
        Action::PageDown
    ),
    bind!([key!(PageUp)], "pgup", "", "a screenful up a list; ten steps of a knob", Action::PageUp),
    bind!([key!(Home)], "home", "", "the first line of a list, the first knob", Action::First),
    bind!([key!(End)], "end", "", "the last line of a list, the last knob", Action::Last),
];

/// Keys that go through the screens, and back to the shell.
const THROUGH: &[Binding] = &[
    bind!([key!(Tab)], "tab", "", "the next screen", Action::NextScreen),
    bind!(
        [(KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)],
        "shift-tab",
        "",
        "the screen before",
        Action::PreviousScreen
    ),
    bind!(
        [(KeyCode::Char('z'), CTRL)],
        "ctrl-z",
        "",
        "back to the shell; fg returns",
        Action::Suspend
    ),
];

/// The number keys of the first ten screens.
const NUMBERS: [&[(KeyCode, KeyModifiers)]; 10] = [
    &[key!('1')],
    &[key!('2')],
    &[key!('3')],
    &[key!('4')],
    &[key!('5')],
    &[key!('6')],
    &[key!('7')],
    &[key!('8')],
    &[key!('9')],
    &[key!('0')],
];

/// The bindings that work on a screen, in the order of help and footer; `names` are those of all
/// screens.
pub fn working(screen: &dyn Screen, names: &[&'static str]) -> Vec<Binding> {
    let numbers = NUMBERS.iter().zip(names).enumerate().map(|(place, (keys, name))| Binding {
        keys,
        written: Cow::Owned(((place + 1) % 10).to_string()),
        label: "",
        explained: Cow::Owned(format!("the {name} screen")),
        action: Action::Go(place),
    });
    let table = [screen.keys(), FIRST, screen.keys_after(), LAST].concat();
    table.into_iter().chain(numbers).chain(THROUGH.iter().cloned()).collect()
}

/// Leaves the file that is read; on every screen, in place of what the key does there.
const STOP: Binding = bind!(
    [key!(Esc)],
    "esc",
    "stop reading",
    "stop reading the file: what was open stays open",
    Action::StopReading
);

/// A table of keys while a file is read.
pub fn while_reading(mut table: Vec<Binding>) -> Vec<Binding> {
    table.retain(|binding| !STOP.keys.iter().any(|key| binding.keys.contains(key)));
    table.insert(0, STOP);
    table
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;
    use crate::tui::desk::keys::action;
    use crate::tui::desk::prompt::Asked;
    use crate::tui::overlays::{help, prompt, release};
    use crate::tui::screens::Screens;

    /// The tables of all screens.
    fn tables() -> Vec<Vec<Binding>> {
        let screens = Screens::default();
        let names = screens.names();
        screens.all().into_iter().map(|screen| working(screen, &names)).collect()
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let prompts = [Asked::File, Asked::Budget].map(prompt::keys);
        let reading = tables().into_iter().map(while_reading);
        let overlays = [help::KEYS, release::keys::KEYS].map(<[Binding]>::to_vec);
        let overlays = overlays.into_iter().chain(prompts);
        for table in tables().into_iter().chain(overlays).chain(reading) {
            let mut seen = Vec::new();
            for binding in table {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} stands twice: {binding:?}");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn every_screen_can_be_left_and_explained() {
        for table in tables() {
            for wanted in [Action::Quit, Action::Help, Action::NextScreen, Action::Go(0)] {
                assert!(table.iter().any(|binding| binding.action == wanted), "{wanted:?}");
            }
        }
    }

    #[test]
    fn a_capital_letter_is_not_control_c() {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        for table in tables() {
            assert_eq!(action(&table, key(KeyCode::Char('c'), CTRL)), Some(Action::Quit));
            assert_eq!(action(&table, key(KeyCode::Char('?'), SHIFT)), Some(Action::Help));
        }
        let scope = &tables()[1];
        assert_eq!(action(scope, key(KeyCode::Char('c'), NONE)), None);
    }
}
