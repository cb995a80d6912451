//! The independent checker of the fixed-step scheme: Dormand-Prince 5(4) with error control.
//!
//! An adaptive method that steps across the kinks of hysteresis looks converged and is not. So modes are
//! frozen while a window is integrated (which piece of which backbone, stuck or slipping, touching or
//! not), the first switch in the window is located by bisection on the continuous output, the window is
//! integrated again up to there, and the next starts with new modes.

mod elements;
mod frame;
mod motion;
mod sensor;

use std::sync::Arc;

use nalgebra::DVector;
use ode_solvers::Dopri5;
use ode_solvers::OutputType;
use ode_solvers::continuous_output_model::ContinuousOutputModel;

use super::SimulationError;
use super::network::Network;
use super::record::{Detail, Layout, Plan, Record};
use super::separation::Watch as Contact;
use elements::{Pull, Regime, Slide, port_motion};
use motion::{Motion, Switch};
use sensor::Watch;

/// Error control of the adaptive solver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerances {
    /// Relative, per step.
    pub relative: f64,
    /// Absolute, per step: m, m/s, J and N s alike.
    pub absolute: f64,
    /// Switches of mode after which it gives up.
    pub most_switches: usize,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self {
            relative: 1e-10,
            absolute: 1e-10,
            most_switches: 200_000,
        }
    }
}

/// Largest step, s.
const LARGEST_STEP_S: f64 = 1e-3;
/// Places in a window where switches are looked for.
const LOOKS: usize = 8;
/// Width to which a switch is located, s.
const LOCATED_S: f64 = 1e-14;
/// Switches at one instant after which the modes are taken to chatter.
const MOST_AT_ONCE: usize = 400;

/// Simulate one network with error control; frames are at the plan's samples, its step is not used otherwise.
///
/// # Errors
/// [`SimulationError::Adaptive`] when modes chatter or the method fails, [`SimulationError::NotFinite`].
pub fn simulate_adaptive(net: &Network, plan: &Plan, tolerances: Tolerances) -> Result<Record, SimulationError> {
    let mut run = Run::new(net, tolerances);
    let mut breaks = breaks(net, plan);
    let samples = plan.samples();
    let mut frames = Vec::with_capacity((samples + 1) * run.layout.len());
    run.motion.middle_s = 0.0;
    run.sample(&mut frames);
    run.settle_modes()?;
    // Accelerations at t = 0 are those right after what touches has met.
    run.refresh_first_accelerations(&mut frames);
    let mut taken = 1;
    let mut next = 0;
    let mut contact = Contact::new(plan.sample_s());
    run.watch(plan);
    for sample in 1..=samples {
        let end = plan.sample_s() * sample as f64;
        while next < breaks.len() && breaks[next] < end - LOCATED_S {
            run.advance(breaks[next])?;
            next += 1;
        }
        run.advance(end)?;
        run.sample(&mut frames);
        taken += 1;
        let quiet_s = contact.quiet_s(run.contact_impulse(), end);
        if let Some(more) = run.watch(plan) {
            breaks.extend(more);
            next = 0;
            tidy(&mut breaks, run.time, plan.duration_s);
        }
        if let Some(settle) = plan.settle_s
            && quiet_s >= settle
            && run.parts()
        {
            break;
        }
    }
    Ok(Record {
        frames: Arc::new(frames),
        layout: run.layout,
        width: 1,
        lane: 0,
        samples: taken,
        sample_s: plan.sample_s(),
        last_touch_s: run.last_touch_s,
        touching_at_end: run.motion.merged.iter().any(|m| *m),
        steps: run.steps,
        meetings: run.meetings,
        fired_s: run.fired(),
    })
}

/// Times at which a function of time has a kink, rising.
fn breaks(net: &Network, plan: &Plan) -> Vec<f64> {
    let mut all: Vec<f64> = Vec::new();
    for e in &net.crushes {
        if let Some(r) = e.ramp.filter(|r| r.sensor.is_none()) {
            all.extend([r.start_s, r.start_s + r.duration_s]);
        }
        if let Some(p) = e.pretension.filter(|p| p.sensor.is_none()) {
            all.extend([p.fire_s, p.fire_s + p.duration_s]);
        }
    }
    for d in net.bodies.iter().filter_map(|b| b.drive.as_ref()) {
        all.extend((1..d.acceleration_mps2.len()).map(|i| i as f64 * d.dt_s));
    }
    tidy(&mut all, 0.0, plan.duration_s);
    all
}

/// Rising, each once, and only those between two times.
fn tidy(breaks: &mut Vec<f64>, after: f64, before: f64) {
    breaks.retain(|t| *t > after + LOCATED_S && *t < before);
    breaks.sort_by(f64::total_cmp);
    breaks.dedup_by(|a, b| *a - *b < LOCATED_S);
}

/// Continuous output of a window.
type Output = ContinuousOutputModel<f64, DVector<f64>>;

/// A run in progress.
struct Run<'a> {
    motion: Motion<'a>,
    tolerances: Tolerances,
    layout: Layout,
    time: f64,
    y: DVector<f64>,
    /// Energy taken by plastic meetings, J.
    lost: f64,
    last_touch_s: Option<f64>,
    steps: usize,
    meetings: usize,
    switches: usize,
    watches: Vec<Watch<'a>>,
}

impl<'a> Run<'a> {
    fn new(net: &'a Network, tolerances: Tolerances) -> Self {
        let motion = Motion::new(net);
        let y = motion.start();
        Self {
            motion,
            tolerances,
            layout: Layout {
                bodies: net.bodies.len(),
                cells: net.cells.len(),
                groups: net.groups.len(),
                detail: Detail::Full,
                turning: net.yaw.is_some(),
            },
            time: 0.0,
            y,
            lost: 0.0,
            last_touch_s: None,
            steps: 0,
            meetings: 0,
            switches: 0,
            watches: net.sensors.iter().map(Watch::new).collect(),
        }
    }

    fn gives_up(&self, why: impl Into<String>) -> SimulationError {
        SimulationError::Adaptive {
            time_ms: self.time * 1e3,
            why: why.into(),
        }
    }

    /// Integrate with frozen modes to a time; returns the state there and the continuous output.
    fn integrate(&mut self, end: f64) -> Result<(DVector<f64>, Output), SimulationError> {
        let mut output = ContinuousOutputModel::new();
        let Tolerances { relative, absolute, .. } = self.tolerances;
        let (done, y) = {
            let mut solver = Dopri5::from_param(
                &self.motion,
                self.time,
                end,
                0.0,
                self.y.clone(),
                relative,
                absolute,
                0.9,
                0.04,
                0.2,
                10.0,
                LARGEST_STEP_S,
                0.0,
                100_000,
                u32::MAX,
                OutputType::Continuous,
            );
            let done = solver.integrate_with_continuous_output_model(&mut output);
            (done, solver.y_out().last().cloned())
        };
        let stats = done.map_err(|e| self.gives_up(e.to_string()))?;
        self.steps += stats.accepted_steps as usize;
        match y {
            Some(y) => Ok((y, output)),
            None => Err(self.gives_up("no step was taken")),
        }
    }

    /// Advance to a time through all switches on the way.
    fn advance(&mut self, end: f64) -> Result<(), SimulationError> {
        self.motion.middle_s = 0.5 * (self.time + end);
        self.settle_modes()?;
        let mut at_once = 0;
        while end - self.time > LOCATED_S {
            let (y, output) = self.integrate(end)?;
            self.check_finite(&y)?;
            match self.first_switch(end, &y, &output) {
                None => {
                    self.y = y;
                    self.time = end;
                }
                Some((time, due)) => {
                    at_once = if time - self.time > 10.0 * LOCATED_S {
                        0
                    } else {
                        at_once + 1
                    };
                    if at_once > MOST_AT_ONCE {
                        return Err(self.gives_up(format!("modes chatter: {due:?}")));
                    }
                    if time - self.time > 2.0 * LOCATED_S {
                        self.y = self.integrate(time)?.0;
                    }
                    self.time = time;
                    self.apply(due)?;
                    self.settle_modes()?;
                }
            }
            if self.motion.merged.iter().any(|m| *m) {
                self.last_touch_s = Some(self.time);
            }
        }
        self.time = end;
        Ok(())
    }

    /// The first switch in the window, if any, and when.
    fn first_switch(&self, end: f64, last: &DVector<f64>, output: &Output) -> Option<(f64, Switch)> {
        let due_at = |time: f64| match output.evaluate(time) {
            Some(y) if time < end => self.motion.due(time, &y),
            _ => self.motion.due(end, last),
        };
        let mut before = self.time;
        for look in 1..=LOOKS {
            let now = if look == LOOKS {
                end
            } else {
                self.time + (end - self.time) * look as f64 / LOOKS as f64
            };
            let mut due = due_at(now);
            if due.is_empty() {
                before = now;
                continue;
            }
            let (mut lo, mut hi) = (before, now);
            while hi - lo > LOCATED_S {
                let middle = 0.5 * (lo + hi);
                if middle <= lo || middle >= hi {
                    break;
                }
                let found = due_at(middle);
                if found.is_empty() {
                    lo = middle;
                } else {
                    hi = middle;
                    due = found;
                }
            }
            return due.first().map(|switch| (hi, *switch));
        }
        None
    }

    /// Switch modes until none is due, one at a time: a switch may make the next one void.
    fn settle_modes(&mut self) -> Result<(), SimulationError> {
        for _ in 0..MOST_AT_ONCE {
            match self.motion.due(self.time, &self.y).first() {
                None => return Ok(()),
                Some(switch) => self.apply(*switch)?,
            }
        }
        let due = self.motion.due(self.time, &self.y);
        Err(self.gives_up(format!("modes do not settle: {due:?}")))
    }

    fn apply(&mut self, switch: Switch) -> Result<(), SimulationError> {
        self.switches += 1;
        if self.switches > self.tolerances.most_switches {
            let most = self.tolerances.most_switches;
            return Err(self.gives_up(format!("more than {most} switches of mode")));
        }
        self.change(switch);
        Ok(())
    }

    fn change(&mut self, switch: Switch) {
        let (time, middle, n) = (self.time, self.motion.middle_s, self.motion.points);
        let dressed = self.motion.dressed(time, self.y.as_slice());
        let y = &dressed[..];
        match switch {
            Switch::Engage(i) => {
                let p = &mut self.motion.paths[i];
                let (d, rate) = p.motion(y, n, time, middle);
                let piece = p.piece(d);
                // A backbone that starts at zero is followed from the first touch.
                let follows = p.yields(d, rate, time, middle) >= 0.0;
                p.regime = if follows {
                    Regime::Backbone(piece)
                } else {
                    Regime::Elastic
                };
                p.slack = false;
            }
            Switch::Release(i) => {
                self.motion.paths[i].regime = Regime::Off;
                self.motion.paths[i].slack = false;
            }
            Switch::Yield(i) => {
                let p = &mut self.motion.paths[i];
                let d = p.motion(y, n, time, middle).0;
                p.regime = Regime::Backbone(p.piece(d));
            }
            Switch::NextPiece(i) => {
                let p = &mut self.motion.paths[i];
                if let Regime::Backbone(k) = p.regime {
                    p.regime = Regime::Backbone(k + 1);
                }
            }
            Switch::Unload(i) => {
                let p = &mut self.motion.paths[i];
                let (d, rate) = p.motion(y, n, time, middle);
                (p.p, p.m) = p.set(d, rate, time, middle);
                p.regime = Regime::Elastic;
            }
            Switch::Slack(i) => self.motion.paths[i].slack = !self.motion.paths[i].slack,
            Switch::Lock(i) => {
                let p = &mut self.motion.paths[i];
                p.pull = Pull::Locked(p.pulled(time, middle).0);
            }
            Switch::Break(i) => self.motion.broken[i] = true,
            Switch::Slide(i) => {
                let force = self.motion.slider_force(i, y);
                let e = &self.motion.net.sliders[i];
                self.motion.slides[i] = match self.motion.slides[i] {
                    Slide::Stuck(_) => Slide::Slipping(force.signum()),
                    Slide::Slipping(_) => Slide::Stuck(port_motion(&e.port, y, n).0 - force / e.stiffness_n_per_m),
                };
            }
            Switch::Knee(i) => self.motion.knees[i] = !self.motion.knees[i],
            Switch::Turn(i) => self.motion.inward[i] = !self.motion.inward[i],
            Switch::Meet(c) => self.meet(c),
            Switch::Part(c) => self.motion.merged[c] = false,
            Switch::Grip(c) => {
                let slip = self.motion.sliding(c, self.y.as_slice()).1;
                self.motion.grips[c] = if self.motion.grips[c] == 0.0 {
                    slip.signum()
                } else {
                    0.0
                };
            }
        }
    }

    /// Plastic meeting of two tips: common velocity, momentum kept.
    fn meet(&mut self, cell: usize) {
        let (a, b) = self.motion.tips(cell);
        let n = self.motion.points;
        let (wa, wb) = (self.motion.inverse_kg[a], self.motion.inverse_kg[b]);
        let closing = self.y[n + a] - self.y[n + b];
        let impulse = closing / (wa + wb);
        self.y[n + a] -= impulse * wa;
        self.y[n + b] += impulse * wb;
        // To the last bit one velocity, so that the two points stay together.
        self.y[n + a] = self.y[n + b];
        let slot = self.motion.impulse(cell);
        self.y[slot] += impulse;
        self.lost += 0.5 * closing * impulse;
        self.motion.merged[cell] = true;
        self.motion.met_s[cell].get_or_insert(self.time);
        self.meetings += 1;
        self.last_touch_s = Some(self.time);
    }

    fn check_finite(&self, y: &DVector<f64>) -> Result<(), SimulationError> {
        let bodies = &self.motion.net.bodies;
        match y.iter().position(|v| !v.is_finite()) {
            Some(i) => Err(SimulationError::NotFinite {
                body: bodies.get(i).map_or_else(|| format!("state {i}"), |b| b.name.clone()),
                time_ms: self.time * 1e3,
            }),
            None => Ok(()),
        }
    }

    /// Do the vehicles move apart?
    fn parts(&self) -> bool {
        let (momentum, mass) = self.momenta();
        let speed = |s: usize| {
            if mass[s] > 0.0 { momentum[s] / mass[s] } else { 0.0 }
        };
        speed(0) <= speed(1)
    }
}
