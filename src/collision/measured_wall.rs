//! A test's own load-cell wall: the measures of [`super::wall`] from measured cells and the vehicle's pulse (model section
//! 5).

use super::wall::{LOWEST_ROW_M, ROW_M, RowForce, WallMeasures};
use crate::error::Error;
use crate::signal::cfc::filter;
use crate::signal::channel::integrate;
use crate::signal::{Cfc, Channel, Unit};

/// A load cell of a wall.
#[derive(Debug, Clone, PartialEq)]
pub struct WallCell {
    /// Its row, 0 the lowest.
    pub row: usize,
    /// Force along the vehicle; whether compression is positive is read from the sum of all cells.
    pub force: Channel,
}

/// Where the rows stand, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WallGrid {
    /// Height of the wall's lowest edge above ground.
    pub lowest_edge_m: f64,
    /// Height of a row.
    pub row_m: f64,
}

impl Default for WallGrid {
    /// NHTSA's high-resolution wall: rows of 125 mm; its lowest edge at 80 mm is an assumption where a test does not state
    /// it.
    fn default() -> Self {
        Self {
            lowest_edge_m: LOWEST_ROW_M,
            row_m: ROW_M,
        }
    }
}

/// Cells before contact are judged over samples up to this time, s.
const QUIET_UNTIL_S: f64 = -1e-3;

/// Measure a wall from its cells and the pulse of the vehicle's compartment (braking negative), which hit it at a speed,
/// m/s. Each cell's mean before contact is taken off; sums are filtered at CFC 60; cells that are missing count as zero.
///
/// # Errors
/// [`Error::Request`] without a cell, for cells of unlike time bases, a pulse that is no acceleration, or a rate that is too
/// low for the class.
pub fn measured_wall(
    cells: &[WallCell],
    pulse: &Channel,
    speed_mps: f64,
    grid: WallGrid,
) -> Result<WallMeasures, Error> {
    let bad = |what: String| Error::request(what, "give the force cells and the compartment's pulse of one test");
    let first = cells.first().ok_or_else(|| bad("no load cell of a wall".into()))?;
    let base = (first.force.t0_s, first.force.dt_s, first.force.values.len());
    let top = cells.iter().map(|c| c.row).max().unwrap_or(0);
    let mut sums = vec![vec![0.0; base.2]; top + 1];
    for cell in cells {
        let f = cell
            .force
            .to_unit(Unit::Newton)
            .map_err(|e| bad(format!("{}: {e}", cell.force.code)))?;
        if (f.t0_s, f.dt_s, f.values.len()) != base {
            return Err(bad(format!(
                "{}: its times are not those of {}",
                f.code, first.force.code
            )));
        }
        let quiet = f.window(f.t0_s, QUIET_UNTIL_S).ok();
        let bias = quiet.map_or(0.0, |q| q.values.iter().sum::<f64>() / q.values.len() as f64);
        for (sum, v) in sums[cell.row].iter_mut().zip(&f.values) {
            *sum += v - bias;
        }
    }
    // A wall is pressed: laboratories differ in which sign that has.
    if sums.iter().flatten().sum::<f64>() < 0.0 {
        sums.iter_mut().flatten().for_each(|v| *v = -*v);
    }
    let contact = ((-base.0 / base.1).round().max(0.0) as usize).min(base.2 - 1);
    let dt_s = base.1;
    let at_cfc60 = |raw: &[f64]| -> Result<Vec<f64>, Error> {
        let mut all = filter(Cfc::C60, dt_s, raw).map_err(|e| bad(e.to_string()))?;
        Ok(all.split_off(contact))
    };
    let mut rows = Vec::with_capacity(sums.len());
    for (r, sum) in sums.iter().enumerate() {
        let lowest = grid.lowest_edge_m + grid.row_m * r as f64;
        rows.push(RowForce {
            height_m: [lowest, lowest + grid.row_m],
            force_n: at_cfc60(sum)?,
            impulse_ns: integrate(&sum[contact..], dt_s, 0.0).last().copied().unwrap_or(0.0),
        });
    }
    let total: Vec<f64> = (0..base.2 - contact)
        .map(|s| rows.iter().map(|r| r.force_n[s]).sum())
        .collect();
    let velocity = speed_of(pulse, speed_mps).map_err(|e| bad(format!("{}: {e}", pulse.code)))?;
    let slowest = velocity.values.iter().copied().fold(f64::INFINITY, f64::min);
    let travel = integrate(&velocity.values, velocity.dt_s, 0.0);
    let cabin_m: Vec<f64> = (0..total.len())
        .map(|s| {
            let at = (s as f64 * dt_s / velocity.dt_s).round() as usize;
            travel[at.min(travel.len() - 1)]
        })
        .collect();
    Ok(WallMeasures::of(
        &total,
        &rows,
        &cabin_m,
        dt_s,
        [(-slowest).max(0.0), speed_mps],
    ))
}

/// Velocity from contact on.
fn speed_of(pulse: &Channel, speed_mps: f64) -> Result<Channel, crate::signal::SignalError> {
    let si = pulse.to_unit(Unit::MetrePerSecondSquared)?;
    si.window(0.0, si.end_s())?.integrate(speed_mps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(code: &str, unit: Unit, value: impl Fn(f64) -> f64) -> Channel {
        let values = (-200..1500).map(|i| value(f64::from(i) * 1e-4)).collect();
        Channel::new(code, unit, -0.02, 1e-4, values).unwrap()
    }

    fn mirrored(cell: &WallCell) -> WallCell {
        let mut other = cell.clone();
        other.force.values.iter_mut().for_each(|v| *v = -*v);
        other
    }

    /// 1000 kg braked by 200 kN for 70 ms: KW400 and the impulse by hand, the height where the force is; a bias of the cells
    /// before contact changes nothing.
    #[test]
    fn a_constant_force_by_hand() {
        let inside = |t: f64| f64::from(u8::from((0.0..0.07).contains(&t)));
        let pulse = channel("10SECMLE0000ACX0", Unit::MetrePerSecondSquared, |t| -200.0 * inside(t));
        let cell = |row, share: f64| WallCell {
            row,
            force: channel("B0FBAR000000FOX0", Unit::KiloNewton, |t| {
                200.0 * share * inside(t) + 3.0
            }),
        };
        let cells = [cell(1, 0.5), cell(3, 0.25), cell(3, 0.25)];
        let wall = measured_wall(&cells, &pulse, 14.0, WallGrid::default()).unwrap();
        assert!((wall.impulse_kNs - 14.0).abs() < 0.05, "{}", wall.impulse_kNs);
        // 2 F (0.4 - 0.025) / (0.4^2 - 0.025^2); the filter rounds the onset.
        let pulled: Vec<WallCell> = cells.iter().map(mirrored).collect();
        let same = measured_wall(&pulled, &pulse, 14.0, WallGrid::default()).unwrap();
        assert!((same.impulse_kNs - wall.impulse_kNs).abs() < 1e-9);
        let by_hand = 2.0 * 200.0 * 0.375 / (0.16 - 0.000_625);
        assert!((wall.kw400_N_per_mm.unwrap() / by_hand - 1.0).abs() < 0.03);
        let centre = 80.0 + 125.0 * (0.5 * 1.5 + 0.5 * 3.5);
        assert!((wall.ahof400_mm.unwrap() - centre).abs() < 0.5);
        assert!((wall.rows[3].impulse_kNs - 7.0).abs() < 0.03 && wall.rows[0].impulse_kNs.abs() < 1e-9);
        assert!(measured_wall(&[], &pulse, 14.0, WallGrid::default()).is_err());
    }
}
