//! What a comparison by buckets works in: how many buckets, how places are written, and the
//! buffers that a thread keeps.

/// Places in a block of several classes, and values mapped at once.
pub(super) const BLOCK: usize = 64;
/// Buckets: eight rows of 32 lanes, so that sums over rows are sums of vectors.
pub(super) const BUCKETS: usize = ROWS * LANES;
const ROWS: usize = 8;
pub(super) const LANES: usize = 32;
/// Buckets checked for equal keys at once.
pub(super) const GROUP: usize = 16;
/// In larger buckets not all pairs are compared.
pub(super) const CROWD: usize = 512;

/// Buffers that a thread keeps between comparisons.
#[derive(Debug, Clone)]
pub struct PairBuffers {
    /// By place: slot of the bucket.
    pub(super) slots: Vec<u8>,
    /// By place: place in the bucket, and class.
    pub(super) items: Vec<Item>,
    /// By bucket, then place: place in the bucket, and class.
    pub(super) sorted: Box<[Item; SORTED]>,
    /// By bucket, then place: places. Only where keys are equal.
    pub(super) places: Vec<u16>,
    pub(super) values: Vec<f64>,
    pub(super) spare: Vec<f64>,
}

/// Place in the bucket and class, 16 bits each, for signed comparison.
pub(super) type Item = u32;

/// A 16-bit place always fits, and a vector beyond it.
const SORTED: usize = (1 << 16) + BLOCK;

impl Default for PairBuffers {
    fn default() -> Self {
        let sorted = vec![0; SORTED].into_boxed_slice().try_into().expect("as many as asked for");
        Self {
            slots: Vec::new(),
            items: Vec::new(),
            sorted,
            places: Vec::new(),
            values: Vec::new(),
            spare: Vec::new(),
        }
    }
}

/// Signed numbers in the order of unsigned ones: processors compare those faster.
#[inline(always)]
pub(super) fn signed(place: u16) -> i16 {
    (place ^ 0x8000) as i16
}

/// Where a bucket stands: neighbours in neighbouring rows of a lane.
#[inline(always)]
pub(super) fn slot_of(bucket: u8) -> u8 {
    bucket.rotate_right(3)
}
