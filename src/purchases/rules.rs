//! Rules about rows: what the text of a column must be for a row to count, or to be cancelled.

use std::fmt;

use thiserror::Error;

/// A rule about the text of a column. Capital and small letters of ASCII are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRule {
    /// The column, or the purpose that it serves (`invoice`).
    pub column: String,
    /// Begins with one of the texts, where `true`; is one of them, where `false`.
    pub prefix: bool,
    /// Holds where the text is none of them.
    pub negated: bool,
    /// The texts, at least one.
    pub texts: Vec<String>,
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0} is no rule about rows: write 'COLUMN^=C' (begins with), 'COLUMN=canceled', 'COLUMN=paid,shipped' (is one of) or \
     'COLUMN!=returned' (is not), each rule by itself, or none"
)]
pub struct RowRuleError(String);

impl RowRule {
    /// A rule that a column is one of these texts.
    pub(super) fn is_one_of(column: &str, texts: impl IntoIterator<Item = String>) -> Self {
        let texts = texts.into_iter().collect();
        Self { column: column.to_owned(), prefix: false, negated: false, texts }
    }

    /// A rule that the text of a column begins with one of these.
    pub(super) fn begins_with(column: &str, texts: impl IntoIterator<Item = String>) -> Self {
        Self { prefix: true, ..Self::is_one_of(column, texts) }
    }

    /// Reads `COLUMN^=TEXT` (begins with), `COLUMN=TEXT` (is) or `COLUMN!=TEXT` (is not); several texts are
    /// parted by commas.
    ///
    /// # Errors
    /// If the text is neither, or the column or a text is empty.
    pub fn parse(text: &str) -> Result<Self, RowRuleError> {
        let wrong = || RowRuleError(text.to_owned());
        let (column, value) = text.split_once('=').ok_or_else(wrong)?;
        let (column, prefix) = match column.strip_suffix('^') {
            Some(column) => (column, true),
            None => (column, false),
        };
        let (column, negated) = match column.strip_suffix('!') {
            Some(column) => (column, true),
            None => (column, false),
        };
        let column = column.trim();
        let texts: Vec<String> = value.split(',').map(|text| text.trim().to_owned()).collect();
        // `>=`, `==`, `~=`, and a second rule behind a comma are no rules of this kind.
        let is_other = column.ends_with(['<', '>', '~', '!', '^'])
            || texts.iter().any(|text| text.contains('='));
        if is_other || column.is_empty() || texts.iter().any(String::is_empty) {
            return Err(wrong());
        }
        Ok(Self { column: column.to_owned(), prefix, negated, texts })
    }

    /// Whether it holds of a cell.
    pub(super) fn holds(&self, cell: &str) -> bool {
        let cell = cell.trim();
        let is_one = self.texts.iter().any(|text| match self.prefix {
            true => cell.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text)),
            false => cell.eq_ignore_ascii_case(text),
        });
        is_one != self.negated
    }
}

impl fmt::Display for RowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is = match (self.negated, self.prefix) {
            (false, false) => "=",
            (false, true) => "^=",
            (true, false) => "!=",
            (true, true) => "!^=",
        };
        write!(f, "{}{is}{}", self.column, self.texts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_and_hold() {
        let rule = RowRule::parse("InvoiceNo^=C").unwrap();
        assert!(rule.holds(" c536379 ") && !rule.holds("536379") && !rule.holds(""));
        let rule = RowRule::parse("order status = canceled").unwrap();
        assert!(rule.holds("Canceled") && !rule.holds("cancelednot"));
        assert_eq!(rule.to_string(), "order status=canceled");
        let rule = RowRule::parse("type!=RETURN,refund").unwrap();
        assert!(
            rule.holds("SALE") && rule.holds("") && !rule.holds("return") && !rule.holds("Refund")
        );
        assert_eq!(rule.to_string(), "type!=RETURN,refund");
        let rule = RowRule::parse("invoice!^=C").unwrap();
        assert!(rule.holds("5") && !rule.holds("c5"));
        assert_eq!(RowRule::parse(&rule.to_string()).unwrap(), rule);
        for text in ["a==b", "a>=3", "a<=3", "a~=b", "a=failed,b=true", "!=x", "a!!=b"] {
            assert!(RowRule::parse(text).is_err(), "{text}");
        }
        let rule = RowRule::parse("status=paid, shipped").unwrap();
        assert!(rule.holds("Paid") && rule.holds("shipped ") && !rule.holds("paid, shipped"));
        assert_eq!(rule.to_string(), "status=paid,shipped");
        for text in ["", "C", "=C", "a=", "^=C", "a^=", "a=b,", "a=,"] {
            assert!(RowRule::parse(text).is_err(), "{text}");
        }
        // Not in the middle of a character.
        assert!(!RowRule::parse("a^=é").unwrap().holds("eé"));
    }
}
