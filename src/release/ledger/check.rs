//! What a look at a ledger and at the folders of its outputs finds: files that are not as
//! they were published, statements that the ledger does not know, what interrupted
//! programs left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::chain;
use super::entry::{Entry, State};
use super::layout::MarkRow;
use crate::privacy::accounting::Amount;
use crate::table::{Owner, remove_left_over, temporary_files};

/// A statement, or a published model, that is larger than this is not looked into.
const LARGEST: u64 = 1 << 28;

/// What a file beside an output says of itself: a statement names its ledger's entry, a
/// published model is its own statement.
#[derive(Debug, Deserialize)]
struct Beside {
    ledger: Option<LedgerWords>,
    sha256: Option<String>,
    file: Option<String>,
    format: Option<String>,
    dataset: Option<String>,
    entry: Option<i64>,
    epsilon: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct LedgerWords {
    dataset: String,
    entry: i64,
}

/// What a known kind of file says: whose entry it is, and the digest that it has there.
pub(super) struct Claim {
    path: PathBuf,
    dataset: String,
    entry: i64,
    sha256: String,
    /// The file that it describes, if it is not the one itself.
    file: Option<PathBuf>,
    epsilon: String,
}

/// The digest of a file, without holding it in memory.
fn digest_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0u8; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            some => hash.update(&block[..some]),
        }
    }
}

/// One sentence for every entry whose file is not as it was published: by its mark, where there
/// is one, which the chain of marks guards.
pub(super) fn outputs(entries: &[Entry], marks: &[MarkRow]) -> Vec<String> {
    let said = |entry: &Entry| -> Option<String> {
        let noted = marks.iter().filter(|mark| mark.entry == entry.id);
        let digest = noted.filter_map(|mark| mark.sha256.as_ref()).next_back();
        let digest = digest.or(entry.sha256.as_ref());
        // What is no regular file might not end.
        let regular = fs::metadata(&entry.output).is_ok_and(|facts| facts.is_file());
        let found = if regular { digest_of(Path::new(&entry.output)).ok() } else { None };
        let same = found.is_some() && found.as_ref() == digest;
        let (id, output, time) = (entry.id, &entry.output, &entry.time);
        match (entry.state, found.is_some(), same) {
            (State::Published, _, true) => {
                let beside = Path::new(output).with_extension("json");
                (!beside.exists()).then(|| {
                    format!("entry {id}: its statement {} is no longer there", beside.display())
                })
            }
            (State::Published, false, _) => Some(format!(
                "entry {id}: {output} was published and is no longer there (moved or deleted)"
            )),
            (State::Published, true, false) => {
                Some(format!("entry {id}: {output} was changed or replaced since it was published"))
            }
            (State::Reserved, _, true) => Some(format!(
                "entry {id}: {output} stands and is whole; only its mark is missing, because the release was \
                 interrupted at the very end (reserved {time}). It counts as published; nothing is to be done"
            )),
            (State::Reserved, _, false) => Some(format!(
                "entry {id}: ε {} was reserved on {time} for {output}, and that release never appeared: it was \
                 interrupted, is still running, or its disk was full. The budget stays spent, because noise may \
                 have been drawn; to publish, release again, which spends again",
                entry.epsilon
            )),
        }
    };
    entries.iter().filter_map(said).collect()
}

/// One sentence for everything that the marks say otherwise than the entries, or that was
/// changed in them; `first` is where their chain begins, `given` their last number.
pub(super) fn marks(entries: &[Entry], marks: &[MarkRow], first: &str, given: i64) -> Vec<String> {
    let links: Vec<chain::Linked<'_>> = marks.iter().map(MarkRow::linked).collect();
    let mut wrong: Vec<String> = chain::faults("mark", first, &links, given)
        .into_iter()
        .map(|fault| format!("{fault}: what became of entries was changed outside epsiloscope"))
        .collect();
    let mut noted: BTreeMap<i64, (Option<&str>, bool)> = BTreeMap::new();
    for mark in marks {
        let of_entry = noted.entry(mark.entry).or_default();
        match &mark.sha256 {
            Some(sha256) => of_entry.0 = Some(sha256),
            None => of_entry.1 |= mark.state == "published",
        }
    }
    for entry in entries {
        let (sha256, published) = noted.get(&entry.id).copied().unwrap_or_default();
        if sha256 != entry.sha256.as_deref() || published != (entry.state == State::Published) {
            wrong.push(format!(
                "entry {}: its mark (the digest of its file, or whether that is published) was changed outside \
                 epsiloscope",
                entry.id
            ));
        }
    }
    for id in noted.keys().filter(|id| entries.iter().all(|entry| entry.id != **id)) {
        wrong.push(format!(
            "entry {id} was written and is no longer there: it was taken out outside epsiloscope, and what it spent is \
             counted nowhere here"
        ));
    }
    wrong
}

/// The folders of all outputs, and the ledger's own.
fn folders(ledger: &Path, entries: &[Entry]) -> BTreeSet<PathBuf> {
    let of = |path: &Path| std::path::absolute(path).ok()?.parent().map(Path::to_owned);
    let outputs = entries.iter().map(|entry| Path::new(&entry.output));
    outputs
        .chain([ledger])
        .filter_map(of)
        .filter_map(|folder| fs::canonicalize(folder).ok())
        .collect()
}

/// What the files in the folders of outputs say of this dataset's ledger. Looked at before
/// the entries that they are held against: what a running release adds is then known.
pub(super) fn claims(ledger: &Path, dataset: &str, entries: &[Entry]) -> Vec<Claim> {
    let mut found = Vec::new();
    for folder in folders(ledger, entries) {
        let Ok(listed) = fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = listed.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        paths.sort();
        found.extend(
            paths.iter().filter_map(|path| claim(path)).filter(|claim| claim.dataset == dataset),
        );
    }
    found
}

/// One sentence for every claim that the ledger does not know, or whose file is not there.
pub(super) fn besides(claims: &[Claim], entries: &[Entry]) -> Vec<String> {
    claims.iter().filter_map(|claim| beside(claim, entries)).collect()
}

fn beside(claim: &Claim, entries: &[Entry]) -> Option<String> {
    let (shown, id, dataset) = (claim.path.display(), claim.entry, &claim.dataset);
    let count = format!("then ε {} of it is spent, too, and counted nowhere here", claim.epsilon);
    let Some(entry) = entries.iter().find(|entry| entry.id == id) else {
        return Some(format!(
            "{shown} says that it is entry {id}, which this ledger does not know: either the ledger is an older copy, \
             {count}, or the file belongs to another ledger of {dataset}"
        ));
    };
    if entry.sha256.as_deref() != Some(&claim.sha256) {
        return Some(format!(
            "{shown} says that it is entry {id}, and entry {id} of this ledger is another release: either an older copy \
             of the ledger was put back, {count}, or the file belongs to another ledger of {dataset} or was changed"
        ));
    }
    let described = claim.file.as_ref()?;
    // A release that still runs holds a temporary file until its file has its name.
    let folder = described.parent().unwrap_or(Path::new("."));
    let running = temporary_files(folder)
        .is_ok_and(|all| all.iter().any(|(_, owner)| *owner == Owner::Running));
    let stands = digest_of(described).is_ok_and(|found| found == claim.sha256);
    (entry.state == State::Reserved && !running && !stands).then(|| {
        format!(
            "{shown} is an orphan: the file that it describes never appeared, because the release of entry {id} was \
             interrupted; delete it"
        )
    })
}

/// What a file says of itself, if it is a statement or a published model.
fn claim(path: &Path) -> Option<Claim> {
    if !fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.len() <= LARGEST) {
        return None;
    }
    let said: Beside = serde_json::from_reader(BufReader::new(File::open(path).ok()?)).ok()?;
    let epsilon = match said.epsilon {
        Some(serde_json::Value::String(text)) => text,
        Some(serde_json::Value::Number(number)) => number
            .as_f64()
            .and_then(|number| Amount::<9>::from_f64(number).ok())
            .unwrap_or_default()
            .to_string(),
        _ => return None,
    };
    match (said.ledger, said.sha256, said.file) {
        (Some(LedgerWords { dataset, entry }), Some(sha256), Some(file)) => {
            let file = Path::new(&file).file_name().map(|name| path.with_file_name(name));
            Some(Claim { path: path.to_owned(), dataset, entry, sha256, file, epsilon })
        }
        _ if said.format.as_deref() == Some("epsiloscope item model") => Some(Claim {
            path: path.to_owned(),
            dataset: said.dataset?,
            entry: said.entry?,
            sha256: digest_of(path).ok()?,
            file: None,
            epsilon,
        }),
        _ => None,
    }
}

/// What a look at a ledger finds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Finding {
    /// What is not as it was published or written, as one sentence.
    #[error("{0}")]
    Said(String),
    /// A temporary file that nobody needs any more.
    #[error("{path} was left over by a release or export that was interrupted")]
    LeftOver {
        /// The temporary file.
        path: String,
        /// The ledger that was looked at.
        ledger: String,
    },
}

/// Every temporary file that an interrupted program left behind, or that one which is still
/// running needs.
pub(super) fn left_overs(ledger: &Path, entries: &[Entry]) -> Vec<Finding> {
    let said = |(path, owner): (PathBuf, Owner)| {
        let path = path.display();
        match owner {
            Owner::Nobody => {
                Finding::LeftOver { path: path.to_string(), ledger: ledger.display().to_string() }
            }
            Owner::Running => Finding::Said(format!(
                "{path} belongs to a release or export that is running now; leave it alone"
            )),
            Owner::Unknown => Finding::Said(format!(
                "{path} is a temporary file, and whether its program still runs cannot be told here; delete it by \
                 hand if none does"
            )),
        }
    };
    folders(ledger, entries)
        .iter()
        .filter_map(|folder| temporary_files(folder).ok())
        .flatten()
        .map(said)
        .collect()
}

/// Takes away what was left over and nobody owns, and says so.
pub(super) fn tidy(ledger: &Path, entries: &[Entry]) -> Vec<String> {
    let mut said = Vec::new();
    for (path, owner) in
        folders(ledger, entries).iter().filter_map(|folder| temporary_files(folder).ok()).flatten()
    {
        if owner != Owner::Nobody {
            continue;
        }
        match remove_left_over(&path) {
            Ok(true) => {
                said.push(format!(
                    "removed {}, left over by a release or export that was interrupted",
                    path.display()
                ));
            }
            Ok(false) => {}
            Err(cause) => said
                .push(format!("{} is left over and could not be removed: {cause}", path.display())),
        }
    }
    said
}
