//! What a model says of itself and how it is fitted: the form that every file of models/ fills in.

use super::training::{FitBudget, Fitted, NoiseSeed, Public, Training, TrainingPlan, Watch};

/// One model.
pub(super) struct ModelEntry {
    /// The name in files and on the command line: that of its kind in lower case, with hyphens.
    pub name: &'static str,
    /// The name as a title has it.
    pub title: &'static str,
    /// The name in the middle of a sentence, with an article where it takes one.
    pub in_sentence: &'static str,
    /// What it is, in a few words, capitalised.
    pub brief: &'static str,
    /// What it is, in half a line.
    pub says: &'static str,
    /// What it is, in sentences with their source, which begin with its title and a colon.
    pub explained: &'static str,
    /// Whether a fit takes seconds, not a part of one.
    pub is_slow: bool,
    /// Whether the list depends on the history beyond leaving out what is in it.
    pub is_personal: bool,
    /// Whether it can be learnt with exact noise and published.
    pub is_published: bool,
    /// How a private fit is planned.
    pub planned: PlannedBy,
    /// Fits it to all items: with a budget on at most `l0` items a user and with noise, without
    /// one on whole histories and without noise. Equal seeds make equal models.
    pub fit: fn(&Training<'_>, Option<FitBudget>, NoiseSeed, &mut Watch<'_>) -> Fitted,
}

/// How a private fit is planned by public numbers, before it looks at a history.
#[derive(Clone, Copy)]
pub(super) enum PlannedBy {
    /// It takes whatever budget there is.
    Always,
    /// Popularity is fitted in its place where this says that noise would drown it.
    ByUsers(fn(FitBudget, Public) -> bool),
    /// It is trained in steps by a plan; without one noise would drown it, and popularity is
    /// fitted in its place.
    InSteps(fn(FitBudget, Public) -> Option<TrainingPlan>),
}
