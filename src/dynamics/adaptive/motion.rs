//! The right-hand side for frozen modes, and the functions whose sign says that a mode has to change.
//!
//! State: displacements of all points (bodies, then two tips a cell), their velocities, the dampers' travel of
//! Maxwell elements, work per group, impulse per cell; with yaw, each vehicle's angle, lateral displacement, psi and
//! their rates, and what the grip took.

use nalgebra::DVector;
use ode_solvers::System;

use super::super::network::{Drive, Network, PushedSpec};
use super::super::rider::JOINS_S;
use super::super::yaw::SLIP_MPS;
use super::elements::{CrushPath, Pull, Regime, Slide, TurnAt, crush_paths, port_motion};

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
    /// The grip of a cell slips, or holds again.
    Grip(usize),
}

/// Band around the sliding speed at which grip is full, m/s.
const NEAR_SLIP_MPS: f64 = 1e-9;

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
    /// When the tips of each cell met first, s.
    pub met_s: Vec<Option<f64>>,
    /// Where each vehicle's yaw stands in the state.
    pub turns: [Option<TurnAt>; 2],
    /// Grip per cell: 0 below the sliding speed, else its direction.
    pub grips: Vec<f64>,
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

/// Values of a vehicle's yaw in the state.
const PER_TURN: usize = 5;
/// Values of what the grip took.
const TAKEN: usize = 3;

/// Values of the state before those of yaw.
fn before_yaw(net: &Network, points: usize) -> usize {
    2 * points + net.maxwells.len() + net.groups.len() + net.cells.len()
}

impl<'a> Motion<'a> {
    /// A network at its start: nothing loaded, nothing met.
    pub fn new(net: &'a Network) -> Self {
        let bodies = net.bodies.iter().map(|b| {
            if b.fixed || b.drive.is_some() || b.kg == 0.0 {
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
        let points = inverse_kg.len();
        let turns = [0, 1].map(|side: usize| {
            let turn = net.yaw.as_ref().and_then(|y| y.vehicles[side]);
            turn.map(|_| TurnAt(before_yaw(net, points) + PER_TURN * side))
        });
        Self {
            net,
            points,
            inverse_kg,
            paths: crush_paths(net, &turns),
            turns,
            grips: vec![0.0; net.cells.len()],
            met_s: vec![None; net.cells.len()],
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
        let yaw = if self.net.yaw.is_some() {
            2 * PER_TURN + TAKEN
        } else {
            0
        };
        before_yaw(self.net, self.points) + yaw + 1
    }

    /// Index of the work that pushed interiors have put in.
    pub fn pushed_work(&self) -> usize {
        self.len() - 1
    }

    /// Index of what the grip took: energy, lateral impulse on vehicle 2, its moment.
    pub fn taken(&self) -> usize {
        before_yaw(self.net, self.points) + 2 * PER_TURN
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
            Slide::Stuck(slip) => e.stiffness_n_per_m * (port_motion(&e.port, y, self.points).0 - slip),
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
        let dressed = self.dressed(time, y);
        let y = &dressed[..];
        let n = self.points;
        let mut f = vec![0.0; n];
        let mut moment = [0.0; 2];
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
            if let Some(t) = &path.turned {
                moment[t.side] += t.out * t.lever(y) * force;
            }
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
        for r in &self.net.riders {
            if let Some(p) = &r.pushed {
                let rate = self.pushed_in(p, time, y).1;
                dy[self.pushed_work()] += f[r.body] * p.heading * rate;
            }
            f[r.on] += f[r.body];
            moment[self.net.bodies[r.on].side] -= r.eta_m * f[r.body];
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
        self.turn_rates(y, dy, moment);
        for r in &self.net.riders {
            let alpha = self.turns[self.net.bodies[r.on].side].map_or(0.0, |t| t.omega(dy));
            dy[n + r.body] = dy[n + r.on] - r.eta_m * alpha;
            dy[r.body] = 0.0;
        }
    }

    /// The state with the riders where their bodies' points are: they are no states of their own.
    pub fn dressed(&self, time: f64, y: &[f64]) -> Vec<f64> {
        let mut all = y.to_vec();
        let n = self.points;
        for r in &self.net.riders {
            let (mut u, mut v) = (y[r.on], y[n + r.on]);
            if let Some(t) = self.turns[self.net.bodies[r.on].side] {
                u -= r.eta_m * t.theta(y);
                v -= r.eta_m * t.omega(y);
            }
            if let Some(p) = &r.pushed {
                let (depth, rate) = self.pushed_in(p, time, y);
                u -= p.heading * depth;
                v -= p.heading * rate;
            }
            (all[r.body], all[n + r.body]) = (u, v);
        }
        all
    }

    /// Local intrusion, m, and its rate: the mean over the cells that have met, each joining over a while.
    fn pushed_in(&self, by: &PushedSpec, time: f64, y: &[f64]) -> (f64, f64) {
        let (mut sum, mut sum_rate) = (0.0, 0.0);
        let (mut weights, mut weights_rate) = (0.0, 0.0);
        for &(s, part) in &by.shares {
            let share = &self.net.shares[s];
            let Some(met) = self.met_s[share.cell] else {
                continue;
            };
            let age = time - met;
            let joining = if age < JOINS_S { part * share.weight } else { 0.0 };
            let weight = part * share.weight * age.clamp(0.0, JOINS_S);
            // Shares stand first among the paths, in their own order.
            let (d, rate) = self.paths[s].motion(y, self.points, time, self.middle_s);
            let (d, rate) = if d > 0.0 { (d, rate) } else { (0.0, 0.0) };
            sum += weight * d;
            sum_rate += joining * d + weight * rate;
            weights += weight;
            weights_rate += joining;
        }
        if weights <= 0.0 {
            return (0.0, 0.0);
        }
        let mean = sum / weights;
        (mean, (sum_rate - mean * weights_rate) / weights)
    }

    /// Place of a vehicle's mass centre along x, m.
    fn centre(&self, side: usize, y: &[f64]) -> f64 {
        let spec = self.net.yaw.as_ref().and_then(|yaw| yaw.vehicles[side]);
        let own = self.net.bodies.iter().enumerate();
        let own = own.filter(|(_, b)| b.side == side && !b.fixed);
        let moved: f64 = own.map(|(b, of)| of.kg * y[b]).sum();
        spec.map_or(0.0, |s| s.mass_centre_m + moved / self.net.turning_kg(side))
    }

    /// Place of a cell's contact along x, m, and the speed at which vehicle 1 slides over vehicle 2 there, m/s.
    pub fn sliding(&self, cell: usize, y: &[f64]) -> (f64, f64) {
        let place = y[self.tips(cell).0] - self.net.cells[cell].setback_m;
        let speed = |side: usize| {
            self.turns[side].map_or(0.0, |t| t.lateral_mps(y) + (place - self.centre(side, y)) * t.omega(y))
        };
        (place, speed(0) - speed(1))
    }

    /// Rates of yaw and side motion under the moments of the layers and the grip of the cells, and of the riders.
    fn turn_rates(&self, y: &[f64], dy: &mut [f64], mut moment: [f64; 2]) {
        let Some(yaw) = &self.net.yaw else { return };
        let centres = [0, 1].map(|side| self.centre(side, y));
        let mut pull = [0.0; 2];
        for c in (0..self.net.cells.len()).filter(|c| self.merged[*c]) {
            let push = dy[self.impulse(c)];
            let (place, slip) = self.sliding(c, y);
            let share = if self.grips[c] == 0.0 {
                slip / SLIP_MPS
            } else {
                self.grips[c]
            };
            let grip = yaw.friction * push * share;
            for (side, sign) in [(0, -1.0), (1, 1.0)] {
                pull[side] += sign * grip;
                moment[side] += sign * grip * (place - centres[side]);
            }
            let taken = self.taken();
            dy[taken] += grip * slip;
            dy[taken + 1] += grip;
            dy[taken + 2] += grip * place;
        }
        for side in 0..2 {
            let (Some(at), Some(spec)) = (self.turns[side], yaw.vehicles[side]) else {
                continue;
            };
            let rates = [
                at.omega(y),
                at.lateral_mps(y),
                at.lateral(y) * at.omega(y),
                moment[side] / spec.inertia_kgm2,
                pull[side] / self.net.turning_kg(side),
            ];
            dy[at.0..at.0 + PER_TURN].copy_from_slice(&rates);
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
        let dressed = self.dressed(time, y.as_slice());
        let (y, dy) = (&dressed[..], dy.as_slice());
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
                    let bend = p.acceleration(y, dy, n);
                    let ku = p.unloading(p.m.max(d));
                    let grows = p.strength_rate(k, d, rate, bend, time, self.middle_s) / ku;
                    // With a power the curve below the turning point has the strength of that point.
                    let outgrown = p.law.unload_power == 1 && grows - moving > NEAR_MPS.max(1e-9 * moving);
                    when(moving < -NEAR_MPS || outgrown, Switch::Unload(i));
                }
            }
            if p.damping() > 0.0 {
                let sum = p.spring(d, rate, time, self.middle_s) + p.damping() * rate;
                // In compression the sum is never tensile, in tension a tie never pushes.
                let wrong = if p.regime == Regime::Off { sum } else { -sum };
                when(if p.slack { wrong < -NEAR_N } else { wrong > NEAR_N }, Switch::Slack(i));
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
                if self.knees[i] { over < -NEAR_M } else { over > NEAR_M },
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
                if self.net.yaw.is_some() {
                    let slip = self.sliding(c, y).1;
                    let over = if self.grips[c] == 0.0 {
                        slip.abs() - SLIP_MPS
                    } else {
                        SLIP_MPS - self.grips[c] * slip
                    };
                    when(over > NEAR_SLIP_MPS, Switch::Grip(c));
                }
            } else {
                let over = y[a] - y[b] - cell.gap_m;
                let touches = starts && over >= 0.0;
                when((over > NEAR_M || touches) && y[n + a] > y[n + b], Switch::Meet(c));
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
