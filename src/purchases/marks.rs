//! One value for each column of numbers, where a file spells them differently.

use super::decided::{Decided, Origin};
use super::purpose::Purpose;

/// One value for each column of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByNumber<T> {
    /// For quantities.
    pub quantity: T,
    /// For unit prices.
    pub price: T,
    /// For line totals.
    pub total: T,
}

impl<T: Copy> ByNumber<T> {
    /// The purposes of numbers, in the order shown.
    pub const PURPOSES: [Purpose; 3] = [Purpose::Quantity, Purpose::Price, Purpose::Total];

    /// The same for all.
    pub fn all(value: T) -> Self {
        Self { quantity: value, price: value, total: value }
    }

    /// That of a purpose; that of prices where it is none of numbers.
    pub fn of(&self, purpose: Purpose) -> T {
        match purpose {
            Purpose::Quantity => self.quantity,
            Purpose::Total => self.total,
            _ => self.price,
        }
    }

    /// Sets that of a purpose; does nothing where it is none of numbers.
    pub fn set(&mut self, purpose: Purpose, value: T) {
        match purpose {
            Purpose::Quantity => self.quantity = value,
            Purpose::Price => self.price = value,
            Purpose::Total => self.total = value,
            _ => {}
        }
    }
}

impl<T: Copy + PartialEq> ByNumber<Decided<T>> {
    /// As it is shown: one value where all are the same, else `quantity=.; price=,`. It is guessed
    /// where one of them is.
    pub(super) fn said(&self, say: impl Fn(T) -> String) -> (String, Origin) {
        let each = ByNumber::<T>::PURPOSES.map(|purpose| (purpose, self.of(purpose)));
        let has = |origin| each.iter().any(|(_, decided)| decided.origin == origin);
        let origin = [Origin::Guessed, Origin::Declared]
            .into_iter()
            .find(|&origin| has(origin))
            .unwrap_or(Origin::Default);
        let value = if each.iter().all(|(_, decided)| decided.value == each[0].1.value) {
            say(each[0].1.value)
        } else {
            let one = |(purpose, decided): &(Purpose, Decided<T>)| {
                format!("{}={}", purpose.name(), say(decided.value))
            };
            each.iter().map(one).collect::<Vec<_>>().join("; ")
        };
        (value, origin)
    }
}
