//! Chest: deflection, viscous criterion, combined thoracic index.
//!
//! Note N6, [`crate::model`] (SAE J1727). Deflection is positive in compression here; an ISO-MME `CHST....DS`
//! channel carries compression as negative and must be turned round first. The 3 ms clip of chest
//! acceleration is [`clip_3ms_cumulative`].

use serde::Serialize;

use super::{CriteriaError, Dummy, check, peak};

pub use super::clip::{clip_3ms_contiguous, clip_3ms_cumulative};

/// Greatest value of a history and when it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PeakValue {
    /// In the unit of the history.
    pub value: f64,
    /// s after the first sample.
    pub time_s: f64,
}

/// Viscous criterion and the deflection at which it peaks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ViscousCriterion {
    /// Greatest VC, m/s.
    pub vc_mps: f64,
    /// s after the first sample.
    pub time_s: f64,
    /// Deflection at that time, m.
    pub deflection_m: f64,
}

/// Scaling factor and deformation constant D0 (m) of SAE J1727 for the dummy's chest.
pub const fn vc_constants(dummy: Dummy) -> Option<(f64, f64)> {
    match dummy {
        Dummy::Hiii50m => Some((1.3, 0.229)),
        Dummy::Hiii05f => Some((1.3, 0.187)),
        Dummy::Hiii95m => Some((1.3, 0.254)),
        Dummy::Hiii6y => Some((1.3, 0.143)),
        Dummy::Hiii3y => Some((1.3, 0.122)),
        Dummy::Es2 | Dummy::SidIis => Some((1.0, if matches!(dummy, Dummy::Es2) { 0.140 } else { 0.138 })),
        Dummy::WorldSid50m => Some((1.0, 0.170)),
        Dummy::Thor50m | Dummy::PointMass => None,
    }
}

/// Greatest compression of the chest, in the unit of `deflection`. Errors: bad interval, NaN, no sample.
pub fn peak_deflection(deflection: &[f64], dt_s: f64) -> Result<PeakValue, CriteriaError> {
    check(deflection, dt_s, "chest deflection", 1)?;
    let (i, value) = peak(deflection.iter().copied()).unwrap_or((0, 0.0));
    Ok(PeakValue {
        value,
        time_s: i as f64 * dt_s,
    })
}

/// Greatest rate of compression, m/s, by the derivative of SAE J1727 below. Errors: bad interval, NaN, fewer than
/// five samples.
pub fn peak_rate_mps(deflection_m: &[f64], dt_s: f64) -> Result<f64, CriteriaError> {
    check(deflection_m, dt_s, "the rate of deflection", 5)?;
    Ok(deflection_m
        .windows(5)
        .fold(0.0, |most, d| f64::max(most, rate_mps(d, dt_s))))
}

/// Five-point derivative at the middle of `d`.
fn rate_mps(d: &[f64], dt_s: f64) -> f64 {
    (8.0 * (d[3] - d[1]) - (d[4] - d[0])) / (12.0 * dt_s)
}

/// VC = SF (dD/dt) (D/D0), its maximum over time; `deflection_m` positive in compression. The derivative is
/// the five-point one of SAE J1727 and so leaves out the two samples at each end.
///
/// Errors: bad interval, NaN, fewer than five samples, a dummy without constants.
pub fn viscous_criterion(deflection_m: &[f64], dt_s: f64, dummy: Dummy) -> Result<ViscousCriterion, CriteriaError> {
    let (scale, d0_m) = vc_constants(dummy).ok_or(CriteriaError::NotReached {
        what: "the viscous criterion",
        reason: "this dummy has no SAE J1727 constants",
    })?;
    check(deflection_m, dt_s, "the viscous criterion", 5)?;
    let vc = deflection_m.windows(5).map(|d| scale * rate_mps(d, dt_s) * d[2] / d0_m);
    let (i, vc_mps) = peak(vc).unwrap_or((0, 0.0));
    Ok(ViscousCriterion {
        vc_mps,
        time_s: (i + 2) as f64 * dt_s,
        deflection_m: deflection_m[i + 2],
    })
}

/// Intercepts of the combined thoracic index: acceleration (g) and deflection (mm). HIII-50M from NHTSA 1999;
/// those of the HIII-05F are recollection (estimated).
pub const fn cti_intercepts(dummy: Dummy) -> Option<(f64, f64)> {
    match dummy {
        Dummy::Hiii50m => Some((90.0, 103.0)),
        Dummy::Hiii05f => Some((90.0, 84.0)),
        _ => None,
    }
}

/// Combined thoracic index A/A_int + D/D_int from the 3 ms clip (g) and the peak deflection (mm); `None` for a
/// dummy without intercepts.
pub fn combined_thoracic_index(a3ms_g: f64, deflection_mm: f64, dummy: Dummy) -> Option<f64> {
    cti_intercepts(dummy).map(|(a, d)| a3ms_g / a + deflection_mm / d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn viscous_criterion_of_a_half_sine_matches_the_closed_form() {
        // Note N6: 0.040 sin(pi t / 0.1): VC 0.142675 m/s at 28.3 mm.
        let dt = 1e-4;
        let d: Vec<f64> = (0..=1000)
            .map(|i| 0.040 * (PI * f64::from(i) * dt / 0.1).sin())
            .collect();
        let vc = viscous_criterion(&d, dt, Dummy::Hiii50m).unwrap();
        assert!((vc.vc_mps - 0.142675).abs() < 1e-6, "{}", vc.vc_mps);
        assert!((vc.deflection_m - 0.0283).abs() < 1e-4);
        assert!((vc.time_s - 0.025).abs() < 1e-4);
        assert!((peak_deflection(&d, dt).unwrap().value - 0.040).abs() < 1e-12);
        // 0.040 pi / 0.1, at the start but for the two samples that the derivative leaves out.
        assert!((peak_rate_mps(&d, dt).unwrap() - 0.4 * PI).abs() < 1e-4);
        // D0 of the small female is smaller, so the same history counts for more.
        let small = viscous_criterion(&d, dt, Dummy::Hiii05f).unwrap();
        assert!((small.vc_mps / vc.vc_mps - 0.229 / 0.187).abs() < 1e-9);
        assert!(viscous_criterion(&d, dt, Dummy::PointMass).is_err());
    }

    #[test]
    fn combined_thoracic_index_matches_the_check_values() {
        for (a, d, want) in [(45.0, 30.0, 0.79126), (60.0, 63.0, 1.27832)] {
            let cti = combined_thoracic_index(a, d, Dummy::Hiii50m).unwrap();
            assert!((cti - want).abs() < 5e-6, "{cti}");
        }
        assert_eq!(combined_thoracic_index(45.0, 30.0, Dummy::PointMass), None);
    }
}
