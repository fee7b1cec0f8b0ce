//! What a whole column tells: a value, the evidence for it, and where two readings fit.

/// A decision told from a whole column.
#[derive(Debug, Clone, PartialEq)]
pub struct Told<T> {
    /// What is taken.
    pub value: T,
    /// Why, in one short clause: `1,217 dates fit day first only, 0 month first only`.
    pub evidence: String,
    /// What else fits; `None` where nothing does.
    pub doubt: Option<Doubt>,
}

impl<T> Told<T> {
    /// Without a doubt.
    pub(super) fn certain(value: T, evidence: String) -> Self {
        Self { value, evidence, doubt: None }
    }

    /// The same evidence for what `change` makes of the value.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Told<U> {
        Told { value: change(self.value), evidence: self.evidence, doubt: self.doubt }
    }
}

/// Where two readings fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    /// The values that fit, as the flag would say them; the one that is taken stands first.
    pub readings: Vec<String>,
    /// What each would mean, with counts.
    pub words: String,
}

impl Doubt {
    /// Between two values.
    pub(super) fn between(taken: &str, other: &str, words: String) -> Self {
        Self { readings: vec![taken.to_owned(), other.to_owned()], words }
    }
}

/// A count as evidence says it: `1,217`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut said = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// `1 date fits`, `1,217 dates fit`: a count with its noun and verb.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let said: Vec<String> = [0, 7, 999, 1_000, 1_217, 12_345, 999_999, 1_000_000, u64::MAX]
            .into_iter()
            .map(grouped)
            .collect();
        assert_eq!(said[..4], ["0", "7", "999", "1,000"]);
        assert_eq!(said[4..8], ["1,217", "12,345", "999,999", "1,000,000"]);
        assert_eq!(said[8], "18,446,744,073,709,551,615");
        assert_eq!(counted(1, "date fits", "dates fit"), "1 date fits");
        assert_eq!(counted(1_217, "date fits", "dates fit"), "1,217 dates fit");
    }

    #[test]
    fn a_told_value_keeps_its_evidence() {
        let told = Told { value: 2, evidence: "why".to_owned(), doubt: None };
        assert_eq!(told.clone().map(|two| two + 1), Told::certain(3, "why".to_owned()));
        let doubt = Doubt::between("day-first", "month-first", "words".to_owned());
        assert_eq!(doubt.readings, ["day-first", "month-first"]);
    }
}
