//! Long work on threads: cancel, ordered blocks, and one background task at a time
//! whose newest request replaces an older one.

mod blocks;
mod worker;

pub use blocks::{Cancel, Cancelled, in_order, threads};
pub use worker::{Task, Worker};

use std::panic::PanicHookInfo;

/// Names the threads of this room, so that a panic hook can tell them apart.
pub(crate) const THREAD_NAME: &str = "epsiloscope-work";

/// Whether a panic comes from a worker thread: it becomes a message, not an end.
pub fn is_worker_panic(_info: &PanicHookInfo<'_>) -> bool {
    std::thread::current().name() == Some(THREAD_NAME)
}
