//! Every sentence that depends on who asks, as it is said to each.

use std::fmt::Write as _;
use std::io;

use super::*;
use crate::privacy::Mechanism;
use crate::privacy::accounting::{Accountant, Amount, Cost};
use crate::purchases::GroupBy;
use crate::release::Fits;
use crate::table::Fault;

fn s(text: &str) -> String {
    text.to_owned()
}

fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

fn nul() -> TableError {
    TableError::Row { name: s("f.csv"), line: 3, fault: Fault::Nul }
}

fn encoding() -> TableError {
    TableError::NotInEncoding { name: s("f.csv"), encoding: s("utf-8"), line: 2 }
}

fn write() -> WriteError {
    WriteError::Io { path: s("a.csv"), cause: denied() }
}

fn missing() -> LedgerError {
    LedgerError::Missing { path: s("a.ledger") }
}

fn renamed() -> LedgerError {
    LedgerError::OtherDataset { path: s("a.ledger"), theirs: s("old"), asked: s("new") }
}

fn over() -> LedgerError {
    let cost = |epsilon, delta| Cost::new(epsilon, delta).unwrap();
    LedgerError::OverBudget {
        accountant: Accountant::Basic,
        would_be: cost(6.0, 3e-6),
        total: cost(5.0, 1e-6),
        left: cost(1.0, 0.0),
        pure_only: false,
    }
}

fn columns() -> String {
    s("a, b")
}

/// One of every kind that is said by who asks, and of every kind that holds such a one.
fn by_asker() -> Vec<Box<dyn Error>> {
    let (epsilon, delta) = (Amount::parse("1").unwrap(), Amount::parse("1e-6").unwrap());
    vec![
        Box::new(TableError::UnknownEncoding { label: s("x") }),
        Box::new(encoding()),
        Box::new(nul()),
        Box::new(write()),
        Box::new(GroupValuesError::Table(encoding())),
        Box::new(GroupValuesError::NoColumn {
            name: s("f.csv"),
            column: s("c"),
            columns: columns(),
            purpose: "group",
        }),
        Box::new(GroupValuesError::NoColumn {
            name: s("f.csv"),
            column: s("c"),
            columns: columns(),
            purpose: "value",
        }),
        Box::new(GroupValuesError::SameColumn { name: s("f.csv"), column: s("c") }),
        Box::new(GroupValuesError::NotANumber {
            name: s("f.csv"),
            place: s("line 2"),
            column: s("c"),
            text: s("x"),
        }),
        Box::new(ReadError::Table(encoding())),
        Box::new(ReadError::NoColumn { file: s("f.csv"), purpose: "user", columns: columns() }),
        Box::new(ReadError::SeveralColumns {
            file: s("f.csv"),
            purpose: "user",
            good: s("a"),
            columns: columns(),
        }),
        Box::new(ReadError::NamedColumnMissing {
            file: s("f.csv"),
            purpose: "user",
            column: s("c"),
            columns: columns(),
        }),
        Box::new(ReadError::PriceAndTotal),
        Box::new(ReadError::SameMark(',')),
        Box::new(ReadError::RuleColumnMissing {
            flag: "cancelled",
            file: s("f.csv"),
            column: s("c"),
            columns: columns(),
        }),
        Box::new(ReadError::Unstable { file: s("f.csv"), encoding: s("Shift_JIS") }),
        Box::new(ReadError::Memory { file: s("f.csv"), limit: 1 << 31, waits: true }),
        Box::new(ReadError::Memory { file: s("f.csv"), limit: 300 << 20, waits: false }),
        Box::new(GeneratorError::NoUsers),
        Box::new(GeneratorError::NoItems),
        Box::new(GeneratorError::FewRows { rows: 8, users: 9 }),
        Box::new(GeneratorError::TooMany { what: "rows", asked: 9, most: 8 }),
        Box::new(QuestionError::NoGroupColumn { group_by: GroupBy::Hour, column: "time" }),
        Box::new(QuestionError::NoMoney),
        Box::new(BoundError::BuyersLinf(5)),
        Box::new(CalibrationError::DeltaMissing(Mechanism::Gaussian)),
        Box::new(CalibrationError::GaussianDelta),
        Box::new(DesignError::Calibration(CalibrationError::DeltaMissing(
            Mechanism::DiscreteGaussian,
        ))),
        Box::new(HoldoutError::Question(QuestionError::NoMoney)),
        Box::new(HoldoutError::NoTime),
        Box::new(HoldoutError::OneMoment),
        Box::new(HoldoutError::NobodyBefore { share: 0.2 }),
        Box::new(HoldoutError::NobodyAfter { items: 7 }),
        Box::new(NoModel::Diverged),
        Box::new(ModelFileError::Unreadable { name: s("m.json"), cause: s("c") }),
        Box::new(CatalogueError::Table(nul())),
        Box::new(RuleError::NeedsDelta(Accountant::Zcdp)),
        Box::new(RuleError::BasicThreshold),
        Box::new(RuleError::NothingToConvert { accountant: Accountant::Rdp, delta }),
        Box::new(RuleError::NoOrder),
        Box::new(missing()),
        Box::new(renamed()),
        Box::new(LedgerError::Rule(RuleError::NoOrder)),
        Box::new(ReleaseError::from(missing())),
        Box::new(ReleaseError::GaussianDelta),
        Box::new(ReleaseError::KeysDelta),
        Box::new(ReleaseError::TopKCatalogue),
        Box::new(ReleaseError::TopKLength { k: 5, keys: 3 }),
        Box::new(ReleaseError::TopKZero),
        Box::new(ReleaseError::TopKRevenue),
        Box::new(ReleaseError::TopKFloor),
        Box::new(ReleaseError::Exists { path: s("a.csv") }),
        Box::new(ReleaseError::Folder { path: s("a.csv") }),
        Box::new(ReleaseError::NotAFile { path: s("a.csv") }),
        Box::new(ReleaseError::Unwritable { path: s("a.csv"), cause: denied() }),
        Box::new(ReleaseError::Kept(write())),
        Box::new(ReleaseError::Overwrites { path: s("a.csv"), what: "ledger" }),
        Box::new(ReleaseError::Unpublished { cause: write().into(), entry: 4, epsilon, delta }),
        Box::new(ReleaseError::Unpublished {
            cause: Box::new(missing()).into(),
            entry: 4,
            epsilon,
            delta,
        }),
        Box::new(ReleaseError::Unmarked { path: s("a.csv"), entry: 4, cause: Box::new(missing()) }),
        Box::new(OrderError::Ledger(renamed())),
        Box::new(OrderError::NoLedger {
            path: s("my shop.ledger"),
            dataset: s("orders"),
            cost: Cost { epsilon, delta },
        }),
        Box::new(OrderError::NoLedger {
            path: s("a.ledger"),
            dataset: s("orders"),
            cost: Cost { epsilon, delta: Amount::ZERO },
        }),
        Box::new(OrderError::OverBudget { cause: Box::new(over()), fits: Fits::Epsilon(epsilon) }),
        Box::new(OrderError::OverBudget { cause: Box::new(over()), fits: Fits::Delta(delta) }),
        Box::new(OrderError::OverBudget { cause: Box::new(over()), fits: Fits::WithoutDelta }),
        Box::new(OrderError::OverBudget {
            cause: Box::new(over()),
            fits: Fits::Both(Cost { epsilon, delta }),
        }),
        Box::new(OrderError::Catalogue(CatalogueError::Table(encoding()))),
        Box::new(OrderError::Release(ReleaseError::KeysDelta)),
        Box::new(PictureError::Writing(write())),
        Box::new(Finding::LeftOver { path: s(".epsiloscope-1"), ledger: s("a.ledger") }),
        Box::new(LoadError::Read(encoding().into())),
        Box::new(NoLists::Model(NoModel::Diverged)),
        Box::new(PlanRefusal::Calibration(CalibrationError::GaussianDelta)),
    ]
}

fn has_flag(sentence: &str) -> bool {
    sentence
        .match_indices("--")
        .any(|(at, _)| sentence[at + 2..].starts_with(|next: char| next.is_ascii_alphabetic()))
}

#[test]
fn everybody_is_told_what_to_do_with_their_own_means() {
    let mut text = String::new();
    for error in by_asker() {
        let [typed, seen] = [Asker::CommandLine, Asker::Explorer].map(|to| said(&*error, to));
        assert!(has_flag(&typed), "{typed}");
        assert!(!has_flag(&seen) && !has_flag(&error.to_string()), "{seen}");
        let _ = writeln!(text, "{typed}\n  explorer: {seen}");
    }
    insta::assert_snapshot!("english", text);
}

#[test]
fn want_of_room_on_disk_says_where_to_make_it() {
    let cause = || s("No space left on device");
    let read = ReadError::Spill { file: s("f.csv"), cause: cause() };
    let question = QuestionError::Spill { cause: cause() };
    for to in [Asker::CommandLine, Asker::Explorer] {
        for said in [said(&read, to), said(&question, to)] {
            assert!(said.contains("No space left") && said.ends_with("in TMPDIR"), "{said}");
        }
    }
}

#[test]
fn what_is_not_listed_says_its_own_sentence() {
    let error = denied();
    assert_eq!(said(&error, Asker::CommandLine), error.to_string());
    let told = said(&HoldoutError::OneItemEach, Asker::CommandLine);
    assert_eq!(told, HoldoutError::OneItemEach.to_string());
}
