//! One mass against something fixed: C1-C4, C6, C7.

use super::{Channel, Known, Model, Reading, against_ground, linear_law};
use crate::dynamics::{CrushLaw, MaxwellSpec, Network, Plan, Port};

use Channel::{Deceleration, Force, U, V, Work};
use Reading::{At, Last, Peak, TimeOfPeak};

const STEP_S: f64 = 1e-5;

/// C1: a mass on a linear spring against a wall, `x = v/w sin wt`; it leaves with the speed it came with.
pub fn linear_spring() -> Model {
    let (m, k, v): (f64, f64, f64) = (1000.0, 500e3, 15.0);
    let w = (k / m).sqrt();
    let half = std::f64::consts::PI / w;
    Model {
        name: "C1 linear spring",
        network: against_ground(m, v, linear_law(k, k)),
        plan: Plan::new(0.16, STEP_S),
        known: vec![
            Known::new("crush m", v / w, Peak(U(0))),
            Known::new("time of crush s", 0.5 * half, TimeOfPeak(U(0))),
            Known::new("deceleration m/s2", v * w, Peak(Deceleration(0))),
            Known::new("force N", m * v * w, Peak(Force(0))),
            Known::new("displacement at 60 ms", v / w * (w * 0.06).sin(), At(U(0), 0.06)),
            Known::new("rebound m/s", -v, Last(V(0))),
            // Beyond separation the mass flies on: its place tells when it left.
            Known::new("place at 160 ms", -v * (0.16 - half), Last(U(0))),
        ],
    }
}

/// C2 (damping ratio below 1) and C3 (above 1): spring and damper in parallel, acting only in compression.
///
/// Below 1 the mass is 1000 kg on 500 kN/m at 15 m/s; above 1 it is the one-mass pole test of
/// Munyazikwiye et al. 2013 (291 kg, 45 929 N/m, 9.7222 m/s).
pub fn kelvin(ratio: f64) -> Model {
    let (m, k, v) = if ratio < 1.0 {
        (1000.0, 500e3, 15.0)
    } else {
        (291.0, 45_929.0, 35.0 / 3.6)
    };
    let w = f64::sqrt(k / m);
    let c = 2.0 * ratio * f64::sqrt(k * m);
    let mut law = linear_law(k, k);
    law.damping_n_s_per_m = c;
    let network = against_ground(m, v, law);
    if ratio > 1.0 {
        let root = (ratio * ratio - 1.0).sqrt();
        let r = w * root;
        let t = (root / ratio).atanh() / r;
        return Model {
            name: "C3 spring and damper, overdamped",
            network,
            plan: Plan::new(0.10, STEP_S),
            known: vec![
                Known::new("crush m", v / r * (-ratio * w * t).exp() * (r * t).sinh(), Peak(U(0))),
                Known::new("time of crush s", t, TimeOfPeak(U(0))),
                Known::new("deceleration at contact m/s2", c * v / m, At(Deceleration(0), 0.0)),
            ],
        };
    }
    let root = (1.0 - ratio * ratio).sqrt();
    let wd = w * root;
    let t_crush = (root / ratio).atan() / wd;
    // a = k x + c x' over m; its extreme where k x' + c x'' = 0.
    let x = |t: f64| v / wd * (-ratio * w * t).exp() * (wd * t).sin();
    let rate = |t: f64| v / wd * (-ratio * w * t).exp() * (wd * (wd * t).cos() - ratio * w * (wd * t).sin());
    let a = |t: f64| (k * x(t) + c * rate(t)) / m;
    let t_peak = ((1.0 - 4.0 * ratio * ratio) * root / (ratio * (3.0 - 4.0 * ratio * ratio))).atan() / wd;
    let leave = (2.0 * ratio * root).atan2(2.0 * ratio * ratio - 1.0);
    let e = (-ratio / root * leave).exp();
    Model {
        name: "C2 spring and damper",
        network,
        plan: Plan::new(0.14, STEP_S),
        known: vec![
            Known::new(
                "crush m",
                v / w * (-ratio / root * (root / ratio).atan()).exp(),
                Peak(U(0)),
            ),
            Known::new("time of crush s", t_crush, TimeOfPeak(U(0))),
            Known::new(
                "deceleration at contact m/s2",
                2.0 * ratio * w * v,
                At(Deceleration(0), 0.0),
            ),
            Known::new("deceleration m/s2", a(t_peak), Peak(Deceleration(0))),
            Known::new("time of deceleration s", t_peak, TimeOfPeak(Deceleration(0))),
            Known::new("rebound m/s", -e * v, Last(V(0))),
            Known::new(
                "place at 140 ms",
                x(leave / wd) - e * v * (0.14 - leave / wd),
                Last(U(0)),
            ),
        ],
    }
}

/// C4: spring in series with a damper.
pub fn maxwell() -> Model {
    let (m, k, c, v): (f64, f64, f64, f64) = (1000.0, 500e3, 20e3, 15.0);
    let w = (k / m).sqrt();
    let z = (k * m).sqrt() / (2.0 * c);
    let root = (1.0 - z * z).sqrt();
    let wd = w * root;
    let t_force = (root / z).atan() / wd;
    // The mass stops when its momentum is used up: v' = -F/m integrated.
    let speed = |t: f64| v * (-z * w * t).exp() * ((wd * t).cos() + z / root * (wd * t).sin());
    // 1 - integral F/mv: with F above, speed(t) = v e^{-zwt}(cos + z/root sin) is zero at tan(wd t) = -root/z.
    let t_stop = (std::f64::consts::PI - (root / z).atan()) / wd;
    debug_assert!(speed(t_stop).abs() < 1e-9 * v);
    let force = |t: f64| m * v * w * (-z * w * t).exp() * (wd * t).sin() / root;
    // x = F/k + damper travel, which is the impulse over c.
    let x_stop = force(t_stop) / k + m * (v - speed(t_stop)) / c;
    let mut network = Network::default();
    let mass = network.body("mass", m, v, 0);
    let ground = super::anchor(&mut network);
    let group = network.group("spring and damper");
    network.maxwells.push(MaxwellSpec {
        port: Port::between(mass, ground),
        stiffness_n_per_m: k,
        damping_n_s_per_m: c,
        group,
    });
    Model {
        name: "C4 spring and damper in series",
        network,
        plan: Plan::new(0.13, STEP_S),
        known: vec![
            Known::new("force N", m * v * w * (-z * w * t_force).exp(), Peak(Force(0))),
            Known::new("time of force s", t_force, TimeOfPeak(Force(0))),
            Known::new("crush m", x_stop, Peak(U(0))),
            Known::new("time of crush s", t_stop, TimeOfPeak(U(0))),
        ],
    }
}

/// C6: loading along k, unloading along ku: restitution `sqrt(k/ku)`, residual crush `X (1 - e2)`.
pub fn stiff_unloading() -> Model {
    let (m, k, ku, v): (f64, f64, f64, f64) = (1200.0, 600e3, 6e6, 56.0 / 3.6);
    let (w, wu) = ((k / m).sqrt(), (ku / m).sqrt());
    let quarter = std::f64::consts::FRAC_PI_2;
    let (x, e) = (v / w, (k / ku).sqrt());
    let leave = quarter / w + quarter / wu;
    Model {
        name: "C6 stiff unloading",
        network: against_ground(m, v, linear_law(k, ku)),
        plan: Plan::new(0.11, STEP_S),
        known: vec![
            Known::new("crush m", x, Peak(U(0))),
            Known::new("time of crush s", quarter / w, TimeOfPeak(U(0))),
            Known::new("force N", k * x, Peak(Force(0))),
            Known::new("residual crush m", x * (1.0 - e * e), At(U(0), leave)),
            Known::new("rebound m/s", -e * v, Last(V(0))),
            Known::new(
                "place at 110 ms",
                x * (1.0 - e * e) - e * v * (0.11 - leave),
                Last(U(0)),
            ),
        ],
    }
}

/// C7: elastic, then perfectly plastic.
pub fn elastic_plastic() -> Model {
    let (m, k, f0, v): (f64, f64, f64, f64) = (1200.0, 2.5e6, 250e3, 56.0 / 3.6);
    let w = (k / m).sqrt();
    let yield_m = f0 / k;
    let t_yield = (yield_m * w / v).asin() / w;
    let v_yield = (v * v - (w * yield_m).powi(2)).sqrt();
    let crush = yield_m + 0.5 * v_yield * v_yield * m / f0;
    let t_crush = t_yield + v_yield * m / f0;
    let leave = t_crush + std::f64::consts::FRAC_PI_2 / w;
    let rebound = yield_m * w;
    let law = CrushLaw {
        crush_m: vec![0.0, yield_m, 2.0],
        force_n: vec![0.0, f0, f0],
        unload_n_per_m: vec![k; 3],
        rate_s_per_m: 0.0,
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    };
    Model {
        name: "C7 elastic, perfectly plastic",
        network: against_ground(m, v, law),
        plan: Plan::new(0.13, STEP_S),
        known: vec![
            Known::new("yield m", yield_m, At(U(0), t_yield)),
            Known::new("crush m", crush, Peak(U(0))),
            Known::new("time of crush s", t_crush, TimeOfPeak(U(0))),
            Known::new("deceleration m/s2", f0 / m, At(Deceleration(0), 0.04)),
            Known::new("permanent set m", crush - yield_m, At(U(0), leave)),
            Known::new("rebound m/s", -rebound, Last(V(0))),
            Known::new("dissipated J", 0.5 * m * (v * v - rebound * rebound), Last(Work(0))),
        ],
    }
}

/// C15: a mass stopped by a constant force that springs back with a power n leaves with
/// `e^2 = 2 n F^2 / ((n + 1) k_u m v^2)`.
pub fn power_rebound(n: u32) -> Model {
    let (m, force, ku, v): (f64, f64, f64, f64) = (1000.0, 200e3, 20e6, 15.0);
    let law = CrushLaw {
        unload_power: n,
        ..super::constant_law(force, ku)
    };
    let n = f64::from(n);
    let back = (2.0 * n * force * force / ((n + 1.0) * ku * m)).sqrt();
    Model {
        name: "C15 rebound with an unloading power",
        network: against_ground(m, v, law),
        plan: Plan::new(0.2, STEP_S),
        known: vec![Known::new("rebound m/s", -back, Last(V(0)))],
    }
}
