//! Pair sums under (discrete) Laplace noise, u(g) = e^{-g/b}(1 + κg): a sum of u over all
//! pairs moves from one class to the next with a multiplication.

use super::classes::{Class, Group, PairOrder, PairSums};

/// u(g) = e^{-g/b}(1 + κg).
#[derive(Clone, Copy)]
pub(super) struct Decay {
    pub(super) b: f64,
    /// κ.
    pub(super) slope: f64,
}

/// Σ s(y - y_j) over what lies below y, weighted.
#[derive(Clone, Copy, Default)]
pub(super) struct Below {
    total: f64,
    /// Σ (1 - e^{-g/b}): what remains exact where b is large beside all gaps.
    risen: f64,
    /// Σ κg e^{-g/b}.
    bent: f64,
}

impl Below {
    /// Moves y up: the gaps grow by `d`.
    fn move_up(&mut self, by: Step) {
        let level = self.total - self.risen;
        // κd may overflow where nothing is left of e^{-d/b}.
        self.bent = if by.decay == 0.0 { 0.0 } else { by.decay * (self.bent + by.bend * level) };
        self.risen += by.rise * level;
    }

    fn add(&mut self, weight: f64) {
        self.total += weight;
    }

    fn sum(&self) -> f64 {
        self.risen - self.bent
    }
}

#[derive(Clone, Copy)]
struct Step {
    gap: f64,
    /// 1 - e^{-gap/b}, e^{-gap/b} and κ·gap.
    rise: f64,
    decay: f64,
    bend: f64,
}

impl Step {
    fn new(gap: f64, decay: Decay) -> Self {
        let rise = -libm::expm1(-gap / decay.b);
        Self { gap, rise, decay: 1.0 - rise, bend: decay.slope * gap }
    }

    /// The next step; neighbours in dense data are equally far apart.
    fn next(self, gap: f64, decay: Decay) -> Self {
        if gap == self.gap { self } else { Self::new(gap, decay) }
    }
}

/// What a link of a chain carries: its lead on the one before, and the numbers of a class.
pub(super) type Link = (f64, [f64; 3]);

/// The link of a class.
pub(super) fn link(class: &Class) -> Link {
    (class.gap, [class.count, class.weight, class.centred])
}

/// The sums over all pairs of an ascending chain, as if the raw order were this one:
/// (S the sum of s over what lies below) the recurrence of Laplace pairs, with weights.
pub(super) fn chain(links: impl Iterator<Item = Link>, decay: Decay) -> PairSums {
    let mut below = [Below::default(); 3];
    let mut sums = PairSums::default();
    let mut step = Step::new(0.0, decay);
    for (gap, [count, weight, centred]) in links {
        step = step.next(gap, decay);
        for part in &mut below {
            part.move_up(step);
        }
        let [counts, weights, centres] = [below[0].sum(), below[1].sum(), below[2].sum()];
        sums.plain += count * counts;
        sums.weighted += weight * counts + count * weights;
        sums.ranked += centred * counts - count * centres;
        for (part, more) in below.iter_mut().zip([count, weight, centred]) {
            part.add(more);
        }
    }
    sums
}

/// Σ_j s(y - y_j) for every class of an ascending list, over the classes below and above.
pub(super) fn leads(classes: &[Class], decay: Decay) -> Vec<f64> {
    let mut leads = vec![0.0; classes.len()];
    let mut below = Below::default();
    let mut step = Step::new(0.0, decay);
    for (lead, class) in leads.iter_mut().zip(classes) {
        step = step.next(class.gap, decay);
        below.move_up(step);
        *lead = below.sum();
        below.add(class.count);
    }
    let mut above = Below::default();
    for at in (0..classes.len()).rev() {
        if let Some(next) = classes.get(at + 1) {
            step = step.next(next.gap, decay);
            above.move_up(step);
        }
        leads[at] -= above.sum();
        above.add(classes[at].count);
    }
    leads
}

/// The sums of `order`: by chains where clipping kept the order, or else by trees.
pub(super) fn sums(order: &PairOrder, decay: Decay) -> PairSums {
    let all = chain(order.classes.iter().map(link), decay);
    if !order.kept {
        return PairSums { ranked: all.ranked, ..crossed(order, decay) };
    }
    // Raw ties that clipping told apart are in the chain and in no pair.
    let mut sums = all;
    for tied in order.groups.chunk_by(|a, b| a.raw == b.raw).filter(|tied| tied.len() > 1) {
        let links = tied.iter().enumerate().map(|(at, group)| {
            let gap = if at == 0 { 0.0 } else { group.value.abs_diff(tied[at - 1].value) as f64 };
            (gap, [group.count, group.weight, 0.0])
        });
        let inside = chain(links, decay);
        sums.plain -= inside.plain;
        sums.weighted -= inside.weighted;
    }
    sums
}

/// Where the largest e^t in a tree ends, and where e^{-t} is forgotten.
const TALL: f64 = 300.0;
const FORGOTTEN: f64 = 45.0;

/// Four sums over the groups passed, by raw class: count·e^t, count·κy·e^t, and the same
/// with weights (a Fenwick tree; y from the base, t = y/b).
struct Passed {
    nodes: Vec<[f64; 4]>,
    own: Vec<[f64; 4]>,
    total: [f64; 4],
}

impl Passed {
    fn new(raw_classes: usize) -> Self {
        Self {
            nodes: vec![[0.0; 4]; raw_classes + 1],
            own: vec![[0.0; 4]; raw_classes],
            total: [0.0; 4],
        }
    }

    fn add(&mut self, raw: u32, values: [f64; 4]) {
        let add =
            |to: &mut [f64; 4]| to.iter_mut().zip(values).for_each(|(to, value)| *to += value);
        add(&mut self.total);
        add(&mut self.own[raw as usize]);
        let mut at = raw as usize + 1;
        while at < self.nodes.len() {
            add(&mut self.nodes[at]);
            at += at & at.wrapping_neg();
        }
    }

    fn forget(&mut self, groups: &[Group]) {
        self.total = [0.0; 4];
        for group in groups {
            self.own[group.raw as usize] = [0.0; 4];
            let mut at = group.raw as usize + 1;
            while at < self.nodes.len() {
                self.nodes[at] = [0.0; 4];
                at += at & at.wrapping_neg();
            }
        }
    }

    /// The sums over smaller raw classes, less those over larger.
    fn balance(&self, raw: u32) -> [f64; 4] {
        let mut below = [0.0; 4];
        let mut at = raw as usize;
        while at > 0 {
            below.iter_mut().zip(self.nodes[at]).for_each(|(sum, node)| *sum += node);
            at &= at - 1;
        }
        let own = self.own[raw as usize];
        std::array::from_fn(|part| 2.0 * below[part] + own[part] - self.total[part])
    }
}

/// The sums by trees over the raw order, ascending in y. `ranked` is left at 0.
pub(super) fn crossed(order: &PairOrder, decay: Decay) -> PairSums {
    let Decay { b, slope } = decay;
    let mut passed = Passed::new(order.raw_classes);
    let mut sums = PairSums { ranked: 0.0, ..order.agreed };
    let groups = &order.groups;
    let entry = |group: &Group, base: i64| {
        let y = group.value.abs_diff(base) as f64;
        let (tall, bend) = (libm::exp(y / b), slope * y);
        [
            group.count * tall,
            group.count * bend * tall,
            group.weight * tall,
            group.weight * bend * tall,
        ]
    };
    let (mut first, mut base) = (0, groups.first().map_or(0, |group| group.value));
    let mut start = 0;
    for class in &order.classes {
        let end = start + class.groups as usize;
        if class.value.abs_diff(base) as f64 / b > TALL {
            // Enter afresh what is near: so each group enters twice at most.
            passed.forget(&groups[first..start]);
            first += groups[first..start]
                .partition_point(|group| class.value.abs_diff(group.value) as f64 / b > FORGOTTEN);
            base = groups[first].value;
            for group in &groups[first..start] {
                passed.add(group.raw, entry(group, base));
            }
        }
        let y = class.value.abs_diff(base) as f64;
        let (small, line) = (libm::exp(-y / b), 1.0 + slope * y);
        for group in &groups[start..end] {
            let [level, bent, heavy, heavy_bent] = passed.balance(group.raw);
            let (counts, weights) =
                (small * (line * level - bent), small * (line * heavy - heavy_bent));
            sums.plain -= group.count * counts;
            sums.weighted -= group.weight * counts + group.count * weights;
        }
        let (tall, bend) = (libm::exp(y / b), slope * y);
        for group in &groups[start..end] {
            let (count, weight) = (group.count * tall, group.weight * tall);
            passed.add(group.raw, [count, count * bend, weight, weight * bend]);
        }
        start = end;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_and_trees_agree() {
        let raw: Vec<i64> = (1..=400i64).map(|i| 9_000 / i + i * i % 3 * 40).collect();
        // Capped, so that the order is kept, and some raw ties told apart.
        let capped: Vec<i64> =
            raw.iter().map(|&x| x.min(700) / 2 * 2 + i64::from(x > 100)).collect();
        let mut tied: Vec<i64> = raw.iter().map(|x| x / 10).collect();
        tied[7] += 1;
        for (x, y) in [(&raw, &raw), (&raw, &capped), (&tied, &raw)] {
            let order = PairOrder::new(x, y);
            assert!(order.kept || x == &tied);
            for b in [1e-9, 0.3, 2.0, 37.0, 5e3, 1e12] {
                for slope in [0.5 / b, libm::tanh(0.5 / b)] {
                    let decay = Decay { b, slope };
                    let (chains, trees) = (sums(&order, decay), crossed(&order, decay));
                    let pairs = 0.5 * 400.0 * 400.0;
                    assert!(
                        (chains.plain - trees.plain).abs() < 1e-13 * pairs,
                        "{b} {chains:?} {trees:?}"
                    );
                    assert!(
                        (chains.weighted - trees.weighted).abs() < 1e-13 * pairs,
                        "{b} {chains:?} {trees:?}"
                    );
                }
            }
        }
    }
}
