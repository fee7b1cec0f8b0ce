//! `anonymity`: how few points single a user out, and what k-anonymity, attacked, is worth beside DP.

use std::str::FromStr;

use anyhow::{bail, ensure};
use clap::Args;

use super::input::InputArguments;
use super::output::Format;
use super::progress::{Progress, read_with_progress};
use super::{limits, output};
use crate::anonymity::{
    AnonymityError, AnonymitySetting, AnonymityStudy, Attribute, MOST_POINTS, PointKind,
    UnknownAttribute,
};
use crate::export::{AnonymityDocument, AnonymityLabels, anonymity_lines};
use crate::privacy::EPSILON_RANGE;
use crate::purchases::{Input, Purchases, Status};
use crate::words::{Asker, Say};

/// Arguments of `anonymity`.
#[derive(Debug, Args)]
#[command(
    after_help = "All of this looks at single people, and none of it is differentially private: with status private it is \
    done only with --look-at-people. Nothing of a single user is written.\n\n\
    Points: what somebody may have seen of a user's purchases. item, prefix (the first half of its code) or category, with \
    day, week or month, each or both; or basket, what a user paid at one moment.\n\
    Quasi-identifiers: country, orders, purchases, spent, items, first-day, last-day, favourite-item, favourite-category, favourite-hour.\n\n\
    Examples:\n  epsiloscope anonymity\n  epsiloscope anonymity --points category,week --known 4\n  \
    epsiloscope anonymity --k 20 --quasi country,orders --second country,last-day --epsilon 0.5\n  \
    epsiloscope anonymity orders.csv --look-at-people --points item,day --format json"
)]
pub struct Anonymity {
    #[command(flatten)]
    input: InputArguments,

    /// Look at single people although the data is private
    #[arg(long)]
    look_at_people: bool,

    /// Points that somebody may know: item,day, category,week, day, basket... [default: item,day, or item without a time]
    #[arg(long, value_name = "POINTS", help_heading = "Points")]
    points: Option<String>,
    /// The most points of the curve, from 1 to 10
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 10,
        value_name = "P",
        help_heading = "Points"
    )]
    p: u64,
    /// Points that are known in the table of coarser points, and beside a class, from 1 to 10
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 2,
        value_name = "P",
        help_heading = "Points"
    )]
    known: u64,

    /// The least users of a class
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 5,
        value_name = "K",
        help_heading = "k-anonymity"
    )]
    k: u64,
    /// Quasi-identifiers by which classes are made, a list [default: those of country, purchases, spent that there are]
    #[arg(long, value_name = "LIST", help_heading = "k-anonymity")]
    quasi: Option<String>,
    /// Those of a second release, a list, or none [default: country, first-day]
    #[arg(long, value_name = "LIST", help_heading = "k-anonymity")]
    second: Option<String>,
    /// What is to stay secret: favourite-item, favourite-category, favourite-hour or country
    #[arg(
        long,
        default_value = "favourite-item",
        value_name = "PROPERTY",
        help_heading = "k-anonymity"
    )]
    sensitive: String,

    /// ε of one DP release, beside each attack
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 1.0,
        value_name = "E",
        help_heading = "Privacy"
    )]
    epsilon: f64,
    /// How likely an attacker holds it beforehand: between 0 and 1
    #[arg(
        long,
        allow_negative_numbers = true,
        default_value_t = 0.1,
        value_name = "P",
        help_heading = "Privacy"
    )]
    prior: f64,
    /// Seed of all draws
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How to write it
    #[arg(long, value_enum, default_value = "table", help_heading = "Output")]
    format: Format,
}

impl Anonymity {
    /// Runs it.
    pub fn run(&self) -> anyhow::Result<()> {
        limits::whole("--p", self.p, &limits::POINTS)?;
        limits::whole("--known", self.known, &limits::POINTS)?;
        limits::whole("--k", self.k, &limits::CLASS)?;
        ensure!(
            self.prior > 0.0 && self.prior < 1.0,
            "--prior is a probability between 0 and 1, both left out, not {}",
            self.prior
        );
        ensure!(
            EPSILON_RANGE.contains(&self.epsilon),
            "--epsilon must be a number from {:e} to {:e}, not {}",
            EPSILON_RANGE.start(),
            EPSILON_RANGE.end(),
            self.epsilon
        );
        // What is typed is looked at before a long file is read.
        let points = self.points.as_deref().map(PointKind::from_str).transpose()?;
        let quasi = self.quasi.as_deref().map(attributes).transpose()?;
        let second = self.second.as_deref().map(attributes).transpose()?;
        ensure!(
            quasi.as_ref().is_none_or(|quasi| !quasi.is_empty()),
            "--quasi needs at least one of {}",
            Attribute::names()
        );
        let sensitive: Attribute = self.sensitive.parse()?;
        let options = self.input.plain_options()?;
        let input = self.input.input();
        let usual = if input == Input::Sample { Status::Synthetic } else { Status::Private };
        if options.status.unwrap_or(usual) == Status::Private && !self.look_at_people {
            bail!(
                "{} is private, and all of this looks at single people, which no noise protects: add --look-at-people where \
                 you may look at them, or say what the data is with --status public, synthetic or historical",
                named(&input)
            );
        }
        let purchases = read_with_progress(&input, &options)?;
        let usual = AnonymitySetting::usual(&purchases, self.seed);
        let setting = AnonymitySetting {
            kind: points.unwrap_or(usual.kind),
            k: usize::try_from(self.k)?,
            quasi: quasi.unwrap_or(usual.quasi),
            second: second.unwrap_or(usual.second),
            sensitive,
            ..usual
        };
        let study = study(&purchases, &setting)?;
        let labels = AnonymityLabels {
            epsilon: self.epsilon,
            delta: None,
            prior: self.prior,
            known: usize::try_from(self.known)?,
            most: usize::try_from(self.p)?.min(MOST_POINTS),
        };
        match self.format {
            Format::Json => {
                let document = AnonymityDocument::new(&purchases, &setting, &study, &labels);
                output::put_json(&document, None)
            }
            Format::Table => {
                let room = output::room();
                let say = |error: &AnonymityError| error.say(Asker::CommandLine);
                let lines = anonymity_lines(
                    &purchases,
                    &setting,
                    &study,
                    &labels,
                    room,
                    output::HOW_SHOWN,
                    say,
                );
                output::put(&output::fitted(&lines, room), None)
            }
        }
    }
}

/// Everything that is to be found, with a bar. What was asked for by a flag and cannot be is an
/// error.
fn study(purchases: &Purchases, setting: &AnonymitySetting) -> anyhow::Result<AnonymityStudy> {
    let parts = AnonymityStudy::parts(purchases, setting.kind);
    let progress = Progress::new(parts.len() as u64, "parts");
    let mut study = AnonymityStudy::default();
    for (done, &part) in parts.iter().enumerate() {
        progress.set(done as u64, parts.len() as u64);
        study.make(part, purchases, setting, progress.cancel())?;
        match &study.anonymous {
            Some(Err(error)) => return Err((*error).into()),
            Some(Ok(found)) => match found.both {
                Err(AnonymityError::NoSecond | AnonymityError::NoSecondAsked) | Ok(_) => {}
                Err(error) => return Err(error.into()),
            },
            None => {}
        }
    }
    Ok(study)
}

/// The properties of a list; none for `none`.
fn attributes(list: &str) -> Result<Vec<Attribute>, UnknownAttribute> {
    let mut found = Vec::new();
    for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        if word == "none" {
            continue;
        }
        let one: Attribute = word.parse()?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    Ok(found)
}

fn named(input: &Input) -> String {
    match input {
        Input::File(path) => path.display().to_string(),
        Input::Files(paths) => format!("a table of {} files", paths.len()),
        Input::Stdin => "standard input".to_owned(),
        Input::Sample => "the sample".to_owned(),
    }
}
