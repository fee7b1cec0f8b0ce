//! The real binary in a real pseudo-terminal, driven by keys and watched on a screen of cells.

// Each suite uses its part.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Long enough for a loaded machine; a healthy one needs a fraction of it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The program under a keyboard and before a screen of 120x36.
pub struct Session {
    master: Box<dyn MasterPty + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    pub parser: vt100::Parser,
    pub all: Vec<u8>,
    /// When something came, and how much there was then.
    pub heard: Vec<(Instant, usize)>,
}

/// A screen of cells.
pub fn parser(rows: u16, columns: u16) -> vt100::Parser {
    let size = |n| NonZeroU16::new(n).expect("a size above 0");
    vt100::Parser::new(size(rows), size(columns), 0)
}

impl Session {
    pub fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments, environment)
    }

    pub fn start_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_sized((120, 36), folder, arguments, environment)
    }

    /// On a terminal of so many columns and rows.
    pub fn start_sized(
        (cols, rows): (u16, u16),
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_epsiloscope"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("COLORFGBG", "15;0");
        command.env_remove("NO_COLOR");
        command.env("EPSILOSCOPE_NO_RECENT", "1");
        command.cwd(folder);
        for (name, value) in environment {
            match value.is_empty() && *name == "EPSILOSCOPE_NO_RECENT" {
                true => command.env_remove(name),
                false => command.env(name, value),
            }
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (send, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(read) = reader.read(&mut buffer) {
                if read == 0 || send.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keyboard = pair.master.take_writer().expect("a writer");
        Self {
            master: pair.master,
            child,
            keyboard,
            output,
            parser: parser(rows, cols),
            all: Vec::new(),
            heard: Vec::new(),
        }
    }

    pub fn absorb(&mut self, wait: Duration) {
        if let Ok(bytes) = self.output.recv_timeout(wait) {
            self.parser.process(&bytes);
            self.all.extend(bytes);
            self.heard.push((Instant::now(), self.all.len()));
        }
    }

    pub fn screen(&self) -> String {
        let (_, columns) = self.parser.screen().size();
        self.parser.screen().rows(0, columns.get()).collect::<Vec<_>>().join("\n")
    }

    pub fn until(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.screen().contains(text) {
            assert!(
                Instant::now() < end,
                "'{text}' did not appear; the screen shows:\n{}",
                self.screen()
            );
            self.absorb(Duration::from_millis(50));
        }
    }

    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the program reads keys");
        self.keyboard.flush().expect("the program reads keys");
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.master
            .resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("the terminal can be resized");
        self.parser = parser(rows, columns);
    }

    /// Tells the program of a size that the screen that watches does not take.
    pub fn resize_unseen(&mut self, columns: u16, rows: u16) {
        self.master
            .resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 })
            .expect("the terminal can be resized");
    }

    /// Waits for the end; returns the exit code.
    pub fn end(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            self.absorb(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
                    self.parser.process(&bytes);
                    self.all.extend(bytes);
                }
                return status.exit_code();
            }
            assert!(
                Instant::now() < end,
                "the program did not end; the screen shows:\n{}",
                self.screen()
            );
        }
    }

    /// Whether everything that was switched on was switched off again at the end.
    pub fn restored(&self) -> bool {
        let last = |code: &str| {
            let code = code.as_bytes();
            self.all.windows(code.len()).rposition(|window| window == code)
        };
        let off_after_on = |on: &str, off: &str| match (last(on), last(off)) {
            (Some(on), Some(off)) => off > on,
            (None, _) => true,
            (Some(_), None) => false,
        };
        off_after_on("\x1b[?1049h", "\x1b[?1049l")
            && off_after_on("\x1b[?25l", "\x1b[?25h")
            && off_after_on("\x1b[?1003h", "\x1b[?1003l")
            && off_after_on("\x1b[?1000h", "\x1b[?1000l")
            && off_after_on("\x1b[?2004h", "\x1b[?2004l")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
