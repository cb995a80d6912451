//! Neck: normalised neck injury criterion Nij and the moment at the occipital condyles.
//!
//! Notes N8 and N2 ([`crate::model`]). SAE J211 signs: Fz positive in tension, My positive in flexion. For
//! measured channels only: the occupant model's neck gives neither tension nor moment (model section 6).

use serde::Serialize;

use super::{CriteriaError, Dummy, check, check_same_length};

/// Critical values of Nij.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeckIntercepts {
    /// Tension, N.
    pub tension_n: f64,
    /// Compression, N, positive.
    pub compression_n: f64,
    /// Flexion, N m.
    pub flexion_nm: f64,
    /// Extension, N m, positive.
    pub extension_nm: f64,
}

/// In-position intercepts of the dummy.
pub const fn intercepts(dummy: Dummy) -> Option<NeckIntercepts> {
    let (tension_n, compression_n, flexion_nm, extension_nm) = match dummy {
        Dummy::Hiii50m => (6806.0, 6160.0, 310.0, 135.0),
        Dummy::Hiii05f => (4287.0, 3880.0, 155.0, 67.0),
        Dummy::Thor50m => (4200.0, 6400.0, 88.1, 117.0),
        _ => return None,
    };
    Some(NeckIntercepts {
        tension_n,
        compression_n,
        flexion_nm,
        extension_nm,
    })
}

/// Distance from the upper neck load cell to the occipital condyles, m.
pub const fn load_cell_arm_m(dummy: Dummy) -> Option<f64> {
    match dummy {
        Dummy::Hiii50m | Dummy::Hiii05f => Some(0.01778),
        Dummy::WorldSid50m => Some(0.0195),
        _ => None,
    }
}

/// Combination of loads in which Nij is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum NijMode {
    TensionExtension,
    TensionFlexion,
    CompressionExtension,
    CompressionFlexion,
}

/// Nij, when and how, and the greatest axial forces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Nij {
    /// Greatest Nij.
    pub value: f64,
    /// Loads at that time.
    pub mode: NijMode,
    /// s after the first sample.
    pub time_s: f64,
    /// Greatest tension, N.
    pub tension_n: f64,
    /// Greatest compression, N, positive.
    pub compression_n: f64,
}

/// Moment about the occipital condyles, N m, from the upper load cell: My - Fx arm, sample by sample. Errors on
/// unequal lengths.
pub fn condyle_moment_nm(my_nm: &[f64], fx_n: &[f64], arm_m: f64) -> Result<Vec<f64>, CriteriaError> {
    check_same_length(my_nm, fx_n)?;
    Ok(my_nm.iter().zip(fx_n).map(|(m, f)| m - f * arm_m).collect())
}

/// Nij = |Fz|/F_c + |My|/M_c, each with the critical value of its sign, its maximum over time. `fz_n` axial force,
/// `my_oc_nm` moment at the condyles ([`condyle_moment_nm`]).
///
/// Errors: bad interval, NaN, no sample, unequal lengths.
pub fn nij(fz_n: &[f64], my_oc_nm: &[f64], dt_s: f64, critical: NeckIntercepts) -> Result<Nij, CriteriaError> {
    for series in [fz_n, my_oc_nm] {
        check(series, dt_s, "Nij", 1)?;
        check_same_length(fz_n, series)?;
    }
    let mut best = Nij {
        value: 0.0,
        mode: NijMode::TensionFlexion,
        time_s: 0.0,
        tension_n: 0.0,
        compression_n: 0.0,
    };
    for (i, (&f, &m)) in fz_n.iter().zip(my_oc_nm).enumerate() {
        best.tension_n = best.tension_n.max(f);
        best.compression_n = best.compression_n.max(-f);
        let force = if f >= 0.0 {
            f / critical.tension_n
        } else {
            -f / critical.compression_n
        };
        let moment = if m >= 0.0 {
            m / critical.flexion_nm
        } else {
            -m / critical.extension_nm
        };
        if force + moment > best.value {
            best.value = force + moment;
            best.time_s = i as f64 * dt_s;
            best.mode = match (f >= 0.0, m >= 0.0) {
                (true, false) => NijMode::TensionExtension,
                (true, true) => NijMode::TensionFlexion,
                (false, false) => NijMode::CompressionExtension,
                (false, true) => NijMode::CompressionFlexion,
            };
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_critical_load_alone_gives_one_in_its_own_mode() {
        for dummy in [Dummy::Hiii50m, Dummy::Hiii05f, Dummy::Thor50m] {
            let c = intercepts(dummy).unwrap();
            for (f, m, mode) in [
                (c.tension_n / 2.0, c.flexion_nm / 2.0, NijMode::TensionFlexion),
                (c.tension_n / 2.0, -c.extension_nm / 2.0, NijMode::TensionExtension),
                (-c.compression_n / 2.0, c.flexion_nm / 2.0, NijMode::CompressionFlexion),
                (
                    -c.compression_n / 2.0,
                    -c.extension_nm / 2.0,
                    NijMode::CompressionExtension,
                ),
            ] {
                let n = nij(&[0.0, f, 0.0], &[0.0, m, 0.0], 1e-4, c).unwrap();
                assert!((n.value - 1.0).abs() < 1e-12);
                assert_eq!((n.mode, n.time_s), (mode, 1e-4));
            }
        }
        assert_eq!(intercepts(Dummy::PointMass), None);
    }

    #[test]
    fn loads_at_different_times_do_not_add() {
        let c = intercepts(Dummy::Hiii50m).unwrap();
        let n = nij(&[3403.0, 0.0], &[0.0, 155.0], 1e-4, c).unwrap();
        assert!((n.value - 0.5).abs() < 1e-12);
        assert_eq!(n.tension_n, 3403.0);
    }

    #[test]
    fn shear_forward_reduces_the_moment_at_the_condyles() {
        let arm = load_cell_arm_m(Dummy::Hiii50m).unwrap();
        let m = condyle_moment_nm(&[30.0], &[1000.0], arm).unwrap();
        assert!((m[0] - 12.22).abs() < 1e-12);
        assert!(condyle_moment_nm(&[30.0], &[], arm).is_err());
    }
}
