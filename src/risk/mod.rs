//! From a criterion to a probability of injury, always with the population it is valid for.
//!
//! Model section 7, notes N15 to N18 ([`crate::model`]). Every curve is a [`RiskCurve`] that carries its
//! source; nothing here turns a criterion a dummy cannot give into a number. Published curves that could not
//! be traced to a source with coefficients are left out rather than guessed.

pub mod body;
mod catalogue;
pub mod curves;
pub mod delta_v;
pub mod expected;
pub mod intrusion;
pub mod ncap;
pub mod seat;

pub use catalogue::catalogue;
pub use curves::{BodyRegion, Predictor, Risk, RiskCurve, Severity, Shape};
pub use expected::{ExpectedRisk, OccupantRisk};
pub use ncap::{NcapInput, NcapRisk, NeckInput, ncap_risk};
