//! Pair sums under noise whose kernel s(g) = E sgn(g + D) is smooth: normal, discrete
//! normal and Gumbel.
//!
//! With s(g) = Σ B_m sin(ω_m g) over the gaps at hand (see `Sines`), a group's sum over all
//! groups of smaller raw sum is Im Σ B_m z_m·conj Z_m, z_m = e^{iω_m y} and Z_m their sum so
//! far: one pass in raw order, whatever clipping did to it, of so many steps a group as
//! there are sines. That number grows with the range of the gaps, and beyond a window
//! s(g) = sgn g: so the axis is cut into blocks three windows long which overlap by one.
//! A block adds what noise changes, Fourier sum less the same sum of signs; the overlaps of
//! two neighbours, counted twice, are taken off in the same way. Few groups go pair by pair.

use super::classes::{Class, Group, PairOrder, PairSums, agreement, sign};
use super::swap::{Sines, SwapDoubt, window};
use crate::privacy::Noise;

/// The sums of `order`; without `FULL`, `plain` alone.
pub(super) fn sums<const FULL: bool>(order: &PairOrder, noise: Noise) -> PairSums {
    let groups = &order.groups;
    let doubt = SwapDoubt::new(noise);
    let mut sums = order.agreed;
    let mut by_raw = Vec::new();
    for block in blocks(groups.len(), |at| groups[at].value, window(noise)) {
        let inside = &groups[block.first..block.end];
        if inside[0].class == inside[inside.len() - 1].class {
            continue;
        }
        if block.is_small(noise) {
            sums.add(pair_by_pair(inside, &doubt, window(noise)), block.times);
            continue;
        }
        let sines = Sines::new(noise, block.reach);
        if inside.len() == groups.len() {
            return waves::<FULL>(groups, &order.by_raw, &sines);
        }
        by_raw.clear();
        by_raw.extend(0..inside.len() as u32);
        by_raw.sort_by_key(|&at| inside[at as usize].raw);
        sums.add(waves::<FULL>(inside, &by_raw, &sines), block.times);
        sums.add(agreement(inside, &by_raw), -block.times);
    }
    sums
}

/// Σ_j s(y - y_j) for every class of an ascending list.
pub(super) fn leads(classes: &[Class], noise: Noise) -> Vec<f64> {
    let doubt = SwapDoubt::new(noise);
    let window = window(noise);
    let total: f64 = classes.iter().map(|class| class.count).sum();
    let mut below = 0.0;
    let mut leads: Vec<f64> = Vec::with_capacity(classes.len());
    for class in classes {
        leads.push(2.0 * below + class.count - total);
        below += class.count;
    }
    for block in blocks(classes.len(), |at| classes[at].value, window) {
        let (inside, leads) =
            (&classes[block.first..block.end], &mut leads[block.first..block.end]);
        if block.is_small(noise) {
            for (at, class) in inside.iter().enumerate() {
                for (other, near) in inside[..at].iter().enumerate().rev() {
                    let gap = class.value.abs_diff(near.value) as f64;
                    if gap > window {
                        break;
                    }
                    let doubt = block.times * doubt.at(gap);
                    leads[at] -= near.count * doubt;
                    leads[other] += class.count * doubt;
                }
            }
            continue;
        }
        let sines = Sines::new(noise, block.reach);
        let origin = inside[0].value;
        let mut all = vec![Waves::default(); sines.coefficients.len().div_ceil(LANES)];
        for class in inside {
            Turn::new(class.value, origin, &sines)
                .walk(&mut all, |all, re, im| all.add(class.count, re, im));
        }
        for (all, coefficients) in all.iter_mut().zip(sines.coefficients.chunks(LANES)) {
            for lane in 0..LANES {
                // The last few may have no sine.
                let coefficient = coefficients.get(lane).copied().unwrap_or(0.0);
                all.re[lane] *= coefficient;
                all.im[lane] *= coefficient;
            }
        }
        let total: f64 = inside.iter().map(|class| class.count).sum();
        let mut below = 0.0;
        for (class, lead) in inside.iter().zip(leads) {
            let mut sum = [0.0; LANES];
            Turn::new(class.value, origin, &sines)
                .walk(&mut all, |all, re, im| add(&mut sum, 1.0, all.cross(re, im)));
            *lead += block.times * (sum.iter().sum::<f64>() - (2.0 * below + class.count - total));
            below += class.count;
        }
    }
    leads
}

/// A stretch of an ascending list whose near pairs are to be added, or taken off.
struct Block {
    first: usize,
    end: usize,
    /// Its range.
    reach: f64,
    /// 1, or -1 for the overlap of two.
    times: f64,
}

impl Block {
    /// Whether pairs are fewer than Fourier steps.
    fn is_small(&self, noise: Noise) -> bool {
        ((self.end - self.first) as f64) < 7.0 + Sines::len(noise, self.reach) / 15.0
    }
}

/// Blocks that hold every pair within `window` once, overlaps taken off.
fn blocks(len: usize, value: impl Fn(usize) -> i64, window: f64) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut first, mut before) = (0, 0);
    let reach = |from: usize, to: usize| value(from).abs_diff(value(to)) as f64;
    while first < len {
        let mut end = first.max(before);
        while end < len && reach(first, end) <= 3.0 * window {
            end += 1;
        }
        let mut push = |end: usize, times: f64| {
            if end > first + 1 {
                blocks.push(Block { first, end, reach: reach(first, end - 1), times });
            }
        };
        push(before, -1.0);
        push(end, 1.0);
        if end == len {
            break;
        }
        before = end;
        // No pair that starts before the next block leaves this one.
        let start = first;
        while first < end && reach(start, first) < 2.0 * window {
            first += 1;
        }
    }
    blocks
}

/// The change that noise makes to a block, one pair after the other.
fn pair_by_pair(groups: &[Group], doubt: &SwapDoubt, window: f64) -> PairSums {
    let mut sums = PairSums::default();
    for (at, high) in groups.iter().enumerate() {
        for low in groups[..at].iter().rev() {
            let gap = high.value.abs_diff(low.value) as f64;
            if gap > window {
                break;
            }
            if gap == 0.0 {
                continue;
            }
            let (doubt, sign) = (doubt.at(gap), sign(high.raw, low.raw));
            sums.plain -= doubt * sign * high.count * low.count;
            sums.weighted -= doubt * sign * (high.weight * low.count + high.count * low.weight);
            sums.ranked -= doubt * (high.centred * low.count - high.count * low.centred);
        }
    }
    sums
}

/// Sines handled together, for the processor's sake.
const LANES: usize = 4;

#[inline(always)]
fn add(to: &mut [f64; LANES], times: f64, values: [f64; LANES]) {
    for (to, value) in to.iter_mut().zip(values) {
        *to += times * value;
    }
}

/// Four complex numbers.
#[derive(Clone, Copy, Default)]
struct Waves {
    re: [f64; LANES],
    im: [f64; LANES],
}

impl Waves {
    #[inline(always)]
    fn add(&mut self, times: f64, re: &[f64; LANES], im: &[f64; LANES]) {
        add(&mut self.re, times, *re);
        add(&mut self.im, times, *im);
    }

    /// Im z·conj(self).
    #[inline(always)]
    fn cross(&self, re: &[f64; LANES], im: &[f64; LANES]) -> [f64; LANES] {
        std::array::from_fn(|lane| im[lane] * self.re[lane] - re[lane] * self.im[lane])
    }
}

/// The state of a few sines in a pass over the raw order.
#[derive(Clone, Copy, Default)]
struct Bin {
    /// Σ z by count and by weight over all groups of smaller raw sum.
    all: Waves,
    heavy: Waves,
    /// Σ z by count and by weight over the groups of the raw class at hand, which only later
    /// ones see.
    tied: Waves,
    tied_heavy: Waves,
    /// Σ z by centred mid-rank over all groups so far.
    centred: Waves,
    /// Σ Im z·conj Z.
    plain: [f64; LANES],
    weighted: [f64; LANES],
}

impl Bin {
    /// Pairs a group with those of smaller raw sum.
    #[inline(always)]
    fn meet<const FULL: bool>(&mut self, group: &Group, re: &[f64; LANES], im: &[f64; LANES]) {
        let cross = self.all.cross(re, im);
        add(&mut self.plain, group.count, cross);
        if FULL {
            add(&mut self.weighted, group.weight, cross);
            add(&mut self.weighted, group.count, self.heavy.cross(re, im));
            self.centred.add(group.centred, re, im);
        }
    }
}

/// e^{iω_m y} for every odd m.
struct Turn {
    first: Waves,
    /// From one bin to the next.
    step: (f64, f64),
}

impl Turn {
    fn new(value: i64, origin: i64, sines: &Sines) -> Self {
        let angle = std::f64::consts::PI * (value.abs_diff(origin) as f64 / sines.half);
        let (im, re) = libm::sincos(angle);
        let times = |a: (f64, f64), b: (f64, f64)| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0);
        let two = times((re, im), (re, im));
        let mut power = (re, im);
        let mut first = Waves::default();
        for lane in 0..LANES {
            (first.re[lane], first.im[lane]) = power;
            power = times(power, two);
        }
        let four = times(two, two);
        Self { first, step: times(four, four) }
    }

    /// Visits every bin with its four numbers.
    #[inline(always)]
    fn walk<T>(self, bins: &mut [T], mut visit: impl FnMut(&mut T, &[f64; LANES], &[f64; LANES])) {
        let Waves { mut re, mut im } = self.first;
        let (step_re, step_im) = self.step;
        for bin in bins {
            visit(bin, &re, &im);
            for lane in 0..LANES {
                let (a, b) = (re[lane], im[lane]);
                re[lane] = a * step_re - b * step_im;
                im[lane] = a * step_im + b * step_re;
            }
        }
    }
}

/// The sums over all pairs of `groups` (ascending in y) by Fourier sums, gaps within reach
/// of `sines`; `by_raw` gives their places by raw sum.
fn waves<const FULL: bool>(groups: &[Group], by_raw: &[u32], sines: &Sines) -> PairSums {
    let mut bins = vec![Bin::default(); sines.coefficients.len().div_ceil(LANES)];
    let origin = groups[0].value;
    for tied in by_raw.chunk_by(|&a, &b| groups[a as usize].raw == groups[b as usize].raw) {
        let alone = tied.len() == 1;
        for &at in tied {
            let group = &groups[at as usize];
            let turn = Turn::new(group.value, origin, sines);
            if alone {
                turn.walk(&mut bins, |bin, re, im| {
                    bin.meet::<FULL>(group, re, im);
                    bin.all.add(group.count, re, im);
                    if FULL {
                        bin.heavy.add(group.weight, re, im);
                    }
                });
            } else {
                turn.walk(&mut bins, |bin, re, im| {
                    bin.meet::<FULL>(group, re, im);
                    bin.tied.add(group.count, re, im);
                    if FULL {
                        bin.tied_heavy.add(group.weight, re, im);
                    }
                });
            }
        }
        if !alone {
            for bin in &mut bins {
                let (tied, heavy) =
                    (std::mem::take(&mut bin.tied), std::mem::take(&mut bin.tied_heavy));
                bin.all.add(1.0, &tied.re, &tied.im);
                bin.heavy.add(1.0, &heavy.re, &heavy.im);
            }
        }
    }
    let mut sums = PairSums::default();
    for (bin, coefficients) in bins.iter().zip(sines.coefficients.chunks(LANES)) {
        let ranked = bin.all.cross(&bin.centred.re, &bin.centred.im);
        for (lane, coefficient) in coefficients.iter().enumerate() {
            sums.plain += coefficient * bin.plain[lane];
            sums.weighted += coefficient * bin.weighted[lane];
            sums.ranked += coefficient * ranked[lane];
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_near_pairs_once() {
        let mut state = 3u64;
        for spread in [1u64, 5, 40, 400] {
            let mut values: Vec<i64> = (0..500)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
                    ((state >> 33) % (500 * spread)) as i64
                })
                .collect();
            values.sort_unstable();
            for window in [0.5, 7.0, 60.0, 1e3, 1e9] {
                let mut held = vec![0i32; 500 * 500];
                for block in blocks(500, |at| values[at], window) {
                    let range = values[block.end - 1].abs_diff(values[block.first]) as f64;
                    assert!(range == block.reach && range <= 3.0 * window);
                    for i in block.first..block.end {
                        for j in block.first..i {
                            held[i * 500 + j] += block.times as i32;
                        }
                    }
                }
                for i in 0..500 {
                    for j in 0..i {
                        let (near, times) =
                            (values[i].abs_diff(values[j]) as f64 <= window, held[i * 500 + j]);
                        assert!(times == 1 || (times == 0 && !near), "{spread} {window}: {times}");
                    }
                }
            }
        }
    }
}
