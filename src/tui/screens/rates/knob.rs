//! What can be turned on the Rates screen.

/// What can be turned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RatesKnob {
    /// ε of all rates together.
    #[default]
    Epsilon,
    /// The mechanism.
    Noise,
    /// δ, for Gaussian noise.
    Delta,
    /// Groups of one user.
    L0,
    /// What a rate counts.
    Per,
    /// Exposures of one user in one group.
    Linf,
    /// Which events are exposure.
    Exposed,
    /// Which events are success.
    Converted,
}
