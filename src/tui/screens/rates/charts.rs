//! The charts of the Rates screen as descriptions.

use super::state::RatesScreen;
use crate::chart::{Chart, order_over_epsilon, rates_of_groups};
use crate::rates::RateUnit;
use crate::tui::desk::Desk;

/// Under what all of it holds.
fn subtitle(screen: &RatesScreen) -> String {
    let Some(study) = &screen.study else { return String::new() };
    let setting = &study.setting;
    let linf = match setting.per {
        RateUnit::User => String::new(),
        RateUnit::Event => format!(" · linf {}", setting.linf),
    };
    format!("per {} · l0 {}{linf}", setting.per.name(), setting.l0)
}

fn warning(screen: &RatesScreen) -> Option<&'static str> {
    screen.events.as_ref()?.facts.status.warning()
}

/// The order over ε.
pub fn order(screen: &RatesScreen) -> Option<Chart> {
    let study = screen.study.as_ref()?;
    order_over_epsilon(study, &subtitle(screen), warning(screen))
}

/// All of them, for pictures.
pub fn all(screen: &RatesScreen, _desk: &Desk) -> Vec<Chart> {
    let rates = screen
        .study
        .as_ref()
        .and_then(|study| rates_of_groups(study, &subtitle(screen), warning(screen)));
    rates.into_iter().chain(order(screen)).collect()
}
