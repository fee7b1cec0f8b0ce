//! Budgets that are kept to the last digit, refusals that change nothing, files that are no ledger.

use proptest::prelude::*;

use super::*;
use crate::privacy::accounting::{Event, Law};

fn total(epsilon: &str, delta: &str) -> Cost {
    Cost { epsilon: Amount::parse(epsilon).unwrap(), delta: Amount::parse(delta).unwrap() }
}

fn asks(epsilon: &str) -> Reservation {
    let cost = total(epsilon, "0");
    let law = Law::Pure { epsilon: cost.epsilon.to_f64() };
    Reservation {
        question: "purchases by item".to_owned(),
        mechanism: "discrete-laplace".to_owned(),
        cost,
        events: vec![Event::once(law)],
        bounds: "l0 20, linf 5".to_owned(),
        provenance: None,
        output: PathBuf::from("out.csv"),
    }
}

#[test]
fn ten_tenths_fit_and_the_eleventh_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    let mut ledger = Ledger::create(&path, "shop", total("1", "0"), Accountant::Basic).unwrap();
    for id in 1..=10 {
        assert_eq!(ledger.reserve(&asks("0.1")).unwrap(), id);
    }
    let refusal = ledger.reserve(&asks("0.1")).unwrap_err().to_string();
    assert!(refusal.contains("ε 0 ") && refusal.contains("nothing was spent"), "{refusal}");
    assert_eq!(Ledger::open(&path).unwrap().balance().unwrap().remaining(), Cost::default());
    assert_eq!(ledger.entries().unwrap().len(), 10);
}

#[test]
fn a_refusal_leaves_the_rest_usable() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger =
        Ledger::create(&folder.path().join("a"), "shop", total("1", "1e-6"), Accountant::Basic)
            .unwrap();
    ledger.reserve(&asks("0.7")).unwrap();
    assert!(ledger.reserve(&asks("0.4")).is_err());
    ledger.reserve(&asks("0.3")).unwrap();
}

#[test]
fn concentrated_ledgers_hold_more() {
    for accountant in [Accountant::Zcdp, Accountant::Rdp] {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger =
            Ledger::create(&folder.path().join("a"), "shop", total("5", "1e-6"), accountant)
                .unwrap();
        let mut fit = 0;
        while ledger.reserve(&asks("0.1")).is_ok() {
            fit += 1;
            assert!(ledger.balance().unwrap().covers());
        }
        // Basic accounting holds 50; ε²/2 each gives ε 5 at 1e-6 after 83.
        assert!((80..=100).contains(&fit), "{accountant}: {fit}");
    }
    let refused = Ledger::create(Path::new("never"), "shop", total("5", "1e-6"), Accountant::Pld)
        .unwrap_err();
    assert!(refused.to_string().contains("fixed in advance"));
}

/// A new ledger of ε and δ in a folder of its own.
fn ledger(
    epsilon: &str,
    delta: &str,
    terms: impl Into<LedgerTerms>,
) -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger =
        Ledger::create(&folder.path().join("a"), "shop", total(epsilon, delta), terms).unwrap();
    (folder, ledger)
}

fn of_laws(epsilon: &str, delta: &str, events: Vec<Event>) -> Reservation {
    Reservation { cost: total(epsilon, delta), events, ..asks("1") }
}

#[test]
fn the_path_that_no_theorem_covered_is_refused() {
    // What the best order at the end let pass: many small Gaussian answers, then a large pure
    // one, for which the best order is another one. One fixed order has to pay for both.
    let gaussian = |sigma| vec![Event::once(Law::Gaussian { sigma, sensitivity: 1.0 })];
    let (_folder, mut fixed) = ledger("5", "1e-6", Accountant::Rdp);
    let LedgerRule::Cap(cap) = fixed.rule().clone() else { panic!("a cap") };
    let order = cap.order.unwrap();
    while fixed.reserve(&of_laws("1", "1e-7", gaussian(5.0))).is_ok() {}
    let spent: f64 = fixed.entries().unwrap().iter().map(|_| 0.5 * order / 25.0).sum();
    assert!(spent <= cap.cap.to_f64() && spent + 0.5 * order / 25.0 > cap.cap.to_f64());
    // Thresholds have their own part of δ, whatever the noise left.
    let failing = |delta: f64| {
        vec![
            Event::once(Law::Gaussian { sigma: 1e4, sensitivity: 1.0 }),
            Event::once(Law::Failure { delta }),
        ]
    };
    let (_folder, mut fixed) = ledger("5", "1e-6", Accountant::Zcdp);
    fixed.reserve(&of_laws("1", "1e-6", failing(4e-7))).unwrap();
    let said = fixed.reserve(&of_laws("1", "1e-6", failing(2e-7))).unwrap_err().to_string();
    assert!(
        said.contains("over budget") && said.contains("δ 5e-7") && said.contains("1e-7 is left"),
        "{said}"
    );
    fixed.reserve(&of_laws("1", "1e-6", failing(1e-7))).unwrap();
    let balance = fixed.balance().unwrap();
    assert_eq!(
        (balance.spent.delta, balance.remaining().delta),
        (total("0", "1e-6").delta, Amount::ZERO)
    );
}

#[test]
fn pure_sums_pass_beside_the_cap_and_only_while_all_are_pure() {
    for accountant in [Accountant::Zcdp, Accountant::Rdp] {
        // One answer of ε 1 is beyond the ρ that ε 1 at 1e-6 buys.
        let (_folder, mut ledger) = ledger("1", "1e-6", accountant);
        assert_eq!(ledger.with(&asks("1")).unwrap().remaining().epsilon, Amount::ZERO);
        ledger.reserve(&asks("0.6")).unwrap();
        assert_eq!(ledger.balance().unwrap().spent.epsilon, total("0.6", "0").epsilon);
        let gaussian = vec![Event::once(Law::Gaussian { sigma: 1e5, sensitivity: 1.0 })];
        // With it not all are pure, and the cap does not hold what the pure one counts for.
        let said = ledger.reserve(&of_laws("0.1", "1e-7", gaussian)).unwrap_err().to_string();
        assert!(said.contains("over budget"), "{said}");
        ledger.reserve(&asks("0.4")).unwrap();
        assert!(ledger.reserve(&asks("0.000000001")).is_err());
    }
}

#[test]
fn a_plan_chooses_the_order_and_more_of_it_fits() {
    let laplace = vec![Event::once(Law::Laplace { scale: 2.0, sensitivity: 1.0 })];
    let gaussian = vec![Event { law: Law::Gaussian { sigma: 40.0, sensitivity: 1.0 }, times: 20 }];
    // A plan of few large Laplace answers, and a little of Gaussian noise that spoils the pure sum.
    let fit = |plan: Vec<Event>| {
        let (_folder, mut ledger) =
            ledger("5", "1e-6", LedgerTerms { plan, ..Accountant::Rdp.into() });
        ledger.reserve(&of_laws("1", "1e-7", gaussian.clone())).unwrap();
        let mut fit = 0;
        while ledger.reserve(&of_laws("0.5", "0", laplace.clone())).is_ok() {
            fit += 1;
        }
        fit
    };
    let (blind, planned) =
        (fit(Vec::new()), fit([laplace.clone(), laplace.clone(), gaussian.clone()].concat()));
    assert!(planned > blind, "{planned} and {blind}");
    assert!(
        Ledger::create(
            Path::new("never"),
            "shop",
            total("5", "1e-6"),
            LedgerTerms { plan: laplace, ..Accountant::Zcdp.into() }
        )
        .unwrap_err()
        .to_string()
        .contains("an order that suits a plan")
    );
}

#[test]
fn what_reading_refuses_is_refused_at_writing() {
    for accountant in [Accountant::Basic, Accountant::Zcdp, Accountant::Rdp] {
        let (_folder, mut ledger) = ledger("5", "1e-6", accountant);
        let before = fs::read(ledger.path()).unwrap();
        for law in [
            Law::DiscreteLaplace { scale: 1e13, sensitivity: 1 },
            Law::Pure { epsilon: 1e-13 },
            Law::BoundedRange { epsilon: f64::INFINITY },
            Law::Laplace { scale: f64::NAN, sensitivity: 1.0 },
            Law::DiscreteGaussian { sigma: 1.0, sensitivity: 0 },
            Law::SubsampledGaussian { sigma: 1.0, sensitivity: 1.0, rate: 1.5 },
            Law::Failure { delta: 1.0 },
            Law::Failure { delta: -1e-9 },
        ] {
            let asked = of_laws("0.1", "0", vec![Event::once(law)]);
            for said in [ledger.with(&asked).unwrap_err(), ledger.reserve(&asked).unwrap_err()] {
                assert!(
                    said.to_string().contains("cannot be written into a ledger"),
                    "{accountant} {law:?}: {said}"
                );
            }
        }
        let none = of_laws("0.1", "0", vec![Event { law: Law::Pure { epsilon: 0.1 }, times: 0 }]);
        assert!(ledger.reserve(&none).is_err());
        assert_eq!(fs::read(ledger.path()).unwrap(), before);
        ledger.reserve(&asks("0.1")).unwrap();
        Ledger::open(ledger.path()).unwrap();
    }
    // zCDP knows no ρ of sampling: refused as well, before anything is spent.
    let sampled =
        vec![Event::once(Law::SubsampledGaussian { sigma: 9.0, sensitivity: 1.0, rate: 0.5 })];
    let (_folder, mut zcdp) = ledger("5", "1e-6", Accountant::Zcdp);
    assert!(zcdp.reserve(&of_laws("1", "1e-7", sampled)).unwrap_err().to_string().contains("no ρ"));
    assert!(zcdp.entries().unwrap().is_empty());
}

#[test]
fn marks_need_the_entry_that_was_reserved() {
    type Swap = fn(&Path, &Path);
    let over: Swap = |old, path| assert!(fs::copy(old, path).unwrap() > 0);
    let renamed: Swap = |old, path| fs::rename(old, path).unwrap();
    for swap in [over, renamed] {
        let (folder, mut ours) = ledger("5", "1e-6", Accountant::Basic);
        let (path, old) = (folder.path().join("a"), folder.path().join("old"));
        ours.reserve(&asks("1")).unwrap();
        fs::copy(&path, &old).unwrap();
        let id = ours.reserve(&asks("1")).unwrap();
        swap(&old, &path);
        let said = ours.written(id, "00").unwrap_err();
        assert!(matches!(said, LedgerError::Replaced { entry: 2, .. }), "{said}");
        // Another program takes the number: the same number is not the same entry.
        let mut other = Ledger::open(&path).unwrap();
        assert_eq!(other.reserve(&asks("1")).unwrap(), id);
        assert!(matches!(ours.written(id, "00").unwrap_err(), LedgerError::Replaced { .. }));
        other.written(id, "11").unwrap();
        other.published(id).unwrap();
        assert_eq!(
            Ledger::open(&path).unwrap().entries().unwrap()[1].sha256.as_deref(),
            Some("11")
        );
    }
}

#[test]
fn another_ledger_of_that_name_is_not_spent_from() {
    let (folder, mut ours) = ledger("5", "1e-6", Accountant::Basic);
    let path = folder.path().join("a");
    fs::remove_file(&path).unwrap();
    Ledger::create(&path, "shop", total("5", "1e-6"), Accountant::Basic).unwrap();
    let said = ours.reserve(&asks("1")).unwrap_err().to_string();
    assert!(said.contains("is not the ledger that was opened"), "{said}");
    assert!(Ledger::open(&path).unwrap().entries().unwrap().is_empty());
}

/// A law, and the (ε, δ) that an entry of it may state.
fn any_law() -> impl Strategy<Value = (Law, f64, f64)> {
    prop_oneof![
        (0.001..3.0f64).prop_map(|epsilon| (Law::Pure { epsilon }, epsilon, 0.0)),
        (0.001..3.0f64).prop_map(|epsilon| (Law::BoundedRange { epsilon }, epsilon, 0.0)),
        (0.3..900.0f64).prop_map(|scale| (
            Law::DiscreteLaplace { scale, sensitivity: 1 },
            1.0 / scale,
            0.0
        )),
        (0.5..900.0f64).prop_map(|sigma| (
            Law::DiscreteGaussian { sigma, sensitivity: 1 },
            6.0 / sigma,
            1e-8
        )),
        (1e-9..2e-7f64).prop_map(|delta| (Law::Failure { delta }, 0.0, delta)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_budget_is_never_overspent_and_what_passes_is_reserved(
        which in 0usize..3,
        (epsilon, log_delta, share) in (0.05..8.0f64, -18.0..-7.0f64, 0.0..0.99f64),
        laws in prop::collection::vec(any_law(), 1..25),
    ) {
        let all = Cost::new(epsilon, libm::exp(log_delta)).unwrap();
        let accountant = Accountant::ALL[which];
        let threshold_delta = (which > 0).then(|| Cost::new(0.0, share * all.delta.to_f64()).unwrap().delta);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let terms = LedgerTerms { threshold_delta, ..accountant.into() };
        let mut ledger = Ledger::create(&path, "shop", all, terms).unwrap();
        let mut spent = Cost::default();
        for (law, epsilon, delta) in laws {
            let cost = Cost::new(epsilon, delta).unwrap();
            let asked = Reservation { cost, events: vec![Event::once(law)], ..asks("1") };
            let said = ledger.with(&asked);
            let before = ledger.entries().unwrap().len();
            let done = ledger.reserve(&asked);
            prop_assert_eq!(said.is_ok(), done.is_ok());
            let balance = ledger.balance().unwrap();
            prop_assert_eq!(ledger.entries().unwrap().len(), before + usize::from(done.is_ok()));
            if let Ok(said) = said {
                prop_assert_eq!(said, balance);
            }
            prop_assert!(balance.covers(), "{:?}", balance);
            // Nothing that is left was spent, to the last digit.
            prop_assert_eq!(balance.spent.epsilon.plus(balance.remaining().epsilon), all.epsilon);
            prop_assert_eq!(balance.spent.delta.plus(balance.remaining().delta), all.delta);
            prop_assert!(balance.spent.epsilon >= spent.epsilon && balance.spent.delta >= spent.delta);
            spent = balance.spent;
            // What is said to be spent is at least what the best order at the end says of it.
            let events: Vec<Event> = ledger.entries().unwrap().into_iter().flat_map(|entry| entry.events).collect();
            if which > 0 && !events.is_empty() {
                let precision = crate::privacy::accounting::Precision::default();
                let best = crate::privacy::accounting::epsilon(accountant, &events, all.delta.to_f64(), precision);
                let pure = crate::privacy::accounting::all_pure(&events);
                let stated = |entry: &Entry| entry.epsilon.to_f64();
                let sum: f64 = ledger.entries().unwrap().iter().map(stated).sum();
                let best = best.unwrap().min(if pure { sum } else { f64::INFINITY });
                prop_assert!(best <= balance.spent.epsilon.to_f64() * (1.0 + 1e-9) + 1e-9, "{} {:?}", best, balance);
            }
        }
        let again = Ledger::open(&path).unwrap();
        prop_assert_eq!(again.balance().unwrap(), ledger.balance().unwrap());
    }
}

#[test]
fn what_is_no_ledger_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    let says = |path: &Path| Ledger::open(path).unwrap_err().to_string();
    assert!(says(&path).contains("there is no ledger"));
    fs::write(&path, "").unwrap();
    assert!(says(&path).contains("is empty"));
    fs::write(&path, "item,value\na,1\n").unwrap();
    assert!(says(&path).contains("is no ledger"));
    assert!(says(folder.path()).contains("is a folder"));
    fs::remove_file(&path).unwrap();
    drop(Connection::open(&path).unwrap().execute_batch("CREATE TABLE a (b)"));
    assert!(says(&path).contains("is no ledger"), "another program's database");
    fs::remove_file(&path).unwrap();
    let mut ledger = Ledger::create(&path, "shop", total("9", "0"), Accountant::Basic).unwrap();
    for _ in 0..40 {
        ledger.reserve(&asks("0.1")).unwrap();
    }
    drop(ledger);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let sentence = says(&path);
    assert!(sentence.contains("is damaged"), "{sentence}");
    fs::write(&path, &whole).unwrap();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 7").unwrap();
    assert!(says(&path).contains("later version"));
}

#[test]
fn other_datasets_and_read_only_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    let ledger = Ledger::create(&path, "shop", total("1", "0"), Accountant::Basic).unwrap();
    assert!(ledger.expect_dataset("shop").is_ok());
    assert!(
        ledger
            .expect_dataset("other")
            .unwrap_err()
            .to_string()
            .contains("belongs to the dataset shop")
    );
    assert!(
        Ledger::create(&path, "shop", total("1", "0"), Accountant::Basic)
            .unwrap_err()
            .to_string()
            .contains("exists")
    );
    drop(ledger);
    let mut facts = fs::metadata(&path).unwrap().permissions();
    facts.set_readonly(true);
    fs::set_permissions(&path, facts).unwrap();
    let mut ledger = Ledger::open(&path).unwrap();
    assert!(ledger.reserve(&asks("0.1")).unwrap_err().to_string().contains("read-only"));
}

#[test]
fn tables_that_change_what_is_written_are_refused() {
    let (folder, mut ledger) = ledger("5", "1e-6", Accountant::Basic);
    let path = folder.path().join("a");
    ledger.reserve(&asks("1")).unwrap();
    for harm in [
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE id < new.id; END",
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN UPDATE entry SET epsilon = '0' WHERE id = new.id; END",
    ] {
        // Put in while it is open: what was read on opening does not protect the entries.
        Connection::open(&path).unwrap().execute_batch(harm).unwrap();
        let said = ledger.reserve(&asks("1")).unwrap_err().to_string();
        assert!(said.contains("is damaged") && said.contains("trigger"), "{said}");
        assert!(Ledger::open(&path).unwrap_err().to_string().contains("trigger"));
        Connection::open(&path).unwrap().execute_batch("DROP TRIGGER t").unwrap();
        assert_eq!(Ledger::open(&path).unwrap().entries().unwrap().len(), 1);
    }
}

#[test]
fn an_entry_that_only_its_marks_remember_is_named() {
    let (folder, mut ledger) = ledger("5", "1e-6", Accountant::Basic);
    for out in ["one.csv", "two.csv"] {
        let output = folder.path().join(out);
        fs::write(&output, out).unwrap();
        let id = ledger.reserve(&Reservation { output, ..asks("1") }).unwrap();
        ledger.written(id, &digest(out.as_bytes())).unwrap();
        ledger.published(id).unwrap();
    }
    let gone =
        "DELETE FROM entry WHERE id = 2; UPDATE sqlite_sequence SET seq = 1 WHERE name = 'entry'";
    Connection::open(ledger.path()).unwrap().execute_batch(gone).unwrap();
    let said = Ledger::open(ledger.path()).unwrap().check().unwrap();
    assert!(
        said.iter()
            .any(|said| said.to_string().starts_with("entry 2 was written and is no longer there")),
        "{said:?}"
    );
}

#[test]
fn no_file_beside_a_ledger_is_taken_for_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let create = |name: &str| Ledger::create(&at(name), "shop", total("5", "0"), Accountant::Basic);
    for ending in ["-journal", "-wal", "-shm"] {
        let refusal = create(&format!("a{ending}")).unwrap_err().to_string();
        assert!(refusal.contains("another name"), "{refusal}");
    }
    // One that was made under another name and moved here, with its spending; and a data file.
    create("moved").unwrap().reserve(&asks("1")).unwrap();
    create("a").unwrap();
    for (ending, bytes) in
        [("-journal", std::fs::read(at("moved")).unwrap()), ("-wal", b"user,item\n1,a\n".to_vec())]
    {
        let beside = at(&format!("a{ending}"));
        std::fs::write(&beside, &bytes).unwrap();
        for refusal in [Ledger::open(&at("a")).map(drop), create("a").map(drop)] {
            assert!(refusal.is_err());
        }
        let refusal = Ledger::open(&at("a")).unwrap_err().to_string();
        assert!(refusal.contains(&format!("a{ending} lies where the journal")), "{refusal}");
        assert_eq!(std::fs::read(&beside).unwrap(), bytes);
        std::fs::remove_file(beside).unwrap();
    }
    Ledger::open(&at("a")).unwrap();
}

#[test]
fn a_refusal_for_delta_names_the_delta_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger =
        Ledger::create(&folder.path().join("a"), "shop", total("5", "0"), Accountant::Basic)
            .unwrap();
    let mut asked = asks("1");
    asked.cost = total("1", "0.000001");
    asked.events.push(Event::once(Law::Failure { delta: 1e-6 }));
    let refusal = ledger.reserve(&asked).unwrap_err().to_string();
    assert!(
        refusal.contains("allows ε 5 and δ 0") && refusal.contains("ε 5 and δ 0 is left"),
        "{refusal}"
    );
}
