//! `risk`: what an attacker gains from a release, or from all that a ledger has spent.

use std::path::PathBuf;

use anyhow::{anyhow, ensure};
use clap::Args;

use super::limits;
use super::output::room;
use super::output::{self, Format};
use crate::export::{RiskDocument, RiskLabels, risk_lines};
use crate::privacy::accounting::{Detail, Event, Law};
use crate::privacy::risk::Moved;
use crate::privacy::{Mechanism, Sensitivity};
use crate::rehearsal::RiskStudy;
use crate::release::{Entry, Ledger, Standing};

/// Arguments of `risk`.
#[derive(Debug, Args)]
#[command(
    after_help = "The attacker knows everything but whether one user is in the data, and looks at all outputs. \
    Every number is exact, from the privacy loss distribution of the whole; a simulated attack stands beside \
    them. With --ledger it is the risk of everything spent, published or reserved, as of a plan fixed in advance.\n\n\
    Examples:\n  epsiloscope risk\n  epsiloscope risk --epsilon 2 --l0 5 --linf 3 --prior 0.5\n  \
    epsiloscope risk --epsilon 1 --mechanism gaussian --delta 1e-6 --asked 20 --format json\n  \
    epsiloscope risk --ledger shop.ledger"
)]
pub struct RiskCommand {
    /// ε of one release
    #[arg(long, allow_negative_numbers = true, default_value_t = 1.0, value_name = "E")]
    epsilon: f64,
    /// A ledger: the risk of everything it has spent
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["epsilon", "mechanism", "l0", "linf", "k", "asked"]
    )]
    ledger: Option<PathBuf>,
    /// The mechanism of the release
    #[arg(long, value_enum, default_value = "laplace")]
    mechanism: Mechanism,
    /// Groups that one user may contribute to
    #[arg(long, allow_negative_numbers = true, default_value_t = 20)]
    l0: u64,
    /// What one user may contribute to one group
    #[arg(long, allow_negative_numbers = true, default_value_t = 10)]
    linf: u64,
    /// Length of the list that gumbel-top-k publishes
    #[arg(long, allow_negative_numbers = true, default_value_t = 10)]
    k: u64,
    /// δ of one release, needed by gaussian and discrete-gaussian; with --ledger the δ at which ε is
    /// told [default: the ledger's]
    #[arg(long, allow_negative_numbers = true)]
    delta: Option<f64>,
    /// How likely an attacker holds it beforehand that the user is in: between 0 and 1
    #[arg(long, allow_negative_numbers = true, default_value_t = 0.1, value_name = "P")]
    prior: f64,
    /// How often the same is asked, in what is said of asking again
    #[arg(long, allow_negative_numbers = true, default_value_t = 5, value_name = "M")]
    asked: u64,
    /// Seed of the simulated attack
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
}

impl RiskCommand {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        ensure!(
            self.prior > 0.0 && self.prior < 1.0,
            "--prior is a probability between 0 and 1, both left out, not {}",
            self.prior
        );
        let (study, labels) = match &self.ledger {
            Some(ledger) => self.of_ledger(ledger)?,
            None => self.of_release()?,
        };
        match self.format {
            Format::Json => output::put_json(&RiskDocument::new(&study, &labels), None),
            Format::Table => {
                let room = room();
                let lines = risk_lines(&study, &labels, room, output::HOW_SHOWN);
                output::put(&output::fitted(&lines, room), None)
            }
        }
    }

    fn of_release(&self) -> anyhow::Result<(RiskStudy, RiskLabels)> {
        limits::whole("--l0", self.l0, &limits::RISK_L0)?;
        limits::whole("--linf", self.linf, &limits::RISK_LINF)?;
        limits::whole("--k", self.k, &limits::K)?;
        limits::whole("--asked", self.asked, &limits::ASKED)?;
        let Self { mechanism, epsilon, l0, linf, .. } = *self;
        let delta = match self.delta {
            Some(delta) if !mechanism.needs_delta() => {
                return Err(anyhow!(
                    "{mechanism} noise has no δ: leave out --delta {delta:e}, or choose --mechanism gaussian"
                ));
            }
            None if mechanism.needs_delta() => {
                return Err(anyhow!("{mechanism} noise needs a δ: give --delta, for example 1e-6"));
            }
            delta => delta,
        };
        let linf = linf as f64;
        let k = usize::try_from(self.k)?;
        let sensitivity = if mechanism == Mechanism::GumbelTopK {
            Sensitivity::from_bounds(1.0, 1.0)
        } else {
            Sensitivity::from_bounds(l0 as f64, linf)
        };
        let noise = mechanism.calibrate(epsilon, delta, sensitivity, k)?;
        let linf = if mechanism == Mechanism::GumbelTopK { 1.0 } else { linf };
        let moved = Moved { noise, l0, linf, unit: 1.0, others: true };
        let delta = delta.unwrap_or(0.0);
        let study = RiskStudy::of_one(moved, delta, self.asked, self.seed, Detail::Full)?;
        let bounds = if mechanism == Mechanism::GumbelTopK {
            format!("the order of the top {k}")
        } else {
            format!("l0 {l0}, linf {}", self.linf)
        };
        let at = if delta > 0.0 { format!(", δ {delta:e}") } else { String::new() };
        let setting = format!("ε {epsilon}{at}, {mechanism}, {bounds}");
        Ok((study, self.labels(setting, Some(epsilon))))
    }

    fn of_ledger(&self, path: &std::path::Path) -> anyhow::Result<(RiskStudy, RiskLabels)> {
        let ledger = Ledger::open(path)?;
        let Standing { entries, balance, .. } = ledger.standing()?;
        let delta = self.delta.unwrap_or_else(|| balance.total.delta.to_f64());
        ensure!((0.0..1.0).contains(&delta), "--delta must be at least 0 and below 1, not {delta}");
        let events: Vec<Event> = entries.iter().flat_map(events_of).collect();
        let study = RiskStudy::of_all(events, delta, self.seed, Detail::Full)?;
        let several = if entries.len() == 1 { "entry" } else { "entries" };
        let at = match study.epsilon {
            Some(epsilon) => {
                format!("ε {} at δ {delta:e}", crate::chart::short_number(epsilon))
            }
            None => format!("no ε at δ {delta:e}"),
        };
        let setting = format!(
            "{}: {} {several}, {at} by the privacy loss distribution (a plan fixed in advance)",
            path.display(),
            entries.len()
        );
        Ok((study, self.labels(setting, None)))
    }

    fn labels(&self, setting: String, epsilon: Option<f64>) -> RiskLabels {
        RiskLabels {
            setting,
            group: "item".to_owned(),
            unit: "purchase".to_owned(),
            epsilon,
            prior: self.prior,
        }
    }
}

/// What accountants add up for an entry; old entries that do not say are charged as the worst of
/// their (ε, δ).
fn events_of(entry: &Entry) -> Vec<Event> {
    if !entry.events.is_empty() {
        return entry.events.clone();
    }
    let (epsilon, delta) = (entry.epsilon.to_f64(), entry.delta.to_f64());
    let pure = (epsilon > 0.0).then(|| Event::once(Law::Pure { epsilon }));
    let failure = (delta > 0.0).then(|| Event::once(Law::Failure { delta }));
    pure.into_iter().chain(failure).collect()
}
