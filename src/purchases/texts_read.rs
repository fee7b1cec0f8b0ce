//! The texts of a thread's columns as a plan reads them.

use compact_str::CompactString;

use super::cell_key::key;
use super::dates;
use super::dates::DateEvidence;
use super::nobody::{is_nobody, is_spoilt};
use super::purpose::Purpose;
use super::reading::UserSpelling;
use super::row_evidence::Finest;
use super::row_plan::RowPlan;
use super::rules::RowRule;
use super::spelling::folded;
use super::text_values::{TextNames, TextValues};
use super::values::{Decimal, Marks, NumberEvidence};
use crate::table::Coding;

/// What a thread knows of the texts of its columns, by a plan whose places these follow.
pub(super) struct TextsRead<'p> {
    plan: &'p RowPlan,
    pub thread: usize,
    pub user: TextNames,
    pub item: TextNames,
    pub counts: Vec<TextValues<bool>>,
    pub cancelled: Vec<TextValues<bool>>,
    pub quantity: Option<TextValues<ReadAmount>>,
    pub money: Option<TextValues<ReadAmount>>,
    /// Whether `money` is a unit price, to be multiplied by the quantity.
    pub per_unit: bool,
    pub time: Option<TextValues<Option<i64>>>,
    pub clock: Option<TextValues<Option<i64>>>,
    /// Whether times are kept, and not only looked at.
    pub keeps_time: bool,
    pub category: Option<TextNames>,
    pub country: Option<TextNames>,
    pub event: Option<TextNames>,
    pub group: Option<TextNames>,
    pub description: Option<TextNames>,
    /// One of a quantity, and how many units that is.
    pub one: ReadAmount,
    pub whole: i64,
}

/// A number, and what rows need of it; nothing where it cannot be read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ReadAmount {
    number: Option<Decimal>,
    /// A price in units of money, a quantity as a whole number: where it is one.
    exact: Option<i64>,
    /// A quantity in its units.
    pub scaled: Option<i64>,
}

impl ReadAmount {
    fn quantity(number: Option<Decimal>, places: u32) -> Self {
        let number = number.filter(|number| number.is_quantity(places));
        Self {
            number,
            exact: number.and_then(|number| number.exactly(0)?.try_into().ok()),
            scaled: number.and_then(|number| number.scaled(places)),
        }
    }

    fn money(number: Option<Decimal>, places: u32) -> Self {
        let exact = number.and_then(|number| number.exactly(places)?.try_into().ok());
        Self { number, exact, scaled: None }
    }

    /// This, or another where it cannot be read.
    pub fn or(self, other: Self) -> Self {
        if self.number.is_some() { self } else { other }
    }

    /// Whether it is a number that is not above 0.
    pub fn is_too_small(self) -> bool {
        self.number.is_some_and(|number| !number.is_positive())
    }
}

/// What a block had that blocks before did not have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct News {
    /// The most decimals of a quantity and of an amount.
    pub finest: Finest,
    /// Whether there are cells that other decisions would fit better: what is a date or a number
    /// in another spelling, and numbers finer than their unit.
    pub surprises: bool,
}

impl<'p> TextsRead<'p> {
    /// Nothing is known yet.
    pub fn new(plan: &'p RowPlan, thread: usize) -> Self {
        let RowPlan { mapping, reading, .. } = plan;
        let at = |place: usize| plan.places.binary_search(&place).ok();
        let column = |purpose| mapping.place(purpose).and_then(at);
        let plain: fn(&str) -> CompactString = |text| CompactString::new(key(text));
        let kept = |purpose| column(purpose).filter(|_| plan.keeps(purpose));
        let names = |purpose| kept(purpose).map(|at| TextNames::new(Some(at), plain));
        let amounts =
            |purpose| column(purpose).map(|at| TextValues::new(at, ReadAmount::default()));
        let per_unit = mapping.place(Purpose::Price).is_some();
        let rules = |rules: &[(usize, RowRule)]| {
            let placed = rules.iter().filter_map(|(place, rule)| Some((at(*place)?, rule)));
            // A cell that is missing is none of the texts.
            placed.map(|(at, rule)| TextValues::new(at, rule.holds(""))).collect()
        };
        let places = reading.unit.value.quantity.places();
        Self {
            plan,
            thread,
            user: TextNames::new(
                column(Purpose::User),
                match reading.user_spelling.value == UserSpelling::Fold {
                    true => |text| folded(key(text)).into(),
                    false => plain,
                },
            ),
            item: TextNames::new(column(Purpose::Item), plain),
            counts: rules(&plan.counts),
            cancelled: rules(&plan.cancelled),
            quantity: amounts(Purpose::Quantity),
            money: amounts(if per_unit { Purpose::Price } else { Purpose::Total }),
            per_unit,
            time: column(Purpose::Time).map(|at| TextValues::new(at, None)),
            clock: column(Purpose::Clock).map(|at| TextValues::new(at, None)),
            keeps_time: plan.keeps(Purpose::Time),
            category: names(Purpose::Category),
            country: names(Purpose::Country),
            event: names(Purpose::Event),
            group: names(Purpose::Group),
            description: names(Purpose::Description),
            one: ReadAmount::quantity(Some(Decimal::from_whole(1)), places),
            whole: 10i64.pow(places),
        }
    }

    /// Of which columns of a plan the texts are names, which are told apart later.
    pub fn names_of(plan: &RowPlan) -> impl Iterator<Item = bool> {
        let purposes = [
            Purpose::User,
            Purpose::Item,
            Purpose::Category,
            Purpose::Country,
            Purpose::Event,
            Purpose::Group,
            Purpose::Description,
        ];
        let names = purposes.map(|purpose| plan.mapping.place(purpose));
        plan.places.iter().map(move |&place| names.contains(&Some(place)))
    }

    /// Reads what is new in a block. Surprises are looked for where somebody watches.
    pub fn see(&mut self, coding: &Coding, watches: bool) -> News {
        let RowPlan { reading, counts, cancelled, spoilt_is_nobody, .. } = self.plan;
        let words = &reading.missing_user.value;
        let is_user = |text: &str| {
            let name = key(text);
            !(name.is_empty()
                || is_nobody(name)
                || *spoilt_is_nobody && is_spoilt(name)
                || words.iter().any(|word| word.eq_ignore_ascii_case(name)))
        };
        let is_item = |text: &str| {
            let name = key(text);
            !name.is_empty() && !is_nobody(name)
        };
        self.user.see(coding, is_user);
        self.item.see(coding, is_item);
        for names in [
            &mut self.category,
            &mut self.country,
            &mut self.event,
            &mut self.group,
            &mut self.description,
        ]
        .into_iter()
        .flatten()
        {
            names.see(coding, |text| !key(text).is_empty());
        }
        for (values, (_, rule)) in self.counts.iter_mut().zip(counts) {
            values.see(coding, |text| rule.holds(text));
        }
        for (values, (_, rule)) in self.cancelled.iter_mut().zip(cancelled) {
            values.see(coding, |text| rule.holds(text));
        }
        let marks = |purpose| Marks {
            decimal: reading.decimal.of(purpose).value,
            thousands: reading.thousands.of(purpose).value,
        };
        let mut news = News::default();
        let (units, surprises) = (reading.unit.value, &mut news.surprises);
        if let Some(values) = &mut self.quantity {
            let (marks, places) = (marks(Purpose::Quantity), units.quantity.places());
            values.see(coding, |text| {
                let amount = ReadAmount::quantity(Decimal::read(text, false, marks), places);
                let decimals = amount.number.map(Decimal::decimals);
                news.finest.quantity = news.finest.quantity.max(decimals.unwrap_or(0));
                *surprises |= watches && is_surprise(decimals, places, || is_number(text));
                amount
            });
        }
        if let Some(values) = &mut self.money {
            let paid = if self.per_unit { Purpose::Price } else { Purpose::Total };
            let (marks, places) = (marks(paid), units.money.places());
            values.see(coding, |text| {
                let amount = ReadAmount::money(Decimal::read(text, true, marks), places);
                let decimals = amount.number.map(Decimal::decimals);
                news.finest.money = news.finest.money.max(decimals.unwrap_or(0));
                *surprises |= watches && is_surprise(decimals, places, || is_number(text));
                amount
            });
        }
        if let Some(values) = &mut self.time {
            values.see(coding, |text| {
                let time = reading.date_format.value.read(text);
                *surprises |= watches && time.is_none() && is_date(text);
                time
            });
        }
        if let Some(values) = &mut self.clock {
            values.see(coding, dates::clock_cell);
        }
        news
    }

    /// What so many units of a quantity cost, in units of money; `None` where that cannot be said.
    #[inline]
    pub fn amount(&self, price: ReadAmount, units: ReadAmount) -> Option<i64> {
        match (price.exact, units.exact) {
            // The general way, where nothing has to be rounded.
            (Some(price), Some(units)) => {
                price.checked_mul(units).filter(|amount| amount.unsigned_abs() < 1 << 62)
            }
            _ => {
                let (price, units) = (price.number?, units.number?);
                price.product(units, self.plan.reading.unit.value.money.places())
            }
        }
    }
}

/// Whether a number is finer than its unit, or what is none is one in another spelling.
fn is_surprise(decimals: Option<u32>, places: u32, is_number: impl Fn() -> bool) -> bool {
    decimals.map_or_else(is_number, |decimals| decimals > places)
}

fn is_number(text: &str) -> bool {
    let mut evidence = NumberEvidence::default();
    evidence.add(text.trim(), 1);
    evidence.share_numbers().0 > 0
}

fn is_date(text: &str) -> bool {
    let mut evidence = DateEvidence::default();
    evidence.add(text.trim(), 1);
    evidence.guess().is_some()
}
