//! `compose`: what several mechanisms cost together, by each accountant.

use std::fmt::Write as _;

use anyhow::{anyhow, bail, ensure};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::output::{self, Format, room};
use crate::privacy::accounting::{
    Accountant, Event, Law, NoAnswer, Orders, Precision, advanced_epsilon, delta as composed_delta,
    epsilon as composed_epsilon,
};

/// Arguments of `compose`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each EVENT is a mechanism with its parameters; times=1 and sensitivity=1 unless given:\n  \
    pure:epsilon=E                        any E-DP mechanism\n  \
    laplace:scale=B                       discrete-laplace:scale=B\n  \
    gaussian:sigma=S                      discrete-gaussian:sigma=S\n  \
    subsampled-gaussian:sigma=S,rate=Q    Poisson sampling of users with probability Q\n  \
    bounded-range:epsilon=E               one place of a Gumbel top-k list\n  \
    failure:delta=D                       what may show everything with probability D\n\n\
    Neighbours differ by adding or removing one user. basic, zcdp and rdp hold for answers chosen one after \
    another; pld holds for a plan fixed in advance.\n\n\
    Examples:\n  epsiloscope compose --delta 1e-6 laplace:scale=10,times=100 gaussian:sigma=8,times=5\n  \
    epsiloscope compose --epsilon 5 laplace:scale=10,times=100 --format json\n  \
    epsiloscope compose --delta 1e-5 subsampled-gaussian:sigma=1.1,rate=0.00427,times=14063"
)]
pub struct Compose {
    /// Mechanisms, each NAME:PARAMETER=VALUE,...
    #[arg(required = true, value_name = "EVENT")]
    events: Vec<String>,
    /// δ of the whole: asks for ε
    #[arg(
        long,
        allow_hyphen_values = true,
        required_unless_present = "epsilon",
        conflicts_with = "epsilon"
    )]
    delta: Option<f64>,
    /// ε of the whole: asks for δ
    #[arg(long, allow_hyphen_values = true)]
    epsilon: Option<f64>,
    /// Orders of Rényi accounting: all, or the whole numbers from 2 to 256 that many programs have
    #[arg(long, value_enum, default_value = "all")]
    orders: OrdersName,
    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OrdersName {
    All,
    Integer,
}

impl Compose {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        let events =
            self.events.iter().map(|text| event(text)).collect::<anyhow::Result<Vec<_>>>()?;
        if let Some(delta) = self.delta {
            ensure!(
                (0.0..1.0).contains(&delta),
                "--delta must be at least 0 and below 1, not {delta}"
            );
        }
        if let Some(epsilon) = self.epsilon {
            ensure!(
                epsilon.is_finite() && epsilon >= 0.0,
                "--epsilon must be a number of at least 0, not {epsilon}"
            );
        }
        let orders = match self.orders {
            OrdersName::All => Orders::All,
            OrdersName::Integer => Orders::Integer,
        };
        let precision = Precision { orders, ..Precision::default() };
        let ask = |accountant| match (self.delta, self.epsilon) {
            (Some(delta), _) => composed_epsilon(accountant, &events, delta, precision),
            (_, Some(epsilon)) => composed_delta(accountant, &events, epsilon, precision),
            (None, None) => Err(NoAnswer::Delta(f64::NAN)),
        };
        let mut answers: Vec<(&str, Result<f64, NoAnswer>)> = Accountant::ALL
            .iter()
            .map(|&accountant| (accountant.name(), ask(accountant)))
            .collect();
        if let Some(delta) = self.delta.filter(|&delta| delta > 0.0) {
            answers.push(("advanced", advanced_epsilon(&events, delta)));
        }
        let text = match self.format {
            Format::Json => self.json(&events, &answers)?,
            Format::Table => output::fitted(&self.lines(&events, &answers), room()),
        };
        output::put(&text, None)
    }

    fn asked(&self) -> &'static str {
        if self.delta.is_some() { "epsilon" } else { "delta" }
    }

    fn json(
        &self,
        events: &[Event],
        answers: &[(&str, Result<f64, NoAnswer>)],
    ) -> anyhow::Result<String> {
        let mut document = serde_json::Map::new();
        if let Some(delta) = self.delta {
            document.insert("delta".to_owned(), json!(delta));
        }
        if let Some(epsilon) = self.epsilon {
            document.insert("epsilon".to_owned(), json!(epsilon));
        }
        document.insert("neighbours".to_owned(), json!("add or remove one user"));
        document.insert("events".to_owned(), serde_json::to_value(events)?);
        for (name, answer) in answers {
            let value = match answer {
                // A sum of nothing is 0, not -0.
                Ok(value) => json!({ self.asked(): value + 0.0 }),
                Err(reason) => json!({ self.asked(): Value::Null, "reason": reason.to_string() }),
            };
            document.insert((*name).to_owned(), value);
        }
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    fn lines(&self, events: &[Event], answers: &[(&str, Result<f64, NoAnswer>)]) -> String {
        let mut text = String::new();
        for (event, typed) in events.iter().zip(&self.events) {
            let _ = writeln!(text, "{:>10} x {typed}", event.times);
        }
        let given = match (self.delta, self.epsilon) {
            (Some(delta), _) => format!("ε at δ = {delta:e}"),
            (_, Some(epsilon)) => format!("δ at ε = {epsilon}"),
            (None, None) => String::new(),
        };
        let _ = writeln!(text, "\n{given}, neighbours differ by one user");
        for (name, answer) in answers {
            let words = match *name {
                "basic" => "ε and δ added up",
                "zcdp" => "zero-concentrated DP",
                "rdp" => "Rényi DP",
                "pld" => "privacy loss distribution (plans fixed in advance)",
                _ => "advanced composition, as in text books",
            };
            let _ = match answer {
                Ok(value) if self.delta.is_some() => {
                    writeln!(text, "  {name:<10}{:>14}  {words}", never_less(*value))
                }
                Ok(value) => writeln!(text, "  {name:<10}{:>14.6e}  {words}", value + 0.0),
                Err(reason) => writeln!(text, "  {name:<10}{:>14}  {reason}", "-"),
            };
        }
        text
    }
}

/// An ε in six decimals, or six digits below a thousandth; never less than it is.
fn never_less(epsilon: f64) -> String {
    let text = |value: f64| match value {
        0.0 => format!("{:.6}", 0.0),
        small if small < 1e-3 => format!("{small:.5e}"),
        _ => format!("{value:.6}"),
    };
    let said = text(epsilon);
    if said.parse::<f64>().is_ok_and(|rounded| rounded >= epsilon) {
        return said;
    }
    // One unit of its last digit more.
    let digit = if epsilon < 1e-3 { 10f64.powi(epsilon.log10().floor() as i32 - 5) } else { 1e-6 };
    text(epsilon + digit)
}

/// `NAME:PARAMETER=VALUE,...` as an event.
pub(super) fn event(text: &str) -> anyhow::Result<Event> {
    let (name, rest) = text.split_once(':').ok_or_else(|| {
        anyhow!("{text} is no event: write a mechanism and its parameters, for example laplace:scale=10,times=100")
    })?;
    let allowed: &[&str] = match name {
        "pure" | "bounded-range" => &["epsilon"],
        "laplace" | "discrete-laplace" => &["scale", "sensitivity"],
        "gaussian" | "discrete-gaussian" => &["sigma", "sensitivity"],
        "subsampled-gaussian" => &["sigma", "rate", "sensitivity"],
        "failure" => &["delta"],
        _ => bail!(
            "{text}: there is no mechanism {name}; known are pure, bounded-range, laplace, discrete-laplace, \
             gaussian, discrete-gaussian, subsampled-gaussian and failure"
        ),
    };
    let mut given: Vec<(&str, &str)> = Vec::new();
    for part in rest.split(',').map(str::trim) {
        let (parameter, value) = part.split_once('=').ok_or_else(|| {
            anyhow!("{text}: {part} is no parameter: write for example {}=1", allowed[0])
        })?;
        ensure!(
            parameter == "times" || allowed.contains(&parameter),
            "{text}: {name} has no {parameter}; it takes {} and times",
            allowed.join(", ")
        );
        ensure!(
            given.iter().all(|(seen, _)| *seen != parameter),
            "{text}: {parameter} is given twice"
        );
        given.push((parameter, value));
    }
    let raw = |parameter: &str| {
        given.iter().find(|(seen, _)| *seen == parameter).map(|(_, value)| *value)
    };
    let number = |parameter: &str, default: Option<f64>| -> anyhow::Result<f64> {
        match (raw(parameter), default) {
            (Some(value), _) => value
                .trim()
                .parse()
                .map_err(|_| anyhow!("{text}: {parameter} must be a number, not {value}")),
            (None, Some(value)) => Ok(value),
            (None, None) => bail!("{text}: {parameter} is missing; write {name}:{parameter}=..."),
        }
    };
    let times = number("times", Some(1.0))?;
    ensure!(
        times >= 1.0 && times.fract() == 0.0 && times <= 1e12,
        "{text}: times must be a whole number of at least 1 (and at most 1e12), not {times}"
    );
    let sensitivity = || number("sensitivity", Some(1.0));
    let whole = || {
        let value = sensitivity()?;
        ensure!(
            value >= 1.0 && value.fract() == 0.0 && value < 2f64.powi(53),
            "{text}: discrete noise is for whole numbers, so sensitivity must be whole and at least 1, not {value}"
        );
        Ok(value as u64)
    };
    let law = match name {
        "pure" => Law::Pure { epsilon: number("epsilon", None)? },
        "bounded-range" => Law::BoundedRange { epsilon: number("epsilon", None)? },
        "laplace" => Law::Laplace { scale: number("scale", None)?, sensitivity: sensitivity()? },
        "discrete-laplace" => {
            Law::DiscreteLaplace { scale: number("scale", None)?, sensitivity: whole()? }
        }
        "gaussian" => Law::Gaussian { sigma: number("sigma", None)?, sensitivity: sensitivity()? },
        "discrete-gaussian" => {
            Law::DiscreteGaussian { sigma: number("sigma", None)?, sensitivity: whole()? }
        }
        "subsampled-gaussian" => Law::SubsampledGaussian {
            sigma: number("sigma", None)?,
            sensitivity: sensitivity()?,
            rate: number("rate", None)?,
        },
        _ => Law::Failure { delta: number("delta", None)? },
    };
    law.check().map_err(|reason| anyhow!("{text}: {reason}"))?;
    Ok(Event { law, times: times as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_epsilon_is_said_to_be_less_than_it_is() {
        for (epsilon, said) in [
            (0.0, "0.000000"),
            (4e-7, "4.00000e-7"),
            (0.25, "0.250000"),
            (1.0 / 3.0, "0.333334"),
            (1e-4 / 3.0, "3.33334e-5"),
            (9.999_999_99e-4, "1.00000e-3"),
            (12.5, "12.500000"),
        ] {
            assert_eq!(never_less(epsilon), said);
            assert!(said.parse::<f64>().unwrap() >= epsilon, "{epsilon}");
        }
        assert!(never_less(f64::INFINITY).contains("inf"));
    }

    #[test]
    fn events_are_read_and_refused_with_sentences() {
        let read = event("laplace:scale=10,times=100").unwrap();
        assert_eq!(read, Event { law: Law::Laplace { scale: 10.0, sensitivity: 1.0 }, times: 100 });
        for (wrong, says) in [
            ("laplace", "is no event"),
            ("laplas:scale=1", "no mechanism laplas"),
            ("laplace:sigma=1", "laplace has no sigma"),
            ("laplace:scale=x", "must be a number"),
            ("laplace:times=3", "scale is missing"),
            ("laplace:scale=1,scale=2", "given twice"),
            ("laplace:scale=1,times=0", "times must be"),
            ("gaussian:sigma=-1", "above 0"),
            ("discrete-laplace:scale=1,sensitivity=1.5", "must be whole"),
            ("subsampled-gaussian:sigma=1,rate=2", "rate"),
        ] {
            let sentence = event(wrong).unwrap_err().to_string();
            assert!(sentence.contains(says), "{wrong}: {sentence}");
        }
    }
}
