//! Libraries that panic on damaged files: that becomes an answer, and nothing else is said.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `read` gives; `None` where it panics, on this thread or on one of the library's own.
pub(super) fn quietly<T>(read: impl FnOnce() -> T) -> Option<T> {
    let _quiet = Quiet::begin();
    catch_unwind(AssertUnwindSafe(read)).ok()
}

/// How many readings go on anywhere.
static READINGS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How many readings this thread waits for.
    static WAITS: Cell<usize> = const { Cell::new(0) };
}

/// While it lives, panics of this thread and of the library's own threads say nothing.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if !is_of_reading() {
                    before(info);
                }
            }));
        });
        READINGS.fetch_add(1, Ordering::SeqCst);
        WAITS.set(WAITS.get() + 1);
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        WAITS.set(WAITS.get() - 1);
        READINGS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a panic on this thread belongs to a reading. The library's threads are called
/// `polars-0` and so on, or nothing; all others have names.
fn is_of_reading() -> bool {
    let theirs = || std::thread::current().name().is_none_or(|name| name.starts_with("polars"));
    WAITS.get() > 0 || READINGS.load(Ordering::SeqCst) > 0 && theirs()
}
