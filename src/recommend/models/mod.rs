//! The models that there are, in one list: a new one is a file here, its `mod` and its line.

pub(super) mod als;
pub(super) mod autoencoder;
pub(super) mod ease;
pub(super) mod popularity;
pub(super) mod random;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::counts::{buyers, noisy_histogram};
use super::entry::{ModelEntry, PlannedBy};
use super::training::{
    FitBudget, FitOptions, Fitted, Guarantee, ItemModel, NoModel, NoiseSeed, Public, Training,
    TrainingPlan, TrainingStep, Watch,
};
use super::vocabulary::{Chosen, Narrowed};
use crate::work::Cancel;

/// Makes the kinds of models, and what is common to them, from lines `Kind: file`.
macro_rules! models {
    ($(#[$all:meta])* pub enum $name:ident { $($kind:ident: $file:ident,)+ }) => {
        $(#[$all])*
        pub enum $name {
            $(#[doc = concat!("See the file ", stringify!($file), ".")] $kind,)+
        }

        impl $name {
            /// All of them, the floor first.
            pub const ALL: [Self; [$(stringify!($kind)),+].len()] = [$(Self::$kind),+];

            const fn entry(self) -> &'static ModelEntry {
                match self {
                    $(Self::$kind => &$file::ENTRY,)+
                }
            }
        }
    };
}

models! {
    /// The models that there are.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum ModelKind {
        Random: random,
        Popularity: popularity,
        Ease: ease,
        Als: als,
        Autoencoder: autoencoder,
    }
}

impl ModelKind {
    /// The name in files, on the command line and in charts.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The name as a title has it.
    pub fn title(self) -> &'static str {
        self.entry().title
    }

    /// The name in the middle of a sentence.
    pub fn in_sentence(self) -> &'static str {
        self.entry().in_sentence
    }

    /// What it is, in a few words.
    pub fn brief(self) -> &'static str {
        self.entry().brief
    }

    /// What it is, in half a line.
    pub fn says(self) -> &'static str {
        self.entry().says
    }

    /// Where a private fit is popularity instead, if public numbers can say so.
    pub fn gives_way(self) -> Option<&'static str> {
        match self.entry().planned {
            PlannedBy::Always => None,
            PlannedBy::ByUsers(_) => Some("popularity where the budget is too small"),
            PlannedBy::InSteps(_) => Some("popularity where the budget is too small to train on"),
        }
    }

    /// What it is, in sentences that begin with its title.
    pub fn explained(self) -> &'static str {
        self.entry().explained
    }

    /// Whether a fit takes seconds.
    pub fn is_slow(self) -> bool {
        self.entry().is_slow
    }

    /// Whether the list depends on the history beyond leaving out what is in it.
    pub fn is_personal(self) -> bool {
        self.entry().is_personal
    }

    /// Whether it can be published.
    pub fn is_published(self) -> bool {
        self.entry().is_published
    }

    /// Whether a private fit is planned by the number of users, taken without noise.
    pub fn plans_by_users(self) -> bool {
        !matches!(self.entry().planned, PlannedBy::Always)
    }
}

impl fmt::Display for ModelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The plan by which a model is trained; `None` for a model that is not trained in steps, and
/// for a budget too small to train on.
pub fn plan(kind: ModelKind, guarantee: Guarantee, public: Public) -> Option<TrainingPlan> {
    match kind.entry().planned {
        PlannedBy::InSteps(plan) => plan(public.budget(guarantee), public),
        PlannedBy::Always | PlannedBy::ByUsers(_) => None,
    }
}

/// Whether noise would drown what a model learns, so that popularity is fitted in its place;
/// public numbers alone decide. EASE decides by noisy counts while it is fitted, and answers
/// `false` here.
pub fn is_popularity(kind: ModelKind, guarantee: Guarantee, public: Public) -> bool {
    match kind.entry().planned {
        PlannedBy::Always => kind == ModelKind::Popularity,
        PlannedBy::ByUsers(drowned) => drowned(public.budget(guarantee), public),
        PlannedBy::InSteps(plan) => plan(public.budget(guarantee), public).is_none(),
    }
}

/// Fits a model: with a guarantee, on at most `l0` items a user and with noise; without
/// one, on whole histories and without noise. Equal seeds give equal models. The noise is a
/// trial's: nothing fitted here may be published.
///
/// # Errors
/// If `cancel` was set, or a training could not be made.
pub fn fit(
    kind: ModelKind,
    training: &Training<'_>,
    guarantee: Option<Guarantee>,
    noise: NoiseSeed,
    cancel: &Cancel,
) -> Result<Box<dyn ItemModel>, NoModel> {
    fit_told(kind, training, guarantee, noise, cancel, &mut |_| {})
}

/// Fits a model as [`fit`] does, and tells every step of one that is trained in steps.
///
/// # Errors
/// If `cancel` was set, or a training could not be made.
pub fn fit_told(
    kind: ModelKind,
    training: &Training<'_>,
    guarantee: Option<Guarantee>,
    noise: NoiseSeed,
    cancel: &Cancel,
    told: &mut dyn FnMut(TrainingStep),
) -> Result<Box<dyn ItemModel>, NoModel> {
    let mut watch = Watch { cancel, told };
    let public = training.public();
    // A budget too small for the model buys better lists as a histogram.
    let drowned = guarantee.is_some_and(|guarantee| is_popularity(kind, guarantee, public));
    let kind = if drowned { ModelKind::Popularity } else { kind };
    // Lists by lot know nothing, not even what is bought.
    let Some(most) = public.to_choose().filter(|_| kind != ModelKind::Random) else {
        return fit_all(kind, training, guarantee.map(FitBudget::from), noise, &mut watch);
    };
    let budget = guarantee.map(|guarantee| public.budget(guarantee));
    let counts = match (kind, guarantee, budget.and_then(FitBudget::spent)) {
        // Its own counts choose: nothing is left to learn.
        (ModelKind::Popularity, Some(guarantee), _) => {
            noisy_histogram(training, FitBudget::from(guarantee).sigma(), noise, 0)
        }
        (_, _, Some(sigma)) => noisy_histogram(training, sigma, noise, 3),
        (_, _, None) => buyers(training),
    };
    let chosen = Chosen::by(&counts, most);
    let model: Box<dyn ItemModel> = match kind {
        ModelKind::Popularity => {
            let counts = chosen.items.iter().map(|&item| counts[item as usize]).collect();
            Box::new(popularity::Popularity::of(counts))
        }
        _ => {
            let histories = chosen.histories(training);
            let histories: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
            let options = FitOptions { most_bought: None, ..training.options };
            let training =
                Training { items: most, histories: &histories, l0: training.l0, options };
            fit_all(kind, &training, budget, noise, &mut watch)?
        }
    };
    Ok(Box::new(Narrowed { chosen, model }))
}

/// Fits a model to all items.
fn fit_all(
    kind: ModelKind,
    training: &Training<'_>,
    budget: Option<FitBudget>,
    noise: NoiseSeed,
    watch: &mut Watch<'_>,
) -> Fitted {
    (kind.entry().fit)(training, budget, noise, watch)
}

#[cfg(test)]
mod tests;
