//! How long a model of 1,000 items takes to fit, and 2,000 users to evaluate:
//! `cargo bench --bench recommend`; it prints medians, and asserts nothing.

use std::time::Instant;

use epsiloscope::recommend::{FitOptions, Guarantee, ModelKind, NoiseSeed, Training, fit, list};
use epsiloscope::work::Cancel;

const ITEMS: u32 = 1_000;
const USERS: u32 = 20_000;
const EVALUATED: usize = 2_000;
const TRAINED: usize = 4_000;
const NOISE: NoiseSeed = NoiseSeed { seed: 1, draw: 1 };

/// The median seconds of `times` calls.
fn median<T>(times: usize, mut call: impl FnMut() -> T) -> f64 {
    let mut seconds: Vec<f64> = (0..times)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(call());
            began.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[times / 2]
}

fn main() {
    // Twenty tastes of fifty items, thirty items a user, early items more often.
    let histories: Vec<Vec<u32>> = (0..USERS)
        .map(|user| {
            let mut mine: Vec<u32> = (0..30u32)
                .map(|i| {
                    let lot = (user * 7_919 + i * 104_729) % 10_007;
                    let wide = lot * lot / 10_007 * ITEMS / 10_007;
                    if i % 2 == 0 { wide.min(ITEMS - 1) } else { wide % 50 * 20 + user % 20 }
                })
                .collect();
            mine.sort_unstable();
            mine.dedup();
            mine
        })
        .collect();
    let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
    let training = Training {
        items: ITEMS as usize,
        histories: &slices,
        l0: 20,
        options: FitOptions::default(),
    };
    println!("{ITEMS} items, {USERS} users, one core");
    for (name, epsilon) in [
        ("not private", None),
        ("ε 1", Some(1.0)),
        ("ε 8", Some(8.0)),
        ("ε 1000, whole head", Some(1e3)),
    ] {
        let guarantee = epsilon.map(|epsilon| Guarantee { epsilon, delta: 1e-6 });
        let seconds =
            median(3, || fit(ModelKind::Ease, &training, guarantee, NOISE, &Cancel::new()).is_ok());
        println!("  ease fitted, {name:<20} {seconds:.3} s");
        let seconds =
            median(3, || fit(ModelKind::Als, &training, guarantee, NOISE, &Cancel::new()).is_ok());
        println!("  als fitted,  {name:<20} {seconds:.3} s");
    }
    // Everybody takes part in each of its steps.
    let trained = Training { histories: &slices[..TRAINED], ..training };
    for (name, epsilon) in [("not private", None), ("ε 8", Some(8.0))] {
        let guarantee = epsilon.map(|epsilon| Guarantee { epsilon, delta: 1e-6 });
        let seconds = median(1, || {
            fit(ModelKind::Autoencoder, &trained, guarantee, NOISE, &Cancel::new()).is_ok()
        });
        println!("  autoencoder of {TRAINED} users, {name:<11} {seconds:.1} s");
    }
    let model = fit(ModelKind::Ease, &training, None, NOISE, &Cancel::new()).expect("a model");
    let mut scores = Vec::new();
    let seconds = median(5, || {
        let of = |history: &&[u32]| list(&*model, history, 20, ITEMS as usize, &mut scores).len();
        slices.iter().take(EVALUATED).map(of).sum::<usize>()
    });
    println!("  lists of {EVALUATED} users           {seconds:.3} s");
}
