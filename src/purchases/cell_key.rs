//! The key that a cell stands for, and what stands where there is no text.

/// What stands where there is no text.
pub(super) const MISSING: &str = "(missing)";

/// The key that a cell stands for: its text trimmed, and `17850` for `17850.0`, which is how
/// programs print a whole number that they hold as a fraction. Cell by cell, so that no other
/// row has a say in it; the same in data and in public lists.
pub fn key(cell: &str) -> &str {
    let text = cell.trim();
    // What a spreadsheet was told to leave alone: `'00123`.
    let left_alone = text.strip_prefix('\'').filter(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && !rest.contains(['\'', ' '])
    });
    let text = left_alone.unwrap_or(text);
    let whole = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.strip_suffix(".0").filter(|id| whole(id)).unwrap_or(text)
}
