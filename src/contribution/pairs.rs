//! (user, group) pairs in each user's keyed order: exact answers for any bound.

use std::ops::Deref;

use md5::{Digest, Md5};

use super::contributions::{Contributions, held};
use super::grouping::QuestionError;
use super::{Bounds, GroupKeys};
use crate::purchases::{Purchases, Question};

/// The sums of all groups under bounds, and what the bounds took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounded {
    /// One sum per group, in key order, in the measure's stored unit.
    pub sums: Vec<i64>,
    /// All sums together.
    pub total: i64,
    /// What the bounds dropped of the raw total, in the stored unit.
    dropped: i64,
    /// All raw sums together.
    raw_total: i64,
}

impl Bounded {
    pub(super) fn new(sums: Vec<i64>, raw_total: i64) -> Self {
        let total: i64 = sums.iter().sum();
        Self { sums, total, dropped: raw_total - total, raw_total }
    }

    /// The share of the raw total that the bounds dropped, in 0..=1; 0 when the raw
    /// total is 0.
    pub fn dropped_share(&self) -> f64 {
        match self.raw_total {
            0 => 0.0,
            raw => self.dropped as f64 / raw as f64,
        }
    }
}

/// The [`Contributions`] of a question with each user's groups in keyed-hash order, so that a bound
/// `l0` keeps a prefix and raising it only adds.
#[derive(Debug, Clone)]
pub struct Pairs {
    given: Contributions,
}

impl Deref for Pairs {
    type Target = Contributions;

    fn deref(&self) -> &Contributions {
        &self.given
    }
}

impl Pairs {
    /// The salt of the keyed order where none is given.
    pub const DEFAULT_SALT: &str = "epsiloscope";

    /// Collects what users give, and puts each user's groups in the order of the lower-case hex
    /// MD5 of `salt|user|group`, ties by bytes.
    ///
    /// # Errors
    /// If the file lacks the column that the question needs.
    pub fn collect(
        purchases: &Purchases,
        question: Question,
        salt: &str,
    ) -> Result<Self, QuestionError> {
        let names = &purchases.user.names;
        let given = Contributions::collect_in_order(purchases, question, |keys, user, mine| {
            if mine.len() > 1 {
                keyed_order(mine, salt, &names[user], keys);
            }
        })?;
        Ok(Self { given })
    }

    /// The pairs of one user, `(group, value)`, in keyed order.
    pub fn of_user(&self, user: usize) -> impl ExactSizeIterator<Item = (u32, i64)> + '_ {
        let range = self.given.user_start[user] as usize..self.given.user_start[user + 1] as usize;
        range.map(|at| (self.given.group.get(at), self.given.value.get(at)))
    }

    /// The pairs of the groups of a public list: every key of it (byte order, each once) is a
    /// group, also where no row is in it, and rows outside it are left out before a user's
    /// groups are counted.
    pub fn among(&self, list: &[String]) -> Self {
        let place: Vec<Option<u32>> =
            self.keys.iter().map(|key| list.binary_search(key).ok().map(|at| at as u32)).collect();
        let mut raw = vec![0i64; list.len()];
        let mut descriptions = self.descriptions.as_ref().map(|_| vec![String::new(); list.len()]);
        for (group, at) in place.iter().enumerate() {
            let Some(at) = *at else { continue };
            raw[at as usize] = self.raw[group];
            if let (Some(new), Some(old)) = (&mut descriptions, &self.descriptions) {
                new[at as usize].clone_from(&old[group]);
            }
        }
        let mut among = Contributions {
            question: self.question,
            keys: list.to_vec(),
            seen: 0,
            known: GroupKeys::Listed(list.len() as u64),
            descriptions,
            user_start: vec![0],
            group: self.group.like(),
            value: self.value.like(),
            raw_total: held(raw.iter().map(|&sum| i128::from(sum)).sum()),
            raw,
            unit: self.unit,
            report: self.report.clone(),
            items: self.items,
        };
        self.each_user(|_, mine| {
            for &(group, value) in mine {
                if let Some(at) = place[group as usize] {
                    among.group.push(at);
                    among.value.push(value);
                }
            }
            among.user_start.push(among.group.len() as u32);
        });
        let mut seen = vec![false; list.len()];
        among.group.for_each(|group| seen[group as usize] = true);
        among.seen = seen.into_iter().filter(|&seen| seen).count();
        Self { given: among }
    }

    /// The exact sums of the groups that are `wanted`, one entry per group in key order;
    /// `None` where nobody contributes within the bounds. Other groups are left out before
    /// a user's groups are counted against l0, so that nobody's bound is spent on what is
    /// not asked for.
    pub fn bounded_among(
        &self,
        bounds: Bounds,
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<Option<i64>> {
        let most = usize::try_from(bounds.l0()).unwrap_or(usize::MAX);
        let clip = i64::try_from(bounds.linf()).unwrap_or(i64::MAX);
        let mut sums: Vec<Option<i128>> = vec![None; self.keys().len()];
        self.each_user(|_, mine| {
            for &(group, value) in
                mine.iter().filter(|&&(group, _)| wanted(group as usize)).take(most)
            {
                *sums[group as usize].get_or_insert(0) += i128::from(value.min(clip));
            }
        });
        // Held only once all is added up: then nobody moves a sum by more than the bound.
        sums.into_iter().map(|sum| sum.map(held)).collect()
    }

    /// The exact sums under `l0` and `linf` (stored unit); `None` leaves that side
    /// unbounded, which no release and no trial may do: it serves inspection alone.
    pub fn bounded(&self, l0: Option<u64>, linf: Option<u64>) -> Bounded {
        let most = l0.map_or(usize::MAX, |l0| usize::try_from(l0).unwrap_or(usize::MAX));
        let clip = linf.map_or(i64::MAX, |linf| i64::try_from(linf).unwrap_or(i64::MAX));
        let mut sums = vec![0i64; self.keys().len()];
        let (mut groups, mut values) = (self.group.reader(), self.value.reader());
        for w in self.given.user_start.windows(2) {
            let (start, end) = (w[0] as usize, w[1] as usize);
            let end = end.min(start.saturating_add(most));
            for at in start..end {
                sums[groups.get(at) as usize] += values.get(at).min(clip);
            }
        }
        Bounded::new(sums, self.raw_total())
    }
}

/// Puts a user's groups (indices of `keys`, each with what belongs to it) in the order of the hex MD5 of `salt|user|group`. The order
/// of hex digits is the order of the digest's bytes; ties by the group's bytes, which
/// is the order of `group` indices.
pub fn keyed_order<T: Copy>(mine: &mut [(u32, T)], salt: &str, user: &str, keys: &[String]) {
    let mut start = Md5::new();
    start.update(salt);
    start.update("|");
    start.update(user);
    start.update("|");
    let mut keyed: Vec<([u8; 16], u32, T)> = mine
        .iter()
        .map(|&(group, value)| {
            let mut hash = start.clone();
            hash.update(&keys[group as usize]);
            (hash.finalize().into(), group, value)
        })
        .collect();
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)));
    for (slot, (_, group, value)) in mine.iter_mut().zip(keyed) {
        *slot = (group, value);
    }
}
