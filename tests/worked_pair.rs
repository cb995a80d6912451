//! The worked pair of invented vehicles: cells exactly, and results of an independent implementation at a 1 us
//! step within 0.5 % (delta-v, crush), 1 % (peak g), 0.005 (restitution) and 3 % (intrusion). The second form has
//! an unloading power and a cell that is weaker under offset.

use std::path::{Path, PathBuf};

use crumple::collision::file::load_case;
use crumple::collision::{Finished, VehicleOutcome, run};
use crumple::dynamics::Plan;
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
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

fn check_cells(case: &str) {
    let done = finished(case);
    let want = expected(case);
    let want = want["cells"].as_array().expect("cells");
    let cells = &done.assembly.cells;
    assert_eq!(cells.len(), want.len(), "{case}: number of cells");
    let vehicles = [0, 1].map(|s: usize| &done.assembly.maps[s]);
    let path_names = |cell: usize, side: usize| -> Vec<String> {
        let layers = &cells[cell].layers[side];
        let groups = &vehicles[side].path_groups;
        let full = layers
            .iter()
            .map(|l| &done.assembly.network.groups[groups[l.path]]);
        full.map(|n| n.split(": ").last().unwrap_or_default().to_string())
            .collect()
    };
    for expected in want {
        let found = (0..cells.len()).find(|&c| {
            path_names(c, 0) == names(&expected["vehicle_1"])
                && (case.starts_with("wall") || path_names(c, 1) == names(&expected["vehicle_2"]))
        });
        let found = found.unwrap_or_else(|| panic!("{case}: no cell {expected}"));
        let gap = expected["gap_mm"].as_f64().expect("a gap");
        let share = expected["share_of_first_layer_1"]
            .as_f64()
            .expect("a share");
        assert!(
            (cells[found].gap_m * 1e3 - gap).abs() < 1e-6,
            "{case}: gap of {expected}"
        );
        // The file has four decimals.
        let ours = cells[found].layers[0][0].weight;
        assert!(
            (ours - share).abs() <= 0.5001e-4,
            "{case}: share {ours} of {expected}"
        );
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
        for (key, get, relative) in keys {
            let value = theirs[key].as_f64().expect("a number");
            if (get(ours) - value).abs() > relative * value {
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
    assert!(
        done.outcome.energy_error < 1e-4,
        "ledger {}",
        done.outcome.energy_error
    );
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
fn the_second_form_gives_the_expected_numbers() {
    check_results("wall-2");
    check_results("pair-2");
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
        let travel = |r: &crumple::dynamics::Record| {
            r.u(map.cabin).iter().map(|u| u.abs()).fold(0.0, f64::max)
        };
        assert!((peak(&coarse.record) / peak(&fine) - 1.0).abs() < 1e-3);
        assert!((travel(&coarse.record) / travel(&fine) - 1.0).abs() < 1e-3);
    }
}
