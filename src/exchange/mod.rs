//! Channels and tables in files other programs read: CSV, ISO-MME tests, NHTSA EV5 and UDS-1992, Parquet.
//!
//! Formats and codes follow ISO/TS 13499 (note N3, [`crate::model`]). This floor knows channels and what a
//! run was, and nothing about how the numbers came about.

pub mod curve;
pub mod ev5;
pub mod input;
pub mod isomme;
#[cfg(feature = "table")]
pub mod parquet;
mod run_info;
pub mod set;
pub mod table;
mod text_file;
mod time_base;
pub mod uds;

pub use input::read_channels;
pub use run_info::{RunInfo, VehicleInfo};
pub use set::{ChannelSet, Skipped, skipped_lines};

use run_info::one_line;
#[cfg(feature = "archive")]
use text_file::text_of;
use text_file::{bytes_of, check_size, read_text};
use time_base::{common_base, even_step};
