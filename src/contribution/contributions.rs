//! What every user gives to every group of a question: sums and spreads that no order matters for.

use std::hint::black_box;
use std::ops::Range;

use super::grouping::{QuestionError, groups_of_rows, list_kind};
use super::{GroupKeys, ShortList};
use crate::purchases::{
    CleaningReport, Codes, GroupBy, Labels, Measure, Numbers, NumbersReader, Purchases, Purpose,
    Question, Reason, Unit,
};
use crate::work::{Cancel, each_in_order, threads};

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
    pub fn of(values: impl Iterator<Item = u64>) -> Self {
        // Nearly all are small; those are counted, so that nothing has to be kept and sorted.
        const SMALL: usize = 1 << 16;
        let mut small = vec![0u64; SMALL];
        let mut large = Vec::new();
        for value in values {
            match small.get_mut(usize::try_from(value).unwrap_or(SMALL)) {
                Some(count) => *count += 1,
                None => large.push(value),
            }
        }
        large.sort_unstable();
        let counted: u64 = small.iter().sum();
        let all = counted + large.len() as u64;
        if all == 0 {
            return Self::default();
        }
        // Every count becomes how many values are at most as large.
        let mut below = 0;
        for count in &mut small {
            below += *count;
            *count = below;
        }
        let value = |place: u64| match place.checked_sub(counted) {
            Some(place) => large[place as usize],
            None => small.partition_point(|&at_most| at_most <= place) as u64,
        };
        let at = |q: f64| {
            let place = q * (all - 1) as f64;
            let (low, part) = (place.floor() as u64, place.fract());
            let (low, high) = (value(low) as f64, value((low + 1).min(all - 1)) as f64);
            low + part * (high - low)
        };
        Self { median: at(0.5), p90: at(0.9), p99: at(0.99), max: value(all - 1) as f64 }
    }
}

/// What each user gives to each group, for one question. Users in the order of the purchases, a
/// user's groups in the order of their keys. Bounds need another order: that of
/// [`Pairs`](super::Pairs).
#[derive(Debug, Clone)]
pub struct Contributions {
    pub(super) question: Question,
    pub(super) keys: Vec<String>,
    pub(super) seen: usize,
    pub(super) known: GroupKeys,
    pub(super) descriptions: Option<Vec<String>>,
    pub(super) user_start: Vec<u32>,
    pub(super) group: Codes,
    pub(super) value: Numbers,
    pub(super) raw: Vec<i64>,
    pub(super) raw_total: i64,
    pub(super) unit: Unit,
    pub(super) report: CleaningReport,
    pub(super) items: usize,
}

impl Contributions {
    /// Adds up the rows of `question`. Rows in which a cell that the question needs cannot be
    /// read are left out. What a user gives to a group is added up whole, then held at 0 or above.
    ///
    /// # Errors
    /// If the file lacks the column that the question needs.
    pub fn collect(purchases: &Purchases, question: Question) -> Result<Self, QuestionError> {
        Self::collect_in_order(purchases, question, |_, _, _| ())
    }

    /// As [`Contributions::collect`], each user's groups in the order in which `put_in_order` puts them: it
    /// is given the keys of the groups, the user's code, and what the user gives in the order of the keys.
    pub(super) fn collect_in_order(
        purchases: &Purchases,
        question: Question,
        put_in_order: impl Fn(&[String], usize, &mut [(u32, i64)]) + Sync,
    ) -> Result<Self, QuestionError> {
        let mut grouping = groups_of_rows(purchases, question.group_by)?;
        let amounts = amounts(purchases, question.measure)?;
        let (report, unused) = used(purchases, question);
        let is_used = |row: u32| unused.is_empty() || !unused[row as usize];

        let mut present = vec![false; grouping.names.len()];
        let mut row = 0;
        grouping.codes.for_each(|code| {
            present[code as usize] |= is_used(row);
            row += 1;
        });
        let seen = present.iter().filter(|&&is_there| is_there).count();
        // Groups of items are told apart as the items are.
        let items = if question.group_by == GroupBy::Item {
            seen
        } else {
            let mut bought = vec![false; purchases.item.names.len()];
            for (row, code) in purchases.item.codes.iter().enumerate() {
                bought[code as usize] |= is_used(row as u32);
            }
            bought.into_iter().filter(|&is_bought| is_bought).count()
        };
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
        let mut given = Self {
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
            group: Codes::default(),
            value: Numbers::default(),
            raw: Vec::new(),
            raw_total: 0,
            report,
            items,
        };
        given.user_start.push(0);
        let mut raw = vec![0i128; order.len()];
        let mut adding = Adding { raw: &mut raw, put_in_order };
        let rows = || {
            let (mut groups, mut amounts) = (grouping.codes.reader(), amounts.reader());
            let rank = &rank;
            move |row: usize| (rank[groups.get(row) as usize], amounts.get(row))
        };
        if let Some(waiting) = &purchases.waiting {
            given.group.wait_in(waiting.spill());
            given.value.wait_in(waiting.spill());
        }
        for part in parts_of_users(purchases, is_used) {
            // Nearly all amounts take half of a number, whose other half is their group.
            let mut row = rows();
            let small = |at: usize| {
                let (group, amount) = row(at);
                Some(u64::from(group) << 32 | u64::from(u32::try_from(amount).ok()?))
            };
            match by_user(&purchases.user, &part, is_used, small) {
                Some(rows) => {
                    let read = |row: u64| ((row >> 32) as u32, i64::from(row as u32));
                    given.add_up(part.users.start, rows, &mut adding, read);
                }
                None => {
                    let mut row = rows();
                    let rows = by_user(&purchases.user, &part, is_used, |at| Some(row(at)));
                    given
                        .add_up(part.users.start, rows.unwrap_or_default(), &mut adding, |row| row);
                }
            }
        }
        if let Some(cause) = purchases.waiting.as_ref().and_then(|at| at.spill().failure()) {
            return Err(QuestionError::Spill { cause });
        }
        given.raw_total = held(raw.iter().sum());
        given.raw = raw.into_iter().map(held).collect();
        Ok(given)
    }

    /// Adds up the rows of every user from `first` on, and of every group; `read` gives a row's group and
    /// amount.
    fn add_up<T: Copy + Ord + Send>(
        &mut self,
        first: u32,
        (start, mut rows): (Vec<u32>, Vec<T>),
        adding: &mut Adding<'_, impl Fn(&[String], usize, &mut [(u32, i64)]) + Sync>,
        read: impl Fn(T) -> (u32, i64) + Sync,
    ) {
        let measure = self.question.measure;
        let (keys, put_in_order, raw) = (&self.keys, &adding.put_in_order, &mut adding.raw);
        let sums = |(user, start, rows): (usize, &[u32], &mut [T])| {
            let mut sums = SumsOfUsers::with_room(rows.len(), start.len());
            let mut mine: Vec<(u32, i64)> = Vec::new();
            for (user, at) in (user..).zip(start.windows(2)) {
                let rows = &mut rows[(at[0] - start[0]) as usize..(at[1] - start[0]) as usize];
                rows.sort_unstable();
                mine.clear();
                mine.extend(rows.chunk_by(|&a, &b| read(a).0 == read(b).0).map(|same| {
                    let value = whole(same.iter().map(|&row| read(row).1), measure);
                    (read(same[0]).0, value)
                }));
                put_in_order(keys, user, &mut mine);
                sums.group.extend(mine.iter().map(|(group, _)| group));
                sums.value.extend(mine.iter().map(|(_, value)| value));
                sums.end.push(sums.group.len() as u32);
            }
            sums
        };
        // Some users at a time, on all cores.
        let (mut left, mut rest) = (start.as_slice(), rows.as_mut_slice());
        let mut user = first as usize;
        let pieces = std::iter::from_fn(|| {
            let from = *left.first()?;
            let enough = left.partition_point(|&start| start - from < ROWS_AT_ONCE);
            let last = enough.min(left.len() - 1);
            if last == 0 {
                return None;
            }
            let users = &left[..=last];
            left = &left[last..];
            let (mine, others) =
                std::mem::take(&mut rest).split_at_mut((users[last] - from) as usize);
            rest = others;
            user += last;
            Some((user - last, users, mine))
        });
        let (group, value, user_start) = (&mut self.group, &mut self.value, &mut self.user_start);
        let add = |_, sums: SumsOfUsers| {
            for (&group, &value) in sums.group.iter().zip(&sums.value) {
                raw[group as usize] += i128::from(value);
            }
            let before = group.len() as u32;
            user_start.extend(sums.end.iter().map(|&end| before + end));
            group.extend(sums.group);
            value.extend(sums.value);
        };
        let make = |(): &mut (), piece| sums(piece);
        each_in_order(threads(), pieces, &Cancel::new(), |_| (), make, add)
            .expect("nobody asks it to stop");
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

    /// Distinct items of the rows that are used.
    pub fn items(&self) -> usize {
        self.items
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

    /// How many groups each user contributes to.
    pub fn groups_per_user(&self) -> Spread {
        Spread::of(self.group_counts().filter(|&count| count > 0))
    }

    /// What each pair is worth, in the stored unit.
    pub fn value_per_pair(&self) -> Spread {
        Spread::of(self.value.iter().map(|v| v as u64))
    }

    /// The number of groups of each user, in user order.
    pub fn group_counts(&self) -> impl Iterator<Item = u64> + '_ {
        self.user_start.windows(2).map(|w| u64::from(w[1] - w[0]))
    }

    /// The value of each pair, in the stored unit.
    pub fn values(&self) -> impl ExactSizeIterator<Item = i64> + '_ {
        self.value.iter()
    }

    /// Calls with every user and what that user gives, `(group, value)`, in the order of their groups.
    pub fn each_user(&self, mut each: impl FnMut(usize, &[(u32, i64)])) {
        let (mut groups, mut values) = (self.group.reader(), self.value.reader());
        let mut mine = Vec::new();
        for (user, at) in self.user_start.windows(2).enumerate() {
            mine.clear();
            mine.extend(
                (at[0] as usize..at[1] as usize).map(|at| (groups.get(at), values.get(at))),
            );
            each(user, &mine);
        }
    }
}

/// Rows of users that are added up together, about.
const ROWS_AT_ONCE: u32 = 1 << 16;

/// What some users give.
struct SumsOfUsers {
    group: Vec<u32>,
    value: Vec<i64>,
    /// Of each user where the next begins.
    end: Vec<u32>,
}

impl SumsOfUsers {
    fn with_room(pairs: usize, users: usize) -> Self {
        Self {
            group: Vec::with_capacity(pairs),
            value: Vec::with_capacity(pairs),
            end: Vec::with_capacity(users),
        }
    }
}

/// What a user gives to a group: all rows together, however large, then held at 0 or above.
fn whole(rows: impl Iterator<Item = i64>, measure: Measure) -> i64 {
    match measure {
        Measure::Buyers => 1,
        Measure::Purchases | Measure::Rows | Measure::Revenue => {
            held(rows.map(i128::from).sum::<i128>().max(0))
        }
    }
}

/// Within the numbers that are stored.
pub(super) fn held(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

/// The report with the rows that a question cannot use, and which they are (none: empty).
fn used(purchases: &Purchases, question: Question) -> (CleaningReport, Vec<bool>) {
    let columns = &purchases.columns;
    let money = columns[Purpose::Price].as_ref().or(columns[Purpose::Total].as_ref());
    let by_time = question.group_by.is_of_time();
    // What is paid at a unit price cannot be told without the quantity either, which is then the reason.
    let times_quantity = question.measure == Measure::Revenue && columns[Purpose::Price].is_some();
    let counted = (question.measure == Measure::Purchases || times_quantity)
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
        if !values.iter().any(unreadable) {
            continue;
        }
        unused.resize(values.len(), false);
        let mut count = 0;
        for (unused, _) in unused
            .iter_mut()
            .zip(values.iter())
            .filter(|(unused, value)| !**unused && unreadable(*value))
        {
            *unused = true;
            count += 1;
        }
        report.rows_kept -= count;
        report.dropped.add_unreadable(column.map_or("", String::as_str), count);
    }
    (report, unused)
}

/// What adding up goes on with from part to part.
struct Adding<'a, O> {
    /// The raw sum of each group.
    raw: &'a mut [i128],
    put_in_order: O,
}

/// Users whose rows are added up together, and how many of their rows are used.
struct Part {
    users: Range<u32>,
    /// By user of the part.
    rows: Vec<u32>,
}

/// All users in parts whose rows memory may hold: one part, unless rows wait on disk.
fn parts_of_users(purchases: &Purchases, is_used: impl Fn(u32) -> bool) -> Vec<Part> {
    // A row waits for its place in two numbers at most.
    const ROW: u64 = 16;
    let mut rows = vec![0u32; purchases.user.names.len()];
    each_run(&purchases.user.codes, |code, run| {
        rows[code as usize] += run.filter(|&row| is_used(row)).count() as u32;
    });
    let Some(waiting) = &purchases.waiting else {
        return vec![Part { users: 0..rows.len() as u32, rows }];
    };
    let most = (waiting.bytes_at_once() / ROW).max(1);
    let (mut parts, mut first, mut held) = (Vec::new(), 0, 0);
    for (user, &more) in rows.iter().enumerate() {
        let more = u64::from(more);
        if held > 0 && held + more > most {
            parts.push(first..user);
            (first, held) = (user, 0);
        }
        held += more;
    }
    parts.push(first..rows.len());
    let part = |users: Range<usize>| Part {
        rows: rows[users.clone()].to_vec(),
        users: users.start as u32..users.end as u32,
    };
    parts.into_iter().map(part).collect()
}

/// The rows of each user of a part that are used, together: `rows[start[u]..start[u + 1]]`, as `of_row`
/// says them; `None` where it cannot say one.
fn by_user<T: Copy + Default>(
    user: &Labels,
    part: &Part,
    is_used: impl Fn(u32) -> bool,
    mut of_row: impl FnMut(usize) -> Option<T>,
) -> Option<(Vec<u32>, Vec<T>)> {
    let mut start = Vec::with_capacity(part.rows.len() + 1);
    start.push(0u32);
    start.extend(part.rows.iter().scan(0, |end, rows| {
        *end += rows;
        Some(*end)
    }));
    let mut next = start.clone();
    let mut rows = vec![T::default(); start[part.rows.len()] as usize];
    let mut is_said = true;
    let mut put = |runs: &mut Vec<(u32, Range<u32>)>| {
        if !is_said {
            return runs.clear();
        }
        // Users stand far from each other: many looks at once take as long as one.
        for (code, _) in runs.iter() {
            black_box(rows.get(next[*code as usize] as usize).copied());
        }
        for (code, run) in runs.drain(..) {
            let place = &mut next[code as usize];
            for row in run.filter(|&row| is_used(row)) {
                match of_row(row as usize) {
                    Some(of_row) if is_said => rows[*place as usize] = of_row,
                    _ => is_said = false,
                }
                *place += 1;
            }
        }
    };
    // A user's rows often stand below each other (a basket): what belongs to a user is looked up once
    // for all of them.
    let mut runs = Vec::with_capacity(AT_ONCE);
    each_run(&user.codes, |code, run| {
        if part.users.contains(&code) {
            runs.push((code - part.users.start, run));
        }
        if runs.len() == AT_ONCE {
            put(&mut runs);
        }
    });
    put(&mut runs);
    is_said.then_some((start, rows))
}

/// Runs of rows that are put in their places together.
const AT_ONCE: usize = 128;

/// Calls with every code and the rows below each other that have it.
fn each_run(codes: &Codes, mut each: impl FnMut(u32, Range<u32>)) {
    let (mut row, mut from, mut last) = (0, 0, 0);
    codes.for_each(|code| {
        if code != last {
            if from < row {
                each(last, from..row);
            }
            (last, from) = (code, row);
        }
        row += 1;
    });
    if from < row {
        each(last, from..row);
    }
}

/// What a row adds to its group.
enum Amounts<'a> {
    One,
    Of(&'a Numbers),
}

/// Reads amounts row by row.
enum AmountsReader<'a> {
    One,
    Of(NumbersReader<'a>),
}

impl AmountsReader<'_> {
    #[inline]
    fn get(&mut self, row: usize) -> i64 {
        match self {
            AmountsReader::One => 1,
            AmountsReader::Of(values) => values.get(row),
        }
    }
}

impl Amounts<'_> {
    fn reader(&self) -> AmountsReader<'_> {
        match self {
            Amounts::One => AmountsReader::One,
            Amounts::Of(values) => AmountsReader::Of(values.reader()),
        }
    }
}

fn amounts(purchases: &Purchases, measure: Measure) -> Result<Amounts<'_>, QuestionError> {
    Ok(match measure {
        Measure::Purchases => Amounts::Of(&purchases.quantity),
        Measure::Rows | Measure::Buyers => Amounts::One,
        Measure::Revenue => Amounts::Of(purchases.money.as_ref().ok_or(QuestionError::NoMoney)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_added_up_in_their_order_however_many_there_are() {
        let mut given = Contributions {
            question: Question::default(),
            keys: Default::default(),
            seen: 3,
            known: GroupKeys::Private,
            descriptions: None,
            user_start: vec![0],
            group: Default::default(),
            value: Default::default(),
            raw: Default::default(),
            raw_total: 0,
            unit: Unit::WHOLE,
            report: CleaningReport::default(),
            items: 3,
        };
        // Nobody, a few, and more than are added up at once.
        let of_user = [0, 5, 0, ROWS_AT_ONCE, 1, ROWS_AT_ONCE / 2, ROWS_AT_ONCE / 2, 7, 0];
        let mut start = vec![0];
        start.extend(of_user.iter().scan(0, |end, rows| {
            *end += rows;
            Some(*end)
        }));
        let rows: Vec<(u32, i64)> =
            (0..*start.last().unwrap()).map(|row| (row % 3, i64::from(row % 5) - 1)).collect();
        let mut raw = vec![0; 3];
        let order = |_: &[String], user: usize, mine: &mut [(u32, i64)]| {
            if user == 13 {
                mine.reverse();
            }
        };
        let mut adding = Adding { raw: &mut raw, put_in_order: order };
        given.add_up(10, (start.clone(), rows.clone()), &mut adding, |row| row);
        let (mut pairs, mut sums) = (Vec::new(), vec![0; 3]);
        for user in start.windows(2) {
            let mut of_user = std::collections::BTreeMap::new();
            for &(group, value) in &rows[user[0] as usize..user[1] as usize] {
                *of_user.entry(group).or_insert(0) += value;
            }
            let first = pairs.len();
            for (&group, &value) in &of_user {
                pairs.push((group, value.max(0)));
                sums[group as usize] += i128::from(value.max(0));
            }
            // The fourth of them is put in another order.
            if user[0] == 5 && user[1] > 5 {
                pairs[first..].reverse();
            }
        }
        assert_eq!(given.group.iter().zip(given.value.iter()).collect::<Vec<_>>(), pairs);
        assert_eq!((raw, given.users()), (sums, of_user.len()));
        assert_eq!(given.user_start[..3], [0, 0, 3]);
    }

    #[test]
    fn spreads_are_those_of_the_sorted_values_however_large() {
        for values in [
            vec![3, 1, 2],
            vec![7],
            (1..=1_000).collect::<Vec<u64>>(),
            (0..500).map(|n| n * 1_000_003 % 200_000).collect(),
            vec![u64::MAX, 65_535, 65_536, 0, 65_536, 1 << 40],
        ] {
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let at = |q: f64| {
                let place = q * (sorted.len() - 1) as f64;
                let low = sorted[place.floor() as usize] as f64;
                let high = sorted[place.ceil() as usize] as f64;
                low + place.fract() * (high - low)
            };
            let max = sorted[sorted.len() - 1] as f64;
            let want = Spread { median: at(0.5), p90: at(0.9), p99: at(0.99), max };
            assert_eq!(Spread::of(values.into_iter()), want);
        }
        assert_eq!(Spread::of(std::iter::empty()), Spread::default());
    }
}
