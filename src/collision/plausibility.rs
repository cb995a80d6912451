//! Are the restraints believable? Each library vehicle's own wall test with the restraint of its era, beside what
//! is published for its class.
//!
//! The published tests are mostly offset tests of other cars: they give the order of a reading, not its value, and
//! no restraint is tuned to them. Readings outside the published range, or above what FMVSS 208 lets a new US car read
//! in this very test, are marked, never dropped.

use serde::{Deserialize, Serialize};

use super::case::SeatedOccupant;
use super::result::CaseResult;
use super::run::run;
use super::wall::wall_case;
use crate::criteria::Dummy;
use crate::criteria::limits::{Criterion, Programme, limits};
use crate::dynamics::Plan;
use crate::error::Error;
use crate::number::Range;
use crate::occupant::{OccupantResult, Restraint, Seat};
use crate::vehicle::{Basis, Library, Vehicle, VehicleClass};

/// Speed of the own wall test, m/s (56 km/h, model section 8).
pub const WALL_MPS: f64 = 56.0 / 3.6;
/// Length of the run, s: belts are loaded after the vehicle has stopped.
const DURATION_S: f64 = 0.16;
/// Curb mass below which a car is set beside minicars, kg (2,500 lb; recollection of the IIHS class).
pub const MINICAR_CURB_KG: f64 = 1134.0;

/// Vehicles that published readings are set beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReadingClass {
    /// Kei vehicles, and cars below [`MINICAR_CURB_KG`].
    Minicar,
    /// Other cars.
    Car,
    /// SUVs.
    Suv,
    /// Pickups.
    Pickup,
}

impl ReadingClass {
    /// Class of a vehicle; none for a barrier.
    pub fn of(vehicle: &Vehicle) -> Option<Self> {
        match vehicle.class {
            VehicleClass::Kei => Some(Self::Minicar),
            VehicleClass::Car if vehicle.body.curb_kg < MINICAR_CURB_KG => Some(Self::Minicar),
            VehicleClass::Car => Some(Self::Car),
            VehicleClass::Suv => Some(Self::Suv),
            VehicleClass::Pickup => Some(Self::Pickup),
            VehicleClass::Barrier => None,
        }
    }
}

/// Readings of a driver published for a class: lowest and highest of the cars, where the source has them
/// (`evidence/readings.toml` of the library).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct PublishedReadings {
    /// Vehicles they are set beside.
    #[serde(rename = "for")]
    pub beside: Vec<ReadingClass>,
    /// Class and test.
    pub what: String,
    /// Cars.
    pub cars: usize,
    /// HIC15.
    pub hic15: Option<Range>,
    /// Chest deflection, mm.
    pub chest_mm: Option<Range>,
    /// Femur force, the greater of the two legs, kN.
    pub femur_kN: Option<Range>,
    /// Label: measured (the testing body's own table) or published (second-hand).
    pub basis: Basis,
    /// Source.
    pub source: String,
}

/// What is published for the class of a vehicle.
pub fn published(vehicle: &Vehicle, all: &[PublishedReadings]) -> Vec<PublishedReadings> {
    let class = ReadingClass::of(vehicle);
    let of = all.iter().filter(|p| class.is_some_and(|c| p.beside.contains(&c)));
    of.cloned().collect()
}

/// What one dummy reads in the own wall test.
#[derive(Debug, Clone, Serialize)]
#[allow(non_snake_case)]
pub struct SeatReadings {
    /// Dummy.
    pub dummy: Dummy,
    /// HIC15.
    pub hic15: f64,
    /// Cumulative 3 ms clip, g.
    pub chest_a3ms_g: f64,
    /// Chest deflection, mm.
    pub chest_mm: f64,
    /// Femur force, kN (both legs are alike in the model).
    pub femur_kN: f64,
    /// Did chest or head reach wheel or panel through the bag?
    pub wheel_contact: bool,
    /// Readings above the limit of FMVSS 208, by key.
    pub over_fmvss208: Vec<&'static str>,
}

/// Driver (HIII-50M) and passenger (HIII-05F) of one vehicle in its own wall test.
#[derive(Debug, Clone, Serialize)]
pub struct OwnWallReadings {
    /// Vehicle id.
    pub vehicle: String,
    /// Driver's restraint id.
    pub restraint: String,
    /// Driver.
    pub driver: SeatReadings,
    /// Passenger; no source gives ranges for this seat.
    pub passenger: SeatReadings,
    /// Drivers' readings published for the class.
    pub published: Vec<PublishedReadings>,
    /// Which of the driver's readings lie outside the hull of what is published, by key.
    pub outside_published: Vec<&'static str>,
}

/// The range that a source gives for one reading.
type RangeOf = fn(&PublishedReadings) -> Option<Range>;

impl SeatReadings {
    fn of(result: &OccupantResult, vehicle: &Vehicle) -> Result<Self, Error> {
        let read = |value: Option<f64>, what: &str| {
            value.ok_or_else(|| {
                Error::request(
                    format!("{} gives no {what} of its {}", vehicle.id, result.seat.id()),
                    "lengthen the run",
                )
            })
        };
        let mut readings = Self {
            dummy: result.dummy,
            hic15: read(result.hic15, "HIC15")?,
            chest_a3ms_g: read(result.chest_a3ms_g, "chest clip")?,
            chest_mm: read(result.chest_deflection_mm, "chest deflection")?,
            femur_kN: read(result.femur_kN, "femur force")?,
            wheel_contact: result.wheel_contact.unwrap_or(false),
            over_fmvss208: Vec::new(),
        };
        for limit in limits(Programme::Fmvss208, result.dummy) {
            let (key, value) = match limit.criterion {
                Criterion::Hic15 => ("hic15", readings.hic15),
                Criterion::ChestA3msG => ("chest_a3ms_g", readings.chest_a3ms_g),
                Criterion::ChestDeflectionMm => ("chest_mm", readings.chest_mm),
                Criterion::FemurForceKn => ("femur_kN", readings.femur_kN),
                _ => continue,
            };
            if limit.is_exceeded(value) {
                readings.over_fmvss208.push(key);
            }
        }
        Ok(readings)
    }

    /// Keys of the readings outside the hull of what is published.
    fn outside(&self, published: &[PublishedReadings]) -> Vec<&'static str> {
        let read: [(&'static str, f64, RangeOf); 3] = [
            ("hic15", self.hic15, |p| p.hic15),
            ("chest_mm", self.chest_mm, |p| p.chest_mm),
            ("femur_kN", self.femur_kN, |p| p.femur_kN),
        ];
        read.into_iter()
            .filter(|(_, value, range)| outside_hull(*value, published.iter().filter_map(range).map(Range::get)))
            .map(|(key, _, _)| key)
            .collect()
    }
}

/// The cars of a source are a sample of their class: the ends of the hull are widened by this share (estimated).
const SCATTER: f64 = 0.5;

/// Is a value outside the hull of the published ranges? Without any, nothing is.
fn outside_hull(value: f64, ranges: impl Iterator<Item = [f64; 2]>) -> bool {
    let hull = ranges.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
    hull.is_some_and(|[lo, hi]| !(lo * (1.0 - SCATTER)..=hi * (1.0 + SCATTER)).contains(&value))
}

fn seated(vehicle: &Vehicle, library: &Library, seat: Seat) -> Result<SeatedOccupant, Error> {
    let (id, dummy) = match seat {
        Seat::Driver => (&vehicle.driver_restraint, Dummy::Hiii50m),
        Seat::Passenger => (&vehicle.passenger_restraint, Dummy::Hiii05f),
    };
    let id = id.as_deref().ok_or_else(|| {
        Error::request(
            format!("{} names no restraint for the {}", vehicle.id, seat.id()),
            "add [restraint] to the vehicle file",
        )
    })?;
    Ok(SeatedOccupant {
        vehicle: 0,
        seat,
        dummy,
        restraint: Restraint::load(library, id)?,
        fire_delay_s: 0.0,
    })
}

/// Run one vehicle's own wall test at 56 km/h with driver and passenger.
///
/// # Errors
/// [`Error::Request`] for a vehicle without restraints or without a face; as [`run`].
pub fn own_wall(
    vehicle: &Vehicle,
    library: &Library,
    step_s: f64,
    all_published: &[PublishedReadings],
) -> Result<OwnWallReadings, Error> {
    let mut case = wall_case(vehicle, WALL_MPS, Plan::new(DURATION_S, step_s))?;
    for seat in [Seat::Driver, Seat::Passenger] {
        case.occupants.push(seated(vehicle, library, seat)?);
    }
    let result = CaseResult::collect(&case, &run(&case)?)?;
    let [driver, passenger] = [0, 1].map(|seat| SeatReadings::of(&result.occupants[seat], vehicle));
    let (driver, passenger) = (driver?, passenger?);
    let published = published(vehicle, all_published);
    Ok(OwnWallReadings {
        vehicle: vehicle.id.clone(),
        restraint: case.occupants[0].restraint.id.clone(),
        outside_published: driver.outside(&published),
        driver,
        passenger,
        published,
    })
}

/// Every vehicle of the library that is no barrier, in the library's order.
///
/// # Errors
/// As [`own_wall`], and a file that does not read.
pub fn all_own_walls(
    library: &Library,
    step_s: f64,
    published: &[PublishedReadings],
) -> Result<Vec<OwnWallReadings>, Error> {
    let mut rows = Vec::new();
    for (_, id, _) in library.vehicle_files() {
        let vehicle = library.vehicle(&id)?;
        if vehicle.class != VehicleClass::Barrier {
            rows.push(own_wall(&vehicle, library, step_s, published)?);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::evidence::{self, Readings};
    use std::path::Path;

    fn library() -> Library {
        Library::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles")).unwrap()
    }

    /// Every vehicle seats driver and passenger in its own wall test, and no driver reads what FMVSS 208 forbids,
    /// but where the head goes through to the wheel: 1990s kei cars without a bag.
    #[test]
    fn every_driver_of_the_library_is_believable() {
        let published = evidence::read::<Readings>(&library()).unwrap().reading;
        let rows = all_own_walls(&library(), 2e-5, &published).unwrap();
        let files = library().vehicle_files().into_iter();
        let no_barrier = files.filter(|(group, ..)| group != "barrier");
        assert_eq!(rows.len(), no_barrier.count());
        for row in &rows {
            let d = &row.driver;
            assert!(!row.published.is_empty(), "{}", row.vehicle);
            if !d.over_fmvss208.is_empty() {
                assert!(d.wheel_contact, "{}: {d:?}", row.vehicle);
                continue;
            }
            assert!((20.0..60.0).contains(&d.chest_a3ms_g), "{}: {d:?}", row.vehicle);
            assert!((15.0..40.0).contains(&d.chest_mm), "{}: {d:?}", row.vehicle);
            let none: [&str; 0] = [];
            assert_eq!(d.over_fmvss208, none, "{}: {d:?}", row.vehicle);
        }
        let over: Vec<&str> = rows
            .iter()
            .filter(|r| !r.driver.over_fmvss208.is_empty())
            .map(|r| r.vehicle.as_str())
            .collect();
        assert!(5 * over.len() < rows.len(), "{over:?}");
    }

    /// The hull of several sources, widened by half at each end.
    #[test]
    fn a_reading_outside_all_sources_is_marked() {
        let ranges = || [[200.0, 600.0], [50.0, 100.0]].into_iter();
        assert!(!outside_hull(26.0, ranges()) && !outside_hull(899.0, ranges()));
        assert!(outside_hull(24.0, ranges()) && outside_hull(901.0, ranges()));
        assert!(!outside_hull(1e9, std::iter::empty()));
    }
}
