//! The problem as plain JSON: one topology, and the numbers of each case. `benches/peers/README.md` has the equations.

use crumple::dynamics::{Network, Port};
use crumple::error::Error;
use serde_json::{Value, json};

use super::problem::{COMPARED_S, DURATION_S, Problem};

/// `sign` of a port that is `sign * (u_a - u_b)`, and a and b.
fn ends(port: &Port) -> (usize, usize, f64) {
    (port.terms[0].0, port.terms[1].0, port.terms[0].1)
}

/// The document.
///
/// # Errors
/// When the network holds an element that the peers do not know.
pub fn json(problem: &Problem) -> Result<Value, Error> {
    let net = &problem.nets[0];
    let plain = net.maxwells.is_empty()
        && net.sliders.is_empty()
        && net.thoraxes.is_empty()
        && net.crushes.iter().all(|e| e.pretension.is_none() && e.ramp.is_none())
        && net
            .laws
            .iter()
            .all(|l| l.rate_s_per_m == 0.0 && l.damping_n_s_per_m == 0.0)
        && net.cells.iter().all(|c| c.tip_kg.iter().all(Option::is_some))
        && net.bodies.iter().all(|b| !b.fixed && b.drive.is_none());
    if !plain {
        return Err(Error::request(
            "the network holds an element that the peers do not know",
            "export masses, crush laws without rate or damper, cells with two tips, and mounts",
        ));
    }
    let first_tip = net.bodies.len();
    let tip = |s: &crumple::dynamics::Share| first_tip + 2 * s.cell + s.side;
    let crush: Vec<_> = net.crushes.iter().map(|e| ends(&e.port)).collect();
    let mount: Vec<_> = net.mounts.iter().map(|e| ends(&e.port)).collect();
    let column = |all: &[(usize, usize, f64)]| {
        json!({
            "a": all.iter().map(|e| e.0).collect::<Vec<_>>(),
            "b": all.iter().map(|e| e.1).collect::<Vec<_>>(),
            "sign": all.iter().map(|e| e.2).collect::<Vec<_>>(),
        })
    };
    let mut crush_json = column(&crush);
    crush_json["law"] = json!(net.crushes.iter().map(|e| e.law).collect::<Vec<_>>());
    let of = |f: &dyn Fn(&crumple::dynamics::Share) -> Value| -> Value { net.shares.iter().map(f).collect() };
    Ok(json!({
        "duration_s": DURATION_S,
        "sample_s": COMPARED_S,
        "bodies": first_tip,
        "cells": net.cells.len(),
        "cabins": problem.cabins,
        "occupant": problem.occupant,
        "law_points": net.laws.iter().map(|l| l.crush_m.len()).collect::<Vec<_>>(),
        "share": {
            "tip": of(&|s| json!(tip(s))),
            "body": of(&|s| json!(s.body)),
            "law": of(&|s| json!(s.law)),
            "out": of(&|s| json!(if s.side == 0 { 1.0 } else { -1.0 })),
            "tie": of(&|s| json!(i32::from(s.tie))),
        },
        "crush": crush_json,
        "mount": column(&mount),
        "cases": problem.nets.iter().map(numbers).collect::<Vec<_>>(),
    }))
}

/// What differs between cases. Points are bodies, then both tips of each cell.
fn numbers(net: &Network) -> Value {
    let tips = |f: &dyn Fn(&crumple::dynamics::Cell, usize) -> f64| -> Vec<f64> {
        net.cells.iter().flat_map(|c| [f(c, 0), f(c, 1)]).collect()
    };
    let points = |of_bodies: Vec<f64>, of_tips: Vec<f64>| [of_bodies, of_tips].concat();
    let bodies = |f: &dyn Fn(&crumple::dynamics::BodySpec) -> f64| net.bodies.iter().map(f).collect();
    let never_breaks = 1e300;
    json!({
        "kg": points(bodies(&|b| b.kg), tips(&|c, s| c.tip_kg[s].unwrap_or(0.0))),
        "v0_mps": points(bodies(&|b| b.velocity_mps), tips(&|c, s| c.velocity_mps[s])),
        "cell_gap_m": net.cells.iter().map(|c| c.gap_m).collect::<Vec<_>>(),
        "law_crush_m": net.laws.iter().flat_map(|l| l.crush_m.clone()).collect::<Vec<_>>(),
        "law_force_n": net.laws.iter().flat_map(|l| l.force_n.clone()).collect::<Vec<_>>(),
        "law_unload_n_per_m": net.laws.iter().flat_map(|l| l.unload_n_per_m.clone()).collect::<Vec<_>>(),
        "share_weight": net.shares.iter().map(|s| s.weight).collect::<Vec<_>>(),
        "share_gap_m": net.shares.iter().map(|s| s.gap_m).collect::<Vec<_>>(),
        "crush_gap_m": net.crushes.iter().map(|e| e.gap_m).collect::<Vec<_>>(),
        "mount_n_per_m": net.mounts.iter().map(|e| e.stiffness_n_per_m).collect::<Vec<_>>(),
        "mount_n_s_per_m": net.mounts.iter().map(|e| e.damping_n_s_per_m).collect::<Vec<_>>(),
        "mount_break_n": net.mounts.iter().map(|e| e.break_n.min(never_breaks)).collect::<Vec<_>>(),
    })
}
