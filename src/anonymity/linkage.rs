//! Linkage: whose purchases of the later half are those of a user of the earlier half, by shared
//! taste alone.
//!
//! Narayanan, Shmatikov, "Robust de-anonymization of large sparse datasets" (2008): rare items that
//! both halves share count more, and a match is claimed where it stands out (eccentricity).

use super::error::AnonymityError;
use super::lot::Lot;
use crate::metric::Figure;
use crate::metric::figure::wilson;
use crate::purchases::Purchases;
use crate::work::{Cancel, in_order};

/// A match is claimed where the best score is so many standard deviations above the second.
pub const ECCENTRICITY: f64 = 1.5;

/// The most users who are looked for, and the most among whom; of more a sample is drawn.
const MOST: (usize, usize) = (5_000, 20_000);

/// Users of one block of work.
const BLOCK: usize = 64;

/// How far the halves can be linked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Linkage {
    /// When the later half begins: the time of the middle row, in seconds since 1970.
    pub cut: i64,
    /// Users who bought in both halves.
    pub users: usize,
    /// Of these so many were looked for.
    pub sought: usize,
    /// Users of the later half among whom they were looked for.
    pub among: usize,
    /// The share whose best match is right; of several equally good ones its part.
    pub top_1: Figure,
    /// Matches that stand out.
    pub claimed: usize,
    /// The share of these that is right; nothing where there is none.
    pub right_of_claimed: Figure,
}

/// One user's match.
#[derive(Debug, Clone, Copy, Default)]
struct Match {
    right: f64,
    claimed: bool,
}

/// The distinct items of every user in each half.
struct Halves {
    cut: i64,
    early: Vec<Vec<u32>>,
    late: Vec<Vec<u32>>,
}

impl Halves {
    fn of(purchases: &Purchases) -> Result<Self, AnonymityError> {
        let times = purchases.time.as_ref().ok_or(AnonymityError::NoHalves)?;
        let mut order: Vec<i64> =
            times.iter().filter(|&time| time != Purchases::UNREADABLE).collect();
        let middle = order.len() / 2;
        if order.is_empty() {
            return Err(AnonymityError::NobodyInBoth);
        }
        let (_, &mut cut, _) = order.select_nth_unstable(middle);
        let none = || vec![Vec::new(); purchases.user.names.len()];
        let mut halves = Self { cut, early: none(), late: none() };
        for (row, time) in times.iter().enumerate().filter(|&(_, t)| t != Purchases::UNREADABLE) {
            let half = if time < cut { &mut halves.early } else { &mut halves.late };
            half[purchases.user.codes.get(row) as usize].push(purchases.item.codes.get(row));
        }
        for mine in halves.early.iter_mut().chain(&mut halves.late) {
            mine.sort_unstable();
            mine.dedup();
        }
        Ok(halves)
    }
}

impl Linkage {
    /// Links the halves. The score of a candidate is the sum over shared items of 1/ln(1 + users of
    /// the later half who bought it), over the root of how many items the candidate has.
    ///
    /// # Errors
    /// If there is no time, nobody bought in both halves, or `cancel` was set before the end.
    pub(super) fn measure(
        purchases: &Purchases,
        seed: u64,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Self, AnonymityError> {
        let halves = Halves::of(purchases)?;
        let in_late = |user: &u32| !halves.late[*user as usize].is_empty();
        let all = 0..purchases.user.names.len() as u32;
        let both: Vec<u32> = all
            .clone()
            .filter(|user| in_late(user) && !halves.early[*user as usize].is_empty())
            .collect();
        if both.len() < 2 {
            return Err(AnonymityError::NobodyInBoth);
        }
        let users = both.len();
        // Whoever is looked for comes first among the candidates.
        let (mut sought, mut others) = (both, Vec::new());
        let mut lot = Lot::new(seed, u64::MAX);
        if users > MOST.0 {
            lot.draw(&mut sought, MOST.0);
            others = sought.split_off(MOST.0);
        }
        others.extend(all.filter(|user| in_late(user) && halves.early[*user as usize].is_empty()));
        let room = MOST.1 - sought.len();
        if others.len() > room {
            lot.draw(&mut others, room);
            others.truncate(room);
        }
        let candidates: Vec<u32> = sought.iter().copied().chain(others).collect();
        let mut buyers: Vec<Vec<u32>> = vec![Vec::new(); purchases.item.names.len()];
        for (place, &user) in candidates.iter().enumerate() {
            for &item in &halves.late[user as usize] {
                buyers[item as usize].push(place as u32);
            }
        }
        let weight: Vec<f64> =
            buyers.iter().map(|buyers| 1.0 / libm::log1p(buyers.len() as f64)).collect();
        let size: Vec<f64> = candidates
            .iter()
            .map(|&user| (halves.late[user as usize].len() as f64).sqrt())
            .collect();
        let block = |block: usize| {
            let mut scores = vec![0.0; candidates.len()];
            let mut found = Vec::with_capacity(BLOCK);
            for (place, &user) in sought.iter().enumerate().skip(block * BLOCK).take(BLOCK) {
                if cancel.is_cancelled() {
                    break;
                }
                scores.fill(0.0);
                for &item in &halves.early[user as usize] {
                    for &other in &buyers[item as usize] {
                        scores[other as usize] += weight[item as usize];
                    }
                }
                scores.iter_mut().zip(&size).for_each(|(score, size)| *score /= size);
                found.push(best(&scores, place));
            }
            found
        };
        let mut matches: Vec<Match> = Vec::with_capacity(sought.len());
        in_order(threads, sought.len().div_ceil(BLOCK), cancel, block, |_, found| {
            matches.extend(found);
        })?;
        if cancel.is_cancelled() {
            return Err(AnonymityError::Stopped);
        }
        let share = |right: f64, of: usize, is_sample: bool| match of {
            0 => Figure::default(),
            of if is_sample => {
                let share = right / of as f64;
                Figure::simulated(share, Some(wilson(share, of as f64)))
            }
            of => Figure::expected(right / of as f64),
        };
        let is_sample = sought.len() < users || candidates.len() == MOST.1;
        let claimed = matches.iter().filter(|one| one.claimed).count();
        let right = |one: &Match| one.right;
        let right_of_claimed = matches.iter().filter(|one| one.claimed).map(right).sum();
        Ok(Self {
            cut: halves.cut,
            users,
            sought: sought.len(),
            among: candidates.len(),
            top_1: share(matches.iter().map(right).sum(), sought.len(), is_sample),
            claimed,
            right_of_claimed: share(right_of_claimed, claimed, is_sample),
        })
    }
}

/// The best of all scores: whether it is that of `own`, and whether it stands out.
fn best(scores: &[f64], own: usize) -> Match {
    let highest = scores.iter().copied().fold(0.0, f64::max);
    if highest <= 0.0 {
        return Match::default();
    }
    let ties = scores.iter().filter(|&&score| score == highest).count();
    let second = match ties {
        1 => scores.iter().copied().filter(|&score| score < highest).fold(0.0, f64::max),
        _ => highest,
    };
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores.iter().map(|score| (score - mean) * (score - mean)).sum::<f64>() / n;
    let right = if scores[own] == highest { 1.0 / ties as f64 } else { 0.0 };
    Match { right, claimed: highest - second > ECCENTRICITY * variance.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::lot::made_up;
    use crate::purchases::sample;

    #[test]
    fn the_best_score_is_right_in_its_share_and_claimed_where_it_stands_out() {
        let found = |scores: &[f64], own| {
            let found = best(scores, own);
            (found.right, found.claimed)
        };
        assert_eq!(found(&[0.0, 0.0, 0.0, 0.0, 9.0], 4), (1.0, true));
        assert_eq!(found(&[8.9, 0.0, 0.0, 0.0, 9.0], 0), (0.0, false));
        assert_eq!(found(&[9.0, 0.0, 9.0], 0), (0.5, false));
        assert_eq!(found(&[0.0, 0.0], 0), (0.0, false));
    }

    #[test]
    fn taste_links_the_sample_far_better_than_lot() {
        let purchases = sample().unwrap();
        let link = |threads| Linkage::measure(&purchases, 1, threads, &Cancel::new()).unwrap();
        let found = link(2);
        assert_eq!(found.sought, found.users);
        assert!(found.among >= found.users && found.users > 300);
        assert!(found.top_1.expected.unwrap() > 20.0 / found.among as f64, "{found:?}");
        assert_eq!(link(1), found);
        let without = Purchases { time: None, ..purchases.clone() };
        let refused = Linkage::measure(&without, 1, 1, &Cancel::new());
        assert_eq!(refused, Err(AnonymityError::NoHalves));
        let few = Linkage::measure(&made_up(), 1, 1, &Cancel::new());
        assert_eq!(few, Err(AnonymityError::NobodyInBoth));
    }
}
