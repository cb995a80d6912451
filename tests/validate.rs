//! `crumple validate` as a user meets it: every family has rows, a row that misses its bar is listed and decides the
//! exit status, and a test that the library no longer meets is seen.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn crumple(library: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crumple"));
    command.current_dir(root()).env("CRUMPLE_LIBRARY", library);
    command.arg("validate");
    command
}

fn document(library: &Path) -> (Option<i32>, Value) {
    let done = crumple(library).arg("--json").output().expect("it starts");
    let value = serde_json::from_slice(&done.stdout).expect("one JSON document");
    (done.status.code(), value)
}

fn rows(document: &Value) -> &[Value] {
    document["rows"].as_array().expect("rows")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("it lists") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("it copies");
        }
    }
}

/// Each row says whether it holds, by its own bar, and the exit status is 1 exactly when one does not.
#[test]
fn rows_are_judged_by_their_bars_and_decide_the_exit_status() {
    let (status, found) = document(&root().join("vehicles"));
    for family in [
        "wall_pulse",
        "wall_scalars",
        "residual",
        "stiffness",
        "other_speed",
        "coach",
        "staged",
        "field",
    ] {
        let count = rows(&found)
            .iter()
            .filter(|r| r["family"] == family)
            .count();
        assert!(count > 0, "no row of {family}");
    }
    let mut missed = 0;
    for r in rows(&found) {
        let inside = r["accepted"].as_array().map(|a| {
            let [lo, hi] = [&a[0], &a[1]].map(|v| v.as_f64().expect("a number"));
            let p = r["predicted"].as_f64().expect("a number");
            (lo - 1e-6..=hi + 1e-6).contains(&p)
        });
        assert_eq!(r["holds"].as_bool(), inside, "{r}");
        assert!(!r["source"].as_str().expect("text").is_empty(), "{r}");
        missed += u32::from(inside == Some(false));
    }
    assert_eq!(found["missed"].as_u64(), Some(u64::from(missed)));
    assert_eq!(status, Some(i32::from(missed > 0)));
    assert!(
        !found["own_wall_readings"]
            .as_array()
            .expect("rows")
            .is_empty()
    );
    for pair in found["spreads"].as_array().expect("pairs") {
        for (name, s) in pair["spread"]["values"].as_object().expect("numbers") {
            let at = |k: &str| s[k].as_f64().expect("a number");
            assert!(at("p5") < at("p50") && at("p50") < at("p95"), "{name}: {s}");
        }
    }
    // Each predicted pair of vehicles says how far the evidence lets it be off.
    let of_pairs = rows(&found).iter().filter(|r| {
        r["family"] == "staged"
            && r["quantity"]
                .as_str()
                .is_some_and(|q| q.contains("delta-v of"))
    });
    for r in of_pairs {
        let range = r["predicted_spread"].as_array().expect("a range");
        assert!(range[0].as_f64() < range[1].as_f64(), "{r}");
    }
}

/// The table for people ends with what missed, the coach's rebound among it.
#[test]
fn the_table_lists_what_missed() {
    let done = crumple(&root().join("vehicles"))
        .output()
        .expect("it starts");
    let page = String::from_utf8(done.stdout).expect("text");
    let (table, list) = page.split_once("; missed:\n").expect("a list of misses");
    assert_eq!(
        table.matches("MISSED").count(),
        list.lines().count(),
        "{list}"
    );
    assert!(list.contains("Pioneer coach, rebound peak"), "{list}");
    assert_eq!(done.status.code(), Some(1));
}

/// A vehicle that no longer meets its own wall test misses it, and nothing else changes.
#[test]
fn a_test_that_is_not_met_is_missed() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    copy(&root().join("vehicles"), dir.path());
    let recipe = dir.path().join("recipes/ram-1500-2012.toml");
    let text = std::fs::read_to_string(&recipe).expect("it reads");
    assert!(text.contains("dynamic_crush_mm = 678.9"));
    let changed = text.replace("dynamic_crush_mm = 678.9", "dynamic_crush_mm = 655.0");
    std::fs::write(&recipe, changed).expect("it writes");
    let misses = |found: &Value| -> Vec<String> {
        let missed = rows(found).iter().filter(|r| r["holds"] == false);
        missed
            .map(|r| format!("{} {}", r["case"], r["quantity"]))
            .collect()
    };
    let before = misses(&document(&root().join("vehicles")).1);
    let (status, found) = document(dir.path());
    let new: Vec<String> = misses(&found)
        .into_iter()
        .filter(|m| !before.contains(m))
        .collect();
    assert_eq!(new, ["\"ram-1500-2012\" \"dynamic crush\""]);
    assert_eq!(status, Some(1));
}
