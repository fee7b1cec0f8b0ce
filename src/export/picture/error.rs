//! Why no picture was written.

use thiserror::Error;

use crate::table::WriteError;

/// Why no picture was written.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The ending names no picture format.
    #[error("{0}: a chart's file must end in .svg or .png")]
    Ending(String),
    /// Nothing to draw.
    #[error("there is no chart to draw yet")]
    Empty,
    /// The drawing library refused.
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
    /// The file could not be written.
    #[error(transparent)]
    Writing(#[from] WriteError),
}

/// What drawing returns: plotters' errors as words.
pub(super) type Drawn = Result<(), PictureError>;
