//! Running a study: as built, own wall tests, sizing per target, the reference design again in every case.

use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;
use serde::Serialize;

use crate::collision::result::{CaseResult, NO_YAW_NOTE};
use crate::collision::{Case, Finished};
use crate::dynamics::{Detail, Plan};
use crate::error::Error;
use crate::sizing::answer::to_json;
use crate::sizing::evaluate::CollisionEvaluator;
use crate::sizing::optimise::optimise;
use crate::sizing::problem::Effort;
use crate::sizing::{
    Design, KEI_LENGTH_M, LoadCase, Problem, SizedVehicle, SizingData, Target, Variables, apply,
};
use crate::stamp::Stamp;
use crate::units::{MS, US};
use crate::vehicle::{Library, Vehicle};

use super::file::StudySpec;
use super::parts::{self, Part};
use super::rows::{Numbers, Row};

/// How long sizing runs go on after the vehicles have parted, s: occupants have stopped by then.
const SETTLE_S: f64 = 0.04;

/// What is being worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Pairs as built.
    AsBuilt,
    /// Own wall tests.
    Wall,
    /// Sizing.
    Sizing,
    /// The reference design in every pair.
    Sized,
}

/// Told of progress; may be called from several threads.
pub trait Progress: Sync {
    /// A stage begins with this many steps.
    fn begin(&self, stage: Stage, steps: usize);
    /// One step is done.
    fn step(&self, what: &str);
    /// Should the study stop? Finished files are kept.
    fn stop(&self) -> bool;
}

/// The own wall test of a vehicle under study.
#[derive(Debug, Clone)]
pub struct WallRow {
    /// Vehicle id.
    pub vehicle: String,
    /// Result with the occupants in place.
    pub result: CaseResult,
}

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

/// A pair kept with all its samples, for detailed figures.
#[derive(Debug, Clone)]
pub struct Exemplar {
    /// The case.
    pub case: Case,
    /// The run.
    pub finished: Finished,
    /// Its numbers.
    pub result: CaseResult,
}

/// Everything a study found.
#[derive(Debug, Clone)]
pub struct StudyResult {
    /// The question.
    pub spec: StudySpec,
    /// Vehicles under study, as built.
    pub vehicles: Vec<Vehicle>,
    /// Partners.
    pub partners: Vec<Vehicle>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Own wall tests.
    pub walls: Vec<WallRow>,
    /// Sizings, by vehicle and then target.
    pub sizings: Vec<SizingRow>,
    /// The riskiest pair at full overlap of the vehicle with the most evidence (the first), at the highest speed.
    pub exemplar: Exemplar,
    /// The same pair with the reference design, where one meets the target.
    pub exemplar_sized: Option<Exemplar>,
    /// Origin.
    pub stamp: Stamp,
}

/// Run a study. Finished sizings are kept under `folder/parts` and used again.
///
/// # Errors
/// [`Error::Interrupted`] when told to stop; errors of files and runs.
pub fn run_study(
    spec: &StudySpec,
    library: &Library,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<StudyResult, Error> {
    let load = |ids: &[String]| {
        ids.iter()
            .map(|id| library.vehicle(id))
            .collect::<Result<Vec<_>, _>>()
    };
    let vehicles = load(&spec.vehicles)?;
    let partners = load(&spec.partners)?;
    let data = SizingData::load(library, &spec.costs)?;
    let report_plan = Plan::new(spec.duration_ms * MS, spec.step_us * US);
    let evaluator = CollisionEvaluator::new(
        library,
        &spec.partners,
        &data.costs,
        spec.seats.clone(),
        report_plan,
    )?;
    let stamp = Stamp::of(
        &(spec, &vehicles, &partners, &data, &evaluator),
        report_plan.step_s,
    );
    let study = Study {
        spec,
        data: &data,
        evaluator: &evaluator,
        progress,
    };
    let loads = study.pair_loads(&[]);
    let unchanged = vehicles
        .iter()
        .map(|v| apply(v, &Design::default(), &data))
        .collect::<Result<Vec<_>, _>>()?;

    progress.begin(Stage::AsBuilt, vehicles.len());
    let before = study.each(&unchanged, |s| study.results(s, &loads))?;
    progress.begin(Stage::Wall, vehicles.len());
    let walls: Vec<WallRow> = study
        .each(&unchanged, |s| study.results(s, &[study.wall_load()]))?
        .into_iter()
        .zip(&vehicles)
        .filter_map(|(mut results, v)| {
            Some(WallRow {
                vehicle: v.id.clone(),
                result: results.pop()?,
            })
        })
        .collect();
    let sizings = study.size_all(&vehicles, folder, &stamp)?;
    let sized = study.reference_designs(&vehicles, &sizings)?;
    progress.begin(Stage::Sized, sized.iter().flatten().count());
    let after = study.each(&sized, |s| match s {
        Some(s) => study.results(s, &loads).map(Some),
        None => Ok(None),
    })?;

    let rows = study.rows(&vehicles, &loads, &before, &after, &walls);
    let load = hardest(&loads, &before[0]);
    let exemplar = study.exemplar(&unchanged[0], &load)?;
    let exemplar_sized = match &sized[0] {
        Some(s) => Some(study.exemplar(s, &load)?),
        None => None,
    };
    Ok(StudyResult {
        spec: spec.clone(),
        vehicles,
        partners,
        rows,
        walls,
        sizings,
        exemplar,
        exemplar_sized,
        stamp,
    })
}

/// The load case with the highest joint risk (with the highest delta-v where there is no risk).
fn hardest(loads: &[LoadCase], results: &[CaseResult]) -> LoadCase {
    let key = |r: &CaseResult| {
        let risk = r.occupants.first().and_then(|o| o.risk.joint_without_neck);
        risk.unwrap_or(r.vehicles[0].delta_v_mps * 1e-3)
    };
    let at = (0..loads.len())
        .filter(|&i| loads[i].overlap_pct >= 100.0 || loads.iter().all(|l| l.overlap_pct < 100.0))
        .max_by(|&a, &b| key(&results[a]).total_cmp(&key(&results[b])))
        .unwrap_or(0);
    loads[at].clone()
}

struct Study<'a> {
    spec: &'a StudySpec,
    data: &'a SizingData,
    evaluator: &'a CollisionEvaluator,
    progress: &'a dyn Progress,
}

impl Study<'_> {
    fn check_stop(&self) -> Result<(), Error> {
        if self.progress.stop() {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }

    /// Work through vehicles in parallel, with progress and stops between them.
    fn each<T: Sync, R: Send>(
        &self,
        all: &[T],
        work: impl Fn(&T) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        all.par_iter()
            .map(|v| {
                self.check_stop()?;
                let done = work(v)?;
                self.progress.step("");
                Ok(done)
            })
            .collect()
    }

    fn pair_loads(&self, targets: &[Target]) -> Vec<LoadCase> {
        let s = self.spec;
        let mut all = Vec::new();
        for partner in &s.partners {
            for (speed_kmh, ws) in s.speeds_kmh.iter().zip(&s.weights.0) {
                for (overlap_pct, wo) in s.overlaps_pct.iter().zip(&s.weights.1) {
                    all.push(LoadCase {
                        against: partner.clone(),
                        speed_kmh: *speed_kmh,
                        overlap_pct: *overlap_pct,
                        weight: ws * wo,
                        own_wall: false,
                        targets: targets.to_vec(),
                    });
                }
            }
        }
        all
    }

    fn wall_load(&self) -> LoadCase {
        LoadCase {
            against: "rigid-wall".into(),
            speed_kmh: self.spec.wall_kmh,
            overlap_pct: 100.0,
            weight: 0.0,
            own_wall: true,
            targets: self.spec.wall_limits.clone(),
        }
    }

    fn results(&self, sized: &SizedVehicle, loads: &[LoadCase]) -> Result<Vec<CaseResult>, Error> {
        self.evaluator.results(&self.cases(sized, loads)?)
    }

    fn cases(&self, sized: &SizedVehicle, loads: &[LoadCase]) -> Result<Vec<Case>, Error> {
        let package = sized.mass.package.as_deref();
        loads
            .iter()
            .map(|l| self.evaluator.case(&sized.vehicle, package, l))
            .collect()
    }

    fn exemplar(&self, sized: &SizedVehicle, load: &LoadCase) -> Result<Exemplar, Error> {
        let case = self
            .evaluator
            .case(&sized.vehicle, sized.mass.package.as_deref(), load)?;
        let finished = crate::collision::run(&case)?;
        let result = CaseResult::collect(&case, &finished)?;
        Ok(Exemplar {
            case,
            finished,
            result,
        })
    }

    fn size_all(
        &self,
        vehicles: &[Vehicle],
        folder: &Path,
        stamp: &Stamp,
    ) -> Result<Vec<SizingRow>, Error> {
        // Strict targets of the last vehicles take longest and go first, so that no core waits at the end.
        let tasks: Vec<(usize, usize)> = (0..vehicles.len())
            .rev()
            .flat_map(|v| (0..self.spec.targets.len()).rev().map(move |t| (v, t)))
            .collect();
        self.progress.begin(Stage::Sizing, tasks.len());
        let first_error = Mutex::new(None);
        let rows: Vec<Option<SizingRow>> = tasks
            .par_iter()
            .with_max_len(1)
            .map(|&(v, t)| {
                if self.progress.stop() {
                    return None;
                }
                match self.size_one(&vehicles[v], t, folder, stamp) {
                    Ok(row) => {
                        self.progress.step(&row.vehicle);
                        Some(row)
                    }
                    Err(e) => {
                        if let Ok(mut slot) = first_error.lock() {
                            slot.get_or_insert(e);
                        }
                        None
                    }
                }
            })
            .collect();
        if let Ok(Some(e)) = first_error.into_inner() {
            return Err(e);
        }
        self.check_stop()?;
        Ok(rows.into_iter().flatten().rev().collect())
    }

    fn size_one(
        &self,
        vehicle: &Vehicle,
        target: usize,
        folder: &Path,
        stamp: &Stamp,
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
        if let Some(part) = parts::load(folder, &vehicle.id, target, &stamp.input_hash) {
            return Ok(row(part.design, part.document));
        }
        let mut cases = self.pair_loads(&set.limits);
        if !self.spec.wall_limits.is_empty() {
            cases.push(self.wall_load());
        }
        let mut problem = Problem::new(vehicle, self.data, cases);
        problem.vary = self.spec.vary;
        problem.rule = self.spec.rule;
        problem.materials.allowed.clone_from(&self.spec.materials);
        problem.effort = Effort {
            starts: 2,
            designs_per_start: 50,
            first_cases: 2,
            samples: 12,
            speed_step_kmh: 1.0,
            ..Effort::default()
        };
        problem.length_cap_m = self.spec.length_cap.then_some(KEI_LENGTH_M);
        problem.variables = Variables {
            strength: problem
                .variables
                .strength
                .into_iter()
                .map(|(name, _)| (name, self.spec.max_strength))
                .collect(),
            max_length_m: self.spec.max_length_m,
            max_cabin_factor: self.spec.max_cabin_factor,
        };
        let mut plan = Plan::new(self.spec.duration_ms * MS, self.spec.sizing_step_us * US);
        plan.settle_s = Some(SETTLE_S);
        plan.detail = Detail::Lean;
        let sizing = optimise(&problem, &mut self.evaluator.with_plan(plan))?;
        let document = to_json(vehicle, &sizing, self.data);
        let part = Part {
            input_hash: stamp.input_hash.clone(),
            design: sizing.design,
            document,
        };
        parts::save(folder, &vehicle.id, target, &part)?;
        Ok(row(part.design, part.document))
    }

    /// The reference target's design of each vehicle, where it meets the target.
    fn reference_designs(
        &self,
        vehicles: &[Vehicle],
        sizings: &[SizingRow],
    ) -> Result<Vec<Option<SizedVehicle>>, Error> {
        vehicles
            .iter()
            .map(|v| {
                sizings
                    .iter()
                    .find(|s| s.vehicle == v.id && s.target == self.spec.reference && s.feasible())
                    .map(|s| apply(v, &s.design, self.data))
                    .transpose()
            })
            .collect()
    }

    fn rows(
        &self,
        vehicles: &[Vehicle],
        loads: &[LoadCase],
        before: &[Vec<CaseResult>],
        after: &[Option<Vec<CaseResult>>],
        walls: &[WallRow],
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        for (v, vehicle) in vehicles.iter().enumerate() {
            for (l, load) in loads.iter().enumerate() {
                for (s, seated) in self.spec.seats.iter().enumerate() {
                    rows.push(Row {
                        vehicle: vehicle.id.clone(),
                        partner: load.against.clone(),
                        speed_kmh: load.speed_kmh,
                        overlap_pct: load.overlap_pct,
                        seat: seated.seat.id().to_string(),
                        dummy: seated.dummy.id().to_string(),
                        before: Numbers::of(&before[v][l], s),
                        after: after[v].as_ref().map(|a| Numbers::of(&a[l], s)),
                        wall: Numbers::of(&walls[v].result, s),
                        note: if load.overlap_pct < 100.0 {
                            NO_YAW_NOTE.into()
                        } else {
                            String::new()
                        },
                    });
                }
            }
        }
        rows
    }
}
