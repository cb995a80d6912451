//! The evaluator that simulates: a sized vehicle through its load cases, occupants in place.
//!
//! Cases with the same partner and overlap share a topology and are stepped side by side.

use std::collections::BTreeMap;

use super::design::SizedVehicle;
use super::partner::apply_to_partner;
use super::problem::{CaseValues, Evaluate, LoadCase};
use crate::collision::result::CaseResult;
use crate::collision::wall::rigid_wall;
use crate::collision::{
    Assembly, BatchOptions, Case, Finished, Party, SeatedOccupant, expected_risks, map_batch, outcome,
};
use crate::criteria::Dummy;
use crate::dynamics::{Detail, Plan, Record};
use crate::error::Error;
use crate::measure::Measure;
use crate::occupant::scatter::ScatterSet;
use crate::occupant::{Restraint, Seat, readings};
use crate::risk::ExpectedRisk;
use crate::units::KMH;
use crate::vehicle::library::RESTRAINTS;
use crate::vehicle::{Library, Vehicle};

/// A design may ask for a finer step than the vehicle as built.
const STABLE: BatchOptions = BatchOptions {
    stable_step: true,
    align_cells: false,
};

/// Step of a search, s: three to a 10 kHz sample. The one setting of `crumple size` and `crumple study`.
pub const SEARCH_STEP_S: f64 = Plan::SAMPLE_S / 3.0;
/// Step an answer is held to, s.
pub const VERIFY_STEP_S: f64 = 1e-5;
/// How long runs of a search go on after the vehicles have parted, s: occupants have stopped by then.
const SETTLE_S: f64 = 0.04;

/// Plan of a sizing run: only what criteria need is recorded, and it ends once all is over.
pub fn sizing_plan(duration_s: f64, step_s: f64) -> Plan {
    let mut plan = Plan::new(duration_s, step_s);
    plan.settle_s = Some(SETTLE_S);
    plan.detail = Detail::Lean;
    plan
}

/// Who sits in the vehicle that is sized.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seated {
    /// Seat.
    pub seat: Seat,
    /// Dummy.
    pub dummy: Dummy,
}

/// Simulates load cases; partners and restraints are loaded once.
#[derive(Debug, Clone)]
pub struct CollisionEvaluator {
    partners: BTreeMap<String, Vehicle>,
    wall: Vehicle,
    restraints: BTreeMap<String, Restraint>,
    packages: BTreeMap<String, [Option<String>; 2]>,
    seats: Vec<Seated>,
    /// What expected risks are the mean over.
    scatter: ScatterSet,
    plan: Plan,
    /// Plan of [`Evaluate::verify`]; `None`: the same.
    fine: Option<Plan>,
}

impl CollisionEvaluator {
    /// Load partners and the whole restraint library.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown partner, [`Error::Input`] for a broken file.
    pub fn new(
        library: &Library,
        partners: &[String],
        costs: &crate::cost::CostModel,
        seats: Vec<Seated>,
        plan: Plan,
    ) -> Result<Self, Error> {
        let mut loaded = BTreeMap::new();
        for id in partners {
            loaded.insert(id.clone(), library.vehicle(id)?);
        }
        let mut restraints = BTreeMap::new();
        for id in library.ids(RESTRAINTS) {
            let restraint = Restraint::load(library, &id)?;
            restraints.insert(id, restraint);
        }
        let packages = costs
            .packages
            .iter()
            .map(|p| (p.id.clone(), [p.driver.clone(), p.passenger.clone()]))
            .collect();
        Ok(Self {
            partners: loaded,
            wall: rigid_wall()?,
            restraints,
            packages,
            seats,
            scatter: ScatterSet::shipped(library)?,
            plan,
            fine: None,
        })
    }

    /// The same evaluator for a search of runs of a duration: [`SEARCH_STEP_S`] unless another step is asked
    /// for, answers verified at [`VERIFY_STEP_S`].
    pub fn for_search(&self, duration_s: f64, step_s: f64) -> Self {
        Self {
            plan: sizing_plan(duration_s, step_s),
            fine: Some(sizing_plan(duration_s, step_s.min(VERIFY_STEP_S))),
            ..self.clone()
        }
    }

    /// Add a partner that is not in the library, or replace one, by its id.
    pub fn add_partner(&mut self, partner: Vehicle) {
        self.partners.insert(partner.id.clone(), partner);
    }

    /// A partner by id.
    pub fn partner(&self, id: &str) -> Option<&Vehicle> {
        self.partners.get(id)
    }

    /// [`CollisionEvaluator::case`] of a sized vehicle, with its restraint package and what its design changes
    /// on the partner.
    ///
    /// # Errors
    /// As [`CollisionEvaluator::case`].
    pub fn sized_case(&self, sized: &SizedVehicle, load: &LoadCase) -> Result<Case, Error> {
        let mut case = self.case(&sized.vehicle, sized.mass.package.as_deref(), load)?;
        if let (false, Some(terms)) = (load.own_wall, &sized.partner_terms) {
            let other = &mut case.parties[1].vehicle;
            *other = apply_to_partner(other, terms);
        }
        Ok(case)
    }

    /// The same evaluator with another integration plan (a finer step for verification).
    pub fn with_plan(&self, plan: Plan) -> Self {
        Self { plan, ..self.clone() }
    }

    /// The collision of a load case with this vehicle as the striking one.
    ///
    /// # Errors
    /// [`Error::Request`] for a partner or restraint that is not loaded.
    pub fn case(&self, vehicle: &Vehicle, package: Option<&str>, load: &LoadCase) -> Result<Case, Error> {
        let (partner, speed_2) = if load.own_wall {
            (&self.wall, 0.0)
        } else {
            let found = self.partners.get(&load.against).ok_or_else(|| {
                Error::request(
                    format!("partner \"{}\" is not loaded", load.against),
                    "list it among the partners",
                )
            })?;
            (found, load.speed_kmh * KMH)
        };
        let occupants = self
            .seats
            .iter()
            .map(|s| self.seated(vehicle, package, *s))
            .collect::<Result<_, _>>()?;
        Ok(Case {
            name: format!("{} against {load}", vehicle.name),
            overlap: load.overlap_pct / 100.0,
            occupants,
            plan: self.plan,
            ..Case::of([
                Party::front(vehicle.clone(), load.speed_kmh * KMH),
                Party::front(partner.clone(), speed_2),
            ])
        })
    }

    fn seated(&self, vehicle: &Vehicle, package: Option<&str>, who: Seated) -> Result<SeatedOccupant, Error> {
        let (place, own) = match who.seat {
            Seat::Driver => (0, &vehicle.driver_restraint),
            Seat::Passenger => (1, &vehicle.passenger_restraint),
        };
        let id = package
            .and_then(|p| self.packages.get(p))
            .and_then(|p| p[place].as_ref())
            .or(own.as_ref())
            .ok_or_else(|| {
                Error::request(
                    format!("{} names no restraint for the {}", vehicle.id, who.seat.id()),
                    "add [restraint] to the vehicle file",
                )
            })?;
        let restraint = self.restraints.get(id).ok_or_else(|| {
            Error::request(
                format!("unknown restraint \"{id}\""),
                "name one of the restraint library",
            )
        })?;
        Ok(SeatedOccupant {
            vehicle: 0,
            seat: who.seat,
            dummy: who.dummy,
            restraint: restraint.clone(),
            fire_delay_s: 0.0,
        })
    }

    /// Who sits in the vehicle.
    pub fn seats(&self) -> &[Seated] {
        &self.seats
    }

    /// What expected risks are the mean over.
    pub fn scatter(&self) -> &ScatterSet {
        &self.scatter
    }

    /// The same evaluator with other people in the vehicle.
    pub fn with_seats(&self, seats: Vec<Seated>) -> Self {
        Self { seats, ..self.clone() }
    }

    /// Simulate cases and read their results with expected risks, in the order given; samples are let go as each block
    /// ends.
    ///
    /// # Errors
    /// The first error of any case.
    pub fn results(&self, cases: &[Case]) -> Result<Vec<CaseResult>, Error> {
        let results = map_batch(cases, STABLE, |case, assembly, record| {
            let outcome = outcome::read(case, &assembly, &record)?;
            let finished = Finished {
                assembly,
                record,
                outcome,
            };
            CaseResult::collect(case, &finished)
        });
        let mut results = results.into_iter().collect::<Result<Vec<CaseResult>, Error>>()?;
        for (result, each) in results.iter_mut().zip(expected_risks(cases, &self.scatter)?) {
            result.expect(each);
        }
        Ok(results)
    }

    /// [`CollisionEvaluator::sized_case`] of each load case, in order.
    ///
    /// # Errors
    /// As [`CollisionEvaluator::case`].
    pub fn cases(&self, sized: &SizedVehicle, loads: &[LoadCase]) -> Result<Vec<Case>, Error> {
        loads.iter().map(|load| self.sized_case(sized, load)).collect()
    }
}

/// Expected risks beside the nominal values: of each the worst over the occupants.
fn with_expected(values: &mut CaseValues, each: &[ExpectedRisk]) {
    let means = Measure::TARGETS.into_iter().filter_map(Measure::expected);
    for measure in means {
        let worst = each.iter().filter_map(|e| e.reading(measure)).max_by(f64::total_cmp);
        values.extend(worst.map(|v| (measure, v)));
    }
}

/// Criteria of a finished case: intrusion of vehicle 1 and the worst over its occupants.
pub(super) fn values_of(case: &Case, assembly: &Assembly, record: &Record) -> Result<CaseValues, Error> {
    let mut values = CaseValues::new();
    let intrusion = outcome::intrusion_mm(case, assembly, record, 0);
    values.insert(Measure::IntrusionMm, intrusion);
    for occupant in &assembly.occupants {
        let o = readings(occupant, record).map_err(|e| Error::request(e.to_string(), "use a longer run"))?;
        for criterion in Measure::TARGETS {
            if let Some(v) = o.reading(criterion) {
                let worst = values.entry(criterion).or_insert(v);
                *worst = worst.max(v);
            }
        }
    }
    Ok(values)
}

impl Evaluate for CollisionEvaluator {
    fn evaluate(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        let mut all = self.evaluate_all(std::slice::from_ref(sized), cases)?;
        Ok(all.pop().unwrap_or_default())
    }

    fn evaluate_all(&mut self, sized: &[SizedVehicle], cases: &[LoadCase]) -> Result<Vec<Vec<CaseValues>>, Error> {
        let mut collisions = Vec::with_capacity(sized.len() * cases.len());
        for s in sized {
            collisions.extend(self.cases(s, cases)?);
        }
        let values = map_batch(&collisions, STABLE, |case, a, r| values_of(case, &a, &r))
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
        Ok(values.chunks(cases.len().max(1)).map(<[_]>::to_vec).collect())
    }

    fn expect(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        let mut values = self.evaluate(sized, cases)?;
        let risks = expected_risks(&self.cases(sized, cases)?, &self.scatter)?;
        for (have, each) in values.iter_mut().zip(&risks) {
            with_expected(have, each);
        }
        Ok(values)
    }

    fn verify(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        self.with_plan(self.fine.unwrap_or(self.plan)).expect(sized, cases)
    }
}
