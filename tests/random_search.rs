//! The optimum against chance: on the hardest pair of every shipped study no design of a 2,000-point random search is
//! cheaper, and the optimum keeps every limit when it is run again at 10 us over the full duration.
//!
//! Long; run on demand, which also records the result in `tests/data/random-search.csv`:
//! `cargo test --release --test random_search -- --ignored`

use crumple::measure::Measure;
use std::path::Path;

use crumple::dynamics::Plan;
use crumple::sizing::evaluate::{CollisionEvaluator, SEARCH_STEP_S};
use crumple::sizing::optimise::optimise;
use crumple::sizing::{CaseValues, Design, Evaluate, Problem, Question, SizedVehicle, SizingData, SpeedSearch, apply};
use crumple::study::{StudySpec, load_study};
use crumple::vehicle::Library;
use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const POINTS: usize = 2000;
/// Points run at once.
const BLOCK: usize = 100;

/// Do all limits hold?
fn holds(problem: &Problem<'_>, values: &[CaseValues]) -> bool {
    problem.cases.iter().zip(values).all(|(case, have)| {
        let mut targets = case.targets.iter();
        let clipped = case.chest_clip_g.is_none_or(|g| have[&Measure::ChestA3msG] <= g);
        clipped
            && targets.all(|t| {
                let mean = t.criterion.expected().and_then(|m| have.get(&m));
                mean.or_else(|| have.get(&t.criterion)).is_some_and(|v| *v <= t.limit)
            })
    })
}

/// A random design: each variable off with probability 1/2, else even over its range; package and the material of
/// each path drawn from all that are allowed.
fn draw(problem: &Problem<'_>, start: &Design, rng: &mut ChaCha8Rng) -> Design {
    let n = problem.variables.free().len();
    let x: Vec<f64> = (0..n)
        .map(|_| match rng.random_bool(0.5) {
            true => rng.random::<f64>(),
            false => 0.0,
        })
        .collect();
    let mut design = problem.variables.design(&x, start);
    let pick = rng.random_range(0..=problem.packages.len());
    design.package = problem.packages.get(pick).cloned();
    for material in design.materials.values_mut() {
        let at = rng.random_range(0..problem.materials.allowed.len());
        material.clone_from(&problem.materials.allowed[at]);
    }
    design
}

fn hardest(spec: &StudySpec, library: &Library, data: &SizingData) -> (usize, usize) {
    let loads = spec.question.pairs();
    let mut evaluator = evaluator(spec, library, data);
    let mut worst = (0, 0, -1.0);
    for (v, id) in spec.vehicles.iter().enumerate() {
        let vehicle = library.vehicle(id).expect("a shipped vehicle");
        let sized = apply(&vehicle, &Design::default(), data).expect("as built");
        let values = evaluator.evaluate(&sized, &loads).expect("they run");
        for (l, have) in values.iter().enumerate() {
            let risk = have[&Measure::JointWithoutNeck];
            if risk > worst.2 {
                worst = (v, l, risk);
            }
        }
    }
    (worst.0, worst.1)
}

fn evaluator(spec: &StudySpec, library: &Library, data: &SizingData) -> CollisionEvaluator {
    let duration_s = spec.duration_ms * 1e-3;
    let plan = Plan::new(duration_s, 1e-5);
    let evaluator = spec.question.evaluator(library, data, plan);
    evaluator
        .expect("shipped partners")
        .for_search(duration_s, SEARCH_STEP_S)
}

#[test]
#[ignore = "minutes; run on demand"]
fn the_optimum_beats_a_random_search_and_holds_at_the_fine_step() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut library = Library::find(Some(root)).expect("the shipped library");
    let mut csv = String::from(
        "study,vehicle,against,speed_kmh,overlap_pct,feasible,optimum_usd,optimum_kg,optimum_runs,random_points,\
         random_feasible,random_best_usd\n",
    );
    for study in ["kei-vs-us", "short"] {
        let path = root.join("studies").join(format!("{study}.toml"));
        let spec = load_study(&path, &mut library).expect("a shipped study");
        let data = spec.question.data(&library).expect("shipped costs");
        let (v, l) = hardest(&spec, &library, &data);
        let load = spec.question.pairs()[l].clone();
        let vehicle = library.vehicle(&spec.vehicles[v]).expect("a vehicle");
        let asked = Question {
            partners: vec![load.against.clone()],
            speeds_kmh: vec![load.speed_kmh],
            overlaps_pct: vec![load.overlap_pct],
            ..spec.question_for(&spec.targets[spec.reference].limits)
        };
        let mut problem = asked.problem(&vehicle, &data);
        problem.effort.speed = SpeedSearch::Never;
        let mut search = evaluator(&spec, &library, &data);
        let sizing = optimise(&problem, &mut search).expect("it runs");
        let usd = sizing.sized.cost.total().usd();

        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let start = problem.materials.start(&vehicle, &data).expect("materials");
        let mut best: Option<f64> = None;
        let mut feasible = 0;
        for _ in 0..POINTS / BLOCK {
            let sized: Vec<SizedVehicle> = (0..BLOCK)
                .map(|_| apply(&vehicle, &draw(&problem, &start, &mut rng), &data).expect("valid"))
                .collect();
            for s in &sized {
                let values = search.verify(s, &problem.cases).expect("they run");
                if holds(&problem, &values) {
                    feasible += 1;
                    let cost = s.cost.total().usd();
                    best = Some(best.map_or(cost, |b: f64| b.min(cost)));
                }
            }
        }
        csv += &format!(
            "{study},{},{},{},{},{},{usd:.2},{:.2},{},{POINTS},{feasible},{}\n",
            vehicle.id,
            load.against,
            load.speed_kmh,
            load.overlap_pct,
            sizing.feasible,
            sizing.sized.mass.total_kg(),
            sizing.evaluations,
            best.map_or(String::new(), |b| format!("{b:.2}")),
        );
        assert!(sizing.feasible || feasible == 0, "{csv}");
        if sizing.feasible {
            assert!(best.is_none_or(|b| usd <= b), "{csv}");
            let values = search.verify(&sizing.sized, &problem.cases);
            assert!(holds(&problem, &values.expect("it runs")), "{csv}");
        }
    }
    std::fs::write(root.join("tests/data/random-search.csv"), csv).expect("it is recorded");
}
