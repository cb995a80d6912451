//! Every vehicle in its own wall test, as its recipe states it: scalars, or histories where they are at hand.
//! These tests made the structures, so every row is a fit, those of unjudged histories (the engine's) too. What the
//! same tests say beyond that is in [`super::wall_behind`].

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::collision::wall::rigid_wall;
use crate::error::Error;
use crate::identify::pulse::data::{Measured, PulseTest};
use crate::identify::pulse::residual::{ResidualRow, residual_table};
use crate::identify::pulse::response::PulseRig;
use crate::identify::{Recipe, WallRig, read_recipe};
use crate::units::KMH;
use crate::vehicle::library::load_vehicle;
use crate::vehicle::{Basis, Library, Vehicle};

use super::STEP_S;
use super::row::{Bar, Family, Kind, Label, Row};

/// Bars of a test known by its scalars, percent: dynamic crush and peak at CFC 60.
const SCALAR_BARS_PCT: [f64; 2] = [3.0, 12.0];

/// Rows of all recipes, and the ids of vehicles that were never tested.
pub struct WallRows {
    /// Rows, tests with histories first.
    pub rows: Vec<Row>,
    /// Vehicles whose structure rests on a prior: they have no test to miss.
    pub untested: Vec<String>,
}

/// Every recipe of the library with its shipped vehicle file, by id.
///
/// # Errors
/// Files that do not read.
pub(super) fn recipes(library: &Library) -> Result<Vec<(Recipe, Vehicle)>, Error> {
    let read = |(_, path): &(String, PathBuf)| {
        let (recipe, _) = read_recipe(path)?;
        let file = library.root().join(&recipe.group);
        let vehicle = load_vehicle(&file.join(format!("{}.toml", recipe.id)))?;
        Ok((recipe, vehicle))
    };
    library.files_in("recipes").iter().map(read).collect()
}

/// Run every recipe of the library from its shipped vehicle file.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<WallRows, Error> {
    let folder = library.root().join("recipes");
    let found: Vec<(String, Vec<Row>)> = recipes(library)?
        .into_par_iter()
        .map(|(recipe, vehicle)| {
            let rows = match &recipe.pulse {
                Some(test) => histories(&recipe, test, &vehicle, &folder)?,
                None if is_tested(&vehicle) => scalars(&recipe, &vehicle)?,
                None => Vec::new(),
            };
            Ok((recipe.id, rows))
        })
        .collect::<Result<_, Error>>()?;
    let untested = found.iter().filter(|(_, r)| r.is_empty());
    let untested = untested.map(|(id, _)| id.clone()).collect();
    let mut rows: Vec<Row> = found.into_iter().flat_map(|(_, r)| r).collect();
    rows.sort_by_key(|r| r.family);
    Ok(WallRows { rows, untested })
}

/// A structure whose rails are an estimate was not identified from a test of its own.
pub(super) fn is_tested(vehicle: &Vehicle) -> bool {
    vehicle
        .provenance_of("path.rails.force_kN")
        .is_some_and(|p| p.basis != Basis::Estimated)
}

fn source(recipe: &Recipe) -> String {
    let key = &recipe.wall.source;
    recipe.sources.get(key).unwrap_or(key).clone()
}

fn scalars(recipe: &Recipe, vehicle: &Vehicle) -> Result<Vec<Row>, Error> {
    let t = &recipe.wall;
    let at = t.instrumented_mass.as_deref();
    let seen = WallRig::new(rigid_wall()?, STEP_S).run(vehicle, t.speed_kmh, at)?;
    let row = |quantity: &str, unit, measured: f64, predicted, pct| {
        let label = (Label::Measured, source(recipe));
        let name = (quantity, unit);
        let case = recipe.id.as_str();
        Row::new(
            (Family::WallScalars, Kind::Fit),
            case,
            name,
            [measured; 2],
            predicted,
            label,
        )
        .judged(Bar::Percent(pct))
        .noted(format!("{} km/h", t.speed_kmh))
    };
    let [crush, peak] = SCALAR_BARS_PCT;
    Ok(vec![
        row("dynamic crush", "mm", t.dynamic_crush_mm, seen.crush_mm, crush),
        row("peak, CFC 60", "g", t.peak_g_cfc60, seen.peak_g_cfc60, peak),
    ])
}

/// Measures and bars are those that `identify` judges its own fit by.
fn histories(recipe: &Recipe, test: &PulseTest, vehicle: &Vehicle, folder: &Path) -> Result<Vec<Row>, Error> {
    let main = recipe.wall.instrumented_mass.as_deref().unwrap_or("cabin");
    let speed_mps = recipe.wall.speed_kmh * KMH;
    let measured = Measured::read(test, folder, speed_mps, main)?;
    let bodies: Vec<String> = measured.bodies().into_iter().map(String::from).collect();
    let rig = PulseRig::new(rigid_wall()?, speed_mps, STEP_S, bodies.clone(), measured.samples);
    let kw400 = recipe.wall.kw400_N_per_mm;
    let table = residual_table(&measured, &rig.one(vehicle)?, &bodies, main, kw400);
    Ok(table.into_iter().map(|r| history(recipe, r)).collect())
}

/// Units that a measure may end on.
const UNITS: [&str; 7] = ["mm", "ms", "m/s", "g", "kN", "kN s", "N/mm"];

fn history(recipe: &Recipe, residual: ResidualRow) -> Row {
    let (quantity, unit) = match residual.measure.rsplit_once(", ") {
        Some((quantity, unit)) if UNITS.contains(&unit) => (quantity, unit),
        _ => (residual.measure.as_str(), ""),
    };
    let row = Row::new(
        (Family::WallPulse, Kind::Fit),
        recipe.id.as_str(),
        (quantity, unit),
        [residual.measured; 2],
        residual.fitted,
        (Label::Measured, source(recipe)),
    )
    .noted(format!("{} km/h", recipe.wall.speed_kmh));
    match residual.allowed {
        Some(allowed) => row.judged(bar(allowed, residual.measured, unit)),
        None => row,
    }
}

/// An allowance that is whole percents of a measured quantity is said so; else it stays in its unit.
fn bar(allowed: f64, measured: f64, unit: &str) -> Bar {
    let percent = 100.0 * allowed / measured;
    if !unit.is_empty() && (percent - percent.round()).abs() < 1e-6 {
        Bar::Percent(percent.round())
    } else {
        Bar::Within(allowed)
    }
}
