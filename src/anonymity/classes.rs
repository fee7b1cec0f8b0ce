//! Classes of users who look alike: what they keep apart, what they lose, what they give away.

use super::attribute::Attribute;
use super::error::AnonymityError;
use super::mondrian::{self, Cuts};
use super::people::UserColumn;
use crate::work::Cancel;

/// The users of one k-anonymous release.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// The users of each class, ascending in each.
    pub members: Vec<Vec<u32>>,
    /// The class of each user.
    pub of: Vec<u32>,
    /// Normalised certainty penalty, in 0..=1: the mean over users and quasi-identifiers of how wide
    /// a class is in share of the range of all users (of choices: how many of them, but one). 0 loses nothing.
    pub penalty: f64,
    /// Quasi-identifiers by which no class was cut: no cut at their median leaves k users on both sides.
    pub uncut: Vec<Attribute>,
}

impl Classes {
    /// Makes classes of at least `k` by the quasi-identifiers in `columns`.
    ///
    /// # Errors
    /// If there are fewer than k users, or `cancel` was set before the end.
    pub(super) fn new(
        columns: &[UserColumn],
        users: usize,
        k: usize,
        cancel: &Cancel,
    ) -> Result<Self, AnonymityError> {
        match users {
            0 => return Err(AnonymityError::Nobody),
            1 => return Err(AnonymityError::OneUser),
            _ if users < k => return Err(AnonymityError::FewUsers { k, users }),
            _ => {}
        }
        let Cuts { classes: members, cut_by } = mondrian::classes(columns, users, k, cancel)?;
        let uncut = columns.iter().zip(cut_by).filter(|(_, is_cut)| !is_cut);
        let uncut = uncut.map(|(column, _)| column.attribute).collect();
        let mut of = vec![0; users];
        for (class, users) in members.iter().enumerate() {
            users.iter().for_each(|&user| of[user as usize] = class as u32);
        }
        Ok(Self { penalty: penalty(columns, &members, users), members, of, uncut })
    }

    /// The mean size of a class over k: 1 is the best (LeFevre et al. 2006, C_avg).
    pub fn average_size(&self) -> f64 {
        self.of.len() as f64 / self.members.len() as f64
    }

    /// The smallest and the largest class.
    pub fn sizes(&self) -> (usize, usize) {
        let sizes = || self.members.iter().map(Vec::len);
        (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0))
    }

    /// The discernibility metric (Bayardo, Agrawal 2005): every user costs the size of its class.
    pub fn discernibility(&self) -> u64 {
        self.members.iter().map(|class| (class.len() as u64).pow(2)).sum()
    }

    /// What may be secret in each class: distinct values of `secret`, ascending, by class.
    pub(super) fn values(&self, secret: &UserColumn) -> Vec<Vec<i64>> {
        let of = |class: &Vec<u32>| {
            let mut values: Vec<i64> =
                class.iter().map(|&user| secret.values[user as usize]).collect();
            values.sort_unstable();
            values.dedup();
            values
        };
        self.members.iter().map(of).collect()
    }

    /// l-diversity (Machanavajjhala et al. 2007) of the worst class: distinct values of the secret,
    /// and e to the entropy of their shares.
    pub(super) fn diversity(&self, secret: &UserColumn) -> (usize, f64) {
        let distinct = self.values(secret).iter().map(Vec::len).min().unwrap_or(0);
        let entropy = |class: &Vec<u32>| {
            let mut values: Vec<i64> =
                class.iter().map(|&user| secret.values[user as usize]).collect();
            values.sort_unstable();
            let all = values.len() as f64;
            let part = |same: &[i64]| {
                let share = same.len() as f64 / all;
                -share * libm::log(share)
            };
            values.chunk_by(|a, b| a == b).map(part).sum::<f64>()
        };
        let least = self.members.iter().map(entropy).fold(f64::INFINITY, f64::min);
        (distinct, libm::exp(least))
    }

    /// The share of users in whose class everybody has the same secret: whoever knows the class
    /// knows it.
    pub(super) fn certain(&self, secret: &UserColumn) -> f64 {
        let values = self.values(secret);
        let alike = self.members.iter().zip(&values).filter(|(_, values)| values.len() == 1);
        alike.map(|(class, _)| class.len()).sum::<usize>() as f64 / self.of.len() as f64
    }
}

fn penalty(columns: &[UserColumn], members: &[Vec<u32>], users: usize) -> f64 {
    let all: Vec<u32> = (0..users as u32).collect();
    let of = |column: &UserColumn| {
        let size = |class: &[u32]| {
            if !column.attribute.is_choice() {
                return mondrian::width(column, class) as f64;
            }
            let mut values: Vec<i64> =
                class.iter().map(|&user| column.values[user as usize]).collect();
            values.sort_unstable();
            values.dedup();
            values.len().saturating_sub(1) as f64
        };
        let whole = size(&all);
        let lost = |class: &Vec<u32>| {
            if whole > 0.0 { class.len() as f64 * size(class) / whole } else { 0.0 }
        };
        members.iter().map(lost).sum::<f64>()
    };
    columns.iter().map(of).sum::<f64>() / (users.max(1) * columns.len().max(1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymity::Attribute;

    #[test]
    fn what_classes_lose_and_give_away_is_counted_by_hand() {
        let numbers = UserColumn { attribute: Attribute::Orders, values: vec![0, 2, 6, 10] };
        let country = UserColumn { attribute: Attribute::Country, values: vec![0, 0, 1, 2] };
        let secret = UserColumn { attribute: Attribute::FavouriteItem, values: vec![5, 5, 7, 8] };
        let found = Classes::new(&[numbers, country], 4, 2, &Cancel::new()).unwrap();
        assert_eq!(found.members, [vec![0, 1], vec![2, 3]]);
        // Orders .2 and .4, countries 0 of 2 and 1 of 2: the mean of .2, .4, 0, .5.
        assert!((found.penalty - 0.275).abs() < 1e-12, "{}", found.penalty);
        assert_eq!((found.discernibility(), found.average_size(), found.sizes()), (8, 2.0, (2, 2)));
        assert_eq!(found.certain(&secret), 0.5);
        let (distinct, entropy) = found.diversity(&secret);
        assert_eq!((distinct, entropy), (1, 1.0));
        let apart = UserColumn { values: vec![1, 2, 3, 4], ..secret };
        assert!((found.diversity(&apart).1 - 2.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_users_are_refused() {
        let refused = |users, k| Classes::new(&[], users, k, &Cancel::new()).unwrap_err();
        assert_eq!(refused(0, 2), AnonymityError::Nobody);
        assert_eq!(refused(1, 5), AnonymityError::OneUser);
        assert_eq!(refused(3, 5), AnonymityError::FewUsers { k: 5, users: 3 });
    }
}
