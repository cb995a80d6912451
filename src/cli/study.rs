//! `crumple study`: the main job. Results, sizing, figures and report into one folder.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crumple::error::Error;
use crumple::exchange::parquet::{Column, ColumnData, write_columns};
use crumple::study::{Cells, Progress, Stage, StudyResult, columns, load_study, run_study};
use crumple::vehicle::{Face, Library};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Done, output, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Study file
    study: PathBuf,
    /// Folder for results, figures and report [default: out/<study file name>]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Leave out figures and report
    #[arg(long)]
    no_report: bool,
}

/// A progress bar on a terminal, a line per stage elsewhere; Ctrl-C asks the study to stop.
struct Bar {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    terminal: bool,
}

impl Bar {
    fn new(stop: Arc<AtomicBool>) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{msg:24} [{bar:40}] {pos}/{len}  {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, stop, terminal }
    }
}

impl Progress for Bar {
    fn begin(&self, stage: Stage, steps: usize) {
        let name = match stage {
            Stage::AsBuilt => "pairs as built",
            Stage::Wall => "own wall tests",
            Stage::Sizing => "sizing",
            Stage::Fronts => "Pareto fronts",
            Stage::Maps => "feasibility maps",
            Stage::Uncertainty => "uncertainty",
            Stage::Sized => "pairs as sized",
        };
        self.bar.set_length(steps as u64);
        self.bar.set_position(0);
        self.bar.set_message(name);
        if !self.terminal {
            eprintln!("{name}: {steps}");
        }
    }

    fn step(&self, _: &str) {
        self.bar.inc(1);
    }

    fn part(&self, what: &str, steps: usize) {
        self.bar.set_length(steps as u64);
        self.bar.set_position(0);
        self.bar.set_message(what.to_string());
        if !self.terminal {
            eprintln!("  {what}: {steps}");
        }
    }

    fn part_done(&self, steps: usize) {
        self.bar.inc(steps as u64);
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the program at once.
pub fn interrupt_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let set = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(2);
        }
        eprintln!("stopping after the work in hand; once more to stop at once");
    });
    if let Err(e) = set {
        output::warn(&format!("Ctrl-C will end the run at once: {e}"));
    }
    stop
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let library = Library::find(a.study.parent())?;
    let spec = load_study(&a.study, &library)?;
    let stem = a.study.file_stem().unwrap_or_default();
    let folder = a.out.clone().unwrap_or_else(|| Path::new("out").join(stem));
    for id in spec.vehicles.iter().chain(&spec.question.partners) {
        vehicles::warn_if_open(&library.vehicle(id)?, Face::Front);
    }
    let bar = Bar::new(interrupt_flag());
    let result = run_study(&spec, &library, &folder, &bar)?;
    bar.bar.finish_and_clear();
    write_results(&folder, &result)?;
    if !a.no_report {
        super::report::write_study(&folder, &result, &|| bar.stop())?;
    }
    output::text(&summary(&result, &folder))?;
    Ok(Done::Holds)
}

fn write_results(folder: &Path, r: &StudyResult) -> Result<(), Error> {
    let all = columns(&r.rows);
    let mut csv = format!(
        "# crumple {} input {} step {} us\n",
        r.stamp.version, r.stamp.input_hash, r.stamp.step_us
    );
    let names: Vec<&str> = all.iter().map(|(n, _)| n.as_str()).collect();
    csv += &names.join(",");
    csv.push('\n');
    for i in 0..r.rows.len() {
        let line: Vec<String> = all
            .iter()
            .map(|(_, cells)| match cells {
                Cells::Text(t) if t[i].contains([',', '"']) => {
                    format!("\"{}\"", t[i].replace('"', "\"\""))
                }
                Cells::Text(t) => t[i].clone(),
                Cells::Number(v) => v[i].map_or(String::new(), |x| format!("{x}")),
            })
            .collect();
        csv += &line.join(",");
        csv.push('\n');
    }
    crumple::error::write_atomic(&folder.join("results.csv"), csv.as_bytes())?;
    let table: Vec<Column> = all
        .into_iter()
        .map(|(name, cells)| Column {
            name,
            data: match cells {
                Cells::Text(t) => ColumnData::Utf8(t.into_iter().map(Some).collect()),
                Cells::Number(v) => ColumnData::F64(v),
            },
        })
        .collect();
    let metadata = [
        ("version".to_string(), r.stamp.version.clone()),
        ("input_hash".to_string(), r.stamp.input_hash.clone()),
        ("step_us".to_string(), r.stamp.step_us.to_string()),
    ];
    write_columns(&folder.join("results.parquet"), &table, &metadata)?;
    let sizing = json!({ "study": r.spec.name, "stamp": r.stamp, "sizings": r.sizings,
        "fronts": r.fronts, "maps": r.maps });
    output::json_file(&folder.join("sizing.json"), &sizing)
}

fn summary(r: &StudyResult, folder: &Path) -> String {
    let mut page = format!("{}\n\n", r.spec.name);
    let rows: Vec<Vec<String>> = r
        .sizings
        .iter()
        .map(|s| {
            let a = &s.answer;
            let met = if a.feasible { "yes" } else { "no" };
            vec![
                a.vehicle.clone(),
                s.target_name.clone(),
                met.into(),
                output::optional(Some(a.added_mass_kg), 1),
                output::optional(Some(a.added_cost_usd.usd()), 0),
                output::optional(a.price_usd.map(|p| p.usd()), 0),
                output::optional(a.highest_feasible_speed_kmh, 1),
            ]
        })
        .collect();
    page += &output::table(
        &[
            "vehicle",
            "target",
            "met",
            "added kg",
            "added $ (direct)",
            "US price $",
            "met up to km/h",
        ],
        &rows,
    );
    page += &format!("\nresults in {}\n", folder.display());
    page
}
