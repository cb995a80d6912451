//! Library cars against the offset barrier as IIHS ran them, or their sisters, at 64 km/h (`evidence/offset-barrier.toml`):
//! the reading that identified the cell (a fit), and the same car with the cell it has without its own reading (a
//! prediction).

use rayon::prelude::*;
use serde::Deserialize;

use crate::error::Error;
use crate::identify::offset::{cell_kn, offset_intrusion_mm, with_cell};
use crate::number::Positive;
use crate::vehicle::Library;

use super::STEP_S;
use super::evidence::{self, Evidence};
use super::row::{Bar, Family, Kind, Label, Row};

/// A fit holds within this share of the reading, or within this length, mm, the larger: two standard deviations of a
/// reading as recipes state them.
const FIT: (f64, f64) = (0.3, 50.0);
/// A prediction holds within this factor of the reading, or within this length, mm, the larger.
const PREDICTION: (f64, f64) = (2.0, 50.0);

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
#[allow(non_snake_case)]
pub struct OffsetCar {
    /// Library id.
    pub vehicle: String,
    /// What was tested.
    pub tested: String,
    /// Residual rearward intrusion, mean of footwell (three toe-pan points) and instrument panel (two points), mm.
    pub intrusion_mm: Positive,
    /// Was it a target when the structure was identified?
    #[serde(default)]
    pub fitted: bool,
    /// It was a target from one side: a low reading.
    #[serde(default)]
    pub at_most: bool,
    /// Yield strength of the cell without this reading, kN, as the head of the vehicle's file says.
    pub cell_without_kN: Option<Positive>,
    /// Why the reading is not met, where it is not.
    pub remark: Option<String>,
}

/// What a prediction of a reading may be, mm.
pub fn accepted_mm(reading_mm: f64) -> [f64; 2] {
    let (factor, within) = PREDICTION;
    [
        (reading_mm - within).min(reading_mm / factor),
        (reading_mm + within).max(reading_mm * factor),
    ]
}

/// Intrusion of each car: as it is, and without its own reading.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let test: OffsetBarrier = evidence::read(library)?;
    let of_car: Vec<Vec<Row>> = test
        .car
        .par_iter()
        .map(|car| of_car(library, &test, car))
        .collect::<Result<_, _>>()?;
    Ok(of_car.concat())
}

fn of_car(library: &Library, test: &OffsetBarrier, car: &OffsetCar) -> Result<Vec<Row>, Error> {
    let vehicle = library.vehicle(&car.vehicle)?;
    let reading = car.intrusion_mm.get();
    let read = |vehicle| offset_intrusion_mm(vehicle, test.speed_kmh.get(), test.overlap_pct.get(), STEP_S);
    let row = |kind, name: &str, x: f64, [lo, hi]: [f64; 2], note: String| {
        Row::new(
            (Family::OffsetBarrier, kind),
            car.vehicle.as_str(),
            (name, "mm"),
            [reading; 2],
            x,
            (Label::Published, test.source.as_str()),
        )
        .judged(Bar::Between(lo, hi))
        .noted(note)
    };
    let tested = format!("tested: {}; mean of footwell and panel", car.tested);
    let within = FIT.1.max(FIT.0 * reading);
    let (kind, bar) = match (car.fitted, car.at_most) {
        (true, true) => (Kind::Fit, [0.0, reading + within]),
        (true, false) => (Kind::Fit, [reading - within, reading + within]),
        (false, _) => (Kind::Prediction, accepted_mm(reading)),
    };
    let remark = car.remark.as_deref().map_or(String::new(), |r| format!("; {r}"));
    let here = read(&vehicle)?;
    let name = "intrusion, offset barrier";
    let mut rows = vec![row(kind, name, here, bar, format!("{tested}{remark}"))];
    if let (Some(alone), Some(now)) = (car.cell_without_kN, cell_kn(&vehicle)) {
        let alone = alone.get();
        let x = read(&with_cell(&vehicle, alone / now))?;
        let note = format!("{tested}; cell {alone:.0} kN instead of {now:.0}");
        let name = "intrusion, offset barrier, without its own reading";
        rows.push(row(Kind::Prediction, name, x, accepted_mm(reading), note));
    }
    Ok(rows)
}
