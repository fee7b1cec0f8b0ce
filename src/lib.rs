//! epsiloscope: an oscilloscope for ε.
//!
//! One way, left to right; nothing on the right is known on the left:
//! purchases → contribution → expected → simulation → recommend, rates → rehearsal → advice → chart → export →
//! words → tui → command, and beside expected release: the only door through which an answer leaves.
//! Ground that anyone stands on and that knows no one: table, privacy, metric, work.
//!
//! A room imports only from lower floors, and there are no circles:
//! 0 table, privacy, metric, work; 1 purchases; 2 contribution; 3 expected, release;
//! 4 simulation; 5 recommend, rates, anonymity; 6 rehearsal; 7 advice; 8 chart; 9 export; 10 words; 11 tui; 12 command. `tests/architecture` keeps this.

pub mod advice;
pub mod anonymity;
pub mod chart;
pub mod command;
pub mod contribution;
pub mod expected;
pub mod export;
pub mod metric;
pub mod privacy;
pub mod purchases;
pub mod rates;
pub mod recommend;
pub mod rehearsal;
pub mod release;
pub mod simulation;
pub mod table;
pub mod tui;
pub mod words;
pub mod work;
