//! The whole EV5 set of NHTSA test 10146 (2018 Toyota Camry against the load-cell wall), where it is at hand.
//!
//! The set is too large to carry: CRUMPLE_NHTSA_10146 names its folder, else `../shared/data/nhtsa_10146` beside the
//! repository is tried, and a test that finds neither prints that it was skipped. Reduced curves of the same test are in
//! tests/data.

use std::path::{Path, PathBuf};

use crumple::criteria::evaluate::evaluate;
use crumple::criteria::pulse::Filtering;
use crumple::exchange::{ev5::read_ev5, read_channels};
use crumple::signal::Unit;

fn header() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/nhtsa_10146");
    let folder = std::env::var_os("CRUMPLE_NHTSA_10146").map_or(beside, PathBuf::from);
    let header = folder.join("v10146.EV5");
    if header.exists() {
        Some(header)
    } else {
        eprintln!("skipped: {} is not there", header.display());
        None
    }
}

#[test]
fn every_curve_is_read_with_unit_and_axis_or_has_its_reason() {
    let Some(header) = header() else { return };
    let test = read_ev5(&header).unwrap();
    assert!((test.closing_speed_mps.unwrap() * 3.6 - 57.09).abs() < 0.01);
    let folder = header.parent().unwrap();
    for curve in &test.curves {
        let file = folder.join(format!("v10146.{:03}", curve.number));
        match &curve.data {
            Ok(channel) => {
                assert!(file.exists());
                let unit: Unit = curve.unit.parse().unwrap();
                assert_eq!(channel.unit, unit, "curve {}", curve.number);
                assert!((channel.dt_s - 1e-4).abs() < 1e-9, "curve {}", curve.number);
                let announced = (curve.last_sample - curve.first_sample + 1) as usize;
                assert!(channel.values.len() >= announced, "curve {}", curve.number);
                let code = channel.iso_code();
                if let (Some(code), 'X' | 'Y' | 'Z') = (code, curve.axis.chars().next().unwrap()) {
                    assert_eq!(Some(code.direction()), curve.axis.chars().next());
                }
            }
            // Nothing that is there and marked as measured is lost.
            Err(reason) => {
                let good = matches!(curve.status.as_str(), "AM" | "CM") && file.exists();
                assert!(!good, "curve {}: {reason}", curve.number);
                assert!(!reason.is_empty());
            }
        }
    }
    let read = test.curves.iter().filter(|c| c.data.is_ok()).count();
    let files = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|e| e.ok()?.path().extension().map(|e| e.to_string_lossy().into_owned()))
        .filter(|e| e.bytes().all(|b| b.is_ascii_digit()))
        .count();
    println!("{read} of {} curves read, {files} files", test.curves.len());
    assert!(read > 90, "{read}");
    assert!(read <= files);
}

#[test]
fn the_published_readings_of_the_driver_come_out() {
    let Some(header) = header() else { return };
    let set = read_channels(&header).unwrap();
    let e = evaluate(&set.channels, Filtering::PerCriterion);
    let value = |code: &str, key: &str| e.channels[code][key].as_f64().unwrap();
    // The test report: HIC15 140, chest 3 ms 41.0 g, deflection 23 mm.
    assert!((value("11HEADCG00H3ACR0", "hic15") - 140.0).abs() < 2.0);
    assert!((value("11CHST0000H3ACR0", "a3ms_cumulative_g") - 41.0).abs() < 0.5);
    assert!((value("11CHST0003H3DSX0", "max_mm") - 23.0).abs() < 0.6);
    // Femurs 1.92 and 2.35 kN.
    assert!((value("11FEMRLE00H3FOZ0", "compression_kN") - 1.92).abs() < 0.02);
    assert!((value("11FEMRRI00H3FOZ0", "compression_kN") - 2.35).abs() < 0.02);
}

/// The wall of the test from its own 174 living cells: stiffness and height as reduced elsewhere from the same cells (KW400
/// 1007 N/mm, AHOF400 477 mm), and an impulse that is the car's momentum.
#[test]
fn the_wall_of_the_test_from_its_own_cells() {
    let Some(header) = header() else { return };
    let cells = header.with_file_name("wall_cells_fx.zip");
    if !cells.exists() {
        eprintln!("skipped: {} is not there", cells.display());
        return;
    }
    let done = assert_cmd::Command::new(env!("CARGO_BIN_EXE_crumple"))
        .args([
            "wall",
            "toyota-camry-2018",
            "--speed-kmh",
            "57.09",
            "--json",
            "--measured",
        ])
        .arg(&header)
        .arg("--cells")
        .arg(&cells)
        .output()
        .expect("it starts");
    let told = String::from_utf8_lossy(&done.stderr);
    let page: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|e| panic!("{e}: {told}"));
    assert!(
        told.contains("174 of 176 cells") && told.contains("channel failed"),
        "{told}"
    );
    let wall = &page["measured_wall"];
    let value = |key: &str| wall[key].as_f64().expect("a number");
    assert!((value("kw400_N_per_mm") / 1007.0 - 1.0).abs() < 0.02, "{wall}");
    assert!((value("ahof400_mm") - 477.0).abs() < 10.0, "{wall}");
    let momentum_kns = 1.719 * (57.09 / 3.6 + value("rebound_mps"));
    assert!((value("impulse_kNs") / momentum_kns - 1.0).abs() < 0.03, "{wall}");
    // The rails: the row from 455 to 580 mm takes most.
    let rows = wall["rows"].as_array().expect("rows");
    let most = rows.iter().max_by(|a, b| {
        a["impulse_kNs"]
            .as_f64()
            .partial_cmp(&b["impulse_kNs"].as_f64())
            .expect("numbers")
    });
    assert_eq!(most.expect("a row")["height_mm"][0], 455.0);
}
