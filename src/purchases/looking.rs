//! A look at the first rows of an open table, and every decision of reading that follows from it.

use super::columns;
use super::decide;
use super::error::ReadError;
use super::events;
use super::grounds::Grounds;
use super::join::JoinedTable;
use super::open_table::OpenTable;
use super::options::{RowsAre, Use};
use super::profile::Profile;
use super::purpose::Purpose;
use super::reading::Decision;
use super::reason::Reason;
use super::row_evidence::{Evidence, Finest};
use super::row_plan::RowPlan;
use super::rows_seen::{MarksOf, RowsSeen, SumsInSize};
use super::rules::RowRule;
use super::text_values::TextValues;
use super::told::{Doubt, grouped};
use super::values::Marks;
use crate::table::{Cells, Coding, TextColumn};
use crate::work::{Cancel, in_order, threads};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was looked at, and whether that was everything.
pub(super) struct Looked {
    pub(super) evidence: Evidence,
    pub(super) is_whole: bool,
    /// Columns in which later rows may hold other kinds of rows.
    pub(super) watched: Vec<usize>,
}

/// A column that says what kind of row it is, and whether its texts are kinds that were not seen
/// among the first rows.
pub(super) struct WatchedColumn<'l> {
    known: HashSet<&'l str>,
    is_unknown: TextValues<bool>,
}

impl Looked {
    /// The columns that are watched for kinds that were not seen.
    pub(super) fn watched_columns(&self, plan: &RowPlan) -> Vec<WatchedColumn<'_>> {
        let column = |&place: &usize| {
            let at = plan.places.binary_search(&place).ok()?;
            let known = self.evidence.profiles[place].texts().unwrap_or_default();
            let known = known.into_iter().map(|(text, _)| text).collect();
            Some(WatchedColumn { known, is_unknown: TextValues::new(at, false) })
        };
        self.watched.iter().filter_map(column).collect()
    }
}

impl WatchedColumn<'_> {
    /// Whether a block holds a kind that is not known, and that blocks before did not hold.
    pub(super) fn is_surprised_by(&mut self, coding: &Coding) -> bool {
        let (known, mut surprised) = (&self.known, false);
        self.is_unknown.see(coding, |text| {
            let is_unknown = !text.trim().is_empty() && !known.contains(text.trim());
            surprised |= is_unknown;
            is_unknown
        });
        surprised
    }
}

/// What a thread adds to, whatever became of another.
fn lock(profile: &Mutex<Profile>) -> MutexGuard<'_, Profile> {
    profile.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A plan and its grounds.
pub(super) struct DecidedPlan {
    pub(super) plan: RowPlan,
    pub(super) grounds: Grounds,
}

impl OpenTable {
    /// Looks at all columns of the first rows, at least `rows` of them.
    pub(super) fn look(
        &self,
        rows: usize,
        before: Option<&Looked>,
        cancel: &Cancel,
    ) -> Result<Looked, ReadError> {
        let (places, mut first) = self.readable_columns()?;
        let profiles: Vec<Mutex<Profile>> = self.headers.iter().map(|_| Mutex::default()).collect();
        let mut blocks = self.opened.blocks();
        let (mut seen, mut is_whole) = (0, true);
        let mut kept: Vec<Cells> = Vec::new();
        while let Some(piece) = blocks.next() {
            if cancel.is_cancelled() {
                return Err(ReadError::Cancelled);
            }
            let cells = match first.take() {
                Some(cells) => cells,
                None => self.cells(piece?, &places)?,
            };
            let add = |at: usize| lock(&profiles[places[at]]).add(&cells.columns[at]);
            in_order(threads(), places.len(), cancel, add, |_, ()| ())
                .map_err(|_| ReadError::Cancelled)?;
            seen += cells.rows;
            if kept.len() < 4 {
                kept.push(cells);
            }
            if seen >= rows {
                is_whole = blocks.next().is_none();
                break;
            }
        }
        let profiles: Vec<Profile> = profiles
            .into_iter()
            .map(|profile| profile.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let mapping = columns::find(
            self.name(),
            &self.headers,
            &self.options.columns,
            Some(&profiles),
            self.options.rows,
        )
        .unwrap_or_default();
        let mut marks = MarksOf::new();
        for purpose in super::marks::ByNumber::<char>::PURPOSES {
            if let Some(place) = mapping.place(purpose) {
                let told = profiles[place].numbers.marks(None).map(|told| told.value);
                let told = told.unwrap_or(Marks { decimal: '.', thousands: None });
                let decimal = self.options.decimal.of(purpose).unwrap_or(told.decimal);
                let between = self.options.thousands.of(purpose).unwrap_or(told.thousands);
                let thousands = between.filter(|mark| *mark != decimal);
                marks.insert(place, Marks { decimal, thousands });
            }
        }
        let total = columns::total_beside_price(&self.headers, &mapping, &profiles);
        if let Some(place) = total
            && let Some(told) = profiles[place].numbers.marks(None)
        {
            marks.insert(place, told.value);
        }
        let mut of_rows = RowsSeen::default();
        for (number, cells) in kept.iter().enumerate() {
            let mut columns = vec![TextColumn::default(); self.headers.len()];
            for (&place, column) in places.iter().zip(&cells.columns) {
                columns[place] = column.clone();
            }
            // A column that cannot be read has a code for every row, too.
            for column in &mut columns {
                column.codes.resize(cells.rows, TextColumn::MISSING);
            }
            let more = RowsSeen::of(&columns, &mapping, &marks, total);
            if number == 0 {
                of_rows = more;
            } else {
                of_rows.add(&more);
            }
        }
        let mut sums = of_rows.sums;
        let looked_at: usize = kept.iter().map(|cells| cells.rows).sum();
        if looked_at > 0 && (!is_whole || looked_at < seen) {
            // The others are taken for alike; what they really are the pass will see.
            let (bytes, of) = (blocks.bytes_read().max(1) as f64, blocks.bytes().max(1) as f64);
            let times = (seen as f64 / looked_at as f64) * (of / bytes).max(1.0) * 2.0;
            sums = SumsInSize { quantity: sums.quantity * times, money: sums.money * times };
        }
        let sums = before.and_then(|before| before.evidence.sums).unwrap_or(sums);
        let watched = events::watched(&self.headers, &profiles);
        Ok(Looked {
            evidence: Evidence {
                profiles,
                seen: of_rows,
                sums: Some(sums),
                finest: Finest::default(),
            },
            is_whole,
            watched,
        })
    }

    /// Whether rows that are no purchases could be read as events, by what they are grouped by.
    fn has_only_events(&self, profiles: Option<&[Profile]>) -> bool {
        let columns = &self.options.columns;
        self.options.rows == RowsAre::Purchases
            && columns::find(self.name(), &self.headers, columns, profiles, RowsAre::Events)
                .is_ok_and(|found| {
                    let has = |purpose| found.place(purpose).is_some();
                    has(Purpose::Event) && has(Purpose::Group)
                })
    }

    /// Finds the columns and makes every decision.
    pub(super) fn decide(&self, looked: Option<&Looked>) -> Result<DecidedPlan, ReadError> {
        let options = &self.options;
        let evidence = looked.map(|looked| &looked.evidence);
        let profiles = evidence.map(|evidence| evidence.profiles.as_slice());
        let mut mapping = columns::find(
            self.name(),
            &self.headers,
            &options.columns,
            profiles,
            options.rows,
        )
        .map_err(|refusal| match (refusal, self.opened.other_encoding()) {
                (ReadError::NoColumn { file, purpose, columns }, _)
                    if purpose == Purpose::Item.name() && self.has_only_events(profiles) =>
                {
                    ReadError::OnlyEvents { file, columns }
                }
                (ReadError::NoColumn { file, purpose, columns }, None)
                    if self.opened.sheets().len() > 1 && options.sheet.is_none() =>
                {
                    let sheet = self.opened.sheet().map_or("", |told| told.value.as_str());
                    let columns = format!(
                        "{columns} (on sheet {sheet} of {})",
                        columns::listed(self.opened.sheets())
                    );
                    ReadError::NoColumn { file, purpose, columns }
                }
                (ReadError::NoColumn { file, purpose, columns }, Some(other)) => {
                    let columns =
                        format!("{columns} (if these are garbled, its encoding may be {other})");
                    ReadError::NoColumn { file, purpose, columns }
                }
                (ReadError::NoColumn { file, purpose, columns }, None)
                    if !self.opened.passed_over().is_empty() =>
                {
                    let columns = format!(
                        "{columns} ({} passed over, as lists and structures are: make a row of each entry, with plain columns)",
                        columns::listed(self.opened.passed_over())
                    );
                    ReadError::NoColumn { file, purpose, columns }
                }
                (ReadError::NoColumn { file, purpose, columns }, None) => {
                    let columns = self.columns_as_seen(columns);
                    ReadError::NoColumn { file, purpose, columns }
                }
                (refusal, _) => refusal,
            })?;
        if [Purpose::Price, Purpose::Total]
            .into_iter()
            .all(|purpose| options.columns[purpose].as_ref().is_some_and(|name| !name.is_empty()))
        {
            return Err(ReadError::PriceAndTotal);
        }
        if options.fill_down == Some(true) && options.by.is_none() {
            return Err(ReadError::FillDownNeedsBy);
        }
        let (reading, mut grounds) =
            decide::decide(&self.opened, &self.headers, &mut mapping, evidence, options);
        if let Some(joined) = &self.joined {
            let words = match joined.repeated() {
                0 => format!("by {}", self.headers[joined.key]),
                several => format!(
                    "by {}; {several} keys stand there several times: what their rows say differently is missing",
                    self.headers[joined.key]
                ),
            };
            grounds.say(Decision::Join, words);
            self.doubt_keys(joined, &mapping, profiles, &mut grounds);
        }
        for words in self.left_out() {
            grounds.doubt(Decision::Container, Doubt { readings: Vec::new(), words });
        }
        if let Some((one, copy)) = self.copies.first()
            && !options.declares(Decision::DropDuplicates)
        {
            let more = match self.copies.len() {
                1 => String::new(),
                many => format!(" (as {} others are of others)", grouped(many as u64 - 1)),
            };
            let words = format!(
                "{copy} is byte for byte the same as {one}{more}: its rows count twice, until it is left out or exact repeats are dropped; say no where they are meant to"
            );
            let readings = vec!["no".to_owned(), "yes".to_owned()];
            grounds.doubt(Decision::DropDuplicates, Doubt { readings, words });
        }
        if let Some((lines, all)) =
            self.in_several.filter(|&(lines, all)| lines >= 20 && lines * 100 >= all)
            && !options.declares(Decision::DropDuplicates)
            && mapping.place(Purpose::Invoice).or(mapping.place(Purpose::Time)).is_some()
        {
            let words = format!(
                "{} of {} lines stand in several of the files, as where exports overlap: each counts; say yes to drop exact repeats, no where each is a purchase",
                grouped(lines),
                grouped(all)
            );
            let readings = vec!["no".to_owned(), "yes".to_owned()];
            grounds.doubt(Decision::DropDuplicates, Doubt { readings, words });
        } else if self.copies.is_empty()
            && !options.declares(Decision::DropDuplicates)
            && let Some(seen) = evidence.map(|evidence| &evidence.seen)
        {
            // The same twice on a receipt is usual, every third row twice is not.
            let far = seen.repeats >= 20 && seen.repeats * 50 >= seen.rows;
            // Of an event log others than purchases may repeat.
            let below = seen.repeats_below >= 20
                && seen.repeats_below * 4 >= seen.rows
                && reading.counts.value.is_empty();
            if far || below {
                let (rows, of_what) = match far {
                    true => (seen.repeats, "a row far above"),
                    false => (seen.repeats_below, "the row above"),
                };
                let words = format!(
                    "{} of {} rows looked at are exact repeats of {of_what}: each counts; say yes to drop exact repeats, no where each is a purchase",
                    grouped(rows),
                    grouped(seen.rows)
                );
                let readings = vec!["no".to_owned(), "yes".to_owned()];
                grounds.doubt(Decision::DropDuplicates, Doubt { readings, words });
            }
        }
        let place_rules = |rules: &[RowRule], flag: &'static str| {
            rules
                .iter()
                .map(|rule| {
                    let place = columns::meant(&self.headers, &mapping, &rule.column);
                    let place = place.ok_or_else(|| ReadError::RuleColumnMissing {
                        file: self.name().to_owned(),
                        flag,
                        column: rule.column.clone(),
                        columns: columns::listed(&self.headers),
                    })?;
                    Ok((place, rule.clone()))
                })
                .collect::<Result<Vec<(usize, RowRule)>, ReadError>>()
        };
        let counts = place_rules(&reading.counts.value, "where")?;
        let cancelled = place_rules(&reading.cancelled.value, "cancelled")?;
        let by = match (reading.fill_down.value, &options.by, &reading.by.value) {
            (true, _, Some(by)) => columns::named(&self.headers, by),
            (true, Some(by), None) | (false, Some(by), None) if self.joined.is_none() => {
                return Err(ReadError::RuleColumnMissing {
                    file: self.name().to_owned(),
                    flag: "by",
                    column: by.clone(),
                    columns: columns::listed(&self.headers),
                });
            }
            _ => None,
        };
        // What is no more than a name says nothing of the reading: it is not read for nothing.
        let read = |purpose: Purpose| {
            let is_name = matches!(
                purpose,
                Purpose::Category
                    | Purpose::Country
                    | Purpose::Description
                    | Purpose::Event
                    | Purpose::Group
            );
            let is_needed = options.asked.is_none_or(|question| question.needs(purpose));
            mapping.place(purpose).filter(|_| is_needed || !is_name)
        };
        let mut places: Vec<usize> =
            Purpose::ALL.iter().filter_map(|&purpose| read(purpose)).collect();
        places.extend(counts.iter().chain(&cancelled).map(|&(place, _)| place));
        places.extend(by);
        places.extend(looked.iter().flat_map(|looked| looked.watched.iter().copied()));
        if options.cleaning.drops(Reason::Duplicate) {
            places.extend(self.readable_places()?);
        }
        places.sort_unstable();
        places.dedup();
        let spoilt_is_nobody = options.purpose != Use::Trial && options.user_spelling.is_none();
        let asked = options.asked;
        let plan =
            RowPlan { mapping, reading, places, counts, cancelled, by, spoilt_is_nobody, asked };
        Ok(DecidedPlan { plan, grounds })
    }

    /// TextNames keys of which the joined table has several rows: what these say differently is missing.
    fn doubt_keys(
        &self,
        joined: &JoinedTable,
        mapping: &columns::Mapping,
        profiles: Option<&[Profile]>,
        grounds: &mut Grounds,
    ) {
        let (repeated, Some(profiles)) = (joined.repeated(), profiles) else { return };
        if repeated == 0 {
            return;
        }
        let (key, file) = (&self.headers[joined.key], self.name());
        let keys = &profiles[joined.key];
        let stand = if repeated == 1 { "key stands" } else { "keys stand" };
        let stand =
            format!("{} {stand} in several rows of {}", grouped(repeated as u64), joined.name);
        if keys.filled > 0 && keys.distinct() as u64 == keys.filled {
            let words = format!(
                "{stand}, and {file} has each {key} once: what these rows say differently is missing, so most of them are lost; join the other way round, {} with {file}",
                joined.name
            );
            grounds.doubt(Decision::Join, Doubt { readings: Vec::new(), words });
            return;
        }
        let mine = self.opened.headers().len();
        let used = Purpose::ALL.into_iter().filter_map(|purpose| mapping.place(purpose));
        let differing = used
            .filter_map(|place| Some((place, joined.differing(place.checked_sub(mine)?))))
            .filter(|&(_, keys)| keys > 0)
            .max_by_key(|&(_, keys)| keys);
        if let Some((place, keys)) = differing {
            let words = format!(
                "{stand}, and of {} their rows say something else in {}, which is then missing",
                grouped(keys),
                self.headers[place]
            );
            grounds.doubt(Decision::Join, Doubt { readings: Vec::new(), words });
        }
    }
}
