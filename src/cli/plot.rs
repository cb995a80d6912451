//! `crumple plot`: figures of one case.

use std::path::{Path, PathBuf};

use crumple::collision::result::CaseResult;
use crumple::error::{Error, write_atomic};
use crumple::plot::Figure;
use crumple::report::case_figures;

use super::{Done, library, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// Case file
    case: PathBuf,
    /// Folder for the figures [default: out/<case file name>]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Only these figures, by name
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let case = library::case(&a.case)?;
    let finished = crumple::collision::run(&case)?;
    let result = CaseResult::collect(&case, &finished)?;
    let figures = case_figures(&case, &finished, &result).map_err(refused)?;
    let known: Vec<&str> = figures.iter().map(|(name, _, _)| name.as_str()).collect();
    if let Some(unknown) = a.only.iter().find(|o| !known.contains(&o.as_str())) {
        return Err(Error::request(
            format!("there is no figure \"{unknown}\" of this case"),
            format!("figures: {}", known.join(", ")),
        ));
    }
    let stem = a.case.file_stem().unwrap_or_default();
    let folder = a.out.clone().unwrap_or_else(|| Path::new("out").join(stem));
    for (name, figure, _) in &figures {
        if a.only.is_empty() || a.only.contains(name) {
            write_figure(&folder, name, figure)?;
        }
    }
    output::text(&format!("figures in {}\n", folder.display()))?;
    Ok(Done::Holds)
}

/// A figure or page that could not be made, as an error of the program.
pub fn refused(e: impl std::fmt::Display) -> Error {
    Error::request(e.to_string(), "report this input")
}

/// SVG and PNG of a figure.
pub fn write_figure(folder: &Path, name: &str, figure: &Figure) -> Result<(), Error> {
    write_atomic(&folder.join(format!("{name}.svg")), figure.svg.as_bytes())?;
    let png = figure.png(2.0).map_err(refused)?;
    write_atomic(&folder.join(format!("{name}.png")), &png)
}
