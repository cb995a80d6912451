//! Pulses whose criteria are known in closed form.
use std::f64::consts::PI;

pub const DT: f64 = 1e-5;
pub const V56: f64 = 56.0 / 3.6;

/// Half-sine deceleration that takes `delta_v_mps` away in `duration_s`.
pub fn half_sine(delta_v_mps: f64, duration_s: f64) -> Vec<f64> {
    let n = (duration_s / DT).round() as usize;
    let peak = delta_v_mps * PI / (2.0 * duration_s);
    (0..=n).map(|i| -peak * (PI * i as f64 / n as f64).sin()).collect()
}

/// Velocity of a constant deceleration from `v0_mps` to rest, then rest, exact at every sample.
pub fn square_velocity(v0_mps: f64, decel_mps2: f64, duration_s: f64) -> Vec<f64> {
    let n = (duration_s / DT).round() as usize;
    (0..=n)
        .map(|i| (v0_mps - decel_mps2 * i as f64 * DT).max(0.0))
        .collect()
}
