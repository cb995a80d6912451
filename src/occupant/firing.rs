//! When belts pull in and bags open (model section 6): from the pulse, or at a fixed time.

use serde::{Deserialize, Serialize};

use super::chain::Mounting;
use super::key_error::KeyError;
use crate::dynamics::{Network, Record, Sensor, SensorId};
use crate::units::MS;

/// Loss of the cabin that fires, m/s, where the file gives none.
pub const LOSS_MPS: f64 = 1.0;
/// Window of the loss, ms, where the file gives none.
pub const WINDOW_MS: f64 = 10.0;
/// Time from the loss to the firing, ms, where the file gives none.
pub const DELAY_MS: f64 = 1.0;

/// Firing of a restraint's devices: once the cabin has lost `loss_mps` within the last `window_ms`, `delay_ms` later;
/// or at a fixed `fire_ms` for sled work and textbook cases. Each device adds its own `delay_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Firing {
    /// Loss of cabin speed that fires, m/s, above 0 up to 20; 1.0 where absent.
    pub loss_mps: Option<f64>,
    /// Window in which it is lost, ms, above 0 up to 100; 10 where absent.
    pub window_ms: Option<f64>,
    /// From that loss to the firing, ms, 0 to 100; 1 where absent. Below 0.1 it counts as 0.1, a sample.
    pub delay_ms: Option<f64>,
    /// Fixed time of firing after first contact, ms, instead of the three above.
    pub fire_ms: Option<f64>,
}

/// The rule of a restraint, its defaults filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FiringRule {
    /// From the pulse.
    Pulse {
        /// Loss of cabin speed, m/s.
        loss_mps: f64,
        /// Within this, s.
        window_s: f64,
        /// From there to the firing, s.
        delay_s: f64,
    },
    /// At a time after first contact, s.
    Fixed(f64),
}

impl Firing {
    /// The rule.
    pub fn rule(&self) -> FiringRule {
        match self.fire_ms {
            Some(ms) => FiringRule::Fixed(ms * MS),
            None => FiringRule::Pulse {
                loss_mps: self.loss_mps.unwrap_or(LOSS_MPS),
                window_s: self.window_ms.unwrap_or(WINDOW_MS) * MS,
                delay_s: self.delay_ms.unwrap_or(DELAY_MS) * MS,
            },
        }
    }

    pub(super) fn check(&self) -> Result<(), KeyError> {
        if let Some(fire) = self.fire_ms {
            let of_the_pulse = [
                ("loss_mps", self.loss_mps),
                ("window_ms", self.window_ms),
                ("delay_ms", self.delay_ms),
            ];
            if let Some((key, Some(value))) = of_the_pulse.into_iter().find(|(_, v)| v.is_some()) {
                return Err(KeyError::new(
                    "firing.fire_ms",
                    format!("a fixed time of {fire} ms beside {key} = {value}, a rule for the pulse"),
                    "give fire_ms alone, or loss_mps, window_ms and delay_ms without it",
                ));
            }
            super::law::within("firing.fire_ms", fire, 0.0, 1000.0)?;
        }
        for (key, value, most, unit) in [
            ("firing.loss_mps", self.loss_mps, 20.0, "m/s"),
            ("firing.window_ms", self.window_ms, 100.0, "ms"),
        ] {
            if let Some(x) = value.filter(|x| !(*x > 0.0 && *x <= most)) {
                let message = format!("{x} is out of range");
                let help = format!("a number above 0, up to {most} {unit}");
                let wrong = KeyError::new(key, message, help);
                return Err(if x > most { wrong.beyond(most) } else { wrong });
            }
        }
        let delay = self.delay_ms.unwrap_or(DELAY_MS);
        super::law::within("firing.delay_ms", delay, 0.0, 100.0)
    }
}

/// What sets off the devices of one occupant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trigger {
    /// A sensor of the network.
    Sensor(SensorId),
    /// A time, s.
    At(f64),
}

impl Trigger {
    /// Set up the rule of a restraint where an occupant sits; the case's own delay comes on top.
    pub(super) fn install(net: &mut Network, at: &Mounting, rule: FiringRule) -> Self {
        match rule {
            FiringRule::Fixed(time_s) => Self::At((time_s + at.fire_delay_s).max(0.0)),
            FiringRule::Pulse {
                loss_mps,
                window_s,
                delay_s,
            } => {
                // On the tunnel, whatever the seat.
                let body = net.under(at.cabin);
                net.sensors.push(Sensor {
                    body,
                    sign: at.heading,
                    loss_mps,
                    window_s,
                    delay_s: (delay_s + at.fire_delay_s).max(0.0),
                });
                Self::Sensor(net.sensors.len() - 1)
            }
        }
    }

    /// What a device waits for, and its time from there, s, by its own delay.
    pub(super) fn device(self, delay_ms: f64) -> (Option<SensorId>, f64) {
        match self {
            Self::Sensor(id) => (Some(id), delay_ms * MS),
            Self::At(time_s) => (None, time_s + delay_ms * MS),
        }
    }

    /// When it fired, s; `None` when it had not by the end of the run.
    pub fn fired_s(self, record: &Record) -> Option<f64> {
        match self {
            Self::Sensor(id) => record.fired_s(id),
            Self::At(time_s) => Some(time_s).filter(|t| *t <= record.sample_s * record.len().saturating_sub(1) as f64),
        }
    }
}
