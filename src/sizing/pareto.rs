//! Pareto fronts: the least added cost, with its mass, for every limit on a risk; by structure alone, by
//! restraints alone, and by both.

use serde::{Deserialize, Serialize};

use super::answer::FlatDesign;
use super::design::{Design, apply};
use super::optimise::{Sizing, optimise_knowing};
use super::problem::{Evaluate, LoadCase, Problem, Vary};
use super::target::Target;
use crate::error::Error;
use crate::measure::Measure;

/// One limit and what it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrontPoint {
    /// Limit on the criterion in every pair.
    pub limit: f64,
    /// Can it be met, with every other target?
    pub feasible: bool,
    /// The worst value over the pairs that the design reaches.
    pub reached: f64,
    /// Added mass, kg; of the nearest design when not feasible.
    pub added_mass_kg: f64,
    /// Added direct manufacturing cost, dollars of the common year; likewise.
    pub added_cost_usd: f64,
    /// Dollars per unit of the criterion between the next looser point and this one; `None` without one,
    /// or when either cannot be met.
    pub marginal_usd: Option<f64>,
    /// Highest speed of each vehicle at which the limit can be met, km/h, where it was looked for.
    pub highest_feasible_speed_kmh: Option<f64>,
    /// What blocks it, when not feasible.
    pub blocking: Option<String>,
    /// The design, as flat keys.
    pub design: FlatDesign,
}

/// A front over one set of variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// What was varied.
    pub vary: Vary,
    /// Points from the loosest limit to the strictest.
    pub points: Vec<FrontPoint>,
}

/// The fronts of one vehicle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fronts {
    /// Vehicle id.
    pub vehicle: String,
    /// The criterion.
    pub criterion: Measure,
    /// Its worst value over the pairs as built.
    pub as_built: f64,
    /// Structure only, restraints only, both.
    pub fronts: Vec<Front>,
}

/// What fronts are asked for.
#[derive(Debug, Clone, Copy)]
pub struct FrontsAsked<'a> {
    /// Criterion on the axis.
    pub criterion: Measure,
    /// Limits on it.
    pub limits: &'a [f64],
    /// Designs found elsewhere, for example by a study's targets: a point costs no more than the cheapest of them that
    /// meets it.
    pub known: &'a [Design],
}

/// Trace the fronts of a problem over limits on one criterion; its other targets stay as they are. Stricter
/// limits are solved first and their designs offered to looser ones, those of the part fronts to the front of
/// both: so cost never falls as a limit gets stricter, and both together never cost more than either.
///
/// # Errors
/// [`Error::Request`] without a limit or with one that is not possible; [`Error::Interrupted`] when `stop`
/// says so; whatever the evaluator returns.
pub fn fronts(
    problem: &Problem<'_>,
    asked: &FrontsAsked<'_>,
    evaluator: &mut dyn Evaluate,
    stop: &dyn Fn() -> bool,
) -> Result<Fronts, Error> {
    let criterion = asked.criterion;
    let mut limits = asked.limits.to_vec();
    if limits.is_empty() {
        return Err(Error::request(
            "a front without a limit",
            "give at least one, for example 0.3,0.2,0.1",
        ));
    }
    for &limit in &limits {
        Target { criterion, limit }.check()?;
    }
    limits.sort_by(f64::total_cmp);
    limits.dedup();
    let unchanged = apply(problem.vehicle, &Design::default(), problem.data)?;
    let values = evaluator.verify(&unchanged, &problem.cases)?;
    let as_built = worst(problem.cases.iter().zip(&values), criterion).ok_or_else(|| {
        Error::request(
            format!("{criterion} is not available for a front"),
            "choose a criterion that the dummy and the model give",
        )
    })?;
    let mut found: Vec<Front> = Vec::new();
    let mut designs: Vec<(f64, Design)> = Vec::new();
    for vary in [Vary::Structure, Vary::Restraint, Vary::Both] {
        let mut own: Vec<(f64, Design)> = Vec::new();
        let mut points = Vec::new();
        for &limit in &limits {
            if stop() {
                return Err(Error::Interrupted);
            }
            let with = with_limit(problem, vary, criterion, limit);
            let offered = match vary {
                Vary::Both => designs.iter().chain(&own).collect::<Vec<_>>(),
                _ => own.iter().collect(),
            };
            let fits = |d: &&Design| match vary {
                Vary::Structure => d.package.is_none(),
                Vary::Restraint => d.keeps_structure(),
                _ => true,
            };
            let mut known: Vec<Design> = offered
                .into_iter()
                .filter(|(l, _)| *l <= limit)
                .map(|(_, d)| d.clone())
                .collect();
            known.extend(asked.known.iter().filter(fits).cloned());
            let sizing = optimise_knowing(&with, &known, evaluator)?;
            if sizing.feasible {
                own.push((limit, sizing.design.clone()));
            }
            points.push(point(limit, criterion, &sizing, as_built));
        }
        designs.extend(own);
        points.reverse();
        marginal(&mut points, as_built);
        found.push(Front { vary, points });
    }
    Ok(Fronts {
        vehicle: problem.vehicle.id.clone(),
        criterion,
        as_built,
        fronts: found,
    })
}

/// The problem with a limit on the criterion in every pair, and other variables.
fn with_limit<'a>(problem: &Problem<'a>, vary: Vary, criterion: Measure, limit: f64) -> Problem<'a> {
    let mut asked = problem.clone();
    asked.vary = vary;
    for case in asked.cases.iter_mut().filter(|c| !c.own_wall) {
        case.targets.retain(|t| t.criterion != criterion);
        case.targets.push(Target { criterion, limit });
    }
    asked
}

fn worst<'v>(
    values: impl Iterator<Item = (&'v LoadCase, &'v super::problem::CaseValues)>,
    criterion: Measure,
) -> Option<f64> {
    values
        .filter(|(case, _)| !case.own_wall)
        .filter_map(|(_, have)| have.get(&criterion).copied())
        .max_by(f64::total_cmp)
}

fn point(limit: f64, criterion: Measure, sizing: &Sizing, as_built: f64) -> FrontPoint {
    let values = sizing.values.iter().map(|(case, have)| (case, have));
    FrontPoint {
        limit,
        feasible: sizing.feasible,
        reached: worst(values, criterion).unwrap_or(as_built),
        added_mass_kg: sizing.sized.mass.total_kg(),
        added_cost_usd: sizing.sized.cost.total().usd(),
        marginal_usd: None,
        highest_feasible_speed_kmh: sizing.highest_feasible_speed_kmh,
        blocking: sizing.blocking.as_ref().map(ToString::to_string),
        design: FlatDesign::of(&sizing.design),
    }
}

/// Fill in what one unit of the criterion costs from each point to the next stricter, the car as built first.
fn marginal(points: &mut [FrontPoint], as_built: f64) {
    let mut before = (as_built, 0.0);
    for p in points.iter_mut().filter(|p| p.feasible) {
        let gained = before.0 - p.reached;
        if gained > 1e-6 && p.added_cost_usd > before.1 {
            p.marginal_usd = Some((p.added_cost_usd - before.1) / gained);
            before = (p.reached, p.added_cost_usd);
        }
    }
}
