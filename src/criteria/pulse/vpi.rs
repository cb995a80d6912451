//! Vehicle pulse index: the peak acceleration of a unit mass on a spring with slack.
//!
//! Note N11, [`crate::model`] (ISO/TR 12353-3:2013; k = 2500 N/m per kg and s = 0.03 m after a published
//! abstract, the unit mass is recollection, consistent with it). x'' = -a_vehicle - (k/m) max(x - s, 0), x
//! the occupant's travel forward in the vehicle. Acceleration is a straight line between samples, on which
//! both phases, free and on the spring, have closed solutions: the step is exact and only instants of contact
//! are searched for.

use serde::Serialize;

use super::super::{CriteriaError, check, check_positive};

/// Stiffness per mass and slack of the surrogate restraint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VpiParameters {
    /// k/m, 1/s2.
    pub stiffness_per_mass: f64,
    /// Slack, m.
    pub slack_m: f64,
}

impl Default for VpiParameters {
    fn default() -> Self {
        Self {
            stiffness_per_mass: 2500.0,
            slack_m: 0.03,
        }
    }
}

/// Vehicle pulse index and its time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Vpi {
    /// VPI, m/s2; divide by standard gravity for the customary g.
    pub vpi_mps2: f64,
    /// Time of the peak, s after the first sample; may lie after the last one.
    pub time_s: f64,
}

/// The surrogate occupant: relative travel and speed, and the driving deceleration of the current step.
#[derive(Debug, Clone, Copy)]
struct Occupant {
    x: f64,
    v: f64,
}

/// One step's drive, deceleration `d0 + d1 t` of the vehicle, and the restraint.
#[derive(Debug, Clone, Copy)]
struct Drive {
    d0: f64,
    d1: f64,
    /// Natural frequency on the spring, rad/s.
    w: f64,
    slack: f64,
}

impl Drive {
    fn free(&self, o: Occupant, t: f64) -> Occupant {
        Occupant {
            x: o.x + t * (o.v + t * (self.d0 / 2.0 + t * self.d1 / 6.0)),
            v: o.v + t * (self.d0 + t * self.d1 / 2.0),
        }
    }

    fn held(&self, o: Occupant, t: f64) -> Occupant {
        let w2 = self.w * self.w;
        let (sin, cos) = (self.w * t).sin_cos();
        let y0 = o.x - self.slack - self.d0 / w2;
        let v0 = o.v - self.d1 / w2;
        Occupant {
            x: self.slack + y0 * cos + v0 / self.w * sin + (self.d0 + self.d1 * t) / w2,
            v: v0 * cos - y0 * self.w * sin + self.d1 / w2,
        }
    }

    fn after(&self, o: Occupant, t: f64, held: bool) -> Occupant {
        if held { self.held(o, t) } else { self.free(o, t) }
    }

    fn later(&self, t: f64) -> Drive {
        Drive {
            d0: self.d0 + self.d1 * t,
            ..*self
        }
    }
}

/// Largest time in (0, h) that still has `before`; it is true at 0 and false at h.
fn bisect(h: f64, before: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, h);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// VPI of a vehicle acceleration in m/s2, positive forward (a frontal crash is negative); after the last sample
/// the vehicle keeps its speed and the oscillator is followed to its peak.
///
/// Errors: bad interval, NaN, fewer than two samples, bad parameters, an occupant that never meets the
/// restraint.
pub fn vpi(accel_mps2: &[f64], dt_s: f64, p: VpiParameters) -> Result<Vpi, CriteriaError> {
    let mut best = Vpi {
        vpi_mps2: 0.0,
        time_s: 0.0,
    };
    let end = simulate(accel_mps2, dt_s, p, &mut |_, _| {}, &mut best)?;
    // Nothing drives the oscillator any more: its amplitude follows from its energy.
    let w = p.stiffness_per_mass.sqrt();
    let end_s = (accel_mps2.len() - 1) as f64 * dt_s;
    if end.v > 0.0 {
        let (stretch, fly_s) = ((end.x - p.slack_m).max(0.0), ((p.slack_m - end.x) / end.v).max(0.0));
        let amplitude = stretch.hypot(end.v / w);
        if amplitude * w * w > best.vpi_mps2 {
            best = Vpi {
                vpi_mps2: amplitude * w * w,
                time_s: end_s + fly_s + (end.v / (w * stretch)).atan() / w,
            };
        }
    }
    if best.vpi_mps2 > 0.0 {
        Ok(best)
    } else {
        Err(CriteriaError::NotReached {
            what: "VPI",
            reason: "the occupant never takes up the slack",
        })
    }
}

/// Acceleration of the surrogate occupant in the ground's frame at every sample, m/s2, negative while the
/// restraint holds it back. Errors as [`vpi`], but a restraint that is never met gives zeros.
pub fn vpi_occupant_accel(accel_mps2: &[f64], dt_s: f64, p: VpiParameters) -> Result<Vec<f64>, CriteriaError> {
    let mut out = vec![0.0; accel_mps2.len()];
    let mut best = Vpi {
        vpi_mps2: 0.0,
        time_s: 0.0,
    };
    let mut record = |i: usize, o: Occupant| {
        out[i] = -p.stiffness_per_mass * (o.x - p.slack_m).max(0.0);
    };
    simulate(accel_mps2, dt_s, p, &mut record, &mut best)?;
    Ok(out)
}

/// Steps through the record, reports the state at every sample after the first, keeps the peak, and returns the
/// state at the end.
fn simulate(
    accel_mps2: &[f64],
    dt_s: f64,
    p: VpiParameters,
    record: &mut dyn FnMut(usize, Occupant),
    best: &mut Vpi,
) -> Result<Occupant, CriteriaError> {
    check(accel_mps2, dt_s, "VPI", 2)?;
    check_positive("the stiffness per mass", p.stiffness_per_mass)?;
    if !(p.slack_m.is_finite() && p.slack_m >= 0.0) {
        return Err(CriteriaError::BadParameter {
            name: "the slack",
            value: p.slack_m,
        });
    }
    let w = p.stiffness_per_mass.sqrt();
    let mut o = Occupant { x: 0.0, v: 0.0 };
    // Contact is a state of its own: exactly at the slack both solutions start from the same point.
    let mut held = false;
    for (i, a) in accel_mps2.windows(2).enumerate() {
        let mut drive = Drive {
            d0: -a[0],
            d1: (a[0] - a[1]) / dt_s,
            w,
            slack: p.slack_m,
        };
        let mut left_s = dt_s;
        // More than a few changes within one step would need a step longer than the oscillator's period.
        for _ in 0..16 {
            let end = drive.after(o, left_s, held);
            let changes = (end.x > p.slack_m) != held;
            let t = if changes {
                bisect(left_s, |t| (drive.after(o, t, held).x > p.slack_m) == held)
            } else {
                left_s
            };
            let next = if changes { drive.after(o, t, held) } else { end };
            if held {
                // The peak is where the relative speed changes sign, or an end of the interval.
                let top_s = if o.v > 0.0 && next.v < 0.0 {
                    bisect(t, |t| drive.held(o, t).v > 0.0)
                } else {
                    t
                };
                let pull = p.stiffness_per_mass * (drive.held(o, top_s).x - p.slack_m);
                // Of equal peaks the first counts, whatever the rounding of the later ones.
                if pull > best.vpi_mps2 * (1.0 + 1e-9) {
                    *best = Vpi {
                        vpi_mps2: pull,
                        time_s: i as f64 * dt_s + (dt_s - left_s) + top_s,
                    };
                }
            }
            o = next;
            if !changes {
                break;
            }
            held = !held;
            drive = drive.later(t);
            left_s -= t;
        }
        record(i + 1, o);
    }
    Ok(o)
}

#[cfg(test)]
mod tests {
    use super::super::shapes::*;
    use super::*;
    use crate::units::G0;
    use proptest::prelude::*;

    fn g(a: &[f64], dt_s: f64) -> (f64, f64) {
        let v = vpi(a, dt_s, VpiParameters::default()).unwrap();
        (v.vpi_mps2 / G0, v.time_s)
    }

    #[test]
    fn constant_deceleration_matches_the_closed_form_at_any_step() {
        for dt in [1e-5, 1e-3, 5e-3] {
            let n = (0.2_f64 / dt).round() as usize;
            let (vpi_g, _) = g(&vec![-20.0 * G0; n + 1], dt);
            assert!((vpi_g - 46.56906).abs() < 1e-5, "{dt}: {vpi_g}");
        }
    }

    #[test]
    fn half_sines_match_the_check_values() {
        let (v, t) = g(&half_sine(V56, 0.100), DT);
        assert!((v - 51.0107).abs() < 1e-4 && (t - 0.07869).abs() < 1e-5, "{v} {t}");
        assert!((g(&half_sine(V56, 0.080), DT).0 - 59.9604).abs() < 1e-4);
        assert!((g(&half_sine(10.0, 0.120), DT).0 - 29.9981).abs() < 1e-4);
        // A linear restraint without slack or with it, closed form C9: 6 Hz, 40 g in 90 ms.
        let w2 = (2.0 * std::f64::consts::PI * 6.0_f64).powi(2);
        let pulse = half_sine(40.0 * G0 * 2.0 * 0.090 / std::f64::consts::PI, 0.090);
        for (slack_m, want_g, at_s) in [(0.030, 68.774, 0.08746), (0.0, 65.090, 0.08654)] {
            let v = vpi(
                &pulse,
                DT,
                VpiParameters {
                    stiffness_per_mass: w2,
                    slack_m,
                },
            )
            .unwrap();
            assert!((v.vpi_mps2 / G0 - want_g).abs() < 1e-3, "{}", v.vpi_mps2 / G0);
            assert!((v.time_s - at_s).abs() < 1e-5);
        }
    }

    #[test]
    fn a_constant_pulse_loads_each_oscillator_as_published() {
        // Closed form C8: 25 g, slack 50 mm.
        for (f_hz, want_g, at_s) in [(4.0, 53.036, 0.12651), (6.0, 56.422, 0.08627), (8.0, 60.625, 0.06692)] {
            let w = 2.0 * std::f64::consts::PI * f_hz;
            let p = VpiParameters {
                stiffness_per_mass: w * w,
                slack_m: 0.05,
            };
            let v = vpi(&vec![-25.0 * G0; 301], 1e-3, p).unwrap();
            assert!((v.vpi_mps2 / G0 - want_g).abs() < 1e-3);
            assert!((v.time_s - at_s).abs() < 1e-5, "{} for {at_s}", v.time_s);
        }
    }

    #[test]
    fn speed_is_held_after_the_last_sample() {
        for t in [0.010, 0.030, 0.060] {
            let short = half_sine(V56, t);
            let mut long = short.clone();
            long.resize(30_000, 0.0);
            let (a, b) = (g(&short, DT), g(&long, DT));
            assert!((a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9, "{a:?} {b:?}");
        }
        // Stopped at once: the whole speed goes into the spring.
        let n = 2;
        let stop = g(&vec![-10.0 / 1e-7; n], 1e-7).0;
        assert!((stop - 10.0 * 50.0 / G0).abs() < 1e-3, "{stop}");
    }

    #[test]
    fn a_vehicle_that_is_not_slowed_has_none() {
        assert!(vpi(&[0.0; 100], 1e-3, VpiParameters::default()).is_err());
        let p = VpiParameters {
            stiffness_per_mass: 0.0,
            slack_m: 0.0,
        };
        assert!(vpi(&[-1.0; 100], 1e-3, p).is_err());
    }

    proptest! {
        #[test]
        fn without_slack_the_response_is_linear(
            x in prop::collection::vec(0.0..300.0f64, 30..200), k in 0.1..4.0f64,
        ) {
            let p = VpiParameters { slack_m: 0.0, ..Default::default() };
            let a: Vec<f64> = x.iter().map(|v| -v).collect();
            let b: Vec<f64> = x.iter().map(|v| -k * v).collect();
            let (va, vb) = (vpi(&a, 1e-3, p).unwrap().vpi_mps2, vpi(&b, 1e-3, p).unwrap().vpi_mps2);
            prop_assert!((vb - k * va).abs() <= 1e-8 * vb);
        }

        #[test]
        fn more_slack_is_never_better_at_constant_deceleration(a in 50.0..500.0f64, s in 0.0..0.1f64) {
            let v = |slack_m: f64| {
                let p = VpiParameters { slack_m, ..Default::default() };
                vpi(&vec![-a; 400], 1e-3, p).unwrap().vpi_mps2
            };
            prop_assert!(v(s + 0.01) > v(s));
        }
    }
}
