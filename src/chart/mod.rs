//! What a chart says, without a pixel: the screen and the picture draw the same description.

mod palette;
mod rates;
mod recommend;
mod scale;
mod shown;
mod sweep;

pub use palette::{Hue, heat_colour};
pub use rates::{by_rate, order_over_epsilon, rates_of_groups};
pub use recommend::{ListFigure, lists_over_epsilon, model_hue};
pub use scale::{Scale, Tick, grouped, next_round, short_error, short_number};
pub use shown::{OF_A_CELL, OF_AN_ORDER};
pub use sweep::{SweepLabels, over_epsilon};

/// A point in data units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Horizontal place.
    pub x: f64,
    /// Vertical place.
    pub y: f64,
}

/// A vertical stretch of a band at one x, in data units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Horizontal place.
    pub x: f64,
    /// Lower edge.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// A line through the points.
    Solid,
    /// A broken line: closed forms, thresholds.
    Dashed,
    /// The points alone.
    Dots,
}

/// One series of a line chart, with an optional band (± 2 standard errors unless the
/// name says otherwise). Points with values that are not finite, or that a log axis
/// cannot show, are left out by whoever draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Colour; never the only difference between two series.
    pub hue: Hue,
    /// Line style.
    pub stroke: Stroke,
    /// Points, by ascending x.
    pub points: Vec<Point>,
    /// Band, by ascending x; empty for none.
    pub band: Vec<Stretch>,
}

/// An axis: what it measures and how values are placed on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub label: String,
    /// Linear or logarithmic, with its ends.
    pub scale: Scale,
}

/// A chart of lines over an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// What is shown, in a few words.
    pub title: String,
    /// Settings and readings, in one line.
    pub subtitle: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// The series, drawn in order.
    pub series: Vec<Series>,
    /// Vertical rules: place and label (the current ε, a bound).
    pub rules: Vec<(f64, String)>,
    /// The sentence that must go with it ("not differentially private: ...").
    pub warning: Option<String>,
}

/// A map of cells: columns left to right, rows bottom to top.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What is shown.
    pub title: String,
    /// Settings, in one line.
    pub subtitle: String,
    /// What the columns are.
    pub x_label: String,
    /// What the rows are.
    pub y_label: String,
    /// One label per column.
    pub columns: Vec<String>,
    /// One label per row, bottom first.
    pub rows: Vec<String>,
    /// `values[row][column]`; `None` where there is none yet.
    pub values: Vec<Vec<Option<f64>>>,
    /// What stands in each cell, as far as there is room; empty for nothing.
    pub words: Vec<Vec<String>>,
    /// Whether a small value is good (error) or a large one (agreement).
    pub low_is_good: bool,
    /// Whether colours go by the logarithm of the value.
    pub log_colours: bool,
    /// The best row of each column.
    pub best: Vec<Option<usize>>,
    /// The cell under the cursor, (row, column).
    pub cursor: Option<(usize, usize)>,
    /// A value whose edge is marked: where cells that meet it lie beside cells that do not.
    pub limit: Option<f64>,
    /// The sentence that must go with it.
    pub warning: Option<String>,
}

impl HeatMap {
    /// Whether the cell meets the limit while one beside it does not, or the other way round: the
    /// iso-line runs through those that meet it.
    pub fn is_edge(&self, row: usize, column: usize) -> bool {
        let Some(limit) = self.limit else { return false };
        let meets = |row: usize, column: usize| {
            let value = self.values.get(row)?.get(column).copied().flatten()?;
            Some(if self.low_is_good { value <= limit } else { value >= limit })
        };
        let beside = [
            (row.wrapping_sub(1), column),
            (row + 1, column),
            (row, column.wrapping_sub(1)),
            (row, column + 1),
        ];
        meets(row, column) == Some(true)
            && beside.into_iter().any(|(row, column)| meets(row, column) == Some(false))
    }

    /// The smallest and the largest value that has a colour; `None` where none has.
    pub fn ends(&self) -> Option<(f64, f64)> {
        let shown = |v: &f64| v.is_finite() && (!self.log_colours || *v > 0.0);
        let values = || self.values.iter().flatten().flatten().copied().filter(shown);
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        (low <= high).then_some((low, high))
    }
}

/// Dots stacked over a number line: each dot is one possible answer.
#[derive(Debug, Clone, PartialEq)]
pub struct DotPlot {
    /// What is shown.
    pub title: String,
    /// Settings, in one line.
    pub subtitle: String,
    /// Horizontal axis.
    pub x: Axis,
    /// One value per dot.
    pub dots: Vec<f64>,
    /// What a dot is one of ("chance", "trial").
    pub dot: &'static str,
    /// A value to mark, and its label (the truth).
    pub mark: Option<(f64, String)>,
    /// A second value to mark (the bounded sum).
    pub second_mark: Option<(f64, String)>,
    /// The sentence that must go with it.
    pub warning: Option<String>,
}

/// Bars over steps: how many users or pairs fall into each step.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// What is shown.
    pub title: String,
    /// Settings, in one line.
    pub subtitle: String,
    /// What the steps are.
    pub x_label: String,
    /// What the heights are.
    pub y_label: String,
    /// Label and height of each bar.
    pub bars: Vec<(String, f64)>,
    /// Whether bars are neighbouring bins: those that do not fit are then added up at the ends.
    pub bins: bool,
    /// Bars up to this index (exclusive) are kept whole by the bound; the rest are cut.
    pub kept: usize,
    /// What the bars after those are ("cut by the bound").
    pub rest: String,
    /// The label of the mark between kept and cut ("l0 20").
    pub mark: String,
    /// The sentence that must go with it.
    pub warning: Option<String>,
}

/// Any chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Lines over an axis.
    Lines(Lines),
    /// A map of cells.
    HeatMap(HeatMap),
    /// Dots over a number line.
    DotPlot(DotPlot),
    /// Bars over steps.
    Bars(Bars),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_iso_line_runs_where_a_limit_is_just_met() {
        let value = |row: usize, column: usize| Some((10 - row - column) as f64);
        let map = HeatMap {
            title: String::new(),
            subtitle: String::new(),
            x_label: String::new(),
            y_label: String::new(),
            columns: vec![String::new(); 5],
            rows: vec![String::new(); 5],
            values: (0..5).map(|row| (0..5).map(|column| value(row, column)).collect()).collect(),
            words: Vec::new(),
            low_is_good: true,
            log_colours: false,
            best: Vec::new(),
            cursor: None,
            limit: Some(6.0),
            warning: None,
        };
        assert_eq!(map.ends(), Some((2.0, 10.0)));
        for row in 0..5 {
            for column in 0..5 {
                // 10 - row - column ≤ 6 just where row + column is 4 or more.
                assert_eq!(map.is_edge(row, column), row + column == 4, "{row} {column}");
            }
        }
        assert!(!HeatMap { limit: None, ..map }.is_edge(2, 2));
    }
}
