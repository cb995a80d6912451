//! Trying an answer: what every sizing does with its design before it is believed.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::sizing::evaluate::CollisionEvaluator;
use crate::sizing::optimise::Sizing;
use crate::sizing::problem::Problem;
use crate::sizing::uncertainty::{DRAW_STEP_S, Population, Progress};
use crate::vehicle::{Library, Vehicle};

use super::beside::{Beside, beside, leading};
use super::drawn::{Drawing, Drawn, PriceRange, drawn, price_range};

/// Folder of the library whose vehicles a design is tried against.
const US: &str = "us";

/// How an answer is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Vehicles that it was not sized for.
    pub others: Vec<Vehicle>,
    /// How draws are taken.
    pub drawing: Drawing,
    /// Leave the draws out.
    pub quick: bool,
}

/// How far a design holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HowFar {
    /// One row for each way it was tried; the draws last.
    pub rows: Vec<Beside>,
    /// Draws of the vehicle as built and with the design; `None` where they were left out.
    pub drawn: Option<Drawn>,
    /// What the spreads leave of the price.
    pub price_usd_range: Option<PriceRange>,
}

impl Trial {
    /// Against every US vehicle of the library that is not among `partners`.
    ///
    /// # Errors
    /// Those of the vehicle files.
    pub fn new(library: &Library, partners: &[String], drawing: Drawing, quick: bool) -> Result<Self, Error> {
        let files = library.vehicle_files().into_iter();
        let others = files.filter(|(group, id, _)| group == US && !partners.contains(id));
        Ok(Self {
            others: others
                .map(|(_, id, _)| library.vehicle(&id))
                .collect::<Result<_, _>>()?,
            drawing,
            quick,
        })
    }

    /// Try the answer of a problem.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when told to stop; the first error of any case.
    pub fn of(
        &self,
        problem: &Problem<'_>,
        sizing: &Sizing,
        evaluator: &CollisionEvaluator,
        progress: &dyn Progress,
    ) -> Result<HowFar, Error> {
        let population = Population::new(problem, evaluator, DRAW_STEP_S)?;
        let price_usd_range = price_range(&population, &sizing.design, self.drawing)?;
        progress.begin("how far it holds", 0);
        let mut rows = beside(problem, &sizing.sized, evaluator, &self.others)?;
        if progress.stop() {
            return Err(Error::Interrupted);
        }
        let drawn = match self.quick {
            true => None,
            false => {
                let slacks = sizing.slack_of_cases(problem)?;
                Some(drawn(&population, &sizing.design, &slacks, self.drawing, progress)?)
            }
        };
        if let Some((drawn, criterion)) = drawn.as_ref().zip(leading(problem)) {
            rows.push(drawn.row(criterion, self.drawing.confidence));
        }
        Ok(HowFar {
            rows,
            drawn,
            price_usd_range,
        })
    }
}
