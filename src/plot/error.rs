//! Why a figure could not be made.

/// Why a figure could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// Nothing finite to draw.
    #[error("nothing to draw in {what}: no finite value")]
    Empty {
        /// The figure or panel.
        what: String,
    },
    /// Two columns that belong together differ in length.
    #[error("{what}: expected {expected} values, found {found}")]
    Length {
        /// The curve, row or column.
        what: String,
        /// Length of its partner.
        expected: usize,
        /// Its own length.
        found: usize,
    },
    /// Values too far apart for an axis.
    #[error("{what}: the range {lo:e} to {hi:e} does not fit an axis")]
    Range {
        /// The axis.
        what: String,
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// The SVG writer refused.
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    /// The SVG could not be rendered as PNG.
    #[error("cannot render the figure as PNG: {0}")]
    Png(String),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] Box<crate::error::Error>),
}
