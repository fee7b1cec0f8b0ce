//! Clipped gradients of many users at once, by norms that need no gradient of a single one.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rand_chacha::ChaCha12Rng;

use super::draws::uniform;
use super::network::{Network, add_scaled, dot, input_value};

/// Rows (user views) handled at once: bounds memory to `ROWS x m` numbers and
/// keeps a block near the cache.
pub(super) const ROWS: usize = 128;

/// One number per parameter, in the layout of [`Network`].
pub(super) struct Gradient {
    pub(super) weights: Vec<f64>,
    pub(super) bias: Vec<f64>,
}

impl Gradient {
    pub(super) fn zero(net: &Network) -> Self {
        Gradient { weights: vec![0.0; net.weights.len()], bias: vec![0.0; net.bias.len()] }
    }

    pub(super) fn clear(&mut self) {
        self.weights.fill(0.0);
        self.bias.fill(0.0);
    }
}

/// Split users: `views` consecutive rows belong to one user.
pub(super) struct UserBlock {
    pub(super) views: usize,
    pub(super) inputs: Vec<Vec<u32>>,
    pub(super) targets: Vec<Vec<u32>>,
}

impl UserBlock {
    pub(super) fn new(views: usize) -> Self {
        UserBlock { views, inputs: Vec::new(), targets: Vec::new() }
    }

    pub(super) fn rows(&self) -> usize {
        self.inputs.len()
    }

    pub(super) fn clear(&mut self) {
        self.inputs.clear();
        self.targets.clear();
    }

    /// Appends one user's random splits; odd views are the even ones swapped, so
    /// that each pair has every item once on either side.
    pub(super) fn push(&mut self, user: &[u32], dropout: f64, rng: &mut ChaCha12Rng) {
        for view in 0..self.views {
            let (input, target) = match (view % 2, self.inputs.last(), self.targets.last()) {
                (1, Some(input), Some(target)) => (target.clone(), input.clone()),
                _ => user.iter().partition(|_| uniform(rng) >= dropout),
            };
            self.inputs.push(input);
            self.targets.push(target);
        }
    }
}

/// Reused buffers of [`accumulate`], all one row per view.
pub(super) struct Workspace {
    /// `h` per row: hidden activations.
    pub(super) z: Vec<f64>,
    /// `m` per row: logits, then deltas of the output (softmax - target).
    pub(super) d: Vec<f64>,
    /// `h` per row: deltas of the hidden layer before tanh.
    pub(super) e: Vec<f64>,
}

impl Workspace {
    pub(super) fn new() -> Self {
        Workspace { z: Vec::new(), d: Vec::new(), e: Vec::new() }
    }
}

/// Adds to `sum` the users' gradients, each the mean of the user's views, scaled
/// by `min(1, clip / norm)`; returns the sum of the users' losses (unclipped).
pub(super) fn accumulate(
    net: &Network,
    block: &UserBlock,
    clip: f64,
    sum: &mut Gradient,
    work: &mut Workspace,
) -> f64 {
    let (m, h, rows, views) = (net.items, net.hidden, block.rows(), block.views);
    if rows == 0 || m == 0 {
        return 0.0;
    }
    work.z.resize(rows * h, 0.0);
    work.e.resize(rows * h, 0.0);
    work.d.resize(rows * m, 0.0);
    let share = 1.0 / views as f64;

    for (inputs, z) in block.inputs.iter().zip(work.z.chunks_exact_mut(h)) {
        net.encode(inputs, z);
    }
    // Columns of these column-major views are items or rows of the block.
    let weights = MatRef::from_column_major_slice(&net.weights, h, m);
    matmul(
        MatMut::from_column_major_slice_mut(&mut work.d, m, rows),
        Accum::Replace,
        weights.transpose(),
        MatRef::from_column_major_slice(&work.z, h, rows),
        1.0,
        Par::Seq,
    );
    let mut loss = 0.0;
    let splits = block.inputs.iter().zip(&block.targets);
    for ((inputs, targets), d) in splits.zip(work.d.chunks_exact_mut(m)) {
        loss += share * output_delta(&net.bias, inputs, targets, d);
    }
    matmul(
        MatMut::from_column_major_slice_mut(&mut work.e, h, rows),
        Accum::Replace,
        weights,
        MatRef::from_column_major_slice(&work.d, m, rows),
        1.0,
        Par::Seq,
    );
    for (e, z) in work.e.iter_mut().zip(&work.z) {
        *e *= 1.0 - z * z;
    }

    // Per user: norm, then scale the small factors `z` and `e` in place.
    for first in (0..rows).step_by(views) {
        let factor = if clip.is_finite() {
            let norm = share * squared_norm(block, work, m, h, first).max(0.0).sqrt();
            share * if norm > clip { clip / norm } else { 1.0 }
        } else {
            share
        };
        for row in first..first + views {
            work.z[row * h..][..h].iter_mut().for_each(|v| *v *= factor);
            work.e[row * h..][..h].iter_mut().for_each(|v| *v *= factor);
            add_scaled(&mut sum.bias, factor, &work.d[row * m..][..m]);
        }
    }
    matmul(
        MatMut::from_column_major_slice_mut(&mut sum.weights, h, m),
        Accum::Add,
        MatRef::from_column_major_slice(&work.z, h, rows),
        MatRef::from_column_major_slice(&work.d, m, rows).transpose(),
        1.0,
        Par::Seq,
    );
    for (inputs, e) in block.inputs.iter().zip(work.e.chunks_exact(h)) {
        for &i in inputs {
            add_scaled(&mut sum.weights[i as usize * h..][..h], input_value(inputs), e);
        }
    }
    loss
}

/// Turns a row of `V z` into the loss's derivative with respect to the logits,
/// `softmax - target`, zero at the inputs; returns the loss. Without targets both
/// are zero.
fn output_delta(bias: &[f64], inputs: &[u32], targets: &[u32], d: &mut [f64]) -> f64 {
    if targets.is_empty() {
        d.fill(0.0);
        return 0.0;
    }
    for (d, b) in d.iter_mut().zip(bias) {
        *d += b;
    }
    for &i in inputs {
        d[i as usize] = f64::NEG_INFINITY;
    }
    let highest = d.iter().fold(f64::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    let each = 1.0 / targets.len() as f64;
    let mean_target: f64 = targets.iter().map(|&i| each * (d[i as usize] - highest)).sum();
    d.iter_mut().for_each(|d| *d = exp_not_positive(*d - highest));
    for &i in inputs {
        d[i as usize] = 0.0;
    }
    let total = d.iter().sum::<f64>();
    let scale = 1.0 / total;
    d.iter_mut().for_each(|d| *d *= scale);
    for &i in targets {
        d[i as usize] -= each;
    }
    libm::log(total) - mean_target
}

/// Squared norm of the sum of the gradients of the views from `first` on.
///
/// View `k` adds `d_k z_k^T + x_k e_k^T` to `V`'s gradient and `d_k` to the bias's,
/// so that only inner products between views are needed. `<x_k, x_l>` and
/// `<x_k, d_l>` are sparse.
fn squared_norm(block: &UserBlock, work: &Workspace, m: usize, h: usize, first: usize) -> f64 {
    let d = |k: usize| &work.d[k * m..][..m];
    let z = |k: usize| &work.z[k * h..][..h];
    let e = |k: usize| &work.e[k * h..][..h];
    let mut total = 0.0;
    for k in first..first + block.views {
        for l in first..=k {
            let twice = if l == k { 1.0 } else { 2.0 };
            total += twice * dot(d(k), d(l)) * (dot(z(k), z(l)) + 1.0);
            let both = common(&block.inputs[k], &block.inputs[l]) as f64;
            let inner = both * input_value(&block.inputs[k]) * input_value(&block.inputs[l]);
            total += twice * inner * dot(e(k), e(l));
        }
        for l in first..first + block.views {
            let inputs = &block.inputs[k];
            let at_inputs: f64 = inputs.iter().map(|&i| d(l)[i as usize]).sum();
            total += 2.0 * input_value(inputs) * at_inputs * dot(e(k), z(l));
        }
    }
    total
}

/// Size of the intersection of two ascending lists.
fn common(a: &[u32], b: &[u32]) -> usize {
    a.iter().filter(|i| b.binary_search(i).is_ok()).count()
}

/// `exp(x)` for `x <= 0`, to about 1e-14 relative (zero is answered as 1e-304).
/// Branch-free so that it vectorises: this runs `views m` times per user and step.
pub(super) fn exp_not_positive(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = if x > -700.0 { x } else { -700.0 };
    // The low bits of `t` hold the nearest integer to x / ln 2.
    let t = x * std::f64::consts::LOG2_E + ROUND;
    let k = t - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let mut p = 1.0 / 39_916_800.0;
    for c in [
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        p = p * r + c;
    }
    p * f64::from_bits(t.to_bits().wrapping_add(1023) << 52)
}
