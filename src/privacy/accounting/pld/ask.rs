//! What is asked of composed losses: the smallest ε or δ, at the weight that suits the question.

use super::super::event::{Event, Law};
use super::super::renyi::{self, Direction, Orders};
use super::super::search::smallest_enough;
use super::compose::compose;
use super::discretise;
use super::plan::{Detail, NoLoss, total};

/// The smallest ε ≥ 0 at `delta` of one use of Gaussian noise on a sampled sum, exactly.
pub(crate) fn sampled_epsilon(sigma: f64, rate: f64, delta: f64) -> f64 {
    let enough = |epsilon: f64| sampled_delta(sigma, rate, epsilon) <= delta;
    if enough(0.0) { 0.0 } else { smallest_enough(1.0, 1e-14, enough).unwrap_or(f64::INFINITY) }
}

/// The smallest ε ≥ 0 at `delta` in (0, 1) of joined events, failures left out.
pub(crate) fn epsilon(events: &[Event], delta: f64, detail: Detail) -> Result<f64, NoLoss> {
    let ask = |direction, tilt, detail| {
        let composed = compose(events, tilt, detail, direction)?;
        composed.epsilon(delta).ok_or(NoLoss::Infinite(composed.infinity))
    };
    let renyi = |direction| renyi::epsilon(events, delta, Orders::All, direction);
    if !is_sampled(events) {
        return ask(Direction::Remove, renyi(Direction::Remove).s, detail);
    }
    of_both_directions(detail, ask, |direction| {
        let best = renyi(direction);
        (best.value.max(0.0), move |at, room| {
            least_tilt(events, Aim { epsilon: at, delta, most: best.s, room }, direction)
        })
    })
}

/// The worse of both directions of sampling. `plan` says for each what is known of the answer
/// before, and the weight at which to ask where the answer is near a value, with that much room.
/// Coarse answers are never too small: the direction that looks better is asked in full only
/// where its coarse answer is above the other's full one.
fn of_both_directions<T: Fn(f64, f64) -> f64>(
    detail: Detail,
    ask: impl Fn(Direction, f64, Detail) -> Result<f64, NoLoss>,
    plan: impl Fn(Direction) -> (f64, T),
) -> Result<f64, NoLoss> {
    let look = |direction| {
        let (bound, tilt) = plan(direction);
        of_little_weight(bound, |tilt| ask(direction, tilt, Detail::Coarse), tilt)
            .map(|found| (direction, found))
    };
    let (one, other) = (look(Direction::Remove)?, look(Direction::Add)?);
    let (worse, better) = if one.1.answer >= other.1.answer { (one, other) } else { (other, one) };
    if detail == Detail::Coarse {
        return Ok(worse.1.answer);
    }
    let in_full = |(direction, found): (Direction, Coarse)| {
        found
            .tilts
            .into_iter()
            .filter_map(|tilt| ask(direction, tilt, detail).ok())
            .fold(found.answer, f64::min)
    };
    let answer = in_full(worse);
    Ok(if better.1.answer <= answer { answer } else { answer.max(in_full(better)) })
}

/// What a coarse look found, and at which weights a finer one is worth while.
struct Coarse {
    answer: f64,
    tilts: Vec<f64>,
}

/// What is asked of a law that sampling mixes from a narrow and a wide one. At the best order
/// the wide one may have all the weight, far from the answer: as little weight as rounding
/// allows leaves the law as it is. An answer that is too large asks for too little weight:
/// twice. What rounding may hide is added to δ, so that the smallest answer holds.
fn of_little_weight(
    bound: f64,
    ask: impl Fn(f64) -> Result<f64, NoLoss>,
    tilt: impl Fn(f64, f64) -> f64,
) -> Result<Coarse, NoLoss> {
    let mut answer = f64::INFINITY;
    let mut tilts: Vec<f64> = Vec::new();
    let mut why = NoLoss::Long;
    for room in ROOMS {
        let (mut at, mut asked) = (bound, f64::NAN);
        for _ in 0..2 {
            let next = tilt(at, room);
            if (next - asked).abs() <= 1e-3 * asked {
                break;
            }
            asked = next;
            match ask(asked) {
                Ok(found) => at = at.min(found),
                Err(NoLoss::Long) => break,
                Err(other) => {
                    why = other;
                    break;
                }
            }
            answer = answer.min(at);
        }
        tilts.push(tilt(at, room));
    }
    tilts.dedup();
    // A bound by Rényi alone is no answer of this accountant.
    if answer.is_finite() { Ok(Coarse { answer, tilts }) } else { Err(why) }
}

/// How much larger than δ the weighted tail may be, as logarithms: with rounding of 1e-16 the
/// first leaves errors of 1e-9 of δ; the second of a hundredth of it and less, where more
/// weight would be lost in the wide part.
const ROOMS: [f64; 2] = [13.8, 23.0];

/// What a weight must keep.
#[derive(Debug, Clone, Copy)]
struct Aim {
    /// Where the law is asked.
    epsilon: f64,
    /// δ there.
    delta: f64,
    /// The largest weight.
    most: f64,
    /// How much larger than δ the weighted tail may be, as a logarithm.
    room: f64,
}

/// The smallest weight t ≤ `most` with e^{K(t) - tε} ≤ e^room·δ, so that the transform's
/// rounding, of the size of the weighted law, stays small beside δ at ε. The exponent is convex.
fn least_tilt(events: &[Event], aim: Aim, direction: Direction) -> f64 {
    let Aim { epsilon, delta, most, room } = aim;
    let enough =
        |t: f64| t >= most || total(events, t, direction) - t * epsilon <= libm::log(delta) + room;
    if libm::log(delta) + room >= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, most);
    for _ in 0..24 {
        let middle = if low > 0.0 { (low * high).sqrt() } else { 0.25 * high };
        if enough(middle) { high = middle } else { low = middle }
    }
    high
}

fn is_sampled(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event.law, Law::SubsampledGaussian { .. }))
}

/// The δ at `epsilon` of one use of Gaussian noise on a sampled sum, exactly.
pub(crate) fn sampled_delta(sigma: f64, rate: f64, epsilon: f64) -> f64 {
    [Direction::Remove, Direction::Add]
        .iter()
        .map(|&direction| discretise::sampled_delta(epsilon, sigma, rate, direction))
        .fold(0.0, f64::max)
}

/// The smallest δ at `epsilon` ≥ 0 of joined events, failures left out.
pub(crate) fn delta(events: &[Event], epsilon: f64, detail: Detail) -> Result<f64, NoLoss> {
    let ask =
        |direction, tilt, detail| Ok(compose(events, tilt, detail, direction)?.delta(epsilon));
    let renyi = |direction| renyi::delta(events, epsilon, Orders::All, direction);
    if !is_sampled(events) {
        return ask(Direction::Remove, renyi(Direction::Remove).s, detail);
    }
    of_both_directions(detail, ask, |direction| {
        let best = renyi(direction);
        (best.value, move |at: f64, room| {
            let delta = at.max(f64::MIN_POSITIVE);
            least_tilt(events, Aim { epsilon, delta, most: best.s, room }, direction)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many uses ask for steps far above one loss, under which the law left the window and
    /// came back below: 45,844 where the mean alone is 49,983.
    #[test]
    fn no_answer_is_below_the_mean_of_the_loss_where_steps_are_coarse() {
        for scale in [10.0, 1000.0, 1e6] {
            for log in 6..=11 {
                let times = 10u64.pow(log);
                let events = [Event { law: Law::Laplace { scale, sensitivity: 1.0 }, times }];
                let mean = times as f64 * events[0].law.rho().unwrap();
                // At δ = 0.3 the answer is above the mean where that is many deviations from 0.
                if mean < 1e3 {
                    continue;
                }
                for detail in [Detail::Full, Detail::Coarse] {
                    if let Ok(found) = epsilon(&events, 0.3, detail) {
                        assert!(found >= mean, "b {scale}, {times} uses: {found} is below {mean}");
                    }
                }
            }
        }
    }
}
