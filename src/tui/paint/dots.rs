//! A grid of braille dots, two by four in a character, with shaded bands behind.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::theme::Theme;
use crate::chart::Hue;

/// Dots across a character.
const ACROSS: usize = 2;
/// Dots down a character.
const DOWN: usize = 4;

/// Lines as dots, markers as characters, bands as shading, over an area.
pub struct Dots {
    area: Rect,
    bits: Vec<u8>,
    hues: Vec<Option<Hue>>,
    markers: Vec<Option<(char, Hue)>>,
    /// Per character column: the shaded stretches in eighths of a row from the bottom.
    bands: Vec<Vec<(f64, f64, Hue)>>,
}

impl Dots {
    /// An empty grid over `area`.
    pub fn new(area: Rect) -> Self {
        let cells = usize::from(area.width) * usize::from(area.height);
        Self {
            area,
            bits: vec![0; cells],
            hues: vec![None; cells],
            markers: vec![None; cells],
            bands: vec![Vec::new(); usize::from(area.width)],
        }
    }

    /// Dots across the whole area.
    pub fn width(&self) -> f64 {
        (usize::from(self.area.width) * ACROSS) as f64
    }

    /// Dots down the whole area.
    pub fn height(&self) -> f64 {
        (usize::from(self.area.height) * DOWN) as f64
    }

    fn set(&mut self, x: i64, y: i64, hue: Hue) {
        let (width, height) =
            (self.area.width as i64 * ACROSS as i64, self.area.height as i64 * DOWN as i64);
        if x < 0 || y < 0 || x >= width || y >= height {
            return;
        }
        let (x, down) = (x as usize, (height - 1 - y) as usize);
        let cell = down / DOWN * usize::from(self.area.width) + x / ACROSS;
        const BITS: [[u8; ACROSS]; DOWN] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        self.bits[cell] |= BITS[down % DOWN][x % ACROSS];
        self.hues[cell] = Some(hue);
    }

    /// A line between two places given as shares of the area (0..=1 from the lower
    /// left; ends outside are cut). A broken one leaves gaps by horizontal place.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), broken: bool, hue: Hue) {
        let (w, h) = (self.width() - 1.0, self.height() - 1.0);
        let (x0, y0, x1, y1) = (from.0 * w, from.1 * h, to.0 * w, to.1 * h);
        // A steep line through a tall value is cut to the area before it is stepped through.
        let steps = (x1 - x0).abs().max((y1 - y0).abs().min(4.0 * h)).ceil().max(1.0);
        for step in 0..=steps as i64 {
            let part = step as f64 / steps;
            let (x, y) =
                ((x0 + part * (x1 - x0)).round() as i64, (y0 + part * (y1 - y0)).round() as i64);
            if !broken || x.rem_euclid(5) < 3 {
                self.set(x, y, hue);
            }
        }
    }

    /// A vertical dotted rule at a share of the width.
    pub fn rule(&mut self, place: f64, hue: Hue) {
        let x = (place * (self.width() - 1.0)).round() as i64;
        for y in (0..self.height() as i64).step_by(2) {
            self.set(x, y, hue);
        }
    }

    /// A marker character at a place.
    pub fn marker(&mut self, (x, y): (f64, f64), glyph: char, hue: Hue) {
        if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) || self.area.is_empty() {
            return;
        }
        let column =
            ((x * f64::from(self.area.width)) as usize).min(usize::from(self.area.width) - 1);
        let row = (((1.0 - y) * f64::from(self.area.height)) as usize)
            .min(usize::from(self.area.height) - 1);
        self.markers[row * usize::from(self.area.width) + column] = Some((glyph, hue));
    }

    /// A band given as (share of width, low share, high share of height), ascending.
    pub fn band(&mut self, stretches: &[(f64, f64, f64)], hue: Hue) {
        if stretches.len() < 2 {
            return;
        }
        let columns = f64::from(self.area.width);
        for column in 0..usize::from(self.area.width) {
            let x = (column as f64 + 0.5) / columns;
            let after = stretches.partition_point(|s| s.0 < x);
            // A band covers the columns that it touches, not half a column more.
            let (a, b) = match after {
                0 if stretches[0].0 - x <= 0.5 / columns => (stretches[0], stretches[0]),
                n if n == stretches.len() && x - stretches[n - 1].0 <= 0.5 / columns => {
                    (stretches[n - 1], stretches[n - 1])
                }
                0 => continue,
                n if n == stretches.len() => continue,
                n => (stretches[n - 1], stretches[n]),
            };
            let part = if b.0 > a.0 { (x - a.0) / (b.0 - a.0) } else { 0.0 };
            let low = (a.1 + part * (b.1 - a.1)).clamp(0.0, 1.0);
            let high = (a.2 + part * (b.2 - a.2)).clamp(0.0, 1.0);
            if high > low {
                self.bands[column].push((low, high, hue));
            }
        }
    }

    /// Writes everything into the buffer: bands behind, dots over them, markers on top.
    pub fn draw(&self, buffer: &mut Buffer, theme: Theme) {
        let rows = usize::from(self.area.height);
        for row in 0..rows {
            for column in 0..usize::from(self.area.width) {
                let at = row * usize::from(self.area.width) + column;
                let Some(cell) =
                    buffer.cell_mut((self.area.x + column as u16, self.area.y + row as u16))
                else {
                    continue;
                };
                let floor = (rows - 1 - row) as f64 / rows as f64;
                let mut covered = None;
                for &(low, high, hue) in &self.bands[column] {
                    let bottom = ((low - floor) * rows as f64).clamp(0.0, 1.0);
                    let top = ((high - floor) * rows as f64).clamp(0.0, 1.0);
                    if top > bottom {
                        covered = Some((bottom, top, hue));
                    }
                }
                let shade = covered
                    .and_then(|(bottom, top, hue)| theme.pale(hue).map(|pale| (bottom, top, pale)));
                if let Some((glyph, hue)) = self.markers[at] {
                    cell.set_char(glyph).set_style(theme.hue(hue));
                    if let Some((bottom, top, pale)) = shade
                        && top - bottom >= 0.5
                    {
                        cell.set_bg(pale);
                    }
                } else if self.bits[at] != 0 {
                    let glyph = match self.hues[at] {
                        Some(hue) if theme.ascii => Theme::ascii_glyph(hue),
                        _ => char::from_u32(0x2800 + u32::from(self.bits[at])).unwrap_or('*'),
                    };
                    cell.set_char(glyph)
                        .set_style(self.hues[at].map_or(Style::new(), |hue| theme.hue(hue)));
                    if let Some((bottom, top, pale)) = shade
                        && top - bottom >= 0.5
                    {
                        cell.set_bg(pale);
                    }
                } else if let Some((bottom, top, pale)) = shade {
                    shade_cell(cell, bottom, top, pale);
                } else if covered.is_some_and(|(bottom, top, _)| top - bottom >= 0.5) {
                    // Without colours a band is a light texture.
                    cell.set_char('░').set_style(theme.dim());
                }
            }
        }
    }
}

/// Shades a cell from `bottom` to `top` (shares of its height) in eighths.
fn shade_cell(
    cell: &mut ratatui::buffer::Cell,
    bottom: f64,
    top: f64,
    pale: ratatui::style::Color,
) {
    const RISING: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (low, high) = ((bottom * 8.0).round() as usize, (top * 8.0).round() as usize);
    if high <= low {
        return;
    }
    if low == 0 && high == 8 {
        cell.set_char(' ').set_bg(pale);
    } else if low == 0 {
        cell.set_char(RISING[high]).set_fg(pale);
    } else {
        // The shaded part hangs from the top: the glyph draws the unshaded foot in the
        // terminal's own background.
        cell.set_char(RISING[low]).set_fg(pale);
        cell.modifier.insert(Modifier::REVERSED);
    }
}
