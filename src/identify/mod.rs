//! Identification: the structure of a vehicle from its own wall test (model section 9): from the pulse of its
//! bodies and the wall force where a recipe has `[pulse]` ([`pulse`]), else from scalars ([`scalars`]).
//!
//! A wall test fixes the sum of the forces that slow the cabin, and little else. So a [`recipe`] states what is
//! known, a template of the structure type brings geometry, force shapes and priors, [`structure`] builds the
//! load paths, [`scalars`] bends a handful of bounded parameters until the simulated test matches, and
//! [`mod@write`] leaves a complete vehicle file with the evidence for every number. No vehicle-to-vehicle test is
//! ever fitted.

mod cell;
pub mod cross_speed;
pub mod draft;
mod identified;
mod layers;
pub mod offset;
pub mod pulse;
pub mod recipe;
mod rig;
pub mod scalars;
#[cfg(test)]
mod shipped_tests;
pub mod structure;
pub mod write;

pub use draft::Parameters;
pub use identified::{Identified, identify};
pub use pulse::evidence::PulseOutcome;
pub use recipe::{Recipe, Template, read_recipe};
pub use rig::WallRig;
pub use scalars::{Fit, WallResponse};

use identified::{parse, target_text};
use rig::{FIT_STEP_S, REPORT_STEP_S};
