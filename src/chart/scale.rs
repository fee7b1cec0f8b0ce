//! Axes: where a value goes, which ticks stand, and how a number is written short.

/// How values are placed on an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Evenly.
    Linear {
        /// Left or lower end.
        min: f64,
        /// Right or upper end, above `min`.
        max: f64,
    },
    /// By logarithm; both ends above 0.
    Log {
        /// Left or lower end.
        min: f64,
        /// Right or upper end, above `min`.
        max: f64,
    },
}

/// A tick: its value and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it stands, in data units.
    pub value: f64,
    /// What is written.
    pub label: String,
}

impl Scale {
    /// A linear axis that holds all finite `values` with a little room, and 0 if
    /// wanted. Without values, or with one value alone, it still has a width.
    pub fn linear_for(values: impl Iterator<Item = f64>, with_zero: bool) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|v| v.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if with_zero {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        let room = 0.04 * (high - low);
        let least = 1e-9 * low.abs().max(high.abs()).max(1e-300);
        if high - low <= least {
            let half = if low == 0.0 { 0.5 } else { 0.05 * low.abs() };
            return Scale::Linear { min: low - half, max: high + half };
        }
        let keep_zero = |end: f64, moved: f64| if with_zero && end == 0.0 { 0.0 } else { moved };
        Scale::Linear { min: keep_zero(low, low - room), max: keep_zero(high, high + room) }
    }

    /// A logarithmic axis that holds all values above 0; others cannot be shown.
    pub fn log_for(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, 0.0f64);
        for value in values.filter(|v| v.is_finite() && *v > 1e-300) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.1, 10.0);
        }
        if high / low < 1.05 {
            (low, high) = (low / 1.5, high * 1.5);
        }
        let room = (high / low).powf(0.04);
        Scale::Log { min: low / room, max: high * room }
    }

    /// Both ends.
    pub fn ends(self) -> (f64, f64) {
        match self {
            Scale::Linear { min, max } | Scale::Log { min, max } => (min, max),
        }
    }

    /// Where `value` goes, 0 at the low end and 1 at the high end; `None` if it is not
    /// finite or a log axis cannot show it. Values outside the ends give places
    /// outside 0..=1.
    pub fn place(self, value: f64) -> Option<f64> {
        let place = match self {
            Scale::Linear { min, max } => (value - min) / (max - min),
            Scale::Log { min, max } if value > 0.0 => libm::log(value / min) / libm::log(max / min),
            Scale::Log { .. } => return None,
        };
        place.is_finite().then_some(place)
    }

    /// The value at a place from 0 to 1.
    pub fn value(self, place: f64) -> f64 {
        match self {
            Scale::Linear { min, max } => min + place * (max - min),
            Scale::Log { min, max } => min * libm::exp(place * libm::log(max / min)),
        }
    }

    /// At most `most` ticks at round values inside the ends, ascending.
    pub fn ticks(self, most: usize) -> Vec<Tick> {
        let most = most.max(1);
        let values = match self {
            Scale::Linear { min, max } => linear_ticks(min, max, most),
            Scale::Log { min, max } => log_ticks(min, max, most),
        };
        values.into_iter().map(|value| Tick { value, label: short_number(value) }).collect()
    }
}

/// The value, or the next of 1, 2 and 5 times a power of ten above it: where an axis has a tick.
pub fn next_round(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(value)));
    [1.0, 2.0, 5.0, 10.0]
        .map(|lead| clean(lead * power))
        .into_iter()
        .find(|&round| round >= value)
        .unwrap_or(value)
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(min: f64, max: f64, most: usize) -> Vec<f64> {
    let span = max - min;
    if !(span.is_finite() && span > 0.0) {
        return Vec::new();
    }
    let mut decade = libm::floor(libm::log10(span / most as f64)) as i32 - 1;
    loop {
        for lead in [1.0, 2.0, 5.0] {
            let step = lead * libm::pow(10.0, f64::from(decade));
            let (first, last) = ((min / step - 1e-9).ceil(), (max / step + 1e-9).floor());
            if last - first + 1.0 <= most as f64 {
                return (0..=(last - first).max(-1.0) as i64)
                    .filter(|_| last >= first)
                    .map(|i| clean((first + i as f64) * step))
                    .collect();
            }
        }
        decade += 1;
    }
}

/// Powers of ten, with 2 and 5 between where there is room; every nth power where there
/// is none; linear ticks within less than a decade.
fn log_ticks(min: f64, max: f64, most: usize) -> Vec<f64> {
    let (low, high) = (libm::floor(libm::log10(min)) as i32, libm::ceil(libm::log10(max)) as i32);
    let inside = |leads: &[f64], every: i32| -> Vec<f64> {
        (low..=high)
            .filter(|decade| decade.rem_euclid(every) == 0)
            .flat_map(|decade| {
                leads.iter().map(move |lead| clean(lead * libm::pow(10.0, f64::from(decade))))
            })
            .filter(|value| *value >= min * (1.0 - 1e-9) && *value <= max * (1.0 + 1e-9))
            .collect()
    };
    let by_leads = [&[1.0, 2.0, 5.0][..], &[1.0, 3.0][..], &[1.0][..]];
    for leads in by_leads {
        let values = inside(leads, 1);
        if values.len() <= most && values.len() >= 2 {
            return values;
        }
    }
    let values = inside(&[1.0], 1);
    if values.len() < 2 {
        return linear_ticks(min, max, most);
    }
    (2..).map(|every| inside(&[1.0], every)).find(|values| values.len() <= most).unwrap_or_default()
}

/// The value without the dust of its last bits.
fn clean(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

/// A whole number with its thousands grouped: 5,167,812.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in at most about six characters: 0.05, 12.1, 1,234, 16.7k, 2.03M, 1.2e-7.
pub fn short_number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "—".to_owned()
        } else {
            format!("{}∞", if value < 0.0 { "−" } else { "" })
        };
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    let text = match size {
        s if s < 1e-3 => scientific(s),
        s if s < 999.5 => three_digits(s),
        s if s < 9_999.5 => grouped(s.round() as u64),
        s if s < 999_500.0 => format!("{}k", three_digits(s / 1e3)),
        s if s < 999.5e6 => format!("{}M", three_digits(s / 1e6)),
        s if s < 999.5e9 => format!("{}G", three_digits(s / 1e9)),
        s => scientific(s),
    };
    format!("{sign}{text}")
}

/// A standard error with two significant digits: more would be noise about noise.
pub fn short_error(error: f64) -> String {
    if error == 0.0 || !error.is_finite() {
        return short_number(error);
    }
    short_number(format!("{error:.1e}").parse().unwrap_or(error))
}

fn scientific(size: f64) -> String {
    let text = format!("{size:.1e}");
    text.replace(".0e", "e")
}

/// Three significant digits, more only before the point; no trailing zeros behind it.
fn three_digits(size: f64) -> String {
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.09995 => 3,
        s if s >= 0.009995 => 4,
        _ => 5,
    };
    let text = format!("{size:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_short_and_right() {
        let shown = [
            (0.0, "0"),
            (0.05, "0.05"),
            (12.1, "12.1"),
            (1_234.0, "1,234"),
            (16_700.0, "16.7k"),
            (2_030_000.0, "2.03M"),
            (1.2e-7, "1.2e-7"),
            (1e-6, "1e-6"),
            (-3.4, "−3.4"),
            (0.12345, "0.123"),
            (9_999.9, "10k"),
            (999_999.0, "1M"),
            (100.0, "100"),
            (0.001, "0.001"),
        ];
        for (value, text) in shown {
            assert_eq!(short_number(value), text, "{value}");
        }
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_000, 5_167_812].map(grouped), ["0", "999", "1,000", "5,167,812"]);
    }

    #[test]
    fn ticks_stand_at_round_values() {
        for (value, round) in [(0.0, 0.0), (1.0, 1.0), (1.1, 2.0), (4_057.0, 5_000.0), (0.06, 0.1)]
        {
            assert_eq!(next_round(value), round);
        }
        let labels =
            |scale: Scale, most| scale.ticks(most).into_iter().map(|t| t.label).collect::<Vec<_>>();
        assert_eq!(
            labels(Scale::Linear { min: 0.0, max: 1.0 }, 6),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(labels(Scale::Log { min: 0.01, max: 10.0 }, 4), ["0.01", "0.1", "1", "10"]);
        assert_eq!(labels(Scale::Log { min: 1.0, max: 10.0 }, 4), ["1", "2", "5", "10"]);
        assert_eq!(
            labels(Scale::Log { min: 1e-3, max: 1e6 }, 5),
            ["0.01", "1", "100", "10k", "1M"]
        );
        assert_eq!(labels(Scale::Log { min: 40.0, max: 60.0 }, 3), ["40", "50", "60"]);
    }

    #[test]
    fn odd_values_still_make_an_axis() {
        for values in [
            vec![],
            vec![0.0],
            vec![5.0, 5.0],
            vec![f64::NAN, -1.0],
            vec![f64::INFINITY],
            vec![-2.0, 3.0],
        ] {
            for scale in [
                Scale::linear_for(values.iter().copied(), true),
                Scale::linear_for(values.iter().copied(), false),
                Scale::log_for(values.iter().copied()),
            ] {
                let (min, max) = scale.ends();
                assert!(min < max && min.is_finite() && max.is_finite(), "{values:?} {scale:?}");
                assert!(!scale.ticks(5).is_empty(), "{values:?} {scale:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn ticks_are_few_ascending_and_inside(a in -1e6..1e6f64, b in -1e6..1e6f64, c in 1e-9..1e9f64, d in 1e-9..1e9f64, most in 2usize..12) {
            for scale in [Scale::linear_for([a, b].into_iter(), false), Scale::log_for([c, d].into_iter())] {
                let ticks = scale.ticks(most);
                prop_assert!(ticks.len() <= most);
                prop_assert!(ticks.windows(2).all(|t| t[0].value < t[1].value));
                for tick in &ticks {
                    let place = scale.place(tick.value).unwrap();
                    prop_assert!((-1e-6..=1.0 + 1e-6).contains(&place));
                }
                let (min, max) = scale.ends();
                prop_assert!(scale.place(min).unwrap().abs() < 1e-9);
                prop_assert!((scale.place(max).unwrap() - 1.0).abs() < 1e-9);
                prop_assert!((scale.place(scale.value(0.3)).unwrap() - 0.3).abs() < 1e-9);
            }
        }
    }
}
