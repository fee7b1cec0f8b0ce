//! The state of the Rates screen: its own settings, the log of events, the newest study.

use std::sync::Arc;

use super::knob::RatesKnob;
use crate::chart::by_rate;
use crate::privacy::Mechanism;
use crate::purchases::{Input, Options, Purchases};
use crate::rates::{
    AskedEvents, DrawnRate, Events, RateUnit, RatesRefusal, RatesReport, RatesRequest,
    RatesSetting, RatesStudy,
};
use crate::tui::desk::Desk;
use crate::tui::desk::message::{Effect, Next};

/// Trials beside the closed forms.
const TRIALS: u64 = 1_000;

/// The Rates screen.
#[derive(Debug, Default)]
pub struct RatesScreen {
    /// The chosen setting.
    pub setting: RatesKnob,
    /// What a rate counts.
    pub per: RateUnit,
    /// Groups that one user may be in; `None`: as many as keep the order best.
    pub l0: Option<u64>,
    /// Whether nobody turned l0: it stands where the order is kept best.
    pub l0_is_best: bool,
    /// Exposures of one user in one group, per event.
    pub linf: u64,
    /// Which events are what, where somebody says.
    pub asked: AskedEvents,
    /// The group that others are compared with.
    pub holdout: Option<String>,
    /// Groups are stopped below this rate, where it is said.
    pub stop_below: Option<f64>,
    /// The chosen group, by its place among those of the highest rate.
    pub group: usize,
    /// The key of the group that was chosen while the log is made anew.
    chosen: Option<String>,
    /// The page of a narrow screen.
    pub page: usize,
    /// Whether the embedded events are in view although another file is open.
    pub sample: bool,
    /// Number of the request that is waited for.
    pub id: u64,
    /// Whether it is under way.
    pub working: bool,
    /// Whether somebody stopped it.
    pub stopped: bool,
    /// The rows, and the log made of them.
    pub rows: Option<Arc<Purchases>>,
    /// The log.
    pub events: Option<Arc<Events>>,
    /// Where the log was read from, and how.
    source: Option<(Input, Options)>,
    /// The newest study.
    pub study: Option<Box<RatesStudy>>,
    /// Why there is none.
    pub refused: Option<RatesRefusal>,
    /// The answer that was asked for last, by group in key order.
    pub drawn: Option<Vec<DrawnRate>>,
}

impl RatesScreen {
    /// Where events are read from now, and how.
    fn wanted(&self, desk: &Desk) -> (Input, Options) {
        match self.sample {
            true => (Input::Sample, Options::default()),
            false => {
                let (input, options) = desk.events_source();
                (input.clone(), options.clone())
            }
        }
    }

    /// Whether the embedded events could be shown in place of the file, or the file again.
    pub fn may_change_source(&self, desk: &Desk) -> bool {
        *desk.events_source().0 != Input::Sample
    }

    /// What is asked now.
    pub fn asks(&self, desk: &Desk) -> RatesSetting {
        let knobs = &desk.knobs;
        let mechanism = match knobs.mechanism.needs_delta() {
            true => Mechanism::Gaussian,
            false => Mechanism::Laplace,
        };
        RatesSetting {
            per: self.per,
            epsilon: knobs.epsilon,
            delta: mechanism.needs_delta().then_some(knobs.delta),
            mechanism,
            l0: self.l0.unwrap_or(1),
            linf: self.linf.max(1),
            holdout: self.holdout.clone(),
            stop_below: self.stop_below,
            trials: TRIALS,
            seed: desk.seed,
            ..RatesSetting::default()
        }
    }

    /// Asks for what stands there now, unless it is there already.
    pub fn ask(&mut self, desk: &mut Desk) -> Vec<Next> {
        if !desk.has_events_source() || self.stopped {
            return self.stop();
        }
        let wanted = self.wanted(desk);
        if self.source.as_ref() != Some(&wanted) {
            self.forget_events();
            self.source = Some(wanted.clone());
        }
        let setting = self.asks(desk);
        let is_there = self.is_fresh(desk);
        let is_whole =
            self.study.as_ref().is_some_and(|study| study.trials_done == study.setting.trials);
        if self.events.is_some() && is_there && (is_whole || self.working) {
            return Vec::new();
        }
        if self.refused.is_some() && self.events.is_none() {
            return self.stop();
        }
        if !is_there {
            self.drawn = None;
        }
        self.refused = None;
        self.id = desk.fresh_id();
        self.working = true;
        let request = RatesRequest {
            id: self.id,
            events: self.events.clone(),
            rows: self.rows.clone(),
            input: wanted.0,
            options: wanted.1,
            asked: self.asked.clone(),
            fits_l0: self.l0.is_none(),
            setting,
        };
        vec![Effect::Rate(Box::new(request)).into()]
    }

    /// Stops what is under way; what was found so far stays.
    pub fn stop(&mut self) -> Vec<Next> {
        self.id = 0;
        if std::mem::take(&mut self.working) { vec![Effect::StopRates.into()] } else { Vec::new() }
    }

    /// Takes a report of the worker; older ones are dropped.
    pub fn reported(&mut self, report: RatesReport) {
        if report.id != self.id {
            return;
        }
        match report.found {
            Ok(found) => {
                if found.rows.is_some() {
                    self.rows = found.rows;
                }
                self.events = Some(found.events);
                self.l0_is_best |= self.l0.is_none();
                self.l0 = Some(found.study.setting.l0);
                self.working = found.study.trials_done < found.study.setting.trials;
                // The chosen group stays chosen where other rates have another order.
                let chosen = self.group_in_view().or_else(|| self.chosen.take());
                self.holdout.clone_from(&found.study.holdout);
                let place = chosen.and_then(|chosen| {
                    by_rate(&found.study).iter().position(|group| group.group == chosen)
                });
                let last = found.study.groups.len().saturating_sub(1);
                self.group = place.unwrap_or(self.group).min(last);
                self.study = Some(found.study);
            }
            Err(refusal) => {
                self.working = false;
                self.study = None;
                self.refused = Some(refusal);
            }
        }
    }

    /// The key of the chosen group, where there is one.
    fn group_in_view(&self) -> Option<String> {
        let study = self.study.as_ref()?;
        by_rate(study).get(self.group).map(|group| group.group.clone())
    }

    /// Forgets a file.
    pub fn forget_events(&mut self) {
        self.rows = None;
        self.events = None;
        self.source = None;
        self.study = None;
        self.refused = None;
        self.drawn = None;
        self.holdout = None;
        self.l0 = None;
        self.l0_is_best = false;
        self.asked = AskedEvents::default();
        self.group = 0;
    }

    /// Makes the log anew, of the same rows.
    pub fn choose_events(&mut self) {
        self.events = None;
        self.chosen = self.group_in_view();
        self.study = None;
        self.drawn = None;
        self.refused = None;
    }

    /// Whether what is shown is what stands there, by however many trials.
    pub fn is_fresh(&self, desk: &Desk) -> bool {
        self.study.as_ref().is_some_and(|study| {
            let asked = RatesSetting { trials: study.setting.trials, ..self.asks(desk) };
            study.setting == asked
        })
    }
}
