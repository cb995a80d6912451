//! The cheapest design that meets its targets with a chosen probability.
//!
//! Over a fixed sample of draws (common random numbers: every design meets the same worlds) each design has one least
//! slack per draw; its order statistic at the confidence asked for is the only constraint. A run over the sample is
//! dear and a nominal sizing cheap, so candidates come from nominal sizings whose limits are shifted inwards, by as
//! much as the last one fell short of its quantile, until the quantile holds; a descent then polishes the cheapest that
//! does on the sample itself. Every design looked at is remembered with all its slacks, and the answer at each
//! confidence is the cheapest remembered one that holds: so what holds at 90 % is a candidate at 50 %, and a higher
//! confidence never costs less.

use super::super::descent::{Descent, Goal, Look};
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

    /// The cheapest design at central parameters that keeps a slack of `shift` in hand in every limit, of the
    /// materials of `like`.
    ///
    /// # Errors
    /// Whatever keeps a case from running.
    fn shifted(&mut self, shift: f64, like: &Design) -> Result<Shifted, Error>;

    /// Should the search stop?
    fn stop(&self) -> bool {
        false
    }
}

/// A nominal answer at shifted limits.
#[derive(Debug, Clone)]
pub struct Shifted {
    /// Can the shifted limits be met? If not, `design` comes nearest to them.
    pub exists: bool,
    /// The design.
    pub design: Design,
}

/// Most designs looked at in one go.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    shifts: usize,
    run: usize,
    polish: usize,
}

impl Effort {
    /// A first search at a confidence.
    pub const FIRST: Self = Self {
        shifts: 7,
        run: 30,
        polish: 15,
    };
    /// A search at a confidence near one that was searched.
    pub const AGAIN: Self = Self {
        shifts: 2,
        run: 0,
        polish: 15,
    };

    /// Designs that a search looks at, about.
    pub const fn designs(self) -> usize {
        self.shifts + self.run + self.polish
    }
}

/// First steps in the unit cube.
const REACH: f64 = 0.15;
const POLISH: f64 = 0.04;
/// Slack at the quantile that is near enough to stop shifting limits.
const NEAR: f64 = 0.02;
/// Beyond the slack that was missing, what a shift keeps in hand.
const KEEP_MORE: f64 = 0.01;

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
        self.slacks.get(n - need).copied().unwrap_or(f64::NEG_INFINITY)
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
    worlds: &'a mut dyn Worlds,
    seen: Vec<Seen>,
    /// Shifts tried: shift, the design's place in `seen`, do the shifted limits have an answer?
    shifts: Vec<(f64, usize, bool)>,
}

impl<'a> Search<'a> {
    /// Over the variables of a sizing; `fixed` holds one design per restraint package, cheapest first.
    pub fn new(variables: &'a Variables, fixed: Vec<Design>, worlds: &'a mut dyn Worlds) -> Self {
        Self {
            variables,
            fixed,
            worlds,
            seen: Vec::new(),
            shifts: Vec::new(),
        }
    }

    /// Designs looked at so far.
    pub fn designs(&self) -> usize {
        self.seen.len()
    }

    /// Remember a design; returns its place.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when told to stop; whatever the worlds return.
    pub fn look_at(&mut self, design: &Design) -> Result<usize, Error> {
        let same = |f: &Design| f.package == design.package;
        let package = self.fixed.iter().position(same).unwrap_or(0);
        self.look(package, &self.variables.point(design))
    }

    fn design(&self, package: usize, x: &[f64]) -> Design {
        let mut design = self.variables.design(x, &self.fixed[package]);
        design.strength.retain(|_, s| *s > 1.0);
        design
    }

    fn look(&mut self, package: usize, x: &[f64]) -> Result<usize, Error> {
        let known = self.seen.iter().position(|s| s.package == package && s.x == x);
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

    /// The cheapest design seen that holds.
    fn best(&self, confidence: f64) -> Option<usize> {
        (0..self.seen.len())
            .filter(|i| self.seen[*i].slack_at(confidence) >= 0.0)
            .min_by(|a, b| self.seen[*a].usd[0].total_cmp(&self.seen[*b].usd[0]))
    }

    /// The design seen with the most slack at the quantile.
    fn nearest(&self, confidence: f64) -> Option<usize> {
        let slack = |i: &usize| self.seen[*i].slack_at(confidence);
        (0..self.seen.len()).max_by(|a, b| slack(a).total_cmp(&slack(b)))
    }

    /// The answer at a confidence from what has been seen so far.
    pub fn answer(&self, confidence: f64) -> Option<Answer> {
        let held = self.best(confidence);
        // Nothing holds: the largest probability, the nearest of equals.
        let at = held.or_else(|| {
            let key = |i: usize| (self.seen[i].share(), self.seen[i].slack_at(confidence));
            (0..self.seen.len()).max_by(|a, b| key(*a).partial_cmp(&key(*b)).unwrap_or(std::cmp::Ordering::Equal))
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
    pub fn solve(&mut self, confidence: f64, effort: Effort) -> Result<Option<Answer>, Error> {
        self.shift(confidence, effort.shifts)?;
        self.other_packages(confidence)?;
        if self.variables.free().is_empty() {
            return Ok(self.answer(confidence));
        }
        let runs = [(REACH, effort.run), (POLISH, effort.polish)];
        for (reach, designs) in runs.into_iter().filter(|(_, designs)| *designs > 0) {
            let Some(near) = self.nearest(confidence) else {
                break;
            };
            let held = self.best(confidence);
            let goal = match held {
                Some(_) => Goal::Cheapest,
                None => Goal::Nearest,
            };
            self.run(held.unwrap_or(near), confidence, goal, reach, designs)?;
        }
        self.drop_idle(confidence)?;
        Ok(self.answer(confidence))
    }

    /// Shift the limits of the nominal sizing until its answer holds with the probability asked for, and no further.
    fn shift(&mut self, confidence: f64, most: usize) -> Result<(), Error> {
        for _ in 0..most {
            // The largest shift that does not hold and the smallest that does or that nothing can meet.
            let (mut low, mut high) = (None::<(f64, f64)>, None::<(f64, f64)>);
            for &(shift, at, exists) in &self.shifts {
                let slack = self.seen[at].slack_at(confidence);
                let end = if slack >= 0.0 || !exists { &mut high } else { &mut low };
                let outer = slack >= 0.0 || !exists;
                if end.is_none_or(|(s, _)| if outer { shift < s } else { shift > s }) {
                    *end = Some((shift, slack));
                }
            }
            let next = match (low, high) {
                (None, None) => 0.0,
                (Some((s, slack)), None) => s - slack + KEEP_MORE,
                (_, Some((_, slack))) if (0.0..NEAR).contains(&slack) => return Ok(()),
                (None, Some((s, _))) if s <= 0.0 => return Ok(()),
                (None, Some((s, slack))) => (s - slack + KEEP_MORE).clamp(0.0, 0.75 * s),
                (Some((a, _)), Some((b, _))) if b - a < NEAR => return Ok(()),
                (Some((a, slack)), Some((b, _))) => {
                    // By what was missing at the lower end, but well inside.
                    let width = b - a;
                    (a - slack + KEEP_MORE).clamp(a + 0.25 * width, b - 0.25 * width)
                }
            };
            if self.worlds.stop() {
                return Err(Error::Interrupted);
            }
            let like = self.fixed[0].clone();
            let answer = self.worlds.shifted(next, &like)?;
            let at = self.look_at(&answer.design)?;
            self.shifts.push((next, at, answer.exists));
        }
        Ok(())
    }

    /// The best point with every other package that could make it cheaper, or hold where it does not.
    fn other_packages(&mut self, confidence: f64) -> Result<(), Error> {
        let Some(from) = self.best(confidence).or_else(|| self.nearest(confidence)) else {
            return Ok(());
        };
        let x = self.seen[from].x.clone();
        for package in 0..self.fixed.len() {
            let usd = self.worlds.cost_usd(&self.design(package, &x))?[0];
            let dearer = |b: usize| usd >= self.seen[b].usd[0];
            if !self.best(confidence).is_some_and(dearer) {
                self.look(package, &x)?;
            }
        }
        Ok(())
    }

    /// Put variables to zero that the probability does not need.
    fn drop_idle(&mut self, confidence: f64) -> Result<(), Error> {
        for i in 0..self.variables.free().len() {
            if let Some(best) = self.best(confidence) {
                let mut without = self.seen[best].x.clone();
                if without[i] > 0.0 {
                    without[i] = 0.0;
                    self.look(self.seen[best].package, &without)?;
                }
            }
        }
        Ok(())
    }

    fn run(&mut self, from: usize, confidence: f64, goal: Goal, reach: f64, designs: usize) -> Result<(), Error> {
        let (package, start) = (self.seen[from].package, self.seen[from].x.clone());
        let most = self.design(package, &vec![1.0; start.len()]);
        let descent = Descent {
            start: &start,
            goal,
            reach,
            designs,
            tolerance: 2e-3,
            margin: 1e-3,
            dollars: self.worlds.cost_usd(&most)?[1].max(1.0),
            deficit: (-self.seen[from].slack_at(confidence)).max(0.0) + 0.05,
            constraints: 1,
        };
        descent.run(|x| {
            let seen = self.look(package, x)?;
            let seen = &self.seen[seen];
            Ok(Look {
                usd: seen.usd[1],
                slacks: vec![seen.slack_at(confidence)],
            })
        })
    }
}

#[cfg(test)]
#[path = "chance_tests.rs"]
mod tests;
