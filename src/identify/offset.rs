//! The cell from the offset barrier (model sections 4 and 9): the margin of the cell over its own wall test, so that
//! the car shows the intrusion that was read in the 64 km/h, 40 % test (IIHS moderate overlap, JNCAP).
//!
//! A full-width wall in which the cell stayed whole is a lower bound and ranks cells wrongly: one accelerometer's peak
//! is a matter of the front. The offset barrier loads the cell beyond the front's energy, so a reading outranks it.
//! What it sees is `phi(0.4)` times the cell, `phi = a + (1 - a) q` (`offset_share` of `dash_to_cabin`).
//!
//! **a = 0.3** for the whole library, from
//!
//! | evidence | phi | a |
//! |---|---|---|
//! | one side alone, q 0.25: largest 20 ms mean force over test mass, 11 poor tests of 8 library cars or their sisters (19 cm or more of intrusion; the reduction reads 5 % low), over the sustained deceleration of their own wall, margin 1.25 and 1 | 0.37-0.46 | 0.16-0.28 |
//! | Neon 1997 at 191 mm: needs 1.13 of its wall bound at a = 0.3 | 0.66 +- 0.12 | 0.43 +- 0.20 |
//! | Scion iQ at 68 mm: 0.90 of the prior at a = 0.3 | 0.52 +- 0.15 | 0.20 +- 0.25 |
//! | F-150 2001 at 277 mm (Expedition, another body on the same frame): 0.70 at a = 0.3 gives 216 mm | 0.41 +- 0.12 | 0.0 +- 0.2 |
//!
//! Both sides of the first row are decelerations, so the mass ahead of the cell cancels; wheel and friction forces are in
//! it. Its tests are of cars that collapsed; cars that held show up to 15 % more, so it bounds a from below. Weighted
//! mean 0.22, 0.28 without the frame vehicle; 0.3 taken, cv 0.5. A car's own margin and a are exchangeable at q = 0.4:
//! what the reading fixes is their product, and other overlaps see the difference.
//!
//! The margin m minimises, within [`MARGIN`],
//!
//! ```text
//! (ln(m / m0) / s)^2 + ((x - reading) / sd)^2      m0: cell_margin; s: 0.35 above m0, 0.2 below
//! ```
//!
//! x is the peak intrusion less the cell's own spring-back. A low reading (`at_most`) holds from one side. Without a
//! reading of its own a car takes its template's: what its class shows.

use serde::Deserialize;

use crate::collision::{Case, Party, run};
use crate::dynamics::Plan;
use crate::error::{Error, SourceText};
use crate::number::{Amount, Positive};
use crate::units::KMH;
use crate::vehicle::{PathKind, Vehicle, parse_vehicle};

use super::layers::FIREWALL;

/// Lowest and highest margin over what the own wall sent through the cell.
pub const MARGIN: [f64; 2] = [0.6, 3.0];
/// Standard deviation of ln(margin) above and below its median (authors' prior).
const LN_MARGIN_SD: (f64, f64) = (0.35, 0.2);
/// Length of a run, s: the deepest intrusion is past.
const DURATION_S: f64 = 0.18;
/// Margins of the first look, and steps of the search between them.
const LOOKS: usize = 7;
const STEPS: usize = 8;

/// What an offset-barrier test of the vehicle, or of its class, reads.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffsetReading {
    /// Speed, km/h.
    pub speed_kmh: Positive,
    /// Overlap, percent of the vehicle's width, on the left.
    pub overlap_pct: Positive,
    /// Mean residual rearward movement of the three toe-pan points, mm.
    pub footwell_mm: Option<Amount>,
    /// Mean of the two instrument-panel points, mm; 0 where they moved forward.
    pub panel_mm: Option<Amount>,
    /// Mean of footwell and panel, mm, where they are not known apart.
    pub intrusion_mm: Option<Amount>,
    /// Standard deviation of that mean as a reading of this vehicle, mm.
    pub intrusion_sd_mm: Positive,
    /// A low reading: the cell is at least what meets it.
    #[serde(default)]
    pub at_most: bool,
    /// What was tested.
    pub tested: String,
    /// In a template: for model years from this one on.
    pub since: Option<i64>,
    /// Key of `[sources]`.
    pub source: String,
}

impl OffsetReading {
    /// Mean of footwell and panel, mm.
    ///
    /// # Errors
    /// [`Error::Request`] unless both or the mean are given.
    pub fn mean_mm(&self) -> Result<f64, Error> {
        match (self.footwell_mm, self.panel_mm, self.intrusion_mm) {
            (Some(f), Some(p), None) => Ok(0.5 * (f.get() + p.get())),
            (None, None, Some(mean)) => Ok(mean.get()),
            _ => Err(Error::request(
                "[offset] needs footwell_mm and panel_mm, or intrusion_mm alone",
                "give the two readings, or their mean",
            )),
        }
    }

    /// (x - reading) / sd, 0 below a reading that is a bound.
    fn off(&self, x_mm: f64) -> Result<f64, Error> {
        let d = (x_mm - self.mean_mm()?) / self.intrusion_sd_mm.get();
        Ok(if self.at_most { d.max(0.0) } else { d })
    }

    /// Does an intrusion meet it within two standard deviations?
    ///
    /// # Errors
    /// As [`OffsetReading::mean_mm`].
    pub fn is_met(&self, x_mm: f64) -> Result<bool, Error> {
        Ok(self.off(x_mm)?.abs() <= 2.0)
    }
}

/// Residual intrusion of a vehicle in the offset barrier, mm: its peak less what the cell springs back.
///
/// # Errors
/// Errors of the simulation.
pub fn offset_intrusion_mm(vehicle: &Vehicle, speed_kmh: f64, overlap_pct: f64, step_s: f64) -> Result<f64, Error> {
    let text = include_str!("../../vehicles/barrier/odb.toml");
    let barrier = parse_vehicle(&SourceText::new("odb.toml", text))?;
    let case = Case {
        name: format!("{} into the offset barrier", vehicle.id),
        overlap: 0.01 * overlap_pct,
        plan: Plan::new(DURATION_S, step_s),
        ..Case::of([
            Party::front(vehicle.clone(), speed_kmh * KMH),
            Party::front(barrier, 0.0),
        ])
    };
    let peak = run(&case)?.outcome.vehicles[0].intrusion_mm;
    Ok((peak - spring_back_mm(vehicle)).max(0.0))
}

/// What the yielding cell gives back, mm.
fn spring_back_mm(vehicle: &Vehicle) -> f64 {
    let cell = vehicle.paths.iter().find(|p| p.name == CELL);
    let table = cell.and_then(|p| p.table.as_ref());
    let ends = table.and_then(|t| Some((t.force_n.last()?, t.unload_n_per_m.last()?)));
    ends.map_or(0.0, |(f, k)| 1e3 * f / k)
}

/// Path that stands for the cell.
pub const CELL: &str = "dash_to_cabin";

/// Strength at which the cell yields, kN; none without that path.
pub fn cell_kn(vehicle: &Vehicle) -> Option<f64> {
    let cell = vehicle.paths.iter().find(|p| p.name == CELL)?;
    Some(1e-3 * cell.table.as_ref()?.force_n.get(1)?)
}

/// The vehicle with a cell `factor` times as strong, and what follows from it (model section 9): the dash panel in
/// front, and what a firewall lets a block press.
pub fn with_cell(vehicle: &Vehicle, factor: f64) -> Vehicle {
    let firewall_n = FIREWALL * 1e3 * cell_kn(vehicle).unwrap_or(0.0);
    let mut changed = vehicle.clone();
    for p in &mut changed.paths {
        let follows = p.name == CELL || p.name == "cabin_front";
        let on_dash = matches!(p.kind, PathKind::Inner { .. }) && p.name == "engine_to_dash"
            || p.name == "radiator_and_equipment";
        let Some(table) = p.table.as_mut().filter(|_| follows || on_dash) else {
            continue;
        };
        for f in &mut table.force_n {
            *f = if follows || *f >= 0.999 * firewall_n {
                *f * factor
            } else {
                f.min(firewall_n * factor)
            };
        }
        let stiffer = if follows { factor } else { factor.max(1.0) };
        table.unload_n_per_m.iter_mut().for_each(|k| *k *= stiffer);
    }
    changed
}

/// A margin that a reading asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Margin over what the own wall sent through the cell.
    pub margin: f64,
    /// Residual intrusion there, mm.
    pub intrusion_mm: f64,
}

impl Found {
    /// Chi-square of prior and reading.
    ///
    /// # Errors
    /// As [`OffsetReading::mean_mm`].
    pub fn misfit(&self, median: f64, reading: &OffsetReading) -> Result<f64, Error> {
        let d = (self.margin / median).ln();
        let (above, below) = LN_MARGIN_SD;
        let sd = if d > 0.0 { above } else { below };
        Ok((d / sd).powi(2) + reading.off(self.intrusion_mm)?.powi(2))
    }
}

/// The margin that makes prior and reading most likely; `intrusion` runs the barrier at a margin.
///
/// # Errors
/// Those of `intrusion` and of [`OffsetReading::mean_mm`].
pub fn margin<F>(median: f64, reading: &OffsetReading, intrusion: F) -> Result<Found, Error>
where
    F: Fn(f64) -> Result<f64, Error>,
{
    let cost = |ln_m: f64| -> Result<(f64, Found), Error> {
        let found = Found {
            margin: ln_m.exp(),
            intrusion_mm: intrusion(ln_m.exp())?,
        };
        Ok((found.misfit(median, reading)?, found))
    };
    let [lo, hi] = MARGIN.map(f64::ln);
    let step = (hi - lo) / (LOOKS - 1) as f64;
    let mut best = (f64::INFINITY, None, 0.0);
    for i in 0..LOOKS {
        let at = lo + step * i as f64;
        let (c, found) = cost(at)?;
        if c < best.0 {
            best = (c, Some(found), at);
        }
    }
    let (mut a, mut b) = ((best.2 - step).max(lo), (best.2 + step).min(hi));
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    for _ in 0..STEPS {
        let (left, right) = (b - golden * (b - a), a + golden * (b - a));
        let (l, r) = (cost(left)?, cost(right)?);
        for (c, found) in [l, r] {
            if c < best.0 {
                best = (c, Some(found), found.margin.ln());
            }
        }
        (a, b) = if l.0 < r.0 { (a, right) } else { (left, b) };
    }
    best.1
        .ok_or_else(|| Error::request("no margin gives an intrusion that is a number", "check [offset]"))
}

#[cfg(test)]
#[path = "offset_tests.rs"]
mod tests;
