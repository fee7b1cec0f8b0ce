//! What is publicly known of a question's groups: whether their keys are, and how many there are.

use serde::Serialize;
use thiserror::Error;

use crate::purchases::GroupBy;

/// Whether the keys of the groups are public, and their number where it is. Keys that were
/// seen are no public list: their number is a figure of the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum GroupKeys {
    /// Nothing: the keys are private, and so is their number.
    #[default]
    Private,
    /// The grouping itself lists its groups: 24 hours, 7 weekdays, 168 hours of the week.
    Kind(u64),
    /// A written list has so many.
    Listed(u64),
    /// Somebody says that there is a public list of so many; for trials.
    Said(u64),
}

/// A public list that cannot hold the groups that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a public list of {groups} cannot hold the {seen} groups of the data: say at least {seen}")]
pub struct ShortList {
    /// How many it was said to have.
    pub groups: u64,
    /// How many are seen.
    pub seen: usize,
}

impl GroupKeys {
    /// How many groups there are, where that is public.
    pub fn groups(self) -> Option<u64> {
        match self {
            GroupKeys::Private => None,
            GroupKeys::Kind(groups) | GroupKeys::Listed(groups) | GroupKeys::Said(groups) => {
                Some(groups)
            }
        }
    }

    /// Where it comes from, in a word; `None` for private keys.
    fn source(self) -> Option<&'static str> {
        match self {
            GroupKeys::Private => None,
            GroupKeys::Kind(_) => Some("kind"),
            GroupKeys::Listed(_) => Some("list"),
            GroupKeys::Said(_) => Some("said"),
        }
    }

    /// In words, for people.
    pub fn words(self, group_by: GroupBy) -> String {
        let several = group_by.plural();
        match self {
            GroupKeys::Private => "keys private".to_owned(),
            GroupKeys::Kind(groups) => format!("{groups} {several}, which everyone knows"),
            GroupKeys::Listed(groups) => format!("keys public: {groups} in a list"),
            GroupKeys::Said(groups) => format!("keys assumed public: a list of {groups}"),
        }
    }
}

impl Serialize for GroupKeys {
    /// `{keys, number, from}`: `private` or `public`, their number and where it comes from
    /// (`kind`, `list`, `said`), null for private keys.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document {
            keys: &'static str,
            number: Option<u64>,
            from: Option<&'static str>,
        }
        let keys = if self.groups().is_some() { "public" } else { "private" };
        Document { keys, number: self.groups(), from: self.source() }.serialize(serializer)
    }
}
