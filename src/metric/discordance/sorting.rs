//! Counts by sorting: ties, and pairs out of order.

/// Pairs of `n` things.
pub(super) fn pairs(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Sorts the values of a class, and counts its ties.
pub(super) fn sort_class(values: &mut [f64]) -> u64 {
    values.sort_unstable_by(f64::total_cmp);
    ties(values)
}

/// Pairs of equal values in a sorted slice.
pub(super) fn ties(sorted: &[f64]) -> u64 {
    sorted.chunk_by(|a, b| a == b).map(|same| pairs(same.len())).sum()
}

/// Sorts by merging, and counts the pairs that were out of order.
pub(super) fn sort_counting(values: &mut Vec<f64>, spare: &mut Vec<f64>) -> u64 {
    let n = values.len();
    let mut inverted = 0;
    spare.clear();
    spare.resize(n, 0.0);
    let mut width = 1;
    while width < n {
        for (from, to) in values.chunks(2 * width).zip(spare.chunks_mut(2 * width)) {
            let (left, right) = from.split_at(width.min(from.len()));
            let (mut i, mut j) = (0, 0);
            for slot in to {
                // Equal values are in order: the left one first.
                let take_left = i < left.len() && (j == right.len() || left[i] <= right[j]);
                if take_left {
                    *slot = left[i];
                    i += 1;
                } else {
                    *slot = right[j];
                    j += 1;
                    inverted += (left.len() - i) as u64;
                }
            }
        }
        std::mem::swap(values, spare);
        width *= 2;
    }
    inverted
}
