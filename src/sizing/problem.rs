//! What a sizing is asked for: load cases, what may be varied, and who evaluates a design.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::SizingData;
use super::design::{Design, SizedVehicle};
use super::in_hand::InHand;
use crate::error::Error;
use crate::material::{Material, Materials};
use crate::measure::Measure;
use crate::vehicle::library::MATERIALS;
use crate::vehicle::{Library, Vehicle};

pub use super::target::Target;
pub use super::variables::Variables;

/// A collision in which targets have to hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadCase {
    /// Partner id.
    pub against: String,
    /// Each vehicle's own speed, km/h.
    pub speed_kmh: f64,
    /// Overlap, percent.
    pub overlap_pct: f64,
    /// Weight in the expected value that is reported.
    pub weight: f64,
    /// Is it the vehicle's own rigid-wall test? Its speed is never changed and it has no weight.
    pub own_wall: bool,
    /// What has to hold in it. A risk is limited in its expected value where the evaluator gives one.
    pub targets: Vec<Target>,
    /// Chest 3 ms clip that holds in it whatever else is asked and however targets bind, g; `None`: no such limit.
    pub chest_clip_g: Option<f64>,
}

impl LoadCase {
    /// Limits that hold in this load case by itself under a rule: under [`Rule::Weighted`] only the own wall's and the
    /// chest clip.
    pub(super) fn own_limits(&self, rule: Rule) -> impl Iterator<Item = Target> + '_ {
        let clip = self.chest_clip_g.map(|limit| Target {
            criterion: Measure::ChestA3msG,
            limit,
        });
        let alone = rule == Rule::Every || self.own_wall;
        let targets = self.targets.iter().filter(move |_| alone).copied();
        let stricter = move |t: &Target| {
            alone
                && self
                    .targets
                    .iter()
                    .any(|o| o.criterion == t.criterion && o.limit <= t.limit)
        };
        targets.chain(clip.filter(move |t| !stricter(t)))
    }
}

impl fmt::Display for LoadCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {} km/h, {} % overlap",
            self.against, self.speed_kmh, self.overlap_pct
        )
    }
}

/// Criteria of one load case: the worst over its occupants. A criterion that the model cannot give is
/// absent.
pub type CaseValues = BTreeMap<Measure, f64>;

/// Runs a sized vehicle through load cases.
pub trait Evaluate {
    /// Criteria of each load case, in order, with the vehicle at its new mass. Must be deterministic.
    ///
    /// # Errors
    /// Whatever keeps a case from running; the sizing stops with it.
    fn evaluate(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error>;

    /// The same for several designs of one vehicle; an evaluator that can run them side by side (threads,
    /// lanes: the topology is the same but for what the added length moves) overrides this.
    ///
    /// # Errors
    /// As [`Evaluate::evaluate`].
    fn evaluate_all(&mut self, sized: &[SizedVehicle], cases: &[LoadCase]) -> Result<Vec<Vec<CaseValues>>, Error> {
        sized.iter().map(|s| self.evaluate(s, cases)).collect()
    }

    /// The same with expected risks beside those of the one run, at the step of a search.
    ///
    /// # Errors
    /// As [`Evaluate::evaluate`].
    fn expect(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        self.verify(sized, cases)
    }

    /// The same at the step an answer is held to, with expected risks ([`Measure::expected`]) beside those of the one
    /// run; an evaluator that searches at a coarser step, or on single runs, overrides this.
    ///
    /// # Errors
    /// As [`Evaluate::evaluate`].
    fn verify(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        self.evaluate(sized, cases)
    }
}

/// What may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Vary {
    /// Strength, length and cabin.
    Structure,
    /// Restraint packages only.
    Restraint,
    /// Both.
    Both,
    /// Only what the partner's maker could do: lower rails, structure below them, a softer front.
    Partner,
}

/// How targets bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Rule {
    /// Every target in every load case.
    Every,
    /// The weighted mean over load cases (the own wall test still by itself).
    Weighted,
}

/// What a sizing makes least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// Added direct cost.
    #[default]
    Dollars,
    /// Added mass.
    Kilograms,
}

impl Objective {
    /// Its value: dollars of the common year, or kg.
    pub fn of(self, sized: &SizedVehicle) -> f64 {
        match self {
            Self::Dollars => sized.objective_usd(),
            Self::Kilograms => sized.mass.total_kg(),
        }
    }

    /// Its smooth part, which an optimiser can follow.
    pub fn smooth(self, sized: &SizedVehicle) -> f64 {
        match self {
            Self::Dollars => sized.smooth_objective_usd(),
            Self::Kilograms => sized.mass.total_kg(),
        }
    }
}

/// Material of what is added to each path.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MaterialChoice {
    /// Ids to choose from; empty: all that may crush. The search starts with the least cost per kJ and exchanges from there.
    pub allowed: Vec<String>,
    /// Paths whose material the study fixes.
    pub fixed: BTreeMap<String, String>,
    /// Material of the compartment's added structure.
    pub cabin: Option<String>,
}

impl MaterialChoice {
    /// The same choice where own materials have joined the library: one that was named for one use is no candidate for
    /// all others.
    ///
    /// # Errors
    /// Those of the material files.
    pub fn without_own(mut self, library: &Library) -> Result<Self, Error> {
        let is_own = |m: &Material| library.own_text(MATERIALS, &m.id).is_some();
        if self.allowed.is_empty() && library.own_labels(MATERIALS).next().is_some() {
            let all = Materials::load(library)?;
            let of = all.iter().filter(|m| m.sea_j_per_kg.is_some() && !is_own(m));
            self.allowed = of.map(|m| m.id.clone()).collect();
        }
        Ok(self)
    }

    /// May a material be chosen for crush structure?
    pub(super) fn allows(&self, material: &Material) -> bool {
        material.sea_j_per_kg.is_some() && (self.allowed.is_empty() || self.allowed.contains(&material.id))
    }

    /// A design that changes nothing yet, with the chosen material on every path that could grow.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown material, or when none of the allowed may crush.
    pub fn start(&self, vehicle: &Vehicle, data: &SizingData) -> Result<Design, Error> {
        let cheapest = data.cheapest_crush_material(&self.allowed)?;
        let mut materials: BTreeMap<String, String> = vehicle
            .paths
            .iter()
            .filter(|p| p.table.is_some() && !vehicle.is_compartment(p))
            .map(|p| (p.name.clone(), cheapest.id.clone()))
            .collect();
        for (path, id) in &self.fixed {
            if data.materials.get(id)?.sea_j_per_kg.is_none() {
                return Err(super::data::no_crush_data(id));
            }
            materials.insert(path.clone(), id.clone());
        }
        Ok(Design {
            materials,
            cabin_material: self.cabin.clone(),
            ..Design::default()
        })
    }
}

/// A sizing to be solved.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// The vehicle as it is.
    pub vehicle: &'a Vehicle,
    /// Materials and costs.
    pub data: &'a SizingData,
    /// Load cases with their targets; at least one.
    pub cases: Vec<LoadCase>,
    /// What may be varied.
    pub vary: Vary,
    /// Bounds of the continuous variables.
    pub variables: Variables,
    /// Packages to choose from when restraints may vary: by default those that change a seat's restraint.
    pub packages: Vec<String>,
    /// Materials.
    pub materials: MaterialChoice,
    /// Greatest length allowed, m (3.40 for the kei class).
    pub length_cap_m: Option<f64>,
    /// How targets bind.
    pub rule: Rule,
    /// What is made least.
    pub objective: Objective,
    /// Effort.
    pub effort: Effort,
}

/// How hard to search. Results are deterministic for given values.
#[derive(Debug, Clone, PartialEq)]
pub struct Effort {
    /// Starts of the optimiser, at most 4.
    pub starts: usize,
    /// Designs per start.
    pub designs_per_start: usize,
    /// Designs that fill the space of variables before any search.
    pub samples: usize,
    /// Load cases optimised against at first.
    pub first_cases: usize,
    /// Margin the optimiser aims at inside every limit (of its logarithmic slack).
    pub margin: f64,
    /// Try other materials for each path of the first answer; without, all are the cheapest per kilojoule.
    pub exchange: bool,
    /// Slack that an answer of the search must keep: what verification takes.
    pub keep: InHand,
    /// Look for the highest feasible speed: never, only when the target cannot be met, or always.
    pub speed: SpeedSearch,
    /// Resolution of that speed, km/h.
    pub speed_step_kmh: f64,
    /// Highest speed looked at, km/h.
    pub speed_most_kmh: f64,
}

/// When the highest feasible speed is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeedSearch {
    /// Never.
    Never,
    /// When the target cannot be met.
    WhenInfeasible,
    /// Always.
    Always,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            starts: 4,
            designs_per_start: 120,
            samples: 32,
            first_cases: 3,
            margin: 0.002,
            exchange: true,
            keep: InHand::default(),
            speed: SpeedSearch::WhenInfeasible,
            speed_step_kmh: 0.5,
            speed_most_kmh: 100.0,
        }
    }
}

impl Effort {
    /// A lean search, the one of `crumple study` and `crumple size`; held against a random search on the
    /// shipped studies by `tests/random_search.rs`.
    pub fn lean() -> Self {
        Self {
            starts: 2,
            designs_per_start: 50,
            first_cases: 2,
            samples: 12,
            speed_step_kmh: 1.0,
            ..Self::default()
        }
    }
}

impl<'a> Problem<'a> {
    /// A problem with the default variables, packages, materials and effort.
    pub fn new(vehicle: &'a Vehicle, data: &'a SizingData, cases: Vec<LoadCase>) -> Self {
        Self {
            vehicle,
            data,
            cases,
            vary: Vary::Structure,
            variables: Variables::of(vehicle),
            packages: data
                .costs
                .packages
                .iter()
                .filter(|p| {
                    (p.driver.is_some() && p.driver != vehicle.driver_restraint)
                        || (p.passenger.is_some() && p.passenger != vehicle.passenger_restraint)
                })
                .map(|p| p.id.clone())
                .collect(),
            materials: MaterialChoice::default(),
            length_cap_m: None,
            rule: Rule::Every,
            objective: Objective::Dollars,
            effort: Effort::default(),
        }
    }
}
