//! Disjoint cells of every group, converted and not, under contribution bounds.

use serde::Serialize;

use super::log::EventLog;

/// What a rate counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RateUnit {
    /// Users who saw a group, and those of them who converted.
    #[default]
    User,
    /// Exposures, and those of them that converted.
    Event,
}

impl RateUnit {
    /// Every one, in the order shown.
    pub const ALL: [RateUnit; 2] = [RateUnit::User, RateUnit::Event];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            RateUnit::User => "user",
            RateUnit::Event => "event",
        }
    }

    /// What is counted, and what of it converted, by the words of events.
    pub fn counted(self, exposed: &str, converted: &str) -> String {
        match self {
            RateUnit::User => format!("users who saw it ({exposed}) and converted ({converted})"),
            RateUnit::Event => format!("exposures ({exposed}) that converted ({converted})"),
        }
    }

    /// What is counted, several of them.
    pub fn plural(self) -> &'static str {
        match self {
            RateUnit::User => "users",
            RateUnit::Event => "exposures",
        }
    }
}

/// Two cells for every group, in key order: what converted and what did not. A user is in one of
/// the two for every group (per event: with at most linf exposures), so one user moves both cells of l0
/// groups by at most linf together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateCells {
    /// Converted.
    pub converted: Vec<u64>,
    /// Not converted.
    pub others: Vec<u64>,
}

impl RateCells {
    fn empty(groups: usize) -> Self {
        Self { converted: vec![0; groups], others: vec![0; groups] }
    }

    /// Both cells of a group together.
    pub fn size(&self, group: usize) -> u64 {
        self.converted[group] + self.others[group]
    }

    /// The rate of a group; `None` where nobody is in it.
    pub fn rate(&self, group: usize) -> Option<f64> {
        match self.size(group) {
            0 => None,
            size => Some(self.converted[group] as f64 / size as f64),
        }
    }

    /// All cells together: converted, and all.
    pub fn total(&self) -> (u64, u64) {
        let converted = self.converted.iter().sum::<u64>();
        (converted, converted + self.others.iter().sum::<u64>())
    }
}

impl EventLog {
    /// The cells with no bound, which no release may have.
    pub fn raw(&self, per: RateUnit) -> RateCells {
        self.cells(per, u64::MAX, u64::MAX)
    }

    /// The cells of at most `l0` groups a user and, per event, `linf` exposures a group, with their own
    /// conversions: which ones is drawn from names alone.
    pub fn bounded(&self, per: RateUnit, l0: u64, linf: u64) -> RateCells {
        self.cells(per, l0, linf)
    }

    /// The cells of users, converted and not, of the groups of a public list (in byte order, each once):
    /// others are left out before a user's groups are counted against `l0`.
    pub fn bounded_among(&self, l0: u64, list: &[String]) -> Vec<(u64, u64)> {
        let place: Vec<Option<usize>> =
            self.keys().iter().map(|key| list.binary_search(key).ok()).collect();
        let most = usize::try_from(l0).unwrap_or(usize::MAX);
        let mut cells = vec![(0, 0); list.len()];
        for pairs in self.of_users() {
            let listed = pairs.iter().filter_map(|pair| Some((place[pair.group as usize]?, pair)));
            for (at, pair) in listed.take(most) {
                match pair.converted {
                    true => cells[at].0 += 1,
                    false => cells[at].1 += 1,
                }
            }
        }
        cells
    }

    fn cells(&self, per: RateUnit, l0: u64, linf: u64) -> RateCells {
        let mut cells = RateCells::empty(self.keys().len());
        let most = usize::try_from(l0).unwrap_or(usize::MAX);
        for pair in self.of_users().flat_map(|pairs| pairs.iter().take(most)) {
            let group = pair.group as usize;
            match per {
                RateUnit::User if pair.converted => cells.converted[group] += 1,
                RateUnit::User => cells.others[group] += 1,
                RateUnit::Event => {
                    let hits = self.hits_within(*pair, linf);
                    cells.converted[group] += hits;
                    cells.others[group] += u64::from(pair.exposed).min(linf) - hits;
                }
            }
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purchases::{GroupBy, Input, Options, RowsAre, read};
    use crate::rates::{AskedEvents, EventSource};

    fn log(lines: &str) -> EventLog {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.csv");
        std::fs::write(&file, format!("time,user,campaign,event\n{lines}")).unwrap();
        let options = Options { rows: RowsAre::Events, ..Options::default() };
        let rows = read(&Input::File(file), &options).unwrap();
        let source = EventSource { rows: &rows, group_by: GroupBy::Group };
        EventLog::collect(source, None, &AskedEvents::default(), "salt").unwrap().0
    }

    const LINES: &str = "\
        2025-01-01 10:00,ann,a,impression\n\
        2025-01-01 10:05,ann,a,conversion\n\
        2025-01-01 10:06,ann,a,conversion\n\
        2025-01-01 11:00,ann,a,impression\n\
        2025-01-01 12:00,ann,b,impression\n\
        2025-01-01 13:00,bob,a,impression\n\
        2025-01-01 13:00,bob,a,conversion\n\
        2025-01-01 09:00,cleo,b,conversion\n\
        2025-01-01 10:00,cleo,b,impression\n\
        2025-01-01 10:00,dan,c,conversion\n\
        2025-01-01 10:00,dan,b,impression\n";

    #[test]
    fn users_and_exposures_are_in_one_cell_each() {
        let log = log(LINES);
        assert_eq!(log.keys(), ["a", "b"]);
        assert_eq!((log.users(), log.pairs(), log.most_groups()), (4, 5, 2));
        let users = log.raw(RateUnit::User);
        assert_eq!((users.converted.clone(), users.others.clone()), (vec![2, 1], vec![0, 2]));
        // Ann's two conversions are those of one exposure; Cleo converted before she saw it.
        let events = log.raw(RateUnit::Event);
        assert_eq!((events.converted.clone(), events.others.clone()), (vec![2, 0], vec![1, 3]));
        assert_eq!((log.early(), users.rate(0), users.total()), (1, Some(1.0), (3, 5)));
        assert_eq!(log.unseen().len(), 1);
        assert_eq!((log.unseen()[0].group.as_str(), log.unseen()[0].users), ("c", 1));
    }

    #[test]
    fn a_user_moves_both_cells_by_no_more_than_the_bounds() {
        let whole = log(LINES);
        for user in ["ann", "bob", "cleo", "dan"] {
            let rest: String = LINES
                .lines()
                .filter(|line| !line.contains(user))
                .map(|line| format!("{line}\n"))
                .collect();
            let rest = log(&rest);
            for per in RateUnit::ALL {
                for (l0, linf) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
                    let (with, without) =
                        (whole.bounded(per, l0, linf), rest.bounded(per, l0, linf));
                    let mut moved = 0;
                    for (group, key) in whole.keys().iter().enumerate() {
                        let other = rest.keys().iter().position(|known| known == key);
                        let of = |cells: &[u64]| other.map_or(0, |at| cells[at]);
                        moved += with.converted[group].abs_diff(of(&without.converted));
                        moved += with.others[group].abs_diff(of(&without.others));
                    }
                    let most = l0 * if per == RateUnit::User { 1 } else { linf };
                    assert!(moved <= most, "{user} {per:?} {l0} {linf}: {moved}");
                }
            }
        }
    }
}
