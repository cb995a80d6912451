//! `crumple study`: the main job. Results, sizing, figures and report into one folder.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crumple::error::Error;
use crumple::exchange::parquet::{Column, ColumnData, write_columns};
use crumple::study::{Cells, Progress, Stage, StudyResult, columns, load_study, run_study};
use crumple::vehicle::Face;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Done, library, output, vehicles};

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

/// A progress bar with the time left on a terminal, lines elsewhere, and the same lines in `study.log`; Ctrl-C asks the
/// study to stop.
struct Bar {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    terminal: bool,
    /// What is under way.
    stage: Mutex<Under>,
    log: Mutex<Option<std::fs::File>>,
}

/// A stage or a part of one.
struct Under {
    name: String,
    steps: usize,
    done: usize,
    since: Instant,
    told: Instant,
}

/// A line of progress is told no more often than this.
const TELL_EVERY: Duration = Duration::from_secs(10);

impl Bar {
    /// `log` is written beside the results as the study goes; where it cannot be, the study goes on without.
    fn new(stop: Arc<AtomicBool>, log: &Path) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{msg:32} [{bar:30}] {pos}/{len}  {elapsed}, {eta} left") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let open = || {
            std::fs::create_dir_all(log.parent()?).ok()?;
            std::fs::File::create(log).ok()
        };
        let now = Instant::now();
        let under = Under {
            name: String::new(),
            steps: 0,
            done: 0,
            since: now,
            told: now,
        };
        Self {
            bar,
            stop,
            terminal,
            stage: Mutex::new(under),
            log: Mutex::new(open()),
        }
    }

    /// A line to the log, and to standard error where there is no bar.
    fn tell(&self, line: &str) {
        if !self.terminal {
            eprintln!("{line}");
        }
        let Ok(mut log) = self.log.lock() else { return };
        if let Some(file) = log.as_mut()
            && writeln!(file, "{line}").is_err()
        {
            *log = None;
        }
    }

    fn under_way(&self, name: &str, steps: usize) {
        self.bar.reset();
        self.bar.set_length(steps as u64);
        self.bar.set_message(name.to_string());
        if let Ok(mut under) = self.stage.lock() {
            let now = Instant::now();
            *under = Under {
                name: name.to_string(),
                steps,
                done: 0,
                since: now,
                told: now,
            };
        }
        self.tell(&format!("{name}: {steps}"));
    }

    fn advance(&self, steps: usize, what: &str) {
        self.bar.inc(steps as u64);
        let Ok(mut under) = self.stage.lock() else { return };
        under.done += steps;
        if under.told.elapsed() < TELL_EVERY || under.done == 0 {
            return;
        }
        under.told = Instant::now();
        let spent = under.since.elapsed().as_secs_f64();
        let left = spent * (under.steps.saturating_sub(under.done)) as f64 / under.done as f64;
        let whose = if what.is_empty() {
            String::new()
        } else {
            format!(" ({what})")
        };
        let line = format!(
            "  {}: {} of {}{whose}, {spent:.0} s, about {left:.0} s left",
            under.name, under.done, under.steps
        );
        drop(under);
        self.tell(&line);
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
        self.under_way(name, steps);
    }

    fn step(&self, what: &str) {
        self.advance(1, what);
    }

    fn part(&self, what: &str, steps: usize) {
        self.under_way(what, steps);
    }

    fn part_done(&self, steps: usize) {
        self.advance(steps, "");
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
    let mut library = library::find(Some(&a.study))?;
    let spec = load_study(&a.study, &mut library)?;
    let stem = a.study.file_stem().unwrap_or_default();
    let folder = a.out.clone().unwrap_or_else(|| Path::new("out").join(stem));
    for id in spec.vehicles.iter().chain(&spec.question.partners) {
        vehicles::warn_if_open(&library.vehicle(id)?, Face::Front);
    }
    let bar = Bar::new(interrupt_flag(), &folder.join("study.log"));
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

/// Dollars to the hundred: no more is known of a price.
fn rounded(usd: f64) -> String {
    format!("{:.0}", (usd / 100.0).round() * 100.0)
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
                a.price_usd_range.map_or_else(
                    || output::optional(a.price_usd.map(|p| p.usd()), 0),
                    |[low, high]| format!("{} to {}", rounded(low), rounded(high)),
                ),
                a.draws.as_ref().map_or_else(
                    || "not drawn".to_string(),
                    |d| format!("{:.0} %", 100.0 * d.design.probability_met.value),
                ),
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
            "US price $ (5-95 %)",
            "holds in",
            "met up to km/h",
        ],
        &rows,
    );
    page += &format!("\nresults in {}\n", folder.display());
    page
}
