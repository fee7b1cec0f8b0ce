//! Synthetic purchases, the same bytes for the same settings on every machine.
//!
//! Users' activity is lognormal, items follow Zipf's law within a category, each user
//! has a taste for two or three categories, orders follow the hours of a day, the
//! days of a week and the seasons of a year, and quantities have a heavy tail. Some
//! three rows in a hundred are dirty, so that cleaning has something to show.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thiserror::Error;

use super::generator_words::{CATEGORIES, COUNTRIES};
use crate::table::{Column, Table, TextBuilder};

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
    /// More than is held in memory.
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

const MOST_ROWS: u64 = 20_000_000;
const MOST_ITEMS: u64 = 1_000_000;

/// 2025-01-01T00:00:00, a Wednesday.
const FIRST_DAY: i64 = 20_089;
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
    cents: u64,
}

struct Line {
    item: usize,
    quantity: u64,
}

struct Basket {
    minute: i64,
    user: usize,
    lines: Vec<Line>,
}

/// Generates purchases as a table with the columns order, time, customer, product,
/// name, category, country, quantity and price (in pounds).
///
/// # Errors
/// If the settings ask for nothing, for fewer rows than users, or for more than is held in memory.
pub fn generate(settings: &GeneratorSettings) -> Result<Table, GeneratorError> {
    let &GeneratorSettings { users, items, rows, seed } = settings;
    match () {
        () if users == 0 => return Err(GeneratorError::NoUsers),
        () if items == 0 => return Err(GeneratorError::NoItems),
        () if rows < u64::from(users) => return Err(GeneratorError::FewRows { rows, users }),
        () if rows > MOST_ROWS => {
            return Err(GeneratorError::TooMany { what: "rows", asked: rows, most: MOST_ROWS });
        }
        () if u64::from(items) > MOST_ITEMS => {
            return Err(GeneratorError::TooMany {
                what: "items",
                asked: items.into(),
                most: MOST_ITEMS,
            });
        }
        () => {}
    }
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(seed));
    let shelf = shelf(&mut draw, items as usize);
    let mut orders = orders(&mut draw, users as usize, rows, &shelf);
    orders.sort_by_key(|order| order.minute);
    let country: Vec<usize> = (0..users)
        .map(|_| draw.below_total(&cumulative(COUNTRIES.iter().map(|c| c.1 as f64))))
        .collect();
    let customer = draw.shuffled(users as usize);
    Ok(print(&mut draw, &orders, &shelf, &country, &customer))
}

/// Items by category, each category from its best seller down, with the cumulative
/// Zipf weights of each.
struct Shelf {
    items: Vec<Item>,
    by_category: Vec<(Vec<usize>, Vec<f64>)>,
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
        items.push(Item { code: format!("{code:0width$}"), name, category, cents });
    }
    let by_category: Vec<(Vec<usize>, Vec<f64>)> = (0..CATEGORIES.len())
        .map(|category| {
            let members: Vec<usize> = (category..count).step_by(CATEGORIES.len()).collect();
            let order = draw.shuffled(members.len());
            let ranked: Vec<usize> = order.into_iter().map(|at| members[at]).collect();
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

fn orders(draw: &mut Draw, users: usize, rows: u64, shelf: &Shelf) -> Vec<Basket> {
    let days = cumulative(day_weights());
    let hours = cumulative(HOURS.iter().map(|&w| f64::from(w)));
    let activity = cumulative((0..users).map(|_| libm::exp(1.1 * draw.normal())));
    let tastes: Vec<Vec<usize>> = (0..users)
        .map(|_| (0..2 + draw.below(2)).map(|_| draw.below_total(&shelf.categories)).collect())
        .collect();
    let mut orders = Vec::new();
    let mut left = rows;
    let mut owed = users as u64;
    while left > 0 {
        let user = if owed > 0 { users - owed as usize } else { draw.below_total(&activity) };
        owed = owed.saturating_sub(1);
        let size = 1 + libm::floor(libm::exp(0.9 + 0.8 * draw.normal())) as u64;
        let size = size.min(60).min(left - owed);
        left -= size;
        let day = draw.below_total(&days) as i64;
        let minute =
            ((FIRST_DAY + day) * 24 + draw.below_total(&hours) as i64) * 60 + draw.below(60) as i64;
        let lines = (0..size)
            .map(|_| {
                let taste = &tastes[user];
                let category = if draw.unit() < 0.75 {
                    taste[draw.below(taste.len() as u64) as usize]
                } else {
                    draw.below_total(&shelf.categories)
                };
                let (ranked, weights) = &shelf.by_category[category];
                let quantity = (libm::exp(0.9 * draw.normal() - 0.3) as u64).clamp(1, 500);
                Line { item: ranked[draw.below_total(weights)], quantity }
            })
            .collect();
        orders.push(Basket { minute, user, lines });
    }
    orders
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

fn print(
    draw: &mut Draw,
    orders: &[Basket],
    shelf: &Shelf,
    country: &[usize],
    customer: &[usize],
) -> Table {
    const NAMES: [&str; 9] = [
        "order", "time", "customer", "product", "name", "category", "country", "quantity", "price",
    ];
    let mut columns: [TextBuilder; 9] = Default::default();
    let first = 1_001;
    for (number, order) in orders.iter().enumerate() {
        let days = order.minute.div_euclid(1_440);
        let of_day = order.minute.rem_euclid(1_440);
        let (month, day) = month_and_day((days - FIRST_DAY) as usize);
        for line in &order.lines {
            let item = &shelf.items[line.item];
            let mut fields = [
                format!("{}", first + number),
                format!("2025-{month:02}-{day:02} {:02}:{:02}", of_day / 60, of_day % 60),
                format!("{}", customer[order.user] + 1),
                item.code.clone(),
                item.name.clone(),
                CATEGORIES[item.category].name.to_owned(),
                COUNTRIES[country[order.user]].0.to_owned(),
                format!("{}", line.quantity),
                format!("{}.{:02}", item.cents / 100, item.cents % 100),
            ];
            // Dirty rows, in parts of ten thousand.
            match draw.below(10_000) {
                0..120 => fields[2].clear(),
                120..200 => {
                    fields[0].insert(0, 'C');
                    fields[7].insert(0, '-');
                }
                200..225 => fields[8] = "0.00".to_owned(),
                225..240 => fields[7] = "n/a".to_owned(),
                240..255 => fields[1] = format!("2025-{month:02}-??"),
                255..265 => fields[7].insert(0, '-'),
                _ => {}
            }
            for (column, field) in columns.iter_mut().zip(&fields) {
                column.push(Some(field).filter(|field| !field.is_empty()).map(String::as_str));
            }
        }
    }
    Table {
        columns: NAMES
            .iter()
            .zip(columns)
            .map(|(name, column)| Column { name: (*name).to_owned(), text: column.finish() })
            .collect(),
    }
}

/// Month and day, both from 1, of a day of 2025 counted from 0.
fn month_and_day(mut day: usize) -> (usize, usize) {
    for (month, (length, _)) in MONTHS.iter().enumerate() {
        if day < *length {
            return (month + 1, day + 1);
        }
        day -= length;
    }
    (12, 31)
}

fn cumulative(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

/// Draws that are the same on every machine: ChaCha8, and logarithms by libm.
struct Draw(ChaCha8Rng);

impl Draw {
    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in 0..n; the bias of n in 2⁶⁴ does not matter here.
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// Standard normal (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// An index with the probability of its step in `cumulative` weights.
    fn below_total(&mut self, cumulative: &[f64]) -> usize {
        let total = cumulative.last().copied().unwrap_or_default();
        let at = self.unit() * total;
        cumulative.partition_point(|&sum| sum <= at).min(cumulative.len().saturating_sub(1))
    }

    /// 0..n in random order (Fisher and Yates).
    fn shuffled(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for at in (1..n).rev() {
            order.swap(at, self.below(at as u64 + 1) as usize);
        }
        order
    }
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
        let mut draw = Draw(ChaCha8Rng::seed_from_u64(1));
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
    }

    #[test]
    fn the_seed_decides() {
        let table =
            |seed| generate(&GeneratorSettings { users: 20, items: 30, rows: 100, seed }).unwrap();
        assert_eq!(table(1), table(1));
        assert_ne!(table(1), table(2));
    }
}
