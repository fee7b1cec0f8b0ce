//! Against the definition, and for large lists against a tree.

use super::sorting::sort_class;
use super::*;

impl ClassOrder {
    /// Copies values by index into values by place.
    ///
    /// # Panics
    /// If the lengths differ.
    fn arrange(&self, values: &[f64], places: &mut [f64]) {
        assert!(
            values.len() == self.ascending.len() && places.len() == values.len(),
            "a value for every group"
        );
        for (place, &index) in places.iter_mut().zip(&self.ascending) {
            *place = values[index as usize];
        }
    }

    /// For each group i (by index) Σⱼ sgn(xᵢ - xⱼ)·sgn(yᵢ - yⱼ): concordant pairs less
    /// discordant ones, for a τ with weights. Slower than the counts: a sort and a tree.
    ///
    /// # Panics
    /// If the number of values is not that of the raw values.
    fn balances(&self, noised: &[f64], out: &mut [i64]) {
        let n = self.ascending.len();
        assert!(noised.len() == n && out.len() == n, "a value for every group");
        let value = |place: u32| noised[self.ascending[place as usize] as usize] + 0.0;
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_unstable_by(|&a, &b| value(a).total_cmp(&value(b)));
        let mut class_start = vec![0; n];
        for place in 1..n {
            let same = self.class_end[place] == self.class_end[place - 1];
            class_start[place] = if same { class_start[place - 1] } else { place };
        }
        // Fenwick (1994): which places have smaller noised values.
        let mut tree = vec![0i64; n + 1];
        let before = |tree: &[i64], mut place: usize| {
            let mut sum = 0;
            while place > 0 {
                sum += tree[place];
                place &= place - 1;
            }
            sum
        };
        let mut below = 0;
        for tied in order.chunk_by(|&a, &b| value(a) == value(b)) {
            for &place in tied {
                let (start, end) =
                    (class_start[place as usize], self.class_end[place as usize] as usize);
                let (concordant, discordant) = (before(&tree, start), below - before(&tree, end));
                out[self.ascending[place as usize] as usize] = concordant - discordant;
            }
            for &place in tied {
                let mut at = place as usize + 1;
                while at <= n {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
            below += tied.len() as i64;
            for &place in tied {
                let (start, end) =
                    (class_start[place as usize], self.class_end[place as usize] as usize);
                let discordant = start as i64 - before(&tree, start);
                let concordant = (n - end) as i64 - (below - before(&tree, end));
                out[self.ascending[place as usize] as usize] += concordant - discordant;
            }
        }
    }
}

fn naive(raw: &[f64], noised: &[f64]) -> Counts {
    let mut counts = Counts::default();
    for i in 0..raw.len() {
        for j in 0..i {
            let sign = |a: f64, b: f64| i32::from(a > b) - i32::from(a < b);
            let (x, y) = (sign(raw[i], raw[j]), sign(noised[i], noised[j]));
            counts.discordant += u64::from(x * y < 0);
            counts.tied += u64::from(y == 0);
            counts.tied_both += u64::from(y == 0 && x == 0);
        }
    }
    counts
}

/// By the tree: an independent way for large n. Σ of balances is 2(C - D).
fn by_tree(order: &ClassOrder, noised: &[f64], counts: Counts) {
    let mut balances = vec![0; noised.len()];
    order.balances(noised, &mut balances);
    let untied =
        order.pairs as i64 - order.raw_ties as i64 - counts.tied as i64 + counts.tied_both as i64;
    assert_eq!(balances.iter().sum::<i64>(), 2 * (untied - 2 * counts.discordant as i64));
    let mut sorted = noised.to_vec();
    sorted.iter_mut().for_each(|y| *y += 0.0);
    assert_eq!(counts.tied, sort_class(&mut sorted));
}

fn zipf(n: usize) -> Vec<f64> {
    (1..=n).map(|rank| (80_000.0 / (rank as f64).powf(1.1)).floor().max(1.0)).collect()
}

/// Signed exponentials of SplitMix64's words: any noise will do.
fn laplace(n: usize, stream: u64) -> Vec<f64> {
    let mut state = stream.wrapping_mul(0x1234_5678_9abc_def1);
    let mut word = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ mixed >> 27
    };
    let mut draw = || {
        let word = word();
        let size = -libm::log(((word >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0);
        if word & 1 == 0 { size } else { -size }
    };
    (0..n).map(|_| draw()).collect()
}

/// Both levels and both ways in find the same; returns the counts.
fn count(order: &ClassOrder, answer: &[f64], scale: f64, unit: &[f64], hint: &mut Hint) -> Counts {
    let mut scratch = PairBuffers::default();
    let noised: Vec<f64> = answer.iter().zip(unit).map(|(y, z)| y + scale * z).collect();
    let counts = order.counts(Level::Widest, &noised, &mut scratch, hint);
    assert_eq!(counts, order.counts(Level::Portable, &noised, &mut scratch, hint));
    let (mut by_place, mut units) = (vec![0.0; answer.len()], vec![0.0; answer.len()]);
    order.arrange(answer, &mut by_place);
    order.arrange(unit, &mut units);
    for level in [Level::Widest, Level::Portable] {
        let shifted = order.counts_shifted(level, (&by_place, scale, &units), &mut scratch, hint);
        assert_eq!(counts, shifted);
    }
    counts
}

#[test]
fn counts_are_those_of_the_definition() {
    for n in [0, 1, 2, 3, 5, 17, 63, 64, 65, 129, 300, 1_000] {
        let shapes: [Vec<f64>; 6] = [
            zipf(n),
            (0..n).map(|i| i as f64).collect(),
            (0..n).map(|i| (i * 7919 % 1_009) as f64).collect(),
            vec![3.0; n],
            (0..n).map(|i| (i % 3) as f64).collect(),
            (0..n).map(|i| if i % 2 == 0 { 0.0 } else { -0.0 }).collect(),
        ];
        for (shape, raw) in shapes.iter().enumerate() {
            let order = ClassOrder::new(raw);
            let mut hint = Hint::default();
            for stream in 0..3 {
                let unit = laplace(n, stream);
                let whole: Vec<f64> = unit.iter().map(|z| z.round()).collect();
                // One hint for all: most of the time a bad one.
                for (scale, unit) in [
                    (0.0, &unit),
                    (1e-9, &unit),
                    (1.0, &unit),
                    (1e4, &unit),
                    (1e12, &unit),
                    (1.0, &whole),
                    (7.0, &whole),
                    (-3.0, &unit),
                ] {
                    let noised: Vec<f64> =
                        raw.iter().zip(unit).map(|(y, z)| y + scale * z).collect();
                    let counts = count(&order, raw, scale, unit, &mut hint);
                    assert_eq!(counts, naive(raw, &noised), "n {n} shape {shape} scale {scale}");
                    by_tree(&order, &noised, counts);
                }
            }
        }
    }
}

#[test]
fn hard_values_are_told_apart() {
    let n = 1_000;
    let raw: Vec<f64> = (0..n).map(|i| (i / 3) as f64).collect();
    let order = ClassOrder::new(&raw);
    let zeros = vec![0.0; n];
    let lists: [Vec<f64>; 6] = [
        (0..n).map(|i| 1.0 - i as f64 * f64::EPSILON).collect(),
        (0..n).map(|i| if i % 2 == 0 { 1e300 } else { -1e300 + i as f64 * 1e290 }).collect(),
        (0..n).map(|i| f64::from_bits((i * 37 % 500) as u64)).collect(),
        (0..n).map(|i| if i % 5 == 0 { -0.0 } else { 0.0 }).collect(),
        (0..n).map(|i| if i == 500 { f64::MAX } else { (i % 7) as f64 }).collect(),
        (0..n).map(|i| if i % 2 == 0 { f64::MAX } else { f64::MIN }).collect(),
    ];
    let mut shared = Hint::default();
    for noised in &lists {
        let expected = naive(&raw, noised);
        assert_eq!(count(&order, noised, 1.0, &zeros, &mut Hint::default()), expected);
        assert_eq!(count(&order, noised, 1.0, &zeros, &mut shared), expected);
    }
}

#[test]
fn large_lists_agree_with_a_tree() {
    for (n, scale, whole) in [
        (4_000, 30.0, false),
        (4_000, 1.0, true),
        (16_000, 10.0, false),
        (65_535, 300.0, false),
        (65_535, 3.0, true),
        (65_536, 9.0, false),
        (70_000, 2.0, true),
    ] {
        let (linear, zipf): (Vec<f64>, Vec<f64>) = ((0..n).map(|i| i as f64).collect(), zipf(n));
        for raw in [zipf, linear] {
            let order = ClassOrder::new(&raw);
            let mut unit = laplace(n, 9);
            if whole {
                unit.iter_mut().for_each(|z| *z = z.round());
            }
            for scale in [scale, 1_000.0 * scale] {
                let noised: Vec<f64> = raw.iter().zip(&unit).map(|(y, z)| y + scale * z).collect();
                by_tree(&order, &noised, count(&order, &raw, scale, &unit, &mut Hint::default()));
            }
        }
    }
}

#[test]
fn tau_is_one_for_the_order_itself_and_nothing_for_ties() {
    let raw = zipf(500);
    let order = ClassOrder::new(&raw);
    let (mut scratch, mut hint) = (PairBuffers::default(), Hint::default());
    let mut tau =
        |noised: &[f64]| order.tau_b(order.counts(Level::Widest, noised, &mut scratch, &mut hint));
    assert_eq!(tau(&raw), Some(1.0));
    assert_eq!(tau(&raw.iter().map(|x| -x).collect::<Vec<_>>()), Some(-1.0));
    assert_eq!(tau(&[2.0; 500]), None);
    assert_eq!(ClassOrder::new(&[]).tau_b(Counts::default()), None);
}
