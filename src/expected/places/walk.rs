//! What a walk over the keys tied at a threshold keeps.

use super::count::Count;
use super::faint::{Faint, Row};

/// Ties that together are less likely than this are left out.
pub(super) const NO_TIES: f64 = 1e-10;

/// What becomes of a class on the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Absent,
    Faint,
    Full,
}

/// Buffers kept between thresholds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub state: Row,
    /// By class in play: what its indicators change φ by, and ĥ/(1 + q w).
    pub ratio: Row,
    pub top: Row,
    pub place: Row,
    pub faint: Vec<Faint>,
    pub kind: Vec<Kind>,
    /// Up to here faint groups may move ln φ before it is brought up to date.
    pub moved: f64,
    /// Whether gains of faint groups count here.
    pub gains: bool,
    pub one_by_one: bool,
}

impl Walk {
    /// Begins at φ of `count`, with room for `length` frequencies.
    pub fn start(&mut self, count: &Count, length: usize) {
        let (re, im) = count.phi();
        self.state.clear(length);
        self.state.re[..re.len()].copy_from_slice(re);
        self.state.im[..im.len()].copy_from_slice(im);
    }
}
