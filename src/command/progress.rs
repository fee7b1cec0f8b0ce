//! A bar on standard error, and Ctrl-C turned into a cancel.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::work::Cancel;

/// The progress of one piece of long work.
pub struct Progress {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    cancel: Cancel,
}

impl Progress {
    /// A bar of `length` steps named `what`, hidden where standard error is no terminal.
    pub fn new(length: u64, what: &str) -> anyhow::Result<Self> {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template(&format!("{{bar:40}} {{pos}} of {{len}} {what}, {{eta}} left"));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let stop = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&stop))?;
        Ok(Self { bar, stop, cancel: Cancel::new() })
    }

    /// The flag that Ctrl-C sets.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Shows how far the work is; after Ctrl-C asks it to stop.
    pub fn set(&self, done: u64, length: u64) {
        self.bar.set_length(length);
        self.bar.set_position(done);
        if self.stop.load(Ordering::Relaxed) {
            self.cancel.cancel();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
