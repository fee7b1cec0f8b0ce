//! `recommend --publish`: a private model of items, learnt with exact noise and paid from a ledger.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{anyhow, bail, ensure};

use super::arguments::{NO_DELTA, RecommendArguments};
use crate::chart::grouped;
use crate::command::output::room;
use crate::command::progress::read_with_progress;
use crate::command::progress::spending;
use crate::command::{output, preview};
use crate::export::{caution, cost_words, ledger_words, left_words};
use crate::privacy::accounting::{Amount, Cost};
use crate::recommend::{ITEM_HEADERS, ModelKind, ModelOrder, PlannedModel};
use crate::release::{BelowSense, Catalogue, KeySource, LedgerView, Order, same_file};

/// The whole way to a published model: refused, reserved, drawn, written.
pub(super) fn to(arguments: &RecommendArguments, out: &Path) -> anyhow::Result<()> {
    let l0 = arguments.bound()?;
    arguments.check_items()?;
    arguments.check_schedule()?;
    let kind = match arguments.model[..] {
        [kind] if kind.is_published() => kind,
        [kind] if kind.is_personal() => bail!(
            "--publish cannot publish {}: its fit draws noise in floating point, which serves evaluation only; \
             publish --model ease or popularity",
            kind.in_sentence()
        ),
        _ => bail!("--publish publishes one model, ease or popularity: say which with --model"),
    };
    let text = arguments.epsilon.as_deref().unwrap_or_default().trim();
    ensure!(
        !text.is_empty(),
        "--epsilon is missing: say what the model may cost, for example --epsilon 2"
    );
    ensure!(
        !text.eq_ignore_ascii_case("inf") && !text.contains([',', ':']),
        "--publish spends one ε, so --epsilon must be one number above 0, not {text}"
    );
    let epsilon = Amount::parse(text).map_err(|reason| anyhow!("--epsilon: {reason}"))?;
    let delta = arguments.delta.as_deref().unwrap_or_default();
    ensure!(!delta.is_empty(), NO_DELTA);
    let delta = Amount::parse(delta).map_err(|reason| anyhow!("--delta: {reason}"))?;
    let Some(catalogue) = &arguments.catalogue else {
        bail!(
            "--publish needs a public list of items, --catalogue FILE: items chosen by true counts would tell who \
             bought what (a vocabulary assumed public serves evaluation only)"
        )
    };
    let dataset = arguments.input.dataset(arguments.dataset.as_deref())?;
    let options = arguments.input.release_options(arguments.statement.adopts_guesses(), None)?;
    let Some(ledger) = &arguments.ledger else {
        bail!("--publish needs --ledger LEDGER: a published model spends budget")
    };
    let order = Order {
        dataset,
        input: arguments.input.path().map(Path::to_owned),
        beside: arguments.input.all_files(),
        ledger: ledger.clone(),
        keys: KeySource::Catalogue { path: catalogue.clone(), column: None },
        cost: Cost { epsilon, delta },
        out: out.to_owned(),
        force: arguments.force,
    };
    order.check_catalogue().map_err(|_| {
        anyhow!(
            "--catalogue {} is the data file: items that are taken from the data are not public; give a list that \
             does not come from it",
            catalogue.display()
        )
    })?;
    ensure!(
        !same_file(catalogue, out),
        "--publish {} is the catalogue: name another file",
        out.display()
    );
    let mut ledger = order.open_ledger()?;
    if order.force {
        output::check_places(&[("--publish", out)], &order.reads())?;
    }
    let catalogue = Catalogue::read(catalogue, None, &ITEM_HEADERS)?;
    let wanted = ModelOrder { model: kind, l0, items: arguments.items };
    let planned = PlannedModel::new(&order, &ledger, catalogue, wanted)?;
    let purchases = read_with_progress(&arguments.input.input(), &options)?;
    let mut prepared = planned.of(&purchases, &purchases.reading)?;
    let attended = preview::is_attended();
    // Only for somebody's eyes, or where it is asked for: nothing else may decide on the exit code.
    if arguments.statement.previews() || attended || arguments.statement.asks_for_sense() {
        let found = prepared.found();
        let why = BelowSense::of_rows(&purchases.report).or_else(|| BelowSense::of_keys(found));
        let cost = prepared.reservation().cost;
        if arguments.statement.previews() || attended {
            let say = match arguments.statement.adopts_guesses() || arguments.input.is_stdin() {
                true => preview::RowsSay::default(),
                false => preview::rows_say(&arguments.input, &options, &purchases.reading),
            };
            let what = &prepared.reservation().question;
            let whole = arguments.statement.previews();
            let mut text = preview::lines(what, &purchases.reading, &purchases.report, &say, whole);
            text += &format!(
                "\nmodel\n  {:>14} users with an item of the catalogue\n  {:>14} of {} catalogue keys occur in the \
                 data\n  {:>14} more like this fit into the ledger afterwards\n",
                grouped(prepared.users() as u64),
                grouped(found.occur as u64),
                grouped(found.keys as u64),
                grouped(ledger.fits(prepared.reservation())?.saturating_sub(1)),
            );
            let after = ledger.with(prepared.reservation())?;
            let _ = write!(
                text,
                "\ncost\n  {:>14} {}\n  {:>14} {}\n",
                "it spends",
                cost_words(cost),
                "the ledger",
                ledger_words(&LedgerView::of(&ledger)?, &after)
            );
            let of_epsilon = caution::of_epsilon(cost.epsilon.to_f64());
            let of_delta = caution::of_delta(cost.delta.to_f64(), Some(prepared.users()));
            for caution in of_epsilon.into_iter().chain(of_delta) {
                let _ = writeln!(text, "  {caution}");
            }
            if arguments.statement.previews() {
                text += &preview::verdict(why.as_ref());
                return output::put(&output::fitted(&text, room()), None);
            }
            output::say(&text);
        }
        if arguments.statement.stops_below_sense(attended)
            && let Some(why) = &why
        {
            preview::stop(why, attended)?;
        }
    }
    prepared.state(&arguments.statement.unprotected()?);
    if attended {
        preview::ask_for_word()?;
    }
    let of_catalogue = prepared.of_catalogue();
    spending();
    let made = prepared.publish(&mut ledger)?;
    let of_head = match (kind, made.head) {
        (ModelKind::Ease, 0) => {
            "; this budget was too small for pairs of items: it is popularity alone".to_owned()
        }
        (ModelKind::Ease, head) => format!("; lists are personal over {head} of them"),
        _ => String::new(),
    };
    let text = format!(
        "published the {kind} model of {of_catalogue} to {}{of_head}\n  spent {} (entry {} of {}); {}\n  \
         how it was made is stated in it; lists are made from it with: epsiloscope recommend --from {} --history ITEM,ITEM\n",
        out.display(),
        cost_words(prepared.reservation().cost),
        made.entry,
        ledger.path().display(),
        left_words(made.balance.remaining().epsilon, made.more),
        out.display(),
    );
    // The model stands whatever happens to this line.
    output::report(&output::fitted(&text, room()));
    Ok(())
}
