//! The wall test that a pulse fit simulates: many candidates of one topology side by side, read like the test.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::collision::{Assembly, Case, Party, assemble, outcome};
use crate::dynamics::{Network, Plan, Record, Solver, simulate, simulate_lanes};
use crate::error::Error;
use crate::signal::cfc::{Cfc, filter};
use crate::units::G0;
use crate::vehicle::{Face, Role, Vehicle};

use super::super::rig::{body_mounts_kn, engine_travel_mm};
use super::data::{GRID_S, Motion};

/// Candidates stepped side by side.
const LANES: usize = 8;
/// Quiet time given to the filter before contact, s.
const LEAD_S: f64 = 0.02;
/// Length of a run, s: as in the scalar identification.
const DURATION_S: f64 = 0.16;

/// A simulated wall test on the grid of the measured one.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Motion of the bodies asked for.
    pub motions: Vec<Motion>,
    /// Wall force at CFC 60, kN.
    pub wall_kn: Vec<f64>,
    /// Impulse on the wall, kN s.
    pub wall_impulse_kns: f64,
    /// Largest crush of each load path by name, mm.
    pub path_crush_mm: BTreeMap<String, f64>,
    /// Intrusion, mm.
    pub intrusion_mm: f64,
    /// Crush of the cabin and what is left of it at separation, mm.
    pub crush_mm: f64,
    /// Cabin displacement at separation, mm.
    pub residual_crush_mm: f64,
    /// Rebound of the whole vehicle at separation over impact speed.
    pub restitution: f64,
    /// Peak of the cabin at CFC 60, g, and its time, ms.
    pub cabin_peak_g: f64,
    /// Time of that peak, ms.
    pub cabin_peak_ms: f64,
    /// How far the engine has come back towards the cabin at separation, mm.
    pub engine_travel_mm: f64,
    /// Largest force of the mounts of a body on its frame, kN.
    pub body_mounts_kn: f64,
    /// Largest speed of the engine away from the wall, m/s.
    pub engine_rebound_mps: f64,
    /// The same before the cabin's deepest crush, when nothing else moves away from the wall yet.
    pub engine_kick_mps: f64,
}

/// A wall, a speed and what to read.
#[derive(Debug, Clone)]
pub struct PulseRig {
    wall: Vehicle,
    speed_mps: f64,
    step_s: f64,
    bodies: Vec<String>,
    samples: usize,
}

impl PulseRig {
    /// A rig that reads `bodies` over `samples` of the grid.
    pub fn new(wall: Vehicle, speed_mps: f64, step_s: f64, bodies: Vec<String>, samples: usize) -> Self {
        Self {
            wall,
            speed_mps,
            step_s,
            bodies,
            samples,
        }
    }

    fn case(&self, vehicle: &Vehicle) -> Case {
        let party = |vehicle: &Vehicle, speed_mps| Party {
            vehicle: vehicle.clone(),
            speed_mps,
            face: Face::Front,
        };
        Case {
            name: format!("{} into a rigid wall", vehicle.id),
            parties: [party(vehicle, self.speed_mps), party(&self.wall, 0.0)],
            overlap: 1.0,
            struck_left: true,
            turning: crate::collision::Turning::default(),
            occupants: Vec::new(),
            plan: Plan::new(DURATION_S.max(self.samples as f64 * GRID_S + 2e-3), self.step_s),
            solver: Solver::Leapfrog,
        }
    }

    /// Simulate one vehicle.
    ///
    /// # Errors
    /// Errors of assembly and simulation; [`Error::Request`] for a body that the vehicle does not have.
    pub fn one(&self, vehicle: &Vehicle) -> Result<Response, Error> {
        let case = self.case(vehicle);
        let assembly = assemble(&case)?;
        let record = simulate(&assembly.network, &case.plan)?;
        self.read(&case, &assembly, &record)
    }

    /// Simulate vehicles of one topology, in the order given. Errors as [`Self::one`].
    ///
    /// # Errors
    /// As [`Self::one`].
    pub fn all(&self, vehicles: &[Vehicle]) -> Result<Vec<Response>, Error> {
        let blocks: Result<Vec<Vec<Response>>, Error> = vehicles
            .par_chunks(LANES)
            .map(|block| {
                let cases: Vec<Case> = block.iter().map(|v| self.case(v)).collect();
                let built: Vec<Assembly> = cases.iter().map(assemble).collect::<Result<_, _>>()?;
                let nets: Vec<&Network> = built.iter().map(|a| &a.network).collect();
                let records = simulate_lanes::<LANES>(&nets, &cases[0].plan)?;
                let parts = cases.iter().zip(&built).zip(&records);
                parts.map(|((c, a), r)| self.read(c, a, r)).collect()
            })
            .collect();
        Ok(blocks?.into_iter().flatten().collect())
    }

    fn read(&self, case: &Case, assembly: &Assembly, record: &Record) -> Result<Response, Error> {
        let vehicle = &case.parties[0].vehicle;
        let map = &assembly.maps[0];
        let stride = (GRID_S / record.sample_s).round() as usize;
        let on_grid = |y: &[f64]| -> Vec<f64> { (0..self.samples).map(|i| y[(i * stride).min(y.len() - 1)]).collect() };
        let filtered = |y: Vec<f64>| -> Result<Vec<f64>, Error> {
            let lead = (LEAD_S / record.sample_s).round() as usize;
            let mut led = vec![0.0; lead];
            led.extend(y);
            let mut out = filter(Cfc::C60, record.sample_s, &led)
                .map_err(|e| Error::request(e.to_string(), "use a smaller step"))?;
            Ok(out.split_off(lead))
        };
        let mut motions = Vec::with_capacity(self.bodies.len());
        for name in &self.bodies {
            let body = map.bodies[mass_named(vehicle, name)?];
            let a = record.a(body).iter().map(|a| a / G0).collect();
            motions.push(Motion {
                a_g: on_grid(&filtered(a)?),
                v_mps: on_grid(&record.v(body)),
                u_m: on_grid(&record.u(body)),
            });
        }
        let cells = assembly.cells.len();
        let impulse: Vec<f64> = record
            .range()
            .map(|s| (0..cells).map(|c| record.impulse_at(c, s)).sum::<f64>() * 1e-3)
            .collect();
        let wall_kn = on_grid(&filtered(slope(&impulse, record.sample_s))?);
        let engine_back: Vec<f64> = vehicle
            .mass_with_role(Role::Engine)
            .map_or(Vec::new(), |m| record.v(map.bodies[m]).iter().map(|v| -v).collect());
        let turn = record.v(map.cabin).iter().position(|v| *v < 0.0).unwrap_or(0);
        let most = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        let outcome = outcome::read(case, assembly, record)?;
        let seen = &outcome.vehicles[0];
        let paths = seen.paths.iter();
        Ok(Response {
            motions,
            wall_kn,
            wall_impulse_kns: impulse[impulse.len() - 1],
            path_crush_mm: paths.map(|p| (p.name.clone(), p.crush_mm)).collect(),
            intrusion_mm: seen.intrusion_mm,
            crush_mm: seen.crush_mm,
            residual_crush_mm: seen.residual_crush_mm,
            restitution: outcome.restitution,
            cabin_peak_g: seen.peak_g_cfc60,
            cabin_peak_ms: seen.time_of_peak_ms,
            engine_travel_mm: vehicle.mass_with_role(Role::Engine).map_or(0.0, |m| {
                let part_s = outcome.separation_ms * 1e-3;
                engine_travel_mm(record, map.cabin, map.bodies[m], part_s)
            }),
            body_mounts_kn: body_mounts_kn(record, &map.bodies, vehicle),
            engine_rebound_mps: most(&engine_back),
            engine_kick_mps: most(&engine_back[..turn.min(engine_back.len())]),
        })
    }
}

/// Index of the mass that a channel sat on.
fn mass_named(vehicle: &Vehicle, name: &str) -> Result<usize, Error> {
    vehicle.masses.iter().position(|m| m.name == name).ok_or_else(|| {
        Error::request(
            format!(
                "a channel of [pulse] sat on \"{name}\": {} has no such mass",
                vehicle.id
            ),
            "name a [[mass]] of the vehicle, or \"wall\"",
        )
    })
}

/// Rate of change by central differences.
fn slope(y: &[f64], dt_s: f64) -> Vec<f64> {
    let last = y.len() - 1;
    (0..=last)
        .map(|s| {
            let (a, b) = (s.saturating_sub(1), (s + 1).min(last));
            (y[b] - y[a]) / ((b - a) as f64 * dt_s)
        })
        .collect()
}
