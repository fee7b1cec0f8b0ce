//! The shell around desk and screens: state, update, view, the terminal, exports.

mod act;
pub mod app;
mod bounded;
pub mod export;
pub mod folders;
mod mouse;
mod opening;
mod recent;
mod settle;
pub mod terminal;
pub mod update;
pub mod view;
mod workers;
