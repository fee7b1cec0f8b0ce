//! Ctrl-C and the wish that the program end, on the command line: seen at once, whatever it is doing.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether Ctrl-C was pressed since [`Interrupt::watch`].
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C from now on. `then` runs once, on a thread of its own, after the
    /// first one: it is to end the program where the program does not end by itself.
    /// `before_end` runs before SIGTERM or SIGHUP end it, as they do all the same.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn watch(
        then: impl FnOnce() + Send + 'static,
        before_end: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let pressed = Self::default();
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
            // The flag is set in the handler itself, so it is never late.
            signal_hook::flag::register(SIGINT, Arc::clone(&pressed.0))?;
            // What was ignored from outside (nohup) stays so.
            let ends = [SIGHUP, SIGTERM].into_iter().filter(|&signal| !is_ignored(signal));
            let mut signals =
                signal_hook::iterator::Signals::new(std::iter::once(SIGINT).chain(ends))?;
            std::thread::Builder::new().name("epsiloscope-interrupt".to_owned()).spawn(
                move || match signals.forever().next() {
                    Some(SIGINT) => then(),
                    Some(signal) => {
                        before_end();
                        let _ = signal_hook::low_level::emulate_default_handler(signal);
                    }
                    None => {}
                },
            )?;
        }
        #[cfg(not(unix))]
        drop((then, before_end));
        Ok(pressed)
    }

    /// Lets a file that grows beyond the system's limit be an error of writing, in place of a signal that ends
    /// the program where it stands.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn outgrown_files_are_errors() -> io::Result<()> {
        #[cfg(unix)]
        signal_hook::flag::register(
            signal_hook::consts::SIGXFSZ,
            Arc::new(AtomicBool::new(false)),
        )?;
        Ok(())
    }

    /// Whether it was pressed.
    pub fn is_pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Whether a signal was ignored when the program began. The system tells it only to whoever sets
/// another action, so it is read where Linux shows it; elsewhere no signal counts as ignored.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
