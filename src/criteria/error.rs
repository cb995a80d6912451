//! Why a criterion has no value.

use crate::signal::SignalError;

/// Why a criterion has no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CriteriaError {
    /// The history itself is unusable.
    #[error(transparent)]
    Signal(#[from] SignalError),
    /// Histories that belong together differ in length.
    #[error("histories of {first} and {second} samples do not belong together")]
    LengthMismatch {
        /// Length of the first.
        first: usize,
        /// Length of the other.
        second: usize,
    },
    /// A parameter outside its meaning.
    #[error("{name} must be positive, not {value}")]
    BadParameter {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// The pulse is too weak or too short for the construction to close.
    #[error("{what} is not defined for this pulse: {reason}")]
    NotReached {
        /// The criterion.
        what: &'static str,
        /// What did not happen.
        reason: &'static str,
    },
}
