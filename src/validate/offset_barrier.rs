//! Library cars against the offset barrier as IIHS ran them, or their sisters, at 64 km/h (`evidence/offset-barrier.toml`).

use rayon::prelude::*;
use serde::Deserialize;

use crate::collision::{Case, Party, run};
use crate::dynamics::Plan;
use crate::error::Error;
use crate::number::{Positive, Range};
use crate::units::KMH;
use crate::vehicle::{Library, Vehicle};

use super::STEP_S;
use super::evidence::{self, Evidence};
use super::row::{Bar, Family, Kind, Label, Row};

/// Barrier of the test.
const BARRIER: &str = "odb";
const DURATION_S: f64 = 0.22;
/// Beyond panel and footwell, mm: the peak of a run is a few millimetres above what stays, a point is read to 5.
const INTRUSION_MM: f64 = 20.0;

/// `evidence/offset-barrier.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffsetBarrier {
    /// 1.
    pub format: i64,
    /// `offset-barrier`.
    pub id: String,
    /// Speed, km/h.
    pub speed_kmh: Positive,
    /// Overlap, percent of the car's width.
    pub overlap_pct: Positive,
    /// Source.
    pub source: String,
    /// Cars.
    pub car: Vec<OffsetCar>,
}

impl Evidence for OffsetBarrier {
    const ID: &'static str = "offset-barrier";
}

/// A car that was tested, for a vehicle of the library.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffsetCar {
    /// Library id.
    pub vehicle: String,
    /// What was tested.
    pub tested: String,
    /// Residual rearward intrusion from instrument panel to deepest footwell point, mm.
    pub intrusion_mm: Range,
    /// Was it a target when the structure was identified?
    #[serde(default)]
    pub fitted: bool,
}

/// Width of the barrier covers more than the car's overlap: a share of the narrower width is the car's.
fn case(car: Vehicle, barrier: Vehicle, test: &OffsetBarrier) -> Case {
    Case {
        name: format!("{} into the offset barrier", car.id),
        overlap: 0.01 * test.overlap_pct.get(),
        plan: Plan::new(DURATION_S, STEP_S),
        ..Case::of([
            Party::front(car, test.speed_kmh.get() * KMH),
            Party::front(barrier, 0.0),
        ])
    }
}

/// Intrusion of each car.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let test: OffsetBarrier = evidence::read(library)?;
    let barrier = library.vehicle(BARRIER)?;
    let row = |car: &OffsetCar| {
        let vehicle = library.vehicle(&car.vehicle)?;
        let done = run(&case(vehicle, barrier.clone(), &test))?;
        let kind = if car.fitted {
            Kind::Fit
        } else {
            Kind::Prediction
        };
        let here = done.outcome.vehicles[0].intrusion_mm;
        let (id, range) = (car.vehicle.as_str(), car.intrusion_mm.get());
        let family = (Family::OffsetBarrier, kind);
        let label = (Label::Published, test.source.as_str());
        let name = ("intrusion, offset barrier", "mm");
        let note = format!(
            "tested: {}; here {:.0} deg/s of yaw and {:.0} degrees at separation; the dash is one for the whole width",
            car.tested,
            done.outcome.vehicles[0].yaw_rate_dps.abs(),
            done.outcome.vehicles[0].yaw_deg.abs()
        );
        Ok(Row::new(family, id, name, range, here, label)
            .judged(Bar::Within(INTRUSION_MM))
            .noted(note))
    };
    test.car.par_iter().map(row).collect()
}
