//! Frontal stiffness and height of force of whole libraries (model section 5): every vehicle in the same virtual
//! load-cell wall, beside what was published.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dynamics::Plan;
use crate::error::Error;
use crate::number::{Positive, Range};
use crate::vehicle::{Vehicle, VehicleClass};

use super::wall::wall_test;

/// A published KW400 or AHOF400, for the vehicle of an id or its sister (`evidence/stiffness.toml` of the library).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct PublishedStiffness {
    /// Library id it is compared with.
    pub vehicle: String,
    /// What was tested.
    pub tested: String,
    /// Its test mass, kg.
    pub mass_kg: Positive,
    /// KW400, N/mm.
    pub kw400_N_per_mm: Range,
    /// AHOF400, mm.
    pub ahof400_mm: Option<Positive>,
    /// Is it the test that the vehicle of the library was identified from?
    pub itself: bool,
    /// What a reader must know besides the masses.
    pub remark: Option<String>,
    /// Where the value comes from.
    pub source: String,
}

/// One vehicle in the wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(non_snake_case)]
pub struct StiffnessRow {
    /// Vehicle id.
    pub id: String,
    /// Class.
    pub class: VehicleClass,
    /// Test mass, kg.
    pub mass_kg: f64,
    /// Dynamic crush, mm.
    pub crush_mm: f64,
    /// Peak cabin deceleration, CFC 60, g.
    pub peak_g_cfc60: f64,
    /// Intrusion, mm.
    pub intrusion_mm: f64,
    /// Restitution.
    pub restitution: f64,
    /// KW400, N/mm; null when the cabin does not move 400 mm.
    pub kw400_N_per_mm: Option<f64>,
    /// AHOF400, mm; null likewise.
    pub ahof400_mm: Option<f64>,
    /// Published KW400, N/mm, `[lo, hi]`.
    pub published_kw400_N_per_mm: Option<[f64; 2]>,
    /// Published AHOF400, mm.
    pub published_ahof400_mm: Option<f64>,
}

/// Run every vehicle but the barriers into the wall at one speed, beside what is published; rows in the order given.
///
/// # Errors
/// As [`wall_test`], of the first vehicle that fails.
pub fn stiffness_table(
    vehicles: &[Vehicle],
    speed_mps: f64,
    plan: Plan,
    published: &[PublishedStiffness],
) -> Result<Vec<StiffnessRow>, Error> {
    let cars: Vec<&Vehicle> = vehicles.iter().filter(|v| v.class != VehicleClass::Barrier).collect();
    cars.par_iter()
        .map(|v| {
            let t = wall_test(v, speed_mps, plan)?;
            let published = published.iter().find(|p| p.vehicle == v.id);
            Ok(StiffnessRow {
                id: v.id.clone(),
                class: v.class,
                mass_kg: v.total_kg(),
                crush_mm: t.vehicle.crush_mm,
                peak_g_cfc60: t.vehicle.peak_g_cfc60,
                intrusion_mm: t.vehicle.intrusion_mm,
                restitution: t.wall.restitution,
                kw400_N_per_mm: t.wall.kw400_N_per_mm,
                ahof400_mm: t.wall.ahof400_mm,
                published_kw400_N_per_mm: published.map(|p| p.kw400_N_per_mm.get()),
                published_ahof400_mm: published.and_then(|p| p.ahof400_mm).map(Positive::get),
            })
        })
        .collect()
}
