//! Whole noise ties: of the groups at a threshold, those before a group in key order
//! count as above it. Keys are walked in order, each group's indicator going over from
//! "above" to "above or there".

use super::count::{CountTransform, Indicators, LANES, multiply};
use super::faint::{FAINT, Faint, Since, dot, mean, powers, turn, without};
use super::panels::Open;
use super::state::{ThresholdSweep, Who, power};
use super::walk::Kind;

/// Classes as unlikely as this over what a node stands for are left out.
const NOT_THERE: f64 = 1e-15;
/// φ is brought up to date when faint ties have moved its logarithm by so much: the fourth
/// order, left out before, is below 1e-9 of a faint group's probability.
const MOVED: f64 = 0.01;

impl ThresholdSweep<'_> {
    /// Adds what one threshold holds.
    pub(super) fn node_with_ties(&mut self, open: Open) {
        let here = &mut self.here;
        let classes = here.first..here.first + here.above.len();
        let counts = &self.sums.counts[classes.clone()];
        for (mass, count) in here.mass.iter_mut().zip(counts) {
            if *mass * count * here.weight.max(1.0) < NOT_THERE {
                *mass = 0.0;
            }
        }
        if open.first {
            self.first_with_ties();
        }
        if !(open.top || open.place || open.deep) {
            return;
        }
        let (here, certain) = (&self.here, self.sums.certain(classes.start));
        let set = Indicators {
            above: &here.above,
            below: &here.below,
            counts,
            certain,
            rise: Some(&here.mass),
        };
        self.count.set(set);
        self.refresh(open);
        self.prepare_walk(open);
        if self.walk.one_by_one { self.walk_fully(open) } else { self.walk_faintly(open) }
    }

    /// P(first): by products of P(not above).
    fn first_with_ties(&mut self) {
        let here = &self.here;
        let width = here.above.len();
        if self.sums.certain(here.first) > 0.0 {
            return;
        }
        let counts = &self.sums.counts[here.first..here.first + width];
        let mut none: f64 =
            here.below.iter().zip(counts).map(|(p, count)| power(*p, *count)).product();
        let after: Vec<f64> = here
            .below
            .iter()
            .zip(&here.mass)
            .map(|(p, m)| if *p > 0.0 { (p - m).max(0.0) / p } else { 1.0 })
            .collect();
        for (group, &class) in self.sums.class.iter().enumerate() {
            let j = (class as usize).wrapping_sub(here.first);
            if j >= width || here.mass[j] == 0.0 {
                continue;
            }
            if none == 0.0 {
                return;
            }
            if self.asked[1].groups[group] {
                self.by_group[1][group] += here.weight * here.own[j] * none / here.below[j];
            }
            none *= after[j];
        }
    }

    /// Sorts classes into faint ones (small q) and others, and chooses the way to go.
    fn prepare_walk(&mut self, open: Open) {
        let (here, walk) = (&self.here, &mut self.walk);
        let used = self.count.window().2;
        let (wr, _) = self.count.w();
        let longest = (-2.0 * wr[used - 1]).sqrt();
        let width = here.above.len();
        walk.start(&self.count, used.next_multiple_of(LANES));
        walk.faint.clear();
        walk.faint.resize(width, Faint::default());
        walk.kind.clear();
        walk.kind.resize(width, Kind::Absent);
        walk.moved = MOVED / longest;
        // Where it is kept up for faint groups, Σ A_r (-q)^r costs as much as 20 groups' full turn.
        let (mut groups, mut breaks, mut gain) = (0.0, 0.0, 0.0);
        for j in (0..width).filter(|&j| here.mass[j] > 0.0) {
            let (q, mass, count) = (here.above[j], here.mass[j], self.sums.counts[here.first + j]);
            groups += count;
            if (q + mass) * longest <= FAINT && mass <= 0.2 * walk.moved {
                walk.kind[j] = Kind::Faint;
                walk.faint[j] = Faint::new(q, mass);
                breaks += count * mass / walk.moved;
                if open.place {
                    gain += here.own[j] * self.class_gains[here.first + j].abs();
                }
            } else {
                walk.kind[j] = Kind::Full;
                breaks += count;
            }
        }
        walk.gains = open.place && gain * here.weight > 1e-13;
        let kept_up = walk.gains || (open.top && matches!(self.request.top, Who::All));
        walk.one_by_one = kept_up && 20.0 * breaks > groups;
    }

    /// Every group alike, all frequencies of φ in turn.
    fn walk_fully(&mut self, open: Open) {
        let (here, walk) = (&self.here, &mut self.walk);
        let used = self.count.window().2;
        let length = used.next_multiple_of(LANES);
        let width = here.above.len();
        let top = self.transforms.top.as_ref().filter(|_| open.top);
        let place = self.transforms.place.as_ref().filter(|_| open.place);
        let (wr, wi) = self.count.w_in_lanes();
        walk.ratio.stretch(width * length);
        walk.top.stretch(if matches!(top, Some(Ok(_))) { width * length } else { 0 });
        walk.place.stretch(if place.is_some() { width * length } else { 0 });
        for j in (0..width).filter(|&j| here.mass[j] > 0.0) {
            walk.ratio.set_ratio(j, here.above[j], here.below[j], here.mass[j], (wr, wi));
            for m in 0..length {
                let w = (wr[m], wi[m]);
                let inverse = without(here.above[j], here.below[j], w);
                let at = j * length + m;
                if let Some(Ok(h)) = top {
                    (walk.top.re[at], walk.top.im[at]) = multiply(inverse, (h.re[m], h.im[m]));
                }
                if let Some(h) = place {
                    (walk.place.re[at], walk.place.im[at]) = multiply(inverse, (h.re[m], h.im[m]));
                }
            }
        }
        for (group, &class) in self.sums.class.iter().enumerate() {
            let j = (class as usize).wrapping_sub(here.first);
            if j >= width || here.mass[j] == 0.0 {
                continue;
            }
            let share = here.weight * here.own[j];
            let state = (&walk.state.re[..], &walk.state.im[..]);
            match top.filter(|_| self.asked[0].groups[group]) {
                Some(Ok(_)) => {
                    self.by_group[0][group] += share * dot(state, walk.top.part(j, length));
                }
                Some(Err(value)) => self.by_group[0][group] += share * value,
                None => {}
            }
            if let Some(gains) = self.request.gains.filter(|_| open.place) {
                self.gained += share * gains[group] * dot(state, walk.place.part(j, length));
            }
            if let Some(place) =
                self.place_of.get(group).filter(|&&place| open.deep && place != usize::MAX)
            {
                let h = &self.transforms.deep.as_ref().expect("refreshed")[*place];
                self.deep_sum +=
                    share * mean(&walk.state, h, here.above[j], here.below[j], (wr, wi), [0.0; 3]);
            }
            turn(&mut walk.state, walk.ratio.part(j, length));
        }
    }

    /// Faint groups move ln φ by a short series Σ s_r w^r, of which sums are kept, and are
    /// put into φ when they have grown. E h without a faint group is Σ A_r (-q)^r, A_r =
    /// Re Σ ĥ φ w^r; both to third order in what has moved since φ was last brought up to date.
    fn walk_faintly(&mut self, open: Open) {
        let (here, walk) = (&self.here, &mut self.walk);
        let used = self.count.window().2;
        let length = used.next_multiple_of(LANES);
        let width = here.above.len();
        let w = self.count.w_in_lanes();
        walk.ratio.stretch(width * length);
        for j in (0..width).filter(|&j| walk.kind[j] == Kind::Full) {
            walk.ratio.set_ratio(j, here.above[j], here.below[j], here.mass[j], w);
        }
        let place_h = self.transforms.place.as_ref().filter(|_| open.place);
        let top_h = self.transforms.top.as_ref().filter(|_| open.top);
        let all = open.top && matches!(self.request.top, Who::All);
        let gains = self.request.gains.filter(|_| walk.gains);
        let full_gains = self.request.gains.filter(|_| open.place);
        if !all && full_gains.is_none() {
            return self.walk_between(open);
        }
        let (mut since, mut factors, mut next) = (Since::default(), None, 0);
        for (group, &class) in self.sums.class.iter().enumerate() {
            let special = self.special.get(next) == Some(&(group as u32));
            next += usize::from(special);
            let j = (class as usize).wrapping_sub(here.first);
            if j >= width {
                continue;
            }
            let kind = walk.kind[j];
            if kind == Kind::Absent {
                continue;
            }
            if special || (kind == Kind::Full && (all || full_gains.is_some())) {
                let share = here.weight * here.own[j];
                let now = since.series();
                let mean =
                    |h: &CountTransform| mean(&walk.state, h, here.above[j], here.below[j], w, now);
                // Where all are asked for, the faint have their turn below.
                let asked = self.asked[0].groups[group] && !(all && kind == Kind::Faint);
                if let Some(top) = top_h.filter(|_| asked && share > 1e-15) {
                    self.by_group[0][group] +=
                        share * top.as_ref().map_or_else(|value| *value, mean);
                }
                let place =
                    self.place_of.get(group).filter(|&&place| open.deep && place != usize::MAX);
                if let Some(&place) = place.filter(|&&place| share * self.depths[place] > 1e-14) {
                    self.deep_sum +=
                        share * mean(&self.transforms.deep.as_ref().expect("refreshed")[place]);
                }
                if let (Some(h), Kind::Full, Some(gains)) = (place_h, kind, full_gains) {
                    self.gained += share * gains[group] * mean(h);
                }
            }
            if kind == Kind::Full {
                since.pay(&walk.state, place_h, w, &mut self.gained);
                factors = None;
                turn(&mut walk.state, walk.ratio.part(j, length));
                continue;
            }
            let faint = &walk.faint[j];
            if all {
                let value = match top_h.expect("open") {
                    Err(value) => *value,
                    Ok(h) => {
                        let factors = factors.get_or_insert_with(|| powers(&walk.state, h, w));
                        faint.mean(factors, since.series())
                    }
                };
                self.by_group[0][group] += here.weight * here.own[j] * value;
            }
            if let Some(gains) = gains {
                since.gain(faint, here.weight * here.own[j] * gains[group]);
            }
            for (sum, term) in since.moved.iter_mut().zip(&faint.moves) {
                *sum += term;
            }
            if since.moved[0] > walk.moved {
                since.pay(&walk.state, place_h, w, &mut self.gained);
                since.settle(&mut walk.state, w);
                factors = None;
            }
        }
        since.pay(&walk.state, place_h, w, &mut self.gained);
    }

    /// Walks the keys where nothing is asked of groups but the special ones: those between
    /// them count by class.
    fn walk_between(&mut self, open: Open) {
        let (here, walk) = (&self.here, &mut self.walk);
        let length = self.count.window().2.next_multiple_of(LANES);
        let width = here.above.len();
        let w = self.count.w_in_lanes();
        let mut since = Since::default();
        let mut begin = 0;
        for (&group, &end) in self.special.iter().zip(&self.between_ends) {
            for &(class, count) in &self.between[begin..end] {
                let j = (class as usize).wrapping_sub(here.first);
                if j >= width {
                    continue;
                }
                match walk.kind[j] {
                    Kind::Absent => {}
                    Kind::Full => {
                        (0..count).for_each(|_| turn(&mut walk.state, walk.ratio.part(j, length)));
                    }
                    Kind::Faint => {
                        let faint = &walk.faint[j];
                        let mut left = f64::from(count);
                        // What is put into φ at once stays within the reach of its series.
                        while left > 0.0 {
                            let all = left * faint.mass <= walk.moved;
                            let now = if all {
                                left
                            } else {
                                left.min((walk.moved / faint.mass).floor())
                            };
                            left -= now;
                            for (sum, term) in since.moved.iter_mut().zip(&faint.moves) {
                                *sum += now * term;
                            }
                            if since.moved[0] > walk.moved {
                                since.settle(&mut walk.state, w);
                            }
                        }
                    }
                }
            }
            begin = end;
            let group = group as usize;
            let j = (self.sums.class[group] as usize).wrapping_sub(here.first);
            if j >= width || walk.kind[j] == Kind::Absent {
                continue;
            }
            let share = here.weight * here.own[j];
            let mean = |h: &CountTransform| {
                mean(&walk.state, h, here.above[j], here.below[j], w, since.series())
            };
            if open.top && share > 1e-15 && self.asked[0].groups[group] {
                let top = self.transforms.top.as_ref().expect("refreshed");
                self.by_group[0][group] += share * top.as_ref().map_or_else(|value| *value, mean);
            }
            let place = self.place_of.get(group).filter(|&&place| open.deep && place != usize::MAX);
            if let Some(&place) = place.filter(|&&place| share * self.depths[place] > 1e-14) {
                self.deep_sum +=
                    share * mean(&self.transforms.deep.as_ref().expect("refreshed")[place]);
            }
        }
    }
}
