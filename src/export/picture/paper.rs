//! What every picture is drawn with: the paper, its inks and its letters, in pixels.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle, register_font};

use super::error::{Drawn, PictureError};
use crate::chart::{Axis, Hue};

/// Width of every picture, in pixels.
pub(super) const WIDTH: i32 = 1_200;

/// Registers the fonts of assets/fonts, once: none of the system's are needed.
pub(super) fn fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let regular = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
        let bold = include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf");
        for style in [FontStyle::Normal, FontStyle::Italic, FontStyle::Oblique] {
            let _ = register_font("sans-serif", style, regular);
        }
        let _ = register_font("sans-serif", FontStyle::Bold, bold);
    });
}

pub(super) const INK: RGBColor = RGBColor(30, 30, 30);
pub(super) const PALE: RGBColor = RGBColor(105, 105, 105);
pub(super) const RULE: RGBColor = RGBColor(222, 222, 222);

pub(super) fn rgb((r, g, b): (u8, u8, u8)) -> RGBColor {
    RGBColor(r, g, b)
}

/// A hue dark enough on white.
pub(super) fn ink(hue: Hue) -> RGBColor {
    match hue {
        Hue::Yellow => RGBColor(190, 170, 0),
        Hue::Grey => RGBColor(90, 90, 90),
        hue => rgb(hue.rgb()),
    }
}

/// A piece of paper: everything is drawn through it, in pixels.
pub(super) struct Paper<'a, B: DrawingBackend> {
    pub area: &'a DrawingArea<B, Shift>,
}

/// The pixels of a plot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Frame {
    pub(super) fn x(self, place: f64) -> i32 {
        self.left + (place * f64::from(self.right - self.left)).round() as i32
    }

    pub(super) fn y(self, place: f64) -> i32 {
        self.bottom - (place * f64::from(self.bottom - self.top)).round() as i32
    }

    pub(super) fn place(self, x: &Axis, y: &Axis, at: (f64, f64)) -> Option<(f64, f64)> {
        let place = (x.scale.place(at.0)?, y.scale.place(at.1)?);
        // Far outside is cut near the edge; a line there would have no end.
        Some((place.0.clamp(-1.0, 2.0), place.1.clamp(-1.0, 2.0)))
    }
}

impl<B: DrawingBackend> Paper<'_, B> {
    pub(super) fn done<E: std::fmt::Display>(result: Result<(), E>) -> Drawn {
        result.map_err(|error| PictureError::Drawing(error.to_string()))
    }

    #[expect(clippy::too_many_arguments, reason = "a text is its place, size, colour and anchor")]
    pub(super) fn text(
        &self,
        x: i32,
        y: i32,
        words: &str,
        size: i32,
        colour: RGBColor,
        anchor: HPos,
        bold: bool,
    ) -> Drawn {
        if words.is_empty() {
            return Ok(());
        }
        let font = ("sans-serif", size).into_font();
        let font = if bold { font.style(FontStyle::Bold) } else { font };
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(anchor, VPos::Center));
        Self::done(self.area.draw(&Text::new(words.to_owned(), (x, y), style)))
    }

    pub(super) fn line(&self, points: &[(i32, i32)], colour: RGBColor, width: u32) -> Drawn {
        let style = ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width };
        Self::done(self.area.draw(&PathElement::new(points.to_vec(), style)))
    }

    pub(super) fn rectangle(&self, from: (i32, i32), to: (i32, i32), style: ShapeStyle) -> Drawn {
        Self::done(self.area.draw(&Rectangle::new([from, to], style)))
    }

    pub(super) fn dot(&self, at: (i32, i32), radius: i32, colour: RGBColor) -> Drawn {
        Self::done(self.area.draw(&Circle::new(at, radius, colour.filled())))
    }

    /// The shape that goes with a hue: series differ by more than colour.
    pub(super) fn shape(&self, (x, y): (i32, i32), hue: Hue) -> Drawn {
        let corners: &[(i32, i32)] = match hue {
            Hue::Sky | Hue::Grey => return self.dot((x, y), 5, ink(hue)),
            Hue::Orange => &[(-5, -5), (5, -5), (5, 5), (-5, 5)],
            Hue::Green => &[(0, -7), (6, 5), (-6, 5)],
            Hue::Purple => &[(0, -7), (7, 0), (0, 7), (-7, 0)],
            Hue::Vermilion => &[(0, 7), (6, -5), (-6, -5)],
            Hue::Blue => &[(-2, -7), (2, -7), (2, 7), (-2, 7)],
            Hue::Yellow => &[(-7, -2), (7, -2), (7, 2), (-7, 2)],
        };
        let outline: Vec<(i32, i32)> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
        Self::done(self.area.draw(&Polygon::new(outline, ink(hue))))
    }

    pub(super) fn title(&self, top: i32, title: &str, subtitle: &str) -> Drawn {
        self.text(40, top + 26, title, 24, INK, HPos::Left, true)?;
        self.text(40, top + 54, subtitle, 17, PALE, HPos::Left, false)
    }

    /// Axes with the ticks of the description.
    pub(super) fn axes(&self, frame: Frame, x: &Axis, y: Option<&Axis>) -> Drawn {
        for tick in y.map(|y| y.scale.ticks(7)).unwrap_or_default() {
            if let Some(place) = y.and_then(|y| y.scale.place(tick.value)) {
                let at = frame.y(place);
                self.line(&[(frame.left, at), (frame.right, at)], RULE, 1)?;
                self.text(frame.left - 10, at, &tick.label, 17, PALE, HPos::Right, false)?;
            }
        }
        for tick in x.scale.ticks(10) {
            if let Some(place) = x.scale.place(tick.value) {
                let at = frame.x(place);
                self.line(&[(at, frame.bottom), (at, frame.bottom + 6)], PALE, 1)?;
                self.text(at, frame.bottom + 20, &tick.label, 17, PALE, HPos::Center, false)?;
            }
        }
        self.line(&[(frame.left, frame.bottom), (frame.right, frame.bottom)], PALE, 1)?;
        if let Some(y) = y {
            self.line(&[(frame.left, frame.top), (frame.left, frame.bottom)], PALE, 1)?;
            // A long name stands within the plot: the legend begins where the axis does.
            let (at, down, anchor) = match y.label.chars().count() {
                0..=11 => (frame.left - 10, -18, HPos::Right),
                _ => (frame.left + 8, 10, HPos::Left),
            };
            self.text(at, frame.top + down, &y.label, 16, INK, anchor, false)?;
        }
        self.text(
            (frame.left + frame.right) / 2,
            frame.bottom + 44,
            &x.label,
            17,
            INK,
            HPos::Center,
            false,
        )
    }

    /// A dashed line: dashes of one length along the whole path, which begins at a share of
    /// dash and gap.
    pub(super) fn broken(
        &self,
        points: &[(i32, i32)],
        colour: RGBColor,
        width: u32,
        begin: f64,
    ) -> Drawn {
        const DASH: f64 = 9.0;
        let mut travelled = 2.0 * DASH * begin;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (dx, dy) = (f64::from(b.0 - a.0), f64::from(b.1 - a.1));
            let length = dx.hypot(dy).min(10_000.0);
            let mut at = 0.0;
            while at < length {
                let phase: f64 = (travelled + at) % (2.0 * DASH);
                let until = (at + (DASH - phase % DASH).max(0.5)).min(length);
                if phase < DASH {
                    let point = |t: f64| {
                        (
                            a.0 + (dx * t / length).round() as i32,
                            a.1 + (dy * t / length).round() as i32,
                        )
                    };
                    self.line(&[point(at), point(until)], colour, width)?;
                }
                at = until;
            }
            travelled += length;
        }
        Ok(())
    }
}
