//! `ledger`: make, show and check a ledger.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::compose::event;
use super::output::room;
use super::output::{self, Format};
use crate::export::{caution, delta_words as delta};
use crate::privacy::accounting::{Accountant, Amount, Cost};
use crate::release::{Entry, Ledger, LedgerRule, LedgerTerms, Standing, State};
use crate::words::{Asker, Say};

/// Arguments of `ledger`.
#[derive(Debug, Args)]
pub struct LedgerCommand {
    #[command(subcommand)]
    action: LedgerAction,
}

#[derive(Debug, Subcommand)]
enum LedgerAction {
    /// Make a ledger with the whole privacy loss budget of a dataset.
    #[command(
        after_help = "The budget is for everything that will ever be released from the dataset. basic adds up \
        ε and δ; zcdp and rdp let more Gaussian or small releases fit. Keep the file with the data and back it up: \
        what it forgets is spent all the same.\n\n\
        zcdp and rdp fix their cap now, so that releases may be chosen one after another: --threshold-delta of δ is \
        kept for the thresholds of private groups, the rest converts. rdp has one order; --for chooses the one that \
        holds your plan most often. A ledger guards against mistakes, not against its owner.\n\n\
        Examples:\n  epsiloscope ledger create shop.ledger --dataset orders --epsilon 5 --delta 1e-6\n  \
        epsiloscope ledger create shop.ledger --dataset orders --epsilon 5 --delta 1e-6 --accountant rdp \
        --for laplace:scale=2,times=5 --for gaussian:sigma=8"
    )]
    Create(Create),
    /// Show what was spent on what, and what is left.
    Show(Show),
    /// Look for damage, explain releases that did not finish, name what the ledger does not know.
    #[command(
        after_help = "It looks at the outputs of all entries and at the folders they are in: files that were \
        changed or are gone, statements that this ledger does not know (it may be an older copy), temporary files \
        .epsiloscope-* that an interrupted program left behind. A ledger of which entries are missing or were changed \
        is damaged: no command goes on with it."
    )]
    Check(Check),
}

#[derive(Debug, Args)]
struct Create {
    /// The ledger's file, which must not exist
    ledger: PathBuf,
    /// The dataset's name: the stem of its file
    #[arg(long, value_name = "NAME")]
    dataset: String,
    /// ε of everything together, with at most nine decimals
    #[arg(long, allow_hyphen_values = true, value_name = "E")]
    epsilon: String,
    /// δ of everything together
    #[arg(long, allow_hyphen_values = true, default_value = "0", value_name = "D")]
    delta: String,
    /// How releases add up
    #[arg(long, value_enum, default_value = "basic")]
    accountant: AccountantName,
    /// δ that is kept for the thresholds of private groups [default: half of --delta]; zcdp and rdp
    #[arg(long, allow_hyphen_values = true, value_name = "D")]
    threshold_delta: Option<String>,
    /// A planned mechanism, NAME:PARAMETER=VALUE,... as in `compose`, once for each: chooses the order of rdp
    #[arg(long = "for", value_name = "EVENT")]
    plan: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AccountantName {
    /// ε and δ add up
    Basic,
    /// Zero-concentrated DP
    Zcdp,
    /// Rényi DP
    Rdp,
    /// Not for ledgers: it holds only for plans fixed in advance
    #[value(hide = true)]
    Pld,
}

#[derive(Debug, Args)]
struct Show {
    /// The ledger's file
    ledger: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
}

#[derive(Debug, Args)]
struct Check {
    /// The ledger's file
    ledger: PathBuf,
    /// Remove temporary files that interrupted programs left behind, and nothing else
    #[arg(long)]
    tidy: bool,
}

impl LedgerCommand {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        match &self.action {
            LedgerAction::Create(create) => create.run(),
            LedgerAction::Show(show) => show.run(),
            LedgerAction::Check(check) => check.run(),
        }
    }
}

impl Create {
    fn run(&self) -> anyhow::Result<()> {
        let total = Cost {
            epsilon: Amount::parse(&self.epsilon)
                .map_err(|reason| anyhow!("--epsilon: {reason}"))?,
            delta: Amount::parse(&self.delta).map_err(|reason| anyhow!("--delta: {reason}"))?,
        };
        let accountant = match self.accountant {
            AccountantName::Basic => Accountant::Basic,
            AccountantName::Zcdp => Accountant::Zcdp,
            AccountantName::Rdp => Accountant::Rdp,
            AccountantName::Pld => Accountant::Pld,
        };
        let threshold_delta = self.threshold_delta.as_deref().map(Amount::parse).transpose();
        let threshold_delta =
            threshold_delta.map_err(|reason| anyhow!("--threshold-delta: {reason}"))?;
        let plan = self.plan.iter().map(|text| event(text)).collect::<anyhow::Result<Vec<_>>>();
        let plan = plan.map_err(|reason| anyhow!("--for {reason}"))?;
        let terms = LedgerTerms { accountant, threshold_delta, plan };
        let ledger = Ledger::create(&self.ledger, &self.dataset, total, terms)?;
        let mut text = format!(
            "{} holds the budget of {}: ε {}, δ {}, {} accounting\n",
            self.ledger.display(),
            ledger.dataset(),
            total.epsilon,
            delta(total.delta),
            ledger.accountant()
        );
        if let LedgerRule::Cap(_) = ledger.rule() {
            let _ = writeln!(text, "  {}", ledger.standing()?.rule.words);
        }
        // How many users there are no ledger knows.
        let of_epsilon = caution::of_epsilon(total.epsilon.to_f64());
        for caution in of_epsilon.into_iter().chain(caution::of_delta(total.delta.to_f64(), None)) {
            let _ = writeln!(text, "  {caution}");
        }
        output::put(&output::fitted(&text, room()), None)
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<()> {
        let ledger = Ledger::open(&self.ledger)?;
        let Standing { entries, balance, rule } = ledger.standing()?;
        let left = balance.remaining();
        let text = match self.format {
            Format::Json => {
                let document = json!({
                    "dataset": ledger.dataset(),
                    "accountant": ledger.accountant().name(),
                    "layout": ledger.layout(),
                    "rule": rule,
                    "created": ledger.created(),
                    "epsilon_total": balance.total.epsilon,
                    "epsilon_spent": balance.spent.epsilon,
                    "epsilon_remaining": left.epsilon,
                    "delta_total": balance.total.delta,
                    "delta_spent": balance.spent.delta,
                    "delta_remaining": left.delta,
                    "entries": entries,
                });
                return output::put_json(&document, None);
            }
            Format::Table => {
                let mut text = String::new();
                let _ = writeln!(
                    text,
                    "{}  dataset {}, made {}, {} accounting\n",
                    self.ledger.display(),
                    ledger.dataset(),
                    ledger.created(),
                    ledger.accountant()
                );
                let _ =
                    writeln!(text, "{:>12}{:>16}{:>16}{:>16}", "", "total", "spent", "remaining");
                let row = |name: &str, cells: [String; 3]| {
                    format!("{name:>12}{:>16}{:>16}{:>16}\n", cells[0], cells[1], cells[2])
                };
                text += &row(
                    "ε",
                    [balance.total.epsilon, balance.spent.epsilon, left.epsilon]
                        .map(|e| e.to_string()),
                );
                text +=
                    &row("δ", [balance.total.delta, balance.spent.delta, left.delta].map(delta));
                let _ = writeln!(text, "\n  rule: {}", rule.words);
                if let (Some(cap), Some(charged)) = (rule.cap, rule.charged) {
                    let what = if rule.order.is_some() { "divergence" } else { "ρ" };
                    let _ = match charged <= cap {
                        true => writeln!(
                            text,
                            "  {what}: {:.6} of {:.6} spent",
                            charged.to_f64(),
                            cap.to_f64()
                        ),
                        false => writeln!(
                            text,
                            "  {what}: {:.6}, above the cap of {:.6}: all entries are pure and passed by their ε; {}",
                            charged.to_f64(),
                            cap.to_f64(),
                            match left.epsilon == Amount::ZERO {
                                true => "nothing is left",
                                false => "only pure releases still fit",
                            }
                        ),
                    };
                }
                if let (Some(kept), Some(spent)) =
                    (rule.threshold_delta, rule.threshold_delta_spent)
                {
                    let _ = writeln!(
                        text,
                        "  δ of thresholds: {} of {} spent",
                        delta(spent),
                        delta(kept)
                    );
                }
                match (ledger.rule(), entries.is_empty()) {
                    (_, true) | (LedgerRule::Sum, _) => {}
                    (LedgerRule::BestAtEnd(_), _) => {
                        text +=
                            "  The conversion to ε takes the whole δ from the first entry on.\n";
                    }
                    (LedgerRule::Cap(cap), _) => {
                        let _ = writeln!(
                            text,
                            "  The conversion to ε takes δ {} from the first entry on.",
                            delta(cap.conversion)
                        );
                    }
                }
                if entries.is_empty() {
                    text += "\nNothing has been released yet.\n";
                }
                for entry in &entries {
                    text += &entry_lines(entry);
                }
                text
            }
        };
        output::put(&output::fitted(&text, room()), None)
    }
}

fn entry_lines(entry: &Entry) -> String {
    let state = match entry.state {
        State::Reserved => "reserved",
        State::Published => "published",
    };
    let cost = match entry.delta == Amount::ZERO {
        true => format!("ε {}", entry.epsilon),
        false => format!("ε {} δ {}", entry.epsilon, delta(entry.delta)),
    };
    let unit = entry.provenance.as_ref().and_then(|read| read.get("privacy_unit_column")?.as_str());
    let unit = unit.map_or(String::new(), |column| format!(", one user: column {column}"));
    format!(
        "\n{:>4}  {}  {state:<9}  {cost}\n      {} ({}{unit}) by {}\n      {}\n",
        entry.id, entry.time, entry.question, entry.bounds, entry.mechanism, entry.output
    )
}

impl Check {
    fn run(&self) -> anyhow::Result<()> {
        let ledger = Ledger::open(&self.ledger)?;
        let removed = if self.tidy { ledger.tidy()? } else { Vec::new() };
        let findings = ledger.check()?;
        let Standing { entries, balance, .. } = ledger.standing()?;
        let mut text = String::new();
        let count = entries.len();
        let _ = writeln!(
            text,
            "{} is whole: {count} {}, ε {} of {} spent",
            self.ledger.display(),
            if count == 1 { "entry" } else { "entries" },
            balance.spent.epsilon,
            balance.total.epsilon
        );
        let found = findings.iter().map(|finding| finding.say(Asker::CommandLine));
        for said in removed.into_iter().chain(found) {
            let _ = writeln!(text, "{said}");
        }
        if findings.is_empty() && count > 0 {
            let _ = writeln!(text, "every published file is where it was put, unchanged");
        }
        output::put(&output::fitted(&text, room()), None)
    }
}
