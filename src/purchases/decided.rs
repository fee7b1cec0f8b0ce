//! A value and where it comes from: the default, a guess from rows, a declaration.

use serde::Serialize;

/// Where the value of a decision comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// What is taken where nobody says anything: it looks at the header line at most.
    Default,
    /// Told from the rows.
    Guessed,
    /// Said by the user.
    Declared,
}

impl Origin {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Guessed => "guessed",
            Origin::Declared => "declared",
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T: PartialEq> Decided<T> {
    /// What was declared, else what the rows tell, else the default. A guess that agrees with
    /// the default is the default: it is what would be read without looking.
    pub(super) fn by(declared: Option<T>, guess: impl FnOnce() -> Option<T>, usual: T) -> Self {
        if let Some(value) = declared {
            return Self { value, origin: Origin::Declared };
        }
        match guess() {
            Some(value) if value != usual => Self { value, origin: Origin::Guessed },
            _ => Self { value: usual, origin: Origin::Default },
        }
    }
}

impl<T> Decided<T> {
    /// What is taken where nobody says anything.
    pub(super) fn usual(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}
