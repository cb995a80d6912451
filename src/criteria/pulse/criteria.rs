//! All criteria of one pulse.

use serde::Serialize;

use super::super::{CriteriaError, check, peak};
use super::delta_v::signed_delta_v;
use super::{VpiParameters, asi, olc_from_acceleration, sliding_mean_max, vpi};
use crate::signal::{Cfc, cfc};
use crate::units::G0;

/// What is done to a pulse before it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filtering {
    /// The class each criterion asks for: CFC 60 for the peak, CFC 180 for what is integrated.
    #[default]
    PerCriterion,
    /// One class for everything.
    Class(Cfc),
    /// None: textbook pulses, or a channel that is filtered already.
    None,
}

/// The criteria of one vehicle pulse. A field is `None` where the pulse does not reach the construction's
/// end (a weak pulse never takes up the 0.3 m of the OLC).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PulseCriteria {
    /// Greatest change of speed, m/s.
    pub delta_v_mps: f64,
    /// Greatest acceleration in the direction of the delta-v, g; CFC 60 unless filtered otherwise.
    pub peak_g_cfc60: f64,
    /// Time of that, s after the first sample.
    pub time_of_peak_s: f64,
    /// Greatest mean over 10 ms, g.
    pub sm10_g: f64,
    /// Greatest mean over 25 ms, g.
    pub sm25_g: f64,
    /// Greatest mean over 50 ms, g.
    pub sm50_g: f64,
    /// Occupant load criterion, g.
    pub olc_g: Option<f64>,
    /// Vehicle pulse index, g.
    pub vpi_g: Option<f64>,
    /// Acceleration severity index of this direction alone.
    pub asi: f64,
}

impl PulseCriteria {
    /// All criteria of an acceleration history (m/s2) along one axis. The sign is turned so that the greatest
    /// change of speed is a loss: a pulse from behind is evaluated as its mirror image.
    ///
    /// Errors: bad interval, NaN, fewer than two samples; with a filter also what [`cfc::filter`] refuses.
    pub fn evaluate(accel_mps2: &[f64], dt_s: f64, filtering: Filtering) -> Result<Self, CriteriaError> {
        check(accel_mps2, dt_s, "pulse criteria", 2)?;
        let at = |class: Cfc| -> Result<Vec<f64>, CriteriaError> {
            Ok(match filtering {
                Filtering::PerCriterion => cfc::filter(class, dt_s, accel_mps2)?,
                Filtering::Class(fixed) => cfc::filter(fixed, dt_s, accel_mps2)?,
                Filtering::None => accel_mps2.to_vec(),
            })
        };
        let mut motion = at(Cfc::C180)?;
        let mut structure = at(Cfc::C60)?;
        let change = signed_delta_v(&motion, dt_s);
        if change > 0.0 {
            motion.iter_mut().chain(&mut structure).for_each(|a| *a = -*a);
        }
        let deceleration: Vec<f64> = motion.iter().map(|a| -a).collect();
        let (i, peak) = peak(structure.iter().map(|a| -a)).unwrap_or((0, 0.0));
        let mean_g = |width_s: f64| -> Result<f64, CriteriaError> {
            Ok(sliding_mean_max(&deceleration, dt_s, width_s)?.value / G0)
        };
        let zeros = vec![0.0; motion.len()];
        Ok(Self {
            delta_v_mps: change.abs(),
            peak_g_cfc60: peak / G0,
            time_of_peak_s: i as f64 * dt_s,
            sm10_g: mean_g(0.010)?,
            sm25_g: mean_g(0.025)?,
            sm50_g: mean_g(0.050)?,
            olc_g: olc_from_acceleration(&motion, dt_s).ok().map(|o| o.olc_mps2 / G0),
            vpi_g: vpi(&motion, dt_s, VpiParameters::default())
                .ok()
                .map(|v| v.vpi_mps2 / G0),
            asi: asi(&motion, &zeros, &zeros, dt_s)?.value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::shapes::*;
    use super::*;

    #[test]
    fn a_half_sine_has_the_published_pulse_criteria() {
        // Note N12: dv 15.5556 m/s in 100 ms, peak 24.916 g.
        let p = PulseCriteria::evaluate(&half_sine(V56, 0.1), DT, Filtering::None).unwrap();
        assert!((p.delta_v_mps - V56).abs() < 1e-6);
        assert!((p.peak_g_cfc60 - 24.916).abs() < 1e-3);
        assert!((p.time_of_peak_s - 0.05).abs() < 1e-4);
        assert!((p.sm25_g - 24.2809).abs() < 1e-4);
        assert!((p.sm50_g - 22.4326).abs() < 1e-4);
        assert!((p.asi - 1.8694).abs() < 1e-4);
        assert!((p.olc_g.unwrap() - 25.2902).abs() < 1e-2);
        assert!((p.vpi_g.unwrap() - 51.0107).abs() < 1e-3);
    }

    #[test]
    fn a_pulse_from_behind_is_as_bad_as_its_mirror_image() {
        let front = half_sine(V56, 0.1);
        let rear: Vec<f64> = front.iter().map(|a| -a).collect();
        let a = PulseCriteria::evaluate(&front, DT, Filtering::PerCriterion).unwrap();
        let b = PulseCriteria::evaluate(&rear, DT, Filtering::PerCriterion).unwrap();
        assert_eq!(a, b);
    }

    #[test]
    fn filtering_lowers_the_peak_of_a_ringing_pulse_but_not_its_delta_v() {
        let n = 10_000;
        let ringing: Vec<f64> = half_sine(V56, 0.1)
            .iter()
            .enumerate()
            .map(|(i, a)| {
                let t = i as f64 * DT;
                a + 200.0
                    * (t * 0.1 * 400.0 * (1.0 - t / 0.1)).min(1.0)
                    * (2.0 * std::f64::consts::PI * 500.0 * t).sin()
            })
            .collect();
        assert_eq!(ringing.len(), n + 1);
        let raw = PulseCriteria::evaluate(&ringing, DT, Filtering::None).unwrap();
        let cfc = PulseCriteria::evaluate(&ringing, DT, Filtering::PerCriterion).unwrap();
        assert!(raw.peak_g_cfc60 > 40.0 && cfc.peak_g_cfc60 < 25.5, "{raw:?} {cfc:?}");
        assert!((raw.delta_v_mps - cfc.delta_v_mps).abs() < 0.05);
    }
}
