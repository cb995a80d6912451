//! Sensors of the adaptive solver, written apart from the packed ones: the velocity between samples is the cubic
//! through velocities and accelerations, and the loss is brought to its threshold by bisection.

use super::super::network::Sensor;
use super::super::record::Plan;
use super::{LOCATED_S, Run};

/// A sensor and what it has seen.
pub(super) struct Watch<'a> {
    spec: &'a Sensor,
    /// Velocity and acceleration of its body at every sample so far.
    seen: Vec<(f64, f64)>,
    fired_s: Option<f64>,
}

impl<'a> Watch<'a> {
    /// Nothing seen yet.
    pub(super) fn new(spec: &'a Sensor) -> Self {
        Self {
            spec,
            seen: Vec::new(),
            fired_s: None,
        }
    }

    /// Velocity at a time, m/s; before t = 0 the initial one.
    fn velocity(&self, time: f64, sample_s: f64) -> f64 {
        if time <= 0.0 || self.seen.len() < 2 {
            return self.seen[0].0;
        }
        let k = ((time / sample_s) as usize).min(self.seen.len() - 2);
        let (v0, a0) = self.seen[k];
        let (v1, a1) = self.seen[k + 1];
        let x = time / sample_s - k as f64;
        let y = 1.0 - x;
        let chord = v1 - v0;
        v0 + chord * x + x * y * ((a0 * sample_s - chord) * y - (a1 * sample_s - chord) * x)
    }

    fn lost(&self, time: f64, sample_s: f64) -> f64 {
        let before = self.velocity(time - self.spec.window_s, sample_s);
        self.spec.sign * (before - self.velocity(time, sample_s))
    }

    /// Take in a sample; the firing time if it is now known.
    fn see(&mut self, motion: (f64, f64), sample_s: f64) -> Option<f64> {
        self.seen.push(motion);
        let last = self.seen.len() - 1;
        let now = last as f64 * sample_s;
        let enough = |time: f64| self.lost(time, sample_s) >= self.spec.loss_mps;
        if last == 0 || self.fired_s.is_some() || !enough(now) {
            return None;
        }
        let (mut lo, mut hi) = (now - sample_s, now);
        while hi - lo > LOCATED_S {
            let middle = 0.5 * (lo + hi);
            if middle <= lo || middle >= hi {
                break;
            }
            if enough(middle) {
                hi = middle;
            } else {
                lo = middle;
            }
        }
        self.fired_s = Some(hi + self.spec.delay_s.max(sample_s));
        self.fired_s
    }
}

impl Run<'_> {
    /// Show the present sample to all sensors. Where one fires, its belts and bags get their times, and the kinks
    /// that these bring are handed back.
    pub(super) fn watch(&mut self, plan: &Plan) -> Option<Vec<f64>> {
        if self.watches.is_empty() {
            return None;
        }
        let dy = self.motion.at(self.time, &self.y);
        let mut kinks = Vec::new();
        for k in 0..self.watches.len() {
            let slot = self.motion.points + self.watches[k].spec.body;
            let motion = (self.y[slot], dy[slot]);
            if let Some(fired) = self.watches[k].see(motion, plan.sample_s()) {
                self.set_off(k, fired, &mut kinks);
            }
        }
        (!kinks.is_empty()).then_some(kinks)
    }

    fn set_off(&mut self, sensor: usize, fired: f64, kinks: &mut Vec<f64>) {
        let net = self.motion.net;
        let between = &mut self.motion.paths[net.shares.len()..];
        for (path, e) in between.iter_mut().zip(&net.crushes) {
            if let Some(belt) = e.pretension.filter(|p| p.sensor == Some(sensor))
                && let Some(p) = &mut path.pretension
            {
                p.fire_s = fired + belt.fire_s;
                kinks.extend([p.fire_s, p.fire_s + p.duration_s]);
            }
            if let Some(bag) = e.ramp.filter(|r| r.sensor == Some(sensor))
                && let Some(r) = &mut path.ramp
            {
                r.start_s = fired + bag.start_s;
                kinks.extend([r.start_s, r.start_s + r.duration_s]);
            }
        }
    }

    /// Firing times up to now, s.
    pub(super) fn fired(&self) -> Vec<Option<f64>> {
        let times = self.watches.iter().map(|w| w.fired_s);
        let end = self.time + LOCATED_S;
        times.map(|t| t.filter(|t| *t <= end)).collect()
    }
}
