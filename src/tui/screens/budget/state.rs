//! The state of the Budget screen.

/// The Budget screen: what was spent, what every accountant says of it, a plan for the rest.
#[derive(Debug, Default)]
pub struct Budget {
    /// The line that is chosen: the accountant, the reserve, then the plan's questions.
    pub line: usize,
}
