//! How a training goes: its steps, and what follows from them and from the noise.

use super::super::super::training::Schedule;

/// How to train. All values must be chosen without looking at the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TrainingSettings {
    /// Width `h` of the hidden layer, at least 1.
    pub hidden: usize,
    /// Probability in (0, 1] that a user takes part in a step (Poisson sampling).
    pub rate: f64,
    /// Number of steps, at least 1, i.e. of compositions for the accountant.
    pub steps: usize,
    /// Step size. Where clipping is on, gradients are measured in units of the
    /// clip, so that this number does not depend on [`TrainingSettings::clip`].
    pub learning_rate: f64,
    /// Heavy-ball momentum in [0, 1).
    pub momentum: f64,
    /// Weight decay of all parameters (decoupled: a step multiplies them by
    /// `1 - learning_rate * decay`). Pulls noise and the random start to zero.
    pub decay: f64,
    /// Probability in (0, 1) that an item of a user becomes a target instead of an
    /// input. Every second view swaps the two sides of the view before it.
    pub dropout: f64,
    /// Random splits of a user averaged before clipping, at least 1. Time is
    /// proportional to it.
    pub views: usize,
    /// Standard deviation of the random start of `V`. Zero would be a saddle.
    pub init: f64,
    /// Fraction in [0, 1] of the last steps whose parameters are averaged into the
    /// result (Polyak-Ruppert); post-processing, hence free.
    pub average: f64,
    /// Bound on the L2 norm of one user's gradient; `None`: no clipping. A small
    /// bound clips practically everyone, which normalises the gradients.
    pub clip: Option<f64>,
    /// Standard deviation of the noise in units of `clip`, per parameter and step;
    /// `None`: no noise. Requires `clip`.
    pub noise_multiplier: Option<f64>,
}

impl TrainingSettings {
    /// What serves a training without privacy: no clipping and no noise.
    pub(super) fn without_privacy(Schedule { rate, steps }: Schedule) -> Self {
        TrainingSettings {
            hidden: 64,
            rate,
            steps,
            learning_rate: 10.0,
            momentum: 0.9,
            decay: 0.003,
            dropout: 0.5,
            views: 1,
            init: 0.1,
            average: 0.8,
            clip: None,
            noise_multiplier: None,
        }
    }

    /// What serves `users` training users and the noise multiplier of a schedule.
    /// Width and decay follow the noise left on a gradient averaged over the run,
    /// `noise / (rate users sqrt(steps))` per parameter. The constants were found
    /// by trial on one data set (m = 300 and 1000 items, about 3,500 users).
    pub(super) fn private(schedule: Schedule, users: usize, noise_multiplier: f64) -> Self {
        let users = users.max(1) as f64;
        let mut settings = TrainingSettings {
            learning_rate: 6.0,
            views: 2,
            clip: Some(0.1),
            noise_multiplier: Some(noise_multiplier),
            ..TrainingSettings::without_privacy(schedule)
        };
        let left = settings.noise_left(users);
        settings.hidden = match left {
            x if x < 3e-4 => 32,
            x if x < 5e-4 => 16,
            _ => 8,
        };
        settings.decay = (0.001 + 0.006 * libm::pow(left / 2e-4, 1.4)).min(0.1);
        settings
    }

    /// The noise left on a gradient averaged over the run and `users`, per parameter in units
    /// of the clip.
    pub(super) fn noise_left(&self, users: f64) -> f64 {
        self.noise_multiplier.unwrap_or(0.0) / (self.rate * users * (self.steps as f64).sqrt())
    }

    /// Names the first setting out of its range, if any.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let fraction = |x: f64| (0.0..=1.0).contains(&x);
        let not_negative = |x: f64| x.is_finite() && x >= 0.0;
        if self.hidden == 0 {
            Some("hidden must be at least 1")
        } else if !(positive(self.rate) && self.rate <= 1.0) {
            Some("rate must be in (0, 1]")
        } else if self.steps == 0 {
            Some("steps must be at least 1")
        } else if !positive(self.learning_rate) {
            Some("learning_rate must be positive")
        } else if !(fraction(self.momentum) && self.momentum < 1.0) {
            Some("momentum must be in [0, 1)")
        } else if !(not_negative(self.decay) && self.decay * self.learning_rate < 1.0) {
            Some("decay must be in [0, 1 / learning_rate)")
        } else if !(positive(self.dropout) && self.dropout < 1.0) {
            Some("dropout must be in (0, 1)")
        } else if self.views == 0 {
            Some("views must be at least 1")
        } else if !not_negative(self.init) {
            Some("init must not be negative")
        } else if !fraction(self.average) {
            Some("average must be in [0, 1]")
        } else if self.clip.is_some_and(|c| !positive(c)) {
            Some("clip must be positive")
        } else if self.noise_multiplier.is_some_and(|s| !not_negative(s)) {
            Some("noise_multiplier must not be negative")
        } else if self.noise_multiplier.is_some() && self.clip.is_none() {
            Some("noise needs a clip")
        } else {
            None
        }
    }
}
