//! The real program, run on what was made by lot: it ends with 0, or with 2 and one sentence.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;

use crate::campaign::{End, assert_sentence};

/// Runs the program in `folder` and returns its standard output, if it was not refused.
pub fn run(folder: &Path, arguments: &[OsString]) -> (End, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epsiloscope"));
    command
        .current_dir(folder)
        .timeout(Duration::from_secs(80))
        .args(arguments)
        .env("NO_COLOR", "1");
    let output = command.output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("standard error is UTF-8");
    let text = String::from_utf8(output.stdout).expect("standard output is UTF-8");
    let obeyed = |text: &str| text.contains(|c: char| c.is_control() && c != '\n' && c != '\t');
    assert!(
        !obeyed(&said) && !obeyed(&text),
        "a terminal would obey this: {arguments:?}: {said:?} {text:?}"
    );
    match output.status.code() {
        Some(0) => {
            said.lines().for_each(assert_sentence);
            (End::Taken, text)
        }
        Some(2) => {
            // A wrong flag is told with the usage, in the words of the argument parser.
            if !said.starts_with("error: ") {
                assert!(said.starts_with("epsiloscope: "), "{arguments:?}: {said}");
                assert_sentence(said.strip_suffix('\n').expect("a whole line"));
            }
            assert!(!said.contains("panicked") && text.is_empty(), "{arguments:?}: {said} {text}");
            (End::Refused, String::new())
        }
        code => panic!("{arguments:?} ended with {code:?}: {said}"),
    }
}

/// Arguments of texts.
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<OsString> {
    texts.into_iter().map(OsString::from).collect()
}

/// Bytes as an argument; an argument holds no NUL.
pub fn word(bytes: &[u8]) -> OsString {
    // Systems allow 128 KiB for one.
    let bytes: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != 0).take(100_000).collect();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        OsString::from_vec(bytes)
    }
    #[cfg(not(unix))]
    {
        OsString::from(String::from_utf8_lossy(&bytes).into_owned())
    }
}
