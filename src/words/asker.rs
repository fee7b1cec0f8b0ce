//! Who asks, and with what means.

/// Who is told, and can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who typed a command: flags.
    CommandLine,
    /// Somebody in the explorer: fields, keys and screens.
    Explorer,
}

impl Asker {
    /// The words for whoever asks.
    pub(super) fn of<'a>(self, command_line: &'a str, explorer: &'a str) -> &'a str {
        match self {
            Self::CommandLine => command_line,
            Self::Explorer => explorer,
        }
    }
}
