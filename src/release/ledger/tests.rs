//! Budgets that are kept to the last digit, refusals that change nothing, files that are no ledger.

use super::*;

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
    let mut ledger = Ledger::create(&folder.path().join("a"), "shop", total("1", "1e-6"), Accountant::Basic).unwrap();
    ledger.reserve(&asks("0.7")).unwrap();
    assert!(ledger.reserve(&asks("0.4")).is_err());
    ledger.reserve(&asks("0.3")).unwrap();
}

#[test]
fn concentrated_ledgers_hold_more() {
    for accountant in [Accountant::Zcdp, Accountant::Rdp] {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::create(&folder.path().join("a"), "shop", total("5", "1e-6"), accountant).unwrap();
        let mut fit = 0;
        while ledger.reserve(&asks("0.1")).is_ok() {
            fit += 1;
            assert!(ledger.balance().unwrap().covers());
        }
        // Basic accounting holds 50; ε²/2 each gives ε 5 at 1e-6 after 83.
        assert!((80..=100).contains(&fit), "{accountant}: {fit}");
    }
    let refused = Ledger::create(Path::new("never"), "shop", total("5", "1e-6"), Accountant::Pld).unwrap_err();
    assert!(refused.to_string().contains("fixed in advance"));
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
    assert!(ledger.expect_dataset("other").unwrap_err().to_string().contains("belongs to the dataset shop"));
    assert!(
        Ledger::create(&path, "shop", total("1", "0"), Accountant::Basic).unwrap_err().to_string().contains("exists")
    );
    drop(ledger);
    let mut facts = fs::metadata(&path).unwrap().permissions();
    facts.set_readonly(true);
    fs::set_permissions(&path, facts).unwrap();
    let mut ledger = Ledger::open(&path).unwrap();
    assert!(ledger.reserve(&asks("0.1")).unwrap_err().to_string().contains("read-only"));
}
