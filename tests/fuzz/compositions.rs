//! Compositions: events as text through the real program, and as laws with odd numbers.

use epsiloscope::privacy::accounting::{
    Accountant, Detail, Event, Law, Orders, Precision, delta, epsilon,
};
use serde_json::Value;

use crate::campaign::{End, Lot, assert_sentence, campaign, mutated};
use crate::program::{run, word, words};

/// A number as text: usual, at an edge, or none.
pub fn number(lot: &mut Lot) -> String {
    let odd = [
        "0",
        "-0",
        "1",
        "-1",
        "nan",
        "inf",
        "-inf",
        "1e-9",
        "1e9",
        "1e12",
        "1e13",
        "1e-12",
        "1e308",
        "5e-324",
        "1e-300",
        "4503599627370497",
        "18446744073709551616",
        "0x10",
        "1_000",
        "1,5",
        "",
        " 2 ",
        "+3",
        "1e",
        "½",
        "0.1.2",
        "0.30000000000000004",
        "0.9999999999999999",
    ];
    match lot.below(4) {
        0 => (*lot.pick(&odd)).to_owned(),
        1 => (1 + lot.below(40)).to_string(),
        2 => format!("{}", lot.decades(-12.0, 12.0)),
        _ => format!("{:.3}", lot.decades(-2.0, 2.0)),
    }
}

fn event_text(lot: &mut Lot) -> Vec<u8> {
    let laws: [(&str, &[&str]); 9] = [
        ("pure", &["epsilon"]),
        ("bounded-range", &["epsilon"]),
        ("laplace", &["scale", "sensitivity"]),
        ("discrete-laplace", &["scale", "sensitivity"]),
        ("gaussian", &["sigma", "sensitivity"]),
        ("discrete-gaussian", &["sigma", "sensitivity"]),
        ("subsampled-gaussian", &["sigma", "rate", "sensitivity"]),
        ("failure", &["delta"]),
        ("cauchy", &["scale"]),
    ];
    let (name, parameters) = *lot.pick(&laws);
    let mut parts: Vec<String> = Vec::new();
    for parameter in parameters {
        if *parameter != "sensitivity" || lot.once_in(3) {
            let small = matches!(*parameter, "rate" | "delta") && !lot.once_in(5);
            let value = if small { format!("{}", lot.decades(-15.0, 0.0)) } else { number(lot) };
            parts.push(format!("{parameter}={value}"));
        }
    }
    if lot.once_in(2) {
        let many = format!("{}", lot.decades(0.0, 11.0).floor());
        let times = if lot.once_in(6) { number(lot) } else { many };
        parts.push(format!("times={times}"));
    }
    let text = format!("{name}:{}", parts.join(","));
    if lot.once_in(5) {
        mutated(lot, text.as_bytes(), b"times=1e12,epsilon=")
    } else {
        text.into_bytes()
    }
}

#[test]
fn any_composition_at_the_command_line() {
    campaign("any_composition_at_the_command_line", 30, |lot, folder| {
        let asks_epsilon = !lot.once_in(3);
        let given = match lot.once_in(3) {
            true => number(lot),
            false if asks_epsilon => format!("{:e}", lot.decades(-15.0, -0.3)),
            false => format!("{:.4}", lot.decades(-3.0, 2.0)),
        };
        let mut arguments =
            words(["compose", if asks_epsilon { "--delta" } else { "--epsilon" }, &given]);
        if lot.once_in(4) {
            arguments.extend(words(["--orders", "integer"]));
        }
        arguments.extend(words(["--format", "json"]));
        arguments.extend((0..1 + lot.below(3)).map(|_| word(&event_text(lot))));
        std::fs::write(folder.join("arguments.txt"), format!("{arguments:?}")).expect("a file");
        let (end, text) = run(folder, &arguments);
        if end == End::Taken {
            let said: Value = serde_json::from_str(&text).expect("JSON");
            let asked = if asks_epsilon { "epsilon" } else { "delta" };
            for name in ["basic", "zcdp", "rdp", "pld"] {
                let answer = &said[name];
                match (answer[asked].as_f64(), answer["reason"].as_str()) {
                    (Some(value), None) => {
                        assert!(value >= 0.0 && (asks_epsilon || value <= 1.0), "{text}");
                    }
                    // No answer has a reason: null is also what a number that is none would be.
                    (None, Some(reason)) => assert_sentence(reason),
                    _ => panic!("{name} says neither a number nor why not: {text}"),
                }
            }
        }
        end
    });
}

/// A positive number from an edge of what can be calculated with, or well inside.
fn ratio(lot: &mut Lot) -> f64 {
    match lot.below(5) {
        0 => *lot.pick(&[1e-9, 1e12, 1.0, 1e-3, 0.5, 2.0, 1e6]),
        1 => lot.decades(-9.0, 12.0),
        _ => lot.decades(-1.5, 3.0),
    }
}

fn law(lot: &mut Lot) -> Law {
    let sensitivity = *lot.pick(&[1.0, 0.001, 3.0, 1e6]);
    let whole = *lot.pick(&[1u64, 2, 7, 1_000, 1 << 40]);
    match lot.below(9) {
        0 => Law::Pure { epsilon: 1.0 / ratio(lot) },
        1 => Law::BoundedRange { epsilon: 1.0 / ratio(lot) },
        2 => Law::Laplace { scale: ratio(lot) * sensitivity, sensitivity },
        3 => Law::DiscreteLaplace { scale: ratio(lot) * whole as f64, sensitivity: whole },
        4 => Law::Gaussian { sigma: ratio(lot) * sensitivity, sensitivity },
        5 => Law::DiscreteGaussian { sigma: ratio(lot) * whole as f64, sensitivity: whole },
        6 | 7 => {
            let rate = if lot.once_in(6) { 1.0 } else { lot.decades(-12.0, 0.0) };
            Law::SubsampledGaussian { sigma: ratio(lot) * sensitivity, sensitivity, rate }
        }
        _ => Law::Failure { delta: if lot.once_in(4) { 0.0 } else { lot.decades(-18.0, -2.0) } },
    }
}

#[test]
fn any_laws_cost_what_is_a_number_and_more_cost_no_less() {
    campaign("any_laws_cost_what_is_a_number_and_more_cost_no_less", 6, |lot, folder| {
        let events: Vec<Event> = (0..1 + lot.below(3))
            .map(|_| {
                let most = *lot.pick(&[0.5, 3.0, 11.0]);
                Event { law: law(lot), times: lot.decades(0.0, most) as u64 }
            })
            .collect();
        let given = if lot.once_in(8) {
            *lot.pick(&[0.0, 5e-324, 1e-300, 0.999_999])
        } else {
            lot.decades(-15.0, -0.3)
        };
        let at = if lot.once_in(8) {
            *lot.pick(&[0.0, 5e-324, 1e300, 1e9])
        } else {
            lot.decades(-3.0, 2.0)
        };
        std::fs::write(folder.join("events.txt"), format!("{events:?} δ {given:e} ε {at:e}"))
            .expect("a file");
        let more: Vec<Event> =
            events.iter().map(|event| Event { times: 2 * event.times, ..*event }).collect();
        let orders = if lot.once_in(4) { Orders::Integer } else { Orders::All };
        let precision = Precision { orders, detail: Detail::Coarse };
        let mut end = End::Refused;
        for accountant in Accountant::ALL {
            // Grids and quadratures differ by a little, exact sums by rounding alone.
            let slack = match accountant {
                Accountant::Pld => 2e-3,
                _ => 1e-8,
            };
            let one = epsilon(accountant, &events, given, precision);
            let two = epsilon(accountant, &more, given, precision);
            match (&one, &two) {
                (Ok(one), Ok(two)) => {
                    end = End::Taken;
                    assert!(*one >= 0.0 && *two >= 0.0, "{accountant}: {one} {two}");
                    assert!(
                        *one <= two * (1.0 + slack) + 1e-9,
                        "{accountant}: ε {one}, twice as many {two}"
                    );
                }
                (Err(reason), _) => assert_sentence(&reason.to_string()),
                (_, Err(reason)) => assert_sentence(&reason.to_string()),
            }
            // What has no answer has none when there is more of it.
            assert!(one.is_ok() || two.is_err(), "{accountant}: {one:?} {two:?}");
            let (one, two) = (
                delta(accountant, &events, at, precision),
                delta(accountant, &more, at, precision),
            );
            match (&one, &two) {
                (Ok(one), Ok(two)) => {
                    assert!(
                        (0.0..=1.0).contains(one) && (0.0..=1.0).contains(two),
                        "{accountant}: {one} {two}"
                    );
                    assert!(
                        *one <= two * (1.0 + slack) + 1e-12,
                        "{accountant}: δ {one}, twice as many {two}"
                    );
                }
                (Err(reason), _) => assert_sentence(&reason.to_string()),
                (_, Err(reason)) => assert_sentence(&reason.to_string()),
            }
        }
        end
    });
}
