//! `calibrate`: the smallest noise for a guarantee.

use anyhow::ensure;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::output::{self, Format, room};
use crate::privacy::Mechanism;
use crate::privacy::accounting::Accountant;
use crate::privacy::mechanism::{Calibrating, calibrate_uses};

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
#[command(
    after_help = "With δ above 0, K uses of Laplace or choosing mechanisms share the budget by the tightest \
    accountant, which needs less noise than adding up ε.\n\n\
    Examples:\n  epsiloscope calibrate laplace --epsilon 1 --sensitivity 100\n  \
    epsiloscope calibrate gaussian --epsilon 1 --delta 1e-6 --sensitivity 1 --times 10 --format json\n  \
    epsiloscope calibrate gumbel-top-k --k 10 --epsilon 1 --sensitivity 1"
)]
pub struct Calibrate {
    /// The mechanism
    #[arg(value_enum, value_name = "MECHANISM")]
    mechanism: CalibratedMechanism,
    /// ε of all uses together
    #[arg(long, allow_hyphen_values = true)]
    epsilon: f64,
    /// δ of all uses together; 0 asks for pure DP
    #[arg(long, allow_hyphen_values = true, default_value_t = 0.0)]
    delta: f64,
    /// How far one user moves an answer: Δ₁ for Laplace, Δ₂ for Gaussian, 1 for choosing mechanisms
    #[arg(long, allow_hyphen_values = true, default_value_t = 1.0)]
    sensitivity: f64,
    /// How many uses share the budget
    #[arg(long, allow_hyphen_values = true, default_value_t = 1)]
    times: u64,
    /// Length of the list that gumbel-top-k publishes
    #[arg(long, allow_hyphen_values = true, default_value_t = 1)]
    k: u64,
    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CalibratedMechanism {
    Noise(Mechanism),
    PermuteAndFlip,
}

impl CalibratedMechanism {
    const ALL: [CalibratedMechanism; Mechanism::ALL.len() + 1] = {
        let mut all = [CalibratedMechanism::PermuteAndFlip; Mechanism::ALL.len() + 1];
        let mut at = 0;
        while at < Mechanism::ALL.len() {
            all[at] = CalibratedMechanism::Noise(Mechanism::ALL[at]);
            at += 1;
        }
        all
    };
}

impl ValueEnum for CalibratedMechanism {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            CalibratedMechanism::Noise(mechanism) => {
                PossibleValue::new(mechanism.name()).help(mechanism.of_one())
            }
            CalibratedMechanism::PermuteAndFlip => PossibleValue::new("permute-and-flip")
                .help("Permute-and-flip: one item of a public list"),
        })
    }
}

impl Calibrate {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        ensure!(self.k >= 1, "--k must be at least 1");
        super::limits::sensitivity(self.sensitivity)?;
        ensure!(
            self.k == 1 || self.mechanism == CalibratedMechanism::Noise(Mechanism::GumbelTopK),
            "--k is the length of a list: it belongs to gumbel-top-k"
        );
        let what = match self.mechanism {
            CalibratedMechanism::Noise(mechanism) => Calibrating::Noise(mechanism, self.k),
            CalibratedMechanism::PermuteAndFlip => Calibrating::PermuteAndFlip,
        };
        let found = calibrate_uses(what, self.epsilon, self.delta, self.sensitivity, self.times)?;
        ensure!(
            found.scale.is_finite() && found.scale > 0.0,
            "this guarantee asks for noise that cannot be represented: choose a larger --epsilon, a smaller \
             --sensitivity or fewer --times"
        );
        let symbol = match self.mechanism {
            CalibratedMechanism::Noise(m) if m.of_scale(found.scale, 1).sign() == "σ" => "sigma",
            _ => "scale",
        };
        let text = match self.format {
            Format::Json => {
                let document = json!({
                    symbol: found.scale,
                    "epsilon": self.epsilon,
                    "delta": self.delta,
                    "accountant": found.accountant.name(),
                    "sensitivity": self.sensitivity,
                    "times": self.times,
                });
                serde_json::to_string_pretty(&document)? + "\n"
            }
            Format::Table => {
                let uses = if self.times == 1 {
                    "one use".to_owned()
                } else {
                    format!("{} uses", self.times)
                };
                let by = match found.accountant {
                    Accountant::Basic => "basic composition",
                    Accountant::Zcdp => "zero-concentrated DP",
                    Accountant::Rdp => "Rényi DP",
                    Accountant::Pld => "the privacy loss distribution",
                };
                let text = format!(
                    "{symbol} {}\n  the smallest for {uses} within ε {} and δ {:e}, by {by}\n",
                    found.scale, self.epsilon, self.delta
                );
                output::fitted(&text, room())
            }
        };
        output::put(&text, None)
    }
}
