//! Channels of a finished run at 10 kHz, unfiltered, under ISO-MME codes.
//!
//! Bodies: acceleration, velocity, displacement; load paths: force and compression; the wall's total force;
//! occupants as in [`crate::occupant::readings()`]. Signs follow SAE J1733: along the vehicle's own heading.

use crate::error::Error;
use crate::occupant::readings;
use crate::signal::{Channel, Unit};
use crate::vehicle::{Role, Vehicle};

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

/// All channels of a run.
///
/// # Errors
/// [`Error::Request`] when a channel cannot be formed (a run of one sample).
pub fn channels(case: &Case, finished: &Finished) -> Result<Vec<NamedChannel>, Error> {
    let record = &finished.record;
    let refused = |e: String| Error::request(e, "use a longer run");
    let mut all = Vec::new();
    let mut put = |code: String, unit: Unit, values: Vec<f64>, description: String| {
        Channel::new(code, unit, 0.0, record.sample_s, values)
            .map(|channel| {
                all.push(NamedChannel {
                    channel,
                    description,
                });
            })
            .map_err(|e| refused(e.to_string()))
    };
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
            put(
                "B0FBAR000000FOX0".into(),
                Unit::Newton,
                force,
                "wall force".into(),
            )?;
            continue;
        }
        let along = |values: Vec<f64>| values.into_iter().map(|v| map.heading * v).collect();
        for (i, m) in vehicle.masses.iter().enumerate() {
            let place = format!("{object}0{}0000", location(vehicle, i));
            let body = map.bodies[i];
            let what = |q: &str| format!("{} {}: {q}", vehicle.id, m.name);
            put(
                format!("{place}ACX0"),
                Unit::MetrePerSecondSquared,
                along(record.a(body)),
                what("acceleration"),
            )?;
            put(
                format!("{place}VEX0"),
                Unit::MetrePerSecond,
                along(record.v(body)),
                what("velocity"),
            )?;
            put(
                format!("{place}DSX0"),
                Unit::Metre,
                along(record.u(body)),
                what("displacement"),
            )?;
        }
        for (i, p) in vehicle.paths.iter().enumerate() {
            let place = format!("{object}0MSME00{:02}00", i + 1);
            let what = |q: &str| format!("{} {}: {q}", vehicle.id, p.name);
            let group = map.path_groups[i];
            put(
                format!("{place}FOX0"),
                Unit::Newton,
                record.force(group),
                what("force"),
            )?;
            put(
                format!("{place}DSX0"),
                Unit::Metre,
                record.compression(group),
                what("compression"),
            )?;
        }
    }
    for occupant in &finished.assembly.occupants {
        let seen = readings::channels(occupant, record).map_err(|e| refused(e.to_string()))?;
        for channel in seen {
            let at = &occupant.mounting;
            let description = format!(
                "vehicle {} {} {}",
                at.side + 1,
                at.seat.id(),
                occupant.dummy.id()
            );
            all.push(NamedChannel {
                channel,
                description,
            });
        }
    }
    Ok(all)
}
