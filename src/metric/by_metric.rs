//! The figures by which a noised answer is judged, each named once, and values by them.
//! A new figure begins here: its variant, its row of [`Metric::about`], its place in
//! [`Metric::ALL`].

use std::ops::{Index, IndexMut};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// One way to say how good a noised answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Mean over groups of (noised − raw): what clipping and flooring do on average.
    Bias,
    /// Expected absolute error, mean over groups.
    Mae,
    /// Root of the mean squared error over trials and groups.
    Rmse,
    /// Mean over groups of the variance across trials.
    Variance,
    /// 95th percentile of |error|, pooled over groups and trials.
    P95,
    /// Median of |error| / max(raw, 1), pooled over groups and trials.
    MedianRelative,
    /// Kendall τ-b over all groups, (C − D)/√((n₀ − n₁)(n₀ − n₂)) (Kendall 1945).
    TauB,
    /// Weighted τ over all groups (Vigna 2015): a pair weighs 1/(r + 1) + 1/(s + 1) for
    /// true ranks r and s from 0, ties by index.
    WeightedTau,
    /// Spearman's ρ over all groups, of mid-ranks.
    Spearman,
    /// |true top k ∩ noised top k| / k; ties by index.
    Overlap,
    /// Discounted true values of the noised top k over those of the true top k; the
    /// discount of rank r from 1 is 1/log₂(r + 1).
    Ndcg,
    /// Rank-biased overlap of the whole lists, extrapolated (Webber, Moffat, Zobel 2010),
    /// p = 0.9, to depth 263.
    Rbo,
    /// Whether another group than the true first comes first: 0 or 1 of a list, its
    /// probability over noise.
    Top1Flip,
}

/// What a metric compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Noised and raw sums, in shown units (variance in their square).
    Sums,
    /// The orders of both.
    Order,
}

/// Where the values of a metric lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// Above 0, over decades.
    Decades,
    /// Around 0.
    Signed,
    /// −1..=1.
    Agreement,
    /// 0..=1.
    Share,
    /// 0..=1, made of trials that are 0 or 1.
    Chance,
}

/// What is said of a metric.
struct About {
    key: &'static str,
    name: &'static str,
    of: Of,
    range: Range,
    low_is_good: bool,
}

impl Metric {
    /// Every metric, in the order of documents: those of sums, then those of orders.
    pub const ALL: [Metric; 13] = [
        Metric::Bias,
        Metric::Mae,
        Metric::Rmse,
        Metric::Variance,
        Metric::P95,
        Metric::MedianRelative,
        Metric::TauB,
        Metric::WeightedTau,
        Metric::Spearman,
        Metric::Overlap,
        Metric::Ndcg,
        Metric::Rbo,
        Metric::Top1Flip,
    ];

    const fn about(self) -> About {
        use Of::{Order, Sums};
        use Range::{Agreement, Chance, Decades, Share, Signed};
        const fn row(
            (key, name): (&'static str, &'static str),
            of: Of,
            range: Range,
            low_is_good: bool,
        ) -> About {
            About { key, name, of, range, low_is_good }
        }
        match self {
            Metric::Bias => row(("bias", "bias"), Sums, Signed, true),
            Metric::Mae => row(("mae", "MAE"), Sums, Decades, true),
            Metric::Rmse => row(("rmse", "RMSE"), Sums, Decades, true),
            Metric::Variance => row(("variance", "variance"), Sums, Decades, true),
            Metric::P95 => row(("p95_absolute", "p95 |error|"), Sums, Decades, true),
            Metric::MedianRelative => {
                row(("median_relative", "median relative"), Sums, Decades, true)
            }
            Metric::TauB => row(("kendall_tau_b", "τ-b"), Order, Agreement, false),
            Metric::WeightedTau => row(("weighted_tau", "weighted τ"), Order, Agreement, false),
            Metric::Spearman => row(("spearman", "Spearman"), Order, Agreement, false),
            Metric::Overlap => row(("overlap_at_k", "overlap@k"), Order, Share, false),
            Metric::Ndcg => row(("ndcg_at_k", "NDCG@k"), Order, Share, false),
            Metric::Rbo => row(("rbo", "RBO"), Order, Share, false),
            Metric::Top1Flip => row(("top1_flip", "top-1 flip"), Order, Chance, true),
        }
    }

    /// The metrics of sums, in the order of documents.
    pub fn of_sums() -> impl Iterator<Item = Metric> {
        Self::ALL.into_iter().filter(|metric| !metric.is_ranking())
    }

    /// The metrics of orders, in the order of documents.
    pub fn of_orders() -> impl Iterator<Item = Metric> {
        Self::ALL.into_iter().filter(|metric| metric.is_ranking())
    }

    /// Its name in documents (JSON keys, columns of CSV).
    pub fn key(self) -> &'static str {
        self.about().key
    }

    /// Its name on charts and screens, whatever k is ("overlap@k").
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// Its name for lists of `k` ("overlap@10").
    pub fn name_at(self, k: usize) -> String {
        match self.name().strip_suffix("@k") {
            Some(head) => format!("{head}@{k}"),
            None => self.name().to_owned(),
        }
    }

    /// Whether it compares orders rather than sums.
    pub fn is_ranking(self) -> bool {
        matches!(self.about().of, Of::Order)
    }

    /// Whether a small value is good.
    pub fn low_is_good(self) -> bool {
        self.about().low_is_good
    }

    /// Whether it spans decades, so that axes and colours go by its logarithm.
    pub fn log_scale(self) -> bool {
        matches!(self.about().range, Range::Decades)
    }

    /// Whether a trial gives 0 or 1, so that its mean is the share of trials.
    pub fn is_chance(self) -> bool {
        matches!(self.about().range, Range::Chance)
    }

    /// Its value for the true answer itself.
    pub fn ideal(self) -> f64 {
        if self.low_is_good() { 0.0 } else { 1.0 }
    }

    /// From its worst to its best value; `None` where it has no worst.
    pub fn span(self) -> Option<f64> {
        match self.about().range {
            Range::Decades | Range::Signed => None,
            Range::Agreement => Some(2.0),
            Range::Share | Range::Chance => Some(1.0),
        }
    }

    /// Whether an order of k items is enough to work it out, as Gumbel top-k publishes it.
    pub fn of_the_top(self) -> bool {
        matches!(self, Metric::Overlap | Metric::Ndcg | Metric::Top1Flip)
    }
}

/// One value a metric: `values[Metric::Mae]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ByMetric<T>([T; Metric::ALL.len()]);

impl<T: Default + Copy> Default for ByMetric<T> {
    fn default() -> Self {
        Self([T::default(); Metric::ALL.len()])
    }
}

impl<T> Index<Metric> for ByMetric<T> {
    type Output = T;

    fn index(&self, metric: Metric) -> &T {
        &self.0[metric as usize]
    }
}

impl<T> IndexMut<Metric> for ByMetric<T> {
    fn index_mut(&mut self, metric: Metric) -> &mut T {
        &mut self.0[metric as usize]
    }
}

impl<T> ByMetric<T> {
    /// One value a metric, made in the order of documents.
    pub fn each(make: impl FnMut(Metric) -> T) -> Self {
        Self(Metric::ALL.map(make))
    }
}

impl<T: Serialize> ByMetric<T> {
    /// The values of sums as a map by [`Metric::key`].
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_sums<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.map(Metric::of_sums(), serializer)
    }

    /// The values of orders as a map by [`Metric::key`].
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_orders<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.map(Metric::of_orders(), serializer)
    }

    fn map<S: Serializer>(
        &self,
        metrics: impl Iterator<Item = Metric>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for metric in metrics {
            map.serialize_entry(metric.key(), &self[metric])?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_finds_its_own_value() {
        let values = ByMetric::each(Metric::key);
        for (place, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(metric as usize, place, "{metric:?} stands elsewhere in ALL");
            assert_eq!(values[metric], metric.key());
        }
    }

    #[test]
    fn names_and_keys_differ() {
        for (place, a) in Metric::ALL.into_iter().enumerate() {
            for b in Metric::ALL.into_iter().skip(place + 1) {
                assert!(a.key() != b.key() && a.name() != b.name(), "{a:?} {b:?}");
            }
        }
        assert_eq!(Metric::Ndcg.name_at(20), "NDCG@20");
        assert_eq!(Metric::Rbo.name_at(20), "RBO");
    }

    #[test]
    fn sums_come_before_orders() {
        let ranking: Vec<bool> = Metric::ALL.map(Metric::is_ranking).to_vec();
        assert!(ranking.is_sorted());
        assert_eq!(Metric::of_sums().count() + Metric::of_orders().count(), Metric::ALL.len());
    }
}
