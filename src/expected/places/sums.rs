//! Sums in order, equal ones together.

/// Sums sorted once, for any number of noise laws.
#[derive(Debug, Clone)]
pub struct Sums {
    /// Distinct values, falling.
    pub(super) values: Vec<i64>,
    /// How many groups have each.
    pub(super) counts: Vec<f64>,
    /// How many groups come before each class.
    before: Vec<f64>,
    /// The class, an index into `values`, of each group.
    pub(super) class: Vec<u32>,
    /// Groups by value, largest first, ties by index.
    pub(super) falling: Vec<u32>,
}

impl Sums {
    /// Sorts `sums`, in key order; fewer than 2³² of them.
    pub fn new(sums: &[i64]) -> Self {
        let mut falling: Vec<u32> = (0..sums.len() as u32).collect();
        falling.sort_unstable_by_key(|&i| (std::cmp::Reverse(sums[i as usize]), i));
        let mut class = vec![0; sums.len()];
        let (mut values, mut counts): (Vec<i64>, Vec<f64>) = (Vec::new(), Vec::new());
        for &i in &falling {
            let value = sums[i as usize];
            if values.last() != Some(&value) {
                values.push(value);
                counts.push(0.0);
            }
            *counts.last_mut().expect("one was pushed") += 1.0;
            class[i as usize] = (values.len() - 1) as u32;
        }
        let mut before = vec![0.0];
        before.extend(counts.iter().scan(0.0, |sum, count| {
            *sum += count;
            Some(*sum)
        }));
        Self { values, counts, before, class, falling }
    }

    /// How many groups.
    pub fn len(&self) -> usize {
        self.class.len()
    }

    /// How many groups the classes before `class` have.
    pub(super) fn certain(&self, class: usize) -> f64 {
        self.before[class]
    }

    /// The value of a group.
    pub(super) fn value(&self, group: usize) -> i64 {
        self.values[self.class[group] as usize]
    }

    /// anchor - value of a class; exact below 2⁵³, cut beyond 2⁶³.
    #[inline]
    pub(super) fn below(&self, anchor: i64, class: usize) -> f64 {
        anchor.saturating_sub(self.values[class]) as f64
    }
}
