//! `crumple schema`: JSON Schema of an input file, for editors.

use crumple::error::Error;
use crumple::occupant::RestraintSystem;

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// Which file
    #[arg(value_enum)]
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Restraint files
    Restraint,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let schema = match a.what {
        What::Restraint => schemars::schema_for!(RestraintSystem),
    };
    output::json(&schema)?;
    Ok(Done::Holds)
}
