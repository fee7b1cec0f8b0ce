//! What one answer costs, exactly. Under basic composition ε and δ of all answers add up
//! (Dwork et al. 2006).

use super::amount::{Amount, AmountError};

/// What one answer costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// ε in units of 1e-9.
    pub epsilon: Amount<9>,
    /// δ in units of 1e-18.
    pub delta: Amount<18>,
}

impl Cost {
    /// The cost of an (ε, δ) answer; δ = 0 for pure mechanisms. Rounded up.
    ///
    /// # Errors
    /// If either is not a number from 0 to 1e9.
    pub fn new(epsilon: f64, delta: f64) -> Result<Self, AmountError> {
        Ok(Self { epsilon: Amount::from_f64(epsilon)?, delta: Amount::from_f64(delta)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_costs_round_up() {
        let cost = |epsilon, delta| Cost::new(epsilon, delta).unwrap();
        assert_eq!(cost(1.0 / 3.0, 0.0).epsilon.to_string(), "0.333333334");
        assert_eq!(cost(1e-12, 1e-19).epsilon.to_string(), "0.000000001");
        assert!(Cost::new(f64::NAN, 0.0).is_err());
    }
}
