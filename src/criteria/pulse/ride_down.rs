//! Ride-down: how much of the occupant's energy the front structure took, and how much the restraint.
//!
//! Note N14, [`crate::model`] (after Huang, Vehicle Crash Mechanics; the definition is recollection, the
//! energy balance is derived): e_rd = integral of a_o dx_v, e_rs = integral of a_o d(x_o - x_v), up to the
//! moment the occupant stands still; e_rd + e_rs = v0^2 / 2.

use serde::Serialize;

use super::super::{CriteriaError, check, check_positive, check_same_length};

/// Energies per occupant mass and the ride-down efficiency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RideDown {
    /// Taken while riding down with the vehicle, J/kg.
    pub ride_down_j_per_kg: f64,
    /// Taken by the restraint, J/kg.
    pub restraint_j_per_kg: f64,
    /// Ride-down energy over v0^2 / 2.
    pub efficiency: f64,
    /// When the occupant first stands still, s after the first sample.
    pub occupant_stop_s: f64,
}

/// Ride-down energies from the accelerations of occupant and vehicle in the ground's frame (m/s2, positive
/// forward), both moving at `v0_mps` at the first sample. After the last sample both keep their speed, so an
/// occupant that still moves then has no value.
///
/// Errors: bad interval, NaN, fewer than two samples, unequal lengths, a speed that is not positive, an occupant
/// that does not come to rest within the record.
pub fn ride_down(
    occupant_mps2: &[f64],
    vehicle_mps2: &[f64],
    v0_mps: f64,
    dt_s: f64,
) -> Result<RideDown, CriteriaError> {
    for series in [occupant_mps2, vehicle_mps2] {
        check(series, dt_s, "ride-down efficiency", 2)?;
        check_same_length(occupant_mps2, series)?;
    }
    check_positive("the initial speed", v0_mps)?;
    let (mut v_o, mut v_v) = (v0_mps, v0_mps);
    let (mut ride, mut restraint) = (0.0, 0.0);
    for i in 0..occupant_mps2.len() - 1 {
        let a_o = 0.5 * (occupant_mps2[i] + occupant_mps2[i + 1]);
        let a_v = 0.5 * (vehicle_mps2[i] + vehicle_mps2[i + 1]);
        let (next_o, next_v) = (v_o + a_o * dt_s, v_v + a_v * dt_s);
        // The step in which the occupant stops counts up to the stop.
        let share = if next_o <= 0.0 { v_o / (v_o - next_o) } else { 1.0 };
        let h = share * dt_s;
        let (mean_o, mean_v) = (v_o + 0.5 * a_o * h, v_v + 0.5 * a_v * h);
        // Midpoint products: e_rd + e_rs = v0^2 / 2 then holds to rounding.
        ride -= a_o * mean_v * h;
        restraint -= a_o * (mean_o - mean_v) * h;
        if next_o <= 0.0 {
            return Ok(RideDown {
                ride_down_j_per_kg: ride,
                restraint_j_per_kg: restraint,
                efficiency: ride / (0.5 * v0_mps * v0_mps),
                occupant_stop_s: i as f64 * dt_s + h,
            });
        }
        (v_o, v_v) = (next_o, next_v);
    }
    Err(CriteriaError::NotReached {
        what: "ride-down efficiency",
        reason: "the occupant still moves at the end of the record",
    })
}

#[cfg(test)]
mod tests {
    use super::super::shapes::*;
    use super::super::vpi::{VpiParameters, vpi_occupant_accel};
    use super::*;

    #[test]
    fn the_vpi_oscillator_on_a_half_sine_matches_the_check_values() {
        let vehicle = half_sine(V56, 0.1);
        let occupant = vpi_occupant_accel(&vehicle, DT, VpiParameters::default()).unwrap();
        let r = ride_down(&occupant, &vehicle, V56, DT).unwrap();
        assert!((r.occupant_stop_s - 0.08206).abs() < 1e-5, "{}", r.occupant_stop_s);
        assert!((r.ride_down_j_per_kg - 71.96).abs() < 0.02, "{}", r.ride_down_j_per_kg);
        assert!((r.restraint_j_per_kg - 49.06).abs() < 0.02, "{}", r.restraint_j_per_kg);
        assert!((r.efficiency - 0.595).abs() < 1e-3);
        let total = r.ride_down_j_per_kg + r.restraint_j_per_kg;
        assert!(
            (total - 0.5 * V56 * V56).abs() < 1e-9 * total,
            "the two shares are all the energy"
        );
    }

    #[test]
    fn an_occupant_bolted_to_the_vehicle_only_rides_down() {
        let vehicle = half_sine(V56 + 1.0, 0.1);
        let r = ride_down(&vehicle, &vehicle, V56, DT).unwrap();
        assert!((r.efficiency - 1.0).abs() < 1e-12 && r.restraint_j_per_kg.abs() < 1e-12);
        assert!(ride_down(&vehicle, &vehicle, 2.0 * V56, DT).is_err());
    }
}
