//! Ties that discrete noise makes among bounded sums, in expectation.

use super::classes::Class;
use super::exponential::{Decay, chain, link};
use super::quadrature;
use super::swap::{TieLine, tie};
use crate::privacy::{Noise, Shape};

/// What ties take off the denominators.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ties {
    /// Expected pairs tied.
    pub(super) pairs: f64,
    /// Expected pairs tied, by additive weights.
    pub(super) weighted: f64,
    /// E Σ (t³ - t) over the classes of t equal noised sums.
    pub(super) cubes: f64,
}

/// Expected pairs tied; 0 for continuous noise.
pub(super) fn pairs(classes: &[Class], noise: Noise) -> f64 {
    match noise.shape() {
        Shape::DiscreteLaplace { b } => exponential_pairs(classes, b)[0],
        _ => {
            let Some(lattice) = Lattice::of(noise) else { return 0.0 };
            let (mut squares, mut count) = (0.0, 0.0);
            for cluster in lattice.clusters(classes) {
                squares += lattice.spread(cluster).iter().map(|[one, _]| one * one).sum::<f64>();
                count += cluster.iter().map(|class| class.count).sum::<f64>();
            }
            0.5 * (lattice.step * squares - count * tie(noise, 0.0)).max(0.0)
        }
    }
}

/// All of them; 0 for continuous noise.
///
/// With S_k(v) = Σᵢ P(ŷᵢ = v)^k, pairs are ½Σ(S₁² - S₂) over all whole v, and t³ - t being
/// t(t-1)(t-2) + 3t(t-1), the last is Σ(S₁³ - 3S₁S₂ + 2S₃) + 6·pairs.
pub(super) fn all(classes: &[Class], noise: Noise) -> Ties {
    match noise.shape() {
        Shape::DiscreteLaplace { b } => {
            let [pairs, weighted] = exponential_pairs(classes, b);
            Ties { pairs, weighted, cubes: exponential_triples(classes, b) + 6.0 * pairs }
        }
        _ => Lattice::of(noise)
            .map_or(Ties::default(), |lattice| lattice.ties(classes, tie(noise, 0.0))),
    }
}

/// Pairs tied under discrete Laplace noise, and the same by additive weights: the sums of
/// a chain, whose kernel P(D = g) too is e^{-g/b} times a line.
fn exponential_pairs(classes: &[Class], b: f64) -> [f64; 2] {
    let line = TieLine::new(b);
    let apart = chain(classes.iter().map(link), Decay { b, slope: line.slope });
    let (mut pairs, mut weighted) = (-apart.plain, -apart.weighted);
    let (mut count, mut weight) = (0.0, 0.0);
    for class in classes {
        // All pairs with this class, within it as well: the kernel is 1 at 0.
        pairs += class.count * (count + 0.5 * (class.count - 1.0));
        weighted += class.weight * (count + class.count - 1.0) + class.count * weight;
        count += class.count;
        weight += class.weight;
    }
    [line.level * pairs.max(0.0), line.level * weighted.max(0.0)]
}

/// E Σ t(t-1)(t-2) under discrete Laplace noise. Between two classes S₁ and S₂ are sums of
/// a rising and a falling power of a, and every product of them a geometric series.
fn exponential_triples(classes: &[Class], b: f64) -> f64 {
    let ratio = |steps: f64| libm::exp(-steps / b);
    // a^k + a^2k + … with `terms` terms.
    let series = |k: f64, terms: f64| {
        let by_one = -libm::expm1(-k / b);
        if terms <= 0.0 { 0.0 } else { ratio(k) * -libm::expm1(-k * terms / b) / by_one }
    };
    // Σ n a^g and Σ n a^2g over the classes above, seen from each.
    let mut above = vec![[0.0; 2]; classes.len()];
    for at in (1..classes.len()).rev() {
        let Class { gap, count, .. } = classes[at];
        let [one, two] = above[at];
        above[at - 1] = [ratio(gap) * (one + count), ratio(2.0 * gap) * (two + count)];
    }
    let alone = |one: f64, two: f64| one * (one * one - 3.0 * two);
    let forever = ratio(3.0) / -libm::expm1(-3.0 / b);
    let (mut sum, mut total) = (0.0, 0.0);
    // Σ n a^g and Σ n a^2g over the classes below, and with the class itself.
    let mut with = [0.0; 2];
    for (class, above) in classes.iter().zip(&above) {
        let (gap, count) = (class.gap, class.count);
        // Points strictly between the class before and this one.
        let (up, down) = (with, [count + above[0], count + above[1]]);
        if total == 0.0 {
            sum += forever * alone(down[0], down[1]);
        } else if gap > 1.0 {
            let mixed = up[0] * down[0] * (up[0] + down[0]) - up[0] * down[1] - down[0] * up[1];
            sum += series(3.0, gap - 1.0) * (alone(up[0], up[1]) + alone(down[0], down[1]))
                + 3.0 * ratio(gap) * series(1.0, gap - 1.0) * mixed;
        }
        let below = [ratio(gap) * up[0], ratio(2.0 * gap) * up[1]];
        with = [below[0] + count, below[1] + count];
        sum += alone(with[0] + above[0], with[1] + above[1]);
        total += count;
    }
    sum += forever * alone(with[0], with[1]);
    let cubes = (1.0 + ratio(3.0)) / -libm::expm1(-3.0 / b);
    libm::tanh(0.5 / b).powi(3) * (sum + 2.0 * total * cubes).max(0.0)
}

/// Sums over all whole numbers of smooth functions no narrower than σ/√3: beyond σ = 2.5 by
/// points 0.4σ apart, times 0.4σ, the same by Poisson summation to e^{-41}. That makes 45
/// points a distinct sum at most, and fewer where their neighbourhoods overlap.
struct Lattice {
    sigma: f64,
    step: f64,
    /// P(z) at 0, 1, … steps, as far as it counts.
    law: Vec<f64>,
}

impl Lattice {
    /// `None` for continuous noise. A law without closed forms goes by whole steps.
    fn of(noise: Noise) -> Option<Self> {
        match noise.shape() {
            Shape::DiscreteGaussian { sigma } => Some(Self::new(sigma)),
            _ if noise.is_whole() => {
                Some(Self { sigma: noise.scale(), step: 1.0, law: quadrature::atoms(noise) })
            }
            _ => None,
        }
    }

    fn new(sigma: f64) -> Self {
        let step = if sigma > 2.5 { 0.4 * sigma } else { 1.0 };
        let reach = (9.0 * sigma / step).ceil().max(1.0) as u32;
        let mut law: Vec<f64> =
            (0..=reach).map(|k| libm::exp(-0.5 * (f64::from(k) * step / sigma).powi(2))).collect();
        let norm = step * (law[0] + 2.0 * law[1..].iter().sum::<f64>());
        law.iter_mut().for_each(|p| *p /= norm);
        Self { sigma, step, law }
    }

    fn reach(&self) -> usize {
        self.law.len() - 1
    }

    /// Stretches of classes so far apart that they cannot tie.
    fn clusters<'a>(&self, classes: &'a [Class]) -> impl Iterator<Item = &'a [Class]> + use<'a> {
        let far = 2.0 * self.reach() as f64 * self.step;
        classes.chunk_by(move |_, next| next.gap <= far)
    }

    /// The first point that a class reaches, and P there and on the points after.
    fn around(&self, class: &Class, origin: i64, on: &mut Vec<f64>) -> usize {
        let at = class.value.abs_diff(origin) as f64 / self.step;
        let (nearest, reach) = (at.round(), self.reach());
        let off = (nearest - at) * self.step;
        on.clear();
        on.resize(2 * reach + 1, self.law[0]);
        if off == 0.0 {
            for (k, p) in self.law.iter().enumerate() {
                (on[reach - k], on[reach + k]) = (*p, *p);
            }
        } else {
            // e^{-(off ± ks)²/2σ²}, the mixed term a power.
            let middle = libm::exp(-0.5 * (off / self.sigma).powi(2));
            let up = libm::exp(-off * self.step / (self.sigma * self.sigma));
            let (mut rising, mut falling) = (middle, middle);
            let down = 1.0 / up;
            for (k, p) in self.law.iter().enumerate() {
                (on[reach - k], on[reach + k]) = (p * falling, p * rising);
                rising *= up;
                falling *= down;
            }
        }
        nearest as usize
    }

    /// S₁ and S₂ on the points around a cluster.
    fn spread(&self, cluster: &[Class]) -> Vec<[f64; 2]> {
        let (first, last) = (&cluster[0], &cluster[cluster.len() - 1]);
        let range = last.value.abs_diff(first.value) as f64 / self.step;
        let mut points = vec![[0.0; 2]; range.round() as usize + 2 * self.reach() + 1];
        let mut on = Vec::new();
        for class in cluster {
            let from = self.around(class, first.value, &mut on);
            for (point, p) in points[from..].iter_mut().zip(&on) {
                let once = class.count * p;
                *point = [point[0] + once, point[1] + once * p];
            }
        }
        points
    }

    fn ties(&self, classes: &[Class], same: f64) -> Ties {
        let mut ties = Ties::default();
        let cube = self.law.iter().map(|p| p * p * p).sum::<f64>() * 2.0 - self.law[0].powi(3);
        let mut on = Vec::new();
        let mut triples = 0.0;
        for cluster in self.clusters(classes) {
            let points = self.spread(cluster);
            triples += points.iter().map(|[one, two]| one * (one * one - 3.0 * two)).sum::<f64>();
            for class in cluster {
                let from = self.around(class, cluster[0].value, &mut on);
                let met: f64 = points[from..].iter().zip(&on).map(|([one, _], p)| one * p).sum();
                let tied = self.step * met - same;
                ties.pairs += 0.5 * class.count * tied;
                ties.weighted += class.weight * tied;
                triples += 2.0 * class.count * cube;
            }
        }
        ties.pairs = ties.pairs.max(0.0);
        ties.weighted = ties.weighted.max(0.0);
        ties.cubes = (self.step * triples).max(0.0) + 6.0 * ties.pairs;
        ties
    }
}
