//! The way in: every kind of bad input gets a sentence, every kind of good one is read.

use std::path::Path;

use epsiloscope::purchases::{GeneratorSettings, generate};
use epsiloscope::table;

#[test]
fn the_sample_is_generated_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("purchases.csv");
    let made = generate(&GeneratorSettings { users: 1_500, items: 240, rows: 40_000, seed: 1 }).unwrap();
    table::write(&path, &made).unwrap();
    let made = std::fs::read(&path).unwrap();
    if std::env::var_os("EPSILOSCOPE_BLESS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/purchases.csv"), &made).unwrap();
    }
    let kept = include_bytes!("../sample_data/purchases.csv");
    assert!(made == kept, "sample_data/purchases.csv is not what the generator makes (set EPSILOSCOPE_BLESS to renew)");
}
