//! Least added direct cost for a target (model section 8).
//!
//! Discrete choices (restraint package) are enumerated, cheapest first; the continuous ones are left to
//! COBYLA, run against the few worst load cases. Every answer is then verified against all of them, and
//! those it violates join the set until none is left. Each design is simulated at its own new mass, so
//! the result is consistent. When the targets cannot be met, the answer is the nearest that can be
//! reached, the constraint that blocks it, and the highest speed at which they can be met.

use std::collections::BTreeMap;

use super::design::{Design, SizedVehicle, apply};
use super::problem::{
    CaseValues, Criterion, Evaluate, LoadCase, Problem, Rule, SpeedSearch, Variables, Vary,
};
use super::search::{Bench, Found, Goal, Slack, least, run, sample};
use super::speed::highest_speed;
use crate::error::Error;

/// Slack below which a constraint counts as active: about 2 % of its limit.
const ACTIVE_SLACK: f64 = 0.02;
/// First steps of a fresh search and of a polish, in the unit cube.
const REACH: f64 = 0.25;
const POLISH: f64 = 0.03;

/// A constraint with its value at a design.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Bound {
    /// Load case; `None` for a weighted mean over cases.
    pub case: Option<LoadCase>,
    /// What is limited.
    pub criterion: Criterion,
    /// Value at the design.
    pub value: f64,
    /// Its limit.
    pub limit: f64,
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {:.4} of {} in ",
            self.criterion, self.value, self.limit
        )?;
        match &self.case {
            Some(case) => write!(f, "{case}"),
            None => f.write_str("the weighted mean"),
        }
    }
}

/// Answer of a sizing.
#[derive(Debug, Clone)]
pub struct Sizing {
    /// Can every target be met?
    pub feasible: bool,
    /// The vehicle met them as it was, at no cost.
    pub already_met: bool,
    /// The cheapest design that meets them; when not feasible, the nearest that can be reached.
    pub design: Design,
    /// That design applied.
    pub sized: SizedVehicle,
    /// Criteria of every load case at the design.
    pub values: Vec<(LoadCase, CaseValues)>,
    /// The constraint with the least slack.
    pub worst: Option<Bound>,
    /// Constraints and variable bounds that the design rests on.
    pub active: Vec<String>,
    /// What cannot be met, when not feasible.
    pub blocking: Option<Bound>,
    /// Highest speed of each vehicle (both equal) at which the targets can be met, km/h; `None` when not
    /// looked for, or when they cannot be met at any speed.
    pub highest_feasible_speed_kmh: Option<f64>,
    /// Weighted means over the partner cases, by criterion.
    pub expected: BTreeMap<Criterion, f64>,
    /// Load-case runs.
    pub evaluations: usize,
}

/// Solve a sizing.
///
/// # Errors
/// [`Error::Request`] when there is no load case or target, or a target cannot be evaluated; whatever
/// the evaluator returns.
pub fn optimise(problem: &Problem<'_>, evaluator: &mut dyn Evaluate) -> Result<Sizing, Error> {
    check(problem)?;
    let answer = solve(problem, &problem.cases, Goal::Cheapest, &[], evaluator)?;
    let mut evaluations = answer.runs;
    let feasible = answer.cost.is_some();
    let asked = partner_speed(&problem.cases);
    let mut highest = None;
    let search = match problem.effort.speed {
        SpeedSearch::Never => false,
        SpeedSearch::WhenInfeasible => !feasible,
        SpeedSearch::Always => true,
    };
    if let Some(asked) = asked.filter(|_| search) {
        let (speed, runs) = highest_speed(problem, asked, feasible, &answer.x, evaluator)?;
        highest = speed;
        evaluations += runs;
    }
    // The values of the final design are known to the bench already; this pass reads them once more to
    // report every case, on a fresh bench, so that they are what an independent run would give.
    let variables = free_variables(problem);
    let mut bench = Bench::new(
        problem,
        &variables,
        &problem.cases,
        &answer.fixed,
        evaluator,
    );
    let all = bench.all();
    let values = bench.values(&answer.x, &all)?;
    let slacks = bench.slacks(&answer.x, &all)?;
    evaluations += bench.runs;
    let bound = |s: &Slack| Bound {
        case: s.case.map(|i| problem.cases[i].clone()),
        criterion: s.target.criterion,
        value: s.value,
        limit: s.target.limit,
    };
    let worst = slacks
        .iter()
        .min_by(|a, b| a.slack.total_cmp(&b.slack))
        .map(bound);
    let mut design = variables.design(&answer.x, &answer.fixed);
    design.strength.retain(|_, s| *s > 1.0);
    let sized = apply(problem.vehicle, &design, problem.data)?;
    let grown = |path: &String| sized.mass.paths.iter().any(|p| &p.path == path);
    design.materials.retain(|path, _| grown(path));
    let already_met = feasible && answer.untouched;
    let mut active: Vec<String> = slacks
        .iter()
        .filter(|s| feasible && !already_met && s.slack < ACTIVE_SLACK)
        .map(|s| bound(s).to_string())
        .collect();
    if !already_met {
        active.extend(bounds_reached(problem, &variables, &answer.x));
    }
    Ok(Sizing {
        feasible,
        already_met,
        design,
        sized,
        worst: worst.clone(),
        active,
        blocking: worst.filter(|_| !feasible),
        highest_feasible_speed_kmh: highest,
        expected: expected(&problem.cases, &values),
        values: problem.cases.iter().cloned().zip(values).collect(),
        evaluations,
    })
}

fn check(problem: &Problem<'_>) -> Result<(), Error> {
    if problem.cases.iter().all(|c| c.targets.is_empty()) {
        return Err(Error::request(
            "a sizing without a target",
            "give at least one load case with a target, for example joint=0.15",
        ));
    }
    Ok(())
}

fn partner_speed(cases: &[LoadCase]) -> Option<f64> {
    cases
        .iter()
        .filter(|c| !c.own_wall)
        .map(|c| c.speed_kmh)
        .max_by(f64::total_cmp)
}

/// The variables that `vary` and the length cap leave.
pub(super) fn free_variables(problem: &Problem<'_>) -> Variables {
    if problem.vary == Vary::Restraint {
        return Variables::none();
    }
    let mut variables = problem.variables.clone();
    if let Some(cap) = problem.length_cap_m {
        let room = (cap - problem.vehicle.body.length_m).max(0.0);
        variables.max_length_m = variables.max_length_m.min(room);
    }
    variables
}

fn bounds_reached(problem: &Problem<'_>, variables: &Variables, x: &[f64]) -> Vec<String> {
    let n = variables.strength.len();
    let mut reached = Vec::new();
    for (k, i) in variables.free().into_iter().enumerate() {
        if x.get(k).is_some_and(|v| *v > 0.995) {
            reached.push(match i {
                i if i < n => format!("largest strength factor of {}", variables.strength[i].0),
                i if i == n && problem.length_cap_m.is_some() => "length cap".to_string(),
                i if i == n => "largest added length".to_string(),
                _ => "largest cabin factor".to_string(),
            });
        }
    }
    let capped = variables.max_length_m <= 0.0 && problem.variables.max_length_m > 0.0;
    if capped && problem.vary != Vary::Restraint {
        reached.push("length cap".to_string());
    }
    reached
}

fn expected(cases: &[LoadCase], values: &[CaseValues]) -> BTreeMap<Criterion, f64> {
    let mut means = BTreeMap::new();
    for criterion in Criterion::ALL {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (case, have) in cases.iter().zip(values).filter(|(c, _)| !c.own_wall) {
            if let Some(v) = have.get(&criterion) {
                sum += case.weight * v;
                weight += case.weight;
            }
        }
        if weight > 0.0 {
            means.insert(criterion, sum / weight);
        }
    }
    means
}

/// Best over all packages.
pub(super) struct Answer {
    /// Total direct cost when feasible.
    pub cost: Option<f64>,
    fixed: Design,
    pub x: Vec<f64>,
    slack: f64,
    /// The zero design with the restraints as built.
    untouched: bool,
    pub runs: usize,
}

/// Enumerate packages, cheapest first; `Goal::Nearest` stops at the first feasible design.
pub(super) fn solve(
    problem: &Problem<'_>,
    cases: &[LoadCase],
    goal: Goal,
    hints: &[Vec<f64>],
    evaluator: &mut dyn Evaluate,
) -> Result<Answer, Error> {
    let variables = free_variables(problem);
    let plain = problem.materials.start(problem.vehicle, problem.data)?;
    let mut packages = vec![(0.0, None)];
    if problem.vary != Vary::Structure {
        for id in &problem.packages {
            let items = problem.data.costs.package_items(Some(id))?;
            let usd: f64 = items
                .iter()
                .map(|(item, n)| item.cost.amount().usd() * f64::from(*n))
                .sum();
            packages.push((usd, Some(id.clone())));
        }
        packages[1..].sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let mut best: Option<Answer> = None;
    let mut runs = 0;
    for (usd, package) in packages {
        let done = best.as_ref().and_then(|b| b.cost);
        if done.is_some_and(|cost| goal == Goal::Nearest || usd >= cost) {
            break;
        }
        let untouched = package.is_none();
        let fixed = Design {
            package,
            ..plain.clone()
        };
        let mut bench = Bench::new(problem, &variables, cases, &fixed, evaluator);
        let solved = converge(&mut bench, goal, hints)?;
        runs += bench.runs;
        let cost = match solved.feasible {
            true => Some(bench.sized(&solved.x)?.cost.total().usd()),
            false => None,
        };
        let better = best.as_ref().is_none_or(|b| match (cost, b.cost) {
            (Some(new), Some(old)) => new < old,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => solved.slack > b.slack,
        });
        if better {
            best = Some(Answer {
                cost,
                untouched: untouched && solved.x.iter().all(|v| *v == 0.0),
                fixed,
                x: solved.x,
                slack: solved.slack,
                runs: 0,
            });
        }
    }
    best.map(|b| Answer { runs, ..b })
        .ok_or_else(|| Error::request("nothing to vary", "allow structure, restraints or both"))
}

struct Solved {
    feasible: bool,
    x: Vec<f64>,
    /// Least slack over all load cases.
    slack: f64,
}

/// Active-set loop: search on a few load cases, verify on all, add the violated ones, repeat.
fn converge(bench: &mut Bench<'_, '_>, goal: Goal, hints: &[Vec<f64>]) -> Result<Solved, Error> {
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
fn explore(
    bench: &mut Bench<'_, '_>,
    which: &[usize],
    goal: Goal,
    warm: &[Vec<f64>],
) -> Result<Found, Error> {
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
    long[n.saturating_sub(2)] = 1.0;
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
