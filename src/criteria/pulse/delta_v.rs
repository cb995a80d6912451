//! Change of speed of a pulse.

use super::super::{CriteriaError, check};
use crate::signal::channel::integrate;

/// Greatest change of speed of an acceleration history, with its sign.
pub(super) fn signed_delta_v(accel_mps2: &[f64], dt_s: f64) -> f64 {
    integrate(accel_mps2, dt_s, 0.0)
        .into_iter()
        .fold(0.0, |worst: f64, v| if v.abs() > worst.abs() { v } else { worst })
}

/// Greatest magnitude of the change of speed, m/s, from an acceleration in m/s2 by the trapezoidal rule.
/// Errors: bad interval, NaN, fewer than two samples.
pub fn delta_v_mps(accel_mps2: &[f64], dt_s: f64) -> Result<f64, CriteriaError> {
    check(accel_mps2, dt_s, "delta-v", 2)?;
    Ok(signed_delta_v(accel_mps2, dt_s).abs())
}
