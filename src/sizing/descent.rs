//! One descent from a point of the unit cube: the optimiser behind every search, over one world or many.
//!
//! COBYLA (Powell 1994, crate `cobyla`) needs no gradients and treats every constraint by itself. It may leave an
//! iterate slightly outside; so a descent aims inside every limit by a margin, and what counts is the best of all
//! designs that its caller saw on the way, not the optimiser's last word.

use std::cell::RefCell;

use cobyla::{RhoBeg, StopTols, minimize};

use crate::error::Error;

/// What a search is after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// Least cost subject to the targets.
    Cheapest,
    /// Largest least slack, whatever it costs: can the targets be met at all?
    Nearest,
}

/// A design as a descent sees it.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// Smooth part of its cost, dollars.
    pub usd: f64,
    /// Slack of every constraint; as many at every point.
    pub slacks: Vec<f64>,
}

/// Where and how to descend.
pub(super) struct Descent<'a> {
    pub start: &'a [f64],
    pub goal: Goal,
    /// Size of the first steps.
    pub reach: f64,
    /// Designs to look at.
    pub designs: usize,
    /// Steps below this end it.
    pub tolerance: f64,
    /// Slack aimed at inside every limit. More costs money, less lets the optimiser end outside.
    pub margin: f64,
    /// Dollars that make an objective of 1.
    pub dollars: f64,
    /// Slack deficit that the auxiliary variable of [`Goal::Nearest`] covers at 1.
    pub deficit: f64,
    /// Number of constraints.
    pub constraints: usize,
}

impl Descent<'_> {
    /// Descend; `look` is asked once for each design.
    ///
    /// # Errors
    /// The first error of `look`.
    pub fn run(&self, look: impl FnMut(&[f64]) -> Result<Look, Error>) -> Result<(), Error> {
        let n = self.start.len();
        let mut x0 = self.start.to_vec();
        if self.goal == Goal::Nearest {
            x0.push(1.0);
        }
        let state = RefCell::new(State {
            look,
            last: None,
            failed: None,
        });
        // The optimiser may step outside by rounding; a design there would be another one.
        let at = |p: &[f64]| -> Look {
            let x: Vec<f64> = p[..n].iter().map(|v| v.clamp(0.0, 1.0)).collect();
            state.borrow_mut().at(x)
        };
        let objective = |p: &[f64], _: &mut ()| match self.goal {
            Goal::Cheapest => at(p).usd / self.dollars,
            Goal::Nearest => p[n],
        };
        let constraint = |k: usize| {
            let at = &at;
            move |p: &[f64], _: &mut ()| {
                let help = p.get(n).map_or(0.0, |aid| aid * self.deficit);
                let slack = at(p).slacks.get(k).copied();
                slack.map_or(0.0, |s| s - self.margin + help)
            }
        };
        let constraints: Vec<_> = (0..self.constraints).map(constraint).collect();
        let bounds = vec![(0.0, 1.0); x0.len()];
        let tolerance = StopTols {
            xtol_abs: vec![self.tolerance; x0.len()],
            ..StopTols::default()
        };
        // Either ending is fine: what counts is the best design seen on the way.
        let _ = minimize(
            objective,
            &x0,
            &bounds,
            &constraints,
            (),
            self.designs,
            RhoBeg::All(self.reach),
            Some(tolerance),
        );
        drop(constraints);
        match state.into_inner().failed {
            Some(e) => Err(e),
            None => Ok(()),
        }
    }
}

struct State<F> {
    look: F,
    last: Option<(Vec<f64>, Look)>,
    failed: Option<Error>,
}

impl<F: FnMut(&[f64]) -> Result<Look, Error>> State<F> {
    /// Objective and constraints ask for the same point one after another.
    fn at(&mut self, x: Vec<f64>) -> Look {
        if let Some((known, look)) = &self.last
            && *known == x
        {
            return look.clone();
        }
        let nothing = Look {
            usd: 0.0,
            slacks: Vec::new(),
        };
        if self.failed.is_some() {
            return nothing;
        }
        match (self.look)(&x) {
            Ok(look) => {
                self.last = Some((x, look.clone()));
                look
            }
            Err(e) => {
                self.failed = Some(e);
                nothing
            }
        }
    }
}
