//! `crumple vehicles`: the library, the evidence behind a file, and the check of a file.

use std::path::{Path, PathBuf};

use crumple::dynamics::Plan;
use crumple::error::{Error, SourceText};
use crumple::units::US;
use crumple::vehicle::library::load_vehicle;
use crumple::vehicle::{Basis, Face, Library, Vehicle, face_hole, parse_vehicle};
use serde::Serialize;

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// All vehicles of the library (default)
    List {
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// One vehicle with the evidence behind each number
    Show {
        /// Vehicle id, or a vehicle file
        vehicle: String,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Check a vehicle file: keys, tables, masses, and that its front has no hole
    Check {
        /// Vehicle file
        file: PathBuf,
    },
}

/// A vehicle by file path or library id.
pub fn load(name: &str, folder: &Path) -> Result<Vehicle, Error> {
    let path = folder.join(name);
    let vehicle = if name.ends_with(".toml") || path.is_file() {
        load_vehicle(&path)?
    } else {
        Library::find(Some(folder))?.vehicle(name)?
    };
    warn_if_open(&vehicle, Face::Front);
    Ok(vehicle)
}

/// A face with a hole runs, with a warning.
pub fn warn_if_open(vehicle: &Vehicle, face: Face) {
    if let Some(hole) = face_hole(vehicle, face) {
        output::warn(&format!(
            "the {face:?} of {} is open: {hole}; partners may pass through",
            vehicle.id
        ));
    }
}

/// A step from the command line, s.
pub fn step_s(step_us: f64) -> Result<f64, Error> {
    if Plan::takes_step_us(step_us) {
        Ok(step_us * US)
    } else {
        Err(Error::request(
            format!("--step-us {step_us}"),
            Plan::STEP_RULE,
        ))
    }
}

#[derive(Serialize)]
struct Listed {
    id: String,
    name: String,
    group: String,
    class: crumple::vehicle::VehicleClass,
    year: i64,
    test_kg: f64,
    length_mm: f64,
    width_mm: f64,
    weakest_basis: Option<Basis>,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    match &a.what {
        None => list(false),
        Some(What::List { json }) => list(*json),
        Some(What::Show { vehicle, json }) => show(vehicle, *json),
        Some(What::Check { file }) => check(file),
    }
}

fn list(json: bool) -> Result<Done, Error> {
    let library = Library::find(None)?;
    let mut all = Vec::new();
    for (group, id, path) in library.vehicle_files() {
        let v = load_vehicle(&path)?;
        all.push(Listed {
            id,
            name: v.name.clone(),
            group,
            class: v.class,
            year: v.year,
            test_kg: v.body.test_kg,
            length_mm: v.body.length_m * 1e3,
            width_mm: v.body.width_m * 1e3,
            weakest_basis: v.provenance.values().map(|p| p.basis).max(),
        });
    }
    if json {
        output::json(&all)?;
    } else {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|l| {
                vec![
                    l.id.clone(),
                    l.group.clone(),
                    format!("{:.0}", l.test_kg),
                    format!("{:.0}", l.length_mm),
                    format!("{:.0}", l.width_mm),
                    l.name.clone(),
                ]
            })
            .collect();
        output::text(&output::table(
            &["id", "group", "test kg", "length mm", "width mm", "name"],
            &rows,
        ))?;
    }
    Ok(Done::Holds)
}

#[derive(Serialize)]
struct Evidence {
    key: String,
    basis: Option<Basis>,
    cv: Option<f64>,
    source: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    name: String,
    test_kg: f64,
    masses: Vec<(String, f64)>,
    evidence: Vec<Evidence>,
    sources: std::collections::BTreeMap<String, String>,
}

fn show(name: &str, json: bool) -> Result<Done, Error> {
    let v = load(name, Path::new("."))?;
    let evidence: Vec<Evidence> = v
        .number_keys()
        .into_iter()
        .map(|key| {
            let p = v.provenance_of(&key);
            Evidence {
                basis: p.map(|p| p.basis),
                cv: p.map(|p| p.cv),
                source: p.map(|p| p.source.clone()),
                key,
            }
        })
        .collect();
    let shown = Shown {
        id: v.id.clone(),
        name: v.name.clone(),
        test_kg: v.body.test_kg,
        masses: v.masses.iter().map(|m| (m.name.clone(), m.kg)).collect(),
        evidence,
        sources: v.sources.clone(),
    };
    if json {
        output::json(&shown)?;
        return Ok(Done::Holds);
    }
    let mut page = format!(
        "{} ({}), {:.0} kg as tested\n\n",
        v.name, v.id, v.body.test_kg
    );
    let count = |b: Basis| shown.evidence.iter().filter(|e| e.basis == Some(b)).count();
    page += &format!(
        "evidence: {} measured, {} published, {} derived, {} estimated, {} without\n\n",
        count(Basis::Measured),
        count(Basis::Published),
        count(Basis::Derived),
        count(Basis::Estimated),
        shown.evidence.iter().filter(|e| e.basis.is_none()).count(),
    );
    let rows: Vec<Vec<String>> = shown
        .evidence
        .iter()
        .map(|e| {
            vec![
                e.key.clone(),
                e.basis
                    .map_or("none".into(), |b| format!("{b:?}").to_lowercase()),
                e.cv.map_or("-".into(), |c| format!("{:.0} %", c * 100.0)),
                e.source.clone().unwrap_or_default(),
            ]
        })
        .collect();
    page += &output::table(&["number", "basis", "spread", "source"], &rows);
    page.push('\n');
    for (key, citation) in &v.sources {
        page += &format!("{key}: {citation}\n");
    }
    output::text(&page)?;
    Ok(Done::Holds)
}

fn check(file: &Path) -> Result<Done, Error> {
    let text = SourceText::read(file)?;
    let v = parse_vehicle(&text)?;
    let has_front = v.layers(Face::Front).next().is_some();
    if let Some(hole) = has_front.then(|| face_hole(&v, Face::Front)).flatten() {
        // At the layer that should have stopped the partner; at the vehicle's name where there is none.
        let at = text
            .text
            .find("compartment = true")
            .or(text.text.find("id = "))
            .unwrap_or(0);
        let line = at..at + text.text[at..].find('\n').unwrap_or(0);
        return Err(text
            .error(
                line,
                format!("the front of {} has a hole: {hole}", v.id),
                "add a layer with compartment = true to the dash or cabin, over the full width and height of the cabin's front",
            )
            .into());
    }
    for key in v.keys_without_provenance() {
        output::warn(&format!("{}: {key} has no provenance", file.display()));
    }
    output::text(&format!("{}: {} is sound\n", file.display(), v.id))?;
    Ok(Done::Holds)
}
