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
    fn put(&mut self, code: String, unit: Unit, values: Vec<f64>, description: String) -> Result<(), Error> {
        // Two dummies on one seat have one place.
        if self.all.iter().any(|n| n.channel.code == code) {
            return Ok(());
        }
        let channel =
            Channel::new(code, unit, 0.0, self.record.sample_s, values).map_err(|e| refused(e.to_string()))?;
        self.all.push(NamedChannel { channel, description });
        Ok(())
    }

    /// Acceleration, velocity and displacement of a body along its vehicle's heading.
    fn motion(&mut self, place: &str, body: usize, heading: f64, what: &str) -> Result<(), Error> {
        let record = self.record;
        let along = |values: Vec<f64>| values.into_iter().map(|v| heading * v).collect();
        for (dimension, unit, values, quantity) in [
            ("ACX0", Unit::MetrePerSecondSquared, record.a(body), "acceleration"),
            ("VEX0", Unit::MetrePerSecond, record.v(body), "velocity"),
            ("DSX0", Unit::Metre, record.u(body), "displacement"),
        ] {
            let description = format!("{what}: {quantity}");
            self.put(format!("{place}{dimension}"), unit, along(values), description)?;
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
            ("AVZ0", Unit::RadianPerSecond, about(|t| t.yaw_radps), "yaw rate"),
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
            ("DSY0", Unit::Metre, beside(|t| t.lateral_m), "lateral displacement"),
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
        let (vehicle, map) = (&case.parties[at.side].vehicle, &finished.assembly.maps[at.side]);
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
            made.all.push(NamedChannel { channel, description });
        }
    }
    Ok(made.all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::file::load_case;
    use crate::collision::run;
    use crate::collision::yaw::SEAT_FROM_CENTRE_M;
    use crate::exchange::{RunInfo, isomme, table};

    fn half() -> (Case, Finished) {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut case, _) = load_case(&root.join("cases/n-box-vs-f-150-half.toml")).unwrap();
        // The N-Box drives on the left of the road.
        case.parties[0].vehicle.body.driver_on_right = true;
        let finished = run(&case).unwrap();
        (case, finished)
    }

    fn values<'a>(all: &'a [NamedChannel], code: &str) -> &'a [f64] {
        let found = all.iter().find(|n| n.channel.code == code);
        &found.unwrap_or_else(|| panic!("no {code}")).channel.values
    }

    /// A seat's point moves with the cabin and turns about the centre line: the driver's side, left or right, gains
    /// on it by his distance times the yaw angle. Lateral and yaw channels are integrals of each other.
    #[test]
    fn a_seat_moves_with_the_cabin_and_the_yaw() {
        let (case, finished) = half();
        let all = channels(&case, &finished).unwrap();
        for (vehicle, seat, eta_m) in [("1", "3", SEAT_FROM_CENTRE_M), ("2", "1", -SEAT_FROM_CENTRE_M)] {
            let of = |place: &str| values(&all, &format!("{vehicle}{place}"));
            let point = of(&format!("{seat}VEHC000000DSX0"));
            let (cabin, yaw) = (of("0VEHCCG0000DSX0"), of("0VEHCCG0000ANZ0"));
            for ((p, c), t) in point.iter().zip(cabin).zip(yaw) {
                assert!((p - (c - eta_m * t)).abs() < 1e-6, "{p} {c} {t}");
            }
            for [rate, integral] in [["AVZ0", "ANZ0"], ["AAZ0", "AVZ0"], ["VEY0", "DSY0"], ["ACY0", "VEY0"]] {
                let (rate, integral) = (of(&format!("0VEHCCG0000{rate}")), of(&format!("0VEHCCG0000{integral}")));
                let dt = finished.record.sample_s;
                let sum: f64 = rate.windows(2).map(|w| 0.5 * (w[0] + w[1]) * dt).sum();
                let last = integral[integral.len() - 1];
                assert!((sum - last).abs() < 0.02 * last.abs().max(0.05), "{sum} {last}");
            }
            assert!(of(&format!("{seat}HEADCG00H3ACX0")).len() == point.len());
            assert!(of(&format!("{seat}DASH000000DSX0")).len() == point.len());
        }
    }

    /// What is written is read again: code, unit, values.
    #[test]
    fn channels_come_back_from_files() {
        let (case, finished) = half();
        let named = channels(&case, &finished).unwrap();
        let all: Vec<Channel> = named.into_iter().map(|n| n.channel).collect();
        let folder = tempfile::tempdir().unwrap();
        let info = RunInfo {
            title: "half".into(),
            version: "0.1.0".into(),
            input_hash: "abc".into(),
            step_us: 10.0,
            solver: "leapfrog".into(),
            vehicles: Vec::new(),
        };
        let csv = folder.path().join("channels.csv");
        table::write_csv(&csv, &all, &info).unwrap();
        let mme = folder.path().join("isomme");
        isomme::write_isomme(&mme, "run", &all, &info).unwrap();
        for path in [&csv, &mme] {
            let back = crate::exchange::read_channels(path).unwrap();
            assert!(back.skipped.is_empty(), "{:?}", back.skipped.first());
            assert_eq!(back.channels.len(), all.len());
            for written in &all {
                let read = back.channels.iter().find(|c| c.code == written.code).unwrap();
                assert_eq!(read.unit, written.unit, "{}", read.code);
                let most = written.values.iter().fold(1e-9, |m: f64, v| m.max(v.abs()));
                for (a, b) in read.values.iter().zip(&written.values) {
                    assert!((a - b).abs() < 1e-6 * most, "{}: {a} {b}", read.code);
                }
            }
        }
    }
}
