//! The accountants by name: what knows none of their sums may still say which of them it means.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to add up privacy losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accountant {
    /// ε and δ add up (Dwork et al. 2006).
    Basic,
    /// Zero-concentrated DP: ρ adds up (Bun & Steinke 2016).
    Zcdp,
    /// Rényi DP: the divergence of every order adds up (Mironov 2017).
    Rdp,
    /// Privacy loss distributions: exact up to a stated pessimism (Koskela et al. 2020), or
    /// what Rényi and basic accounting say where that is less. For plans fixed in advance.
    Pld,
}

impl Accountant {
    /// Every accountant, from the coarsest to the tightest.
    pub const ALL: [Accountant; 4] =
        [Accountant::Basic, Accountant::Zcdp, Accountant::Rdp, Accountant::Pld];

    /// The word for it on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Accountant::Basic => "basic",
            Accountant::Zcdp => "zcdp",
            Accountant::Rdp => "rdp",
            Accountant::Pld => "pld",
        }
    }

    /// The word for it on a screen.
    pub fn title(self) -> &'static str {
        match self {
            Accountant::Basic => "basic",
            Accountant::Zcdp => "zCDP",
            Accountant::Rdp => "Rényi",
            Accountant::Pld => "PLD",
        }
    }

    /// Whether a ledger may add up with it: answers may be chosen after seeing earlier
    /// ones, for which no proof covers privacy loss distributions.
    pub fn is_filter(self) -> bool {
        self != Accountant::Pld
    }
}

impl fmt::Display for Accountant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
