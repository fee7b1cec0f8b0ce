//! Parse, run, exit code.

use std::process::ExitCode;

use epsiloscope::command;

fn main() -> ExitCode {
    command::run()
}
