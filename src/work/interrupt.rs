//! Ctrl-C on the command line: seen at once, whatever the program is doing.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether Ctrl-C was pressed since [`Interrupt::watch`].
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C from now on. `then` runs once, on a thread of its own, after the
    /// first one: it is to end the program where the program does not end by itself.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn watch(then: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let pressed = Self::default();
        #[cfg(unix)]
        {
            use signal_hook::consts::SIGINT;
            // The flag is set in the handler itself, so it is never late.
            signal_hook::flag::register(SIGINT, Arc::clone(&pressed.0))?;
            let mut signals = signal_hook::iterator::Signals::new([SIGINT])?;
            std::thread::Builder::new().name("epsiloscope-interrupt".to_owned()).spawn(
                move || {
                    if signals.forever().next().is_some() {
                        then();
                    }
                },
            )?;
        }
        #[cfg(not(unix))]
        drop(then);
        Ok(pressed)
    }

    /// Whether it was pressed.
    pub fn is_pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
