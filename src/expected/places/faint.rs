//! φ of the count above a threshold on its way through the keys, and groups that move it
//! so little that short series in w = e^{iθ} - 1 follow them.

use super::count::{CountTransform, LANES, multiply};

/// Terms of ln(1 + q w) for q·|w| up to `FAINT`.
const TERMS: usize = 6;
pub(super) const FAINT: f64 = 0.03;

/// Complex numbers in two arrays, their length a multiple of `LANES`, 0 beyond the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub re: Vec<f64>,
    pub im: Vec<f64>,
}

impl Row {
    pub fn clear(&mut self, length: usize) {
        for part in [&mut self.re, &mut self.im] {
            part.clear();
            part.resize(length, 0.0);
        }
    }

    /// Room for so much, of which what is not written may hold anything finite.
    pub fn stretch(&mut self, length: usize) {
        if self.re.len() < length {
            self.clear(length);
        }
    }

    /// Writes what indicators that go over from q to q + mass change φ by: 1 + mass·w/(1 + q w).
    pub fn set_ratio(&mut self, at: usize, q: f64, p: f64, mass: f64, w: (&[f64], &[f64])) {
        let length = w.0.len();
        let part = at * length..(at + 1) * length;
        let parts =
            self.re[part.clone()].iter_mut().zip(&mut self.im[part]).zip(w.0.iter().zip(w.1));
        for ((re, im), (wr, wi)) in parts {
            let by = multiply(without(q, p, (*wr, *wi)), (*wr, *wi));
            (*re, *im) = (1.0 + mass * by.0, mass * by.1);
        }
    }

    pub fn part(&self, at: usize, length: usize) -> (&[f64], &[f64]) {
        (&self.re[at * length..(at + 1) * length], &self.im[at * length..(at + 1) * length])
    }
}

/// Re Σ a b.
#[inline]
pub(super) fn dot(a: (&[f64], &[f64]), b: (&[f64], &[f64])) -> f64 {
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
pub(super) fn turn(a: &mut Row, b: (&[f64], &[f64])) {
    let parts = a.re.chunks_exact_mut(LANES).zip(a.im.chunks_exact_mut(LANES));
    for ((ar, ai), (br, bi)) in parts.zip(b.0.chunks_exact(LANES).zip(b.1.chunks_exact(LANES))) {
        for l in 0..LANES {
            (ar[l], ai[l]) = multiply((ar[l], ai[l]), (br[l], bi[l]));
        }
    }
}

/// Re Σ ĥ φ e^{…}/(1 + q w), e^{…} = 1 + c₁w + c₂w² + c₃w³; all in lanes.
#[inline]
pub(super) fn mean(
    state: &Row,
    h: &CountTransform,
    q: f64,
    p: f64,
    w: (&[f64], &[f64]),
    now: [f64; 3],
) -> f64 {
    let both = 2.0 * q * p;
    let mut sum = [0.0; LANES];
    let lanes = |part| <[f64]>::as_chunks::<LANES>(part).0.iter();
    let phi = lanes(&state.re[..]).zip(lanes(&state.im[..]));
    let parts = phi.zip(lanes(&h.re[..]).zip(lanes(&h.im[..]))).zip(lanes(w.0).zip(lanes(w.1)));
    for (((re, im), (hr, hi)), (wr, wi)) in parts {
        for l in 0..LANES {
            let w = (wr[l], wi[l]);
            let third = (now[1] + now[2] * w.0, now[2] * w.1);
            let second = multiply(third, w);
            let first = multiply((second.0 + now[0], second.1), w);
            let (re, im) =
                multiply(multiply((re[l], im[l]), (hr[l], hi[l])), (1.0 + first.0, first.1));
            sum[l] += (re + q * (re * w.0 + im * w.1)) / (1.0 + both * w.0);
        }
    }
    (sum[0] + sum[1]) + (sum[2] + sum[3])
}

/// A_r = Re Σ ĥ φ w^r.
pub(super) fn powers(state: &Row, h: &CountTransform, w: (&[f64], &[f64])) -> [f64; TERMS + 3] {
    let mut out = [0.0; TERMS + 3];
    for m in 0..w.0.len() {
        let mut a = multiply((state.re[m], state.im[m]), (h.re[m], h.im[m]));
        for factor in &mut out {
            *factor += a.0;
            a = multiply(a, (w.0[m], w.1[m]));
        }
    }
    out
}

/// 1/(1 + q w) = (1 + q w̄)/|1 + q w|².
#[inline]
pub(super) fn without(q: f64, p: f64, w: (f64, f64)) -> (f64, f64) {
    let over = 1.0 / (1.0 + 2.0 * q * p * w.0);
    ((1.0 + q * w.0) * over, -q * w.1 * over)
}

/// A class of small q.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faint {
    /// Terms of ln(1 + (q + mass) w) - ln(1 + q w).
    pub moves: [f64; TERMS],
    q: f64,
    pub mass: f64,
}

impl Faint {
    pub fn new(q: f64, mass: f64) -> Self {
        let (mut power, mut gap) = (1.0, 0.0);
        let mut moves = [0.0; TERMS];
        for (r, term) in moves.iter_mut().enumerate() {
            // (q + mass)^r - q^r without cancellation.
            gap = gap * (q + mass) + power * mass;
            power *= q;
            *term = if r % 2 == 0 { gap } else { -gap } / (r + 1) as f64;
        }
        Self { moves, q, mass }
    }

    /// E h without one of these, `now` being e^{Σ s_r w^r}.
    #[inline]
    pub fn mean(&self, factors: &[f64; TERMS + 3], now: [f64; 3]) -> f64 {
        let mut sum = 0.0;
        for r in (0..TERMS).rev() {
            let f = &factors[r..r + 4];
            sum = f[0] + now[0] * f[1] + now[1] * f[2] + now[2] * f[3] - self.q * sum;
        }
        sum
    }
}

/// What has come since φ was last brought up to date.
#[derive(Debug, Default)]
pub(super) struct Since {
    pub moved: [f64; TERMS],
    gains: [[f64; TERMS]; 4],
    any: bool,
}

impl Since {
    /// Coefficients of w, w² and w³ in e^{Σ s_r w^r}.
    #[inline]
    pub fn series(&self) -> [f64; 3] {
        let [s1, s2, s3, ..] = self.moved;
        [s1, 0.5 * s1 * s1 + s2, s1 * (s1 * s1 / 6.0 + s2) + s3]
    }

    /// A gain in the present state.
    #[inline]
    pub fn gain(&mut self, faint: &Faint, by: f64) {
        let now = self.series();
        let mut gain = by;
        for r in 0..TERMS {
            self.gains[0][r] += gain;
            self.gains[1][r] += gain * now[0];
            self.gains[2][r] += gain * now[1];
            self.gains[3][r] += gain * now[2];
            gain *= -faint.q;
        }
        self.any = true;
    }

    /// Adds up gains, for φ is about to change.
    pub fn pay(
        &mut self,
        state: &Row,
        h: Option<&CountTransform>,
        w: (&[f64], &[f64]),
        gained: &mut f64,
    ) {
        if let Some(h) = h.filter(|_| self.any) {
            let factors = powers(state, h, w);
            for (order, gains) in self.gains.iter().enumerate() {
                *gained += gains
                    .iter()
                    .zip(&factors[order..])
                    .map(|(gain, factor)| gain * factor)
                    .sum::<f64>();
            }
            self.gains = Default::default();
            self.any = false;
        }
    }

    /// Brings φ up to date.
    pub fn settle(&mut self, state: &mut Row, w: (&[f64], &[f64])) {
        for m in 0..w.0.len() {
            let (w, mut z) = ((w.0[m], w.1[m]), (0.0, 0.0));
            for term in self.moved.iter().rev() {
                z = multiply((z.0 + term, z.1), w);
            }
            let mut e = (1.0, 0.0);
            for order in (1..=5u8).rev() {
                e = multiply(e, (z.0 / f64::from(order), z.1 / f64::from(order)));
                e.0 += 1.0;
            }
            (state.re[m], state.im[m]) = multiply((state.re[m], state.im[m]), e);
        }
        self.moved = [0.0; TERMS];
    }
}
