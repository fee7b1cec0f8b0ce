//! Steps through what can be chosen: around a list, along a ladder.

/// The entry after (or before) `now`, around the end; the first where `now` is no entry.
pub fn neighbour<T: Copy + PartialEq>(all: &[T], now: T, forward: bool) -> T {
    let Some(place) = all.iter().position(|&entry| entry == now) else { return all[0] };
    all[(place + if forward { 1 } else { all.len() - 1 }) % all.len()]
}

/// The next entry of an ascending ladder above (or below) `now`; `now` at its end.
pub fn step_on<T: Copy + PartialOrd>(ladder: &[T], now: T, up: bool) -> T {
    let next = if up {
        ladder.iter().copied().find(|&step| step > now)
    } else {
        ladder.iter().rev().copied().find(|&step| step < now)
    };
    next.unwrap_or(now)
}
