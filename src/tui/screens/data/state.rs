//! The state of the Data screen.

/// The Data screen: what was read, kept and dropped.
#[derive(Debug, Default)]
pub struct Data {
    /// The line that is chosen.
    pub line: usize,
}
