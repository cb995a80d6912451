//! Cases and networks that benches share.
// Each bench uses its own part of this.
#![allow(dead_code)]

use std::path::Path;

use crumple::collision::Case;
use crumple::collision::file::load_case;
use crumple::dynamics::{Crush, CrushLaw, MountSpec, Network, Plan, Port};
use crumple::models::linear_law;
use crumple::vehicle::library::load_vehicle;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The worked pair of invented vehicles, 48 km/h each.
pub fn worked_pair() -> Case {
    let [kei, pickup] = ["example-kei.toml", "example-pickup.toml"]
        .map(|name| load_vehicle(&root().join("tests/data").join(name)).expect("an example reads"));
    Case {
        plan: Plan::new(0.15, 1e-5),
        ..Case::head_on(&kei, &pickup, 48.0 / 3.6)
    }
}

fn case_file(name: &str) -> Case {
    let path = root().join("cases").join(name);
    load_case(&path).expect("the shipped case loads").0
}

/// A shipped pair with its driver.
pub fn shipped() -> Case {
    case_file("n-box-vs-f-150.toml")
}

/// A shipped wall test with two occupants.
pub fn wall() -> Case {
    case_file("i-miev-wall.toml")
}

/// Copies of a case over speeds from 0.8 to 1.15 of its own: one topology.
pub fn at_speeds(case: &Case, count: usize) -> Vec<Case> {
    (0..count)
        .map(|i| {
            let mut c = case.clone();
            for p in &mut c.parties {
                p.speed_mps *= 0.8 + 0.35 * i as f64 / count as f64;
            }
            c
        })
        .collect()
}

/// A chain of `bodies` masses that runs into the ground; each link is a crush path beside a mount.
pub fn chain(bodies: usize, speed_mps: f64) -> Network {
    let mut net = Network::default();
    let ground = net.body("ground", 1.0, 0.0, 1);
    net.bodies[ground].fixed = true;
    let law = net.law(CrushLaw {
        crush_m: vec![0.0, 0.05, 0.10, 0.5],
        force_n: vec![0.0, 100e3, 80e3, 250e3],
        unload_n_per_m: vec![4e6, 4e6, 5e6, 9e6],
        ..linear_law(1.0, 1.0)
    });
    for i in 0..bodies {
        let body = net.body("mass", 1200.0 / bodies as f64 + 20.0, speed_mps, 0);
        let port = Port::between(body, body - 1);
        let group = net.group(&format!("link {i}"));
        net.crushes.push(Crush {
            port,
            law,
            gap_m: 0.0,
            pretension: None,
            ramp: None,
            group,
        });
        if i > 0 {
            net.mounts.push(MountSpec {
                port,
                stiffness_n_per_m: 2e5,
                damping_n_s_per_m: 1e3,
                break_n: 60e3,
                group,
            });
        }
    }
    net
}
