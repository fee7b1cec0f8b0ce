//! `release --rate`: publish rates of a public list of groups once.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};

use super::output::room;
use super::progress::read_with_progress;
use super::release::{RateArguments, Release};
use super::{output, preview, progress};
use crate::chart::{grouped, short_number};
use crate::contribution::{Bounds, Pairs};
use crate::export::{caution, cost_words, counted, ledger_words, left_words, plain};
use crate::privacy::Noise;
use crate::privacy::accounting::Amount;
use crate::purchases::{GroupBy, Input, Measure, Purchases, Purpose, RowsAre};
use crate::rates::{
    AskedEvents, CellNoise, EventLog, EventSource, Events, RateOf, missing_events, rate_of, turned,
    whole_rate_interval,
};
use crate::release::{
    BelowSense, CatalogueLookedUp, Keys, LedgerView, Order, RateSaid, RatesToRelease,
    ReleaseMechanism, Unprotected, companion, half_width, usual_headers,
};

/// What two noised cells say, by the exact rule for whole-number noise at 95 %.
fn says(noise: Noise, converted: i64, others: i64) -> RateSaid {
    let interval = CellNoise::beside(noise)
        .and_then(|noise| whole_rate_interval(converted, others, noise, 0.95));
    RateSaid {
        rate: match rate_of(converted as f64, others as f64) {
            RateOf::Rate(rate) => Some(rate),
            RateOf::Nothing => None,
        },
        low: interval.map(|ends| ends.low),
        high: interval.map(|ends| ends.high),
    }
}

/// Runs a release of rates.
pub fn run(release: &Release) -> anyhow::Result<()> {
    let RateArguments { exposed, converted, exposures, .. } = &release.rates;
    let (cost, mechanism) = (release.cost()?, release.mechanism());
    let adopts = release.statement.adopts_guesses();
    ensure!(
        adopts || exposures.is_some() || !(exposed.is_empty() || converted.is_empty()),
        "say which events are what with --exposed and --converted, such as --exposed impression --converted \
             conversion: in a release nothing is guessed from rows"
    );
    ensure!(
        release.linf.as_deref().is_none_or(|linf| linf.trim() == "1"),
        "--linf is 1 for rates of users, who count once in a group: leave it out"
    );
    let l0 = release.l0.ok_or_else(|| {
            anyhow!(
                "--l0 is missing: without a bound on the number of groups of one user no amount of noise protects a user; \
                 give for example --l0 3"
            )
        })?;
    let bounds = Bounds::new(l0, 1, Measure::Buyers)?;
    let mut options = release.input.release_options(adopts, Some(&release.question))?;
    options.rows = RowsAre::Events;
    let previews = release.statement.previews();
    let order = Order {
        dataset: release.input.dataset(release.dataset.as_deref())?,
        input: release.input.path().map(Path::to_owned),
        beside: release.input.all_files().into_iter().chain(exposures.clone()).collect(),
        ledger: release.ledger.clone(),
        keys: release.key_source(),
        cost,
        out: match (&release.out, previews) {
            (Some(out), false) => out.clone(),
            _ => PathBuf::new(),
        },
        force: release.force,
    };
    ensure!(
        order.keys != crate::release::KeySource::Private,
        crate::release::ReleaseError::RatesKeys
    );
    ensure!(
        mechanism == ReleaseMechanism::DiscreteLaplace || cost.delta > Amount::ZERO,
        crate::release::ReleaseError::GaussianDelta
    );
    release.check_catalogue(&order)?;
    let mut ledger = order.open_ledger()?;
    if release.force && !previews {
        let beside = companion(&order.out);
        let written: [(&str, &Path); 2] =
            [("--out", &order.out), ("the statement beside --out", &beside)];
        output::check_places(&written, &order.reads())?;
    }
    let rows = read_with_progress(&release.input.input(), &options)?;
    let seen = match exposures {
        None => None,
        Some(path) => {
            Some(read_with_progress(&Input::File(path.clone()), &options.of_exposures())?)
        }
    };
    let group_by = release.question.given().unwrap_or(match rows.group {
        Some(_) => GroupBy::Group,
        None => GroupBy::Item,
    });
    let asked = AskedEvents { exposed: exposed.clone(), converted: converted.clone() };
    let (log, asked) = log_of(asked, &rows, seen.as_ref(), group_by, adopts)?;
    let keys = order.read_keys(&usual_headers(&rows.columns, group_by))?;
    let list = match &keys {
        Keys::Catalogue(catalogue) => catalogue.keys.clone(),
        Keys::Public | Keys::Private => log.keys().to_vec(),
    };
    let cells = log.bounded_among(l0, &list);
    let occur = list.iter().filter(|key| log.keys().binary_search(key).is_ok()).count();
    let called = match group_by {
        GroupBy::Group => rows.columns[Purpose::Group].clone(),
        GroupBy::Item => rows.columns[Purpose::Item].clone(),
        _ => None,
    };
    let request = RatesToRelease {
        group_by: called.unwrap_or_else(|| group_by.name().to_owned()),
        exposed: asked.exposed,
        converted: asked.converted,
        cells: list.into_iter().zip(cells).map(|(key, (c, m))| (key, c as i64, m as i64)).collect(),
        keys,
        bounds,
        mechanism,
        cost,
        says,
        spreadsheet_safe: release.spreadsheet_safe,
        reading: rows.reading.clone(),
        exposures: seen.as_ref().map(|seen| (seen.source.clone(), seen.reading.clone())),
        unprotected: Unprotected::NotStated,
        out: order.out.clone(),
        force: release.force,
    };
    let (mut prepared, after) = order.prepare_rates(&ledger, &request)?;
    let attended = preview::is_attended();
    let cost = prepared.reservation().cost;
    let looks = previews || attended || release.statement.asks_for_sense();
    let users = looks.then(|| log.users());
    let asked = release.cost()?.delta;
    let unneeded = (asked != Amount::ZERO && cost.delta == Amount::ZERO).then(|| {
        format!("--delta {asked} buys nothing here and is not spent: the noise needs none")
    });
    let cautions: String = caution::of_epsilon(cost.epsilon.to_f64())
        .into_iter()
        .chain(unneeded)
        .chain(caution::of_delta(cost.delta.to_f64(), users))
        .map(|caution| format!("  {caution}\n"))
        .collect();
    let stops = release.statement.stops_below_sense(attended) || previews;
    let below = (looks && stops)
        .then(|| below_sense(&rows, seen.as_ref(), &log, &request, occur))
        .flatten();
    if previews || attended {
        let say = match adopts || release.input.is_stdin() {
            true => preview::RowsSay::default(),
            false => preview::rows_say(&release.input, &options, &rows.reading),
        };
        let what = &prepared.reservation().question;
        let mut text = preview::lines(what, &rows.reading, &rows.report, &say, previews);
        text += &coming(&request.cells, &log, occur, prepared.noise());
        text += &format!(
            "\ncost\n  {}\n  {}\n",
            cost_words(cost),
            ledger_words(&LedgerView::of(&ledger)?, &after)
        );
        text += &cautions;
        if previews {
            text += &preview::verdict(below.as_ref());
            return output::put(&output::fitted(&text, room()), None);
        }
        output::say(&text);
    }
    if let Some(why) = &below {
        preview::stop(why, attended)?;
    }
    prepared.state(release.statement.unprotected()?);
    if release.groups_are_public {
        output::say(
            "epsiloscope: with --groups-are-public a key that only one user has is shown by this release; \
                 a public list with --groups avoids that",
        );
    }
    if attended {
        preview::ask_for_word()?;
    }
    progress::spending();
    let published = prepared.publish(&mut ledger)?;
    let unseen = match looks {
        true => "",
        false => {
            "  nobody looked at it first: --preview forecasts it, --stop-below-sense stops what makes little sense\n"
        }
    };
    let text = format!(
        "released {} of {} to {} with {} noise of scale {} on two cells a row\n  \
             spent {} (entry {} of {}); {}\n  how it was made is stated in {}\n{unseen}{cautions}",
        counted(published.rows as u64, "row"),
        prepared.reservation().question,
        published.out.display(),
        mechanism.name(),
        plain(prepared.noise().scale()),
        cost_words(cost),
        published.entry,
        release.ledger.display(),
        left_words(published.balance.remaining().epsilon, published.more),
        published.statement.display(),
    );
    // The release stands whatever happens to this line.
    output::report(&output::fitted(&text, room()));
    Ok(())
}

/// Who saw what, by what is declared; by the words of events where guesses are adopted.
fn log_of(
    mut asked: AskedEvents,
    rows: &Purchases,
    seen: Option<&Purchases>,
    group_by: GroupBy,
    adopts: bool,
) -> anyhow::Result<(EventLog, AskedEvents)> {
    let guessed = adopts && (asked.exposed.is_empty() || asked.converted.is_empty());
    if guessed {
        let events = Events::of(rows, seen, Some(group_by), &asked)?;
        let chosen = events.facts.chosen;
        asked = AskedEvents { exposed: chosen.exposed, converted: chosen.converted };
    }
    for (flag, words, kinds) in [
        ("--exposed", &mut asked.exposed, seen.or(Some(rows))),
        ("--converted", &mut asked.converted, Some(rows)),
    ] {
        let has_kinds = kinds.is_some_and(|rows| rows.event.is_some());
        ensure!(
            !words.is_empty() || !has_kinds,
            "say which events are what with {flag}: in a release nothing is guessed from rows"
        );
        if words.is_empty() {
            words.push(format!("every row of {}", kinds.map_or("the data", |rows| &rows.source)));
        }
    }
    if asked.exposed.iter().any(|word| asked.converted.contains(word)) && seen.is_none() {
        bail!(
            "no event can be exposure and success at once: name others with --exposed and --converted"
        );
    }
    let source = |rows| EventSource { rows, group_by };
    let log = EventLog::declared(source(rows), seen.map(source), &asked, Pairs::DEFAULT_SALT)?;
    Ok((log, asked))
}

/// Why it makes little sense: rows are dropped, declared events are in no row, listed keys are in none.
fn below_sense(
    rows: &Purchases,
    seen: Option<&Purchases>,
    log: &EventLog,
    request: &RatesToRelease,
    occur: usize,
) -> Option<BelowSense> {
    let missing = |rows: &Purchases, words: &[String]| {
        let (missing, kinds) = missing_events(rows, words)?;
        Some(BelowSense::Events { missing, file: rows.source.clone(), kinds })
    };
    BelowSense::of_rows(&rows.report)
        .or_else(|| BelowSense::of_rows(&seen?.report))
        .or_else(|| missing(seen.unwrap_or(rows), &request.exposed))
        .or_else(|| missing(rows, &request.converted))
        .or_else(|| Some(BelowSense::Turned { words: turned(log)?.words }))
        .or_else(|| BelowSense::of_keys(CatalogueLookedUp { keys: request.cells.len(), occur }))
}

/// What would come of it, looked up in the true data.
fn coming(cells: &[(String, i64, i64)], log: &EventLog, occur: usize, noise: Noise) -> String {
    let mut sorted: Vec<u64> = cells.iter().map(|(_, c, m)| (c + m) as u64).collect();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    let width = half_width(noise);
    let small = sorted.iter().filter(|&&size| size < 4 * width as u64).count();
    let list: Vec<String> = cells.iter().map(|(key, ..)| key.clone()).collect();
    let all: u64 = log.bounded_among(u64::MAX, &list).iter().map(|&(c, m)| c + m).sum();
    let kept: u64 = sorted.iter().sum();
    let converted: i64 = cells.iter().map(|&(_, c, _)| c).sum();
    let lines = [
        (grouped(cells.len() as u64), "rows, one for every group of the list".to_owned()),
        (grouped(occur as u64), "of them have a user who saw them".to_owned()),
        (grouped(kept), format!("of {} pairs of user and group are within l0", grouped(all))),
        (grouped(converted as u64), "of these converted".to_owned()),
        (grouped(median), "users in the median group, within the bounds".to_owned()),
        (
            format!("±{}", short_number(width as f64)),
            "around each of two counts, with 95 %".to_owned(),
        ),
        (
            grouped(small as u64),
            format!(
                "{} fewer than {} users: their rates say little",
                if small == 1 { "row has" } else { "rows have" },
                4 * width
            ),
        ),
    ];
    let lines = lines.iter().map(|(number, of)| format!("  {number:>14} {of}\n"));
    format!("\ngroups\n{}", lines.collect::<String>())
}
