//! `crumple vehicles`: the library, the evidence behind a file, and the check of a file.

use std::path::{Path, PathBuf};

use crumple::collision::stiffness::{PublishedStiffness, StiffnessRow, stiffness_table};
use crumple::dynamics::Plan;
use crumple::error::{Error, SourceText};
use crumple::plot::{Heading, Stamp, Theme, field};
use crumple::units::{KMH, US};
use crumple::validate::evidence::{self, Stiffnesses};
use crumple::vehicle::library::{RESTRAINTS, VARIABLE, VEHICLE_GROUPS, load_vehicle};
use crumple::vehicle::own::VEHICLES;
use crumple::vehicle::{
    Basis, Face, Library, Origin, Provenance, Vehicle, VehicleClass, endless_body_mount, face_hole, parse_vehicle,
};
use serde::Serialize;

use super::{Done, library, output, plot};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// All vehicles of the library (default)
    List {
        /// Run each into a rigid wall at 56 km/h: crush, peak, KW400 and AHOF400 beside published values
        #[arg(long)]
        wall: bool,
        /// With --wall: draw KW400 against mass as SVG and PNG into this folder
        #[arg(long, requires = "wall")]
        figure: Option<PathBuf>,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// One vehicle with the evidence behind each number
    Show {
        /// Vehicle id, or a vehicle file
        vehicle: String,
        /// Print its file as it is, to copy and change
        #[arg(long, conflicts_with = "json")]
        toml: bool,
        /// Print one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Which library is in use, and why
    Where {
        /// For this case, study or vehicle file [default: for a command that is given none]
        file: Option<PathBuf>,
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

/// A vehicle by file path or library id, and the library it came from.
pub fn load(name: &str) -> Result<(Vehicle, Library), Error> {
    let mut library = library::for_name(name)?;
    let id = library::adopt(&mut library, VEHICLES, name)?;
    let vehicle = library.vehicle(&id)?;
    if vehicle.class != VehicleClass::Barrier {
        warn_if_open(&vehicle, Face::Front);
    }
    Ok((vehicle, library))
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
        Err(Error::request(format!("--step-us {step_us}"), Plan::STEP_RULE))
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
        Some(What::List {
            wall: true,
            figure,
            json,
        }) => wall_list(figure.as_deref(), *json),
        Some(What::List { json, .. }) => list(*json),
        Some(What::Show {
            vehicle, toml: true, ..
        }) => show_file(vehicle),
        Some(What::Show { vehicle, json, .. }) => show(vehicle, *json),
        Some(What::Where { file, json }) => which(file.as_deref(), *json),
        Some(What::Check { file }) => check(file),
    }
}

#[derive(Serialize)]
struct Which {
    library: String,
    origin: Origin,
    why: String,
    vehicles: usize,
    restraints: usize,
}

/// Which library is in use, by which part of the rule.
fn which(file: Option<&Path>, json: bool) -> Result<Done, Error> {
    let library = library::find(file)?;
    let root = library.root();
    let why = match library.origin() {
        Origin::Named => "named by --library".to_string(),
        Origin::Environment => format!("named by {VARIABLE}"),
        Origin::Beside => match file {
            Some(file) => format!("in the folder of {} or above it", file.display()),
            None => "in the working directory or above it".to_string(),
        },
        Origin::BuiltIn => {
            format!(
                "carried by this program: no --library, no {VARIABLE}, no folder vehicles with a vehicle and a restraint"
            ) + &file.map_or(" in the working directory or above it".into(), |f| {
                format!(" beside {} or above that", f.display())
            })
        }
    };
    let found = Which {
        library: root.display().to_string(),
        origin: library.origin(),
        why,
        vehicles: library.vehicle_files().len(),
        restraints: library.ids(RESTRAINTS).len(),
    };
    if json {
        output::json(&found)?;
    } else {
        output::text(&format!(
            "{}\n{}\n{} vehicles, {} restraints\n",
            found.library, found.why, found.vehicles, found.restraints
        ))?;
    }
    Ok(Done::Holds)
}

fn list(json: bool) -> Result<Done, Error> {
    let library = library::find(None)?;
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

/// Speed of `list --wall`, km/h: that of US NCAP.
const WALL_KMH: f64 = 56.0;

fn wall_list(figure: Option<&Path>, json: bool) -> Result<Done, Error> {
    let library = library::find(None)?;
    let mut vehicles = Vec::new();
    for (_, _, path) in library.vehicle_files() {
        vehicles.push(load_vehicle(&path)?);
    }
    let published = evidence::read::<Stiffnesses>(&library)?.stiffness;
    let plan = Plan::new(0.160, 10.0 * US);
    let rows = stiffness_table(&vehicles, WALL_KMH * KMH, plan, &published)?;
    if let Some(folder) = figure {
        let stamp = Stamp::of(&vehicles, 10.0 * US);
        let drawn = field::draw(&stiffness_field(&rows, &published, stamp), &Theme::default());
        plot::write_figure(folder, "kw400-mass", &drawn.map_err(plot::refused)?)?;
    }
    if json {
        output::json(&rows)?;
        return Ok(Done::Holds);
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|r| {
            let [lo, hi] = r.published_kw400_N_per_mm.unwrap_or([0.0; 2]);
            vec![
                r.id.clone(),
                format!("{:.0}", r.mass_kg),
                format!("{:.0}", r.crush_mm),
                format!("{:.1}", r.peak_g_cfc60),
                format!("{:.0}", r.intrusion_mm),
                output::optional(r.kw400_N_per_mm, 0),
                match r.published_kw400_N_per_mm {
                    None => String::new(),
                    Some(_) if lo == hi => format!("{lo:.0}"),
                    Some(_) => format!("{lo:.0}-{hi:.0}"),
                },
                output::optional(r.ahof400_mm, 0),
                r.published_ahof400_mm.map_or(String::new(), |a| format!("{a:.0}")),
            ]
        })
        .collect();
    let heads = [
        "id",
        "mass kg",
        "crush mm",
        "peak g",
        "intrusion mm",
        "KW400 N/mm",
        "published",
        "AHOF400 mm",
        "published",
    ];
    let mut page = format!("Rigid wall at {WALL_KMH} km/h, full width\n\n");
    page += &output::table(&heads, &cells);
    page.push('\n');
    for p in &published {
        page += &format!(
            "published for the {} ({:.0} kg): {}\n",
            p.tested,
            p.mass_kg.get(),
            p.source
        );
    }
    output::text(&page)?;
    Ok(Done::Holds)
}

/// KW400 against mass, published values hollow.
fn stiffness_field(rows: &[StiffnessRow], published: &[PublishedStiffness], stamp: Stamp) -> field::Input {
    let class_of = |class: VehicleClass| format!("{class:?}").to_lowercase();
    let mut points: Vec<field::Point> = rows
        .iter()
        .filter_map(|r| {
            Some(field::Point {
                name: String::new(),
                group: class_of(r.class),
                x: r.mass_kg,
                y: r.kw400_N_per_mm?,
                published: false,
            })
        })
        .collect();
    for p in published {
        let [lo, hi] = p.kw400_N_per_mm.get();
        let of = rows.iter().filter(|r| r.id == p.vehicle);
        points.extend(of.map(|r| field::Point {
            name: p.tested.clone(),
            group: class_of(r.class),
            x: p.mass_kg.get(),
            y: 0.5 * (lo + hi),
            published: true,
        }));
    }
    field::Input {
        heading: Heading {
            title: "Frontal stiffness against mass".into(),
            note: "KW400 in the virtual load-cell wall at 56 km/h; hollow: published".into(),
            caption: "KW400 of every library vehicle whose cabin moves 400 mm, from the work between 25 and 400 mm; the published Silverado is the generation before the library's.".into(),
            stamp,
        },
        x: "Test mass (kg)".into(),
        y: "KW400 (N/mm)".into(),
        points,
    }
}

#[derive(Serialize)]
struct Evidence {
    key: String,
    values: Vec<f64>,
    basis: Option<Basis>,
    cv: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cv_by_point: Option<Vec<f64>>,
    /// The spread in words: by point, on which side, with what it moves.
    spread: Option<String>,
    source: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    name: String,
    class: VehicleClass,
    year: i64,
    test_kg: f64,
    notes: Vec<String>,
    masses: Vec<(String, f64)>,
    evidence: Vec<Evidence>,
    sources: std::collections::BTreeMap<String, String>,
}

/// The comment lines at the head of a vehicle's file: what it is and what its own wall test says.
fn notes(library: &Library, id: &str) -> Result<Vec<String>, Error> {
    let text = SourceText::read(&library.vehicle_path(id)?)?;
    let head = text.text.lines().take_while(|l| l.starts_with('#'));
    Ok(head.map(|l| l[1..].trim_end().to_string()).collect())
}

/// One number, or the first, largest and number of a list.
fn value_text(values: &[f64]) -> String {
    let short = |v: f64| {
        let text = format!("{v:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_string)
    };
    match values {
        [] => String::new(),
        [one] => short(*one),
        [a, b] => format!("{} to {}", short(*a), short(*b)),
        [first, .., last] => format!("{} ... {} ({} values)", short(*first), short(*last), values.len()),
    }
}

/// The text of a vehicle's file.
fn show_file(name: &str) -> Result<Done, Error> {
    let (vehicle, library) = load(name)?;
    let text = SourceText::read(&library.vehicle_path(&vehicle.id)?)?;
    output::text(&text.text)?;
    Ok(Done::Holds)
}

fn show(name: &str, json: bool) -> Result<Done, Error> {
    let (v, library) = load(name)?;
    let evidence: Vec<Evidence> = v
        .number_keys()
        .into_iter()
        .map(|key| {
            let p = v.provenance_of(&key);
            Evidence {
                values: v.values_of(&key),
                basis: p.map(|p| p.basis),
                cv: p.map(|p| p.cv),
                cv_by_point: p.and_then(|p| p.cv_by_point.clone()),
                spread: p.map(Provenance::spread_words),
                source: p.map(|p| p.source.clone()),
                key,
            }
        })
        .collect();
    let shown = Shown {
        id: v.id.clone(),
        name: v.name.clone(),
        class: v.class,
        year: v.year,
        test_kg: v.body.test_kg,
        notes: notes(&library, &v.id)?,
        masses: v.masses.iter().map(|m| (m.name.clone(), m.kg)).collect(),
        evidence,
        sources: v.sources.clone(),
    };
    if json {
        output::json(&shown)?;
        return Ok(Done::Holds);
    }
    output::text(&page(&shown))?;
    Ok(Done::Holds)
}

/// Notes, then the numbers by kind of evidence, strongest first, then the citations.
fn page(shown: &Shown) -> String {
    let mut page = format!(
        "{} ({}), {:?} of {}, {:.0} kg as tested\n\n",
        shown.name, shown.id, shown.class, shown.year, shown.test_kg
    );
    for line in &shown.notes {
        page += &format!("{line}\n");
    }
    let kinds = [
        (Some(Basis::Measured), "measured"),
        (Some(Basis::Published), "published"),
        (Some(Basis::Derived), "derived"),
        (Some(Basis::Estimated), "estimated"),
        (None, "without evidence"),
    ];
    for (basis, head) in kinds {
        let of: Vec<&Evidence> = shown.evidence.iter().filter(|e| e.basis == basis).collect();
        page += &format!("\n{head}: {} of {}\n", of.len(), shown.evidence.len());
        let rows: Vec<Vec<String>> = of
            .iter()
            .map(|e| {
                vec![
                    e.key.clone(),
                    value_text(&e.values),
                    e.spread.clone().unwrap_or("-".into()),
                    e.source.clone().unwrap_or_default(),
                ]
            })
            .collect();
        if !rows.is_empty() {
            page += &output::table(&["number", "value", "spread (cv)", "source"], &rows);
        }
    }
    page += "\nsources\n";
    for (key, citation) in &shown.sources {
        page += &format!("{key}: {citation}\n");
    }
    page
}

/// Does the file lie in a folder of a vehicle library, whose vehicles are held to more than a textbook file?
fn is_of_library(file: &Path) -> bool {
    let group = std::path::absolute(file)
        .ok()
        .and_then(|f| f.parent().map(Path::to_path_buf));
    let named = |g: &Path| g.file_name().is_some_and(|n| VEHICLE_GROUPS.iter().any(|k| n == *k));
    group.is_some_and(|g| named(&g) && g.parent().is_some_and(|root| Library::open(root).is_ok()))
}

/// Where a mount's name stands in a vehicle file.
fn line_of_mount(text: &str, name: &str) -> std::ops::Range<usize> {
    let block = text
        .match_indices("[[mount]]")
        .map(|(at, _)| at)
        .find(|at| {
            let block = &text[*at + 9..];
            let block = &block[..block.find("\n[").unwrap_or(block.len())];
            block.contains(&format!("name = \"{name}\""))
        })
        .unwrap_or(0);
    let at = block + text[block..].find("name = ").unwrap_or(0);
    at..at + text[at..].find('\n').unwrap_or(0)
}

fn check(file: &Path) -> Result<Done, Error> {
    let text = SourceText::read(file)?;
    let v = parse_vehicle(&text)?;
    // A barrier's face ends where its honeycomb does.
    let has_front = v.class != VehicleClass::Barrier && v.layers(Face::Front).next().is_some();
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
    if let Some(mount) = is_of_library(file).then(|| endless_body_mount(&v)).flatten() {
        let at = line_of_mount(&text.text, &mount.name);
        return Err(text
            .error(
                at,
                format!(
                    "mount {} of {} never breaks: it would carry any load past the cell",
                    mount.name, v.id
                ),
                "give it break_kN: 1.3 times what the vehicle's own wall test sends through it",
            )
            .into());
    }
    for key in v.keys_without_provenance() {
        output::warn(&format!("{}: {key} has no provenance", file.display()));
    }
    let mut page = format!("{}: {} is sound\n", file.display(), v.id);
    let special = v
        .provenance
        .iter()
        .filter(|(_, p)| p.cv_by_point.is_some() || p.side.is_some() || p.follows().is_some());
    for (key, p) in special {
        page += &format!("{key}: {}\n", p.spread_words());
    }
    output::text(&page)?;
    Ok(Done::Holds)
}
