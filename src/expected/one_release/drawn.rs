//! A fixed sequence of numbers in 0..1, for tests.

/// Each call the next: Knuth's multiplier and increment for 64 bits, the upper 53 of them.
pub(super) fn units(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}
