//! The forecast of a release against what releases by the same law turn out to be.

use std::sync::Arc;

use epsiloscope::contribution::{Bounds, Pairs};
use epsiloscope::privacy::accounting::Amount;
use epsiloscope::privacy::mechanism::Noise;
use epsiloscope::purchases::{Input, Measure, Options, Question, read};
use epsiloscope::release::{
    BelowSense, Forecast, Keys, PreparedRelease, ReleaseMechanism, ReleaseRequest, Unprotected,
    forecast, prepare,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const TRIALS: usize = 200;
/// What holds with a probability of 95 % holds in fewer of 200 trials once in 2,000 times.
const LEAST: usize = 179;

fn sample() -> Arc<Pairs> {
    let purchases = read(&Input::Sample, &Options::default()).expect("the sample");
    let question = Question { measure: Measure::Purchases, ..Question::default() };
    Arc::new(Pairs::collect(&purchases, question, Pairs::DEFAULT_SALT).expect("pairs"))
}

fn prepared(
    pairs: &Arc<Pairs>,
    mechanism: ReleaseMechanism,
    epsilon: &str,
    bounds: (u64, u64),
    rest: Option<&str>,
) -> PreparedRelease {
    let folder = tempfile::tempdir().expect("a folder");
    let request = ReleaseRequest {
        epsilon: Amount::parse(epsilon).expect("an amount"),
        delta: Amount::parse("1e-6").expect("an amount"),
        bounds: Bounds::new(bounds.0, bounds.1, Measure::Purchases).expect("bounds"),
        mechanism,
        keys: Keys::Private,
        floor_at_zero: false,
        spreadsheet_safe: false,
        top_k: None,
        interval: false,
        rest: rest.map(|share| Amount::parse(share).expect("an amount")),
        reading: Default::default(),
        unprotected: Unprotected::NotStated,
        out: folder.path().join("out.csv"),
        force: false,
    };
    prepare(Arc::clone(pairs), request).expect("a release")
}

/// Z by inversion of its law.
fn draw(noise: Noise, generator: &mut Xoshiro256PlusPlus) -> i64 {
    let uniform = ((generator.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    let reach = (45.0 * noise.scale()).ceil() as i64;
    let (mut low, mut high) = (-reach, reach);
    // The least z with P(Z > z) < u.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if noise.above(middle as f64) < uniform { high = middle } else { low = middle }
    }
    high
}

#[test]
fn what_is_forecast_of_rows_values_and_rest_holds_in_19_of_20_releases() {
    let pairs = sample();
    for (mechanism, epsilon, bounds) in [
        (ReleaseMechanism::DiscreteLaplace, "1", (20, 3)),
        (ReleaseMechanism::DiscreteLaplace, "4", (10, 5)),
        (ReleaseMechanism::DiscreteGaussian, "2", (20, 3)),
    ] {
        let prepared = prepared(&pairs, mechanism, epsilon, bounds, Some("0.2"));
        let seen = forecast(&prepared);
        let (noise, threshold) = (prepared.noise().unwrap(), prepared.threshold().unwrap());
        let of_rest = prepared.noise_of_rest().unwrap();
        let sums = pairs.bounded(Some(bounds.0), Some(bounds.1)).sums;
        let largest = (0..sums.len()).max_by_key(|&at| pairs.raw()[at]).expect("a group");
        let lowered = seen.lowered.clone().expect("values");
        assert_eq!(
            lowered.largest,
            Some((pairs.raw()[largest] as f64, sums[largest] as f64)),
            "{seen:?}"
        );
        let dropped = pairs.bounded(Some(bounds.0), Some(bounds.1)).dropped_share();
        assert!((lowered.share - dropped).abs() < 1e-12);
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(11);
        let (mut rows_held, mut value_held, mut rest_held, mut rows_sum) = (0, 0, 0, 0);
        for _ in 0..TRIALS {
            let values: Vec<i64> =
                sums.iter().map(|sum| sum + draw(noise, &mut generator)).collect();
            let rows = values.iter().filter(|&&value| value >= threshold).count();
            rows_sum += rows;
            rows_held += usize::from((seen.rows.low..=seen.rows.high).contains(&rows));
            let off = (values[largest] as f64 - lowered.largest.unwrap().1).abs();
            value_held += usize::from(off <= seen.half_width.unwrap());
            let left: i64 = values
                .iter()
                .zip(&sums)
                .filter(|(value, _)| **value < threshold)
                .map(|(_, sum)| sum)
                .sum();
            let rest = (left + draw(of_rest, &mut generator)) as f64;
            let (expected, within) = seen.rest.unwrap();
            rest_held += usize::from((rest - expected).abs() <= within);
        }
        let held = [rows_held, value_held, rest_held];
        assert!(
            held.iter().all(|&held| held >= LEAST),
            "{mechanism:?} ε {epsilon}: {held:?} {seen:?}"
        );
        let mean = rows_sum as f64 / TRIALS as f64;
        let spread = (seen.rows.high - seen.rows.low) as f64 / 3.9;
        assert!(
            (mean - seen.rows.expected).abs() <= 4.0 * (spread + 0.5) / (TRIALS as f64).sqrt(),
            "{mean} rows against {:?}",
            seen.rows
        );
        // A range of all there is would hold, too.
        assert!(seen.rows.high - seen.rows.low < sums.len() / 2, "{:?}", seen.rows);
    }
}

#[test]
fn a_release_of_next_to_nothing_is_below_sense() {
    let pairs = sample();
    let at = |epsilon: &str| -> Forecast {
        forecast(&prepared(&pairs, ReleaseMechanism::DiscreteLaplace, epsilon, (20, 10), None))
    };
    let few = at("0.05");
    assert!(few.surviving < 0.05, "{few:?}");
    assert!(matches!(few.below_sense(pairs.report()), Some(BelowSense::Groups { .. })), "{few:?}");
    assert_eq!(at("1000").below_sense(pairs.report()), None);
}
