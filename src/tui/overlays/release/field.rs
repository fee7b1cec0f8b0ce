//! The lines of the release form: what each is called, and what it means.

use crate::recommend::ModelKind;

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A value for every group.
    Values,
    /// The order of the largest groups, without values.
    Order,
    /// A model of items.
    Model,
}

impl What {
    /// What the form says.
    pub fn words(self) -> &'static str {
        match self {
            What::Values => "all values",
            What::Order => "the order of the top k",
            What::Model => "a model of items",
        }
    }
}

/// A line of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Values or an order.
    What,
    /// The length of the order.
    K,
    /// Which model.
    Model,
    /// Where the group keys come from.
    Keys,
    /// The public list.
    Catalogue,
    /// How many items of it.
    Items,
    /// ε of the release.
    Epsilon,
    /// δ of the release.
    Delta,
    /// Whether low and high stand beside every value.
    Interval,
    /// The share of ε of one row of all that is not shown.
    Rest,
    /// Whether values below 0 become 0.
    Floor,
    /// The ledger's file.
    Ledger,
    /// The dataset's name in the ledger.
    Dataset,
    /// ε of a ledger that is to be made.
    TotalEpsilon,
    /// Its δ.
    TotalDelta,
    /// How it adds up.
    Accountant,
    /// The file to publish.
    Out,
    /// What was chosen by looking at the data.
    Unprotected,
    /// Whether the decisions of reading that were guessed from rows are agreed to.
    Guesses,
}

impl Field {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Field::What => "publish",
            Field::K => "k",
            Field::Model => "model",
            Field::Keys => "which groups exist is",
            Field::Catalogue => "public list",
            Field::Items => "items of it",
            Field::Epsilon => "ε",
            Field::Delta => "δ",
            Field::Interval => "interval",
            Field::Rest => "share of (rest)",
            Field::Floor => "values below 0",
            Field::Ledger => "ledger",
            Field::Dataset => "  dataset",
            Field::TotalEpsilon => "  ε of all releases",
            Field::TotalDelta => "  δ of all releases",
            Field::Accountant => "  accountant",
            Field::Out => "publish as",
            Field::Unprotected => "chosen by looking",
            Field::Guesses => "guessed from rows",
        }
    }

    /// Whether one types it.
    pub fn is_typed(self) -> bool {
        !matches!(
            self,
            Field::What
                | Field::Model
                | Field::Keys
                | Field::Interval
                | Field::Floor
                | Field::Accountant
                | Field::Guesses
        )
    }

    /// Whether what is typed is a path.
    pub fn is_path(self) -> bool {
        matches!(self, Field::Ledger | Field::Catalogue | Field::Out)
    }

    /// What it means.
    pub fn advice(self) -> &'static str {
        match self {
            Field::What => {
                "A value for every group; or only the order of the groups with the most buyers: each of its k places gets ε/k, \
                 and no bound cuts anything, however many groups a user is in."
            }
            Field::K => "How many places the order has, over a public list.",
            Field::Model => {
                "Lists are made from a published model, which holds no user's history; popularity is the same list for \
                 all."
            }
            Field::Keys => {
                "A group that only one user has would give that user away. A public list gives every key of it a row, \
                 bought or not; private keys are dropped below a threshold."
            }
            Field::Catalogue => {
                "A table with a header line, one key a row, that does not come from this data; of the sample its own, \
                 called sample. tab completes its path."
            }
            Field::Items => {
                "So many items of the list, chosen by noisy counts; empty for all of it."
            }
            Field::Epsilon => "What this release costs, with at most nine decimals.",
            Field::Delta => {
                "The probability with which the guarantee may fail: well below one over the number of users."
            }
            Field::Interval => {
                "Columns low and high, which hold the sum under the bounds with a probability of 95 %. They cost nothing."
            }
            Field::Rest => {
                "All groups that are not shown as one last row: for a share of ε such as 0.1, which the other rows then \
                 lack. Empty for none."
            }
            Field::Floor => {
                "Flooring looks tidier and raises small groups; sums of floored values are too large."
            }
            Field::Ledger => {
                "The file that keeps what was ever spent on this data; where there is none it is made here. tab completes."
            }
            Field::Dataset => "The dataset's name in its ledger, which every release asks for.",
            Field::TotalEpsilon => {
                "The budget of everything that will ever be released of this data: it never changes."
            }
            Field::TotalDelta => {
                "Well below one over the number of users; 0 only if nothing will ever need a δ."
            }
            Field::Accountant => {
                "basic adds up ε and δ; zcdp and rdp let more Gaussian or small releases fit. It never changes."
            }
            Field::Out => {
                "How it was made is stated beside it, or within a model. tab completes its path."
            }
            Field::Unprotected => {
                "Name what was chosen by looking at this data unprotected (such as l0, linf), or type none. It is stated \
                 with the release; left empty it is \"not stated\"."
            }
            Field::Guesses => {
                "The file was read by guesses over all its rows, so one user's rows could change how everybody else's are read: no ε \
                 covers that. Agree, and the statement names them as unprotected; or leave, and open the file with each of \
                 them declared."
            }
        }
    }
}

/// Where the group keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysChoice {
    /// A public list.
    Catalogue,
    /// Selected privately, by threshold.
    Private,
    /// In the data, and public.
    Public,
}

impl KeysChoice {
    /// Every choice, in the order shown; none of them is the answer before somebody chooses.
    pub const ALL: [KeysChoice; 3] =
        [KeysChoice::Catalogue, KeysChoice::Private, KeysChoice::Public];

    /// What the form says.
    pub fn words(self) -> &'static str {
        match self {
            KeysChoice::Private => "private: small groups are dropped, needs δ",
            KeysChoice::Catalogue => "from a public list (recommended)",
            KeysChoice::Public => "in the data, and known to everyone",
        }
    }
}

/// Models that are published.
pub const MODELS: [ModelKind; 2] = [ModelKind::Ease, ModelKind::Popularity];
