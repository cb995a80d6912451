//! Least added direct cost for a target (model section 8).
//!
//! Each design is simulated at its own new mass, so the result is consistent. The search runs each design once and
//! coarsely; its answer is held to the fine step and to expected risk (`settle`). When the targets cannot be met, the answer is the nearest that can be
//! reached, the constraint that blocks it, and the highest speed at which they can be met.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::design::{Design, SizedVehicle, apply};
use super::holds::leading;
use super::problem::{CaseValues, Evaluate, LoadCase, Objective, Problem, Rule, SpeedSearch, Vary};
use super::search::{Slack, least, slacks_of};
use super::settle::{Held, Settled, lighten, settle};
use super::solve::{ACTIVE_SLACK, free_variables};
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
        let m = self.criterion;
        let decimals = m.decimals() + 1;
        let (value, limit) = (m.shown(self.value), m.shown(self.limit));
        let limit = (limit * 1e6).round() / 1e6;
        write!(f, "{} {value:.decimals$}{} (limit {limit}) in ", m.words(), m.suffix())?;
        match &self.case {
            Some(case) if case.own_wall => write!(f, "its own wall test at {} km/h", case.speed_kmh),
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
    /// Criterion of the first target of the pairs.
    pub leading: Option<Measure>,
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

    /// A given design as the answer of a problem, verified.
    ///
    /// # Errors
    /// As [`apply`]; whatever the evaluator returns.
    pub fn of_design(problem: &Problem<'_>, design: Design, evaluator: &mut dyn Evaluate) -> Result<Self, Error> {
        let held = Held::verify(problem, design, evaluator)?;
        let met = held.holds() && held.untouched();
        let runs = problem.cases.len();
        Ok(sizing(problem, held, met, None, runs))
    }

    /// Least slack of each load case at the design: of its own limits, and under [`Rule::Weighted`] of the mean's.
    ///
    /// # Errors
    /// [`Error::Request`] when a target cannot be evaluated.
    pub fn slack_of_cases(&self, problem: &Problem<'_>) -> Result<Vec<f64>, Error> {
        let each = problem.cases.iter().zip(&self.values);
        each.map(|(case, (_, have))| {
            let one = (std::slice::from_ref(case), std::slice::from_ref(have));
            Ok(least(&slacks_of(Rule::Every, one.0, &[0], one.1)?))
        })
        .collect()
    }

    /// The better of this answer and those to the same vehicle's other questions, whose load cases differ in their limits
    /// only. So a subset of constraints never costs more than the whole, and a stricter target never less.
    ///
    /// # Errors
    /// As [`apply`]; [`Error::Request`] when the values are not those of the problem's load cases.
    pub fn offered(self, problem: &Problem<'_>, others: &[&Self]) -> Result<Self, Error> {
        let values = |s: &Self| s.values.iter().map(|(_, have)| have.clone()).collect();
        let held = |s: &Self| Held::new(problem, s.design.clone(), s.sized.clone(), values(s));
        let mine = held(&self)?;
        let mut best: Option<Held> = None;
        for other in others {
            let theirs = held(other)?;
            if theirs.holds() && theirs.better_than(best.as_ref().unwrap_or(&mine), problem) {
                best = Some(theirs);
            }
        }
        Ok(match best {
            Some(held) => {
                let met = held.untouched();
                let speed = self.highest_feasible_speed_kmh.filter(|_| self.feasible);
                sizing(problem, held, met, speed, self.evaluations)
            }
            None => self,
        })
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
    let Settled { mut held, x, mut runs } = settle(problem, &[], true, evaluator)?;
    for design in known {
        let other = Held::verify(problem, design.clone(), evaluator)?;
        runs += cases.len();
        if other.holds() && other.better_than(&held, problem) {
            held = other;
        }
    }
    let feasible = held.holds();
    let mut highest = None;
    let search = match problem.effort.speed {
        SpeedSearch::Never => false,
        SpeedSearch::WhenInfeasible => !feasible,
        SpeedSearch::Always => true,
    };
    if let Some(asked) = partner_speed(cases).filter(|_| search) {
        let (speed, more) = highest_speed(problem, asked, feasible, &x, evaluator)?;
        highest = speed;
        runs += more;
    }
    let already_met = feasible && held.untouched();
    Ok(sizing(problem, held, already_met, highest, runs))
}

/// The lightest design that meets the targets, where the cheapest is not it: what dollars alone hide.
///
/// # Errors
/// As [`optimise`].
pub fn lightest(
    problem: &Problem<'_>,
    cheapest: &Sizing,
    evaluator: &mut dyn Evaluate,
) -> Result<Option<Sizing>, Error> {
    if !cheapest.feasible || cheapest.already_met {
        return Ok(None);
    }
    let mut asked = problem.clone();
    asked.objective = Objective::Kilograms;
    let Settled { held, runs, .. } = lighten(&asked, &cheapest.design, evaluator)?;
    Ok(Some(sizing(&asked, held, false, None, runs)))
}

fn sizing(
    problem: &Problem<'_>,
    held: Held,
    already_met: bool,
    highest_feasible_speed_kmh: Option<f64>,
    evaluations: usize,
) -> Sizing {
    let feasible = held.holds();
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
        leading: leading(problem),
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

/// What a target may limit, and the expected risks beside.
pub(super) fn values_reported() -> impl Iterator<Item = Measure> {
    let all = Measure::TARGETS.into_iter();
    all.clone().chain(all.filter_map(Measure::expected))
}

fn expected(cases: &[LoadCase], values: &[CaseValues]) -> BTreeMap<Measure, f64> {
    let mut means = BTreeMap::new();
    for criterion in values_reported() {
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
