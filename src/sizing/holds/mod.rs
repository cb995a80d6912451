//! How far a design holds (model section 8): beside the load cases it was sized for, and in draws of everything that is
//! uncertain.

mod beside;
mod confident;
mod drawn;
mod trial;

pub(super) use beside::leading;
pub use beside::{Beside, Kind, OVERLAPS_PCT, SPEED_STEP_KMH, beside};
pub use confident::{Confidence, with_confidence};
pub use drawn::{DRAWS, Drawing, Drawn, PriceRange, drawn, price_range};
pub use trial::{HowFar, Trial};

/// A risk up to this many times its target is near it: what sixteen tests and a step of 2 km/h leave open. Beyond, the
/// design does not hold there.
pub const NEAR_FACTOR: f64 = 1.5;
