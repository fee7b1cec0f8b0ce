//! The integral over thresholds t: a group is at t, so many others are above.

use super::count::Indicators;
use super::law::ThresholdLaw;
use super::panels::{Open, Panel, Spot, active, panels};
use super::rule::{Rule, gram, legendre};
use super::state::{Found, Request, ThresholdSweep, Who, power};
use super::sums::Sums;
use super::walk::NO_TIES;
use crate::metric::weight::discount;

/// Runs the integral.
pub(super) fn sweep(sums: &Sums, law: &ThresholdLaw, request: Request) -> Found {
    let wanted = Open {
        top: !matches!(request.top, Who::Nobody),
        place: request.gains.is_some(),
        first: !matches!(request.first, Who::Nobody),
        deep: request.deep.is_some(),
    };
    let cut = panels(sums, law, request.k, wanted);
    let mut sweep = ThresholdSweep::new(sums, law, request, cut.lonely);
    let mut rules = Rules::default();
    for panel in &cut.panels {
        sweep.panel(panel, &mut rules);
    }
    sweep.finish(cut.top_from, cut.first_from)
}

/// Gauss rules, made once.
#[derive(Default)]
struct Rules {
    legendre: Vec<Option<Rule>>,
    gram: Vec<(usize, f64, Rule)>,
}

impl Rules {
    /// Nodes and weights over (low, high], or over the whole numbers in it.
    fn over(&mut self, whole: bool, low: f64, high: f64, nodes: usize) -> Vec<(f64, f64)> {
        let length = high - low;
        if whole && length <= nodes as f64 {
            return (0..length as i64).map(|point| (high - point as f64, 1.0)).collect();
        }
        // Points low + 1 ..= high have their middle at (low + high + 1)/2.
        let middle = 0.5 * (low + high + f64::from(u8::from(whole)));
        let rule = if whole { self.gram(nodes, length) } else { self.legendre(nodes) };
        rule.at
            .iter()
            .zip(&rule.weight)
            .map(|(at, weight)| (middle + 0.5 * length * at, weight * length))
            .collect()
    }

    fn legendre(&mut self, nodes: usize) -> &Rule {
        if self.legendre.len() <= nodes {
            self.legendre.resize(nodes + 1, None);
        }
        self.legendre[nodes].get_or_insert_with(|| legendre(nodes))
    }

    fn gram(&mut self, nodes: usize, points: f64) -> &Rule {
        let at = self.gram.iter().position(|(n, l, _)| *n == nodes && *l == points).unwrap_or_else(
            || {
                self.gram.push((nodes, points, gram(nodes, points)));
                self.gram.len() - 1
            },
        );
        &self.gram[at].2
    }
}

impl ThresholdSweep<'_> {
    fn panel(&mut self, panel: &Panel, rules: &mut Rules) {
        if let Some(class) = panel.lonely {
            let at = Spot { anchor: panel.anchor, offset: 0.0 };
            let all = 1.0 / self.law.at(0.0).mass;
            self.load(at, all, Some(class));
            self.node(panel.open);
            return;
        }
        let every = self.law.whole && !self.law.kinked && self.law.scale <= super::law::TABLED;
        let nodes = if every { usize::MAX } else { panel.nodes };
        let nodes = rules.over(self.law.whole, panel.low, panel.high, nodes);
        let own = if self.law.kinked { self.own_shares(panel, &nodes, rules) } else { Vec::new() };
        for (at, &(offset, weight)) in nodes.iter().enumerate() {
            self.load(Spot { anchor: panel.anchor, offset }, weight, None);
            for (class, shares) in &own {
                self.here.own[class - self.here.first] = shares[at] / weight;
            }
            self.node(panel.open);
        }
    }

    /// For classes with their kink inside a panel, what each node stands for of them: their
    /// own law, cut at the kink, against the polynomials through the nodes.
    fn own_shares(
        &self,
        panel: &Panel,
        nodes: &[(f64, f64)],
        rules: &mut Rules,
    ) -> Vec<(usize, Vec<f64>)> {
        let place = |c: usize| -self.sums.below(panel.anchor, c);
        let begin = self
            .sums
            .values
            .partition_point(|v| v.saturating_sub(panel.anchor) as f64 >= panel.high);
        let inside = (begin..self.sums.values.len()).take_while(|&c| place(c) > panel.low);
        let inside: Vec<usize> = inside.filter(|&c| !self.lonely[c]).collect();
        // A node on every whole number needs no polynomials.
        if inside.is_empty() || (self.law.whole && nodes.len() as f64 >= panel.high - panel.low) {
            return Vec::new();
        }
        let apart = |a: usize| {
            nodes.iter().enumerate().filter(move |(b, _)| *b != a).map(|(_, node)| node.0)
        };
        let scales: Vec<f64> = (0..nodes.len())
            .map(|a| 1.0 / apart(a).map(|x| nodes[a].0 - x).product::<f64>())
            .collect();
        let mut shares = Vec::with_capacity(inside.len());
        for c in inside {
            let mut share = vec![0.0; nodes.len()];
            for (low, high) in [(panel.low, place(c)), (place(c), panel.high)] {
                for (t, weight) in rules.over(self.law.whole, low, high, nodes.len()) {
                    let mass = weight * self.law.at(t - place(c)).mass;
                    for (a, share) in share.iter_mut().enumerate() {
                        *share += mass * scales[a] * apart(a).map(|x| t - x).product::<f64>();
                    }
                }
            }
            shares.push((c, share));
        }
        shares
    }

    /// Works out the tails of all classes in play.
    fn load(&mut self, at: Spot, weight: f64, only: Option<usize>) {
        let (first, end) = active(self.sums, self.law, at);
        let here = &mut self.here;
        here.above.clear();
        here.below.clear();
        here.mass.clear();
        here.own.clear();
        here.first = first;
        here.weight = weight;
        let values = self.sums.values[first..end].iter();
        self.law.each(values.map(|v| at.anchor.saturating_sub(*v) as f64 + at.offset), |tail| {
            here.above.push(tail.above);
            here.below.push(tail.below);
            here.mass.push(tail.mass);
        });
        for (mass, c) in here.mass.iter_mut().zip(first..) {
            if only.map_or(self.lonely[c], |only| only != c) {
                *mass = 0.0;
            }
        }
        here.own.extend_from_slice(&here.mass);
    }

    fn node(&mut self, open: Open) {
        let counts = &self.sums.counts[self.here.first..self.here.first + self.here.above.len()];
        let ties: f64 = if self.law.whole {
            // At a lonely group's sum the others do not tie with it: their mass is 0 here.
            counts.iter().zip(&self.here.mass).map(|(count, mass)| count * mass).sum()
        } else {
            0.0
        };
        let alone = counts
            .iter()
            .zip(&self.here.mass)
            .filter(|(_, mass)| **mass > 0.0)
            .map(|(count, _)| count);
        let tied = ties > NO_TIES && alone.sum::<f64>() > 1.0;
        if tied {
            self.node_with_ties(open);
        } else {
            self.node_by_class(open);
        }
    }

    fn node_by_class(&mut self, open: Open) {
        let here = &self.here;
        let classes = here.first..here.first + here.above.len();
        let counts = &self.sums.counts[classes.clone()];
        let certain = self.sums.certain(here.first);
        if open.first && certain == 0.0 {
            let none: f64 =
                here.below.iter().zip(counts).map(|(p, count)| power(*p, *count)).product();
            for &c in self.asked[1].classes.iter().filter(|c| classes.contains(c)) {
                let j = c - here.first;
                if here.own[j] != 0.0 && none > 0.0 {
                    self.by_class[1][c] += here.weight * here.own[j] * none / here.below[j];
                }
            }
        }
        if !(open.top || open.place || open.deep) {
            return;
        }
        self.count.set(Indicators {
            above: &here.above,
            below: &here.below,
            counts,
            certain,
            rise: None,
        });
        self.refresh(open);
        let here = &self.here;
        if open.top {
            let listed = &self.asked[0].classes;
            let inside = listed.partition_point(|&c| c < classes.start)
                ..listed.partition_point(|&c| c < classes.end);
            match self.transforms.top.as_ref().expect("refreshed") {
                Ok(transform) => {
                    let without = self.count.without(transform, inside.len() > 8);
                    for &c in &listed[inside] {
                        let j = c - here.first;
                        if here.own[j] != 0.0 {
                            self.by_class[0][c] += here.weight
                                * here.own[j]
                                * without.mean(here.above[j], here.below[j]);
                        }
                    }
                }
                Err(value) => {
                    for &c in &listed[inside] {
                        self.by_class[0][c] += here.weight * here.own[c - here.first] * value;
                    }
                }
            }
        }
        if open.place {
            let without =
                self.count.without(self.transforms.place.as_ref().expect("refreshed"), true);
            for c in classes.clone() {
                let j = c - here.first;
                let share = here.own[j] * self.class_gains[c];
                if share != 0.0 {
                    self.gained += here.weight * share * without.mean(here.above[j], here.below[j]);
                }
            }
        }
        if open.deep {
            let (phi_re, phi_im) = self.count.phi();
            let (wr, wi) = self.count.w();
            let transforms = self.transforms.deep.as_ref().expect("refreshed");
            let begin = self.deep.partition_point(|entry| entry.0 < classes.start);
            for &(c, place, _) in
                self.deep[begin..].iter().take_while(|entry| entry.0 < classes.end)
            {
                let j = c - here.first;
                if here.own[j] * here.weight * self.depths[place] < 1e-14 {
                    continue;
                }
                let (q, both, h) =
                    (here.above[j], 2.0 * here.above[j] * here.below[j], &transforms[place]);
                let mut sum = 0.0;
                for m in 0..phi_re.len() {
                    let re = phi_re[m] * h.re[m] - phi_im[m] * h.im[m];
                    let im = phi_re[m] * h.im[m] + phi_im[m] * h.re[m];
                    sum += (re + q * (re * wr[m] + im * wi[m])) / (1.0 + both * wr[m]);
                }
                self.deep_sum += here.weight * here.own[j] * sum;
            }
        }
    }

    /// Adds what lies above all panels, where nothing is left to decide.
    fn finish(mut self, top_from: Option<Spot>, first_from: Option<Spot>) -> Found {
        let above = |spot: Spot, c: usize| {
            let z = self.sums.below(spot.anchor, c) + spot.offset;
            if self.lonely[c] { f64::from(u8::from(z < 0.0)) } else { self.law.at(z).above }
        };
        if let Some(spot) = top_from {
            for &c in &self.asked[0].classes {
                self.by_class[0][c] += above(spot, c);
            }
        }
        if let Some(spot) = first_from {
            for &c in &self.asked[1].classes {
                self.by_class[1][c] += above(spot, c);
            }
            for (c, gain) in self.class_gains.iter().enumerate().filter(|(_, gain)| **gain != 0.0) {
                self.gained += gain * discount(0) * above(spot, c);
            }
            for &(c, place, _) in &self.deep {
                self.deep_sum += self.depths[place] * above(spot, c);
            }
        }
        let [mut top, mut first] = std::mem::take(&mut self.by_group);
        for (group, &c) in self.sums.class.iter().enumerate() {
            if self.asked[0].groups[group] {
                top[group] += self.by_class[0][c as usize];
            }
            if self.asked[1].groups[group] {
                first[group] += self.by_class[1][c as usize];
            }
        }
        Found { top, first, gained: self.gained, deep: self.deep_sum }
    }
}
