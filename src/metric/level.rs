//! Which instructions a hot loop may use. The loops are plain Rust without fused
//! operations or reordered sums, so the level changes their speed and no bit.

/// A hot loop. `call` must be `#[inline(always)]`, and so must all that it calls: only
/// then is it compiled for the level's instructions.
pub use pulp::NullaryFnOnce as Work;

/// The instructions to compile for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// What every processor of the target has.
    Portable,
    /// The widest this processor has.
    #[default]
    Widest,
}

impl Level {
    /// Does `work`.
    #[inline(always)]
    pub fn run<W: Work>(self, work: W) -> W::Output {
        match self {
            Level::Portable => work.call(),
            Level::Widest => pulp::Arch::new().dispatch(work),
        }
    }
}
