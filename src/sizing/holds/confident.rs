//! The design that holds in a share of draws (`--confidence`): the share is a constraint.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::sizing::evaluate::CollisionEvaluator;
use crate::sizing::optimise::Sizing;
use crate::sizing::problem::Problem;
use crate::sizing::uncertainty::{DRAW_STEP_S, Population, Progress, Request, Share, confident};

use super::drawn::Drawing;

/// What asking for a share of draws came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// Share of draws asked for.
    pub asked: f64,
    /// Share reached by the design, over draws that its search has not seen.
    pub reached: Share,
    /// Is it reached, to the sampling error of the draws?
    pub feasible: bool,
    /// What limits the best design where it is not: bounds of the variables that it rests on.
    pub limited_by: Vec<String>,
}

/// Look for the cheapest design that holds with the confidence of `how`, from a nominal answer; where none is found the
/// design with the largest share. `None` when no confidence is asked for.
///
/// # Errors
/// [`Error::Interrupted`] when told to stop; the first error of any case.
pub fn with_confidence(
    problem: &Problem<'_>,
    nominal: &Sizing,
    evaluator: &CollisionEvaluator,
    how: Drawing,
    progress: &dyn Progress,
) -> Result<Option<(Sizing, Confidence)>, Error> {
    let Some(asked) = how.confidence else {
        return Ok(None);
    };
    let population = Population::new(problem, evaluator, DRAW_STEP_S)?;
    let request = Request {
        draws: how.draws.max(100),
        confidence: vec![asked],
        seed: how.seed,
        search_draws: 96,
        ..Request::default()
    };
    let Some((found, design)) = confident(&population, &nominal.design, &request, progress)? else {
        return Ok(None);
    };
    let mut sizing = Sizing::of_design(problem, design, &mut evaluator.clone())?;
    let mut limited_by = Vec::new();
    if !found.feasible {
        limited_by.clone_from(&sizing.active);
    }
    sizing.evaluations += nominal.evaluations + found.monte_carlo.runs;
    let confidence = Confidence {
        asked,
        reached: found.monte_carlo.probability_met,
        feasible: found.feasible,
        limited_by,
    };
    Ok(Some((sizing, confidence)))
}
