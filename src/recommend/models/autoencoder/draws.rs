//! Uniform and normal numbers of a training, from a named generator.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;

/// Uniform in [0, 1), 53 bits.
pub(super) fn uniform(rng: &mut ChaCha12Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Standard normal numbers by the polar method (Marsaglia and Bray 1964).
pub(super) struct NormalDraws {
    rng: ChaCha12Rng,
    spare: Option<f64>,
}

impl NormalDraws {
    pub(super) fn new(rng: ChaCha12Rng) -> Self {
        NormalDraws { rng, spare: None }
    }

    pub(super) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let x = 2.0 * uniform(&mut self.rng) - 1.0;
            let y = 2.0 * uniform(&mut self.rng) - 1.0;
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * libm::log(s) / s).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }
}
