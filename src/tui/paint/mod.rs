//! The kit that screens are painted with: text, panels, charts, colours. It knows no screen.

pub mod areas;
mod bars;
mod chart;
mod dot_plot;
mod dots;
mod heat_map;
mod letters;
mod lines;
pub mod panel;
pub mod theme;

pub use chart::chart;
pub use heat_map::{MapLayout, map_layout};
pub use letters::{fit, text, text_right};
