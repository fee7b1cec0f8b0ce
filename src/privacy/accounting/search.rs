//! Smallest values and crossings of functions of one number.

/// The place and value of the smallest value of `f` on a range: the best of `steps` + 1
/// even points, then golden sections around it. For functions with one valley at the
/// scale of a step; infinities and NaN count as high.
pub(super) fn minimise((low, high): (f64, f64), steps: u32, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let value = |x: f64| {
        let y = f(x);
        if y.is_nan() { f64::INFINITY } else { y }
    };
    let width = (high - low) / f64::from(steps);
    let (mut best, mut least) = (low, f64::INFINITY);
    for i in 0..=steps {
        let x = low + f64::from(i) * width;
        let y = value(x);
        if y < least {
            (best, least) = (x, y);
        }
    }
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let (mut a, mut d) = ((best - width).max(low), (best + width).min(high));
    let (mut b, mut c) = (d - GOLDEN * (d - a), a + GOLDEN * (d - a));
    let (mut at_b, mut at_c) = (value(b), value(c));
    for _ in 0..60 {
        if at_b < at_c {
            (d, c, at_c) = (c, b, at_b);
            b = d - GOLDEN * (d - a);
            at_b = value(b);
        } else {
            (a, b, at_b) = (b, c, at_c);
            c = a + GOLDEN * (d - a);
            at_c = value(c);
        }
    }
    for (x, y) in [(b, at_b), (c, at_c)] {
        if y < least {
            (best, least) = (x, y);
        }
    }
    (best, least)
}

/// The smallest x > 0 with `enough(x)`, for a test that fails below some x and holds
/// above it: doubled or halved from `start`, then bisected to `relative`. The answer
/// always passes the test. `None` if nothing up to `start`·2^200 passes.
pub(crate) fn smallest_enough(
    start: f64,
    relative: f64,
    enough: impl Fn(f64) -> bool,
) -> Option<f64> {
    let (mut low, mut high) = (start, start);
    if enough(high) {
        for _ in 0..200 {
            low *= 0.5;
            if !enough(low) {
                break;
            }
            high = low;
        }
    } else {
        let mut doubled = 0;
        loop {
            low = high;
            high *= 2.0;
            doubled += 1;
            if enough(high) {
                break;
            }
            if doubled == 200 {
                return None;
            }
        }
    }
    while high - low > relative * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valley_is_found_inside_and_at_the_edges() {
        let (at, least) = minimise((0.0, 10.0), 20, |x| (x - 3.3) * (x - 3.3) + 2.0);
        assert!((at - 3.3).abs() < 1e-6 && (least - 2.0).abs() < 1e-12);
        assert!(minimise((0.0, 10.0), 20, |x| x).0 < 1e-9);
        assert!(minimise((0.0, 10.0), 20, |x| -x).0 > 10.0 - 1e-9);
    }

    #[test]
    fn the_smallest_enough_passes_and_nothing_smaller_does() {
        for target in [1e-7, 0.3, 1.0, 1.5, 4e9] {
            let found = smallest_enough(1.0, 1e-12, |x| x >= target).unwrap();
            assert!(found >= target && found <= target * (1.0 + 1e-11), "{target}: {found}");
        }
        assert_eq!(smallest_enough(1.0, 1e-12, |_| false), None);
    }
}
