//! The state of the Anonymity screen: its own knobs, the newest report, the shopper in view.

use std::sync::Arc;

use crate::anonymity::{
    AnonymityReport, AnonymityRequest, AnonymitySetting, AnonymityStudy, Attribute, ItemPart,
    PointKind, StudyPart, TimePart,
};
use crate::export::AnonymityLabels;
use crate::purchases::{Purchases, Status};
use crate::tui::desk::Desk;
use crate::tui::desk::message::{Effect, Next};

/// A line that ←→ turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TurnedLine {
    /// ε of one DP release.
    #[default]
    Epsilon,
    /// What somebody may know.
    Points,
    /// How many points are known.
    Known,
    /// The least users of a class.
    Class,
    /// By what classes are made.
    By,
    /// What is to stay secret.
    Secret,
    /// The belief beforehand.
    Belief,
}

impl TurnedLine {
    /// Top to bottom.
    pub const ALL: [Self; 7] = [
        Self::Epsilon,
        Self::Points,
        Self::Known,
        Self::Class,
        Self::By,
        Self::Secret,
        Self::Belief,
    ];
}

/// The shopper who is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenOut {
    /// Their place among the users.
    pub user: usize,
    /// The number of the noise.
    pub draw: u64,
}

/// The Anonymity screen.
#[derive(Debug)]
pub struct AnonymityScreen {
    /// The chosen line.
    pub line: TurnedLine,
    /// The points; `None` for the usual of the file.
    pub kind: Option<PointKind>,
    /// How many points are known, from 1.
    pub known: usize,
    /// The least users of a class.
    pub k: usize,
    /// Place among the quasi-identifiers that are offered.
    pub by: usize,
    /// What is to stay secret.
    pub secret: Attribute,
    /// A probability beforehand.
    pub prior: f64,
    /// Which part a narrow screen shows.
    pub part: usize,
    /// Whether the user agreed to look at people of this private file.
    pub agreed: bool,
    /// The shopper who is taken out, while that is in view.
    pub taken_out: Option<TakenOut>,
    /// Whether somebody stopped the work.
    pub stopped: bool,
    /// Number of the request that is waited for, and what it asks.
    pub asked: Option<(u64, AnonymitySetting)>,
    /// The newest report.
    pub report: Option<AnonymityReport>,
}

impl Default for AnonymityScreen {
    fn default() -> Self {
        Self {
            line: TurnedLine::Epsilon,
            kind: None,
            known: 2,
            k: 5,
            by: 0,
            secret: Attribute::FavouriteItem,
            prior: 0.1,
            part: 0,
            agreed: false,
            taken_out: None,
            stopped: false,
            asked: None,
            report: None,
        }
    }
}

impl AnonymityScreen {
    /// Beliefs that the keys step through.
    pub const PRIORS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9];
    /// Sizes of classes that the keys step through.
    pub const CLASSES: [usize; 12] = [2, 3, 5, 7, 10, 20, 30, 50, 100, 200, 500, 1_000];
    /// Parts of a narrow screen.
    pub const PARTS: usize = 3;

    /// Whether people may be looked at: the data is not private, or the user agreed.
    pub fn may_look(&self, desk: &Desk) -> bool {
        let status = desk.data.as_ref().map(|data| data.purchases.status);
        self.agreed || status.is_some_and(|status| status != Status::Private)
    }

    /// The kinds of points that a file can have, in the order of the map, baskets last.
    pub fn kinds(purchases: &Purchases) -> Vec<PointKind> {
        let mut kinds: Vec<PointKind> = PointKind::cells()
            .filter(|kind| {
                AnonymityStudy::parts(purchases, PointKind::Basket)
                    .contains(&StudyPart::Unicity(*kind))
            })
            .collect();
        if purchases.time.is_some() && purchases.money.is_some() {
            kinds.push(PointKind::Basket);
        }
        kinds
    }

    /// Quasi-identifiers that are offered, of both releases, as far as the file has them.
    pub fn offered(purchases: &Purchases) -> Vec<[Vec<Attribute>; 2]> {
        use Attribute::{Country, FirstDay, LastDay, Orders, Spent};
        let usual = [Attribute::usual(purchases), Attribute::usual_second(purchases)];
        let more: [[&[Attribute]; 2]; 2] = [
            [&[Country, Orders, Spent], &[Country, LastDay]],
            [&[Country, FirstDay, LastDay], &[Country, Orders, Spent]],
        ];
        let there = |list: &[Attribute]| -> Vec<Attribute> {
            list.iter().copied().filter(|one| one.is_in(purchases)).collect()
        };
        let more = more.into_iter().map(|both| both.map(there));
        let mut offered = vec![usual];
        offered.extend(more.filter(|[first, _]| !first.is_empty()));
        offered.dedup();
        offered
    }

    /// What may be secret in a file.
    pub fn secrets(purchases: &Purchases) -> Vec<Attribute> {
        let all =
            [Attribute::FavouriteItem, Attribute::FavouriteCategory, Attribute::FavouriteHour];
        all.into_iter().filter(|one| one.is_in(purchases)).collect()
    }

    /// The setting under the screen's knobs; `None` while nothing is open.
    pub fn setting(&self, desk: &Desk) -> Option<AnonymitySetting> {
        let purchases = &desk.data.as_ref()?.purchases;
        let usual = AnonymitySetting::usual(purchases, desk.seed);
        let mut offered = Self::offered(purchases);
        let [quasi, second] = offered.swap_remove(self.by.min(offered.len() - 1));
        let kind = self.kind.filter(|kind| Self::kinds(purchases).contains(kind));
        let secret = Some(self.secret).filter(|one| Self::secrets(purchases).contains(one));
        Some(AnonymitySetting {
            kind: kind.unwrap_or(usual.kind),
            k: self.k,
            quasi,
            second,
            sensitive: secret.unwrap_or(usual.sensitive),
            seed: usual.seed,
        })
    }

    /// What figures are shown under.
    pub fn labels(&self, desk: &Desk) -> AnonymityLabels {
        let knobs = &desk.knobs;
        AnonymityLabels {
            epsilon: knobs.epsilon,
            delta: knobs.mechanism.needs_delta().then_some(knobs.delta),
            prior: self.prior,
            known: self.known,
            most: crate::anonymity::MOST_POINTS,
        }
    }

    /// What is known of the setting: curves stay where only classes changed.
    pub fn study(&self, desk: &Desk) -> Option<AnonymityStudy> {
        let (report, setting) = (self.report.as_ref()?, self.setting(desk)?);
        let mut study = report.found.as_ref().ok()?.clone();
        let of_it = &report.setting;
        let same_classes = of_it.k == setting.k
            && of_it.quasi == setting.quasi
            && of_it.second == setting.second
            && of_it.sensitive == setting.sensitive;
        if !same_classes {
            study.anonymous = None;
        }
        Some(study)
    }

    /// Asks for what is not known yet.
    pub fn ask(&mut self, desk: &mut Desk) -> Vec<Next> {
        let Some(setting) = self.setting(desk) else { return Vec::new() };
        if !self.may_look(desk) || self.stopped {
            return self.stop();
        }
        let is_known = |report: &AnonymityReport| report.setting == setting && report.is_whole();
        if self.report.as_ref().is_some_and(is_known) {
            return self.stop();
        }
        if self.asked.as_ref().is_some_and(|(_, asked)| *asked == setting) {
            return Vec::new();
        }
        let id = desk.fresh_id();
        let Some(data) = &desk.data else { return Vec::new() };
        self.asked = Some((id, setting.clone()));
        let request = AnonymityRequest { id, purchases: Arc::clone(&data.purchases), setting };
        vec![Effect::Anonymity(Box::new(request)).into()]
    }

    /// Stops what is under way; what was found stays.
    pub fn stop(&mut self) -> Vec<Next> {
        match self.asked.take() {
            Some(_) => vec![Effect::StopAnonymity.into()],
            None => Vec::new(),
        }
    }

    /// Takes a report of the worker; older ones are dropped.
    pub fn reported(&mut self, report: AnonymityReport) {
        if self.asked.as_ref().is_some_and(|(id, _)| *id == report.id) {
            if report.is_whole() {
                self.asked = None;
            }
            self.report = Some(report);
        }
    }

    /// Another file: nothing of the former is known, and nobody agreed to look at its people.
    pub fn forget_file(&mut self) {
        let Self { known, k, prior, part, line, .. } = *self;
        *self = Self { known, k, prior, part, line, ..Self::default() };
    }

    /// The cell of the map, (row from below, column), of a kind of points.
    pub fn cell_of(kind: PointKind) -> Option<(usize, usize)> {
        let PointKind::Of(item, time) = kind else { return None };
        let row = ItemPart::ALL.iter().rev().position(|&one| one == item)?;
        Some((row, TimePart::ALL.iter().position(|&one| one == time)?))
    }

    /// The kind of points of a cell; none where nothing is known of either.
    pub fn kind_of((row, column): (usize, usize)) -> Option<PointKind> {
        let item = *ItemPart::ALL.iter().rev().nth(row)?;
        let kind = PointKind::Of(item, *TimePart::ALL.get(column)?);
        PointKind::cells().find(|&one| one == kind)
    }
}
