//! Rows of text in one buffer: a part of a table that is written as it is made.

/// Rows of cells of text, one after another in one buffer; empty text is a missing value.
#[derive(Debug, Clone, Default)]
pub struct Part {
    columns: usize,
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<usize>,
}

impl Part {
    /// No rows of so many columns (at least 1), with room for `rows`.
    pub fn new(columns: usize, rows: usize) -> Self {
        let cells = columns * rows;
        Self { columns, text: String::with_capacity(8 * cells), ends: Vec::with_capacity(cells) }
    }

    /// Adds a cell: the next of its row, or the first of the next row.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Whole rows.
    pub fn rows(&self) -> usize {
        self.ends.len() / self.columns.max(1)
    }

    /// The cells of a row, left to right; none where there is no such row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        let from = row.saturating_mul(self.columns);
        let cells = if row < self.rows() { self.columns } else { 0 };
        (from..from + cells).map(|cell| {
            let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.text[start..self.ends[cell]]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_row_by_row() {
        let mut part = Part::new(2, 2);
        for cell in ["a", "", "é", "b", "half a row"] {
            part.push(cell);
        }
        assert_eq!(part.rows(), 2);
        assert_eq!(part.row(0).collect::<Vec<_>>(), ["a", ""]);
        assert_eq!(part.row(1).collect::<Vec<_>>(), ["é", "b"]);
        assert_eq!(part.row(2).count(), 0);
    }
}
