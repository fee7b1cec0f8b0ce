//! The bounds that do best at every ε: the frontier of every figure over all bounds that fit the data.

use super::answer::{Demand, lengths};
use super::chance::{PreparedAnswer, Truth};
use super::confirm::{expected_over, spec};
use super::resolved::{Judged, Resolved};
use super::search::{FoundRelease, Search, Space};
use crate::contribution::Pairs;
use crate::expected::{CellSpec, FigureSet};
use crate::work::{Cancel, in_order};

/// Values of ε that are looked at.
const POINTS: u32 = 9;

/// The best expected figure of every want over ε.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BestBounds {
    /// ε, ascending, even steps of the logarithm.
    pub epsilons: Vec<f64>,
    /// By want, by ε: the best expected figure over all bounds and where it is; none where the figure has
    /// no closed form.
    pub by_want: Vec<Vec<Option<(f64, FoundRelease)>>>,
}

/// Looks every pair of bounds up at every ε, and those of an answer `at`, for its mechanism; `None` if it was cancelled.
pub fn bounds_over_epsilon(
    pairs: &Pairs,
    asked: &Demand,
    wants: &[Resolved],
    at: FoundRelease,
    cancel: &Cancel,
) -> Option<BestBounds> {
    let mechanism = at.mechanism;
    let lengths = lengths(wants);
    let truth = Truth::new(pairs.raw(), pairs.units_per_shown(), &lengths, asked.seed);
    let search = Search::new(pairs, asked.known, &truth, lengths.clone());
    let space = Space {
        mechanisms: vec![mechanism],
        delta: asked.delta,
        l0: asked.l0.clone(),
        linf: asked.linf.clone(),
        k: lengths.iter().copied().max().unwrap_or(1),
        confidence: asked.confidence,
        most: asked.max_epsilon,
        threads: asked.threads,
    };
    let set = smallest_set(wants);
    // The answer's own bounds, which may stand between the steps, are among them.
    let mut bounds = search.bounds_tried(&space);
    if !bounds.contains(&(at.l0, at.linf)) {
        bounds.push((at.l0, at.linf));
    }
    let (low, high) = (asked.max_epsilon / 200.0, asked.max_epsilon);
    let epsilons: Vec<f64> = (0..POINTS)
        .map(|point| low * libm::pow(high / low, f64::from(point) / f64::from(POINTS - 1)))
        .collect();
    let mut found = BestBounds {
        by_want: vec![vec![None; epsilons.len()]; wants.len()],
        epsilons: epsilons.clone(),
    };
    let make = |at: usize| {
        let pair = bounds[at];
        let sensitivity = search.sensitivity(pair)?;
        let cells: Vec<(usize, CellSpec)> = epsilons
            .iter()
            .enumerate()
            .filter_map(|(place, &epsilon)| {
                let noise = search.noise(mechanism, pair, epsilon, &space)?;
                Some((place, spec(mechanism, epsilon, sensitivity, noise)))
            })
            .collect();
        let (places, cells): (Vec<usize>, Vec<CellSpec>) = cells.into_iter().unzip();
        let prepared = PreparedAnswer::new(&truth, &search.bounded(pair), &lengths);
        let figures = expected_over((prepared.one(), &truth), &cells, wants, set);
        Some((pair, places, figures))
    };
    let done = in_order(asked.threads, bounds.len(), cancel, make, |_, made| {
        let Some(((l0, linf), places, figures)) = made else { return };
        for (place, figures) in places.into_iter().zip(figures) {
            for (want, (figure, best)) in
                wants.iter().zip(figures.into_iter().zip(&mut found.by_want))
            {
                let Some(figure) = figure.filter(|figure| figure.is_finite()) else { continue };
                let low_is_good = want.want.subject.low_is_good();
                let better = best[place].is_none_or(|(known, _)| match low_is_good {
                    true => figure < known,
                    false => figure > known,
                });
                if better {
                    let epsilon = epsilons[place];
                    best[place] = Some((figure, FoundRelease { mechanism, epsilon, l0, linf }));
                }
            }
        }
    });
    done.ok().map(|()| found)
}

/// The smallest set of figures that has all that are wanted: larger ones take longer.
fn smallest_set(wants: &[Resolved]) -> FigureSet {
    let has_all = |set: FigureSet| {
        wants.iter().all(|want| match want.judged {
            Judged::Metric(metric, _) => set.has(metric),
            _ => true,
        })
    };
    [FigureSet::Top, FigureSet::Core]
        .into_iter()
        .find(|&set| has_all(set))
        .unwrap_or(FigureSet::All)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::Kinds;
    use crate::contribution::GroupKeys;
    use crate::privacy::Mechanism;
    use crate::purchases::{GroupBy, Measure, Question, sample};

    #[test]
    fn no_single_pair_of_bounds_does_better_at_any_epsilon() {
        let question = Question { measure: Measure::Purchases, group_by: GroupBy::Item };
        let pairs = Pairs::collect(&sample().unwrap(), question, Pairs::DEFAULT_SALT).unwrap();
        let demand = |l0: Option<u64>, linf: Option<u64>| Demand {
            wants: ["overlap@10>=0.8", "mae<=25", "relative@10<=0.1"]
                .map(|want| want.parse().unwrap())
                .to_vec(),
            confidence: 0.95,
            mechanisms: Vec::new(),
            kinds: Kinds::Any,
            l0: l0.map(|l0| vec![l0]),
            linf: linf.map(|linf| vec![linf]),
            delta: 1e-6,
            max_epsilon: 10.0,
            known: GroupKeys::Private,
            trials: 10,
            seed: 1,
            threads: 2,
        };
        let all = demand(None, None);
        let wants: Vec<Resolved> =
            all.wants.iter().map(|want| Resolved::new(want.clone(), &pairs).unwrap()).collect();
        let best = |asked: &Demand| {
            let at = FoundRelease {
                mechanism: Mechanism::Laplace,
                epsilon: 1.0,
                l0: asked.l0.as_ref().map(|l0| l0[0]).or(Some(7)),
                linf: asked.linf.as_ref().map_or(3, |linf| linf[0]),
            };
            bounds_over_epsilon(&pairs, asked, &wants, at, &Cancel::new()).unwrap()
        };
        let found = best(&all);
        let unit = pairs.units_per_shown() as u64;
        let mut bounds = Vec::new();
        for (l0, linf) in [(1, 1), (3, 5), (10, 10), (20, 50)] {
            let one = best(&demand(Some(l0), Some(linf * unit)));
            for ((want, best), one) in wants.iter().zip(&found.by_want).zip(&one.by_want) {
                for (best, one) in best.iter().zip(one) {
                    let (best, one) = (best.unwrap(), one.unwrap());
                    let low_is_good = want.want.subject.low_is_good();
                    let worse = if low_is_good { best.0 > one.0 } else { best.0 < one.0 };
                    // A pair between the steps of the grid may do a little better.
                    let little = (best.0 / one.0 - 1.0).abs() < 0.05;
                    assert!(!worse || little, "{} {best:?} {one:?}", want.want);
                    bounds.push((best.1.l0, best.1.linf));
                }
            }
        }
        bounds.sort_unstable();
        bounds.dedup();
        assert!(bounds.len() > 3, "bounds grow with ε: {bounds:?}");
    }
}
