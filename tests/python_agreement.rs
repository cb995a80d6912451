//! What other people's programs make of our files: pyisomme reads the ISO-MME of a run and agrees on HIC, 3 ms clip
//! and OLC; objective-rating-metrics still says what tests/data/iso18571.json holds.
//!
//! Needs a Python with both packages, given as CRUMPLE_PYTHON or found as `python3`; without one a test prints that
//! it was skipped. CRUMPLE_REQUIRE_PYTHON makes that a failure, and CI sets it.
//!
//! Known differences of pyisomme 1.1.0, and what is done about each: its HIC tries only the longest window of each
//! start (the script takes the largest over limits of 10 to 15 or 36 ms, in whole ms, so HIC agrees to 0.4 %); its OLC takes the first
//! sample beyond 65 mm and 300 mm instead of the crossing, and divides by 9.81 (undone), so OLC agrees to 1 %. The
//! 3 ms clips agree to 1e-6.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A Python that has `module`, or `None` after saying so.
fn python_with(module: &str) -> Option<PathBuf> {
    let given = std::env::var_os("CRUMPLE_PYTHON").map(PathBuf::from);
    let python = given.unwrap_or_else(|| PathBuf::from("python3"));
    let has = Command::new(&python)
        .args(["-c", &format!("import {module}")])
        .output()
        .is_ok_and(|o| o.status.success());
    if has {
        return Some(python);
    }
    assert!(
        std::env::var_os("CRUMPLE_REQUIRE_PYTHON").is_none(),
        "{} has no {module}, and CRUMPLE_REQUIRE_PYTHON is set",
        python.display()
    );
    eprintln!("skipped: {} has no {module}", python.display());
    None
}

fn output(command: &mut Command) -> String {
    let done = command.current_dir(root()).output().expect("it starts");
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).expect("it is text")
}

fn json(command: &mut Command) -> Value {
    serde_json::from_str(&output(command)).expect("it is JSON")
}

fn close(name: &str, theirs: &Value, ours: &Value, relative: f64) {
    let (theirs, ours) = (theirs.as_f64(), ours.as_f64());
    let (Some(theirs), Some(ours)) = (theirs, ours) else {
        panic!("{name}: {theirs:?} and {ours:?}");
    };
    assert!(
        (theirs - ours).abs() <= relative * ours.abs(),
        "{name}: pyisomme {theirs}, here {ours}"
    );
}

#[test]
fn an_unmodified_pyisomme_opens_a_run_and_agrees_on_its_criteria() {
    let Some(python) = python_with("pyisomme") else {
        return;
    };
    let dir = tempfile::tempdir().expect("a scratch folder");
    let crumple = || Command::new(env!("CARGO_BIN_EXE_crumple"));
    output(
        crumple()
            .args([
                "run",
                "cases/n-box-vs-f-150.toml",
                "--channels",
                "isomme,isomme-zip",
                "--out",
            ])
            .arg(dir.path()),
    );
    let script = root().join("tests/python/pyisomme_values.py");
    let of = |test: &str| json(Command::new(&python).arg(&script).arg(dir.path().join(test)));
    let theirs = of("isomme");
    assert_eq!(theirs, of("isomme.zip"), "the archive holds what the folder holds");

    let set = crumple::exchange::read_channels(&dir.path().join("isomme")).expect("it reads");
    let channels = theirs["channels"].as_object().expect("a list");
    assert_eq!(channels.len(), set.channels.len());
    for c in &set.channels {
        let read = &channels[&c.code];
        assert_eq!(read["samples"], c.values.len(), "{}", c.code);
        let dt_s = read["dt_s"].as_f64().expect("a number");
        assert!((dt_s - c.dt_s).abs() < 1e-9, "{}", c.code);
        let unit: crumple::signal::Unit = (read["unit"].as_str())
            .and_then(|u| u.parse().ok())
            .unwrap_or_else(|| panic!("{}: unit {}", c.code, read["unit"]));
        assert_eq!(unit.si_factor(), c.unit.si_factor(), "{}", c.code);
        let sum: f64 = c.values.iter().sum();
        let scale: f64 = c.values.iter().map(|v| v.abs()).sum();
        let found = read["sum"].as_f64().expect("a number");
        assert!((found - sum).abs() <= 1e-9 * scale, "{}: {found} {sum}", c.code);
    }

    let ours = json(
        crumple()
            .args(["criteria", "--class", "none", "--json"])
            .arg(dir.path().join("isomme")),
    );
    let at = |place: &str| -> &Value {
        let (_, values) = (ours["channels"].as_object().expect("a list").iter())
            .find(|(code, _)| code.starts_with(place) && code.ends_with("ACX0"))
            .unwrap_or_else(|| panic!("no {place}"));
        values
    };
    let (head, chest, cabin) = (at("11HEAD"), at("11CHST"), at("10VEHC"));
    close("HIC15", &theirs["hic15"], &head["hic15"], 4e-3);
    close("HIC36", &theirs["hic36"], &head["hic36"], 4e-3);
    for key in ["a3ms_g", "a3ms_cumulative_g"] {
        close(key, &theirs[format!("head_{key}")], &head[key], 1e-6);
        close(key, &theirs[format!("chest_{key}")], &chest[key], 1e-6);
    }
    close("OLC", &theirs["olc_g"], &cabin["olc_g"], 0.01);
}

#[test]
fn the_golden_ratings_are_what_objective_rating_metrics_says_today() {
    let Some(python) = python_with("objective_rating_metrics.rating") else {
        return;
    };
    let today = json(Command::new(&python).arg(root().join("tests/python/iso18571_golden.py")));
    let stored = std::fs::read_to_string(root().join("tests/data/iso18571.json")).expect("it reads");
    let stored: Value = serde_json::from_str(&stored).expect("it is JSON");
    let (today, stored) = (today.as_array().expect("a list"), stored.as_array().expect("a list"));
    assert_eq!(today.len(), stored.len());
    for (a, b) in today.iter().zip(stored) {
        assert_eq!(a["name"], b["name"]);
        for key in ["corridor", "phase", "magnitude", "slope", "overall"] {
            close(key, &a["expected"][key], &b["expected"][key], 1e-9);
        }
    }
}
