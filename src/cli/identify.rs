//! `crumple identify`: a vehicle file from a recipe and its own wall test, by histories or by scalars.

use std::path::{Path, PathBuf};

use crumple::collision::wall::rigid_wall;
use crumple::error::{Error, write_atomic};
use crumple::identify::{Identified, PulseOutcome, identify};
use crumple::report::fit_figures;
use crumple::stamp::Stamp;
use crumple::vehicle::own::is_path;

use super::plot::{refused, write_figure};
use super::{Done, library, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// Recipe file, or the id of a recipe of the library
    recipe: String,
    /// Write the vehicle file here [default: print it]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder for figures of the fit; needs a recipe with [pulse]
    #[arg(long)]
    figures: Option<PathBuf>,
}

/// Step of the run whose numbers and histories are reported, s.
const STEP_S: f64 = 10e-6;

fn recipe_path(name: &str) -> Result<PathBuf, Error> {
    if is_path(name) || Path::new(name).is_file() {
        return Ok(PathBuf::from(name));
    }
    let recipes = library::find(None)?.files_in("recipes");
    let known = recipes.iter().map(|(id, _)| id.as_str());
    let found = recipes.iter().find(|(id, _)| id == name).map(|(_, path)| path.clone());
    found.ok_or_else(|| Error::unknown("recipe id", name, known))
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let found = identify(&recipe_path(&a.recipe)?, &rigid_wall()?)?;
    if let Some(folder) = &a.figures {
        let Some(pulse) = &found.pulse else {
            return Err(Error::request(
                format!("--figures: {} has no [pulse]", a.recipe),
                "figures compare histories: name channels in [pulse], or leave --figures out",
            ));
        };
        let stamp = Stamp::of(&found.text, STEP_S);
        for (name, figure, _) in fit_figures(&found.recipe, pulse, &stamp).map_err(refused)? {
            write_figure(folder, &name, &figure)?;
        }
    }
    let Some(path) = &a.out else {
        output::text(&found.text)?;
        return Ok(Done::Holds);
    };
    write_atomic(path, found.text.as_bytes())?;
    let done = match &found.pulse {
        Some(pulse) => pulse_tables(pulse)?,
        None => scalar_table(&found)?,
    };
    output::text(&format!("\nwrote {}\n", path.display()))?;
    Ok(done)
}

fn scalar_table(found: &Identified) -> Result<Done, Error> {
    let (w, t) = (&found.fit.response, &found.recipe.wall);
    let row = |what: &str, target: f64, file: f64| vec![what.to_string(), format!("{target:.1}"), format!("{file:.1}")];
    let rows = [
        row("dynamic crush, mm", t.dynamic_crush_mm, w.crush_mm),
        row("peak, CFC 60, g", t.peak_g_cfc60, w.peak_g_cfc60),
    ];
    output::text(&output::table(&["own wall test", "target", "this file"], &rows))?;
    Ok(Done::Holds)
}

fn pulse_tables(found: &PulseOutcome) -> Result<Done, Error> {
    let digits = |v: f64| if v.abs() < 10.0 { 3 } else { 1 };
    let rows: Vec<Vec<String>> = found
        .table
        .iter()
        .map(|r| {
            let d = digits(r.measured.abs().max(r.fitted.abs()));
            vec![
                r.measure.clone(),
                format!("{:.d$}", r.measured),
                format!("{:.d$}", r.fitted),
                format!("{:+.d$}", r.fitted - r.measured),
                r.allowed.map_or("-".into(), |a| format!("{a:.d$}")),
                if r.holds() { "" } else { "missed" }.into(),
            ]
        })
        .collect();
    let header = ["own wall test", "measured", "this file", "difference", "allowed", ""];
    let mut page = output::table(&header, &rows);
    let parameters: Vec<Vec<String>> = found
        .free
        .iter()
        .enumerate()
        .map(|(i, p)| {
            let after = p.sd * found.fit.covariance[(i, i)].sqrt();
            let factor = (p.sd * found.fit.z[i]).exp();
            vec![
                p.name.clone(),
                format!("{factor:.2}"),
                format!("{:.2}", p.sd),
                format!("{after:.2}"),
            ]
        })
        .collect();
    page += "\n";
    page += &output::table(&["parameter", "factor", "spread before", "after"], &parameters);
    let (chi, n) = found.fit.chi_square;
    page += &format!(
        "\nchi-square {chi:.0} over {n:.0} independent data, {} simulations\n",
        found.fit.evaluations
    );
    for (a, b, rho) in &found.correlated {
        page += &format!("warning: the test cannot tell {a} from {b} (correlation {rho:+.2})\n");
    }
    output::text(&page)?;
    Ok(if found.table.iter().all(|r| r.holds()) {
        Done::Holds
    } else {
        Done::DoesNotHold
    })
}
