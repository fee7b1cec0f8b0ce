//! Users drawn anew: how much lists move for no reason of privacy.

use crate::privacy::Noise;
use crate::simulation::draw;

/// Where the streams of resampled users begin: beyond those of any draw of noise.
const BOOTSTRAP: u64 = 1 << 40;

/// As many users, drawn with replacement.
pub fn resampled<'a>(histories: &[&'a [u32]], seed: u64, refit: u64) -> Vec<&'a [u32]> {
    // Uniform draws from Laplace ones: their distribution function.
    let draws = draw(&vec![0; histories.len()], Noise::Laplace { b: 1.0 }, seed, BOOTSTRAP + refit);
    let uniform = |x: f64| if x < 0.0 { 0.5 * libm::exp(x) } else { 1.0 - 0.5 * libm::exp(-x) };
    let last = histories.len() - 1;
    draws
        .into_iter()
        .map(|x| histories[((uniform(x) * histories.len() as f64) as usize).min(last)])
        .collect()
}
