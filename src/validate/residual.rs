//! Residual over dynamic crush beside test records. They are not the same quantity, so no row is judged.
//!
//! A straight unloading line gives back 2 e^2 times mean over final force of the dynamic crush (rebound energy
//! e^2 m v^2 / 2 = F d / 2, with m v^2 / 2 = mean force times crush): 3 to 8 % at e = 0.13-0.2, so 0.92-0.97 is left
//! when the car parts from the wall. Records give the profile of a bumper at rest: 0.69 to 0.83. What recovers
//! slowly, or in parts that no longer touch the wall, is not in the model (section 3), and restitution is kept.

use crate::collision::wall::rigid_wall;
use crate::error::Error;
use crate::identify::{WallRig, read_recipe};
use crate::vehicle::Library;
use crate::vehicle::library::load_vehicle;

use super::STEP_S;
use super::row::{Family, Kind, Label, Row};

/// Vehicles shown: those of the histories, and one of each structure type with a residual profile on record.
const SHOWN: [&str; 7] = [
    "toyota-camry-2018",
    "mitsubishi-mirage-2015",
    "mitsubishi-i-miev-us-2012",
    "toyota-rav4-2013",
    "ford-explorer-2013",
    "ford-f-150-2018",
    "chevrolet-suburban-2019",
];

/// Rows of the shown vehicles, at the speed of their own wall tests.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let rig = WallRig::new(rigid_wall()?, STEP_S);
    let mut rows = Vec::new();
    for id in SHOWN {
        let (recipe, _) = read_recipe(&library.root().join(format!("recipes/{id}.toml")))?;
        let wall = &recipe.wall;
        let Some(residual_mm) = wall.residual_crush_mm else {
            continue;
        };
        let file = library.root().join(format!("{}/{id}.toml", recipe.group));
        let at = wall.instrumented_mass.as_deref();
        let seen = rig.run(&load_vehicle(&file)?, wall.speed_kmh, at)?;
        let key = &wall.source;
        let source = recipe.sources.get(key).unwrap_or(key).clone();
        let kind = if wall.residual_sd_mm.is_some() {
            Kind::Fit
        } else {
            Kind::Prediction
        };
        let row = Row::new(
            (Family::Residual, kind),
            id,
            ("residual over dynamic crush", ""),
            [residual_mm / wall.dynamic_crush_mm; 2],
            seen.residual_crush_mm / seen.crush_mm,
            (Label::Measured, source),
        );
        rows.push(row.noted(format!(
            "restitution here {:.3}: a straight unloading line gives back no more",
            seen.restitution
        )));
    }
    Ok(rows)
}
