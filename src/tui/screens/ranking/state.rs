//! The state of the Ranking screen: what is ranked, trials, places, drift.

use crate::metric::Metric;
use std::sync::Arc;

use crate::expected::CellSpec;
use crate::rehearsal::{PlacesReport, Snapshot};

/// One hypothetical release.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Its number; the same number is the same noise, larger or smaller.
    pub number: u64,
    /// The rank of every group, from 1.
    pub rank: Vec<u32>,
    /// The noised sums in the stored unit, kept for the newest trials.
    pub noised: Option<Arc<[f64]>>,
    /// The groups of its top list, first to last.
    pub top: Vec<u32>,
}

/// What ↑↓ moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The item under the cursor.
    List,
    /// The chosen knob.
    Knobs,
}

/// What is ranked now.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The cell under the knobs.
    pub cell: CellSpec,
    /// Its bounded sums.
    pub answer: Arc<[i64]>,
    /// The rank of every group by its bounded sum, from 1.
    pub clipped_rank: Vec<u32>,
    /// Gumbel top-k at the same ε; it needs no l0.
    pub gumbel: Option<CellSpec>,
    /// What Gumbel noise is added to: linf alone clips.
    pub gumbel_answer: Arc<[i64]>,
}

/// The drift over ε, on its way.
#[derive(Debug, Clone)]
pub struct Study {
    /// Its number; every snapshot carries it.
    pub id: u64,
    /// ε of the histogram's curve, then of Gumbel's; after the cells under the knobs.
    pub curves: [Vec<f64>; 2],
    /// The newest figures.
    pub snapshot: Option<Snapshot>,
}

/// The Ranking screen.
#[derive(Debug)]
pub struct Ranking {
    /// The figure of the drift chart.
    pub metric: Metric,
    /// What ↑↓ moves.
    pub focus: Focus,
    /// Only items whose code or name holds this are listed.
    pub filter: String,
    /// The page in view (0 = first) where not all panels stand side by side.
    pub page: usize,
    /// What is ranked; `None` while there is no valid setting, or not looked at yet.
    pub setting: Option<Setting>,
    /// The trials of this setting, oldest first.
    pub trials: Vec<Trial>,
    /// The number of the newest trial: it chooses the noise.
    pub newest: u64,
    /// Milliseconds at which the next trial is due while they play.
    pub play_at: Option<u64>,
    /// Number of the places that are waited for.
    pub places_id: u64,
    /// The newest places.
    pub places: Option<PlacesReport>,
    /// The newest report that compares mechanisms and bounds to the end.
    pub compared: Option<PlacesReport>,
    /// The drift over ε.
    pub study: Option<Study>,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            metric: Metric::Overlap,
            focus: Focus::List,
            filter: String::new(),
            page: 0,
            setting: None,
            trials: Vec::new(),
            newest: 1,
            play_at: None,
            places_id: 0,
            places: None,
            compared: None,
            study: None,
        }
    }
}

impl Ranking {
    /// The places of the setting on the screen, once they are there.
    pub fn fresh_places(&self) -> Option<&PlacesReport> {
        self.places.as_ref().filter(|report| report.id == self.places_id)
    }
}
