//! Long work on threads: cancel, ordered blocks, and one background task at a time
//! whose newest request replaces an older one.

mod blocks;
mod interrupt;
mod worker;

pub use blocks::{Cancel, Cancelled, MOST_THREADS, each_in_order, in_order, threads};
pub use interrupt::Interrupt;
pub use worker::{Bell, Task, Worker};

use std::panic::PanicHookInfo;

/// Names the threads of this room.
pub(crate) const THREAD_NAME: &str = "epsiloscope-work";

/// Whether a panic comes from another thread than the main one, a worker or a helper of a
/// library: it reaches whoever waits for that work and becomes a message, not an end.
pub fn is_worker_panic(_info: &PanicHookInfo<'_>) -> bool {
    std::thread::current().name() != Some("main")
}
