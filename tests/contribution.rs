//! Bounds on random purchases: the cube, the pairs and a count by hand agree.

use std::collections::{BTreeMap, BTreeSet};

use epsiloscope::contribution::{Cube, Grid, Pairs};
use epsiloscope::purchases::{
    CleaningReport, ColumnsUsed, Grounds, GroupBy, Labels, Measure, Purchases, Question, Reading,
    Status,
};
use md5::{Digest, Md5};
use proptest::prelude::*;

/// (user, item, quantity, money) per row.
type Row = (u32, u32, i64, i64);

fn labels(codes: impl Iterator<Item = u32>, letter: char) -> Labels {
    let mut labels = Labels::default();
    for code in codes {
        let name = format!("{letter}{code}");
        let at = labels.names.iter().position(|n| *n == name).unwrap_or_else(|| {
            labels.names.push(name);
            labels.names.len() - 1
        });
        labels.codes.push(at as u32);
    }
    labels
}

fn purchases(rows: &[Row]) -> Purchases {
    Purchases {
        source: "random".to_owned(),
        status: Status::Synthetic,
        user: labels(rows.iter().map(|r| r.0), 'u'),
        item: labels(rows.iter().map(|r| r.1), 'i'),
        item_description: None,
        quantity: rows.iter().map(|r| r.2).collect(),
        money: Some(rows.iter().map(|r| r.3).collect()),
        category: None,
        country: None,
        event: None,
        time: None,
        report: CleaningReport::default(),
        columns: ColumnsUsed::default(),
        header: Vec::new(),
        reading: Reading::default(),
        grounds: Grounds::default(),
        waiting: None,
        group: None,
    }
}

fn hex(user: u32, item: u32) -> String {
    let mut hash = Md5::new();
    hash.update(format!("{}|u{user}|i{item}", Pairs::DEFAULT_SALT));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bounded sums by item name, as the definition says it: per user the groups in the order
/// of the hex digest as text, ties by the group's bytes; the first l0; each clipped.
fn by_hand(rows: &[Row], measure: Measure, l0: usize, linf: i64) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, i64> = rows.iter().map(|r| (format!("i{}", r.1), 0)).collect();
    for user in rows.iter().map(|r| r.0).collect::<BTreeSet<_>>() {
        let mut values: BTreeMap<u32, i64> = BTreeMap::new();
        for row in rows.iter().filter(|r| r.0 == user) {
            let value = values.entry(row.1).or_default();
            match measure {
                Measure::Purchases => *value += row.2,
                Measure::Rows => *value += 1,
                Measure::Buyers => *value = 1,
                Measure::Revenue => *value += row.3,
            }
        }
        let mut order: Vec<(String, String, i64)> = values
            .into_iter()
            .map(|(item, value)| (hex(user, item), format!("i{item}"), value))
            .collect();
        order.sort();
        for (_, item, value) in order.into_iter().take(l0) {
            *sums.get_mut(&item).unwrap() += value.min(linf);
        }
    }
    sums
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    proptest::collection::vec((0u32..6, 0u32..12, 1i64..30, 1i64..4_000), 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cube_equals_bounding_by_hand(rows in rows(), which in 0usize..4) {
        let measure = Measure::ALL[which];
        let data = purchases(&rows);
        let pairs = Pairs::collect(&data, Question { group_by: GroupBy::Item, measure }, Pairs::DEFAULT_SALT).unwrap();
        let grid = Grid::new(vec![1, 2, 3, 5, 12], vec![1, 4, 30, 900, 100_000]);
        let cube = Cube::build(&pairs, grid.clone());
        for &l0 in &grid.l0 {
            for &linf in &grid.linf {
                let hand: Vec<i64> = by_hand(&rows, measure, l0 as usize, linf as i64).into_values().collect();
                let from_cube = cube.bounded(Some(l0), Some(linf)).unwrap();
                prop_assert_eq!(&from_cube.sums, &hand);
                prop_assert_eq!(&pairs.bounded(Some(l0), Some(linf)), &from_cube);
                prop_assert_eq!(from_cube.total, hand.iter().sum::<i64>());
            }
        }
        // A bound beyond all stored numbers bounds nothing, not even from below.
        let cube = Cube::build(&pairs, Grid::new(vec![12], vec![1, u64::MAX]));
        prop_assert_eq!(cube.bounded(Some(12), Some(u64::MAX)).unwrap().sums, pairs.raw());
        let cube = Cube::build(&pairs, grid.clone());
        // What is no step of the grid is not guessed.
        prop_assert!(cube.bounded(Some(4), Some(1)).is_none());
    }

    #[test]
    fn a_tighter_bound_never_raises_a_sum(rows in rows(), l0 in 1u64..12, linf in 1u64..60, more in 1u64..5) {
        let data = purchases(&rows);
        let question = Question { group_by: GroupBy::Item, measure: Measure::Purchases };
        let pairs = Pairs::collect(&data, question, Pairs::DEFAULT_SALT).unwrap();
        let tight = pairs.bounded(Some(l0), Some(linf));
        for loose in [
            pairs.bounded(Some(l0 + more), Some(linf)),
            pairs.bounded(Some(l0), Some(linf + more)),
            pairs.bounded(None, None),
        ] {
            prop_assert!(tight.sums.iter().zip(&loose.sums).all(|(a, b)| a <= b));
            prop_assert!(tight.dropped_share() >= loose.dropped_share());
        }
        // Raising l0 only adds: a user's groups under l0 are the first ones under l0 + more.
        for user in 0..pairs.users() {
            let all: Vec<_> = pairs.of_user(user).collect();
            let groups: BTreeSet<u32> = all.iter().map(|&(group, _)| group).collect();
            prop_assert_eq!(groups.len(), all.len());
        }
        prop_assert_eq!(pairs.bounded(None, None).sums, pairs.raw());
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in rows()) {
        let question = Question { group_by: GroupBy::Item, measure: Measure::Revenue };
        let bounded = |rows: &[Row]| {
            let data = purchases(rows);
            Pairs::collect(&data, question, Pairs::DEFAULT_SALT).unwrap().bounded(Some(2), Some(500)).sums
        };
        let backwards: Vec<Row> = rows.iter().rev().copied().collect();
        prop_assert_eq!(bounded(&rows), bounded(&backwards));
    }
}

/// From Python: `sorted(["71053", "85123A", "84406B", "22423", "POST"],
/// key=lambda g: (hashlib.md5(f"epsiloscope|17850|{g}".encode()).hexdigest(), g.encode()))`.
#[test]
fn the_keyed_order_is_that_of_any_other_engine() {
    let items = ["71053", "85123A", "84406B", "22423", "POST"];
    let mut data =
        purchases(&[(0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1), (0, 3, 1, 1), (0, 4, 1, 1)]);
    data.user.names = vec!["17850".to_owned()];
    data.item.names = items.iter().map(|&item| item.to_owned()).collect();
    let question = Question { group_by: GroupBy::Item, measure: Measure::Rows };
    let pairs = Pairs::collect(&data, question, "epsiloscope").unwrap();
    let order: Vec<&str> =
        pairs.of_user(0).map(|(group, _)| pairs.keys()[group as usize].as_str()).collect();
    assert_eq!(order, PYTHON_ORDER);
}

const PYTHON_ORDER: [&str; 5] = ["POST", "84406B", "71053", "85123A", "22423"];
