//! Tails and densities of one noise law, on both sides of a threshold.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use crate::privacy::{Noise, Shape};

/// e^{-i/16}, and terms of the series between: e^{-u} for 0 ≤ u < 48 to a few last bits.
#[derive(Debug, Clone)]
struct Decay(Vec<f64>);

impl Decay {
    const STEPS: f64 = 16.0;

    fn new() -> Self {
        Self((0..=48 * 16).map(|i| libm::exp(-f64::from(i) / Self::STEPS)).collect())
    }

    /// e^{-u}, 0 from 48 on.
    #[inline]
    fn at(&self, u: f64) -> f64 {
        let cell = (u * Self::STEPS + 0.5) as usize;
        let h = cell as f64 / Self::STEPS - u;
        let series = 1.0
            + h * (1.0
                + h * (1.0 / 2.0
                    + h * (1.0 / 6.0
                        + h * (1.0 / 24.0 + h * (1.0 / 120.0 + h * (1.0 / 720.0 + h / 5_040.0))))));
        self.0.get(cell).map_or(0.0, |e| e * series)
    }
}

/// Taylor series of the normal tail 1 - Φ around every 1/16 from 0 to 10.
#[derive(Debug, Clone)]
struct Normal(Vec<[f64; 11]>);

impl Normal {
    const STEPS: f64 = 16.0;

    fn new() -> Self {
        let cell = |i: u32| {
            let x = f64::from(i) / Self::STEPS;
            let density = libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt();
            // Derivatives of -density are Hermite polynomials, signs in turn, times it.
            let (mut last, mut hermite, mut factor) = (0.0, 1.0, -density);
            let mut terms = [0.5 * libm::erfc(x * FRAC_1_SQRT_2); 11];
            for (k, term) in terms.iter_mut().enumerate().skip(1) {
                factor /= k as f64;
                *term = factor * hermite;
                factor = -factor;
                (last, hermite) = (hermite, x * hermite - (k as f64 - 1.0) * last);
            }
            terms
        };
        Self((0..=160).map(cell).collect())
    }

    /// 1 - Φ(x) and the density for x ≥ 0, 0 beyond 10.
    #[inline]
    fn at(&self, x: f64) -> (f64, f64) {
        let cell = (x * Self::STEPS + 0.5) as usize;
        let Some(terms) = self.0.get(cell) else { return (0.0, 0.0) };
        let h = x - cell as f64 / Self::STEPS;
        let (mut tail, mut slope) = (terms[10], 0.0);
        for term in terms[..10].iter().rev() {
            slope = slope * h + tail;
            tail = tail * h + term;
        }
        (tail, -slope)
    }
}

/// What a law says at one z: P(Z > z), P(Z ≤ z) and the density or P(Z = z). The smaller
/// of the first two keeps its relative precision.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tail {
    pub above: f64,
    pub below: f64,
    pub mass: f64,
}

impl Tail {
    fn of_above(above: f64, mass: f64) -> Self {
        Self { above, below: 1.0 - above, mass }
    }

    fn of_below(below: f64, mass: f64) -> Self {
        Self { above: 1.0 - below, below, mass }
    }
}

#[derive(Debug, Clone)]
enum Kind {
    Laplace(Decay),
    DiscreteLaplace {
        decay: Decay,
        /// 1/(1 + a) and (1 - a)/(1 + a), a = e^{-1/b}.
        share: f64,
        centre: f64,
        a: f64,
    },
    Gaussian(Normal),
    /// P(Z = m) and P(Z ≥ m) from m = 0.
    Table {
        mass: Vec<f64>,
        tail: Vec<f64>,
    },
    SmoothDiscreteGaussian(Normal),
    Gumbel(Decay),
    /// No form of its own: as the noise says.
    Other(Noise),
}

/// A law with what is the same for all thresholds.
#[derive(Debug, Clone)]
pub(super) struct ThresholdLaw {
    kind: Kind,
    /// b or σ, above 0.
    pub scale: f64,
    /// Whole values only.
    pub whole: bool,
    /// Whether density and tails change their formula at z = 0.
    pub kinked: bool,
    /// Beyond `-low..=high` lies less than 2e-15 of the law.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// Two groups this far apart swap with probability below 1e-13.
    pub lonely: f64,
}

/// Up to this σ discrete Gaussian tails come from a table; beyond, from a series in 1/σ
/// that is right to 1e-15.
pub(super) const TABLED: f64 = 10.0;

impl ThresholdLaw {
    pub fn new(noise: Noise) -> Self {
        let (kind, scale, whole, kinked) = match noise.shape() {
            Shape::Laplace { b } => (Kind::Laplace(Decay::new()), b, false, true),
            Shape::DiscreteLaplace { b } => {
                let a = libm::exp(-1.0 / b.max(1e-300));
                // 1 - a without cancellation.
                let centre = -libm::expm1(-1.0 / b.max(1e-300)) / (1.0 + a);
                (
                    Kind::DiscreteLaplace {
                        decay: Decay::new(),
                        share: 1.0 / (1.0 + a),
                        centre,
                        a,
                    },
                    b,
                    true,
                    true,
                )
            }
            Shape::Gaussian { sigma } => (Kind::Gaussian(Normal::new()), sigma, false, false),
            Shape::DiscreteGaussian { sigma } if sigma > TABLED => {
                (Kind::SmoothDiscreteGaussian(Normal::new()), sigma, true, false)
            }
            Shape::DiscreteGaussian { sigma } => (table(sigma.max(1e-150)), sigma, true, false),
            Shape::Gumbel { scale } => (Kind::Gumbel(Decay::new()), scale, false, false),
            Shape::Other => (Kind::Other(noise), noise.scale(), noise.is_whole(), true),
        };
        let (low, high, lonely) = match kind {
            Kind::Laplace(_) | Kind::DiscreteLaplace { .. } => (34.0, 34.0, 34.0),
            Kind::Gumbel(_) => (3.6, 34.0, 34.0),
            Kind::Other(noise) => {
                let lost = |share: f64| {
                    let mut far = 1.0;
                    while noise.error_above(0.0, far * noise.scale()) > share && far < 1e6 {
                        far *= 1.1;
                    }
                    far
                };
                (lost(2e-15), lost(2e-15), 2.0 * lost(5e-14))
            }
            _ => (8.0, 8.0, 10.6),
        };
        let scale = scale.max(1e-150);
        let ceil = |x: f64| if whole { (x * scale).ceil() } else { x * scale };
        Self { kind, scale, whole, kinked, low: ceil(low), high: ceil(high), lonely: ceil(lonely) }
    }

    /// The law at z. Between whole numbers, a smooth continuation for laws on whole numbers
    /// (of the formula for z's sign, right at 0 for both); those of small σ take whole z only.
    pub fn at(&self, z: f64) -> Tail {
        let mut out = Tail::default();
        self.each(std::iter::once(z), |tail| out = tail);
        out
    }

    /// The law at each of `zs`, in turn.
    #[inline]
    pub fn each(&self, zs: impl Iterator<Item = f64>, mut give: impl FnMut(Tail)) {
        let over = 1.0 / self.scale;
        match &self.kind {
            Kind::Laplace(decay) => zs.for_each(|z| {
                let half = 0.5 * decay.at(z.abs() * over);
                let mass = half * over;
                give(if z >= 0.0 {
                    Tail::of_above(half, mass)
                } else {
                    Tail::of_below(half, mass)
                });
            }),
            Kind::DiscreteLaplace { decay, share, centre, a } => zs.for_each(|z| {
                let power = decay.at(z.abs() * over);
                let mass = centre * power;
                give(if z >= 0.0 {
                    Tail::of_above(a * share * power, mass)
                } else {
                    Tail::of_below(share * power, mass)
                });
            }),
            Kind::Gaussian(normal) => zs.for_each(|z| {
                let (tail, density) = normal.at(z.abs() * over);
                let mass = density * over;
                give(if z >= 0.0 {
                    Tail::of_above(tail, mass)
                } else {
                    Tail::of_below(tail, mass)
                });
            }),
            Kind::Table { mass, tail } => zs.for_each(|z| {
                let m = z.abs().round();
                let get = |table: &[f64], m: f64| table.get(m as usize).copied().unwrap_or(0.0);
                let here = get(mass, m);
                give(if z >= 0.0 {
                    Tail::of_above(get(tail, m + 1.0), here)
                } else {
                    Tail::of_below(get(tail, m), here)
                });
            }),
            Kind::SmoothDiscreteGaussian(normal) => zs.for_each(|z| {
                let mass = normal.at(z.abs() * over).1 * over;
                // P(Z > z) = P(Z ≥ z + 1) and P(Z ≤ z) = P(Z ≥ -z).
                give(if z >= 0.0 {
                    Tail::of_above(summed_tail(normal, self.scale, z + 0.5), mass)
                } else {
                    Tail::of_below(summed_tail(normal, self.scale, -z - 0.5), mass)
                });
            }),
            Kind::Gumbel(decay) => zs.for_each(|z| {
                let u = z * over;
                let e = if u >= 0.0 { decay.at(u) } else { libm::exp(-u) };
                let below = decay.at(e);
                let above = if e < 0.02 {
                    e * (1.0
                        - e * (1.0 / 2.0
                            - e * (1.0 / 6.0 - e * (1.0 / 24.0 - e * (1.0 / 120.0 - e / 720.0)))))
                } else {
                    1.0 - below
                };
                give(Tail { above, below, mass: e.min(48.0) * below * over });
            }),
            &Kind::Other(noise) => zs.for_each(|z| {
                let (above, mass) = (noise.above(z), noise.mass(z));
                give(if z < 0.0 {
                    // Symmetric: the smaller side keeps its precision.
                    let below = noise.above(-z) + if self.whole { noise.mass(z) } else { 0.0 };
                    Tail::of_below(below, mass)
                } else {
                    Tail::of_above(above, mass)
                });
            }),
        }
    }
}

/// Σ over whole z ≥ m of the discrete Gaussian law, `edge` = m - ½, by the midpoint rule's
/// Euler–Maclaurin series (derivatives are Hermite polynomials times the density); σ > 10.
fn summed_tail(normal: &Normal, sigma: f64, edge: f64) -> f64 {
    let x = edge / sigma;
    let (x2, s2) = (x * x, sigma * sigma);
    let h3 = x * (x2 - 3.0);
    let h5 = x * (x2 * (x2 - 10.0) + 15.0);
    let h7 = x * (x2 * (x2 * (x2 - 21.0) + 105.0) - 105.0);
    let series = -x / 24.0
        + (h3 * 7.0 / 5_760.0 - (h5 * 31.0 / 967_680.0 - h7 * 127.0 / (154_828_800.0 * s2)) / s2)
            / s2;
    let (tail, density) = normal.at(x.abs());
    let tail = if x < 0.0 { 1.0 - tail } else { tail };
    (tail + density * series / (sigma * sigma)).max(0.0)
}

fn table(sigma: f64) -> Kind {
    let last = (12.0 * sigma).ceil() as usize + 2;
    let weight = |z: usize| libm::exp(-0.5 * (z as f64 / sigma) * (z as f64 / sigma));
    let mut tail = vec![0.0; last + 2];
    for z in (0..=last).rev() {
        tail[z] = tail[z + 1] + weight(z);
    }
    let norm = tail[0] + tail[1];
    Kind::Table {
        mass: (0..=last).map(|z| weight(z) / norm).collect(),
        tail: tail.into_iter().map(|t| t / norm).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_sums_of_masses() {
        for noise in [
            Noise::DiscreteLaplace { b: 0.3 },
            Noise::DiscreteLaplace { b: 12.0 },
            Noise::DiscreteGaussian { sigma: 0.4 },
            Noise::DiscreteGaussian { sigma: 9.9 },
            Noise::DiscreteGaussian { sigma: 10.1 },
        ] {
            let law = ThresholdLaw::new(noise);
            for at in [-7, -1, 0, 1, 5, 40] {
                let sum: f64 = (at + 1..2_000).rev().map(|z| law.at(f64::from(z)).mass).sum();
                let found = law.at(f64::from(at));
                assert!((found.above - sum).abs() < 2e-15, "{noise:?} {at}: {} {sum}", found.above);
                assert!((found.above + found.below - 1.0).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn densities_are_slopes_of_tails() {
        for noise in [
            Noise::Laplace { b: 3.0 },
            Noise::Gaussian { sigma: 2.0 },
            Noise::Gumbel { scale: 1.5, k: 1 },
        ] {
            let law = ThresholdLaw::new(noise);
            for z in [-5.0, -1.1, 0.4, 3.0, 9.0] {
                let slope = (law.at(z - 1e-4).above - law.at(z + 1e-4).above) / 2e-4;
                assert!((slope - law.at(z).mass).abs() < 1e-8, "{noise:?} {z}");
            }
        }
    }

    #[test]
    fn vanishing_noise_is_none() {
        for noise in [Noise::DiscreteLaplace { b: 1e-9 }, Noise::DiscreteGaussian { sigma: 1e-9 }] {
            let tail = ThresholdLaw::new(noise).at(0.0);
            assert_eq!((tail.above, tail.mass), (0.0, 1.0));
        }
    }
}
