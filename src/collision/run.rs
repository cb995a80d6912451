//! Run a case from assembly to outcome.

use crate::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crate::dynamics::{Plan, Record, Solver, simulate};
use crate::error::Error;

use super::assemble::{Assembly, assemble};
use super::case::Case;
use super::outcome::{self, Outcome};

/// Everything a finished run leaves: network, samples, numbers.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The network and where things are in it.
    pub assembly: Assembly,
    /// Samples.
    pub record: Record,
    /// Numbers of the field.
    pub outcome: Outcome,
}

/// Samples of an assembled case, by solver and plan.
pub(super) fn simulate_planned(solver: Solver, plan: &Plan, assembly: &Assembly) -> Result<Record, Error> {
    let net = &assembly.network;
    Ok(match solver {
        Solver::Leapfrog => simulate(net, plan)?,
        Solver::Dopri5 => simulate_adaptive(net, plan, Tolerances::default())?,
    })
}

/// Simulate one case.
///
/// # Errors
/// As [`assemble`], [`simulate`] and [`outcome::read`].
pub fn run(case: &Case) -> Result<Finished, Error> {
    let assembly = assemble(case)?;
    let record = simulate_planned(case.solver, &case.plan, &assembly)?;
    let outcome = outcome::read(case, &assembly, &record)?;
    Ok(Finished {
        assembly,
        record,
        outcome,
    })
}
