//! The whole comparison: every family of evidence over one library.

use serde::Serialize;

use super::row::{Row, Summary};
use super::spread::{self, PairSpread};
use super::{
    coach, evidence, field, offset_barrier, other_speed, pairs, residual, small_overlap, stiffness, wall, wall_behind,
};
use crate::collision::plausibility::{OwnWallReadings, all_own_walls};
use crate::error::Error;
use crate::stamp::Stamp;
use crate::vehicle::Library;

/// Step of single runs, s.
pub(super) const STEP_S: f64 = 10e-6;
/// Step of runs with occupants, s.
const SEATED_STEP_S: f64 = 20e-6;

/// The whole comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Validation {
    /// Rows by family.
    pub rows: Vec<Row>,
    /// Judged rows of each kind, and those that hold.
    pub summary: Summary,
    /// Rows that are judged, and those that miss their bar.
    pub judged: usize,
    /// Number of misses.
    pub missed: usize,
    /// Vehicles without a test of their own: nothing to compare.
    pub untested: Vec<String>,
    /// What to expect at another speed than that of the own test.
    pub other_speeds: String,
    /// What the evidence leaves open in predicted pairs.
    pub spreads: Vec<PairSpread>,
    /// Dummies in each vehicle's own wall test beside readings published for its class.
    pub own_wall_readings: Vec<OwnWallReadings>,
    /// Version, input, step.
    pub stamp: Stamp,
}

impl Validation {
    /// Rows that miss their bar.
    pub fn misses(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|r| r.is_missed())
    }
}

/// Compare a library with everything published that this program knows.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn validate(library: &Library) -> Result<Validation, Error> {
    let wall = wall::rows(library)?;
    let (other, other_speeds) = other_speed::rows(library)?;
    let mut rows = wall.rows;
    rows.extend(wall_behind::rows(library)?);
    rows.extend(residual::rows(library)?);
    rows.extend(stiffness::rows(library)?);
    rows.extend(other);
    rows.extend(offset_barrier::rows(library)?);
    rows.extend(small_overlap::rows(library)?);
    rows.extend(coach::rows(library)?);
    rows.extend(pairs::rows(library)?);
    rows.extend(field::rows(library)?);
    let mut vehicles = Vec::new();
    for (_, id, _) in library.vehicle_files() {
        vehicles.push(library.vehicle(&id)?);
    }
    let readings = evidence::read::<evidence::Readings>(library)?.reading;
    Ok(Validation {
        summary: Summary::of(&rows),
        judged: rows.iter().filter(|r| r.holds.is_some()).count(),
        missed: rows.iter().filter(|r| r.is_missed()).count(),
        rows,
        untested: wall.untested,
        other_speeds,
        spreads: spread::spreads(library)?,
        own_wall_readings: all_own_walls(library, SEATED_STEP_S, &readings)?,
        stamp: Stamp::of(&vehicles, STEP_S),
    })
}
