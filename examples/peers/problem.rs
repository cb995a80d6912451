//! The worked pair with an occupant on belt slack, at random speeds, masses and strengths.
//!
//! Overlap and geometry stay, so that all cases share one topology. Case i draws from ChaCha stream i.

use std::path::Path;

use crumple::collision::{Case, Party, SeatedOccupant, assemble};
use crumple::criteria::Dummy;
use crumple::dynamics::{Network, Plan, Solver};
use crumple::error::Error;
use crumple::occupant::{PointMassRestraint, Restraint, Seat};
use crumple::vehicle::{Face, Vehicle, library::load_vehicle};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Length of a run, s: beyond separation in every case.
pub const DURATION_S: f64 = 0.12;
/// Interval at which solutions are compared, s.
pub const COMPARED_S: f64 = 1e-3;
/// Seed of all draws.
const SEED: u64 = 20_260_301;
/// Speed of each vehicle, km/h.
const SPEED_KMH: [f64; 2] = [35.0, 60.0];
/// Factor on the masses of a vehicle.
const MASS_FACTOR: [f64; 2] = [0.85, 1.2];
/// Factor on force and unloading stiffness of a law.
const STRENGTH_FACTOR: [f64; 2] = [0.8, 1.25];
/// Belt of a 50 kg torso at 6 Hz behind 30 mm of slack, N/m (the example of FORMATS.md).
const BELT_N_PER_M: f64 = 71_061.0;

/// All cases.
pub struct Problem {
    /// One network per case.
    pub nets: Vec<Network>,
    /// Cabin of each vehicle.
    pub cabins: [usize; 2],
    /// The occupant.
    pub occupant: usize,
}

fn example(name: &str) -> Result<Vehicle, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    load_vehicle(&folder.join(name))
}

impl Problem {
    /// `cases` draws at one overlap (0 to 1).
    ///
    /// # Errors
    /// When the vehicles do not load or do not meet.
    pub fn new(cases: usize, overlap: f64) -> Result<Self, Error> {
        let belt = PointMassRestraint {
            stiffness_N_per_m: BELT_N_PER_M,
            slack_mm: 30.0,
            limit_N: 0.0,
            mass_kg: 50.0,
        };
        let restraint =
            Restraint::point_mass(belt).map_err(|e| Error::request(e.to_string(), "see the restraint library"))?;
        let vehicles = [example("example-kei.toml")?, example("example-pickup.toml")?];
        let mut problem = Self {
            nets: Vec::with_capacity(cases),
            cabins: [0; 2],
            occupant: 0,
        };
        for i in 0..cases {
            let mut rng = ChaCha8Rng::seed_from_u64(SEED);
            rng.set_stream(i as u64);
            let mut draw = |[lo, hi]: [f64; 2]| {
                let unit = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
                lo + (hi - lo) * unit
            };
            let party = |vehicle: &Vehicle, kmh: f64| Party {
                vehicle: vehicle.clone(),
                speed_mps: kmh / 3.6,
                face: Face::Front,
            };
            let parties = [
                party(&vehicles[0], draw(SPEED_KMH)),
                party(&vehicles[1], draw(SPEED_KMH)),
            ];
            let assembly = assemble(&Case {
                name: format!("case {i}"),
                parties,
                overlap,
                struck_left: true,
                turning: crumple::collision::Turning::default(),
                occupants: vec![SeatedOccupant {
                    vehicle: 0,
                    seat: Seat::Driver,
                    dummy: Dummy::PointMass,
                    restraint: restraint.clone(),
                    fire_delay_s: 0.0,
                }],
                plan: Plan::new(DURATION_S, 1e-5),
                solver: Solver::Leapfrog,
            })?;
            let mut net = assembly.network;
            problem.cabins = [assembly.maps[0].cabin, assembly.maps[1].cabin];
            problem.occupant = assembly.occupants[0].head;
            let mass = [draw(MASS_FACTOR), draw(MASS_FACTOR)];
            for (b, body) in net.bodies.iter_mut().enumerate() {
                if b != problem.occupant {
                    body.kg *= mass[body.side];
                }
            }
            for cell in &mut net.cells {
                for (kg, factor) in cell.tip_kg.iter_mut().zip(mass) {
                    *kg = kg.map(|kg| kg * factor);
                }
            }
            for law in &mut net.laws {
                let factor = draw(STRENGTH_FACTOR);
                law.force_n.iter_mut().for_each(|f| *f *= factor);
                law.unload_n_per_m.iter_mut().for_each(|k| *k *= factor);
            }
            problem.nets.push(net);
        }
        Ok(problem)
    }
}
