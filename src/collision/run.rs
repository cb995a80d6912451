//! Run a case from assembly to outcome.

use crate::dynamics::{Record, simulate};
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

/// Simulate one case.
///
/// # Errors
/// As [`assemble`], [`simulate`] and [`outcome::read`].
pub fn run(case: &Case) -> Result<Finished, Error> {
    let assembly = assemble(case)?;
    let record = simulate(&assembly.network, &case.plan)?;
    let outcome = outcome::read(case, &assembly, &record)?;
    Ok(Finished {
        assembly,
        record,
        outcome,
    })
}
