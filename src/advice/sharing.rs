//! Several questions that share one ε: the split with the least error in closed form, beside
//! equal shares, and what two levels of the same sums gain by being made consistent.

use thiserror::Error;

/// What is to be least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Aim {
    /// Σ w·E|Z|.
    #[default]
    Mae,
    /// Σ w·Var Z.
    Variance,
}

/// A question that shares: Laplace noise of scale Δ₁/ε on every group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sharer {
    /// Δ₁ in shown units, above 0.
    pub sensitivity: f64,
    /// Its weight: the user's, times the number of its groups; above 0.
    pub weight: f64,
    /// ε that stays as it is.
    pub locked: Option<f64>,
}

/// What each question gets.
#[derive(Debug, Clone, PartialEq)]
pub struct Sharing {
    /// ε of each, in the order of the questions.
    pub epsilons: Vec<f64>,
    /// ε of each where those that are not locked share equally.
    pub equal: Vec<f64>,
    /// The weighted sum that was to be least.
    pub value: f64,
    /// The same at equal shares.
    pub equal_value: f64,
    /// What of both the locked questions make, which no share changes.
    pub locked_value: f64,
}

/// Why ε cannot be shared.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[expect(missing_docs, reason = "the sentence says what each case is; the fields are its words")]
pub enum NotShared {
    #[error("the locked questions take ε {locked} of {total}: nothing is left for the others")]
    Locked { locked: f64, total: f64 },
}

/// Shares `total` so that the aim is least: ε ∝ √(wΔ) for MAE, ε ∝ (wΔ²)^{1/3} for variance, by
/// Lagrange's condition that an ε more is worth the same everywhere.
///
/// # Errors
/// If the locked questions leave nothing for the others.
pub fn share(total: f64, questions: &[Sharer], aim: Aim) -> Result<Sharing, NotShared> {
    let locked: f64 = questions.iter().filter_map(|one| one.locked).sum();
    let free = questions.iter().filter(|one| one.locked.is_none()).count();
    let left = total - locked;
    // A hair of room: tenths do not add up to the last bit.
    if left < -1e-9 * total || (free > 0 && left <= 0.0) {
        return Err(NotShared::Locked { locked, total });
    }
    let pull = |one: &Sharer| match aim {
        Aim::Mae => (one.weight * one.sensitivity).sqrt(),
        Aim::Variance => libm::cbrt(one.weight * one.sensitivity * one.sensitivity),
    };
    let all: f64 = questions.iter().filter(|one| one.locked.is_none()).map(pull).sum();
    let of = |share: &dyn Fn(&Sharer) -> f64| -> Vec<f64> {
        questions.iter().map(|one| one.locked.unwrap_or_else(|| left * share(one))).collect()
    };
    let epsilons = of(&|one| pull(one) / all);
    let equal = of(&|_| 1.0 / free as f64);
    let cost = |(one, epsilon): (&Sharer, &f64)| {
        let scale = one.sensitivity / epsilon;
        match aim {
            Aim::Mae => one.weight * scale,
            Aim::Variance => one.weight * 2.0 * scale * scale,
        }
    };
    let value = |epsilons: &[f64]| questions.iter().zip(epsilons).map(cost).sum();
    let locked = questions.iter().zip(&epsilons).filter(|(one, _)| one.locked.is_some());
    let locked_value = locked.map(cost).sum();
    Ok(Sharing {
        value: value(&epsilons),
        equal_value: value(&equal),
        locked_value,
        epsilons,
        equal,
    })
}

/// Standard deviations of a parent and of each of its `children` after both are made consistent
/// (the parent is the sum of its children, least squares): parent variance 1/(1/σp² + 1/(fσc²)),
/// child variance σc²(1 - σc²/(σp² + fσc²)). Post-processing: it costs nothing. Only for sums that
/// are bounded once, at the children, never for buyers.
pub fn consistent(parent: f64, child: f64, children: f64) -> (f64, f64) {
    let (p, c) = (parent * parent, child * child);
    let of_parent = 1.0 / (1.0 / p + 1.0 / (children * c));
    let of_child = c * (1.0 - c / (p + children * c));
    (of_parent.sqrt(), of_child.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sensitivities: &[f64]) -> Vec<Sharer> {
        sensitivities
            .iter()
            .map(|&sensitivity| Sharer { sensitivity, weight: 1.0, locked: None })
            .collect()
    }

    #[test]
    fn the_split_is_the_known_one() {
        let questions = of(&[100.0, 25.0, 1.0]);
        let variance = share(1.0, &questions, Aim::Variance).unwrap();
        for (found, wanted) in variance.epsilons.iter().zip([0.692873, 0.274967, 0.032160]) {
            assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
        }
        assert!((variance.value - 60_126.96).abs() < 0.01, "{}", variance.value);
        assert!((variance.equal_value - 191_268.0).abs() < 1.0, "{}", variance.equal_value);
        let mae = share(1.0, &questions, Aim::Mae).unwrap();
        for (found, wanted) in mae.epsilons.iter().zip([0.625, 0.3125, 0.0625]) {
            assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
        }
    }

    #[test]
    fn no_other_split_is_better_and_locks_hold() {
        let questions = of(&[40.0, 7.0, 3.0]);
        for aim in [Aim::Mae, Aim::Variance] {
            let best = share(2.0, &questions, aim).unwrap();
            assert!((best.epsilons.iter().sum::<f64>() - 2.0).abs() < 1e-12);
            for (from, to) in [(0, 1), (1, 2), (2, 0)] {
                let moved: Vec<Sharer> = (0..3)
                    .map(|at| {
                        let step = 0.01
                            * (f64::from(u8::from(at == to)) - f64::from(u8::from(at == from)));
                        Sharer { locked: Some(best.epsilons[at] + step), ..questions[at] }
                    })
                    .collect();
                assert!(share(2.0, &moved, aim).unwrap().value > best.value, "{aim:?}");
            }
        }
        let mut locked = questions.clone();
        locked[2].locked = Some(0.5);
        let found = share(2.0, &locked, Aim::Mae).unwrap();
        assert_eq!(found.epsilons[2], 0.5);
        assert!((found.epsilons.iter().sum::<f64>() - 2.0).abs() < 1e-12);
        locked[2].locked = Some(2.0);
        assert!(share(2.0, &locked, Aim::Mae).is_err());
    }

    /// Least squares by brute force: the parent's estimate from p and the sum of f children.
    #[test]
    fn consistency_never_costs() {
        let (parent, child) = consistent(10.0, 4.0, 5.0);
        assert!((parent * parent - 1.0 / (1.0 / 100.0 + 1.0 / 80.0)).abs() < 1e-9);
        assert!((child * child - 16.0 * (1.0 - 16.0 / 180.0)).abs() < 1e-9);
        assert!(parent < 10.0 && child < 4.0);
    }
}
