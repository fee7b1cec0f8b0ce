//! Lines over a number as a picture, with their bands and their legend.

use plotters::element::Polygon;
use plotters::prelude::DrawingBackend;
use plotters::style::Color;
use plotters::style::text_anchor::HPos;

use super::error::Drawn;
use super::paper::{Frame, INK, PALE, Paper, WIDTH, ink};
use crate::chart::{Chart, Lines, Series, Stroke};

/// Height of a row of the legend.
const LEGEND_ROW: i32 = 24;

/// Pixels that a name takes in the legend.
fn legend_width(name: &str) -> i32 {
    58 + 17 * name.chars().count() as i32 / 2
}

/// The named series in rows that fit the picture, what was measured first.
fn legend_rows(series: &[Series]) -> Vec<Vec<&Series>> {
    let mut named: Vec<&Series> = series.iter().filter(|s| !s.name.is_empty()).collect();
    named.sort_by_key(|series| series.stroke == Stroke::Dashed);
    let mut rows: Vec<Vec<&Series>> = Vec::new();
    let mut x = i32::MAX / 2;
    for series in named {
        let width = legend_width(&series.name);
        if x + width > WIDTH - 20 {
            rows.push(Vec::new());
            x = 110;
        }
        x += width;
        if let Some(row) = rows.last_mut() {
            row.push(series);
        }
    }
    rows
}

/// What the rows of a chart's legend beyond the first add to its head.
pub(super) fn extra_head(chart: &Chart) -> i32 {
    match chart {
        Chart::Lines(spec) => LEGEND_ROW * (legend_rows(&spec.series).len().max(1) - 1) as i32,
        _ => 0,
    }
}

impl<B: DrawingBackend> Paper<'_, B> {
    pub(super) fn lines(&self, frame: Frame, spec: &Lines) -> Drawn {
        self.axes(frame, &spec.x, Some(&spec.y))?;
        for (value, label) in &spec.rules {
            if let Some(place) = spec.x.scale.place(*value).filter(|p| (0.0..=1.0).contains(p)) {
                let at = frame.x(place);
                self.broken(&[(at, frame.top), (at, frame.bottom)], PALE, 1, 0.0)?;
                self.text(at + 6, frame.top + 8, label, 15, PALE, HPos::Left, false)?;
            }
        }
        for series in &spec.series {
            let corner = |value: f64, x: f64| {
                let floor = spec.y.scale.ends().0;
                let value = if spec.y.scale.place(value).is_some() { value } else { floor };
                let (x, y) = frame.place(&spec.x, &spec.y, (x, value))?;
                Some((frame.x(x), frame.y(y.clamp(0.0, 1.0))))
            };
            let upper = series.band.iter().filter_map(|s| corner(s.high, s.x));
            let lower = series.band.iter().rev().filter_map(|s| corner(s.low, s.x));
            let outline: Vec<(i32, i32)> = upper.chain(lower).collect();
            if outline.len() > 3 {
                Self::done(self.area.draw(&Polygon::new(outline, ink(series.hue).mix(0.22))))?;
            }
        }
        let mut dashed = 0;
        for series in &spec.series {
            let points: Vec<(i32, i32)> = series
                .points
                .iter()
                .filter_map(|p| frame.place(&spec.x, &spec.y, (p.x, p.y)))
                .filter(|(_, y)| (-0.5..=1.5).contains(y))
                .map(|(x, y)| (frame.x(x), frame.y(y.clamp(-0.01, 1.01))))
                .collect();
            match series.stroke {
                Stroke::Dots => {
                    for &at in &points {
                        self.dot(at, 4, ink(series.hue))?;
                    }
                }
                Stroke::Solid if points.len() == 1 => self.dot(points[0], 4, ink(series.hue))?,
                Stroke::Solid => {
                    self.line(&points, ink(series.hue), 3)?;
                    // Shapes at a dozen points at most, so that they stay shapes.
                    // A bar of an error has no name and no marks.
                    let marked = if series.name.is_empty() { &[][..] } else { &points[..] };
                    for &at in marked.iter().step_by(points.len().div_ceil(12).max(1)) {
                        self.shape(at, series.hue)?;
                    }
                }
                // Each begins elsewhere in its dash, so that lines at one height show each other.
                Stroke::Dashed => {
                    self.broken(&points, ink(series.hue), 2, f64::from(dashed % 4) / 4.0)?;
                    dashed += 1;
                }
            }
        }
        self.legend(frame, &spec.series)
    }

    /// The names of the series in rows above the plot.
    fn legend(&self, frame: Frame, series: &[Series]) -> Drawn {
        let rows = legend_rows(series);
        for (row, named) in rows.iter().enumerate() {
            let (mut x, y) =
                (frame.left, frame.top - 18 - LEGEND_ROW * (rows.len() - 1 - row) as i32);
            for series in named {
                match series.stroke {
                    Stroke::Solid => {
                        self.line(&[(x, y), (x + 28, y)], ink(series.hue), 3)?;
                        self.shape((x + 14, y), series.hue)?;
                    }
                    Stroke::Dashed => {
                        self.broken(&[(x, y), (x + 28, y)], ink(series.hue), 2, 0.0)?;
                    }
                    Stroke::Dots => self.dot((x + 14, y), 4, ink(series.hue))?,
                }
                self.text(x + 34, y, &series.name, 16, INK, HPos::Left, false)?;
                x += legend_width(&series.name);
            }
        }
        Ok(())
    }
}
