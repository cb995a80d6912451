//! Two vehicles, faces and cells, occupants -> a dynamic system -> an outcome (model sections 4 and 5).

pub mod assemble;
pub mod case;
pub mod channels;
pub mod face;
pub mod file;
pub mod outcome;
pub mod plausibility;
pub mod result;
mod run;
pub mod wall;

pub use assemble::{Assembly, assemble};
pub use case::{Case, Party, SeatedOccupant};
pub use outcome::{Outcome, PathOutcome, VehicleOutcome};
pub use run::{Finished, run};
pub use wall::{WallMeasures, WallRow, WallTest, wall_test};
