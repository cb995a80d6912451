//! Occupants: dummies, restraints, the chain that joins them to a vehicle, readings, the sled, and a simulated dummy
//! beside a measured one (model section 6).

pub mod beside;
pub mod chain;
mod draw;
pub mod dummy;
mod error;
pub mod firing;
pub mod key_error;
pub mod law;
pub mod readings;
pub mod restraint;
pub mod scatter;
pub mod sled;
pub mod system;
pub mod thorax;

pub use beside::{ChannelPair, MeasuredScalars, beside, measured_scalars};
pub use chain::{Mounting, Occupant, Seat, attach};
pub use dummy::Anatomy;
pub use error::OccupantError;
pub use firing::{Firing, FiringRule, Trigger};
pub use readings::{OccupantResult, channels, readings, seat_position};
pub use restraint::{Restraint, RestraintSpec};
pub use scatter::ScatterSet;
pub use sled::{SledPulse, SledRun, sled};
pub use system::{PointMassRestraint, RestraintSystem};
