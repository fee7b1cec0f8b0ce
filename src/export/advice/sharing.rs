//! How several questions share one ε, as a document and as lines.

use serde::Serialize;

use crate::advice::{Aim, Sharer, Sharing, consistent};
use crate::chart::short_number;
use crate::contribution::Bounds;
use crate::export::aligned;
use crate::privacy::Noise;
use crate::purchases::{GroupBy, Measure, Purchases, Question, Status};

/// One question that shares.
#[derive(Debug, Clone)]
pub struct SharedPart {
    /// The question.
    pub question: Question,
    /// Its number of groups.
    pub groups: usize,
    /// Its bounds, stored unit.
    pub bounds: Bounds,
    /// linf in shown units.
    pub linf: f64,
    /// Δ₁ in shown units.
    pub sensitivity: f64,
    /// What the bounds take of every group, shown units: bounded sums less raw ones.
    pub biases: Vec<f64>,
    /// Whether bounds were fitted to the data.
    pub fitted: bool,
    /// The weight that was typed.
    pub weight: f64,
    /// ε that stays as it is.
    pub locked: Option<f64>,
}

impl SharedPart {
    /// The expected absolute error of a group under an ε: noise and what bounds clip.
    fn whole_mae(&self, epsilon: f64) -> f64 {
        let noise = Noise::Laplace { b: self.sensitivity / epsilon };
        let sum: f64 = self.biases.iter().map(|&bias| noise.mean_absolute_with_bias(bias)).sum();
        sum / self.biases.len().max(1) as f64
    }

    /// What shares: weights count every group.
    pub fn sharer(&self) -> Sharer {
        Sharer {
            sensitivity: self.sensitivity,
            weight: self.weight * self.groups as f64,
            locked: self.locked,
        }
    }
}

/// How ε is shared.
#[derive(Debug, Clone, Serialize)]
pub struct SharingDocument {
    /// The file's name.
    pub source: String,
    /// The data's status.
    pub status: Status,
    /// The sentence that goes with figures of true data, if one must.
    pub warning: Option<&'static str>,
    /// ε of all together.
    pub epsilon: f64,
    /// What is least: `mae` or `variance`.
    pub aim: &'static str,
    /// The questions.
    pub questions: Vec<SharedDocument>,
    /// The weighted sum that is least.
    pub value: f64,
    /// The same at equal shares.
    pub equal_value: f64,
    /// How many times as much equal shares cost.
    pub equal_ratio: f64,
    /// Questions of which one is the sum of the other's groups: what both gain, for nothing, by
    /// being made consistent.
    pub two_levels: Vec<TwoLevelsDocument>,
}

/// One question's share. Errors are E|Z| of one group's noise, in shown units.
#[derive(Debug, Clone, Serialize)]
pub struct SharedDocument {
    /// Measure and grouping.
    pub question: String,
    /// Groups.
    pub groups: usize,
    /// l0.
    pub l0: u64,
    /// linf, shown units.
    pub linf: f64,
    /// Whether the bounds were fitted to the data, which is not private.
    pub bounds_fitted: bool,
    /// Weight.
    pub weight: f64,
    /// Whether ε was locked.
    pub locked: bool,
    /// ε.
    pub epsilon: f64,
    /// The mean absolute error of a group by noise alone.
    pub mae: f64,
    /// The same with what bounds clip.
    pub whole_mae: f64,
    /// ε at equal shares.
    pub equal_epsilon: f64,
    /// Error at equal shares.
    pub equal_mae: f64,
}

/// Two levels of the same sums.
#[derive(Debug, Clone, Serialize)]
pub struct TwoLevelsDocument {
    /// The coarse question.
    pub parent: String,
    /// The fine one.
    pub child: String,
    /// Fine groups in a coarse one, on average.
    pub children: f64,
    /// Standard deviation of a parent's noise, before and after.
    pub parent_deviation: [f64; 2],
    /// Standard deviation of a child's noise, before and after.
    pub child_deviation: [f64; 2],
    /// The fine question's bounds, in words: they hold for both.
    pub bounds: String,
    /// What must hold for it.
    pub holds: &'static str,
}

impl SharingDocument {
    /// The document of shares.
    pub fn new(
        purchases: &Purchases,
        total: f64,
        aim: Aim,
        parts: &[SharedPart],
        sharing: &Sharing,
    ) -> Self {
        let questions = parts.iter().enumerate().map(|(at, part)| SharedDocument {
            question: named(part.question),
            groups: part.groups,
            l0: part.bounds.l0(),
            linf: part.linf,
            bounds_fitted: part.fitted,
            weight: part.weight,
            locked: part.locked.is_some(),
            epsilon: sharing.epsilons[at],
            mae: part.sensitivity / sharing.epsilons[at],
            whole_mae: part.whole_mae(sharing.epsilons[at]),
            equal_epsilon: sharing.equal[at],
            equal_mae: part.sensitivity / sharing.equal[at],
        });
        Self {
            source: purchases.source.clone(),
            status: purchases.status,
            warning: purchases.status.warning(),
            epsilon: total,
            aim: if aim == Aim::Mae { "mae" } else { "variance" },
            questions: questions.collect(),
            value: sharing.value,
            equal_value: sharing.equal_value,
            equal_ratio: {
                let free = sharing.value - sharing.locked_value;
                if free > 0.0 { (sharing.equal_value - sharing.locked_value) / free } else { 1.0 }
            },
            two_levels: two_levels(parts, sharing),
        }
    }
}

fn named(question: Question) -> String {
    format!("{}/{}", question.measure.name(), question.group_by.name())
}

/// Fine groups within coarse ones: sums of the same measure, bounded once, at the fine ones.
fn two_levels(parts: &[SharedPart], sharing: &Sharing) -> Vec<TwoLevelsDocument> {
    let pairs =
        (0..parts.len()).flat_map(|parent| (0..parts.len()).map(move |child| (parent, child)));
    pairs
        .filter(|&(parent, child)| {
            let [coarse, fine] = [parent, child].map(|at| parts[at].question);
            fine.group_by.lies_in(coarse.group_by)
                && fine.measure == coarse.measure
                && fine.measure != Measure::Buyers
        })
        .map(|(parent, child)| {
            let children = parts[child].groups as f64 / parts[parent].groups.max(1) as f64;
            // Bounded at the children, a user moves the parents by Δ₁ of the children in all.
            let deviation =
                |at: usize| 2f64.sqrt() * parts[child].sensitivity / sharing.epsilons[at];
            let (before, own) = (deviation(parent), deviation(child));
            let (after, finer) = consistent(before, own, children);
            TwoLevelsDocument {
                parent: named(parts[parent].question),
                child: named(parts[child].question),
                children,
                parent_deviation: [before, after],
                child_deviation: [own, finer],
                bounds: format!(
                    "l0 {}, linf {}",
                    parts[child].bounds.l0(),
                    short_number(parts[child].linf)
                ),
                holds: match parts[child].question.group_by {
                    GroupBy::Item => {
                        "both are sums of the same rows, bounded once, as the fine question is; every item lies in one \
                         category"
                    }
                    _ => "both are sums of the same rows, bounded once, as the fine question is",
                },
            }
        })
        .collect()
}

/// The shares as lines for people. `how_shown` says how columns that are left out are shown.
pub fn sharing_lines(document: &SharingDocument, room: Option<usize>, how_shown: &str) -> String {
    let mut rows = vec![
        [
            "question",
            "groups",
            "l0",
            "linf",
            "weight",
            "ε",
            "noise",
            "all error",
            "equal ε",
            "noise there",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for one in &document.questions {
        rows.push(vec![
            one.question.clone(),
            one.groups.to_string(),
            one.l0.to_string(),
            short_number(one.linf),
            short_number(one.weight),
            format!("{}{}", short_number(one.epsilon), if one.locked { " locked" } else { "" }),
            short_number(one.mae),
            short_number(one.whole_mae),
            short_number(one.equal_epsilon),
            short_number(one.equal_mae),
        ]);
    }
    let mut text = aligned::table(&rows, &[0, 5, 6, 7, 2, 3, 4, 8, 9, 1], room, how_shown);
    let what = if document.aim == "mae" { "absolute error" } else { "variance" };
    let equal = match document.equal_ratio {
        ratio if ratio < 1.005 => "equal shares of ε would do as well".to_owned(),
        ratio => format!(
            "equal shares of what is not locked would make it {} ({} times as much where ε is free)",
            short_number(document.equal_value),
            short_number(ratio)
        ),
    };
    let mut said = vec![
        format!(
            "Over all groups, weighted, the sum of the noise's {what} is {}; {equal}.",
            short_number(document.value)
        ),
        "noise: the mean absolute error of a group by noise alone, which is what shares of ε decide; all error: with what the \
         bounds clip, which they do not."
            .to_owned(),
    ];
    for two in &document.two_levels {
        said.push(format!(
            "{} and {} can be made consistent, which costs no ε: released under the bounds of the fine question, {}, the \
             noise's standard deviation of a {} falls from {} to {}, of each of its {} parts (on average) from {} to {} ({}). A coarse \
             sum then lacks what these bounds clip.",
            two.parent,
            two.child,
            two.bounds,
            two.parent,
            short_number(two.parent_deviation[0]),
            short_number(two.parent_deviation[1]),
            short_number(two.children),
            short_number(two.child_deviation[0]),
            short_number(two.child_deviation[1]),
            two.holds
        ));
    }
    if document.questions.iter().any(|one| one.bounds_fitted) {
        said.push(
            "Bounds that were not typed are those with the smallest expected error: looked up in the true data, so choosing \
             them is not differentially private."
                .to_owned(),
        );
    }
    said.extend(document.warning.map(str::to_owned));
    for line in said {
        text += "\n";
        text += &aligned::folded(&line, room);
    }
    text.trim_end().to_owned() + "\n"
}
