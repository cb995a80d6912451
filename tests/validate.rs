//! `crumple validate` as a user meets it: every family has rows, a row that misses its bar is listed and decides the
//! exit status, a test that the library no longer meets is seen, and no row changes side unnoticed.
//!
//! `tests/data/validate-rows.toml` records which rows hold. It is a record, not a demand: where a change of the model
//! or of the library moves rows to the other side, write it anew with
//! `CRUMPLE_PIN=1 cargo test --release --test validate` and say so in the changelog.

use std::collections::BTreeMap;
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

const KINDS: [&str; 3] = ["fit", "identity", "prediction"];

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().expect("text")
}

/// Side of every judged row, by kind and name.
type Sides = BTreeMap<String, BTreeMap<String, String>>;

/// Sides of a run; names are unique.
fn sides(found: &Value) -> Sides {
    let mut all = Sides::new();
    for r in rows(found) {
        if let Some(holds) = r["holds"].as_bool() {
            let side = if holds { "holds" } else { "misses" };
            let of = all.entry(text(r, "kind").into()).or_default();
            let before = of.insert(text(r, "name").into(), side.into());
            assert_eq!(before, None, "twice: {}", text(r, "name"));
        }
    }
    all
}

fn counted(sides: &Sides, kind: &str) -> String {
    let of = sides.get(kind);
    let held = of.map_or(0, |of| of.values().filter(|s| *s == "holds").count());
    format!("{kind} {held} of {}", of.map_or(0, BTreeMap::len))
}

/// What differs from a record: rows that came, went or changed side, and the counts of their kind.
fn moved(record: &Sides, now: &Sides) -> Vec<String> {
    let none = BTreeMap::new();
    let mut lines = Vec::new();
    for kind in KINDS {
        let (a, b) = (record.get(kind).unwrap_or(&none), now.get(kind).unwrap_or(&none));
        if a != b {
            lines.push(format!("{} (was {})", counted(now, kind), counted(record, kind)));
        }
        for (name, side) in b {
            match a.get(name) {
                None => lines.push(format!("  new, {side}: {name}")),
                Some(before) if before != side => {
                    lines.push(format!("  {before} -> {side}: {name}"));
                }
                Some(_) => {}
            }
        }
        let gone = a.keys().filter(|name| !b.contains_key(*name));
        lines.extend(gone.map(|name| format!("  gone: {name}")));
    }
    lines
}

/// The record as a file: a table per kind, a line per row.
fn record_text(sides: &Sides) -> String {
    let mut text = String::from(
        "# Which judged rows of `crumple validate` hold. A record, not a demand; written by\n\
         # CRUMPLE_PIN=1 cargo test --release --test validate\n\
         format = 1\n",
    );
    for kind in KINDS {
        text += &format!("\n[{kind}]   # {}\n", counted(sides, kind));
        for (name, side) in sides.get(kind).into_iter().flatten() {
            text += &format!("{name:?} = {side:?}\n");
        }
    }
    text
}

fn read_record(text: &str) -> Sides {
    let table: toml::Table = text.parse().expect("a TOML file");
    let of = |kind: &str| {
        let rows = table.get(kind).and_then(|t| t.as_table());
        let side = |(name, side): (&String, &toml::Value)| (name.clone(), side.as_str().expect("a side").to_string());
        rows.into_iter().flatten().map(side).collect()
    };
    KINDS.map(|kind| (kind.to_string(), of(kind))).into()
}

/// No row changes side, appears or vanishes unnoticed.
#[test]
fn no_row_changes_side_unnoticed() {
    let file = root().join("tests/data/validate-rows.toml");
    let now = sides(&document(&root().join("vehicles")).1);
    if std::env::var_os("CRUMPLE_PIN").is_some() {
        std::fs::write(&file, record_text(&now)).expect("it writes");
    }
    let record = read_record(&std::fs::read_to_string(&file).expect("the record"));
    let moved = moved(&record, &now);
    assert!(
        moved.is_empty(),
        "rows moved; where that is meant, CRUMPLE_PIN=1 cargo test --release --test validate writes the record anew\n{}",
        moved.join("\n")
    );
}

/// A record names what moved, whichever way.
#[test]
fn a_record_names_what_moved() {
    let sides = |rows: &[(&str, &str)]| -> Sides {
        let of = rows.iter().map(|(n, s)| (n.to_string(), s.to_string()));
        Sides::from([("fit".to_string(), of.collect())])
    };
    let before = sides(&[("a, \"x\"", "holds"), ("b", "misses"), ("c", "holds")]);
    let read = read_record(&record_text(&before));
    assert!(moved(&read, &before).is_empty());
    let after = sides(&[("a, \"x\"", "misses"), ("b", "holds"), ("d", "holds")]);
    let lines = [
        "fit 2 of 3 (was fit 2 of 3)",
        "  holds -> misses: a, \"x\"",
        "  misses -> holds: b",
        "  new, holds: d",
        "  gone: c",
    ];
    assert_eq!(moved(&read, &after), lines);
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
        "wall_behind",
        "residual",
        "stiffness",
        "other_speed",
        "offset_barrier",
        "small_overlap",
        "coach",
        "staged",
        "field",
    ] {
        let count = rows(&found).iter().filter(|r| r["family"] == family).count();
        assert!(count > 0, "no row of {family}");
    }
    let mut missed = 0;
    let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for r in rows(&found) {
        let inside = r["accepted"].as_array().map(|a| {
            let [lo, hi] = [&a[0], &a[1]].map(|v| v.as_f64().expect("a number"));
            let p = r["predicted"].as_f64().expect("a number");
            (lo - 1e-6..=hi + 1e-6).contains(&p)
        });
        assert_eq!(r["holds"].as_bool(), inside, "{r}");
        assert!(!r["source"].as_str().expect("text").is_empty(), "{r}");
        missed += u32::from(inside == Some(false));
        let count = counts.entry(text(r, "kind")).or_default();
        count[0] += u64::from(inside == Some(true));
        count[1] += u64::from(inside.is_some());
        let name = format!("{}, {}", text(r, "case"), text(r, "quantity"));
        assert_eq!(text(r, "name"), name);
        let range = r["measured_range"].as_array();
        assert_eq!(r["measured"].as_array(), range, "{r}");
    }
    assert_eq!(counts.len(), KINDS.len(), "{counts:?}");
    for kind in KINDS {
        let count = &found["summary"][kind];
        let seen = ["held", "judged"].map(|k| count[k].as_u64().expect("a number"));
        assert_eq!(counts[kind], seen, "{kind}");
    }
    assert_eq!(found["missed"].as_u64(), Some(u64::from(missed)));
    assert_eq!(status, Some(i32::from(missed > 0)));
    assert!(!found["own_wall_readings"].as_array().expect("rows").is_empty());
    for pair in found["spreads"].as_array().expect("pairs") {
        for (name, s) in pair["spread"]["values"].as_object().expect("numbers") {
            let at = |k: &str| s[k].as_f64().expect("a number");
            assert!(at("p5") < at("p50") && at("p50") < at("p95"), "{name}: {s}");
        }
    }
    // Each predicted pair of vehicles says how far the evidence lets it be off.
    let of_pairs = rows(&found)
        .iter()
        .filter(|r| r["family"] == "staged" && r["quantity"].as_str().is_some_and(|q| q.contains("delta-v of")));
    for r in of_pairs {
        let range = r["predicted_spread"].as_array().expect("a range");
        assert!(range[0].as_f64() < range[1].as_f64(), "{r}");
    }
}

/// The table for people lists what missed, and ends with a line per kind.
#[test]
fn the_table_lists_what_missed_and_counts_each_kind() {
    let (status, found) = document(&root().join("vehicles"));
    let done = crumple(&root().join("vehicles")).output().expect("it starts");
    let page = String::from_utf8(done.stdout).expect("text");
    assert_eq!(done.status.code(), status);
    let list = page.split_once("\nMissed\n").map_or("", |(_, list)| list);
    for r in rows(&found).iter().filter(|r| r["holds"] == false) {
        let line = format!("  {}: {}: ", text(r, "kind"), text(r, "name"));
        assert_eq!(list.matches(&line).count(), 1, "{line}");
    }
    let all = sides(&found);
    let last: Vec<&str> = page.lines().rev().take(3).collect();
    for (line, kind) in last.iter().rev().zip(KINDS) {
        let start = format!("{} hold ", counted(&all, kind));
        assert!(line.starts_with(&start), "{line}: {start}");
    }
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
        missed.map(|r| format!("{} {}", r["case"], r["quantity"])).collect()
    };
    let before = misses(&document(&root().join("vehicles")).1);
    let (status, found) = document(dir.path());
    let new: Vec<String> = misses(&found).into_iter().filter(|m| !before.contains(m)).collect();
    assert_eq!(new, ["\"ram-1500-2012\" \"dynamic crush\""]);
    assert_eq!(status, Some(1));
}
