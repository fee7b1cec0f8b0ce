//! The network: its parameters, and the scores that it gives.

use super::super::super::training::ItemModel;

/// A trained network: `m` items, `h` hidden units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Network {
    /// Number of items, `m`.
    pub(super) items: usize,
    /// Width of the hidden layer, `h`.
    pub(super) hidden: usize,
    /// Item-major: item `i` owns `weights[i * hidden..][..hidden]`.
    pub(super) weights: Vec<f64>,
    /// One per item.
    pub(super) bias: Vec<f64>,
}

impl Network {
    /// Rebuilds a network from its parameters, in the layout of
    /// `weights` and `bias`; `None` if the lengths do not
    /// fit (`weights.len() == bias.len() * hidden`) or a number is not finite.
    pub(super) fn from_parts(hidden: usize, weights: Vec<f64>, bias: Vec<f64>) -> Option<Self> {
        let fits = hidden > 0 && bias.len().checked_mul(hidden) == Some(weights.len());
        let finite = weights.iter().chain(&bias).all(|x| x.is_finite());
        (fits && finite).then_some(Network { items: bias.len(), hidden, weights, bias })
    }

    /// Writes the logits of the items into `out` (up to `m` of them), higher is
    /// better; items of the history get one as well, the caller leaves them out.
    /// History items which the network does not know, and repetitions, are ignored.
    pub(super) fn scores(&self, history: &[u32], out: &mut [f64]) {
        let mut known: Vec<u32> = history.to_vec();
        known.retain(|&i| (i as usize) < self.items);
        known.sort_unstable();
        known.dedup();
        let mut z = vec![0.0; self.hidden];
        self.encode(&known, &mut z);
        let rows = self.weights.chunks_exact(self.hidden);
        for ((o, row), b) in out.iter_mut().zip(rows).zip(&self.bias) {
            *o = dot(row, &z) + b;
        }
    }

    /// `z = tanh(sum of the inputs' rows / sqrt(count))`; zero without inputs.
    pub(super) fn encode(&self, inputs: &[u32], z: &mut [f64]) {
        z.fill(0.0);
        for &i in inputs {
            let row = &self.weights[i as usize * self.hidden..][..self.hidden];
            add_scaled(z, input_value(inputs), row);
        }
        z.iter_mut().for_each(|v| *v = libm::tanh(*v));
    }
}

impl ItemModel for Network {
    fn score(&self, history: &[u32], scores: &mut [f64]) {
        self.scores(history, scores);
    }
}

/// Value of each non-zero entry of the encoder's input: the input has norm 1.
pub(super) fn input_value(inputs: &[u32]) -> f64 {
    1.0 / (inputs.len().max(1) as f64).sqrt()
}

/// Inner product; eight partial sums let the compiler use vector registers.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut parts = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for i in 0..8 {
            parts[i] += x[i] * y[i];
        }
    }
    parts.iter().sum::<f64>() + rest
}

pub(super) fn add_scaled(to: &mut [f64], factor: f64, from: &[f64]) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += factor * f;
    }
}
