//! What a sizing is asked for: targets, load cases, variables, and who evaluates a design.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::SizingData;
use super::design::{Design, SizedVehicle, strengthenable};
use crate::error::{Error, nearest};
use crate::vehicle::Vehicle;

/// A quantity that a target limits; smaller is better for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// Joint probability of injury with the neck at its floor.
    Joint,
    /// Joint probability over head, chest and femur: the one to design for.
    JointWithoutNeck,
    /// HIC15.
    Hic15,
    /// Cumulative 3 ms chest acceleration, g.
    ChestA3msG,
    /// Chest deflection, mm.
    ChestDeflectionMm,
    /// Femur force per leg, kN.
    FemurKn,
    /// Intrusion, mm.
    IntrusionMm,
}

impl Criterion {
    /// All of them, as named on the command line.
    pub const ALL: [Self; 7] = [
        Self::Joint,
        Self::JointWithoutNeck,
        Self::Hic15,
        Self::ChestA3msG,
        Self::ChestDeflectionMm,
        Self::FemurKn,
        Self::IntrusionMm,
    ];

    /// Key used in files and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Joint => "joint",
            Self::JointWithoutNeck => "joint_without_neck",
            Self::Hic15 => "hic15",
            Self::ChestA3msG => "chest_a3ms_g",
            Self::ChestDeflectionMm => "chest_deflection_mm",
            Self::FemurKn => "femur_kN",
            Self::IntrusionMm => "intrusion_mm",
        }
    }

    /// A size that is small for the criterion: keeps a limit of 0 from making slacks infinite.
    const fn small(self) -> f64 {
        match self {
            Self::Joint | Self::JointWithoutNeck => 0.005,
            Self::Hic15 => 20.0,
            Self::ChestA3msG => 2.0,
            Self::ChestDeflectionMm => 2.0,
            Self::FemurKn => 0.2,
            Self::IntrusionMm => 5.0,
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl Serialize for Criterion {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.key())
    }
}

impl FromStr for Criterion {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self, Error> {
        let keys = Self::ALL.map(Self::key);
        Self::ALL
            .into_iter()
            .find(|c| c.key() == word)
            .ok_or_else(|| {
                let hint = nearest(word, keys).map_or_else(
                    || format!("targets: {}", keys.join(", ")),
                    |n| format!("did you mean \"{n}\"?"),
                );
                Error::request(format!("unknown target \"{word}\""), hint)
            })
    }
}

/// An upper limit on a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Target {
    /// What is limited.
    pub criterion: Criterion,
    /// Largest allowed value, in the criterion's unit.
    pub limit: f64,
}

impl Target {
    /// Logarithmic slack: 0 at the limit, positive when met, about the relative margin near the limit.
    ///
    /// The logarithm keeps criteria that span decades (HIC, probabilities) near enough to linear for an
    /// optimiser that works by linear interpolation.
    pub fn slack(&self, value: f64) -> f64 {
        let floor = self.criterion.small();
        ((self.limit + floor) / (value.max(0.0) + floor)).ln()
    }
}

impl FromStr for Target {
    type Err = Error;
    /// `joint=0.15`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let help = "write criterion=limit, for example joint=0.15";
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Error::request(format!("target \"{text}\""), help))?;
        let limit: f64 = value
            .trim()
            .parse()
            .ok()
            .filter(|v: &f64| v.is_finite() && *v >= 0.0)
            .ok_or_else(|| Error::request(format!("limit \"{value}\" of target {name}"), help))?;
        Ok(Self {
            criterion: name.trim().parse()?,
            limit,
        })
    }
}

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
    /// What has to hold in it.
    pub targets: Vec<Target>,
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
pub type CaseValues = BTreeMap<Criterion, f64>;

/// Runs a sized vehicle through load cases.
pub trait Evaluate {
    /// Criteria of each load case, in order, with the vehicle at its new mass. Must be deterministic.
    ///
    /// # Errors
    /// Whatever keeps a case from running; the sizing stops with it.
    fn evaluate(
        &mut self,
        sized: &SizedVehicle,
        cases: &[LoadCase],
    ) -> Result<Vec<CaseValues>, Error>;

    /// The same for several designs of one vehicle; an evaluator that can run them side by side (threads,
    /// lanes: the topology is the same but for what the added length moves) overrides this.
    ///
    /// # Errors
    /// As [`Evaluate::evaluate`].
    fn evaluate_all(
        &mut self,
        sized: &[SizedVehicle],
        cases: &[LoadCase],
    ) -> Result<Vec<Vec<CaseValues>>, Error> {
        sized.iter().map(|s| self.evaluate(s, cases)).collect()
    }
}

/// What may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Vary {
    /// Strength, length and cabin.
    Structure,
    /// Restraint packages only.
    Restraint,
    /// Both.
    Both,
}

/// How targets bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Every target in every load case.
    Every,
    /// The weighted mean over load cases (the own wall test still by itself).
    Weighted,
}

/// Variables below this share of their range are nothing: an optimiser leaves such crumbs behind.
const NOTHING: f64 = 1e-6;

/// Continuous variables with their upper bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Variables {
    /// Paths with a strength factor, each with its largest value.
    pub strength: Vec<(String, f64)>,
    /// Largest added front length, m.
    pub max_length_m: f64,
    /// Largest cabin factor.
    pub max_cabin_factor: f64,
}

impl Variables {
    /// All strengthenable paths up to 3 times as strong, up to 300 mm longer, cabin up to 3 times.
    pub fn of(vehicle: &Vehicle) -> Self {
        Self {
            strength: strengthenable(vehicle)
                .into_iter()
                .map(|p| (p.name.clone(), 3.0))
                .collect(),
            max_length_m: 0.3,
            max_cabin_factor: 3.0,
        }
    }

    /// Indices of the variables that have room to vary: one per path, then length, then cabin.
    pub fn free(&self) -> Vec<usize> {
        let widths = self.strength.iter().map(|(_, most)| most - 1.0);
        widths
            .chain([self.max_length_m, self.max_cabin_factor - 1.0])
            .enumerate()
            .filter(|(_, width)| *width > 0.0)
            .map(|(i, _)| i)
            .collect()
    }

    /// Nothing to vary.
    pub fn none() -> Self {
        Self {
            strength: Vec::new(),
            max_length_m: 0.0,
            max_cabin_factor: 1.0,
        }
    }

    /// The design at a point of the unit cube over the free variables.
    pub fn design(&self, x: &[f64], fixed: &Design) -> Design {
        let free = self.free();
        let unit = |i: usize| {
            let at = free.iter().position(|f| *f == i).and_then(|k| x.get(k));
            let v = at.copied().unwrap_or(0.0).clamp(0.0, 1.0);
            if v < NOTHING { 0.0 } else { v }
        };
        let n = self.strength.len();
        Design {
            strength: self
                .strength
                .iter()
                .enumerate()
                .map(|(i, (name, most))| (name.clone(), 1.0 + unit(i) * (most - 1.0)))
                .collect(),
            added_front_length_m: unit(n) * self.max_length_m,
            cabin_factor: 1.0 + unit(n + 1) * (self.max_cabin_factor - 1.0),
            ..fixed.clone()
        }
    }
}

/// Material of what is added to each path.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MaterialChoice {
    /// Ids to choose from by least cost per kJ; empty: all that may crush.
    pub allowed: Vec<String>,
    /// Paths whose material the study fixes.
    pub fixed: BTreeMap<String, String>,
    /// Material of the compartment's added structure.
    pub cabin: Option<String>,
}

impl MaterialChoice {
    /// A design that changes nothing yet, with the chosen material on every path that could grow.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown material, or when none of the allowed may crush.
    pub fn start(&self, vehicle: &Vehicle, data: &SizingData) -> Result<Design, Error> {
        let cheapest = data.cheapest_crush_material(&self.allowed)?;
        let mut materials: BTreeMap<String, String> = vehicle
            .paths
            .iter()
            .filter(|p| p.table.is_some() && !super::design::is_compartment(vehicle, p))
            .map(|p| (p.name.clone(), cheapest.id.clone()))
            .collect();
        for (path, id) in &self.fixed {
            data.materials.get(id)?;
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
    /// Margin kept to every limit while searching (of its logarithmic slack).
    pub margin: f64,
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
            speed: SpeedSearch::WhenInfeasible,
            speed_step_kmh: 0.5,
            speed_most_kmh: 100.0,
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
            effort: Effort::default(),
        }
    }
}
