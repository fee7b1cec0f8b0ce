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
        [key!('z')],
        "z",
        "zoom",
        "one panel in the whole window, then the next; after the last all of them",
        Action::Zoom
    ),
    bind!(
        [key!('b')],
        "b",
        "budget",
        "set the session's total ε, and δ if wanted",
        Action::SetBudget
    ),
];

/// Leaves the panel that fills the window; in place of what the key does on the screen.
const ZOOMED_OUT: Binding =
    bind!([key!(Esc)], "esc", "all panels", "all panels of the screen again", Action::ZoomOut);

/// A table of keys while one panel fills the window.
pub fn while_zoomed(mut table: Vec<Binding>) -> Vec<Binding> {
    table.retain(|binding| !ZOOMED_OUT.keys.iter().any(|key| binding.keys.contains(key)));
    table.insert(0, ZOOMED_OUT);
    table
}

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
    // Where nothing is released the key says so; the footer leaves it out.
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
    use crate::tui::desk::keys::{action, key_names};
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
        let zoomed = tables().into_iter().map(while_zoomed);
        let overlays = [help::KEYS, release::keys::KEYS].map(<[Binding]>::to_vec);
        let overlays = overlays.into_iter().chain(prompts);
        for table in tables().into_iter().chain(overlays).chain(reading).chain(zoomed) {
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
    fn the_footer_names_keys_that_work() {
        for table in tables() {
            let bound: Vec<String> = table
                .iter()
                .flat_map(|binding| binding.keys.iter().map(|&key| key_names(&[key])))
                .collect();
            for binding in table.iter().filter(|binding| !binding.label.is_empty()) {
                let arrows = "←→↑↓";
                let parts: Vec<String> = match binding.written.chars().all(|c| arrows.contains(c)) {
                    true => binding.written.chars().map(String::from).collect(),
                    false => binding.written.split(' ').map(str::to_owned).collect(),
                };
                assert!(parts.iter().all(|part| bound.contains(part)), "{binding:?}");
                let own = key_names(binding.keys);
                assert!(own.split(' ').any(|own| parts.iter().any(|p| p == own)), "{binding:?}");
            }
        }
    }

    /// All keys, as a page of the book. `EPSILOSCOPE_DOCS=write` writes it anew.
    #[test]
    fn the_reference_of_keys_is_the_table() {
        let line = |binding: &Binding| {
            let keys = key_names(binding.keys).replace('|', "\\|");
            format!("| `{keys}` | {} |\n", binding.explained)
        };
        let mut page =
            "# Reference: keys\n\nA mouse works too and is never needed. `?` shows the keys of \
                        the screen in view, the footer those that work now.\n"
                .to_owned();
        let head = |name: &str| format!("\n## {name}\n\n| key | what it does |\n|---|---|\n");
        let screens = Screens::default();
        for screen in screens.all() {
            let own = [screen.keys(), screen.keys_after()].concat();
            page += &head(screen.name());
            page.extend(own.iter().map(line));
        }
        page += &head("Everywhere");
        page.extend([FIRST, LAST, THROUGH].concat().iter().map(line));
        page += &head("The release form");
        page.extend(release::keys::KEYS.iter().map(line));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/src/keys.md");
        if std::env::var_os("EPSILOSCOPE_DOCS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == page,
            "docs/src/keys.md is old: EPSILOSCOPE_DOCS=write cargo test --lib reference"
        );
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
