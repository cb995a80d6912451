//! `crumple new`: a commented starter file that runs as it is written.

use std::path::{Path, PathBuf};

use crumple::error::{Error, write_atomic};

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// Which file
    #[arg(value_enum)]
    what: What,
    /// Its id: lower case, digits, - and _; the file is NAME.toml, in a folder where one stands before it
    name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// A vehicle, for cases, studies, `wall` and `size`
    Vehicle,
    /// A collision, for `run`
    Case,
    /// A study, for `study`
    Study,
    /// What is known of a car, for `identify`
    Recipe,
    /// Belts and bags, for vehicles, cases and `sled`
    Restraint,
}

impl What {
    const fn text(self) -> &'static str {
        match self {
            Self::Vehicle => include_str!("starters/vehicle.toml"),
            Self::Case => include_str!("starters/case.toml"),
            Self::Study => include_str!("starters/study.toml"),
            Self::Recipe => include_str!("starters/recipe.toml"),
            Self::Restraint => include_str!("starters/restraint.toml"),
        }
    }

    /// The command to try first.
    fn next(self, file: &str) -> String {
        match self {
            Self::Vehicle => format!("crumple wall {file}"),
            Self::Case => format!("crumple run {file}"),
            Self::Study => format!("crumple study {file}"),
            Self::Recipe => format!("crumple identify {file} --out car.toml"),
            Self::Restraint => format!("crumple sled --pulse PULSE.csv --restraint {file}"),
        }
    }
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let given = Path::new(a.name.strip_suffix(".toml").unwrap_or(&a.name));
    let id = given.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if id.is_empty() || !id.chars().all(plain) {
        return Err(Error::request(
            format!("\"{}\" is no name for a file to begin with", a.name),
            "lower case, digits, - and _, for example my-car: it becomes the id",
        ));
    }
    let path: PathBuf = given.with_file_name(format!("{id}.toml"));
    if path.exists() {
        return Err(Error::request(
            format!("{} is there already", path.display()),
            "give another name, or move that file away",
        ));
    }
    write_atomic(&path, a.what.text().replace("NAME", id).as_bytes())?;
    let file = path.display().to_string();
    output::text(&format!("wrote {file}; next: {}\n", a.what.next(&file)))?;
    Ok(Done::Holds)
}
