//! How soon the explorer shows its first frame, how soon a key changes the screen while
//! every core simulates, how soon a turned knob shows exact drift, and what it costs to
//! stand idle. Linux only.
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
            Self::start_on(&[])
        }

        /// The explorer with arguments of `explore`.
        fn start_on(arguments: &[&str]) -> Self {
            let size = PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 };
            let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
            let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_epsiloscope"));
            if !arguments.is_empty() {
                command.arg("explore");
            }
            command.args(arguments);
            command.env("TERM", "xterm-256color");
            command.env("COLORFGBG", "15;0");
            command.env("EPSILOSCOPE_NO_RECENT", "1");
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
            Self {
                _master: pair.master,
                child,
                keyboard,
                output,
                parser: vt100::Parser::new(n(36), n(120), 0),
                began,
            }
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
            after_name
                .split_whitespace()
                .skip(11)
                .take(2)
                .filter_map(|n| n.parse::<u64>().ok())
                .sum()
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

    /// A word after the name of a figure in the list of what is left.
    fn number(screen: &str, row: &str, column: usize) -> Option<String> {
        let line = screen.lines().find(|line| line.contains(row))?;
        let words: Vec<&str> = line.split(row).nth(1)?.split_whitespace().collect();
        words.get(column).map(|&word| word.to_owned())
    }

    /// From a turned ε on the Ranking screen to the new τ-b, and to the new probabilities
    /// of a place in the top list, at the keyboard of a file with thousands of groups.
    fn knob_turns_on_ranking() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("thousands.csv");
        write_thousands(&file);
        let mut explorer =
            Explorer::start_on(&[file.to_str().expect("a path"), "--l0", "20", "--linf", "1"]);
        explorer.until(|screen| screen.contains("clipped away"));
        explorer.key("4");
        let tau = |screen: &str| number(screen, "τ-b", 0);
        let overlap = |screen: &str| number(screen, "overlap@10", 0);
        explorer.until(|screen| {
            tau(screen).is_some() && overlap(screen).is_some_and(|o| o.starts_with("0."))
        });
        std::thread::sleep(Duration::from_secs(2));
        let (mut taus, mut overlaps) = (Vec::new(), Vec::new());
        for step in 0..60 {
            let before = explorer.screen();
            let (tau_before, overlap_before) = (tau(&before), overlap(&before));
            let pressed = Instant::now();
            explorer.key(if step / 6 % 2 == 0 { "\x1b[D" } else { "\x1b[C" });
            let changed = explorer.until(|screen| tau(screen) != tau_before);
            taus.push((changed - pressed).as_secs_f64() * 1e3);
            let changed = explorer.until(|screen| {
                overlap(screen).is_some_and(|now| {
                    now.starts_with("0.") && Some(&now) != overlap_before.as_ref()
                })
            });
            overlaps.push((changed - pressed).as_secs_f64() * 1e3);
            std::thread::sleep(Duration::from_millis(37));
        }
        for (what, times) in [("τ-b", &mut taus), ("top list", &mut overlaps)] {
            println!(
                "knob to {what:<8}, 5,000 groups: median {:6.1} ms, p95 {:6.1} ms, worst {:6.1} ms",
                percentile(times, 0.5),
                percentile(times, 0.95),
                percentile(times, 1.0)
            );
        }
    }

    /// On the Recommend screen: from a turned ε to the private lists under it, then from a key
    /// to another shopper while two autoencoders train on all cores.
    fn shoppers_while_models_train() {
        let mut explorer = Explorer::start_on(&["--l0", "20"]);
        explorer.until(|screen| screen.contains("clipped away"));
        explorer.key("6");
        explorer.until(|screen| screen.contains("private ε 1 ") && screen.contains(" stay"));
        let mut lists = Vec::new();
        for step in ["1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"] {
            let pressed = Instant::now();
            explorer.key("\x1b[C");
            let head = format!("private ε {step} ");
            let changed = explorer.until(|screen| {
                screen.contains(&head)
                    && screen.contains(" stay")
                    && !screen.contains("before the knob")
            });
            lists.push((changed - pressed).as_secs_f64() * 1e3);
            std::thread::sleep(Duration::from_millis(37));
        }
        println!(
            "knob to private lists of EASE: median {:6.1} ms, worst {:6.1} ms",
            percentile(&mut lists, 0.5),
            percentile(&mut lists, 1.0)
        );
        for key in ["\x1b[B", "\x1b[B", "\x1b[C", "\x1b[C"] {
            explorer.key(key);
        }
        explorer.until(|screen| {
            screen.contains("/100") && (screen.contains("training ") || screen.contains("DP-SGD "))
        });
        let shopper = |screen: &str| {
            let after = screen.split("for shopper ").nth(1)?;
            after.split(' ').next().map(str::to_owned)
        };
        let (mut while_training, mut all_busy) = (Vec::new(), true);
        for step in 0..120 {
            let before = shopper(&explorer.screen());
            all_busy &= explorer.screen().contains("fitting");
            let pressed = Instant::now();
            explorer.key(if step / 40 % 2 == 0 { "]" } else { "[" });
            let changed = explorer.until(|screen| shopper(screen) != before);
            while_training.push((changed - pressed).as_secs_f64() * 1e3);
            std::thread::sleep(Duration::from_millis(23));
        }
        println!(
            "key to another shopper, training{}: median {:6.1} ms, p95 {:6.1} ms, worst {:6.1} ms",
            if all_busy { "" } else { " (not all the time)" },
            percentile(&mut while_training, 0.5),
            percentile(&mut while_training, 0.95),
            percentile(&mut while_training, 1.0)
        );
    }

    /// 5,000 items, the j-th bought by about 60,000 / (j + 20) users.
    fn write_thousands(path: &std::path::Path) {
        let mut text = String::from("user,item\n");
        let mut user = 0_u32;
        for item in 0..5_000_u32 {
            for _ in 0..60_000 / (item + 20) + 1 {
                // 13 is coprime with the number of users, so that pairs repeat seldom.
                user = (user + 13) % 40_000;
                text += &format!("u{user},i{item:04}\n");
            }
        }
        std::fs::write(path, text).expect("a file");
    }

    pub fn main() {
        let (mut frames, mut figures) = (Vec::new(), Vec::new());
        for _ in 0..15 {
            let mut explorer = Explorer::start();
            let frame = explorer.until(|screen| screen.contains("session budget"));
            frames.push((frame - explorer.began).as_secs_f64() * 1e3);
            let figure =
                explorer.until(|screen| screen.contains("RMSE") && screen.contains("clipped away"));
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
        let cell = |screen: &str| {
            screen.lines().find_map(|line| line.split("cell ε ").nth(1).map(str::to_owned))
        };
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

        knob_turns_on_ranking();
        shoppers_while_models_train();

        let mut explorer = Explorer::start();
        explorer.until(|screen| screen.contains("clipped away"));
        explorer.until(|screen| !screen.contains("simulating"));
        std::thread::sleep(Duration::from_secs(1));
        let before = explorer.processor_ticks();
        std::thread::sleep(Duration::from_secs(5));
        let spent = explorer.processor_ticks() - before;
        println!(
            "idle for 5 s:                  {spent} clock ticks of processor time (100 a second)"
        );
    }
}
