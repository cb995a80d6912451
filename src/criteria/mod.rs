//! Injury and pulse criteria: one number from a history, as regulations and consumer tests define it.
//!
//! Model section 7, notes N4 to N14 ([`crate::model`]). Functions take slices sampled every `dt_s` seconds in
//! SI unless a name says otherwise; those that only compare or average keep the unit of their input, and say
//! so. Nothing here filters: the caller chooses the channel frequency class, because simulated and textbook
//! histories need none.

mod checks;
pub mod chest;
pub mod clip;
pub mod dummy;
mod error;
pub mod evaluate;
pub mod head;
pub mod leg;
pub mod limits;
pub mod neck;
mod peak;
pub mod pulse;
pub mod rating;
pub mod rotation;

pub use dummy::Dummy;
pub use error::CriteriaError;

use checks::{check, check_positive, check_same_length};
use peak::peak;
