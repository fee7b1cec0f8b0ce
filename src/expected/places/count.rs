//! The law of the number of noised sums above a threshold, a sum of independent
//! indicators, by its characteristic function.
//!
//! φ(θ) = Π (1 + q_j w), w = e^{iθ} - 1, at θ_m = 2π(m + ½)/M over a window of M values
//! outside of which lies less than 2e-14 (Bennett's bound). The half step keeps every
//! 1 + q w away from 0, so one indicator is taken out by a division: for a function h of
//! the others' number, E h = Re Σ_m ĥ_m φ_m/(1 + q w_m). Frequencies at which |φ| < 2e-14
//! are left out: |1 + q w|² = 1 - 4q(1 - q) sin²(θ/2).

use std::rc::Rc;

use super::panels::bennett;

/// Terms of power series in q·|w| ≤ `SMALL`: what is cut is below 1e-12.
const TERMS: usize = 12;
const SMALL: f64 = 0.1;
/// Bounds of e^{-32} < 2e-14.
const NEVER: f64 = 32.0;

/// e^{iπj/M} for j < 2M.
#[derive(Debug)]
pub(super) struct Circle {
    size: usize,
    turns: Vec<(f64, f64)>,
    /// w_m = e^{iθ_m} - 1 for m < M/2.
    wr: Vec<f64>,
    wi: Vec<f64>,
    /// 2/M over the conjugate of w_m.
    over_r: Vec<f64>,
    over_i: Vec<f64>,
}

impl Circle {
    fn new(size: usize) -> Self {
        let angle = |j: usize| std::f64::consts::PI * j as f64 / size as f64;
        let half = |m: usize| libm::sin(0.5 * angle(2 * m + 1));
        let wr: Vec<f64> = (0..size / 2).map(|m| -2.0 * half(m) * half(m)).collect();
        let wi: Vec<f64> = (0..size / 2).map(|m| libm::sin(angle(2 * m + 1))).collect();
        // |w|² = 2(1 - cos θ).
        let over = |w: &[f64]| w.iter().zip(&wr).map(|(w, wr)| w / (-wr * size as f64)).collect();
        Self {
            size,
            turns: (0..2 * size).map(|j| (libm::cos(angle(j)), libm::sin(angle(j)))).collect(),
            over_r: over(&wr),
            over_i: over(&wi),
            wr,
            wi,
        }
    }

    /// e^{iθ_m x}.
    #[inline]
    fn turn(&self, m: usize, x: i64) -> (f64, f64) {
        // A power of two.
        let j = ((2 * m as i64 + 1).wrapping_mul(x) & (2 * self.size as i64 - 1)) as usize;
        self.turns[j]
    }
}

/// What is known of the indicators before their law is worked out: a class has `counts`
/// of them, each 1 with probability `above` and 0 with `below`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Indicators<'a> {
    pub above: &'a [f64],
    pub below: &'a [f64],
    pub counts: &'a [f64],
    /// So many more are 1 for certain.
    pub certain: f64,
    /// By how much each probability may still rise (ties that may count).
    pub rise: Option<&'a [f64]>,
}

/// The law of a count; buffers are kept between thresholds.
#[derive(Debug, Default)]
pub(super) struct Count {
    circles: Vec<Option<Rc<Circle>>>,
    circle: Option<Rc<Circle>>,
    /// The window begins here.
    start: i64,
    /// Frequencies in use.
    used: usize,
    re: Vec<f64>,
    im: Vec<f64>,
    /// Up to here probabilities count as small.
    small: f64,
}

/// Loops over frequencies take so many at once.
pub(super) const LANES: usize = 4;

/// ĥ: what makes E h out of φ, for one h of the count; 0 beyond the frequencies in use, up
/// to a multiple of `LANES`.
#[derive(Debug, Clone, Default)]
pub(super) struct CountTransform {
    pub re: Vec<f64>,
    pub im: Vec<f64>,
}

impl Count {
    /// The circle and the window: transforms of any h stay right while these are the same.
    pub fn window(&self) -> (usize, i64, usize) {
        (self.circle().size, self.start, self.used)
    }

    fn circle(&self) -> &Rc<Circle> {
        self.circle.as_ref().expect("set comes first")
    }

    /// Parts of w_m, m below the number of frequencies in use.
    pub fn w(&self) -> (&[f64], &[f64]) {
        (&self.circle().wr[..self.used], &self.circle().wi[..self.used])
    }

    /// Parts of w_m, m below the number of frequencies in use, rounded up to a multiple of
    /// `LANES`.
    pub fn w_in_lanes(&self) -> (&[f64], &[f64]) {
        let length = self.used.next_multiple_of(LANES);
        (&self.circle().wr[..length], &self.circle().wi[..length])
    }

    /// φ_m.
    pub fn phi(&self) -> (&[f64], &[f64]) {
        (&self.re, &self.im)
    }

    /// Works out φ.
    pub fn set(&mut self, set: Indicators) {
        self.choose_window(&set);
        let circle = self.circle().clone();
        let used = self.used;
        let top = -2.0 * circle.wr[used - 1];
        self.small = (SMALL / top.sqrt()).min(0.4);
        let (wr, wi) = (&circle.wr[..used], &circle.wi[..used]);
        self.re.clear();
        self.re.resize(used, 1.0);
        self.im.clear();
        self.im.resize(used, 0.0);
        // Power sums of the small q, and of 1 - q for the large: 1 + q w = e^{iθ}(1 + (1 - q) w̄).
        let (mut low, mut high) = ([0.0; TERMS], [0.0; TERMS]);
        let mut turns = set.certain;
        for ((&q, &p), &count) in set.above.iter().zip(set.below).zip(set.counts) {
            if q <= self.small {
                add_powers(&mut low, q, count);
            } else if p <= self.small {
                add_powers(&mut high, p, count);
                turns += count;
            } else if count == 1.0 {
                times(&mut self.re, &mut self.im, q, wr, wi);
            } else {
                for m in 0..used {
                    let (r, i) = power((1.0 + q * wr[m], q * wi[m]), count as u64);
                    (self.re[m], self.im[m]) = multiply((self.re[m], self.im[m]), (r, i));
                }
            }
        }
        for r in 0..TERMS {
            let sign = if r % 2 == 0 { 1.0 } else { -1.0 } / (r + 1) as f64;
            low[r] *= sign;
            high[r] *= sign;
        }
        let turns = turns as i64;
        for m in 0..used {
            let (mut lr, mut li, mut hr, mut hi) = (0.0, 0.0, 0.0, 0.0);
            for r in (0..TERMS).rev() {
                (lr, li) = multiply((lr + low[r], li), (wr[m], wi[m]));
                (hr, hi) = multiply((hr + high[r], hi), (wr[m], -wi[m]));
            }
            let size = libm::exp(lr + hr);
            let (sin, cos) = libm::sincos(li + hi);
            let series = multiply((size * cos, size * sin), circle.turn(m, turns));
            (self.re[m], self.im[m]) = multiply((self.re[m], self.im[m]), series);
        }
    }

    fn choose_window(&mut self, set: &Indicators) {
        let (mut mean, mut rise, mut least, mut most, mut all) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (c, ((&q, &p), &count)) in set.above.iter().zip(set.below).zip(set.counts).enumerate() {
            let variance = q * p;
            mean += count * q;
            all += count;
            if let Some(rises) = set.rise {
                let lifted = (q + rises[c]) * (p - rises[c]).max(0.0);
                rise += count * rises[c];
                least += count * variance.min(lifted);
                // Between the two it is largest at ½.
                let middle = if q < 0.5 && q + rises[c] > 0.5 { 0.25 } else { 0.0 };
                most += count * variance.max(lifted).max(middle);
            } else {
                least += count * variance;
            }
        }
        if set.rise.is_none() {
            most = least;
        }
        let reach = reach(most);
        let low = (mean - reach).floor().max(0.0) as i64 - 1;
        let high = (mean + rise + reach).ceil().min(all) as i64;
        let span = (high - low + 1).max(1) as usize;
        // Windows begin on a coarse grid, so that many thresholds share their transforms.
        let mut size = span.next_power_of_two().max(16);
        let start = loop {
            let grain = (size / 8) as i64;
            let start = (set.certain as i64 + low).div_euclid(grain) * grain;
            if start + size as i64 > set.certain as i64 + high {
                break start;
            }
            size *= 2;
        };
        let index = size.trailing_zeros() as usize;
        if self.circles.len() <= index {
            self.circles.resize(index + 1, None);
        }
        let circle = self.circles[index].get_or_insert_with(|| Rc::new(Circle::new(size))).clone();
        // Without one indicator, and |φ| ≤ e^{-2V sin²}.
        let limit = 0.5 * NEVER / (least - 0.25).max(1e-9);
        let used = circle.wr.partition_point(|&wr| -0.5 * wr <= limit).max(1);
        (self.circle, self.start, self.used) = (Some(circle), start, used);
    }

    /// ĥ of 0.
    fn blank(&self) -> CountTransform {
        let length = self.used.next_multiple_of(LANES);
        CountTransform { re: vec![0.0; length], im: vec![0.0; length] }
    }

    /// Adds `by` times ĥ of h(x) = 1 for x < k.
    fn add_step(&self, k: i64, by: f64, out: &mut CountTransform) {
        let circle = self.circle();
        let k = k.clamp(self.start, self.start + circle.size as i64);
        for m in 0..self.used {
            // Σ e^{-iθx} = (e^{-iθk} - e^{-iθ start})/w̄.
            let (a, b) = (circle.turn(m, -self.start), circle.turn(m, -k));
            let (re, im) = multiply((b.0 - a.0, b.1 - a.1), (circle.over_r[m], circle.over_i[m]));
            out.re[m] += by * re;
            out.im[m] += by * im;
        }
    }

    /// ĥ of h(x) = 1 for x < k; `Err` with its value where the window leaves no doubt.
    pub fn below(&self, k: i64) -> Result<CountTransform, f64> {
        if k <= self.start {
            return Err(0.0);
        }
        if k >= self.start + self.circle().size as i64 {
            return Err(1.0);
        }
        let mut out = self.blank();
        self.add_step(k, 1.0, &mut out);
        Ok(out)
    }

    /// For each d below `weights.len()`, ĥ of x ↦ weights[max(d, x)], 0 beyond: sums of
    /// steps, from the last on.
    pub fn stairs(&self, weights: &[f64]) -> Vec<CountTransform> {
        let mut out = vec![CountTransform::default(); weights.len()];
        let mut last = self.blank();
        for d in (0..weights.len()).rev() {
            let step = weights[d] - weights.get(d + 1).unwrap_or(&0.0);
            self.add_step(d as i64 + 1, step, &mut last);
            out[d] = last.clone();
        }
        out
    }

    /// ĥ of an h that is 0 from `end` on.
    pub fn of(&self, end: i64, h: impl Fn(usize) -> f64) -> CountTransform {
        let circle = self.circle();
        let scale = 2.0 / circle.size as f64;
        let mut out = self.blank();
        for x in self.start.max(0)..end.min(self.start + circle.size as i64) {
            let value = h(x as usize) * scale;
            for m in 0..self.used {
                let (cos, sin) = circle.turn(m, x);
                out.re[m] += value * cos;
                out.im[m] -= value * sin;
            }
        }
        out
    }

    /// Prepares E h without one of the indicators.
    pub fn without(&self, h: &CountTransform, series: bool) -> Without<'_> {
        let (wr, wi) = self.w();
        let mut without = Without {
            small: if series { self.small } else { -1.0 },
            wr,
            re: vec![0.0; self.used],
            mixed: vec![0.0; self.used],
            low: [0.0; TERMS],
            high: [0.0; TERMS],
        };
        for m in 0..self.used {
            let (ar, ai) = multiply((self.re[m], self.im[m]), (h.re[m], h.im[m]));
            without.re[m] = ar;
            without.mixed[m] = ar * wr[m] + ai * wi[m];
            if series {
                // 1/(1 + q w) = Σ (-q w)^r, and e^{-iθ} Σ (-p w̄)^r with p = 1 - q.
                let mut a = (ar, ai);
                let mut b = multiply((ar, ai), (1.0 + wr[m], -wi[m]));
                for r in 0..TERMS {
                    without.low[r] += a.0;
                    without.high[r] += b.0;
                    a = multiply(a, (-wr[m], -wi[m]));
                    b = multiply(b, (-wr[m], wi[m]));
                }
            }
        }
        without
    }
}

/// E h of the count without one indicator, as a function of that indicator's probability.
#[derive(Debug)]
pub(super) struct Without<'a> {
    small: f64,
    wr: &'a [f64],
    re: Vec<f64>,
    mixed: Vec<f64>,
    low: [f64; TERMS],
    high: [f64; TERMS],
}

impl Without<'_> {
    /// For an indicator that is 1 with probability `q` = 1 - `p`.
    #[inline]
    pub fn mean(&self, q: f64, p: f64) -> f64 {
        if q < 1e-4 {
            let a = &self.low;
            if self.small > 0.0 {
                return a[0] + q * (a[1] + q * (a[2] + q * a[3]));
            }
        }
        if q <= self.small {
            return self.low.iter().rev().fold(0.0, |sum, a| sum * q + a);
        }
        if p <= self.small {
            return self.high.iter().rev().fold(0.0, |sum, a| sum * p + a);
        }
        let both = 2.0 * q * p;
        let parts = self.re.iter().zip(&self.mixed).zip(self.wr);
        parts.map(|((re, mixed), wr)| (re + q * mixed) / (1.0 + both * wr)).sum()
    }
}

/// x with V·h(x/V) ≥ 32.
fn reach(variance: f64) -> f64 {
    let (mut low, mut high) = (0.0, 2.0 * NEVER / 3.0 + (2.0 * NEVER * variance).sqrt() + 1.0);
    for _ in 0..12 {
        let middle = 0.5 * (low + high);
        if bennett(variance, middle) < NEVER { low = middle } else { high = middle }
    }
    high
}

#[inline]
fn add_powers(sums: &mut [f64; TERMS], q: f64, count: f64) {
    let mut power = count;
    // Of a q this small the rest is below 1e-16 of the first term.
    let terms = if q < 1e-8 {
        2
    } else if q < 1e-4 {
        4
    } else {
        TERMS
    };
    for sum in &mut sums[..terms] {
        power *= q;
        *sum += power;
    }
}

#[inline]
pub(super) fn multiply(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Multiplies by 1 + q w.
#[inline]
fn times(re: &mut [f64], im: &mut [f64], q: f64, wr: &[f64], wi: &[f64]) {
    for (((re, im), wr), wi) in re.iter_mut().zip(im).zip(wr).zip(wi) {
        (*re, *im) = multiply((*re, *im), (1.0 + q * wr, q * wi));
    }
}

fn power(mut base: (f64, f64), mut exponent: u64) -> (f64, f64) {
    let mut out = (1.0, 0.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            out = multiply(out, base);
        }
        exponent >>= 1;
        if exponent > 0 {
            base = multiply(base, base);
        }
    }
    out
}
