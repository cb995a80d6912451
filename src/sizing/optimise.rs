//! Least added direct cost for a target (model section 8).
//!
//! Each design is simulated at its own new mass, so the result is consistent. The search runs at a coarse
//! step; its answer is run again at the fine one and held to that: what it lacks there is kept in hand and
//! the search repeated. When the targets cannot be met, the answer is the nearest that can be
//! reached, the constraint that blocks it, and the highest speed at which they can be met.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::descent::Goal;
use super::design::{Design, SizedVehicle, apply};
use super::exchange::exchange;
use super::problem::{CaseValues, Evaluate, LoadCase, Problem, SpeedSearch, Vary};
use super::search::{Slack, check_count, least, slacks_of};
use super::solve::{ACTIVE_SLACK, free_variables, solve};
use super::speed::highest_speed;
use crate::error::Error;
use crate::measure::Measure;

/// A constraint with its value at a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// Load case; `None` for a weighted mean over cases.
    pub case: Option<LoadCase>,
    /// What is limited.
    pub criterion: Measure,
    /// Value at the design.
    pub value: f64,
    /// Its limit.
    pub limit: f64,
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:.4} of {} in ", self.criterion, self.value, self.limit)?;
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
    pub expected: BTreeMap<Measure, f64>,
    /// Load-case runs.
    pub evaluations: usize,
}

/// What of a sizing took a search: enough to have the whole of it again without one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    design: Design,
    values: Vec<CaseValues>,
    already_met: bool,
    highest_feasible_speed_kmh: Option<f64>,
    evaluations: usize,
}

impl Sizing {
    /// What is worth keeping of it.
    pub fn keep(&self) -> Kept {
        Kept {
            design: self.design.clone(),
            values: self.values.iter().map(|(_, have)| have.clone()).collect(),
            already_met: self.already_met,
            highest_feasible_speed_kmh: self.highest_feasible_speed_kmh,
            evaluations: self.evaluations,
        }
    }

    /// The sizing of a problem that an earlier search answered.
    ///
    /// # Errors
    /// As [`apply`]; [`Error::Request`] when the values kept are not those of the problem's load cases.
    pub fn again(problem: &Problem<'_>, kept: Kept) -> Result<Self, Error> {
        let sized = apply(problem.vehicle, &kept.design, problem.data)?;
        let held = Held::new(problem, kept.design, sized, kept.values)?;
        let speed = kept.highest_feasible_speed_kmh;
        Ok(sizing(problem, held, kept.already_met, speed, kept.evaluations))
    }
}

/// Times an answer that the finer step refuses is sought again with what it lacked kept in hand.
const MOST_VERIFICATIONS: usize = 6;
/// Slack kept beyond what the finer step took.
const KEEP_MORE: f64 = 1e-3;

/// Solve a sizing.
///
/// # Errors
/// [`Error::Request`] when there is no load case or target, weights sum to zero, or a target cannot be
/// evaluated; whatever the evaluator returns.
pub fn optimise(problem: &Problem<'_>, evaluator: &mut dyn Evaluate) -> Result<Sizing, Error> {
    optimise_knowing(problem, &[], evaluator)
}

/// [`optimise`] with designs already known, for example those of stricter targets: the answer costs no more
/// than the cheapest of them that meets the targets. So targets that get stricter never get cheaper.
///
/// # Errors
/// As [`optimise`].
pub fn optimise_knowing(
    problem: &Problem<'_>,
    known: &[Design],
    evaluator: &mut dyn Evaluate,
) -> Result<Sizing, Error> {
    check(problem)?;
    let cases = &problem.cases;
    let mut tightened = problem.clone();
    let first = solve(&tightened, cases, Goal::Cheapest, &[], evaluator)?;
    let mut answer = exchange(&tightened, cases, first, evaluator)?;
    let chosen = answer.design.materials.clone();
    tightened.materials.fixed.extend(chosen);
    let mut evaluations = answer.runs;
    let mut held = Held::verify(problem, answer.design.clone(), evaluator)?;
    for _ in 0..MOST_VERIFICATIONS {
        let over = -held.least();
        if answer.cost.is_none() || over <= 0.0 {
            break;
        }
        tightened.effort.keep += over + KEEP_MORE;
        tightened.effort.starts = 1;
        let hints = [answer.x.clone()];
        answer = solve(&tightened, cases, Goal::Cheapest, &hints, evaluator)?;
        held = Held::verify(problem, answer.design.clone(), evaluator)?;
        evaluations += answer.runs + cases.len();
    }
    evaluations += cases.len() * (1 + known.len());
    let mut untouched = answer.untouched;
    for design in known {
        let other = Held::verify(problem, design.clone(), evaluator)?;
        let cheaper = other.sized.objective_usd() < held.sized.objective_usd();
        if other.least() >= 0.0 && (cheaper || held.least() < 0.0) {
            untouched = design.package.is_none() && other.sized.objective_usd() == 0.0;
            held = other;
        }
    }
    let feasible = held.least() >= 0.0;
    let mut highest = None;
    let search = match problem.effort.speed {
        SpeedSearch::Never => false,
        SpeedSearch::WhenInfeasible => !feasible,
        SpeedSearch::Always => true,
    };
    if let Some(asked) = partner_speed(cases).filter(|_| search) {
        let (speed, runs) = highest_speed(problem, asked, feasible, &answer.x, evaluator)?;
        highest = speed;
        evaluations += runs;
    }
    Ok(sizing(problem, held, feasible && untouched, highest, evaluations))
}

/// A design as the verifying step sees it.
struct Held {
    design: Design,
    sized: SizedVehicle,
    values: Vec<CaseValues>,
    slacks: Vec<Slack>,
}

impl Held {
    fn verify(problem: &Problem<'_>, mut design: Design, evaluator: &mut dyn Evaluate) -> Result<Self, Error> {
        design.strength.retain(|_, s| *s > 1.0);
        let sized = apply(problem.vehicle, &design, problem.data)?;
        let grown = |path: &String| sized.mass.paths.iter().any(|p| &p.path == path);
        design.materials.retain(|path, _| grown(path));
        let values = evaluator.verify(&sized, &problem.cases)?;
        Self::new(problem, design, sized, values)
    }

    fn new(problem: &Problem<'_>, design: Design, sized: SizedVehicle, values: Vec<CaseValues>) -> Result<Self, Error> {
        check_count(values.len(), problem.cases.len())?;
        let all: Vec<usize> = (0..problem.cases.len()).collect();
        let slacks = slacks_of(problem.rule, &problem.cases, &all, &values, 0.0)?;
        Ok(Self {
            design,
            sized,
            values,
            slacks,
        })
    }

    fn least(&self) -> f64 {
        least(&self.slacks)
    }
}

fn sizing(
    problem: &Problem<'_>,
    held: Held,
    already_met: bool,
    highest_feasible_speed_kmh: Option<f64>,
    evaluations: usize,
) -> Sizing {
    let feasible = held.least() >= 0.0;
    let bound = |s: &Slack| Bound {
        case: s.case.map(|i| problem.cases[i].clone()),
        criterion: s.target.criterion,
        value: s.value,
        limit: s.target.limit,
    };
    let worst = held.slacks.iter().min_by(|a, b| a.slack.total_cmp(&b.slack)).map(bound);
    let mut active: Vec<String> = held
        .slacks
        .iter()
        .filter(|s| feasible && !already_met && s.slack < ACTIVE_SLACK)
        .map(|s| bound(s).to_string())
        .collect();
    if !already_met {
        active.extend(bounds_reached(problem, &held.design));
    }
    Sizing {
        feasible,
        already_met,
        worst: worst.clone(),
        active,
        blocking: worst.filter(|_| !feasible),
        highest_feasible_speed_kmh,
        expected: expected(&problem.cases, &held.values),
        values: problem.cases.iter().cloned().zip(held.values).collect(),
        evaluations,
        design: held.design,
        sized: held.sized,
    }
}

fn check(problem: &Problem<'_>) -> Result<(), Error> {
    if problem.cases.iter().all(|c| c.targets.is_empty()) {
        return Err(Error::request(
            "a sizing without a target",
            "give at least one load case with a target, for example joint=0.15",
        ));
    }
    let partners = || problem.cases.iter().filter(|c| !c.own_wall);
    if partners().next().is_none() {
        return Err(Error::request(
            "a sizing without a load case",
            "give at least one partner and speed",
        ));
    }
    if let Some(c) = partners().find(|c| !(c.weight.is_finite() && c.weight >= 0.0)) {
        return Err(Error::request(
            format!("weight {} of {c}", c.weight),
            "a weight is not negative",
        ));
    }
    if partners().map(|c| c.weight).sum::<f64>() <= 0.0 {
        return Err(Error::request(
            "weights that sum to zero",
            "give at least one load case a weight above 0",
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

fn bounds_reached(problem: &Problem<'_>, design: &Design) -> Vec<String> {
    let variables = free_variables(problem);
    let mut reached = variables.bounds_reached(design);
    let most = variables.max_length_m;
    let at_length = most > 0.0 && design.added_front_length_m > 0.995 * most;
    let varied = matches!(problem.vary, Vary::Structure | Vary::Both);
    let capped = varied && most < problem.variables.max_length_m && problem.length_cap_m.is_some();
    match (at_length || most <= 0.0, capped) {
        (true, true) => reached.push("length cap".to_string()),
        (true, false) if at_length => reached.push("largest added length".to_string()),
        _ => {}
    }
    reached
}

fn expected(cases: &[LoadCase], values: &[CaseValues]) -> BTreeMap<Measure, f64> {
    let mut means = BTreeMap::new();
    for criterion in Measure::TARGETS {
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
