//! `crumple size --uncertainty`: percentiles, tornado, Sobol indices and designs by probability.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use crumple::error::Error;
use crumple::measure::Measure;
use crumple::report::uncertainty_figures;
use crumple::sizing::evaluate::CollisionEvaluator;
use crumple::sizing::holds::Drawing;
use crumple::sizing::uncertainty::parts::FolderParts;
use crumple::sizing::uncertainty::{
    Band, DRAW_STEP_S, MonteCarlo, NoParts, Parts, Population, Progress, Request, Uncertainty, analyse,
};
use crumple::sizing::{Problem, Sizing};
use crumple::stamp::Stamp;
use indicatif::{ProgressBar, ProgressStyle};

use super::output;
use super::plot::{refused, write_figure};

#[derive(clap::Args)]
pub struct Options {
    /// Draw everything that is uncertain: percentiles, tornado, Sobol indices, designs by probability
    #[arg(long, conflicts_with = "quick")]
    uncertainty: bool,
    /// Leave the draws out of the table "how far it holds"
    #[arg(long)]
    quick: bool,
    /// Draws of the answer [default: 500; with --uncertainty 20000]
    #[arg(long, conflicts_with = "quick")]
    draws: Option<usize>,
    /// Ask for the design that holds in this share of draws; with --uncertainty a list, one design each [0.5,0.9]
    #[arg(long, value_delimiter = ',', conflicts_with = "quick")]
    confidence: Vec<f64>,
    /// Seed of the draws
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rows of the Sobol samples
    #[arg(long, default_value_t = Request::default().sobol_rows, requires = "uncertainty")]
    sobol_rows: usize,
    /// No designs by probability
    #[arg(long, requires = "uncertainty")]
    no_designs: bool,
}

impl Options {
    /// What is asked for, if anything.
    pub fn request(&self) -> Result<Option<Request>, Error> {
        if !self.uncertainty {
            return Ok(None);
        }
        let usual = Request::default();
        let request = Request {
            draws: self.draws.unwrap_or(usual.draws),
            confidence: match (self.no_designs, self.confidence.is_empty()) {
                (true, _) => Vec::new(),
                (false, true) => usual.confidence,
                (false, false) => self.confidence.clone(),
            },
            seed: self.seed,
            sobol_rows: self.sobol_rows,
            ..Request::default()
        };
        request.check()?;
        Ok(Some(request))
    }

    /// How the answer is tried: its draws, and the confidence asked for.
    ///
    /// # Errors
    /// [`Error::Request`] for draws or a confidence out of range, or several of them.
    pub fn drawing(&self) -> Result<Drawing, Error> {
        let usual = Drawing::default();
        let mut drawing = Drawing {
            seed: self.seed,
            ..usual
        };
        if !self.uncertainty {
            drawing.draws = self.draws.unwrap_or(usual.draws);
            drawing.confidence = self.confidence.first().copied();
            if self.confidence.len() > 1 {
                return Err(Error::request(
                    "several confidences without --uncertainty",
                    "give one, for example --confidence 0.9",
                ));
            }
        }
        drawing.check("--draws")?;
        Ok(drawing)
    }

    /// Are the draws left out?
    pub fn quick(&self) -> bool {
        self.quick
    }
}

/// A bar on a terminal, a line per stage elsewhere.
pub struct Bar<'a> {
    bar: ProgressBar,
    terminal: bool,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Bar<'a> {
    /// A bar that asks `stop` whether to go on.
    pub fn new(stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = match terminal {
            true => ProgressBar::new(0),
            false => ProgressBar::hidden(),
        };
        let look = ProgressStyle::with_template("{msg:24} [{bar:40}] {pos}/{len}  {elapsed}");
        if let Ok(style) = look {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, terminal, stop }
    }
}

impl Drop for Bar<'_> {
    /// No bar stays behind the answer, nor behind an error.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar<'_> {
    fn begin(&self, stage: &str, steps: usize) {
        self.bar.set_length(steps as u64);
        self.bar.set_position(0);
        self.bar.set_message(stage.to_string());
        if !self.terminal {
            match steps {
                0 => eprintln!("{stage}"),
                n => eprintln!("{stage}: {n}"),
            }
        }
    }

    fn done(&self, steps: usize) {
        self.bar.inc(steps as u64);
    }

    fn stop(&self) -> bool {
        (self.stop)()
    }
}

/// Analyse a sizing. Finished parts are kept beside `out` and used again.
pub fn run(
    request: &Request,
    problem: &Problem<'_>,
    sizing: &Sizing,
    evaluator: &CollisionEvaluator,
    (out, stamp): (Option<&Path>, &Stamp),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Uncertainty, Error> {
    let population = Population::new(problem, evaluator, DRAW_STEP_S)?;
    let question = Stamp::of(&(request, &stamp.input_hash, &sizing.design), DRAW_STEP_S).input_hash;
    let kept = out.map(|path| FolderParts::new(&path.with_extension("parts"), question));
    let parts: &dyn Parts = match &kept {
        Some(folder) => folder,
        None => &NoParts,
    };
    let bar = Bar::new(stop);
    analyse(&population, &sizing.design, request, &bar, parts)
}

/// Write the figures of an analysis.
pub fn figures(
    folder: &Path,
    vehicle: (&str, &str),
    u: &Uncertainty,
    limit: Option<f64>,
    stamp: &Stamp,
) -> Result<(), Error> {
    for (stem, figure, _) in uncertainty_figures(vehicle, u, limit, stamp).map_err(refused)? {
        write_figure(folder, &stem, &figure)?;
    }
    Ok(())
}

/// For people.
pub fn page(u: &Uncertainty) -> String {
    let mut page = format!(
        "\nuncertainty: {} inputs, {} draws, seed {}\n",
        u.inputs, u.request.draws, u.request.seed
    );
    if u.interrupted {
        page += "stopped before all was done; what is missing below is missing\n";
    }
    page += "median (5th to 95th percentile)\n";
    page += &columns(u);
    for d in u.designs.iter().filter(|d| !d.feasible) {
        page += &format!(
            "no design reaches {:.0} %: the best found reaches {:.1} %\n",
            100.0 * d.confidence,
            100.0 * d.monte_carlo.probability_met.value
        );
    }
    for v in &u.sobol {
        page += &format!("\nvariance of {} ({} rows): first order, total\n", v.output, v.rows);
        for g in v.groups.iter().take(6) {
            let (s, t) = (g.indices.first, g.indices.total);
            page += &format!(
                "  {:28} {:5.2} [{:.2}, {:.2}]  {:5.2} [{:.2}, {:.2}]\n",
                g.name, s.value, s.low, s.high, t.value, t.low, t.high
            );
        }
    }
    page += "\nload cases that decide (failing share in the pilot)\n";
    for d in &u.deciding {
        page += &format!("  {} ({:.0} %)\n", d.case, 100.0 * d.fails);
    }
    for note in &u.notes {
        page += &format!("note: {note}\n");
    }
    page
}

/// Each design in a column: as built, nominal, and for each confidence.
fn columns(u: &Uncertainty) -> String {
    let mut columns = vec![("as built", &u.as_built, None), ("nominal", &u.nominal, None)];
    let designs: Vec<(String, _)> = u
        .designs
        .iter()
        .map(|d| {
            (
                format!("for {:.0} %", 100.0 * d.confidence),
                Some(d.monte_carlo.clone()),
            )
        })
        .collect();
    for ((name, m), d) in designs.iter().zip(&u.designs) {
        columns.push((name, m, Some(d)));
    }
    let mut header = vec![""];
    header.extend(columns.iter().map(|c| c.0));
    let row = |name: &str, cell: &dyn Fn(&MonteCarlo) -> String| {
        let mut cells = vec![name.to_string()];
        cells.extend(columns.iter().map(|(_, m, _)| m.as_ref().map_or("-".into(), cell)));
        cells
    };
    let band = |b: Option<&Band>, m: Measure, decimals: usize| {
        b.map_or("-".into(), |b| {
            let [low, mid, high] = [b.p5, b.p50, b.p95].map(|v| m.shown(v));
            format!("{mid:.decimals$} ({low:.decimals$} to {high:.decimals$})")
        })
    };
    let rows = vec![
        row("draws", &|m| m.draws.to_string()),
        row("targets met in % of draws", &|m| {
            format!("{:.1}", 100.0 * m.probability_met.value)
        }),
        row(&format!("worst {}", u.criterion), &|m| {
            band(m.worst.get(&u.criterion), u.criterion, 1)
        }),
        row("worst intrusion_mm", &|m| {
            let intrusion = Measure::IntrusionMm;
            band(m.worst.get(&intrusion), intrusion, 0)
        }),
        row("added mass, kg", &|m| {
            band(m.added_mass_kg.as_ref(), Measure::AddedMassKg, 1)
        }),
        row("added direct cost, $", &|m| {
            band(m.added_cost_usd.as_ref(), Measure::AddedCostUsd, 0)
        }),
        row("US price, $", &|m| band(m.price_usd.as_ref(), Measure::PriceUsd, 0)),
    ];
    output::table(&header, &rows)
}
