//! Injury and pulse criteria: one number from a history, as regulations and consumer tests define it.
//!
//! Model section 7, notes N4 to N14 ([`crate::model`]). Functions take slices sampled every `dt_s` seconds in
//! SI unless a name says otherwise; those that only compare or average keep the unit of their input, and say
//! so. Nothing here filters: the caller chooses the channel frequency class, because simulated and textbook
//! histories need none.

pub mod chest;
pub mod clip;
pub mod dummy;
pub mod evaluate;
pub mod head;
pub mod leg;
pub mod limits;
pub mod neck;
pub mod pulse;
pub mod rating;
pub mod rotation;

pub use dummy::Dummy;

use crate::signal::{SignalError, check_finite, check_interval};

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

fn check(
    values: &[f64],
    dt_s: f64,
    what: &'static str,
    needed: usize,
) -> Result<(), CriteriaError> {
    check_interval(dt_s)?;
    check_finite(values)?;
    if values.len() < needed {
        return Err(SignalError::TooShort {
            what,
            needed,
            found: values.len(),
        }
        .into());
    }
    Ok(())
}

fn check_positive(name: &'static str, value: f64) -> Result<(), CriteriaError> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(CriteriaError::BadParameter { name, value })
    }
}

fn check_same_length(first: &[f64], second: &[f64]) -> Result<(), CriteriaError> {
    if first.len() == second.len() {
        Ok(())
    } else {
        Err(CriteriaError::LengthMismatch {
            first: first.len(),
            second: second.len(),
        })
    }
}

/// Largest value and its index; the first of equals. `None` for an empty slice.
fn peak(values: impl IntoIterator<Item = f64>) -> Option<(usize, f64)> {
    let mut best: Option<(usize, f64)> = None;
    for (i, v) in values.into_iter().enumerate() {
        if best.is_none_or(|(_, b)| v > b) {
            best = Some((i, v));
        }
    }
    best
}
