//! The worked pair of invented vehicles: cells exactly, and results of an independent implementation at a 1 us
//! step within 0.5 % (delta-v, crush), 1 % (peak g), 0.005 (restitution) and 3 % (intrusion). The second form has
//! an unloading power and a cell that is weaker under offset.

use std::path::{Path, PathBuf};

use crumple::collision::face::cells;
use crumple::collision::file::load_case;
use crumple::collision::{Finished, VehicleOutcome, run};
use crumple::dynamics::Plan;
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn expected(case: &str) -> Value {
    let file = if case.ends_with("-2") {
        "expected-2.json"
    } else {
        "expected.json"
    };
    let text = std::fs::read_to_string(data(file)).expect("the expected values are there");
    let mut all: Value = serde_json::from_str(&text).expect("they are JSON");
    all[case].take()
}

fn finished(case: &str) -> Finished {
    let (case, _) = load_case(&data(&format!("{case}.toml"))).expect("the case reads");
    run(&case).expect("the case runs")
}

fn names(value: &Value) -> Vec<&str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

fn check_cells(name: &str) {
    let (case, _) = load_case(&data(&format!("{name}.toml"))).expect("the case reads");
    let [first, second] = &case.parties;
    let faces = [first, second].map(|p| (&p.vehicle, p.face));
    let cells = cells(faces[0], faces[1], &case.placement(), case.turns());
    let case = name;
    let want = expected(case);
    let want = want["cells"].as_array().expect("cells");
    assert_eq!(cells.len(), want.len(), "{case}: number of cells");
    let path_names = |cell: usize, side: usize| -> Vec<String> {
        let layers = cells[cell].layers[side].iter();
        let names = layers.map(|l| faces[side].0.paths[l.path].name.clone());
        names.collect()
    };
    for expected in want {
        let at_y = |c: usize| {
            let y_mm = expected["y_mm"].as_f64();
            y_mm.is_none_or(|y| (cells[c].lateral_m * 1e3 - y).abs() < 1e-3)
        };
        let found = (0..cells.len()).find(|&c| {
            at_y(c)
                && path_names(c, 0) == names(&expected["vehicle_1"])
                && (case.starts_with("wall") || path_names(c, 1) == names(&expected["vehicle_2"]))
        });
        let found = found.unwrap_or_else(|| panic!("{case}: no cell {expected}"));
        let gap = expected["gap_mm"].as_f64().expect("a gap");
        let share = expected["share_of_first_layer_1"].as_f64().expect("a share");
        assert!(
            (cells[found].gap_m * 1e3 - gap).abs() < 1e-6,
            "{case}: gap of {expected}"
        );
        // The file has four decimals.
        let ours = cells[found].layers[0][0].weight;
        assert!((ours - share).abs() <= 0.5001e-4, "{case}: share {ours} of {expected}");
    }
}

/// Reads one number of an outcome.
type Get = fn(&VehicleOutcome) -> f64;

fn check_results(case: &str) {
    let done = finished(case);
    let want = expected(case);
    let mut missed = Vec::new();
    for (ours, theirs) in done
        .outcome
        .vehicles
        .iter()
        .zip(want["vehicles"].as_array().expect("vehicles"))
    {
        let keys: [(&str, Get, f64); 8] = [
            ("mass_kg", |v| v.mass_kg, 1e-9),
            ("delta_v_mps", |v| v.delta_v_mps, 5e-3),
            ("cabin_delta_v_mps", |v| v.cabin_delta_v_mps, 5e-3),
            ("crush_mm", |v| v.crush_mm, 5e-3),
            ("residual_crush_mm", |v| v.residual_crush_mm, 5e-3),
            ("time_of_crush_ms", |v| v.time_of_crush_ms, 5e-3),
            ("peak_g_cfc60", |v| v.peak_g_cfc60, 1e-2),
            ("intrusion_mm", |v| v.intrusion_mm, 3e-2),
        ];
        let turning: [(&str, Get, f64); 3] = [
            ("yaw_rate_dps", |v| v.yaw_rate_dps, 2e-2),
            ("yaw_deg", |v| v.yaw_deg, 2e-2),
            ("delta_v_lateral_mps", |v| v.delta_v_lateral_mps, 2e-2),
        ];
        for (key, get, relative) in keys.into_iter().chain(turning) {
            // The first form, without yaw, names nothing that turns.
            let value = theirs[key].as_f64().unwrap_or(0.0);
            if (get(ours) - value).abs() > relative * value.abs() {
                missed.push(format!("{} {key}: {} against {value}", ours.id, get(ours)));
            }
        }
    }
    let restitution = want["restitution"].as_f64().expect("a number");
    if (done.outcome.restitution - restitution).abs() > 0.005 {
        missed.push(format!(
            "restitution: {} against {restitution}",
            done.outcome.restitution
        ));
    }
    assert!(missed.is_empty(), "{case}: {}", missed.join("; "));
    assert!(done.outcome.energy_error < 1e-4, "ledger {}", done.outcome.energy_error);
    assert!(
        done.outcome.momentum_error < 1e-12,
        "momentum {}",
        done.outcome.momentum_error
    );
}

#[test]
fn cells_of_the_wall_test_are_exact() {
    check_cells("wall");
}

#[test]
fn cells_at_full_overlap_are_exact() {
    check_cells("pair");
}

#[test]
fn cells_at_half_overlap_are_exact() {
    check_cells("pair-half");
}

#[test]
fn the_wall_test_gives_the_expected_numbers() {
    check_results("wall");
}

#[test]
fn the_pair_at_full_overlap_gives_the_expected_numbers() {
    check_results("pair");
}

#[test]
fn the_pair_at_half_overlap_gives_the_expected_numbers() {
    check_results("pair-half");
}

#[test]
fn cells_of_the_second_form_are_exact() {
    check_cells("wall-2");
    check_cells("pair-2");
}

#[test]
fn cells_that_turn_are_exact() {
    check_cells("pair-half-2");
    check_cells("pair-half-nogrip-2");
    check_cells("wall-40-left-2");
}

#[test]
fn the_second_form_gives_the_expected_numbers() {
    check_results("wall-2");
    check_results("pair-2");
}

#[test]
fn vehicles_that_turn_give_the_expected_numbers() {
    check_results("pair-half-2");
    check_results("pair-half-nogrip-2");
    check_results("wall-40-left-2");
}

/// The default step is fine enough: 10 us and 1 us agree to 0.1 % in both cabins' delta-v and travel.
#[test]
fn a_tenth_of_the_step_changes_little() {
    let coarse = finished("pair");
    let plan = Plan::new(0.18, 1e-6);
    let fine = crumple::dynamics::simulate(&coarse.assembly.network, &plan).expect("runs");
    for map in &coarse.assembly.maps {
        let peak = |r: &crumple::dynamics::Record| {
            r.v(map.cabin)
                .iter()
                .map(|v| (v - r.v_at(map.cabin, 0)).abs())
                .fold(0.0, f64::max)
        };
        let travel = |r: &crumple::dynamics::Record| r.u(map.cabin).iter().map(|u| u.abs()).fold(0.0, f64::max);
        assert!((peak(&coarse.record) / peak(&fine) - 1.0).abs() < 1e-3);
        assert!((travel(&coarse.record) / travel(&fine) - 1.0).abs() < 1e-3);
    }
}
