//! Sled: the same occupant under a given cabin pulse instead of a collision (model section 6).

use super::OccupantError;
use super::chain::{Mounting, Occupant, Seat, attach};
use super::readings::{OccupantResult, readings};
use super::restraint::Restraint;
use crate::criteria::Dummy;
use crate::dynamics::{BodySpec, Drive, Network, Plan, Record, simulate};
use crate::signal::{Channel, SignalError, Unit, pulse_from_velocity};

/// A cabin acceleration from the moment of first contact, m/s2 along the vehicle; braking is negative.
///
/// ```
/// use crumple::criteria::Dummy;
/// use crumple::dynamics::Plan;
/// use crumple::occupant::{Restraint, Seat, SledPulse, sled};
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let restraint = Restraint::parse(&Library::find(None)?.text("restraints", "us-2018")?)?;
/// let pulse = SledPulse { dt_s: 1e-3, acceleration_mps2: vec![-200.0; 80] };
/// let run = sled(&pulse, Seat::Driver, &restraint, Dummy::Hiii50m, &Plan::new(0.12, 2e-5))?;
/// assert!(run.result.hic15 > Some(0.0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SledPulse {
    /// Sample interval, s.
    pub dt_s: f64,
    /// Samples from t = 0, straight between; zero after the last.
    pub acceleration_mps2: Vec<f64>,
}

impl SledPulse {
    /// The part of a measured acceleration channel from t = 0 on; a velocity is differentiated
    /// ([`pulse_from_velocity`]).
    ///
    /// # Errors
    /// [`OccupantError::Signal`] when its unit is neither acceleration nor velocity or it ends before t = 0.
    pub fn from_channel(channel: &Channel) -> Result<Self, OccupantError> {
        let si = match channel.unit.si() {
            Unit::MetrePerSecond => pulse_from_velocity(channel)?.pulse,
            _ => channel.to_unit(Unit::MetrePerSecondSquared)?,
        };
        let si = si.window(0.0, si.end_s())?;
        Ok(Self {
            dt_s: si.dt_s,
            acceleration_mps2: si.values,
        })
    }
}

/// Result of a sled run with the histories behind it.
#[derive(Debug, Clone)]
pub struct SledRun {
    /// Readings.
    pub result: OccupantResult,
    /// Bodies and groups of the occupant.
    pub occupant: Occupant,
    /// Histories.
    pub record: Record,
}

/// Run an occupant facing forward through a pulse.
///
/// # Errors
/// As [`attach`] and [`readings`]; [`OccupantError::Signal`] for a pulse without samples,
/// [`OccupantError::Simulation`] for a step that is too large.
pub fn sled(
    pulse: &SledPulse,
    seat: Seat,
    restraint: &Restraint,
    dummy: Dummy,
    plan: &Plan,
) -> Result<SledRun, OccupantError> {
    if pulse.acceleration_mps2.is_empty() {
        let (from_s, to_s) = (0.0, 0.0);
        return Err(SignalError::EmptyWindow { from_s, to_s }.into());
    }
    let mut net = Network::default();
    net.bodies.push(BodySpec {
        name: "cabin".into(),
        kg: 1.0,
        velocity_mps: 0.0,
        fixed: false,
        side: 0,
        drive: Some(Drive {
            dt_s: pulse.dt_s,
            acceleration_mps2: pulse.acceleration_mps2.clone(),
        }),
    });
    let mounting = Mounting {
        cabin: 0,
        dash: None,
        side: 0,
        heading: 1.0,
        velocity_mps: 0.0,
        seat,
        fire_delay_s: 0.0,
    };
    let occupant = attach(&mut net, &mounting, restraint, dummy)?;
    let record = simulate(&net, plan)?;
    let result = readings(&occupant, &record)?;
    Ok(SledRun {
        result,
        occupant,
        record,
    })
}
