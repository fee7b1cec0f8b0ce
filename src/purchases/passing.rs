//! The pass over all rows of an open table by a plan, on all cores, and what comes of it.

use super::Purchases;
use super::cleaning::{self, Above};
use super::error::ReadError;
use super::events::{InvoiceCounts, InvoiceKind};
use super::gather::{Gathered, GatheredRows};
use super::grounds::Grounds;
use super::items;
use super::looking::{Looked, WatchedColumn};
use super::narrow::Numbers;
use super::open_table::OpenTable;
use super::options::{Options, Use};
use super::purpose::Purpose;
use super::reading::Decision;
use super::reason::Reason;
use super::report::{CleaningReport, Dropped};
use super::row_evidence::{Finest, MOST};
use super::row_plan::RowPlan;
use super::rows_seen::SumsInSize;
use super::text_values::TextValues;
use super::texts_read::TextsRead;
use super::told::{Doubt, grouped};
use super::unit::Unit;
use super::users;
use super::usual_names;
use crate::table::{Coding, Piece, Separator, TableError};
use crate::work::{Cancel, each_in_order, threads};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a file is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadProgress {
    /// GatheredRows so far.
    pub rows: u64,
    /// Bytes at rest so far, packed as they are.
    pub bytes: u64,
    /// Of so many; 0 where nobody knows.
    pub of_bytes: u64,
}

/// What a pass over all rows gave.
pub(super) struct Passed {
    pub(super) rows: GatheredRows,
    pub(super) faults: u64,
    pub(super) contradicted: bool,
    pub(super) sums: SumsInSize,
    pub(super) finest: Finest,
    pub(super) first_fault: Option<TableError>,
}

impl Passed {
    /// Whether what was added up by one plan can be said in the finer units of another.
    pub(super) fn fits_finer(&self, plan: &RowPlan, finer: &RowPlan) -> bool {
        let (now, then) = (plan.reading.unit.value, finer.reading.unit.value);
        let fits =
            |now: Unit, then: Unit, needs: u32| now == then || now < then && needs <= now.places();
        // An amount has the decimals of its price and of its quantity.
        fits(now.quantity, then.quantity, self.finest.quantity)
            && fits(now.money, then.money, self.finest.money + self.finest.quantity)
    }

    /// Says it so.
    pub(super) fn refine(&mut self, plan: &RowPlan, finer: &RowPlan) {
        let (now, then) = (plan.reading.unit.value, finer.reading.unit.value);
        let scale = |values: &mut Numbers, now: Unit, then: Unit| {
            let times = 10i64.pow(then.places() - now.places());
            if times > 1 {
                let finer = |value| match value {
                    Purchases::UNREADABLE => value,
                    value => value.saturating_mul(times),
                };
                *values = values.mapped(finer);
            }
        };
        scale(&mut self.rows.quantity, now.quantity, then.quantity);
        if let Some(money) = &mut self.rows.money {
            scale(money, now.money, then.money);
        }
    }

    /// Whether sums are not exact in the units of the plan.
    pub(super) fn is_too_large(&self, plan: &RowPlan) -> bool {
        let units = plan.reading.unit.value;
        let too_large = |sum: f64, unit: Unit| sum * unit.per_shown() as f64 >= MOST as f64;
        too_large(self.sums.quantity, units.quantity) || too_large(self.sums.money, units.money)
    }
}

/// One block, read.
struct ReadBlock {
    cleaned: cleaning::CleanedRows,
    faults: usize,
    contradicted: bool,
    invoices: InvoiceCounts,
    finest: Finest,
}

/// What a thread keeps from block to block.
struct Thread<'p> {
    coding: Coding,
    texts: TextsRead<'p>,
    /// Where later rows are watched.
    watched: Option<Vec<WatchedColumn<'p>>>,
    invoices: Option<TextValues<Option<InvoiceKind>>>,
}

/// About how many rows a file has, of which some were read: a few more than the bytes that they took
/// let expect.
fn rows_in_all(rows: u64, bytes: u64, of_bytes: u64) -> usize {
    // What waits was read, too, and is not counted yet.
    match bytes {
        0 => 0,
        _ => (rows as f64 * of_bytes.max(bytes) as f64 / bytes as f64 * 1.02) as usize,
    }
}

/// Texts of a column that all threads together keep, about, of any file.
const MOST_KEPT: usize = 1 << 21;
/// Bytes of a file for each text more: what is forgotten of a large one is looked up by all threads
/// and in the list of all, again and again.
const BYTES_A_TEXT: u64 = 256;
/// Those that a thread keeps at least.
const LEAST_KEPT: usize = 1 << 16;

impl<'p> Thread<'p> {
    /// One of so many, which together keep so many texts of a column.
    fn new(
        plan: &'p RowPlan,
        watch: Option<&'p Looked>,
        (thread, of): (usize, usize),
        kept: usize,
    ) -> Self {
        let most = (kept / of.max(1)).max(LEAST_KEPT);
        let invoice = plan.mapping.place(Purpose::Invoice).filter(|_| watch.is_some());
        let invoice = invoice.and_then(|place| plan.places.binary_search(&place).ok());
        Self {
            coding: Coding::new(most, TextsRead::names_of(plan)),
            texts: TextsRead::new(plan, thread),
            watched: watch.map(|looked| looked.watched_columns(plan)),
            invoices: invoice.map(|at| TextValues::new(at, None)),
        }
    }

    /// Reads the block that is coded.
    fn read(&mut self, plan: &RowPlan) -> ReadBlock {
        let Self { coding, texts, watched, invoices } = self;
        let news = texts.see(coding, watched.is_some());
        let mut contradicted = news.surprises;
        for column in watched.iter_mut().flatten() {
            contradicted |= column.is_surprised_by(coding);
        }
        let invoices = invoices.as_mut().map(|kinds| {
            kinds.see(coding, InvoiceKind::of);
            InvoiceCounts::of_rows(kinds.rows(coding).iter())
        });
        ReadBlock {
            finest: if watched.is_some() { news.finest } else { Finest::default() },
            faults: coding.faults().len(),
            cleaned: cleaning::clean(texts, coding, plan.reading.cleaning),
            contradicted,
            invoices: invoices.unwrap_or_default(),
        }
    }
}

impl OpenTable {
    /// Reads all rows by a plan. With `watch`, what contradicts the first rows is noticed.
    pub(super) fn pass(
        &self,
        plan: &RowPlan,
        watch: Option<&Looked>,
        cancel: &Cancel,
        progress: &mut impl FnMut(ReadProgress),
    ) -> Result<Passed, ReadError> {
        let above = std::sync::Mutex::new(Above::default());
        if let Some(joined) = &self.joined {
            joined.count_anew();
        }
        // Who stands above goes from block to block.
        let threads = if plan.by.is_some() { 1 } else { threads() };
        let mut blocks = self.opened.small_blocks();
        let of_bytes = blocks.bytes();
        let kept = MOST_KEPT.max(usize::try_from(of_bytes / BYTES_A_TEXT).unwrap_or(usize::MAX));
        let begin = |thread: usize| Thread::new(plan, watch, (thread, threads), kept);
        let make = |thread: &mut Thread<'_>, piece: Result<Piece, TableError>| {
            let at = |place: usize| plan.places.binary_search(&place).ok();
            let user = plan.mapping.place(Purpose::User).and_then(at);
            if let (Some(by), Some(user)) = (plan.by.and_then(at), user)
                && by != user
            {
                let mut cells = self.cells(piece?, &plan.places)?;
                let mut above = above.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let by = cells.columns[by].clone();
                cleaning::fill_down(&mut cells.columns[user], &by, &mut above);
                thread.coding.take(&cells);
            } else {
                self.code(piece?, &plan.places, &mut thread.coding)?;
            }
            Ok::<_, ReadError>(thread.read(plan))
        };
        let (bytes, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
        let pieces = std::iter::from_fn(|| {
            let piece = if stopped.load(Ordering::Relaxed) { None } else { blocks.next() };
            bytes.store(blocks.bytes_read(), Ordering::Relaxed);
            piece
        });
        let mut gathered = Gathered::new(plan, self.options.memory);
        let mut invoices = InvoiceCounts::default();
        let mut finest = Finest::default();
        let (mut faults, mut contradicted, mut refusal) = (0, false, None);
        let done = each_in_order(threads, pieces, cancel, begin, make, |_, block| match block {
            Ok(block) if refusal.is_none() => {
                faults += block.faults as u64;
                contradicted |= block.contradicted;
                invoices.add(&block.invoices);
                finest.quantity = finest.quantity.max(block.finest.quantity);
                finest.money = finest.money.max(block.finest.money);
                let rows = block.cleaned.quantity.len();
                gathered.add(block.cleaned);
                let bytes = bytes.load(Ordering::Relaxed);
                gathered.expect(rows_in_all(gathered.rows_read(), bytes, of_bytes), rows);
                let kept = match gathered.has_room() {
                    true => gathered.keep_to_limit(self.name()),
                    false => Err(TableError::NoMemory { name: self.name().to_owned() }.into()),
                };
                if let Err(error) = kept {
                    refusal.get_or_insert(error);
                    stopped.store(true, Ordering::Relaxed);
                }
                progress(ReadProgress { rows: gathered.rows_read(), bytes, of_bytes });
                // The rows are read again anyway.
                if contradicted || self.opened.is_contradicted() {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
            Ok(_) => {}
            Err(error) => {
                refusal.get_or_insert(error);
                stopped.store(true, Ordering::Relaxed);
            }
        });
        if let Some(error) = refusal {
            return Err(error);
        }
        if done.is_err() {
            return Err(ReadError::Cancelled);
        }
        if let Some(looked) = watch
            && self.options.cancelled.is_none()
        {
            contradicted |=
                invoices.cancel().is_some() != looked.evidence.seen.invoices.cancel().is_some();
        }
        let rows = gathered.finish();
        let first_fault = (faults > 0 && faults == rows.report.rows_read)
            .then(|| self.opened.texts(&[]).ok().and_then(|cells| self.opened.first_fault(&cells)))
            .flatten();
        let units = plan.reading.unit.value;
        let sum = |values: &Numbers, unit: Unit| {
            let mut sum = 0u128;
            values.for_each(|value| {
                if value != Purchases::UNREADABLE {
                    sum += u128::from(value.unsigned_abs());
                }
            });
            sum as f64 / unit.per_shown() as f64
        };
        let sums = SumsInSize {
            quantity: sum(&rows.quantity, units.quantity),
            money: rows.money.as_ref().map_or(0.0, |money| sum(money, units.money)),
        };
        Ok(Passed { rows, faults, contradicted, sums, finest, first_fault })
    }

    /// Purchases of what was read.
    pub(super) fn finish(
        self,
        plan: RowPlan,
        mut grounds: Grounds,
        passed: Passed,
    ) -> Result<Purchases, ReadError> {
        let Passed { rows, faults, first_fault, .. } = passed;
        let matched = self.joined.as_ref().map(|joined| (joined, joined.matched()));
        if let Some((joined, matched)) = matched.filter(|(_, matched)| matched.unmatched > 0)
            && self.options.purpose.guesses()
        {
            let key = &self.headers[joined.key];
            if matched.unmatched == matched.rows && self.options.purpose == Use::Trial {
                let of_column = |texts: Vec<Vec<String>>| {
                    texts.into_iter().next().and_then(|row| row.into_iter().nth(joined.key))
                };
                let mine = self.opened.head(1).ok().and_then(of_column).unwrap_or_default();
                return Err(ReadError::Join {
                    file: self.name().to_owned(),
                    joined: joined.name.clone(),
                    reason: format!(
                        "no {key} of the {} rows stands there (the first here is '{mine}', one there is '{}')",
                        grouped(matched.rows),
                        joined.example().unwrap_or_default()
                    ),
                });
            }
            let words = format!(
                "{} of {} rows have a {key} that {} does not have: what it says is missing for them",
                grouped(matched.unmatched),
                grouped(matched.rows),
                joined.name
            );
            grounds.doubt(Decision::Join, Doubt { readings: Vec::new(), words });
        }
        if self.options.purpose.guesses() {
            users::doubts(&rows.user, &self.options, &mut grounds);
            let losses = rows.report.dropped.losses();
            let whole = losses.iter().find(|loss| loss.column == Some(Dropped::WHOLE_ROW));
            let whole = whole.map_or(0, |loss| loss.rows);
            // Pages of a report begin with the header.
            let is_by_place = self
                .opened
                .separator()
                .is_some_and(|told| matches!(told.value, Separator::Columns(_)));
            if self.opened.is_crossed() {
                let words = format!(
                    "some lines have text where a column ends, as a cell that is longer than its column or a line that is no row; {} of {} rows are dropped for that or as the header once more",
                    grouped(whole),
                    grouped(rows.report.rows_read),
                );
                grounds.doubt(Decision::Separator, Doubt { readings: Vec::new(), words });
            } else if whole >= 5 && whole * 100 >= rows.report.rows_read && !is_by_place {
                let by_blanks =
                    self.opened.separator().is_some_and(|told| told.value == Separator::Blanks);
                let words = format!(
                    "{} of {} rows do not have the fields of the header and are dropped{}",
                    grouped(whole),
                    grouped(rows.report.rows_read),
                    match by_blanks {
                        true =>
                            ": fields are parted by blanks, so that none may be empty or hold one",
                        false => "",
                    }
                );
                grounds.doubt(Decision::Separator, Doubt { readings: Vec::new(), words });
            }
            most_dropped(&rows.report, &self.options, &mut grounds);
            let cancels = self.options.cancelled.as_deref().unwrap_or_default();
            let dropped = rows.report.dropped.by_reason();
            if !cancels.is_empty()
                && !dropped.iter().any(|(reason, _)| *reason == Reason::Cancelled)
            {
                let rules: Vec<String> = cancels.iter().map(ToString::to_string).collect();
                let words = format!(
                    "no row is dropped as {}: nothing is cancelled by that",
                    rules.join(" or ")
                );
                grounds.doubt(Decision::Cancelled, Doubt { readings: Vec::new(), words });
            }
            let mut of_item = vec![0u64; rows.item.names.len()];
            rows.item.codes.for_each(|code| of_item[code as usize] += 1);
            users::totals(&rows.item, &of_item, Purpose::Item, &mut grounds);
            let of_items = plan.mapping.place(Purpose::Item).map_or("", |at| &self.headers[at]);
            let names_items = |header: &String| {
                [Purpose::Item, Purpose::Description]
                    .into_iter()
                    .any(|purpose| usual_names::rank_of(purpose, header).is_some())
            };
            let has_other =
                self.headers.iter().any(|header| header != of_items && names_items(header));
            items::doubts(&rows.item, &of_item, (of_items, has_other), &mut grounds);
            users::spoilt(&rows.item, &of_item, Purpose::Item, &mut grounds);
        }
        let purchases = Purchases {
            source: self.source,
            status: self.status,
            user: rows.user,
            item: rows.item,
            item_description: rows.item_description,
            quantity: rows.quantity,
            money: rows.money,
            category: rows.category,
            country: rows.country,
            event: rows.event,
            group: rows.group,
            time: rows.time,
            report: rows.report,
            columns: plan.mapping.used(&self.headers),
            header: self.headers,
            reading: plan.reading,
            grounds,
            waiting: rows.waiting,
        };
        if self.options.purpose == Use::Trial {
            if faults > 0
                && let Some(refusal) = first_fault
            {
                return Err(refusal.into());
            }
            let several = self.joined.as_ref().filter(|joined| joined.repeated() > 0);
            for_trials(self.opened.name(), &purchases).map_err(|refusal| match (refusal, several) {
                (ReadError::NothingLeft { file, reasons }, Some(joined)) => ReadError::Join {
                    reason: format!(
                        "no row is left ({reasons}), and {} keys stand in several rows of {}, which say different things: join the other way round, {} with {file}",
                        grouped(joined.repeated() as u64),
                        joined.name,
                        joined.name
                    ),
                    joined: joined.name.clone(),
                    file,
                },
                (refusal, _) => refusal,
            })?;
        }
        Ok(purchases)
    }
}

/// Names a reason under which half of all rows and more are dropped, where nobody said that they are to be.
fn most_dropped(report: &CleaningReport, options: &Options, grounds: &mut Grounds) {
    for (reason, rows) in report.dropped.by_reason() {
        let (decision, what) = match reason {
            Reason::MissingUser if options.fill_down.is_none() => (
                Decision::FillDown,
                "if one user stands for several rows, fill the cells in or name the column within which users are filled down",
            ),
            Reason::QuantityNotPositive => (
                Decision::Keep,
                "a file that books sales as negative numbers has its purchases among these",
            ),
            Reason::PriceNotPositive => {
                (Decision::Keep, "amounts that are negative or scaled are no prices")
            }
            _ => continue,
        };
        if rows * 2 > report.rows_read && grounds.doubt_of(decision).is_none() {
            let words = format!(
                "{} of {} rows are dropped ({}): {what}",
                grouped(rows),
                grouped(report.rows_read),
                reason.name()
            );
            grounds.doubt(decision, Doubt { readings: Vec::new(), words });
        }
    }
}

/// What is refused of a file that is only looked at.
fn for_trials(file: &str, purchases: &Purchases) -> Result<(), ReadError> {
    let report = &purchases.report;
    if report.rows_read == 0 {
        return Err(TableError::HeaderOnly { name: file.to_owned() }.into());
    }
    if report.rows_kept == 0 {
        return Err(ReadError::NothingLeft { file: file.to_owned(), reasons: report.sentence() });
    }
    let columns = &purchases.columns;
    let paid = columns[Purpose::Price].as_ref().or(columns[Purpose::Total].as_ref());
    let units = purchases.reading.unit.value;
    for (what, column, values, unit) in [
        (
            "quantities",
            columns[Purpose::Quantity].as_ref(),
            Some(&purchases.quantity),
            units.quantity,
        ),
        ("prices", paid, purchases.money.as_ref(), units.money),
    ] {
        let readable = values.iter().flat_map(|v| v.iter()).filter(|&v| v != Purchases::UNREADABLE);
        let sum: u128 = readable.map(|v| u128::from(v.unsigned_abs())).sum();
        if sum > MOST {
            return Err(ReadError::TooLarge {
                file: file.to_owned(),
                what,
                column: column.cloned().unwrap_or_default(),
                most: MOST / unit.per_shown() as u128,
            });
        }
    }
    Ok(())
}
