//! The state of the Recommend screen: a model, its lists with and without noise, what they are
//! worth over ε.

use crate::chart::ListFigure;
use crate::rehearsal::RecommendReport;
use crate::rehearsal::lists::ListsFound;

/// What the second chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Drift over users, but the training while a model trains.
    Fitting,
    /// Drift over users.
    Drift,
    /// The training of the lists in view.
    Training,
}

/// The Recommend screen.
#[derive(Debug)]
pub struct Recommend {
    /// The number of the noise, from 1.
    pub draw: u64,
    /// The figure over ε.
    pub figure: ListFigure,
    /// What the second chart shows.
    pub side: Side,
    /// Whether a narrow screen shows the charts in place of the lists.
    pub charts: bool,
    /// The shopper in view: a place among the users with a history.
    pub shopper: usize,
    /// Number of the request that is waited for.
    pub id: u64,
    /// Whether a request is under way.
    pub working: bool,
    /// Whether the fits were stopped by hand.
    pub stopped: bool,
    /// The newest report, maybe of an older setting.
    pub report: Option<RecommendReport>,
    /// Whole reports of earlier settings, oldest first.
    pub kept: Vec<RecommendReport>,
}

impl Default for Recommend {
    fn default() -> Self {
        Self {
            draw: 1,
            figure: ListFigure::Recall,
            side: Side::Fitting,
            charts: false,
            shopper: 0,
            id: 0,
            working: false,
            stopped: false,
            report: None,
            kept: Vec::new(),
        }
    }
}

impl Recommend {
    /// What is known, of the newest setting or of one before it.
    pub fn found(&self) -> Option<&ListsFound> {
        self.report.as_ref()?.found.as_ref().ok()
    }
}
