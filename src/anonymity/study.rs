//! All of it for one setting, part by part as it is found.

use std::sync::Arc;

use super::attribute::Attribute;
use super::error::AnonymityError;
use super::kind::{ItemPart, PointKind, TimePart};
use super::linkage::Linkage;
use super::points::Points;
use super::releases::{Anonymous, ReleasesAsked};
use super::unicity::Unicity;
use crate::purchases::Purchases;
use crate::work::{Cancel, threads};

/// What is looked at. It holds nothing that depends on ε, or on how many points are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymitySetting {
    /// The points of the curve.
    pub kind: PointKind,
    /// The least size of a class.
    pub k: usize,
    /// Quasi-identifiers of the release.
    pub quasi: Vec<Attribute>,
    /// Those of a second one; none where there is none.
    pub second: Vec<Attribute>,
    /// What is to stay secret.
    pub sensitive: Attribute,
    /// Seed of all draws.
    pub seed: u64,
}

impl AnonymitySetting {
    /// The usual setting for a file: item and day, or item where there is no time; k = 5; the
    /// favourite item is secret.
    pub fn usual(purchases: &Purchases, seed: u64) -> Self {
        let kind = match purchases.time {
            Some(_) => PointKind::FINEST,
            None => PointKind::Of(ItemPart::Code, TimePart::None),
        };
        Self {
            kind,
            k: 5,
            quasi: Attribute::usual(purchases),
            second: Attribute::usual_second(purchases),
            sensitive: Attribute::FavouriteItem,
            seed,
        }
    }
}

/// What is found so far.
#[derive(Debug, Clone, Default)]
pub struct AnonymityStudy {
    /// Unicity of every kind of points that was looked at; the chosen one is the first.
    pub unicity: Vec<Arc<Unicity>>,
    /// k-anonymity and the attacks on it, or why there is none.
    pub anonymous: Option<Result<Arc<Anonymous>, AnonymityError>>,
    /// Linkage of the halves, or why there is none.
    pub linkage: Option<Result<Linkage, AnonymityError>>,
}

/// A part of a study, in the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StudyPart {
    /// Unicity of a kind of points.
    Unicity(PointKind),
    /// k-anonymity and the attacks on it.
    Anonymous,
    /// Linkage of the halves.
    Linkage,
}

impl AnonymityStudy {
    /// The parts of a study of this data, the most wanted first: kinds of points that the data
    /// cannot have are left out, but for the one that is asked for.
    pub fn parts(purchases: &Purchases, kind: PointKind) -> Vec<StudyPart> {
        let has = |cell: &PointKind| match cell {
            PointKind::Of(item, time) => {
                (*item != ItemPart::Category || purchases.category.is_some())
                    && (*time == TimePart::None || purchases.time.is_some())
            }
            PointKind::Basket => false,
        };
        let cells = PointKind::cells().filter(|cell| *cell != kind && has(cell));
        let first = [StudyPart::Unicity(kind), StudyPart::Anonymous, StudyPart::Linkage];
        first.into_iter().chain(cells.map(StudyPart::Unicity)).collect()
    }

    /// Unicity of a kind of points, where it is found.
    pub fn of(&self, kind: PointKind) -> Option<&Arc<Unicity>> {
        self.unicity.iter().find(|one| one.kind == kind)
    }

    /// Makes a part.
    ///
    /// # Errors
    /// If it is the chosen points that the data cannot have, or `cancel` was set before the end.
    pub fn make(
        &mut self,
        part: StudyPart,
        purchases: &Purchases,
        setting: &AnonymitySetting,
        cancel: &Cancel,
    ) -> Result<(), AnonymityError> {
        let of = |kind: PointKind| -> Result<Arc<Unicity>, AnonymityError> {
            let points = Points::collect(purchases, kind)?;
            Ok(Arc::new(Unicity::measure(&points, setting.seed, threads(), cancel)?))
        };
        match part {
            StudyPart::Unicity(kind) => {
                if self.of(kind).is_none() {
                    self.unicity.push(of(kind)?);
                }
            }
            StudyPart::Anonymous => {
                let items = PointKind::Of(ItemPart::Code, TimePart::None);
                let items = Points::collect(purchases, items)?;
                let asked = ReleasesAsked {
                    k: setting.k,
                    quasi: &setting.quasi,
                    second: &setting.second,
                    sensitive: setting.sensitive,
                    seed: setting.seed,
                };
                let made = Anonymous::make(purchases, &items, asked, threads(), cancel);
                self.anonymous = Some(stopped(made)?.map(Arc::new));
            }
            StudyPart::Linkage => {
                let made = Linkage::measure(purchases, setting.seed, threads(), cancel);
                self.linkage = Some(stopped(made)?);
            }
        }
        Ok(())
    }
}

/// What was found or why it cannot be; an end before that is an error.
fn stopped<T>(
    made: Result<T, AnonymityError>,
) -> Result<Result<T, AnonymityError>, AnonymityError> {
    match made {
        Err(AnonymityError::Stopped) => Err(AnonymityError::Stopped),
        other => Ok(other),
    }
}
