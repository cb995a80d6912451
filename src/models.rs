//! Problems with known solutions: each function returns a network, a plan and the values it must give.
//! Shared by tests and benches, and by the parity checks of the fast and the adaptive solver.
//!
//! Closed forms C1-C12 and E1-E4 ([`crate::model`]) are textbook mechanics; Lobdell's impactor, the pole test
//! and the coach are published models.

mod element;
mod level;
mod occupant;
mod pair;
mod pole;
mod pulse;
mod reading;
mod single;
mod turn;

pub use element::{breaking_mount, gap, mount, rate_factor, rigid_face};
pub use level::{
    SIDES, ZONES, Zones, barrier_equivalent, bilinear, crush_zones, equivalent_pair, force_levels,
    single_constant_force,
};
pub use occupant::{force_limited_restraint, half_sine_restraint, linear_restraint, lobdell};
pub use pair::{HeadOn, ROWS, coach, head_on};
pub use pole::{pole_test, pole_test_flow};
pub use pulse::{HEADS, Head, Shape, constant_pulse, half_sine_stop, head_pulse};
pub use reading::{Channel, Reading};
pub use single::{elastic_plastic, kelvin, linear_spring, maxwell, power_rebound, stiff_unloading};
pub use turn::turning;

use crate::dynamics::{BodyId, Crush, CrushLaw, Drive, Network, Plan, Port, Record};

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
        let scale = if self.value == 0.0 { 1.0 } else { self.value.abs() };
        (self.measured(record) - self.value).abs() / scale
    }
}

/// Law of a linear spring that loads with `k` and unloads with `ku`, N/m.
pub fn linear_law(k: f64, ku: f64) -> CrushLaw {
    CrushLaw {
        crush_m: vec![0.0, 10.0],
        force_n: vec![0.0, 10.0 * k],
        unload_n_per_m: vec![ku; 2],
        rate_s_per_m: 0.0,
        unload_power: 1,
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
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    }
}

/// A body that does not move.
fn anchor(net: &mut Network) -> BodyId {
    let b = net.body("ground", 1.0, 0.0, 1);
    net.bodies[b].fixed = true;
    b
}

/// A mass that runs into the ground over one crush element.
fn against_ground(kg: f64, speed: f64, law: CrushLaw) -> Network {
    let mut net = Network::default();
    let mass = net.body("mass", kg, speed, 0);
    let ground = anchor(&mut net);
    let group = net.group("spring");
    let law = net.law(law);
    net.crushes.push(Crush {
        port: Port::between(mass, ground),
        law,
        gap_m: 0.0,
        pretension: None,
        ramp: None,
        group,
    });
    net
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

/// Where `f` changes sign between `lo` and `hi`, by bisection.
fn root(f: impl Fn(f64) -> f64, mut lo: f64, mut hi: f64) -> f64 {
    for _ in 0..200 {
        let mid = 0.5 * (lo + hi);
        if f(lo) * f(mid) <= 0.0 { hi = mid } else { lo = mid }
    }
    0.5 * (lo + hi)
}

/// Every model: C1-C15, B1-B3, E1-E4, one per element, Lobdell's chest.
pub fn all() -> Vec<Model> {
    let mut all = vec![
        linear_spring(),
        rigid_face(),
        gap(),
        mount(),
        breaking_mount(),
        rate_factor(),
        kelvin(0.3),
        kelvin(1.8719),
        maxwell(),
        stiff_unloading(),
        elastic_plastic(),
        power_rebound(3),
        power_rebound(8),
        turning(false),
        turning(true),
        linear_restraint(0.0, 6.0),
        linear_restraint(0.050, 4.0),
        linear_restraint(0.050, 6.0),
        linear_restraint(0.050, 8.0),
        half_sine_restraint(0.030),
        half_sine_restraint(0.0),
        force_limited_restraint(),
        lobdell(23.4, 6.71),
        lobdell(23.4, 4.9),
        lobdell(23.1, 6.71),
        force_levels(),
        single_constant_force(),
        pole_test(),
        coach(),
    ];
    all.extend(ROWS.iter().map(head_on));
    all.extend([20.0, 25.0, 30.0].map(constant_pulse));
    all.extend([0.080, 0.100, 0.120].map(half_sine_stop));
    all.extend(HEADS.map(head_pulse));
    all.extend(SIDES.map(|(kg, secant, ratio)| bilinear(kg, secant, ratio)));
    all.extend(ZONES.iter().map(crush_zones));
    all.extend([0.5, 0.7].map(barrier_equivalent));
    all
}
