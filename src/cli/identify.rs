//! `crumple identify`: a vehicle file from a recipe and the scalars of its wall test.

use std::path::PathBuf;

use crumple::collision::wall::rigid_wall;
use crumple::error::{Error, write_atomic};
use crumple::identify::identify;

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// Recipe file
    recipe: PathBuf,
    /// Write the vehicle file here [default: print it]
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let found = identify(&a.recipe, &rigid_wall()?)?;
    match &a.out {
        Some(path) => {
            write_atomic(path, found.text.as_bytes())?;
            let w = &found.fit.response;
            let t = &found.recipe.wall;
            let rows = vec![
                vec![
                    "dynamic crush, mm".to_string(),
                    format!("{:.1}", t.dynamic_crush_mm),
                    format!("{:.1}", w.crush_mm),
                ],
                vec![
                    "peak, CFC 60, g".to_string(),
                    format!("{:.1}", t.peak_g_cfc60),
                    format!("{:.1}", w.peak_g_cfc60),
                ],
            ];
            output::text(&output::table(
                &["own wall test", "target", "this file"],
                &rows,
            ))?;
            output::text(&format!("\nwrote {}\n", path.display()))?;
        }
        None => output::text(&found.text)?,
    }
    Ok(Done::Holds)
}
