//! Flail space: an unrestrained head flies until it strikes something, then rides with the vehicle.
//!
//! Note N13 ([`crate::model`]): THIV (EN 1317), occupant impact velocity and ride-down acceleration (MASH).
//! Distances of 0.6 m forward and 0.3 m sideways are recollection of the standards (estimated). Yaw is left
//! out.

use serde::Serialize;

use super::super::{CriteriaError, check, check_same_length};
use crate::signal::channel::integrate;
use crate::units::G0;

/// Flight distance forward, m.
pub const FLAIL_X_M: f64 = 0.6;
/// Flight distance sideways, m.
pub const FLAIL_Y_M: f64 = 0.3;

/// What the free head meets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FlailSpace {
    /// Time of the impact, s after the first sample; may lie after the last one.
    pub time_s: f64,
    /// Occupant impact velocity forward, m/s.
    pub oiv_x_mps: f64,
    /// Occupant impact velocity sideways, m/s, with its sign.
    pub oiv_y_mps: f64,
    /// Theoretical head impact velocity, the resultant, m/s.
    pub thiv_mps: f64,
    /// Ride-down acceleration: greatest 10 ms mean along x after the impact, magnitude, g.
    pub ora_x_g: f64,
    /// The same along y, g.
    pub ora_y_g: f64,
    /// Post-impact head deceleration: greatest 10 ms mean of the resultant, g.
    pub phd_g: f64,
}

/// Flail-space measures from the vehicle's accelerations (m/s2, positive forward and to the right).
///
/// Errors: bad interval, NaN, fewer than two samples, unequal lengths; a head that never crosses the space.
pub fn flail_space(ax: &[f64], ay: &[f64], dt_s: f64) -> Result<FlailSpace, CriteriaError> {
    for series in [ax, ay] {
        check(series, dt_s, "flail space", 2)?;
        check_same_length(ax, series)?;
    }
    let axes = [(ax, FLAIL_X_M), (ay, FLAIL_Y_M)].map(|(a, limit)| (Flight::new(a, dt_s), limit));
    let time_s = axes
        .iter()
        .filter_map(|(flight, limit)| flight.first_beyond_s(*limit))
        .fold(f64::INFINITY, f64::min);
    if !time_s.is_finite() {
        return Err(CriteriaError::NotReached {
            what: "flail space",
            reason: "the head never crosses 0.6 m forward or 0.3 m sideways",
        });
    }
    let [oiv_x_mps, oiv_y_mps] = [&axes[0].0, &axes[1].0].map(|f| f.speed_at(time_s));
    let resultant: Vec<f64> = ax.iter().zip(ay).map(|(x, y)| x.hypot(*y)).collect();
    Ok(FlailSpace {
        time_s,
        oiv_x_mps,
        oiv_y_mps,
        thiv_mps: oiv_x_mps.hypot(oiv_y_mps),
        ora_x_g: greatest_mean_after(ax, dt_s, time_s) / G0,
        ora_y_g: greatest_mean_after(ay, dt_s, time_s) / G0,
        phd_g: greatest_mean_after(&resultant, dt_s, time_s) / G0,
    })
}

/// Greatest magnitude of a 10 ms mean that starts at or after `from_s`; zero after the last sample.
fn greatest_mean_after(a: &[f64], dt_s: f64, from_s: f64) -> f64 {
    const WIDTH_S: f64 = 0.010;
    let running = integrate(a, dt_s, 0.0);
    let last = a.len() - 1;
    let at = |t_s: f64| {
        let at = t_s / dt_s;
        let i = at.floor() as usize;
        if i >= last {
            return running[last];
        }
        let w = at - i as f64;
        running[i] + dt_s * w * (a[i] + 0.5 * w * (a[i + 1] - a[i]))
    };
    let mean = |start_s: f64| ((at(start_s + WIDTH_S) - at(start_s)) / WIDTH_S).abs();
    let first = (from_s / dt_s).ceil() as usize;
    (first..=last)
        .map(|i| mean(i as f64 * dt_s))
        .fold(mean(from_s), f64::max)
}

/// Speed and travel of a free body relative to the vehicle, velocity linear between samples.
struct Flight {
    u: Vec<f64>,
    dt_s: f64,
}

impl Flight {
    fn new(accel_mps2: &[f64], dt_s: f64) -> Self {
        let mut u = integrate(accel_mps2, dt_s, 0.0);
        u.iter_mut().for_each(|v| *v = -*v);
        Self { u, dt_s }
    }

    fn speed_at(&self, t_s: f64) -> f64 {
        let last = self.u.len() - 1;
        let at = t_s / self.dt_s;
        let i = at.floor() as usize;
        if i >= last {
            return self.u[last];
        }
        self.u[i] + (at - i as f64) * (self.u[i + 1] - self.u[i])
    }

    /// When the travel first exceeds `limit` in magnitude.
    fn first_beyond_s(&self, limit: f64) -> Option<f64> {
        let mut s = 0.0;
        for (i, u) in self.u.windows(2).enumerate() {
            let next = s + 0.5 * self.dt_s * (u[0] + u[1]);
            if next.abs() >= limit {
                // Root of s + u0 t + (u1 - u0) t^2 / (2 dt) = +-limit, in the form that is stable for u1 = u0.
                let sign = next.signum();
                let (a, b, c) = (sign * 0.5 * (u[1] - u[0]) / self.dt_s, sign * u[0], sign * s - limit);
                let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
                return Some(i as f64 * self.dt_s - 2.0 * c / (b + root));
            }
            s = next;
        }
        let last = *self.u.last()?;
        let end_s = (self.u.len() - 1) as f64 * self.dt_s;
        let t_s = end_s + (limit * last.signum() - s) / last;
        (last != 0.0 && t_s.is_finite()).then_some(t_s)
    }
}

#[cfg(test)]
mod tests {
    use super::super::shapes::*;
    use super::*;

    #[test]
    fn constant_deceleration_gives_the_speed_after_0_6_m() {
        let f = flail_space(&vec![-20.0 * G0; 20_001], &vec![0.0; 20_001], DT).unwrap();
        assert!((f.oiv_x_mps - 15.3414).abs() < 1e-4, "{}", f.oiv_x_mps);
        assert!((f.thiv_mps - f.oiv_x_mps).abs() < 1e-12);
        assert!((f.ora_x_g - 20.0).abs() < 1e-9);
    }

    #[test]
    fn half_sine_matches_the_check_values() {
        let a = half_sine(V56, 0.1);
        let f = flail_space(&a, &vec![0.0; a.len()], DT).unwrap();
        assert!((f.time_s - 0.088446).abs() < 1e-6, "{}", f.time_s);
        assert!((f.oiv_x_mps - 15.0488).abs() < 1e-4);
        assert!((f.ora_x_g - 5.074).abs() < 1e-3, "{}", f.ora_x_g);
    }

    #[test]
    fn the_nearer_side_is_struck_first_and_flight_goes_on_after_the_record() {
        let x = half_sine(4.0, 0.02);
        let y: Vec<f64> = half_sine(6.0, 0.02).iter().map(|a| -a).collect();
        let f = flail_space(&x, &y, DT).unwrap();
        assert!((f.oiv_y_mps + 6.0).abs() < 1e-5 && (f.oiv_x_mps - 4.0).abs() < 1e-5);
        // Sideways: 0.06 m by the end of the pulse, the rest at 6 m/s.
        assert!((f.time_s - (0.02 + 0.24 / 6.0)).abs() < 1e-5, "{}", f.time_s);
        assert!(f.ora_x_g < 1e-9);
        assert!(flail_space(&[0.0; 10], &[0.0; 10], DT).is_err());
    }
}
