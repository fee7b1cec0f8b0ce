//! Soft warnings: settings that are taken, and seldom wanted. Each is said once.

use crate::chart::short_number;
use crate::contribution::GroupKeys;
use crate::export::caution;
use crate::purchases::Measure;
use crate::rehearsal::Dataset;
use crate::tui::knobs::Knobs;

/// What is warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// ε above 10.
    Epsilon,
    /// δ not below one over the number of users.
    Delta,
    /// l0 above the number of groups.
    L0,
    /// linf above the largest value.
    Linf,
}

impl Warning {
    /// All of them.
    pub const ALL: [Warning; 4] = [Warning::Epsilon, Warning::Delta, Warning::L0, Warning::Linf];

    /// Whether it is of the data rather than of ε alone.
    pub fn is_of_the_data(self) -> bool {
        self != Warning::Epsilon
    }

    /// The sentence, where the setting under the knobs calls for it.
    pub fn said_of(self, data: &Dataset, knobs: &Knobs) -> Option<String> {
        match self {
            Warning::Epsilon => caution::of_epsilon(knobs.epsilon),
            Warning::Delta => match knobs.mechanism.needs_delta() {
                true => caution::of_delta(knobs.delta, Some(data.pairs.contributors())),
                false => None,
            },
            Warning::L0 => {
                let groups = knobs.known.groups().unwrap_or(data.pairs.seen() as u64);
                let several = knobs.question.group_by.plural();
                (knobs.l0 > groups).then(|| match knobs.known {
                    GroupKeys::Private => format!(
                        "l0 {} is above the {groups} {several} that are there: it cuts nothing and costs noise; \
                         {groups} would do if the keys are public",
                        short_number(knobs.l0 as f64)
                    ),
                    _ => format!(
                        "l0 {} is above the {groups} {several}: it buys nothing and costs nothing",
                        short_number(knobs.l0 as f64)
                    ),
                })
            }
            Warning::Linf => {
                let most = data.pairs.value_per_pair().max / knobs.unit() as f64;
                let is_used = knobs.question.measure != Measure::Buyers;
                (is_used && knobs.linf as f64 > most.ceil()).then(|| {
                    format!(
                        "linf {} is above the largest value, {}: it cuts nothing and costs noise",
                        short_number(knobs.linf as f64),
                        short_number(most)
                    )
                })
            }
        }
    }
}
