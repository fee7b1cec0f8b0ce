//! The sweep against vectorised numpy and scipy, in the same run:
//! `cargo bench --bench sweep` (a few trials of scipy's τ-b, scaled), or with `-- --full`
//! for every one of them. Without python3, numpy and scipy it says so and shows our side.

use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use epsiloscope::expected::{CellSpec, FigureSet, Plan, expected, expected_at_once};
use epsiloscope::metric::ranking::{RawOrder, Scratch};
use epsiloscope::privacy::{Mechanism, Noise, Sensitivity};
use epsiloscope::simulation::{draw, run_beside};
use epsiloscope::work::{Cancel, threads};

const GROUPS: usize = 4_000;
const EPSILONS: usize = 24;
const TRIALS: u64 = 1_000;

/// A sweep of Laplace noise over Zipf counts.
fn plan(groups: usize, trials: u64, figures: FigureSet) -> Plan {
    let raw: Arc<[i64]> = (1..=groups)
        .map(|rank| (80_000.0 / (rank as f64).powf(1.1)).floor().max(1.0) as i64)
        .collect();
    let sensitivity = Sensitivity::assumed(100.0);
    let cells = (0..EPSILONS)
        .map(|i| {
            let epsilon = 0.01 * 1_000f64.powf(i as f64 / (EPSILONS - 1) as f64);
            let mechanism = Mechanism::Laplace;
            let noise = mechanism.calibrate(epsilon, None, sensitivity, 10).expect("a valid cell");
            CellSpec {
                mechanism,
                epsilon,
                delta: None,
                bounds: None,
                sensitivity,
                noise,
                answer: 0,
            }
        })
        .collect();
    Plan { answers: vec![Arc::clone(&raw)], raw, cells, unit: 1, k: 10, trials, seed: 1, figures }
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

/// The median seconds of all trials of a plan on so many threads; closed forms apart.
fn trials(plan: &Plan, threads: usize, times: usize) -> f64 {
    let closed = expected_at_once(plan);
    median(times, || {
        let done = run_beside(plan, closed.clone(), threads, &Cancel::new(), |_| {});
        assert!(done.is_ok(), "nothing cancels this");
    })
}

/// Peak memory so far in MiB, where the system says.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_024.0)
}

/// Seconds of the Python side, those of τ-b scaled to all trials.
struct Python {
    million: f64,
    rest: f64,
    tau: f64,
}

fn python(full: bool) -> Option<Python> {
    let tau_trials = if full { TRIALS } else { 40 };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sweep_numpy.py");
    let arguments = [GROUPS as u64, EPSILONS as u64, TRIALS, tau_trials].map(|n| n.to_string());
    let output = Command::new("python3").arg(script).args(arguments).output().ok()?;
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let seconds = |name: &str| found[name].as_f64();
    let tau = seconds("tau")? * TRIALS as f64 / tau_trials as f64;
    Some(Python { million: seconds("million")?, rest: seconds("rest")?, tau })
}

fn main() {
    let full = std::env::args().any(|argument| argument == "--full");
    let core = plan(GROUPS, TRIALS, FigureSet::Core);
    let before = peak();
    let with_tau = trials(&core, threads(), 5);
    let memory = peak().zip(before).map(|(after, before)| after - before);
    let without_tau = trials(&plan(GROUPS, TRIALS, FigureSet::Top), threads(), 5);
    let every = trials(&plan(GROUPS, TRIALS, FigureSet::All), threads(), 3);

    let pairs = median(9, || drop(expected_at_once(&core)));
    let with_lists = median(5, || drop(expected(&core)));
    let all_forms = median(3, || drop(expected(&plan(GROUPS, TRIALS, FigureSet::All))));

    let raw: Vec<f64> = core.raw.iter().map(|&x| x as f64).collect();
    let order = RawOrder::new(&raw, 10);
    let noised: Vec<Vec<f64>> = core
        .cells
        .iter()
        .enumerate()
        .map(|(i, cell)| draw(&core.raw, cell.noise, 1, i as u64))
        .collect();
    // What one trial of an ε shows of its values helps with the next, as in a sweep.
    let mut scratches = vec![Scratch::default(); EPSILONS];
    let mut total = 0.0;
    let tau = median(5, || {
        for _ in 0..20 {
            for (values, scratch) in noised.iter().zip(&mut scratches) {
                total += order.tau_b(values, scratch).unwrap_or(0.0);
            }
        }
    }) / (20 * EPSILONS) as f64;
    // As a sweep draws them: trial by trial.
    let zeros = vec![0; GROUPS];
    let million = median(9, || {
        for trial in 0..250 {
            total += draw(&zeros, Noise::Laplace { b: 1.0 }, 1, trial)[0];
        }
    });
    let sizes = [1_000, 2_000, 4_000, 8_000, 16_000];
    let per_trial = sizes.map(|n| trials(&plan(n, 200, FigureSet::Core), 1, 3) / 200.0);
    let growth = (per_trial[4] / per_trial[0]).ln() / 16f64.ln();

    println!("{EPSILONS} ε x {TRIALS} trials x {GROUPS} groups, {} threads", threads());
    println!(
        "  MAE, RMSE, variance, τ-b, overlap@10: {with_tau:.3} s; without τ-b: {without_tau:.3} s"
    );
    println!("  every figure: {every:.2} s");
    println!("closed forms of the {EPSILONS} cells: error and τ-b {:.2} ms", pairs * 1e3);
    println!(
        "  overlap@10 as well: {:.0} ms; every figure: {:.0} ms",
        with_lists * 1e3,
        all_forms * 1e3
    );
    println!("τ-b at n = {GROUPS}, one core: {:.0} a second", 1.0 / tau);
    println!("Laplace samples, one core: {:.0} million a second", 1.0 / million);
    let shown: Vec<String> = per_trial.iter().map(|t| format!("{:.0}", t * 1e6)).collect();
    println!(
        "µs a trial of {EPSILONS} ε, one core, at {sizes:?} groups: {}; n^{growth:.2}",
        shown.join(", ")
    );
    if let Some(memory) = memory {
        println!("peak memory of the sweep beyond what was there: {memory:.0} MiB");
    }
    let Some(theirs) = python(full) else {
        println!("\nno comparison: it needs python3 with numpy and scipy");
        return;
    };
    let note = if full { "" } else { " (τ-b scaled from 40 trials; --full does all)" };
    let all = theirs.rest + theirs.tau;
    println!("\nnumpy + scipy: {all:.1} s, of which τ-b {:.1} s{note}", theirs.tau);
    println!("\n| work | epsiloscope | numpy + scipy | times |\n|---|---|---|---|");
    let row = |work: &str, ours: String, other: String, times: f64| {
        println!("| {work} | {ours} | {other} | {times:.0} |");
    };
    row(
        "a million Laplace samples, one core",
        format!("{:.2} ms", million * 1e3),
        format!("{:.1} ms", theirs.million * 1e3),
        theirs.million / million,
    );
    let scipy = (EPSILONS as u64 * TRIALS) as f64 / theirs.tau;
    row(
        &format!("τ-b at n = {GROUPS}, one core"),
        format!("{:.0}/s", 1.0 / tau),
        format!("{scipy:.0}/s"),
        1.0 / tau / scipy,
    );
    let seconds = |s: f64| if s < 1.0 { format!("{s:.3} s") } else { format!("{s:.1} s") };
    row("the sweep with τ-b", seconds(with_tau), seconds(all), all / with_tau);
    row(
        "the sweep without τ-b",
        seconds(without_tau),
        seconds(theirs.rest),
        theirs.rest / without_tau,
    );
    row(
        "error and τ-b by closed form",
        format!("{:.2} ms", pairs * 1e3),
        seconds(all),
        all / pairs,
    );
    row(
        "overlap@10 as well by closed form",
        format!("{:.0} ms", with_lists * 1e3),
        seconds(all),
        all / with_lists,
    );
    assert!(total.is_finite(), "the work was done");
}
