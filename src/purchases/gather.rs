//! The cleaned rows of all blocks together: one list of names a column, codes in the order of the
//! file.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Labels;
use super::cleaning::{BlockLabels, CleanedRows};
use super::columns::Mapping;
use super::narrow::Numbers;
use super::purpose::Purpose;
use super::reason::Reason;
use super::report::CleaningReport;
use crate::table::{TextColumn, is_room_for_bytes};

/// Labels that grow block by block: a table of codes, found by the hash of their names.
#[derive(Debug, Default)]
struct Growing {
    codes: HashTable<u32>,
    hasher: DefaultHashBuilder,
    labels: Labels,
}

impl Growing {
    fn code_of(&mut self, name: &str) -> u32 {
        let (hasher, names) = (&self.hasher, &mut self.labels.names);
        let next = names.len() as u32;
        let entry = self.codes.entry(
            hasher.hash_one(name),
            |&code| names[code as usize] == name,
            |&code| hasher.hash_one(names[code as usize].as_str()),
        );
        match entry {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                new.insert(next);
                names.push(name.to_owned());
                next
            }
        }
    }

    /// Adds the rows that stay: only their names are names here, in the order of the rows.
    fn add(&mut self, block: &BlockLabels, stays: &Stays) {
        let mut code = vec![u32::MAX; block.names.len()];
        for (row, &local) in block.codes.iter().enumerate() {
            if !stays.has(row) {
                continue;
            }
            let known = &mut code[local as usize];
            if *known == u32::MAX {
                *known = self.code_of(&block.names[local as usize]);
            }
            let known = *known;
            self.labels.codes.push(known);
        }
    }
}

/// Which rows of a block stay; all where there are no repeats to drop.
struct Stays(Option<Vec<bool>>);

impl Stays {
    fn has(&self, row: usize) -> bool {
        self.0.as_ref().is_none_or(|stays| stays[row])
    }

    /// Adds the values that stay.
    fn add(&self, values: &[i64], all: &mut Numbers) {
        let rows = values.iter().enumerate().filter(|(row, _)| self.has(*row));
        all.extend(rows.map(|(_, &value)| value));
    }
}

/// The rows of the blocks so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    user: Growing,
    item: Growing,
    description: Option<Growing>,
    /// How often an item has a readable name.
    described: HashMap<(u32, u32), u32>,
    quantity: Numbers,
    money: Option<Numbers>,
    category: Option<Growing>,
    country: Option<Growing>,
    event: Option<Growing>,
    group: Option<Growing>,
    time: Option<Numbers>,
    seen: HashSet<u128>,
    report: CleaningReport,
}

/// What was gathered.
pub(super) struct GatheredRows {
    pub user: Labels,
    pub item: Labels,
    pub item_description: Option<Vec<String>>,
    pub quantity: Numbers,
    pub money: Option<Numbers>,
    pub category: Option<Labels>,
    pub country: Option<Labels>,
    pub event: Option<Labels>,
    pub group: Option<Labels>,
    pub time: Option<Numbers>,
    pub report: CleaningReport,
}

impl Gathered {
    /// No rows yet of columns that serve these purposes.
    pub fn new(mapping: &Mapping) -> Self {
        let has = |purpose: Purpose| mapping.place(purpose).is_some();
        let growing = |purpose: Purpose| has(purpose).then(Growing::default);
        let values = |has: bool| has.then(Numbers::default);
        Self {
            description: growing(Purpose::Description),
            category: growing(Purpose::Category),
            country: growing(Purpose::Country),
            event: growing(Purpose::Event),
            group: growing(Purpose::Group),
            money: values(has(Purpose::Price) || has(Purpose::Total)),
            time: values(has(Purpose::Time)),
            ..Self::default()
        }
    }

    /// Bytes that the rows so far take, at most about.
    fn bytes(&self) -> usize {
        // A name stands in a list of texts, in memory of its own, and in a table of codes.
        const NAME: usize = 96;
        let growing = [
            Some(&self.user),
            Some(&self.item),
            self.description.as_ref(),
            self.category.as_ref(),
            self.country.as_ref(),
            self.event.as_ref(),
            self.group.as_ref(),
        ];
        let labels = || growing.into_iter().flatten();
        let names: usize = labels().map(|labels| labels.labels.names.len()).sum();
        let columns = labels().count() * 4 + 3 * 8;
        names * NAME + self.item.labels.codes.len() * columns
    }

    /// Whether there is memory for the rows so far to grow to twice as many, and for a cube of them:
    /// what is refused in the midst of that could no longer be said.
    pub fn has_room(&self) -> bool {
        is_room_for_bytes(2 * self.bytes())
    }

    /// GatheredRows so far.
    pub fn rows_read(&self) -> u64 {
        self.report.rows_read
    }

    /// Adds a block, which follows those before it.
    pub fn add(&mut self, block: CleanedRows) {
        let stays =
            Stays(block.whole_rows.map(|rows| {
                rows.into_iter().map(|row| self.seen.insert(row)).collect::<Vec<bool>>()
            }));
        self.report.add(&block.report);
        if let Stays(Some(stays)) = &stays {
            for _ in stays.iter().filter(|&&stays| !stays) {
                self.report.dropped.add(Reason::Duplicate);
                self.report.rows_kept -= 1;
            }
        }
        let before = self.item.labels.codes.len();
        self.user.add(&block.user, &stays);
        self.item.add(&block.item, &stays);
        if let Some(BlockLabels { codes, names }) = block.description {
            let growing = self.description.get_or_insert_default();
            let places: Vec<u32> = names.iter().map(|name| growing.code_of(name)).collect();
            let kept = codes.iter().enumerate().filter(|(row, _)| stays.has(*row));
            let mut pairs: Vec<(u32, u32)> = (before..self.item.labels.codes.len())
                .map(|row| self.item.labels.codes.get(row))
                .zip(kept)
                .filter(|(_, (_, code))| **code != TextColumn::MISSING)
                .map(|(item, (_, &code))| (item, places[code as usize]))
                .collect();
            pairs.sort_unstable();
            for same in pairs.chunk_by(|a, b| a == b) {
                *self.described.entry(same[0]).or_insert(0) += same.len() as u32;
            }
        }
        stays.add(&block.quantity, &mut self.quantity);
        for (all, of_block) in [(&mut self.money, block.money), (&mut self.time, block.time)] {
            if let Some(values) = of_block {
                stays.add(&values, all.get_or_insert_default());
            }
        }
        for (all, of_block) in [
            (&mut self.category, block.category),
            (&mut self.country, block.country),
            (&mut self.event, block.event),
            (&mut self.group, block.group),
        ] {
            if let Some(labels) = of_block {
                all.get_or_insert_default().add(&labels, &stays);
            }
        }
    }

    /// All of it.
    pub fn finish(self) -> GatheredRows {
        let item = self.item.labels;
        let item_description = self
            .description
            .map(|names| most_frequent(&item, &names.labels.names, &self.described));
        GatheredRows {
            user: self.user.labels,
            item,
            item_description,
            quantity: self.quantity,
            money: self.money,
            category: self.category.map(|growing| growing.labels),
            country: self.country.map(|growing| growing.labels),
            event: self.event.map(|growing| growing.labels),
            group: self.group.map(|growing| growing.labels),
            time: self.time,
            report: self.report,
        }
    }
}

/// The most frequent description of each item among the kept rows, ties by bytes; an
/// item that has none keeps its own name.
fn most_frequent(
    item: &Labels,
    descriptions: &[String],
    described: &HashMap<(u32, u32), u32>,
) -> Vec<String> {
    let mut best: Vec<Option<(u32, &str)>> = vec![None; item.names.len()];
    for (&(item, description), &count) in described {
        let text = descriptions[description as usize].as_str();
        let best = &mut best[item as usize];
        if best.is_none_or(|(most, held)| {
            count > most || count == most && text.as_bytes() < held.as_bytes()
        }) {
            *best = Some((count, text));
        }
    }
    best.iter()
        .zip(&item.names)
        .map(|(best, name)| best.map_or(name.as_str(), |(_, text)| text).to_owned())
        .collect()
}
