//! Random networks and random collisions of the two example vehicles, for tests that state laws.
// Each test crate uses its own part of this.
#![allow(dead_code)]

use std::path::Path;

use crumple::collision::{Case, Finished, Party, run};
use crumple::dynamics::{
    Cell, Crush, CrushLaw, MaxwellSpec, MountSpec, Network, Plan, Port, Record, Share, SliderSpec, ThoraxSpec,
};
use crumple::vehicle::{PathKind, Vehicle, library::load_vehicle};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

pub const STEP_S: f64 = 1e-5;

pub fn few(cases: u32) -> ProptestConfig {
    let seed = std::env::var("LAW_SEED").ok();
    let seed = seed.and_then(|s| s.parse().ok()).unwrap_or(1);
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..ProptestConfig::default()
    }
}

pub fn example(name: &str) -> Vehicle {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    load_vehicle(&file).expect("an example vehicle reads")
}

/// A vehicle with masses and strengths (and unloading stiffness with them) scaled and its face raised.
pub fn scaled(mut vehicle: Vehicle, mass: f64, strength: f64, raised_m: f64) -> Vehicle {
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

pub fn case(first: &Vehicle, second: &Vehicle, speed_mps: [f64; 2], overlap: f64, struck_left: bool) -> Case {
    let [a, b] = speed_mps;
    Case {
        name: "law".to_string(),
        overlap,
        struck_left,
        plan: Plan::new(0.12, STEP_S),
        ..Case::of([Party::front(first.clone(), a), Party::front(second.clone(), b)])
    }
}

/// The same vehicle with its masses in another order in the file: mass `order[i]` of the old comes `i`-th.
pub fn reordered(mut vehicle: Vehicle, order: &[usize]) -> Vehicle {
    let mut at = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        at[*old] = new;
    }
    vehicle.masses = order.iter().map(|i| vehicle.masses[*i].clone()).collect();
    for path in &mut vehicle.paths {
        path.to = at[path.to];
        if let PathKind::Inner { from, .. } = &mut path.kind {
            *from = at[*from];
        }
    }
    for mount in &mut vehicle.mounts {
        (mount.from, mount.to) = (at[mount.from], at[mount.to]);
    }
    vehicle
}

pub fn finished(case: &Case) -> Finished {
    run(case).expect("the case runs")
}

/// What is drawn for a collision of the two example vehicles.
#[derive(Debug, Clone)]
pub struct Draw {
    pub mass: [f64; 2],
    pub strength: [f64; 2],
    pub raised_m: [f64; 2],
    pub speed_mps: [f64; 2],
    pub overlap: f64,
    pub left: bool,
}

pub fn draws() -> impl Strategy<Value = Draw> {
    let two = |r: std::ops::Range<f64>| prop::array::uniform2(r);
    (
        two(0.8..1.3),
        two(0.7..1.5),
        two(-0.08..0.12),
        two(4.0..20.0),
        0.25..1.0,
        any::<bool>(),
    )
        .prop_map(|(mass, strength, raised_m, speed_mps, overlap, left)| Draw {
            mass,
            strength,
            raised_m,
            speed_mps,
            overlap,
            left,
        })
}

impl Draw {
    pub fn vehicles(&self) -> [Vehicle; 2] {
        let make = |i: usize, name: &str| scaled(example(name), self.mass[i], self.strength[i], self.raised_m[i]);
        [make(0, "example-kei.toml"), make(1, "example-pickup.toml")]
    }

    pub fn case(&self) -> Case {
        let [a, b] = self.vehicles();
        case(&a, &b, self.speed_mps, self.overlap, self.left)
    }
}

/// A random crush law whose unloading stiffness is at least its slope and never falls.
pub fn laws() -> impl Strategy<Value = CrushLaw> {
    let steps = prop::collection::vec((0.02..0.2, -20e3..60e3), 2..5);
    let power = prop::sample::select(vec![1_u32, 2, 8]);
    (steps, 0.0..30e3, 1.2..6.0, prop::bool::ANY, prop::bool::ANY, power).prop_map(
        |(steps, first, stiffer, rated, damped, power): (Vec<(f64, f64)>, f64, f64, bool, bool, u32)| {
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
                unload_power: power,
                damping_n_s_per_m: if damped { 500.0 } else { 0.0 },
            }
        },
    )
}

/// Two random vehicles of two bodies each that meet over three cells; every element has its own group.
pub fn networks() -> impl Strategy<Value = Network> {
    let laws = prop::collection::vec(laws(), 6);
    let kg = prop::array::uniform4(100.0..1500.0);
    let tips = prop::array::uniform6(0.5..5.0_f64);
    let gaps = prop::array::uniform3(0.0..0.2_f64);
    let speeds = prop::array::uniform2(2.0..18.0_f64);
    (laws, kg, tips, gaps, speeds, 0.1..0.9, 20e3..200e3).prop_map(|(laws, kg, tips, gaps, speeds, weight, break_n)| {
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
                lateral_m: 0.0,
                setback_m: 0.0,
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
    })
}

/// A body of a random chain: mass, what joins it to the next (0 crush, 1 mount, 2 maxwell and slider,
/// 3 thorax), a law, and a gap or strength between 0 and 1.
type Link = (f64, u8, CrushLaw, f64);

/// Two random vehicles that are chains of 2 to 64 bodies and meet over one to four cells.
pub fn chains(most: usize) -> impl Strategy<Value = Network> {
    let side = move || {
        let link = (20.0..300.0_f64, 0..4_u8, laws(), 0.0..1.0_f64);
        prop::collection::vec(link, 2..=most)
    };
    let cells = prop::collection::vec((1.0..5.0_f64, 1.0..5.0_f64, 0.0..0.15_f64), 1..5);
    (side(), side(), cells, prop::array::uniform2(3.0..18.0_f64)).prop_map(
        |(a, b, cells, speeds): (Vec<Link>, Vec<Link>, Vec<_>, [f64; 2])| chain_network([&a, &b], &cells, speeds),
    )
}

fn chain_network(sides: [&[Link]; 2], cells: &[(f64, f64, f64)], speeds: [f64; 2]) -> Network {
    let mut net = Network::default();
    let velocity = [speeds[0], -speeds[1]];
    let mut fronts = [0; 2];
    for (side, links) in sides.into_iter().enumerate() {
        for (i, (kg, kind, law, part)) in links.iter().enumerate() {
            // Body 0 is the foremost; each link joins the body before it (behind: `from`) to this one.
            let body = net.body(&format!("{side}.{i}"), *kg, velocity[side], side);
            if i == 0 {
                fronts[side] = body;
                continue;
            }
            let port = Port::signed(body, body - 1, [1.0, -1.0][side]);
            join(&mut net, port, *kind, law, *part);
        }
    }
    for (c, (tip_1, tip_2, gap_m)) in cells.iter().enumerate() {
        net.cells.push(Cell {
            tip_kg: [Some(*tip_1), Some(*tip_2)],
            velocity_mps: velocity,
            gap_m: *gap_m,
            lateral_m: 0.0,
            setback_m: 0.0,
        });
        for side in 0..2 {
            let links = sides[side];
            // Tied to the foremost body; a deeper layer on the next one.
            for (tie, back) in [(true, 0), (false, 1)] {
                let law = net.law(links[(c + back) % links.len()].2.clone());
                let group = net.group(&format!("layer {side} {c} {back}"));
                net.shares.push(Share {
                    cell: c,
                    side,
                    body: fronts[side] + back,
                    law,
                    weight: 1.0 / cells.len() as f64,
                    gap_m: if tie { 0.0 } else { 0.05 },
                    tie,
                    group,
                });
            }
        }
    }
    net
}

fn join(net: &mut Network, port: Port, kind: u8, law: &CrushLaw, part: f64) {
    let group = net.group(&format!("link {}", net.groups.len()));
    match kind {
        0 => {
            let law = net.law(law.clone());
            net.crushes.push(Crush {
                port,
                law,
                gap_m: 0.05 * part,
                pretension: None,
                ramp: None,
                group,
            });
        }
        1 => net.mounts.push(MountSpec {
            port,
            stiffness_n_per_m: 1e5 + 4e5 * part,
            damping_n_s_per_m: 1e3,
            break_n: 10e3 + 100e3 * part,
            group,
        }),
        2 => {
            net.maxwells.push(MaxwellSpec {
                port,
                stiffness_n_per_m: 3e5,
                damping_n_s_per_m: 2e3 + 1e4 * part,
                group,
            });
            net.sliders.push(SliderSpec {
                port,
                stiffness_n_per_m: 5e5,
                yield_n: 2e3 + 1e4 * part,
                group,
            });
        }
        _ => net.thoraxes.push(ThoraxSpec {
            port,
            stiffness_n_per_m: 26.3e3,
            added_n_per_m: 52.6e3,
            knee_m: 0.0381 * part,
            damping_in_n_s_per_m: 520.0,
            damping_out_n_s_per_m: 1230.0,
            group,
        }),
    }
}

/// All that a record shows, bit by bit.
pub fn bits(net: &Network, record: &Record) -> Vec<u64> {
    let mut all = Vec::new();
    for b in 0..net.bodies.len() {
        for history in [record.u(b), record.v(b), record.a(b)] {
            all.extend(history.iter().map(|x| x.to_bits()));
        }
    }
    for g in 0..net.groups.len() {
        for history in [record.force(g), record.compression(g)] {
            all.extend(history.iter().map(|x| x.to_bits()));
        }
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

/// Largest fall of what an element has dissipated (work in less energy held) below an earlier value, J, and its
/// name.
pub fn largest_giveback(net: &Network, record: &Record) -> (f64, String) {
    let mut worst = (0.0, String::new());
    for (g, name) in net.groups.iter().enumerate() {
        let mut most = 0.0_f64;
        for s in record.range() {
            let lost = record.work_at(g, s) - record.stored_at(g, s);
            if most - lost > worst.0 {
                worst = (most - lost, name.clone());
            }
            most = most.max(lost);
        }
    }
    worst
}
