//! What a worker does for the screen: reads a log, works out rates, as they come.

use std::sync::Arc;

use super::chosen::AskedEvents;
use super::error::RatesError;
use super::events::Events;
use super::setting::RatesSetting;
use super::study::{RatesDepth, RatesStudy, best_l0, closed_forms};
use crate::purchases::{Input, Options, Purchases, ReadError, RowsAre, has_events, read_watched};
use crate::work::{Task, threads};

/// A request of the screen.
#[derive(Debug, Clone)]
pub struct RatesRequest {
    /// Its number; every report carries it.
    pub id: u64,
    /// The log, where it was made already.
    pub events: Option<Arc<Events>>,
    /// Its rows, where they were read already.
    pub rows: Option<Arc<Purchases>>,
    /// Where to read it from otherwise, and how.
    pub input: Input,
    /// How it is read.
    pub options: Options,
    /// Which events are what.
    pub asked: AskedEvents,
    /// Whether l0 is to be the one that keeps the order best, in place of the setting's.
    pub fits_l0: bool,
    /// The setting.
    pub setting: RatesSetting,
}

/// What comes of a request.
#[derive(Debug)]
pub struct RatesReport {
    /// The request's number.
    pub id: u64,
    /// What was found so far, or why there is nothing.
    pub found: Result<RatesFound, RatesRefusal>,
}

/// What was found so far. A newer report takes the place of one that nobody looked at: each holds all.
#[derive(Debug)]
pub struct RatesFound {
    /// The rows, where they were read for this request.
    pub rows: Option<Arc<Purchases>>,
    /// The log.
    pub events: Arc<Events>,
    /// The study; its setting has the l0 that keeps the order best, where that was asked for.
    pub study: Box<RatesStudy>,
}

/// Why there are no rates.
#[derive(Debug, thiserror::Error)]
pub enum RatesRefusal {
    /// The file cannot be read as events.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is nothing to be told of it.
    #[error(transparent)]
    Rates(#[from] RatesError),
}

/// Serves one request: the log, closed forms, curves, trials, as they come.
pub fn serve(request: RatesRequest, task: &Task<RatesReport>) {
    let id = request.id;
    if let Err(refusal) = served(request, task)
        && !matches!(
            refusal,
            RatesRefusal::Rates(RatesError::Stopped) | RatesRefusal::Read(ReadError::Cancelled)
        )
    {
        task.publish(RatesReport { id, found: Err(refusal) });
    }
}

/// The rows of a file that has events.
fn rows_of(
    input: &Input,
    options: Options,
    task: &Task<RatesReport>,
) -> Result<Arc<Purchases>, RatesRefusal> {
    let options = Options { rows: RowsAre::Events, ..options };
    // A large file of purchases is not read for nothing.
    if !has_events(input, &options)? {
        let file = match input {
            Input::File(path) => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            _ => "the data".to_owned(),
        };
        return Err(RatesError::NoEvents { file }.into());
    }
    Ok(Arc::new(read_watched(input, &options, task.cancel(), |_| ())?))
}

fn served(request: RatesRequest, task: &Task<RatesReport>) -> Result<(), RatesRefusal> {
    let RatesRequest { id, events, rows, input, options, asked, fits_l0, mut setting } = request;
    let (events, rows) = match events {
        Some(events) => (events, None),
        None => {
            let rows = match rows {
                Some(rows) => rows,
                None => rows_of(&input, options, task)?,
            };
            (Arc::new(Events::of(&rows, None, None, &asked)?), Some(rows))
        }
    };
    // A comparison with a group that other events do not show is over.
    setting.holdout = setting.holdout.filter(|held| events.log.keys().contains(held));
    if fits_l0 {
        setting.l0 = best_l0(&events.log, &setting)?.unwrap_or(setting.l0);
    }
    let publish = |study: RatesStudy| {
        let found =
            RatesFound { rows: rows.clone(), events: Arc::clone(&events), study: Box::new(study) };
        task.publish(RatesReport { id, found: Ok(found) });
    };
    let (log, group_by) = (&events.log, &events.facts.group_by);
    let cancel = task.cancel();
    publish(closed_forms(log, group_by, &setting, RatesDepth::Groups, cancel)?);
    let mut study = closed_forms(log, group_by, &setting, RatesDepth::Curves, cancel)?;
    publish(study.clone());
    study.simulate(threads(), cancel, |running| publish(running.clone()))?;
    publish(study);
    Ok(())
}
