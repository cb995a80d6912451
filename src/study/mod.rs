//! The main job: vehicles x partners x speeds x overlaps x seats, then what each vehicle needs to meet targets.

pub mod file;
pub mod options;
mod parts;
mod progress;
mod reader;
mod rows;
mod run;
mod size;
mod uncertain;
mod uncertainty_request;

pub use file::{StudySpec, TargetSet, load_study};
pub use progress::{Progress, Stage};
pub use rows::{Cells, Row, columns};
pub use run::{Exemplar, StudyResult, WallRow, run_study};
pub use size::SizingRow;
