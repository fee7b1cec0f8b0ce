//! What is asked of the integral over thresholds, and where it stands on its way.

use super::count::{Count, CountTransform};
use super::law::ThresholdLaw;
use super::panels::Open;
use super::sums::Sums;
use super::walk::Walk;
use crate::metric::weight::{depth_weights, discount};

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// Length of the list, 1..=groups.
    pub k: usize,
    /// For whom P(among the first k).
    pub top: Who<'a>,
    /// For whom P(first).
    pub first: Who<'a>,
    /// Values of all groups over what the true list gains, for Σ value·E[discount of the
    /// place; among the first k].
    pub gains: Option<&'a [f64]>,
    /// Groups in true order, 263 at most, for Σ E RBO's weight from the larger of both ranks on.
    pub deep: Option<&'a [u32]>,
}

/// Some groups.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'a> {
    Nobody,
    All,
    These(&'a [u32]),
}

/// By group where it is asked for, 0 elsewhere.
#[derive(Debug)]
pub(super) struct Found {
    pub top: Vec<f64>,
    pub first: Vec<f64>,
    pub gained: f64,
    pub deep: f64,
}

/// Classes in play at one threshold: those from `first` on, in order.
#[derive(Debug, Default)]
pub(super) struct Here {
    pub first: usize,
    pub above: Vec<f64>,
    pub below: Vec<f64>,
    /// What ties at t.
    pub mass: Vec<f64>,
    /// What is integrated: the mass, but for lonely classes and kinks.
    pub own: Vec<f64>,
    pub weight: f64,
}

/// The integral on its way, and buffers that thresholds share.
pub(super) struct ThresholdSweep<'a> {
    pub sums: &'a Sums,
    pub law: &'a ThresholdLaw,
    pub request: Request<'a>,
    pub lonely: Vec<bool>,
    pub here: Here,
    pub count: Count,
    /// Which classes and groups `top` and `first` are asked for.
    pub asked: [AskedFigures; 2],
    pub by_class: [Vec<f64>; 2],
    pub by_group: [Vec<f64>; 2],
    /// Σ gains of each class.
    pub class_gains: Vec<f64>,
    /// Of the groups in true order: class, place from 0, group.
    pub deep: Vec<(usize, usize, usize)>,
    /// RBO's weight from each depth on.
    pub depths: Vec<f64>,
    pub gained: f64,
    pub deep_sum: f64,
    pub transforms: Cached,
    /// The place from 0 of each group in true order, where that is asked for.
    pub place_of: Vec<usize>,
    pub walk: Walk,
    /// Groups asked for one by one, in key order.
    pub special: Vec<u32>,
    /// How many groups of which class there are between each of these and the one before
    /// (which counts), and where each such list ends.
    pub between: Vec<(u32, u32)>,
    pub between_ends: Vec<usize>,
}

#[derive(Debug, Default)]
pub(super) struct AskedFigures {
    pub classes: Vec<usize>,
    pub groups: Vec<bool>,
}

/// Transforms that depend on the window alone.
#[derive(Default)]
pub(super) struct Cached {
    pub window: Option<(usize, i64, usize)>,
    pub top: Option<Result<CountTransform, f64>>,
    pub place: Option<CountTransform>,
    pub deep: Option<Vec<CountTransform>>,
}

impl<'a> ThresholdSweep<'a> {
    /// Prepares the integral of `request`; classes of `lonely` groups stay where they are.
    pub fn new(
        sums: &'a Sums,
        law: &'a ThresholdLaw,
        request: Request<'a>,
        lonely: Vec<bool>,
    ) -> Self {
        let n = sums.len();
        let asked = [request.top, request.first].map(|who| match who {
            Who::Nobody => AskedFigures { classes: Vec::new(), groups: vec![false; n] },
            Who::All => {
                AskedFigures { classes: (0..sums.values.len()).collect(), groups: vec![true; n] }
            }
            Who::These(groups) => {
                let mut asked = AskedFigures { classes: Vec::new(), groups: vec![false; n] };
                for &group in groups {
                    asked.groups[group as usize] = true;
                    asked.classes.push(sums.class[group as usize] as usize);
                }
                asked.classes.sort_unstable();
                asked.classes.dedup();
                asked
            }
        });
        let mut class_gains =
            vec![0.0; if request.gains.is_some() { sums.values.len() } else { 0 }];
        if let Some(gains) = request.gains {
            for (gain, &class) in gains.iter().zip(&sums.class) {
                class_gains[class as usize] += gain;
            }
        }
        let listed = request.deep.unwrap_or_default().iter().enumerate();
        let mut deep: Vec<(usize, usize, usize)> = listed
            .map(|(place, &group)| (sums.class[group as usize] as usize, place, group as usize))
            .collect();
        let mut place_of = vec![usize::MAX; if deep.is_empty() { 0 } else { n }];
        for &(_, place, group) in &deep {
            place_of[group] = place;
        }
        deep.sort_unstable();
        let mut special = match request.top {
            Who::These(groups) => groups.to_vec(),
            _ => Vec::new(),
        };
        special.extend(request.deep.unwrap_or_default());
        special.sort_unstable();
        special.dedup();
        let (mut between, mut between_ends) = (Vec::new(), Vec::new());
        if law.whole {
            let mut begin = 0;
            for &group in &special {
                let mut classes = sums.class[begin..group as usize].to_vec();
                classes.sort_unstable();
                between.extend(
                    classes.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)),
                );
                between_ends.push(between.len());
                begin = group as usize;
            }
        }
        Self {
            sums,
            law,
            request,
            lonely,
            here: Here::default(),
            count: Count::default(),
            asked,
            by_class: [vec![0.0; sums.values.len()], vec![0.0; sums.values.len()]],
            by_group: [vec![0.0; n], vec![0.0; n]],
            class_gains,
            depths: depth_weights(deep.len()),
            deep,
            gained: 0.0,
            deep_sum: 0.0,
            transforms: Cached::default(),
            place_of,
            walk: Walk::default(),
            special,
            between,
            between_ends,
        }
    }

    /// Makes `transforms` those of the present window.
    pub fn refresh(&mut self, open: Open) {
        let window = self.count.window();
        if self.transforms.window != Some(window) {
            self.transforms = Cached { window: Some(window), ..Cached::default() };
        }
        let k = self.request.k as i64;
        if open.top && self.transforms.top.is_none() {
            self.transforms.top = Some(self.count.below(k));
        }
        if open.place && self.transforms.place.is_none() {
            self.transforms.place = Some(self.count.of(k, discount));
        }
        if open.deep && self.transforms.deep.is_none() {
            self.transforms.deep = Some(self.count.stairs(&self.depths));
        }
    }
}

/// x^count for a whole count.
pub(super) fn power(x: f64, count: f64) -> f64 {
    if count == 1.0 { x } else { libm::pow(x, count) }
}
