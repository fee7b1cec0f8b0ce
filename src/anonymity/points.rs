//! The points of every user, and who has each: lists both ways, as dense ids.

use std::collections::HashMap;

use super::error::AnonymityError;
use super::kind::{ItemPart, PointKind, TimePart};
use crate::contribution::{monday, month};
use crate::purchases::{Labels, Purchases};

/// The distinct points of every user.
#[derive(Debug, Clone)]
pub struct Points {
    kind: PointKind,
    /// Where each user's points begin in `ids`; one more at the end.
    start: Vec<usize>,
    /// Points by user, ascending and distinct within a user.
    ids: Vec<u32>,
    /// Where each point's users begin in `holders`; one more at the end.
    held_from: Vec<usize>,
    /// Users by point, ascending.
    holders: Vec<u32>,
}

/// How many letters of an item's code are its prefix: half of the usual (median) length of a code,
/// rounded up.
pub fn prefix_length(items: &Labels) -> usize {
    let mut lengths: Vec<usize> = items.names.iter().map(|name| name.chars().count()).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).map_or(1, |&usual| usual.div_ceil(2).max(1))
}

/// What stands for a time that cannot be read where such rows are kept: one unit of its own.
const UNREADABLE: i64 = i64::MAX;

impl Points {
    /// Collects them. Rows without a readable time are left out where the time is part of a point,
    /// as are rows without readable money in baskets.
    ///
    /// # Errors
    /// If a column that the points need is not there.
    pub fn collect(purchases: &Purchases, kind: PointKind) -> Result<Self, AnonymityError> {
        let missing = |column| AnonymityError::NoColumnForPoints { kind, column };
        let needs_time = !matches!(kind, PointKind::Of(_, TimePart::None));
        if needs_time && purchases.time.is_none() {
            return Err(missing("time"));
        }
        let rows =
            if needs_time { purchases.timed() } else { std::borrow::Cow::Borrowed(purchases) };
        let mut pairs: Vec<(u32, u64)> = match kind {
            PointKind::Basket => baskets(&rows).ok_or(missing("price or total"))?,
            PointKind::Of(item, time) => {
                let part = item_parts(&rows, item).ok_or(missing("category"))?;
                let unit = |row: usize| time_part(&rows, row, time);
                // Times are told apart by their place among those that there are.
                let mut units: Vec<i64> = (0..rows.rows()).map(unit).collect();
                units.sort_unstable();
                units.dedup();
                let users = rows.user.codes.iter().enumerate();
                users
                    .map(|(row, user)| {
                        let at = units.partition_point(|&known| known < unit(row));
                        (user, u64::from(part(row)) << 32 | at as u64)
                    })
                    .collect()
            }
        };
        pairs.sort_unstable();
        pairs.dedup();
        Ok(Self::of(kind, rows.user.names.len(), &pairs))
    }

    /// From distinct (user, point) pairs, ascending.
    fn of(kind: PointKind, users: usize, pairs: &[(u32, u64)]) -> Self {
        let mut keys: Vec<u64> = pairs.iter().map(|&(_, key)| key).collect();
        keys.sort_unstable();
        keys.dedup();
        let ids: Vec<u32> = pairs
            .iter()
            .map(|&(_, key)| keys.partition_point(|&known| known < key) as u32)
            .collect();
        let mut start = vec![0; users + 1];
        pairs.iter().for_each(|&(user, _)| start[user as usize + 1] += 1);
        let mut held_from = vec![0; keys.len() + 1];
        ids.iter().for_each(|&id| held_from[id as usize + 1] += 1);
        for counts in [&mut start, &mut held_from] {
            for at in 1..counts.len() {
                counts[at] += counts[at - 1];
            }
        }
        let mut next = held_from.clone();
        let mut holders = vec![0; ids.len()];
        for (&(user, _), &id) in pairs.iter().zip(&ids) {
            holders[next[id as usize]] = user;
            next[id as usize] += 1;
        }
        Self { kind, start, ids, held_from, holders }
    }

    /// Their kind.
    pub fn kind(&self) -> PointKind {
        self.kind
    }

    /// Users, also those without a point.
    pub fn users(&self) -> usize {
        self.start.len() - 1
    }

    /// Distinct points.
    pub fn distinct(&self) -> usize {
        self.held_from.len() - 1
    }

    /// Points of all users together: what of the purchases can still be told apart.
    pub fn told_apart(&self) -> usize {
        self.ids.len()
    }

    /// A user's points, ascending.
    pub fn of_user(&self, user: usize) -> &[u32] {
        &self.ids[self.start[user]..self.start[user + 1]]
    }

    /// The users who have a point, ascending.
    pub fn holders(&self, id: u32) -> &[u32] {
        &self.holders[self.held_from[id as usize]..self.held_from[id as usize + 1]]
    }

    /// Whether a user has a point.
    pub fn has(&self, user: u32, id: u32) -> bool {
        self.of_user(user as usize).binary_search(&id).is_ok()
    }
}

/// The unit of time that a row falls into.
fn time_part(rows: &Purchases, row: usize, part: TimePart) -> i64 {
    let time = match &rows.time {
        Some(times) if part != TimePart::None => times.get(row),
        _ => return 0,
    };
    match (time, part) {
        (Purchases::UNREADABLE, _) => UNREADABLE,
        (time, TimePart::Day) => time.div_euclid(86_400),
        (time, TimePart::Week) => monday(time),
        (time, TimePart::Month) => month(time),
        (_, TimePart::None) => 0,
    }
}

/// The part of the item by row; `None` where there are no categories and they are asked for.
fn item_parts(rows: &Purchases, part: ItemPart) -> Option<Box<dyn Fn(usize) -> u32 + '_>> {
    Some(match part {
        ItemPart::Code => Box::new(|row| rows.item.codes.get(row)),
        ItemPart::None => Box::new(|_| 0),
        ItemPart::Category => {
            let category = rows.category.as_ref()?;
            Box::new(|row| category.codes.get(row))
        }
        ItemPart::Prefix => {
            let length = prefix_length(&rows.item);
            let mut seen: HashMap<String, u32> = HashMap::new();
            let parts: Vec<u32> = rows
                .item
                .names
                .iter()
                .map(|name| {
                    let next = seen.len() as u32;
                    *seen.entry(name.chars().take(length).collect()).or_insert(next)
                })
                .collect();
            Box::new(move |row| parts[rows.item.codes.get(row) as usize])
        }
    })
}

/// What each basket cost, by user; `None` where there is no money. A basket is what a user bought
/// at one moment of the file.
fn baskets(rows: &Purchases) -> Option<Vec<(u32, u64)>> {
    let (money, times) = (rows.money.as_ref()?, rows.time.as_ref()?);
    let mut lines: Vec<(u32, i64, i64)> = (0..rows.rows())
        .map(|row| (rows.user.codes.get(row), times.get(row), money.get(row)))
        .filter(|&(.., money)| money != Purchases::UNREADABLE)
        .collect();
    lines.sort_unstable();
    let same = |a: &(u32, i64, i64), b: &(u32, i64, i64)| (a.0, a.1) == (b.0, b.1);
    Some(
        lines
            .chunk_by(same)
            .map(|basket| {
                let sum = basket.iter().fold(0i64, |sum, line| sum.saturating_add(line.2));
                (basket[0].0, sum as u64)
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::lot::made_up;

    #[test]
    fn points_are_distinct_and_both_lists_agree() {
        let rows = made_up();
        for kind in PointKind::cells().chain([PointKind::Basket]) {
            let points = Points::collect(&rows, kind).unwrap();
            let mut seen = 0;
            for user in 0..points.users() {
                let mine = points.of_user(user);
                assert!(mine.is_sorted() && mine.windows(2).all(|pair| pair[0] != pair[1]));
                assert!(mine.iter().all(|&id| points.holders(id).contains(&(user as u32))));
                seen += mine.len();
            }
            let held: usize =
                (0..points.distinct() as u32).map(|id| points.holders(id).len()).sum();
            assert_eq!((seen, held), (points.told_apart(), seen), "{kind}");
        }
    }

    #[test]
    fn points_of_the_made_up_rows_are_counted_by_hand() {
        let rows = made_up();
        let distinct = |text: &str| {
            let points = Points::collect(&rows, text.parse().unwrap()).unwrap();
            (points.distinct(), points.told_apart())
        };
        // ann tea 2 Jan, tea 2 Jan (again), milk 3 Jan; bob tea 2 Jan; cem milk 9 Feb.
        assert_eq!(distinct("item,day"), (3, 4));
        assert_eq!(distinct("item"), (2, 4));
        assert_eq!(distinct("day"), (3, 4));
        assert_eq!(distinct("month"), (2, 3));
        assert_eq!(distinct("category"), (1, 3));
        // ann: 2 × 2.50 at one moment, 0.80; bob 2.50; cem 0.80.
        assert_eq!(distinct("basket"), (3, 4));
        let without = Purchases { time: None, money: None, category: None, ..rows.clone() };
        for (text, column) in [("item,day", "time"), ("basket", "time"), ("category", "category")] {
            let kind = text.parse().unwrap();
            assert_eq!(
                Points::collect(&without, kind).unwrap_err(),
                AnonymityError::NoColumnForPoints { kind, column }
            );
        }
    }
}
