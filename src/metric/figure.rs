//! One number with where it comes from: closed form, simulation, or both.

use serde::Serialize;

/// A figure as it stands everywhere (JSON, CSV, charts, screens). What does not
/// exist is `None` (null), never 0 or NaN.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The closed-form value.
    pub expected: Option<f64>,
    /// The mean (or pooled estimate) over trials.
    pub simulated: Option<f64>,
    /// The standard error of `simulated`; `None` when one trial cannot give one.
    pub standard_error: Option<f64>,
}

/// A stretch of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Where it begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

impl Figure {
    /// A figure known in closed form only.
    pub fn expected(value: f64) -> Self {
        Self { expected: finite(value), ..Self::default() }
    }

    /// A figure estimated from trials only.
    pub fn simulated(value: f64, standard_error: Option<f64>) -> Self {
        Self {
            expected: None,
            simulated: finite(value),
            standard_error: standard_error.and_then(finite),
        }
    }

    /// This figure with `value` as its closed form beside what is simulated.
    pub fn with_expected(self, value: Option<f64>) -> Self {
        Self { expected: value.and_then(finite), ..self }
    }

    /// The best single value to draw: the closed form where there is one, else
    /// the simulated one.
    pub fn best(&self) -> Option<f64> {
        self.expected.or(self.simulated)
    }

    /// The simulated value ± 2 standard errors; `None` unless both are known.
    pub fn band(&self) -> Option<Band> {
        let (value, reach) = (self.simulated?, 2.0 * self.standard_error?);
        Some(Band { low: value - reach, high: value + reach })
    }

    /// How many standard errors lie between the closed form and the simulation;
    /// `None` unless both exist and the standard error is above 0.
    pub fn deviation(&self) -> Option<f64> {
        match (self.expected, self.simulated, self.standard_error) {
            (Some(e), Some(s), Some(se)) if se > 0.0 => Some((s - e).abs() / se),
            _ => None,
        }
    }

    /// Whether closed form and simulation are more than 4 standard errors apart.
    pub fn disagrees(&self) -> bool {
        self.deviation().is_some_and(|d| d > 4.0)
    }
}

/// The half width of the Wilson (1927) interval of a share over so many trials at one standard
/// deviation; above 0 also for shares of 0 and 1.
pub fn wilson(share: f64, trials: f64) -> f64 {
    (share * (1.0 - share) / trials + 0.25 / (trials * trials)).sqrt() / (1.0 + 1.0 / trials)
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_exist_is_null() {
        let text = serde_json::to_string(&Figure::expected(f64::NAN)).unwrap();
        assert_eq!(text, r#"{"expected":null,"simulated":null,"standard_error":null}"#);
    }

    #[test]
    fn four_standard_errors_is_the_line() {
        let figure = Figure::simulated(10.0, Some(1.0));
        assert!(!figure.with_expected(Some(6.1)).disagrees());
        assert!(figure.with_expected(Some(5.9)).disagrees());
        assert!(!Figure::simulated(10.0, Some(0.0)).with_expected(Some(1.0)).disagrees());
    }
}
