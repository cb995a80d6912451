//! Predicted against published tests (model section 10): every row is computed when it is asked for, judged by its
//! bar, and shown whether it holds or not.
//!
//! One file per family of evidence. Rows are of three kinds, counted apart ([`Kind`]): fits, identities, predictions.
//! Published numbers are data files of the library ([`evidence`]).

pub mod coach;
mod comparison;
pub mod evidence;
pub mod field;
pub mod offset_barrier;
pub mod other_speed;
pub mod pairs;
pub mod residual;
pub mod row;
pub mod small_overlap;
pub mod spread;
pub mod stand_in;
pub mod stiffness;
pub mod wall;
pub mod wall_behind;

pub use comparison::{Validation, validate};
pub use row::{Bar, Count, Family, Kind, Label, Reference, Row, Summary};
pub use spread::PairSpread;

use comparison::STEP_S;
