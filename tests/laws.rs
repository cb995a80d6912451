//! Laws that hold whatever the vehicles are: each test states one.

mod common;

use common::{STEP_S, case, chains, draws, example, few, finished, largest_giveback, laws, networks};
use crumple::collision::wall::rigid_wall;
use crumple::collision::{Case, assemble};
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::{Crush, CrushLaw, Network, Plan, Port, Record, Share, simulate};
use proptest::prelude::*;

fn simulated(net: &Network) -> Record {
    simulate(net, &Plan::new(0.1, STEP_S)).expect("a random network runs")
}

fn momentum_error(net: &Network, record: &Record) -> f64 {
    let of = |s: usize| record.momentum_at(0, s) + record.momentum_at(1, s);
    let scale: f64 = [0, 1].iter().map(|side| record.momentum_at(*side, 0).abs()).sum();
    assert!(net.bodies.iter().all(|b| !b.fixed));
    record.range().map(|s| (of(s) - of(0)).abs()).fold(0.0, f64::max) / scale
}

/// The same network with a speed added to everything.
fn moving(net: &Network, shift: f64) -> Network {
    let mut moved = net.clone();
    for b in &mut moved.bodies {
        b.velocity_mps += shift;
    }
    for c in &mut moved.cells {
        c.velocity_mps = c.velocity_mps.map(|v| v + shift);
    }
    moved
}

proptest! {
    #![proptest_config(few(12))]

    /// Vehicles of 2 to 64 bodies each: momentum to rounding, the ledger to the order of the step, nothing
    /// given back, and the same seen by a moving observer.
    #[test]
    fn networks_of_any_size_keep_the_laws(net in chains(64), shift in -30.0..30.0) {
        let record = simulated(&net);
        let momentum = momentum_error(&net, &record);
        prop_assert!(momentum < 1e-12, "momentum {momentum:e}");
        let energy = record.kinetic_at(0);
        let residual = record.ledger_residual() / energy;
        prop_assert!(residual < 1e-4, "ledger {residual:e}");
        let (back, name) = largest_giveback(&net, &record);
        prop_assert!(back < 2e-5 * energy, "{name} gives back {back} J of {energy}");
        let there = simulated(&moving(&net, shift));
        for g in 0..net.groups.len() {
            for (a, b) in record.compression(g).iter().zip(there.compression(g)) {
                prop_assert!((a - b).abs() < 1e-7, "{}: {a} and {b}", net.groups[g]);
            }
        }
    }
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
        let (back, name) = largest_giveback(&net, &record);
        prop_assert!(back < 2e-5 * record.kinetic_at(0), "{name} gives back {back} J");
        for s in 1..record.len() {
            prop_assert!(record.contact_loss_at(s) >= record.contact_loss_at(s - 1));
        }
    }

    /// Laws do not depend on who looks: the same speed added to everything moves no body otherwise. (A light tip that
    /// meets its partner a step later, by rounding, chatters otherwise: shares are compared in whole vehicles, below.)
    #[test]
    fn a_moving_observer_sees_the_same_crash(net in networks(), shift in -30.0..30.0) {
        let moved = moving(&net, shift);
        let (here, there) = (simulated(&net), simulated(&moved));
        for b in 0..net.bodies.len() {
            for (s, (x, y)) in here.u(b).iter().zip(there.u(b)).enumerate() {
                let seen = y - shift * (s as f64 * here.sample_s);
                prop_assert!((x - seen).abs() < 5e-4, "{} at {x} and {seen}", net.bodies[b].name);
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

    /// In a collision of vehicles too, no element and no contact gives back what it has dissipated.
    #[test]
    fn no_part_of_a_vehicle_gives_back_what_it_dissipated(draw in draws()) {
        let net = assemble(&draw.case()).expect("assembles").network;
        let record = simulated(&net);
        let (back, name) = largest_giveback(&net, &record);
        prop_assert!(back < 2e-5 * record.kinetic_at(0), "{name} gives back {back} J");
        for s in 1..record.len() {
            prop_assert!(record.contact_loss_at(s) >= record.contact_loss_at(s - 1));
        }
    }

    /// Two vehicles on a moving road crush as they do on one at rest.
    #[test]
    fn a_moving_road_changes_no_collision(draw in draws(), shift in -30.0..30.0) {
        let net = assemble(&draw.case()).expect("assembles").network;
        let moved = moving(&net, shift);
        let (here, there) = (simulated(&net), simulated(&moved));
        for g in 0..net.groups.len() {
            for (a, b) in here.compression(g).iter().zip(there.compression(g)) {
                // A grazing meeting of tips, which a soft spring-back makes often, amplifies rounding.
                prop_assert!((a - b).abs() < 1e-4, "{}: {a} and {b}", net.groups[g]);
            }
        }
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
        let plan = Plan::new(0.1, 5e-7);
        let fixed = simulate(&net, &plan).expect("runs");
        let other = simulate_adaptive(&net, &plan, Tolerances::default()).expect("gets through");
        for b in 0..net.bodies.len() {
            for (x, y) in fixed.u(b).iter().zip(other.u(b)) {
                prop_assert!((x - y).abs() < 2e-3, "{} at {x} and {y}", net.bodies[b].name);
            }
        }
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
        assert!(crush <= before, "{crush} mm at {factor}, {before} mm before");
        before = crush;
    }
}

/// A share of no width changes nothing, also after it has been driven past the end of its table and let go: aligned
/// cells of a batch hold such shares.
#[test]
fn a_share_of_no_width_changes_nothing() {
    let [kei, pickup] = ["example-kei.toml", "example-pickup.toml"].map(example);
    let pair = case(&kei, &pickup, [13.0; 2], 1.0, true);
    let with = |extra: bool| {
        let mut net = assemble(&pair).expect("assembles").network;
        if extra {
            let all = net.shares.clone();
            let behind = all.iter().filter(|s| !s.tie);
            net.shares.extend(behind.map(|s| Share {
                weight: 0.0,
                gap_m: 0.0,
                ..s.clone()
            }));
        }
        simulated(&net)
    };
    let (plain, padded) = (with(false), with(true));
    for body in 0..3 {
        assert_eq!(plain.v(body), padded.v(body));
    }
}
