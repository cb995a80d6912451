//! One element at a time against the ground: rigid face, gap, mount, breaking mount, rate factor.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Channel, Known, Model, Reading, against_ground, anchor, linear_law};
use crate::dynamics::{Cell, MountSpec, Network, Plan, Port, Share};

use Channel::{Deceleration, Force, U, V, Work};
use Reading::{At, Last, Peak, TimeOfPeak};

const STEP_S: f64 = 1e-5;
const KG: f64 = 1000.0;
const STIFFNESS: f64 = 500e3;
const SPEED: f64 = 15.0;

/// C1 with the spring carried by a tip that meets a fixed rigid face at 100 mm: the tip (as light as the step
/// allows) stops dead, the body behind it is C1 from there on, and the impact takes the tip's energy.
pub fn rigid_face() -> Model {
    let (gap, tip_kg) = (0.1, 5e-10 * STIFFNESS);
    let w = (STIFFNESS / KG).sqrt();
    let mut network = Network::default();
    let body = network.body("mass", KG, SPEED, 0);
    let group = network.group("spring");
    let law = network.law(linear_law(STIFFNESS, STIFFNESS));
    network.cells.push(Cell {
        tip_kg: [Some(tip_kg), None],
        velocity_mps: [SPEED, 0.0],
        gap_m: gap,
        lateral_m: 0.0,
        setback_m: 0.0,
    });
    network.shares.push(Share {
        cell: 0,
        side: 0,
        body,
        law,
        weight: 1.0,
        gap_m: 0.0,
        tie: true,
        group,
    });
    let meets = gap / SPEED;
    Model {
        name: "rigid face",
        network,
        plan: Plan::new(0.16, STEP_S),
        known: vec![
            Known::new("crush m", SPEED / w, Peak(Channel::Compression(group))),
            Known::new("place m", gap + SPEED / w, Peak(U(body))),
            Known::new("time of crush s", meets + FRAC_PI_2 / w, TimeOfPeak(U(body))),
            Known::new("force N", KG * SPEED * w, Peak(Force(group))),
            Known::new("rebound m/s", -SPEED, Last(V(body))),
        ],
    }
}

/// C1 behind a free travel of 100 mm.
pub fn gap() -> Model {
    let gap = 0.1;
    let w = (STIFFNESS / KG).sqrt();
    let mut network = against_ground(KG, SPEED, linear_law(STIFFNESS, STIFFNESS));
    network.crushes[0].gap_m = gap;
    let meets = gap / SPEED;
    Model {
        name: "gap",
        network,
        plan: Plan::new(0.16, STEP_S),
        known: vec![
            Known::new("place m", gap + SPEED / w, Peak(U(0))),
            Known::new("time of crush s", meets + FRAC_PI_2 / w, TimeOfPeak(U(0))),
            Known::new("force N", KG * SPEED * w, Peak(Force(0))),
            Known::new("rebound m/s", -SPEED, Last(V(0))),
            Known::new("place at 160 ms", gap - SPEED * (0.16 - meets - PI / w), Last(U(0))),
        ],
    }
}

/// A mass on a mount against the ground.
fn mounted(damping_n_s_per_m: f64, break_n: f64) -> Network {
    let mut network = Network::default();
    let mass = network.body("mass", KG, SPEED, 0);
    let ground = anchor(&mut network);
    let group = network.group("mount");
    network.mounts.push(MountSpec {
        port: Port::between(mass, ground),
        stiffness_n_per_m: STIFFNESS,
        damping_n_s_per_m,
        break_n,
        group,
    });
    network
}

/// A mount: spring and damper in parallel that act both ways, `x = v/w_d exp(-z w t) sin w_d t` for ever.
pub fn mount() -> Model {
    let (w, z) = ((STIFFNESS / KG).sqrt(), 0.1_f64);
    let wd = w * (1.0 - z * z).sqrt();
    let x = |t: f64| SPEED / wd * (-z * w * t).exp() * (wd * t).sin();
    let first = ((1.0 - z * z).sqrt() / z).atan() / wd;
    Model {
        name: "mount",
        network: mounted(2.0 * z * w * KG, f64::INFINITY),
        plan: Plan::new(0.4, STEP_S),
        known: vec![
            Known::new("extension m", x(first), Peak(U(0))),
            Known::new("time of extension s", first, TimeOfPeak(U(0))),
            Known::new(
                "extension the other way m",
                x(first + PI / wd),
                At(U(0), first + PI / wd),
            ),
            Known::new("place at 350 ms", x(0.35), At(U(0), 0.35)),
        ],
    }
}

/// A mount that breaks at 200 kN: `x_b = F_b/k` at `asin(w x_b/v)/w`, then free flight at
/// `sqrt(v^2 - w^2 x_b^2)`; it has taken `F_b^2/2k`.
pub fn breaking_mount() -> Model {
    let break_n = 200e3;
    let w = (STIFFNESS / KG).sqrt();
    let place = break_n / STIFFNESS;
    let time = (w * place / SPEED).asin() / w;
    let speed = (SPEED * SPEED - (w * place).powi(2)).sqrt();
    Model {
        name: "mount that breaks",
        network: mounted(0.0, break_n),
        plan: Plan::new(0.08, STEP_S),
        known: vec![
            Known::new("speed after m/s", speed, Last(V(0))),
            Known::new("place at 80 ms", place + speed * (0.08 - time), Last(U(0))),
            Known::new("work J", 0.5 * break_n * place, Last(Work(0))),
            Known::new("free m/s2", 0.0, Last(Deceleration(0))),
        ],
    }
}

/// A rate factor on a linear backbone, `m x'' = -k x (1 + r x')`: with v for x' the phase curve is
/// `v/r - ln(1 + r v)/r^2 = const - w^2 x^2/2`, which gives the crush; it springs back with `k X/sqrt(k_u m)`.
pub fn rate_factor() -> Model {
    let (r, ku) = (0.05, 2e6);
    let w = (STIFFNESS / KG).sqrt();
    let crush = (2.0 * (SPEED / r - (1.0 + r * SPEED).ln() / (r * r))).sqrt() / w;
    let mut law = linear_law(STIFFNESS, ku);
    law.rate_s_per_m = r;
    let rebound = STIFFNESS * crush / (ku * KG).sqrt();
    Model {
        name: "rate factor",
        network: against_ground(KG, SPEED, law),
        plan: Plan::new(0.14, STEP_S),
        known: vec![
            Known::new("crush m", crush, Peak(U(0))),
            Known::new("rebound m/s", -rebound, Last(V(0))),
            Known::new(
                "dissipated J",
                0.5 * KG * (SPEED * SPEED - rebound * rebound),
                Last(Work(0)),
            ),
        ],
    }
}
