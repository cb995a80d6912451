//! Is a measured pulse what it claims to be? The faults that would quietly spoil an identification: a dropped or
//! clipped stretch, a wrong sign, m/s2 taken for g, a bias. Each is found with its time.
//!
//! A vehicle that hits a fixed wall loses its speed and rebounds with less than 0.4 of it (restitution of wall
//! tests at 47-57 km/h: 0.11-0.19, Rose 2006), so the integral of its pulse is known within bounds: that is what
//! sign, unit and bias are judged by.

use super::channel::integrate;
use super::{Channel, Unit};
use crate::units::G0;

/// What a pulse is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PulseCheck {
    /// Speed at t = 0, m/s.
    pub speed_mps: f64,
    /// The record goes on until the vehicle has left the wall.
    pub is_whole: bool,
}

/// What is wrong with a pulse.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PulseFault {
    /// The channel is not an acceleration.
    #[error("not an acceleration but {0}")]
    Quantity(Unit),
    /// The signal stands still while the vehicle is being braked.
    #[error("gap: the signal is held at {value_g:.2} g from {from_ms:.1} to {to_ms:.1} ms")]
    Gap {
        /// Start, ms.
        from_ms: f64,
        /// End, ms.
        to_ms: f64,
        /// Held value, g.
        value_g: f64,
    },
    /// The largest or smallest value is held: the range of the recorder was exceeded.
    #[error("clipping: held at its extreme of {value_g:.1} g from {from_ms:.1} to {to_ms:.1} ms")]
    Clipped {
        /// Start, ms.
        from_ms: f64,
        /// End, ms.
        to_ms: f64,
        /// Extreme, g.
        value_g: f64,
    },
    /// Braking is positive.
    #[error("wrong sign: the speed rises by {gain_mps:.1} m/s up to {at_ms:.1} ms; braking is negative")]
    Sign {
        /// Speed gained, m/s.
        gain_mps: f64,
        /// Time of the highest speed, ms.
        at_ms: f64,
    },
    /// The values are about g times too large or too small.
    #[error("wrong unit: the speed falls by {loss_mps:.1} m/s up to {at_ms:.1} ms, {ratio:.2} times the impact speed")]
    UnitFactor {
        /// Speed lost, m/s.
        loss_mps: f64,
        /// Time of the lowest speed, ms.
        at_ms: f64,
        /// Speed lost over impact speed.
        ratio: f64,
    },
    /// More speed is lost than any crash takes.
    #[error("wrong unit: the speed changes by {change_mps:.0} m/s up to {at_ms:.1} ms, more than any crash")]
    TooMuch {
        /// Change of speed, m/s.
        change_mps: f64,
        /// Time of the largest change, ms.
        at_ms: f64,
    },
    /// A mean where there should be none.
    #[error("bias of {bias_g:.2} g between {from_ms:.1} and {to_ms:.1} ms")]
    Bias {
        /// Mean, g.
        bias_g: f64,
        /// Start of the window, ms.
        from_ms: f64,
        /// End of the window, ms.
        to_ms: f64,
    },
}

impl PulseFault {
    /// What would be right.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Quantity(_) => "give an acceleration channel in g or m/s2",
            Self::Gap { .. } => "use another sensor, or end the channel before the gap with until_ms",
            Self::Clipped { .. } => "use another sensor: a clipped peak cannot be restored",
            Self::Sign { .. } => "change the sign: SAE J1733 has x forward, so braking is negative",
            Self::UnitFactor { ratio, .. } if *ratio > 1.0 => "the values look like m/s2: correct the unit",
            Self::UnitFactor { .. } => "the values look like g: correct the unit",
            Self::TooMuch { .. } => "the values look like m/s2: correct the unit",
            Self::Bias { .. } => "subtract the mean before contact",
        }
    }
}

/// A held value this long is a gap, ms, if it begins or stays above [`ACTIVE_G`].
const HELD_MS: f64 = 4.0;
/// Deceleration above which the vehicle is being braked, g.
const ACTIVE_G: f64 = 2.0;
/// As many equal samples at the extreme are clipping, if they last 0.3 ms.
const CLIPPED_SAMPLES: usize = 4;
/// Mean before contact that is still noise, g.
const QUIET_G: f64 = 0.5;
/// Speed lost over impact speed in a wall test: restitution 0 to 0.4, with 5 % for the sensor.
const LOSS: [f64; 2] = [0.95, 1.45];
/// Loss over impact speed when m/s2 are taken for g, or g for m/s2: 9.81 times [`LOSS`] and its inverse, widened.
const UNIT_LOSS: [[f64; 2]; 2] = [[6.0, 16.0], [0.06, 0.16]];

/// All faults of an acceleration channel whose t = 0 is first contact, worst first: an empty list is a pulse that
/// can be used.
pub fn check_pulse(channel: &Channel, rule: &PulseCheck) -> Vec<PulseFault> {
    let Ok(in_g) = channel.to_unit(Unit::Gravity) else {
        return vec![PulseFault::Quantity(channel.unit)];
    };
    let mut faults = held(&in_g);
    faults.extend(integral(&in_g, rule));
    faults.extend(before_contact(&in_g));
    faults
}

/// Largest change of speed that is believed without being told the speed, m/s: 290 km/h.
const MOST_CHANGE_MPS: f64 = 80.0;
/// A gain of speed below this is noise, m/s.
const LEAST_GAIN_MPS: f64 = 2.0;

/// Faults of a frontal pulse of which no speed is known: what [`check_pulse`] finds without one. A rear impact gains speed
/// and is told as a wrong sign.
///
/// ```
/// use crumple::signal::check::{PulseFault, check_alone};
/// use crumple::signal::{Channel, Unit};
/// let pulse = Channel::new("10VEHCCG0000ACX0", Unit::Gravity, 0.0, 1e-3, vec![20.0, 20.1, 20.0, 19.9].repeat(20)).unwrap();
/// assert!(matches!(check_alone(&pulse)[..], [PulseFault::Sign { .. }]));
/// ```
pub fn check_alone(channel: &Channel) -> Vec<PulseFault> {
    let Ok(in_g) = channel.to_unit(Unit::Gravity) else {
        return vec![PulseFault::Quantity(channel.unit)];
    };
    let mut faults = held(&in_g);
    if let Some((change, after)) = change_of_speed(&in_g) {
        let largest = |sign: f64| {
            let each = change.iter().enumerate().map(|(i, v)| (i, sign * v));
            each.fold((0, 0.0_f64), |b, v| if v.1 > b.1 { v } else { b })
        };
        let ((up_at, up), (down_at, down)) = (largest(1.0), largest(-1.0));
        let at_ms = |i: usize| 1e3 * after.time_s(i);
        if up > LEAST_GAIN_MPS && up > down {
            faults.push(PulseFault::Sign {
                gain_mps: up,
                at_ms: at_ms(up_at),
            });
        }
        if up.max(down) > MOST_CHANGE_MPS {
            faults.push(PulseFault::TooMuch {
                change_mps: up.max(down),
                at_ms: at_ms(if up > down { up_at } else { down_at }),
            });
        }
    }
    faults.extend(before_contact(&in_g));
    faults
}

/// Change of speed from t = 0 on, m/s, of a pulse in g; `None` where nothing lies after it.
fn change_of_speed(c: &Channel) -> Option<(Vec<f64>, Channel)> {
    let after = c.window(0.0, c.end_s()).ok()?;
    let metres: Vec<f64> = after.values.iter().map(|a| a * G0).collect();
    Some((integrate(&metres, after.dt_s, 0.0), after))
}

/// Stretches of one value.
fn held(c: &Channel) -> Vec<PulseFault> {
    let a = &c.values;
    let ms = |i: usize| c.time_s(i) * 1e3;
    let high = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let low = a.iter().copied().fold(f64::INFINITY, f64::min);
    let mut faults = Vec::new();
    let mut from = 0;
    for i in 1..=a.len() {
        if i < a.len() && a[i] == a[from] {
            continue;
        }
        let (value_g, from_ms, to_ms) = (a[from], ms(from), ms(i - 1));
        let before = if from > 0 { a[from - 1] } else { 0.0 };
        let extreme = (value_g == high || value_g == low) && value_g.abs() > 5.0 * ACTIVE_G;
        if extreme && i - from >= CLIPPED_SAMPLES && to_ms - from_ms > 0.29 {
            faults.push(PulseFault::Clipped {
                from_ms,
                to_ms,
                value_g,
            });
        } else if to_ms - from_ms >= HELD_MS && value_g.abs().max(before.abs()) > ACTIVE_G {
            faults.push(PulseFault::Gap {
                from_ms,
                to_ms,
                value_g,
            });
        }
        from = i;
    }
    faults
}

/// Sign, unit and bias by the speed that the pulse takes from the vehicle.
fn integral(c: &Channel, rule: &PulseCheck) -> Option<PulseFault> {
    let (change, after) = change_of_speed(c)?;
    let find = |better: fn(f64, f64) -> bool| {
        let pick = |b: (usize, f64), (i, v): (usize, &f64)| if better(*v, b.1) { (i, *v) } else { b };
        change.iter().enumerate().fold((0, 0.0), pick)
    };
    let (lowest_at, lowest) = find(|a, b| a < b);
    let (highest_at, gain_mps) = find(|a, b| a > b);
    let ms = |i: usize| after.time_s(i) * 1e3;
    if gain_mps > 0.5 * rule.speed_mps && gain_mps > -lowest {
        return Some(PulseFault::Sign {
            gain_mps,
            at_ms: ms(highest_at),
        });
    }
    let loss_mps = -lowest;
    let ratio = loss_mps / rule.speed_mps;
    let within = |[lo, hi]: [f64; 2]| (lo..=hi).contains(&ratio);
    if UNIT_LOSS.into_iter().any(within) {
        return Some(PulseFault::UnitFactor {
            loss_mps,
            at_ms: ms(lowest_at),
            ratio,
        });
    }
    if rule.is_whole && !within(LOSS) {
        let wanted = ratio.clamp(LOSS[0], LOSS[1]) * rule.speed_mps;
        let lasting_s = (after.time_s(lowest_at)).max(after.dt_s);
        return Some(PulseFault::Bias {
            bias_g: (wanted - loss_mps) / lasting_s / G0,
            from_ms: 0.0,
            to_ms: ms(lowest_at),
        });
    }
    None
}

/// Mean before contact, where 5 ms of it were recorded.
fn before_contact(c: &Channel) -> Option<PulseFault> {
    let quiet = c.window(c.t0_s, -1e-3).ok()?;
    let lasting_ms = (quiet.end_s() - quiet.t0_s) * 1e3;
    let bias_g = quiet.values.iter().sum::<f64>() / quiet.values.len() as f64;
    (lasting_ms >= 5.0 && bias_g.abs() > QUIET_G).then(|| PulseFault::Bias {
        bias_g,
        from_ms: quiet.t0_s * 1e3,
        to_ms: quiet.end_s() * 1e3,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: PulseCheck = PulseCheck {
        speed_mps: 15.0,
        is_whole: true,
    };

    /// A half sine of 90 ms that takes 1.15 times the impact speed, from -20 ms on, 10 kHz.
    fn pulse() -> Channel {
        let length_s = 0.09;
        let peak_g = 1.15 * RULE.speed_mps * std::f64::consts::PI / (2.0 * length_s) / G0;
        let value = |i: usize| {
            let t = -0.02 + i as f64 * 1e-4;
            let inside = (0.0..length_s).contains(&t);
            let noise = 0.01 * ((i * 7919) % 13) as f64 - 0.06;
            noise
                - if inside {
                    peak_g * (std::f64::consts::PI * t / length_s).sin()
                } else {
                    0.0
                }
        };
        let values = (0..1500).map(value).collect();
        Channel::new("10VEHCCG0000ACX0", Unit::Gravity, -0.02, 1e-4, values).unwrap()
    }

    /// A sound pulse passes, in g and in m/s2.
    #[test]
    fn a_sound_pulse_passes() {
        assert_eq!(check_pulse(&pulse(), &RULE), []);
        assert_eq!(check_pulse(&pulse().to_si(), &RULE), []);
    }

    /// A dropped stretch is found where it begins.
    #[test]
    fn a_gap_is_found_with_its_time() {
        let mut c = pulse();
        let last = c.values[599];
        c.values[600..660].fill(last);
        let found = check_pulse(&c, &RULE);
        assert!(
            matches!(found[0], PulseFault::Gap { from_ms, to_ms, .. }
                if (from_ms - 39.9).abs() < 0.05 && (to_ms - 45.9).abs() < 0.05),
            "{found:?}"
        );
        let mut zero = pulse();
        zero.values[600..700].fill(0.0);
        assert!(matches!(
            check_pulse(&zero, &RULE)[0],
            PulseFault::Gap { value_g: 0.0, .. }
        ));
    }

    /// A recorder that runs out of range holds its extreme; the law holds for either sign of it.
    #[test]
    fn clipping_is_found_with_its_time() {
        let mut c = pulse();
        let limit = -20.0;
        c.values.iter_mut().for_each(|v| *v = v.max(limit));
        let found = check_pulse(&c, &RULE);
        assert!(
            matches!(found[0], PulseFault::Clipped { value_g, from_ms, .. }
                if value_g == limit && (20.0..40.0).contains(&from_ms)),
            "{found:?}"
        );
    }

    /// Turned round, the same pulse is a wrong sign; in another unit, a wrong unit; and never each other.
    #[test]
    fn sign_and_unit_are_told_apart() {
        let scaled = |k: f64| {
            let mut c = pulse();
            c.values.iter_mut().for_each(|v| *v *= k);
            check_pulse(&c, &RULE)
        };
        assert!(matches!(scaled(-1.0)[..], [PulseFault::Sign { .. }]));
        assert!(matches!(scaled(-G0)[0], PulseFault::Sign { .. }));
        assert!(matches!(scaled(G0)[0], PulseFault::UnitFactor { ratio, .. } if ratio > 1.0));
        assert!(matches!(scaled(1.0 / G0)[..], [PulseFault::UnitFactor { ratio, .. }] if ratio < 1.0));
        for k in [0.9, 1.0, 1.15] {
            assert_eq!(scaled(k), [], "{k}");
        }
    }

    /// An offset is found in what was recorded before contact, and without that in the speed it takes.
    #[test]
    fn bias_is_found_before_contact_or_in_the_integral() {
        let mut c = pulse();
        c.values.iter_mut().for_each(|v| *v += 0.8);
        let found = check_pulse(&c, &RULE);
        assert!(
            matches!(found[..], [PulseFault::Bias { bias_g, to_ms, .. }] if (bias_g - 0.8).abs() < 0.05 && to_ms < 0.0),
            "{found:?}"
        );
        c.values.iter_mut().for_each(|v| *v -= 8.0);
        let cut = c.window(0.0, 0.13).unwrap();
        assert!(matches!(check_pulse(&cut, &RULE)[..], [PulseFault::Bias { bias_g, .. }] if bias_g < -2.0));
    }

    /// What is not an acceleration is refused.
    #[test]
    fn a_force_is_not_a_pulse() {
        let mut c = pulse();
        c.unit = Unit::Newton;
        assert_eq!(check_pulse(&c, &RULE), [PulseFault::Quantity(Unit::Newton)]);
    }
}
