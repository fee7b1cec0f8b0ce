//! A bar on standard error, and Ctrl-C turned into an end.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ending::{EarlyEnd, INTERRUPTED};
use super::output;
use crate::chart::grouped;
use crate::purchases::{Input, Options, Purchases, ReadProgress, read_watched};
use crate::table::abandon_files;
use crate::work::{Cancel, Interrupt};

/// Ctrl-C, once it is watched for.
static WATCHED: OnceLock<Interrupt> = OnceLock::new();
/// Whether budget may have been spent.
static SPENDS: AtomicBool = AtomicBool::new(false);
/// Whether the end was said.
static SAID: AtomicBool = AtomicBool::new(false);
/// How often the spinner turns.
const TURNS: Duration = Duration::from_millis(120);
/// How long work that looks for a cancel has to end by itself.
const GRACE: Duration = Duration::from_millis(300);

/// From now on Ctrl-C ends the program within a second, with exit code 130, and leaves no file
/// that is not whole; nor does SIGTERM or SIGHUP, by which it ends at once.
pub fn heed_interrupts() -> anyhow::Result<()> {
    let interrupted = || {
        std::thread::sleep(GRACE);
        // No file gets its name from here on.
        let wrote = abandon_files();
        say_interrupted(wrote);
        std::process::exit(i32::from(INTERRUPTED));
    };
    let ended = || {
        abandon_files();
    };
    let watched = Interrupt::watch(interrupted, ended)?;
    let _ = WATCHED.set(watched);
    Ok(())
}

/// Whether Ctrl-C was pressed.
pub fn is_interrupted() -> bool {
    WATCHED.get().is_some_and(Interrupt::is_pressed)
}

/// From now on an interrupt may find budget spent: the sentence then says how to find out.
pub fn spending() {
    SPENDS.store(true, Ordering::SeqCst);
}

/// Says once why the program ends.
pub fn say_interrupted(wrote: bool) {
    if SAID.swap(true, Ordering::SeqCst) {
        return;
    }
    let ending = if SPENDS.load(Ordering::SeqCst) {
        EarlyEnd::WhileSpending
    } else if wrote {
        EarlyEnd::Half
    } else {
        EarlyEnd::Interrupted
    };
    output::say(&format!("epsiloscope: {ending}"));
}

/// The progress of one piece of long work.
pub struct Progress {
    bar: ProgressBar,
    cancel: Cancel,
}

impl Progress {
    /// A bar of `length` steps named `what`, hidden where standard error is no terminal.
    pub fn new(length: u64, what: &str) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let bar_wide = bar_width();
        let style = ProgressStyle::with_template(&format!(
            "{{bar:{bar_wide}}} {{pos}} of {{len}} {what}, {{eta}} left"
        ));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, cancel: Cancel::new() }
    }

    /// Something that turns while nobody knows how long it takes.
    pub fn turning(what: &str) -> Self {
        let progress = Self::new(0, what);
        let style = ProgressStyle::with_template(&format!("{{spinner}} {what}, {{elapsed}}"));
        progress.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        progress.bar.enable_steady_tick(TURNS);
        progress
    }

    /// The flag that Ctrl-C sets.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Shows how far the work is; after Ctrl-C asks it to stop.
    pub fn set(&self, done: u64, length: u64) {
        self.bar.set_length(length);
        self.bar.set_position(done);
        if is_interrupted() {
            self.cancel.cancel();
        }
    }
}

/// Columns of a bar: what stands behind it takes up to 65, and no line is to break.
fn bar_width() -> usize {
    const BESIDE: usize = 65;
    crate::tui::columns().map_or(40, |columns| columns.saturating_sub(BESIDE).clamp(8, 40))
}

/// Reads purchases with a bar of bytes, until Ctrl-C.
pub fn read_with_progress(input: &Input, options: &Options) -> anyhow::Result<Purchases> {
    let progress = Progress::new(0, "bytes");
    // The rate goes first where there is little room.
    let rate = match crate::tui::columns() {
        Some(..75) => "",
        _ => ", {bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(&format!(
        "{{bar:{}}} {{bytes}} of {{total_bytes}}, {{msg}} rows{rate}, {{eta}} left",
        bar_width()
    ));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    // Until it is known how much there is, something turns.
    let spinner = ProgressStyle::with_template("{spinner} reading{msg}, {elapsed}");
    progress.bar.set_style(spinner.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    progress.bar.enable_steady_tick(TURNS);
    let mut is_measured = false;
    let show = |now: ReadProgress| {
        if !is_measured && now.of_bytes > 0 {
            // How much there is first: a bar of nothing is drawn full.
            progress.set(now.bytes, now.of_bytes);
            progress.bar.set_style(style.clone());
            is_measured = true;
        }
        if !is_measured {
            progress.bar.set_message(format!(" {} rows", grouped(now.rows)));
            progress.set(now.bytes, 0);
            return;
        }
        progress.bar.set_message(grouped(now.rows));
        progress.set(now.bytes, now.of_bytes);
    };
    Ok(read_watched(input, options, progress.cancel(), show)?)
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
