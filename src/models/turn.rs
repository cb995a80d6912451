//! One car that meets a wall with one layer beside its centre line (model section 11), with and without grip.

use super::{Channel, Known, Model, Reading, linear_law};
use crate::dynamics::{Cell, Network, Plan, Share, TurnSpec, YawSpec};

use Channel::{Compression, Lateral, V, YawRate};
use Reading::{Last, Peak};

/// Mass, kg; speed, m/s; stiffness of the layer, N/m; its offset, m (left); arm X of the contact and radius of gyration
/// k, m. Stiff, so that the arm hardly changes while it is in contact.
const KG: f64 = 1000.0;
const SPEED_MPS: f64 = 15.0;
const STIFFNESS_N_PER_M: f64 = 2e8;
/// End of its table, m: the force there bounds the grip, and with it the step.
const TABLE_M: f64 = 0.04;
const OFFSET_M: f64 = -0.4;
const ARM_M: f64 = 3.0;
const GYRATION_M: f64 = 1.2;
/// Friction so high that the grip holds at a twentieth of the sliding speed.
const HOLDS: f64 = 2.0;
/// The grip is a stiff damper.
const STEP_S: f64 = 1e-6;
/// Mass of the tip, kg: light enough not to matter.
const TIP_KG: f64 = 0.01;

/// An elastic layer at an offset h: `gamma = R^2/(R^2 + h^2)` with `R^2 = k^2` without grip and `k^2 + X^2` with grip
/// that holds; greatest crush `v sqrt(gamma m/K)`, delta-v `2 gamma v`, yaw rate `2 gamma v h/R^2`, lateral velocity
/// `-X` times the yaw rate or 0.
pub fn turning(grip: bool) -> Model {
    let mut net = Network::default();
    let car = net.body("car", KG, SPEED_MPS, 0);
    let wall = net.body("wall", 1.0, 0.0, 1);
    net.bodies[wall].fixed = true;
    let group = net.group("layer");
    let mut spring = linear_law(STIFFNESS_N_PER_M, STIFFNESS_N_PER_M);
    spring.crush_m[1] = TABLE_M;
    spring.force_n[1] = TABLE_M * STIFFNESS_N_PER_M;
    let law = net.law(spring);
    net.cells.push(Cell {
        tip_kg: [Some(TIP_KG), None],
        velocity_mps: [SPEED_MPS, 0.0],
        gap_m: 0.0,
        lateral_m: OFFSET_M,
        setback_m: 0.0,
    });
    net.shares.push(Share {
        cell: 0,
        side: 0,
        body: car,
        law,
        weight: 1.0,
        gap_m: 0.0,
        tie: true,
        group,
    });
    let turn = TurnSpec {
        inertia_kgm2: KG * GYRATION_M * GYRATION_M,
        mass_centre_m: -ARM_M,
    };
    net.yaw = Some(YawSpec {
        vehicles: [Some(turn), None],
        centre_line_m: [0.0; 2],
        friction: if grip { HOLDS } else { 0.0 },
    });
    let arm = if grip { ARM_M } else { 0.0 };
    let radius_2 = GYRATION_M * GYRATION_M + arm * arm;
    let gamma = radius_2 / (radius_2 + OFFSET_M * OFFSET_M);
    let yaw_rate = 2.0 * gamma * SPEED_MPS * OFFSET_M / radius_2;
    let crush = SPEED_MPS * (gamma * KG / STIFFNESS_N_PER_M).sqrt();
    // The arm is shorter by the crush, which makes the yaw rate 1.8 % larger; else only the tip counts.
    let near = |known: Known| known.within(if grip { 2e-2 } else { 2e-3 });
    Model {
        name: if grip {
            "C14 offset layer, grip that holds"
        } else {
            "C13 offset layer, no grip"
        },
        network: net,
        plan: Plan::new(0.03, STEP_S),
        known: vec![
            near(Known::new("crush m", crush, Peak(Compression(group)))),
            near(Known::new(
                "velocity after m/s",
                SPEED_MPS - 2.0 * gamma * SPEED_MPS,
                Last(V(car)),
            )),
            near(Known::new("yaw rate after rad/s", yaw_rate, Last(YawRate(0)))),
            near(Known::new(
                "lateral velocity after m/s",
                -arm * yaw_rate,
                Last(Lateral(0)),
            )),
        ],
    }
}
