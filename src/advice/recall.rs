//! Wants of a private recommender: the smallest ε at which its lists find enough. Every look
//! at an ε fits models, so the way down is coarse and the last step is halved a few times.

use super::want::{Subject, Want};
use crate::expected::NormalLaw;
use crate::recommend::{Guarantee, ModelKind, NoModel, Split};
use crate::recommend::{Refit, Refits};
use crate::work::Cancel;

/// Draws of the noise at every ε.
pub const DRAWS: u64 = 8;
/// A coarse step down, and how closely the last one is halved.
const STEP: f64 = 2.0;
const CLOSE: f64 = 1.1;
/// No model is looked at below this.
const LEAST: f64 = 0.05;

/// Recall of a model at one ε, over draws of its noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecallAt {
    /// ε.
    pub epsilon: f64,
    /// The mean over draws, 0..=1.
    pub mean: f64,
    /// The standard deviation between draws: what one release strays by.
    pub deviation: f64,
    /// The probability that one release meets the want (normal law, from few draws).
    pub chance: f64,
}

/// What a want of a recommender needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// The want.
    pub want: Want,
    /// The model that was fitted.
    pub model: ModelKind,
    /// Recall of the same model without privacy.
    pub nonprivate: f64,
    /// The smallest ε at which the want holds, there and at all larger ones that were looked
    /// at; `None` where it does not hold at the largest.
    pub epsilon: Option<f64>,
    /// Every ε that was looked at, ascending.
    pub looked_at: Vec<RecallAt>,
}

/// Where to look, and how sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecallSearch {
    /// The model.
    pub model: ModelKind,
    /// δ of a fit.
    pub delta: f64,
    /// The most items that one user may contribute to a private fit.
    pub l0: usize,
    /// The largest ε.
    pub most: f64,
    /// The probability over the noise of one release.
    pub confidence: f64,
    /// Seed of the noise.
    pub seed: u64,
}

/// The smallest ε at which a want of recall holds; `told` hears how many fits are done.
///
/// # Errors
/// If `cancel` was set before the end, or a model could not be trained.
///
/// # Panics
/// If the want is of no recommender.
pub fn recalled(
    split: &Split,
    want: &Want,
    search: RecallSearch,
    cancel: &Cancel,
    mut told: impl FnMut(u64),
) -> Result<Recalled, NoModel> {
    let Subject::Recall { k, of_nonprivate } = want.subject else {
        panic!("{want} is of no recommender");
    };
    let refits = Refits::new(split, k, search.l0, search.seed);
    let plain = refits.model(search.model, Refit::Plain(0), cancel, &mut |_| {})?;
    let lists = refits.measure.lists(&*plain);
    let recall = |refit: Refit| -> Result<f64, NoModel> {
        let one = refits.measured(search.model, refit, &lists, cancel)?;
        let quality = refits.measure.quality(search.model, None, &[&one]);
        Ok(quality.recall_at_k.simulated.unwrap_or(0.0))
    };
    let nonprivate = recall(Refit::Plain(0))?;
    let limit = if of_nonprivate { want.limit * nonprivate } else { want.limit };
    let mut fits = 1;
    let mut looked_at: Vec<RecallAt> = Vec::new();
    let mut look = |epsilon: f64| -> Result<bool, NoModel> {
        let guarantee = Guarantee { epsilon, delta: search.delta };
        let (mut sum, mut square) = (0.0, 0.0);
        for draw in 0..DRAWS {
            let found = recall(Refit::Private(guarantee, draw))? - limit;
            sum += found;
            square += found * found;
            fits += 1;
            told(fits);
        }
        let n = DRAWS as f64;
        let deviation = ((square - sum * sum / n) / (n - 1.0)).max(0.0).sqrt();
        let off = NormalLaw { mean: sum / n, deviation };
        let chance = 1.0 - off.at_most(0.0);
        looked_at.push(RecallAt { epsilon, mean: off.mean + limit, deviation, chance });
        Ok(chance >= search.confidence)
    };
    let mut epsilon = None;
    if look(search.most)? {
        let (mut holds, mut fails) = (search.most, None);
        while fails.is_none() && holds > LEAST {
            let next = (holds / STEP).max(LEAST);
            if look(next)? { holds = next } else { fails = Some(next) }
        }
        if let Some(mut fails) = fails {
            while holds / fails > CLOSE {
                let middle = (holds * fails).sqrt();
                if look(middle)? { holds = middle } else { fails = middle }
            }
        }
        epsilon = Some(holds);
    }
    looked_at.sort_by(|a, b| a.epsilon.total_cmp(&b.epsilon));
    Ok(Recalled { want: want.clone(), model: search.model, nonprivate, epsilon, looked_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contribution::Pairs;
    use crate::purchases::sample;
    use crate::recommend::{Holdout, Vocabulary};

    #[test]
    fn more_recall_needs_more_epsilon() {
        let purchases = sample().unwrap();
        let split = Split::new(
            &purchases,
            Holdout::Time { share: 0.2 },
            &Vocabulary::MostBought(60),
            Pairs::DEFAULT_SALT,
        )
        .unwrap();
        let search = RecallSearch {
            model: ModelKind::Ease,
            delta: 1e-6,
            l0: 10,
            most: 16.0,
            confidence: 0.9,
            seed: 5,
        };
        let at = |text: &str| {
            recalled(&split, &text.parse().unwrap(), search, &Cancel::new(), |_| {}).unwrap()
        };
        let (some, most) = (at("recall@10>=0.5*nonprivate"), at("recall@10>=0.8*nonprivate"));
        assert_eq!(some.nonprivate, most.nonprivate);
        let (some, most) = (some.epsilon.unwrap(), most.epsilon.unwrap_or(f64::INFINITY));
        assert!(some <= most, "{some} {most}");
        let never = at("recall@10>=1");
        assert!(never.epsilon.is_none() && never.looked_at.len() == 1, "{never:?}");
    }
}
