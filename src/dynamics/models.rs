//! Problems with known solutions: each function returns a network, a plan and the values it must give.
//! Shared by tests and benches, and by the parity checks of the fast and the adaptive solver.
//!
//! Closed forms C1-C10 and E2 ([`crate::model`]) are textbook mechanics; Lobdell's impactor and the coach are
//! published models.

mod occupant;
mod pair;
mod single;

pub use occupant::{force_limited_restraint, half_sine_restraint, linear_restraint, lobdell};
pub use pair::{coach, force_levels, head_on};
pub use single::{
    elastic_plastic, kelvin, linear_spring, maxwell, single_constant_force, stiff_unloading,
};

use super::{BodyId, CrushLaw, Drive, GroupId, Network, Plan, Record};

/// A problem and what is known about its solution.
#[derive(Debug, Clone)]
pub struct Model {
    /// Name.
    pub name: &'static str,
    /// What is simulated.
    pub network: Network,
    /// Integration settings: 10 us.
    pub plan: Plan,
    /// Known values.
    pub known: Vec<Known>,
}

impl Model {
    /// The same problem at another step, with samples as near 10 kHz as it allows.
    pub fn with_step(mut self, step_s: f64) -> Self {
        self.plan = Plan::new(self.plan.duration_s, step_s);
        self
    }

    /// The known value of a name.
    pub fn known(&self, what: &str) -> Option<&Known> {
        self.known.iter().find(|k| k.what == what)
    }
}

/// One known value, where to read it, and how near a run at 10 us must come.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// What it is, with its unit.
    pub what: &'static str,
    /// The solution, SI.
    pub value: f64,
    /// Where it is in a record.
    pub read: Reading,
    /// Relative tolerance at 10 us.
    pub relative: f64,
}

impl Known {
    /// A value that must be met to 1e-4.
    const fn new(what: &'static str, value: f64, read: Reading) -> Self {
        Self {
            what,
            value,
            read,
            relative: 1e-4,
        }
    }

    /// The same with another relative tolerance.
    const fn within(mut self, relative: f64) -> Self {
        self.relative = relative;
        self
    }

    /// The value a record gives.
    pub fn measured(&self, record: &Record) -> f64 {
        self.read.of(record)
    }

    /// Relative error of a record; absolute where the value is zero.
    pub fn error(&self, record: &Record) -> f64 {
        let scale = if self.value == 0.0 {
            1.0
        } else {
            self.value.abs()
        };
        (self.measured(record) - self.value).abs() / scale
    }
}

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
    /// Travel times its rate over a depth (the viscous criterion, scaling factor 1), m/s.
    Viscous(BodyId, BodyId, f64),
}

impl Channel {
    /// Its samples.
    pub fn samples(self, record: &Record) -> Vec<f64> {
        let pair =
            |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(a, b)| a - b).collect() };
        match self {
            Self::U(b) => record.u(b),
            Self::V(b) => record.v(b),
            Self::Deceleration(b) => record.a(b).iter().map(|a| -a).collect(),
            Self::Travel(a, b) => pair(&record.u(a), &record.u(b)),
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
            Self::Slope(c, from, to) => {
                let x = c.samples(record);
                (cubic(&x, to / dt) - cubic(&x, from / dt)) / (to - from)
            }
        }
    }
}

/// Place (in samples) and height of the vertex at the largest sample.
fn vertex(x: &[f64]) -> (f64, f64) {
    let (at, most) = x
        .iter()
        .copied()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, (i, v)| {
            if v > best.1 { (i, v) } else { best }
        });
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

/// Law of a linear spring that loads with `k` and unloads with `ku`, N/m.
pub fn linear_law(k: f64, ku: f64) -> CrushLaw {
    CrushLaw {
        crush_m: vec![0.0, 10.0],
        force_n: vec![0.0, 10.0 * k],
        unload_n_per_m: vec![ku; 2],
        rate_s_per_m: 0.0,
        damping_n_s_per_m: 0.0,
    }
}

/// Law of a constant force reached along a spring `ku`, N and N/m.
pub fn constant_law(force: f64, ku: f64) -> CrushLaw {
    CrushLaw {
        crush_m: vec![0.0, 1.0],
        force_n: vec![force; 2],
        unload_n_per_m: vec![ku; 2],
        rate_s_per_m: 0.0,
        damping_n_s_per_m: 0.0,
    }
}

/// A body that does not move.
fn anchor(net: &mut Network) -> BodyId {
    let b = net.body("ground", 1.0, 0.0, 1);
    net.bodies[b].fixed = true;
    b
}

/// A body that follows an acceleration, m/s2 over s, given as a function of time.
fn driven(net: &mut Network, speed: f64, duration: f64, dt: f64, a: impl Fn(f64) -> f64) -> BodyId {
    let b = net.body("vehicle", 1.0, speed, 0);
    let count = (duration / dt).round() as usize;
    net.bodies[b].drive = Some(Drive {
        dt_s: dt,
        acceleration_mps2: (0..=count).map(|i| a(i as f64 * dt)).collect(),
    });
    b
}

/// Every model.
pub fn all() -> Vec<Model> {
    vec![
        linear_spring(),
        kelvin(0.3),
        kelvin(1.8719),
        maxwell(),
        head_on(&pair::ROWS[0]),
        head_on(&pair::ROWS[1]),
        head_on(&pair::ROWS[2]),
        head_on(&pair::ROWS[3]),
        stiff_unloading(),
        elastic_plastic(),
        linear_restraint(4.0),
        linear_restraint(6.0),
        linear_restraint(8.0),
        half_sine_restraint(0.030),
        half_sine_restraint(0.0),
        force_limited_restraint(),
        lobdell(23.4, 6.71),
        lobdell(23.4, 4.9),
        lobdell(23.1, 6.71),
        force_levels(),
        single_constant_force(),
        coach(),
    ]
}

pub use pair::{HeadOn, ROWS};
