//! Uncertainty of a sizing (model sections 8 and 10): what the spreads of the evidence make of risk, kilograms and
//! dollars, which inputs that comes from, and the design that meets its targets with a chosen probability.
//!
//! Every provenance entry of vehicle, partners and restraint, and every range of materials and costs, is an input.
//! The NCAP risk curves have none: their publication states no spread of the coefficients. A draw does not repeat the
//! identification: structure and geometry vary independently, so a draw need not meet the vehicle's own wall test
//! again, and the bands are wider than a conditioned sample would make them.

pub mod case_spread;
pub mod chance;
mod decide;
mod designs;
pub mod ensemble;
pub mod parts;
pub mod population;
pub mod sobol;
pub mod summary;
pub mod tornado;
pub mod variance;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use chance::{Answer, Search, Worlds};
pub use ensemble::MonteCarlo;
pub use population::{Group, Population};
pub use summary::{Band, Share};
pub use tornado::{Swing, Tornado};
pub use variance::{GroupIndices, Variance};

use super::answer::FlatDesign;
use super::design::Design;
use super::problem::Rule;
use crate::error::Error;
use crate::measure::Measure;
use ensemble::{World, criteria, least_slack};

/// Coarsest step of a draw, s; one that is not stable there runs at a finer one.
pub const DRAW_STEP_S: f64 = 50e-6;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Draws of the Monte Carlo of the nominal answer; what stands beside it gets at most [`BESIDE_DRAWS`].
    pub draws: usize,
    /// Probabilities a design is sought for, each above 0 and below 1.
    pub confidence: Vec<f64>,
    /// Seed of all draws.
    pub seed: u64,
    /// Rows of the Sobol samples A and B.
    pub sobol_rows: usize,
    /// Draws the search for a design is run against.
    pub search_draws: usize,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            draws: 20_000,
            confidence: vec![0.5, 0.9],
            seed: 1,
            sobol_rows: 1024,
            search_draws: 200,
        }
    }
}

impl Request {
    /// Check the numbers.
    ///
    /// # Errors
    /// [`Error::Request`] with the value and what would be right.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |what: String, help: &str| Err(Error::request(what, help));
        if let Some(p) = self.confidence.iter().find(|p| !(**p > 0.0 && **p < 1.0)) {
            return refuse(
                format!("confidence {p}"),
                "a probability between 0 and 1, for example 0.9",
            );
        }
        for (name, n, least) in [
            ("draws", self.draws, 100),
            ("sobol_rows", self.sobol_rows, 64),
            ("search_draws", self.search_draws, 50),
        ] {
            if n < least || n > 10_000_000 {
                return refuse(format!("{name} = {n}"), &format!("from {least} to 10000000"));
            }
        }
        Ok(())
    }
}

/// Told of progress.
pub trait Progress: Sync {
    /// A stage begins with this many steps.
    fn begin(&self, stage: &str, steps: usize);
    /// So many steps are done.
    fn done(&self, steps: usize);
    /// Should the work stop? What is finished is kept.
    fn stop(&self) -> bool;
}

/// Keeps finished parts, so that an interrupted run goes on where it stopped.
pub trait Parts: Sync {
    /// A part of an earlier run that answers the same question.
    fn load(&self, name: &str) -> Option<Value>;
    /// Keep a part.
    ///
    /// # Errors
    /// [`Error::Io`].
    fn save(&self, name: &str, part: &Value) -> Result<(), Error>;
}

/// Keeps nothing.
pub struct NoParts;

impl Parts for NoParts {
    fn load(&self, _: &str) -> Option<Value> {
        None
    }
    fn save(&self, _: &str, _: &Value) -> Result<(), Error> {
        Ok(())
    }
}

/// A design for a chosen probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChanceDesign {
    /// Probability asked for.
    pub confidence: f64,
    /// Was a design found that reaches it? If not, `design` is the one with the largest probability.
    pub feasible: bool,
    /// The design, as in the nominal answer.
    pub design: FlatDesign,
    /// Its direct cost at central parameters, dollars of the cost file's common year.
    pub added_cost_usd: f64,
    /// Its added mass at central parameters, kg.
    pub added_mass_kg: f64,
    /// Over all draws, none of which the search has seen.
    pub monte_carlo: MonteCarlo,
}

/// A deciding load case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deciding {
    /// The load case in words.
    pub case: String,
    /// Share of the pilot's draws in which it fails.
    pub fails: f64,
}

/// Everything found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// The question.
    pub request: Request,
    /// Number of uncertain inputs.
    pub inputs: usize,
    /// Coarsest step of the runs, us; a draw that is not stable there runs at a finer one.
    pub step_us: f64,
    /// The criterion behind "risk" in tornado and indices.
    pub criterion: Measure,
    /// Load cases that decide whether a draw meets the targets; the others are run in turn.
    pub deciding: Vec<Deciding>,
    /// The vehicle as it is.
    pub as_built: Option<MonteCarlo>,
    /// The nominal answer.
    pub nominal: Option<MonteCarlo>,
    /// One input at a time, at the nominal answer.
    pub tornado: Option<Tornado>,
    /// Sobol indices at the nominal answer.
    pub sobol: Vec<Variance>,
    /// A design for each confidence.
    pub designs: Vec<ChanceDesign>,
    /// What to know of these numbers.
    pub notes: Vec<String>,
    /// Stopped before all was done?
    pub interrupted: bool,
}

/// Seeds of the stages, so that no sample is used twice.
const PILOT: u64 = 1 << 32;
const VARIANCE: u64 = 4 << 32;

/// Draws of the pilot that picks the deciding load cases.
const PILOT_DRAWS: usize = 192;
/// Draws of what stands beside the nominal answer (the vehicle as built, designs by probability), at most: a share of
/// one half is then known within 1.4 points, and the nominal answer has them all.
pub const BESIDE_DRAWS: usize = 5000;

struct Analysis<'a> {
    population: &'a Population<'a>,
    request: &'a Request,
    progress: &'a dyn Progress,
    parts: &'a dyn Parts,
}

/// Analyse a sizing whose nominal answer is `nominal`. When told to stop it returns what is finished, marked so.
///
/// # Errors
/// [`Error::Request`] for a request out of range; the first error of any case.
pub fn analyse(
    population: &Population<'_>,
    nominal: &Design,
    request: &Request,
    progress: &dyn Progress,
    parts: &dyn Parts,
) -> Result<Uncertainty, Error> {
    request.check()?;
    let analysis = Analysis {
        population,
        request,
        progress,
        parts,
    };
    let mut found = Uncertainty {
        request: request.clone(),
        inputs: population.inputs.len(),
        step_us: (population.step_s() * 1e9).round() * 1e-3,
        criterion: Measure::JointWithoutNeck,
        deciding: Vec::new(),
        as_built: None,
        nominal: None,
        tornado: None,
        sobol: Vec::new(),
        designs: Vec::new(),
        notes: notes(),
        interrupted: false,
    };
    match analysis.all(nominal, &mut found) {
        Err(Error::Interrupted) => found.interrupted = true,
        other => other?,
    }
    Ok(found)
}

/// The cheapest design found that holds with the one probability of a request, sought from a nominal answer. When told
/// to stop it returns [`Error::Interrupted`].
///
/// # Errors
/// As [`analyse`].
pub fn confident(
    population: &Population<'_>,
    nominal: &Design,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Option<(ChanceDesign, Design)>, Error> {
    request.check()?;
    let analysis = Analysis {
        population,
        request,
        progress,
        parts: &NoParts,
    };
    let which: Vec<usize> = analysis.deciding(nominal)?.into_iter().map(|d| d.0).collect();
    analysis.surest(nominal, &which)
}

fn notes() -> Vec<String> {
    [
        "Spreads are those of the provenance entries; a number without an entry has none.",
        "The injury risk curves carry no spread: their source states none for the coefficients.",
        "A draw does not repeat the identification, so it need not meet the vehicle's own wall test again.",
        "Mass and cost ranges are triangular on low, central and high, so their means are not the central values.",
    ]
    .map(String::from)
    .to_vec()
}

impl Analysis<'_> {
    fn all(&self, nominal: &Design, found: &mut Uncertainty) -> Result<(), Error> {
        let problem = self.population.problem;
        let deciding = self.deciding(nominal)?;
        let criterion = self.leading(&deciding);
        found.criterion = criterion;
        let name = |l: &(usize, f64)| Deciding {
            case: problem.cases[l.0].to_string(),
            fails: l.1,
        };
        found.deciding = deciding.iter().map(name).collect();
        let which: Vec<usize> = deciding.iter().map(|d| d.0).collect();
        let partners: Vec<usize> = which.iter().copied().filter(|l| !problem.cases[*l].own_wall).collect();

        let as_built = Design::default();
        let unchanged = nominal.keeps_structure() && nominal.package.is_none();
        let (all, few) = (self.request.draws, self.request.draws.min(BESIDE_DRAWS));
        let draws = if unchanged { all } else { few };
        let before = self.monte_carlo("as built", &as_built, &which, draws)?;
        found.nominal = Some(before.clone()).filter(|_| unchanged);
        found.as_built = Some(before);
        if !unchanged {
            found.nominal = Some(self.monte_carlo("nominal design", nominal, &which, all)?);
        }
        if !partners.is_empty() {
            let inputs = self.population.columns_in_use(nominal, &problem.cases)?.len();
            found.tornado = Some(self.kept("tornado", inputs, || {
                tornado::tornado(self.population, nominal, &partners, criterion, self.progress)
            })?);
            let rows = self.request.sobol_rows;
            let seed = self.request.seed + VARIANCE;
            found.sobol.push(self.kept("sobol-risk", rows, || {
                let sample = (seed, rows);
                variance::of_risk(self.population, nominal, &partners, criterion, sample, self.progress)
            })?);
            found.sobol.extend(self.kept("sobol-account", 1, || {
                variance::of_account(self.population, nominal, seed)
            })?);
        }
        if self.request.confidence.is_empty() {
            return Ok(());
        }
        self.designs(nominal, &which, &mut found.designs)
    }

    /// Work that is done once: taken from its part where there is one.
    fn kept<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        steps: usize,
        work: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(known) = self.parts.load(name).and_then(|v| serde_json::from_value(v).ok()) {
            return Ok(known);
        }
        if self.progress.stop() {
            return Err(Error::Interrupted);
        }
        self.progress.begin(name, steps);
        let done = work()?;
        let value = serde_json::to_value(&done)
            .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
        self.parts.save(name, &value)?;
        Ok(done)
    }

    fn monte_carlo(&self, name: &str, design: &Design, which: &[usize], draws: usize) -> Result<MonteCarlo, Error> {
        self.kept(name, draws, || {
            let seed = self.request.seed;
            ensemble::monte_carlo(self.population, design, which, seed, draws, self.progress)
        })
    }

    /// The load cases that decide, by a pilot at the vehicle as built and at the nominal answer.
    fn deciding(&self, nominal: &Design) -> Result<Vec<(usize, f64)>, Error> {
        let loads = &self.population.problem.cases;
        let every: Vec<usize> = (0..loads.len()).collect();
        let weighted = self.population.problem.rule == Rule::Weighted;
        self.kept("pilot", PILOT_DRAWS, || {
            let mut slacks = Vec::with_capacity(PILOT_DRAWS);
            for start in (0..PILOT_DRAWS).step_by(32) {
                let worlds: Vec<World> = (start..PILOT_DRAWS.min(start + 32))
                    .map(|i| World::drawn(self.population, self.request.seed + PILOT, i, every.clone()))
                    .collect();
                for values in criteria(self.population, nominal, loads, &worlds)? {
                    let each = every.iter().zip(values);
                    let slack = |(l, v): (&usize, _)| least_slack(Rule::Every, loads, &[*l], &[v]);
                    slacks.push(each.map(slack).collect::<Result<Vec<f64>, _>>()?);
                }
                self.progress.done(worlds.len());
                if self.progress.stop() {
                    return Err(Error::Interrupted);
                }
            }
            // A weighted mean needs every load case in every draw.
            Ok(decide::deciding(&slacks, weighted))
        })
    }

    /// The criterion that leads in tornado and indices: the first target of the first deciding partner case.
    fn leading(&self, deciding: &[(usize, f64)]) -> Measure {
        let cases = &self.population.problem.cases;
        let partner = deciding.iter().map(|d| &cases[d.0]).filter(|c| !c.own_wall);
        let mut targets = partner.chain(cases).flat_map(|c| &c.targets);
        targets.next().map_or(Measure::JointWithoutNeck, |t| t.criterion)
    }
}

#[cfg(test)]
mod tests;
