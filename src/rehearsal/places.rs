//! Where every group is to be expected: worked out in the background for the newest setting.

use std::sync::Arc;

use super::cell::cell as spec_of;
use crate::contribution::{Cube, Pairs};
use crate::expected::{self, CellSpec, Places};
use crate::privacy::Noise;
use crate::purchases::Measure;
use crate::work::Task;

/// A request to the worker.
#[derive(Debug, Clone)]
pub struct PlacesRequest {
    /// Its number; the report carries it.
    pub id: u64,
    /// The cell under the knobs.
    pub cell: CellSpec,
    /// Its bounded sums.
    pub answer: Arc<[i64]>,
    /// What Gumbel top-k ranks, and its noise.
    pub gumbel: Option<(Arc<[i64]>, Noise)>,
    /// Length of the top list.
    pub k: usize,
    /// The true top list.
    pub true_top: Vec<u32>,
    /// What is added up.
    pub measure: Measure,
    /// Where other bounds come from.
    pub cube: Arc<Cube>,
    /// Where bounds off the cube's steps come from.
    pub pairs: Arc<Pairs>,
}

/// What is left of a true top list, in expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TopKept {
    /// The share of the true top k in the noised top k.
    pub overlap: f64,
    /// The probability that the true first comes first.
    pub first: f64,
}

impl TopKept {
    fn of(places: &Places, true_top: &[u32]) -> Self {
        let share: f64 = true_top.iter().map(|&group| places.in_top[group as usize]).sum();
        Self {
            overlap: share / true_top.len().max(1) as f64,
            first: true_top.first().map_or(0.0, |&group| places.first[group as usize]),
        }
    }
}

/// What the worker found so far.
#[derive(Debug, Clone)]
pub struct PlacesReport {
    /// The request's number.
    pub id: u64,
    /// What it was worked out for.
    pub cell: CellSpec,
    /// The places under the knobs.
    pub places: Arc<Places>,
    /// What the noisy histogram keeps.
    pub kept: TopKept,
    /// What Gumbel top-k keeps.
    pub gumbel: Option<TopKept>,
    /// What the histogram would keep at other l0, ascending.
    pub by_l0: Vec<(u64, TopKept)>,
    /// Whether nothing more comes.
    pub whole: bool,
}

/// Serves one request: the list's places first, then what they are compared with.
#[expect(clippy::needless_pass_by_value, reason = "a worker hands its request over")]
pub fn serve(request: PlacesRequest, task: &Task<PlacesReport>) {
    work(&request, || task.cancel().is_cancelled(), |report| task.publish(report.clone()));
}

/// Works a request out to the end.
#[cfg(test)]
pub fn report(request: &PlacesRequest) -> Option<PlacesReport> {
    let mut last = None;
    work(request, || false, |report| last = Some(report.clone()));
    last
}

fn work(
    request: &PlacesRequest,
    stopped: impl Fn() -> bool,
    mut publish: impl FnMut(&PlacesReport),
) {
    let PlacesRequest { id, cell, k, .. } = *request;
    let kept = |places: &Places| TopKept::of(places, &request.true_top);
    let places = expected::places(&request.answer, cell.noise, k);
    let mut report = PlacesReport {
        id,
        cell,
        kept: kept(&places),
        places: Arc::new(places),
        gumbel: None,
        by_l0: Vec::new(),
        whole: false,
    };
    publish(&report);
    if let Some((sums, noise)) = &request.gumbel {
        if stopped() {
            return;
        }
        report.gumbel = Some(kept(&expected::places(sums, *noise, k)));
        publish(&report);
    }
    let Some(bounds) = cell.bounds else { return };
    for &l0 in &request.cube.grid().l0 {
        if stopped() {
            return;
        }
        let delta = cell.delta.unwrap_or(0.0);
        let spec = spec_of(cell.mechanism, cell.epsilon, delta, bounds.with_l0(l0), (0, k));
        let Ok(CellSpec { noise, .. }) = spec else { continue };
        let (l0_bound, linf_bound) = (Some(l0), Some(bounds.linf()));
        let bounded = request.cube.bounded(l0_bound, linf_bound);
        let sums = bounded.unwrap_or_else(|| request.pairs.bounded(l0_bound, linf_bound)).sums;
        report.by_l0.push((l0, kept(&expected::places(&sums, noise, k))));
    }
    report.whole = true;
    publish(&report);
}
