//! Material is a variable of sizing: on real pairs no combination of materials over the paths gives a car that is cheaper
//! by more than the search's own resolution. Minutes; run on demand:
//! `cargo test --release --test material_choice -- --ignored --nocapture`

use std::path::Path;

use crumple::criteria::Dummy;
use crumple::dynamics::Plan;
use crumple::occupant::Seat;
use crumple::sizing::design::strengthenable;
use crumple::sizing::evaluate::{CollisionEvaluator, SEARCH_STEP_S, Seated, VERIFY_STEP_S};
use crumple::sizing::optimise::optimise;
use crumple::sizing::problem::Effort;
use crumple::sizing::{LoadCase, Problem, SizingData, SpeedSearch};
use crumple::vehicle::Library;

/// What two searches that end in the same valley may differ by.
const RESOLUTION: f64 = 0.01;
const MATERIALS: [&str; 6] = ["mild", "hsla", "dp600", "dp800", "dp980", "aluminium-6xxx"];

#[test]
#[ignore = "minutes; run on demand"]
fn no_combination_of_materials_makes_a_cheaper_car() {
    let library = Library::find(Some(Path::new(env!("CARGO_MANIFEST_DIR")))).expect("library");
    let data = SizingData::load(&library, "us-2025").expect("shipped costs");
    let partner = "ford-f-150-2018".to_string();
    let seats = vec![Seated {
        seat: Seat::Driver,
        dummy: Dummy::Hiii50m,
    }];
    let partners = std::slice::from_ref(&partner);
    let evaluator = CollisionEvaluator::new(&library, partners, &data.costs, seats, Plan::new(0.2, VERIFY_STEP_S))
        .expect("shipped partner")
        .for_search(0.2, SEARCH_STEP_S);
    for (id, speed_kmh) in [("honda-n-box-jf1", 56.0), ("mitsubishi-i-miev-us-2012", 56.0)] {
        let vehicle = library.vehicle(id).expect("a shipped vehicle");
        let load = |own_wall: bool, targets: &[&str]| LoadCase {
            against: partner.clone(),
            speed_kmh,
            overlap_pct: 100.0,
            weight: 1.0,
            own_wall,
            chest_clip_g: None,
            targets: targets.iter().map(|t| t.parse().expect("a target")).collect(),
        };
        let pair = load(false, &["joint_without_neck=0.2", "intrusion_mm=250"]);
        let wall = load(true, &["hic15=700", "chest_a3ms_g=60"]);
        let mut problem = Problem::new(&vehicle, &data, vec![pair, wall]);
        problem.effort = Effort::lean();
        problem.effort.speed = SpeedSearch::Never;
        problem.variables.max_length_m = 0.4;
        problem.variables.max_cabin_factor = 4.0;
        let free = optimise(&problem, &mut evaluator.clone()).expect("it runs");
        assert!(free.feasible, "{id}");
        let usd = free.sized.cost.total().usd();
        println!("{id}: {usd:.2} $ with {:?}", free.design.materials);
        let paths: Vec<String> = strengthenable(&vehicle).iter().map(|p| p.name.clone()).collect();
        for code in 0..MATERIALS.len().pow(paths.len() as u32) {
            let mut fixed = problem.clone();
            let mut rest = code;
            for path in &paths {
                let id = MATERIALS[rest % MATERIALS.len()].to_string();
                fixed.materials.fixed.insert(path.clone(), id);
                rest /= MATERIALS.len();
            }
            let one = optimise(&fixed, &mut evaluator.clone()).expect("it runs");
            let cost = one.sized.cost.total().usd();
            println!("  {:?} {cost:.2} $ {}", fixed.materials.fixed, one.feasible);
            assert!(
                !one.feasible || usd <= cost * (1.0 + RESOLUTION),
                "{:?} makes {id} cheaper: {cost:.2} $ against {usd:.2} $",
                fixed.materials.fixed
            );
        }
    }
}
