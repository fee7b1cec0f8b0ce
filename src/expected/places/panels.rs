//! The thresholds t at which anything is undecided, cut into panels on which everything
//! is smooth.

use super::law::ThresholdLaw;
use super::sums::Sums;

/// A threshold, `anchor + offset`: differences to sums stay exact next to large sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub anchor: i64,
    pub offset: f64,
}

/// Thresholds in (low, high] around an anchor: an interval, or the whole numbers in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub anchor: i64,
    pub low: f64,
    pub high: f64,
    pub nodes: usize,
    /// The one class of one group that lives here, far from all others: one node at its
    /// sum carries it.
    pub lonely: Option<usize>,
    /// What is undecided here.
    pub open: Open,
}

/// For which questions thresholds count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Open {
    /// Is a group among the first k?
    pub top: bool,
    /// Which place among the first k?
    pub place: bool,
    /// Is it first?
    pub first: bool,
    /// Which place among the first 263?
    pub deep: bool,
}

impl Open {
    fn any(self) -> bool {
        self.top || self.place || self.first || self.deep
    }
}

/// Panels, falling, and where they begin: above `top_from` every noised sum is in the top
/// list, and above `first_from` there is at most one.
#[derive(Debug)]
pub(super) struct Panels {
    pub panels: Vec<Panel>,
    pub top_from: Option<Spot>,
    pub first_from: Option<Spot>,
    /// Classes with a panel to themselves.
    pub lonely: Vec<bool>,
}

/// What all that is left out may add up to.
const LEFT_OUT: f64 = 1e-12;
/// Panels are this many widths long, of which a width is where the count above t moves by
/// its own spread or the law by its scale.
const WIDTHS: f64 = 4.0;
/// Kinks nearer to each other than this share of the scale need no panels of their own. A
/// group's own kink is still met exactly; by those of others the count above t changes its
/// second derivative, which was never seen to cost a group more than 2e-10 at 0.01.
const KINKS: f64 = 0.003;
/// Beyond so many classes: kinks nearer than this share of the scale need none.
const MANY_KINKS: (usize, f64) = (1_500, 0.03);

/// The number N of noised sums above a threshold.
#[derive(Debug, Clone, Copy)]
struct Moments {
    mean: f64,
    variance: f64,
    /// -d mean / dt.
    speed: f64,
}

fn moments(sums: &Sums, law: &ThresholdLaw, spot: Spot) -> Moments {
    let (first, end) = active(sums, law, spot);
    let mut m = Moments { mean: sums.certain(first), variance: 0.0, speed: 0.0 };
    let classes = || sums.values[first..end].iter();
    let mut counts = sums.counts[first..end].iter();
    law.each(classes().map(|v| spot.anchor.saturating_sub(*v) as f64 + spot.offset), |tail| {
        let count = counts.next().expect("as many");
        m.mean += count * tail.above;
        m.variance += count * tail.above * tail.below;
        m.speed += count * tail.mass;
    });
    m
}

/// The classes that a threshold leaves undecided.
pub(super) fn active(sums: &Sums, law: &ThresholdLaw, spot: Spot) -> (usize, usize) {
    let z = |value: i64| spot.anchor.saturating_sub(value) as f64 + spot.offset;
    // Somewhat more than where panels end: tails of all classes add up.
    let (low, high) = (-1.06 * law.low - f64::from(u8::from(law.whole)), 1.06 * law.high);
    (sums.values.partition_point(|&v| z(v) < low), sums.values.partition_point(|&v| z(v) <= high))
}

/// V·h(x/V), h(u) = (1 + u) ln(1 + u) - u: e to the minus this bounds P(N - mean ≥ x), and
/// P(mean - N ≥ x) (Bennett 1962).
pub(super) fn bennett(variance: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if variance < 1e-300 {
        return f64::INFINITY;
    }
    (variance + x) * libm::log1p(x / variance) - x
}

/// E[N; N > k], or more.
fn beyond(m: Moments, k: f64) -> f64 {
    let bound = (k + 1.0 + m.mean) * libm::exp(-bennett(m.variance, k + 1.0 - m.mean));
    if k == 1.0 { bound.min(m.mean * m.mean) } else { bound }
}

/// P(N < k), or more: Bennett, or Chernoff for a Poisson count.
fn short(m: Moments, k: f64) -> f64 {
    let x = k - 1.0;
    if m.mean <= x {
        return 1.0;
    }
    let chernoff = m.mean - x + if x > 0.0 { x * libm::log(x / m.mean) } else { 0.0 };
    libm::exp(-bennett(m.variance, m.mean - x).max(chernoff))
}

/// A piece of the line around an anchor, falling from `high` to `low`.
#[derive(Debug, Clone, Copy)]
struct Piece {
    anchor: i64,
    high: f64,
    low: f64,
    lonely: Option<usize>,
}

impl Piece {
    /// Pieces reach up beside lonely groups above them: what is closed ends where they begin.
    fn lift(&self, from: &mut Option<Spot>, high: f64) {
        if let Some(spot) = from.filter(|_| self.lonely.is_none())
            && self.anchor.saturating_sub(spot.anchor) as f64 + high > spot.offset
        {
            *from = Some(Spot { anchor: self.anchor, offset: high });
        }
    }
}

/// Cuts the line where `wanted` is open for lists of `k`.
pub(super) fn panels(sums: &Sums, law: &ThresholdLaw, k: usize, wanted: Open) -> Panels {
    let classes = sums.values.len();
    let gap =
        |c: usize| if c + 1 < classes { sums.below(sums.values[c], c + 1) } else { f64::INFINITY };
    let lonely: Vec<bool> = (0..classes)
        .map(|c| {
            sums.counts[c] == 1.0 && gap(c) > law.lonely && (c == 0 || gap(c - 1) > law.lonely)
        })
        .collect();
    let march = March { sums, law, k: k as f64 };
    // Far above the first sum at least; where only the top list counts, just above what is open.
    let ordered = wanted.place || wanted.first || wanted.deep;
    let (mut start, mut top_from) = (0, None);
    if !ordered {
        let closed = |c: usize| {
            march.top_closed(moments(sums, law, Spot { anchor: sums.values[c], offset: 0.0 }))
        };
        let (mut low, mut high) = (0, classes);
        while low < high {
            let middle = low + (high - low) / 2;
            if closed(middle) { low = middle + 1 } else { high = middle }
        }
        if low > 0 {
            start = low - 1;
            top_from = Some(Spot { anchor: sums.values[start], offset: 0.0 });
        }
    }
    let pieces =
        pieces(sums, law, start, if top_from.is_some() { 0.0 } else { law.high }, &lonely, &gap);
    let mut out = Panels { panels: Vec::new(), top_from, first_from: None, lonely };
    march.run(&pieces, wanted, &mut out);
    out
}

/// The pieces from class `start` on, for which `above` of the line above it is still to do.
fn pieces(
    sums: &Sums,
    law: &ThresholdLaw,
    start: usize,
    above: f64,
    lonely: &[bool],
    gap: &dyn Fn(usize) -> f64,
) -> Vec<Piece> {
    // The lower end of a piece is left out, so that a whole sum belongs to the one above.
    let edge = if law.whole { -1.0 } else { 0.0 };
    let reach = law.low + law.high;
    let share = if sums.values.len() > MANY_KINKS.0 { MANY_KINKS.1 } else { KINKS };
    let merged = if law.kinked { share * law.scale } else { f64::INFINITY };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut joined = false;
    let mut push = |piece: Piece, joins: bool| {
        if let Some(last) = pieces
            .last_mut()
            .filter(|last| joins && (last.high - last.low).max(piece.high - piece.low) < merged)
        {
            last.low -= piece.high - piece.low;
        } else {
            pieces.push(piece);
        }
    };
    for c in start..sums.values.len() {
        let anchor = sums.values[c];
        if lonely[c] {
            push(Piece { anchor, high: law.high, low: -law.low + edge, lonely: Some(c) }, false);
            joined = false;
            continue;
        }
        if !joined {
            let high = if c > start { law.high.min(gap(c - 1)) } else { above };
            if high > edge {
                push(Piece { anchor, high, low: edge, lonely: None }, false);
            }
        }
        joined = gap(c) <= reach && !(c + 1 < lonely.len() && lonely[c + 1]);
        let low = if joined { gap(c) } else { law.low.min(gap(c)) };
        push(Piece { anchor, high: edge, low: -low + edge, lonely: None }, true);
    }
    pieces
}

struct March<'a> {
    sums: &'a Sums,
    law: &'a ThresholdLaw,
    k: f64,
}

impl March<'_> {
    fn top_closed(&self, m: Moments) -> bool {
        beyond(m, self.k) < LEFT_OUT
    }

    fn run(&self, pieces: &[Piece], wanted: Open, out: &mut Panels) {
        let at = |anchor: i64, offset: f64| moments(self.sums, self.law, Spot { anchor, offset });
        // Once below where a question opens, it stays open until it is closed from below.
        let mut begun = Open::default();
        let mut left = wanted;
        for piece in pieces {
            let mut high = piece.high;
            let mut upper = at(piece.anchor, high);
            while high > piece.low {
                if short(upper, self.k) * self.k < LEFT_OUT {
                    left.top = false;
                    left.place = false;
                }
                left.first &= short(upper, 1.0) >= LEFT_OUT;
                // E Σ_{r > N} p^r/r, the most that RBO has to give.
                left.deep &= libm::exp(-0.1 * upper.mean) * 20.0 / (2.0 + upper.mean) >= LEFT_OUT;
                if !left.any() {
                    return;
                }
                let (low, lower, ratio) = if piece.lonely.is_some() {
                    (piece.low, at(piece.anchor, piece.low), 0.0)
                } else {
                    self.step(piece, high, upper)
                };
                let spot = Spot { anchor: piece.anchor, offset: low };
                if !begun.top && self.top_closed(lower) {
                    out.top_from = Some(spot);
                } else if !begun.top {
                    begun.top = true;
                    piece.lift(&mut out.top_from, high);
                }
                if !begun.first && beyond(lower, 1.0) < LEFT_OUT {
                    out.first_from = Some(spot);
                } else if !begun.first {
                    begun.first = true;
                    piece.lift(&mut out.first_from, high);
                }
                let open = Open {
                    top: left.top && begun.top,
                    place: left.place && begun.first,
                    first: left.first && begun.first,
                    deep: left.deep && begun.first,
                };
                if open.any() {
                    // Twelve digits for functions that change by e^{±width}, checked by halving.
                    let nodes = (4.0 + (3.0 * ratio).ceil()).min(18.0) as usize;
                    out.panels.push(Panel {
                        anchor: piece.anchor,
                        low,
                        high,
                        nodes,
                        lonely: piece.lonely,
                        open,
                    });
                }
                (high, upper) = (low, lower);
            }
        }
    }

    /// The next panel below `high`: its lower end, the count there, and its length in widths.
    fn step(&self, piece: &Piece, high: f64, upper: Moments) -> (f64, Moments, f64) {
        let width = |m: Moments| 1.0 / (1.0 / self.law.scale + m.speed / (m.variance + 1.0).sqrt());
        let rest = high - piece.low;
        let above = width(upper);
        let mut length =
            if rest < 1.2 * WIDTHS * above { rest } else { (WIDTHS * above).min(0.5 * rest) };
        loop {
            if self.law.whole {
                length = length.floor().max(1.0);
            }
            let low = if length >= rest { piece.low } else { high - length };
            let lower = moments(self.sums, self.law, Spot { anchor: piece.anchor, offset: low });
            let below = width(lower);
            if length <= 1.3 * WIDTHS * below || (self.law.whole && length <= 8.0) {
                return (low, lower, length / above.min(below));
            }
            length = (0.5 * length).max((WIDTHS * below).min(0.8 * length));
        }
    }
}
