//! Criteria of driven bodies: OLC of a vehicle that stops (C11), HIC and 3 ms clip of a head (C12).

use std::f64::consts::PI;

use super::{Known, Model, Reading, driven, root};
use crate::dynamics::{BodyId, Network, Plan};
use crate::units::{G0, KMH};

use Reading::{Clip, Hic, Last, Olc};

/// Free flight and whole travel of OLC's occupant, m.
const OLC_TRAVEL_M: [f64; 2] = [0.065, 0.300];

/// A body that decelerates by `pulse(t)` until `end` in samples as near 0.1 ms as fit; a pulse that ends
/// with a step passes through half of it on the sample at `end`, so that its integral is exact.
fn stopping(speed: f64, end: f64, step_at_end: f64, pulse: impl Fn(f64) -> f64) -> (Network, BodyId, Plan) {
    let count = (end / Plan::SAMPLE_S).round();
    let dt = end / count;
    let mut net = Network::default();
    let after = 0.25 * dt;
    let body = driven(&mut net, speed, end + dt, dt, |t| {
        if t < end - after {
            -pulse(t)
        } else if t < end + after {
            -0.5 * step_at_end
        } else {
            0.0
        }
    });
    (net, body, Plan::new(end + 200.0 * dt, 0.1 * dt))
}

/// OLC of a velocity `v(t)` with travel `x(t)` by its definition.
fn olc(v0: f64, until: f64, v: impl Fn(f64) -> f64, x: impl Fn(f64) -> f64) -> f64 {
    let t1 = root(|t| v0 * t - x(t) - OLC_TRAVEL_M[0], 1e-6, until);
    let slowing = |t2: f64| (v0 - v(t2)) / (t2 - t1);
    let travel = |t2: f64| v0 * t2 - 0.5 * slowing(t2) * (t2 - t1).powi(2) - x(t2);
    slowing(root(|t2| travel(t2) - OLC_TRAVEL_M[1], t1 + 1e-6, 0.5))
}

/// C11: OLC of a constant deceleration, g, from 50 km/h; the car has stopped before its occupant has.
pub fn constant_pulse(g: f64) -> Model {
    let (a, v0) = (g * G0, 50.0 * KMH);
    let end = v0 / a;
    let t1 = (2.0 * OLC_TRAVEL_M[0] / a).sqrt();
    let (network, vehicle, plan) = stopping(v0, end, a, |_| a);
    let travel = v0 * v0 / (2.0 * a) + OLC_TRAVEL_M[1] - v0 * t1;
    Model {
        name: "C11 OLC, constant deceleration",
        network,
        plan,
        known: vec![
            Known::new("OLC m/s2", v0 * v0 / (2.0 * travel), Olc(vehicle)),
            Known::new("travel m", v0 * end / 2.0, Last(super::Channel::U(vehicle))),
        ],
    }
}

/// C11: OLC of a half sine of `duration_s` that stops a car from 56 km/h.
pub fn half_sine_stop(duration_s: f64) -> Model {
    let (v0, s) = (56.0 * KMH, PI / duration_s);
    let peak = 0.5 * v0 * s;
    let v = |t: f64| 0.5 * v0 * (1.0 + (s * t.min(duration_s)).cos());
    let x = |t: f64| 0.5 * v0 * (t.min(duration_s) + (s * t.min(duration_s)).sin() / s);
    let (network, vehicle, plan) = stopping(v0, duration_s, 0.0, |t| peak * (s * t).sin());
    Model {
        name: "C11 OLC, half sine",
        network,
        plan,
        known: vec![
            Known::new("OLC m/s2", olc(v0, duration_s, v, x), Olc(vehicle)),
            Known::new("travel m", 0.5 * v0 * duration_s, Last(super::Channel::U(vehicle))),
        ],
    }
}

/// Shape of a head pulse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Half sine.
    HalfSine,
    /// Constant.
    Constant,
    /// Symmetric triangle.
    Triangle,
}

/// A head pulse of C12.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// Shape.
    pub shape: Shape,
    /// Peak, g.
    pub peak_g: f64,
    /// Duration, s.
    pub duration_s: f64,
}

/// The pulses of C12.
pub const HEADS: [Head; 5] = [
    Head {
        shape: Shape::HalfSine,
        peak_g: 80.0,
        duration_s: 0.020,
    },
    Head {
        shape: Shape::HalfSine,
        peak_g: 60.0,
        duration_s: 0.040,
    },
    Head {
        shape: Shape::HalfSine,
        peak_g: 50.0,
        duration_s: 0.100,
    },
    Head {
        shape: Shape::Constant,
        peak_g: 60.0,
        duration_s: 0.030,
    },
    Head {
        shape: Shape::Triangle,
        peak_g: 80.0,
        duration_s: 0.020,
    },
];

impl Head {
    /// HIC with windows of at most `limit`, s: the best window lies around the middle, `w mean(w)^2.5`.
    pub fn hic(&self, limit: f64) -> f64 {
        let (a, t) = (self.peak_g, self.duration_s);
        let mean = |w: f64| match self.shape {
            Shape::HalfSine => a * 2.0 * t / (PI * w) * (PI * w / (2.0 * t)).sin(),
            Shape::Constant => a,
            Shape::Triangle => a * (1.0 - w / (2.0 * t)),
        };
        let value = |w: f64| w * mean(w).powf(2.5);
        let rises = |w: f64| value(w * (1.0 + 1e-7)) - value(w * (1.0 - 1e-7));
        let widest = limit.min(t);
        if rises(widest) >= 0.0 {
            value(widest)
        } else {
            value(root(rises, 1e-3 * t, widest))
        }
    }

    /// 3 ms clip, g: the level held through the middle 3 ms.
    pub fn clip_3ms(&self) -> f64 {
        match self.shape {
            Shape::HalfSine => self.peak_g * (PI * 0.0015 / self.duration_s).cos(),
            Shape::Constant => self.peak_g,
            Shape::Triangle => self.peak_g * (1.0 - 0.003 / self.duration_s),
        }
    }
}

/// C12: HIC and 3 ms clip of a head pulse.
pub fn head_pulse(head: Head) -> Model {
    let (a, end) = (head.peak_g * G0, head.duration_s);
    let pulse = |t: f64| match head.shape {
        Shape::HalfSine => a * (PI * t / end).sin(),
        Shape::Constant => a,
        Shape::Triangle => a * (1.0 - (2.0 * t / end - 1.0).abs()),
    };
    let held = head.shape == Shape::Constant;
    let (network, body, plan) = stopping(40.0, end, if held { a } else { 0.0 }, pulse);
    let mut known = vec![
        Known::new("HIC15", head.hic(0.015), Hic(body, 0.015)),
        Known::new("clip m/s2", head.clip_3ms() * G0, Clip(body)),
    ];
    // A window as long as a pulse with steps at both ends falls between its samples.
    if !held {
        known.push(Known::new("HIC36", head.hic(0.036), Hic(body, 0.036)));
    }
    Model {
        name: "C12 HIC and clip",
        network,
        plan,
        known,
    }
}
