//! Unicity: the share of users whom so many of their own points single out.
//!
//! de Montjoye et al., "Unique in the shopping mall" (Science 2015). Exact at one point; above, each
//! user's points are drawn six times, and a draw of p points is the beginning of one of p + 1.

use super::kind::PointKind;
use super::lot::Lot;
use super::points::Points;
use super::search::singled_out_from;
use crate::metric::Figure;
use crate::metric::figure::wilson;
use crate::work::{Cancel, Cancelled, in_order};

/// Draws of every user's points.
pub const DRAWS: usize = 6;

/// The most points that are drawn.
pub const MOST_POINTS: usize = 10;

/// Users of one block of work.
const BLOCK: usize = 128;

/// The share that p points single out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnicityAt {
    /// Points that are known of a user.
    pub p: usize,
    /// The share of users, in 0..=1: `expected` is exact, `simulated` over the draws, with the
    /// Wilson error of as many trials as there are users (a user's draws are not independent).
    /// Nothing where no user has so many points.
    pub share: Figure,
    /// Users who have so many points.
    pub users: u64,
    /// Users who have fewer, and are left out.
    pub left_out: u64,
}

/// How far points single users out.
#[derive(Debug, Clone, PartialEq)]
pub struct Unicity {
    /// Of which points.
    pub kind: PointKind,
    /// Distinct points.
    pub distinct: usize,
    /// Points of all users together.
    pub told_apart: usize,
    /// By p, from 1.
    pub at: Vec<UnicityAt>,
}

/// Draws of `DRAWS` for every p of which each singles out, and users with so many points.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    singled: [u64; MOST_POINTS],
    users: [u64; MOST_POINTS],
}

impl Count {
    fn add(&mut self, other: &Self) {
        for p in 0..MOST_POINTS {
            self.singled[p] += other.singled[p];
            self.users[p] += other.users[p];
        }
    }

    /// Counts the draws of one user; `first` says from how many of the drawn points on nobody else
    /// has them.
    fn draw(
        &mut self,
        points: &Points,
        user: usize,
        seed: u64,
        first: impl Fn(&[u32]) -> Option<usize>,
    ) {
        let mut mine = points.of_user(user).to_vec();
        let most = mine.len().min(MOST_POINTS);
        self.users[..most].iter_mut().for_each(|users| *users += 1);
        let mut lot = Lot::new(seed, user as u64);
        for _ in 0..DRAWS {
            lot.draw(&mut mine, most);
            if let Some(first) = first(&mine[..most]) {
                self.singled[first - 1..most].iter_mut().for_each(|singled| *singled += 1);
            }
        }
    }

    fn shares(&self, users: usize) -> Vec<UnicityAt> {
        let at = |p: usize| {
            let (singled, having) = (self.singled[p], self.users[p]);
            let share = singled as f64 / (DRAWS as u64 * having) as f64;
            let share = match having {
                0 => Figure::default(),
                _ => Figure::simulated(share, Some(wilson(share, having as f64))),
            };
            UnicityAt { p: p + 1, share, users: having, left_out: users as u64 - having }
        };
        (0..MOST_POINTS).map(at).collect()
    }
}

impl Unicity {
    /// Measures it for p = 1 to [`MOST_POINTS`], on so many threads; the same on any number.
    ///
    /// # Errors
    /// If `cancel` was set before the end.
    pub fn measure(
        points: &Points,
        seed: u64,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Self, Cancelled> {
        let mut at = over_users(points, seed, threads, cancel, |user, drawn| {
            singled_out_from(points, user, drawn, None, |_| true)
        })?;
        if let Some(one) = at.first_mut() {
            one.share = one.share.with_expected(exactly_one(points));
        }
        Ok(Self {
            kind: points.kind(),
            distinct: points.distinct(),
            told_apart: points.told_apart(),
            at,
        })
    }
}

/// The share at p = 1 to [`MOST_POINTS`], where `first` says from how many of a user's drawn points
/// on they are nobody else's.
///
/// # Errors
/// If `cancel` was set before the end.
pub(super) fn over_users(
    points: &Points,
    seed: u64,
    threads: usize,
    cancel: &Cancel,
    first: impl Fn(u32, &[u32]) -> Option<usize> + Sync,
) -> Result<Vec<UnicityAt>, Cancelled> {
    let users = points.users();
    let mut all = Count::default();
    let block = |block: usize| {
        let mut count = Count::default();
        for user in block * BLOCK..users.min((block + 1) * BLOCK) {
            if cancel.is_cancelled() {
                break;
            }
            count.draw(points, user, seed, |drawn| first(user as u32, drawn));
        }
        count
    };
    in_order(threads, users.div_ceil(BLOCK), cancel, block, |_, count| all.add(&count))?;
    if cancel.is_cancelled() {
        return Err(Cancelled);
    }
    Ok(all.shares(users))
}

/// The share of users that one point drawn at random singles out: the mean over users of the share
/// of their points that nobody else has. `None` where nobody has a point.
fn exactly_one(points: &Points) -> Option<f64> {
    let (mut sum, mut users) = (0.0, 0u64);
    for user in 0..points.users() {
        let mine = points.of_user(user);
        if !mine.is_empty() {
            let alone = mine.iter().filter(|&&id| points.holders(id).len() == 1).count();
            sum += alone as f64 / mine.len() as f64;
            users += 1;
        }
    }
    (users > 0).then(|| sum / users as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::lot::made_up;
    use crate::purchases::sample;

    fn measured(kind: &str) -> Unicity {
        let points = Points::collect(&made_up(), kind.parse().unwrap()).unwrap();
        Unicity::measure(&points, 1, 2, &Cancel::new()).unwrap()
    }

    #[test]
    fn one_point_is_exact_and_draws_agree_with_it() {
        // ann has tea (with bob) and milk (with cem): nobody is told apart by one item.
        let items = measured("item");
        assert_eq!(
            (items.at[0].share.expected, items.at[0].share.simulated),
            (Some(0.0), Some(0.0))
        );
        // By two items ann is, and the others have one item only.
        assert_eq!(
            (items.at[1].share.simulated, items.at[1].users, items.at[1].left_out),
            (Some(1.0), 1, 2)
        );
        assert_eq!((items.at[2].share, items.at[2].users), (Figure::default(), 0));
        // With the day: ann ½ (the milk), bob 0, cem 1.
        assert_eq!(measured("item,day").at[0].share.expected, Some(0.5));
    }

    /// Every set of two and three points of every user, looked up one by one.
    #[test]
    fn draws_agree_with_all_sets_of_points() {
        let purchases = sample().unwrap();
        let kind = "day".parse().unwrap();
        let points = Points::collect(&purchases, kind).unwrap();
        let found = Unicity::measure(&points, 5, 2, &Cancel::new()).unwrap();
        let alone = |user: usize, ids: &[u32]| {
            points.holders(ids[0]).iter().all(|&other| {
                other as usize == user || !ids.iter().all(|&id| points.has(other, id))
            })
        };
        let (mut sum, mut users) = (0.0, 0u64);
        for user in 0..points.users() {
            let mine = points.of_user(user);
            let (mut single, mut sets) = (0u64, 0u64);
            for (at, &a) in mine.iter().enumerate() {
                for &b in &mine[at + 1..] {
                    sets += 1;
                    single += u64::from(alone(user, &[a, b]));
                }
            }
            if sets > 0 {
                sum += single as f64 / sets as f64;
                users += 1;
            }
        }
        let (told, share) = (sum / users as f64, found.at[1].share);
        assert_eq!(found.at[1].users, users);
        let off = (share.simulated.unwrap() - told).abs();
        assert!(told > 0.02 && told < 0.98, "{told} says little");
        assert!(off < 4.0 * share.standard_error.unwrap(), "{told} {share:?}");
        assert!(found.at.iter().all(|at| !at.share.disagrees()));
    }

    #[test]
    fn threads_change_nothing_and_a_stop_is_an_error() {
        let points = Points::collect(&sample().unwrap(), PointKind::FINEST).unwrap();
        let measure = |threads| Unicity::measure(&points, 9, threads, &Cancel::new()).unwrap();
        assert_eq!(measure(1), measure(3));
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(Unicity::measure(&points, 9, 2, &cancel), Err(Cancelled));
    }
}
