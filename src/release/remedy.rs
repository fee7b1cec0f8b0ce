//! What would let more private groups show: other bounds, other questions and another ε, each worked
//! out for the data at hand. Looked up in the true data, and no part of any statement.

use std::path::PathBuf;

use super::publish::{Keys, PreparedRelease, ReleaseRequest, prepare, true_sums};
use super::showing::showing;
use crate::contribution::Bounds;
use crate::privacy::accounting::Amount;
use crate::purchases::Measure;

/// So many (user, group) pairs are looked at for a remedy, over all that is tried.
const EFFORT: usize = 60_000_000;
/// Values of ε that are tried, the least first; more is hardly privacy.
const EPSILONS: [f64; 7] = [0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0];

/// Tighter bounds, and how many groups would show under them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tighter {
    /// Groups of one user.
    pub l0: u64,
    /// Contribution to one group, in shown units.
    pub linf: f64,
    /// Rows, in expectation.
    pub rows: f64,
}

/// What would let more groups show. What does not help, or was too much to work out, is not there.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Remedies {
    /// Tighter bounds: the loosest under which half of the groups show, else those under which most do.
    pub bounds: Option<Tighter>,
    /// Users counted in place of sums: under this l0 so many rows, in expectation.
    pub buyers: Option<(u64, f64)>,
    /// A larger ε: the least of a few under which half of the groups show, with the rows.
    pub epsilon: Option<(f64, f64)>,
}

/// A bound and the steps 1, 2, 5, 10, … below it, the loosest first.
fn ladder(bound: u64, least: u64) -> Vec<u64> {
    let mut steps = vec![bound];
    let mut decade = least;
    let mut below = Vec::new();
    while decade < bound {
        below.extend(
            [1, 2, 5].map(|step| decade.saturating_mul(step)).into_iter().filter(|&s| s < bound),
        );
        decade = decade.saturating_mul(10);
    }
    below.reverse();
    // Far below a bound nothing is left of the data.
    steps.extend(below.into_iter().take(7));
    steps
}

/// What would let more of the groups of `prepared` show, of which `now` are expected to.
pub(super) fn remedies(prepared: &PreparedRelease, now: f64, groups: usize) -> Remedies {
    let pairs = prepared.pairs();
    let request = prepared.request();
    if request.keys != Keys::Private || request.top_k.is_some() {
        return Remedies::default();
    }
    let half = 0.5 * groups as f64;
    let mut left = EFFORT / pairs.values().len().max(1);
    let mut rows_at = |changed: ReleaseRequest| {
        left = left.checked_sub(1)?;
        let request = ReleaseRequest { out: PathBuf::new(), ..changed };
        let other = prepare(prepared.shared_pairs(), request).ok()?;
        Some(showing(&other, &true_sums(pairs, other.request())).iter().sum::<f64>())
    };
    // Worth a word: a tenth more, and a row.
    let helps = |rows: f64| rows > 1.1 * now && rows > now + 1.0;
    let unit = pairs.units_per_shown() as u64;
    let (l0, linf) = (request.bounds.l0(), request.bounds.linf());
    let measure = pairs.question().measure;
    let mut bounded = |l0: u64, linf: u64| {
        let bounds = Bounds::new(l0, linf, measure).ok()?;
        Some((rows_at(ReleaseRequest { bounds, ..request.clone() })?, l0, linf))
    };
    // The loosest that reaches half, of each by what one user may contribute in all; else the most rows.
    let best = |tried: Vec<(f64, u64, u64)>| {
        let enough = tried.iter().copied().filter(|(rows, ..)| *rows >= half);
        let loosest = enough.max_by(|a, b| {
            let reach = |&(rows, l0, linf): &(f64, u64, u64)| (l0.saturating_mul(linf), rows);
            reach(a).0.cmp(&reach(b).0).then(reach(a).1.total_cmp(&reach(b).1))
        });
        let most = || tried.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0));
        loosest.or_else(most).filter(|(rows, ..)| helps(*rows))
    };
    // One stored unit of each user and group: that counts users.
    let of_buyers: Vec<_> = match measure {
        Measure::Buyers => Vec::new(),
        _ => ladder(l0, 1).into_iter().map_while(|l0| bounded(l0, 1)).collect(),
    };
    let buyers = best(of_buyers).map(|(rows, l0, _)| (l0, rows));
    let linfs = if measure == Measure::Buyers { vec![linf] } else { ladder(linf, unit.max(1)) };
    let steps = linfs.iter().flat_map(|&linf| ladder(l0, 1).into_iter().map(move |l0| (l0, linf)));
    let of_bounds: Vec<_> = steps.map_while(|(l0, linf)| bounded(l0, linf)).collect();
    let bounds = best(of_bounds).map(|(rows, l0, linf)| Tighter {
        l0,
        linf: linf as f64 / unit as f64,
        rows,
    });
    let now = request.epsilon.to_f64();
    let epsilon = EPSILONS.into_iter().filter(|&epsilon| epsilon > now).find_map(|epsilon| {
        let changed =
            ReleaseRequest { epsilon: Amount::from_f64(epsilon).ok()?, ..request.clone() };
        rows_at(changed).filter(|&rows| rows >= half).map(|rows| (epsilon, rows))
    });
    Remedies { bounds, buyers, epsilon }
}

#[cfg(test)]
mod tests {
    use super::ladder;

    #[test]
    fn steps_go_down_from_the_bound() {
        assert_eq!(ladder(20, 1), [20, 10, 5, 2, 1]);
        assert_eq!(ladder(3, 1), [3, 2, 1]);
        assert_eq!(ladder(1, 1), [1]);
        // Of money the least step is a whole one.
        assert_eq!(ladder(40_000, 10_000), [40_000, 20_000, 10_000]);
        assert_eq!(ladder(u64::MAX, 1).len(), 8);
    }
}
