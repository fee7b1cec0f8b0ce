//! How a command ends before its work is done, and the exit codes.

/// Exit code of what was asserted and does not hold.
pub const UNMET: u8 = 1;
/// Exit code of refused input.
pub const REFUSED: u8 = 2;
/// Exit code after Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum EarlyEnd {
    /// Ctrl-C.
    #[error("stopped; nothing was written")]
    Interrupted,
    /// Ctrl-C after a file was written.
    #[error("stopped; a part of what was asked for was written, each file whole")]
    Half,
    /// Ctrl-C while something is published.
    #[error(
        "stopped while publishing: `epsiloscope ledger check LEDGER` says whether budget was spent"
    )]
    WhileSpending,
}

/// What was asserted does not hold; the result was written all the same.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unmet(pub String);
