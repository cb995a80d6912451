//! Femur force, knee-thigh-hip rating and tibia index.
//!
//! Note N9 ([`crate::model`]). Axial forces follow SAE J211: tension positive, compression negative.

use serde::Serialize;

use super::{CriteriaError, Dummy, check, check_same_length, peak};

/// Greatest compression of a femur or tibia, N, from its axial force (compression negative); 0 if it is
/// only ever pulled. Errors: bad interval, NaN, no sample.
pub fn peak_compression_n(axial_n: &[f64], dt_s: f64) -> Result<f64, CriteriaError> {
    check(axial_n, dt_s, "axial force", 1)?;
    Ok(axial_n.iter().fold(0.0, |worst, f| f64::max(worst, -f)))
}

/// Rating bands of the IIHS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // the names are the ratings
pub enum Rating {
    Good,
    Acceptable,
    Marginal,
    Poor,
}

/// Knee-thigh-hip measure of one leg.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KneeThighHip {
    /// Greatest compression, N.
    pub peak_n: f64,
    /// Impulse from the last zero before the peak until the force has fallen through 4.05 kN, N s.
    pub impulse_ns: f64,
    /// Rating for the 50th percentile male.
    pub rating: Rating,
}

/// Force at which the impulse of the knee-thigh-hip measure ends, N.
const IMPULSE_ENDS_AT_N: f64 = 4050.0;

/// Knee-thigh-hip measure and rating of one femur (IIHS, 50th percentile male) from its axial force
/// (compression negative). A peak that never exceeds 4.05 kN has an impulse of zero. Errors: bad interval,
/// NaN, no sample.
pub fn knee_thigh_hip(axial_n: &[f64], dt_s: f64) -> Result<KneeThighHip, CriteriaError> {
    check(axial_n, dt_s, "femur force", 1)?;
    let compression = |i: usize| -axial_n[i];
    let (at, peak_n) = peak(axial_n.iter().map(|f| -f)).unwrap_or((0, 0.0));
    let peak_n = peak_n.max(0.0);
    let impulse_ns = if peak_n > IMPULSE_ENDS_AT_N {
        let zero = (0..at).rev().find(|&i| compression(i) <= 0.0);
        // Straight lines between samples: the pieces at both ends are triangles and trapezia.
        let mut impulse = match zero {
            Some(i) if compression(i) < 0.0 => {
                let next = compression(i + 1);
                0.5 * dt_s * next * next / (next - compression(i))
            }
            Some(i) => 0.5 * dt_s * compression(i + 1),
            None => 0.0,
        };
        let first = zero.map_or(0, |i| i + 1);
        for i in first..axial_n.len() - 1 {
            let (a, b) = (compression(i), compression(i + 1));
            if i >= at && b <= IMPULSE_ENDS_AT_N {
                let share = (a - IMPULSE_ENDS_AT_N) / (a - b);
                impulse += 0.5 * dt_s * share * (a + IMPULSE_ENDS_AT_N);
                break;
            }
            impulse += 0.5 * dt_s * (a + b);
        }
        impulse
    } else {
        0.0
    };
    Ok(KneeThighHip {
        peak_n,
        impulse_ns,
        rating: kth_rating(peak_n, impulse_ns),
    })
}

/// Rating from force alone, or from a higher force with a limited impulse (note N9, [`crate::model`]).
fn kth_rating(peak_n: f64, impulse_ns: f64) -> Rating {
    const BANDS: [(Rating, f64, f64, f64); 3] = [
        (Rating::Good, 5220.0, 5690.0, 113.5),
        (Rating::Acceptable, 5920.0, 7690.0, 127.7),
        (Rating::Marginal, 6380.0, 8920.0, 137.1),
    ];
    BANDS
        .iter()
        .find(|(_, alone, with, impulse)| peak_n <= *alone || (peak_n <= *with && impulse_ns <= *impulse))
        .map_or(Rating::Poor, |b| b.0)
}

/// Critical bending moment (N m) and axial force (N) of the tibia index.
pub const fn tibia_constants(dummy: Dummy) -> Option<(f64, f64)> {
    match dummy {
        Dummy::Hiii50m => Some((225.0, 35_900.0)),
        Dummy::Hiii05f => Some((114.0, 22_900.0)),
        Dummy::Hiii95m => Some((306.0, 44_100.0)),
        _ => None,
    }
}

/// Tibia index |M|/M_c + |F|/F_c, its maximum over time, from the bending moments about x and y (N m) and the
/// axial force (N). Errors: bad input, a dummy without constants.
pub fn tibia_index(
    mx_nm: &[f64],
    my_nm: &[f64],
    axial_n: &[f64],
    dt_s: f64,
    dummy: Dummy,
) -> Result<f64, CriteriaError> {
    let (m_c, f_c) = tibia_constants(dummy).ok_or(CriteriaError::NotReached {
        what: "the tibia index",
        reason: "this dummy has no published constants",
    })?;
    for series in [mx_nm, my_nm, axial_n] {
        check(series, dt_s, "the tibia index", 1)?;
        check_same_length(mx_nm, series)?;
    }
    Ok((0..mx_nm.len())
        .map(|i| mx_nm[i].hypot(my_nm[i]) / m_c + axial_n[i].abs() / f_c)
        .fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_the_negative_side_of_an_axial_force() {
        assert_eq!(peak_compression_n(&[0.0, 900.0, -2345.0, -10.0], 1e-4), Ok(2345.0));
        assert_eq!(peak_compression_n(&[0.0, 900.0], 1e-4), Ok(0.0));
        assert!(peak_compression_n(&[], 1e-4).is_err());
    }

    #[test]
    fn kth_impulse_of_a_triangle_ends_at_4_05_kn() {
        // Up to 8.1 kN in 10 ms and down in 10 ms: the impulse is the area up to 15 ms.
        let dt = 1e-4;
        let f: Vec<f64> = (0..=250)
            .map(|i| -8100.0 * (1.0 - (f64::from(i) / 100.0 - 1.0).abs()).max(-0.2))
            .collect();
        let kth = knee_thigh_hip(&f, dt).unwrap();
        assert_eq!(kth.peak_n, 8100.0);
        let want = 0.5 * 8100.0 * 0.010 + 0.5 * (8100.0 + 4050.0) * 0.005;
        assert!((kth.impulse_ns - want).abs() < 1e-9, "{}", kth.impulse_ns);
        assert_eq!(kth.rating, Rating::Marginal);
    }

    #[test]
    fn kth_bands_follow_the_published_limits() {
        for (force, impulse, want) in [
            (5220.0, 999.0, Rating::Good),
            (5690.0, 113.5, Rating::Good),
            (5690.0, 113.6, Rating::Acceptable),
            (7690.0, 127.7, Rating::Acceptable),
            (6380.0, 999.0, Rating::Marginal),
            (8920.0, 137.1, Rating::Marginal),
            (8921.0, 10.0, Rating::Poor),
        ] {
            assert_eq!(kth_rating(force, impulse), want, "{force} N, {impulse} Ns");
        }
    }

    #[test]
    fn tibia_index_adds_moment_and_force() {
        let ti = tibia_index(&[0.0, 60.0], &[0.0, 80.0], &[0.0, -3590.0], 1e-4, Dummy::Hiii50m);
        assert!((ti.unwrap() - (100.0 / 225.0 + 0.1)).abs() < 1e-12);
        assert!(tibia_index(&[0.0], &[0.0, 1.0], &[0.0], 1e-4, Dummy::Hiii50m).is_err());
    }
}
