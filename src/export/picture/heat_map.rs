//! A heat map as a picture, with its ramp.

use plotters::element::Polygon;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;
use plotters::style::{Color, ShapeStyle, WHITE};

use super::error::Drawn;
use super::paper::{Frame, INK, PALE, Paper, RULE, rgb};
use crate::chart::{HeatMap, Hue, heat_colour, short_number};

impl<B: DrawingBackend> Paper<'_, B> {
    /// What stands in the cells: dark on bright ones, bright on dark ones.
    fn words(
        &self,
        spec: &HeatMap,
        centre: impl Fn(usize, usize) -> (i32, i32),
        share: impl Fn(f64) -> f64,
    ) -> Drawn {
        for (row, column, words) in
            spec.words.iter().enumerate().flat_map(|(row, all)| {
                all.iter().enumerate().map(move |(column, w)| (row, column, w))
            })
        {
            let value = spec.values.get(row).and_then(|r| r.get(column).copied().flatten());
            let Some(value) = value.filter(|_| !words.is_empty()) else { continue };
            let ink = if share(value) > 0.45 { INK } else { WHITE };
            let (x, y) = centre(row, column);
            self.text(x, y, words, 15, ink, HPos::Center, false)?;
        }
        Ok(())
    }

    pub(super) fn map(&self, frame: Frame, spec: &HeatMap) -> Drawn {
        let (rows, columns) = (spec.rows.len(), spec.columns.len());
        if rows == 0 || columns == 0 {
            return Ok(());
        }
        let frame = Frame { right: frame.right - 130, bottom: frame.bottom - 10, ..frame };
        let shown = |v: &f64| v.is_finite() && (!spec.log_colours || *v > 0.0);
        let values: Vec<f64> =
            spec.values.iter().flatten().flatten().copied().filter(shown).collect();
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let share = |value: f64| {
            let t = |v: f64| if spec.log_colours { libm::log(v.max(f64::MIN_POSITIVE)) } else { v };
            let span = t(high) - t(low);
            let share = if span > 0.0 { (t(value) - t(low)) / span } else { 1.0 };
            if spec.low_is_good && span > 0.0 { 1.0 - share } else { share }
        };
        let corner = |row: usize, column: usize| {
            (frame.x(column as f64 / columns as f64), frame.y(row as f64 / rows as f64))
        };
        for row in 0..rows {
            for column in 0..columns {
                let value = spec.values.get(row).and_then(|r| r.get(column).copied().flatten());
                let colour = value.map_or(RULE, |v| rgb(heat_colour(share(v))));
                self.rectangle(corner(row, column), corner(row + 1, column + 1), colour.filled())?;
            }
        }
        let centre = |row: usize, column: usize| {
            let ((a, b), (c, d)) = (corner(row, column), corner(row + 1, column + 1));
            ((a + c) / 2, (b + d) / 2)
        };
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)))
        {
            if spec.is_edge(row, column) {
                let style = ShapeStyle { color: INK.to_rgba(), filled: false, stroke_width: 2 };
                let (x, y) = centre(row, column);
                self.rectangle((x - 5, y - 5), (x + 5, y + 5), style)?;
            }
        }
        for (column, best) in spec.best.iter().enumerate().take(columns) {
            if let Some(row) = best.filter(|&row| row < rows) {
                let (x, y) = centre(row, column);
                let diamond = vec![(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)];
                Self::done(self.area.draw(&Polygon::new(diamond, INK)))?;
            }
        }
        self.words(spec, centre, share)?;
        if let Some((row, column)) = spec.cursor.filter(|c| c.0 < rows && c.1 < columns) {
            let style = ShapeStyle {
                color: rgb(Hue::Vermilion.rgb()).to_rgba(),
                filled: false,
                stroke_width: 3,
            };
            self.rectangle(corner(row, column), corner(row + 1, column + 1), style)?;
        }
        for (row, label) in spec.rows.iter().enumerate() {
            self.text(frame.left - 10, centre(row, 0).1, label, 16, PALE, HPos::Right, false)?;
        }
        let every = columns.div_ceil(12);
        for (column, label) in spec.columns.iter().enumerate().step_by(every) {
            self.text(
                centre(0, column).0,
                frame.bottom + 18,
                label,
                16,
                PALE,
                HPos::Center,
                false,
            )?;
        }
        self.text(
            (frame.left + frame.right) / 2,
            frame.bottom + 42,
            &spec.x_label,
            17,
            INK,
            HPos::Center,
            false,
        )?;
        self.text(frame.left - 10, frame.top - 18, &spec.y_label, 17, INK, HPos::Right, false)?;
        let mut marked = match spec.best.is_empty() {
            true => String::new(),
            false => format!("◆ best {} at each {}", spec.y_label, spec.x_label),
        };
        if let Some(limit) = spec.limit {
            let sign = if spec.low_is_good { "≤" } else { "≥" };
            marked = format!("{marked} · □ edge of {sign} {}", short_number(limit));
        }
        self.text(frame.left, frame.top - 18, &marked, 16, INK, HPos::Left, false)?;
        if values.is_empty() {
            return Ok(());
        }
        // The ramp, with the values at its ends.
        let (x, steps) = (frame.right + 30, 64);
        for step in 0..steps {
            let part = |s: i32| f64::from(s) / f64::from(steps);
            let (from, to) = ((x, frame.y(part(step))), (x + 22, frame.y(part(step + 1))));
            self.rectangle(from, to, rgb(heat_colour(part(step))).filled())?;
        }
        let (best, worst) = if spec.low_is_good { (low, high) } else { (high, low) };
        self.text(x + 30, frame.top + 8, &short_number(best), 16, PALE, HPos::Left, false)?;
        self.text(x + 30, frame.bottom - 8, &short_number(worst), 16, PALE, HPos::Left, false)
    }
}
