//! The only door through which an answer leaves: budget from a durable ledger, exact
//! noise, a file written whole.

mod artifact;
mod catalogue;
mod confirm;
mod error;
mod forecast;
mod in_words;
mod interval;
mod ledger;
mod noise;
mod order;
mod place;
mod publish;
mod rates;
mod remedy;
mod rest;
mod showing;
mod statement;
mod with_statement;

pub use crate::table::same_file;
pub use artifact::{Artifact, Draws, MadeArtifact};
pub use catalogue::{Catalogue, CatalogueError};
pub use confirm::{LedgerView, NewLedger, Preview, ReleaseTask, make, open_or_make, work_out};
pub use error::{ReleaseError, Unpublished};
pub use forecast::{
    BelowSense, CatalogueLookedUp, Forecast, Largest, Lowered, OrderForecast, RowsForecast,
    forecast,
};
pub use in_words::{looked_at, odds};
pub use interval::{COVERAGE, Intervals, half_width};
pub use ledger::{
    Balance, Entry, Finding, Ledger, LedgerError, LedgerRule, LedgerTerms, Reservation, RuleError,
    RuleStatement, Standing, State,
};
pub use noise::{NoiseError, randomness};
pub use order::{Fits, KeySource, Order, OrderError, SumsOrder, dataset_name, usual_headers};
pub use publish::{Keys, PreparedRelease, ReleaseMechanism, ReleaseRequest, prepare, publish};
pub use rates::{PreparedRates, RateSaid, RatesToRelease, SaysRate};
pub use remedy::{Remedies, Tighter};
pub use rest::REST;
pub use statement::{LedgerStatement, NoNames, Provenance, Statement, Unprotected};
pub use with_statement::{Published, companion};
