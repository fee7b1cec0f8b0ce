//! (user, group) pairs in each user's keyed order: exact answers for any bound.

use md5::{Digest, Md5};

use super::grouping::{QuestionError, grouping, list_kind};
use super::{Bounds, GroupKeys, ShortList};
use crate::purchases::{
    CleaningReport, GroupBy, Labels, Measure, Purchases, Purpose, Question, Reason, Unit,
};

/// Quantiles of a positive whole number over users or pairs (nearest rank).
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Spread {
    /// Median; the mean of the two middle values when their number is even.
    pub median: f64,
    /// 90th percentile (linear interpolation between order statistics).
    pub p90: f64,
    /// 99th percentile (linear interpolation between order statistics).
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

impl Spread {
    /// The spread of `values` (any order); all 0 when there are none.
    pub fn of(mut values: Vec<u64>) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        values.sort_unstable();
        let at = |q: f64| {
            let place = q * (values.len() - 1) as f64;
            let (low, part) = (place.floor() as usize, place.fract());
            let high = (low + 1).min(values.len() - 1);
            values[low] as f64 + part * (values[high] as f64 - values[low] as f64)
        };
        Self { median: at(0.5), p90: at(0.9), p99: at(0.99), max: values[values.len() - 1] as f64 }
    }
}

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

/// All (user, group) pairs of a question with the value each user gives to each
/// group. Users in the order of the purchases; a user's groups in keyed-hash order,
/// so that a bound `l0` keeps a prefix and raising it only adds.
#[derive(Debug, Clone)]
pub struct Pairs {
    question: Question,
    keys: Vec<String>,
    seen: usize,
    known: GroupKeys,
    descriptions: Option<Vec<String>>,
    user_start: Vec<u32>,
    group: Vec<u32>,
    value: Vec<i64>,
    raw: Vec<i64>,
    raw_total: i64,
    unit: Unit,
    report: CleaningReport,
}

impl Pairs {
    /// The salt of the keyed order where none is given.
    pub const DEFAULT_SALT: &str = "epsiloscope";

    /// Collects the pairs of `question` and puts each user's groups in the order of
    /// the lower-case hex MD5 of `salt|user|group`, ties by bytes. Rows in which a cell that the
    /// question needs cannot be read are left out. What a user gives to a group is added up
    /// whole, then held at 0 or above.
    ///
    /// # Errors
    /// If the file lacks the column that the question needs.
    pub fn collect(
        purchases: &Purchases,
        question: Question,
        salt: &str,
    ) -> Result<Self, QuestionError> {
        let mut grouping = grouping(purchases, question.group_by)?;
        let amounts = amounts(purchases, question.measure)?;
        let (report, unused) = used(purchases, question);
        let is_used = |row: u32| unused.is_empty() || !unused[row as usize];

        let mut present = vec![false; grouping.names.len()];
        for (row, &code) in grouping.codes.iter().enumerate() {
            present[code as usize] |= is_used(row as u32);
        }
        let seen = present.iter().filter(|&&is_there| is_there).count();
        let listed = list_kind(purchases, question.group_by, &mut grouping);
        let known =
            listed.as_ref().map_or(GroupKeys::Private, |keys| GroupKeys::Kind(keys.len() as u64));
        present.resize(grouping.names.len(), false);
        for (is_there, name) in present.iter_mut().zip(&grouping.names) {
            *is_there |= listed.as_ref().is_some_and(|keys| keys.contains(name));
        }
        let mut order: Vec<u32> =
            (0..grouping.names.len() as u32).filter(|&code| present[code as usize]).collect();
        order.sort_unstable_by(|&a, &b| {
            grouping.names[a as usize].as_bytes().cmp(grouping.names[b as usize].as_bytes())
        });
        let mut rank = vec![u32::MAX; grouping.names.len()];
        for (place, &code) in order.iter().enumerate() {
            rank[code as usize] = place as u32;
        }

        let users = purchases.user.names.len();
        let (row_start, rows) = bucket_by_user(&purchases.user, users);
        let mut pairs = Self {
            question,
            unit: purchases.reading.unit.value.of(question.measure),
            keys: order.iter().map(|&code| grouping.names[code as usize].clone()).collect(),
            seen,
            known,
            descriptions: match (&purchases.item_description, question.group_by) {
                (Some(names), GroupBy::Item) => {
                    Some(order.iter().map(|&c| names[c as usize].clone()).collect())
                }
                _ => None,
            },
            user_start: Vec::with_capacity(users + 1),
            group: Vec::new(),
            value: Vec::new(),
            raw: Vec::new(),
            raw_total: 0,
            report,
        };
        pairs.user_start.push(0);
        let mut raw = vec![0i128; order.len()];
        let mut rows_of: Vec<(u32, i64)> = Vec::new();
        let mut mine: Vec<(u32, i64)> = Vec::new();
        for user in 0..users {
            rows_of.clear();
            for &row in &rows[row_start[user] as usize..row_start[user + 1] as usize] {
                if is_used(row) {
                    rows_of.push((
                        rank[grouping.codes[row as usize] as usize],
                        amounts.of(row as usize),
                    ));
                }
            }
            rows_of.sort_unstable_by_key(|&(group, _)| group);
            mine.clear();
            mine.extend(
                rows_of
                    .chunk_by(|a, b| a.0 == b.0)
                    .map(|same| (same[0].0, whole(same, question.measure))),
            );
            if mine.len() > 1 {
                keyed_order(&mut mine, salt, &purchases.user.names[user], &pairs.keys);
            }
            for &(group, value) in &mine {
                raw[group as usize] += i128::from(value);
                pairs.group.push(group);
                pairs.value.push(value);
            }
            pairs.user_start.push(pairs.group.len() as u32);
        }
        pairs.raw_total = held(raw.iter().sum());
        pairs.raw = raw.into_iter().map(held).collect();
        Ok(pairs)
    }

    /// How many stored units make one as shown: the unit of money for revenue, 1 otherwise.
    pub fn units_per_shown(&self) -> i64 {
        self.unit.per_shown()
    }

    /// The stored unit.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// What was read, kept and dropped for this question.
    pub fn report(&self) -> &CleaningReport {
        &self.report
    }

    /// Users who give to at least one group.
    pub fn contributors(&self) -> usize {
        self.user_start.windows(2).filter(|w| w[0] < w[1]).count()
    }

    /// The question these pairs answer.
    pub fn question(&self) -> Question {
        self.question
    }

    /// How many groups some row is in: a figure of the data.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// What is publicly known of the groups: all of a public kind, or of a list, are there,
    /// also those that no row is in.
    pub fn known(&self) -> GroupKeys {
        self.known
    }

    /// What is assumed where somebody says that a public list of so many holds the groups; for
    /// trials. What a kind or a list says of itself stays.
    ///
    /// # Errors
    /// If more groups are seen.
    pub fn said_public(&self, groups: u64) -> Result<GroupKeys, ShortList> {
        match self.known {
            GroupKeys::Kind(_) | GroupKeys::Listed(_) => Ok(self.known),
            GroupKeys::Private | GroupKeys::Said(_) if groups < self.seen as u64 => {
                Err(ShortList { groups, seen: self.seen })
            }
            GroupKeys::Private | GroupKeys::Said(_) => Ok(GroupKeys::Said(groups)),
        }
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
        let mut among = Self {
            question: self.question,
            keys: list.to_vec(),
            seen: 0,
            known: GroupKeys::Listed(list.len() as u64),
            descriptions,
            user_start: vec![0],
            group: Vec::new(),
            value: Vec::new(),
            raw_total: held(raw.iter().map(|&sum| i128::from(sum)).sum()),
            raw,
            unit: self.unit,
            report: self.report.clone(),
        };
        for user in 0..self.users() {
            for (group, value) in self.of_user(user) {
                if let Some(at) = place[group as usize] {
                    among.group.push(at);
                    among.value.push(value);
                }
            }
            among.user_start.push(among.group.len() as u32);
        }
        let mut seen = vec![false; list.len()];
        among.group.iter().for_each(|&group| seen[group as usize] = true);
        among.seen = seen.into_iter().filter(|&seen| seen).count();
        among
    }

    /// Group keys, in byte order; a group's index is its place here.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Readable names of the groups, where the file has them.
    pub fn descriptions(&self) -> Option<&[String]> {
        self.descriptions.as_deref()
    }

    /// The raw (unbounded) sum of every group, in key order, in the stored unit.
    pub fn raw(&self) -> &[i64] {
        &self.raw
    }

    /// All raw sums together.
    pub fn raw_total(&self) -> i64 {
        self.raw_total
    }

    /// Number of (user, group) pairs.
    pub fn len(&self) -> usize {
        self.group.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.group.is_empty()
    }

    /// Number of users.
    pub fn users(&self) -> usize {
        self.user_start.len() - 1
    }

    /// The pairs of one user, `(group, value)`, in keyed order.
    pub fn of_user(&self, user: usize) -> impl ExactSizeIterator<Item = (u32, i64)> + '_ {
        let range = self.user_start[user] as usize..self.user_start[user + 1] as usize;
        self.group[range.clone()].iter().copied().zip(self.value[range].iter().copied())
    }

    /// How many groups each user contributes to.
    pub fn groups_per_user(&self) -> Spread {
        Spread::of(self.group_counts().filter(|&count| count > 0).collect())
    }

    /// What each pair is worth, in the stored unit.
    pub fn value_per_pair(&self) -> Spread {
        Spread::of(self.value.iter().map(|&v| v as u64).collect())
    }

    /// The number of groups of each user, in user order.
    pub fn group_counts(&self) -> impl Iterator<Item = u64> + '_ {
        self.user_start.windows(2).map(|w| u64::from(w[1] - w[0]))
    }

    /// The value of each pair, in the stored unit.
    pub fn values(&self) -> &[i64] {
        &self.value
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
        let mut sums: Vec<Option<i128>> = vec![None; self.keys.len()];
        for user in 0..self.users() {
            for (group, value) in
                self.of_user(user).filter(|&(group, _)| wanted(group as usize)).take(most)
            {
                *sums[group as usize].get_or_insert(0) += i128::from(value.min(clip));
            }
        }
        // Held only once all is added up: then nobody moves a sum by more than the bound.
        sums.into_iter().map(|sum| sum.map(held)).collect()
    }

    /// The exact sums under `l0` and `linf` (stored unit); `None` leaves that side
    /// unbounded, which no release and no trial may do: it serves inspection alone.
    pub fn bounded(&self, l0: Option<u64>, linf: Option<u64>) -> Bounded {
        let most = l0.map_or(usize::MAX, |l0| usize::try_from(l0).unwrap_or(usize::MAX));
        let clip = linf.map_or(i64::MAX, |linf| i64::try_from(linf).unwrap_or(i64::MAX));
        let mut sums = vec![0i64; self.keys.len()];
        for w in self.user_start.windows(2) {
            let (start, end) = (w[0] as usize, w[1] as usize);
            let end = end.min(start.saturating_add(most));
            for (&group, &value) in self.group[start..end].iter().zip(&self.value[start..end]) {
                sums[group as usize] += value.min(clip);
            }
        }
        Bounded::new(sums, self.raw_total)
    }
}

/// What a user gives to a group: all rows together, however large, then held at 0 or above.
fn whole(rows: &[(u32, i64)], measure: Measure) -> i64 {
    match measure {
        Measure::Buyers => 1,
        Measure::Purchases | Measure::Rows | Measure::Revenue => {
            held(rows.iter().map(|&(_, value)| i128::from(value)).sum::<i128>().max(0))
        }
    }
}

/// Within the numbers that are stored.
fn held(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// The report with the rows that a question cannot use, and which they are (none: empty).
fn used(purchases: &Purchases, question: Question) -> (CleaningReport, Vec<bool>) {
    let columns = &purchases.columns;
    let money = columns[Purpose::Price].as_ref().or(columns[Purpose::Total].as_ref());
    let by_time = question.group_by.is_of_time();
    let counted = matches!(question.measure, Measure::Purchases)
        .then_some((&columns[Purpose::Quantity], &purchases.quantity));
    let paid =
        matches!(question.measure, Measure::Revenue).then_some(purchases.money.as_ref()).flatten();
    // A time that was kept although unreadable has a group of its own.
    let timed = (by_time && purchases.reading.cleaning.drops(Reason::Unreadable))
        .then_some(purchases.time.as_ref())
        .flatten();
    let needed = [
        counted.map(|(column, values)| (column.as_ref(), values)),
        paid.map(|values| (money, values)),
        timed.map(|values| (columns[Purpose::Time].as_ref(), values)),
    ];
    let mut report = purchases.report.clone();
    let mut unused = Vec::new();
    for (column, values) in needed.into_iter().flatten() {
        let unreadable = |value: i64| value == Purchases::UNREADABLE;
        if !values.iter().copied().any(unreadable) {
            continue;
        }
        unused.resize(values.len(), false);
        let mut count = 0;
        for (unused, _) in
            unused.iter_mut().zip(values).filter(|(unused, value)| !**unused && unreadable(**value))
        {
            *unused = true;
            count += 1;
        }
        report.rows_kept -= count;
        report.dropped.add_unreadable(column.map_or("", String::as_str), count);
    }
    (report, unused)
}

/// Puts a user's groups in the order of the hex MD5 of `salt|user|group`. The order
/// of hex digits is the order of the digest's bytes; ties by the group's bytes, which
/// is the order of `group` indices.
fn keyed_order(mine: &mut [(u32, i64)], salt: &str, user: &str, keys: &[String]) {
    let mut start = Md5::new();
    start.update(salt);
    start.update("|");
    start.update(user);
    start.update("|");
    let mut keyed: Vec<([u8; 16], u32, i64)> = mine
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

/// Rows of each user, together: `rows[start[u]..start[u + 1]]`.
fn bucket_by_user(user: &Labels, users: usize) -> (Vec<u32>, Vec<u32>) {
    let mut start = vec![0u32; users + 1];
    for &code in &user.codes {
        start[code as usize + 1] += 1;
    }
    for u in 0..users {
        start[u + 1] += start[u];
    }
    let mut next = start.clone();
    let mut rows = vec![0u32; user.codes.len()];
    for (row, &code) in user.codes.iter().enumerate() {
        rows[next[code as usize] as usize] = row as u32;
        next[code as usize] += 1;
    }
    (start, rows)
}

/// What a row adds to its group.
enum Amounts<'a> {
    One,
    Of(&'a [i64]),
}

impl Amounts<'_> {
    fn of(&self, row: usize) -> i64 {
        match self {
            Amounts::One => 1,
            Amounts::Of(values) => values[row],
        }
    }
}

fn amounts(purchases: &Purchases, measure: Measure) -> Result<Amounts<'_>, QuestionError> {
    Ok(match measure {
        Measure::Purchases => Amounts::Of(&purchases.quantity),
        Measure::Rows | Measure::Buyers => Amounts::One,
        Measure::Revenue => Amounts::Of(purchases.money.as_deref().ok_or(QuestionError::NoMoney)?),
    })
}
