//! The command line in two stages: raw arguments here, resolved objects in one file per subcommand.
//!
//! Exit status: 0 done; 1 done, but the one thing asked for does not hold; 2 bad input or a failed run.

mod case_run;
mod channel_files;
mod command;
mod compare;
mod criteria;
mod curve;
mod identify;
mod library;
mod new;
mod output;
mod plot;
mod pulses;
mod report;
mod risk_page;
mod schema;
mod size;
mod size_page;
mod sled;
mod study;
mod uncertainty;
mod validate;
mod vehicles;
mod wall;

pub use command::{Done, main};
