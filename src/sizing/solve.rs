//! The search for one answer: packages enumerated, load cases joining as an active set, variables left to COBYLA.
//!
//! Discrete choices (restraint package; shape of the load paths) are enumerated, cheapest first; the continuous ones are left to
//! COBYLA, run against the few worst load cases. Every answer is then verified against all of them, and
//! those it violates join the set until none is left.

use super::descent::Goal;
use super::design::Design;
use super::problem::{Evaluate, Objective, Problem, Rule, Variables, Vary};
use super::search::{Bench, Found, Slack, least, run, sample};
use crate::error::Error;

/// Slack below which a constraint counts as active: about 2 % of its limit.
pub(super) const ACTIVE_SLACK: f64 = 0.02;
/// First steps of a fresh search and of a polish, in the unit cube.
const REACH: f64 = 0.25;
const POLISH: f64 = 0.03;

/// The variables that `vary` and the length cap leave.
pub(super) fn free_variables(problem: &Problem<'_>) -> Variables {
    let partner = problem.variables.partner;
    if matches!(problem.vary, Vary::Restraint | Vary::Partner) {
        return Variables {
            partner,
            ..Variables::none()
        };
    }
    let mut variables = problem.variables.clone();
    if let Some(cap) = problem.length_cap_m {
        let room = (cap - problem.vehicle.body.length_m).max(0.0);
        variables.max_length_m = variables.max_length_m.min(room);
    }
    variables
}

/// Best over all packages and shapes.
pub(super) struct Answer {
    /// The objective when feasible.
    pub cost: Option<f64>,
    pub design: Design,
    /// Where it lies among the free variables.
    pub x: Vec<f64>,
    slack: f64,
    /// The zero design with the restraints as built.
    pub untouched: bool,
    pub runs: usize,
}

/// Go through packages, cheapest first, each with the paths' own shapes and then with two steps;
/// `Goal::Nearest` stops at the first feasible design.
pub(super) fn solve(
    problem: &Problem<'_>,
    packages: &[(f64, Option<String>)],
    goal: Goal,
    hints: &[Vec<f64>],
    evaluator: &mut dyn Evaluate,
) -> Result<Answer, Error> {
    let shapes = shapes(problem);
    let plain = problem.materials.start(problem.vehicle, problem.data)?;
    let mut best: Option<Answer> = None;
    let mut runs = 0;
    for (usd, package) in packages.iter().cloned() {
        let done = best.as_ref().and_then(|b| b.cost);
        if done.is_some_and(|cost| goal == Goal::Nearest || (problem.objective == Objective::Dollars && usd >= cost)) {
            break;
        }
        let fixed = Design {
            package,
            ..plain.clone()
        };
        let mut warm = hints.to_vec();
        for variables in &shapes {
            let mut bench = Bench::new(problem, variables, &problem.cases, &fixed, evaluator);
            let solved = converge(&mut bench, goal, &warm)?;
            runs += bench.runs;
            let cost = match solved.feasible {
                true => Some(bench.objective(&solved.x)?),
                false => None,
            };
            // Two steps are looked for around the answer with the paths' own shapes: a rising second step at first.
            let mut stepped = solved.x.clone();
            for at in free_variables(problem).two_steps_at() {
                stepped.insert(at.min(stepped.len()), 0.5);
            }
            warm.push(stepped);
            let better = best.as_ref().is_none_or(|b| match (cost, b.cost) {
                (Some(new), Some(old)) => new < old,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => solved.slack > b.slack,
            });
            if better {
                best = Some(Answer {
                    cost,
                    untouched: fixed.package.is_none() && solved.x.iter().all(|v| *v == 0.0),
                    design: variables.design(&solved.x, &fixed),
                    x: solved.x,
                    slack: solved.slack,
                    runs: 0,
                });
            }
            if cost.is_some_and(|usd| goal == Goal::Nearest || usd == 0.0) {
                break;
            }
        }
    }
    best.map(|b| Answer { runs, ..b })
        .ok_or_else(|| Error::request("nothing to vary", "allow structure, restraints or both"))
}

/// The paths' own shapes, and two steps where they are allowed.
pub(super) fn shapes(problem: &Problem<'_>) -> Vec<Variables> {
    let steps = free_variables(problem);
    let own = Variables {
        two_step: Vec::new(),
        ..steps.clone()
    };
    match steps.two_step.is_empty() {
        true => vec![own],
        false => vec![own, steps],
    }
}

/// Restraint packages to try with their direct cost: as built first, then by cost.
pub(super) fn packages(problem: &Problem<'_>) -> Result<Vec<(f64, Option<String>)>, Error> {
    let mut packages = vec![(0.0, None)];
    if matches!(problem.vary, Vary::Restraint | Vary::Both) {
        for id in &problem.packages {
            let items = problem.data.missing_items(problem.vehicle, Some(id))?;
            let usd: f64 = items
                .iter()
                .map(|(item, n)| item.cost.amount().usd() * f64::from(*n))
                .sum();
            packages.push((usd, Some(id.clone())));
        }
        packages[1..].sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Ok(packages)
}

pub(super) struct Solved {
    pub feasible: bool,
    pub x: Vec<f64>,
    /// Least slack over all load cases.
    slack: f64,
}

/// Active-set loop: search on a few load cases, verify on all, add the violated ones, repeat.
pub(super) fn converge(bench: &mut Bench<'_, '_>, goal: Goal, hints: &[Vec<f64>]) -> Result<Solved, Error> {
    let n = bench.size();
    let all = bench.all();
    let zero = vec![0.0; n];
    let at_zero = bench.slacks(&zero, &all)?;
    if least(&at_zero) >= 0.0 || n == 0 {
        let slack = least(&at_zero);
        return Ok(Solved {
            feasible: slack >= 0.0,
            x: zero,
            slack,
        });
    }
    if goal == Goal::Nearest {
        for hint in hints.iter().filter(|h| h.len() == n) {
            let slack = least(&bench.slacks(hint, &all)?);
            if slack >= 0.0 {
                let x = hint.clone();
                return Ok(Solved {
                    feasible: true,
                    x,
                    slack,
                });
            }
        }
    }
    let mut which = match bench.problem.rule {
        Rule::Weighted => all.clone(),
        Rule::Every => worst_cases(&at_zero, &[], bench.problem.effort.first_cases.max(1)),
    };
    let mut warm: Vec<Vec<f64>> = hints.iter().filter(|h| h.len() == n).cloned().collect();
    loop {
        let found = explore(bench, &which, goal, &warm)?;
        let feasible = found.feasible.is_some();
        let x = match (found.feasible, found.nearest) {
            (Some((_, x)), _) | (None, Some((_, x))) => x,
            (None, None) => zero.clone(),
        };
        let inside = least(&bench.slacks(&x, &which)?);
        let slacks = bench.slacks(&x, &all)?;
        let slack = least(&slacks);
        // Feasible so far: what is violated has to join. Not feasible: what is worse than the set's worst.
        let limit = if feasible { 0.0 } else { inside };
        let over: Vec<Slack> = slacks.iter().filter(|s| s.slack < limit).copied().collect();
        let joining = worst_cases(&over, &which, 2);
        if joining.is_empty() && !feasible && slack - least(&at_zero) < ACTIVE_SLACK {
            // Nothing that may be varied helps: the vehicle as it is, not a design of crumbs.
            let slack = least(&at_zero);
            return Ok(Solved {
                feasible,
                x: zero,
                slack,
            });
        }
        if joining.is_empty() {
            return Ok(Solved {
                feasible: slack >= 0.0,
                x,
                slack,
            });
        }
        which.extend(joining);
        which.sort_unstable();
        warm = vec![x];
    }
}

/// The `most` load cases with the least slack that are not in the set yet.
fn worst_cases(slacks: &[Slack], have: &[usize], most: usize) -> Vec<usize> {
    let mut order: Vec<&Slack> = slacks.iter().collect();
    order.sort_by(|a, b| a.slack.total_cmp(&b.slack));
    let mut worst = Vec::new();
    for case in order.into_iter().filter_map(|s| s.case) {
        if worst.len() < most && !have.contains(&case) && !worst.contains(&case) {
            worst.push(case);
        }
    }
    worst
}

/// Search from several starts against a set of load cases, then polish and drop idle variables.
fn explore(bench: &mut Bench<'_, '_>, which: &[usize], goal: Goal, warm: &[Vec<f64>]) -> Result<Found, Error> {
    let n = bench.size();
    let mut found = sample(bench, which, bench.problem.effort.samples)?;
    if goal == Goal::Nearest && found.feasible.is_some() {
        return Ok(found);
    }
    let best = found.feasible.as_ref().or(found.nearest.as_ref());
    let mut starts = warm.to_vec();
    starts.extend(best.map(|(_, x)| x.clone()));
    starts.push(vec![0.2; n]);
    // Long and soft, then the strongest there is.
    let mut long = vec![0.2; n];
    if let Some(at) = bench.variables.length_at() {
        long[at] = 1.0;
    }
    starts.extend([long, vec![1.0; n]]);
    starts.truncate(warm.len() + bench.problem.effort.starts.clamp(1, 4));
    let (first, rest) = starts.split_at(starts.len().min(2));
    if goal == Goal::Cheapest {
        for start in first {
            found.merge(run(bench, which, start, Goal::Cheapest, REACH)?);
        }
    }
    // Is there anything feasible at all? If not, further searches for the cheapest are idle.
    approach(bench, which, &mut found)?;
    if goal == Goal::Nearest || found.feasible.is_none() {
        return Ok(found);
    }
    for start in rest {
        found.merge(run(bench, which, start, Goal::Cheapest, REACH)?);
    }
    if let Some((_, x)) = found.feasible.clone() {
        found.merge(run(bench, which, &x, Goal::Cheapest, POLISH)?);
        drop_idle(bench, which, &mut found)?;
    }
    Ok(found)
}

/// Go for the nearest point: restarts while they bring it nearer, until it is feasible.
fn approach(bench: &mut Bench<'_, '_>, which: &[usize], found: &mut Found) -> Result<(), Error> {
    for reach in [REACH, REACH, POLISH] {
        let (None, Some((before, x))) = (&found.feasible, found.nearest.clone()) else {
            return Ok(());
        };
        found.merge(run(bench, which, &x, Goal::Nearest, reach)?);
        let after = found.nearest.as_ref().map_or(before, |(s, _)| *s);
        if after - before < 0.1 * ACTIVE_SLACK {
            return Ok(());
        }
    }
    Ok(())
}

/// Put variables to zero that the targets do not need.
fn drop_idle(bench: &mut Bench<'_, '_>, which: &[usize], found: &mut Found) -> Result<(), Error> {
    for i in 0..bench.size() {
        let Some((cost, x)) = found.feasible.clone() else {
            return Ok(());
        };
        if x[i] == 0.0 {
            continue;
        }
        let mut without = x;
        without[i] = 0.0;
        let cheaper = bench.variable_cost(&without)?;
        if cheaper <= cost && least(&bench.slacks(&without, which)?) >= 0.0 {
            found.feasible = Some((cheaper, without));
        }
    }
    Ok(())
}
