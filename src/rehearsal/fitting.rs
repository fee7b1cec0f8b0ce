//! Bounds that fit the data: where the expected error is smallest, and what it is made of. All of
//! it is looked up in the true data.

use super::cell::cell;
use crate::contribution::{Bounds, Cube, GroupKeys, Pairs};
use crate::privacy::Mechanism;

/// At what bounds are fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitAt {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// ε of one answer.
    pub epsilon: f64,
    /// δ of one answer, where the mechanism needs one.
    pub delta: f64,
    /// l0 where it is set.
    pub l0: Option<u64>,
    /// linf in shown units where it is set.
    pub linf: Option<u64>,
}

/// What the expected mean square error over the groups is made of, in the stored unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorParts {
    /// Mean over the groups of what clipping takes, squared.
    pub clipping: f64,
    /// The noise's variance.
    pub noise: f64,
}

impl ErrorParts {
    /// Root of the expected mean square error (bias² + Var, for noise that is not floored).
    pub fn rmse(self) -> f64 {
        (self.clipping + self.noise).sqrt()
    }
}

/// The loss at some bounds; `None` where no noise can be made for them.
pub fn loss(at: FitAt, bounds: Bounds, raw: &[i64], bounded: &[i64]) -> Option<ErrorParts> {
    let cell = cell(at.mechanism, at.epsilon, at.delta, bounds, (0, 1)).ok()?;
    let square: f64 =
        raw.iter().zip(bounded).map(|(raw, held)| ((raw - held) as f64).powi(2)).sum();
    Some(ErrorParts { clipping: square / raw.len().max(1) as f64, noise: cell.noise.variance() })
}

/// The bounds of the cube's steps with the smallest expected RMSE over the groups; of equally
/// good ones the tightest. Bounds that are set stay.
pub fn best_bounds(at: FitAt, pairs: &Pairs, cube: &Cube, known: GroupKeys) -> Option<Bounds> {
    let unit = pairs.units_per_shown() as u64;
    let measure = pairs.question().measure;
    // More groups than any user has would pay for nothing.
    let widest = (pairs.groups_per_user().max as u64).max(1);
    let step = |&l0: &u64| l0.min(widest);
    let l0_steps = at.l0.map_or_else(|| cube.grid().l0.iter().map(step).collect(), |l0| vec![l0]);
    let linf_steps = match at.linf {
        Some(linf) => vec![linf.saturating_mul(unit)],
        // A knob turns in shown units.
        None => cube.grid().linf.iter().copied().filter(|step| step % unit == 0).collect(),
    };
    let mut best: Option<(f64, Bounds)> = None;
    for &l0 in &l0_steps {
        for &linf in &linf_steps {
            let Ok(bounds) = Bounds::new(l0, linf, measure) else { continue };
            let bounds = bounds.over(known);
            let (l0, linf) = (Some(l0), Some(linf));
            let bounded = cube.bounded(l0, linf).unwrap_or_else(|| pairs.bounded(l0, linf));
            let Some(loss) = loss(at, bounds, pairs.raw(), &bounded.sums) else { continue };
            if best.is_none_or(|(least, _)| loss.rmse() < least) {
                best = Some((loss.rmse(), bounds));
            }
        }
    }
    best.map(|(_, bounds)| bounds)
}

/// The share of the largest group's raw sum that one user gives, in 0..=1; 0 where there is none.
pub fn largest_share(pairs: &Pairs, largest: Option<u32>) -> f64 {
    let Some(group) = largest else { return 0.0 };
    let raw = pairs.raw()[group as usize];
    let most = (0..pairs.users())
        .filter_map(|user| pairs.of_user(user).find(|&(of, _)| of == group))
        .map(|(_, value)| value)
        .max();
    if raw > 0 { most.unwrap_or(0) as f64 / raw as f64 } else { 0.0 }
}
