//! A pulse from a velocity: event data recorders keep the change of speed every 10 ms, old tests integrated on the spot.

use super::{Channel, SignalError, Unit};

/// Samples further apart than this are readings of a recorder, s; closer ones are a history.
const HISTORY_S: f64 = 1e-3;
/// Sample interval of a pulse made from a recorder's readings, s.
const FINE_S: f64 = 1e-4;

/// An acceleration made from a velocity.
#[derive(Debug, Clone, PartialEq)]
pub struct FromVelocity {
    /// The acceleration, m/s2, under the code of the derivative.
    pub pulse: Channel,
    /// What was done, with the band that it is good for.
    pub method: String,
}

/// Differentiate a velocity channel. A history is differentiated by central differences; a recorder's readings give the
/// mean acceleration of each interval, held over it (at its ends the mean of both), so that its integral ends at the last
/// reading and passes every other within a quarter of a fine sample's step. What happens within an interval is not in them: peaks are means, and nothing above half the sampling
/// rate is known.
///
/// # Errors
/// [`SignalError`] when the channel is no velocity or has one sample.
///
/// ```
/// use crumple::signal::{Channel, Unit, pulse_from_velocity};
/// let readings = vec![0.0, -3.6, -10.8, -14.4];
/// let edr = Channel::new("10VEHCCG0000VEX0", Unit::KilometrePerHour, 0.0, 0.01, readings).unwrap();
/// let made = pulse_from_velocity(&edr).unwrap();
/// let delta_v = made.pulse.integrate(0.0).unwrap();
/// assert!((delta_v.values.last().unwrap() + 4.0).abs() < 1e-9);
/// assert!((made.pulse.values[150] + 200.0).abs() < 1e-9);
/// assert_eq!(made.pulse.code, "10VEHCCG0000ACX0");
/// ```
pub fn pulse_from_velocity(channel: &Channel) -> Result<FromVelocity, SignalError> {
    let v = channel.to_unit(Unit::MetrePerSecond)?;
    let code = channel.iso_code().and_then(|c| c.integrated(-1));
    let code = code.map_or_else(|| channel.code.clone(), |c| c.as_str().to_string());
    let half_rate_hz = 0.5 / v.dt_s;
    if v.dt_s <= HISTORY_S {
        let pulse = Channel {
            code,
            ..v.differentiate()?
        };
        let method = format!(
            "differentiated from velocity by central differences; good to about {:.0} Hz",
            0.4 * half_rate_hz
        );
        return Ok(FromVelocity { pulse, method });
    }
    let means: Vec<f64> = v.values.windows(2).map(|w| (w[1] - w[0]) / v.dt_s).collect();
    if means.is_empty() {
        return Err(SignalError::TooShort {
            what: "a pulse from velocity",
            needed: 2,
            found: v.values.len(),
        });
    }
    let fine = (v.dt_s / FINE_S).round().max(1.0) as usize;
    let mut values = Vec::with_capacity(means.len() * fine + 1);
    for (i, mean) in means.iter().enumerate() {
        let before = if i > 0 { means[i - 1] } else { *mean };
        values.push(0.5 * (before + mean));
        values.extend(std::iter::repeat_n(*mean, fine - 1));
    }
    values.extend(means.last());
    let pulse = Channel::new(code, Unit::MetrePerSecondSquared, v.t0_s, v.dt_s / fine as f64, values)?;
    let method = format!(
        "differentiated from velocity readings every {:.0} ms: the mean of each interval; nothing above {half_rate_hz:.0} Hz is known",
        1e3 * v.dt_s
    );
    Ok(FromVelocity { pulse, method })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the readings, the pulse integrates back through each of them, and exactly to the last.
    #[test]
    fn the_pulse_passes_through_every_reading() {
        let readings = vec![0.0, -1.0, -4.5, -9.0, -11.0, -11.5, -11.2];
        let edr = Channel::new("10VEHCCG0000VEX0", Unit::MetrePerSecond, 0.0, 0.01, readings.clone()).unwrap();
        let back = pulse_from_velocity(&edr).unwrap().pulse.integrate(0.0).unwrap();
        for (k, v) in readings.iter().enumerate() {
            assert!((back.values[100 * k] - v).abs() <= 0.25 * FINE_S * 350.0, "{k}");
        }
        assert!((back.values.last().unwrap() - readings.last().unwrap()).abs() < 1e-9);
    }

    /// A history gives the derivative of what it was integrated from.
    #[test]
    fn a_history_is_differentiated() {
        let values = (0..1000).map(|i| -10.0 * (i as f64 * 1e-4 * 30.0).sin()).collect();
        let v = Channel::new("10VEHCCG0000VEX0", Unit::MetrePerSecond, 0.0, 1e-4, values).unwrap();
        let made = pulse_from_velocity(&v).unwrap();
        for i in 1..999 {
            let exact = -300.0 * (i as f64 * 1e-4 * 30.0).cos();
            assert!((made.pulse.values[i] - exact).abs() < 1e-3 * 300.0);
        }
        assert!(pulse_from_velocity(&made.pulse).is_err());
    }
}
