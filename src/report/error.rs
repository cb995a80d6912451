//! A figure with its name, and why one could not be made.

use crate::plot::{Figure, PlotError};
use crate::signal::SignalError;

/// File stem, figure, caption.
pub type NamedFigure = (String, Figure, String);

/// Why a figure of a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The drawing.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// A channel cannot be filtered for display.
    #[error("cannot filter {what} for display: {source}")]
    Filter {
        /// The channel.
        what: String,
        /// Why.
        source: SignalError,
    },
    /// A criterion shown in a figure cannot be evaluated.
    #[error(transparent)]
    Criteria(#[from] crate::criteria::CriteriaError),
}
