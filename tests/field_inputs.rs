//! Inputs that people met in the field: nothing that a file holds is dropped, guessed or left unjudged without a line that
//! names it and an exit status that says so.
//!
//! The files lie in `../shared/field` beside the repository, or where CRUMPLE_FIELD says; a test that finds them in neither
//! place prints that it was skipped. Right values by an independent computation (SAE J211 filter, brute-force HIC).

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn field(name: &str) -> Option<String> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/field");
    let path = std::env::var_os("CRUMPLE_FIELD")
        .map_or(beside, PathBuf::from)
        .join(name);
    if path.exists() {
        return Some(path.display().to_string());
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

struct Told {
    status: i32,
    document: Value,
    lines: String,
}

fn crumple(words: &[&str]) -> Told {
    let done = Command::new(env!("CARGO_BIN_EXE_crumple"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(words)
        .output()
        .expect("it starts");
    Told {
        status: done.status.code().expect("a status"),
        document: serde_json::from_slice(&done.stdout).unwrap_or(Value::Null),
        lines: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

fn criteria(file: &str, more: &[&str]) -> Told {
    let mut words = vec!["criteria", file, "--json"];
    words.extend(more);
    crumple(&words)
}

fn value(told: &Told, channel: &str, key: &str) -> f64 {
    let found = &told.document["channels"][channel][key];
    found
        .as_f64()
        .unwrap_or_else(|| panic!("no {key} of {channel}: {}", told.lines))
}

fn near(a: f64, b: f64, share: f64) {
    assert!((a - b).abs() <= share * b.abs(), "{a} against {b}");
}

/// A seat whose dummy is not stated has its numbers; limits name it as not judged, and the status says so.
#[test]
fn a_seat_without_a_dummy_is_named_by_limits() {
    let Some(file) = field("28-seat-without-dummy/two-seats.csv") else {
        return;
    };
    let plain = criteria(&file, &[]);
    near(value(&plain, "11HEADCG00H3ACR0", "hic15"), 116.7, 1e-3);
    near(value(&plain, "13HEADCG0000ACR0", "hic15"), 2285.1, 1e-3);
    assert_eq!(plain.status, 0);
    let judged = criteria(&file, &["--limits", "fmvss208"]);
    assert_eq!(judged.status, 1, "{}", judged.lines);
    assert!(judged.lines.contains("seat 13") && judged.lines.contains("dummy is not stated"));
    assert_eq!(judged.document["unjudged"]["seats"][0]["seat"], "13");
}

/// A criterion that has all its channels and no constants is named with the reason.
#[test]
fn criteria_without_constants_say_why() {
    for (name, wanted) in [
        ("thor", &["Nij"][..]),
        (
            "nodummy",
            &["Nij", "tibia index", "viscous criterion", "combined thoracic index"],
        ),
    ] {
        let Some(file) = field(&format!("25-nij-without-constants/{name}.csv")) else {
            return;
        };
        let told = criteria(&file, &[]);
        let all = told.document["not_given"].as_array().expect("a list");
        assert_eq!(all.len(), wanted.len(), "{}", told.lines);
        for what in wanted {
            assert!(
                told.lines.contains(&format!("{what} is not given")),
                "{what}: {}",
                told.lines
            );
        }
    }
}

/// Tables of pandas and Polars: the unit stands in the name, any compression, single precision, any order.
#[test]
fn tables_of_other_programs_are_read() {
    for name in ["time-last-column", "snappy", "float32", "brotli"] {
        let Some(file) = field(&format!("23-parquet/{name}.parquet")) else {
            return;
        };
        let told = criteria(&file, &[]);
        near(value(&told, "11HEAD0000H3ACR0", "hic15"), 321.70, 1e-4);
    }
}

/// A pulse of the wrong sign or unit, or a clipped one, is told by both commands; strictly it is an error.
#[test]
fn faults_of_a_pulse_are_told() {
    for (name, words) in [
        ("positive", "wrong sign"),
        ("mps2-as-g", "wrong unit"),
        ("clipped", "clipping"),
    ] {
        let Some(file) = field(&format!("22-pulse-faults/{name}.csv")) else {
            return;
        };
        for told in [criteria(&file, &[]), crumple(&["sled", "--pulse", &file, "--json"])] {
            assert_eq!(told.status, 0, "{}", told.lines);
            assert!(
                told.lines.contains(words) && told.lines.contains(" ms"),
                "{name}: {}",
                told.lines
            );
        }
        for words in [
            &["criteria", &file, "--strict"][..],
            &["sled", "--pulse", &file, "--strict"],
        ] {
            assert_eq!(crumple(words).status, 2);
        }
    }
}

/// Micrometres that are declared metres are named and not used; declared as such they are read.
#[test]
fn micrometres_are_read_and_never_metres() {
    let Some(wrong) = field("03-micrometres-as-metres") else {
        return;
    };
    let told = criteria(&wrong, &["--limits", "fmvss208"]);
    assert_eq!(told.status, 1);
    assert!(told.lines.contains("implausible"), "{}", told.lines);
    assert!(told.document["channels"].get("11CHST0000H3DSXP").is_none());
    for name in ["cp1252", "utf8bom"] {
        let Some(right) = field(&format!("05-micrometre-unit/{name}")) else {
            return;
        };
        let most = value(&criteria(&right, &[]), "11CHST0000H3DSXP", "max_mm");
        assert!(most > 5.0 && most < 50.0, "{most}");
    }
}

/// A question mark in a code is a place that is not stated: the head keeps its X axis.
#[test]
fn question_marks_are_places_not_stated() {
    let Some(file) = field("04-question-mark-codes") else {
        return;
    };
    let told = criteria(&file, &[]);
    near(value(&told, "11HEAD0000H3ACR0", "hic15"), 321.70, 1e-4);
    assert!(told.lines.contains("210000000000AC00"), "{}", told.lines);
}

/// A velocity is a pulse: by a recorder in km/h or mph, or as a history.
#[test]
fn velocities_are_pulses() {
    for (name, delta_v) in [
        ("18-edr/edr-kmh.csv", 10.306),
        ("18-edr/edr-mph.csv", 10.306),
        ("24-velocity-channel/velocity.csv", 17.48),
    ] {
        let Some(file) = field(name) else { return };
        let told = criteria(&file, &[]);
        near(value(&told, "10VEHCCG0000VEX0", "delta_v_mps"), delta_v, 2e-4);
        let derived = told.document["channels"]["10VEHCCG0000VEX0"]["derived"].as_str();
        assert!(derived.is_some_and(|d| d.contains("Hz")));
        let ran = crumple(&["sled", "--pulse", &file, "--json"]);
        assert_eq!(ran.status, 0, "{}", ran.lines);
        assert!(ran.lines.contains("differentiated"));
    }
}

/// Archives from Windows with backslashes and what a Mac adds; rows of commas that a spreadsheet adds.
#[test]
fn what_other_systems_add_is_no_obstacle() {
    for (name, channel) in [
        ("13-zip-backslash/backslash.zip", "11HEAD0000H3ACXP"),
        ("20-excel-rows/trailing-comma-rows.csv", "11HEAD0000H3ACX0"),
    ] {
        let Some(file) = field(name) else { return };
        near(value(&criteria(&file, &[]), channel, "hic15"), 321.70, 1e-4);
    }
}

/// No control byte of a file reaches the terminal.
#[test]
fn control_bytes_stay_out_of_messages() {
    let Some(file) = field("14-control-characters/renamed-control-char.csv") else {
        return;
    };
    let told = criteria(&file, &[]);
    assert_eq!(told.status, 0);
    assert!(told.lines.contains("\\u{13}"), "{}", told.lines);
    assert!(
        !told.lines.contains(|c: char| c.is_control() && c != '\n'),
        "{:?}",
        told.lines
    );
}

/// A curve of two columns has no header: refused with what would be right, read when it is told what it is; an unfiltered
/// peak is not called CFC 60.
#[test]
fn a_curve_without_a_header_is_told_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("curve.csv");
    let line = |i: i32| {
        let t = f64::from(i) * 1e-4;
        let a = if (0.0..0.1).contains(&t) {
            -25.0 * (t * 31.4159).sin()
        } else {
            0.0
        };
        format!("{t:.4}\t{a:.6}\n")
    };
    std::fs::write(&path, (-100..1500).map(line).collect::<String>()).expect("it writes");
    let file = path.display().to_string();
    let refused = criteria(&file, &[]);
    assert_eq!(refused.status, 2);
    assert!(refused.lines.contains("--code"), "{}", refused.lines);
    let is = ["--code", "10VEHCCG0000ACX0", "--unit", "g"];
    let told = criteria(&file, &is);
    near(value(&told, "10VEHCCG0000ACX0", "peak_g_cfc60"), 25.0, 0.01);
    let raw = criteria(&file, &[&is[..], &["--class", "none"]].concat());
    near(value(&raw, "10VEHCCG0000ACX0", "peak_g"), 25.0, 1e-3);
    assert!(
        raw.document["channels"]["10VEHCCG0000ACX0"]
            .get("peak_g_cfc60")
            .is_none()
    );
    assert_eq!(
        criteria(&file, &["--code", "10VEHCCG0000ACX0", "--unit", "kN"]).status,
        2
    );
}
