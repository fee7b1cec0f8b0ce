//! Colours of charts: Okabe–Ito for series, a viridis-like ramp for maps.

/// A colour of the Okabe–Ito palette (Okabe & Ito 2008), told apart by people with
/// any common colour vision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hue {
    /// Sky blue.
    Sky,
    /// Orange.
    Orange,
    /// Bluish green.
    Green,
    /// Reddish purple.
    Purple,
    /// Vermilion.
    Vermilion,
    /// Blue.
    Blue,
    /// Yellow.
    Yellow,
    /// Neutral grey: expected lines, marks.
    Grey,
}

impl Hue {
    /// Red, green, blue.
    pub fn rgb(self) -> (u8, u8, u8) {
        match self {
            Hue::Sky => (86, 180, 233),
            Hue::Orange => (230, 159, 0),
            Hue::Green => (0, 158, 115),
            Hue::Purple => (204, 121, 167),
            Hue::Vermilion => (213, 94, 0),
            Hue::Blue => (0, 114, 178),
            Hue::Yellow => (240, 228, 66),
            Hue::Grey => (128, 128, 128),
        }
    }
}

/// The colour of a share from 0 (bad, dark) to 1 (good, bright) on a ramp whose
/// lightness grows evenly.
pub fn heat_colour(share: f64) -> (u8, u8, u8) {
    const STOPS: [(f64, f64, f64); 6] = [
        (68.0, 1.0, 84.0),
        (65.0, 68.0, 135.0),
        (42.0, 120.0, 142.0),
        (34.0, 168.0, 132.0),
        (122.0, 209.0, 81.0),
        (253.0, 231.0, 37.0),
    ];
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let low = (place as usize).min(STOPS.len() - 2);
    let part = place - low as f64;
    let mix = |a: f64, b: f64| (a + part * (b - a)).round() as u8;
    let (a, b) = (STOPS[low], STOPS[low + 1]);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}
