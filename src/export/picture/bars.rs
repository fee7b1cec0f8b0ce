//! Bars as a picture, with the bound that cuts them.

use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::HPos;

use super::error::Drawn;
use super::paper::{Frame, INK, PALE, Paper, ink};
use crate::chart::{Bars, Hue, short_number};

impl<B: DrawingBackend> Paper<'_, B> {
    pub(super) fn bars(&self, frame: Frame, spec: &Bars) -> Drawn {
        let most = spec
            .bars
            .iter()
            .map(|(_, h)| *h)
            .filter(|h| h.is_finite())
            .fold(0.0, f64::max)
            .max(1e-300);
        let pitch = (frame.bottom - frame.top) / spec.bars.len().max(1) as i32;
        let right = frame.right - 120;
        for (index, (label, height)) in spec.bars.iter().enumerate() {
            let (top, kept) = (frame.top + pitch * index as i32, index < spec.kept);
            let middle = top + pitch / 2;
            let length = (height.max(0.0) / most * f64::from(right - frame.left)).round();
            let end = frame.left + if length.is_finite() { length as i32 } else { 0 };
            let colour = if kept { ink(Hue::Sky).to_rgba() } else { ink(Hue::Orange).mix(0.55) };
            self.rectangle((frame.left, top + 3), (end, top + pitch - 3), colour.filled())?;
            self.text(frame.left - 10, middle, label, 16, PALE, HPos::Right, false)?;
            self.text(end + 8, middle, &short_number(*height), 16, PALE, HPos::Left, false)?;
            if index + 1 == spec.kept {
                let y = top + pitch;
                self.broken(&[(frame.left, y), (frame.right, y)], INK, 1, 0.0)?;
                self.text(frame.right, y - 12, &spec.mark, 16, INK, HPos::Right, true)?;
            }
        }
        self.text(frame.left - 10, frame.top - 18, &spec.x_label, 16, INK, HPos::Left, false)?;
        let words = format!("{}; {} in orange", spec.y_label, spec.rest);
        self.text(frame.right, frame.top - 18, &words, 16, PALE, HPos::Right, false)
    }
}
