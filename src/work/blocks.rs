//! Blocks of work on scoped threads, taken in order so that sums do not depend on
//! the number of threads.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use thiserror::Error;

/// A flag that work looks at between blocks.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The work was asked to stop before it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("stopped before the end")]
pub struct Cancelled;

/// No more threads than this are ever started for one piece of work.
pub const MOST_THREADS: usize = 1_024;

/// How many threads this machine runs at once.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Makes `blocks` results on up to `threads` threads and hands them to `take` one by
/// one, in block order, on the calling thread. The same calls of `take` follow for
/// any number of threads.
///
/// # Errors
/// If `cancel` was set before every block was taken; blocks taken so far stand.
///
/// # Panics
/// If `make` panics: the panic goes on in the calling thread. If the system gives no thread.
pub fn in_order<T: Send>(
    threads: usize,
    blocks: usize,
    cancel: &Cancel,
    make: impl Fn(usize) -> T + Sync,
    take: impl FnMut(usize, T),
) -> Result<(), Cancelled> {
    each_in_order(threads.min(blocks), 0..blocks, cancel, |_| (), |(), block| make(block), take)
}

/// As [`in_order`], for pieces that come one after another from a source, which is asked by one
/// thread at a time: only so many pieces wait as there are threads, twice. Every thread keeps
/// something from piece to piece, which `begin` makes of the thread's number (from 0, below
/// `threads`). A thread's pieces come in order, but which they are is chance: what it keeps may
/// save work, and must not change results.
///
/// # Errors
/// As [`in_order`].
///
/// # Panics
/// As [`in_order`].
pub fn each_in_order<P: Send, S, T: Send>(
    threads: usize,
    pieces: impl Iterator<Item = P> + Send,
    cancel: &Cancel,
    begin: impl Fn(usize) -> S + Sync,
    make: impl Fn(&mut S, P) -> T + Sync,
    mut take: impl FnMut(usize, T),
) -> Result<(), Cancelled> {
    if threads <= 1 {
        let mut keeps = begin(0);
        for (number, piece) in pieces.enumerate() {
            if cancel.is_cancelled() {
                return Err(Cancelled);
            }
            take(number, make(&mut keeps, piece));
        }
        return Ok(());
    }
    let source = Mutex::new((pieces.enumerate(), false));
    // No thread runs far ahead of what is taken.
    let (send, receive) = mpsc::sync_channel(threads.min(MOST_THREADS));
    std::thread::scope(|scope| {
        for number in 0..threads.min(MOST_THREADS) {
            let (send, source, begin, make) = (send.clone(), &source, &begin, &make);
            let started = std::thread::Builder::new()
                .name(super::THREAD_NAME.to_owned())
                .spawn_scoped(scope, move || {
                    let mut keeps = begin(number);
                    while !cancel.is_cancelled() {
                        let next = {
                            let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
                            let next = source.0.next();
                            source.1 |= next.is_none();
                            next
                        };
                        let Some((number, piece)) = next else { return };
                        if send.send((number, make(&mut keeps, piece))).is_err() {
                            return;
                        }
                    }
                });
            // Where the system gives no more, the first ones do all of the work.
            if started.is_err() {
                assert!(number > 0, "the system gives no thread");
                break;
            }
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut taken = 0;
        for (number, result) in receive {
            waiting.insert(number, result);
            while !cancel.is_cancelled()
                && let Some(result) = waiting.remove(&taken)
            {
                take(taken, result);
                taken += 1;
            }
        }
        let whole = source.lock().unwrap_or_else(PoisonError::into_inner).1;
        if whole && waiting.is_empty() { Ok(()) } else { Err(Cancelled) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_arrive_in_order_for_any_number_of_threads() {
        for threads in [1, 2, 5] {
            let mut seen = Vec::new();
            in_order(
                threads,
                50,
                &Cancel::new(),
                |block| block * block,
                |block, square| seen.push((block, square)),
            )
            .unwrap();
            assert_eq!(seen, (0..50).map(|b| (b, b * b)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_thread_keeps_its_own_and_sees_its_pieces_in_order() {
        for threads in [1, 2, 5] {
            let (begin, mut last) = (|thread| (thread, None), vec![None; threads]);
            each_in_order(
                threads,
                0..50,
                &Cancel::new(),
                begin,
                |(thread, before), piece| (*thread, before.replace(piece)),
                |piece, (thread, before)| {
                    assert_eq!(before, last[thread]);
                    last[thread] = Some(piece);
                },
            )
            .unwrap();
            assert!(last.contains(&Some(49)));
        }
    }

    #[test]
    fn a_cancelled_task_stops_and_says_so() {
        for threads in [1, 2] {
            let cancel = Cancel::new();
            let mut taken = 0;
            let end = in_order(
                threads,
                10_000,
                &cancel,
                |_| (),
                |_, ()| {
                    taken += 1;
                    cancel.cancel();
                },
            );
            assert_eq!(end, Err(Cancelled));
            assert!(taken < 10_000);
        }
    }
}
