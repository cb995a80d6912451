//! The data model of a vehicle (model sections 1 and 4), its provenance, the library in use, and files of the user's own.

mod closed;
pub mod draw;
mod evidence;
mod file;
pub mod input;
pub mod library;
pub mod model;
pub mod own;
pub mod provenance;
pub(crate) mod provenance_check;
pub(crate) mod write;

pub use closed::{body_mounts, endless_body_mount, face_hole};
pub use draw::{Input, Part, Quantity, probabilities};
pub use file::parse_vehicle;
pub use library::{Library, Origin};
pub use model::{Body, CrushTable, Face, Layer, Mass, Mount, Path, PathKind, Role, Vehicle, VehicleClass};
pub use provenance::{Basis, Provenance, Side};
pub use write::vehicle_toml;
