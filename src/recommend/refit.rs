//! The fits that an evaluation is made of, one by one: the command line makes them all at once,
//! the explorer as they are worth showing.

use super::holdout::Split;
use super::models::{ModelKind, fit_told};
use super::quality::{ListMeasure, Measured};
use super::resampling::resampled;
use super::training::{Guarantee, ItemModel, NoModel, NoiseSeed, Training, TrainingStep};
use crate::work::Cancel;

/// What one fit of a model is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refit {
    /// Whole histories, no noise; draws other than 0 are for lists by lot alone.
    Plain(u64),
    /// A draw of the noise under a guarantee.
    Private(Guarantee, u64),
    /// No noise, on users drawn with replacement.
    Resampled(u64),
}

/// What all fits of an evaluation share.
pub struct Refits<'a> {
    /// Measures their lists.
    pub measure: ListMeasure<'a>,
    histories: Vec<&'a [u32]>,
    split: &'a Split,
    l0: usize,
    seed: u64,
}

impl<'a> Refits<'a> {
    /// Of lists of length `k`, with at most `l0` items of a user in private fits.
    pub fn new(split: &'a Split, k: usize, l0: usize, seed: u64) -> Self {
        let measure = ListMeasure::new(split, k);
        Self { measure, histories: split.histories(), split, l0, seed }
    }

    /// The training data of every fit but the resampled ones.
    pub fn training(&self) -> Training<'_> {
        self.split.training(&self.histories, self.l0)
    }

    /// Makes one fit; `told` hears of every step of a training.
    ///
    /// # Errors
    /// If it was cancelled, or the model could not be trained.
    pub fn model(
        &self,
        kind: ModelKind,
        refit: Refit,
        cancel: &Cancel,
        told: &mut dyn FnMut(TrainingStep),
    ) -> Result<Box<dyn ItemModel>, NoModel> {
        let training = self.training();
        let noise = |draw| NoiseSeed { seed: self.seed, draw };
        match refit {
            Refit::Plain(draw) => fit_told(kind, &training, None, noise(draw), cancel, told),
            Refit::Private(guarantee, draw) => {
                fit_told(kind, &training, Some(guarantee), noise(draw), cancel, told)
            }
            Refit::Resampled(draw) => {
                let histories = resampled(&self.histories, self.seed, draw);
                let training = Training { histories: &histories, ..training };
                fit_told(kind, &training, None, noise(draw), cancel, told)
            }
        }
    }

    /// Makes one fit and measures its lists of the evaluated users beside the `plain` ones of
    /// the same model.
    ///
    /// # Errors
    /// Those of [`Refits::model`].
    pub fn measured(
        &self,
        kind: ModelKind,
        refit: Refit,
        plain: &[Vec<u32>],
        cancel: &Cancel,
    ) -> Result<Measured, NoModel> {
        let model = self.model(kind, refit, cancel, &mut |_| {})?;
        Ok(self.measure.of(&self.measure.lists(&*model), plain))
    }
}
