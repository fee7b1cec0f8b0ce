//! One k-anonymous release, and two together, attacked: by points that are known of a user, by
//! classes that agree, by what both releases leave.
//!
//! Two releases: Ganta, Kasiviswanathan, Smith, "Composition attacks and auxiliary information in
//! data privacy" (2008). Whoever knows a user's quasi-identifiers knows a class of each release, and
//! the secret is one of those that both have.

use super::attribute::Attribute;
use super::classes::Classes;
use super::error::AnonymityError;
use super::people::{People, UserColumn};
use super::points::Points;
use super::search::singled_out_from;
use super::unicity::{UnicityAt, over_users};
use crate::purchases::Purchases;
use crate::work::Cancel;

/// A k-anonymous release.
#[derive(Debug, Clone, PartialEq)]
pub struct AnonymousRelease {
    /// Its quasi-identifiers.
    pub quasi: Vec<Attribute>,
    /// Its classes.
    pub classes: Classes,
    /// Distinct secrets of the worst class.
    pub distinct: usize,
    /// e to the entropy of the secrets of the worst class.
    pub entropy: f64,
    /// The share of users whose secret is certain from their class alone.
    pub certain: f64,
}

/// What two releases leave of a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Both {
    /// The other release.
    pub second: AnonymousRelease,
    /// The share of users whose secret is certain: the only one that both classes have.
    pub certain: f64,
    /// The share of users who are the only one in both of their classes.
    pub alone: f64,
}

/// k-anonymity and what attacks make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Anonymous {
    /// The least size of a class.
    pub k: usize,
    /// Users.
    pub users: usize,
    /// What is to stay secret.
    pub sensitive: Attribute,
    /// The release.
    pub first: AnonymousRelease,
    /// Users whom their class and p of their own points single out, by p from 1.
    pub with_points: Vec<UnicityAt>,
    /// Together with a second release, or why there is none.
    pub both: Result<Both, AnonymityError>,
}

/// What is asked of two releases.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReleasesAsked<'a> {
    pub(super) k: usize,
    pub(super) quasi: &'a [Attribute],
    pub(super) second: &'a [Attribute],
    pub(super) sensitive: Attribute,
    pub(super) seed: u64,
}

impl AnonymousRelease {
    fn new(
        people: &People<'_>,
        quasi: &[Attribute],
        k: usize,
        secret: &UserColumn,
        cancel: &Cancel,
    ) -> Result<Self, AnonymityError> {
        if quasi.contains(&secret.attribute) {
            return Err(AnonymityError::SensitiveIsQuasi(secret.attribute));
        }
        let columns: Vec<UserColumn> =
            quasi.iter().map(|&one| people.column(one)).collect::<Result<_, _>>()?;
        let classes = Classes::new(&columns, people.users(), k, cancel)?;
        let (distinct, entropy) = classes.diversity(secret);
        let certain = classes.certain(secret);
        Ok(Self { quasi: quasi.to_vec(), classes, distinct, entropy, certain })
    }
}

impl Anonymous {
    /// Makes and attacks the releases; `items` are the points that an attacker knows beside a class.
    ///
    /// # Errors
    /// If a column is missing, there are fewer than k users, or `cancel` was set before the end.
    pub(super) fn make(
        purchases: &Purchases,
        items: &Points,
        asked: ReleasesAsked<'_>,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Self, AnonymityError> {
        let ReleasesAsked { k, quasi, second, sensitive, seed } = asked;
        if !sensitive.is_choice() {
            return Err(AnonymityError::NotAChoice(sensitive));
        }
        let people = People::new(purchases);
        if people.users() == 0 {
            return Err(AnonymityError::Nobody);
        }
        let secret = people.column(sensitive)?;
        let first = AnonymousRelease::new(&people, quasi, k, &secret, cancel)?;
        let Classes { of, members, .. } = &first.classes;
        let with_points = over_users(items, seed, threads, cancel, |user, drawn| {
            let class = of[user as usize];
            let same = |other: u32| of[other as usize] == class;
            singled_out_from(items, user, drawn, Some(&members[class as usize]), same)
        })?;
        let both = if second.is_empty() {
            Err(match purchases.time {
                Some(_) => AnonymityError::NoSecondAsked,
                None => AnonymityError::NoSecond,
            })
        } else {
            AnonymousRelease::new(&people, second, k, &secret, cancel)
                .map(|second| together(&first, second, &secret))
        };
        if both == Err(AnonymityError::Stopped) {
            return Err(AnonymityError::Stopped);
        }
        Ok(Self { k, users: people.users(), sensitive, first, with_points, both })
    }
}

fn together(first: &AnonymousRelease, second: AnonymousRelease, secret: &UserColumn) -> Both {
    let values = [first.classes.values(secret), second.classes.values(secret)];
    let users = first.classes.of.len();
    let (mut certain, mut alone) = (0u64, 0u64);
    for user in 0..users {
        let (a, b) = (first.classes.of[user] as usize, second.classes.of[user] as usize);
        certain += u64::from(has_one_in_both(&values[0][a], &values[1][b]));
        alone += u64::from(has_one_in_both(&first.classes.members[a], &second.classes.members[b]));
    }
    let share = |count: u64| count as f64 / users as f64;
    Both { second, certain: share(certain), alone: share(alone) }
}

/// Whether two ascending lists share exactly one entry.
fn has_one_in_both<T: Ord>(a: &[T], b: &[T]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().filter(|one| long.binary_search(one).is_ok()).take(2).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::lot::made_up;
    use crate::purchases::sample;

    #[test]
    fn two_releases_leave_what_both_have() {
        assert!(has_one_in_both(&[1, 3, 5], &[2, 3, 4, 6]));
        assert!(!has_one_in_both(&[1, 3, 5], &[1, 5]));
        assert!(!has_one_in_both::<u8>(&[], &[1]));
    }

    #[test]
    fn a_release_of_the_sample_is_k_anonymous_and_two_are_not() {
        let purchases = sample().unwrap();
        let points = Points::collect(&purchases, "item".parse().unwrap()).unwrap();
        let (quasi, second) = (Attribute::usual(&purchases), Attribute::usual_second(&purchases));
        let asked =
            |sensitive, k| ReleasesAsked { k, quasi: &quasi, second: &second, sensitive, seed: 1 };
        let make =
            |asked, threads| Anonymous::make(&purchases, &points, asked, threads, &Cancel::new());
        let found = make(asked(Attribute::FavouriteItem, 5), 2).unwrap();
        let users = purchases.user.names.len();
        assert_eq!(found.users, users);
        assert!(found.first.classes.sizes().0 >= 5 && found.first.certain < 0.02);
        let both = found.both.as_ref().unwrap();
        assert!(both.second.classes.sizes().0 >= 5 && both.second.certain < 0.02);
        assert!(both.certain > 0.1 && both.alone > 0.5, "{} {}", both.certain, both.alone);
        // More points never single out fewer of those who have them; a class helps the attacker.
        let shares: Vec<f64> =
            found.with_points.iter().take(4).filter_map(|at| at.share.simulated).collect();
        assert!(shares.is_sorted(), "{shares:?}");
        assert_eq!(make(asked(Attribute::FavouriteItem, 5), 1).unwrap(), found);
        // In one class of all users a class tells nothing: that is unicity itself.
        let all = make(asked(Attribute::FavouriteItem, users), 2).unwrap();
        let plain = crate::anonymity::Unicity::measure(&points, 1, 2, &Cancel::new()).unwrap();
        assert_eq!(all.first.classes.members.len(), 1);
        for (class, plain) in all.with_points.iter().zip(&plain.at) {
            assert_eq!(class.share.simulated, plain.share.simulated);
        }
        let refused = |sensitive, k| make(asked(sensitive, k), 2).unwrap_err();
        assert_eq!(
            refused(Attribute::Country, 5),
            AnonymityError::SensitiveIsQuasi(Attribute::Country)
        );
        assert_eq!(refused(Attribute::LastDay, 5), AnonymityError::NotAChoice(Attribute::LastDay));
        assert_eq!(
            refused(Attribute::FavouriteItem, users + 1),
            AnonymityError::FewUsers { k: users + 1, users }
        );
    }

    #[test]
    fn the_made_up_users_are_three_in_one_class() {
        let rows = made_up();
        let points = Points::collect(&rows, "item".parse().unwrap()).unwrap();
        let quasi = [Attribute::Country];
        let asked = ReleasesAsked {
            k: 2,
            quasi: &quasi,
            second: &[],
            sensitive: Attribute::FavouriteItem,
            seed: 1,
        };
        let found = Anonymous::make(&rows, &points, asked, 1, &Cancel::new()).unwrap();
        // bob and cem are French, ann is alone in the UK: one class of three.
        assert_eq!(found.first.classes.members, [vec![0, 1, 2]]);
        assert_eq!((found.first.distinct, found.both), (2, Err(AnonymityError::NoSecondAsked)));
    }
}
