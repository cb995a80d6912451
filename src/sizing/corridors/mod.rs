//! Solution corridors (`size --corridors`): for each load path the widest force interval such that every combination of
//! forces inside meets the targets. A band that a body engineer can carry into design, and the cure for an optimum that
//! holds at one point only (Zimmermann & von Hoessle, Int. J. Numer. Meth. Engng 94, 2013: solution spaces).

mod paths;
mod widest;

pub use paths::{Corridor, Corridors, corridors};
pub use widest::{Bounds, widest_box};
