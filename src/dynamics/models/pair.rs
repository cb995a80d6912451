//! Two or more masses: C5, force levels (E2), energy split (E3), and a railway coach of seven masses (B1).

use super::super::{BodyId, Cell, Crush, CrushLaw, Network, Plan, Port, Share, SliderSpec};
use super::{Channel, Known, Model, Reading, anchor, constant_law, linear_law};
use crate::units::G0;

use Channel::{Deceleration, Force, Travel, V, Work};
use Reading::{At, Last, Peak, Slope, TimeOfPeak};

const STEP_S: f64 = 1e-5;

/// Two masses head-on over springs in series (C5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadOn {
    /// Masses, kg.
    pub kg: [f64; 2],
    /// Loading stiffnesses, N/m.
    pub k: [f64; 2],
    /// Closing speed, m/s.
    pub closing: f64,
    /// Restitution; both springs unload with `k/e2` (1: elastic).
    pub e: f64,
}

/// The rows of C5, and the pair of E3 with the light car's stiffness doubled.
pub const ROWS: [HeadOn; 4] = [
    HeadOn {
        kg: [900.0, 2200.0],
        k: [600e3, 1500e3],
        closing: 112.0 / 3.6,
        e: 1.0,
    },
    HeadOn {
        kg: [900.0, 2200.0],
        k: [600e3, 1500e3],
        closing: 112.0 / 3.6,
        e: 0.12,
    },
    HeadOn {
        kg: [1000.0, 1500.0],
        k: [500e3, 700e3],
        closing: 100.0 / 3.6,
        e: 0.10,
    },
    HeadOn {
        kg: [900.0, 2200.0],
        k: [1200e3, 1500e3],
        closing: 112.0 / 3.6,
        e: 1.0,
    },
];

/// C5: tips at the contact move as one; their masses (as k1 : k2, so that they meet at the speed
/// the springs want and do not ring) are a few grams and are taken from the bodies behind.
pub fn head_on(row: &HeadOn) -> Model {
    let [m1, m2] = row.kg;
    let [k1, k2] = row.k;
    let mu = m1 * m2 / (m1 + m2);
    let ke = k1 * k2 / (k1 + k2);
    let w = (ke / mu).sqrt();
    let force = row.closing * (ke * mu).sqrt();
    let quarter = std::f64::consts::FRAC_PI_2;
    let t = quarter / w;
    let ku = row.k.map(|k| k / (row.e * row.e));
    // As light as a step of 10 us allows on the unloading branch, tie included.
    let tip_kg = row.k.map(|k| 5e-10 * k / (row.e * row.e));
    let mut network = Network::default();
    let speed = [0.5 * row.closing, -0.5 * row.closing];
    network.cells.push(Cell {
        tip_kg: tip_kg.map(Some),
        velocity_mps: speed,
        gap_m: 0.0,
    });
    for side in 0..2 {
        let body = network.body(
            ["light", "heavy"][side],
            row.kg[side] - tip_kg[side],
            speed[side],
            side,
        );
        let group = network.group(["light front", "heavy front"][side]);
        let law = network.law(linear_law(row.k[side], ku[side]));
        network.shares.push(Share {
            cell: 0,
            side,
            body,
            law,
            weight: 1.0,
            gap_m: 0.0,
            tie: true,
            group,
        });
    }
    let part = t + quarter / (ke / (row.e * row.e) / mu).sqrt();
    let energy = 0.5 * mu * row.closing * row.closing;
    let dv = |m: f64, e: f64| mu * row.closing * (1.0 + e) / m;
    let mut known = vec![
        Known::new("force N", force, Peak(Force(0))),
        Known::new("approach m", row.closing / w, Peak(Travel(0, 1))),
        Known::new("time of crush s", t, TimeOfPeak(Travel(0, 1))),
        Known::new("light m/s2", force / m1, Peak(Deceleration(0))),
        Known::new(
            "light energy at crush J",
            energy * k2 / (k1 + k2),
            At(Work(0), t),
        ),
        Known::new(
            "heavy energy at crush J",
            energy * k1 / (k1 + k2),
            At(Work(1), t),
        ),
        Known::new(
            "light speed at crush m/s",
            speed[0] - dv(m1, 0.0),
            At(V(0), t),
        ),
        Known::new(
            "light speed after m/s",
            speed[0] - dv(m1, row.e),
            Last(V(0)),
        ),
        Known::new(
            "heavy speed after m/s",
            speed[1] + dv(m2, row.e),
            Last(V(1)),
        ),
    ];
    for k in &mut known {
        // The tips' own mass, up to 0.06 kg of 900 on the steepest unloading branch, is not in the formula.
        k.relative = if row.e < 1.0 { 2e-4 } else { 1e-4 };
    }
    Model {
        name: "C5 two masses, springs in series",
        network,
        plan: Plan::new((part * 1.1 * 1e4).ceil() * 1e-4, STEP_S),
        known,
    }
}

/// E2: in a head-on pair the lower crush force deforms first; when its length is used up, the next acts.
///
/// 900 and 2200 kg at 31.111 m/s, light front 200 kN over 0.45 m in front of a stiff cell, heavy front
/// 400 kN. Springs of 1 GN/m lead up to the constant forces, so levels hold to 0.2 %.
pub fn force_levels() -> Model {
    let (m1, m2, closing) = (900.0, 2200.0, 112.0 / 3.6);
    let (low, high, length, ku) = (200e3, 400e3, 0.45, 1e9);
    let mu = m1 * m2 / (m1 + m2);
    let energy = 0.5 * mu * closing * closing;
    let mut network = Network::default();
    let light = network.body("light", m1, 0.5 * closing, 0);
    let heavy = network.body("heavy", m2, -0.5 * closing, 1);
    // The contact between them: the light front yields at once, so it moves with the heavy car.
    let contact = network.body("contact", 0.2, -0.5 * closing, 1);
    let fronts = [
        (
            Port::between(light, contact),
            CrushLaw {
                crush_m: vec![0.0, length, length + 0.001, length + 0.5],
                force_n: vec![low, low, 900e3, 900e3],
                unload_n_per_m: vec![ku; 4],
                rate_s_per_m: 0.0,
                damping_n_s_per_m: 0.0,
            },
        ),
        (Port::between(contact, heavy), constant_law(high, ku)),
    ];
    for (i, (port, law)) in fronts.into_iter().enumerate() {
        let group = network.group(["light front", "heavy front"][i]);
        let law = network.law(law);
        network.crushes.push(Crush {
            port,
            law,
            gap_m: 0.0,
            pretension: None,
            ramp: None,
            group,
        });
    }
    let first = low * length;
    // Speed left when the light front is used up, and the times of both levels.
    let speed = (closing * closing - 2.0 * first / mu).sqrt();
    let (t1, t2) = ((closing - speed) * mu / low, speed * mu / high);
    let level = |m: f64, f: f64| -f / m;
    Model {
        name: "E2 force levels",
        network,
        plan: Plan::new(((t1 + t2) * 1e4).floor() * 1e-4, STEP_S),
        known: vec![
            Known::new("light front J", first, Last(Work(0))).within(6e-3),
            Known::new("heavy front J", energy - first, Last(Work(1))).within(4e-3),
            Known::new(
                "heavy front m",
                (energy - first) / high,
                Peak(Travel(contact, heavy)),
            )
            .within(3e-3),
            Known::new(
                "light at the low level m/s2",
                level(m1, low),
                Slope(V(light), 0.2 * t1, 0.8 * t1),
            )
            .within(2e-3),
            Known::new(
                "light at the high level m/s2",
                level(m1, high),
                Slope(V(light), t1 + 0.2 * t2, t1 + 0.8 * t2),
            )
            .within(2e-3),
            Known::new(
                "heavy at the high level m/s2",
                -level(m2, high),
                Slope(V(heavy), t1 + 0.2 * t2, t1 + 0.8 * t2),
            )
            .within(2e-3),
        ],
    }
}

/// B1: Pioneer passenger coach, seven masses and six hysteretic springs, 56.32 km/h into a rigid wall
/// (FRA test 1999; parameters as published for a Bouc-Wen model of it).
///
/// What differs: the published springs are Bouc-Wen with exponent 8, ours are the elastic, perfectly
/// plastic limit with the same stiffness and yield force; the wall's restitution of 0.8 is a damper of
/// the ratio that gives 0.8 to a single bounce of the first mass; no rail friction, no numerical
/// damping. Known is the published read-off of the compression peak at the middle (about 60 g) with the
/// author's own band. The rebound peak (about 40 g, 30-50) is not met: undamped springs give 56 g.
pub fn coach() -> Model {
    let tonnes = [4.0, 10.0, 4.0, 4.0, 4.0, 10.0, 4.0];
    let (yield_n, stiffness, wall_k, e) = (15e6, 75e6, 45e6, 0.8_f64);
    let speed = 56.32 / 3.6;
    let mut network = Network::default();
    let masses: Vec<BodyId> = tonnes
        .iter()
        .map(|t| network.body("coach", t * 1e3, speed, 0))
        .collect();
    let ground = anchor(&mut network);
    let group = network.group("wall");
    let ratio = -e.ln() / (std::f64::consts::PI.powi(2) + e.ln().powi(2)).sqrt();
    let mut law = linear_law(wall_k, wall_k);
    law.damping_n_s_per_m = 2.0 * ratio * (wall_k * tonnes[0] * 1e3).sqrt();
    let law = network.law(law);
    network.crushes.push(Crush {
        port: Port::between(masses[0], ground),
        law,
        gap_m: 0.0,
        pretension: None,
        ramp: None,
        group,
    });
    for pair in masses.windows(2) {
        let group = network.group("spring");
        network.sliders.push(SliderSpec {
            port: Port::between(pair[1], pair[0]),
            stiffness_n_per_m: stiffness,
            yield_n,
            group,
        });
    }
    Model {
        name: "B1 Pioneer coach",
        network,
        plan: Plan::new(0.3, STEP_S),
        known: vec![
            Known::new("middle m/s2", 60.0 * G0, Peak(Deceleration(masses[3]))).within(10.0 / 60.0),
        ],
    }
}
