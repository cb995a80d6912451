//! The main job: vehicles x partners x speeds x overlaps x seats, then what each vehicle needs to meet targets.

pub mod file;
mod parts;
mod rows;
mod run;

pub use file::{StudySpec, TargetSet, load_study};
pub use rows::{Cells, Numbers, Row, columns};
pub use run::{Exemplar, Progress, SizingRow, Stage, StudyResult, WallRow, run_study};
