//! Head rotation: BrIC and DAMAGE.
//!
//! Note N7 ([`crate::model`]). For measured channels only: the occupant model moves along one axis.

use nalgebra::{Matrix3, SMatrix, SVector};
use serde::Serialize;

use super::{CriteriaError, check, check_same_length};
use crate::signal::channel::differentiate;

/// Strain measure the critical velocities of BrIC were fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BricBasis {
    /// Maximum principal strain.
    MaximumPrincipalStrain,
    /// Cumulative strain damage.
    CumulativeStrainDamage,
    /// Mean of both: the one in use.
    #[default]
    Average,
}

impl BricBasis {
    /// Critical angular velocities about x, y and z, rad/s (Takhounts 2013).
    pub const fn critical_rad_per_s(self) -> [f64; 3] {
        match self {
            BricBasis::MaximumPrincipalStrain => [66.30, 53.80, 41.50],
            BricBasis::CumulativeStrainDamage => [66.20, 59.10, 44.25],
            BricBasis::Average => [66.25, 56.45, 42.87],
        }
    }
}

/// Brain injury criterion: root of the sum over axes of (max |w| / critical)^2, maxima at their own times.
/// Angular velocities in rad/s. Errors: bad interval, NaN, no sample, unequal lengths.
pub fn bric(wx: &[f64], wy: &[f64], wz: &[f64], dt_s: f64, basis: BricBasis) -> Result<f64, CriteriaError> {
    let mut sum = 0.0;
    for (w, critical) in [wx, wy, wz].into_iter().zip(basis.critical_rad_per_s()) {
        check(w, dt_s, "BrIC", 1)?;
        check_same_length(wx, w)?;
        let peak = w.iter().fold(0.0_f64, |p, v| p.max(v.abs()));
        sum += (peak / critical).powi(2);
    }
    Ok(sum.sqrt())
}

/// DAMAGE and its time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Damage {
    /// Greatest resultant displacement of the model times beta, dimensionless.
    pub value: f64,
    /// s after the first sample.
    pub time_s: f64,
}

/// Stiffness matrix of the DAMAGE model for unit masses, 1/s2 (Euro NCAP TB 035).
fn damage_stiffness() -> Matrix3<f64> {
    let (kxx, kyy, kzz) = (32_142.0, 23_493.0, 16_935.0);
    let (kxy, kyz, kxz) = (0.0, 0.0, 1636.3);
    Matrix3::new(
        kxx + kxy + kxz,
        -kxy,
        -kxz, //
        -kxy,
        kyy + kxy + kyz,
        -kyz, //
        -kxz,
        -kyz,
        kzz + kxz + kyz,
    )
}

/// Damping over stiffness of the DAMAGE model, s.
const DAMAGE_A1_S: f64 = 5.9148e-3;
/// Scale from displacement to DAMAGE, 1/m.
const DAMAGE_BETA: f64 = 2.9903;

/// DAMAGE (Euro NCAP TB 035): three unit masses on coupled springs and dampers, driven by the head's angular
/// acceleration; beta times the greatest resultant displacement. Angular velocities in rad/s.
/// Errors: bad interval, NaN, fewer than two samples, unequal lengths.
pub fn damage(wx: &[f64], wy: &[f64], wz: &[f64], dt_s: f64) -> Result<Damage, CriteriaError> {
    let mut alpha = Vec::with_capacity(3);
    for w in [wx, wy, wz] {
        check(w, dt_s, "DAMAGE", 2)?;
        check_same_length(wx, w)?;
        alpha.push(differentiate(w, dt_s)?);
    }
    damage_from_acceleration(&alpha[0], &alpha[1], &alpha[2], dt_s)
}

/// [`damage`] from angular accelerations in rad/s2.
pub fn damage_from_acceleration(ax: &[f64], ay: &[f64], az: &[f64], dt_s: f64) -> Result<Damage, CriteriaError> {
    for a in [ax, ay, az] {
        check(a, dt_s, "DAMAGE", 2)?;
        check_same_length(ax, a)?;
    }
    // State (d, d', alpha, step of alpha over dt): for alpha a straight line between samples, one matrix
    // exponential of the augmented system is the exact step.
    let stiffness = damage_stiffness();
    let mut generator = SMatrix::<f64, 12, 12>::zeros();
    generator.fixed_view_mut::<3, 3>(0, 3).fill_with_identity();
    generator.fixed_view_mut::<3, 3>(3, 0).copy_from(&-stiffness);
    generator
        .fixed_view_mut::<3, 3>(3, 3)
        .copy_from(&(-DAMAGE_A1_S * stiffness));
    generator.fixed_view_mut::<3, 3>(3, 6).fill_with_identity();
    generator
        .fixed_view_mut::<3, 3>(6, 9)
        .copy_from(&(Matrix3::identity() / dt_s));
    let step = (generator * dt_s).exp();
    let motion: SMatrix<f64, 6, 12> = step.fixed_rows::<6>(0).into_owned();

    let mut state = SVector::<f64, 12>::zeros();
    let mut best = Damage {
        value: 0.0,
        time_s: 0.0,
    };
    for i in 1..ax.len() {
        for (axis, a) in [ax, ay, az].into_iter().enumerate() {
            state[6 + axis] = a[i - 1];
            state[9 + axis] = a[i] - a[i - 1];
        }
        let next = motion * state;
        state.fixed_rows_mut::<6>(0).copy_from(&next);
        let value = DAMAGE_BETA * state.fixed_rows::<3>(0).norm();
        if value > best.value {
            best = Damage {
                value,
                time_s: i as f64 * dt_s,
            };
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bric_matches_the_check_values() {
        let at = |basis| bric(&[0.0, -30.0], &[40.0, 0.0], &[20.0, 1.0], 1e-4, basis).unwrap();
        assert!((at(BricBasis::Average) - 0.961668).abs() < 1e-6);
        assert!((at(BricBasis::MaximumPrincipalStrain) - 0.994879).abs() < 1e-6);
    }

    #[test]
    fn a_lasting_acceleration_settles_at_the_static_displacement() {
        // After the transient d = K^-1 alpha; read at the end by way of a pulse that only ever rises.
        let n = 20_000;
        let ramp: Vec<f64> = (0..n).map(|i| 5000.0 * (f64::from(i) / 1000.0).min(1.0)).collect();
        let zero = vec![0.0; ramp.len()];
        let d = damage_from_acceleration(&ramp, &zero, &zero, 1e-4).unwrap();
        let k = damage_stiffness();
        let still = k.try_inverse().unwrap() * SVector::<f64, 3>::new(5000.0, 0.0, 0.0);
        assert!(
            (d.value / (DAMAGE_BETA * still.norm()) - 1.0).abs() < 0.05,
            "{}",
            d.value
        );
    }

    #[test]
    fn an_uncoupled_axis_follows_the_damped_oscillator() {
        // y has no coupling: a step of 2000 rad/s2 gives the textbook response of one oscillator.
        let (k, dt) = (23_493.0_f64, 1e-3);
        let (w, zeta) = (k.sqrt(), 0.5 * DAMAGE_A1_S * k.sqrt());
        let overshoot = 1.0 + (-std::f64::consts::PI * zeta / (1.0 - zeta * zeta).sqrt()).exp();
        let at = std::f64::consts::PI / (w * (1.0 - zeta * zeta).sqrt());
        for refine in [1, 4] {
            let n = 100 * refine + 1;
            let (zero, step) = (vec![0.0; n], vec![2000.0; n]);
            let d = damage_from_acceleration(&zero, &step, &zero, dt / refine as f64).unwrap();
            let want = DAMAGE_BETA * 2000.0 / k * overshoot;
            assert!((d.value / want - 1.0).abs() < 1e-3, "{} for {want}", d.value);
            assert!((d.time_s - at).abs() <= dt);
        }
    }

    proptest! {
        #[test]
        fn both_are_linear_in_the_rotation(
            w in prop::collection::vec(-40.0..40.0f64, 30..120), k in 0.1..3.0f64,
        ) {
            let half: Vec<f64> = w.iter().map(|v| 0.5 * v).collect();
            let times = |x: &[f64]| -> Vec<f64> { x.iter().map(|v| k * v).collect() };
            let (kw, khalf) = (times(&w), times(&half));
            let b1 = bric(&w, &half, &w, 1e-3, BricBasis::Average).unwrap();
            let b2 = bric(&kw, &khalf, &kw, 1e-3, BricBasis::Average).unwrap();
            prop_assert!((b2 - k * b1).abs() < 1e-9 * b2.max(1e-9));
            let (d1, d2) = (damage(&w, &half, &w, 1e-3).unwrap(), damage(&kw, &khalf, &kw, 1e-3).unwrap());
            prop_assert!((d2.value - k * d1.value).abs() < 1e-9 * d2.value.max(1e-9));
        }
    }
}
