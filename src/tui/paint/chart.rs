//! Draws chart descriptions with characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::theme::Theme;
use super::{bars, dot_plot, heat_map, lines};
use crate::chart::Chart;

/// Draws the inside of a chart (its title and subtitle belong to the panel).
pub fn chart(buffer: &mut Buffer, area: Rect, chart: &Chart, theme: Theme) {
    match chart {
        Chart::Lines(spec) => lines::draw(buffer, area, spec, theme),
        Chart::HeatMap(spec) => heat_map::draw(buffer, area, spec, theme),
        Chart::DotPlot(spec) => dot_plot::draw(buffer, area, spec, theme),
        Chart::Bars(spec) => bars::draw(buffer, area, spec, theme),
    }
}
