//! What can go wrong with an occupant.

use crate::criteria::{CriteriaError, Dummy};
use crate::dynamics::SimulationError;
use crate::signal::SignalError;

/// Why an occupant cannot be set up or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OccupantError {
    /// A value of a restraint breaks a rule.
    #[error(transparent)]
    Restraint(#[from] super::key_error::KeyError),
    /// The occupant model has no chain for this dummy.
    #[error("the occupant model has no {0} (hiii-50m, hiii-05f and point-mass can be simulated)")]
    NotSimulated(Dummy),
    /// Restraint and dummy do not belong together.
    #[error("a {dummy} cannot sit in restraint \"{restraint}\" ({help})")]
    Mismatch {
        /// The dummy.
        dummy: Dummy,
        /// Restraint id.
        restraint: String,
        /// What would be right.
        help: String,
    },
    /// A history cannot be filtered or evaluated.
    #[error(transparent)]
    Criteria(#[from] CriteriaError),
    /// A pulse cannot be used.
    #[error(transparent)]
    Signal(#[from] SignalError),
    /// The sled run failed.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
}
