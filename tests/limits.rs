//! Numbers that become memory or loops are refused before they begin, and Ctrl-C ends what has
//! begun, within a second, with nothing half-written.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_epsiloscope");

/// What it says within a time in which nothing large can be done.
fn at_once(arguments: &[&str]) -> Output {
    let began = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    while child.try_wait().expect("a child").is_none() {
        if began.elapsed() > Duration::from_secs(20) {
            child.kill().expect("it can be killed");
            panic!("{arguments:?} has begun");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("what it said")
}

#[test]
fn numbers_that_no_machine_holds_are_refused_with_a_sentence() {
    let many: Vec<String> = (1..=20_000).map(|bound| bound.to_string()).collect();
    let many = many.join(",");
    let ranges = vec!["0.01:10:10000"; 40].join(",");
    let sweep = ["sweep", "--epsilon", "1"];
    let bounds = ["--l0", "5", "--linf", "5"];
    let recommend = ["recommend", "--epsilon", "1", "--delta", "1e-6", "--l0", "5"];
    let most = i64::MAX.to_string();
    let largest = u64::MAX.to_string();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        ([&sweep[..], &["--sensitivity", "1e308"]].concat(), "--sensitivity"),
        ([&sweep[..], &["--sensitivity", "1e-300"]].concat(), "--sensitivity"),
        ([&sweep[..], &["--l0", &many, "--linf", "5"]].concat(), "--l0 and --linf"),
        ([&sweep[..], &["--l0", "5", "--linf", &many]].concat(), "--l0 and --linf"),
        ([&["sweep", "--epsilon", &ranges][..], &bounds].concat(), "--epsilon"),
        (
            vec!["sweep", "--epsilon", "0.01:10:10000", "--l0", "1,2,3", "--linf", "1,2,3"],
            "cells of this sweep",
        ),
        ([&sweep[..], &bounds, &["--trials", &most]].concat(), "--trials"),
        ([&sweep[..], &bounds, &["--trials", &largest]].concat(), "--trials"),
        ([&sweep[..], &bounds, &["--threads", "1000000000"]].concat(), "--threads"),
        ([&sweep[..], &bounds, &["--threads", &largest]].concat(), "--threads"),
        ([&sweep[..], &bounds, &["--k", &largest]].concat(), "--k"),
        ([&recommend[..], &["--refits", "1000000000000"]].concat(), "--refits"),
        ([&recommend[..], &["--refits", &most]].concat(), "--refits"),
        ([&recommend[..], &["--items", &most]].concat(), "--items"),
        ([&recommend[..], &["--k", &most]].concat(), "--k"),
        ([&recommend[..], &["--threads", &most]].concat(), "--threads"),
        (vec!["recommend", "--epsilon", &ranges, "--delta", "1e-6", "--l0", "5"], "--epsilon"),
        // 10,001 values: one more than the most, in the last range.
        (
            vec![
                "recommend",
                "--epsilon",
                "1e-9:1:5000,2:9:5001",
                "--delta",
                "1e-6",
                "--l0",
                "5",
                "--model",
                "ease",
            ],
            "--epsilon",
        ),
        (
            vec![
                "recommend",
                "--epsilon",
                "0.01:10:9000",
                "--delta",
                "1e-6",
                "--l0",
                "5",
                "--model",
                "ease",
                "--refits",
                "1000",
            ],
            "figures of this evaluation",
        ),
        (vec!["inspect", "--decimal", ",", "--thousands", ","], "cannot be both"),
        (vec!["inspect", "--thousands", "."], "cannot be both"),
        #[cfg(unix)]
        (vec!["inspect", "/dev/zero"], "a line of more than"),
        (vec!["explore", "--plain", "--k", &largest], "--k"),
        (vec!["explore", "--plain", "--l0", &largest], "--l0"),
        (vec!["explore", "--plain", "--linf", &largest], "--linf"),
        (vec!["explore", "--plain", "--budget", "inf"], "--budget"),
        (vec!["generate", "--rows", &largest, "--out", "/nowhere/a.csv"], ""),
        (vec!["generate", "--rows", "1000000000000", "--out", "made.csv"], "--rows"),
        (vec!["generate", "--items", "4000000000", "--out", "made.csv"], "--items"),
    ];
    for (arguments, part) in cases {
        let output = at_once(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let short: Vec<&str> = arguments.iter().map(|word| &word[..word.len().min(30)]).collect();
        assert_eq!(output.status.code(), Some(2), "{short:?}: {said}");
        assert!(
            said.contains(part) && said.lines().count() == 1 && !said.contains("panicked"),
            "{short:?}: {said}"
        );
    }
    assert!(!Path::new("made.csv").exists());
}

#[cfg(unix)]
mod interrupted {
    use super::*;

    /// Starts it, waits, presses Ctrl-C for it, and expects the end within a second.
    fn ends(arguments: &[&str], folder: &Path, wait: u64) {
        let mut child = Command::new(PROGRAM)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(wait));
        assert!(
            child.try_wait().expect("a child").is_none(),
            "{arguments:?} was over too soon to be stopped"
        );
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("kill is there");
        assert!(sent.success());
        let pressed = Instant::now();
        while child.try_wait().expect("a child").is_none() {
            assert!(pressed.elapsed() < Duration::from_secs(30), "{arguments:?} did not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        // A second, and room for a loaded machine.
        assert!(
            pressed.elapsed() < Duration::from_secs(4),
            "{arguments:?}: {:?}",
            pressed.elapsed()
        );
        let output = child.wait_with_output().expect("what it said");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(130), "{arguments:?}: {said}");
        assert_eq!(said, "epsiloscope: stopped; nothing was written\n", "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let left: Vec<_> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry"))
            .collect();
        let left: Vec<String> =
            left.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        assert_eq!(left, ["fifo"], "{arguments:?}");
    }

    #[test]
    fn ctrl_c_ends_anything_with_130_and_nothing_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = Command::new("mkfifo")
            .arg(folder.path().join("fifo"))
            .status()
            .expect("mkfifo is there");
        assert!(made.success());
        let bounds = ["--epsilon", "0.1:1:9", "--l0", "5,9", "--linf", "5,9"];
        // Long work, a file that does not come, standard input that does not come, writing.
        ends(
            &[&["sweep", "--trials", "900000000", "--out", "a.csv"][..], &bounds].concat(),
            folder.path(),
            1_500,
        );
        ends(&["inspect", "fifo", "--out", "a.txt"], folder.path(), 500);
        ends(&["inspect", "-", "--out", "a.txt"], folder.path(), 500);
        ends(&["compare", "fifo", "-"], folder.path(), 500);
        ends(
            &["generate", "--rows", "20000000", "--users", "100000", "--out", "a.csv"],
            folder.path(),
            700,
        );
        let autoencoder = [
            "--model",
            "autoencoder",
            "--epsilon",
            "1",
            "--delta",
            "1e-6",
            "--l0",
            "5",
            "--refits",
            "900",
        ];
        ends(&[&["recommend", "--out", "a.txt"][..], &autoencoder].concat(), folder.path(), 1_500);
    }
}
