//! Two vehicles, faces and cells, occupants -> a dynamic system -> an outcome (model sections 4 and 5).

pub mod align;
pub mod assemble;
pub mod batch;
pub mod case;
pub mod channels;
mod error;
pub mod face;
pub mod file;
pub mod measured_wall;
pub mod outcome;
pub mod plausibility;
pub mod range;
mod readings;
pub mod result;
mod run;
pub mod scatter;
pub mod stiffness;
pub mod wall;
pub mod yaw;

pub use assemble::{Assembly, assemble};
pub use batch::{BatchOptions, map_batch, run_batch};
pub use case::{Case, Party, SeatedOccupant, Turning};
pub use outcome::{Outcome, PathOutcome, VehicleOutcome};
pub use run::{Finished, run};
pub use scatter::expected_risks;
pub use stiffness::{StiffnessRow, stiffness_table};
pub use wall::{WallMeasures, WallRow, WallTest, wall_test};
