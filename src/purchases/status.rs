//! Whether looking at the true data is itself a disclosure.

use std::fmt;

use serde::Serialize;

/// The status of a dataset. It stands on every screen and in every export, because
/// looking at true error is not private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Already public: nothing more can be disclosed.
    Public,
    /// Made up; nobody is in it.
    Synthetic,
    /// About real people, but from a period or purpose apart from what will be released.
    Historical,
    /// About people whose privacy is at stake: the default for a file that is opened.
    Private,
}

impl Status {
    /// Every status, in the order shown.
    pub const ALL: [Status; 4] =
        [Status::Public, Status::Synthetic, Status::Historical, Status::Private];

    /// The word for it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Status::Public => "public",
            Status::Synthetic => "synthetic",
            Status::Historical => "historical",
            Status::Private => "private",
        }
    }

    /// The sentence that goes with every figure computed from true data, if one must.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Status::Private => Some("not differentially private: do not publish"),
            Status::Historical => {
                Some("computed from true historical data: not differentially private")
            }
            Status::Public | Status::Synthetic => None,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
