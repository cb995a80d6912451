//! Where a known value is in a record: channels and how they are read.

use crate::criteria::head::{clip_3ms_contiguous, hic};
use crate::criteria::pulse::olc_from_velocity;
use crate::dynamics::{BodyId, GroupId, Record};

/// A history in a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Channel {
    /// Displacement of a body, m.
    U(BodyId),
    /// Velocity of a body, m/s.
    V(BodyId),
    /// Deceleration (-a) of a body, m/s2.
    Deceleration(BodyId),
    /// Displacement of the first body relative to the second, m.
    Travel(BodyId, BodyId),
    /// Force of a group, N.
    Force(GroupId),
    /// Work done on a group, J.
    Work(GroupId),
    /// Velocity of the first body relative to the second, m/s.
    Rate(BodyId, BodyId),
    /// Compression of a group, m.
    Compression(GroupId),
    /// Kinetic energy of everything, J.
    Kinetic,
    /// Yaw rate of a vehicle (0 or 1), rad/s.
    YawRate(usize),
    /// Lateral velocity of a vehicle (0 or 1), m/s.
    Lateral(usize),
    /// Travel times its rate over a depth (the viscous criterion, scaling factor 1), m/s.
    Viscous(BodyId, BodyId, f64),
}

impl Channel {
    /// Its samples.
    pub fn samples(self, record: &Record) -> Vec<f64> {
        let pair = |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(a, b)| a - b).collect() };
        match self {
            Self::U(b) => record.u(b),
            Self::V(b) => record.v(b),
            Self::Deceleration(b) => record.a(b).iter().map(|a| -a).collect(),
            Self::Travel(a, b) => pair(&record.u(a), &record.u(b)),
            Self::Rate(a, b) => pair(&record.v(a), &record.v(b)),
            Self::Compression(g) => record.compression(g),
            Self::Kinetic => record.range().map(|s| record.kinetic_at(s)).collect(),
            Self::YawRate(side) => {
                let turns = record.range().map(|s| record.turn_at(side, s));
                turns.map(|t| t.yaw_radps).collect()
            }
            Self::Lateral(side) => {
                let turns = record.range().map(|s| record.turn_at(side, s));
                turns.map(|t| t.lateral_mps).collect()
            }
            Self::Force(g) => record.force(g),
            Self::Work(g) => record.range().map(|s| record.work_at(g, s)).collect(),
            Self::Viscous(a, b, depth) => {
                let d = pair(&record.u(a), &record.u(b));
                let rate = pair(&record.v(a), &record.v(b));
                d.iter().zip(rate).map(|(d, v)| d * v / depth).collect()
            }
        }
    }
}

/// How a value is taken from a channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// Largest value, by a parabola through the samples around it.
    Peak(Channel),
    /// Its time, s.
    TimeOfPeak(Channel),
    /// Value at a time, s, by a cubic through four samples.
    At(Channel, f64),
    /// Last sample.
    Last(Channel),
    /// First less last sample.
    Fall(Channel),
    /// Value of a channel when a body first is at a displacement, m.
    When(Channel, BodyId, f64),
    /// KW400: `2 E/(0.400^2 - 0.025^2)` with the work E of a force over a body's first travel from 25 to 400
    /// mm, N/m.
    Kw400(GroupId, BodyId),
    /// OLC of a body's velocity, m/s2.
    Olc(BodyId),
    /// HIC of a body's deceleration over windows of at most this, s; in its customary unit.
    Hic(BodyId, f64),
    /// 3 ms clip of a body's deceleration, one interval, m/s2.
    Clip(BodyId),
    /// Slope by time between two times (mean acceleration from a velocity), per s.
    Slope(Channel, f64, f64),
}

impl Reading {
    /// Read it.
    pub fn of(self, record: &Record) -> f64 {
        let dt = record.sample_s;
        match self {
            Self::Peak(c) => vertex(&c.samples(record)).1,
            Self::TimeOfPeak(c) => vertex(&c.samples(record)).0 * dt,
            Self::At(c, t) => cubic(&c.samples(record), t / dt),
            Self::Last(c) => c.samples(record).last().copied().unwrap_or(f64::NAN),
            Self::Fall(c) => {
                let x = c.samples(record);
                x.first().zip(x.last()).map_or(f64::NAN, |(a, b)| a - b)
            }
            Self::When(c, body, place) => {
                crossing(&record.u(body), place).map_or(f64::NAN, |at| cubic(&c.samples(record), at))
            }
            Self::Kw400(group, body) => kw400(&record.force(group), &record.u(body)),
            Self::Olc(body) => olc_from_velocity(&record.v(body), dt).map_or(f64::NAN, |o| o.olc_mps2),
            Self::Hic(body, window) => {
                let a: Vec<f64> = record.a(body).iter().map(|a| -a).collect();
                hic(&a, dt, window).map_or(f64::NAN, |h| h.value)
            }
            Self::Clip(body) => {
                let a: Vec<f64> = record.a(body).iter().map(|a| -a).collect();
                clip_3ms_contiguous(&a, dt).unwrap_or(f64::NAN)
            }
            Self::Slope(c, from, to) => {
                let x = c.samples(record);
                (cubic(&x, to / dt) - cubic(&x, from / dt)) / (to - from)
            }
        }
    }
}

/// Place (in samples) and height of the vertex at the largest sample.
fn vertex(x: &[f64]) -> (f64, f64) {
    let (at, most) = x.iter().copied().enumerate().fold(
        (0, f64::NEG_INFINITY),
        |best, (i, v)| {
            if v > best.1 { (i, v) } else { best }
        },
    );
    if at == 0 || at + 1 >= x.len() {
        return (at as f64, most);
    }
    let (l, r) = (x[at - 1], x[at + 1]);
    let bend = l - 2.0 * most + r;
    if bend >= 0.0 {
        return (at as f64, most);
    }
    let shift = 0.5 * (l - r) / bend;
    (at as f64 + shift, most - 0.25 * (l - r) * shift)
}

/// Lagrange's cubic through the four samples around a place.
fn cubic(x: &[f64], place: f64) -> f64 {
    if x.len() < 4 {
        return f64::NAN;
    }
    let first = (place.floor() - 1.0).clamp(0.0, (x.len() - 4) as f64) as usize;
    let s = place - first as f64;
    (0..4)
        .map(|i| {
            let weight: f64 = (0..4)
                .filter(|j| *j != i)
                .map(|j| (s - j as f64) / (i as f64 - j as f64))
                .product();
            weight * x[first + i]
        })
        .sum()
}

/// Place, in samples, where a history first reaches a level.
fn crossing(x: &[f64], level: f64) -> Option<f64> {
    let after = x.iter().position(|v| *v >= level)?;
    let before = after.checked_sub(1)? as f64;
    Some(super::root(|place| cubic(x, place) - level, before, after as f64))
}

/// Secant stiffness of a force over the displacements 25-400 mm.
fn kw400(force: &[f64], u: &[f64]) -> f64 {
    const WINDOW_M: [f64; 2] = [0.025, 0.400];
    let place = WINDOW_M.map(|level| crossing(u, level));
    let [Some(from), Some(to)] = place else {
        return f64::NAN;
    };
    // Between the ends the samples, at the ends the interpolated ones.
    let mut points = vec![(WINDOW_M[0], cubic(force, from))];
    let inside = from.floor() as usize + 1..=to.floor() as usize;
    points.extend(inside.map(|s| (u[s], force[s])));
    points.push((WINDOW_M[1], cubic(force, to)));
    let work: f64 = points
        .windows(2)
        .map(|p| 0.5 * (p[0].1 + p[1].1) * (p[1].0 - p[0].0))
        .sum();
    2.0 * work / (WINDOW_M[1].powi(2) - WINDOW_M[0].powi(2))
}
