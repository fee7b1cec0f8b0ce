//! One table of keys: dispatch, footer and help all read it.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::model::{Overlay, Screen};

/// What a key makes the program do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Go to a screen.
    Go(Screen),
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
    /// Ask again and again, or stop doing so.
    Repeat,
    /// Ask once.
    Ask,
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
    /// Make a release.
    Release,
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
    /// List only what holds some text.
    Find,
    /// Let ↑↓ move another thing.
    Focus,
    /// Start the simulation.
    Start,
    /// Stop the simulation, or close what lies over the screen.
    Escape,
    /// Explain the screen.
    Help,
    /// Hand the terminal back for a while.
    Suspend,
    /// End.
    Quit,
}

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// On every screen.
    Everywhere,
    /// On one screen.
    On(Screen),
    /// While the explanation is open.
    Help,
    /// While a line is typed.
    Prompt,
    /// While a release is filled in.
    Release,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Where it works.
    pub context: Context,
    /// The keys, any of them.
    pub keys: &'static [(KeyCode, KeyModifiers)],
    /// How the keys are written.
    pub written: &'static str,
    /// What the footer says; empty keeps it out of the footer.
    pub label: &'static str,
    /// What the help says.
    pub explained: &'static str,
    /// What it does.
    pub action: Action,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

macro_rules! key {
    ($c:literal) => {
        (KeyCode::Char($c), NONE)
    };
    ($name:ident) => {
        (KeyCode::$name, NONE)
    };
}

macro_rules! bind {
    ($context:expr, [$($key:expr),+], $written:literal, $label:literal, $explained:literal, $action:expr) => {
        Binding { context: $context, keys: &[$($key),+], written: $written, label: $label, explained: $explained, action: $action }
    };
}

use Context::{Everywhere, On};

/// Every key of the program. Earlier lines win; the footer shows them in this order.
pub const KEYMAP: &[Binding] = &[
    bind!(On(Screen::Scope), [key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!(On(Screen::Scope), [key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!(On(Screen::Scope), [key!(Up)], "↑", "", "the knob above", Action::Up),
    bind!(On(Screen::Scope), [key!(Down)], "↑↓", "knob", "the knob below", Action::Down),
    bind!(
        On(Screen::Scope),
        [key!(' ')],
        "space",
        "repeat",
        "ask again and again until the budget is spent; again to stop",
        Action::Repeat
    ),
    bind!(
        On(Screen::Scope),
        [key!('a')],
        "a",
        "ask once",
        "ask once: spends ε from the session's budget",
        Action::Ask
    ),
    bind!(
        On(Screen::Scope),
        [key!('v')],
        "v",
        "charts",
        "the other charts (where a narrow screen shows two)",
        Action::OtherCharts
    ),
    bind!(
        On(Screen::Scope),
        [key!(Enter)],
        "enter",
        "type",
        "type a value for the knob",
        Action::Enter
    ),
    bind!(
        On(Screen::Scope),
        [key!('r')],
        "r",
        "reset",
        "start the session over, nothing spent",
        Action::Reset
    ),
    bind!(On(Screen::Sweep), [key!(Left)], "←", "", "a smaller ε", Action::Left),
    bind!(On(Screen::Sweep), [key!(Right)], "→", "", "a larger ε", Action::Right),
    bind!(On(Screen::Sweep), [key!(Up)], "↑", "", "a looser bound", Action::Up),
    bind!(On(Screen::Sweep), [key!(Down)], "←→↑↓", "cursor", "a tighter bound", Action::Down),
    bind!(
        On(Screen::Sweep),
        [key!('m')],
        "m",
        "figure",
        "show another figure on the map",
        Action::NextFigure
    ),
    bind!(On(Screen::Sweep), [key!('n')], "n", "noise", "another mechanism", Action::NextMechanism),
    bind!(
        On(Screen::Sweep),
        [key!('x')],
        "x",
        "bound",
        "vary linf instead of l0, or back",
        Action::OtherBound
    ),
    bind!(
        On(Screen::Sweep),
        [key!(Enter)],
        "enter",
        "take",
        "set the knobs to this cell and show it in the Scope",
        Action::Enter
    ),
    bind!(On(Screen::Sweep), [key!('s')], "s", "start", "start the trials again", Action::Start),
    bind!(On(Screen::Sweep), [key!(Esc)], "esc", "stop", "stop the trials", Action::Escape),
    bind!(On(Screen::Ranking), [key!(Up)], "↑", "", "the item (or knob) above", Action::Up),
    bind!(
        On(Screen::Ranking),
        [key!(Down)],
        "↑↓",
        "move",
        "the item (or knob) below",
        Action::Down
    ),
    bind!(On(Screen::Ranking), [key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!(On(Screen::Ranking), [key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!(
        On(Screen::Ranking),
        [key!('f')],
        "f",
        "focus",
        "let ↑↓ move through the knobs, or through the list again",
        Action::Focus
    ),
    bind!(
        On(Screen::Ranking),
        [key!(' ')],
        "space",
        "play",
        "draw one trial after another; again to stop. A trial is hypothetical: it costs nothing and is no release",
        Action::Play
    ),
    bind!(
        On(Screen::Ranking),
        [key!('v')],
        "v",
        "charts",
        "the charts in place of the list, or back (where a narrow screen shows one)",
        Action::OtherCharts
    ),
    bind!(
        On(Screen::Ranking),
        [key!('/')],
        "/",
        "find",
        "list only items whose code or name holds a text",
        Action::Find
    ),
    bind!(
        On(Screen::Ranking),
        [key!('n')],
        "n",
        "next",
        "draw the next trial and stop",
        Action::Step
    ),
    bind!(
        On(Screen::Ranking),
        [key!('+'), key!('=')],
        "+",
        "",
        "a longer top list",
        Action::Longer
    ),
    bind!(On(Screen::Ranking), [key!('-')], "+ -", "k", "a shorter top list", Action::Shorter),
    bind!(
        On(Screen::Ranking),
        [key!('m')],
        "m",
        "figure",
        "follow another figure of drift",
        Action::NextFigure
    ),
    bind!(
        On(Screen::Ranking),
        [key!('c')],
        "c",
        "clear",
        "forget the trials and draw other noise",
        Action::Clear
    ),
    bind!(
        On(Screen::Ranking),
        [key!(Enter)],
        "enter",
        "type",
        "type a value for the knob",
        Action::Enter
    ),
    bind!(
        On(Screen::Ranking),
        [key!(Esc)],
        "esc",
        "",
        "stop playing; then list every item again",
        Action::Escape
    ),
    bind!(
        On(Screen::Ranking),
        [key!('[')],
        "[",
        "",
        "the item before, as in the Scope",
        Action::PreviousItem
    ),
    bind!(
        On(Screen::Ranking),
        [key!(']')],
        "[ ]",
        "",
        "the next item, as in the Scope",
        Action::NextItem
    ),
    bind!(On(Screen::Recommend), [key!(Left)], "←", "", "turn the knob down", Action::Left),
    bind!(On(Screen::Recommend), [key!(Right)], "←→", "turn", "turn the knob up", Action::Right),
    bind!(On(Screen::Recommend), [key!(Up)], "↑", "", "the knob above", Action::Up),
    bind!(On(Screen::Recommend), [key!(Down)], "↑↓", "knob", "the knob below", Action::Down),
    bind!(On(Screen::Recommend), [key!('[')], "[", "", "the shopper before", Action::PreviousItem),
    bind!(
        On(Screen::Recommend),
        [key!(']')],
        "[ ]",
        "shopper",
        "the next shopper",
        Action::NextItem
    ),
    bind!(
        On(Screen::Recommend),
        [key!('v')],
        "v",
        "charts",
        "the charts in place of the lists, or back (where a narrow screen shows one)",
        Action::OtherCharts
    ),
    bind!(On(Screen::Recommend), [key!('x')], "x", "any", "any other shopper", Action::AnyItem),
    bind!(On(Screen::Recommend), [key!('/')], "/", "find", "find a shopper by id", Action::Find),
    bind!(
        On(Screen::Recommend),
        [key!('n')],
        "n",
        "noise",
        "learn the private lists again with other noise. It is hypothetical: it costs nothing and is no release",
        Action::Step
    ),
    bind!(
        On(Screen::Recommend),
        [key!(Esc)],
        "esc",
        "stop",
        "stop fitting; what is fitted stays",
        Action::Escape
    ),
    bind!(
        On(Screen::Recommend),
        [key!('m')],
        "m",
        "figure",
        "another figure over ε",
        Action::NextFigure
    ),
    bind!(
        On(Screen::Recommend),
        [key!('t')],
        "t",
        "training",
        "the training of the lists in place of the drift, or back (autoencoder)",
        Action::Side
    ),
    bind!(
        On(Screen::Recommend),
        [key!(Enter)],
        "enter",
        "type",
        "type a value for the knob",
        Action::Enter
    ),
    bind!(On(Screen::Recommend), [key!('s')], "s", "", "go on fitting", Action::Start),
    bind!(On(Screen::Data), [key!(Up)], "↑", "", "the line above", Action::Up),
    bind!(On(Screen::Data), [key!(Down)], "↑↓", "line", "the line below", Action::Down),
    bind!(
        On(Screen::Data),
        [key!(Left)],
        "←",
        "",
        "the choice before; the file is read again",
        Action::Left
    ),
    bind!(
        On(Screen::Data),
        [key!(Right)],
        "←→",
        "change",
        "the next choice; the file is read again",
        Action::Right
    ),
    bind!(
        On(Screen::Data),
        [key!(Enter)],
        "enter",
        "type",
        "type a column's name, or switch a cleaning step",
        Action::Enter
    ),
    bind!(On(Screen::Budget), [key!(Up)], "↑", "", "the line above", Action::Up),
    bind!(On(Screen::Budget), [key!(Down)], "↑↓", "line", "the line below", Action::Down),
    bind!(
        On(Screen::Budget),
        [key!(Left)],
        "←",
        "",
        "another accountant, a smaller reserve or weight",
        Action::Left
    ),
    bind!(
        On(Screen::Budget),
        [key!(Right)],
        "←→",
        "turn",
        "another accountant, a larger reserve or weight",
        Action::Right
    ),
    bind!(
        On(Screen::Budget),
        [key!('n')],
        "n",
        "plan",
        "add the question under the knobs to the plan",
        Action::Plan
    ),
    bind!(
        On(Screen::Budget),
        [key!('l')],
        "l",
        "lock",
        "lock the question's ε, or let it go",
        Action::Lock
    ),
    bind!(
        On(Screen::Budget),
        [key!('d'), key!(Delete)],
        "d",
        "delete",
        "take the question out of the plan",
        Action::Unplan
    ),
    bind!(
        On(Screen::Budget),
        [key!(Enter)],
        "enter",
        "type",
        "type ε for the question, which locks it",
        Action::Enter
    ),
    bind!(
        On(Screen::Budget),
        [key!('r')],
        "r",
        "reset",
        "start the session over, nothing spent",
        Action::Reset
    ),
    bind!(
        Everywhere,
        [key!('p')],
        "p",
        "release",
        "publish the answer under the knobs for real: spends from a ledger",
        Action::Release
    ),
    bind!(
        Everywhere,
        [key!('e')],
        "e",
        "export",
        "write what is in view: .svg, .png, .csv or .json",
        Action::Export
    ),
    bind!(Everywhere, [key!('o')], "o", "open", "open another file", Action::Open),
    bind!(
        Everywhere,
        [key!('b')],
        "b",
        "budget",
        "set the session's total ε, and δ if wanted",
        Action::SetBudget
    ),
    bind!(
        On(Screen::Scope),
        [key!('m')],
        "m",
        "figure",
        "follow another figure in the convergence chart",
        Action::NextFigure
    ),
    bind!(
        On(Screen::Scope),
        [key!('[')],
        "[",
        "",
        "the group before in the dot plot",
        Action::PreviousItem
    ),
    bind!(
        On(Screen::Scope),
        [key!(']')],
        "[ ]",
        "group",
        "the next group in the dot plot",
        Action::NextItem
    ),
    bind!(
        Everywhere,
        [key!('?'), key!('h'), (KeyCode::F(1), NONE)],
        "?",
        "help",
        "explain the screen",
        Action::Help
    ),
    bind!(
        Everywhere,
        [key!('q'), (KeyCode::Char('c'), CTRL)],
        "q",
        "quit",
        "quit (Ctrl-C does too)",
        Action::Quit
    ),
    bind!(Everywhere, [key!(PageDown)], "pgdn", "", "ten steps down", Action::PageDown),
    bind!(Everywhere, [key!(PageUp)], "pgup", "", "ten steps up", Action::PageUp),
    bind!(Everywhere, [key!('1')], "1", "", "the Data screen", Action::Go(Screen::Data)),
    bind!(Everywhere, [key!('2')], "2", "", "the Scope screen", Action::Go(Screen::Scope)),
    bind!(Everywhere, [key!('3')], "3", "", "the Sweep screen", Action::Go(Screen::Sweep)),
    bind!(Everywhere, [key!('4')], "4", "", "the Ranking screen", Action::Go(Screen::Ranking)),
    bind!(Everywhere, [key!('5')], "5", "", "the Budget screen", Action::Go(Screen::Budget)),
    bind!(Everywhere, [key!('6')], "6", "", "the Recommend screen", Action::Go(Screen::Recommend)),
    bind!(Everywhere, [key!(Tab)], "tab", "", "the next screen", Action::NextScreen),
    bind!(
        Everywhere,
        [(KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)],
        "shift-tab",
        "",
        "the screen before",
        Action::PreviousScreen
    ),
    bind!(
        Everywhere,
        [(KeyCode::Char('z'), CTRL)],
        "ctrl-z",
        "",
        "back to the shell; fg returns",
        Action::Suspend
    ),
    bind!(Context::Help, [key!(Down), key!('j')], "↑↓", "scroll", "scroll down", Action::Down),
    bind!(Context::Help, [key!(Up), key!('k')], "↑", "", "scroll up", Action::Up),
    bind!(Context::Help, [key!(PageDown), key!(' ')], "pgdn", "", "a page down", Action::PageDown),
    bind!(Context::Help, [key!(PageUp)], "pgup", "", "a page up", Action::PageUp),
    bind!(
        Context::Help,
        [key!(Esc), key!('?'), key!('h'), key!('q'), key!(Enter), (KeyCode::F(1), NONE)],
        "esc",
        "close",
        "back to the screen",
        Action::Escape
    ),
    bind!(Context::Help, [(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
    bind!(Context::Release, [key!(Down), key!(Tab)], "↑↓", "line", "the line below", Action::Down),
    bind!(
        Context::Release,
        [key!(Up), (KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)],
        "↑",
        "",
        "the line above",
        Action::Up
    ),
    bind!(Context::Release, [key!(Left)], "←", "", "the choice before", Action::Left),
    bind!(Context::Release, [key!(Right)], "←→", "choose", "the next choice", Action::Right),
    bind!(
        Context::Release,
        [key!(Enter)],
        "enter",
        "go on",
        "work it out, or make it once the word is typed",
        Action::Enter
    ),
    bind!(
        Context::Release,
        [key!(Esc)],
        "esc",
        "cancel",
        "leave everything as it was",
        Action::Escape
    ),
    bind!(Context::Release, [(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
    bind!(Context::Prompt, [key!(Enter)], "enter", "take it", "take what is typed", Action::Enter),
    bind!(
        Context::Prompt,
        [key!(Esc)],
        "esc",
        "cancel",
        "leave everything as it was",
        Action::Escape
    ),
    bind!(Context::Prompt, [(KeyCode::Char('c'), CTRL)], "ctrl-c", "", "quit", Action::Quit),
];

/// The context of the keys that come next.
pub fn context(screen: Screen, overlay: Option<&Overlay>) -> Context {
    match overlay {
        Some(Overlay::Help(_)) => Context::Help,
        Some(Overlay::Prompt(_)) => Context::Prompt,
        Some(Overlay::Release(_)) => Context::Release,
        None => On(screen),
    }
}

/// The bindings that work in a context, in the order of the table.
pub fn working(context: Context) -> impl Iterator<Item = &'static Binding> {
    KEYMAP.iter().filter(move |binding| {
        binding.context == context || (binding.context == Everywhere && matches!(context, On(_)))
    })
}

/// What a key does in a context.
pub fn action(context: Context, key: KeyEvent) -> Option<Action> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    // Shift is part of the character; terminals differ in whether they report it.
    let modifiers = match key.code {
        KeyCode::Char(_) => key.modifiers - SHIFT,
        _ => key.modifiers,
    };
    working(context)
        .find(|binding| binding.keys.contains(&(key.code, modifiers)))
        .map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        let contexts = [Context::Help, Context::Prompt, Context::Release]
            .into_iter()
            .chain(Screen::ALL.map(On));
        for context in contexts {
            let mut seen = Vec::new();
            for binding in working(context) {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key:?} stands twice in {context:?}");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn every_screen_can_be_left_and_explained() {
        for screen in Screen::ALL {
            for wanted in [Action::Quit, Action::Help, Action::NextScreen, Action::Go(Screen::Data)]
            {
                assert!(working(On(screen)).any(|binding| binding.action == wanted));
            }
        }
    }

    #[test]
    fn a_capital_letter_is_not_control_c() {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let scope = On(Screen::Scope);
        assert_eq!(action(scope, key(KeyCode::Char('c'), CTRL)), Some(Action::Quit));
        assert_eq!(action(scope, key(KeyCode::Char('c'), NONE)), None);
        assert_eq!(action(scope, key(KeyCode::Char('?'), SHIFT)), Some(Action::Help));
    }
}
