//! Looks for somebody else who has the same points: what singling out comes down to.

use super::points::Points;

/// From which of the points on nobody else has all of them: the number of points that single a
/// user out, or `None` where somebody else has all. Points are taken one after the other; `among`
/// says who counts, and `all` lists at least those where there is a list shorter than those of
/// the points.
///
/// Whoever was found to lack a point is never looked at again, and the shortest list of users that
/// is left is gone through, so that one other user, where there is one, ends the search.
pub(super) fn singled_out_from(
    points: &Points,
    user: u32,
    drawn: &[u32],
    all: Option<&[u32]>,
    among: impl Fn(u32) -> bool,
) -> Option<usize> {
    let mut left = all.unwrap_or(&[]);
    let mut has_list = all.is_some();
    let mut other: Option<u32> = None;
    for (at, &id) in drawn.iter().enumerate() {
        if other.is_some_and(|other| points.has(other, id)) {
            continue;
        }
        let holders = points.holders(id);
        if !has_list || holders.len() < left.len() {
            (left, has_list) = (holders, true);
        }
        other = None;
        while let Some((&next, rest)) = left.split_first() {
            left = rest;
            if next != user
                && among(next)
                && drawn[..=at].iter().rev().all(|&id| points.has(next, id))
            {
                other = Some(next);
                break;
            }
        }
        if other.is_none() {
            return Some(at + 1);
        }
    }
    None
}
