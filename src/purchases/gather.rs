//! The cleaned rows of all blocks together: one list of names a column, codes in the order of the
//! file.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use super::Labels;
use super::cleaning::CleanedRows;
use super::error::ReadError;
use super::narrow::{Codes, Numbers};
use super::purpose::Purpose;
use super::reason::Reason;
use super::report::CleaningReport;
use super::row_plan::RowPlan;
use super::text_values::{BlockLabels, FAR};
use super::waiting::{MemoryLimit, Waiting};
use crate::table::{TextColumn, TextIndex, is_room_for_bytes};

/// Labels that grow block by block.
#[derive(Debug, Default)]
struct Growing {
    index: TextIndex,
    labels: Labels,
    /// What the codes of each thread are here.
    threads: Vec<ThreadCodes>,
}

/// The codes of a thread as codes of all.
#[derive(Debug, Default)]
struct ThreadCodes {
    age: u32,
    codes: Vec<u32>,
    missing: u32,
}

impl ThreadCodes {
    #[inline]
    fn of(&self, code: u32) -> u32 {
        self.codes.get(code as usize).copied().unwrap_or(self.missing)
    }

    /// Looks at all of these where they are far away: many looks at once take as long as one.
    fn fetch(&self, codes: &[u32]) {
        if self.codes.len() >= FAR {
            black_box(codes.iter().fold(0, |all, &code| all | self.of(code)));
        }
    }
}

impl Growing {
    /// The codes of all that a block's codes stand for. A name gets the next one with the first row
    /// that has it: in the order of the file, as a thread names a text with its first row that is
    /// kept, and blocks come in order. (A row that is dropped as a repeat has no name that the row
    /// which it repeats did not have.)
    fn codes_of(&mut self, thread: usize, block: &BlockLabels) -> &ThreadCodes {
        if self.threads.len() <= thread {
            self.threads.resize_with(thread + 1, ThreadCodes::default);
        }
        let (of_thread, names) = (&mut self.threads[thread], &mut self.labels.names);
        if of_thread.age != block.age {
            *of_thread = ThreadCodes { age: block.age, ..ThreadCodes::default() };
        }
        self.index.fetch(block.new.iter().map(|(_, name)| name.as_str()));
        for (local, name) in &block.new {
            let next = names.len() as u32;
            let code = self.index.code_of(name, next, |code| names[code as usize].as_str());
            if code == next {
                names.push(name.as_str().to_owned());
            }
            if *local == TextColumn::MISSING {
                of_thread.missing = code;
                continue;
            }
            let at = *local as usize;
            if at >= of_thread.codes.len() {
                of_thread.codes.resize(at + 1, TextColumn::MISSING);
            }
            of_thread.codes[at] = code;
        }
        of_thread
    }

    /// Adds the rows that stay.
    fn add(&mut self, thread: usize, block: &BlockLabels, stays: &Stays) {
        self.codes_of(thread, block);
        let of_thread = &self.threads[thread];
        let codes = &mut self.labels.codes;
        of_thread.fetch(&block.codes);
        match &stays.0 {
            None => codes.extend(block.codes.iter().map(|&code| of_thread.of(code))),
            Some(stays) => {
                let kept = block.codes.iter().zip(stays).filter(|(_, stays)| **stays);
                codes.extend(kept.map(|(&code, _)| of_thread.of(code)));
            }
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
        match &self.0 {
            None => all.extend(values.iter().copied()),
            Some(stays) => {
                let rows = values.iter().zip(stays).filter(|(_, stays)| **stays);
                all.extend(rows.map(|(&value, _)| value));
            }
        }
    }
}

/// How often an item has a readable name. Nearly every item has one only.
#[derive(Debug, Default)]
struct Described {
    /// The name that an item had first, and its rows; of 0 rows where it had none.
    first: Vec<(u32, u32)>,
    others: HashMap<(u32, u32), u32>,
}

impl Described {
    #[inline]
    fn add(&mut self, item: u32, name: u32) {
        if self.first.len() <= item as usize {
            self.first.resize(item as usize + 1, (0, 0));
        }
        let (first, rows) = &mut self.first[item as usize];
        if *rows == 0 {
            *first = name;
        }
        match *first == name {
            true => *rows += 1,
            false => *self.others.entry((item, name)).or_insert(0) += 1,
        }
    }

    /// The most frequent name of each item among the kept rows, ties by bytes; an item that has
    /// none keeps its own.
    fn most_frequent(&self, item: &Labels, names: &[String]) -> Vec<String> {
        let mut best: Vec<Option<(u32, &str)>> = vec![None; item.names.len()];
        let firsts = (0..).zip(&self.first).filter(|(_, (_, rows))| *rows > 0);
        let firsts = firsts.map(|(item, &(name, rows))| (item, name, rows));
        let others = self.others.iter().map(|(&(item, name), &rows)| (item, name, rows));
        for (item, name, count) in firsts.chain(others) {
            let text = names[name as usize].as_str();
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
}

/// The rows of the blocks so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    user: Growing,
    item: Growing,
    description: Option<Growing>,
    described: Described,
    quantity: Numbers,
    money: Option<Numbers>,
    category: Option<Growing>,
    country: Option<Growing>,
    event: Option<Growing>,
    group: Option<Growing>,
    time: Option<Numbers>,
    seen: HashSet<u128>,
    report: CleaningReport,
    /// Bytes for which there was room when it was asked last.
    had_room: usize,
    limit: Option<MemoryLimit>,
    waiting: Option<Waiting>,
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
    pub waiting: Option<Waiting>,
}

impl Gathered {
    /// No rows yet of the columns that a plan keeps.
    pub fn new(plan: &RowPlan, limit: Option<MemoryLimit>) -> Self {
        let has = |purpose: Purpose| plan.keeps(purpose);
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
            limit,
            ..Self::default()
        }
    }

    /// Makes room for so many rows in all, about, where a block had `block` of them.
    pub fn expect(&mut self, rows: usize, block: usize) {
        let columns = self.labels().count() * 4 + 3 * 8;
        let most = self.limit.map_or(u64::MAX, MemoryLimit::rows);
        if self.waiting.is_some() || rows.saturating_mul(columns) as u64 > most {
            return;
        }
        self.codes_mut().for_each(|codes| codes.expect(rows, block));
        self.numbers_mut().for_each(|numbers| numbers.expect(rows, block));
    }

    /// The columns of labels that are there.
    fn labels(&self) -> impl Iterator<Item = &Growing> {
        let all = [
            Some(&self.user),
            Some(&self.item),
            self.description.as_ref(),
            self.category.as_ref(),
            self.country.as_ref(),
            self.event.as_ref(),
            self.group.as_ref(),
        ];
        all.into_iter().flatten()
    }

    fn codes_mut(&mut self) -> impl Iterator<Item = &mut Codes> {
        let all = [
            Some(&mut self.user),
            Some(&mut self.item),
            self.category.as_mut(),
            self.country.as_mut(),
            self.event.as_mut(),
            self.group.as_mut(),
        ];
        all.into_iter().flatten().map(|growing| &mut growing.labels.codes)
    }

    fn numbers_mut(&mut self) -> impl Iterator<Item = &mut Numbers> {
        let all = [Some(&mut self.quantity), self.money.as_mut(), self.time.as_mut()];
        all.into_iter().flatten()
    }

    /// Bytes that names take, and what else grows with what is distinct, at most about.
    fn bytes_of_names(&self) -> usize {
        // A name stands in a list of texts, in memory of its own, and in a table of codes.
        const NAME: usize = 96;
        // A row that may be repeated, in a table that is half full.
        const SEEN: usize = 32;
        let names: usize = self.labels().map(|labels| labels.labels.names.len()).sum();
        names * NAME + self.seen.len() * SEEN
    }

    /// Bytes that the rows in memory take, about.
    fn bytes_of_rows(&self) -> usize {
        let codes: usize =
            self.labels().map(|growing| growing.labels.codes.bytes_in_memory()).sum();
        let numbers = [Some(&self.quantity), self.money.as_ref(), self.time.as_ref()];
        let numbers = numbers.into_iter().flatten().map(Numbers::bytes_in_memory);
        codes + numbers.sum::<usize>()
    }

    /// Bytes that the rows so far take, at most about.
    fn bytes(&self) -> usize {
        let columns = self.labels().count() * 4 + 3 * 8;
        let rows = match &self.waiting {
            Some(_) => self.bytes_of_rows(),
            None => self.item.labels.codes.len() * columns,
        };
        self.bytes_of_names() + rows
    }

    /// Keeps to the limit: rows beyond it wait on disk.
    ///
    /// # Errors
    /// If they may not, or cannot, or if names alone are beyond it.
    pub fn keep_to_limit(&mut self, file: &str) -> Result<(), ReadError> {
        let Some(limit) = self.limit else { return Ok(()) };
        if self.bytes_of_names() as u64 > limit.names() {
            return Err(ReadError::Memory {
                file: file.to_owned(),
                limit: limit.bytes,
                waits: limit.rows_may_wait,
            });
        }
        if self.waiting.is_none() && self.bytes_of_rows() as u64 > limit.rows() {
            let waiting = Waiting::new(file, limit)?;
            self.codes_mut().for_each(|codes| codes.wait_in(&waiting.spill));
            self.numbers_mut().for_each(|numbers| numbers.wait_in(&waiting.spill));
            self.waiting = Some(waiting);
        }
        match self.waiting.as_ref().and_then(|waiting| waiting.spill.failure()) {
            Some(cause) => Err(ReadError::Spill { file: file.to_owned(), cause }),
            None => Ok(()),
        }
    }

    /// Whether there is memory for the rows so far to grow to twice as many, and for a cube of them:
    /// what is refused in the midst of that could no longer be said.
    pub fn has_room(&mut self) -> bool {
        /// It is asked again after so many bytes more.
        const STEP: usize = 4 << 20;
        let bytes = self.bytes();
        if bytes >= self.had_room + STEP || self.had_room == 0 {
            self.had_room = bytes;
            return is_room_for_bytes(2 * bytes);
        }
        true
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
        self.user.add(block.thread, &block.user, &stays);
        let before = self.item.labels.codes.len();
        self.item.add(block.thread, &block.item, &stays);
        if let Some(labels) = &block.description {
            let growing = self.description.get_or_insert_default();
            let names = growing.codes_of(block.thread, labels);
            let kept = labels.codes.iter().enumerate().filter(|(row, _)| stays.has(*row));
            let mut items = self.item.labels.codes.reader();
            let items = (before..self.item.labels.codes.len()).map(|row| items.get(row));
            let described = items.zip(kept).filter(|(_, (_, code))| **code != TextColumn::MISSING);
            for (item, (_, &code)) in described {
                self.described.add(item, names.of(code));
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
                all.get_or_insert_default().add(block.thread, &labels, &stays);
            }
        }
    }

    /// All of it.
    pub fn finish(self) -> GatheredRows {
        let item = self.item.labels;
        let item_description =
            self.description.map(|names| self.described.most_frequent(&item, &names.labels.names));
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
            waiting: self.waiting,
        }
    }
}
