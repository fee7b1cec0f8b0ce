//! How soon the explorer shows its first frame, how soon a key changes the screen while
//! every core simulates, and what it costs to stand idle. Linux only.
//!
//! `cargo bench --bench terminal`; it prints medians and percentiles, and asserts nothing.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("this benchmark reads /proc and runs on Linux only");
}

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{Read, Write};
    use std::num::NonZeroU16;
    use std::sync::mpsc::{self, Receiver};
    use std::time::{Duration, Instant};

    use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

    const PATIENCE: Duration = Duration::from_secs(30);

    struct Explorer {
        _master: Box<dyn MasterPty + Send>,
        child: Box<dyn Child + Send + Sync>,
        keyboard: Box<dyn Write + Send>,
        output: Receiver<Vec<u8>>,
        parser: vt100::Parser,
        began: Instant,
    }

    impl Explorer {
        fn start() -> Self {
            let size = PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 };
            let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
            let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_epsiloscope"));
            command.env("TERM", "xterm-256color");
            command.env("COLORFGBG", "15;0");
            let began = Instant::now();
            let child = pair.slave.spawn_command(command).expect("the program starts");
            drop(pair.slave);
            let mut reader = pair.master.try_clone_reader().expect("a reader");
            let keyboard = pair.master.take_writer().expect("a writer");
            let (send, output) = mpsc::channel();
            std::thread::spawn(move || {
                let mut buffer = [0; 65_536];
                while let Ok(read) = reader.read(&mut buffer) {
                    if read == 0 || send.send(buffer[..read].to_vec()).is_err() {
                        return;
                    }
                }
            });
            let n = |n| NonZeroU16::new(n).expect("above 0");
            Self { _master: pair.master, child, keyboard, output, parser: vt100::Parser::new(n(36), n(120), 0), began }
        }

        fn screen(&self) -> String {
            self.parser.screen().rows(0, 120).collect::<Vec<_>>().join("\n")
        }

        /// Waits until `shown` holds for the screen; returns the moment it did.
        fn until(&mut self, shown: impl Fn(&str) -> bool) -> Instant {
            let end = Instant::now() + PATIENCE;
            loop {
                if shown(&self.screen()) {
                    return Instant::now();
                }
                assert!(Instant::now() < end, "the screen never came to this:\n{}", self.screen());
                if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                    self.parser.process(&bytes);
                }
            }
        }

        fn key(&mut self, key: &str) {
            self.keyboard.write_all(key.as_bytes()).expect("the program reads keys");
            self.keyboard.flush().expect("the program reads keys");
        }

        fn processor_ticks(&self) -> u64 {
            let id = self.child.process_id().expect("a process id");
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("/proc is there");
            let after_name = stat.rsplit(')').next().unwrap_or("");
            after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum()
        }
    }

    impl Drop for Explorer {
        fn drop(&mut self) {
            let _ = self.child.kill();
        }
    }

    fn percentile(times: &mut [f64], share: f64) -> f64 {
        times.sort_by(f64::total_cmp);
        times[((times.len() - 1) as f64 * share).round() as usize]
    }

    pub fn main() {
        let (mut frames, mut figures) = (Vec::new(), Vec::new());
        for _ in 0..15 {
            let mut explorer = Explorer::start();
            let frame = explorer.until(|screen| screen.contains("session budget"));
            frames.push((frame - explorer.began).as_secs_f64() * 1e3);
            let figure = explorer.until(|screen| screen.contains("RMSE") && screen.contains("clipped away"));
            figures.push((figure - explorer.began).as_secs_f64() * 1e3);
        }
        println!(
            "start to first frame:          median {:6.1} ms, worst {:6.1} ms",
            percentile(&mut frames, 0.5),
            percentile(&mut frames, 1.0)
        );
        println!(
            "start to closed forms shown:   median {:6.1} ms, worst {:6.1} ms",
            percentile(&mut figures, 0.5),
            percentile(&mut figures, 1.0)
        );

        // On the Sweep screen every arrow moves the cursor and restarts nothing, so the
        // workers stay busy; `n` starts the sweep over when it nears its end.
        let mut explorer = Explorer::start();
        explorer.until(|screen| screen.contains("clipped away"));
        explorer.key("3");
        explorer.until(|screen| screen.contains("enter takes it"));
        let cell = |screen: &str| screen.lines().find_map(|line| line.split("cell ε ").nth(1).map(str::to_owned));
        let (mut while_busy, mut all_busy) = (Vec::new(), true);
        for step in 0..120 {
            if step % 12 == 0 {
                explorer.key("n");
                std::thread::sleep(Duration::from_millis(120));
                explorer.until(|screen| screen.contains("simulating"));
            }
            let before = cell(&explorer.screen());
            all_busy &= explorer.screen().contains("simulating");
            let pressed = Instant::now();
            explorer.key(if step / 12 % 2 == 0 { "\x1b[D" } else { "\x1b[C" });
            let changed = explorer.until(|screen| cell(screen) != before);
            while_busy.push((changed - pressed).as_secs_f64() * 1e3);
            std::thread::sleep(Duration::from_millis(7));
        }
        println!(
            "key to changed screen, sweeping{}: median {:6.1} ms, p95 {:6.1} ms, worst {:6.1} ms",
            if all_busy { "" } else { " (not all the time)" },
            percentile(&mut while_busy, 0.5),
            percentile(&mut while_busy, 0.95),
            percentile(&mut while_busy, 1.0)
        );

        let mut explorer = Explorer::start();
        explorer.until(|screen| screen.contains("clipped away"));
        explorer.until(|screen| !screen.contains("simulating"));
        std::thread::sleep(Duration::from_secs(1));
        let before = explorer.processor_ticks();
        std::thread::sleep(Duration::from_secs(5));
        let spent = explorer.processor_ticks() - before;
        println!("idle for 5 s:                  {spent} clock ticks of processor time (100 a second)");
    }
}
