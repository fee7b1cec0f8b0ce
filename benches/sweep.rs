//! The sweep against vectorised numpy and scipy, in the same run:
//! `cargo bench --bench sweep` (a few trials of scipy's τ-b, scaled), or with `-- --full`
//! for every one of them. Without python3, numpy and scipy it says so and shows our side.

use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use epsiloscope::metric::ranking::{RawOrder, Scratch, top_k};
use epsiloscope::privacy::{Mechanism, Sensitivity};
use epsiloscope::simulation::{CellSpec, FigureSet, Plan, draw, expected, run};
use epsiloscope::work::{Cancel, threads};

const GROUPS: usize = 4_000;
const EPSILONS: usize = 24;
const TRIALS: u64 = 1_000;

fn plan(trials: u64) -> Plan {
    let raw: Arc<[i64]> =
        (1..=GROUPS).map(|rank| (80_000.0 / (rank as f64).powf(1.1)).floor().max(1.0) as i64).collect();
    let sensitivity = Sensitivity::assumed(100.0);
    let cells = (0..EPSILONS)
        .map(|i| {
            let epsilon = 0.01 * 1_000f64.powf(i as f64 / (EPSILONS - 1) as f64);
            let mechanism = Mechanism::Laplace;
            let noise = mechanism.calibrate(epsilon, None, sensitivity, 10).expect("a valid cell");
            CellSpec { mechanism, epsilon, delta: None, bounds: None, sensitivity, noise, answer: 0 }
        })
        .collect();
    Plan { answers: vec![Arc::clone(&raw)], raw, cells, unit: 1, k: 10, trials, seed: 1, figures: FigureSet::All }
}

/// The median seconds of `times` calls.
fn median(times: usize, mut call: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..times)
        .map(|_| {
            let began = Instant::now();
            call();
            began.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[times / 2]
}

/// Seconds of the Python side, scaled to all trials: (everything but τ-b, τ-b).
fn python(full: bool) -> Option<(f64, f64)> {
    let tau_trials = if full { TRIALS } else { 40 };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sweep_numpy.py");
    let arguments = [GROUPS as u64, EPSILONS as u64, TRIALS, tau_trials].map(|n| n.to_string());
    let output = Command::new("python3").arg(script).args(arguments).output().ok()?;
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    Some((found["rest"].as_f64()?, found["tau"].as_f64()? * TRIALS as f64 / tau_trials as f64))
}

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    let whole = plan(TRIALS);
    let sweep = median(5, || {
        let done = run(&whole, threads(), &Cancel::new(), |_| {});
        assert!(done.is_ok(), "nothing cancels this");
    });
    let closed = median(9, || drop(expected(&whole)));
    let order = RawOrder::new(&whole.raw.iter().map(|&x| x as f64).collect::<Vec<_>>(), 10);
    let noised: Vec<Vec<f64>> =
        whole.cells.iter().enumerate().map(|(i, cell)| draw(&whole.raw, cell.noise, 1, i as u64)).collect();
    let mut scratch = Scratch::default();
    let mut total = 0.0;
    let tau = median(5, || {
        for _ in 0..20 {
            for values in &noised {
                total += order.tau_b(values, &mut scratch).unwrap_or(0.0);
            }
        }
    }) / (20 * EPSILONS) as f64;
    let top = median(5, || {
        for _ in 0..20 {
            for values in &noised {
                total += f64::from(top_k(values, 10)[0]);
            }
        }
    }) / (20 * EPSILONS) as f64;
    let sampling = median(9, || total += draw(&whole.raw, whole.cells[0].noise, 1, 5)[0]);
    println!("{EPSILONS} ε x {TRIALS} trials x {GROUPS} groups, all figures, {} threads: {sweep:.2} s", threads());
    println!("closed forms of the {EPSILONS} cells: {:.1} ms", closed * 1e3);
    println!("τ-b, one core: {:.0} a second; top 10: {:.0} a second", 1.0 / tau, 1.0 / top);
    println!("Laplace samples, one core: {:.0} million a second", GROUPS as f64 / sampling / 1e6);
    match python(full) {
        Some((rest, tau_seconds)) => {
            let note = if full { "" } else { " (τ-b scaled from 40 trials; --full does all)" };
            println!("\nnumpy + scipy: {:.1} s, of which τ-b {tau_seconds:.1} s{note}", rest + tau_seconds);
            println!("\n| work | epsiloscope | numpy + scipy | ratio |\n|---|---|---|---|");
            let all = rest + tau_seconds;
            println!("| sweep, all figures | {sweep:.2} s | {all:.1} s | {:.0} |", all / sweep);
            let scipy = (EPSILONS as u64 * TRIALS) as f64 / tau_seconds;
            println!("| τ-b at n = {GROUPS}, a core | {:.0}/s | {scipy:.0}/s | {:.0} |", 1.0 / tau, 1.0 / tau / scipy);
        }
        None => println!("\nno comparison: it needs python3 with numpy and scipy"),
    }
    assert!(total.is_finite(), "the work was done");
}
