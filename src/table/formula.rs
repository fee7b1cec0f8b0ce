//! Text that a spreadsheet would run as a formula, and the apostrophe that stops it.

use std::borrow::Cow;

/// What makes a spreadsheet take a cell for more than text (OWASP, "CSV Injection").
const SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The cell with an apostrophe before what a spreadsheet would run: text that begins with
/// `=`, `+`, `-`, `@`, a tab or CR and is no number. Text that begins like an escaped cell gets
/// one, too, so that [`unescaped`] finds every text again.
pub fn spreadsheet_safe(cell: &str) -> Cow<'_, str> {
    let inner = cell.trim_start_matches('\'');
    let is_run = inner.starts_with(SIGNS) && inner.parse::<f64>().is_err();
    if is_run { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The cell as it was before [`spreadsheet_safe`].
pub fn unescaped(cell: &str) -> &str {
    let Some(inner) = cell.strip_prefix('\'') else { return cell };
    let text = inner.trim_start_matches('\'');
    if text.starts_with(SIGNS) && text.parse::<f64>().is_err() { inner } else { cell }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_text_and_numbers_stay_numbers() {
        for cell in ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\r=1", "-"] {
            assert_eq!(spreadsheet_safe(cell), format!("'{cell}"));
        }
        for cell in ["", "tea", "-12.5", "+1e6", "'tea", "a=b", "−1"] {
            assert_eq!(spreadsheet_safe(cell), cell);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_is_found_again(cell in "['=+@a1\t\r-]{0,6}") {
            let safe = spreadsheet_safe(&cell);
            prop_assert_eq!(unescaped(&safe), cell.as_str());
            prop_assert!(!safe.starts_with(SIGNS) || safe.parse::<f64>().is_ok());
        }
    }
}
