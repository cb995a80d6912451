//! What every criterion asks of its histories and parameters.

use super::CriteriaError;
use crate::signal::{SignalError, check_finite, check_interval};

/// A history of at least `needed` finite samples at a usable interval.
pub(super) fn check(values: &[f64], dt_s: f64, what: &'static str, needed: usize) -> Result<(), CriteriaError> {
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

/// A parameter above zero.
pub(super) fn check_positive(name: &'static str, value: f64) -> Result<(), CriteriaError> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(CriteriaError::BadParameter { name, value })
    }
}

/// Histories of one length.
pub(super) fn check_same_length(first: &[f64], second: &[f64]) -> Result<(), CriteriaError> {
    if first.len() == second.len() {
        Ok(())
    } else {
        Err(CriteriaError::LengthMismatch {
            first: first.len(),
            second: second.len(),
        })
    }
}
