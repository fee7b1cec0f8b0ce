//! Synthetic purchases, the same bytes for the same settings on every machine.
//!
//! Users' activity is lognormal, items follow Zipf's law within a category, each user
//! has a taste for two or three categories, orders follow the hours of a day, the
//! days of a week and the seasons of a year, and quantities have a heavy tail. Some
//! three rows in a hundred are dirty, so that cleaning has something to show.

use std::borrow::Cow;
use std::io;

use thiserror::Error;

use super::draws::{Draw, cumulative};
use super::generator_words::{CATEGORIES, COUNTRIES};
use crate::table::{Column, Part, Table, TextBuilder};
use crate::work::{Cancel, Cancelled, in_order};

/// How many of what to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratorSettings {
    /// Users, at least 1; each has at least one row.
    pub users: u32,
    /// Items, at least 1; the rarest ones may stay unsold.
    pub items: u32,
    /// Rows, at least one for each user.
    pub rows: u64,
    /// The seed: the same one gives the same bytes.
    pub seed: u64,
}

/// Why nothing was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GeneratorError {
    /// No users.
    #[error("users must be at least 1")]
    NoUsers,
    /// No items.
    #[error("items must be at least 1")]
    NoItems,
    /// Fewer rows than users.
    #[error("{rows} rows are fewer than {users} users: every user needs at least one row")]
    FewRows {
        /// Rows asked for.
        rows: u64,
        /// Users asked for.
        users: u32,
    },
    /// Fewer than are needed.
    #[error("{asked} {what} are fewer than {least}, the least of which events are made")]
    TooFew {
        /// The setting, in the plural: `users`.
        what: &'static str,
        /// What was asked for.
        asked: u64,
        /// The smallest that is accepted.
        least: u64,
    },
    /// It was asked to stop.
    #[error(transparent)]
    Stopped(#[from] Cancelled),
    /// More than is made in one go.
    #[error("{asked} {what} are more than {most}, the most that is generated in one file")]
    TooMany {
        /// The setting, in the plural: `rows`.
        what: &'static str,
        /// What was asked for.
        asked: u64,
        /// The largest that is accepted.
        most: u64,
    },
}

/// The most rows: eight bytes of memory for each order of them.
const MOST_ROWS: u64 = 200_000_000;
/// The most users: some 30 bytes of memory for each.
const MOST_USERS: u64 = 20_000_000;
/// The most items: some 150 bytes of memory for each.
const MOST_ITEMS: u64 = 1_000_000;
/// Rows that are made in one go, and up to an order more.
const BLOCK: u64 = 65_536;

/// Of 2025, which begins on a Wednesday.
const DAYS: usize = 365;
/// Shopping by hour of day, by weekday from Monday, and by month.
const HOURS: [u32; 24] =
    [2, 1, 1, 1, 1, 2, 5, 12, 22, 32, 38, 42, 48, 44, 38, 36, 38, 44, 56, 66, 62, 44, 20, 7];
const WEEKDAYS: [u32; 7] = [9, 8, 8, 9, 12, 16, 14];
const MONTHS: [(usize, u32); 12] = [
    (31, 9),
    (28, 8),
    (31, 9),
    (30, 9),
    (31, 9),
    (30, 10),
    (31, 8),
    (31, 8),
    (30, 10),
    (31, 11),
    (30, 16),
    (31, 18),
];

struct Item {
    code: String,
    name: String,
    category: usize,
    price: String,
}

impl GeneratorSettings {
    /// Refuses what asks for nothing, for fewer rows than users, or for more than is made in one
    /// go: memory follows from it.
    ///
    /// # Errors
    /// Which setting it is, and its limit.
    pub fn check(&self) -> Result<(), GeneratorError> {
        let &Self { users, items, rows, .. } = self;
        if users == 0 {
            return Err(GeneratorError::NoUsers);
        }
        if items == 0 {
            return Err(GeneratorError::NoItems);
        }
        for (what, asked, most) in [
            ("rows", rows, MOST_ROWS),
            ("users", users.into(), MOST_USERS),
            ("items", items.into(), MOST_ITEMS),
        ] {
            if asked > most {
                return Err(GeneratorError::TooMany { what, asked, most });
            }
        }
        if rows < u64::from(users) {
            return Err(GeneratorError::FewRows { rows, users });
        }
        Ok(())
    }
}

/// Generates purchases as a table with the columns of [`Generator::NAMES`].
///
/// # Errors
/// As [`GeneratorSettings::check`].
pub fn generate(settings: &GeneratorSettings) -> Result<Table, GeneratorError> {
    let cancel = Cancel::new();
    let drawn = Generator::draw(settings, &cancel, |_| {})?;
    let mut columns: [TextBuilder; 9] = Default::default();
    drawn.each(1, &cancel, |part| {
        for row in 0..part.rows() {
            for (column, cell) in columns.iter_mut().zip(part.row(row)) {
                column.push(Some(cell).filter(|cell| !cell.is_empty()));
            }
        }
    })?;
    Ok(Table {
        columns: Generator::NAMES
            .iter()
            .zip(columns)
            .map(|(name, column)| Column { name: (*name).to_owned(), text: column.finish() })
            .collect(),
    })
}

/// Purchases whose orders are drawn and in the order of their time; their lines are drawn again
/// when they are asked for. Of an order only its minute, its number of lines and its place among
/// the draws are in memory.
pub struct Generator {
    seed: u64,
    rows: u64,
    shelf: Shelf,
    /// Cumulative weights of the users.
    activity: Vec<f64>,
    tastes: Vec<Taste>,
    country: Vec<u8>,
    customer: Vec<u32>,
    /// By minute, then as they were drawn.
    orders: Vec<Packed>,
    /// Where the first order of each user was drawn.
    firsts: Vec<u64>,
    /// The draw behind those of the first orders, and the one that decides on the dirt of row 0.
    later: u64,
    dirt: u64,
    /// The first order and row of each block.
    blocks: Vec<(usize, u64)>,
    /// `1` to the largest quantity, in digits.
    quantities: Vec<String>,
}

/// The categories that a user mostly buys from: the first ones of the array.
#[derive(Debug, Clone, Copy, Default)]
struct Taste {
    categories: [u8; 3],
    many: u8,
}

/// The minute of the year, the draw that it begins with, and the number of lines of an order, in
/// 20, 36 and 6 bits, so that packed orders are sorted like their times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Packed(u64);

impl Packed {
    fn new(minute: u64, draw: u64, lines: u64) -> Self {
        Self(minute << 42 | draw << 6 | lines)
    }

    fn minute(self) -> i64 {
        (self.0 >> 42) as i64
    }

    fn draw(self) -> u64 {
        self.0 >> 6 & ((1 << 36) - 1)
    }

    fn lines(self) -> u64 {
        self.0 & 63
    }
}

/// Draws of an order beside the one of its user: lines, day, hour and minute.
const OF_ORDER: u64 = 5;
/// Draws of a line.
const OF_LINE: u64 = 5;
const MOST_LINES: u64 = 60;
const MOST_QUANTITY: u64 = 500;

impl Generator {
    /// The columns; the price is in pounds.
    pub const NAMES: [&str; 9] = [
        "order", "time", "customer", "product", "name", "category", "country", "quantity", "price",
    ];

    /// All items that there are, bought or not: code and name. It follows from the seed and the number of
    /// items alone, so it is a public list.
    pub fn items(&self) -> impl Iterator<Item = (&str, &str)> {
        self.shelf.items.iter().map(|item| (item.code.as_str(), item.name.as_str()))
    }

    /// Draws the orders; `progress` is told from time to time of how many rows.
    ///
    /// # Errors
    /// As [`GeneratorSettings::check`], or if it was cancelled.
    pub fn draw(
        settings: &GeneratorSettings,
        cancel: &Cancel,
        mut progress: impl FnMut(u64),
    ) -> Result<Self, GeneratorError> {
        settings.check()?;
        let &GeneratorSettings { users, items, rows, seed } = settings;
        let mut draw = Draw::new(seed);
        let shelf = shelf(&mut draw, items as usize);
        let days = cumulative(day_weights());
        let hours = cumulative(HOURS.iter().map(|&w| f64::from(w)));
        let activity = cumulative((0..users).map(|_| libm::exp(1.1 * draw.normal())));
        let tastes = (0..users).map(|_| taste(&mut draw, &shelf)).collect();
        let mut place = draw.place();
        let mut orders = Vec::with_capacity((rows / 3 + u64::from(users)).min(rows) as usize);
        let mut firsts = Vec::with_capacity(users as usize);
        let mut left = rows;
        let mut owed = u64::from(users);
        let mut later = place;
        while left > 0 {
            if orders.len() % BLOCK as usize == 0 {
                progress(rows - left);
                if cancel.is_cancelled() {
                    return Err(Cancelled.into());
                }
            }
            let start = place;
            let is_first = owed > 0;
            if is_first {
                firsts.push(start);
                owed -= 1;
            } else {
                draw.skip(1);
                place += 1;
            }
            let lines = 1 + libm::floor(libm::exp(0.9 + 0.8 * draw.normal())) as u64;
            let lines = lines.min(MOST_LINES).min(left - owed);
            left -= lines;
            let day = draw.below_total(&days) as u64;
            let minute = (day * 24 + draw.below_total(&hours) as u64) * 60 + draw.below(60);
            draw.skip(OF_LINE * lines);
            place += OF_ORDER + OF_LINE * lines;
            if is_first {
                later = place;
            }
            orders.push(Packed::new(minute, start, lines));
        }
        orders.sort_unstable();
        let countries = cumulative(COUNTRIES.iter().map(|c| c.1 as f64));
        let country = (0..users).map(|_| draw.below_total(&countries) as u8).collect();
        let customer = draw.shuffled(users as usize);
        let (mut blocks, mut row) = (Vec::new(), 0);
        for (at, order) in orders.iter().enumerate() {
            if row >= BLOCK * blocks.len() as u64 {
                blocks.push((at, row));
            }
            row += order.lines();
        }
        let quantities = (0..=MOST_QUANTITY).map(|quantity| quantity.to_string()).collect();
        Ok(Self {
            seed,
            rows,
            shelf,
            activity,
            tastes,
            country,
            customer,
            orders,
            firsts,
            later,
            dirt: draw.place(),
            blocks,
            quantities,
        })
    }

    /// Hands all rows to `take`, some ten thousands at a time, in their order; they are made on up
    /// to `threads` threads, the same for any number of them.
    ///
    /// # Errors
    /// If `take` fails, or it was cancelled.
    pub fn parts(
        &self,
        threads: usize,
        cancel: &Cancel,
        mut take: impl FnMut(&Part) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut failed = None;
        let done = self.each(threads, cancel, |part| {
            if let Err(error) = take(part) {
                failed = Some(error);
                cancel.cancel();
            }
        });
        match failed {
            Some(error) => Err(error),
            None => done.map_err(|stopped| io::Error::new(io::ErrorKind::Interrupted, stopped)),
        }
    }

    fn each(
        &self,
        threads: usize,
        cancel: &Cancel,
        mut take: impl FnMut(&Part),
    ) -> Result<(), Cancelled> {
        let blocks = self.blocks.len();
        in_order(threads, blocks, cancel, |block| self.part(block), |_, part| take(&part))
    }

    /// The rows of a block.
    fn part(&self, block: usize) -> Part {
        let (from, row) = self.blocks[block];
        let (to, end) =
            self.blocks.get(block + 1).copied().unwrap_or((self.orders.len(), self.rows));
        let mut part = Part::new(Self::NAMES.len(), (end - row) as usize);
        let mut draw = Draw::new(self.seed);
        let mut dirt = Draw::new(self.seed);
        dirt.seek(self.dirt + row);
        for (number, order) in self.orders[from..to].iter().enumerate() {
            draw.seek(order.draw());
            let user = match order.draw() < self.later {
                // The first orders are one for each user.
                true => self.firsts.partition_point(|&first| first < order.draw()),
                false => draw.below_total(&self.activity),
            };
            draw.skip(OF_ORDER);
            let of_day = order.minute() % 1_440;
            let (month, day) = month_and_day((order.minute() / 1_440) as usize);
            let time = format!("2025-{month:02}-{day:02} {:02}:{:02}", of_day / 60, of_day % 60);
            let code = (FIRST_ORDER + from + number).to_string();
            let customer = (self.customer[user] + 1).to_string();
            let country = COUNTRIES[usize::from(self.country[user])].0;
            for _ in 0..order.lines() {
                let line = self.line(&mut draw, user);
                let item = &self.shelf.items[line.item];
                let mut fields = [
                    &code,
                    &time,
                    &customer,
                    &item.code,
                    &item.name,
                    CATEGORIES[item.category].name,
                    country,
                    &self.quantities[line.quantity as usize],
                    &item.price,
                ]
                .map(Cow::Borrowed);
                // Dirty rows, in parts of ten thousand.
                match dirt.below(10_000) {
                    0..120 => fields[2] = Cow::Borrowed(""),
                    120..200 => {
                        fields[0].to_mut().insert(0, 'C');
                        fields[7].to_mut().insert(0, '-');
                    }
                    200..225 => fields[8] = Cow::Borrowed("0.00"),
                    225..240 => fields[7] = Cow::Borrowed("n/a"),
                    240..255 => fields[1] = format!("2025-{month:02}-??").into(),
                    255..265 => fields[7].to_mut().insert(0, '-'),
                    _ => {}
                }
                fields.iter().for_each(|field| part.push(field));
            }
        }
        part
    }

    fn line(&self, draw: &mut Draw, user: usize) -> Line {
        let taste = self.tastes[user];
        let category = if draw.unit() < 0.75 {
            taste.categories[draw.below(taste.many.into()) as usize].into()
        } else {
            draw.below_total(&self.shelf.categories)
        };
        let (ranked, weights) = &self.shelf.by_category[category];
        let quantity = (libm::exp(0.9 * draw.normal() - 0.3) as u64).clamp(1, MOST_QUANTITY);
        Line { item: ranked[draw.below_total(weights)] as usize, quantity }
    }
}

/// The number of the first order.
const FIRST_ORDER: usize = 1_001;

struct Line {
    item: usize,
    quantity: u64,
}

fn taste(draw: &mut Draw, shelf: &Shelf) -> Taste {
    let many = 2 + draw.below(2) as u8;
    let mut taste = Taste { many, ..Taste::default() };
    for category in &mut taste.categories[..usize::from(many)] {
        *category = draw.below_total(&shelf.categories) as u8;
    }
    taste
}

/// Items by category, each category from its best seller down, with the cumulative
/// Zipf weights of each.
struct Shelf {
    items: Vec<Item>,
    by_category: Vec<(Vec<u32>, Vec<f64>)>,
    categories: Vec<f64>,
}

fn shelf(draw: &mut Draw, count: usize) -> Shelf {
    let codes = draw.shuffled(count);
    let width = (count - 1).to_string().len().max(3);
    let mut items = Vec::with_capacity(count);
    for (at, code) in codes.into_iter().enumerate() {
        let category = at % CATEGORIES.len();
        let words = &CATEGORIES[category];
        let place = at / CATEGORIES.len();
        let (nouns, styles) = (words.nouns.len(), words.styles.len());
        let style = words.styles[(place + place / nouns) % styles];
        let mut name = format!("{style} {}", words.nouns[place % nouns]);
        let series = place / (nouns * styles);
        if series > 0 {
            name = format!("{name} {}", series + 1);
        }
        let spread = libm::exp(0.5 * draw.normal());
        // Prices end in 0 or 5 pence.
        let cents = (libm::round(words.cents * spread / 5.0) as u64).max(1) * 5;
        let price = format!("{}.{:02}", cents / 100, cents % 100);
        items.push(Item { code: format!("{code:0width$}"), name, category, price });
    }
    let by_category: Vec<(Vec<u32>, Vec<f64>)> = (0..CATEGORIES.len())
        .map(|category| {
            let members: Vec<u32> =
                (category..count).step_by(CATEGORIES.len()).map(|at| at as u32).collect();
            let order = draw.shuffled(members.len());
            let ranked: Vec<u32> = order.into_iter().map(|at| members[at as usize]).collect();
            let weights =
                cumulative((0..ranked.len()).map(|rank| libm::pow(rank as f64 + 1.0, -1.1)));
            (ranked, weights)
        })
        .collect();
    let categories = cumulative(
        by_category
            .iter()
            .zip(CATEGORIES)
            .map(|((m, _), c)| if m.is_empty() { 0.0 } else { c.weight }),
    );
    Shelf { items, by_category, categories }
}

fn day_weights() -> impl Iterator<Item = f64> {
    MONTHS
        .iter()
        .flat_map(|&(length, weight)| std::iter::repeat_n(weight, length))
        .take(DAYS)
        .enumerate()
        // The year begins on a Wednesday.
        .map(|(day, season)| f64::from(season * WEEKDAYS[(day + 2) % 7]))
}

/// Month and day, both from 1, of a day of 2025 counted from 0.
pub(super) fn month_and_day(mut day: usize) -> (usize, usize) {
    for (month, (length, _)) in MONTHS.iter().enumerate() {
        if day < *length {
            return (month + 1, day + 1);
        }
        day -= length;
    }
    (12, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_met() {
        for (users, items, rows) in [(1, 1, 1), (7, 3, 7), (50, 2_000, 900)] {
            let table = generate(&GeneratorSettings { users, items, rows, seed: 4 }).unwrap();
            assert_eq!(table.rows() as u64, rows);
            assert!(table.columns[3].text.names.len() <= items as usize);
        }
    }

    #[test]
    fn items_have_names_of_their_own() {
        let mut draw = Draw::new(1);
        let items = shelf(&mut draw, 5_000).items;
        let names: std::collections::HashSet<_> = items.iter().map(|item| &item.name).collect();
        assert_eq!(names.len(), items.len());
    }

    #[test]
    fn impossible_settings_are_sentences() {
        let says = |users, items, rows| {
            generate(&GeneratorSettings { users, items, rows, seed: 1 }).unwrap_err().to_string()
        };
        assert!(says(0, 1, 1).contains("users"));
        assert!(says(1, 0, 1).contains("items"));
        assert!(says(9, 1, 8).contains("8 rows"));
        assert!(says(1, 1, u64::MAX).contains("rows"));
        assert!(says(u32::MAX, 1, MOST_ROWS).contains("users"));
        assert!(says(1, u32::MAX, 1).contains("items"));
    }

    #[test]
    fn the_seed_decides() {
        let table =
            |seed| generate(&GeneratorSettings { users: 20, items: 30, rows: 100, seed }).unwrap();
        assert_eq!(table(1), table(1));
        assert_ne!(table(1), table(2));
    }

    /// All rows, for so many threads.
    fn rows(settings: &GeneratorSettings, threads: usize) -> Vec<Vec<String>> {
        let cancel = Cancel::new();
        let mut drawn_rows = Vec::new();
        let drawn = Generator::draw(settings, &cancel, |rows| drawn_rows.push(rows)).unwrap();
        assert!(drawn_rows.is_sorted() && drawn_rows[0] == 0);
        let mut rows = Vec::new();
        let done = drawn.parts(threads, &cancel, |part| {
            assert!(part.rows() as u64 <= BLOCK + MOST_LINES);
            rows.extend((0..part.rows()).map(|row| part.row(row).map(str::to_owned).collect()));
            Ok(())
        });
        done.unwrap();
        rows
    }

    #[test]
    fn blocks_on_any_number_of_threads_are_the_same_rows() {
        let settings = GeneratorSettings { users: 3_000, items: 50, rows: 150_000, seed: 8 };
        let one = rows(&settings, 1);
        assert_eq!(one.len(), 150_000);
        assert!(one == rows(&settings, 3));
        let is_dirty = |row: &&Vec<String>| row[1].contains('?');
        assert!(one.iter().filter(is_dirty).count() > 0);
        let times = one.iter().filter(|row| !is_dirty(row)).map(|row| &row[1]);
        assert!(times.is_sorted());
    }

    #[test]
    fn an_error_of_the_writer_and_a_cancel_end_it() {
        let settings = GeneratorSettings { users: 300, items: 50, rows: 200_000, seed: 8 };
        let cancel = Cancel::new();
        let drawn = Generator::draw(&settings, &cancel, |_| {}).unwrap();
        let mut taken = 0;
        let full = drawn.parts(2, &cancel, |_| {
            taken += 1;
            Err(io::Error::other("disk full"))
        });
        assert_eq!((full.unwrap_err().to_string().as_str(), taken), ("disk full", 1));
        assert!(drawn.parts(2, &cancel, |_| Ok(())).is_err());
        let stopped = Generator::draw(&settings, &cancel, |_| {}).err();
        assert_eq!(stopped, Some(GeneratorError::Stopped(Cancelled)));
    }

    #[test]
    fn an_order_is_packed_and_sorted_by_its_time() {
        let order = Packed::new(525_599, (1 << 36) - 1, 60);
        assert_eq!((order.minute(), order.draw(), order.lines()), (525_599, (1 << 36) - 1, 60));
        assert!(Packed::new(1, 0, 1) > Packed::new(0, 9, 60));
        assert!(Packed::new(1, 2, 1) > Packed::new(1, 1, 60));
        // The most draws that there can be.
        let most = MOST_ROWS * (1 + OF_ORDER + OF_LINE) + 9 * (MOST_USERS + MOST_ITEMS);
        assert!(most < 1 << 36);
    }
}
