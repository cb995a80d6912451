//! Crash-compatibility engine: lumped-mass collisions between unlike vehicles, what their occupants' bodies
//! go through, and the structure mass and cost a small car needs to reach target injury levels.
//!
//! The modules are floors; each uses only what stands below it. From the ground up: [`units`], [`number`], [`embedded`], [`error`], [`measure`];
//! [`signal`]; [`criteria`], [`risk`]; [`vehicle`], [`material`]; [`dynamics`], test problems [`models`]; [`occupant`], [`cost`];
//! [`collision`]; [`identify`], [`sizing`]; `study`, [`validate`]; `plot` and `report`; the command line.
//!
//! What is computed, exactly: [`model`]. Comments cite its sections, closed forms (C1 ...) and notes (N1 ...).

pub mod collision;
pub mod cost;
pub mod criteria;
pub mod dynamics;
pub mod embedded;
pub mod error;
pub mod exchange;
pub mod identify;
pub mod material;
pub mod measure;
pub mod model;
pub mod models;
pub mod number;
pub mod occupant;
#[cfg(feature = "plot")]
pub mod plot;
#[cfg(feature = "cli")]
pub mod report;
pub mod risk;
pub mod signal;
pub mod sizing;
pub mod stamp;
pub mod study;
pub mod units;
pub mod validate;
pub mod vehicle;
