//! Values by an enum: one for each variant, in an array, found by the variant.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An enum of `N` variants by which values are kept.
pub trait Listed<const N: usize>: Copy {
    /// Every variant, once, in any order.
    const ALL: [Self; N];

    /// The variant's place in the enum, from 0 (`self as usize`).
    fn place(self) -> usize;

    /// Its name in documents (JSON keys).
    fn key(self) -> &'static str;

    /// Every variant in the order of the enum: that of documents.
    fn in_documents() -> [Self; N] {
        let mut all = Self::ALL;
        all.sort_by_key(|variant| variant.place());
        all
    }
}

/// One value for each of the `N` variants of `K`: `values[Purpose::User]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct By<K, T, const N: usize> {
    values: [T; N],
    keys: PhantomData<K>,
}

impl<K: Listed<N>, T, const N: usize> By<K, T, N> {
    /// One value for each variant, made in the order of documents.
    pub fn each(make: impl FnMut(K) -> T) -> Self {
        Self { values: K::in_documents().map(make), keys: PhantomData }
    }

    /// Another value for each variant.
    pub fn map<U>(&self, mut make: impl FnMut(&T) -> U) -> By<K, U, N> {
        By::each(|key| make(&self[key]))
    }
}

impl<K: Listed<N>, T: Default, const N: usize> Default for By<K, T, N> {
    fn default() -> Self {
        Self::each(|_| T::default())
    }
}

impl<K: Listed<N>, T, const N: usize> Index<K> for By<K, T, N> {
    type Output = T;

    fn index(&self, key: K) -> &T {
        &self.values[key.place()]
    }
}

impl<K: Listed<N>, T, const N: usize> IndexMut<K> for By<K, T, N> {
    fn index_mut(&mut self, key: K) -> &mut T {
        &mut self.values[key.place()]
    }
}

impl<K: Listed<N>, T, const N: usize> FromIterator<(K, T)> for By<K, T, N>
where
    T: Default,
{
    /// The values that are there, the last where there are several; the type's default elsewhere.
    fn from_iter<I: IntoIterator<Item = (K, T)>>(values: I) -> Self {
        let mut by = Self::default();
        values.into_iter().for_each(|(key, value)| by[key] = value);
        by
    }
}

impl<K: Listed<N>, T: fmt::Debug, const N: usize> fmt::Debug for By<K, T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(K::in_documents().map(|key| (key.key(), &self[key]))).finish()
    }
}

impl<K: Listed<N>, T: Serialize, const N: usize> Serialize for By<K, T, N> {
    /// `{key: value}`, in the order of documents.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(N))?;
        for key in K::in_documents() {
            map.serialize_entry(key.key(), &self[key])?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Purpose, Reason};
    use super::*;

    /// Every variant stands in ALL once, has a name of its own and finds its own value.
    fn whole<K: Listed<N> + PartialEq + fmt::Debug, const N: usize>() {
        let values = By::<K, K, N>::each(|key| key);
        for (place, key) in K::in_documents().into_iter().enumerate() {
            assert_eq!((key.place(), values[key]), (place, key), "ALL lacks a variant");
            assert_eq!(K::ALL.iter().filter(|other| other.key() == key.key()).count(), 1);
        }
    }

    #[test]
    fn every_variant_finds_its_own_value() {
        whole::<Purpose, { Purpose::ALL.len() }>();
        whole::<Reason, { Reason::ALL.len() }>();
    }

    #[test]
    fn values_are_shown_under_their_keys() {
        let by: By<Purpose, u8, { Purpose::ALL.len() }> =
            [(Purpose::Item, 7)].into_iter().collect();
        let json = serde_json::to_string(&by).unwrap();
        assert!(json.starts_with(r#"{"user":0,"item":7,"quantity":0"#), "{json}");
    }
}
