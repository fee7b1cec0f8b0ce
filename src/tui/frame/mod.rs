//! What surrounds every screen: header, gauge, footer, notice.

pub mod footer;
pub mod gauge;
pub mod header;
pub mod keys;
pub mod notice;
pub mod told;
