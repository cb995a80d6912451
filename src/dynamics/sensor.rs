//! Sensors in lanes (model section 6): when a body has lost enough speed within a window, and what that sets off.
//!
//! A sensor reads the samples of a run, not its steps, so its answer does not depend on the step beyond what the
//! motion itself does. The loss between two samples is taken as straight, which places the crossing inside a sample;
//! the delay is at least one sample, so that a firing is known before anything acts on it.

use super::element::PackedCrush;
use super::lane::{Lane, Mask};
use super::network::{Network, SensorId};
use super::system::System;

/// Time of what has not fired, s: finite, so that nothing multiplies an infinity.
pub const NEVER_S: f64 = 1e9;

/// Firing time that an element starts with: its own, or never until its sensor has fired.
pub fn at_start(sensor: Option<SensorId>, time_s: f64) -> f64 {
    sensor.map_or(time_s, |_| NEVER_S)
}

/// Samples written so far: velocities of bodies are read from there.
#[derive(Debug, Clone, Copy)]
struct Past<'a> {
    /// Values of all frames.
    frames: &'a [f64],
    /// Values of one frame and lane.
    len: usize,
    /// Lanes.
    width: usize,
}

impl Past<'_> {
    /// Velocity of a body at a time in samples, straight between them; before the first sample that of the first.
    #[inline(always)]
    fn velocity(&self, body: usize, at: f64, lane: usize) -> f64 {
        let value = |sample: usize| self.frames[(sample * self.len + 3 * body + 1) * self.width + lane];
        let at = at.max(0.0);
        let sample = at as usize;
        let part = at - sample as f64;
        let here = value(sample);
        if part > 0.0 {
            here + (value(sample + 1) - here) * part
        } else {
            here
        }
    }
}

/// A sensor in lanes.
#[derive(Debug, Clone, Copy)]
struct PackedSensor<V> {
    body: usize,
    sign: V,
    loss_mps: V,
    window_s: V,
    delay_s: V,
    /// Loss within the window at the sample before, m/s.
    before_mps: V,
    fired_s: V,
}

impl<V: Lane> PackedSensor<V> {
    /// Look at a new sample; the lanes that fire by it, if any.
    #[inline(always)]
    fn look(&mut self, past: &Past, sample: usize, sample_s: f64) -> Option<V::Mask> {
        let waits = self.fired_s.above(V::splat(0.5 * NEVER_S));
        if !waits.any() {
            return None;
        }
        let now = V::from_fn(|i| past.velocity(self.body, sample as f64, i));
        let back = V::from_fn(|i| {
            let at = sample as f64 - self.window_s.lane(i) / sample_s;
            past.velocity(self.body, at, i)
        });
        let lost = self.sign * (back - now);
        let fires = self.loss_mps.above(lost).not().and(waits);
        if fires.any() {
            let part = (self.loss_mps - self.before_mps) / (lost - self.before_mps);
            let reached = (V::splat(sample as f64 - 1.0) + part) * V::splat(sample_s);
            let fired = reached + self.delay_s.larger(V::splat(sample_s));
            self.fired_s = V::select(fires, fired, self.fired_s);
        }
        self.before_mps = lost;
        fires.any().then_some(fires)
    }
}

/// A crush element that waits for a sensor, and how long after it its parts act, s.
#[derive(Debug, Clone, Copy)]
struct SetOff<V> {
    sensor: SensorId,
    crush: usize,
    /// The pretensioner does (else the ramp).
    pulls: bool,
    after_s: V,
}

/// All sensors of a network and what they set off.
#[derive(Debug, Clone)]
pub struct Sensors<V> {
    all: Vec<PackedSensor<V>>,
    set_off: Vec<SetOff<V>>,
}

impl<V: Lane> Sensors<V> {
    /// Pack networks of one topology; missing lanes repeat the last one.
    pub fn pack(nets: &[&Network]) -> Self {
        let gather = |f: &dyn Fn(&Network) -> f64| V::from_fn(|i| f(nets[i.min(nets.len() - 1)]));
        let all = (0..nets[0].sensors.len())
            .map(|k| PackedSensor {
                body: nets[0].sensors[k].body,
                sign: gather(&|n| n.sensors[k].sign),
                loss_mps: gather(&|n| n.sensors[k].loss_mps),
                window_s: gather(&|n| n.sensors[k].window_s),
                delay_s: gather(&|n| n.sensors[k].delay_s),
                before_mps: V::zero(),
                fired_s: V::splat(NEVER_S),
            })
            .collect();
        let mut set_off = Vec::new();
        for (k, e) in nets[0].crushes.iter().enumerate() {
            let pulls = e.pretension.and_then(|p| p.sensor);
            let ramps = e.ramp.and_then(|r| r.sensor);
            if let Some(sensor) = pulls {
                set_off.push(SetOff {
                    sensor,
                    crush: k,
                    pulls: true,
                    after_s: gather(&|n| n.crushes[k].pretension.map_or(0.0, |p| p.fire_s)),
                });
            }
            if let Some(sensor) = ramps {
                set_off.push(SetOff {
                    sensor,
                    crush: k,
                    pulls: false,
                    after_s: gather(&|n| n.crushes[k].ramp.map_or(0.0, |r| r.start_s)),
                });
            }
        }
        Self { all, set_off }
    }

    /// Let every sensor look at the sample just written, and tell what hangs on those that fire.
    #[inline(always)]
    fn look(&mut self, past: &Past, sample: usize, sample_s: f64, crushes: &mut [PackedCrush<V>]) {
        for (k, sensor) in self.all.iter_mut().enumerate() {
            let Some(fires) = sensor.look(past, sample, sample_s) else {
                continue;
            };
            for s in self.set_off.iter().filter(|s| s.sensor == k) {
                let at = sensor.fired_s + s.after_s;
                let e = &mut crushes[s.crush];
                if let (true, Some(p)) = (s.pulls, &mut e.pretension) {
                    p.fire_s = V::select(fires, at, p.fire_s);
                }
                if let (false, Some(r)) = (s.pulls, &mut e.ramp) {
                    r.0 = V::select(fires, at, r.0);
                }
            }
        }
    }

    /// Firing times of a lane up to the end of its run, s.
    pub fn fired_s(&self, lane: usize, end_s: f64) -> Vec<Option<f64>> {
        let times = self.all.iter().map(|s| s.fired_s.lane(lane));
        // A lane that has ended may fire while its neighbours go on.
        times.map(|t| (t <= end_s).then_some(t)).collect()
    }
}

impl<V: Lane> System<V> {
    /// Show the sample just written to the sensors.
    #[inline(always)]
    pub(super) fn sense(&mut self, frames: &[f64], sample: usize, sample_s: f64) {
        let past = Past {
            frames,
            len: self.layout.len(),
            width: V::WIDTH,
        };
        (self.sensors).look(&past, sample, sample_s, &mut self.crushes);
    }
}
