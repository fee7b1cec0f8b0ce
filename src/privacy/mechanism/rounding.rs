//! Post-processing of released values: flooring at 0 and rounding. It costs nothing and
//! changes the error: small counts are biased upwards by flooring.

/// What rounding a continuous value to a multiple of `unit` adds to its variance, for
/// noise much wider than the unit: unit²/12 (Sheppard 1898). It adds no bias.
pub fn rounding_variance(unit: f64) -> f64 {
    unit * unit / 12.0
}

#[cfg(test)]
mod tests {
    use super::super::kinds::Noise;
    use super::*;

    #[test]
    fn flooring_raises_small_counts() {
        for x in [0.0, 1.0, 4.0, 30.0] {
            let b = 3.0;
            let noise = Noise::DiscreteLaplace { b };
            for noise in [
                noise,
                Noise::DiscreteGaussian { sigma: b },
                Noise::DiscreteGaussian { sigma: 14.0 },
            ] {
                let direct: f64 = (1..400)
                    .map(f64::from)
                    .filter(|m| *m > x)
                    .map(|m| (m - x) * (noise.above(m - 1.0) - noise.above(m)))
                    .sum();
                assert!((noise.floor_bias(x) - direct).abs() < 1e-12, "{noise:?} {x}");
            }
            for noise in [Noise::Laplace { b }, Noise::Gaussian { sigma: b }] {
                let step = 1e-3;
                // ∫ P(Z > t) dt beyond x: E (Z - x)₊ by symmetry.
                let direct: f64 =
                    (0..60_000).map(|i| noise.above(x + (f64::from(i) + 0.5) * step) * step).sum();
                assert!((noise.floor_bias(x) - direct).abs() < 1e-6, "{noise:?} {x}");
            }
        }
    }

    #[test]
    fn rounding_adds_a_twelfth_of_a_unit() {
        // Gaussian noise of σ = 2 rounded to whole numbers, by direct sums.
        let noise = Noise::Gaussian { sigma: 2.0 };
        let variance: f64 = (-60..=60)
            .map(f64::from)
            .map(|z| z * z * (noise.above(z - 0.5) - noise.above(z + 0.5)))
            .sum();
        assert!((variance - noise.variance() - rounding_variance(1.0)).abs() < 1e-9);
    }
}
