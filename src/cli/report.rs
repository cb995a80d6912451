//! `crumple report`: one self-contained HTML page of a case; and the figures and page of a study.

use std::path::{Path, PathBuf};

use crumple::collision::result::CaseResult;
use crumple::error::{Error, write_atomic};
use crumple::report::{case_figures, case_page, render, study_figures, study_page};
use crumple::study::StudyResult;
use rayon::prelude::*;

use super::plot::{refused, write_figure};
use super::{Done, library, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// Case file
    case: PathBuf,
    /// Report file [default: out/<case file name>.html]
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let case = library::case(&a.case)?;
    let finished = crumple::collision::run(&case)?;
    let result = CaseResult::collect(&case, &finished)?;
    let figures = case_figures(&case, &finished, &result).map_err(refused)?;
    let page = render(&case_page(&case, &result, &figures)).map_err(refused)?;
    let stem = a.case.file_stem().unwrap_or_default().to_string_lossy();
    let path = a
        .out
        .clone()
        .unwrap_or_else(|| Path::new("out").join(format!("{stem}.html")));
    write_atomic(&path, page.as_bytes())?;
    output::text(&format!("report in {}\n", path.display()))?;
    Ok(Done::Holds)
}

/// Figures and page of a study; figures finished before an interruption are kept.
pub fn write_study(folder: &Path, result: &StudyResult, stop: &(dyn Fn() -> bool + Sync)) -> Result<(), Error> {
    let figures = study_figures(result).map_err(refused)?;
    figures.par_iter().try_for_each(|(name, figure, _)| {
        if stop() {
            return Err(Error::Interrupted);
        }
        write_figure(&folder.join("figures"), name, figure)
    })?;
    let page = render(&study_page(result, &figures)).map_err(refused)?;
    write_atomic(&folder.join("report.html"), page.as_bytes())
}
