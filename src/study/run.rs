//! Running a study: as built, own wall tests, sizing per target, the reference design again in every case.

use std::path::Path;

use rayon::prelude::*;

use crate::collision::result::CaseResult;
use crate::collision::{Case, Finished};
use crate::dynamics::Plan;
use crate::error::Error;
use crate::sizing::evaluate::CollisionEvaluator;
use crate::sizing::feasibility::FeasibilityMap;
use crate::sizing::holds::Trial;
use crate::sizing::pareto::Fronts;
use crate::sizing::{Design, LoadCase, SizedVehicle, apply};
use crate::stamp::Stamp;
use crate::units::{MS, US};
use crate::vehicle::{Library, Vehicle};

use super::file::StudySpec;
use super::progress::{Progress, Stage};
use super::rows::{Row, readings};
use super::size::{Sizer, SizingRow};

/// The own wall test of a vehicle under study.
#[derive(Debug, Clone)]
pub struct WallRow {
    /// Vehicle id.
    pub vehicle: String,
    /// Result with the occupants in place.
    pub result: CaseResult,
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
    /// Pareto fronts, where asked for.
    pub fronts: Vec<Fronts>,
    /// Feasibility maps, where asked for.
    pub maps: Vec<FeasibilityMap>,
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
    let question = &spec.question;
    let vehicles = spec.vehicles.iter().map(|id| library.vehicle(id));
    let vehicles = vehicles.collect::<Result<Vec<_>, _>>()?;
    let data = question.data(library)?;
    let partners = data.partners.clone();
    let report_plan = Plan::new(spec.duration_ms * MS, spec.step_us * US);
    let evaluator = question.evaluator(library, &data, report_plan)?;
    let stamp = Stamp::of(&(spec, &vehicles, &partners, &data, &evaluator), report_plan.step_s);
    let study = Study {
        spec,
        evaluator: &evaluator,
        progress,
    };
    let loads = question.pairs();
    let unchanged = vehicles
        .iter()
        .map(|v| apply(v, &Design::default(), &data))
        .collect::<Result<Vec<_>, _>>()?;

    progress.begin(Stage::AsBuilt, vehicles.len());
    let before = study.each(&unchanged, |s| study.results(s, &loads))?;
    progress.begin(Stage::Wall, vehicles.len());
    let walls = study.walls(&vehicles, &unchanged)?;
    let trial = Trial::new(library, &question.partners, spec.drawing, spec.quick)?;
    let sizer = Sizer {
        trial: &trial,
        spec,
        data: &data,
        evaluator: &evaluator,
        progress,
        folder,
        stamp: &stamp,
    };
    let mut sizings = sizer.size_all(&vehicles)?;
    sizer.uncertainty(&vehicles, &mut sizings)?;
    let sized = sizer.reference_designs(&vehicles, &sizings)?;
    let fronts = sizer.fronts(&vehicles, &sizings)?;
    let maps = sizer.maps(&vehicles, &partners)?;
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
        fronts,
        maps,
        exemplar,
        exemplar_sized,
        stamp,
    })
}

/// The load case with the highest joint risk (with the highest delta-v where there is no risk).
fn hardest(loads: &[LoadCase], results: &[CaseResult]) -> LoadCase {
    let key = |r: &CaseResult| {
        let risk = r.occupants.first().and_then(|o| o.risk.joint_without_neck());
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
    evaluator: &'a CollisionEvaluator,
    progress: &'a dyn Progress,
}

impl Study<'_> {
    /// Each vehicle's own wall test.
    fn walls(&self, vehicles: &[Vehicle], unchanged: &[SizedVehicle]) -> Result<Vec<WallRow>, Error> {
        Ok(self
            .each(unchanged, |s| self.results(s, &[self.spec.question.wall()]))?
            .into_iter()
            .zip(vehicles)
            .filter_map(|(mut results, v)| {
                Some(WallRow {
                    vehicle: v.id.clone(),
                    result: results.pop()?,
                })
            })
            .collect())
    }

    fn check_stop(&self) -> Result<(), Error> {
        if self.progress.stop() {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }

    /// Work through vehicles in parallel, with progress and stops between them.
    fn each<T: Sync, R: Send>(&self, all: &[T], work: impl Fn(&T) -> Result<R, Error> + Sync) -> Result<Vec<R>, Error> {
        all.par_iter()
            .map(|v| {
                self.check_stop()?;
                let done = work(v)?;
                self.progress.step("");
                Ok(done)
            })
            .collect()
    }

    fn results(&self, sized: &SizedVehicle, loads: &[LoadCase]) -> Result<Vec<CaseResult>, Error> {
        self.evaluator.results(&self.evaluator.cases(sized, loads)?)
    }

    fn exemplar(&self, sized: &SizedVehicle, load: &LoadCase) -> Result<Exemplar, Error> {
        let case = self.evaluator.sized_case(sized, load)?;
        let finished = crate::collision::run(&case)?;
        let result = CaseResult::collect(&case, &finished)?.expecting(&case, self.evaluator.scatter())?;
        Ok(Exemplar { case, finished, result })
    }

    fn rows(
        &self,
        vehicles: &[Vehicle],
        loads: &[LoadCase],
        before: &[Vec<CaseResult>],
        after: &[Option<Vec<CaseResult>>],
        walls: &[WallRow],
    ) -> Vec<Row> {
        let odds = self.spec.intrusion_odds;
        let mut rows = Vec::new();
        for (v, vehicle) in vehicles.iter().enumerate() {
            for (l, load) in loads.iter().enumerate() {
                for (s, seated) in self.spec.question.seats.iter().enumerate() {
                    rows.push(Row {
                        vehicle: vehicle.id.clone(),
                        partner: load.against.clone(),
                        speed_kmh: load.speed_kmh,
                        overlap_pct: load.overlap_pct,
                        seat: seated.seat.id().to_string(),
                        dummy: seated.dummy.id().to_string(),
                        before: readings(&before[v][l], s, odds),
                        after: after[v].as_ref().map(|a| readings(&a[l], s, odds)),
                        wall: readings(&walls[v].result, s, odds),
                        outside_model: [
                            before[v][l].outside_model.clone(),
                            after[v].as_ref().map_or_else(Vec::new, |a| a[l].outside_model.clone()),
                        ],
                        note: before[v][l].notes.join("; "),
                    });
                }
            }
        }
        rows
    }
}
