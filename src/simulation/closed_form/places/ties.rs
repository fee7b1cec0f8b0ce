//! Whole noise ties: of the groups at a threshold, those before a group in key order
//! count as above it. Keys are walked in order, each group's indicator going over from
//! "above" to "above or there".

use super::count::{Count, Indicators, Transform, multiply};
use super::panels::Open;
use super::sweep::{Sweep, Who, power};

/// Ties that together are less likely than this are left out.
pub(super) const NO_TIES: f64 = 1e-10;
/// So are classes as unlikely over what a node stands for.
const NOT_THERE: f64 = 1e-15;
/// Terms of ln(1 + q w) for q·|w| up to `FAINT`.
const TERMS: usize = 6;
const FAINT: f64 = 0.03;
/// E h is worked out anew when ties have moved ln φ by so much.
const MOVED: f64 = 0.05;

/// Complex numbers in two arrays, their length a multiple of `LANES`, 0 beyond the end.
#[derive(Debug, Clone, Default)]
struct Row {
    re: Vec<f64>,
    im: Vec<f64>,
}

const LANES: usize = 4;

/// Buffers kept between thresholds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    state: Row,
    /// By class in play: what its indicators change φ by, and ĥ/(1 + q w).
    ratio: Row,
    top: Row,
    faint: Vec<Option<Faint>>,
}

impl Walk {
    fn start(&mut self, count: &Count, length: usize) {
        let (re, im) = count.phi();
        self.state.clear(length);
        self.state.re[..re.len()].copy_from_slice(re);
        self.state.im[..im.len()].copy_from_slice(im);
    }
}

impl Row {
    fn clear(&mut self, length: usize) {
        for part in [&mut self.re, &mut self.im] {
            part.clear();
            part.resize(length, 0.0);
        }
    }

    fn part(&self, at: usize, length: usize) -> (&[f64], &[f64]) {
        (&self.re[at * length..(at + 1) * length], &self.im[at * length..(at + 1) * length])
    }
}

/// Re Σ a b.
#[inline]
fn dot(a: (&[f64], &[f64]), b: (&[f64], &[f64])) -> f64 {
    let mut sum = [0.0; LANES];
    let parts = a.0.chunks_exact(LANES).zip(a.1.chunks_exact(LANES));
    for ((ar, ai), (br, bi)) in parts.zip(b.0.chunks_exact(LANES).zip(b.1.chunks_exact(LANES))) {
        for l in 0..LANES {
            sum[l] += ar[l] * br[l] - ai[l] * bi[l];
        }
    }
    (sum[0] + sum[1]) + (sum[2] + sum[3])
}

/// a ← a b.
#[inline]
fn turn(a: &mut Row, b: (&[f64], &[f64])) {
    let parts = a.re.chunks_exact_mut(LANES).zip(a.im.chunks_exact_mut(LANES));
    for ((ar, ai), (br, bi)) in parts.zip(b.0.chunks_exact(LANES).zip(b.1.chunks_exact(LANES))) {
        for l in 0..LANES {
            (ar[l], ai[l]) = multiply((ar[l], ai[l]), (br[l], bi[l]));
        }
    }
}

impl Sweep<'_> {
    pub(super) fn node_with_ties(&mut self, open: Open) {
        let here = &mut self.here;
        let classes = here.first..here.first + here.above.len();
        let counts = &self.sums.counts[classes.clone()];
        for (mass, count) in here.mass.iter_mut().zip(counts) {
            if *mass * count * here.weight.max(1.0) < NOT_THERE {
                *mass = 0.0;
            }
        }
        if open.first {
            self.first_with_ties();
        }
        if !(open.top || open.place || open.deep) {
            return;
        }
        let (here, certain) = (&self.here, self.sums.certain(classes.start));
        let set = Indicators { above: &here.above, below: &here.below, counts, certain, rise: Some(&here.mass) };
        self.count.set(set);
        self.refresh(open);
        if open.top && matches!(self.request.top, Who::All) { self.walk_all() } else { self.walk_some(open) }
    }

    /// P(first): by products of P(not above).
    fn first_with_ties(&mut self) {
        let here = &self.here;
        let width = here.above.len();
        if self.sums.certain(here.first) > 0.0 {
            return;
        }
        let counts = &self.sums.counts[here.first..here.first + width];
        let mut none: f64 = here.below.iter().zip(counts).map(|(p, count)| power(*p, *count)).product();
        let after: Vec<f64> =
            here.below.iter().zip(&here.mass).map(|(p, m)| if *p > 0.0 { (p - m).max(0.0) / p } else { 1.0 }).collect();
        for (group, &class) in self.sums.class.iter().enumerate() {
            let j = (class as usize).wrapping_sub(here.first);
            if j >= width || here.mass[j] == 0.0 {
                continue;
            }
            if none == 0.0 {
                return;
            }
            if self.asked[1].groups[group] {
                self.by_group[1][group] += here.weight * here.mass[j] * none / here.below[j];
            }
            none *= after[j];
        }
    }

    /// Places of all groups, one frequency after the other.
    fn walk_all(&mut self) {
        let (here, walk) = (&self.here, &mut self.walk);
        let used = self.count.window().2;
        let length = used.next_multiple_of(LANES);
        let width = here.above.len();
        walk.start(&self.count, length);
        let (top, certainly) = match self.transforms.top.as_ref().expect("refreshed") {
            Ok(transform) => (Some(transform), 0.0),
            Err(value) => (None, *value),
        };
        let (wr, wi) = self.count.w();
        walk.ratio.clear(width * length);
        walk.top.clear(width * length);
        for j in (0..width).filter(|&j| here.mass[j] > 0.0) {
            for m in 0..used {
                let w = (wr[m], wi[m]);
                let inverse = without(here.above[j], here.below[j], w);
                let by = multiply(inverse, w);
                let at = j * length + m;
                (walk.ratio.re[at], walk.ratio.im[at]) = (1.0 + here.mass[j] * by.0, here.mass[j] * by.1);
                if let Some(h) = top {
                    (walk.top.re[at], walk.top.im[at]) = multiply(inverse, (h.re[m], h.im[m]));
                }
            }
        }
        for (group, &class) in self.sums.class.iter().enumerate() {
            let j = (class as usize).wrapping_sub(here.first);
            if j >= width || here.mass[j] == 0.0 {
                continue;
            }
            let state = (&walk.state.re[..], &walk.state.im[..]);
            let value = if top.is_some() { dot(state, walk.top.part(j, length)) } else { certainly };
            self.by_group[0][group] += here.weight * here.mass[j] * value;
            turn(&mut walk.state, walk.ratio.part(j, length));
        }
    }

    /// Places of some groups, and the gains of all. Faint classes (small q) move ln φ by a
    /// short series Σ s_r w^r, whose sums are kept up group by group and put into φ where a
    /// group is asked for. Gains of the faint between two such points are moments: E h of
    /// each is Σ A_r (-q)^r, A_r = Re Σ ĥ φ w^r, to second order in what ties moved since.
    fn walk_some(&mut self, open: Open) {
        let (here, walk) = (&self.here, &mut self.walk);
        let used = self.count.window().2;
        let length = used.next_multiple_of(LANES);
        let width = here.above.len();
        walk.start(&self.count, length);
        let (wr, wi) = self.count.w();
        let longest = (-2.0 * wr[used - 1]).sqrt();
        walk.ratio.clear(width * length);
        walk.faint.clear();
        walk.faint.resize(width, None);
        let mut share_of_faint = 0.0;
        for j in (0..width).filter(|&j| here.mass[j] > 0.0) {
            let (q, mass) = (here.above[j], here.mass[j]);
            if (q + mass) * longest <= FAINT {
                walk.faint[j] = Some(Faint::new(q, mass));
                if open.place {
                    share_of_faint += mass * self.class_gains[here.first + j].abs();
                }
                continue;
            }
            for m in 0..used {
                let w = (wr[m], wi[m]);
                let by = multiply(without(q, here.below[j], w), w);
                let at = j * length + m;
                (walk.ratio.re[at], walk.ratio.im[at]) = (1.0 + mass * by.0, mass * by.1);
            }
        }
        // The third order is left out, a sixth of its cube.
        let moved = (6e-11 / (here.weight * share_of_faint + 1e-300)).cbrt().clamp(1e-3, MOVED) / longest;
        let place_h = self.transforms.place.as_ref().filter(|_| open.place);
        let mut since = Since::default();
        for (group, &class) in self.sums.class.iter().enumerate() {
            let j = (class as usize).wrapping_sub(here.first);
            if j >= width || here.mass[j] == 0.0 {
                continue;
            }
            let share = here.weight * here.mass[j];
            let top = open.top && share > 1e-14 && self.asked[0].groups[group];
            let deep = self
                .place_of
                .get(group)
                .copied()
                .filter(|&place| open.deep && place != usize::MAX && share * self.depths[place] > 1e-14);
            let gain = self.request.gains.filter(|_| open.place).map_or(0.0, |gains| gains[group]);
            if top || deep.is_some() || (walk.faint[j].is_none() && gain != 0.0) {
                since.settle(&mut walk.state, place_h, (wr, wi), &mut self.gained);
                let mean = |h: &Transform| {
                    let (q, both) = (here.above[j], 2.0 * here.above[j] * here.below[j]);
                    let mut sum = 0.0;
                    for m in 0..used {
                        let (re, im) = multiply((walk.state.re[m], walk.state.im[m]), (h.re[m], h.im[m]));
                        sum += (re + q * (re * wr[m] + im * wi[m])) / (1.0 + both * wr[m]);
                    }
                    sum
                };
                if top {
                    self.by_group[0][group] += share
                        * match self.transforms.top.as_ref().expect("refreshed") {
                            Ok(h) => mean(h),
                            Err(value) => *value,
                        };
                }
                if let Some(place) = deep {
                    self.deep_sum += share * mean(&self.transforms.deep.as_ref().expect("refreshed")[place]);
                }
                if let Some(h) = place_h {
                    self.gained += share * gain * mean(h);
                }
            } else if gain != 0.0
                && let Some(faint) = &walk.faint[j]
            {
                since.gain(faint, here.weight * gain);
            }
            if let Some(faint) = &walk.faint[j] {
                for (sum, term) in since.moved.iter_mut().zip(&faint.moves) {
                    *sum += term;
                }
                if since.moved[0] > moved {
                    since.settle(&mut walk.state, place_h, (wr, wi), &mut self.gained);
                }
            } else {
                if since.any {
                    since.settle(&mut walk.state, place_h, (wr, wi), &mut self.gained);
                }
                turn(&mut walk.state, walk.ratio.part(j, length));
            }
        }
        since.settle(&mut walk.state, place_h, (wr, wi), &mut self.gained);
    }
}

/// 1/(1 + q w) = (1 + q w̄)/|1 + q w|².
#[inline]
fn without(q: f64, p: f64, w: (f64, f64)) -> (f64, f64) {
    let over = 1.0 / (1.0 + 2.0 * q * p * w.0);
    ((1.0 + q * w.0) * over, -q * w.1 * over)
}

/// A class of small q.
#[derive(Debug, Clone)]
struct Faint {
    /// Terms of ln(1 + (q + mass) w) - ln(1 + q w).
    moves: [f64; TERMS],
    /// mass·(-q)^r.
    gains: [f64; TERMS],
}

impl Faint {
    fn new(q: f64, mass: f64) -> Self {
        let (mut before, mut after, mut gain) = (1.0, 1.0, mass);
        let mut faint = Self { moves: [0.0; TERMS], gains: [0.0; TERMS] };
        for r in 0..TERMS {
            // (q + mass)^r - q^r without cancellation: after is their difference.
            after = if r == 0 { mass } else { after * (q + mass) + before * mass };
            before = if r == 0 { q } else { before * q };
            faint.moves[r] = if r % 2 == 0 { after } else { -after } / (r + 1) as f64;
            faint.gains[r] = gain;
            gain *= -q;
        }
        faint
    }
}

/// What has come since φ was last brought up to date.
#[derive(Debug, Default)]
struct Since {
    moved: [f64; TERMS],
    gains: [[f64; TERMS]; 3],
    any: bool,
}

impl Since {
    /// A gain in the present state: e^{Σ s_r w^r} = 1 + s₁w + (s₁²/2 + s₂)w² + ….
    #[inline]
    fn gain(&mut self, faint: &Faint, by: f64) {
        let second = 0.5 * self.moved[0] * self.moved[0] + self.moved[1];
        for r in 0..TERMS {
            let gain = by * faint.gains[r];
            self.gains[0][r] += gain;
            self.gains[1][r] += gain * self.moved[0];
            self.gains[2][r] += gain * second;
        }
        self.any = true;
    }

    /// Brings φ up to date.
    fn settle(&mut self, state: &mut Row, h: Option<&Transform>, w: (&[f64], &[f64]), gained: &mut f64) {
        if let Some(h) = h.filter(|_| self.any) {
            let mut factors = [0.0; TERMS + 2];
            for m in 0..w.0.len() {
                let mut a = multiply((state.re[m], state.im[m]), (h.re[m], h.im[m]));
                for factor in &mut factors {
                    *factor += a.0;
                    a = multiply(a, (w.0[m], w.1[m]));
                }
            }
            for r in 0..TERMS {
                for (order, gains) in self.gains.iter().enumerate() {
                    *gained += gains[r] * factors[r + order];
                }
            }
        }
        if self.moved[0] != 0.0 {
            for m in 0..w.0.len() {
                let (w, mut z) = ((w.0[m], w.1[m]), (0.0, 0.0));
                for term in self.moved.iter().rev() {
                    z = multiply((z.0 + term, z.1), w);
                }
                let mut e = (1.0, 0.0);
                for order in (1..=6u8).rev() {
                    e = multiply(e, (z.0 / f64::from(order), z.1 / f64::from(order)));
                    e.0 += 1.0;
                }
                (state.re[m], state.im[m]) = multiply((state.re[m], state.im[m]), e);
            }
        }
        *self = Self::default();
    }
}
