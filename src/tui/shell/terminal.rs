//! The terminal: raw mode and back, the input reader, the loop that performs effects.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    Event, KeyCode, KeyModifiers,
};
use crossterm::execute;
use ratatui::Terminal;
use ratatui::backend::{Backend, CrosstermBackend};

use super::app::App;
use super::bounded::{BoundedBackend, bounded};
use super::export;
use super::folders::at_home;
use super::update::{start, update};
use super::view::view;
use super::workers::Workers;
use crate::purchases::Input;
use crate::rehearsal::LoadError;
use crate::tui::desk::message::{Effect, Message};
use crate::work::{Bell, is_worker_panic};

/// How long the loop sleeps while nothing is under way.
const IDLE: Duration = Duration::from_millis(250);
/// How long it sleeps while a worker is busy or answers are asked one after another.
const BUSY: Duration = Duration::from_millis(25);

/// Raw mode, the alternate screen, the mouse and pasted text as such, handed back when dropped.
struct Hold;

impl Hold {
    fn take() -> io::Result<Self> {
        crossterm::terminal::enable_raw_mode()?;
        execute!(
            io::stdout(),
            crossterm::terminal::EnterAlternateScreen,
            EnableMouseCapture,
            EnableBracketedPaste
        )?;
        Ok(Self)
    }

    fn give_back() {
        let mut out = io::stdout();
        let _ = execute!(
            out,
            DisableBracketedPaste,
            DisableMouseCapture,
            crossterm::terminal::LeaveAlternateScreen,
            crossterm::cursor::Show
        );
        let _ = crossterm::terminal::disable_raw_mode();
        let _ = out.flush();
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        Self::give_back();
    }
}

/// Runs the program on the real terminal until the user ends it. Returns why
/// the first file could not be opened, if that is why it ended.
///
/// # Errors
/// If the terminal cannot be used.
pub fn on_terminal(app: &mut App, signals: &Signals) -> io::Result<Option<LoadError>> {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A worker's panic becomes a message on the screen; any other ends the program,
        // and its words belong on a terminal that shows them.
        if !is_worker_panic(info) {
            Hold::give_back();
            before(info);
        }
    }));
    let hold = Hold::take()?;
    // The reader starts before the first frame: a resize right after it would be lost.
    let (send, input) = mpsc::channel();
    read_input(send.clone());
    // Not dropped: on a terminal that is gone the library would complain aloud, and panic there.
    let mut terminal =
        ManuallyDrop::new(Terminal::new(BoundedBackend(CrosstermBackend::new(io::stdout())))?);
    let size = terminal.size()?;
    app.desk.size = (size.width, size.height);
    let ended = run(&mut terminal, app, (send, &input), signals, suspend);
    drop(hold);
    match ended {
        Err(error) if is_gone(&error) => Ok(None),
        ended => ended.map(|()| app.desk.fatal.take()),
    }
}

/// Whether an error says that the terminal was closed: nobody is there any more, which ends
/// the program like a wish to end it.
fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected, UnexpectedEof};
    /// EIO, ENXIO and EBADF, which the standard library has no names for.
    const CLOSED: [i32; 3] = [5, 6, 9];
    matches!(error.kind(), BrokenPipe | ConnectionReset | NotConnected | UnexpectedEof)
        || cfg!(unix) && error.raw_os_error().is_some_and(|code| CLOSED.contains(&code))
}

/// What was asked for from outside since it was looked at last.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// To end: SIGTERM, SIGINT, or a terminal that was closed.
    stop: Arc<AtomicBool>,
    /// To stop until it is continued: SIGTSTP.
    pause: Arc<AtomicBool>,
    /// It was continued, perhaps after a stop that cannot be heeded: SIGCONT.
    resumed: Arc<AtomicBool>,
}

impl Signals {
    /// Heeds signals from now on.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn heeded() -> io::Result<Self> {
        let signals = Self::default();
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
            for (signal, flag) in [
                (SIGTERM, &signals.stop),
                (SIGHUP, &signals.stop),
                (SIGINT, &signals.stop),
                (SIGTSTP, &signals.pause),
                (SIGCONT, &signals.resumed),
            ] {
                signal_hook::flag::register(signal, Arc::clone(flag))?;
            }
        }
        Ok(signals)
    }

    fn wants_end(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// Reads events on a thread of its own, so that keys never wait for work.
fn read_input(send: Sender<Woken>) {
    std::thread::Builder::new()
        .name("epsiloscope-input".to_owned())
        .spawn(move || {
            // A terminal may answer a question about its colours after we stopped
            // waiting; the answer starts like Alt-] and must not be taken for keys.
            let mut swallow_until: Option<Instant> = None;
            while let Ok(event) = event::read() {
                if let Event::Key(key) = &event {
                    if key.code == KeyCode::Char(']') && key.modifiers.contains(KeyModifiers::ALT) {
                        swallow_until = Some(Instant::now() + Duration::from_millis(150));
                        continue;
                    }
                    if swallow_until.is_some_and(|until| Instant::now() < until) {
                        let ends =
                            key.code == KeyCode::Char('\\') || key.code == KeyCode::Char('g');
                        if ends
                            && key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::CONTROL)
                        {
                            swallow_until = None;
                        }
                        continue;
                    }
                    swallow_until = None;
                }
                if send.send(Woken::By(event)).is_err() {
                    return;
                }
            }
            let _ = send.send(Woken::Closed);
        })
        .expect("the system gives a thread");
}

/// What ends the loop's sleep.
pub enum Woken {
    /// A key, the mouse, another size.
    By(Event),
    /// A worker that has something to say.
    Work,
    /// The keyboard, which is gone.
    Closed,
}

/// A bell that wakes the loop once until the loop has looked at the workers.
fn bell(send: Sender<Woken>, rung: Arc<AtomicBool>) -> Bell {
    Bell::new(move || {
        if !rung.swap(true, Ordering::SeqCst) {
            let _ = send.send(Woken::Work);
        }
    })
}

/// Why the terminal is handed back and taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// By key.
    Asked,
    /// By a signal.
    Outside,
    /// It is over already: the shell may have set the terminal up anew.
    Over,
}

/// Hands the terminal to the shell until `fg`.
fn suspend(why: Pause) -> io::Result<()> {
    #[cfg(unix)]
    {
        Hold::give_back();
        let stops = match why {
            Pause::Asked => has_shell(),
            Pause::Outside => true,
            Pause::Over => false,
        };
        if stops {
            signal_hook::low_level::raise(signal_hook::consts::SIGSTOP)?;
        }
        std::mem::forget(Hold::take()?);
        execute!(io::stdout(), crossterm::terminal::Clear(crossterm::terminal::ClearType::All))?;
    }
    #[cfg(not(unix))]
    let _ = why;
    Ok(())
}

/// Whether a shell could continue us: POSIX lets no key stop what nobody could (an orphaned
/// process group). A session that began outside a container has the number 0 inside it.
#[cfg(unix)]
fn has_shell() -> bool {
    use nix::unistd::{getpid, getppid, getsid};
    let (Ok(own), Ok(theirs)) = (getsid(None), getsid(Some(getppid()))) else { return false };
    own != getpid() && own == theirs
}

/// The loop: keys first, then finished work, then a frame. Generic over the backend.
///
/// # Errors
/// If the terminal cannot be written to.
pub fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    app: &mut App,
    (send, input): (Sender<Woken>, &Receiver<Woken>),
    signals: &Signals,
    suspend: impl Fn(Pause) -> io::Result<()>,
) -> io::Result<()>
where
    B::Error: Into<io::Error>,
{
    let rung = Arc::new(AtomicBool::new(false));
    let workers = Workers::start(&bell(send, Arc::clone(&rung)));
    let began = Instant::now();
    let mut drawn = None;
    let mut effects = start(app);
    let mut stale = true;
    loop {
        for effect in effects.drain(..) {
            match perform(effect, app, &workers) {
                Next::Go => {}
                Next::Done(message) => {
                    update(app, message);
                    stale = true;
                }
                Next::Suspend => {
                    suspend(Pause::Asked)?;
                    signals.resumed.store(false, Ordering::SeqCst);
                    // `Terminal::clear` asks the terminal where its cursor is, and the reader
                    // would swallow the answer. The screen is blank again, so it is enough that
                    // the next frame is compared with a blank one.
                    terminal.swap_buffers();
                    stale = true;
                }
                Next::Quit => return Ok(()),
            }
        }
        let pause = match (
            signals.pause.swap(false, Ordering::SeqCst),
            signals.resumed.swap(false, Ordering::SeqCst),
        ) {
            (true, _) => Some(Pause::Outside),
            (false, true) => Some(Pause::Over),
            (false, false) => None,
        };
        if let Some(pause) = pause {
            suspend(pause)?;
            signals.resumed.store(false, Ordering::SeqCst);
            terminal.swap_buffers();
            stale = true;
        }
        // A frame a second even when nothing happened heals a lost resize.
        if stale || drawn.is_none_or(|at: Instant| at.elapsed() >= Duration::from_secs(1)) {
            terminal.autoresize().map_err(Into::into)?;
            let size = terminal.size().map_err(Into::into)?;
            app.desk.size = (size.width, size.height);
            terminal.draw(|frame| view(app, frame)).map_err(Into::into)?;
            drawn = Some(Instant::now());
            stale = false;
        }
        let busy = workers.is_busy() || app.is_animated();
        match input.recv_timeout(if busy { BUSY } else { IDLE }) {
            Ok(first) => {
                // What was typed meanwhile is taken in before the next frame, but not
                // without end: a held key must not keep the screen from changing.
                for woken in std::iter::once(first).chain(input.try_iter().take(64)) {
                    match woken {
                        Woken::By(event) => {
                            effects.extend(on_event(app, &event));
                            stale = true;
                        }
                        Woken::Work => {}
                        Woken::Closed => return Ok(()),
                    }
                    // Each may be much work.
                    if signals.wants_end() {
                        break;
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        rung.store(false, Ordering::SeqCst);
        for message in workers.finished() {
            effects.extend(update(app, message));
            stale = true;
        }
        let repeating = app.is_animated();
        effects.extend(update(app, Message::Tick(began.elapsed().as_millis() as u64)));
        stale |= repeating;
        if signals.wants_end() {
            effects.extend(update(app, Message::Terminate));
        }
        drop_replaced(&mut effects);
    }
}

fn on_event(app: &mut App, event: &Event) -> Vec<Effect> {
    match event {
        Event::Key(key) => update(app, Message::Key(*key)),
        Event::Mouse(mouse) => update(app, Message::Mouse(*mouse)),
        Event::Resize(columns, rows) => {
            let (columns, rows) = bounded(*columns, *rows);
            update(app, Message::Resize(columns, rows))
        }
        Event::Paste(text) => update(app, Message::Paste(text.clone())),
        Event::FocusGained | Event::FocusLost => Vec::new(),
    }
}

/// Of several simulations asked for in one go only the last is worth starting.
fn drop_replaced(effects: &mut Vec<Effect>) {
    let last = effects.iter().rposition(|effect| matches!(effect, Effect::Simulate(_)));
    let mut place = 0;
    effects.retain(|effect| {
        let keep = !matches!(effect, Effect::Simulate(_)) || Some(place) == last;
        place += 1;
        keep
    });
}

/// What the loop does after an effect.
enum Next {
    Go,
    Done(Message),
    Suspend,
    Quit,
}

fn perform(effect: Effect, app: &App, workers: &Workers) -> Next {
    match effect {
        Effect::Load(mut request) => {
            if let Input::File(path) = &mut request.input {
                *path = at_home(path);
            }
            workers.loader.request(*request);
            Next::Go
        }
        Effect::StopLoad => {
            workers.loader.stop();
            Next::Go
        }
        Effect::Look(request) => {
            workers.peeker.request(*request);
            Next::Go
        }
        Effect::Keep { path, text, replace } => {
            Next::Done(Message::Exported(export::keep(app, &at_home(&path), &text, replace)))
        }
        Effect::Simulate(request) => {
            workers.simulator.request(*request);
            Next::Go
        }
        Effect::Place(request) => {
            workers.placer.request(*request);
            Next::Go
        }
        Effect::Recommend(request) => {
            workers.recommender.request(*request);
            Next::Go
        }
        Effect::StopRecommend => {
            workers.recommender.stop();
            Next::Go
        }
        Effect::Advise(request) => {
            workers.adviser.request(*request);
            Next::Go
        }
        Effect::StopAdvice => {
            workers.adviser.stop();
            Next::Go
        }
        Effect::Rate(request) => {
            workers.rater.request(*request);
            Next::Go
        }
        Effect::StopRates => {
            workers.rater.stop();
            Next::Go
        }
        Effect::Anonymity(request) => {
            workers.onlooker.request(*request);
            Next::Go
        }
        Effect::StopAnonymity => {
            workers.onlooker.stop();
            Next::Go
        }
        Effect::Account(request) => {
            workers.accountant.request(*request);
            Next::Go
        }
        Effect::Release(task) => {
            workers.releaser.request(task.resolved(at_home));
            Next::Go
        }
        Effect::StopSimulation => {
            workers.simulator.stop();
            Next::Go
        }
        Effect::Export { path, replace } => {
            Next::Done(Message::Exported(export::write(app, &at_home(&path), replace)))
        }
        Effect::Path(question) => {
            workers.looker.request(question);
            Next::Go
        }
        Effect::Recent(opened) => {
            workers.rememberer.request(opened);
            Next::Go
        }
        Effect::Suspend => Next::Suspend,
        Effect::Quit => Next::Quit,
    }
}
