//! The evaluator that simulates: a sized vehicle through its load cases, occupants in place.
//!
//! Cases with the same partner and overlap share a topology and are stepped side by side.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::design::SizedVehicle;
use super::problem::{CaseValues, Criterion, Evaluate, LoadCase};
use crate::collision::result::CaseResult;
use crate::collision::wall::rigid_wall;
use crate::collision::{Case, Finished, Party, SeatedOccupant, assemble, outcome};
use crate::criteria::Dummy;
use crate::dynamics::{Network, Plan, Solver, simulate, simulate_lanes};
use crate::error::Error;
use crate::occupant::{Restraint, Seat};
use crate::units::KMH;
use crate::vehicle::{Face, Library, Vehicle};

/// Lanes stepped side by side.
const LANES: usize = 4;

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
    plan: Plan,
}

impl CollisionEvaluator {
    /// Load partners and the whole restraint library.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown partner, [`Error::Input`] for a broken file.
    pub fn new(
        library: &Library,
        partners: &[String],
        costs: &super::CostModel,
        seats: Vec<Seated>,
        plan: Plan,
    ) -> Result<Self, Error> {
        let mut loaded = BTreeMap::new();
        for id in partners {
            loaded.insert(id.clone(), library.vehicle(id)?);
        }
        let mut restraints = BTreeMap::new();
        for id in library.ids("restraints") {
            let text = library.text("restraints", &id)?;
            restraints.insert(id, Restraint::parse(&text)?);
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
            plan,
        })
    }

    /// The same evaluator with another integration plan (a finer step for verification).
    pub fn with_plan(&self, plan: Plan) -> Self {
        Self {
            plan,
            ..self.clone()
        }
    }

    /// The collision of a load case with this vehicle as the striking one.
    ///
    /// # Errors
    /// [`Error::Request`] for a partner or restraint that is not loaded.
    pub fn case(
        &self,
        vehicle: &Vehicle,
        package: Option<&str>,
        load: &LoadCase,
    ) -> Result<Case, Error> {
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
        let party = |vehicle: &Vehicle, speed_mps: f64| Party {
            vehicle: vehicle.clone(),
            speed_mps,
            face: Face::Front,
        };
        let occupants = self
            .seats
            .iter()
            .map(|s| self.seated(vehicle, package, *s))
            .collect::<Result<_, _>>()?;
        Ok(Case {
            name: format!("{} against {load}", vehicle.name),
            parties: [
                party(vehicle, load.speed_kmh * KMH),
                party(partner, speed_2),
            ],
            overlap: load.overlap_pct / 100.0,
            struck_left: true,
            occupants,
            plan: self.plan,
            solver: Solver::Leapfrog,
        })
    }

    fn seated(
        &self,
        vehicle: &Vehicle,
        package: Option<&str>,
        who: Seated,
    ) -> Result<SeatedOccupant, Error> {
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
                    format!(
                        "{} names no restraint for the {}",
                        vehicle.id,
                        who.seat.id()
                    ),
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

    /// Simulate cases, those of one topology side by side, groups in parallel; results in the order given.
    ///
    /// # Errors
    /// The first error of any case.
    pub fn run_all(&self, cases: &[Case]) -> Result<Vec<Finished>, Error> {
        let mut groups: BTreeMap<(String, u64), Vec<usize>> = BTreeMap::new();
        for (i, c) in cases.iter().enumerate() {
            let key = (c.parties[1].vehicle.id.clone(), c.overlap.to_bits());
            groups.entry(key).or_default().push(i);
        }
        let blocks: Vec<Vec<usize>> = groups
            .values()
            .flat_map(|g| g.chunks(LANES).map(<[usize]>::to_vec))
            .collect();
        let done: Vec<Vec<Finished>> = blocks
            .par_iter()
            .map(|block| run_block(cases, block))
            .collect::<Result<_, _>>()?;
        let mut ordered: Vec<Option<Finished>> = cases.iter().map(|_| None).collect();
        for (block, finished) in blocks.iter().zip(done) {
            for (&i, f) in block.iter().zip(finished) {
                ordered[i] = Some(f);
            }
        }
        Ok(ordered.into_iter().flatten().collect())
    }
}

fn run_block(cases: &[Case], block: &[usize]) -> Result<Vec<Finished>, Error> {
    let assemblies = block
        .iter()
        .map(|&i| assemble(&cases[i]))
        .collect::<Result<Vec<_>, _>>()?;
    let plan = cases[block[0]].plan;
    let records = if block.len() == 1 {
        vec![simulate(&assemblies[0].network, &plan)?]
    } else {
        let nets: Vec<&Network> = assemblies.iter().map(|a| &a.network).collect();
        simulate_lanes::<LANES>(&nets, &plan)?
    };
    block
        .iter()
        .zip(assemblies)
        .zip(records)
        .map(|((&i, assembly), record)| {
            let outcome = outcome::read(&cases[i], &assembly, &record)?;
            Ok(Finished {
                assembly,
                record,
                outcome,
            })
        })
        .collect()
}

/// Criteria of a finished case: intrusion of vehicle 1 and the worst over its occupants.
pub fn values_of(result: &CaseResult) -> CaseValues {
    let mut values = CaseValues::new();
    values.insert(Criterion::IntrusionMm, result.vehicles[0].intrusion_mm);
    for o in &result.occupants {
        let readings = [
            (Criterion::Joint, o.risk.joint),
            (Criterion::JointWithoutNeck, o.risk.joint_without_neck),
            (Criterion::Hic15, o.hic15),
            (Criterion::ChestA3msG, o.chest_a3ms_g),
            (Criterion::ChestDeflectionMm, o.chest_deflection_mm),
            (Criterion::FemurKn, o.femur_kN),
        ];
        for (criterion, value) in readings {
            if let Some(v) = value {
                let worst = values.entry(criterion).or_insert(v);
                *worst = worst.max(v);
            }
        }
    }
    values
}

impl Evaluate for CollisionEvaluator {
    fn evaluate(
        &mut self,
        sized: &SizedVehicle,
        cases: &[LoadCase],
    ) -> Result<Vec<CaseValues>, Error> {
        let package = sized.mass.package.as_deref();
        let collisions = cases
            .iter()
            .map(|load| self.case(&sized.vehicle, package, load))
            .collect::<Result<Vec<_>, _>>()?;
        self.run_all(&collisions)?
            .iter()
            .zip(&collisions)
            .map(|(finished, case)| Ok(values_of(&CaseResult::collect(case, finished)?)))
            .collect()
    }
}
