//! The explorer: a desk that all screens share, screens in a list, a shell that runs them.
//!
//! paint (knows nothing) ← desk (shared state, messages, keys) ← knobs, series ← screen (what a
//! screen is) ← screens (a folder each) ← overlays, frame ← shell (update, view, terminal).

mod designed;
mod desk;
mod frame;
mod knobs;
mod overlays;
mod paint;
mod refusal;
mod screen;
mod screens;
mod series;
mod shell;

#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use thiserror::Error;

use self::knobs::Knobs;
pub use self::paint::theme::text_to_ascii as in_ascii;
use self::paint::theme::{Depth, Theme};
use self::shell::app::App;
use self::shell::terminal;
use crate::contribution::GroupKeys;
use crate::privacy::Mechanism;
use crate::privacy::accounting::Cost;
use crate::purchases::{Input, Options, Question, Units};
use crate::recommend::ModelKind;
use crate::rehearsal::{LoadError, Session};

/// How the explorer starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What to open.
    pub input: Input,
    /// How to read it.
    pub options: Options,
    /// The question.
    pub question: Question,
    /// The mechanism.
    pub mechanism: Mechanism,
    /// ε of one answer.
    pub epsilon: f64,
    /// δ of one answer (Gaussian only).
    pub delta: f64,
    /// Groups that one user may contribute to, where it is set: else fitted to a file.
    pub l0: Option<u64>,
    /// What one user may contribute to one group, in shown units, where it is set.
    pub linf: Option<u64>,
    /// How many groups are said to be public, where it is set.
    pub groups: Option<u64>,
    /// Length of the top list, where it is set: else 10, and at most half of the groups.
    pub k: Option<usize>,
    /// Seed of trials and asked answers.
    pub seed: u64,
    /// The session's budget.
    pub budget: Cost,
    /// Whether the terminal's background is light; `None` asks the terminal.
    pub light: Option<bool>,
    /// Whether only ASCII may be written.
    pub ascii: bool,
}

/// l0 and linf (shown units) where nobody set them and nothing is fitted: those of the sample.
pub const USUAL_BOUNDS: (u64, u64) = (20, 10);

/// k where nobody set it.
pub const USUAL_K: usize = 10;

/// Why the explorer ended other than by the user's wish.
#[derive(Debug, Error)]
pub enum ExploreError {
    /// The first file could not be opened.
    #[error(transparent)]
    Input(LoadError),
    /// The terminal could not be used.
    #[error("the terminal could not be used ({0})")]
    Terminal(#[from] io::Error),
}

/// How many columns the terminal has, where there is one.
pub fn columns() -> Option<usize> {
    crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns)).filter(|&c| c > 0)
}

/// Opens the explorer on the terminal and stays until the user ends it.
///
/// # Errors
/// If the first file cannot be opened or the terminal cannot be used; the terminal is
/// restored in either case.
pub fn explore(settings: Settings) -> Result<(), ExploreError> {
    // The first question to the terminal makes it raw for a moment: a signal must not end the
    // program there.
    let signals = terminal::Signals::heeded()?;
    let mut app = app(settings);
    match terminal::on_terminal(&mut app, &signals)? {
        Some(error) => Err(ExploreError::Input(error)),
        None => Ok(()),
    }
}

fn app(settings: Settings) -> App {
    let theme = Theme {
        light: settings.light.unwrap_or_else(is_light),
        depth: depth(),
        ascii: settings.ascii,
    };
    let knobs = Knobs {
        epsilon: settings.epsilon,
        delta: settings.delta,
        l0: settings.l0.unwrap_or(USUAL_BOUNDS.0),
        linf: settings.linf.unwrap_or(USUAL_BOUNDS.1),
        mechanism: settings.mechanism,
        question: settings.question,
        known: GroupKeys::Private,
        k: settings.k.unwrap_or(USUAL_K),
        k_chosen: settings.k.is_some(),
        model: ModelKind::Ease,
        items: 1_000,
        units: Units::default(),
    };
    let session = Session::new(settings.budget);
    let mut app = App::new(settings.input, settings.options, knobs, session, settings.seed, theme);
    app.desk.set_bounds = (settings.l0, settings.linf);
    app.desk.set_groups = settings.groups;
    // The test suite proves with this that a failing worker does not take the program down.
    app.desk.fail_next =
        cfg!(debug_assertions) && std::env::var_os("EPSILOSCOPE_FAIL_SIMULATION").is_some();
    app
}

/// How many colours the terminal shows, by the usual variables.
fn depth() -> Depth {
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    if !set("NO_COLOR").is_empty() || set("TERM") == "dumb" {
        Depth::Mono
    } else if matches!(set("COLORTERM").as_str(), "truecolor" | "24bit") {
        Depth::True
    } else {
        Depth::Indexed
    }
}

/// Whether the terminal says that its background is light; dark where it says nothing.
fn is_light() -> bool {
    if let Some(ground) =
        std::env::var("COLORFGBG").ok().and_then(|v| v.rsplit(';').next()?.parse::<u8>().ok())
    {
        return ground == 7 || ground == 15;
    }
    let mut options = terminal_colorsaurus::QueryOptions::default();
    // The first frame must not wait for a terminal that never answers.
    options.timeout = Duration::from_millis(40);
    matches!(terminal_colorsaurus::theme_mode(options), Ok(terminal_colorsaurus::ThemeMode::Light))
}
