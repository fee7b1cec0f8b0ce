//! Advice in the background, for the newest question: the answer first, then what each want
//! costs alone, then the way there over ε, and the best bounds of every ε.

use std::sync::Arc;

use super::answer::{Advice, AdviseError, Demand, advise};
use super::bounds_over_epsilon::{BestBounds, bounds_over_epsilon};
use super::frontier::{Frontier, frontier};
use super::search::FoundRelease;
use crate::contribution::Pairs;
use crate::work::{Cancel, Task};

/// A request to the worker.
#[derive(Debug, Clone)]
pub struct AdviceRequest {
    /// Its number; the report carries it.
    pub id: u64,
    /// The question's pairs.
    pub pairs: Arc<Pairs>,
    /// What is asked.
    pub asked: Demand,
}

/// What the worker found so far.
#[derive(Debug, Clone)]
pub struct AdviceReport {
    /// The request's number.
    pub id: u64,
    /// What was asked.
    pub asked: Demand,
    /// The answer.
    pub found: Result<Arc<Advice>, AdviseError>,
    /// By want, what it needs alone; fewer than there are wants while they are worked out.
    pub alone: Vec<Option<FoundRelease>>,
    /// Every want over ε, at the answer.
    pub frontier: Option<Arc<Frontier>>,
    /// The bounds that do best at every ε, of the answer's mechanism.
    pub best_bounds: Option<Arc<BestBounds>>,
    /// Whether nothing more comes.
    pub whole: bool,
}

/// Serves one request.
#[expect(clippy::needless_pass_by_value, reason = "a worker hands its request over")]
pub fn serve(request: AdviceRequest, task: &Task<AdviceReport>) {
    work(&request, task.cancel(), |report| task.publish(report.clone()));
}

fn work(request: &AdviceRequest, cancel: &Cancel, mut publish: impl FnMut(&AdviceReport)) {
    let AdviceRequest { id, pairs, asked } = request;
    let found = advise(pairs, asked, cancel).map(Arc::new);
    if matches!(found, Err(AdviseError::Stopped(_))) {
        return;
    }
    let mut report = AdviceReport {
        id: *id,
        asked: asked.clone(),
        found,
        alone: Vec::new(),
        frontier: None,
        best_bounds: None,
        whole: false,
    };
    let Ok(advice) = report.found.clone() else {
        report.whole = true;
        publish(&report);
        return;
    };
    publish(&report);
    let nearest = advice.infeasible.first().map(|(_, one)| one.nearest);
    let apart = advice.apart.first().and_then(|(_, alone)| Some(alone.first()?.1));
    let at = advice.advised.as_ref().map(|advised| advised.found);
    let at = at.or_else(|| advice.alternatives.first().map(|(_, found)| *found));
    if let Some(at) = at.or(nearest).or(apart) {
        report.frontier = frontier(pairs, asked, &advice.wants, at, cancel).map(Arc::new);
        publish(&report);
    }
    for want in &asked.wants {
        if cancel.is_cancelled() {
            return;
        }
        let alone = if want.subject.is_risk() {
            None
        } else if asked.wants.len() == 1 {
            at
        } else {
            let one = Demand { wants: vec![want.clone()], trials: 2, ..asked.clone() };
            match advise(pairs, &one, cancel) {
                Ok(alone) => alone.advised.map(|advised| advised.found),
                Err(AdviseError::Stopped(_)) => return,
                Err(_) => None,
            }
        };
        report.alone.push(alone);
        publish(&report);
    }
    if let Some(at) = at.or(nearest).or(apart) {
        let best = bounds_over_epsilon(pairs, asked, &advice.wants, at, cancel);
        report.best_bounds = best.map(Arc::new);
    }
    report.whole = true;
    publish(&report);
}
