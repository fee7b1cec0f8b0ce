//! Who saw what and what came of it, from rows that are events: a user's groups in the keyed order
//! that bounds cut, and within each its exposures in a keyed order, too.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::chosen::{AskedEvents, ChosenEvents, kinds, names, said};
use super::error::RatesError;
use crate::contribution::{groups_of_rows, keyed_order};
use crate::purchases::{EventKind, GroupBy, Purchases};

/// Rows that are events, and what each kind is.
#[derive(Debug, Clone, Copy)]
pub struct EventSource<'a> {
    /// The rows.
    pub rows: &'a Purchases,
    /// What they are grouped by.
    pub group_by: GroupBy,
}

/// Conversions of a group by users who never saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The group.
    pub group: String,
    /// Users who converted.
    pub users: u64,
    /// Their conversions.
    pub events: u64,
}

/// Exposures and conversions by user and group.
#[derive(Debug, Clone)]
pub struct EventLog {
    /// Groups that somebody saw, in byte order.
    keys: Vec<String>,
    /// The pairs of each user: `start[user]..start[user + 1]`.
    start: Vec<u32>,
    pairs: Vec<Pair>,
    /// Of each pair, which exposures in keyed order converted: ascending places.
    hits: Vec<u32>,
    /// Conversions without exposure, by group in byte order.
    unseen: Vec<Unseen>,
    /// Pairs of which every conversion came before the first exposure.
    early: u64,
    events: u64,
}

/// A user who saw a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub group: u32,
    /// Exposures.
    pub exposed: u32,
    /// Whether the user converted at all.
    pub converted: bool,
    /// Where its places begin in `hits`, and how many there are.
    hits: (u32, u32),
}

/// One row that matters, sorted by who, what and when; exposures before conversions of the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    user: u32,
    group: u32,
    time: i64,
    converts: bool,
    place: u32,
}

/// What a kind of event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Exposure,
    Success,
    Neither,
}

/// Codes of names of several files in one list.
#[derive(Default)]
struct Names<'a> {
    code: HashMap<&'a str, u32>,
    names: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn codes(&mut self, names: &'a [String]) -> Vec<u32> {
        names
            .iter()
            .map(|name| {
                let next = self.names.len() as u32;
                let code = *self.code.entry(name).or_insert(next);
                if code == next {
                    self.names.push(name);
                }
                code
            })
            .collect()
    }
}

impl EventLog {
    /// Collects exposures and conversions of the events of `log`, or, where `exposures` are another
    /// file, takes the rows of that for exposures and those of `log` for successes (each of the kinds that
    /// are asked for, where it has an event column). Rows whose time cannot be read come first.
    ///
    /// # Errors
    /// If nothing says what happened, or nobody saw anything.
    pub fn collect(
        log: EventSource<'_>,
        exposures: Option<EventSource<'_>>,
        asked: &AskedEvents,
        salt: &str,
    ) -> Result<(Self, ChosenEvents), RatesError> {
        if let Some(exposures) = exposures {
            in_common(log, exposures)?;
        }
        let (chosen, roles) = roles(log, exposures, asked)?;
        let log = Self::of_sources(log, exposures, &roles, salt)?;
        if log.pairs.is_empty() {
            let conversions = log.events;
            return Err(RatesError::NobodyExposed {
                exposed: chosen.exposed.join(" or "),
                converted: chosen.converted.join(" or "),
                conversions: if conversions == 1 {
                    "1 row".to_owned()
                } else {
                    format!("{conversions} rows")
                },
            });
        }
        Ok((log, chosen))
    }

    fn of_sources(
        log: EventSource<'_>,
        exposures: Option<EventSource<'_>>,
        roles: &[Vec<Role>],
        salt: &str,
    ) -> Result<Self, RatesError> {
        let sources: Vec<EventSource<'_>> = std::iter::once(log).chain(exposures).collect();
        let labels = sources
            .iter()
            .map(|source| groups_of_rows(source.rows, source.group_by))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut users, mut groups) = (Names::default(), Names::default());
        let mut rows: Vec<Row> = Vec::new();
        for ((source, labels), roles) in sources.iter().zip(&labels).zip(roles) {
            let user_of = users.codes(&source.rows.user.names);
            let group_of = groups.codes(&labels.names);
            let kinds = source.rows.event.as_ref();
            for place in 0..source.rows.rows() {
                let kind = kinds.map_or(0, |kinds| kinds.codes.get(place) as usize);
                if roles[kind] == Role::Neither {
                    continue;
                }
                rows.push(Row {
                    user: user_of[source.rows.user.codes.get(place) as usize],
                    group: group_of[labels.codes.get(place) as usize],
                    time: source.rows.time.as_ref().map_or(0, |times| times.get(place)),
                    converts: roles[kind] == Role::Success,
                    place: place as u32,
                });
            }
        }
        rows.sort_unstable();
        Ok(Self::of_rows(&rows, &users.names, &groups.names, salt))
    }

    /// Collects exposures and conversions for a release: events are what they are declared to be, no word
    /// is looked up, and no refusal follows from rows. Where `exposures` are another file, every row of
    /// a file without an event column counts.
    ///
    /// # Errors
    /// If a file lacks the column that the grouping needs, or the one file has no event column.
    pub fn declared(
        log: EventSource<'_>,
        exposures: Option<EventSource<'_>>,
        declared: &AskedEvents,
        salt: &str,
    ) -> Result<Self, RatesError> {
        let of = |source: EventSource<'_>, is: &dyn Fn(&String) -> Role, plain: Role| match &source
            .rows
            .event
        {
            Some(kinds) => kinds.names.iter().map(is).collect(),
            None => vec![plain],
        };
        let says = |name: &String, words: &[String], role: Role| {
            let named = words.iter().any(|word| names(word, name));
            if named { role } else { Role::Neither }
        };
        let roles: Vec<Vec<Role>> = match exposures {
            None => {
                if log.rows.event.is_none() {
                    return Err(RatesError::NoEvents { file: log.rows.source.clone() });
                }
                let is = |name: &String| match says(name, &declared.converted, Role::Success) {
                    Role::Neither => says(name, &declared.exposed, Role::Exposure),
                    success => success,
                };
                vec![of(log, &is, Role::Neither)]
            }
            Some(seen) => vec![
                of(log, &|name| says(name, &declared.converted, Role::Success), Role::Success),
                of(seen, &|name| says(name, &declared.exposed, Role::Exposure), Role::Exposure),
            ],
        };
        Self::of_sources(log, exposures, &roles, salt)
    }

    fn of_rows(rows: &[Row], users: &[&str], groups: &[&str], salt: &str) -> Self {
        let mut seen = vec![false; groups.len()];
        rows.iter().filter(|row| !row.converts).for_each(|row| seen[row.group as usize] = true);
        let mut order: Vec<u32> =
            (0..groups.len() as u32).filter(|&group| seen[group as usize]).collect();
        order.sort_unstable_by_key(|&group| groups[group as usize]);
        let mut rank = vec![u32::MAX; groups.len()];
        order.iter().zip(0..).for_each(|(&group, place)| rank[group as usize] = place);
        let keys: Vec<String> =
            order.iter().map(|&group| groups[group as usize].to_owned()).collect();
        let mut log = Self {
            keys,
            start: vec![0],
            pairs: Vec::new(),
            hits: Vec::new(),
            unseen: Vec::new(),
            early: 0,
            events: rows.len() as u64,
        };
        let mut unseen: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        let mut mine: Vec<(u32, Pair)> = Vec::new();
        for of_user in rows.chunk_by(|a, b| a.user == b.user) {
            mine.clear();
            let user = users[of_user[0].user as usize];
            for of_pair in of_user.chunk_by(|a, b| a.group == b.group) {
                let group = of_pair[0].group as usize;
                if of_pair.iter().all(|row| row.converts) {
                    let (users, events) = unseen.entry(groups[group]).or_default();
                    *users += 1;
                    *events += of_pair.len() as u64;
                    continue;
                }
                let pair = log.pair(of_pair, rank[group], (salt, user, groups[group]));
                mine.push((rank[group], pair));
            }
            if mine.is_empty() {
                continue;
            }
            keyed_order(&mut mine, salt, user, &log.keys);
            log.pairs.extend(mine.iter().map(|&(_, pair)| pair));
            log.start.push(log.pairs.len() as u32);
        }
        log.unseen = unseen
            .into_iter()
            .map(|(group, (users, events))| Unseen { group: group.to_owned(), users, events })
            .collect();
        log
    }

    /// The pair of a user's rows in one group, at least one an exposure. A conversion is that of the
    /// last exposure before it; the exposures are then put in a keyed order.
    fn pair(&mut self, rows: &[Row], group: u32, (salt, user, key): (&str, &str, &str)) -> Pair {
        let exposed = rows.iter().filter(|row| !row.converts).count() as u32;
        let converted = rows.iter().any(|row| row.converts);
        let from = self.hits.len() as u32;
        let mut before = 0u32;
        for row in rows {
            if !row.converts {
                before += 1;
            } else if before > 0
                && self.hits.get(from as usize..).and_then(<[u32]>::last) != Some(&(before - 1))
            {
                self.hits.push(before - 1);
            }
        }
        let mine = &mut self.hits[from as usize..];
        self.early += u64::from(converted && mine.is_empty());
        if !mine.is_empty() && (mine.len() as u32) < exposed {
            let names: Vec<String> = (0..exposed).map(|place| place.to_string()).collect();
            let mut order: Vec<(u32, ())> = (0..exposed).map(|place| (place, ())).collect();
            keyed_order(&mut order, salt, &format!("{user}|{key}"), &names);
            let mut place_of = vec![0; exposed as usize];
            order.iter().zip(0..).for_each(|(&(old, ()), new)| place_of[old as usize] = new);
            mine.iter_mut().for_each(|place| *place = place_of[*place as usize]);
            mine.sort_unstable();
        }
        let many = mine.len() as u32;
        Pair { group, exposed, converted, hits: (from, many) }
    }

    /// Groups that somebody saw, in byte order.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Users who saw something.
    pub fn users(&self) -> usize {
        self.start.len() - 1
    }

    /// The most groups that one user saw.
    pub fn most_groups(&self) -> u64 {
        self.start.windows(2).map(|ends| u64::from(ends[1] - ends[0])).max().unwrap_or(0)
    }

    /// Pairs of a user and a group that the user saw.
    pub fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// Rows that are exposure or success.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Conversions of users who never saw the group, by group in byte order.
    pub fn unseen(&self) -> &[Unseen] {
        &self.unseen
    }

    /// Users and groups of which every conversion came before the first exposure: such a user counts as
    /// converted, and no exposure does.
    pub fn early(&self) -> u64 {
        self.early
    }

    /// The pairs of each user, in keyed order.
    pub(super) fn of_users(&self) -> impl Iterator<Item = &[Pair]> {
        self.start.windows(2).map(|ends| &self.pairs[ends[0] as usize..ends[1] as usize])
    }

    /// How many of the first `linf` exposures of a pair converted.
    pub(super) fn hits_within(&self, pair: Pair, linf: u64) -> u64 {
        let (from, many) = pair.hits;
        let mine = &self.hits[from as usize..(from + many) as usize];
        mine.partition_point(|&place| u64::from(place) < linf) as u64
    }
}

/// What each kind of event of each file is.
fn roles(
    log: EventSource<'_>,
    exposures: Option<EventSource<'_>>,
    asked: &AskedEvents,
) -> Result<(ChosenEvents, Vec<Vec<Role>>), RatesError> {
    let all = |role, name: &str| (vec![name.to_owned()], vec![role]);
    let of = |source: EventSource<'_>, words: &[String], role: Role| {
        let names = source.rows.event.as_ref().map_or(&[][..], |kinds| &kinds.names);
        let role_of = |name: &String| if words.contains(name) { role } else { Role::Neither };
        names.iter().map(role_of).collect::<Vec<Role>>()
    };
    let Some(exposures) = exposures else {
        let file = &log.rows.source;
        let kinds = kinds(log.rows).ok_or_else(|| no_events(log.rows))?;
        let is_number = |(kind, _): &(String, u64)| kind.trim().parse::<f64>().is_ok();
        // Whoever says what the numbers mean is believed.
        let is_said = !asked.exposed.is_empty() && !asked.converted.is_empty();
        if !is_said && kinds.iter().all(is_number) {
            return Err(RatesError::NumberEvents { file: file.clone(), kinds: said(&kinds) });
        }
        let chosen = ChosenEvents::of(file, &kinds, first(log).as_deref(), asked)
            .map_err(|refusal| with_dropped(refusal, log.rows))?;
        let mut roles = of(log, &chosen.exposed, Role::Exposure);
        for (role, converts) in roles.iter_mut().zip(of(log, &chosen.converted, Role::Success)) {
            if converts == Role::Success {
                *role = Role::Success;
            }
        }
        return Ok((chosen, vec![roles]));
    };
    // Each file is asked for its own side.
    let mut chosen = ChosenEvents::default();
    let mut both = Vec::new();
    for (source, role, name) in
        [(log, Role::Success, "conversion"), (exposures, Role::Exposure, "exposure")]
    {
        let words = if role == Role::Success { &asked.converted } else { &asked.exposed };
        let (words, roles) = match kinds(source.rows) {
            None => all(role, name),
            Some(kinds) => {
                let file = &source.rows.source;
                let words = match (words.is_empty(), role) {
                    (false, _) => {
                        // The other side is whatever it is.
                        let asked = AskedEvents { exposed: words.clone(), converted: Vec::new() };
                        let named = ChosenEvents::of(file, &kinds, None, &asked);
                        match named {
                            Ok(named) => named.exposed,
                            Err(RatesError::NoSuccess { .. }) => words.clone(),
                            Err(error) => return Err(error),
                        }
                    }
                    (true, Role::Success) => {
                        let asked = AskedEvents { exposed: vec![], converted: vec![] };
                        let known = ChosenEvents::of(file, &kinds, None, &asked);
                        known.map_or_else(|_| every(&kinds), |known| known.converted)
                    }
                    (true, _) => {
                        let known = ChosenEvents::of(file, &kinds, None, &AskedEvents::default());
                        known.map_or_else(|_| every(&kinds), |known| known.exposed)
                    }
                };
                let roles = of(source, &words, role);
                (words, roles)
            }
        };
        match role {
            Role::Success => chosen.converted = words,
            _ => chosen.exposed = words,
        }
        both.push(roles);
    }
    Ok((chosen, both))
}

/// Two files must speak of the same users and groups.
fn in_common(log: EventSource<'_>, exposures: EventSource<'_>) -> Result<(), RatesError> {
    let (mine, theirs) = (
        groups_of_rows(log.rows, log.group_by)?,
        groups_of_rows(exposures.rows, exposures.group_by)?,
    );
    for (what, mine, theirs) in [
        ("user", &log.rows.user.names, &exposures.rows.user.names),
        ("group", &mine.names, &theirs.names),
    ] {
        let known: HashSet<&str> = mine.iter().map(String::as_str).collect();
        let is_apart = !theirs.iter().any(|name| known.contains(name.as_str()));
        if is_apart && !mine.is_empty() && !theirs.is_empty() {
            let first = |names: &[String]| {
                let first: Vec<String> = names
                    .iter()
                    .take(3)
                    .map(|name| name.chars().take(40).filter(|c| !c.is_control()).collect())
                    .collect();
                format!("{}{}", first.join(", "), if names.len() > 3 { ", ..." } else { "" })
            };
            return Err(RatesError::NothingInCommon {
                what,
                log: log.rows.source.clone(),
                exposures: exposures.rows.source.clone(),
                mine: first(mine),
                theirs: first(theirs),
            });
        }
    }
    Ok(())
}

/// Why no column says what happened: columns may count events, a row for each user.
fn no_events(rows: &Purchases) -> RatesError {
    let file = rows.source.clone();
    let counting = |name: &&String| EventKind::of(name).is_some();
    let columns: Vec<&str> = rows.header.iter().filter(counting).map(String::as_str).collect();
    match columns.len() {
        0 => RatesError::NoEvents { file },
        _ => RatesError::CountsInColumns { file, columns: columns.join(", ") },
    }
}

/// What no success was found in, with the rows that were dropped: they may have been the successes.
fn with_dropped(refusal: RatesError, rows: &Purchases) -> RatesError {
    let report = &rows.report;
    match (refusal, report.dropped.by_reason().first()) {
        (RatesError::NoSuccess { exposed, kinds, .. }, Some((reason, _))) => {
            let dropped = format!(
                " ({} of {} rows were dropped, most of them {})",
                report.rows_read - report.rows_kept,
                report.rows_read,
                reason.rows()
            );
            RatesError::NoSuccess { exposed, kinds, dropped }
        }
        (refusal, _) => refusal,
    }
}

fn every(kinds: &[(String, u64)]) -> Vec<String> {
    kinds.iter().map(|(kind, _)| kind.clone()).collect()
}

/// What most users do first, by time, else in the order of the file.
fn first(source: EventSource<'_>) -> Option<String> {
    let kinds = source.rows.event.as_ref()?;
    let mut firsts: Vec<Option<(i64, u32)>> = vec![None; source.rows.user.names.len()];
    for place in 0..source.rows.rows() {
        let time = source.rows.time.as_ref().map_or(0, |times| times.get(place));
        let known = &mut firsts[source.rows.user.codes.get(place) as usize];
        if known.is_none_or(|(earliest, _)| time < earliest) {
            *known = Some((time, kinds.codes.get(place)));
        }
    }
    let mut counts = vec![0u64; kinds.names.len()];
    firsts.iter().flatten().for_each(|&(_, kind)| counts[kind as usize] += 1);
    let most = (0..counts.len()).max_by_key(|&kind| (counts[kind], std::cmp::Reverse(kind)))?;
    Some(kinds.names[most].clone())
}
