//! One background task at a time: the newest request replaces an older one, the
//! latest result waits in a slot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use super::blocks::Cancel;

/// Rung when a worker has something to say, so that whoever waits need not look again and
/// again. The default is silent.
#[derive(Clone, Default)]
pub struct Bell(Option<Arc<dyn Fn() + Send + Sync>>);

impl Bell {
    /// A bell that calls `ring`, from any thread.
    pub fn new(ring: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(ring)))
    }

    fn ring(&self) {
        if let Some(ring) = &self.0 {
            ring();
        }
    }
}

/// What a running task holds: its cancel flag and the slot for its results.
pub struct Task<S> {
    cancel: Cancel,
    shared: Arc<Shared<S>>,
}

impl<S> Task<S> {
    /// The flag to look at between blocks.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Puts a result into the slot, in place of one not yet looked at; dropped when
    /// the task has been replaced.
    pub fn publish(&self, result: S) {
        let mut slot = lock(&self.shared.slot);
        if !self.cancel.is_cancelled() {
            slot.latest = Some(result);
            drop(slot);
            self.shared.bell.ring();
        }
    }
}

struct Slot<S> {
    latest: Option<S>,
    failure: Option<String>,
    cancel: Cancel,
}

struct Shared<S> {
    slot: Mutex<Slot<S>>,
    busy: AtomicBool,
    bell: Bell,
}

struct Inbox<R> {
    pending: Mutex<(Option<(R, Cancel)>, bool)>,
    bell: Condvar,
}

/// A background thread that serves requests of type `R` with results of type `S`.
/// Dropping it asks the running task to stop and does not wait.
pub struct Worker<R, S> {
    inbox: Arc<Inbox<R>>,
    shared: Arc<Shared<S>>,
}

impl<R: Send + 'static, S: Send + 'static> Worker<R, S> {
    /// Starts the thread; `serve` does one request and publishes results as it goes. The bell
    /// is rung after each of them, and when a request has been served.
    pub fn start(bell: Bell, serve: impl Fn(R, &Task<S>) + Send + 'static) -> Self {
        let inbox = Arc::new(Inbox { pending: Mutex::new((None, false)), bell: Condvar::new() });
        let shared = Arc::new(Shared {
            slot: Mutex::new(Slot { latest: None, failure: None, cancel: Cancel::new() }),
            busy: AtomicBool::new(false),
            bell,
        });
        let (thread_inbox, thread_shared) = (Arc::clone(&inbox), Arc::clone(&shared));
        std::thread::Builder::new()
            .name(super::THREAD_NAME.to_owned())
            .spawn(move || work(&thread_inbox, &thread_shared, serve))
            .expect("the system gives a thread");
        Self { inbox, shared }
    }

    /// Asks for `request`; a running task is told to stop, a waiting one is replaced.
    pub fn request(&self, request: R) {
        let cancel = Cancel::new();
        {
            let mut slot = lock(&self.shared.slot);
            slot.cancel.cancel();
            slot.cancel = cancel.clone();
            slot.latest = None;
        }
        self.shared.busy.store(true, Ordering::SeqCst);
        lock(&self.inbox.pending).0 = Some((request, cancel));
        self.inbox.bell.notify_one();
    }

    /// Tells the running task to stop.
    pub fn stop(&self) {
        lock(&self.shared.slot).cancel.cancel();
    }

    /// Takes the latest result, if there is a new one.
    pub fn take(&self) -> Option<S> {
        lock(&self.shared.slot).latest.take()
    }

    /// Takes the message of a task that panicked.
    pub fn take_failure(&self) -> Option<String> {
        lock(&self.shared.slot).failure.take()
    }

    /// Whether a request is waiting or running. Read it before `take`, so that a last
    /// result is not missed.
    pub fn is_busy(&self) -> bool {
        self.shared.busy.load(Ordering::SeqCst)
    }
}

impl<R, S> Drop for Worker<R, S> {
    fn drop(&mut self) {
        lock(&self.shared.slot).cancel.cancel();
        lock(&self.inbox.pending).1 = true;
        self.inbox.bell.notify_one();
    }
}

fn work<R, S>(inbox: &Inbox<R>, shared: &Arc<Shared<S>>, serve: impl Fn(R, &Task<S>)) {
    loop {
        let (request, cancel) = {
            let mut pending = lock(&inbox.pending);
            loop {
                if pending.1 {
                    return;
                }
                if let Some(next) = pending.0.take() {
                    break next;
                }
                pending = inbox.bell.wait(pending).unwrap_or_else(|poisoned| poisoned.into_inner());
            }
        };
        let task = Task { cancel, shared: Arc::clone(shared) };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| serve(request, &task))) {
            let what = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "no message".to_owned());
            lock(&shared.slot).failure = Some(what);
        }
        let pending = lock(&inbox.pending);
        if pending.0.is_none() {
            shared.busy.store(false, Ordering::SeqCst);
        }
        drop(pending);
        shared.bell.ring();
    }
}

/// A lock that a panic elsewhere does not take away.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn wait_idle<R: Send + 'static, S: Send + 'static>(worker: &Worker<R, S>) {
        let end = Instant::now() + Duration::from_secs(20);
        while worker.is_busy() {
            assert!(Instant::now() < end, "the worker never came to rest");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_newest_request_wins() {
        let worker = Worker::start(Bell::default(), |request: u32, task: &Task<u32>| {
            for _ in 0..200 {
                if task.cancel().is_cancelled() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            task.publish(request);
        });
        for request in 0..10 {
            worker.request(request);
        }
        wait_idle(&worker);
        assert_eq!(worker.take(), Some(9));
        assert_eq!(worker.take(), None);
    }

    #[test]
    fn results_and_ends_ring_the_bell() {
        let (send, rung) = std::sync::mpsc::channel();
        let bell = Bell::new(move || send.send(()).unwrap_or_default());
        let worker = Worker::start(bell, |request: u32, task: &Task<u32>| {
            assert!(request != 1, "one is refused");
            task.publish(request);
        });
        let patience = Duration::from_secs(20);
        worker.request(1);
        rung.recv_timeout(patience).expect("the end of a failure rings");
        assert!(worker.take_failure().is_some());
        worker.request(2);
        rung.recv_timeout(patience).expect("a result rings");
        assert_eq!(worker.take(), Some(2));
        rung.recv_timeout(patience).expect("the end rings");
        assert!(!worker.is_busy());
    }

    #[test]
    fn a_panic_is_a_message_and_the_worker_goes_on() {
        let worker = Worker::start(Bell::default(), |request: u32, task: &Task<u32>| {
            assert!(request != 1, "one is refused");
            task.publish(request);
        });
        worker.request(1);
        wait_idle(&worker);
        assert_eq!(worker.take_failure().as_deref(), Some("one is refused"));
        worker.request(2);
        wait_idle(&worker);
        assert_eq!(worker.take(), Some(2));
    }
}
