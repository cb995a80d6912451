//! One answer that holds where it counts: a search on single coarse runs, corrected by what verification takes
//! ([`InHand`]), then a short descent on expected risk itself.

use super::descent::Goal;
use super::design::{Design, SizedVehicle, apply};
use super::exchange::exchange;
use super::in_hand::InHand;
use super::problem::{CaseValues, Evaluate, LoadCase, Problem, Rule};
use super::search::{Bench, Slack, check_count, least, slacks_of};
use super::solve::{Answer, converge, packages, shapes, solve};
use crate::error::Error;

/// Rounds of search and learning, at most.
const ROUNDS: usize = 4;
/// A correction that moves constraints near their limit by less than this has settled: 2 % of a limit.
const SETTLED: f64 = 0.02;
/// Slack kept beyond what was learnt, so that the next answer ends inside.
const KEEP_MORE: f64 = 1e-3;
/// Designs of the closing descent from each of its two starts.
const CLOSING_DESIGNS: usize = 20;
/// Closing descents, at most: another where the fine step refuses the answer of the last.
const CLOSINGS: usize = 3;

/// A design as the verifying step sees it.
#[derive(Clone)]
pub(super) struct Held {
    pub design: Design,
    pub sized: SizedVehicle,
    pub values: Vec<CaseValues>,
    pub slacks: Vec<Slack>,
}

impl Held {
    /// Verify a design, less materials and factors that change nothing.
    pub fn verify(problem: &Problem<'_>, mut design: Design, evaluator: &mut dyn Evaluate) -> Result<Self, Error> {
        design.strength.retain(|_, s| *s > 1.0);
        let sized = apply(problem.vehicle, &design, problem.data)?;
        let grown = |path: &String| sized.mass.paths.iter().any(|p| &p.path == path);
        design.materials.retain(|path, _| grown(path));
        let values = evaluator.verify(&sized, &problem.cases)?;
        Self::new(problem, design, sized, values)
    }

    /// Of values that an earlier verification found.
    pub fn new(
        problem: &Problem<'_>,
        design: Design,
        sized: SizedVehicle,
        values: Vec<CaseValues>,
    ) -> Result<Self, Error> {
        check_count(values.len(), problem.cases.len())?;
        let all: Vec<usize> = (0..problem.cases.len()).collect();
        let slacks = slacks_of(problem.rule, &problem.cases, &all, &values)?;
        Ok(Self {
            design,
            sized,
            values,
            slacks,
        })
    }

    pub fn least(&self) -> f64 {
        least(&self.slacks)
    }

    pub fn holds(&self) -> bool {
        self.least() >= 0.0
    }

    /// The vehicle and its restraints as they were.
    pub fn untouched(&self) -> bool {
        self.design.package.is_none() && self.sized.objective_usd() == 0.0
    }

    /// Is it the better answer: it holds and the other does not, or both hold and it takes less, or neither does and it
    /// is nearer?
    pub fn better_than(&self, other: &Self, problem: &Problem<'_>) -> bool {
        let takes = |h: &Self| problem.objective.of(&h.sized);
        match (self.holds(), other.holds()) {
            (true, true) => takes(self) < takes(other),
            (false, false) => self.least() > other.least(),
            (mine, _) => mine,
        }
    }
}

/// The answer of a settled search and the load-case runs it took.
pub(super) struct Settled {
    pub held: Held,
    /// Where it lies among the free variables of its shape.
    pub x: Vec<f64>,
    pub runs: usize,
}

/// A search whose corrections are learnt as it goes.
struct Settling<'p, 'e> {
    problem: Problem<'p>,
    evaluator: &'e mut dyn Evaluate,
    /// Only this package is searched any more: the one that met the targets as far as was learnt.
    only: Option<Option<String>>,
    runs: usize,
}

/// Settle a problem: on the pairs that are hardest for the vehicle as it is, and on those that the answer then violates.
/// `thorough` looks for other materials and closes with a descent on expected risk; else it stops at the first answer
/// that holds.
///
/// # Errors
/// Whatever the evaluator returns.
pub(super) fn settle(
    problem: &Problem<'_>,
    hints: &[Vec<f64>],
    thorough: bool,
    evaluator: &mut dyn Evaluate,
) -> Result<Settled, Error> {
    let plain = Held::verify(problem, Design::default(), evaluator)?;
    let mut runs = problem.cases.len();
    if plain.holds() {
        let size = shapes(problem).first().map_or(0, |v| v.free().len());
        return Ok(Settled {
            held: plain,
            x: vec![0.0; size],
            runs,
        });
    }
    let mut which = hardest(problem, &plain);
    let mut hints = hints.to_vec();
    loop {
        let mut asked = problem.clone();
        asked.cases = which.iter().map(|i| problem.cases[*i].clone()).collect();
        let found = settle_on(&asked, &hints, thorough, evaluator)?;
        let held = Held::verify(problem, found.held.design.clone(), evaluator)?;
        runs += found.runs + problem.cases.len();
        let worse = found.held.least().min(0.0);
        let outside = |s: &&Slack| s.slack < worse && s.case.is_some_and(|c| !which.contains(&c));
        let mut joining: Vec<(usize, f64)> = Vec::new();
        for s in held.slacks.iter().filter(outside) {
            joining.extend(s.case.map(|c| (c, s.slack)));
        }
        if joining.is_empty() {
            // Nothing that may be varied helps: the vehicle as it is, not a design of crumbs.
            let held = if plain.better_than(&held, problem) { plain } else { held };
            return Ok(Settled { held, x: found.x, runs });
        }
        joining.sort_by(|a, b| a.1.total_cmp(&b.1));
        which.extend(joining.into_iter().map(|(c, _)| c).take(JOINING));
        which.sort_unstable();
        which.dedup();
        hints.insert(0, found.x);
    }
}

/// The lightest design around one that meets the targets: of the materials that absorb most per kilogram, then by a
/// descent on expected risk. Never heavier than where it starts.
///
/// # Errors
/// Whatever the evaluator returns.
pub(super) fn lighten(problem: &Problem<'_>, from: &Design, evaluator: &mut dyn Evaluate) -> Result<Settled, Error> {
    let mut best = Held::verify(problem, from.clone(), evaluator)?;
    let mut other = from.clone();
    for (path, material) in &mut other.materials {
        if let Some(light) = lightest_material(problem, path, from)? {
            *material = light;
        }
    }
    let light = Held::verify(problem, other, evaluator)?;
    let mut runs = 2 * problem.cases.len();
    let start = if light.holds() && light.better_than(&best, problem) {
        light.clone()
    } else {
        best.clone()
    };
    let all = shapes(problem);
    let two_steps = !from.two_step.is_empty();
    let variables = all.iter().find(|v| v.two_step.is_empty() != two_steps).or(all.first());
    let mut x = variables.map_or_else(Vec::new, |v| v.point(&start.design));
    let mut near = problem.clone();
    let which = hardest(problem, &start);
    near.cases = which.iter().map(|i| problem.cases[*i].clone()).collect();
    let mut at = Settling {
        problem: near.clone(),
        evaluator,
        only: None,
        runs: 0,
    };
    let seen = Held::verify(&near, light.design.clone(), at.evaluator)?;
    let closed = at.close(&seen, &x)?;
    runs += at.runs + 2 * near.cases.len();
    if start.better_than(&best, problem) {
        best = start;
    }
    if let Some((held, closer)) = closed {
        let held = Held::verify(problem, held.design, evaluator)?;
        if held.better_than(&best, problem) {
            (best, x) = (held, closer);
        }
    }
    Ok(Settled { held: best, x, runs })
}

/// The material that makes a path's share of a design lightest; `None` where the path is fixed or none is lighter.
fn lightest_material(problem: &Problem<'_>, path: &str, design: &Design) -> Result<Option<String>, Error> {
    if problem.materials.fixed.contains_key(path) {
        return Ok(None);
    }
    let mut best: Option<(f64, String)> = None;
    for material in problem.data.materials.iter().filter(|m| problem.materials.allows(m)) {
        let mut other = design.clone();
        other.materials.insert(path.to_string(), material.id.clone());
        let kg = apply(problem.vehicle, &other, problem.data)?.mass.total_kg();
        if best.as_ref().is_none_or(|(least, _)| kg < *least) {
            best = Some((kg, material.id.clone()));
        }
    }
    Ok(best.map(|(_, id)| id))
}

/// Pairs that a search starts with.
const HARDEST: usize = 8;
/// Violated pairs that join it at a time.
const JOINING: usize = 4;

/// The own wall and the pairs with the least slack; all of them where a mean binds.
fn hardest(problem: &Problem<'_>, plain: &Held) -> Vec<usize> {
    let count = problem.cases.len();
    if problem.rule == Rule::Weighted {
        return (0..count).collect();
    }
    let slack = |i: usize| {
        let own = plain.slacks.iter().filter(|s| s.case == Some(i)).map(|s| s.slack);
        own.fold(f64::INFINITY, f64::min)
    };
    let mut pairs: Vec<usize> = (0..count).filter(|i| !problem.cases[*i].own_wall).collect();
    pairs.sort_by(|a, b| slack(*a).total_cmp(&slack(*b)));
    pairs.truncate(HARDEST);
    pairs.extend((0..count).filter(|i| problem.cases[*i].own_wall));
    pairs.sort_unstable();
    pairs
}

/// [`settle`] on all load cases of a problem that does not hold as it is.
fn settle_on(
    problem: &Problem<'_>,
    hints: &[Vec<f64>],
    thorough: bool,
    evaluator: &mut dyn Evaluate,
) -> Result<Settled, Error> {
    let mut at = Settling {
        problem: problem.clone(),
        evaluator,
        only: None,
        runs: 0,
    };
    let (mut best, _) = at.learn(Design::default())?;
    let mut x = hints.first().cloned().unwrap_or_default();
    for (_, package) in packages(problem)?.into_iter().skip(1) {
        at.learn(Design {
            package,
            ..Design::default()
        })?;
    }
    let goal = if thorough { Goal::Cheapest } else { Goal::Nearest };
    let mut hints = hints.to_vec();
    for round in 0..ROUNDS {
        let mut answer = at.search(goal, &hints)?;
        if thorough && round == 0 && problem.effort.exchange {
            answer = exchange(&at.problem, &at.problem.cases, answer, at.evaluator)?;
            let chosen = answer.design.materials.clone();
            at.problem.materials.fixed.extend(chosen);
        }
        at.runs += answer.runs;
        let (held, moved) = at.learn(answer.design.clone())?;
        if held.better_than(&best, problem) {
            best = held.clone();
            x.clone_from(&answer.x);
        }
        // An answer that holds is close enough for the descent on expected risk.
        if held.holds() || moved < SETTLED {
            break;
        }
        if answer.cost.is_some() {
            at.only = Some(answer.design.package.clone());
        }
        at.problem.effort.keep.everywhere += KEEP_MORE;
        at.problem.effort.starts = 1;
        at.problem.effort.samples = at.problem.effort.samples.min(1);
        hints = vec![answer.x];
    }
    if thorough
        && let Some((held, closer)) = at.close(&best, &x)?
        && held.better_than(&best, problem)
    {
        (best, x) = (held, closer);
    }
    Ok(at.settled(best, x))
}

impl Settling<'_, '_> {
    fn settled(self, held: Held, x: Vec<f64>) -> Settled {
        Settled {
            held,
            x,
            runs: self.runs,
        }
    }

    /// Verify a design and learn from it what the search has to keep in hand with its package. Returns how far that
    /// moved.
    fn learn(&mut self, design: Design) -> Result<(Held, f64), Error> {
        let held = Held::verify(&self.problem, design, self.evaluator)?;
        let values = self.evaluator.evaluate(&held.sized, &self.problem.cases)?;
        check_count(values.len(), self.problem.cases.len())?;
        let all: Vec<usize> = (0..self.problem.cases.len()).collect();
        let searched = slacks_of(self.problem.rule, &self.problem.cases, &all, &values)?;
        let package = held.design.package.as_ref();
        let moved = self.problem.effort.keep.learn(package, &searched, &held.slacks);
        self.runs += 2 * all.len();
        Ok((held, moved))
    }

    fn search(&mut self, goal: Goal, hints: &[Vec<f64>]) -> Result<Answer, Error> {
        let packages = match &self.only {
            Some(one) => vec![(0.0, one.clone())],
            None => packages(&self.problem)?,
        };
        solve(&self.problem, &packages, goal, hints, self.evaluator)
    }

    /// A short descent on expected risk from the best design, its package and materials kept; what the fine step takes is
    /// learnt at its start and at its end.
    fn close(&mut self, best: &Held, x: &[f64]) -> Result<Option<(Held, Vec<f64>)>, Error> {
        let mut lean = self.problem.clone();
        lean.effort.starts = 1;
        lean.effort.samples = 1;
        lean.effort.designs_per_start = lean.effort.designs_per_start.min(CLOSING_DESIGNS);
        let all = shapes(&lean);
        let shape = all.iter().find(|v| v.free().len() == x.len() && !x.is_empty());
        let Some(variables) = shape else { return Ok(None) };
        let mut fixed = lean.materials.start(lean.vehicle, lean.data)?;
        fixed.materials.extend(best.design.materials.clone());
        fixed.package.clone_from(&best.design.package);
        let mut expecting = Expecting(self.evaluator);
        let mut from = (best.clone(), x.to_vec());
        for _ in 0..CLOSINGS {
            let searched = expecting.evaluate(&from.0.sized, &lean.cases)?;
            let each: Vec<usize> = (0..lean.cases.len()).collect();
            let searched = slacks_of(lean.rule, &lean.cases, &each, &searched)?;
            let more = lean.effort.keep.everywhere;
            lean.effort.keep = InHand::of_all(more);
            lean.effort
                .keep
                .learn(fixed.package.as_ref(), &searched, &from.0.slacks);
            let mut bench = Bench::new(&lean, variables, &lean.cases, &fixed, &mut expecting);
            let solved = converge(&mut bench, Goal::Cheapest, std::slice::from_ref(&from.1))?;
            self.runs += bench.runs + 2 * each.len();
            let design = variables.design(&solved.x, &fixed);
            from = (Held::verify(&self.problem, design, expecting.0)?, solved.x);
            if from.0.holds() || !solved.feasible {
                break;
            }
            lean.effort.keep.everywhere += KEEP_MORE;
        }
        Ok(Some(from))
    }
}

/// An evaluator whose every look is at expected risk.
struct Expecting<'e>(&'e mut dyn Evaluate);

impl Evaluate for Expecting<'_> {
    fn evaluate(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        self.0.expect(sized, cases)
    }
}
