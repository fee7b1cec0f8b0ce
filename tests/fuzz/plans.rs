//! Plans: sweeps, releases and calibrations with odd numbers, refused in a sentence or finite.

use std::ffi::OsString;
use std::fs;
use std::sync::Arc;

use epsiloscope::contribution::{Bounds, Pairs};
use epsiloscope::expected::FigureSet;
use epsiloscope::metric::Metric;
use epsiloscope::privacy::Mechanism;
use epsiloscope::privacy::accounting::{Accountant, Amount, Cost};
use epsiloscope::purchases::{GroupBy, Input, Measure, Options, Question, read};
use epsiloscope::release::{
    Catalogue, Keys, Ledger, ReleaseMechanism, ReleaseRequest, Unprotected, forecast, prepare,
};
use epsiloscope::simulation::{Design, Limits, run as simulate};
use epsiloscope::work::Cancel;

use crate::campaign::{End, Lot, assert_sentence, campaign, mutated};
use crate::compositions::number;
use crate::program::{run, word, words};

const ORDERS: &str = "user,item,quantity,price,date\n\
    a,tea,1,2.5,2011-01-01\na,milk,3,1,2011-02-01\nb,tea,2,2.5,2011-01-05\nc,bread,1,0.9,2011-03-01\n\
    d,tea,40,2.5,2011-01-09\nd,milk,1,1,2011-01-09\ne,salt,1,0.01,2011-05-05\nf,tea,1,2.5,2011-01-01\n";

/// A flag's value: numbers, lists of them, ranges, or what is none.
fn value(lot: &mut Lot) -> OsString {
    let text = match lot.below(8) {
        0 | 1 => (0..1 + lot.below(3)).map(|_| number(lot)).collect::<Vec<_>>().join(","),
        2 => format!("{}:{}:{}", number(lot), number(lot), 2 + lot.below(6)),
        3 => format!("0.{}", lot.below(1_000_000)),
        4 | 5 => (1 + lot.below(9)).to_string(),
        _ => number(lot),
    };
    if lot.once_in(10) {
        word(&mutated(lot, text.as_bytes(), b"1e308:nan"))
    } else {
        OsString::from(text)
    }
}

/// A mechanism's parameters as flags, most of them what the command takes.
fn flagged(lot: &mut Lot, command: &str) -> Vec<OsString> {
    let noises = [
        "laplace",
        "discrete-laplace",
        "gaussian",
        "discrete-gaussian",
        "gumbel-top-k",
        "permute-and-flip",
    ];
    let mut arguments = words([command]);
    let mut flag = |lot: &mut Lot, name: &str, rarely: usize, usual: &str| {
        let flag = format!(
            "{name}={}",
            if lot.once_in(rarely) { String::new() } else { usual.to_owned() }
        );
        let mut flag = OsString::from(flag);
        if flag.to_string_lossy().ends_with('=') {
            flag.push(value(lot));
        }
        arguments.push(flag);
    };
    match command {
        "calibrate" => {
            flag(lot, "--epsilon", 2, "1");
            flag(lot, "--delta", 2, "1e-6");
            for name in ["--sensitivity", "--times", "--k"] {
                if lot.once_in(2) {
                    flag(lot, name, 1, "");
                }
            }
            arguments.extend(words([*lot.pick(&noises)]));
        }
        "sweep" => {
            arguments.extend(words(["orders.csv", "--mechanism", *lot.pick(&noises[..4])]));
            let mut flag = |lot: &mut Lot, name: &str, usual: &str| {
                let mut flag = OsString::from(format!("{name}="));
                flag.push(if lot.once_in(3) { value(lot) } else { OsString::from(usual) });
                arguments.push(flag);
            };
            flag(lot, "--epsilon", "0.5,2");
            if lot.once_in(6) {
                flag(lot, "--sensitivity", "1");
            } else {
                flag(lot, "--l0", "2");
                flag(lot, "--linf", "3");
            }
            flag(lot, "--delta", "1e-6");
            if lot.once_in(3) {
                flag(lot, "--k", "2");
            }
            arguments.extend(words([
                "--trials",
                "2",
                "--format",
                *lot.pick(&["json", "csv", "table"]),
            ]));
            arguments.extend(words([
                "--measure",
                *lot.pick(&["purchases", "rows", "buyers", "revenue"]),
            ]));
        }
        _ => {
            arguments.extend(words([
                "orders.csv",
                "--ledger",
                "shop.ledger",
                "--out",
                "out.csv",
                "--preview",
            ]));
            let mut flag = |lot: &mut Lot, name: &str, usual: &str| {
                let mut flag = OsString::from(format!("{name}="));
                flag.push(if lot.once_in(3) { value(lot) } else { OsString::from(usual) });
                arguments.push(flag);
            };
            flag(lot, "--epsilon", "1");
            flag(lot, "--delta", "1e-7");
            flag(lot, "--l0", "2");
            flag(lot, "--linf", "3");
            if lot.once_in(5) {
                flag(lot, "--top-k", "2");
            }
            arguments.extend(words(["--mechanism", *lot.pick(&noises[1..4])]));
            arguments.extend(words(["--measure", *lot.pick(&["purchases", "rows", "revenue"])]));
            if lot.once_in(2) {
                arguments.extend(words(["--groups", "list.csv"]));
            }
        }
    }
    arguments
}

#[test]
fn any_plan_at_the_command_line() {
    campaign("any_plan_at_the_command_line", 24, |lot, folder| {
        fs::write(folder.join("orders.csv"), ORDERS).expect("a file");
        fs::write(folder.join("list.csv"), "item\ntea\nmilk\nbread\nsalt\n").expect("a file");
        let total = Cost::new(1e6, 1e-3).expect("a budget");
        drop(
            Ledger::create(&folder.join("shop.ledger"), "orders", total, Accountant::Basic)
                .expect("a ledger"),
        );
        let command = *lot.pick(&["calibrate", "sweep", "release"]);
        let arguments = flagged(lot, command);
        fs::write(folder.join("arguments.txt"), format!("{arguments:?}")).expect("a file");
        let (end, text) = run(folder, &arguments);
        let none = ["NaN", "nan", "inf", "-inf", "Infinity"];
        let mut spoken = text.split(|c: char| c.is_whitespace() || ",:;()[]\"".contains(c));
        assert!(!spoken.any(|word| none.contains(&word)), "{arguments:?}: {text}");
        assert!(!folder.join("out.csv").exists());
        end
    });
}

fn odd(lot: &mut Lot) -> f64 {
    let odd =
        [0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324, 1e-300, 1e-9, 1e6, 1e7, 1e12, 1e300, f64::MAX];
    if lot.once_in(12) { *lot.pick(&odd) } else { lot.decades(-4.0, 4.0) }
}

fn pairs(lot: &mut Lot, folder: &std::path::Path) -> Pairs {
    let path = folder.join("orders.csv");
    fs::write(&path, ORDERS).expect("a file");
    let purchases = read(&Input::File(path), &Options::default()).expect("purchases");
    let question = Question {
        group_by: *lot.pick(&[GroupBy::Item, GroupBy::Month]),
        measure: *lot.pick(&Measure::ALL),
    };
    Pairs::collect(&purchases, question, Pairs::DEFAULT_SALT).expect("pairs")
}

fn bounds(lot: &mut Lot, measure: Measure) -> Bounds {
    let whole = |lot: &mut Lot| match lot.below(6) {
        0 => *lot.pick(&[1, u64::MAX, i64::MAX as u64, 1 << 53, 1 << 32, 10_000]),
        1 => lot.decades(0.0, 19.0) as u64,
        _ => 1 + lot.below(12) as u64,
    };
    let (l0, linf) = (whole(lot), whole(lot));
    Bounds::new(l0, if measure == Measure::Buyers { 1 } else { linf }, measure).expect("bounds")
}

#[test]
fn any_sweep_is_refused_or_finite() {
    campaign("any_sweep_is_refused_or_finite", 150, |lot, folder| {
        let pairs = pairs(lot, folder);
        let measure = pairs.question().measure;
        let design = Design {
            mechanisms: (0..1 + lot.below(2)).map(|_| *lot.pick(&Mechanism::ALL)).collect(),
            epsilons: (0..1 + lot.below(2)).map(|_| odd(lot)).collect(),
            delta: if lot.once_in(8) {
                None
            } else if lot.once_in(8) {
                Some(odd(lot))
            } else {
                Some(lot.decades(-15.0, -0.1))
            },
            sensitivity: match lot.once_in(5) {
                true => Limits::Assumed(odd(lot)),
                false => {
                    Limits::Bounds((0..1 + lot.below(2)).map(|_| bounds(lot, measure)).collect())
                }
            },
            k: if lot.once_in(10) { *lot.pick(&[0, 99, usize::MAX]) } else { 1 + lot.below(4) },
            trials: if lot.once_in(20) { 0 } else { 1 + lot.below(3) as u64 },
            seed: lot.bits(),
            figures: *lot.pick(&[FigureSet::All, FigureSet::Core, FigureSet::Top]),
        };
        fs::write(folder.join("design.txt"), format!("{design:?}")).expect("a file");
        let designed = match design.plan(&pairs) {
            Ok(designed) => designed,
            Err(refusal) => {
                assert_sentence(&refusal.to_string());
                return End::Refused;
            }
        };
        for cell in &designed.plan.cells {
            let scale = cell.noise.scale();
            assert!(scale.is_finite() && scale > 0.0, "{cell:?}");
        }
        assert!(
            designed.dropped.iter().all(|share| (0.0..=1.0).contains(share)),
            "{:?}",
            designed.dropped
        );
        for figures in simulate(&designed.plan, 1, &Cancel::new(), |_| ()).expect("nobody stops it")
        {
            let error = figures.raw;
            for figure in [
                error[Metric::Mae],
                error[Metric::Rmse],
                error[Metric::Variance],
                error[Metric::P95],
                error[Metric::MedianRelative],
            ] {
                let all = [figure.expected, figure.simulated, figure.standard_error];
                assert!(
                    all.iter().flatten().all(|value| value.is_finite() && *value >= 0.0),
                    "{error:?}"
                );
            }
            for (name, figure) in Metric::of_orders()
                .flat_map(|m| [(m.key(), figures.raw[m]), (m.key(), figures.noise[m])])
            {
                let room = 1.0 + 1e-9;
                let mut values = [figure.expected, figure.simulated].into_iter().flatten();
                assert!(values.all(|value| (-room..=room).contains(&value)), "{name} {figure:?}");
            }
        }
        End::Taken
    });
}

#[test]
fn any_release_is_refused_or_can_be_written_down() {
    campaign("any_release_is_refused_or_can_be_written_down", 80, |lot, folder| {
        let pairs = pairs(lot, folder);
        let bounds = bounds(lot, pairs.question().measure);
        let amount = |lot: &mut Lot| match lot.below(6) {
            0 => *lot.pick(&[0.0, 1e-9, 1e9, 1e6, 0.999_999_999]),
            _ => lot.decades(-9.0, 3.0),
        };
        let delta = if lot.once_in(5) { 0.0 } else { lot.decades(-18.0, 0.0) };
        let list = folder.join("list.csv");
        fs::write(&list, "item\nmilk\nnobody's\nsalt\ntea\n").expect("a file");
        let list = Catalogue::read(&list, None, &["item"]).expect("a list");
        let request = ReleaseRequest {
            epsilon: Amount::from_f64(amount(lot)).expect("an amount"),
            delta: Amount::from_f64(delta).expect("an amount"),
            bounds,
            mechanism: *lot
                .pick(&[ReleaseMechanism::DiscreteLaplace, ReleaseMechanism::DiscreteGaussian]),
            keys: match lot.below(3) {
                0 => Keys::Private,
                1 => Keys::Public,
                _ => Keys::Catalogue(list),
            },
            floor_at_zero: lot.once_in(3),
            spreadsheet_safe: lot.once_in(3),
            top_k: if lot.once_in(4) { Some(lot.below(6)) } else { None },
            interval: lot.once_in(3),
            rest: if lot.once_in(3) { Amount::from_f64(lot.decades(-9.0, 0.1)).ok() } else { None },
            reading: Default::default(),
            unprotected: Unprotected::NotStated,
            out: folder.join("out.csv"),
            force: false,
        };
        fs::write(folder.join("request.txt"), format!("{request:?}")).expect("a file");
        let asked = (request.epsilon, request.delta);
        let pairs = Arc::new(pairs);
        let prepared = match prepare(Arc::clone(&pairs), request) {
            Ok(prepared) => prepared,
            Err(refusal) => {
                assert_sentence(&refusal.to_string());
                return End::Refused;
            }
        };
        let cost = prepared.reservation().cost;
        assert!(cost.epsilon == asked.0 && cost.delta <= asked.1);
        assert!(prepared.scale().is_finite() && prepared.scale() > 0.0, "{}", prepared.scale());
        let seen = forecast(&prepared);
        let rows = seen.rows;
        assert!((0.0..=1e4).contains(&rows.expected), "{rows:?}");
        assert!(rows.low <= rows.high && rows.low as f64 <= rows.expected + 1.0, "{rows:?}");
        assert!((0.0..=1.0).contains(&seen.surviving), "{seen:?}");
        assert!(seen.lowered.is_none_or(|lowered| (0.0..=1.0).contains(&lowered.share)));
        // What can be prepared can be written down, whatever adds up, or one sentence says why not.
        let total = Cost::new(1e9, 0.999).expect("a budget");
        let accountant = *lot.pick(&[Accountant::Basic, Accountant::Zcdp, Accountant::Rdp]);
        let path = folder.join("shop.ledger");
        let mut ledger = Ledger::create(&path, "orders", total, accountant).expect("a ledger");
        match ledger.reserve(prepared.reservation()) {
            Ok(_) => {
                let again = Ledger::open(&path).expect("what was written is read");
                assert_eq!(again.entries().expect("entries").len(), 1);
                assert!(again.balance().expect("a balance").covers());
                End::Taken
            }
            Err(refusal) => {
                assert_sentence(&refusal.to_string());
                assert!(
                    Ledger::open(&path)
                        .expect("it is as it was")
                        .entries()
                        .expect("entries")
                        .is_empty()
                );
                End::Refused
            }
        }
    });
}
