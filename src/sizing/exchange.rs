//! The material of each path as a variable: exchanged path by path while that makes the car cheaper.
//!
//! The search starts with the material that is cheapest per kilojoule. That need not make the cheapest car: a heavier
//! one is thrown back less by a heavy partner, a lighter one asks less of its own wall test. So each path of the answer
//! is tried in every other material that is not plainly too dear, the design sought again around the answer.

use super::descent::Goal;
use super::design::{Design, apply};
use super::problem::{Evaluate, LoadCase, Problem};
use super::search::Bench;
use super::solve::{Answer, converge, shapes};
use crate::error::Error;

/// A material is tried where it makes the design, left as it is, dearer by at most this share of its cost. What a few
/// kilograms more or less do to a crash was worth 1 % at most (`tests/material_choice.rs` tries every combination).
const WORTH_TRYING: f64 = 0.03;

/// Exchange materials in an answer that meets its targets; `answer.runs` grows by what that takes.
pub(super) fn exchange(
    problem: &Problem<'_>,
    cases: &[LoadCase],
    mut answer: Answer,
    evaluator: &mut dyn Evaluate,
) -> Result<Answer, Error> {
    let Some(mut least) = answer.cost else {
        return Ok(answer);
    };
    if answer.untouched {
        return Ok(answer);
    }
    let mut lean = problem.clone();
    lean.effort.starts = 1;
    lean.effort.samples = 1;
    lean.effort.designs_per_start = problem.effort.designs_per_start.min(30);
    // Shape and package stay.
    let all = shapes(problem);
    let Some(variables) = all.iter().find(|v| v.free().len() == answer.x.len()) else {
        return Ok(answer);
    };
    // The heaviest path first: it has the most to gain.
    let mut masses = apply(problem.vehicle, &answer.design, problem.data)?.mass.paths;
    masses.retain(|p| p.kg > 0.0 && !problem.materials.fixed.contains_key(&p.path));
    masses.sort_by(|a, b| b.kg.total_cmp(&a.kg));
    for path in masses.iter().map(|p| p.path.clone()) {
        for id in candidates(problem, &answer.design, &path, least)? {
            let mut fixed = answer.design.clone();
            fixed.materials.insert(path.clone(), id);
            let mut bench = Bench::new(&lean, variables, cases, &fixed, evaluator);
            let solved = converge(&mut bench, Goal::Cheapest, std::slice::from_ref(&answer.x))?;
            answer.runs += bench.runs;
            let takes = bench.objective(&solved.x)?;
            if solved.feasible && takes < least {
                least = takes;
                answer.cost = Some(takes);
                answer.design = variables.design(&solved.x, &fixed);
                answer.x = solved.x;
            }
        }
    }
    Ok(answer)
}

/// Other materials for a path that are worth trying, the cheapest first.
fn candidates(problem: &Problem<'_>, design: &Design, path: &str, least: f64) -> Result<Vec<String>, Error> {
    let mut all: Vec<(f64, String)> = Vec::new();
    for material in problem.data.materials.iter() {
        let may = problem.materials.allows(material) && design.materials.get(path) != Some(&material.id);
        if !may {
            continue;
        }
        let mut other = design.clone();
        other.materials.insert(path.to_string(), material.id.clone());
        let dearer = problem.objective.of(&apply(problem.vehicle, &other, problem.data)?);
        if dearer <= (1.0 + WORTH_TRYING) * least {
            all.push((dearer, material.id.clone()));
        }
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(all.into_iter().map(|(_, id)| id).collect())
}
