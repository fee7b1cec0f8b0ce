//! Which events are exposure and which are success: what somebody says, else what their words say.

use serde::Serialize;

use super::error::RatesError;
use crate::purchases::{EventKind, Purchases};

/// What somebody said of events; empty lists are told from the words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedEvents {
    /// Events that are exposure.
    pub exposed: Vec<String>,
    /// Events that are success.
    pub converted: Vec<String>,
}

/// A choice that could have been another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventDoubt {
    /// What was chosen: `exposed` or `converted`.
    pub decision: &'static str,
    /// What fits, the chosen first.
    pub readings: Vec<String>,
    /// One sentence.
    pub words: String,
}

/// The events that are exposure and success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChosenEvents {
    /// Events that are exposure, by their words in the data.
    pub exposed: Vec<String>,
    /// Events that are success.
    pub converted: Vec<String>,
    /// What else would fit.
    pub doubts: Vec<EventDoubt>,
}

impl ChosenEvents {
    /// Chooses among kinds (word and rows, most frequent first). Exposure is impressions, else views,
    /// else what users do `first`; success is conversions, else purchases, else clicks.
    ///
    /// # Errors
    /// If a word is no event, is both, or nothing fits.
    pub fn of(
        file: &str,
        kinds: &[(String, u64)],
        first: Option<&str>,
        asked: &AskedEvents,
    ) -> Result<Self, RatesError> {
        let listed = || said(kinds);
        let named = |words: &[String]| -> Result<Vec<String>, RatesError> {
            let mut found: Vec<String> = Vec::new();
            for word in words {
                let named = || kinds.iter().map(|(kind, _)| kind).filter(|kind| names(word, kind));
                if named().next().is_none() {
                    return Err(RatesError::NoSuchEvent {
                        word: word.clone(),
                        file: file.to_owned(),
                        kinds: listed(),
                    });
                }
                for kind in named() {
                    if !found.contains(kind) {
                        found.push(kind.clone());
                    }
                }
            }
            Ok(found)
        };
        let (exposed, converted) = (named(&asked.exposed)?, named(&asked.converted)?);
        if let Some(word) = exposed.iter().find(|word| converted.contains(word)) {
            return Err(RatesError::Both { word: word.clone() });
        }
        let mut chosen = Self { exposed, converted, doubts: Vec::new() };
        if chosen.exposed.is_empty() {
            let open = |word: &String| !chosen.converted.contains(word);
            let found = by_kind(kinds, &[EventKind::Impression, EventKind::View], open);
            let first = first.map(str::to_owned).filter(open);
            chosen.exposed = match (found.first(), first) {
                (Some(words), _) => words.clone(),
                (None, Some(first)) => vec![first],
                (None, None) => return Err(RatesError::NoExposure { kinds: listed() }),
            };
            chosen.doubt("exposed", "exposure", &found);
        }
        if chosen.converted.is_empty() {
            let wanted = [EventKind::Conversion, EventKind::Purchase, EventKind::Click];
            let found = by_kind(kinds, &wanted, |word| !chosen.exposed.contains(word));
            let Some(words) = found.first() else {
                return Err(RatesError::NoSuccess {
                    exposed: chosen.exposed.join(", "),
                    kinds: listed(),
                    dropped: String::new(),
                });
            };
            chosen.converted = words.clone();
            chosen.doubt("converted", "success", &found);
        }
        Ok(chosen)
    }

    /// Notes what else would fit.
    fn doubt(&mut self, decision: &'static str, what: &str, found: &[Vec<String>]) {
        if found.len() < 2 {
            return;
        }
        let readings: Vec<String> = found.iter().map(|words| words.join(",")).collect();
        let others = readings[1..].join(" or ");
        let words = format!("{} is taken for {what}; {others} would do as well", readings[0]);
        self.doubts.push(EventDoubt { decision, readings, words });
    }
}

/// The words of each kind that is there, in the order wanted.
fn by_kind(
    kinds: &[(String, u64)],
    wanted: &[EventKind],
    open: impl Fn(&String) -> bool,
) -> Vec<Vec<String>> {
    wanted
        .iter()
        .map(|kind| {
            let words = kinds.iter().map(|(word, _)| word);
            words.filter(|word| EventKind::of(word) == Some(*kind) && open(word)).cloned().collect()
        })
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect()
}

/// Whether a word that somebody said names a kind of event: large and small letters are one. Each row
/// decides for itself, whatever others hold.
pub(super) fn names(word: &str, kind: &str) -> bool {
    word.trim().to_lowercase() == kind.trim().to_lowercase()
}

/// Whether a group is called as those are who were shown nothing, to compare the others with.
pub(super) fn sounds_held_out(group: &str) -> bool {
    const WORDS: [&str; 13] = [
        "holdout",
        "holdback",
        "heldout",
        "control",
        "controls",
        "placebo",
        "psa",
        "ghost",
        "noad",
        "noads",
        "kontrolle",
        "kontrollgruppe",
        "temoin",
    ];
    let name: String = group
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() && !c.is_ascii_digit())
        .collect();
    let name = name.strip_suffix("group").unwrap_or(&name);
    WORDS.contains(&name)
}

/// Words that no row has, with the events that are there as a sentence lists them.
pub fn missing_events(rows: &Purchases, words: &[String]) -> Option<(Vec<String>, String)> {
    let kinds = kinds(rows)?;
    let missing = |word: &&String| !kinds.iter().any(|(kind, _)| names(word, kind));
    let missing: Vec<String> = words.iter().filter(missing).cloned().collect();
    (!missing.is_empty()).then(|| (missing, said(&kinds)))
}

/// Kinds of events with their rows, most frequent first, ties by bytes; `None` without an event column.
pub(super) fn kinds(rows: &Purchases) -> Option<Vec<(String, u64)>> {
    let kinds = rows.event.as_ref()?;
    let mut many = vec![0u64; kinds.names.len()];
    kinds.codes.iter().for_each(|code| many[code as usize] += 1);
    let mut counted: Vec<(String, u64)> = kinds.names.iter().cloned().zip(many).collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Some(counted)
}

/// Kinds for a sentence.
pub(super) fn said(kinds: &[(String, u64)]) -> String {
    const SHOWN: usize = 12;
    let mut words: Vec<String> = kinds
        .iter()
        .take(SHOWN)
        .map(|(word, _)| word.chars().take(40).filter(|c| !c.is_control()).collect())
        .collect();
    if kinds.len() > SHOWN {
        words.push(format!("{} more", kinds.len() - SHOWN));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(
        kinds: &[&str],
        first: Option<&str>,
        asked: &AskedEvents,
    ) -> Result<ChosenEvents, String> {
        let kinds: Vec<(String, u64)> = kinds.iter().map(|kind| ((*kind).to_owned(), 1)).collect();
        ChosenEvents::of("f.csv", &kinds, first, asked).map_err(|error| error.to_string())
    }

    fn said_by(exposed: &[&str], converted: &[&str]) -> AskedEvents {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        AskedEvents { exposed: words(exposed), converted: words(converted) }
    }

    #[test]
    fn words_say_what_is_exposure_and_success() {
        let guessed = AskedEvents::default();
        let found = chosen(&["impression", "click", "conversion"], None, &guessed).unwrap();
        assert_eq!(
            (found.exposed, found.converted),
            (vec!["impression".into()], vec!["conversion".into()])
        );
        assert_eq!(found.doubts.len(), 1);
        assert_eq!(found.doubts[0].readings, ["conversion", "click"]);
        let found = chosen(&["view", "addtocart", "transaction"], None, &guessed).unwrap();
        assert_eq!(
            (found.exposed, found.converted),
            (vec!["view".into()], vec!["transaction".into()])
        );
        assert!(found.doubts.is_empty());
        let found = chosen(&["login", "purchase"], Some("login"), &guessed).unwrap();
        assert_eq!(found.exposed, ["login"]);
        let found = chosen(&["view", "impression", "click"], None, &guessed).unwrap();
        assert_eq!(
            (found.exposed[0].as_str(), found.doubts[0].decision),
            ("impression", "exposed")
        );
    }

    #[test]
    fn letters_are_one_and_names_sound_held_out() {
        let kinds = ["Click", "click", "conversion", "view"];
        let found = chosen(&kinds, None, &said_by(&[" CLICK "], &["conversion"])).unwrap();
        assert_eq!(found.exposed, ["Click", "click"]);
        for name in ["holdout", "Hold-Out", "control group", "control_1", "PSA", "no ads"] {
            assert!(sounds_held_out(name), "{name}");
        }
        for name in ["", "controller", "spring", "held", "ad group"] {
            assert!(!sounds_held_out(name), "{name}");
        }
    }

    #[test]
    fn what_is_said_wins_and_what_cannot_be_is_a_sentence() {
        let kinds = ["impression", "click", "conversion"];
        let found = chosen(&kinds, None, &said_by(&["Click"], &[])).unwrap();
        assert_eq!(
            (found.exposed, found.converted),
            (vec!["click".into()], vec!["conversion".into()])
        );
        let sentence = chosen(&kinds, None, &said_by(&["sight"], &[])).unwrap_err();
        assert!(sentence.contains("sight") && sentence.contains("impression"), "{sentence}");
        let sentence = chosen(&kinds, None, &said_by(&["click"], &["click"])).unwrap_err();
        assert!(sentence.contains("at once"), "{sentence}");
        assert!(
            chosen(&["impression", "login"], None, &AskedEvents::default())
                .unwrap_err()
                .contains("success")
        );
        assert!(
            chosen(&["purchase"], None, &AskedEvents::default()).unwrap_err().contains("exposure")
        );
    }
}
