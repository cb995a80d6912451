//! Measured and simulated histories: what every other floor reads and writes.
//!
//! Model section 7 evaluates criteria on channels; this floor holds the channel itself, its unit, its
//! ISO-MME code and the SAE J211 filter. It knows nothing about vehicles, occupants or files.

pub mod cfc;
pub mod channel;
pub mod check;
pub mod code;
mod error;
mod plausible;
pub mod unit;
mod velocity;

pub use cfc::Cfc;
pub use channel::Channel;
pub use code::ChannelCode;
pub use error::SignalError;
pub(crate) use error::{check_finite, check_interval};
pub use plausible::implausible;
pub use unit::Unit;
pub use velocity::{FromVelocity, pulse_from_velocity};
