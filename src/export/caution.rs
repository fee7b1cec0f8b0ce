//! What is said of an ε or δ that is taken and seldom wanted: on the command line and in the explorer alike.

use crate::chart::{grouped, short_number};

/// ε above which a guarantee says little: e^10 is 22,026.
const HARDLY_PRIVATE: f64 = 10.0;
/// δ that is too much of however few users.
const LARGE: f64 = 1e-3;

/// Of an ε above 10.
pub fn of_epsilon(epsilon: f64) -> Option<String> {
    (epsilon > HARDLY_PRIVATE).then(|| {
        let factor = match libm::exp(epsilon) {
            factor if factor.is_finite() => format!(", {}", short_number(factor)),
            _ => String::new(),
        };
        let epsilon = short_number(epsilon);
        format!("ε {epsilon} is hardly privacy: it lets odds move by a factor of e^ε{factor}")
    })
}

/// Of a δ that is not below one over the number of users, or, where that is not known, of one from 1e-3 on.
pub fn of_delta(delta: f64, users: Option<usize>) -> Option<String> {
    match users {
        Some(users) => (delta * users.max(1) as f64 >= 1.0).then(|| {
            format!(
                "δ {delta:e} is not below one over the {} users: it would allow to publish one of them whole",
                grouped(users.max(1) as u64)
            )
        }),
        None => (delta >= LARGE).then(|| {
            format!(
                "δ {delta} is large: it is the probability with which nothing is promised, and belongs well below one over \
                 the number of users"
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seldom_wanted_is_said_and_nothing_else() {
        assert!(of_epsilon(50.0).unwrap().contains("hardly privacy"));
        assert_eq!(of_epsilon(10.0), None);
        assert!(of_delta(0.1, Some(2_998)).unwrap().contains("the 2,998 users"));
        assert!(of_delta(0.5, None).unwrap().contains("δ 0.5 is large"));
        assert_eq!((of_delta(1e-6, Some(2_998)), of_delta(1e-6, None)), (None, None));
        assert_eq!((of_delta(0.0, Some(5)), of_delta(0.0, None)), (None, None));
    }
}
