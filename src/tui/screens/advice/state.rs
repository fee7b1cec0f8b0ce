//! The state of the Advice screen: wants as lines, and the newest answer.

use std::sync::Arc;

use crate::advice::{Advice, AdviceReport, AdviceRequest, Demand, Kinds, ReleaseKind, Want};
use crate::tui::desk::Desk;
use crate::tui::desk::message::{Effect, Next};
use crate::work::threads;

/// The confidences that a key goes through.
pub const CONFIDENCES: [f64; 4] = [0.8, 0.9, 0.95, 0.99];
/// The kinds of release that a key goes through.
pub const KINDS: [Kinds; 3] = [Kinds::Any, Kinds::Values, Kinds::Order];
/// Trials that confirm an answer.
const TRIALS: u64 = 400;
/// The largest ε that is looked at.
pub const MOST: f64 = 10.0;

/// What the chart shows of every want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CurveShown {
    /// The probability that one release meets it.
    #[default]
    Chance,
    /// The figure of the chosen want.
    Figure,
}

/// The Advice screen.
#[derive(Debug, Default)]
pub struct AdviceScreen {
    /// What must hold.
    pub wants: Vec<Want>,
    /// The chosen line.
    pub line: usize,
    /// Place in [`CONFIDENCES`].
    pub confidence: usize,
    /// Place in [`KINDS`].
    pub kind: usize,
    /// What the chart shows.
    pub curve: CurveShown,
    /// Whether a narrow screen shows the chart in place of the answer.
    pub charts: bool,
    /// Number of the request that is waited for.
    pub id: u64,
    /// Whether it is under way.
    pub working: bool,
    /// Whether somebody stopped it.
    pub stopped: bool,
    /// The newest report.
    pub report: Option<AdviceReport>,
    /// Whether the answer that was taken last is an order.
    pub took_order: bool,
    /// Whether the wants were set once, so that none may be left.
    begun: bool,
}

impl AdviceScreen {
    /// The wants that a first look begins with, and that are offered one after another.
    pub fn suggestions(desk: &Desk) -> Vec<String> {
        let k = desk.k();
        vec![
            format!("overlap@{k}>=0.8"),
            format!("relative@{k}<=10%"),
            "kendall>=0.8".to_owned(),
            "advantage<=0.4".to_owned(),
            "tpr@1%<=0.1".to_owned(),
            format!("worst_relative@{k}<=25%"),
            "median_relative<=0.5".to_owned(),
        ]
    }

    /// The first suggestion that nothing on the list is of.
    pub fn suggestion(&self, desk: &Desk) -> String {
        let is_new = |text: &String| {
            let want = text.parse::<Want>();
            want.is_ok_and(|want| self.wants.iter().all(|own| own.subject != want.subject))
        };
        Self::suggestions(desk).into_iter().find(is_new).unwrap_or_default()
    }

    /// Whether the answer in view is to release an order alone.
    pub fn advises_an_order(&self, desk: &Desk) -> bool {
        let advised = self.advice().and_then(|advice| advice.advised.as_ref());
        self.is_fresh(desk) && advised.is_some_and(|advised| advised.kind == ReleaseKind::Order)
    }

    /// What is asked now.
    pub fn asked(&self, desk: &Desk) -> Demand {
        Demand {
            wants: self.wants.clone(),
            confidence: CONFIDENCES[self.confidence.min(CONFIDENCES.len() - 1)],
            mechanisms: Vec::new(),
            kinds: KINDS[self.kind.min(KINDS.len() - 1)],
            l0: None,
            linf: None,
            delta: desk.knobs.delta,
            max_epsilon: MOST,
            known: desk.knobs.known,
            trials: TRIALS,
            seed: desk.seed,
            threads: threads(),
        }
    }

    /// Asks for advice on what stands there now, unless it is there already.
    pub fn ask(&mut self, desk: &mut Desk) -> Vec<Next> {
        let Some(data) = &desk.data else { return Vec::new() };
        if !self.begun {
            self.begun = true;
            self.confidence = 2;
            let first = Self::suggestions(desk);
            self.wants = first.iter().take(1).filter_map(|text| text.parse().ok()).collect();
        }
        let pairs = Arc::clone(&data.pairs);
        if self.wants.is_empty() || self.stopped {
            return self.stop();
        }
        let asked = self.asked(desk);
        if self.report.as_ref().is_some_and(|report| report.whole && same(&report.asked, &asked)) {
            return self.stop();
        }
        self.id = desk.fresh_id();
        self.working = true;
        let request = AdviceRequest { id: self.id, pairs, asked };
        vec![Effect::Advise(Box::new(request)).into()]
    }

    /// Stops what is under way; what was found so far stays.
    pub fn stop(&mut self) -> Vec<Next> {
        self.id = 0;
        if std::mem::take(&mut self.working) { vec![Effect::StopAdvice.into()] } else { Vec::new() }
    }

    /// Takes a report of the worker; older ones are dropped.
    pub fn reported(&mut self, report: AdviceReport) {
        if report.id == self.id {
            self.working = !report.whole;
            self.report = Some(report);
        }
    }

    /// Forgets what was found of another question or file.
    pub fn forget(&mut self) {
        self.report = None;
    }

    /// The answer, where there is one.
    pub fn advice(&self) -> Option<&Advice> {
        self.report.as_ref()?.found.as_deref().ok()
    }

    /// Whether what is shown is of the wants that stand there.
    pub fn is_fresh(&self, desk: &Desk) -> bool {
        let asked = self.asked(desk);
        self.report.as_ref().is_some_and(|report| same(&report.asked, &asked))
    }
}

/// Whether two questions have the same answer.
fn same(a: &Demand, b: &Demand) -> bool {
    a.wants == b.wants
        && a.confidence == b.confidence
        && a.kinds == b.kinds
        && a.delta == b.delta
        && a.known == b.known
        && a.seed == b.seed
}
