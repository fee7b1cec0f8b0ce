//! Evaluations: every model under every guarantee, refitted, and how far its lists drift.

use super::quality::{Floor, Measured, Quality, floor};
use super::refit::{Refit, Refits};
use super::{Guarantee, ModelKind, NoModel, Split};
use crate::work::{Cancel, in_order};

/// What to evaluate.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Models, in the order of the results.
    pub kinds: Vec<ModelKind>,
    /// Guarantees to fit under; `None` is the fit without one. In the order of the results.
    pub guarantees: Vec<Option<Guarantee>>,
    /// Length of a list.
    pub k: usize,
    /// The most items that one user may contribute to a private fit.
    pub l0: usize,
    /// Draws of the noise for each guarantee, and bootstrap refits for the floor; at least 1.
    pub refits: usize,
    /// Seed of everything.
    pub seed: u64,
}

/// Everything that was found.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// One a model and guarantee, models outermost.
    pub results: Vec<Quality>,
    /// One a model.
    pub floors: Vec<Floor>,
}

impl Evaluation {
    /// Fits and measures everything on up to `threads` threads; `progress` is told how many
    /// of how many fits are done. The numbers do not depend on that number.
    ///
    /// # Errors
    /// If `cancel` was set before the end, or a model could not be trained.
    pub fn run(
        &self,
        split: &Split,
        threads: usize,
        cancel: &Cancel,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Outcome, NoModel> {
        let refits = Refits::new(split, self.k, self.l0, self.seed);
        let lists = |at: usize| {
            let model = refits.model(self.kinds[at], Refit::Plain(0), cancel, &mut |_| {})?;
            Ok(refits.measure.lists(&*model))
        };
        // What drift is measured against comes first.
        let mut plain: Vec<Result<Vec<Vec<u32>>, NoModel>> = Vec::new();
        in_order(threads, self.kinds.len(), cancel, lists, |_, lists| plain.push(lists))?;
        let plain: Vec<Vec<Vec<u32>>> = plain.into_iter().collect::<Result<_, _>>()?;

        let mut jobs = Vec::new();
        for (at, &kind) in self.kinds.iter().enumerate() {
            for &guarantee in &self.guarantees {
                // Without noise it is the fit that drift is measured against.
                let first = if guarantee.is_none() && kind != ModelKind::Random { 0 } else { 1 };
                let draws = (first..).take(self.refits_of(kind, guarantee));
                let of = |draw| guarantee.map_or(Refit::Plain(draw), |g| Refit::Private(g, draw));
                jobs.extend(draws.map(|draw| (at, of(draw))));
            }
            jobs.extend((1..=self.refits as u64).map(|draw| (at, Refit::Resampled(draw))));
        }
        let mut fitted: Vec<Result<Measured, NoModel>> = Vec::with_capacity(jobs.len());
        in_order(
            threads,
            jobs.len(),
            cancel,
            |job| {
                let (at, refit) = jobs[job];
                refits.measured(self.kinds[at], refit, &plain[at], cancel)
            },
            |at, one| {
                fitted.push(one);
                progress(at + 1, jobs.len());
            },
        )?;

        let (mut results, mut floors) = (Vec::new(), Vec::new());
        let fitted: Vec<Measured> = fitted.into_iter().collect::<Result<_, _>>()?;
        let mut rest = fitted.iter();
        for &kind in &self.kinds {
            for &guarantee in &self.guarantees {
                let mine: Vec<&Measured> =
                    rest.by_ref().take(self.refits_of(kind, guarantee)).collect();
                results.push(refits.measure.quality(kind, guarantee, &mine));
            }
            let mine: Vec<&Measured> = rest.by_ref().take(self.refits).collect();
            floors.push(floor(kind, &mine));
        }
        Ok(Outcome { results, floors })
    }

    /// Without noise every refit is the same, but for lists by lot.
    fn refits_of(&self, kind: ModelKind, guarantee: Option<Guarantee>) -> usize {
        if guarantee.is_none() && kind != ModelKind::Random { 1 } else { self.refits }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Holdout, Vocabulary};
    use super::*;
    use crate::contribution::Pairs;
    use crate::purchases::sample;

    const QUICK: [ModelKind; 3] = [ModelKind::Random, ModelKind::Popularity, ModelKind::Ease];

    fn small() -> Split {
        let purchases = sample().unwrap();
        Split::new(
            &purchases,
            Holdout::Time { share: 0.2 },
            &Vocabulary::MostBought(120),
            Pairs::DEFAULT_SALT,
        )
        .unwrap()
    }

    fn evaluation(
        kinds: &[ModelKind],
        guarantees: &[Option<Guarantee>],
        refits: usize,
    ) -> Evaluation {
        Evaluation {
            kinds: kinds.to_vec(),
            guarantees: guarantees.to_vec(),
            k: 10,
            l0: 10,
            refits,
            seed: 3,
        }
    }

    #[test]
    fn numbers_do_not_depend_on_threads() {
        let split = small();
        let guarantees = [None, Some(Guarantee { epsilon: 4.0, delta: 1e-6 })];
        let evaluation = evaluation(&QUICK, &guarantees, 2);
        let text = |threads| {
            let outcome = evaluation.run(&split, threads, &Cancel::new(), |_, _| {}).unwrap();
            serde_json::to_string(&(outcome.results, outcome.floors)).unwrap()
        };
        assert_eq!(text(1), text(3));
    }

    #[test]
    fn lists_by_lot_are_as_good_as_chance_says() {
        let split = small();
        let outcome = evaluation(&[ModelKind::Random], &[None], 40)
            .run(&split, 2, &Cancel::new(), |_, _| {})
            .unwrap();
        let found = &outcome.results[0];
        // Six figures within 4 standard errors: a fixed seed, and one false alarm in 2,600.
        for figure in [
            found.hit_rate_at_k,
            found.ndcg_at_k,
            found.recall_at_k,
            found.mean_popularity,
            found.drift_overlap_at_k,
        ] {
            assert!(figure.deviation().is_some_and(|d| d < 4.0), "{figure:?}");
        }
        let coverage = found.coverage;
        assert!(
            (coverage.simulated.unwrap() - coverage.expected.unwrap()).abs() < 1e-3,
            "{coverage:?}"
        );
    }

    #[test]
    fn without_noise_nothing_drifts_and_private_lists_lie_between() {
        let split = small();
        let guarantees = [None, Some(Guarantee { epsilon: 8.0, delta: 1e-6 })];
        let outcome =
            evaluation(&QUICK, &guarantees, 3).run(&split, 2, &Cancel::new(), |_, _| {}).unwrap();
        let of = |kind, private: bool| {
            outcome
                .results
                .iter()
                .find(|r| r.model == kind && r.guarantee.is_some() == private)
                .unwrap()
        };
        let recall = |kind, private| of(kind, private).recall_at_k.simulated.unwrap();
        for kind in [ModelKind::Popularity, ModelKind::Ease] {
            assert_eq!(of(kind, false).drift_overlap_at_k.simulated, Some(1.0));
            assert_eq!(of(kind, false).drift_rbo.simulated, Some(1.0));
            assert!(of(kind, true).drift_overlap_at_k.simulated.unwrap() < 1.0);
        }
        assert!(recall(ModelKind::Ease, false) > recall(ModelKind::Ease, true));
        assert!(recall(ModelKind::Ease, true) > recall(ModelKind::Popularity, true));
        assert!(recall(ModelKind::Popularity, true) > recall(ModelKind::Random, true));
        let floor = outcome.floors.last().unwrap().overlap_at_k.simulated.unwrap();
        assert!(
            floor > of(ModelKind::Ease, true).drift_overlap_at_k.simulated.unwrap() && floor < 1.0
        );
    }
}
