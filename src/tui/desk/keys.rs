//! Keys: what they make the program do, and the tables that dispatch, footer and help read.

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What a key makes the program do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Go to the screen with this place in the list, from 0.
    Go(usize),
    /// Next screen.
    NextScreen,
    /// Previous screen.
    PreviousScreen,
    /// Up: the knob, line or row above.
    Up,
    /// Down: the knob, line or row below.
    Down,
    /// Left: a step down, or the column before.
    Left,
    /// Right: a step up, or the column after.
    Right,
    /// Ten steps or rows at once, down or to the left.
    PageDown,
    /// Ten steps or rows at once, up or to the right.
    PageUp,
    /// Type a value, or take the cell under the cursor.
    Enter,
    /// Go on with what is typed as far as it is clear.
    Complete,
    /// Ask again and again, or stop doing so.
    Repeat,
    /// Ask once.
    Ask,
    /// Do what the line above the knobs advises.
    Tip,
    /// Start the session over.
    Reset,
    /// Set the session's budget.
    SetBudget,
    /// Write what is in view.
    Export,
    /// Open a file.
    Open,
    /// Another figure.
    NextFigure,
    /// Another mechanism.
    NextMechanism,
    /// Another bound on the map.
    OtherBound,
    /// Another group in the dot plot, down the list.
    NextItem,
    /// Another group in the dot plot, up the list.
    PreviousItem,
    /// Any other shopper.
    AnyItem,
    /// The training in place of the drift, or back.
    Side,
    /// The other pair of charts on a narrow screen.
    OtherCharts,
    /// The first line of a list.
    First,
    /// The last line of a list.
    Last,
    /// Show one panel in the whole window, or all of them again.
    Zoom,
    /// Show all panels again.
    ZoomOut,
    /// Say how many groups are public.
    PublicGroups,
    /// Make a release.
    Release,
    /// Another want.
    AddWant,
    /// Type the chosen want anew.
    EditWant,
    /// Drop the chosen want.
    DropWant,
    /// Mark where a limit is just met.
    Limit,
    /// Another measure.
    NextMeasure,
    /// Another grouping.
    NextGrouping,
    /// Another confidence.
    NextConfidence,
    /// Another kind of release.
    NextKind,
    /// Take one shopper out, or all back.
    Neighbours,
    /// Add the question under the knobs to the plan.
    Plan,
    /// Take a question out of the plan.
    Unplan,
    /// Lock or unlock a question's ε.
    Lock,
    /// Draw one trial.
    Step,
    /// Draw one trial after another, or stop doing so.
    Play,
    /// Forget the trials.
    Clear,
    /// A longer top list.
    Longer,
    /// A shorter top list.
    Shorter,
    /// A stronger belief beforehand.
    Likelier,
    /// A weaker belief beforehand.
    Unlikelier,
    /// List only what holds some text.
    Find,
    /// Let ↑↓ move another thing.
    Focus,
    /// Go to the next decision that two readings fit.
    NextDoubt,
    /// Mark what is doubtful of a decision as seen.
    Seen,
    /// Show the first rows, raw and as read, or the charts again.
    FirstRows,
    /// Take back what was declared.
    TakeBack,
    /// Write the reading to a file.
    KeepReading,
    /// Read by the reading that stands beside the file.
    UseKept,
    /// Stop reading the file.
    StopReading,
    /// Start the simulation.
    Start,
    /// Stop the simulation, or close what lies over the screen.
    Escape,
    /// Explain the screen.
    Help,
    /// Hand the terminal back for a while.
    Suspend,
    /// End, if nothing would be lost; else ask once.
    Leave,
    /// End at once.
    Quit,
}

/// One line of a table of keys.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The keys, any of them.
    pub keys: &'static [(KeyCode, KeyModifiers)],
    /// How the keys are written.
    pub written: Cow<'static, str>,
    /// What the footer says; empty keeps it out of the footer.
    pub label: &'static str,
    /// What the help says.
    pub explained: Cow<'static, str>,
    /// What it does.
    pub action: Action,
}

/// No modifier key.
pub const NONE: KeyModifiers = KeyModifiers::NONE;
/// The control key.
pub const CTRL: KeyModifiers = KeyModifiers::CONTROL;
/// The shift key.
pub const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// A key without modifiers: a character, or the name of a `KeyCode`.
macro_rules! key {
    ($c:literal) => {
        (crossterm::event::KeyCode::Char($c), crate::tui::desk::keys::NONE)
    };
    ($name:ident) => {
        (crossterm::event::KeyCode::$name, crate::tui::desk::keys::NONE)
    };
}

/// A binding: keys, how they are written, the footer's word, the help's sentence, the action.
macro_rules! bind {
    ([$($key:expr),+], $written:literal, $label:literal, $explained:literal, $action:expr) => {
        crate::tui::desk::keys::Binding {
            keys: &[$($key),+],
            written: std::borrow::Cow::Borrowed($written),
            label: $label,
            explained: std::borrow::Cow::Borrowed($explained),
            action: $action,
        }
    };
}

pub(in crate::tui) use {bind, key};

/// How the keys of a binding are written, all of them: `q`, `ctrl-c`, `↓ j`.
pub fn key_names(keys: &[(KeyCode, KeyModifiers)]) -> String {
    let mut names: Vec<String> = Vec::new();
    for &(code, modifiers) in keys {
        let name = match code {
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Enter => "enter".to_owned(),
            KeyCode::Esc => "esc".to_owned(),
            KeyCode::Tab => "tab".to_owned(),
            KeyCode::BackTab => "shift-tab".to_owned(),
            KeyCode::PageUp => "pgup".to_owned(),
            KeyCode::PageDown => "pgdn".to_owned(),
            KeyCode::Home => "home".to_owned(),
            KeyCode::End => "end".to_owned(),
            KeyCode::Delete => "del".to_owned(),
            KeyCode::F(number) => format!("f{number}"),
            KeyCode::Char(' ') => "space".to_owned(),
            KeyCode::Char(c) => c.to_string(),
            other => format!("{other:?}").to_lowercase(),
        };
        let name = if modifiers.contains(CTRL) { format!("ctrl-{name}") } else { name };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" ")
}

/// What a key does by a table; earlier lines win.
pub fn action<'a>(working: impl IntoIterator<Item = &'a Binding>, key: KeyEvent) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    // Shift is part of the character; terminals differ in whether they report it.
    let modifiers = match key.code {
        KeyCode::Char(_) => key.modifiers - SHIFT,
        _ => key.modifiers,
    };
    working
        .into_iter()
        .find(|binding| binding.keys.contains(&(key.code, modifiers)))
        .map(|binding| binding.action)
}
