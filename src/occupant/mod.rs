//! Occupants: dummies, restraints, the chain that joins them to a vehicle, readings, the sled, and a simulated dummy
//! beside a measured one (model section 6).

pub mod beside;
pub mod chain;
mod draw;
pub mod dummy;
pub mod firing;
pub mod key_error;
pub mod law;
pub mod readings;
pub mod restraint;
pub mod sled;
pub mod system;
pub mod thorax;

pub use beside::{ChannelPair, MeasuredScalars, beside, measured_scalars};
pub use chain::{Mounting, Occupant, Seat, attach};
pub use dummy::Anatomy;
pub use firing::{Firing, FiringRule, Trigger};
pub use readings::{OccupantResult, channels, readings, seat_position};
pub use restraint::{Restraint, RestraintSpec};
pub use sled::{SledPulse, SledRun, sled};
pub use system::{PointMassRestraint, RestraintSystem};

use crate::criteria::{CriteriaError, Dummy};
use crate::dynamics::SimulationError;
use crate::signal::SignalError;

/// Why an occupant cannot be set up or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OccupantError {
    /// A value of a restraint breaks a rule.
    #[error(transparent)]
    Restraint(#[from] key_error::KeyError),
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
