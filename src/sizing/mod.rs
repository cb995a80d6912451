//! Sizing (model section 8): the structure and restraints a small car needs for a target, with their
//! mass, direct cost and price.

pub mod answer;
pub mod corridors;
mod crush_shape;
mod data;
mod descent;
pub mod design;
pub mod evaluate;
mod exchange;
pub mod feasibility;
pub mod holds;
mod in_hand;
pub mod optimise;
pub mod pareto;
pub mod partner;
pub mod problem;
pub mod question;
mod search;
mod settle;
mod solve;
mod speed;
mod station;
pub mod swing;
pub mod target;
pub mod uncertainty;
pub mod variables;

pub use answer::Answer;
pub use data::{DEFAULT_COSTS, KEI_LENGTH_M, SizingData};
pub use design::{Design, SizedVehicle, apply};
pub use in_hand::InHand;
pub use optimise::{Sizing, optimise};
pub use partner::PartnerDesign;
pub use problem::{
    CaseValues, Effort, Evaluate, LoadCase, MaterialChoice, Objective, Problem, Rule, SpeedSearch, Target, Variables,
    Vary,
};
pub use question::Question;

#[cfg(test)]
mod holds_tests;
#[cfg(test)]
mod optimise_tests;
#[cfg(test)]
mod relation_tests;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod variable_tests;
