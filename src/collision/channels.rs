//! Channels of a finished run at 10 kHz, unfiltered, under ISO-MME codes.
//!
//! Bodies: acceleration, velocity, displacement; load paths: force and compression; the wall's total force;
//! occupants as in [`crate::occupant::readings()`]. Signs follow SAE J1733: along the vehicle's own heading.
//! Where vehicles turn also yaw angle, rate and acceleration about z (down: positive clockwise seen from above), the
//! lateral motion of the mass centre (positive to the vehicle's own right), and the cabin's point at each seat along
//! the vehicle; the interior before a seat wherever it moves by itself.

use crate::dynamics::{Record, Turn};
use crate::error::Error;
use crate::occupant::readings::{self, seat_position};
use crate::signal::{Channel, Unit};
use crate::vehicle::{Role, Vehicle};

use super::assemble::VehicleMap;
use super::case::Case;
use super::run::Finished;

/// A channel with the words that its code cannot carry.
#[derive(Debug, Clone)]
pub struct NamedChannel {
    /// The channel.
    pub channel: Channel,
    /// What it is.
    pub description: String,
}

/// Main location and first fine location of a mass.
fn location(vehicle: &Vehicle, mass: usize) -> String {
    let m = &vehicle.masses[mass];
    match m.role {
        Role::Cabin => "VEHCCG".into(),
        Role::Dash => "DASH00".into(),
        Role::Engine => "ENGN00".into(),
        Role::Other if m.name.contains("battery") => format!("TBAT{:02}", mass),
        Role::Other => format!("SUBF{:02}", mass),
    }
}

/// Channels of a run as they are made.
struct Made<'a> {
    record: &'a Record,
    all: Vec<NamedChannel>,
}

impl Made<'_> {
    fn put(
        &mut self,
        code: String,
        unit: Unit,
        values: Vec<f64>,
        description: String,
    ) -> Result<(), Error> {
        // Two dummies on one seat have one place.
        if self.all.iter().any(|n| n.channel.code == code) {
            return Ok(());
        }
        let channel = Channel::new(code, unit, 0.0, self.record.sample_s, values)
            .map_err(|e| refused(e.to_string()))?;
        self.all.push(NamedChannel {
            channel,
            description,
        });
        Ok(())
    }

    /// Acceleration, velocity and displacement of a body along its vehicle's heading.
    fn motion(&mut self, place: &str, body: usize, heading: f64, what: &str) -> Result<(), Error> {
        let record = self.record;
        let along = |values: Vec<f64>| values.into_iter().map(|v| heading * v).collect();
        for (dimension, unit, values, quantity) in [
            (
                "ACX0",
                Unit::MetrePerSecondSquared,
                record.a(body),
                "acceleration",
            ),
            ("VEX0", Unit::MetrePerSecond, record.v(body), "velocity"),
            ("DSX0", Unit::Metre, record.u(body), "displacement"),
        ] {
            let description = format!("{what}: {quantity}");
            self.put(
                format!("{place}{dimension}"),
                unit,
                along(values),
                description,
            )?;
        }
        Ok(())
    }

    /// Yaw and lateral motion of a vehicle.
    fn turn(&mut self, side: usize, heading: f64, id: &str) -> Result<(), Error> {
        let record = self.record;
        let turns: Vec<Turn> = record.range().map(|s| record.turn_at(side, s)).collect();
        let about = |of: fn(&Turn) -> f64| turns.iter().map(of).collect::<Vec<f64>>();
        let beside = |of: fn(&Turn) -> f64| turns.iter().map(|t| heading * of(t)).collect();
        for (dimension, unit, values, quantity) in [
            ("ANZ0", Unit::Radian, about(|t| t.yaw_rad), "yaw angle"),
            (
                "AVZ0",
                Unit::RadianPerSecond,
                about(|t| t.yaw_radps),
                "yaw rate",
            ),
            (
                "AAZ0",
                Unit::RadianPerSecondSquared,
                about(|t| t.yaw_radps2),
                "yaw acceleration",
            ),
            (
                "ACY0",
                Unit::MetrePerSecondSquared,
                beside(|t| t.lateral_mps2),
                "lateral acceleration",
            ),
            (
                "VEY0",
                Unit::MetrePerSecond,
                beside(|t| t.lateral_mps),
                "lateral velocity",
            ),
            (
                "DSY0",
                Unit::Metre,
                beside(|t| t.lateral_m),
                "lateral displacement",
            ),
        ] {
            let code = format!("{}0VEHCCG0000{dimension}", side + 1);
            self.put(code, unit, values, format!("{id}: {quantity}"))?;
        }
        Ok(())
    }

    /// Forces and compressions of a vehicle's load paths.
    fn paths(&mut self, vehicle: &Vehicle, map: &VehicleMap, object: usize) -> Result<(), Error> {
        for (i, p) in vehicle.paths.iter().enumerate() {
            let place = format!("{object}0MSME00{:02}00", i + 1);
            let what = |q: &str| format!("{} {}: {q}", vehicle.id, p.name);
            let group = map.path_groups[i];
            let record = self.record;
            let force = record.force(group);
            self.put(format!("{place}FOX0"), Unit::Newton, force, what("force"))?;
            let compression = record.compression(group);
            let code = format!("{place}DSX0");
            self.put(code, Unit::Metre, compression, what("compression"))?;
        }
        Ok(())
    }
}

fn refused(e: String) -> Error {
    Error::request(e, "use a longer run")
}

/// All channels of a run.
///
/// # Errors
/// [`Error::Request`] when a channel cannot be formed (a run of one sample).
pub fn channels(case: &Case, finished: &Finished) -> Result<Vec<NamedChannel>, Error> {
    let record = &finished.record;
    let all = Vec::new();
    let mut made = Made { record, all };
    for (side, party) in case.parties.iter().enumerate() {
        let vehicle = &party.vehicle;
        let map = &finished.assembly.maps[side];
        let object = side + 1;
        if vehicle.is_fixed() {
            let cells = finished.assembly.cells.len();
            let impulse = |s: usize| (0..cells).map(|c| record.impulse_at(c, s)).sum::<f64>();
            let force = record
                .range()
                .map(|s| {
                    let from = s.saturating_sub(1);
                    (impulse(s) - impulse(from)) / record.sample_s
                })
                .collect();
            let code = "B0FBAR000000FOX0".to_string();
            made.put(code, Unit::Newton, force, "wall force".into())?;
            continue;
        }
        for (i, m) in vehicle.masses.iter().enumerate() {
            let place = format!("{object}0{}0000", location(vehicle, i));
            let what = format!("{} {}", vehicle.id, m.name);
            made.motion(&place, map.bodies[i], map.heading, &what)?;
        }
        if record.turns_on() {
            made.turn(side, map.heading, &vehicle.id)?;
        }
        made.paths(vehicle, map, object)?;
    }
    for occupant in &finished.assembly.occupants {
        let at = &occupant.mounting;
        let (vehicle, map) = (
            &case.parties[at.side].vehicle,
            &finished.assembly.maps[at.side],
        );
        let position = seat_position(at.seat, vehicle.body.driver_on_right);
        let seat = format!("vehicle {} {}", at.side + 1, at.seat.id());
        let place = |what: &str| format!("{}{position}{what}000000", at.side + 1);
        if at.cabin != map.cabin {
            let what = format!("{} cabin at the {}", vehicle.id, at.seat.id());
            made.motion(&place("VEHC"), at.cabin, at.heading, &what)?;
        }
        if let Some(interior) = at.dash.filter(|_| at.dash != map.dash) {
            let what = format!("{} interior before the {}", vehicle.id, at.seat.id());
            made.motion(&place("DASH"), interior, at.heading, &what)?;
        }
        let seen = readings::channels(occupant, record, position);
        for channel in seen.map_err(|e| refused(e.to_string()))? {
            let description = format!("{seat} {}", occupant.dummy.id());
            made.all.push(NamedChannel {
                channel,
                description,
            });
        }
    }
    Ok(made.all)
}
