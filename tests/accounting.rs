//! Our accountants against those of independent packages, kept in `tests/fixtures`.

use std::collections::HashMap;

use epsiloscope::privacy::accounting::{
    Accountant, Event, Law, NoAnswer, Orders, Precision, advanced_epsilon, delta, epsilon,
    zcdp_delta, zcdp_epsilon,
};

/// The rows of a fixture by column name; its first line says where it comes from.
fn rows(text: &str) -> Vec<HashMap<String, String>> {
    let (source, table) = text.split_once('\n').unwrap();
    assert!(source.starts_with("# "), "a fixture says where its values come from");
    csv::Reader::from_reader(table.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap()
}

/// `a=1;b=2;words` as numbers; words are left out.
fn parameters(text: &str) -> HashMap<&str, f64> {
    text.split(';')
        .filter_map(|part| part.split_once('='))
        .filter_map(|(name, n)| Some((name, n.split(' ').next()?.parse().ok()?)))
        .collect()
}

fn close(found: f64, wanted: f64, relative: f64, what: &str) {
    assert!((found - wanted).abs() <= relative * wanted.abs(), "{what}: {found}, not {wanted}");
}

fn pld(events: &[Event], delta: f64) -> f64 {
    epsilon(Accountant::Pld, events, delta, Precision::default()).unwrap()
}

fn rdp(events: &[Event], delta: f64) -> f64 {
    epsilon(Accountant::Rdp, events, delta, Precision::default()).unwrap()
}

fn gaussian(sigma: f64) -> Law {
    Law::Gaussian { sigma, sensitivity: 1.0 }
}

fn laplace(scale: f64) -> Law {
    Law::Laplace { scale, sensitivity: 1.0 }
}

#[test]
fn accountants_agree_with_dp_accounting_opendp_and_prv_accountant() {
    let mut checked = 0;
    let mut elsewhere = 0;
    for row in rows(include_str!("fixtures/accounting.csv")) {
        let (p, value): (_, f64) = (parameters(&row["params"]), row["value"].parse().unwrap());
        let what = format!("{} {}", row["what"], row["params"]);
        let times =
            |law| [Event { law, times: p.get("k").or(p.get("T")).copied().unwrap_or(1.0) as u64 }];
        let sampled =
            || times(Law::SubsampledGaussian { sigma: p["sigma"], sensitivity: 1.0, rate: p["q"] });
        match row["what"].as_str() {
            "pld_eps_gaussian" => {
                let found = pld(&times(gaussian(p["sigma"])), p["delta"]);
                close(found, value, 1e-6, &what);
            }
            "gaussian_eps_closed_form" => {
                let found = pld(&times(gaussian(p["sigma"])), p["delta"]);
                // scipy's root search stops at about 1e-12.
                close(found, value, 1e-11, &what);
            }
            "rdp_eps_gaussian" => {
                close(rdp(&times(gaussian(p["sigma"])), p["delta"]), value, 0.02, &what);
            }
            "pld_eps_laplace" if p["delta"] == 0.0 => {
                // Where dp-accounting has no answer, pure ε add up.
                assert_eq!(pld(&times(laplace(p["scale"])), 0.0), p["k"] / p["scale"], "{what}");
            }
            "pld_eps_laplace" => {
                close(pld(&times(laplace(p["scale"])), p["delta"]), value, 1e-4, &what);
            }
            "rdp_eps_laplace" => {
                close(rdp(&times(laplace(p["scale"])), p["delta"]), value, 0.02, &what);
            }
            "pld_eps_heterogeneous" => {
                let events = [
                    Event { law: laplace(10.0), times: 20 },
                    Event { law: gaussian(8.0), times: 5 },
                ];
                close(pld(&events, 1e-6), value, 1e-4, &what);
            }
            "pld_eps_discrete_laplace" => {
                // dp-accounting's parameter is 1/b.
                let law = Law::DiscreteLaplace { scale: 1.0 / p["parameter"], sensitivity: 1 };
                close(pld(&times(law), p["delta"]), value, 1e-4, &what);
            }
            "pld_eps_discrete_gaussian" => {
                let law = Law::DiscreteGaussian { sigma: p["sigma"], sensitivity: 1 };
                close(pld(&times(law), p["delta"]), value, 1e-4, &what);
            }
            "pld_delta_laplace" => {
                let found = delta(
                    Accountant::Pld,
                    &times(laplace(p["scale"])),
                    p["eps"],
                    Precision::default(),
                );
                close(found.unwrap(), value, 1e-3, &what);
            }
            "dpsgd_eps_pld" => close(pld(&sampled(), p["delta"]), value, 1e-3, &what),
            "dpsgd_eps_rdp" => close(rdp(&sampled(), p["delta"]), value, 0.02, &what),
            "dpsgd_eps_prv_lower" => assert!(pld(&sampled(), p["delta"]) >= value, "{what}"),
            "dpsgd_eps_prv_upper" => assert!(pld(&sampled(), p["delta"]) <= value, "{what}"),
            "rdp_eps_zcdp" => {
                close(zcdp_epsilon(p["rho"], p["delta"]), value, 0.02, &what);
                // dp-accounting stays on its grid of orders.
                let found =
                    rdp(&[Event::once(gaussian(1.0 / (2.0 * p["rho"]).sqrt()))], p["delta"]);
                close(found, value, 0.02, &what);
                assert!(found <= value, "{what}: {found}");
            }
            "zcdp_rho" => {
                let law = Law::Gaussian { sigma: p["sigma"], sensitivity: p["l2"] };
                close(law.rho().unwrap(), value, 1e-12, &what);
            }
            "zcdp_to_eps" => close(zcdp_epsilon(p["rho"], p["delta"]), value, 1e-12, &what),
            "zcdp_to_delta" => close(zcdp_delta(p["rho"], p["eps"]), value, 1e-12, &what),
            "kov_advanced_eps" => {
                let events = [Event { law: Law::Pure { epsilon: 0.1 }, times: 100 }];
                close(advanced_epsilon(&events, 1e-6).unwrap(), value, 1e-12, &what);
            }
            // Calibration and laws of noise: tests/oracles.rs.
            "analytic_gaussian_sigma"
            | "analytic_gaussian_sigma_closed_form"
            | "gaussian_delta_exact"
            | "discrete_gaussian_sigma"
            | "smallest_gaussian_sigma"
            | "calibrated_sigma_pld"
            | "dlap_accuracy"
            | "dgauss_accuracy" => {
                elsewhere += 1;
                continue;
            }
            other => panic!("{other} is in the fixture and not in the test"),
        }
        checked += 1;
    }
    assert_eq!((checked, elsewhere), (38, 22));
}

#[test]
fn sampled_gaussian_noise_agrees_at_whole_orders() {
    let integer = Precision { orders: Orders::Integer, ..Precision::default() };
    let mut checked = 0;
    for row in rows(include_str!("fixtures/dp_sgd_rdp.csv")) {
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        let law =
            Law::SubsampledGaussian { sigma: number("sigma"), sensitivity: 1.0, rate: number("q") };
        let events = [Event { law, times: number("steps") as u64 }];
        let found = epsilon(Accountant::Rdp, &events, number("delta"), integer).unwrap();
        close(found, number("eps_dp_accounting_0.6.0_int_orders_2_256"), 1e-9, &format!("{row:?}"));
        assert!(rdp(&events, number("delta")) <= found, "all orders are no worse than some");
        checked += 1;
    }
    assert_eq!(checked, 4);
}

/// The grid's own path, which Gaussian noise alone would not take: a Gaussian beside a
/// mechanism that hardly costs anything.
#[test]
fn the_grid_is_never_below_the_closed_form_and_hardly_above() {
    let nothing = Event::once(Law::Pure { epsilon: 1e-9 });
    for (sigma, delta) in [
        (1.0, 1e-6),
        (0.4, 1e-3),
        (5.0, 1e-10),
        (3.0, 1e-15),
        (30.0, 1e-5),
        (1.0, 0.1),
        (0.2, 1e-6),
    ] {
        let exact = pld(&[Event::once(gaussian(sigma))], delta);
        let found = pld(&[Event::once(gaussian(sigma)), nothing], delta);
        assert!(found >= exact * (1.0 - 1e-11), "σ {sigma} δ {delta}: {found} is below {exact}");
        assert!(found <= exact * (1.0 + 1e-6) + 2e-9, "σ {sigma} δ {delta}: {found}, not {exact}");
    }
}

/// One use of Laplace noise: δ(ε) = 1 - e^{(ε - Δ/b)/2} (Dong, Roth, Su 2022).
#[test]
fn one_laplace_answer_has_its_closed_form() {
    for scale in [0.2, 1.0, 3.0, 50.0] {
        let top = 1.0 / scale;
        for share in [0.1, 0.5, 0.9, 0.999] {
            let wanted = -libm::expm1((share * top - top) / 2.0);
            let events = [Event::once(laplace(scale))];
            let found = delta(Accountant::Pld, &events, share * top, Precision::default()).unwrap();
            assert!(found >= wanted * (1.0 - 1e-10), "b {scale}: {found} is below {wanted}");
            close(found, wanted, 1e-5, &format!("b {scale} at {share}"));
            close(pld(&events, wanted), share * top, 1e-5, &format!("b {scale} at {share}"));
        }
    }
}

/// Two ways to one number: the closed form of one sampled answer, which basic composition
/// takes, and the grid.
#[test]
fn one_sampled_answer_has_its_closed_form() {
    for (sigma, rate, delta) in [(1.1, 0.004, 7e-10), (0.7, 0.3, 1e-5), (4.0, 0.05, 1e-6)] {
        let event = Event::once(Law::SubsampledGaussian { sigma, sensitivity: 1.0, rate });
        let exact = pld(&[event], delta);
        // Beside another the grid is used.
        let found = pld(&[event, Event::once(Law::Pure { epsilon: 1e-9 })], delta);
        assert!(found >= exact * (1.0 - 1e-9), "σ {sigma} rate {rate}: {found} is below {exact}");
        close(found, exact, 1e-4, &format!("σ {sigma} rate {rate}"));
    }
}

/// k uses of randomised response: Kairouz, Oh, Viswanath 2015, Theorem 3.3, exactly:
/// δ(ε) = Σ_i C(k,i) (e^{(k-i)ε₀} - e^{ε + iε₀})₊ / (1 + e^ε₀)^k.
#[test]
fn pure_mechanisms_compose_to_the_optimal_bound() {
    for (each, times) in [(0.1, 100u32), (1.0, 5), (0.01, 2000)] {
        let events = [Event { law: Law::Pure { epsilon: each }, times: u64::from(times) }];
        let k = f64::from(times);
        for share in [0.1, 0.3, 0.6] {
            let at = share * k * each;
            let wanted: f64 = (0..=times)
                .map(f64::from)
                .filter(|i| (k - 2.0 * i) * each > at)
                .map(|i| {
                    let choose =
                        libm::lgamma(k + 1.0) - libm::lgamma(i + 1.0) - libm::lgamma(k - i + 1.0);
                    let first = choose + (k - i) * each - k * libm::log1p(libm::exp(each));
                    libm::exp(first) * -libm::expm1(at - (k - 2.0 * i) * each)
                })
                .sum();
            let found = delta(Accountant::Pld, &events, at, Precision::default()).unwrap();
            // lgamma of thousands leaves 1e-11 of a term.
            close(found, wanted, 1e-8, &format!("{times} uses of {each} at {at}"));
        }
    }
}

#[test]
fn an_answer_is_missing_for_a_reason() {
    let sampled = Event {
        law: Law::SubsampledGaussian { sigma: 1.0, sensitivity: 1.0, rate: 0.01 },
        times: 10,
    };
    let ask = |accountant, events: &[Event], delta| {
        epsilon(accountant, events, delta, Precision::default())
    };
    assert_eq!(ask(Accountant::Zcdp, &[sampled], 1e-6), Err(NoAnswer::NoRho));
    assert_eq!(
        ask(Accountant::Pld, &[Event::once(gaussian(1.0))], 0.0),
        Err(NoAnswer::NeedsDelta("gaussian"))
    );
    let failure = Event::once(Law::Failure { delta: 1e-5 });
    assert!(matches!(ask(Accountant::Pld, &[sampled, failure], 1e-6), Err(NoAnswer::Failures(_))));
    assert!(ask(Accountant::Basic, &[Event::once(gaussian(f64::NAN))], 1e-6).is_err());
    // A failure takes its part of δ and no more.
    let half = Event::once(Law::Failure { delta: 5e-7 });
    let with = ask(Accountant::Pld, &[Event::once(gaussian(2.0)), half], 1e-6).unwrap();
    close(with, pld(&[Event::once(gaussian(2.0))], 5e-7), 1e-6, "half of δ");
}

/// A thousand uses of mixed mechanisms: tighter accountants are never looser.
#[test]
fn accountants_stand_in_their_order() {
    let events = [
        Event { law: laplace(30.0), times: 300 },
        Event { law: gaussian(40.0), times: 200 },
        Event { law: Law::DiscreteLaplace { scale: 50.0, sensitivity: 2 }, times: 300 },
        Event { law: Law::DiscreteGaussian { sigma: 60.0, sensitivity: 3 }, times: 200 },
    ];
    let all: Vec<f64> = Accountant::ALL
        .iter()
        .map(|&a| epsilon(a, &events, 1e-6, Precision::default()).unwrap())
        .collect();
    assert!(all.windows(2).all(|pair| pair[1] <= pair[0]), "{all:?}");
    // The coarse grid of gauges is pessimistic too, and close.
    let coarse = Precision {
        detail: epsiloscope::privacy::accounting::Detail::Coarse,
        ..Precision::default()
    };
    let rough = epsilon(Accountant::Pld, &events, 1e-6, coarse).unwrap();
    assert!(rough >= all[3] * (1.0 - 1e-9) && rough <= all[3] * 1.003, "{rough} {}", all[3]);
}

/// Losses far apart with hardly a spread between them once asked for terabytes, or never ended; the
/// true ε of one choice between two is ε₀ + ln(1 - δ(1 + e^-ε₀)).
#[test]
fn extreme_laws_have_an_answer_and_no_cliff() {
    let ask = |accountant, law, times, delta| {
        epsilon(accountant, &[Event { law, times }], delta, Precision::default()).unwrap()
    };
    for pure in [50.0, 123.29, 1e3, 1e9] {
        let found = ask(Accountant::Pld, Law::Pure { epsilon: pure }, 1, 0.3);
        assert!((found - (pure + 0.7f64.ln())).abs() < 1e-6 * pure.min(1e3), "{pure}: {found}");
    }
    for (law, times) in [
        (Law::DiscreteLaplace { scale: 0.02, sensitivity: 1 }, 1),
        (Law::Laplace { scale: 1e-9, sensitivity: 1.0 }, 1),
        (Law::Laplace { scale: 10.0, sensitivity: 1.0 }, 100_000_000_000),
        (Law::BoundedRange { epsilon: 123.29 }, 1),
        (Law::SubsampledGaussian { sigma: 4.666, sensitivity: 1.0, rate: 0.001_206_82 }, 674),
        (Law::DiscreteGaussian { sigma: 0.01, sensitivity: 1 }, 2),
    ] {
        for delta in [0.3, 1e-6, 1e-12] {
            let pld = ask(Accountant::Pld, law, times, delta);
            let moments = ask(Accountant::Rdp, law, times, delta);
            assert!(
                pld >= 0.0 && pld <= moments * (1.0 + 1e-12),
                "{law:?} x{times} at {delta}: {pld} {moments}"
            );
        }
    }
}
