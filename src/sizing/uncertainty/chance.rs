//! The cheapest design that meets its targets with a chosen probability.
//!
//! Over a fixed sample of draws (common random numbers: every design meets the same worlds) each design has one least
//! slack per draw; its order statistic at the confidence asked for is the only constraint. COBYLA minimises the
//! smooth cost under it, as the nominal sizing does. Every design looked at is remembered with all its slacks, and
//! the answer at each confidence is the cheapest remembered one that holds: so what holds at 90 % is a candidate at
//! 50 %, and a higher confidence never costs less.

use std::cell::RefCell;

use cobyla::{RhoBeg, StopTols, minimize};

use super::super::design::Design;
use super::super::problem::Variables;
use crate::error::Error;

/// A fixed sample of worlds.
pub trait Worlds {
    /// Least slack of a design in each world, in order.
    ///
    /// # Errors
    /// Whatever keeps a case from running.
    fn slacks(&mut self, design: &Design) -> Result<Vec<f64>, Error>;

    /// What a design costs at central parameters, dollars: in all, and the smooth part that an optimiser can follow.
    ///
    /// # Errors
    /// As [`super::super::apply`].
    fn cost_usd(&self, design: &Design) -> Result<[f64; 2], Error>;

    /// Should the search stop?
    fn stop(&self) -> bool {
        false
    }
}

/// Designs looked at in one run of the optimiser.
const FIRST_RUN: usize = 45;
const POLISH_RUN: usize = 25;
/// First steps in the unit cube.
const REACH: f64 = 0.25;
const POLISH: f64 = 0.05;
/// Halvings between a design that does not hold and one that does.
const HALVINGS: usize = 5;

/// A design that was looked at.
#[derive(Debug, Clone)]
struct Seen {
    package: usize,
    x: Vec<f64>,
    usd: [f64; 2],
    /// Rising.
    slacks: Vec<f64>,
}

impl Seen {
    /// The slack that a share `confidence` of the worlds reaches: at least 0 when the design holds with it.
    fn slack_at(&self, confidence: f64) -> f64 {
        let n = self.slacks.len();
        let need = ((confidence * n as f64 - 1e-9).ceil() as usize).clamp(1, n.max(1));
        self.slacks
            .get(n - need)
            .copied()
            .unwrap_or(f64::NEG_INFINITY)
    }

    fn share(&self) -> f64 {
        let met = self.slacks.iter().filter(|s| **s >= 0.0).count();
        met as f64 / self.slacks.len().max(1) as f64
    }
}

/// Answer at one confidence, by the sample of the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Does the design hold with the probability asked for?
    pub feasible: bool,
    /// The cheapest design that does; when none was found, the one with the largest probability.
    pub design: Design,
    /// Share of the sample in which it holds.
    pub share: f64,
    /// Its direct cost at central parameters, dollars.
    pub usd: f64,
}

/// A search that remembers.
pub struct Search<'a> {
    variables: &'a Variables,
    /// Package and materials, cheapest package first.
    fixed: Vec<Design>,
    start: Vec<Vec<f64>>,
    worlds: &'a mut dyn Worlds,
    seen: Vec<Seen>,
}

impl<'a> Search<'a> {
    /// Over the variables of a sizing; `fixed` holds one design per restraint package, cheapest first; `start` are
    /// designs to begin from (the nominal answer).
    pub fn new(
        variables: &'a Variables,
        fixed: Vec<Design>,
        start: &[Design],
        worlds: &'a mut dyn Worlds,
    ) -> Self {
        let n = variables.free().len();
        let mut points: Vec<Vec<f64>> = start.iter().map(|d| point(variables, d)).collect();
        points.extend([vec![0.0; n], vec![0.3; n], vec![0.6; n], vec![1.0; n]]);
        Self {
            variables,
            fixed,
            start: points,
            worlds,
            seen: Vec::new(),
        }
    }

    /// Designs looked at so far.
    pub fn designs(&self) -> usize {
        self.seen.len()
    }

    fn design(&self, package: usize, x: &[f64]) -> Design {
        let mut design = self.variables.design(x, &self.fixed[package]);
        design.strength.retain(|_, s| *s > 1.0);
        design
    }

    fn look(&mut self, package: usize, x: &[f64]) -> Result<usize, Error> {
        let known = self
            .seen
            .iter()
            .position(|s| s.package == package && s.x == x);
        if let Some(at) = known {
            return Ok(at);
        }
        if self.worlds.stop() {
            return Err(Error::Interrupted);
        }
        let design = self.design(package, x);
        let mut slacks = self.worlds.slacks(&design)?;
        slacks.sort_by(f64::total_cmp);
        self.seen.push(Seen {
            package,
            x: x.to_vec(),
            usd: self.worlds.cost_usd(&design)?,
            slacks,
        });
        Ok(self.seen.len() - 1)
    }

    /// The cheapest design seen that holds, of one package or of all.
    fn best(&self, package: Option<usize>, confidence: f64) -> Option<usize> {
        (0..self.seen.len())
            .filter(|i| package.is_none_or(|p| self.seen[*i].package == p))
            .filter(|i| self.seen[*i].slack_at(confidence) >= 0.0)
            .min_by(|a, b| self.seen[*a].usd[0].total_cmp(&self.seen[*b].usd[0]))
    }

    fn nearest(&self, package: usize, confidence: f64) -> Option<usize> {
        let slack = |i: &usize| self.seen[*i].slack_at(confidence);
        (0..self.seen.len())
            .filter(|i| self.seen[*i].package == package)
            .max_by(|a, b| slack(a).total_cmp(&slack(b)))
    }

    /// The answer at a confidence from what has been seen so far.
    pub fn answer(&self, confidence: f64) -> Option<Answer> {
        let held = self.best(None, confidence);
        // Nothing holds: the largest probability, the nearest of equals.
        let at = held.or_else(|| {
            let key = |i: usize| (self.seen[i].share(), self.seen[i].slack_at(confidence));
            (0..self.seen.len()).max_by(|a, b| {
                key(*a)
                    .partial_cmp(&key(*b))
                    .unwrap_or(std::cmp::Ordering::Equal)
            })
        })?;
        let s = &self.seen[at];
        Some(Answer {
            feasible: held.is_some(),
            design: self.design(s.package, &s.x),
            share: s.share(),
            usd: s.usd[0],
        })
    }

    /// Look for the cheapest design that holds with a probability.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when told to stop; whatever the worlds return.
    pub fn solve(&mut self, confidence: f64) -> Result<Option<Answer>, Error> {
        for package in 0..self.fixed.len() {
            // The package alone costs more than an answer that is known: all further ones do too.
            let floor = self.worlds.cost_usd(&self.fixed[package])?[0];
            if self
                .best(None, confidence)
                .is_some_and(|b| self.seen[b].usd[0] <= floor)
            {
                break;
            }
            self.solve_package(package, confidence)?;
        }
        Ok(self.answer(confidence))
    }

    fn solve_package(&mut self, package: usize, confidence: f64) -> Result<(), Error> {
        for x in self.start.clone() {
            self.look(package, &x)?;
        }
        if self.variables.free().is_empty() {
            return Ok(());
        }
        for reach in [REACH, POLISH] {
            let (None, Some(near)) = (
                self.best(Some(package), confidence),
                self.nearest(package, confidence),
            ) else {
                break;
            };
            let before = self.seen[near].slack_at(confidence);
            let x = self.seen[near].x.clone();
            self.run(package, &x, confidence, Aim::Nearest, reach, FIRST_RUN)?;
            let after = self
                .nearest(package, confidence)
                .map_or(before, |i| self.seen[i].slack_at(confidence));
            if after - before < 0.002 {
                break;
            }
        }
        if self.best(Some(package), confidence).is_none() {
            return Ok(());
        }
        self.halve(package, confidence)?;
        for (reach, designs) in [(REACH, FIRST_RUN), (POLISH, POLISH_RUN)] {
            if let Some(best) = self.best(Some(package), confidence) {
                let x = self.seen[best].x.clone();
                self.run(package, &x, confidence, Aim::Cheapest, reach, designs)?;
            }
        }
        self.drop_idle(package, confidence)
    }

    /// Walk from the cheapest design that holds towards each start that does not, as far as it still holds.
    fn halve(&mut self, package: usize, confidence: f64) -> Result<(), Error> {
        for start in self.start.clone() {
            let Some(best) = self.best(Some(package), confidence) else {
                return Ok(());
            };
            let from = self.look(package, &start)?;
            if self.seen[from].slack_at(confidence) >= 0.0
                || self.seen[from].usd[0] >= self.seen[best].usd[0]
            {
                continue;
            }
            let (mut out, mut inside) = (start, self.seen[best].x.clone());
            for _ in 0..HALVINGS {
                let middle: Vec<f64> = out
                    .iter()
                    .zip(&inside)
                    .map(|(a, b)| 0.5 * (a + b))
                    .collect();
                let at = self.look(package, &middle)?;
                if self.seen[at].slack_at(confidence) >= 0.0 {
                    inside = middle;
                } else {
                    out = middle;
                }
            }
        }
        Ok(())
    }

    /// Put variables to zero that the probability does not need.
    fn drop_idle(&mut self, package: usize, confidence: f64) -> Result<(), Error> {
        for i in 0..self.variables.free().len() {
            if let Some(best) = self.best(Some(package), confidence) {
                let mut without = self.seen[best].x.clone();
                if without[i] > 0.0 {
                    without[i] = 0.0;
                    self.look(package, &without)?;
                }
            }
        }
        Ok(())
    }

    fn run(
        &mut self,
        package: usize,
        start: &[f64],
        confidence: f64,
        aim: Aim,
        reach: f64,
        designs: usize,
    ) -> Result<(), Error> {
        let n = start.len();
        let begin = self.look(package, start)?;
        let deficit = (-self.seen[begin].slack_at(confidence)).max(0.0) + 0.05;
        let dollars = self.worlds.cost_usd(&self.design(package, &vec![1.0; n]))?[1].max(1.0);
        let mut x0 = start.to_vec();
        if aim == Aim::Nearest {
            x0.push(1.0);
        }
        let bounds = vec![(0.0, 1.0); x0.len()];
        let tolerance = StopTols {
            xtol_abs: vec![2e-3; x0.len()],
            ..StopTols::default()
        };
        let state = RefCell::new((self, None::<Error>));
        let at = |p: &[f64]| -> (f64, f64) {
            let (search, failed) = &mut *state.borrow_mut();
            if failed.is_some() {
                return (0.0, 0.0);
            }
            let x: Vec<f64> = p[..n].iter().map(|v| v.clamp(0.0, 1.0)).collect();
            match search.look(package, &x) {
                Ok(i) => (
                    search.seen[i].usd[1] / dollars,
                    search.seen[i].slack_at(confidence),
                ),
                Err(e) => {
                    *failed = Some(e);
                    (0.0, 0.0)
                }
            }
        };
        let objective = |p: &[f64], _: &mut ()| match aim {
            Aim::Cheapest => at(p).0,
            Aim::Nearest => p[n],
        };
        let holds = |p: &[f64], _: &mut ()| match aim {
            Aim::Cheapest => at(p).1 - 1e-3,
            Aim::Nearest => at(p).1 - 1e-3 + p[n] * deficit,
        };
        // Either ending is fine: what counts is the best design seen on the way.
        let _ = minimize(
            objective,
            &x0,
            &bounds,
            &[holds],
            (),
            designs,
            RhoBeg::All(reach),
            Some(tolerance),
        );
        match state.into_inner().1 {
            Some(e) => Err(e),
            None => Ok(()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Cheapest,
    Nearest,
}

/// The point of the unit cube of a design.
fn point(variables: &Variables, design: &Design) -> Vec<f64> {
    let share = |value: f64, most: f64| match most > 0.0 {
        true => (value / most).clamp(0.0, 1.0),
        false => 0.0,
    };
    let strength = variables.strength.iter().map(|(name, most)| {
        let s = design.strength.get(name).copied().unwrap_or(1.0);
        share(s - 1.0, most - 1.0)
    });
    let body = [
        share(design.added_front_length_m, variables.max_length_m),
        share(design.cabin_factor - 1.0, variables.max_cabin_factor - 1.0),
    ];
    let steps = variables.two_step.iter().map(|(name, most)| {
        let ratio = design.two_step.get(name);
        ratio.map_or(0.0, |r| (0.5 * (r.ln() / most.ln() + 1.0)).clamp(0.0, 1.0))
    });
    let (have, most) = (&design.partner, &variables.partner);
    let partner = [
        share(have.lower_rails_m, most.lower_rails_m),
        share(have.seas_force_n, most.seas_force_n),
        share(have.softer, most.softer),
    ];
    let all: Vec<f64> = strength.chain(body).chain(steps).chain(partner).collect();
    variables.free().into_iter().map(|i| all[i]).collect()
}

#[cfg(test)]
#[path = "chance_tests.rs"]
mod tests;
