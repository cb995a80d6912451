//! Vehicle pulse criteria: how hard a crash pulse is on whoever sits in it, before any dummy is asked.
//!
//! Model section 7, notes N10 to N14 ([`crate::model`]). Accelerations and velocities are positive forward
//! (SAE J211), so a frontal crash has a negative acceleration and a falling velocity; a vehicle struck from
//! behind is mirrored first. **Speed is held constant after the last sample**: a short car's pulse can end
//! before its occupant is caught, and the constructions go on in closed form from there.

mod criteria;
mod delta_v;
pub mod flail;
pub mod means;
pub mod olc;
pub mod ride_down;
#[cfg(test)]
pub(crate) mod shapes;
pub mod vpi;

pub use criteria::{Filtering, PulseCriteria};
pub use delta_v::delta_v_mps;
pub use flail::{FlailSpace, flail_space};
pub use means::{SlidingMean, asi, sliding_mean_max};
pub use olc::{Olc, olc_from_acceleration, olc_from_velocity};
pub use ride_down::{RideDown, ride_down};
pub use vpi::{Vpi, VpiParameters, vpi};
