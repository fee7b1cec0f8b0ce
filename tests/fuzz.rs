//! Whatever is read, typed or found in a ledger: an answer that holds, or one sentence. Never a panic,
//! a hang, a number that is none, or budget that comes back.
//!
//! `cargo test --test fuzz` runs a few seconds from a fixed seed. Longer:
//! EPSILOSCOPE_FUZZ_SECONDS=600 (each target so long), EPSILOSCOPE_FUZZ_SEED=1 (another seed, 17 by default).
//! A case that fails prints its number, keeps its files and says where; EPSILOSCOPE_FUZZ_CASE=N runs it alone.
//! The explorer's part needs its insides and stands in `src/tui/tests/any_input.rs`
//! (`cargo test --lib any_input`), under the same variables.

#[path = "fuzz/campaign.rs"]
mod campaign;
#[path = "fuzz/compositions.rs"]
mod compositions;
#[path = "fuzz/ledgers.rs"]
mod ledgers;
#[path = "fuzz/plans.rs"]
mod plans;
#[path = "fuzz/program.rs"]
mod program;
#[path = "fuzz/readers.rs"]
mod readers;
#[path = "fuzz/tables.rs"]
mod tables;
