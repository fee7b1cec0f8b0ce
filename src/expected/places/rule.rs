//! Gauss quadrature over an interval and over a run of whole numbers.

/// Nodes in -1..=1 and weights that add up to 1: exact for polynomials of degree
/// 2·nodes - 1 under the mean over the interval, or over `points` numbers evenly laid
/// from -1 + 1/points to 1 - 1/points.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub at: Vec<f64>,
    pub weight: Vec<f64>,
}

/// Gauss–Legendre with `nodes` nodes.
pub(super) fn legendre(nodes: usize) -> Rule {
    golub_welsch(nodes, |j| j * j / (4.0 * j * j - 1.0))
}

/// Gauss quadrature with `nodes` nodes for the mean over `points` even steps (discrete
/// Chebyshev, or Gram, polynomials): β_j = j²(L² - j²)/4(4j² - 1), here over (L/2)².
pub(super) fn gram(nodes: usize, points: f64) -> Rule {
    golub_welsch(nodes, |j| j * j * (1.0 - (j / points) * (j / points)) / (4.0 * j * j - 1.0))
}

/// Golub & Welsch 1969: nodes are the eigenvalues of the Jacobi matrix with zero diagonal
/// and off-diagonal √β_j, weights the squares of the first components of its eigenvectors;
/// by the implicit QL method.
fn golub_welsch(nodes: usize, beta: impl Fn(f64) -> f64) -> Rule {
    let n = nodes;
    let mut d = vec![0.0f64; n];
    let mut e: Vec<f64> =
        (1..=n).map(|j| if j < n { beta(j as f64).max(0.0).sqrt() } else { 0.0 }).collect();
    let mut first = vec![0.0f64; n];
    first[0] = 1.0;
    for l in 0..n {
        for _ in 0..60 {
            let m = (l..n - 1)
                .find(|&m| e[m].abs() <= 1e-17 * (d[m].abs() + d[m + 1].abs()) + 1e-300)
                .unwrap_or(n - 1);
            if m == l {
                break;
            }
            let mut g = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let mut r = g.hypot(1.0);
            g = d[m] - d[l] + e[l] / (g + r.copysign(g));
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            let mut split = false;
            for i in (l..m).rev() {
                let f = s * e[i];
                let b = c * e[i];
                r = f.hypot(g);
                e[i + 1] = r;
                if r == 0.0 {
                    d[i + 1] -= p;
                    e[m] = 0.0;
                    split = true;
                    break;
                }
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * s + 2.0 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
                let f = first[i + 1];
                first[i + 1] = s * first[i] + c * f;
                first[i] = c * first[i] - s * f;
            }
            if !split {
                d[l] -= p;
                e[l] = g;
                e[m] = 0.0;
            }
        }
    }
    Rule { at: d, weight: first.into_iter().map(|v| v * v).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_integrate_polynomials() {
        for n in 1..=20usize {
            let rule = legendre(n);
            let sum: f64 =
                rule.at.iter().zip(&rule.weight).map(|(x, w)| w * x.powi(2 * n as i32 - 2)).sum();
            assert!((sum - 1.0 / (2 * n - 1) as f64).abs() < 1e-14, "{n}: {sum}");
            for points in [n + 1, 2 * n + 1, 1_000] {
                let rule = gram(n, points as f64);
                let place = |i: usize| (2 * i + 1) as f64 / points as f64 - 1.0;
                for power in 0..2 * n as i32 {
                    let direct: f64 =
                        (0..points).map(|i| place(i).powi(power)).sum::<f64>() / points as f64;
                    let sum: f64 =
                        rule.at.iter().zip(&rule.weight).map(|(x, w)| w * x.powi(power)).sum();
                    assert!((sum - direct).abs() < 1e-14, "{n} {points} {power}: {sum} {direct}");
                }
            }
        }
    }
}
