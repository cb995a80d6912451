//! The right-hand side for frozen modes, and the functions whose sign says that a mode has to change.
//!
//! State: displacements of all points (bodies, then two tips a cell), their velocities, the dampers' travel of
//! Maxwell elements, work per group, impulse per cell.

use nalgebra::DVector;
use ode_solvers::System;

use super::super::network::{Drive, Network};
use super::elements::{CrushPath, Pull, Regime, Slide, crush_paths, port_motion};

/// Width of the band around a switch in which nothing happens, so that rounding cannot make it chatter:
/// m, m/s and N. Each is below a billionth of what matters here.
const NEAR_M: f64 = 1e-12;
const NEAR_MPS: f64 = 1e-10;
const NEAR_N: f64 = 1e-6;

/// What has to change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Switch {
    /// A crush path starts to act.
    Engage(usize),
    /// It is unloaded to its permanent set.
    Release(usize),
    /// Its elastic line reaches the backbone.
    Yield(usize),
    /// The backbone has its next point.
    NextPiece(usize),
    /// It leaves the backbone.
    Unload(usize),
    /// Its damper would pull, or no longer would.
    Slack(usize),
    /// The retractor locks.
    Lock(usize),
    /// A mount breaks.
    Break(usize),
    /// A slider slips or sticks.
    Slide(usize),
    /// A thorax passes its knee.
    Knee(usize),
    /// A thorax changes direction.
    Turn(usize),
    /// Tips meet.
    Meet(usize),
    /// Tips part.
    Part(usize),
}

/// A network with its modes.
#[derive(Debug, Clone)]
pub struct Motion<'a> {
    pub net: &'a Network,
    /// Bodies and tips.
    pub points: usize,
    pub inverse_kg: Vec<f64>,
    pub paths: Vec<CrushPath<'a>>,
    pub broken: Vec<bool>,
    pub slides: Vec<Slide>,
    /// Beyond the knee?
    pub knees: Vec<bool>,
    /// Compression grows?
    pub inward: Vec<bool>,
    pub merged: Vec<bool>,
    /// Middle of the window that is integrated: it says which piece of a function of time holds.
    pub middle_s: f64,
}

/// Acceleration of a driven body on the piece that holds at `middle`.
fn driven(drive: &Drive, time: f64, middle: f64) -> f64 {
    let k = (middle / drive.dt_s).max(0.0) as usize;
    let a = &drive.acceleration_mps2;
    if k + 1 < a.len() {
        a[k] + (a[k + 1] - a[k]) * (time / drive.dt_s - k as f64)
    } else {
        0.0
    }
}

impl<'a> Motion<'a> {
    /// A network at its start: nothing loaded, nothing met.
    pub fn new(net: &'a Network) -> Self {
        let bodies = net.bodies.iter().map(|b| {
            if b.fixed || b.drive.is_some() {
                0.0
            } else {
                1.0 / b.kg
            }
        });
        let tips = net
            .cells
            .iter()
            .flat_map(|c| c.tip_kg.map(|kg| kg.map_or(0.0, |kg| 1.0 / kg)));
        let inverse_kg: Vec<f64> = bodies.chain(tips).collect();
        Self {
            net,
            points: inverse_kg.len(),
            inverse_kg,
            paths: crush_paths(net),
            broken: vec![false; net.mounts.len()],
            slides: vec![Slide::Stuck(0.0); net.sliders.len()],
            knees: net.thoraxes.iter().map(|t| t.knee_m < 0.0).collect(),
            inward: vec![false; net.thoraxes.len()],
            merged: vec![false; net.cells.len()],
            middle_s: 0.0,
        }
    }

    /// Initial state.
    pub fn start(&self) -> DVector<f64> {
        let mut y = DVector::zeros(self.len());
        let bodies = self.net.bodies.iter().map(|b| b.velocity_mps);
        let tips = self.net.cells.iter().flat_map(|c| c.velocity_mps);
        for (i, v) in bodies.chain(tips).enumerate() {
            y[self.points + i] = v;
        }
        y
    }

    fn len(&self) -> usize {
        2 * self.points + self.net.maxwells.len() + self.net.groups.len() + self.net.cells.len()
    }

    /// Index of a Maxwell element's damper travel.
    pub fn q(&self, maxwell: usize) -> usize {
        2 * self.points + maxwell
    }

    /// Index of a group's work.
    pub fn work(&self, group: usize) -> usize {
        self.q(self.net.maxwells.len()) + group
    }

    /// Index of a cell's impulse.
    pub fn impulse(&self, cell: usize) -> usize {
        self.work(self.net.groups.len()) + cell
    }

    /// Indices of a cell's tips among the points.
    pub fn tips(&self, cell: usize) -> (usize, usize) {
        let first = self.net.bodies.len() + 2 * cell;
        (first, first + 1)
    }

    /// Force of a mount that holds.
    pub fn mount_force(&self, i: usize, y: &[f64]) -> f64 {
        let e = &self.net.mounts[i];
        let (x, rate) = port_motion(&e.port, y, self.points);
        if self.broken[i] {
            return 0.0;
        }
        e.stiffness_n_per_m * x + e.damping_n_s_per_m * rate
    }

    /// Force of a slider.
    pub fn slider_force(&self, i: usize, y: &[f64]) -> f64 {
        let e = &self.net.sliders[i];
        match self.slides[i] {
            Slide::Stuck(slip) => {
                e.stiffness_n_per_m * (port_motion(&e.port, y, self.points).0 - slip)
            }
            Slide::Slipping(towards) => towards * e.yield_n,
        }
    }

    /// Force of a thorax.
    pub fn thorax_force(&self, i: usize, y: &[f64]) -> f64 {
        let e = &self.net.thoraxes[i];
        let (x, rate) = port_motion(&e.port, y, self.points);
        let c = if self.inward[i] {
            e.damping_in_n_s_per_m
        } else {
            e.damping_out_n_s_per_m
        };
        let beyond = if self.knees[i] {
            e.added_n_per_m * (x - e.knee_m)
        } else {
            0.0
        };
        e.stiffness_n_per_m * x + beyond + c * rate
    }

    /// Force of a Maxwell element.
    pub fn maxwell_force(&self, i: usize, y: &[f64]) -> f64 {
        let e = &self.net.maxwells[i];
        e.stiffness_n_per_m * (port_motion(&e.port, y, self.points).0 - y[self.q(i)])
    }

    /// Force between merged tips under the forces on them.
    fn push(&self, cell: usize, f: &[f64]) -> f64 {
        let (a, b) = self.tips(cell);
        let (wa, wb) = (self.inverse_kg[a], self.inverse_kg[b]);
        // Shared acceleration of both, m_a a = f_a - push and m_b a = f_b + push.
        (f[a] * wa - f[b] * wb) / (wa + wb)
    }

    /// Forces on all points; writes the rates of work, damper travel and impulse on the way.
    fn rates(&self, time: f64, y: &[f64], dy: &mut [f64]) {
        let n = self.points;
        let mut f = vec![0.0; n];
        dy.fill(0.0);
        dy[..n].copy_from_slice(&y[n..2 * n]);
        let mut act = |terms: &[(usize, f64)], force: f64| {
            for (i, c) in terms {
                f[*i] -= c * force;
            }
        };
        for path in &self.paths {
            let (d, rate) = path.motion(y, n, time, self.middle_s);
            let force = path.force(d, rate, time, self.middle_s);
            act(&path.terms, force);
            dy[self.work(path.group)] += force * rate;
        }
        let mut simple = |terms: &[(usize, f64); 3], group: usize, force: f64| {
            act(terms, force);
            let rate: f64 = terms.iter().map(|(i, c)| c * y[n + i]).sum();
            dy[self.work(group)] += force * rate;
        };
        for (i, e) in self.net.mounts.iter().enumerate() {
            simple(&e.port.terms, e.group, self.mount_force(i, y));
        }
        for (i, e) in self.net.sliders.iter().enumerate() {
            simple(&e.port.terms, e.group, self.slider_force(i, y));
        }
        for (i, e) in self.net.thoraxes.iter().enumerate() {
            simple(&e.port.terms, e.group, self.thorax_force(i, y));
        }
        for (i, e) in self.net.maxwells.iter().enumerate() {
            simple(&e.port.terms, e.group, self.maxwell_force(i, y));
        }
        for (i, e) in self.net.maxwells.iter().enumerate() {
            dy[self.q(i)] = self.maxwell_force(i, y) / e.damping_n_s_per_m;
        }
        for i in 0..n {
            dy[n + i] = f[i] * self.inverse_kg[i];
        }
        for (b, body) in self.net.bodies.iter().enumerate() {
            if let Some(drive) = &body.drive {
                dy[n + b] = driven(drive, time, self.middle_s);
            }
        }
        for c in 0..self.net.cells.len() {
            let (a, b) = self.tips(c);
            let push = self.push(c, &f);
            if self.merged[c] {
                dy[self.impulse(c)] = push;
                dy[n + a] = (f[a] - push) * self.inverse_kg[a];
                dy[n + b] = (f[b] + push) * self.inverse_kg[b];
            }
        }
    }

    /// Rates at a state.
    pub fn at(&self, time: f64, y: &DVector<f64>) -> DVector<f64> {
        let mut dy = DVector::zeros(y.len());
        self.rates(time, y.as_slice(), dy.as_mut_slice());
        dy
    }

    /// Switches that are due at a state.
    pub fn due(&self, time: f64, y: &DVector<f64>) -> Vec<Switch> {
        let dy = self.at(time, y);
        let (y, dy) = (y.as_slice(), dy.as_slice());
        let n = self.points;
        // What touches at t = 0 and closes is in contact from there on.
        let starts = time == 0.0;
        let mut due = Vec::new();
        let mut when = |condition: bool, switch: Switch| {
            if condition {
                due.push(switch);
            }
        };
        for (i, p) in self.paths.iter().enumerate() {
            let (d, rate) = p.motion(y, n, time, self.middle_s);
            let moving = rate + p.pulled(time, self.middle_s).1;
            match p.regime {
                Regime::Off => {
                    let touches = starts && d >= p.p && rate > 0.0;
                    when(d - p.p > NEAR_M || touches, Switch::Engage(i));
                }
                Regime::Elastic => {
                    when(p.p - d > NEAR_M, Switch::Release(i));
                    let over = p.yields(d, rate, time, self.middle_s);
                    when(over > NEAR_N, Switch::Yield(i));
                }
                Regime::Backbone(k) => {
                    when(d > p.piece_end(k), Switch::NextPiece(i));
                    let bend: f64 = p.terms.iter().map(|(j, c)| c * dy[n + j]).sum();
                    let ku = p.unloading(p.m.max(d));
                    let grows = p.strength_rate(k, d, rate, bend, time, self.middle_s) / ku;
                    // With a power the curve below the turning point has the strength of that point.
                    let outgrown =
                        p.law.unload_power == 1 && grows - moving > NEAR_MPS.max(1e-9 * moving);
                    when(moving < -NEAR_MPS || outgrown, Switch::Unload(i));
                }
            }
            if p.damping() > 0.0 {
                let sum = p.spring(d, rate, time, self.middle_s) + p.damping() * rate;
                // In compression the sum is never tensile, in tension a tie never pushes.
                let wrong = if p.regime == Regime::Off { sum } else { -sum };
                when(
                    if p.slack {
                        wrong < -NEAR_N
                    } else {
                        wrong > NEAR_N
                    },
                    Switch::Slack(i),
                );
            }
            if let (Some(belt), Pull::Clock) = (&p.pretension, p.pull) {
                let over = self.middle_s >= belt.fire_s + belt.duration_s;
                let force = p.force(d, rate, time, self.middle_s);
                when(!over && force > belt.force_n, Switch::Lock(i));
            }
        }
        for (i, e) in self.net.mounts.iter().enumerate() {
            when(
                !self.broken[i] && self.mount_force(i, y).abs() > e.break_n,
                Switch::Break(i),
            );
        }
        for (i, e) in self.net.sliders.iter().enumerate() {
            let rate = port_motion(&e.port, y, n).1;
            let slide = match self.slides[i] {
                Slide::Stuck(_) => self.slider_force(i, y).abs() > e.yield_n + NEAR_N,
                Slide::Slipping(towards) => towards * rate < -NEAR_MPS,
            };
            when(slide, Switch::Slide(i));
        }
        for (i, e) in self.net.thoraxes.iter().enumerate() {
            let (x, rate) = port_motion(&e.port, y, n);
            let over = x - e.knee_m;
            when(
                if self.knees[i] {
                    over < -NEAR_M
                } else {
                    over > NEAR_M
                },
                Switch::Knee(i),
            );
            when(
                if self.inward[i] {
                    rate < -NEAR_MPS
                } else {
                    rate > NEAR_MPS
                },
                Switch::Turn(i),
            );
        }
        for (c, cell) in self.net.cells.iter().enumerate() {
            let (a, b) = self.tips(c);
            if self.merged[c] {
                when(dy[self.impulse(c)] < -NEAR_N, Switch::Part(c));
            } else {
                let over = y[a] - y[b] - cell.gap_m;
                let touches = starts && over >= 0.0;
                when(
                    (over > NEAR_M || touches) && y[n + a] > y[n + b],
                    Switch::Meet(c),
                );
            }
        }
        due
    }
}

impl System<f64, DVector<f64>> for &Motion<'_> {
    fn system(&self, time: f64, y: &DVector<f64>, dy: &mut DVector<f64>) {
        self.rates(time, y.as_slice(), dy.as_mut_slice());
    }
}
