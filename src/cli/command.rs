//! The subcommands, and how a run of one ends.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use crumple::error::Error;

use super::{
    case_run, compare, criteria, identify, library, new, output, plot, report, schema, size, sled, study, validate,
    vehicles, wall,
};

/// How a command that did not fail ends.
pub enum Done {
    /// Exit status 0.
    Holds,
    /// Exit status 1: done, but what was asked for does not hold.
    DoesNotHold,
}

#[derive(Parser)]
#[command(
    name = "crumple",
    version,
    about = "Crash-compatibility engine: collisions between unlike vehicles, injury, and the structure a small car needs",
    after_help = "Exit status: 0 done; 1 done, but what was asked for does not hold; 2 bad input or a failed run."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Vehicle library [default: CRUMPLE_LIBRARY, else a folder vehicles beside the given file or above that, else the
    /// built-in one; `crumple vehicles where` says which]
    #[arg(long, global = true, value_name = "FOLDER")]
    library: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Simulate one collision
    Run(case_run::Arguments),
    /// Virtual load-cell wall test of one vehicle
    Wall(wall::Arguments),
    /// Occupant under a measured cabin pulse
    Sled(sled::Arguments),
    /// The main job: many pairs, injury, sizing, figures, report
    Study(study::Arguments),
    /// Structure mass and cost for a target
    Size(Box<size::Arguments>),
    /// What changed between two result files
    Compare(compare::Arguments),
    /// Criteria of a measured or simulated channel set
    Criteria(criteria::Arguments),
    /// Load paths from the pulse or the scalars of a wall test
    Identify(identify::Arguments),
    /// Predicted against published tests
    Validate(validate::Arguments),
    /// The vehicle library and its evidence
    Vehicles(vehicles::Arguments),
    /// A commented starter file that runs as it is written
    New(new::Arguments),
    /// Figures of one case
    Plot(plot::Arguments),
    /// Self-contained report of one case, or of a finished study
    Report(report::Arguments),
    /// JSON Schema of an input file, for editors
    Schema(schema::Arguments),
    /// Shell completions
    Completions {
        /// Shell to write them for
        shell: clap_complete::Shell,
    },
}

/// Parse, run, report; the only place that prints errors.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    library::name(arguments.library);
    match dispatch(arguments.command) {
        Ok(Done::Holds) => ExitCode::SUCCESS,
        Ok(Done::DoesNotHold) => ExitCode::from(1),
        Err(e) => {
            output::print_error(&e);
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: Command) -> Result<Done, Error> {
    match command {
        Command::Run(a) => case_run::run(&a),
        Command::Wall(a) => wall::run(&a),
        Command::Sled(a) => sled::run(&a),
        Command::Study(a) => study::run(&a),
        Command::Size(a) => size::run(&a),
        Command::Compare(a) => compare::run(&a),
        Command::Criteria(a) => criteria::run(&a),
        Command::Identify(a) => identify::run(&a),
        Command::Validate(a) => validate::run(&a),
        Command::Vehicles(a) => vehicles::run(&a),
        Command::New(a) => new::run(&a),
        Command::Plot(a) => plot::run(&a),
        Command::Report(a) => report::run(&a),
        Command::Schema(a) => schema::run(&a),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "crumple", &mut text);
            output::text(&String::from_utf8_lossy(&text))?;
            Ok(Done::Holds)
        }
    }
}
