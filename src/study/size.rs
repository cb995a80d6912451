//! Sizing in a study: every target of every vehicle, Pareto fronts and feasibility maps. Finished answers are
//! kept under `parts/` and used again.

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Error;
use crate::sizing::answer::to_json;
use crate::sizing::evaluate::CollisionEvaluator;
use crate::sizing::feasibility::{FeasibilityMap, feasibility_map};
use crate::sizing::optimise::optimise_knowing;
use crate::sizing::pareto::{Fronts, fronts};
use crate::sizing::problem::Effort;
use crate::sizing::{
    Design, KEI_LENGTH_M, LoadCase, Problem, SizedVehicle, SizingData, SpeedSearch, Target, apply,
};
use crate::stamp::Stamp;
use crate::units::{MS, US};
use crate::vehicle::Vehicle;

use super::file::StudySpec;
use super::parts::{self, Part};
use super::progress::{Progress, Stage};

/// A sizing and where it stands.
#[derive(Debug, Clone, Serialize)]
pub struct SizingRow {
    /// Vehicle id (written as part of the answer).
    #[serde(skip)]
    pub vehicle: String,
    /// Index into the study's targets.
    pub target: usize,
    /// Name of the target.
    pub target_name: String,
    /// Its limits.
    pub limits: Vec<Target>,
    /// The answer.
    #[serde(flatten)]
    pub answer: serde_json::Value,
    /// The design, for another simulation.
    #[serde(skip)]
    pub design: Design,
}

impl SizingRow {
    /// Can the target be met?
    pub fn feasible(&self) -> bool {
        self.answer["feasible"].as_bool().unwrap_or(false)
    }

    /// A number of the answer.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.answer[key].as_f64()
    }
}

/// Every pair of a study, without targets.
pub fn pair_loads(spec: &StudySpec) -> Vec<LoadCase> {
    let mut all = Vec::new();
    for partner in &spec.partners {
        for (speed_kmh, ws) in spec.speeds_kmh.iter().zip(&spec.weights.0) {
            for (overlap_pct, wo) in spec.overlaps_pct.iter().zip(&spec.weights.1) {
                all.push(LoadCase {
                    against: partner.clone(),
                    speed_kmh: *speed_kmh,
                    overlap_pct: *overlap_pct,
                    weight: ws * wo,
                    own_wall: false,
                    targets: Vec::new(),
                });
            }
        }
    }
    all
}

/// The own wall test of a study with its limits.
pub fn wall_load(spec: &StudySpec) -> LoadCase {
    LoadCase {
        against: "rigid-wall".into(),
        speed_kmh: spec.wall_kmh,
        overlap_pct: 100.0,
        weight: 0.0,
        own_wall: true,
        targets: spec.wall_limits.clone(),
    }
}

/// The sizing of a vehicle as a study asks for it: limits in every given pair, the own wall test kept.
pub fn problem_of<'a>(
    spec: &StudySpec,
    vehicle: &'a Vehicle,
    data: &'a SizingData,
    mut cases: Vec<LoadCase>,
    limits: &[Target],
) -> Problem<'a> {
    let choices = &spec.choices;
    for case in &mut cases {
        case.targets = limits.to_vec();
    }
    if !spec.wall_limits.is_empty() {
        cases.push(wall_load(spec));
    }
    let mut problem = Problem::new(vehicle, data, cases);
    problem.vary = spec.vary;
    problem.rule = spec.rule;
    problem.materials.allowed.clone_from(&spec.materials);
    problem.materials.fixed.clone_from(&choices.path_materials);
    problem.materials.cabin.clone_from(&choices.cabin_material);
    if let Some(packages) = &choices.packages {
        problem.packages.clone_from(packages);
    }
    problem.effort = Effort::lean();
    if choices.highest_speed {
        problem.effort.speed = SpeedSearch::Always;
    }
    problem.length_cap_m = spec.length_cap.then_some(KEI_LENGTH_M);
    let variables = &mut problem.variables;
    for (_, most) in &mut variables.strength {
        *most = spec.max_strength;
    }
    variables.max_length_m = spec.max_length_m;
    variables.max_cabin_factor = spec.max_cabin_factor;
    variables.partner = choices.partner;
    if choices.reshape {
        variables.reshape();
    }
    problem
}

/// Sizes the vehicles of one study.
pub(super) struct Sizer<'a> {
    pub spec: &'a StudySpec,
    pub data: &'a SizingData,
    pub evaluator: &'a CollisionEvaluator,
    pub progress: &'a dyn Progress,
    pub folder: &'a Path,
    pub stamp: &'a Stamp,
    /// Every pair, without targets.
    pub loads: &'a [LoadCase],
}

impl Sizer<'_> {
    /// Every target of every vehicle, vehicles side by side, each from its strictest target down: a looser
    /// target is offered the designs of the stricter ones and so never costs more.
    ///
    /// # Errors
    /// [`Error::Interrupted`]; errors of files and runs.
    pub fn size_all(&self, vehicles: &[Vehicle]) -> Result<Vec<SizingRow>, Error> {
        let targets = &self.spec.targets;
        self.progress
            .begin(Stage::Sizing, vehicles.len() * targets.len());
        let strictness = |t: usize| -> f64 {
            let limits = targets[t].limits.iter();
            limits.map(|l| l.limit.max(1e-9).ln()).sum()
        };
        let mut order: Vec<usize> = (0..targets.len()).collect();
        order.sort_by(|a, b| strictness(*a).total_cmp(&strictness(*b)));
        let rows: Vec<Vec<SizingRow>> = vehicles
            .par_iter()
            .with_max_len(1)
            .map(|vehicle| {
                let mut known: Vec<Design> = Vec::new();
                let mut rows = Vec::new();
                for &t in &order {
                    self.check_stop()?;
                    let row = self.size_one(vehicle, t, &known)?;
                    if row.feasible() {
                        known.push(row.design.clone());
                    }
                    rows.push(row);
                    self.progress.step(&vehicle.id);
                }
                rows.sort_by_key(|r| r.target);
                Ok(rows)
            })
            .collect::<Result<_, Error>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    fn check_stop(&self) -> Result<(), Error> {
        match self.progress.stop() {
            true => Err(Error::Interrupted),
            false => Ok(()),
        }
    }

    pub(super) fn problem<'v>(&'v self, vehicle: &'v Vehicle, limits: &[Target]) -> Problem<'v> {
        let loads = self.loads.to_vec();
        problem_of(self.spec, vehicle, self.data, loads, limits)
    }

    pub(super) fn searching(&self) -> CollisionEvaluator {
        self.evaluator
            .for_search(self.spec.duration_ms * MS, self.spec.sizing_step_us * US)
    }

    fn size_one(
        &self,
        vehicle: &Vehicle,
        target: usize,
        known: &[Design],
    ) -> Result<SizingRow, Error> {
        let set = &self.spec.targets[target];
        let row = |design: Design, answer: serde_json::Value| SizingRow {
            vehicle: vehicle.id.clone(),
            target,
            target_name: set.name.clone(),
            limits: set.limits.clone(),
            answer,
            design,
        };
        let hash = &self.stamp.input_hash;
        if let Some(part) = parts::load(self.folder, &vehicle.id, target, hash) {
            return Ok(row(part.design, part.document));
        }
        let problem = self.problem(vehicle, &set.limits);
        let sizing = optimise_knowing(&problem, known, &mut self.searching())?;
        let document = to_json(vehicle, &sizing, self.data);
        let part = Part {
            input_hash: hash.clone(),
            design: sizing.design,
            document,
        };
        parts::save(self.folder, &vehicle.id, target, &part)?;
        Ok(row(part.design, part.document))
    }

    /// The reference target's design of each vehicle, where it meets the target.
    ///
    /// # Errors
    /// As [`apply`].
    pub fn reference_designs(
        &self,
        vehicles: &[Vehicle],
        sizings: &[SizingRow],
    ) -> Result<Vec<Option<SizedVehicle>>, Error> {
        let reference = self.spec.reference;
        vehicles
            .iter()
            .map(|v| {
                sizings
                    .iter()
                    .find(|s| s.vehicle == v.id && s.target == reference && s.feasible())
                    .map(|s| apply(v, &s.design, self.data))
                    .transpose()
            })
            .collect()
    }

    /// Limits of the reference target, which fronts and maps keep beside their own.
    fn reference_limits(&self) -> &[Target] {
        let set = self.spec.targets.get(self.spec.reference);
        set.map_or(&[], |t| t.limits.as_slice())
    }

    /// The Pareto fronts asked for.
    ///
    /// # Errors
    /// As [`fronts`].
    pub fn fronts(&self, vehicles: &[Vehicle]) -> Result<Vec<Fronts>, Error> {
        let Some(asked) = &self.spec.fronts else {
            return Ok(Vec::new());
        };
        let chosen = chosen(vehicles, &asked.vehicles);
        self.progress.begin(Stage::Fronts, chosen.len());
        chosen
            .into_par_iter()
            .map(|vehicle| {
                self.kept("front", &vehicle.id, || {
                    let mut problem = self.problem(vehicle, self.reference_limits());
                    problem.effort.speed = SpeedSearch::Never;
                    let stop = || self.progress.stop();
                    let (criterion, limits) = (asked.criterion, &asked.limits);
                    fronts(&problem, criterion, limits, &mut self.searching(), &stop)
                })
            })
            .collect()
    }

    /// The feasibility maps asked for.
    ///
    /// # Errors
    /// As [`feasibility_map`].
    pub fn maps(
        &self,
        vehicles: &[Vehicle],
        partners: &[Vehicle],
    ) -> Result<Vec<FeasibilityMap>, Error> {
        let Some(asked) = &self.spec.map else {
            return Ok(Vec::new());
        };
        let Some(partner) = partners.iter().find(|p| p.id == asked.partner) else {
            return Ok(Vec::new());
        };
        let chosen = chosen(vehicles, &asked.vehicles);
        self.progress.begin(Stage::Maps, chosen.len());
        let mut all = Vec::new();
        for vehicle in chosen {
            all.push(self.kept("map", &vehicle.id, || {
                let problem = self.problem(vehicle, self.reference_limits());
                let stop = || self.progress.stop();
                let (masses, speeds) = (&asked.masses_kg, &asked.speeds_kmh);
                feasibility_map(&problem, partner, masses, speeds, &self.searching(), &stop)
            })?);
        }
        Ok(all)
    }

    /// An answer kept by an earlier run, or made now and kept.
    fn kept<T: Serialize + serde::de::DeserializeOwned>(
        &self,
        kind: &str,
        vehicle: &str,
        make: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let hash = &self.stamp.input_hash;
        let answer = match parts::load_answer(self.folder, kind, vehicle, hash) {
            Some(answer) => answer,
            None => {
                let answer = make()?;
                parts::save_answer(self.folder, kind, vehicle, hash, &answer)?;
                answer
            }
        };
        self.progress.step(vehicle);
        Ok(answer)
    }
}

fn chosen<'v>(vehicles: &'v [Vehicle], ids: &[String]) -> Vec<&'v Vehicle> {
    vehicles.iter().filter(|v| ids.contains(&v.id)).collect()
}
