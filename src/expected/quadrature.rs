//! What a law without closed forms does to pairs, from its tails and masses alone: sums over
//! whole numbers, or Gauss–Legendre panels on either side of 0. It holds any law that is
//! smooth away from 0 to 1e-12; one with more kinks deserves forms of its own.

use crate::privacy::Noise;

/// Nodes and weights on -1..=1 of the eight-point Gauss–Legendre rule, positive half.
const NODES: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_27),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// Panels on a side of 0.
const PANELS: u32 = 96;

/// Steps of a table of u.
const STEPS: f64 = 1_024.0;

/// Whole numbers are summed one by one up to this many.
const MOST_ATOMS: f64 = 1_048_576.0;

/// Beyond -low..=high lies less than 1e-18 of the law (1e-16 where a tail is 1 less the other).
#[derive(Debug, Clone, Copy)]
struct Support {
    low: f64,
    high: f64,
}

impl Support {
    fn of(noise: Noise) -> Self {
        let scale = noise.scale();
        let reach = |lost: &dyn Fn(f64) -> bool| {
            let mut far = scale;
            while !lost(far) && far < 1e6 * scale {
                far *= 1.25;
            }
            far
        };
        Self {
            low: reach(&|z| 1.0 - noise.above(-z) <= 1e-16),
            high: reach(&|z| noise.above(z) <= 1e-18),
        }
    }
}

/// E of `value`(Z), which may have a kink at each of `kinks`. A law on whole numbers too wide
/// to be summed one by one is taken as if it were spread between them.
fn expectation(noise: Noise, kinks: &[f64], value: impl Fn(f64) -> f64) -> f64 {
    let Support { low, high } = Support::of(noise);
    if noise.is_whole() && low + high <= MOST_ATOMS {
        let (mut z, mut sum) = (-low.ceil(), 0.0);
        while z <= high {
            sum += noise.mass(z) * value(z);
            z += 1.0;
        }
        return sum;
    }
    let mass = |z: f64| if noise.is_whole() { noise.mass(z.round()) } else { noise.mass(z) };
    let mut ends: Vec<f64> = kinks.iter().copied().filter(|k| (-low..=high).contains(k)).collect();
    ends.extend([-low, 0.0, high]);
    ends.sort_by(f64::total_cmp);
    let step = (low + high) / f64::from(2 * PANELS);
    let mut sum = 0.0;
    for pair in ends.windows(2) {
        let panels = ((pair[1] - pair[0]) / step).ceil();
        let half = 0.5 * (pair[1] - pair[0]) / panels.max(1.0);
        for panel in 0..panels as u32 {
            let middle = pair[0] + (2.0 * f64::from(panel) + 1.0) * half;
            for (node, weight) in NODES {
                for z in [middle - node * half, middle + node * half] {
                    sum += half * weight * mass(z) * value(z);
                }
            }
        }
    }
    sum
}

/// P(D > gap) for the difference D of two draws and a gap of 0 or more (whole for discrete
/// noise).
pub(super) fn swap(noise: Noise, gap: f64) -> f64 {
    expectation(noise, &[-gap], |z| noise.above(z + gap)).clamp(0.0, 1.0)
}

/// P(D = gap); 0 for continuous noise.
pub(super) fn tie(noise: Noise, gap: f64) -> f64 {
    if !noise.is_whole() {
        return 0.0;
    }
    expectation(noise, &[-gap], |z| noise.mass((z + gap).round()))
}

/// A gap beyond which u is below 3e-17: D passes 2t only where one of two draws passes t.
pub(super) fn window(noise: Noise) -> f64 {
    let Support { low, high } = Support::of(noise);
    low + high
}

/// E cos(ωD) = |E e^{iωZ}|².
pub(super) fn characteristic(noise: Noise, frequency: f64) -> f64 {
    let real = expectation(noise, &[], |z| libm::cos(frequency * z));
    let imaginary = expectation(noise, &[], |z| libm::sin(frequency * z));
    real * real + imaginary * imaginary
}

/// u(g) = 2P(D > g) + P(D = g), prepared for any number of gaps: at even steps, and by the
/// polynomial through the eight next to a gap between them, to 1e-9 or better.
pub(super) struct DoubtTable {
    /// Whole for discrete noise; 1 where there is room for every gap.
    step: f64,
    values: Vec<f64>,
}

impl DoubtTable {
    pub(super) fn new(noise: Noise) -> Self {
        let window = window(noise);
        let step = match noise.is_whole() {
            true if window <= 4_096.0 => 1.0,
            true => (window / STEPS).ceil(),
            false => window / STEPS,
        };
        let doubt = |gap: f64| 2.0 * swap(noise, gap) + tie(noise, gap);
        let last = (window / step).ceil().max(7.0) as u32;
        Self { step, values: (0..=last).map(|at| doubt(f64::from(at) * step)).collect() }
    }

    /// u(gap) for a gap of 0 or more (whole for discrete noise).
    pub(super) fn at(&self, gap: f64) -> f64 {
        let at = gap / self.step;
        let nearest = at.round();
        let Some(&value) = self.values.get(nearest as usize) else { return 0.0 };
        if at == nearest {
            return value;
        }
        let first = (at.floor() as usize).saturating_sub(3).min(self.values.len() - 8);
        let x = at - first as f64;
        let mut sum = 0.0;
        for (j, value) in self.values[first..first + 8].iter().enumerate() {
            let mut term = *value;
            for k in (0..8).filter(|&k| k != j) {
                term *= (x - k as f64) / (j as f64 - k as f64);
            }
            sum += term;
        }
        sum.max(0.0)
    }
}

/// P(Z = 0), P(Z = ±1), … of a law on whole numbers, as far as it counts.
pub(super) fn atoms(noise: Noise) -> Vec<f64> {
    let Support { low, high } = Support::of(noise);
    let last = low.max(high).min(0.5 * MOST_ATOMS);
    (0..=last.ceil() as u32).map(|z| noise.mass(f64::from(z))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::swap as exact;
    use super::*;

    #[test]
    fn it_finds_what_closed_forms_say() {
        for scale in [0.4, 3.0, 1e5] {
            for noise in [
                Noise::Laplace { b: scale },
                Noise::Gaussian { sigma: scale },
                Noise::Gumbel { scale, k: 1 },
                Noise::DiscreteLaplace { b: scale.min(300.0) },
                Noise::DiscreteGaussian { sigma: scale.min(300.0) },
            ] {
                let table = DoubtTable::new(noise);
                let doubt = exact::SwapDoubt::new(noise);
                for steps in [0.0, 0.01, 0.3, 1.0, 2.7, 9.0, 20.0] {
                    let gap = (steps * noise.scale()).round();
                    assert!((swap(noise, gap) - exact::swap(noise, gap)).abs() < 2e-13);
                    assert!((tie(noise, gap) - exact::tie(noise, gap)).abs() < 2e-13);
                    let (found, wanted) = (table.at(gap), doubt.at(gap));
                    assert!((found - wanted).abs() < 1e-9, "{noise:?} {gap}: {found} {wanted}");
                }
                for frequency in [0.1, 1.0] {
                    let frequency = frequency / noise.scale().max(1.0);
                    let (found, wanted) =
                        (characteristic(noise, frequency), exact::characteristic(noise, frequency));
                    assert!((found - wanted).abs() < 1e-12, "{noise:?} {frequency}");
                }
                assert!(doubt.at(window(noise).ceil()) < 1e-15, "{noise:?}");
            }
        }
    }

    #[test]
    fn wide_laws_on_whole_numbers_are_spread() {
        let noise = Noise::DiscreteLaplace { b: 1e6 };
        for gap in [0.0, 3e5, 4e6] {
            let (found, wanted) = (swap(noise, gap), exact::swap(noise, gap));
            assert!((found - wanted).abs() < 1e-6, "{gap}: {found} {wanted}");
        }
    }
}
