//! `crumple size`: structure mass and cost for a target, Pareto fronts and feasibility maps.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crumple::criteria::Dummy;
use crumple::error::{Error, within};
use crumple::occupant::Seat;
use crumple::report::{fronts_figure, map_figure};
use crumple::sizing::corridors::corridors;
use crumple::sizing::evaluate::{CollisionEvaluator, SEARCH_STEP_S, Seated, VERIFY_STEP_S};
use crumple::sizing::feasibility::{FeasibilityMap, feasibility_map};
use crumple::sizing::holds::{Trial, with_confidence};
use crumple::sizing::optimise::{lightest, optimise};
use crumple::sizing::pareto::{Fronts, FrontsAsked, fronts};
use crumple::sizing::{
    Answer, Design, MaterialChoice, PartnerDesign, Problem, Question, Rule, Sizing, SizingData, SpeedSearch, Target,
    Vary,
};
use crumple::stamp::Stamp;
use crumple::units::{KN, MM};
use crumple::vehicle::library::{COSTS, MATERIALS, RESTRAINTS};
use crumple::vehicle::own::{PACKAGES, VEHICLES};
use crumple::vehicle::{Library, Vehicle, vehicle_toml};
use serde::Serialize;

use super::plot::{refused, write_figure};
use super::{Done, library, output, size_page, study, uncertainty, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Vehicle id of the library, or a vehicle file
    vehicle: String,
    /// Partners: ids of the library, or vehicle files
    #[arg(long, required = true, value_delimiter = ',')]
    against: Vec<String>,
    /// Each vehicle's own speed, km/h
    #[arg(long, required = true, value_delimiter = ',', allow_negative_numbers = true)]
    speed_kmh: Vec<f64>,
    /// Overlaps, percent
    #[arg(long, default_value = "100", value_delimiter = ',', allow_negative_numbers = true)]
    overlap_pct: Vec<f64>,
    /// Weights of the speeds, one each [default: equal]
    #[arg(long, value_delimiter = ',')]
    speed_weights: Vec<f64>,
    /// Weights of the overlaps, one each [default: equal]
    #[arg(long, value_delimiter = ',')]
    overlap_weights: Vec<f64>,
    /// Limits on any criterion, for example joint=0.15,intrusion_mm=200
    #[arg(long, required = true, value_delimiter = ',')]
    target: Vec<String>,
    /// Do limits hold in every case, or in the weighted mean?
    #[arg(long, value_enum, default_value_t = Question::default().rule)]
    constraint: Rule,
    /// Leave out the limit of 60 g on the chest's 3 ms clip that otherwise holds in every load case (FMVSS 208)
    #[arg(long)]
    no_chest_clip: bool,
    /// Limits in the vehicle's own wall test (default: FMVSS 208)
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "hic15=700,chest_a3ms_g=60,chest_deflection_mm=63,femur_kN=10"
    )]
    wall_target: Vec<String>,
    /// Speed of that test, km/h
    #[arg(long, default_value_t = Question::default().wall_kmh, allow_negative_numbers = true)]
    wall_speed_kmh: f64,
    /// What may be varied
    #[arg(long, value_enum, default_value_t = Question::default().vary)]
    vary: Vary,
    /// Load paths may also be made into two steps, the second at least as strong as the first
    #[arg(long)]
    reshape: bool,
    /// Keep within the kei length of 3.40 m
    #[arg(long)]
    length_cap: bool,
    /// Largest strength factor of a load path
    #[arg(long, default_value_t = Question::default().max_strength)]
    max_strength: f64,
    /// Largest added front length, mm
    #[arg(long, default_value_t = Question::default().max_length_m / MM)]
    max_added_length_mm: f64,
    /// Largest cabin factor
    #[arg(long, default_value_t = Question::default().max_cabin_factor)]
    max_cabin_factor: f64,
    /// Materials to choose from for crush structure [default: all that may crush]
    #[arg(long, value_delimiter = ',')]
    materials: Vec<String>,
    /// Material of what is added to one path, PATH=MATERIAL; may be repeated
    #[arg(long, value_delimiter = ',')]
    material: Vec<String>,
    /// Material of what is added to the compartment [default: boron]
    #[arg(long)]
    cabin_material: Option<String>,
    /// Restraint packages to choose from [default: all that change a seat's restraint]
    #[arg(long, value_delimiter = ',')]
    packages: Vec<String>,
    /// What the partner's maker may change at most: lower_rails_mm=150,seas_kN=200,softer=0.4
    #[arg(long, value_delimiter = ',')]
    partner: Vec<String>,
    /// Dummy in the driver's seat
    #[arg(long, default_value = "hiii-50m")]
    dummy: String,
    /// Occupants instead of the driver alone, for example driver=hiii-50m,passenger=hiii-05f
    #[arg(long, value_delimiter = ',', conflicts_with = "dummy")]
    occupant: Vec<String>,
    /// Everything may be resized, powertrain included: more mass is dragged along
    #[arg(long)]
    new_powertrain: bool,
    /// Cars a year that tooling and programme are spread over [default: the cost file's]
    #[arg(long)]
    volume_per_year: Option<f64>,
    /// Look for the highest feasible speed even when the target is met
    #[arg(long)]
    highest_speed: bool,
    /// For each load path the widest force interval such that every combination inside meets the targets
    #[arg(long)]
    corridors: bool,
    /// Trace Pareto fronts over these limits on the first target's criterion: structure, restraints, both
    #[arg(long, value_delimiter = ',', value_name = "LIMITS")]
    pareto: Vec<f64>,
    /// Map what is feasible over these masses of the first partner, kg, and --map-speed-kmh
    #[arg(long, value_delimiter = ',', requires = "map_speed_kmh")]
    map_mass_kg: Vec<f64>,
    /// Speeds of that map, km/h
    #[arg(long, value_delimiter = ',', requires = "map_mass_kg")]
    map_speed_kmh: Vec<f64>,
    #[command(flatten)]
    uncertainty: uncertainty::Options,
    /// Cost file: an id of the library, or a file
    #[arg(long, default_value = crumple::sizing::DEFAULT_COSTS)]
    costs: String,
    /// Also write the document to this file
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write the sized vehicle to this file, which `crumple run` takes
    #[arg(long, value_name = "FILE")]
    write_vehicle: Option<PathBuf>,
    /// Write the figures of fronts and map to this folder
    #[arg(long)]
    figures: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    answer: &'a Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    fronts: Option<&'a Fronts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<&'a FeasibilityMap>,
    stamp: &'a Stamp,
}

/// Duration of a run, s.
const DURATION_S: f64 = 0.2;

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let (vehicle, mut library) = vehicles::load(&a.vehicle)?;
    let question = question(a, &mut library)?;
    let data = question.data(&library)?;
    for id in question.packages.iter().flatten() {
        data.costs.package(id)?;
    }
    let request = a.uncertainty.request()?;
    let drawing = a.uncertainty.drawing()?;
    let problem = question.problem(&vehicle, &data);
    let plan = crumple::dynamics::Plan::new(DURATION_S, VERIFY_STEP_S);
    let mut evaluator = question
        .evaluator(&library, &data, plan)?
        .for_search(DURATION_S, SEARCH_STEP_S);
    let asked = (&vehicle, &problem, &a.pareto, &a.map_mass_kg, &a.map_speed_kmh);
    let stamp = Stamp::of(&(asked, &evaluator), VERIFY_STEP_S);
    let stopped = study::interrupt_flag();
    let stop = || stopped.load(std::sync::atomic::Ordering::Relaxed);
    let bar = uncertainty::Bar::new(&stop);
    let mut sizing = optimise(&problem, &mut evaluator)?;
    let confident = with_confidence(&problem, &sizing, &evaluator, drawing, &bar)?;
    let confidence = confident.map(|(sure, confidence)| {
        sizing = sure;
        confidence
    });
    let front = pareto(a, &question, (&problem, &sizing.design), &mut evaluator, &stop)?;
    let map = map(a, (&question, &problem), &evaluator, &stop)?;
    let spread = match &request {
        Some(request) => {
            let at = (a.out.as_deref(), &stamp);
            Some(uncertainty::run(request, &problem, &sizing, &evaluator, at, &stop)?)
        }
        None => None,
    };
    if let Some(path) = &a.write_vehicle {
        write_vehicle(path, &vehicle, &sizing, (&library, &data))?;
    }
    let bands = match a.corridors {
        true => Some(corridors(&problem, &sizing, &mut evaluator)?),
        false => None,
    };
    let light = lightest(&problem, &sizing, &mut evaluator)?;
    let trial = Trial::new(&library, &question.partners, drawing, a.uncertainty.quick())?;
    let far = trial.of(&problem, &sizing, &evaluator, &bar)?;
    drop(bar);
    let mut answer = Answer::new(&vehicle, sizing, &data).tried(light.as_ref(), far);
    answer.confidence = confidence;
    answer.corridors = bands;
    answer.uncertainty = spread;
    let document = Document {
        answer: &answer,
        fronts: front.as_ref(),
        map: map.as_ref(),
        stamp: &stamp,
    };
    if let Some(path) = &a.out {
        output::json_file(path, &document)?;
    }
    if let Some(folder) = &a.figures {
        figures(folder, &vehicle, front.as_ref(), map.as_ref(), &stamp)?;
        if let Some(u) = &answer.uncertainty {
            let limits = question.limits.iter();
            let limit = limits.clone().find(|t| t.criterion == u.criterion);
            let who = (vehicle.id.as_str(), vehicle.name.as_str());
            uncertainty::figures(folder, who, u, limit.map(|t| t.limit), &stamp)?;
        }
    }
    if a.json {
        output::json(&document)?;
    } else {
        output::text(&page(&vehicle, &document))?;
    }
    if answer.uncertainty.is_some_and(|u| u.interrupted) {
        return Err(Error::Interrupted);
    }
    let sure = answer.confidence.as_ref().is_none_or(|c| c.feasible);
    Ok(if answer.feasible && sure {
        Done::Holds
    } else {
        Done::DoesNotHold
    })
}

/// The vehicle with its design as a file: its masses, tables and restraints, under a name of its own.
fn write_vehicle(
    path: &Path,
    vehicle: &Vehicle,
    sizing: &Sizing,
    (library, data): (&Library, &SizingData),
) -> Result<(), Error> {
    let mut sized = sizing.sized.vehicle.clone();
    // An id holds no +, which a label of an own file may.
    sized.id = format!("{}-sized", vehicle.id.replace('+', "-"));
    sized.name = format!("{}, sized", vehicle.name);
    if let Some(id) = &sizing.design.package {
        let package = data.costs.package(id)?;
        sized.driver_restraint = package.driver.clone().or(sized.driver_restraint);
        sized.passenger_restraint = package.passenger.clone().or(sized.passenger_restraint);
    }
    // Own files are no ids of a library: the written file names them by their paths.
    let folder = path.parent().unwrap_or(Path::new(""));
    for name in [&mut sized.driver_restraint, &mut sized.passenger_restraint]
        .into_iter()
        .flatten()
    {
        *name = library.name_from(RESTRAINTS, name, folder);
    }
    for name in sized.paths.iter_mut().filter_map(|p| p.material.as_mut()) {
        *name = library.name_from(MATERIALS, name, folder);
    }
    let head = [
        format!(
            "{} with the design of crumple size: {:.1} kg and ${:.0} of direct cost added.",
            vehicle.name,
            sizing.sized.mass.total_kg(),
            sizing.sized.cost.total().usd()
        ),
        "The price is that of the car as built. Provenance is that of its file: what was made stronger or longer is"
            .to_string(),
        "as uncertain as the part it grew from.".to_string(),
    ];
    crumple::error::write_atomic(path, vehicle_toml(&sized, &head).as_bytes())
}

/// The front asked for: the first limit's criterion against mass and cost.
fn pareto(
    a: &Arguments,
    question: &Question,
    (problem, known): (&Problem, &Design),
    evaluator: &mut CollisionEvaluator,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Fronts>, Error> {
    Ok(match question.limits.first().filter(|_| !a.pareto.is_empty()) {
        Some(first) => {
            let mut problem = problem.clone();
            problem.effort.speed = SpeedSearch::Never;
            let asked = FrontsAsked {
                criterion: first.criterion,
                limits: &a.pareto,
                known: std::slice::from_ref(known),
            };
            Some(fronts(&problem, &asked, evaluator, stop)?)
        }
        None => None,
    })
}

/// The map asked for, against the first partner.
fn map(
    a: &Arguments,
    (question, problem): (&Question, &Problem),
    evaluator: &CollisionEvaluator,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Option<FeasibilityMap>, Error> {
    Ok(match question.partners.first().and_then(|id| evaluator.partner(id)) {
        Some(partner) if !a.map_mass_kg.is_empty() => {
            let (masses, speeds) = (&a.map_mass_kg, &a.map_speed_kmh);
            Some(feasibility_map(problem, partner, masses, speeds, evaluator, stop)?)
        }
        _ => None,
    })
}

/// For people.
fn page(vehicle: &Vehicle, found: &Document) -> String {
    let mut page = size_page::page(vehicle, found.answer);
    page += &found.fronts.map_or_else(String::new, size_page::fronts);
    page += &found.map.map_or_else(String::new, size_page::map);
    let spread = found.answer.uncertainty.as_ref();
    page + &spread.map_or_else(String::new, uncertainty::page)
}

fn figures(
    folder: &Path,
    vehicle: &Vehicle,
    front: Option<&Fronts>,
    map: Option<&FeasibilityMap>,
    stamp: &Stamp,
) -> Result<(), Error> {
    let front = front.map(|f| fronts_figure(&vehicle.name, f, stamp));
    let map = map.map(|m| map_figure(&vehicle.name, &m.partner, m, stamp));
    for figure in [front, map].into_iter().flatten() {
        let (stem, figure, _) = figure.map_err(refused)?;
        write_figure(folder, &stem, &figure)?;
    }
    Ok(())
}

fn question(a: &Arguments, library: &mut Library) -> Result<Question, Error> {
    let speeds = weights("--speed-weights", &a.speed_weights, a.speed_kmh.len())?;
    let overlaps = weights("--overlap-weights", &a.overlap_weights, a.overlap_pct.len())?;
    for &speed in &a.speed_kmh {
        within("--speed-kmh", speed, Question::SPEED_KMH)?;
    }
    for &overlap in &a.overlap_pct {
        within("--overlap-pct", overlap, [1.0, 100.0])?;
    }
    let most_mm = within("--max-added-length-mm", a.max_added_length_mm, Question::LENGTH_MM)?;
    let mut fixed = BTreeMap::new();
    for word in &a.material {
        let (path, id) = pair("--material", word, "PATH=MATERIAL, for example rails=dp800")?;
        fixed.insert(path, library::adopt(library, MATERIALS, &id)?);
    }
    let cabin = a.cabin_material.iter().map(|id| library::adopt(library, MATERIALS, id));
    let materials = MaterialChoice {
        cabin: cabin.collect::<Result<Vec<_>, _>>()?.pop(),
        allowed: library::adopt_all(library, MATERIALS, &a.materials)?,
        fixed,
    };
    let packages = library::adopt_all(library, PACKAGES, &a.packages)?;
    Ok(Question {
        partners: library::adopt_all(library, VEHICLES, &a.against)?,
        speeds_kmh: a.speed_kmh.clone(),
        overlaps_pct: a.overlap_pct.clone(),
        weights: (speeds, overlaps),
        seats: occupants(a)?,
        limits: limits(&a.target)?,
        rule: a.constraint,
        chest_clip_g: (!a.no_chest_clip).then_some(Question::CHEST_CLIP_G),
        wall_kmh: within("--wall-speed-kmh", a.wall_speed_kmh, Question::SPEED_KMH)?,
        wall_limits: limits(&a.wall_target)?,
        vary: a.vary,
        length_cap: a.length_cap,
        max_length_m: most_mm * MM,
        max_strength: within("--max-strength", a.max_strength, Question::FACTOR)?,
        max_cabin_factor: within("--max-cabin-factor", a.max_cabin_factor, Question::FACTOR)?,
        reshape: a.reshape,
        costs: library::adopt(library, COSTS, &a.costs)?,
        materials: materials.without_own(library)?,
        packages: Some(packages).filter(|p| !p.is_empty()),
        partner: partner(a)?,
        new_powertrain: a.new_powertrain,
        volume_per_year: a.volume_per_year,
        highest_speed: a.highest_speed,
    })
}

fn pair(flag: &str, word: &str, rule: &str) -> Result<(String, String), Error> {
    let (left, right) = word
        .split_once('=')
        .ok_or_else(|| Error::request(format!("{flag} {word}"), format!("write {rule}")))?;
    Ok((left.trim().to_string(), right.trim().to_string()))
}

fn partner(a: &Arguments) -> Result<Option<PartnerDesign>, Error> {
    let rule = "lower_rails_mm, seas_kN or softer with a number, for example seas_kN=150";
    let told = |word: &str| Error::request(format!("--partner {word}"), format!("write {rule}"));
    let [lower, seas, softer] = Question::PARTNER;
    let mut most = PartnerDesign::NONE;
    for word in &a.partner {
        let (key, value) = pair("--partner", word, rule)?;
        let number: f64 = value.parse().map_err(|_| told(word))?;
        match key.as_str() {
            "lower_rails_mm" => most.lower_rails_m = within(&key, number, [0.0, lower])? * MM,
            "seas_kN" => most.seas_force_n = within(&key, number, [0.0, seas])? * KN,
            "softer" => most.softer = within(&key, number, [0.0, softer])?,
            _ => return Err(told(word)),
        }
    }
    Ok(Some(most).filter(|_| !a.partner.is_empty()))
}

fn occupants(a: &Arguments) -> Result<Vec<Seated>, Error> {
    let seated = |seat: &str, dummy: &str| -> Result<Seated, Error> {
        let rule = "driver or passenger, with hiii-50m or hiii-05f";
        let told = || Error::request(format!("occupant {seat}={dummy}"), rule);
        let seat: Seat = serde_json::from_value(seat.into()).map_err(|_| told())?;
        let dummy: Dummy = serde_json::from_value(dummy.into()).map_err(|_| told())?;
        Ok(Seated { seat, dummy })
    };
    if a.occupant.is_empty() {
        return Ok(vec![seated("driver", &a.dummy)?]);
    }
    let mut all: Vec<Seated> = Vec::new();
    for word in &a.occupant {
        let (seat, dummy) = pair("--occupant", word, "SEAT=DUMMY, for example driver=hiii-50m")?;
        let one = seated(&seat, &dummy)?;
        if all.iter().any(|have| have.seat == one.seat) {
            return Err(Error::request(
                format!("--occupant {word}: the seat is taken"),
                "name each seat once",
            ));
        }
        all.push(one);
    }
    Ok(all)
}

fn limits(words: &[String]) -> Result<Vec<Target>, Error> {
    let mut all: Vec<Target> = Vec::with_capacity(words.len());
    for w in words {
        let target: Target = w.parse()?;
        if let Some(other) = all.iter().find(|t| t.criterion == target.criterion) {
            return Err(Error::request(
                format!(
                    "{} is limited twice, to {} and {}",
                    target.criterion, other.limit, target.limit
                ),
                "give one limit per criterion",
            ));
        }
        all.push(target);
    }
    Ok(all)
}

fn weights(flag: &str, given: &[f64], count: usize) -> Result<Vec<f64>, Error> {
    if given.is_empty() {
        return Ok(vec![1.0; count]);
    }
    let bad = given.iter().any(|w| !(w.is_finite() && *w >= 0.0));
    let sum: f64 = given.iter().sum();
    if bad || given.len() != count || sum <= 0.0 {
        return Err(Error::request(
            format!("{flag} has {} values that sum to {sum}", given.len()),
            format!("give {count} weights, none negative, that do not sum to zero"),
        ));
    }
    Ok(given.to_vec())
}
