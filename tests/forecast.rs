//! The forecast of a release against what releases by the same law turn out to be.

use std::sync::Arc;

use epsiloscope::contribution::{Bounds, Pairs};
use epsiloscope::privacy::accounting::Amount;
use epsiloscope::privacy::mechanism::Noise;
use epsiloscope::purchases::{Input, Measure, Options, Question, read};
use epsiloscope::release::{
    BelowSense, Catalogue, Keys, PreparedRelease, ReleaseMechanism, ReleaseRequest, Tighter,
    Unprotected, forecast, prepare,
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
        let first = lowered.largest.expect("a group");
        assert_eq!(
            (first.raw, first.bounded),
            (pairs.raw()[largest] as f64, sums[largest] as f64),
            "{first:?}"
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
            let off = (values[largest] as f64 - first.bounded).abs();
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
    let at = |epsilon: &str, bounds| {
        prepared(&pairs, ReleaseMechanism::DiscreteLaplace, epsilon, bounds, None)
    };
    let release = at("0.05", (20, 10));
    let few = forecast(&release);
    assert!(few.surviving < 0.05, "{few:?}");
    let below = few.below_sense(&release);
    assert!(matches!(below, Some(BelowSense::Groups { .. })), "{few:?}");
    let release = at("1000", (20, 10));
    assert_eq!(forecast(&release).below_sense(&release), None);
}

/// What is said to help does: released so, as many rows come out as was said.
#[test]
fn what_would_help_is_worked_out_and_helps() {
    let pairs = sample();
    let at = |epsilon: &str, bounds| {
        prepared(&pairs, ReleaseMechanism::DiscreteLaplace, epsilon, bounds, None)
    };
    let release = at("1", (20, 10));
    let found = forecast(&release);
    let Some(BelowSense::Groups { would_show, remedies, .. }) = found.below_sense(&release) else {
        panic!("{found:?}")
    };
    // Nothing shows, so nothing of the order survives.
    assert_eq!(found.lowered.clone().expect("values").head.map(|(_, stay)| stay < 0.1), Some(true));
    let Tighter { l0, linf, rows } = remedies.bounds.expect("tighter bounds");
    assert!(l0 < 20 || linf < 10.0);
    let tighter = forecast(&at("1", (l0, linf as u64)));
    assert!((tighter.rows.expected - rows).abs() < 1e-9 && rows > would_show + 1.0, "{tighter:?}");
    let (l0, rows) = remedies.buyers.expect("buyers");
    let purchases = read(&Input::Sample, &Options::default()).expect("the sample");
    let question = Question { measure: Measure::Buyers, ..Question::default() };
    let users = Arc::new(Pairs::collect(&purchases, question, Pairs::DEFAULT_SALT).expect("pairs"));
    let counted = prepare(
        users,
        ReleaseRequest {
            bounds: Bounds::new(l0, 1, Measure::Buyers).expect("bounds"),
            out: Default::default(),
            ..release.request().clone()
        },
    );
    let counted = forecast(&counted.expect("a release"));
    // A row whose quantity cannot be read has a buyer, too.
    assert!((counted.rows.expected - rows).abs() < 0.01, "{counted:?} against {rows}");
}

/// How many of the largest groups are among the largest that are published, noise included, is what draws show.
#[test]
fn what_is_forecast_of_the_largest_groups_is_what_draws_show() {
    let pairs = sample();
    let largest = |values: &[i64], k: usize| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(values[at]));
        order.truncate(k);
        order
    };
    for (keys, epsilon, bounds) in [
        (Keys::Public, "0.02", (20, 10)),
        (Keys::Public, "1", (20, 10)),
        (Keys::Public, "8", (5, 2)),
        (Keys::Private, "1", (20, 3)),
        (Keys::Private, "8", (20, 3)),
    ] {
        let private = prepared(&pairs, ReleaseMechanism::DiscreteLaplace, epsilon, bounds, None);
        let request = ReleaseRequest {
            keys: keys.clone(),
            out: Default::default(),
            ..private.request().clone()
        };
        let release = prepare(Arc::clone(&pairs), request).expect("a release");
        let (k, stay) = forecast(&release).lowered.expect("values").head.expect("a head");
        let sums = pairs.bounded(Some(bounds.0), Some(bounds.1)).sums;
        let (noise, truth) = (release.noise().unwrap(), largest(pairs.raw(), k));
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut sum = 0;
        for _ in 0..TRIALS {
            let values: Vec<i64> =
                sums.iter().map(|sum| sum + draw(noise, &mut generator)).collect();
            let shows = |at: &&usize| release.threshold().is_none_or(|least| values[**at] >= least);
            let published = largest(&values, k);
            sum += published.iter().filter(shows).filter(|at| truth.contains(at)).count();
        }
        let mean = sum as f64 / TRIALS as f64;
        // One in a million means is further away than by its noise, and the level is not fixed.
        assert!(
            (mean - stay).abs() < 0.4 + 0.02 * k as f64,
            "ε {epsilon} {bounds:?}: {mean} {stay}"
        );
    }
}

/// How many of the true first k stay is what draws of the same order show.
#[test]
fn what_is_forecast_of_an_order_is_what_draws_show() {
    let pairs = sample();
    let (k, keys) = (10, pairs.keys().to_vec());
    for epsilon in ["0.2", "1", "4"] {
        let base = prepared(&pairs, ReleaseMechanism::DiscreteLaplace, epsilon, (1, 1), None);
        let order = ReleaseRequest {
            keys: Keys::Catalogue(Catalogue {
                path: "list.csv".into(),
                name: "list.csv".to_owned(),
                column: "item".to_owned(),
                names: None,
                keys: keys.clone(),
            }),
            top_k: Some(k),
            out: Default::default(),
            ..base.request().clone()
        };
        let release = prepare(Arc::clone(&pairs), order).expect("a release");
        let seen = forecast(&release).order.expect("an order").stay;
        let mut buyers = vec![0u32; keys.len()];
        for user in 0..pairs.users() {
            pairs.of_user(user).for_each(|(group, _)| buyers[group as usize] += 1);
        }
        let first = |scores: &[f64]| {
            let mut order: Vec<usize> = (0..scores.len()).collect();
            order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
            order.truncate(k);
            order
        };
        let truth = first(&buyers.iter().map(|&n| f64::from(n)).collect::<Vec<_>>());
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
        let trials = 2_000;
        let mut stay = 0;
        for _ in 0..trials {
            let noised: Vec<f64> = buyers
                .iter()
                .map(|&n| {
                    let uniform = ((generator.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
                    f64::from(n) - release.scale() * (-uniform.ln()).ln()
                })
                .collect();
            stay += first(&noised).iter().filter(|at| truth.contains(at)).count();
        }
        let mean = stay as f64 / f64::from(trials);
        // The approximation is good to a few hundredths of a place.
        assert!((mean - seen).abs() < 0.15, "ε {epsilon}: {mean} drawn, {seen} forecast");
    }
}
