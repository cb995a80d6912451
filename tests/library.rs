//! The shipped library: every file is sound, closed, evidenced, and true to its own wall test.

use std::path::Path;

use crumple::collision::file::load_case;
use crumple::collision::result::CaseResult;
use crumple::collision::{Case, run, wall_test};
use crumple::dynamics::Plan;
use crumple::occupant::Restraint;
use crumple::study::load_study;
use crumple::vehicle::{Face, Library, Vehicle, VehicleClass, face_hole};

fn library() -> Library {
    Library::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles"))
        .expect("the library opens")
}

fn vehicles() -> Vec<Vehicle> {
    let library = library();
    let files = library.vehicle_files();
    files
        .iter()
        .map(|(_, id, _)| library.vehicle(id).unwrap_or_else(|e| panic!("{id}: {e}")))
        .collect()
}

/// A vehicle file says what it is called.
#[test]
fn ids_are_file_names() {
    let library = library();
    for (_, id, _) in library.vehicle_files() {
        assert_eq!(library.vehicle(&id).expect("it loads").id, id);
    }
}

/// Every number has evidence, and two vehicles can never pass through each other.
#[test]
fn every_vehicle_is_evidenced_and_closed() {
    for v in vehicles() {
        assert_eq!(
            v.keys_without_provenance(),
            Vec::<String>::new(),
            "{}",
            v.id
        );
        if v.class != VehicleClass::Barrier {
            assert_eq!(face_hole(&v, Face::Front), None, "{}", v.id);
        }
    }
}

/// Restraints that vehicles name exist, and carry evidence for every number.
#[test]
fn restraints_exist_and_are_evidenced() {
    let library = library();
    for id in library.ids("restraints") {
        let text = library.text("restraints", &id).expect("it reads");
        let restraint = Restraint::parse(&text).expect("it parses");
        assert_eq!(
            restraint.keys_without_provenance(),
            Vec::<String>::new(),
            "{id}"
        );
    }
    for v in vehicles() {
        for id in [v.driver_restraint, v.passenger_restraint]
            .into_iter()
            .flatten()
        {
            assert!(library.ids("restraints").contains(&id), "{}: {id}", v.id);
        }
    }
}

/// Measured dynamic crush (mm) and peak deceleration (g, CFC 60) of full-width rigid-wall tests of the NHTSA
/// Vehicle Crash Test Database, by test number: speed km/h, mass kg.
const WALL_TESTS: [(&str, u32, f64, f64, f64, f64); 12] = [
    (
        "mitsubishi-i-miev-us-2012",
        7863,
        56.10,
        1334.0,
        583.3,
        43.43,
    ),
    ("ford-f-150-2018", 10310, 56.52, 2666.0, 647.7, 38.47),
    (
        "chevrolet-silverado-1500-2014",
        8316,
        56.55,
        2788.0,
        701.2,
        34.27,
    ),
    ("ram-1500-2012", 7527, 56.20, 2693.0, 678.9, 39.46),
    ("toyota-tacoma-2012", 7502, 56.61, 2230.0, 631.5, 39.53),
    ("ford-explorer-2013", 7871, 56.16, 2378.0, 703.4, 48.76),
    (
        "chevrolet-suburban-2019",
        10680,
        56.62,
        2884.0,
        753.6,
        30.14,
    ),
    ("toyota-rav4-2013", 8356, 56.57, 1815.0, 597.2, 66.55),
    ("mitsubishi-mirage-2015", 9030, 56.39, 1115.0, 536.5, 53.62),
    ("toyota-scion-iq-2012", 7729, 56.42, 1118.0, 455.1, 67.46),
    ("smart-fortwo-2017", 10039, 56.19, 1175.0, 411.2, 66.82),
    ("fiat-500-2012", 7505, 56.03, 1308.0, 398.2, 70.87),
];

/// A vehicle reproduces its own wall test: crush within 5 %, peak within 15 %, and what no test may show: more
/// restitution than steel gives back, or a cabin that is crushed in it.
#[test]
fn vehicles_reproduce_their_own_wall_tests() {
    let library = library();
    for (id, test, kmh, kg, crush_mm, peak_g) in WALL_TESTS {
        let v = library.vehicle(id).expect("it loads");
        assert!((v.total_kg() - kg).abs() < 0.5, "{id}: mass of test {test}");
        let t = wall_test(&v, kmh / 3.6, Plan::new(0.16, 10e-6)).expect("the wall test runs");
        let off = |value: f64, of: f64| (value / of - 1.0).abs();
        assert!(
            off(t.vehicle.crush_mm, crush_mm) < 0.05,
            "{id}: {} mm",
            t.vehicle.crush_mm
        );
        assert!(
            off(t.vehicle.peak_g_cfc60, peak_g) < 0.15,
            "{id}: {} g",
            t.vehicle.peak_g_cfc60
        );
        assert!(
            (0.05..0.2).contains(&t.wall.restitution),
            "{id}: e {}",
            t.wall.restitution
        );
        assert!(
            t.vehicle.intrusion_mm < 50.0,
            "{id}: {} mm",
            t.vehicle.intrusion_mm
        );
        assert!(t.finished.outcome.energy_error < 1e-4, "{id}");
    }
}

fn shipped_cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("cases/ is there")
        .map(|e| e.expect("it lists").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
        .iter()
        .map(|p| {
            load_case(p)
                .unwrap_or_else(|e| panic!("{}: {e}", p.display()))
                .0
        })
        .collect()
}

/// Momentum is kept to rounding, the ledger closes, and delta-v splits by mass.
#[test]
fn shipped_cases_keep_momentum_energy_and_the_mass_ratio() {
    for case in shipped_cases() {
        let finished = run(&case).expect("it runs");
        let r = CaseResult::collect(&case, &finished).expect("it reads");
        assert!(r.momentum_error < 1e-9, "{}: {}", r.case, r.momentum_error);
        assert!(r.energy_error < 1e-4, "{}: {}", r.case, r.energy_error);
        let [a, b] = &r.vehicles;
        if b.mass_kg > 0.0 {
            let split = a.delta_v_mps * a.mass_kg / (b.delta_v_mps * b.mass_kg);
            assert!((split - 1.0).abs() < 1e-9, "{}: {split}", r.case);
        }
    }
}

/// Shipped studies name what the library has.
#[test]
fn shipped_studies_load() {
    let library = library();
    for name in ["kei-vs-us.toml", "short.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("studies")
            .join(name);
        let spec = load_study(&path, &library).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!spec.targets.is_empty());
    }
}
