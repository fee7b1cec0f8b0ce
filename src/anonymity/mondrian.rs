//! Mondrian (LeFevre, DeWitt, Ramakrishnan 2006), strict, with median cuts: users are cut in two
//! along the quasi-identifier that is widest, as long as both parts keep k.

use super::people::UserColumn;
use crate::work::{Cancel, Cancelled};

/// The widest of a class along a column, from the least to the largest value.
pub(super) fn width(column: &UserColumn, class: &[u32]) -> i64 {
    let values = || class.iter().map(|&user| column.values[user as usize]);
    let (low, high) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
    high.saturating_sub(low)
}

/// Classes, and which columns any of them was cut by.
#[derive(Debug)]
pub(super) struct Cuts {
    pub(super) classes: Vec<Vec<u32>>,
    /// By column.
    pub(super) cut_by: Vec<bool>,
}

/// Cuts all users into classes of at least `k` (from 1, at most the number of users). Widths are
/// shares of the width of all; of equally wide columns the first is tried first.
///
/// # Errors
/// If `cancel` was set before the end.
pub(super) fn classes(
    columns: &[UserColumn],
    users: usize,
    k: usize,
    cancel: &Cancel,
) -> Result<Cuts, Cancelled> {
    let all: Vec<u32> = (0..users as u32).collect();
    let whole: Vec<f64> = columns.iter().map(|column| width(column, &all).max(1) as f64).collect();
    let (mut done, mut waiting) = (Vec::new(), vec![all]);
    let mut cut_by = vec![false; columns.len()];
    while let Some(class) = waiting.pop() {
        if cancel.is_cancelled() {
            return Err(Cancelled);
        }
        match cut(&class, columns, &whole, k) {
            Some((by, low, high)) => {
                cut_by[by] = true;
                waiting.extend([high, low]);
            }
            None => done.push(class),
        }
    }
    Ok(Cuts { classes: done, cut_by })
}

/// The two parts of a class; `None` where no cut leaves k in both.
fn cut(
    class: &[u32],
    columns: &[UserColumn],
    whole: &[f64],
    k: usize,
) -> Option<(usize, Vec<u32>, Vec<u32>)> {
    if class.len() < 2 * k {
        return None;
    }
    let mut widest: Vec<(f64, usize)> = columns
        .iter()
        .zip(whole)
        .enumerate()
        .map(|(at, (column, whole))| (width(column, class) as f64 / whole, at))
        .collect();
    widest.sort_by(|a, b| b.0.total_cmp(&a.0));
    widest.into_iter().find_map(|(width, at)| {
        let column = &columns[at];
        if width <= 0.0 {
            return None;
        }
        let value = |user: &u32| column.values[*user as usize];
        let mut values: Vec<i64> = class.iter().map(value).collect();
        let middle = (values.len() - 1) / 2;
        let (_, &mut median, _) = values.select_nth_unstable(middle);
        let (low, high): (Vec<u32>, Vec<u32>) =
            class.iter().partition(|user| value(user) <= median);
        (low.len() >= k && high.len() >= k).then_some((at, low, high))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::Attribute;

    fn column(values: &[i64]) -> UserColumn {
        UserColumn { attribute: Attribute::Orders, values: values.to_vec() }
    }

    #[test]
    fn a_class_is_cut_at_the_median_along_its_widest_side() {
        // Wide: 0 to 100; narrow in share: all but one are alike.
        let columns = [column(&[1, 1, 1, 1, 1, 2]), column(&[0, 10, 20, 80, 90, 100])];
        let found = classes(&columns, 6, 3, &Cancel::new()).unwrap().classes;
        // The first column is as wide as the second, yet no cut of it leaves three in both parts.
        assert_eq!(found, [vec![0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(classes(&columns, 6, 4, &Cancel::new()).unwrap().classes.len(), 1);
        // Users who are all alike stay together.
        assert_eq!(classes(&[column(&[7; 6])], 6, 2, &Cancel::new()).unwrap().classes.len(), 1);
    }

    #[test]
    fn every_user_is_in_one_class_of_at_least_k() {
        let values = |step: i64| (0..997).map(|n| n * step % 101 - 50).collect::<Vec<i64>>();
        let columns = [column(&values(7)), column(&values(31)), column(&[i64::MAX; 997])];
        for k in [1, 2, 5, 40, 997] {
            let found = classes(&columns, 997, k, &Cancel::new()).unwrap().classes;
            assert!(found.iter().all(|class| class.len() >= k));
            let mut all: Vec<u32> = found.concat();
            all.sort_unstable();
            assert_eq!(all, (0..997).collect::<Vec<u32>>());
        }
    }
}
