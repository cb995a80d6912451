//! Maximum a posteriori by Levenberg-Marquardt (crate `levenberg-marquardt`, the MINPACK algorithm) from several
//! fixed starts; bounds by a smooth transformation, the Jacobian by differences through the batch kernel.
//!
//! Residuals are in standard deviations. A history's samples are not independent: each counts for its share of
//! the history's correlation length, so that the covariance is not made small by sampling faster.

use std::cell::RefCell;

use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::{DMatrix, DVector, Dyn, Owned};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::collision::wall::kw400_n_per_m;
use crate::error::{Error, SourceText};
use crate::vehicle::{Vehicle, parse_vehicle};

use super::super::draft::{Draft, Parameters};
use super::super::recipe::{Recipe, Template};
use super::super::scalars::{INTRUSION_SD_MM, RESTITUTION};
use super::super::{structure, write};
use super::data::{GRID_S, Measured, Motion, spring_back_mm};
use super::parameter::{FreeParameter, SeenBy, applied, neighbours};
use super::response::{PulseRig, Response};

/// Velocity of a point-mass model against a test, m/s: trial fits with physical bounds left 0.05-0.13 m/s rms
/// (model section 9).
const VELOCITY_SD_MPS: f64 = 0.10;
/// Acceleration at CFC 60, g: left and right channels of 10146 differ by about as much.
const ACCELERATION_SD_G: f64 = 2.5;
/// The same for an engine, whose top and bottom channels differ by its rotation: 10146, 2.3 m/s and 25 g rms.
const ENGINE_SD: (f64, f64) = (2.0, 25.0);
/// Wall force at CFC 60, kN: 5 % of its level, as the impulse of 10146 is off by.
const WALL_SD_KN: f64 = 30.0;
/// Correlation length of velocity, and of signals at CFC 60 (100 Hz: 1/(2 f)), s.
const CORRELATION_S: (f64, f64) = (10e-3, 5e-3);
/// Samples of the grid between residuals of velocity, and of acceleration and force.
const STRIDE: (usize, usize) = (4, 2);
/// Scalars that the field judges by: crush, its time, rebound, peak, impulse (relative except the time, ms).
const CRUSH_SD: f64 = 0.004;
const CRUSH_TIME_SD_MS: f64 = 1.0;
const REBOUND_SD: f64 = 0.008;
const PEAK_SD: f64 = 0.03;
/// The largest 10 ms mean, from which the strength of the cell follows.
const MEAN_10MS_SD: f64 = 0.015;
const IMPULSE_SD: f64 = 0.01;
/// Speed of the engine away from the wall before the deepest crush that needs no explaining (top and bottom
/// channels of 10146: 1.3 and 1.8 m/s), and the scale beyond it, m/s.
const ENGINE_KICK_MPS: (f64, f64) = (1.8, 0.3);
/// Spread of the energy returned over the force at greatest crush, mm: three tests give 15 +- 2, and one is read to a
/// millimetre.
const SPRING_BACK_SD_MM: f64 = 1.0;
/// Change of a neighbouring force of one shape, in standard deviations of a point: rails buckle in waves longer
/// than the distance of the points.
pub(super) const NEIGHBOUR_SD: f64 = 1.2;
/// Step of the differences, in standard deviations of the prior.
const DIFFERENCE: f64 = 0.1;
/// Starts: the prior, and points drawn from it.
const STARTS: u64 = 6;
/// Spread of the drawn starts, in standard deviations of the prior.
const START_SPREAD: f64 = 0.7;

/// What is fitted to what.
pub struct PulseProblem<'a> {
    /// Recipe.
    pub recipe: &'a Recipe,
    /// Its template.
    pub template: &'a Template,
    /// Measured histories.
    pub measured: &'a Measured,
    /// Free parameters.
    pub free: &'a [FreeParameter],
    /// Rig at the fitting step.
    pub rig: &'a PulseRig,
    /// Bodies the rig reads, in its order.
    pub bodies: &'a [String],
    /// Body whose crush and peak the test states.
    pub main: &'a str,
    /// Mean measured motion of each body of the rig, if it has a full channel.
    pub means: &'a [Option<Motion>],
}

/// A finished fit.
#[derive(Debug, Clone)]
pub struct PulseFit {
    /// Parameters in standard deviations of their priors.
    pub z: Vec<f64>,
    /// Posterior covariance of z, scaled by the reduced chi-square where that is above 1.
    pub covariance: DMatrix<f64>,
    /// Half the sum of squares at the optimum, of each start.
    pub costs: Vec<f64>,
    /// Sum of squares of the data residuals and their effective number.
    pub chi_square: (f64, f64),
    /// Simulations run.
    pub evaluations: usize,
}

impl PulseProblem<'_> {
    /// The structure at z.
    ///
    /// # Errors
    /// As [`structure::build`].
    pub fn draft(&self, z: &[f64]) -> Result<(Recipe, Draft), Error> {
        let recipe = applied(self.recipe, self.template, self.free, z);
        let draft = structure::build(&recipe, self.template, &Parameters::default())?;
        Ok((recipe, draft))
    }

    /// The vehicle at z, by way of its file, so that the fit sees what will be written.
    ///
    /// # Errors
    /// As [`structure::build`] and the vehicle file's own rules.
    pub fn vehicle(&self, z: &[f64]) -> Result<Vehicle, Error> {
        let (recipe, draft) = self.draft(z)?;
        let text = write::vehicle_toml(&recipe, self.template, &draft, &[]);
        let name = format!("{} (generated)", recipe.id);
        Ok(parse_vehicle(&SourceText::new(name, text))?)
    }

    /// Data residuals in standard deviations.
    fn data_residuals(&self, w: &Response) -> Vec<f64> {
        let m = self.measured;
        let mut r = Vec::new();
        let share = |stride: usize, correlation_s: f64, sd: f64| (stride as f64 * GRID_S / correlation_s).sqrt() / sd;
        for trace in &m.traces {
            let Some(at) = self.bodies.iter().position(|b| *b == trace.body) else {
                continue;
            };
            let same = m.traces.iter().filter(|t| t.body == trace.body).count() as f64;
            let engine = trace.body == "engine";
            let (v_sd, a_sd) = if engine {
                ENGINE_SD
            } else {
                (VELOCITY_SD_MPS, ACCELERATION_SD_G)
            };
            let (simulated, n) = (&w.motions[at], trace.motion.a_g.len());
            let kv = share(STRIDE.0, CORRELATION_S.0, v_sd) / same.sqrt();
            let ka = share(STRIDE.1, CORRELATION_S.1, a_sd) / same.sqrt();
            let pairs = |stride: usize| (0..n).step_by(stride);
            r.extend(pairs(STRIDE.0).map(|i| kv * (simulated.v_mps[i] - trace.motion.v_mps[i])));
            r.extend(pairs(STRIDE.1).map(|i| ka * (simulated.a_g[i] - trace.motion.a_g[i])));
        }
        if let Some(wall) = &m.wall {
            let k = share(STRIDE.1, CORRELATION_S.1, WALL_SD_KN);
            let each = (0..m.samples).step_by(STRIDE.1);
            r.extend(each.map(|i| k * (w.wall_kn[i] - wall.total_kn[i])));
            r.push((w.wall_impulse_kns / impulse_kns(&wall.total_kn) - 1.0) / IMPULSE_SD);
        }
        for ((name, mean), simulated) in self.bodies.iter().zip(self.means).zip(&w.motions) {
            if let (true, Some(mean)) = (name == self.main, mean) {
                let (a, b) = (simulated.scalars(), mean.scalars());
                r.push((a.crush_mm / b.crush_mm - 1.0) / CRUSH_SD);
                r.push((a.time_of_crush_ms - b.time_of_crush_ms) / CRUSH_TIME_SD_MS);
                r.push((a.restitution - b.restitution) / REBOUND_SD);
                r.push((a.peak_g_cfc60 / b.peak_g_cfc60 - 1.0) / PEAK_SD);
                r.push((simulated.mean_10ms_g() / mean.mean_10ms_g() - 1.0) / MEAN_10MS_SD);
            }
        }
        if let Some((measured, simulated)) = spring_back(m, w, self.bodies, self.main) {
            r.push((simulated - measured) / SPRING_BACK_SD_MM);
        }
        let wall = &self.recipe.wall;
        if let (Some(of), Some(sd)) = (wall.kw400_N_per_mm, wall.kw400_sd_N_per_mm) {
            // A structure that stops short of the window has no KW400: it counts as none at all.
            r.push((kw400(w, self.bodies, self.main).unwrap_or(0.0) - of) / sd);
        }
        r
    }

    /// What keeps the unseen physical, in standard deviations.
    fn soft_residuals(&self, w: &Response) -> [f64; 4] {
        let travel = self.recipe.wall.engine_travel(self.template);
        [
            travel.map_or(0.0, |(mm, sd)| (w.engine_travel_mm - mm) / sd),
            (w.intrusion_mm - self.template.intrusion_mm).max(0.0) / INTRUSION_SD_MM,
            (w.engine_kick_mps - ENGINE_KICK_MPS.0).max(0.0) / ENGINE_KICK_MPS.1,
            (w.restitution - RESTITUTION.0) / (2.0 * RESTITUTION.1),
        ]
    }

    fn residuals(&self, z: &[f64], w: &Response) -> DVector<f64> {
        let mut r = self.data_residuals(w);
        r.extend(self.soft_residuals(w));
        r.extend(z);
        let pairs = neighbours(self.free).into_iter();
        r.extend(pairs.map(|(i, j)| (z[j] - z[i]) / NEIGHBOUR_SD));
        DVector::from_vec(r)
    }

    /// Effective number of data: histories by their correlation lengths, scalars one each.
    fn effective_data(&self) -> f64 {
        let m = self.measured;
        let of = |n: usize| {
            let s = n as f64 * GRID_S;
            s / CORRELATION_S.0 + s / CORRELATION_S.1
        };
        let traces: f64 = m
            .bodies()
            .iter()
            .map(|b| {
                let on = m.traces.iter().filter(|t| t.body == *b);
                on.map(|t| of(t.motion.a_g.len())).fold(0.0, f64::max)
            })
            .sum();
        let wall = m
            .wall
            .as_ref()
            .map_or(0.0, |w| w.total_kn.len() as f64 * GRID_S / CORRELATION_S.1 + 1.0);
        let kw400 = f64::from(u8::from(self.recipe.wall.kw400_sd_N_per_mm.is_some()));
        traces + wall + kw400 + 6.0
    }

    /// Slopes of the residuals in z, all candidates side by side.
    fn jacobian_z(&self, z: &[f64], at: &DVector<f64>) -> Result<DMatrix<f64>, Error> {
        let steps: Vec<f64> = self
            .free
            .iter()
            .zip(z)
            .map(|(p, z)| {
                if z + DIFFERENCE > p.bounds[1] {
                    -DIFFERENCE
                } else {
                    DIFFERENCE
                }
            })
            .collect();
        let moved = |i: usize| {
            let mut next = z.to_vec();
            next[i] += steps[i];
            next
        };
        let vehicles: Vec<Vehicle> = (0..z.len())
            .map(|i| self.vehicle(&moved(i)))
            .collect::<Result<_, _>>()?;
        let seen = self.rig.all(&vehicles)?;
        let mut j = DMatrix::zeros(at.len(), z.len());
        for (i, w) in seen.iter().enumerate() {
            j.set_column(i, &((self.residuals(&moved(i), w) - at) / steps[i]));
        }
        Ok(j)
    }

    /// Bounded z from a free variable: the middle and slope are those of z itself, the ends its bounds.
    fn bounded(&self, x: &DVector<f64>) -> Vec<f64> {
        let each = x.iter().zip(self.free);
        each.map(|(x, p)| {
            let end = if *x < 0.0 { -p.bounds[0] } else { p.bounds[1] };
            end * (x / end).tanh()
        })
        .collect()
    }

    fn slope(&self, x: f64, p: &FreeParameter) -> f64 {
        let end = if x < 0.0 { -p.bounds[0] } else { p.bounds[1] };
        1.0 - (x / end).tanh().powi(2)
    }

    /// Fit from every start and keep the best; ties go to the earlier start.
    ///
    /// # Errors
    /// [`Error::Request`] with fewer independent data than parameters that they are to fix; errors of building
    /// and simulating.
    pub fn fit(&self) -> Result<PulseFit, Error> {
        let sought = self.free.iter().filter(|p| p.seen_by != SeenBy::Nothing).count();
        let data = self.effective_data();
        if sought as f64 > data {
            let names: Vec<&str> = self
                .free
                .iter()
                .filter(|p| p.seen_by != SeenBy::Nothing)
                .skip(data as usize)
                .map(|p| p.name.as_str())
                .collect();
            return Err(Error::request(
                format!("too few data: {data:.0} independent values for {sought} parameters"),
                format!("add a channel, or keep at their priors: {}", names.join(", ")),
            ));
        }
        let runs: Vec<(DVector<f64>, f64, usize)> = (0..STARTS)
            .into_par_iter()
            .map(|k| self.descend(&self.start(k)))
            .collect::<Result<_, Error>>()?;
        let best = runs
            .iter()
            .enumerate()
            .fold(0, |b, (i, r)| if r.1 < runs[b].1 { i } else { b });
        let z = self.bounded(&runs[best].0);
        let w = self.rig.one(&self.vehicle(&z)?)?;
        let r = self.residuals(&z, &w);
        let j = self.jacobian_z(&z, &r)?;
        let n = self.data_residuals(&w).len();
        let chi: f64 = r.rows(0, n).norm_squared();
        let scale = (chi / data).max(1.0);
        // The prior is no measurement: only what the data say is scaled by how well they are met.
        let seen = j.rows(0, n);
        let held = j.rows(n, r.len() - n);
        let information = seen.transpose() * seen / scale + held.transpose() * held;
        let covariance = information.cholesky().map(|c| c.inverse()).ok_or_else(|| {
            Error::request(
                "the parameters of the fit cannot be told apart",
                "fix some of them in [pulse]",
            )
        })?;
        Ok(PulseFit {
            z,
            covariance,
            costs: runs.iter().map(|r| r.1).collect(),
            chi_square: (chi, data),
            evaluations: runs.iter().map(|r| r.2).sum(),
        })
    }

    fn start(&self, k: u64) -> DVector<f64> {
        if k == 0 {
            return DVector::zeros(self.free.len());
        }
        let mut rng = ChaCha8Rng::seed_from_u64(k);
        let draw = |p: &FreeParameter| {
            use rand::RngExt;
            let u: f64 = rng.random_range(-1.0..1.0);
            if p.seen_by == SeenBy::Nothing {
                0.0
            } else {
                1.7 * START_SPREAD * u
            }
        };
        DVector::from_iterator(self.free.len(), self.free.iter().map(draw))
    }

    fn descend(&self, start: &DVector<f64>) -> Result<(DVector<f64>, f64, usize), Error> {
        let walk = Walk {
            problem: self,
            x: start.clone(),
            state: RefCell::new(State::default()),
        };
        let optimiser = LevenbergMarquardt::new()
            .with_ftol(1e-4)
            .with_xtol(1e-4)
            .with_gtol(1e-6)
            .with_stepbound(1.0)
            .with_patience(3);
        let (walk, report) = optimiser.minimize(walk);
        let state = walk.state.into_inner();
        match state.failed {
            Some(e) => Err(e),
            None => Ok((walk.x, report.objective_function, state.evaluations)),
        }
    }
}

#[derive(Default)]
struct State {
    seen: Option<DVector<f64>>,
    failed: Option<Error>,
    evaluations: usize,
}

/// One descent, as the optimiser sees it.
struct Walk<'a> {
    problem: &'a PulseProblem<'a>,
    x: DVector<f64>,
    state: RefCell<State>,
}

impl Walk<'_> {
    /// A value, or `None` with the error kept: the optimiser stops on it.
    fn keep<T>(&self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|e| self.state.borrow_mut().failed = Some(e)).ok()
    }
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for Walk<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, x: &DVector<f64>) {
        self.x.clone_from(x);
        self.state.borrow_mut().seen = None;
    }

    fn params(&self) -> DVector<f64> {
        self.x.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let z = self.problem.bounded(&self.x);
        let vehicle = self.keep(self.problem.vehicle(&z))?;
        let w = self.keep(self.problem.rig.one(&vehicle))?;
        let r = self.problem.residuals(&z, &w);
        let mut state = self.state.borrow_mut();
        state.evaluations += 1;
        state.seen = Some(r.clone());
        Some(r)
    }

    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let known = self.state.borrow().seen.clone();
        let at = match known {
            Some(r) => r,
            None => self.residuals()?,
        };
        let z = self.problem.bounded(&self.x);
        let mut j = self.keep(self.problem.jacobian_z(&z, &at))?;
        self.state.borrow_mut().evaluations += z.len();
        for (i, p) in self.problem.free.iter().enumerate() {
            j.column_mut(i).scale_mut(self.problem.slope(self.x[i], p));
        }
        Some(j)
    }
}

/// KW400 of a response on the displacement of the body `main`, N/mm: kN over m is N over mm.
pub fn kw400(w: &Response, bodies: &[String], main: &str) -> Option<f64> {
    let at = bodies.iter().position(|b| b == main)?;
    kw400_n_per_m(&w.wall_kn, &w.motions[at].u_m)
}

/// Energy returned over the force at greatest crush, mm, of the test and of the structure: of the wall's force where
/// there are load cells, else of the main body's own deceleration.
pub fn spring_back(measured: &Measured, w: &Response, bodies: &[String], main: &str) -> Option<(f64, f64)> {
    let simulated = &w.motions[bodies.iter().position(|b| b == main)?];
    let mean = measured.mean(main)?;
    let decel = |m: &Motion| m.a_g.iter().map(|a| -a).collect::<Vec<f64>>();
    Some(match &measured.wall {
        Some(wall) => (
            spring_back_mm(&wall.total_kn, &mean.u_m),
            spring_back_mm(&w.wall_kn, &simulated.u_m),
        ),
        None => (
            spring_back_mm(&decel(&mean), &mean.u_m),
            spring_back_mm(&decel(simulated), &simulated.u_m),
        ),
    })
}

/// Impulse of a force history on the grid, kN s.
pub fn impulse_kns(force_kn: &[f64]) -> f64 {
    force_kn.iter().sum::<f64>() * GRID_S
}
