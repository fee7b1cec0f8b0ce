//! `recommend --from` and `--shopper`: lists, of a published model or of one user of the data.

use std::path::Path;

use anyhow::{anyhow, bail, ensure};

use super::arguments::RecommendArguments;
use crate::command::ending::EarlyEnd;
use crate::command::limits;
use crate::command::output::room;
use crate::command::output::{self, Format};
use crate::export::{
    Epsilon, FromDocument, ItemDocument, ListsDocument, ShopperDocument, from_lines,
};
use crate::metric::top_list::overlap_at_k;
use crate::purchases::Purchases;
use crate::recommend::{
    Guarantee, ModelKind, NoModel, NoiseSeed, PublishedModel, Split, fit, list, nearest,
};
use crate::work::Cancel;

/// A list from a published model and a history that goes nowhere.
pub(super) fn of_history(arguments: &RecommendArguments, path: &Path) -> anyhow::Result<()> {
    limits::whole("--k", arguments.k as u64, &limits::K)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(out) = &arguments.out {
        output::check(&[("--out", out)], &[path])?;
    }
    let text = std::fs::read(path)
        .map_err(|cause| anyhow!("{} cannot be read: {cause}", path.display()))?;
    let model = PublishedModel::read(&name, &String::from_utf8_lossy(&text))?;
    let typed: Vec<&str> =
        arguments.history.iter().map(|key| key.trim()).filter(|key| !key.is_empty()).collect();
    let (mut history, mut unknown) = (Vec::new(), Vec::new());
    for key in typed {
        match model.item(key) {
            Some(item) if history.contains(&item) => {}
            Some(item) => history.push(item),
            None => unknown.push(key.to_owned()),
        }
    }
    let list = list(&*model.model(), &history, arguments.k, model.items.len(), &mut Vec::new());
    let document = FromDocument::new(&name, &model, &history, unknown, &list);
    match arguments.format {
        Format::Table => {
            let room = if arguments.out.is_some() { None } else { room() };
            output::put(&output::fitted(&from_lines(&document), room), arguments.out.as_deref())
        }
        Format::Json => output::put_json(&document, arguments.out.as_deref()),
    }
}

/// The lists of one user of the data, with and without noise.
pub(super) fn of_shopper(
    arguments: &RecommendArguments,
    shopper: &str,
    purchases: &Purchases,
    split: &Split,
    guarantees: &[Option<Guarantee>],
    l0: usize,
) -> anyhow::Result<ShopperDocument> {
    let names = &purchases.user.names;
    let Some(user) = names.iter().position(|name| name == shopper.trim()) else {
        let near = nearest(shopper.trim(), names);
        bail!(
            "there is no user {shopper} in {}; the nearest are {}",
            purchases.source,
            near.join(", ")
        )
    };
    let history = split.history(user as u32);
    ensure!(
        !history.is_empty(),
        "user {shopper} bought nothing of the vocabulary before the cut, so there is no history to make a list from"
    );
    let histories = split.histories();
    let training = split.training(&histories, l0);
    let mut scores = Vec::new();
    let mut lists = Vec::new();
    for kind in arguments
        .kinds()
        .into_iter()
        .filter(|kind| kind.is_personal() || arguments.model.len() == 1)
    {
        if kind == ModelKind::Random
            || (kind == ModelKind::Popularity
                && arguments.kinds().iter().any(|kind| kind.is_personal()))
        {
            continue;
        }
        let made = |guarantee, draw| {
            fit(
                kind,
                &training,
                guarantee,
                NoiseSeed { seed: arguments.seed, draw },
                &Cancel::new(),
            )
            .map_err(without_model)
        };
        let plain = list(&*made(None, 0)?, history, arguments.k, split.items(), &mut scores);
        for &guarantee in guarantees {
            let private =
                list(&*made(guarantee, 1)?, history, arguments.k, split.items(), &mut scores);
            let named =
                |list: &[u32]| list.iter().map(|&item| ItemDocument::of(split, item)).collect();
            lists.push(ListsDocument {
                model: kind,
                epsilon: Epsilon(guarantee.map(|guarantee| guarantee.epsilon)),
                non_private: named(&plain),
                private: named(&private),
                overlap_at_k: overlap_at_k(&plain, &private, plain.len().min(private.len())),
            });
        }
    }
    let named = |items: &[u32]| {
        let mut items = items.to_vec();
        items.sort_unstable();
        items.into_iter().map(|item| ItemDocument::of(split, item)).collect()
    };
    let wanted = split.evaluated.iter().find(|other| other.user as usize == user);
    Ok(ShopperDocument {
        source: purchases.source.clone(),
        status: purchases.status,
        warning: purchases.status.warning(),
        shopper: names[user].clone(),
        history: named(history),
        wanted: wanted.map_or(Vec::new(), |shopper| named(&shopper.wanted)),
        lists,
    })
}

/// A fit that was stopped ends the program as interrupted; the rest is said.
pub(super) fn without_model(why: NoModel) -> anyhow::Error {
    match why {
        NoModel::Cancelled => EarlyEnd::Interrupted.into(),
        NoModel::Invalid(_) | NoModel::Diverged => why.into(),
    }
}
