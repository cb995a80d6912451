//! Model section 5: a full-width rigid wall made of load cells, and the measures taken from it.

use serde::{Deserialize, Serialize};

use crate::dynamics::Plan;
use crate::error::{Error, SourceText};
use crate::signal::cfc::{Cfc, filter};
use crate::vehicle::{Vehicle, parse_vehicle};

use super::case::{Case, Party};
use super::outcome::VehicleOutcome;
use super::run::{Finished, run};

/// Lowest edge of the wall's rows above ground, m (assumed for the NHTSA wall: its record does not say).
pub const LOWEST_ROW_M: f64 = 0.080;
/// Height of a row of load cells, m (NHTSA high-resolution wall).
pub const ROW_M: f64 = 0.125;
/// Window of cabin displacement for KW400 and AHOF400, m.
const WINDOW_M: [f64; 2] = [0.025, 0.400];

/// Time before contact given to the filter, s.
const LEAD_S: f64 = 0.02;

/// One row of load cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct WallRow {
    /// Height band, mm.
    pub height_mm: [f64; 2],
    /// Peak force, CFC 60, kN.
    pub peak_force_kN: f64,
    /// Impulse, kN s.
    pub impulse_kNs: f64,
}

/// What the wall measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct WallMeasures {
    /// Peak of the total force, CFC 60, kN.
    pub peak_force_kN: f64,
    /// Its time, ms.
    pub time_of_peak_force_ms: f64,
    /// Impulse, kN s.
    pub impulse_kNs: f64,
    /// Stiffness from the work between 25 and 400 mm, N/mm; null when the cabin does not get that far.
    pub kw400_N_per_mm: Option<f64>,
    /// Height of force over the same window, weighted by force, mm.
    pub ahof400_mm: Option<f64>,
    /// Rebound speed, m/s.
    pub rebound_mps: f64,
    /// Rebound over impact speed.
    pub restitution: f64,
    /// Rows from the lowest.
    pub rows: Vec<WallRow>,
}

/// A wall test with its vehicle's outcome, the wall's measures, and the run behind them.
#[derive(Debug, Clone)]
pub struct WallTest {
    /// Outcome of the vehicle.
    pub vehicle: VehicleOutcome,
    /// Measures of the wall.
    pub wall: WallMeasures,
    /// Total wall force, CFC 60, N, at the record's samples.
    pub force_n: Vec<f64>,
    /// The run.
    pub finished: Finished,
}

/// The fixed rigid wall.
///
/// # Errors
/// Never in practice: the text is part of the program and a test reads it.
pub fn rigid_wall() -> Result<Vehicle, Error> {
    let text = include_str!("../../vehicles/barrier/rigid-wall.toml");
    Ok(parse_vehicle(&SourceText::new("rigid-wall.toml", text))?)
}

/// The case of a vehicle's full-width wall test; occupants are lumped into the cabin.
///
/// # Errors
/// As [`rigid_wall`].
pub fn wall_case(vehicle: &Vehicle, speed_mps: f64, plan: Plan) -> Result<Case, Error> {
    Ok(Case {
        name: format!("{} into a rigid wall at {:.1} km/h", vehicle.name, speed_mps * 3.6),
        struck_left: false,
        plan,
        ..Case::of([
            Party::front(vehicle.clone(), speed_mps),
            Party::front(rigid_wall()?, 0.0),
        ])
    })
}

/// Run a wall test.
///
/// # Errors
/// As [`run`]; [`Error::Request`] when the run is too short to filter.
///
/// ```
/// use crumple::collision::wall_test;
/// use crumple::dynamics::Plan;
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let car = Library::find(None)?.vehicle("honda-n-box-jf1")?;
/// let test = wall_test(&car, 56.0 / 3.6, Plan::new(0.16, 2e-5))?;
/// assert!(test.wall.peak_force_kN > 100.0);
/// # Ok(())
/// # }
/// ```
pub fn wall_test(vehicle: &Vehicle, speed_mps: f64, plan: Plan) -> Result<WallTest, Error> {
    let case = wall_case(vehicle, speed_mps, plan)?;
    let finished = run(&case)?;
    let (wall, force_n) = measure(&finished, speed_mps)?;
    Ok(WallTest {
        vehicle: finished.outcome.vehicles[0].clone(),
        wall,
        force_n,
        finished,
    })
}

/// Work of a force while the cabin goes from 25 to 400 mm for the first time, J (or the unit of force times m);
/// `None` when it does not get that far.
fn window_work(force: &[f64], cabin_m: &[f64]) -> Option<f64> {
    let [lo, hi] = WINDOW_M;
    let there = cabin_m.iter().position(|u| *u >= hi)?;
    let part = |s: usize| {
        let dx = cabin_m[s].clamp(lo, hi) - cabin_m[s - 1].clamp(lo, hi);
        0.5 * (force[s] + force[s - 1]) * dx.max(0.0)
    };
    Some((1..=there).map(part).sum())
}

/// KW400 = 2 E / (0.400^2 - 0.025^2), N/m for a force in N: E is the work of the wall force while the cabin goes
/// from 25 to 400 mm (model section 5); `None` when it does not get that far.
pub fn kw400_n_per_m(wall_force_n: &[f64], cabin_m: &[f64]) -> Option<f64> {
    let [lo, hi] = WINDOW_M;
    Some(2.0 * window_work(wall_force_n, cabin_m)? / (hi * hi - lo * lo))
}

/// Share of each cell's area in each row; what lies below the lowest or above the highest row counts there.
fn shares_by_row(finished: &Finished) -> Vec<Vec<f64>> {
    let cells = &finished.assembly.cells;
    let top = cells
        .iter()
        .flat_map(|c| c.patches.iter().map(|p| p.height_m[1]))
        .fold(LOWEST_ROW_M, f64::max);
    let rows = ((top - LOWEST_ROW_M) / ROW_M).ceil().max(1.0) as usize;
    (0..rows)
        .map(|r| {
            let lo = if r == 0 {
                f64::NEG_INFINITY
            } else {
                LOWEST_ROW_M + ROW_M * r as f64
            };
            let hi = LOWEST_ROW_M + ROW_M * (r + 1) as f64;
            cells
                .iter()
                .map(|c| {
                    let inside: f64 = c
                        .patches
                        .iter()
                        .map(|p| {
                            let tall = (p.height_m[1].min(hi) - p.height_m[0].max(lo)).max(0.0);
                            tall * (p.lateral_m[1] - p.lateral_m[0])
                        })
                        .sum();
                    inside / c.area_m2()
                })
                .collect()
        })
        .collect()
}

fn measure(finished: &Finished, speed_mps: f64) -> Result<(WallMeasures, Vec<f64>), Error> {
    let record = &finished.record;
    let dt = record.sample_s;
    let cells = finished.assembly.cells.len();
    let last = record.len() - 1;
    let lead = (LEAD_S / dt) as usize;
    let shares = shares_by_row(finished);
    // Force from the impulse between samples: it holds the plastic impacts of the tips too.
    let force_of = |weights: &[f64]| -> Result<Vec<f64>, Error> {
        let impulse = |s: usize| -> f64 { (0..cells).map(|c| weights[c] * record.impulse_at(c, s)).sum() };
        let raw: Vec<f64> = (0..=last)
            .map(|s| {
                let (a, b) = (s.saturating_sub(1), (s + 1).min(last));
                (impulse(b) - impulse(a)) / ((b - a) as f64 * dt)
            })
            .collect();
        // A load cell reads zero before contact; without that lead the filter would start on the first impact.
        let mut led = vec![0.0; lead];
        led.extend(&raw);
        let mut filtered = filter(Cfc::C60, dt, &led).map_err(|e| Error::request(e.to_string(), "use a longer run"))?;
        Ok(filtered.split_off(lead))
    };
    let total = force_of(&vec![1.0; cells])?;
    let mut rows = Vec::with_capacity(shares.len());
    for (r, weights) in shares.iter().enumerate() {
        let lowest_m = LOWEST_ROW_M + ROW_M * r as f64;
        rows.push(RowForce {
            height_m: [lowest_m, lowest_m + ROW_M],
            force_n: force_of(weights)?,
            impulse_ns: (0..cells).map(|c| weights[c] * record.impulse_at(c, last)).sum(),
        });
    }
    let cabin = record.u(finished.assembly.maps[0].cabin);
    let measures = WallMeasures::of(
        &total,
        &rows,
        &cabin,
        dt,
        [finished.outcome.restitution * speed_mps, speed_mps],
    );
    Ok((measures, total))
}

/// Force of one row of cells.
pub(super) struct RowForce {
    pub height_m: [f64; 2],
    /// CFC 60, N.
    pub force_n: Vec<f64>,
    /// N s.
    pub impulse_ns: f64,
}

impl WallMeasures {
    /// Measures of a total force and its rows, CFC 60, N, over the travel of the cabin, m, at the same samples; rebound and
    /// impact speed, m/s.
    pub(super) fn of(total: &[f64], rows: &[RowForce], cabin_m: &[f64], dt_s: f64, speeds_mps: [f64; 2]) -> Self {
        let peak_of = |f: &[f64]| {
            let pick = |best: (usize, f64), (i, v)| if v > best.1 { (i, v) } else { best };
            f.iter().copied().enumerate().fold((0, 0.0), pick)
        };
        let (at, peak) = peak_of(total);
        let work = window_work(total, cabin_m);
        let by_row = rows.iter().map(|r| {
            let centre = 0.5 * (r.height_m[0] + r.height_m[1]);
            Some(centre * window_work(&r.force_n, cabin_m)?)
        });
        let moment: Option<f64> = by_row.sum();
        let row = |r: &RowForce| WallRow {
            height_mm: r.height_m.map(|h| h * 1e3),
            peak_force_kN: peak_of(&r.force_n).1 * 1e-3,
            impulse_kNs: r.impulse_ns * 1e-3,
        };
        let [rebound_mps, speed_mps] = speeds_mps;
        let rows: Vec<WallRow> = rows.iter().map(row).collect();
        Self {
            peak_force_kN: peak * 1e-3,
            time_of_peak_force_ms: at as f64 * dt_s * 1e3,
            impulse_kNs: rows.iter().map(|r| r.impulse_kNs).sum(),
            kw400_N_per_mm: kw400_n_per_m(total, cabin_m).map(|k| k * 1e-3),
            ahof400_mm: work.filter(|w| *w > 0.0).and_then(|w| Some(moment? / w * 1e3)),
            rebound_mps,
            restitution: rebound_mps / speed_mps,
            rows,
        }
    }
}
