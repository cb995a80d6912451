//! The wall test that identification runs over and over: one vehicle, a rigid wall, no occupants (model
//! section 9: occupants are lumped into the cabin), read at the mass that carried the accelerometers.

use crate::collision::{self, Case, Party};
use crate::dynamics::{Plan, Record, Solver};
use crate::error::Error;
use crate::signal::cfc::{Cfc, filter};
use crate::units::{G0, KMH};
use crate::vehicle::{Face, Role, Vehicle, body_mounts};

use super::scalars::WallResponse;

/// Step while fitting, s: 20 us moves crush and peak by less than 0.1 %.
pub(super) const FIT_STEP_S: f64 = 20e-6;
/// Step of the run whose numbers are reported, s.
pub(super) const REPORT_STEP_S: f64 = 10e-6;

/// Length of a run, s: rebound is over and the soft sheet metal has let go.
const DURATION_S: f64 = 0.16;

/// A rigid wall and a step.
#[derive(Debug, Clone)]
pub struct WallRig {
    wall: Vehicle,
    step_s: f64,
}

impl WallRig {
    /// A rig with the wall's vehicle file and an integration step in s.
    pub fn new(wall: Vehicle, step_s: f64) -> Self {
        Self { wall, step_s }
    }

    /// Run a vehicle into the wall, with the accelerometers on `instrumented` (the cabin if `None`).
    ///
    /// # Errors
    /// [`Error::Request`] when there is no such mass; errors of the simulation.
    pub fn run(&self, vehicle: &Vehicle, speed_kmh: f64, instrumented: Option<&str>) -> Result<WallResponse, Error> {
        let party = |vehicle: &Vehicle, speed_mps| Party {
            vehicle: vehicle.clone(),
            speed_mps,
            face: Face::Front,
        };
        let case = Case {
            name: format!("{} into a rigid wall", vehicle.id),
            parties: [party(vehicle, speed_kmh * KMH), party(&self.wall, 0.0)],
            overlap: 1.0,
            struck_left: true,
            turning: crate::collision::Turning::default(),
            occupants: Vec::new(),
            plan: Plan::new(DURATION_S, self.step_s),
            solver: Solver::Leapfrog,
        };
        let done = collision::run(&case)?;
        let outcome = &done.outcome.vehicles[0];
        let mut response = WallResponse {
            crush_mm: outcome.crush_mm,
            peak_g_cfc60: outcome.peak_g_cfc60,
            time_of_peak_ms: outcome.time_of_peak_ms,
            residual_crush_mm: outcome.residual_crush_mm,
            restitution: done.outcome.restitution,
            intrusion_mm: outcome.intrusion_mm,
            engine_rebound_mps: 0.0,
            engine_travel_mm: 0.0,
            body_mounts_kn: 0.0,
        };
        let bodies = &done.assembly.maps[0].bodies;
        response.body_mounts_kn = body_mounts_kn(&done.record, bodies, vehicle);
        if let Some(engine) = vehicle.mass_with_role(Role::Engine) {
            let part_s = done.outcome.separation_ms * 1e-3;
            response.engine_travel_mm =
                engine_travel_mm(&done.record, done.assembly.maps[0].cabin, bodies[engine], part_s);
            let away = done.record.v(bodies[engine]).into_iter().map(|v| -v);
            response.engine_rebound_mps = away.fold(0.0, f64::max);
        }
        if let Some(name) = instrumented {
            let mass = vehicle.masses.iter().position(|m| m.name == name).ok_or_else(|| {
                Error::request(
                    format!("instrumented_mass = \"{name}\": {} has no such mass", vehicle.id),
                    "name a [[mass]] of the vehicle, or leave it out for the cabin",
                )
            })?;
            let scale = response.residual_crush_mm / response.crush_mm;
            read_at(&done.record, bodies[mass], &mut response)?;
            response.residual_crush_mm = scale * response.crush_mm;
        }
        Ok(response)
    }
}

/// How far the engine has come back towards the cabin when the vehicle parts from the wall, mm.
pub(super) fn engine_travel_mm(record: &Record, cabin: usize, engine: usize, part_s: f64) -> f64 {
    let end = record.range().end - 1;
    let at = ((part_s / record.sample_s).round() as usize).min(end);
    1e3 * (record.u_at(cabin, at) - record.u_at(engine, at))
}

/// Largest force of a mount that carries the body on a frame, kN; 0 without a frame.
pub(super) fn body_mounts_kn(record: &Record, bodies: &[usize], vehicle: &Vehicle) -> f64 {
    let force = |m: &crate::vehicle::Mount, s: usize| {
        let (a, b) = (bodies[m.from], bodies[m.to]);
        let stretch = record.u_at(b, s) - record.u_at(a, s);
        let rate = record.v_at(b, s) - record.v_at(a, s);
        (m.stiffness_n_per_m * stretch + m.damping_n_s_per_m * rate).abs() * 1e-3
    };
    body_mounts(vehicle)
        .flat_map(|m| record.range().map(move |s| force(m, s)))
        .fold(0.0, f64::max)
}

/// Crush and peak at another body than the cabin.
fn read_at(record: &Record, body: usize, response: &mut WallResponse) -> Result<(), Error> {
    response.crush_mm = 1e3 * record.u(body).into_iter().fold(0.0, f64::max);
    let decel: Vec<f64> = record.a(body).iter().map(|a| -a / G0).collect();
    let filtered =
        filter(Cfc::C60, record.sample_s, &decel).map_err(|e| Error::request(e.to_string(), "use a smaller step"))?;
    let (at, peak) = filtered
        .into_iter()
        .enumerate()
        .fold((0, 0.0), |best, (i, a)| if a > best.1 { (i, a) } else { best });
    response.peak_g_cfc60 = peak;
    response.time_of_peak_ms = 1e3 * at as f64 * record.sample_s;
    Ok(())
}
