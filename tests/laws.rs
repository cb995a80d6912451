//! Laws that hold whatever the vehicles are: each test states one.

use std::path::Path;

use crumple::collision::wall::rigid_wall;
use crumple::collision::{Case, Finished, Party, assemble, run};
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::models::{self, Reading};
use crumple::dynamics::{
    Cell, Crush, CrushLaw, MaxwellSpec, MountSpec, Network, Plan, Port, Record, Share, SliderSpec,
    ThoraxSpec, simulate, simulate_lanes,
};
use crumple::vehicle::{Face, Vehicle, library::load_vehicle};
use proptest::prelude::*;

const STEP_S: f64 = 1e-5;

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn example(name: &str) -> Vehicle {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    load_vehicle(&file).expect("an example vehicle reads")
}

/// A vehicle with masses and strengths (and unloading stiffness with them) scaled and its face raised.
fn scaled(mut vehicle: Vehicle, mass: f64, strength: f64, raised_m: f64) -> Vehicle {
    for m in &mut vehicle.masses {
        m.kg *= mass;
    }
    for table in vehicle.paths.iter_mut().filter_map(|p| p.table.as_mut()) {
        for v in table.force_n.iter_mut().chain(&mut table.unload_n_per_m) {
            *v *= strength;
        }
    }
    vehicle.raised(raised_m)
}

fn case(
    first: &Vehicle,
    second: &Vehicle,
    speed_mps: [f64; 2],
    overlap: f64,
    struck_left: bool,
) -> Case {
    let party = |v: &Vehicle, speed_mps: f64| Party {
        vehicle: v.clone(),
        speed_mps,
        face: Face::Front,
    };
    Case {
        name: "law".to_string(),
        parties: [party(first, speed_mps[0]), party(second, speed_mps[1])],
        overlap,
        struck_left,
        occupants: Vec::new(),
        plan: Plan::new(0.12, STEP_S),
        solver: crumple::dynamics::Solver::Leapfrog,
    }
}

fn finished(case: &Case) -> Finished {
    run(case).expect("the case runs")
}

/// What is drawn for a collision of the two example vehicles.
#[derive(Debug, Clone)]
struct Draw {
    mass: [f64; 2],
    strength: [f64; 2],
    raised_m: [f64; 2],
    speed_mps: [f64; 2],
    overlap: f64,
    left: bool,
}

fn draws() -> impl Strategy<Value = Draw> {
    let two = |r: std::ops::Range<f64>| prop::array::uniform2(r);
    (
        two(0.8..1.3),
        two(0.7..1.5),
        two(-0.08..0.12),
        two(4.0..20.0),
        0.25..1.0,
        any::<bool>(),
    )
        .prop_map(
            |(mass, strength, raised_m, speed_mps, overlap, left)| Draw {
                mass,
                strength,
                raised_m,
                speed_mps,
                overlap,
                left,
            },
        )
}

impl Draw {
    fn vehicles(&self) -> [Vehicle; 2] {
        let make = |i: usize, name: &str| {
            scaled(
                example(name),
                self.mass[i],
                self.strength[i],
                self.raised_m[i],
            )
        };
        [make(0, "example-kei.toml"), make(1, "example-pickup.toml")]
    }

    fn case(&self) -> Case {
        let [a, b] = self.vehicles();
        case(&a, &b, self.speed_mps, self.overlap, self.left)
    }
}

/// A random crush law whose unloading stiffness is at least its slope and never falls.
fn laws() -> impl Strategy<Value = CrushLaw> {
    let steps = prop::collection::vec((0.02..0.2, -20e3..60e3), 2..5);
    (steps, 0.0..30e3, 1.2..6.0, prop::bool::ANY, prop::bool::ANY).prop_map(
        |(steps, first, stiffer, rated, damped): (Vec<(f64, f64)>, f64, f64, bool, bool)| {
            let (mut crush, mut force): (Vec<f64>, Vec<f64>) = (vec![0.0], vec![first]);
            let mut slope: f64 = 5e5;
            for (dx, df) in steps {
                let next = (force[force.len() - 1] + df).max(0.0);
                slope = slope.max((next - force[force.len() - 1]) / dx);
                crush.push(crush[crush.len() - 1] + dx);
                force.push(next);
            }
            let unload: Vec<f64> = (0..crush.len())
                .map(|i| stiffer * slope * (1.0 + 0.5 * i as f64))
                .collect();
            CrushLaw {
                crush_m: crush,
                force_n: force,
                unload_n_per_m: unload,
                rate_s_per_m: if rated { 0.005 } else { 0.0 },
                damping_n_s_per_m: if damped { 500.0 } else { 0.0 },
            }
        },
    )
}

/// Two random vehicles of two bodies each that meet over three cells; every element has its own group.
fn networks() -> impl Strategy<Value = Network> {
    let laws = prop::collection::vec(laws(), 6);
    let kg = prop::array::uniform4(100.0..1500.0);
    let tips = prop::array::uniform6(0.5..5.0_f64);
    let gaps = prop::array::uniform3(0.0..0.2_f64);
    let speeds = prop::array::uniform2(2.0..18.0_f64);
    (laws, kg, tips, gaps, speeds, 0.1..0.9, 20e3..200e3).prop_map(
        |(laws, kg, tips, gaps, speeds, weight, break_n)| {
            let mut net = Network::default();
            for (i, kg) in kg.iter().enumerate() {
                let side = i / 2;
                net.body(
                    ["rear 1", "front 1", "front 2", "rear 2"][i],
                    *kg,
                    [speeds[0], -speeds[1]][side],
                    side,
                );
            }
            for law in laws {
                net.law(law);
            }
            for c in 0..3 {
                net.cells.push(Cell {
                    tip_kg: [Some(tips[2 * c]), Some(tips[2 * c + 1])],
                    velocity_mps: [speeds[0], -speeds[1]],
                    gap_m: gaps[c],
                });
                for side in 0..2 {
                    for (tie, body, law) in [(true, 1, 2 * (c % 2)), (false, 0, 1 + 2 * (c % 2))] {
                        let group = net.group(&format!("share {c} {side} {tie}"));
                        net.shares.push(Share {
                            cell: c,
                            side,
                            body: if side == 0 { body } else { 3 - body },
                            law,
                            weight: if c == 2 { 1.0 - weight } else { weight },
                            gap_m: if tie { 0.0 } else { 0.08 },
                            tie,
                            group,
                        });
                    }
                }
            }
            let port = |side: usize| Port::signed([0, 3][side], [1, 2][side], [1.0, -1.0][side]);
            for side in 0..2 {
                let group = net.group(&format!("inner {side}"));
                net.crushes.push(Crush {
                    port: port(side),
                    law: 4 + side,
                    gap_m: 0.01,
                    pretension: None,
                    ramp: None,
                    group,
                });
                let group = net.group(&format!("mount {side}"));
                net.mounts.push(MountSpec {
                    port: port(side),
                    stiffness_n_per_m: 4e5,
                    damping_n_s_per_m: 2e3,
                    break_n,
                    group,
                });
            }
            let group = net.group("maxwell");
            net.maxwells.push(MaxwellSpec {
                port: port(0),
                stiffness_n_per_m: 3e5,
                damping_n_s_per_m: 5e3,
                group,
            });
            let group = net.group("slider");
            net.sliders.push(SliderSpec {
                port: port(1),
                stiffness_n_per_m: 5e5,
                yield_n: 8e3,
                group,
            });
            let group = net.group("thorax");
            net.thoraxes.push(ThoraxSpec {
                port: port(0),
                stiffness_n_per_m: 26.3e3,
                added_n_per_m: 52.6e3,
                knee_m: 0.0381,
                damping_in_n_s_per_m: 520.0,
                damping_out_n_s_per_m: 1230.0,
                group,
            });
            net
        },
    )
}

fn simulated(net: &Network) -> Record {
    simulate(net, &Plan::new(0.1, STEP_S)).expect("a random network runs")
}

fn momentum_error(net: &Network, record: &Record) -> f64 {
    let of = |s: usize| record.momentum_at(0, s) + record.momentum_at(1, s);
    let scale: f64 = [0, 1]
        .iter()
        .map(|side| record.momentum_at(*side, 0).abs())
        .sum();
    assert!(net.bodies.iter().all(|b| !b.fixed));
    record
        .range()
        .map(|s| (of(s) - of(0)).abs())
        .fold(0.0, f64::max)
        / scale
}

proptest! {
    #![proptest_config(few(24))]

    /// Momentum is conserved to rounding.
    #[test]
    fn momentum_is_conserved(net in networks()) {
        let error = momentum_error(&net, &simulated(&net));
        prop_assert!(error < 1e-12, "{error:e}");
    }

    /// Energy: what the masses lose is work on elements and plastic contact, to the order of the step.
    #[test]
    fn the_ledger_closes(net in networks()) {
        let record = simulated(&net);
        let residual = record.ledger_residual() / record.kinetic_at(0);
        prop_assert!(residual < 1e-4, "{residual:e}");
    }

    /// What an element has dissipated (work in less energy held) never falls, element by element, beyond the
    /// error of the trapezoidal meter where its force has a kink; nor does what contact has taken.
    #[test]
    fn dissipation_never_falls(net in networks()) {
        let record = simulated(&net);
        let allowed = 2e-5 * record.kinetic_at(0);
        for (g, name) in net.groups.iter().enumerate() {
            let mut most = 0.0_f64;
            for s in record.range() {
                let lost = record.work_at(g, s) - record.stored_at(g, s);
                prop_assert!(lost > most - allowed, "{name} gives back {} J", most - lost);
                most = most.max(lost);
            }
        }
        for s in 1..record.len() {
            prop_assert!(record.contact_loss_at(s) >= record.contact_loss_at(s - 1));
        }
    }

    /// Laws do not depend on who looks: the same speed added to everything changes no compression.
    #[test]
    fn a_moving_observer_sees_the_same_crush(net in networks(), shift in -30.0..30.0) {
        let mut moved = net.clone();
        for b in &mut moved.bodies {
            b.velocity_mps += shift;
        }
        for c in &mut moved.cells {
            c.velocity_mps = c.velocity_mps.map(|v| v + shift);
        }
        let (here, there) = (simulated(&net), simulated(&moved));
        for g in 0..net.groups.len() {
            for (a, b) in here.compression(g).iter().zip(there.compression(g)) {
                prop_assert!((a - b).abs() < 1e-9, "{}: {a} and {b}", net.groups[g]);
            }
        }
    }

    /// The order of bodies in a network does not matter, bit for bit: an element adds its force where its port says.
    #[test]
    fn the_order_of_bodies_does_not_matter(net in networks(), order in Just([2, 0, 3, 1]).prop_shuffle()) {
        let record = simulated(&net);
        // Body b of the old network is body at[b] of the new.
        let mut at = [0; 4];
        for (new, old) in order.iter().enumerate() {
            at[*old] = new;
        }
        let mut other = net.clone();
        other.bodies = order.iter().map(|b| net.bodies[*b].clone()).collect();
        let ports = other.crushes.iter_mut().map(|e| &mut e.port)
            .chain(other.mounts.iter_mut().map(|e| &mut e.port))
            .chain(other.maxwells.iter_mut().map(|e| &mut e.port))
            .chain(other.sliders.iter_mut().map(|e| &mut e.port))
            .chain(other.thoraxes.iter_mut().map(|e| &mut e.port));
        for port in ports {
            for term in &mut port.terms {
                term.0 = at[term.0];
            }
        }
        for share in &mut other.shares {
            share.body = at[share.body];
        }
        let shuffled = simulated(&other);
        for (old, new) in at.iter().enumerate() {
            prop_assert_eq!(record.u(old), shuffled.u(*new));
            prop_assert_eq!(record.v(old), shuffled.v(*new));
        }
    }

    /// The order of shares changes only the order of sums: results agree to rounding.
    #[test]
    fn the_order_of_shares_matters_to_rounding_only(net in networks(), seed in any::<prop::sample::Index>()) {
        let record = simulated(&net);
        let mut other = net.clone();
        let turn = seed.index(other.shares.len());
        other.shares.rotate_left(turn);
        other.shares.reverse();
        let shuffled = simulated(&other);
        for b in 0..net.bodies.len() {
            for (x, y) in record.u(b).iter().zip(shuffled.u(b)) {
                prop_assert!((x - y).abs() < 1e-9, "{x} and {y}");
            }
        }
    }

    /// Swapping the two vehicles mirrors the collision and changes nothing else.
    #[test]
    fn swapping_the_vehicles_changes_nothing(draw in draws()) {
        let [a, b] = draw.vehicles();
        let [v, w] = draw.speed_mps;
        let one = finished(&case(&a, &b, [v, w], draw.overlap, draw.left)).outcome;
        let two = finished(&case(&b, &a, [w, v], draw.overlap, draw.left)).outcome;
        for i in 0..2 {
            let (x, y) = (&one.vehicles[i], &two.vehicles[1 - i]);
            prop_assert!((x.delta_v_mps - y.delta_v_mps).abs() < 1e-7);
            prop_assert!((x.crush_mm - y.crush_mm).abs() < 1e-4);
            prop_assert!((x.peak_g_cfc60 - y.peak_g_cfc60).abs() < 1e-5);
            prop_assert!((x.intrusion_mm - y.intrusion_mm).abs() < 1e-4);
        }
        prop_assert!((one.restitution - two.restitution).abs() < 1e-8);
    }

    /// Symmetric vehicles do not care on which side they are struck.
    #[test]
    fn left_and_right_are_alike(draw in draws()) {
        let left = finished(&Case { struck_left: true, ..draw.case() }).outcome;
        let right = finished(&Case { struck_left: false, ..draw.case() }).outcome;
        for (x, y) in left.vehicles.iter().zip(&right.vehicles) {
            prop_assert!((x.delta_v_mps - y.delta_v_mps).abs() < 1e-7);
            prop_assert!((x.crush_mm - y.crush_mm).abs() < 1e-4);
            prop_assert!((x.peak_g_cfc60 - y.peak_g_cfc60).abs() < 1e-5);
        }
    }

    /// Vehicles conserve momentum and energy whatever the overlap and ride heights; the delta-v of the two
    /// are as the masses' inverse; nobody separates faster than they met.
    #[test]
    fn collisions_balance(draw in draws()) {
        let done = finished(&draw.case()).outcome;
        let [a, b] = &done.vehicles;
        prop_assert!(done.momentum_error < 1e-12, "{:e}", done.momentum_error);
        prop_assert!(done.energy_error < 1e-5, "{:e}", done.energy_error);
        prop_assert!((a.mass_kg * a.delta_v_mps - b.mass_kg * b.delta_v_mps).abs() < 1e-6 * a.mass_kg);
        prop_assert!(done.restitution < 1.0);
        prop_assert!(done.contact_loss_kj >= 0.0 && done.contact_loss_kj < 0.1 * done.initial_energy_kj);
    }

    /// One mass on one path: a path that is stiffer everywhere never crushes deeper.
    #[test]
    fn a_stiffer_path_never_crushes_deeper(law in laws(), kg in 300.0..2000.0, speed in 2.0..16.0, factor in 1.0..2.0) {
        let deepest = |factor: f64| {
            let mut net = Network::default();
            let body = net.body("mass", kg, speed, 0);
            let ground = net.body("ground", 1.0, 0.0, 1);
            net.bodies[ground].fixed = true;
            let group = net.group("path");
            let scale = |x: &[f64]| x.iter().map(|v| v * factor).collect();
            let law = net.law(CrushLaw {
                force_n: scale(&law.force_n),
                unload_n_per_m: scale(&law.unload_n_per_m),
                ..law.clone()
            });
            net.crushes.push(Crush {
                port: Port::between(body, ground),
                law,
                gap_m: 0.0,
                pretension: None,
                ramp: None,
                group,
            });
            simulated(&net).compression(group).iter().copied().fold(0.0, f64::max)
        };
        let (soft, stiff) = (deepest(1.0), deepest(factor));
        prop_assert!(stiff <= soft * (1.0 + 1e-6), "{stiff} after {soft}");
    }
}

proptest! {
    #![proptest_config(few(12))]

    /// The adaptive solver, which shares only the plain network, finds the same motion.
    #[test]
    fn an_independent_solver_agrees(net in networks()) {
        let plan = Plan::new(0.1, 2e-6);
        let fixed = simulate(&net, &plan).expect("runs");
        let other = simulate_adaptive(&net, &plan, Tolerances::default()).expect("gets through");
        for b in 0..net.bodies.len() {
            for (x, y) in fixed.u(b).iter().zip(other.u(b)) {
                prop_assert!((x - y).abs() < 3e-5, "{} at {x} and {y}", net.bodies[b].name);
            }
        }
    }
}

/// All that a record shows, bit by bit.
fn bits(net: &Network, record: &Record) -> Vec<u64> {
    let mut all = Vec::new();
    for b in 0..net.bodies.len() {
        all.extend(
            record
                .u(b)
                .iter()
                .chain(&record.v(b))
                .chain(&record.a(b))
                .map(|x| x.to_bits()),
        );
    }
    for g in 0..net.groups.len() {
        all.extend(
            record
                .force(g)
                .iter()
                .chain(&record.compression(g))
                .map(|x| x.to_bits()),
        );
        all.extend(record.range().map(|s| record.work_at(g, s).to_bits()));
        all.extend(record.range().map(|s| record.stored_at(g, s).to_bits()));
    }
    for c in 0..net.cells.len() {
        for s in record.range() {
            all.push(record.impulse_at(c, s).to_bits());
            all.push(record.tip_at(c, 0, s).to_bits());
            all.push(record.tip_at(c, 1, s).to_bits());
            all.push(u64::from(record.touching_at(c, s)));
        }
    }
    for s in record.range() {
        all.push(record.kinetic_at(s).to_bits());
        all.push(record.contact_loss_at(s).to_bits());
    }
    all.push(record.last_touch_s.unwrap_or(-1.0).to_bits());
    all
}

fn check_lanes<const N: usize>(nets: &[&Network], plan: &Plan) {
    let wide = simulate_lanes::<N>(nets, plan).expect("runs side by side");
    assert_eq!(wide.len(), nets.len());
    for (i, (net, record)) in nets.iter().zip(&wide).enumerate() {
        let alone = simulate(net, plan).expect("runs alone");
        assert!(
            bits(net, &alone) == bits(net, record),
            "case {i} of {N} lanes differs"
        );
    }
}

proptest! {
    #![proptest_config(few(6))]

    /// A case run beside others gives the bits it gives alone, vehicles of one topology.
    #[test]
    fn lanes_are_bit_identical_to_scalar(draw in draws(), others in prop::collection::vec((0.8..1.3, 0.7..1.5, 5.0..20.0), 1..10)) {
        // Mass, strength and speed vary; heights and overlap would change the cells.
        let nets: Vec<Network> = others
            .iter()
            .map(|(mass, strength, speed)| {
                let one = Draw { mass: [*mass, 1.0], strength: [*strength, 1.0], speed_mps: [*speed, 10.0], ..draw.clone() };
                assemble(&one.case()).expect("assembles").network
            })
            .collect();
        let nets: Vec<&Network> = nets.iter().collect();
        check_lanes::<4>(&nets, &Plan::new(0.06, 2e-5));
        check_lanes::<8>(&nets, &Plan::new(0.06, 2e-5));
    }

    /// The same for networks with every kind of element and laws of unlike damping.
    #[test]
    fn lanes_are_bit_identical_with_every_element(first in networks(), factors in prop::collection::vec(0.7..1.4, 7)) {
        let nets: Vec<Network> = factors
            .iter()
            .map(|f| {
                let mut net = first.clone();
                for b in &mut net.bodies {
                    b.velocity_mps *= f;
                }
                for (i, law) in net.laws.iter_mut().enumerate() {
                    law.force_n.iter_mut().chain(&mut law.unload_n_per_m).for_each(|v| *v *= f);
                    law.damping_n_s_per_m = if i % 2 == 0 { 0.0 } else { 300.0 * f };
                }
                net
            })
            .collect();
        let nets: Vec<&Network> = nets.iter().collect();
        check_lanes::<4>(&nets, &Plan::new(0.06, STEP_S));
        check_lanes::<8>(&nets, &Plan::new(0.06, STEP_S));
    }
}

/// Observed order from errors at steps that halve: `log2(e1/e2)`, the least of them.
fn order(errors: &[f64]) -> f64 {
    errors
        .windows(2)
        .map(|e| (e[0] / e[1]).log2())
        .fold(f64::INFINITY, f64::min)
}

/// On a smooth problem (C1) the scheme is of second order.
#[test]
fn the_scheme_is_of_second_order_on_a_linear_spring() {
    let errors: Vec<f64> = [100e-6, 50e-6, 25e-6]
        .iter()
        .map(|step| {
            let model = models::linear_spring().with_step(*step);
            let record = simulate(&model.network, &model.plan).expect("runs");
            model
                .known("displacement at 60 ms")
                .expect("known")
                .error(&record)
        })
        .collect();
    assert!(order(&errors) > 1.9, "{errors:?}");
}

/// Forces that depend on velocity keep the order (C2 and C4), and so do two masses over tips (C5, elastic).
#[test]
fn the_scheme_is_of_second_order_with_dampers_and_tips() {
    let at = |model: models::Model, steps: &[f64], time: f64| -> Vec<f64> {
        steps
            .iter()
            .map(|step| {
                let model = model.clone().with_step(*step);
                let record = simulate(&model.network, &model.plan).expect("runs");
                Reading::At(models::Channel::U(0), time).of(&record)
            })
            .collect()
    };
    let differences =
        |x: &[f64]| -> Vec<f64> { x.windows(2).map(|p| (p[0] - p[1]).abs()).collect() };
    let halves = [40e-6, 20e-6, 10e-6, 5e-6];
    for model in [
        models::kelvin(0.3),
        models::kelvin(1.8719),
        models::maxwell(),
    ] {
        let errors = differences(&at(model.clone(), &[100e-6, 50e-6, 25e-6, 12.5e-6], 0.05));
        assert!(order(&errors) > 1.9, "{}: {errors:?}", model.name);
    }
    // Tips heavy enough for these steps: the order is asked for, not the closed form.
    let mut model = models::head_on(&models::ROWS[0]);
    model.network.cells[0].tip_kg = [Some(0.2), Some(0.5)];
    let errors = differences(&at(model, &halves, 0.05));
    assert!(order(&errors) > 1.9, "tips: {errors:?}");
}

/// Kinks of a law fall inside steps. One kink (C6, C7) costs little: the mean order stays above 1.5.
#[test]
fn kinks_of_one_law_cost_little_order() {
    for model in [models::elastic_plastic(), models::stiff_unloading()] {
        let errors: Vec<f64> = [100e-6, 50e-6, 25e-6, 12.5e-6, 6.25e-6]
            .iter()
            .map(|step| {
                let model = model.clone().with_step(*step);
                let record = simulate(&model.network, &model.plan).expect("runs");
                model.known("rebound m/s").expect("known").error(&record)
            })
            .collect();
        let mean = (errors[0] / errors[4]).log2() / 4.0;
        println!("{mean} {errors:?}");
        assert!(mean > 1.5, "{}: {errors:?}", model.name);
    }
}

/// A real pair has jumps too (a mount that breaks, a tie that goes slack), each resolved to a step: the error
/// falls with the step only on average, but it is small: 2e-5 of the cabin's travel at 50 us.
#[test]
fn the_step_error_of_a_pair_is_small() {
    let vehicles = ["example-kei.toml", "example-pickup.toml"].map(example);
    let net = assemble(&case(
        &vehicles[0],
        &vehicles[1],
        [40.0 / 3.0; 2],
        1.0,
        true,
    ))
    .expect("assembles")
    .network;
    let travel = |step: f64| {
        let record = simulate(&net, &Plan::new(0.06, step)).expect("runs");
        record.u_at(0, record.len() - 1)
    };
    let truth = travel(0.5e-6);
    for step in [50e-6, 20e-6, 10e-6, 5e-6, 2e-6] {
        let error = (travel(step) / truth - 1.0).abs();
        assert!(error < 2e-5, "{error:e} at {step} s");
    }
}

/// A stiffer path never crushes deeper, in a whole vehicle against a wall too.
#[test]
fn stiffer_rails_never_crush_deeper_against_a_wall() {
    let kei = example("example-kei.toml");
    let wall = rigid_wall().expect("the wall reads");
    let mut before = f64::INFINITY;
    for factor in [0.8, 0.9, 1.0, 1.1, 1.2, 1.3] {
        let mut changed = kei.clone();
        let table = changed.paths[0].table.as_mut().expect("rails have a table");
        table
            .force_n
            .iter_mut()
            .chain(&mut table.unload_n_per_m)
            .for_each(|v| *v *= factor);
        let done = finished(&case(&changed, &wall, [40.0 / 3.0, 0.0], 1.0, true));
        let crush = done.outcome.vehicles[0].paths[0].crush_mm;
        assert!(
            crush <= before,
            "{crush} mm at {factor}, {before} mm before"
        );
        before = crush;
    }
}
