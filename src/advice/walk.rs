//! The floor of one cell: the smallest ε at which all holds, there and at every larger ε.
//!
//! Clipping breaks monotony (10 > 9 in truth, 5 < 6 after the bound: the right order gets rarer
//! as ε grows), so the way leads down from the largest ε in steps of 1 %, and the last step is
//! halved. Where every probability is far above what is needed, steps are longer: laws of the
//! scale of noise do not fall and rise again within them.

/// A step of the walk.
const STEP: f64 = 1.01;
/// A step where all is comfortable, and one where it is certain.
const LONG: f64 = 1.083;
const LONGER: f64 = 1.3;
/// Margins (0 where it just holds, 1 where it surely does) for them.
const COMFORTABLE: f64 = 0.5;
const CERTAIN: f64 = 0.95;
/// How closely the last step is halved.
const CLOSE: f64 = 2e-4;

/// The smallest ε in `least..=most` at which `margin` is at least 0, there and on the way to
/// `most`; `None` where it is below 0 at `most`.
pub(super) fn floor(least: f64, most: f64, mut margin: impl FnMut(f64) -> f64) -> Option<f64> {
    let mut held = (most, margin(most));
    if held.1 < 0.0 {
        return None;
    }
    while held.0 > least {
        let mut step = if held.1 >= CERTAIN { LONGER } else { LONG };
        let next = loop {
            let next = (held.0 / step).max(least);
            let found = margin(next);
            if found >= COMFORTABLE && held.1 >= COMFORTABLE {
                break Some((next, found));
            }
            if step == LONG {
                break None;
            }
            step = LONG;
        };
        if let Some(next) = next {
            held = next;
            continue;
        }
        // One long step in short ones.
        let end = (held.0 / LONG).max(least);
        while held.0 > end {
            let next = (held.0 / STEP).max(end);
            let found = margin(next);
            if found < 0.0 {
                return Some(between(next, held.0, margin));
            }
            held = (next, found);
        }
    }
    Some(held.0)
}

/// Between an ε at which it fails and one at which it holds: one at which it holds.
fn between(mut fails: f64, mut holds: f64, mut margin: impl FnMut(f64) -> f64) -> f64 {
    while holds / fails > 1.0 + CLOSE {
        let middle = (fails * holds).sqrt();
        if margin(middle) < 0.0 { fails = middle } else { holds = middle }
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_of_a_rising_margin() {
        for at in [0.013, 0.5, 1.0, 3.7, 9.99] {
            let found = floor(0.001, 10.0, |e| ((e - at) / e).clamp(-1.0, 1.0)).unwrap();
            assert!(found >= at && found < at * (1.0 + 2.0 * CLOSE), "{at}: {found}");
        }
        assert_eq!(floor(0.001, 10.0, |_| 1.0), Some(0.001));
        assert_eq!(floor(0.001, 10.0, |_| -0.1), None);
    }

    #[test]
    fn what_fails_again_above_does_not_count() {
        // Holds from 1 to 2 and from 5 on.
        let margin = |e: f64| match e {
            e if e < 1.0 => -0.5,
            e if e < 2.0 => 0.2,
            e if e < 5.0 => -0.1,
            e => ((e - 5.0) / 5.0).min(1.0),
        };
        let found = floor(0.001, 10.0, margin).unwrap();
        assert!((5.0..5.002).contains(&found), "{found}");
        // What rises and falls: nothing holds at the largest ε.
        assert_eq!(floor(0.001, 10.0, |e| if e < 3.0 { 0.9 } else { -0.1 }), None);
    }

    #[test]
    fn the_way_takes_few_looks_where_all_is_certain() {
        let mut looks = 0;
        floor(0.01, 10.0, |e| {
            looks += 1;
            if e > 0.5 { 1.0 } else { -1.0 }
        });
        assert!(looks < 60, "{looks}");
    }
}
