//! What a column of a file holds, as far as it was looked at: filled cells, distinct texts,
//! dates, numbers.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::dates::{DateEvidence, clock_cell};
use super::nobody::is_nobody;
use super::told::grouped;
use super::values::{Marks, NumberEvidence, before_unit, is_measure};
use crate::table::TextColumn;

/// So many distinct texts are kept with their counts; more of them are an id or free text.
const MOST_TEXTS: usize = 1_000;
/// So many distinct texts are told apart at all.
const MOST_DISTINCT: usize = 200_000;

/// So many currencies are told apart.
const MOST_CURRENCIES: usize = 8;

/// The sign or code of a currency before or behind a number.
fn currency_of(text: &str) -> Option<String> {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let rest: String = text
        .chars()
        .filter(|c| !c.is_ascii_digit() && !c.is_whitespace() && !".,'’+-−()_".contains(*c))
        .collect();
    let is_code = rest.len() == 3 && rest.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_sign = rest.chars().count() <= 2 && rest.chars().any(|c| "$€£¥₹₽₩₺₴₫฿₪₦".contains(c));
    (has_digit && (is_code || is_sign)).then_some(rest)
}

/// Minutes before or behind UTC that the end of a time says: `Z`, `+02:00`, `-0700`, `UTC`.
fn zone_of(text: &str) -> Option<i32> {
    let (clock, _) = text.match_indices(':').next()?;
    let rest = &text[clock..];
    let named = rest.trim_end().rsplit(' ').next().unwrap_or_default();
    let of_name = match named {
        "UTC" | "GMT" | "WET" => Some(0),
        "CET" | "BST" | "WEST" | "MEZ" => Some(60),
        "CEST" | "EET" | "MESZ" => Some(120),
        "EST" | "CDT" => Some(-300),
        "EDT" => Some(-240),
        "CST" | "MDT" => Some(-360),
        "MST" | "PDT" => Some(-420),
        "PST" => Some(-480),
        "JST" | "KST" => Some(540),
        _ => None,
    };
    if of_name.is_some() {
        return of_name;
    }
    if rest.ends_with(['Z', 'z'])
        && rest.as_bytes().get(rest.len().checked_sub(2)?)?.is_ascii_digit()
    {
        return Some(0);
    }
    let at = rest.rfind(['+', '-'])?;
    let digits: Vec<i32> =
        rest[at + 1..].bytes().filter(u8::is_ascii_digit).map(|b| i32::from(b - b'0')).collect();
    let is_offset = rest[at + 1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let minutes = match digits[..] {
        [a, b] if is_offset => 60 * (10 * a + b),
        [a, b, c, d] if is_offset => 60 * (10 * a + b) + 10 * c + d,
        _ => return None,
    };
    Some(if rest[at..].starts_with('-') { -minutes } else { minutes })
}

/// Whether a text is an address for mail, as far as that is seen.
fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !text.contains(char::is_whitespace)
            && !host.contains('@')
            && host.split_once('.').is_some_and(|(host, end)| !host.is_empty() && !end.is_empty())
    })
}

/// What a column holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// Rows looked at.
    pub rows: u64,
    /// Those with a text that is not certainly nothing.
    pub filled: u64,
    /// Its dates.
    pub dates: DateEvidence,
    /// Its numbers.
    pub numbers: NumberEvidence,
    /// Cells that are a clock.
    pub clocks: u64,
    /// Cells with a colon, as clocks have.
    pub colons: u64,
    /// Cells that are addresses of people: `maria@shop.example`.
    pub mails: u64,
    /// Distinct texts and their rows; empty once there are too many.
    texts: HashMap<String, u64>,
    many: bool,
    currencies: Vec<String>,
    /// The zones of its times, in minutes, and a time of each.
    zones: Vec<(i32, String)>,
    /// Units behind its numbers, and the rows that have none.
    units: Vec<String>,
    without_unit: u64,
    seen: HashSet<u64>,
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl Profile {
    /// Adds the rows of a column.
    pub fn add(&mut self, column: &TextColumn) {
        self.rows += column.codes.len() as u64;
        let mut counts = vec![0u64; column.names.len()];
        for &code in &column.codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        for (name, &rows) in column.names.iter().zip(&counts) {
            let text = name.trim();
            if rows == 0 || text.is_empty() || is_nobody(text) {
                continue;
            }
            self.filled += rows;
            self.dates.add(text, rows);
            self.numbers.add(text, rows);
            // A date that a spreadsheet gave midnight to has no clock.
            if text.contains(':') && !text.ends_with("00:00:00") && !text.ends_with(" 00:00") {
                self.colons += rows;
            }
            if text.contains(':')
                && self.zones.len() < MOST_CURRENCIES
                && let Some(zone) = zone_of(text)
                && self.zones.iter().all(|(other, _)| *other != zone)
            {
                self.zones.push((zone, text.to_owned()));
            }
            if self.currencies.len() < MOST_CURRENCIES
                && let Some(currency) = currency_of(text)
                && !self.currencies.contains(&currency)
            {
                self.currencies.push(currency);
            }
            match before_unit(text).filter(|(_, unit)| is_measure(unit)) {
                Some((_, unit)) => {
                    let unit = unit.to_lowercase();
                    if self.units.len() < MOST_CURRENCIES && !self.units.contains(&unit) {
                        self.units.push(unit);
                    }
                }
                None => self.without_unit += rows,
            }
            self.mails += if is_mail(text) { rows } else { 0 };
            if clock_cell(text).is_some() {
                self.clocks += rows;
            }
            if self.seen.len() < MOST_DISTINCT {
                self.seen.insert(self.hasher.hash_one(text));
            }
            if !self.many {
                if let Some(count) = self.texts.get_mut(text) {
                    *count += rows;
                } else if self.texts.len() < MOST_TEXTS {
                    self.texts.insert(text.to_owned(), rows);
                } else {
                    self.many = true;
                    self.texts = HashMap::new();
                }
            }
        }
    }

    /// Distinct texts, at most 200,000.
    pub fn distinct(&self) -> usize {
        self.seen.len()
    }

    /// Distinct texts and their rows, most frequent first, ties by bytes; `None` where there are
    /// more than a thousand.
    pub fn texts(&self) -> Option<Vec<(&str, u64)>> {
        let mut texts: Vec<(&str, u64)> =
            self.texts.iter().map(|(text, &rows)| (text.as_str(), rows)).collect();
        texts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        (!self.many).then_some(texts)
    }

    /// The share of filled cells that are numbers.
    pub fn number_share(&self) -> f64 {
        let (numbers, of) = self.numbers.share_numbers();
        numbers as f64 / of.max(1) as f64
    }

    /// The share of filled cells that are dates, however spelt.
    pub fn date_share(&self) -> f64 {
        let Some(told) = self.dates.guess() else { return 0.0 };
        let (dates, of) = self.dates.share_readable(&told.value);
        dates as f64 / of.max(1) as f64
    }

    /// The share of filled cells that are a clock.
    pub fn clock_share(&self) -> f64 {
        self.clocks as f64 / self.filled.max(1) as f64
    }

    /// The units behind its numbers, in the order of their appearance, and the rows that have none.
    pub fn units(&self) -> (&[String], u64) {
        (&self.units, self.without_unit)
    }

    /// The signs and codes of currencies beside its numbers, in the order of their appearance.
    pub fn currencies(&self) -> &[String] {
        &self.currencies
    }

    /// Times of zones that are more than the hour apart by which clocks are changed.
    pub fn zones_apart(&self) -> Option<(&str, &str)> {
        let (least, most) = (self.zones.iter().min()?, self.zones.iter().max()?);
        (most.0 - least.0 > 60).then_some((least.1.as_str(), most.1.as_str()))
    }

    /// The most frequent text that is no number, or no date.
    pub fn amiss(&self, dates: bool) -> Option<String> {
        let texts = self.texts()?;
        let is_amiss = |text: &str| match dates {
            true => {
                let mut evidence = DateEvidence::default();
                evidence.add(text, 1);
                evidence.guess().is_none()
            }
            false => {
                let mut evidence = NumberEvidence::default();
                evidence.add(text, 1);
                evidence.share_numbers().0 == 0
            }
        };
        texts.into_iter().find(|(text, _)| is_amiss(text)).map(|(text, _)| text.to_owned())
    }

    /// The most decimals that a number of it needs.
    pub fn decimals(&self) -> u32 {
        let told = self.numbers.marks(None).map(|told| told.value);
        self.numbers.decimals(told.unwrap_or(Marks { decimal: '.', thousands: None }))
    }

    /// What it holds, in one clause: `2,500 of 2,500 filled, 497 distinct, text`.
    pub fn words(&self) -> String {
        let kind = if self.filled == 0 {
            return "empty".to_owned();
        } else if self.date_share() >= 0.8 && self.number_share() < 0.5 {
            "dates"
        } else if self.number_share() >= 0.8 {
            "numbers"
        } else {
            "text"
        };
        format!(
            "{} of {} filled, {}{} distinct, {kind}",
            grouped(self.filled),
            grouped(self.rows),
            grouped(self.distinct() as u64),
            if self.distinct() >= MOST_DISTINCT { " or more" } else { "" },
        )
    }
}
