//! Stacked dots as a picture.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::error::Drawn;
use super::paper::{Frame, INK, Paper, ink};
use crate::chart::{Axis, DotPlot, Hue};

impl<B: DrawingBackend> Paper<'_, B> {
    pub(super) fn dot_plot(&self, frame: Frame, spec: &DotPlot) -> Drawn {
        let axis = Axis { label: spec.x.label.clone(), scale: spec.x.scale };
        self.axes(frame, &axis, None)?;
        let columns = 32usize;
        let mut heights = vec![0i32; columns];
        let room = f64::from(frame.bottom - frame.top - 30);
        let column = |value: f64| {
            let place = spec.x.scale.place(value).filter(|p| (0.0..=1.0).contains(p))?;
            Some(((place * columns as f64) as usize).min(columns - 1))
        };
        for &dot in &spec.dots {
            if let Some(at) = column(dot) {
                heights[at] += 1;
            }
        }
        let tallest = heights.iter().copied().max().unwrap_or(0).max(1);
        let pitch = (room / f64::from(tallest)).min(17.0);
        let radius = ((pitch / 2.0) as i32).clamp(1, 8);
        for (at, &height) in heights.iter().enumerate() {
            let x = frame.x((at as f64 + 0.5) / columns as f64);
            for up in 0..height {
                let y = frame.bottom - radius - 3 - (f64::from(up) * pitch) as i32;
                self.dot((x, y), radius, ink(Hue::Sky))?;
            }
        }
        let words = format!("each dot: 1 {}", spec.dot);
        self.text(frame.left, frame.top - 18, &words, 16, INK, HPos::Left, false)?;
        for (mark, colour, row) in [(&spec.mark, INK, 0), (&spec.second_mark, ink(Hue::Orange), 1)]
        {
            let Some((value, label)) = mark else { continue };
            let Some(place) = spec.x.scale.place(*value) else { continue };
            // What lies outside stands at the edge, with an arrow.
            let label = match place {
                p if p > 1.0 => format!("{label} →"),
                p if p < 0.0 => format!("← {label}"),
                _ => label.clone(),
            };
            let x = frame.x(place.clamp(0.0, 1.0));
            self.line(&[(x, frame.top + 22 * row), (x, frame.bottom)], colour, 2)?;
            let (at, anchor) = if place > 0.5 { (x - 8, HPos::Right) } else { (x + 8, HPos::Left) };
            self.text(at, frame.top + 8 + 22 * row, &label, 17, colour, anchor, true)?;
        }
        Ok(())
    }
}
