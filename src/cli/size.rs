//! `crumple size`: structure mass and cost for a target.

use std::path::{Path, PathBuf};

use crumple::criteria::Dummy;
use crumple::dynamics::{Detail, Plan};
use crumple::error::Error;
use crumple::occupant::Seat;
use crumple::sizing::answer::to_json;
use crumple::sizing::evaluate::{CollisionEvaluator, Seated};
use crumple::sizing::optimise::optimise;
use crumple::sizing::{
    KEI_LENGTH_M, LoadCase, Problem, Sizing, SizingData, SpeedSearch, Target, Vary, price_in_us,
};
use crumple::stamp::Stamp;
use crumple::vehicle::{Library, Vehicle};

use super::{Done, output, vehicles};

#[derive(clap::Args)]
pub struct Arguments {
    /// Vehicle id of the library, or a vehicle file
    vehicle: String,
    /// Partner ids
    #[arg(long, required = true, value_delimiter = ',')]
    against: Vec<String>,
    /// Each vehicle's own speed, km/h
    #[arg(long, required = true, value_delimiter = ',')]
    speed_kmh: Vec<f64>,
    /// Overlaps, percent
    #[arg(long, default_value = "100", value_delimiter = ',')]
    overlap_pct: Vec<f64>,
    /// Limits that must hold in every case, for example joint=0.15,intrusion_mm=200
    #[arg(long, required = true, value_delimiter = ',')]
    target: Vec<String>,
    /// Limits in the vehicle's own 56 km/h wall test (default: FMVSS 208)
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "hic15=700,chest_a3ms_g=60,chest_deflection_mm=63,femur_kN=10"
    )]
    wall_target: Vec<String>,
    /// What may be varied
    #[arg(long, value_enum, default_value_t = What::Structure)]
    vary: What,
    /// Keep within the kei length of 3.40 m
    #[arg(long)]
    length_cap: bool,
    /// Dummy in the driver's seat
    #[arg(long, default_value = "hiii-50m")]
    dummy: String,
    /// Look for the highest feasible speed even when the target is met
    #[arg(long)]
    highest_speed: bool,
    /// Cost file of the library
    #[arg(long, default_value = crumple::sizing::DEFAULT_COSTS)]
    costs: String,
    /// Also write the document to this file
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Strength, length and cabin
    Structure,
    /// Restraint packages
    Restraint,
    /// Both
    Both,
}

/// Duration of a sizing run and its step, s.
const DURATION_S: f64 = 0.2;
const STEP_S: f64 = 25e-6;

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let vehicle = vehicles::load(&a.vehicle, Path::new("."))?;
    let library = Library::find(None)?;
    let data = SizingData::load(&library, &a.costs)?;
    let targets = limits(&a.target)?;
    let cases = load_cases(a, &targets)?;
    let dummy: Dummy = serde_json::from_value(a.dummy.clone().into())
        .map_err(|_| Error::request(format!("--dummy {}", a.dummy), "hiii-50m or hiii-05f"))?;
    let seats = vec![Seated {
        seat: Seat::Driver,
        dummy,
    }];
    let mut plan = Plan::new(DURATION_S, STEP_S);
    plan.settle_s = Some(0.05);
    plan.detail = Detail::Lean;
    let mut evaluator = CollisionEvaluator::new(&library, &a.against, &data.costs, seats, plan)?;
    let stamp = Stamp::of(&(&vehicle, &cases, &data, &evaluator), STEP_S);
    let mut problem = Problem::new(&vehicle, &data, cases);
    problem.vary = match a.vary {
        What::Structure => Vary::Structure,
        What::Restraint => Vary::Restraint,
        What::Both => Vary::Both,
    };
    problem.length_cap_m = a.length_cap.then_some(KEI_LENGTH_M);
    if a.highest_speed {
        problem.effort.speed = SpeedSearch::Always;
    }
    let sizing = optimise(&problem, &mut evaluator)?;
    let mut document = to_json(&vehicle, &sizing, &data);
    document["stamp"] = serde_json::json!(stamp);
    if let Some(path) = &a.out {
        output::json_file(path, &document)?;
    }
    if a.json {
        output::json(&document)?;
    } else {
        output::text(&page(&vehicle, &sizing, &data))?;
    }
    Ok(if sizing.feasible {
        Done::Holds
    } else {
        Done::DoesNotHold
    })
}

fn limits(words: &[String]) -> Result<Vec<Target>, Error> {
    let mut all: Vec<Target> = Vec::with_capacity(words.len());
    for w in words {
        let target: Target = w.parse()?;
        if all.iter().any(|t| t.criterion == target.criterion) {
            return Err(Error::request(
                format!("{} is limited twice", target.criterion),
                "give one limit per criterion",
            ));
        }
        all.push(target);
    }
    Ok(all)
}

fn load_cases(a: &Arguments, targets: &[Target]) -> Result<Vec<LoadCase>, Error> {
    let in_range = |key: &str, v: f64, most: f64| {
        if v.is_finite() && v > 0.0 && v <= most {
            Ok(v)
        } else {
            Err(Error::request(
                format!("{key} {v}"),
                format!("above 0 and at most {most}"),
            ))
        }
    };
    let mut cases = Vec::new();
    for against in &a.against {
        for &speed in &a.speed_kmh {
            for &overlap in &a.overlap_pct {
                cases.push(LoadCase {
                    against: against.clone(),
                    speed_kmh: in_range("--speed-kmh", speed, 200.0)?,
                    overlap_pct: in_range("--overlap-pct", overlap, 100.0)?,
                    weight: 1.0,
                    own_wall: false,
                    targets: targets.to_vec(),
                });
            }
        }
    }
    cases.push(LoadCase {
        against: "rigid-wall".into(),
        speed_kmh: 56.0,
        overlap_pct: 100.0,
        weight: 0.0,
        own_wall: true,
        targets: limits(&a.wall_target)?,
    });
    Ok(cases)
}

fn page(vehicle: &Vehicle, s: &Sizing, data: &SizingData) -> String {
    let mut page = format!("{}\n\n", vehicle.name);
    page += match (s.feasible, s.already_met) {
        (_, true) => "The targets are met as built: nothing to add, no cost.\n",
        (true, _) => "The targets can be met.\n",
        (false, _) => {
            "The targets cannot be met within the bounds; below is the nearest that can be reached.\n"
        }
    };
    if let Some(b) = &s.blocking {
        page += &format!("What blocks: {b}\n");
    }
    if let Some(v) = s.highest_feasible_speed_kmh {
        page += &format!("Highest speed of each vehicle at which they can be met: {v:.1} km/h\n");
    }
    let price = price_in_us(vehicle, &s.sized.cost, &data.costs);
    let mut rows = vec![
        vec![
            "added mass, kg".into(),
            format!("{:.1}", s.sized.mass.total_kg()),
        ],
        vec![
            "of which structure, kg".into(),
            format!("{:.1}", s.sized.mass.structure_kg()),
        ],
        vec![
            "added direct cost, $".into(),
            format!("{:.0}", s.sized.cost.total().usd()),
        ],
        vec![
            "US price, $".into(),
            output::optional(price.map(|p| p.price_usd.usd()), 0),
        ],
        vec![
            "added front length, mm".into(),
            format!("{:.0}", s.design.added_front_length_m * 1e3),
        ],
        vec![
            "cabin factor".into(),
            format!("{:.2}", s.design.cabin_factor),
        ],
    ];
    for (path, factor) in &s.design.strength {
        rows.push(vec![format!("strength of {path}"), format!("{factor:.2}")]);
    }
    if let Some(p) = &s.design.package {
        rows.push(vec!["restraint package".into(), p.clone()]);
    }
    page.push('\n');
    page += &output::table(&["", "value"], &rows);
    if !s.active.is_empty() {
        page += "\nthe design rests on\n";
        for a in &s.active {
            page += &format!("  {a}\n");
        }
    }
    page += &format!(
        "\n{} load-case runs; dollars of {}\n",
        s.evaluations,
        data.costs.deflator.common_year()
    );
    page
}
