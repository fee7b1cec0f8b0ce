//! The users of a file, with their properties worked out of their rows.

use super::attribute::Attribute;
use super::error::AnonymityError;
use crate::purchases::{Labels, Purchases};

/// A property of all users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserColumn {
    /// Which.
    pub(super) attribute: Attribute,
    /// By user: the number, the day, or the place of the value among all in the order of their names.
    pub(super) values: Vec<i64>,
}

/// Purchases with the rows of every user together.
pub(super) struct People<'a> {
    rows: &'a Purchases,
    start: Vec<usize>,
    of_user: Vec<u32>,
}

impl<'a> People<'a> {
    pub(super) fn new(rows: &'a Purchases) -> Self {
        let users = rows.user.names.len();
        let mut start = vec![0; users + 1];
        rows.user.codes.iter().for_each(|user| start[user as usize + 1] += 1);
        for at in 1..start.len() {
            start[at] += start[at - 1];
        }
        let mut next = start.clone();
        let mut of_user = vec![0; rows.rows()];
        for (row, user) in rows.user.codes.iter().enumerate() {
            of_user[next[user as usize]] = row as u32;
            next[user as usize] += 1;
        }
        Self { rows, start, of_user }
    }

    /// How many users there are.
    pub(super) fn users(&self) -> usize {
        self.start.len() - 1
    }

    /// Works a property out for every user.
    ///
    /// # Errors
    /// If a column that it needs is not there.
    pub(super) fn column(&self, attribute: Attribute) -> Result<UserColumn, AnonymityError> {
        if let Some(column) = attribute.missing(self.rows) {
            return Err(AnonymityError::NoColumnForAttribute { attribute, column });
        }
        let rows = self.rows;
        let times = || self.each(|row| rows.time.as_ref().map(|times| times.get(row)));
        let labels =
            |labels: &Option<Labels>| labels.as_ref().map(|labels| self.favourite_of(labels));
        let values = match attribute {
            Attribute::Country => labels(&rows.country).unwrap_or_default(),
            Attribute::FavouriteCategory => labels(&rows.category).unwrap_or_default(),
            Attribute::FavouriteItem => self.favourite_of(&rows.item),
            Attribute::Purchases => self.sums(|row| match rows.quantity.get(row) {
                Purchases::UNREADABLE => 1,
                quantity => quantity,
            }),
            Attribute::Spent => self.sums(|row| {
                let money = rows.money.as_ref().map(|money| money.get(row));
                money.filter(|&money| money != Purchases::UNREADABLE).unwrap_or(0)
            }),
            Attribute::Items => {
                self.counts(&self.each(|row| Some(i64::from(rows.item.codes.get(row)))))
            }
            Attribute::Orders => self.counts(&times()),
            Attribute::FirstDay => self.days(&times(), <[i64]>::first),
            Attribute::LastDay => self.days(&times(), <[i64]>::last),
            Attribute::FavouriteHour => {
                let hour = |row: usize| {
                    let time = rows.time.as_ref().map_or(0, |times| times.get(row));
                    if time == Purchases::UNREADABLE { 24 } else { time.rem_euclid(86_400) / 3_600 }
                };
                self.favourites(hour)
            }
        };
        Ok(UserColumn { attribute, values })
    }

    fn rows_of(&self, user: usize) -> impl Iterator<Item = usize> + '_ {
        self.of_user[self.start[user]..self.start[user + 1]].iter().map(|&row| row as usize)
    }

    fn sums(&self, value: impl Fn(usize) -> i64) -> Vec<i64> {
        let sum = |user| self.rows_of(user).fold(0i64, |sum, row| sum.saturating_add(value(row)));
        (0..self.users()).map(sum).collect()
    }

    /// The distinct readable values of every user, ascending.
    fn each(&self, value: impl Fn(usize) -> Option<i64>) -> Vec<Vec<i64>> {
        let of = |user| {
            let readable = |value: &i64| *value != Purchases::UNREADABLE;
            let mut values: Vec<i64> =
                self.rows_of(user).filter_map(&value).filter(readable).collect();
            values.sort_unstable();
            values.dedup();
            values
        };
        (0..self.users()).map(of).collect()
    }

    fn counts(&self, values: &[Vec<i64>]) -> Vec<i64> {
        values.iter().map(|values| values.len() as i64).collect()
    }

    /// The day of one of each user's times. Users of whom no time can be read have the earliest
    /// day of all.
    fn days(&self, times: &[Vec<i64>], one: impl Fn(&[i64]) -> Option<&i64>) -> Vec<i64> {
        let earliest = times.iter().filter_map(|times| times.first()).min().copied().unwrap_or(0);
        let day = |times: &Vec<i64>| one(times).unwrap_or(&earliest).div_euclid(86_400);
        times.iter().map(day).collect()
    }

    fn favourite_of(&self, labels: &Labels) -> Vec<i64> {
        let mut order: Vec<u32> = (0..labels.names.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| {
            labels.names[a as usize].as_bytes().cmp(labels.names[b as usize].as_bytes())
        });
        let mut place = vec![0i64; order.len()];
        order.iter().enumerate().for_each(|(at, &code)| place[code as usize] = at as i64);
        self.favourites(|row| place[labels.codes.get(row) as usize])
    }

    /// Of every user the value of most rows; of several the least.
    fn favourites(&self, value: impl Fn(usize) -> i64) -> Vec<i64> {
        let favourite = |user| {
            let mut mine: Vec<i64> = self.rows_of(user).map(&value).collect();
            mine.sort_unstable();
            let groups = mine.chunk_by(|a, b| a == b);
            let most = groups.max_by_key(|group| (group.len(), std::cmp::Reverse(group[0])));
            most.map_or(0, |group| group[0])
        };
        (0..self.users()).map(favourite).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::lot::made_up;

    #[test]
    fn properties_are_those_that_one_counts_by_hand() {
        let rows = made_up();
        let people = People::new(&rows);
        let values = |attribute: Attribute| people.column(attribute).unwrap().values;
        assert_eq!(values(Attribute::Orders), [2, 1, 1]);
        assert_eq!(values(Attribute::Purchases), [3, 1, 1]);
        assert_eq!(values(Attribute::Items), [2, 1, 1]);
        assert_eq!(values(Attribute::Spent), [580_000, 250_000, 80_000]);
        // In the order of their names: FR, UK; milk, tea.
        assert_eq!(values(Attribute::Country), [1, 0, 0]);
        assert_eq!(values(Attribute::FavouriteItem), [1, 1, 0]);
        assert_eq!(values(Attribute::FavouriteHour), [10, 12, 9]);
        let (first, last) = (values(Attribute::FirstDay), values(Attribute::LastDay));
        assert_eq!((last[0] - first[0], first[1] - first[0], first[2] - first[0]), (1, 0, 38));
        let without = Purchases { country: None, time: None, money: None, ..rows.clone() };
        assert_eq!(
            People::new(&without).column(Attribute::Country),
            Err(AnonymityError::NoColumnForAttribute {
                attribute: Attribute::Country,
                column: "country"
            })
        );
        assert_eq!(Attribute::usual(&without), [Attribute::Purchases]);
        assert!(Attribute::usual_second(&without).is_empty());
    }
}
