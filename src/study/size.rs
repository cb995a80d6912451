//! Sizing in a study: every target of every vehicle, Pareto fronts and feasibility maps. Finished answers are
//! kept under `parts/` and used again.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::sizing::evaluate::CollisionEvaluator;
use crate::sizing::feasibility::{FeasibilityMap, feasibility_map};
use crate::sizing::holds::{HowFar, Trial};
use crate::sizing::optimise::{Kept, lightest, optimise_knowing};
use crate::sizing::pareto::{Fronts, FrontsAsked, fronts};
use crate::sizing::{Answer, Design, Problem, SizedVehicle, Sizing, SizingData, SpeedSearch, Target, apply};
use crate::stamp::Stamp;
use crate::units::{MS, US};
use crate::vehicle::Vehicle;

use super::file::StudySpec;
use super::parts;
use super::progress::{Progress, Quiet, Stage};

/// A sizing and where it stands.
#[derive(Debug, Clone, Serialize)]
pub struct SizingRow {
    /// Index into the study's targets.
    pub target: usize,
    /// Name of the target.
    pub target_name: String,
    /// Its limits.
    pub limits: Vec<Target>,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What trying an answer found, as its part keeps it.
#[derive(Serialize, Deserialize)]
struct Tried {
    lightest: Option<Kept>,
    far: HowFar,
}

/// Sizes the vehicles of one study.
pub(super) struct Sizer<'a> {
    pub spec: &'a StudySpec,
    pub data: &'a SizingData,
    pub evaluator: &'a CollisionEvaluator,
    pub progress: &'a dyn Progress,
    pub folder: &'a Path,
    pub stamp: &'a Stamp,
    pub trial: &'a Trial,
}

impl Sizer<'_> {
    /// Every target of every vehicle, vehicles side by side, each from its strictest target down: a looser
    /// target is offered the designs of the stricter ones and so never costs more.
    ///
    /// # Errors
    /// [`Error::Interrupted`]; errors of files and runs.
    pub fn size_all(&self, vehicles: &[Vehicle]) -> Result<Vec<SizingRow>, Error> {
        let targets = &self.spec.targets;
        self.progress.begin(Stage::Sizing, vehicles.len() * targets.len());
        let strictness = |t: usize| -> f64 {
            let limits = targets[t].limits.iter();
            limits.map(|l| l.limit.max(1e-9).ln()).sum()
        };
        let mut order: Vec<usize> = (0..targets.len()).collect();
        order.sort_by(|a, b| strictness(*a).total_cmp(&strictness(*b)));
        let rows: Vec<Vec<SizingRow>> = vehicles
            .par_iter()
            .with_max_len(1)
            .map(|vehicle| self.size_vehicle(vehicle, &order))
            .collect::<Result<_, Error>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Every target of one vehicle, in the order given. What each found is offered to all the others in the end.
    fn size_vehicle(&self, vehicle: &Vehicle, order: &[usize]) -> Result<Vec<SizingRow>, Error> {
        let targets = &self.spec.targets;
        let mut known: Vec<Design> = Vec::new();
        let mut found: Vec<(usize, Sizing)> = Vec::new();
        for &t in order {
            self.check_stop()?;
            let sizing = self.size_one(vehicle, t, &known)?;
            if sizing.feasible {
                known.push(sizing.design.clone());
            }
            found.push((t, sizing));
            self.progress.step(&vehicle.id);
        }
        found.sort_by_key(|(t, _)| *t);
        let all: Vec<&Sizing> = found.iter().map(|(_, s)| s).collect();
        let row = |(t, sizing): &(usize, Sizing)| {
            let set = &targets[*t];
            let best = sizing.clone().offered(&self.problem(vehicle, &set.limits), &all)?;
            Ok(SizingRow {
                target: *t,
                target_name: set.name.clone(),
                limits: set.limits.clone(),
                answer: self.answer(vehicle, *t, best)?,
            })
        };
        found.iter().map(row).collect()
    }

    /// An answer; that of the reference target is tried, with the lightest design beside it.
    fn answer(&self, vehicle: &Vehicle, target: usize, sizing: Sizing) -> Result<Answer, Error> {
        if target != self.spec.reference {
            return Ok(Answer::new(vehicle, sizing, self.data));
        }
        let name = format!("tried-{}", vehicle.id);
        let hash = &self.stamp.input_hash;
        let problem = self.problem(vehicle, &self.spec.targets[target].limits);
        let tried = match parts::load::<Tried>(self.folder, &name, hash) {
            Some(tried) => tried,
            None => {
                let lightest = lightest(&problem, &sizing, &mut self.searching())?;
                let tried = Tried {
                    lightest: lightest.as_ref().map(Sizing::keep),
                    far: self
                        .trial
                        .of(&problem, &sizing, &self.searching(), &Quiet(self.progress))?,
                };
                parts::save(self.folder, &name, hash, &tried)?;
                tried
            }
        };
        let lightest = tried.lightest.map(|kept| Sizing::again(&problem, kept)).transpose()?;
        Ok(Answer::new(vehicle, sizing, self.data).tried(lightest.as_ref(), tried.far))
    }

    fn check_stop(&self) -> Result<(), Error> {
        match self.progress.stop() {
            true => Err(Error::Interrupted),
            false => Ok(()),
        }
    }

    pub(super) fn problem<'v>(&'v self, vehicle: &'v Vehicle, limits: &[Target]) -> Problem<'v> {
        self.spec.question_for(limits).problem(vehicle, self.data)
    }

    pub(super) fn searching(&self) -> CollisionEvaluator {
        self.evaluator
            .for_search(self.spec.duration_ms * MS, self.spec.sizing_step_us * US)
    }

    fn size_one(&self, vehicle: &Vehicle, target: usize, known: &[Design]) -> Result<Sizing, Error> {
        let set = &self.spec.targets[target];
        let problem = self.problem(vehicle, &set.limits);
        let name = format!("sizing-{}-{}", vehicle.id, target + 1);
        let hash = &self.stamp.input_hash;
        match parts::load::<Kept>(self.folder, &name, hash) {
            Some(kept) => Sizing::again(&problem, kept),
            None => {
                let sizing = optimise_knowing(&problem, known, &mut self.searching())?;
                parts::save(self.folder, &name, hash, &sizing.keep())?;
                Ok(sizing)
            }
        }
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
                    .find(|s| s.answer.vehicle == v.id && s.target == reference && s.answer.feasible)
                    .map(|s| apply(v, &s.answer.design, self.data))
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
    pub fn fronts(&self, vehicles: &[Vehicle], sizings: &[SizingRow]) -> Result<Vec<Fronts>, Error> {
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
                    let own = sizings
                        .iter()
                        .filter(|s| s.answer.vehicle == vehicle.id && s.answer.feasible);
                    let known: Vec<Design> = own.map(|s| s.answer.design.clone()).collect();
                    let asked = FrontsAsked {
                        criterion: asked.criterion,
                        limits: &asked.limits,
                        known: &known,
                    };
                    fronts(&problem, &asked, &mut self.searching(), &stop)
                })
            })
            .collect()
    }

    /// The feasibility maps asked for.
    ///
    /// # Errors
    /// As [`feasibility_map`].
    pub fn maps(&self, vehicles: &[Vehicle], partners: &[Vehicle]) -> Result<Vec<FeasibilityMap>, Error> {
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
        let name = format!("{kind}-{vehicle}");
        let hash = &self.stamp.input_hash;
        let answer = match parts::load(self.folder, &name, hash) {
            Some(answer) => answer,
            None => {
                let answer = make()?;
                parts::save(self.folder, &name, hash, &answer)?;
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
