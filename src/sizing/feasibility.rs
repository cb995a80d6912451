//! What a vehicle can stand at all: added cost and mass over the partner's mass and the speed, and with it the
//! largest closing speed at which a target can be met.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::design::Design;
use super::evaluate::CollisionEvaluator;
use super::optimise::optimise_knowing;
use super::problem::{Problem, SpeedSearch};
use crate::error::{Error, within};
use crate::vehicle::Vehicle;

/// One cell of the map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MapCell {
    /// Can the targets be met?
    pub feasible: bool,
    /// Met as built.
    pub already_met: bool,
    /// Added mass, kg.
    pub added_mass_kg: f64,
    /// Added direct manufacturing cost, dollars of the common year.
    pub added_cost_usd: f64,
}

/// Feasibility over partner mass and speed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeasibilityMap {
    /// Vehicle id.
    pub vehicle: String,
    /// Id of the partner whose front is scaled.
    pub partner: String,
    /// Partner masses, kg, ascending.
    pub masses_kg: Vec<f64>,
    /// Speeds of each vehicle, km/h, ascending.
    pub speeds_kmh: Vec<f64>,
    /// `cells[mass][speed]`.
    pub cells: Vec<Vec<MapCell>>,
}

impl FeasibilityMap {
    /// The largest closing speed at which the targets can be met against a mass, km/h; `None` below the least
    /// speed of the map.
    pub fn largest_closing_speed_kmh(&self, mass: usize) -> Option<f64> {
        let cells = self.cells.get(mass)?.iter().zip(&self.speeds_kmh);
        cells.take_while(|(c, _)| c.feasible).last().map(|(_, s)| 2.0 * s)
    }
}

/// A partner of another mass with the same own wall pulse: masses, tip masses, crush forces, unloading
/// stiffness and mounts all in the ratio of the masses, geometry kept.
///
/// A lighter vehicle of the same kind needs less force for the same crush; scaling the mass alone would make
/// small partners absurdly stiff.
pub fn scaled_partner(vehicle: &Vehicle, test_kg: f64) -> Vehicle {
    let ratio = test_kg / vehicle.body.test_kg;
    let mut scaled = vehicle.clone();
    scaled.id = format!("{}@{test_kg:.0}kg", vehicle.id);
    scaled.body.test_kg = test_kg;
    scaled.body.curb_kg *= ratio;
    for mass in &mut scaled.masses {
        mass.kg *= ratio;
    }
    for path in &mut scaled.paths {
        if let crate::vehicle::PathKind::Layer(layer) = &mut path.kind {
            layer.face_kg *= ratio;
        }
        if let Some(table) = &mut path.table {
            for v in table.force_n.iter_mut().chain(&mut table.unload_n_per_m) {
                *v *= ratio;
            }
            table.damping_n_s_per_m *= ratio;
        }
    }
    for mount in &mut scaled.mounts {
        mount.stiffness_n_per_m *= ratio;
        mount.damping_n_s_per_m *= ratio;
        mount.break_n = mount.break_n.map(|n| n * ratio);
    }
    scaled
}

/// Size the vehicle against one partner at every mass and speed. The pair cases of the problem give overlaps
/// and targets; their partner and speed are replaced. Designs found at a higher speed are offered to lower ones.
///
/// # Errors
/// [`Error::Request`] for an empty or impossible axis; [`Error::Interrupted`] when `stop` says so; whatever
/// the evaluator returns.
pub fn feasibility_map(
    problem: &Problem<'_>,
    partner: &Vehicle,
    masses_kg: &[f64],
    speeds_kmh: &[f64],
    evaluator: &CollisionEvaluator,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<FeasibilityMap, Error> {
    let masses = axis("partner mass", masses_kg, 400.0, 6000.0)?;
    let speeds = axis("speed", speeds_kmh, 5.0, 200.0)?;
    let cells = masses
        .par_iter()
        .map(|&kg| {
            let other = scaled_partner(partner, kg);
            let id = other.id.clone();
            let mut own = evaluator.clone();
            own.add_partner(other);
            let mut known: Vec<Design> = Vec::new();
            let mut row = Vec::with_capacity(speeds.len());
            for &speed in speeds.iter().rev() {
                if stop() {
                    return Err(Error::Interrupted);
                }
                let asked = at(problem, &id, speed);
                let sizing = optimise_knowing(&asked, &known, &mut own)?;
                if sizing.feasible {
                    known.push(sizing.design.clone());
                }
                row.push(MapCell {
                    feasible: sizing.feasible,
                    already_met: sizing.already_met,
                    added_mass_kg: sizing.sized.mass.total_kg(),
                    added_cost_usd: sizing.sized.cost.total().usd(),
                });
            }
            row.reverse();
            Ok(row)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(FeasibilityMap {
        vehicle: problem.vehicle.id.clone(),
        partner: partner.id.clone(),
        masses_kg: masses,
        speeds_kmh: speeds,
        cells,
    })
}

fn axis(what: &str, values: &[f64], least: f64, most: f64) -> Result<Vec<f64>, Error> {
    let mut all = values.to_vec();
    all.sort_by(f64::total_cmp);
    all.dedup();
    if all.is_empty() {
        return Err(Error::request(format!("no {what} for the map"), "give at least one"));
    }
    for v in &all {
        within(&format!("{what} of the map"), *v, [least, most])?;
    }
    Ok(all)
}

/// The problem with one partner at one speed, each overlap once.
fn at<'a>(problem: &Problem<'a>, partner: &str, speed_kmh: f64) -> Problem<'a> {
    let mut asked = problem.clone();
    asked.effort.speed = SpeedSearch::Never;
    // A map of many cells: what another material saves is less than a shade of it.
    asked.effort.exchange = false;
    let mut cases: Vec<super::problem::LoadCase> = Vec::new();
    for case in &problem.cases {
        let mut one = case.clone();
        if !one.own_wall {
            one.against = partner.to_string();
            one.speed_kmh = speed_kmh;
            one.weight = 1.0;
        }
        if !cases.contains(&one) {
            cases.push(one);
        }
    }
    asked.cases = cases;
    asked
}
