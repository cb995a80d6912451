//! The default scheme at 1 us against the adaptive solver on what is shipped: 1e-4 in displacement and velocity.
//!
//! The measure: the largest difference over all bodies (occupants included) and all samples, displacements over
//! the largest displacement, velocities over the closing speed.

use std::path::Path;

use crumple::collision::file::load_case;
use crumple::collision::{Case, assemble};
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::{Plan, simulate};
use crumple::sizing::LoadCase;
use crumple::study::load_study;
use crumple::vehicle::Library;
use rayon::prelude::*;

/// Both have parted and the occupants have turned by then.
const DURATION_S: f64 = 0.15;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pairs of the main study at 56 km/h each with the driver, at an overlap.
fn study_pairs(overlap_pct: f64) -> Vec<Case> {
    let mut library = Library::open(&root().join("vehicles")).expect("the library opens");
    let spec = load_study(&root().join("studies/kei-vs-us.toml"), &mut library).expect("it loads");
    let question = &spec.question;
    let data = question.data(&library).expect("costs and partners load");
    let plan = Plan::new(DURATION_S, 1e-6);
    let evaluator = question.evaluator(&library, &data, plan).expect("it loads");
    let mut cases = Vec::new();
    for id in &spec.vehicles {
        let vehicle = library.vehicle(id).expect("it loads");
        for against in &question.partners {
            let load = LoadCase {
                against: against.clone(),
                speed_kmh: 56.0,
                overlap_pct,
                weight: 1.0,
                own_wall: false,
                chest_clip_g: None,
                targets: Vec::new(),
            };
            cases.push(evaluator.case(&vehicle, None, &load).expect("a case"));
        }
    }
    cases
}

/// A grazing contact makes a few pairs so sensitive that the adaptive answer itself moves with its tolerance (N-Box
/// against the Ram: dash and wheel late in the run, 3.5e-5 from 1e-8 to 1e-10). At most this share of the pairs misses
/// 1e-4 in velocity at 1 us, nowhere by more than `MOST`, and with a tenth of the step they hold it too. The interior
/// that compartment layers push in has kinks of its own, where a layer starts to push (5 pairs of 42; 1 before).
const MAY_MISS: f64 = 0.12;
const MOST: f64 = 3e-4;

/// Largest differences found in one case.
struct Apart {
    name: String,
    displacement: f64,
    velocity: f64,
    occupant_velocity: f64,
    place: String,
}

fn compare(case: &Case, step_s: f64, tolerance: f64) -> Apart {
    let net = assemble(case).expect("assembles").network;
    let plan = Plan::new(DURATION_S, step_s);
    let fixed = simulate(&net, &plan).expect("runs");
    let tolerances = Tolerances {
        relative: tolerance,
        absolute: tolerance,
        ..Tolerances::default()
    };
    let other = simulate_adaptive(&net, &plan, tolerances).expect("gets through");
    let closing: f64 = case.parties.iter().map(|p| p.speed_mps).sum();
    let (mut du, mut dv, mut inside, mut most) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    let mut place = String::new();
    for (b, body) in net.bodies.iter().enumerate() {
        for s in fixed.range() {
            most = most.max(other.u_at(b, s).abs());
            du = du.max((fixed.u_at(b, s) - other.u_at(b, s)).abs());
            // A point without mass that rides on a body has the velocity that its place implies, over a step here and
            // at an instant there: its place says enough.
            if body.kg == 0.0 {
                continue;
            }
            let d = (fixed.v_at(b, s) - other.v_at(b, s)).abs();
            if d > dv.max(inside) {
                place = format!("{} at {:.1} ms", body.name, s as f64 * 0.1);
            }
            let occupant = body.name.starts_with("vehicle ");
            let here = if occupant { &mut inside } else { &mut dv };
            *here = here.max(d);
        }
    }
    Apart {
        name: case.name.clone(),
        displacement: du / most,
        velocity: dv / closing,
        occupant_velocity: inside / closing,
        place,
    }
}

fn check(cases: &[Case]) {
    let coarse = |case: &Case| compare(case, 1e-6, 1e-8);
    let apart: Vec<Apart> = cases.par_iter().with_max_len(1).map(coarse).collect();
    let mut missed = Vec::new();
    for (a, case) in apart.iter().zip(cases) {
        let said = format!(
            "{}: {:.1e} {:.1e} occupant {:.1e} ({})",
            a.name, a.displacement, a.velocity, a.occupant_velocity, a.place
        );
        println!("{said}");
        let velocity = a.velocity.max(a.occupant_velocity);
        assert!(a.displacement < 1e-4 && velocity < MOST, "{said}");
        if velocity >= 1e-4 {
            let fine = compare(case, 1e-7, 1e-10);
            let velocity = fine.velocity.max(fine.occupant_velocity);
            assert!(velocity < 1e-4, "{}: {velocity:.1e} at 0.1 us", a.name);
            missed.push(&a.name);
        }
    }
    assert!(
        missed.len() as f64 <= (MAY_MISS * apart.len() as f64).ceil(),
        "{missed:?}"
    );
}

/// Every shipped case file.
#[test]
fn both_agree_on_every_shipped_case() {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(root().join("cases")).expect("cases/ is there") {
        let path = entry.expect("it lists").path();
        if path.extension().is_some_and(|e| e == "toml") {
            cases.push(load_case(&path).expect("it loads").0);
        }
    }
    assert!(cases.len() >= 4);
    check(&cases);
}

/// Every pair of the main study at full overlap.
#[test]
fn both_agree_on_every_pair_at_full_overlap() {
    check(&study_pairs(100.0));
}

/// The same at half overlap: `cargo test --release --test adaptive_pairs -- --ignored`.
#[test]
#[ignore = "as long again"]
fn both_agree_on_every_pair_at_half_overlap() {
    check(&study_pairs(50.0));
}
