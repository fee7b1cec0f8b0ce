//! A trial seen in raw order, for the figures that need no list of all groups: absolute
//! and squared errors, τ-b and overlap@k. What all ε share is worked out once a trial.

use super::sampler::Transform;
use crate::expected::{CellSpec, Plan};
use crate::metric::ranking::{Hint, RawOrder, Scratch};

/// Places that share a bound on what noise can make of them.
const BLOCK: usize = 64;

/// A plan in raw order: place 0 has the smallest raw sum, and the true top k stand last.
pub(super) struct InRawOrder {
    /// The group at each place.
    groups: Vec<u32>,
    raw: Vec<f64>,
    order: RawOrder,
    answers: Vec<Answer>,
    k: usize,
}

/// A bounded answer in raw order.
struct Answer {
    sums: Vec<f64>,
    /// The largest sum of each block.
    largest: Vec<f64>,
    /// Places where clipping took something.
    clipped: Vec<u32>,
}

/// Means over groups of one trial.
pub(super) struct MeanErrors {
    /// Of |error|.
    pub(super) absolute: f64,
    /// Of error².
    pub(super) square: f64,
}

/// The unit noise of one trial in raw order, and what every ε shares of it.
#[derive(Default)]
pub(super) struct UnitNoise {
    noise: Vec<f64>,
    /// The place of the largest noise of each block.
    largest: Vec<u32>,
    /// Σ|z| and Σz².
    absolute: f64,
    square: f64,
    /// Σ|z| and Σz² over the clipped places of each answer.
    clipped: Vec<(f64, f64)>,
}

/// What a thread keeps between trials.
#[derive(Default)]
pub(super) struct Buffers {
    noised: Vec<f64>,
    bounds: Vec<f64>,
    reached: Vec<f64>,
    candidates: Vec<(f64, u32)>,
    scratch: Scratch,
    /// Where the values of each cell lie, as earlier trials showed.
    hints: Vec<Hint>,
}

/// Eight sums side by side, in a fixed order: the processor adds them at once.
fn lanes(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let (whole, rest) = values.as_chunks::<8>();
    for chunk in whole {
        for (sum, &value) in sums.iter_mut().zip(chunk) {
            *sum += of(value);
        }
    }
    for (sum, &value) in sums.iter_mut().zip(rest) {
        *sum += of(value);
    }
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]))
}

impl InRawOrder {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut groups: Vec<u32> = (0..plan.raw.len() as u32).collect();
        // Of equals the first by key stands higher: ties go to the smaller index.
        groups.sort_by_key(|&group| (plan.raw[group as usize], std::cmp::Reverse(group)));
        let of = |sums: &[i64]| {
            groups.iter().map(|&group| sums[group as usize] as f64).collect::<Vec<f64>>()
        };
        let raw = of(&plan.raw);
        let answers = plan.answers.iter().map(|sums| {
            let sums = of(sums);
            let largest = sums
                .chunks(BLOCK)
                .map(|block| block.iter().copied().fold(f64::MIN, f64::max))
                .collect();
            let clipped =
                (0..sums.len() as u32).filter(|&p| sums[p as usize] != raw[p as usize]).collect();
            Answer { sums, largest, clipped }
        });
        let answers = answers.collect();
        Self { order: RawOrder::new(&raw, plan.k), groups, raw, answers, k: plan.k }
    }

    /// Takes in the unit noise of a trial, by group.
    pub(super) fn take(&self, by_group: &[f64], unit: &mut UnitNoise) {
        unit.noise.clear();
        unit.noise.extend(self.groups.iter().map(|&group| by_group[group as usize]));
        unit.absolute = lanes(&unit.noise, f64::abs);
        unit.square = lanes(&unit.noise, |z| z * z);
        let noise = &unit.noise;
        unit.clipped.clear();
        unit.clipped.extend(self.answers.iter().map(|answer| {
            let clipped = answer.clipped.iter().map(|&place| noise[place as usize]);
            clipped.fold((0.0, 0.0), |(absolute, square), z| (absolute + z.abs(), square + z * z))
        }));
        unit.largest.clear();
        unit.largest.extend(noise.chunks(BLOCK).enumerate().map(|(block, values)| {
            let largest = values.iter().copied().fold(f64::MIN, f64::max);
            let inside = values.iter().position(|&z| z == largest).unwrap_or(0);
            (block * BLOCK + inside) as u32
        }));
    }

    /// The errors of one answer under scaled noise.
    pub(super) fn errors(&self, answer: usize, scale: f64, unit: &UnitNoise) -> MeanErrors {
        let Answer { sums, clipped, .. } = &self.answers[answer];
        let (clipped_absolute, clipped_square) = unit.clipped[answer];
        let mut absolute = scale * (unit.absolute - clipped_absolute);
        let mut square = scale * scale * (unit.square - clipped_square);
        for &place in clipped {
            let place = place as usize;
            let error = sums[place] + scale * unit.noise[place] - self.raw[place];
            absolute += error.abs();
            square += error * error;
        }
        let n = self.raw.len() as f64;
        MeanErrors { absolute: absolute / n, square: square / n }
    }

    /// τ-b between the raw and the noised order of cell number `cell`, which is `spec`.
    pub(super) fn tau_b(
        &self,
        cell: usize,
        spec: &CellSpec,
        transform: &Transform,
        unit: &UnitNoise,
        buffers: &mut Buffers,
    ) -> Option<f64> {
        let sums = &self.answers[spec.answer].sums;
        let Buffers { noised, scratch, hints, .. } = buffers;
        if hints.len() <= cell {
            hints.resize_with(cell + 1, Hint::default);
        }
        let (scale, noise) = match transform {
            &Transform::Scale(scale) => (scale, &unit.noise),
            transform => {
                noised.clear();
                noised.extend(unit.noise.iter().map(|&z| transform.apply(z)));
                (1.0, &*noised)
            }
        };
        self.order.tau_b_of_sum((sums, scale, noise), scratch, &mut hints[cell])
    }

    /// |true top k ∩ noised top k| / k.
    pub(super) fn overlap(
        &self,
        answer: usize,
        transform: &Transform,
        unit: &UnitNoise,
        buffers: &mut Buffers,
    ) -> f64 {
        match transform {
            &Transform::Scale(scale) => self.shared(answer, |z| scale * z, unit, buffers),
            transform => self.shared(answer, |z| transform.apply(z), unit, buffers),
        }
    }

    /// |true top k ∩ noised top k| / k under noise `of(z)`, looking only into blocks that can
    /// reach the list. Sums of floats and what
    /// `of` makes of noise keep order, so the bounds hold to the last bit.
    fn shared(
        &self,
        answer: usize,
        of: impl Fn(f64) -> f64,
        unit: &UnitNoise,
        buffers: &mut Buffers,
    ) -> f64 {
        let Answer { sums, largest, .. } = &self.answers[answer];
        let Buffers { bounds, reached, candidates, .. } = buffers;
        let first = sums.len() - self.k;
        // Some groups are known: the true top list, and the one of most noise of every
        // block. The k-th largest of them is surely reached.
        reached.clear();
        reached.extend(sums[first..].iter().zip(&unit.noise[first..]).map(|(y, &z)| y + of(z)));
        bounds.clear();
        for (&sum, &place) in largest.iter().zip(&unit.largest) {
            let noise = of(unit.noise[place as usize]);
            bounds.push(sum + noise);
            if (place as usize) < first {
                reached.push(sums[place as usize] + noise);
            }
        }
        let floor = *reached.select_nth_unstable_by(self.k - 1, |a, b| b.total_cmp(a)).1;
        candidates.clear();
        let blocks = sums.chunks(BLOCK).zip(unit.noise.chunks(BLOCK)).zip(&*bounds).enumerate();
        for (block, ((sums, noise), _)) in blocks.filter(|(_, (_, bound))| **bound >= floor) {
            let mut values = [f64::NEG_INFINITY; BLOCK];
            for (value, (y, &z)) in values.iter_mut().zip(sums.iter().zip(noise)) {
                *value = y + of(z);
            }
            for (inside, &value) in values[..sums.len()].iter().enumerate() {
                if value >= floor {
                    candidates.push((value, (block * BLOCK + inside) as u32));
                }
            }
        }
        if candidates.len() > self.k {
            let group = |place: u32| self.groups[place as usize];
            candidates.select_nth_unstable_by(self.k - 1, |a, b| {
                b.0.total_cmp(&a.0).then_with(|| group(a.1).cmp(&group(b.1)))
            });
        }
        let kept = candidates[..self.k].iter().filter(|&&(_, place)| place as usize >= first);
        kept.count() as f64 / self.k as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expected::FigureSet;
    use crate::metric::ranking::top_k;
    use crate::privacy::{Mechanism, Noise, Sensitivity};
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        /// Against loops over all groups in key order.
        #[test]
        fn figures_equal_those_in_key_order(
            groups in prop::collection::vec((0i64..60, 0i64..9, -40i32..40), 1..400),
            k in 1usize..80,
            scale in prop::sample::select(vec![1e-6, 0.3, 4.0, 100.0]),
            whole in prop::bool::ANY,
        ) {
            let raw: Vec<i64> = groups.iter().map(|g| g.0).collect();
            let bounded: Vec<i64> = groups.iter().map(|g| g.0 - g.1 / 5 * g.0.min(g.1)).collect();
            let unit: Vec<f64> = groups.iter().map(|g| f64::from(g.2) / 7.0).collect();
            let noise = if whole { Noise::DiscreteLaplace { b: scale } } else { Noise::Laplace { b: scale } };
            let spec = CellSpec {
                mechanism: Mechanism::Laplace, epsilon: 1.0, delta: None, bounds: None,
                sensitivity: Sensitivity::assumed(1.0), noise, answer: 0,
            };
            let k = k.min(raw.len());
            let plan = Plan {
                raw: raw.clone().into(), answers: vec![Arc::from(bounded.clone())], cells: vec![spec],
                unit: 1, k, trials: 1, seed: 1, figures: FigureSet::Core,
            };
            let view = InRawOrder::new(&plan);
            let (mut taken, mut buffers) = (UnitNoise::default(), Buffers::default());
            view.take(&unit, &mut taken);
            let transform = Transform::of(noise);
            let noised: Vec<f64> = bounded.iter().zip(&unit).map(|(&y, &z)| y as f64 + transform.apply(z)).collect();
            let floats: Vec<f64> = raw.iter().map(|&x| x as f64).collect();
            let order = RawOrder::new(&floats, k);
            prop_assert_eq!(view.overlap(0, &transform, &taken, &mut buffers), order.overlap(&top_k(&noised, k)));
            prop_assert_eq!(
                view.tau_b(0, &spec, &transform, &taken, &mut buffers),
                order.tau_b(&noised, &mut Scratch::default())
            );
            if !whole {
                let n = raw.len() as f64;
                let errors = || noised.iter().zip(&floats).map(|(a, b)| a - b);
                let MeanErrors { absolute, square } = view.errors(0, scale, &taken);
                let wanted = (errors().map(f64::abs).sum::<f64>() / n, errors().map(|e| e * e).sum::<f64>() / n);
                prop_assert!((absolute - wanted.0).abs() <= 1e-12 * (60.0 + wanted.0), "{absolute} {wanted:?}");
                prop_assert!((square - wanted.1).abs() <= 1e-12 * (3_600.0 + wanted.1), "{square} {wanted:?}");
            }
        }
    }
}
