//! No writer destroys what matters, and no number makes the program ask for more than there is.

use std::fs;
use std::time::Duration;

use assert_cmd::Command;

fn run(folder: &std::path::Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_epsiloscope"));
    let output = command.current_dir(folder).timeout(Duration::from_secs(60)).args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_ledger_is_never_replaced_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), &["ledger", "create", "a.ledger", "--dataset", "sample", "--epsilon", "1"]);
    assert_eq!(made.0, 0, "{made:?}");
    let ledger = folder.path().join("a.ledger");
    for name in ["copy.csv", "copy.json", "copy.svg"] {
        fs::copy(&ledger, folder.path().join(name)).unwrap();
    }
    fs::hard_link(&ledger, folder.path().join("linked.csv")).unwrap();
    let before = fs::read(&ledger).unwrap();
    let sweep = ["sweep", "--epsilon", "1", "--l0", "2", "--linf", "2", "--trials", "2"];
    for arguments in [
        &["inspect", "--out", "a.ledger"][..],
        &["inspect", "--out", "linked.csv"],
        &[&sweep[..], &["--format", "csv", "--out", "copy.csv"]].concat(),
        &[&sweep[..], &["--chart", "copy.svg"]].concat(),
        &["generate", "--out", "copy.csv"],
    ] {
        let (code, said) = run(folder.path(), arguments);
        assert!(code == 2 && said.contains("is a ledger") && said.lines().count() == 1, "{arguments:?}: {said}");
    }
    let release =
        ["release", "--ledger", "a.ledger", "--epsilon", "1", "--l0", "2", "--linf", "2", "--groups-are-public"];
    let (code, said) = run(folder.path(), &[&release[..], &["--out", "copy.csv", "--force"]].concat());
    assert!(code == 2 && said.contains("ledger"), "{said}");
    assert!(fs::read(&ledger).unwrap() == before && fs::read(folder.path().join("copy.csv")).unwrap() == before);
}

#[test]
fn numbers_are_bounded_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (1..=20_000).map(|bound: u32| bound.to_string()).collect::<Vec<_>>().join(",");
    let sweep = ["sweep", "--epsilon", "1"];
    let bounds = ["--l0", "2", "--linf", "2"];
    for (arguments, words) in [
        ([&sweep[..], &["--sensitivity", "1e308"]].concat(), "--sensitivity"),
        ([&sweep[..], &["--l0", &many, "--linf", "2"]].concat(), "20000 cells"),
        ([&sweep[..], &bounds, &["--trials", "9223372036854775807"]].concat(), "--trials must be at most"),
        ([&sweep[..], &bounds, &["--threads", "1000000000"]].concat(), "--threads must be at most"),
        (
            ["recommend", "--epsilon", "1", "--delta", "1e-6", "--l0", "5", "--refits", "1000000000000"].to_vec(),
            "--refits must",
        ),
        (
            ["calibrate", "gaussian", "--epsilon", "1", "--delta", "1e-6", "--sensitivity", "1e308"].to_vec(),
            "--sensitivity",
        ),
        (["calibrate", "laplace", "--epsilon", "1e-9", "--sensitivity", "1e308"].to_vec(), "--sensitivity"),
    ] {
        let (code, said) = run(folder.path(), &arguments);
        assert!(code == 2 && said.contains(words) && said.lines().count() == 1, "{said}");
    }
    for event in ["pure:epsilon=50", "pure:epsilon=1000", "bounded-range:epsilon=123.29", "discrete-laplace:scale=0.02"]
    {
        let (code, said) = run(folder.path(), &["compose", "--delta", ".3", event]);
        assert_eq!((code, said.as_str()), (0, ""), "{event}");
    }
}
