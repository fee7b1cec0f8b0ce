//! English: why a release makes little sense, and what would help. Looked up in the true data.

use super::asker::Asker;
use crate::chart::{grouped, short_number};
use crate::purchases::Reason;
use crate::release::{BelowSense, CatalogueLookedUp, Remedies, Tighter};

/// Why, and what to do about it.
pub fn below_sense(why: &BelowSense, to: Asker) -> String {
    match why {
        BelowSense::Rows { dropped, read, most } => format!(
            "{} of {} rows are dropped{}. What would help: {}",
            grouped(*dropped),
            grouped(*read),
            most.map_or(String::new(), |(most, rows)| match rows == *dropped {
                true => format!(", all of them {}", as_rows(most)),
                false => format!(", {} of them {}", grouped(rows), as_rows(most)),
            }),
            to.of(
                "declare how the file is to be read (--preview names the flags, inspect FILE shows why)",
                "another reading on the Data screen (key 1)"
            )
        ),
        BelowSense::Events { missing, file, kinds } => format!(
            "no row of {file} is {}. What would help: the word as it is spelt there, of {kinds}",
            missing.join(" or ")
        ),
        BelowSense::Turned { words } => words.clone(),
        BelowSense::Keys(CatalogueLookedUp { keys, occur: 0 }) => format!(
            "none of {} catalogue keys occurs in the data. What would help: a list whose keys are spelt as in the data{}",
            grouped(*keys as u64),
            other_column(to)
        ),
        BelowSense::Keys(CatalogueLookedUp { keys, occur }) => format!(
            "{} of {} catalogue keys occur in the data. What would help: a list whose keys are spelt as in the data{}",
            grouped(*occur as u64),
            grouped(*keys as u64),
            other_column(to)
        ),
        BelowSense::Groups { would_show, groups, remedies } => format!(
            "{} of {} groups would show. {}",
            match *would_show < 1.0 {
                true => "fewer than 1".to_owned(),
                false => format!("about {}", short_number(*would_show)),
            },
            grouped(*groups as u64),
            helps(remedies, to)
        ),
    }
}

fn other_column(to: Asker) -> &'static str {
    to.of(
        ", or --groups-column with another column of it",
        ", in a column that is called as the data's",
    )
}

fn as_rows(reason: Reason) -> &'static str {
    if reason == Reason::Unreadable { "unreadable" } else { reason.rows() }
}

fn helps(remedies: &Remedies, to: Asker) -> String {
    let rows = |rows: f64| format!("(about {} would show)", short_number(rows));
    let mut ways = vec![
        to.of(
            "a public list, --groups LIST (all would show)",
            "a public list in \"which groups exist is\" (all would show)",
        )
        .to_owned(),
    ];
    if let Some(Tighter { l0, linf, rows: shown }) = remedies.bounds {
        let bounds = match to {
            Asker::CommandLine => format!("--l0 {l0} --linf {linf}"),
            Asker::Explorer => format!("l0 {l0} and linf {linf} under the knobs"),
        };
        ways.push(format!("{bounds} {}", rows(shown)));
    }
    if let Some((l0, shown)) = remedies.buyers {
        let question = match to {
            Asker::CommandLine => format!("--measure buyers --l0 {l0}"),
            Asker::Explorer => format!("buyers in place of sums, l0 {l0}"),
        };
        ways.push(format!("{question} {}", rows(shown)));
    }
    if let Some((epsilon, shown)) = remedies.epsilon {
        ways.push(format!("{} {epsilon} {}", to.of("--epsilon", "ε"), rows(shown)));
    }
    format!("What would help: {}", ways.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_comes_with_something_to_do() {
        let remedies = Remedies {
            bounds: Some(Tighter { l0: 5, linf: 2.0, rows: 39.2 }),
            buyers: Some((10, 44.6)),
            epsilon: None,
        };
        let groups = BelowSense::Groups { would_show: 17.8, groups: 60, remedies };
        assert_eq!(
            below_sense(&groups, Asker::CommandLine),
            "about 17.8 of 60 groups would show. What would help: a public list, --groups LIST (all would show); \
             --l0 5 --linf 2 (about 39.2 would show); --measure buyers --l0 10 (about 44.6 would show)"
        );
        let explorer = below_sense(&groups, Asker::Explorer);
        assert!(explorer.contains("l0 5 and linf 2") && !explorer.contains("--"), "{explorer}");
        // "Most" would be wrong of two in five.
        let rows =
            |rows| BelowSense::Rows { dropped: 5, read: 8, most: Some((Reason::Cancelled, rows)) };
        let some = below_sense(&rows(2), Asker::CommandLine);
        assert!(some.starts_with("5 of 8 rows are dropped, 2 of them"), "{some}");
        assert!(below_sense(&rows(5), Asker::CommandLine).contains("all of them"));
    }
}
