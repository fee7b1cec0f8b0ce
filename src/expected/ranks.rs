//! Where every group is to be expected in a noised list.

use super::classes::Class;
use super::exponential::{self, Decay};
use super::smooth;
use super::swap::exponential_slope;
use crate::privacy::{Noise, Shape};

/// The expected rank of every group of `sums` (by group, in the stored unit) once noised: 1
/// is the largest sum, n the smallest, and a tie counts half to both. Exact for every law,
/// to n·2e-14: Rᵢ = (n+1)/2 - ½Σⱼ s(yᵢ-yⱼ). The scale of `noise` is above 0 and finite.
/// O(n log n).
pub fn expected_ranks(sums: &[i64], noise: Noise) -> Vec<f64> {
    let mut ascending: Vec<u32> = (0..sums.len() as u32).collect();
    ascending.sort_unstable_by_key(|&index| sums[index as usize]);
    let mut classes: Vec<Class> = Vec::new();
    let mut class_of = vec![0u32; sums.len()];
    for &index in &ascending {
        let value = sums[index as usize];
        match classes.last_mut() {
            Some(class) if class.value == value => class.count += 1.0,
            last => {
                let gap = last.map_or(0.0, |class| value.abs_diff(class.value) as f64);
                classes.push(Class {
                    value,
                    gap,
                    groups: 1,
                    count: 1.0,
                    weight: 0.0,
                    centred: 0.0,
                });
            }
        }
        class_of[index as usize] = classes.len() as u32 - 1;
    }
    let leads = match noise.shape() {
        Shape::Laplace { b } | Shape::DiscreteLaplace { b } => {
            exponential::leads(&classes, Decay { b, slope: exponential_slope(noise, b) })
        }
        _ => smooth::leads(&classes, noise),
    };
    let n = sums.len() as f64;
    // The rounding of a long sum must not lead out of the list.
    class_of
        .into_iter()
        .map(|class| (0.5 * (n + 1.0 - leads[class as usize])).clamp(1.0, n))
        .collect()
}
