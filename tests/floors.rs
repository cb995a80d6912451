//! The floors of the house, over all of `src/`: a module uses what stands below it, and no modules go round in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// From the ground up; modules of one floor may use each other one way.
const FLOORS: &[&[&str]] = &[
    &["units", "number", "embedded", "error", "stamp", "model"],
    &["measure"],
    &["vehicle", "material"],
    &["signal", "exchange"],
    &["criteria"],
    &["dynamics"],
    &["risk", "models"],
    &["occupant", "cost"],
    &["collision"],
    &["sizing", "identify"],
    &["study", "validate"],
    &["plot", "report"],
];

fn floor(module: &str) -> usize {
    let at = FLOORS.iter().position(|f| f.contains(&module));
    at.unwrap_or_else(|| panic!("{module} stands on no floor of this test"))
}

/// The code of a file: no comments, and nothing from its own tests on.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file reads");
    let lines = text.lines().take_while(|l| !l.starts_with("#[cfg(test)]"));
    let lines = lines.filter(|l| !l.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn files(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
}

/// Modules that each module uses.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&root, &mut all);
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in all {
        let inside = path.strip_prefix(&root).expect("below src");
        let stem = inside.file_stem().unwrap_or_default().to_string_lossy();
        let first = inside.iter().next().unwrap_or_default().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_string();
        let of_tests = stem == "tests" || stem.ends_with("_tests");
        if of_tests || ["lib", "main", "cli"].contains(&module.as_str()) {
            continue;
        }
        let uses = arrows.entry(module.clone()).or_default();
        for rest in code(&path).split("crate::").skip(1) {
            let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
            let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
            assert!(!name.is_empty(), "{}: import modules one by one", path.display());
            if name != module {
                uses.insert(name);
            }
        }
    }
    arrows
}

#[test]
fn a_module_uses_only_what_stands_below_it() {
    for (module, uses) in arrows() {
        for used in uses {
            assert!(
                floor(&used) <= floor(&module),
                "{module} uses {used}, which stands above it"
            );
        }
    }
}

#[test]
fn no_modules_go_round_in_a_circle() {
    let mut left = arrows();
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, uses)| uses.iter().all(|u| !left.contains_key(u)))
            .map(|(module, _)| module.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        free.iter().for_each(|module| drop(left.remove(module)));
    }
    assert!(left.is_empty(), "a circle among {left:?}");
}
