//! B2: a two-mass model of a small car in a pole test (Munyazikwiye, Karimi and Robbersmyr 2013), linear.

use nalgebra::{Matrix4, Vector4};

use super::{Channel, Known, Model, Reading, anchor, root};
use crate::dynamics::{MountSpec, Network, Plan, Port};

use Channel::{Deceleration, Travel, U};
use Reading::{At, Peak, TimeOfPeak};

const STEP_S: f64 = 1e-5;
const KG: [f64; 2] = [291.0, 582.0];
const STIFFNESS: [f64; 2] = [45_929.0, 40_731.0];
const DAMPING: [f64; 2] = [13_687.0, 9_952.0];
const SPEED: f64 = 35.0 / 3.6;

/// State `(x1, x2, v1, v2)` at a time, s, by the exponential of the system's matrix.
pub fn pole_test_flow(time_s: f64) -> [f64; 4] {
    let ([m1, m2], [k1, k2], [c1, c2]) = (KG, STIFFNESS, DAMPING);
    #[rustfmt::skip]
    let a = Matrix4::new(
        0.0, 0.0, 1.0, 0.0,
        0.0, 0.0, 0.0, 1.0,
        -(k1 + k2) / m1, k2 / m1, -(c1 + c2) / m1, c2 / m1,
        k2 / m2, -k2 / m2, c2 / m2, -c2 / m2,
    );
    let y = (a * time_s).exp() * Vector4::new(0.0, 0.0, SPEED, SPEED);
    [y[0], y[1], y[2], y[3]]
}

/// Chassis and compartment in line on springs and dampers that act both ways, 35 km/h.
///
/// The real test crushed less and sooner (about 0.5 m at 78 ms, recollection): a check of one code by
/// another, not of the model by the car.
pub fn pole_test() -> Model {
    let mut network = Network::default();
    let chassis = network.body("chassis", KG[0], SPEED, 0);
    let cabin = network.body("compartment", KG[1], SPEED, 0);
    let ground = anchor(&mut network);
    for (i, port) in [Port::between(chassis, ground), Port::between(cabin, chassis)]
        .into_iter()
        .enumerate()
    {
        let group = network.group(["front", "rear"][i]);
        network.mounts.push(MountSpec {
            port,
            stiffness_n_per_m: STIFFNESS[i],
            damping_n_s_per_m: DAMPING[i],
            break_n: f64::INFINITY,
            group,
        });
    }
    let flow = pole_test_flow;
    let deceleration = |t: f64| {
        let [x1, x2, v1, v2] = flow(t);
        (STIFFNESS[1] * (x2 - x1) + DAMPING[1] * (v2 - v1)) / KG[1]
    };
    let stops = [0, 1].map(|i| root(|t| flow(t)[2 + i], 0.1, 0.3));
    let apart = root(|t| flow(t)[3] - flow(t)[2], 0.1, 0.3);
    let jolt = root(|t| deceleration(t + 1e-6) - deceleration(t - 1e-6), 0.01, 0.08);
    let gap = flow(apart);
    Model {
        name: "B2 two-mass pole test",
        network,
        plan: Plan::new(0.25, STEP_S),
        known: vec![
            Known::new("chassis m", flow(stops[0])[0], Peak(U(chassis))),
            Known::new("time of chassis s", stops[0], TimeOfPeak(U(chassis))),
            Known::new("compartment m", flow(stops[1])[1], Peak(U(cabin))),
            Known::new("time of compartment s", stops[1], TimeOfPeak(U(cabin))),
            Known::new("between m", gap[1] - gap[0], Peak(Travel(cabin, chassis))),
            Known::new(
                "chassis at contact m/s2",
                DAMPING[0] * SPEED / KG[0],
                At(Deceleration(chassis), 0.0),
            ),
            Known::new("compartment m/s2", deceleration(jolt), Peak(Deceleration(cabin))),
            Known::new(
                "time of compartment deceleration s",
                jolt,
                TimeOfPeak(Deceleration(cabin)),
            ),
        ],
    }
}
