//! Why something cannot be asked of people in this data.

use thiserror::Error;

use super::attribute::Attribute;
use super::kind::PointKind;

/// Why a study cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AnonymityError {
    /// Points need a column that is not there.
    #[error("points of {kind} need a {column} column, and there is none")]
    NoColumnForPoints {
        /// The points.
        kind: PointKind,
        /// The column.
        column: &'static str,
    },
    /// A property of users needs a column that is not there.
    #[error("{attribute} of a user needs a {column} column, and there is none")]
    NoColumnForAttribute {
        /// The property.
        attribute: Attribute,
        /// The column.
        column: &'static str,
    },
    /// Classes of k users need so many.
    #[error(
        "classes of {k} users need at least {k} users, and there {} {users}: choose a smaller k",
        if *users == 1 { "is" } else { "are" }
    )]
    FewUsers {
        /// The size of a class.
        k: usize,
        /// The users that there are.
        users: usize,
    },
    /// One user cannot be told apart from anybody.
    #[error("there is one user only: nobody to be told apart from, and no class to hide in")]
    OneUser,
    /// No rows.
    #[error("there is no user in the data: no row was kept")]
    Nobody,
    /// What is to stay secret cannot be what classes are made of.
    #[error("{0} is what is to stay secret: it cannot be a quasi-identifier, too")]
    SensitiveIsQuasi(Attribute),
    /// What is to stay secret is one of few values, not a number.
    #[error("{0} is a number: what is to stay secret must be a choice, such as the favourite item")]
    NotAChoice(Attribute),
    /// Linking needs a time to cut at.
    #[error("there is no time column, so the data cannot be cut into an earlier and a later half")]
    NoHalves,
    /// Linking needs users on both sides.
    #[error("fewer than two users bought in both halves of the time, so there is nobody to link")]
    NobodyInBoth,
    /// A second release needs quasi-identifiers of its own.
    #[error("there is no time column, so no second release by the day of the first purchase")]
    NoSecond,
    /// Nobody wants a second release.
    #[error("no second release was asked for")]
    NoSecondAsked,
    /// A newer request waits, or the user stopped.
    #[error("stopped before the end")]
    Stopped,
}

impl From<crate::work::Cancelled> for AnonymityError {
    fn from(_: crate::work::Cancelled) -> Self {
        Self::Stopped
    }
}
