//! One noised answer judged by wants, where a figure has no closed law, and to confirm those
//! that have one.

use super::resolved::{Judged, Resolved};
use crate::expected::ReleaseLaw;
use crate::metric::Metric;
use crate::metric::drift::{Noised, TrueOrder};
use crate::metric::ranking::{RawOrder, Scratch, top_k};
use crate::metric::top_list::{Ndcg, rbo};
use crate::metric::weight::{RBO_DEPTH, RBO_P};

/// The raw sums, prepared to judge noised ones.
pub(super) struct Judge {
    raw: Vec<f64>,
    unit: f64,
    order: TrueOrder,
    tau: RawOrder,
    deep: Vec<u32>,
    lists: Vec<List>,
}

/// What is true of the first k.
struct List {
    k: usize,
    top: Vec<u32>,
    ndcg: Option<Ndcg>,
}

/// Buffers between judgements.
#[derive(Default)]
pub(super) struct Bench {
    noised: Noised,
    errors: Vec<f64>,
    scratch: Scratch,
    seen: Vec<bool>,
}

impl Judge {
    /// Prepares `raw` (stored unit, of which `unit` make one shown) for lists of these lengths.
    pub(super) fn new(raw: &[i64], unit: i64, lengths: &[usize]) -> Self {
        let raw: Vec<f64> = raw.iter().map(|&x| x as f64).collect();
        let lists = lengths.iter().map(|&k| {
            let mut top = top_k(&raw, k);
            top.sort_unstable();
            List { k, top, ndcg: Ndcg::new(&raw, k) }
        });
        Self {
            lists: lists.collect(),
            order: TrueOrder::new(&raw, 1),
            tau: RawOrder::new(&raw, 1),
            deep: top_k(&raw, RBO_DEPTH),
            raw,
            unit: unit as f64,
        }
    }

    /// The true first `k`, by group, of a length that was prepared; none of another.
    pub(super) fn top(&self, k: usize) -> &[u32] {
        self.lists.iter().find(|list| list.k == k).map_or(&[], |list| &list.top)
    }

    /// The value of a want's figure in one noised list (stored unit), in shown units; not a
    /// number where it does not exist.
    pub(super) fn figure(&self, want: &Resolved, values: &[f64], bench: &mut Bench) -> f64 {
        match &want.judged {
            Judged::Metric(metric, k) => self.metric(*metric, *k, values, bench),
            Judged::Relative(top) => {
                let sum: f64 = top.iter().map(|&at| self.relative(at, values)).sum();
                sum / top.len().max(1) as f64
            }
            Judged::WorstRelative(top) => {
                top.iter().map(|&at| self.relative(at, values)).fold(0.0, f64::max)
            }
            Judged::EveryGroup => {
                let worst = self.raw.iter().zip(values).map(|(x, y)| (y - x).abs());
                worst.fold(0.0, f64::max) / self.unit
            }
            Judged::Within { group, relative: true } => self.relative(*group, values),
            Judged::Within { group, relative: false } => {
                (values[*group] - self.raw[*group]).abs() / self.unit
            }
            Judged::Elsewhere => f64::NAN,
        }
    }

    fn relative(&self, group: usize, values: &[f64]) -> f64 {
        (values[group] - self.raw[group]).abs() / self.raw[group].max(self.unit)
    }

    fn metric(&self, metric: Metric, k: usize, values: &[f64], bench: &mut Bench) -> f64 {
        let n = values.len().max(1) as f64;
        let errors = || self.raw.iter().zip(values).map(|(x, y)| y - x);
        match metric {
            Metric::Mae => errors().map(f64::abs).sum::<f64>() / n / self.unit,
            Metric::Rmse => (errors().map(|e| e * e).sum::<f64>() / n).sqrt() / self.unit,
            Metric::P95 => {
                bench.errors.clear();
                bench.errors.extend(errors().map(f64::abs));
                quantile(&mut bench.errors, 0.95) / self.unit
            }
            Metric::MedianRelative => {
                bench.errors.clear();
                bench.errors.extend((0..values.len()).map(|at| self.relative(at, values)));
                quantile(&mut bench.errors, 0.5)
            }
            Metric::Overlap => {
                self.lists.iter().find(|list| list.k == k).map_or(f64::NAN, |list| {
                    let inside = |at: &&u32| list.top.binary_search(at).is_ok();
                    top_k(values, k).iter().filter(inside).count() as f64 / k as f64
                })
            }
            Metric::Ndcg => {
                let list = self.lists.iter().find(|list| list.k == k);
                let ndcg = list.and_then(|list| list.ndcg.as_ref());
                ndcg.map_or(f64::NAN, |ndcg| ndcg.of(&top_k(values, k)))
            }
            Metric::Top1Flip => f64::from(u8::from(top_k(values, 1).first() != self.deep.first())),
            Metric::Rbo => {
                let noised = top_k(values, RBO_DEPTH);
                rbo(&self.deep, &noised, RBO_P, &mut bench.seen).unwrap_or(f64::NAN)
            }
            Metric::TauB => self.tau.tau_b(values, &mut bench.scratch).unwrap_or(f64::NAN),
            _ => {
                bench.noised.sort(values);
                self.order.drift(&mut bench.noised)[metric].unwrap_or(f64::NAN)
            }
        }
    }
}

/// The ⌈share·n⌉-th smallest.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    let at = ((share * values.len() as f64 * (1.0 - 1e-12)).ceil() as usize).max(1) - 1;
    if values.is_empty() {
        return f64::NAN;
    }
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

/// The groups that can come out among the first `k`, but for a chance of 1e-9, with their bounded
/// sums, in key order: those of the true `top` (ascending), and those within two tails of the k-th.
pub(super) fn contenders(one: &ReleaseLaw, tail: f64, top: &[u32], k: usize) -> Vec<(u32, i64)> {
    let all = one.bounded().iter().enumerate().map(|(at, &sum)| (at as u32, sum));
    if one.bounded().len() <= k {
        return all.collect();
    }
    let mut sums: Vec<i64> = one.bounded().to_vec();
    let kth = *sums.select_nth_unstable_by(k - 1, |a, b| b.cmp(a)).1 as f64;
    let near = |sum: i64| sum as f64 > kth - 2.0 * tail;
    all.filter(|&(at, sum)| near(sum) || top.binary_search(&at).is_ok()).collect()
}
