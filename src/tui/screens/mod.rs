//! The list of screens: the only place that names them. A new screen is a folder, its `mod` and
//! its line here.

pub mod advice;
pub mod anonymity;
pub mod budget;
pub mod data;
pub mod ranking;
pub mod rates;
pub mod recommend;
pub mod risk;
pub mod scope;
pub mod sweep;

use super::screen::Screen;

/// Declares the screens: their struct, and where each stands in the list. Their `mod` lines stand
/// outside, where cargo fmt sees them.
macro_rules! screens {
    ($(#[$all:meta])* pub struct $name:ident {
        $($(#[$what:meta])* $folder:ident: $state:ident,)+
    }) => {
        $(#[$all])*
        pub struct $name {
            $($(#[$what])* pub $folder: $folder::$state,)+
        }

        impl $name {
            /// All of them, in order.
            pub fn all(&self) -> Vec<&dyn Screen> {
                vec![$(&self.$folder),+]
            }

            /// All of them, in order, to be changed.
            pub fn all_mut(&mut self) -> Vec<&mut dyn Screen> {
                vec![$(&mut self.$folder),+]
            }
        }
    };
}

screens! {
    /// Every screen, in the order of the number keys.
    #[derive(Debug, Default)]
    pub struct Screens {
        /// What was read, kept and dropped.
        data: Data,
        /// Repeated noised queries, live.
        scope: Scope,
        /// Curves over ε and the ε × bound map.
        sweep: Sweep,
        /// The true order beside noised ones.
        ranking: Ranking,
        /// What was spent, what every accountant says of it, and a plan for the rest.
        budget: Budget,
        /// Lists learnt under a budget: what they are worth and how far they drift.
        recommend: Recommend,
        /// From what must hold to the smallest ε.
        advice: AdviceScreen,
        /// What an attacker gains from the answer under the knobs.
        risk: RiskScreen,
        /// How many of those who saw a campaign converted.
        rates: RatesScreen,
        /// How few points single a user out, and k-anonymity beside DP.
        anonymity: AnonymityScreen,
    }
}

impl Screens {
    /// Their names, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.all().iter().map(|screen| screen.name()).collect()
    }

    /// The place of the screen with this name.
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.names().iter().position(|known| *known == name)
    }
}
