//! Works out what the screen shows, at once: a knob is followed while it is turned.

use super::state::RiskScreen;
use crate::chart::short_number;
use crate::export::{RiskDocument, RiskLabels};
use crate::privacy::accounting::Detail;
use crate::privacy::risk::Moved;
use crate::purchases::Measure;
use crate::rehearsal::RiskStudy;
use crate::tui::desk::Desk;
use crate::tui::refusal::Refusal;

/// The release under the knobs.
fn moved(desk: &Desk) -> Option<(Moved, f64)> {
    let cell = &desk.setting.as_ref()?.cell;
    let (l0, linf) = match cell.bounds {
        Some(bounds) => (bounds.reach(), bounds.linf() as f64),
        None => (1, cell.sensitivity.linf),
    };
    let unit = (desk.knobs.unit() as f64).min(linf);
    let others = desk.knobs.known.groups().is_none_or(|groups| l0 < groups);
    let delta = cell.delta.filter(|_| cell.mechanism.needs_delta()).unwrap_or(0.0);
    Some((Moved { noise: cell.noise, l0, linf, unit, others }, delta))
}

/// Asks for the risk where it is not known.
pub fn settle(risk: &mut RiskScreen, desk: &Desk) {
    if risk.study.is_some() {
        return;
    }
    risk.study = moved(desk).map(|(moved, delta)| {
        // Good to a thousandth of each figure, which is more than is shown.
        RiskStudy::of_one(moved, delta, risk.asked, desk.seed, Detail::Coarse)
    });
}

/// What the screen's words are about.
pub fn labels(risk: &RiskScreen, desk: &Desk) -> RiskLabels {
    let knobs = &desk.knobs;
    let unit = match knobs.question.measure {
        Measure::Purchases => "purchase",
        Measure::Rows => "row",
        Measure::Buyers => "purchase that is its only one",
        Measure::Revenue => "1.00 of money",
    };
    let delta = if knobs.mechanism.needs_delta() {
        format!(", δ {:e}", knobs.delta)
    } else {
        String::new()
    };
    RiskLabels {
        setting: format!(
            "ε {}{delta}, {}, l0 {}, linf {}",
            short_number(knobs.epsilon),
            knobs.mechanism,
            knobs.l0,
            knobs.linf
        ),
        group: knobs.question.group_by.to_string(),
        unit: unit.to_owned(),
        epsilon: Some(knobs.epsilon),
        prior: risk.prior,
    }
}

/// What is exported, in full.
pub fn document(risk: &RiskScreen, desk: &Desk) -> Result<RiskDocument, Refusal> {
    let (moved, delta) = moved(desk).ok_or(Refusal::NoFigure)?;
    let study = RiskStudy::of_one(moved, delta, risk.asked, desk.seed, Detail::Full)?;
    Ok(RiskDocument::new(&study, &labels(risk, desk)))
}
