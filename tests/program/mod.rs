//! The real binary as suites run it.

// Each suite uses its part.
#![allow(dead_code)]

use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

/// The program, which has two minutes.
pub fn program() -> Command {
    let mut command = Command::cargo_bin("epsiloscope").expect("the binary is built");
    command.timeout(Duration::from_secs(120));
    command
}

/// The JSON that it writes, where it goes well.
pub fn json(arguments: &[&str]) -> Value {
    let output = program().args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Runs it, expects refusal and nothing on standard output, and returns the one sentence.
pub fn refused(arguments: &[&str]) -> String {
    let output = program().args(arguments).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
    assert!(!said.contains("panicked"), "{said}");
    said
}
