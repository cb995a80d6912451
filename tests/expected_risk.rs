//! Expected risk (model section 7; `risk/expected.rs`, `occupant/scatter.rs`, `collision/scatter.rs`): pinned set, one worked
//! case, and smooth enough to design on.

use crumple::collision::{Case, SeatedOccupant, expected_risks, run};
use crumple::criteria::Dummy;
use crumple::error::SourceText;
use crumple::occupant::{Restraint, ScatterSet, Seat};
use crumple::vehicle::{Library, Vehicle};
use rayon::prelude::*;

fn library() -> Library {
    Library::open(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles")).unwrap()
}

fn set() -> ScatterSet {
    ScatterSet::shipped(&library()).unwrap()
}

fn pair(kei: &Vehicle, speed_kmh: f64) -> Case {
    let library = library();
    let pickup = library.vehicle("ford-f-150-2018").unwrap();
    let id = kei.driver_restraint.as_deref().unwrap();
    let driver = SeatedOccupant {
        vehicle: 0,
        seat: Seat::Driver,
        dummy: Dummy::Hiii50m,
        restraint: Restraint::load(&library, id).unwrap(),
        fire_delay_s: 0.0,
    };
    Case {
        occupants: vec![driver],
        ..Case::head_on(kei, &pickup, speed_kmh / 3.6)
    }
}

fn risk(case: &Case) -> f64 {
    let all = expected_risks(std::slice::from_ref(case), &set()).unwrap().remove(0);
    all[0].expected_joint_without_neck.unwrap()
}

/// The points are those that were drawn once (scipy 1.x, see the file): nobody edits them by accident.
#[test]
fn the_set_is_pinned() {
    let set = set();
    let points = set.points();
    assert_eq!(points.len(), 16);
    let sum: f64 = points.iter().flatten().sum();
    let weighted: f64 = points.iter().flatten().enumerate().map(|(i, z)| i as f64 * z).sum();
    assert!((sum + 0.6821).abs() < 1e-9, "{sum}");
    assert!((weighted - WEIGHTED).abs() < 1e-6, "{weighted}");
    assert!(points.iter().flatten().all(|z| z.abs() <= 2.0));
}
const WEIGHTED: f64 = -0.5272;

/// The N-Box (JF1) against the F-150 at 56 km/h each: the figure of the README.
#[test]
fn a_worked_expected_risk() {
    let kei = library().vehicle("honda-n-box-jf1").unwrap();
    let expected = risk(&pair(&kei, 56.0));
    assert!((expected - WORKED).abs() < 2e-3, "{expected}");
}
const WORKED: f64 = 0.49;

/// No scatter is the run as planned (at the scatter set's step).
#[test]
fn without_scatter_it_is_the_nominal_risk() {
    let text = library().text("scatter", "test-to-test").unwrap();
    let zero: String = text
        .text
        .lines()
        .map(|l| if l.starts_with("sd = ") { "sd = 0.0" } else { l })
        .map(|l| format!("{l}\n"))
        .collect();
    let zero = zero.replace("firing_delay_offset_ms = 3.0", "firing_delay_offset_ms = 0.0");
    let none = ScatterSet::parse(&SourceText::new("no scatter", zero)).unwrap();
    let kei = library().vehicle("honda-n-box-jf1").unwrap();
    let case = pair(&kei, 52.0);
    let expected = expected_risks(std::slice::from_ref(&case), &none).unwrap()[0][0]
        .expected_joint_without_neck
        .unwrap();
    let finished = run(&case).unwrap();
    let nominal = crumple::collision::result::CaseResult::collect(&case, &finished).unwrap();
    let nominal = nominal.occupants[0].risk.nominal.joint_without_neck.unwrap();
    assert!((expected - nominal).abs() < 2e-3, "{expected} against {nominal}");
}

/// A negative spread is refused at its line.
#[test]
fn a_negative_spread_is_refused() {
    let text = library().text("scatter", "test-to-test").unwrap();
    let bad = text.text.replace("sd = 7.0", "sd = -7.0");
    let error = ScatterSet::parse(&SourceText::new("scatter", bad))
        .unwrap_err()
        .to_string();
    assert!(error.contains("-7 is not a spread"), "{error}");
}

/// Against the F-150, full overlap, 40 to 62 km/h by 1 km/h, every kei car: never falling by more than 0.005, no step
/// above 0.08, no second difference above 0.04, and between 20 and 80 % a logit slope of at most 0.2 per km/h of delta-v
/// over 3 km/h of speed.
#[test]
fn risk_is_smooth_over_speed() {
    let library = library();
    let cars: Vec<String> = library
        .vehicle_files()
        .into_iter()
        .filter(|(folder, ..)| folder == "kei")
        .map(|(_, id, _)| id)
        .collect();
    assert!(cars.len() > 10);
    let faults: Vec<String> = cars
        .par_iter()
        .flat_map(|id| faults_over_speed(&library.vehicle(id).unwrap()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults_over_speed(kei: &Vehicle) -> Vec<String> {
    let speeds: Vec<f64> = (40..=62).map(f64::from).collect();
    let risks: Vec<f64> = speeds.iter().map(|&v| risk(&pair(kei, v))).collect();
    let dv: Vec<f64> = speeds
        .iter()
        .map(|&v| 3.6 * run(&pair(kei, v)).unwrap().outcome.vehicles[0].delta_v_mps)
        .collect();
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let mut faults = Vec::new();
    let steps: Vec<f64> = risks.windows(2).map(|w| w[1] - w[0]).collect();
    for (i, d) in steps.iter().enumerate() {
        if *d < -0.005 || *d > 0.08 {
            faults.push(format!("{} at {} km/h: step {d:.4}", kei.id, speeds[i]));
        }
    }
    for (i, w) in steps.windows(2).enumerate() {
        if (w[1] - w[0]).abs() > 0.04 {
            faults.push(format!(
                "{} at {} km/h: second difference {:.4}",
                kei.id,
                speeds[i + 1],
                w[1] - w[0]
            ));
        }
    }
    for i in 3..risks.len() {
        let (a, b) = (risks[i - 3], risks[i]);
        let slope = (logit(b) - logit(a)) / (dv[i] - dv[i - 3]);
        if a > 0.2 && b < 0.8 && slope > 0.2 {
            faults.push(format!("{} at {} km/h: slope {slope:.3}", kei.id, speeds[i]));
        }
    }
    faults
}

/// A stronger compartment never raises the risk by more than 0.01, until the cabin itself decelerates harder for it.
#[test]
fn a_stronger_cell_is_never_worse_until_the_cabin_feels_it() {
    let library = library();
    for id in ["honda-n-box-jf3", "suzuki-alto-ha36", "daihatsu-mira-es-la350"] {
        let Ok(kei) = library.vehicle(id) else { continue };
        let at = |factor: f64| {
            let case = pair(&kei.stronger(factor, 1.0), 56.0);
            let cabin = run(&case).unwrap().outcome.vehicles[0].peak_g_cfc60;
            (risk(&case), cabin)
        };
        let all: Vec<(f64, f64)> = (0..12).map(|i| at(0.7 + 0.1 * f64::from(i))).collect();
        for (i, w) in all.windows(2).enumerate() {
            let [(before, felt), (after, now)] = [w[0], w[1]];
            assert!(
                after <= before + 0.01 || now > felt + 0.3,
                "{id}, step {i}: {before:.3} to {after:.3}, {felt:.1} to {now:.1} g"
            );
        }
    }
}
