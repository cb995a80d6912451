//! The search behind sizing: cached evaluations, constraints as slacks, descents on a few load cases.

use std::collections::HashMap;
use std::rc::Rc;

use super::descent::{Descent, Goal, Look};
use super::design::{Design, SizedVehicle, apply};
use super::problem::{CaseValues, Evaluate, LoadCase, Problem, Rule, Target, Variables};
use crate::error::Error;
use crate::measure::Measure;

/// Slack of one constraint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slack {
    /// Index of the load case; `None` for a weighted mean.
    pub case: Option<usize>,
    pub target: Target,
    pub value: f64,
    pub slack: f64,
}

/// Smallest slack of a list; infinite when it is empty.
pub(super) fn least(slacks: &[Slack]) -> f64 {
    slacks.iter().map(|s| s.slack).fold(f64::INFINITY, f64::min)
}

/// Evaluates designs of one problem at given load cases, each case of each design at most once.
pub(super) struct Bench<'a, 'p> {
    pub problem: &'a Problem<'p>,
    pub variables: &'a Variables,
    pub cases: &'a [LoadCase],
    /// Package and materials.
    pub fixed: &'a Design,
    evaluator: &'a mut dyn Evaluate,
    known: HashMap<(Vec<u64>, usize), CaseValues>,
    /// Smooth part of the objective of every point built.
    costs: HashMap<Vec<u64>, f64>,
    /// The point built last.
    last: Option<(Vec<u64>, Rc<SizedVehicle>)>,
    /// Case runs so far.
    pub runs: usize,
}

impl<'a, 'p> Bench<'a, 'p> {
    pub fn new(
        problem: &'a Problem<'p>,
        variables: &'a Variables,
        cases: &'a [LoadCase],
        fixed: &'a Design,
        evaluator: &'a mut dyn Evaluate,
    ) -> Self {
        Self {
            problem,
            variables,
            cases,
            fixed,
            evaluator,
            known: HashMap::new(),
            costs: HashMap::new(),
            last: None,
            runs: 0,
        }
    }

    /// Number of variables.
    pub fn size(&self) -> usize {
        self.variables.free().len()
    }

    /// All load cases.
    pub fn all(&self) -> Vec<usize> {
        (0..self.cases.len()).collect()
    }

    fn build(&mut self, x: &[f64]) -> Result<SizedVehicle, Error> {
        let design = self.variables.design(x, self.fixed);
        let sized = apply(self.problem.vehicle, &design, self.problem.data)?;
        self.costs.insert(key(x), self.problem.objective.smooth(&sized));
        Ok(sized)
    }

    /// The vehicle at a point; built once while one looks at it.
    pub fn sized(&mut self, x: &[f64]) -> Result<Rc<SizedVehicle>, Error> {
        let at = key(x);
        if let Some((known, sized)) = &self.last
            && *known == at
        {
            return Ok(Rc::clone(sized));
        }
        let sized = Rc::new(self.build(x)?);
        self.last = Some((at, Rc::clone(&sized)));
        Ok(sized)
    }

    /// The point's objective, all of it.
    pub fn objective(&mut self, x: &[f64]) -> Result<f64, Error> {
        let sized = self.sized(x)?;
        Ok(self.problem.objective.of(&sized))
    }

    /// Smooth part of what is minimised.
    pub fn variable_cost(&mut self, x: &[f64]) -> Result<f64, Error> {
        match self.costs.get(&key(x)) {
            Some(usd) => Ok(*usd),
            None => {
                let sized = self.sized(x)?;
                Ok(self.problem.objective.smooth(&sized))
            }
        }
    }

    /// Evaluate several points at once; [`Bench::values`] then knows them.
    fn prepare(&mut self, points: &[Vec<f64>], which: &[usize]) -> Result<(), Error> {
        let new: Vec<&Vec<f64>> = points
            .iter()
            .filter(|x| which.iter().any(|i| !self.known.contains_key(&(key(x), *i))))
            .collect();
        let sized = new.iter().map(|x| self.build(x)).collect::<Result<Vec<_>, _>>()?;
        let cases: Vec<LoadCase> = which.iter().map(|&i| self.cases[i].clone()).collect();
        let all = self.evaluator.evaluate_all(&sized, &cases)?;
        check_count(all.len(), sized.len())?;
        for (x, values) in new.into_iter().zip(all) {
            check_count(values.len(), cases.len())?;
            self.runs += cases.len();
            for (i, v) in which.iter().zip(values) {
                self.known.insert((key(x), *i), v);
            }
        }
        Ok(())
    }

    /// Criteria of some load cases at a point.
    pub fn values(&mut self, x: &[f64], which: &[usize]) -> Result<Vec<CaseValues>, Error> {
        let missing: Vec<usize> = which
            .iter()
            .copied()
            .filter(|i| !self.known.contains_key(&(key(x), *i)))
            .collect();
        if !missing.is_empty() {
            let sized = self.sized(x)?;
            let cases: Vec<LoadCase> = missing.iter().map(|&i| self.cases[i].clone()).collect();
            let values = self.evaluator.evaluate(&sized, &cases)?;
            check_count(values.len(), cases.len())?;
            self.runs += cases.len();
            for (i, v) in missing.into_iter().zip(values) {
                self.known.insert((key(x), i), v);
            }
        }
        Ok(which
            .iter()
            .filter_map(|i| self.known.get(&(key(x), *i)).cloned())
            .collect())
    }

    /// Slacks of all constraints that some load cases carry, less what an answer must keep.
    pub fn slacks(&mut self, x: &[f64], which: &[usize]) -> Result<Vec<Slack>, Error> {
        let values = self.values(x, which)?;
        let mut slacks = slacks_of(self.problem.rule, self.cases, which, &values)?;
        self.problem.effort.keep.take(self.fixed.package.as_ref(), &mut slacks);
        Ok(slacks)
    }
}

/// Slacks of the constraints of some load cases at the values they have.
pub(super) fn slacks_of(
    rule: Rule,
    cases: &[LoadCase],
    which: &[usize],
    values: &[CaseValues],
) -> Result<Vec<Slack>, Error> {
    let mut slacks = Vec::new();
    // Weighted means by criterion and limit, in order of first appearance.
    let mut means: Vec<(Target, f64, f64)> = Vec::new();
    for (&i, have) in which.iter().zip(values) {
        for target in cases[i].own_limits(rule) {
            let value = criterion(have, target.criterion, &cases[i])?;
            slacks.push(Slack {
                case: Some(i),
                target,
                value,
                slack: target.slack(value),
            });
        }
        if rule == Rule::Every || cases[i].own_wall {
            continue;
        }
        for target in &cases[i].targets {
            let value = criterion(have, target.criterion, &cases[i])?;
            let w = cases[i].weight;
            match means.iter_mut().find(|(t, _, _)| t == target) {
                Some((_, sum, weight)) => {
                    *sum += w * value;
                    *weight += w;
                }
                None => means.push((*target, w * value, w)),
            }
        }
    }
    for (target, sum, weight) in means {
        // Weights that sum to zero are refused before a sizing starts.
        let value = if weight > 0.0 { sum / weight } else { 0.0 };
        slacks.push(Slack {
            case: None,
            target,
            value,
            slack: target.slack(value),
        });
    }
    Ok(slacks)
}

fn key(x: &[f64]) -> Vec<u64> {
    x.iter().map(|v| v.to_bits()).collect()
}

pub(super) fn check_count(have: usize, asked: usize) -> Result<(), Error> {
    if have == asked {
        return Ok(());
    }
    Err(Error::request(
        format!("{have} results for {asked} load cases or designs"),
        "an evaluator returns one set of criteria per load case of each design",
    ))
}

/// The value that a target limits: a risk's mean over scatter where there is one.
fn criterion(have: &CaseValues, which: Measure, case: &LoadCase) -> Result<f64, Error> {
    let mean = which.expected().and_then(|m| have.get(&m));
    mean.or_else(|| have.get(&which))
        .copied()
        .filter(|v| v.is_finite())
        .ok_or_else(|| {
            Error::request(
                format!("{which} is not available for {case}"),
                "choose a target that the dummy and the model give (a point mass has no head)",
            )
        })
}

/// The best points of one COBYLA run.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Cheapest point that meets all targets of the cases looked at: cost, point.
    pub feasible: Option<(f64, Vec<f64>)>,
    /// Point with the largest least slack.
    pub nearest: Option<(f64, Vec<f64>)>,
}

impl Found {
    fn see(&mut self, x: &[f64], cost: f64, slack: f64) {
        if slack >= 0.0 && self.feasible.as_ref().is_none_or(|(c, _)| cost < *c) {
            self.feasible = Some((cost, x.to_vec()));
        }
        if self.nearest.as_ref().is_none_or(|(s, _)| slack > *s) {
            self.nearest = Some((slack, x.to_vec()));
        }
    }

    /// Take over what another run found.
    pub fn merge(&mut self, other: Self) {
        if let Some((cost, x)) = other.feasible
            && self.feasible.as_ref().is_none_or(|(c, _)| cost < *c)
        {
            self.feasible = Some((cost, x));
        }
        if let Some((slack, x)) = other.nearest
            && self.nearest.as_ref().is_none_or(|(s, _)| slack > *s)
        {
            self.nearest = Some((slack, x));
        }
    }
}

/// Deterministic points that fill the unit cube evenly (Halton, bases 2, 3, 5 ...; Halton 1960).
pub(super) fn halton(count: usize, dimensions: usize) -> Vec<Vec<f64>> {
    let mut primes: Vec<usize> = Vec::new();
    let mut next = 2;
    while primes.len() < dimensions {
        if primes.iter().all(|p| next % p != 0) {
            primes.push(next);
        }
        next += 1;
    }
    let radical_inverse = |mut index: usize, base: usize| {
        let (mut value, mut digit) = (0.0, 1.0 / base as f64);
        while index > 0 {
            value += digit * (index % base) as f64;
            index /= base;
            digit /= base as f64;
        }
        value
    };
    (1..=count)
        .map(|i| primes.iter().map(|b| radical_inverse(i, *b)).collect())
        .collect()
}

/// Evaluate points that fill the cube: where a search may start, and a guard against its being caught
/// in one corner.
pub(super) fn sample(bench: &mut Bench<'_, '_>, which: &[usize], count: usize) -> Result<Found, Error> {
    let mut found = Found::default();
    let points = halton(count, bench.size());
    bench.prepare(&points, which)?;
    for x in points {
        let slack = least(&bench.slacks(&x, which)?);
        let cost = bench.variable_cost(&x)?;
        found.see(&x, cost, slack);
    }
    Ok(found)
}

/// One descent from a start in the unit cube against some of the load cases; `reach` is the size of its first steps.
pub(super) fn run(
    bench: &mut Bench<'_, '_>,
    which: &[usize],
    start: &[f64],
    goal: Goal,
    reach: f64,
) -> Result<Found, Error> {
    let slacks = bench.slacks(start, which)?;
    let effort = &bench.problem.effort;
    let descent = Descent {
        start,
        goal,
        reach,
        designs: effort.designs_per_start,
        tolerance: 5e-4,
        margin: effort.margin,
        dollars: bench.variable_cost(&vec![1.0; bench.size()])?.max(1.0),
        deficit: (-least(&slacks)).max(0.0) + 0.1,
        constraints: slacks.len(),
    };
    let mut found = Found::default();
    descent.run(|x| {
        let slacks = bench.slacks(x, which)?;
        let usd = bench.variable_cost(x)?;
        found.see(x, usd, least(&slacks));
        let slacks = slacks.iter().map(|s| s.slack).collect();
        Ok(Look { usd, slacks })
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::halton;

    #[test]
    fn halton_points_are_the_radical_inverses() {
        let points = halton(4, 2);
        let expected = [
            [0.5, 1.0 / 3.0],
            [0.25, 2.0 / 3.0],
            [0.75, 1.0 / 9.0],
            [0.125, 4.0 / 9.0],
        ];
        for (p, e) in points.iter().zip(expected) {
            assert!((p[0] - e[0]).abs() < 1e-15 && (p[1] - e[1]).abs() < 1e-15, "{p:?}");
        }
    }
}
