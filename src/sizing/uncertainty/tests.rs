use super::*;
use crate::criteria::Dummy;
use crate::dynamics::{Detail, Plan};
use crate::occupant::Seat;
use crate::sizing::evaluate::{CollisionEvaluator, Seated};
use crate::sizing::{LoadCase, Problem, SizingData, Target, apply};
use crate::vehicle::{Library, Vehicle};

struct Setting {
    vehicle: Vehicle,
    data: SizingData,
    evaluator: CollisionEvaluator,
    loads: Vec<LoadCase>,
}

fn setting() -> Setting {
    let library = Library::find(None).unwrap();
    let data = SizingData::load(&library, crate::sizing::DEFAULT_COSTS).unwrap();
    let seats = vec![Seated {
        seat: Seat::Driver,
        dummy: Dummy::Hiii50m,
    }];
    let mut plan = Plan::new(0.15, 25e-6);
    plan.settle_s = Some(0.03);
    plan.detail = Detail::Lean;
    let partner = "ford-f-150-2018".to_string();
    let evaluator =
        CollisionEvaluator::new(&library, std::slice::from_ref(&partner), &data.costs, seats, plan).unwrap();
    let target = Target {
        criterion: Measure::JointWithoutNeck,
        limit: 0.3,
    };
    let load = LoadCase {
        against: partner,
        speed_kmh: 48.0,
        overlap_pct: 100.0,
        weight: 1.0,
        own_wall: false,
        chest_clip_g: None,
        targets: vec![target],
    };
    Setting {
        vehicle: library.vehicle("honda-n-box-jf1").unwrap(),
        data,
        evaluator,
        loads: vec![load],
    }
}

fn worlds(population: &Population<'_>, draws: u64) -> Vec<World> {
    (0..draws)
        .map(|i| World {
            row: population.row(1, i),
            loads: vec![0],
            test: None,
        })
        .collect()
}

fn risks(population: &Population<'_>, draws: u64) -> Vec<f64> {
    let loads = &population.problem.cases;
    let all = criteria(population, &Design::default(), loads, &worlds(population, draws)).unwrap();
    all.iter().map(|v| v[0][&Measure::JointWithoutNeck]).collect()
}

/// A draw is its seed and index: neither the number of threads nor its neighbours change it.
#[test]
fn draws_depend_on_neither_threads_nor_neighbours() {
    let s = setting();
    let problem = Problem::new(&s.vehicle, &s.data, s.loads.clone());
    let population = Population::new(&problem, &s.evaluator, 50e-6).unwrap();
    let pool = |n: usize| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let one = pool(1).install(|| risks(&population, 24));
    let three = pool(3).install(|| risks(&population, 24));
    assert_eq!(one, three);
    let few = risks(&population, 5);
    for (a, b) in few.iter().zip(&one) {
        assert!((a - b).abs() < 1e-9, "{a} against {b}");
    }
}

/// The nominal row is the sizing's own case.
#[test]
fn the_nominal_world_is_the_file() {
    let s = setting();
    let problem = Problem::new(&s.vehicle, &s.data, s.loads.clone());
    let population = Population::new(&problem, &s.evaluator, 25e-6).unwrap();
    let design = Design {
        added_front_length_m: 0.1,
        cabin_factor: 1.4,
        ..Design::default()
    };
    let world = World {
        row: population.nominal(),
        loads: vec![0],
        test: None,
    };
    let drawn = criteria(&population, &design, &s.loads, &[world]).unwrap();
    let sized = apply(&s.vehicle, &design, &s.data).unwrap();
    let mut evaluator = s.evaluator.clone();
    let straight = crate::sizing::Evaluate::evaluate(&mut evaluator, &sized, &s.loads).unwrap();
    assert_eq!(drawn[0], straight);
    let account = population.account(&design, &population.nominal()).unwrap();
    assert_eq!(account.added_mass_kg, sized.mass.total_kg());
    assert_eq!(account.added_cost_usd, sized.cost.total().usd());
}

/// A provenance twice as wide widens the band of risk; one without spreads has none.
#[test]
fn wider_evidence_never_narrows_the_risk_band() {
    let s = setting();
    let width = |factor: f64| {
        let mut vehicle = s.vehicle.clone();
        vehicle.provenance.values_mut().for_each(|p| *p = p.widened(factor));
        let problem = Problem::new(&vehicle, &s.data, s.loads.clone());
        let population = Population::new(&problem, &s.evaluator, 50e-6).unwrap();
        // Only the vehicle is drawn, at the same probabilities.
        let own = vehicle.inputs().len();
        let worlds: Vec<World> = worlds(&population, 96)
            .into_iter()
            .map(|mut w| {
                w.row[own..].fill(population::NOMINAL);
                w
            })
            .collect();
        let all = criteria(&population, &Design::default(), &s.loads, &worlds).unwrap();
        let band = Band::of(all.iter().map(|v| v[0][&Measure::JointWithoutNeck])).unwrap();
        band.p90 - band.p10
    };
    let (none, half, whole) = (width(0.0), width(0.5), width(1.0));
    assert!(none < 1e-12 && half > 0.0 && whole > half, "{none} {half} {whole}");
}

/// All of it on a small sample: percentiles in order, nothing cheaper at more confidence. Long: on demand.
#[test]
#[ignore = "long"]
fn an_analysis_is_consistent_with_itself() {
    let s = setting();
    let mut problem = Problem::new(&s.vehicle, &s.data, s.loads.clone());
    problem.effort.speed = crate::sizing::SpeedSearch::Never;
    problem.effort.samples = 8;
    problem.effort.starts = 1;
    problem.effort.designs_per_start = 30;
    let population = Population::new(&problem, &s.evaluator, 50e-6).unwrap();
    let sizing = crate::sizing::optimise(&problem, &mut s.evaluator.clone()).unwrap();
    let request = Request {
        draws: 128,
        confidence: vec![0.3, 0.6],
        sobol_rows: 64,
        search_draws: 50,
        ..Request::default()
    };
    struct Silent;
    impl Progress for Silent {
        fn begin(&self, _: &str, _: usize) {}
        fn done(&self, _: usize) {}
        fn stop(&self) -> bool {
            false
        }
    }
    let u = analyse(&population, &sizing.design, &request, &Silent, &NoParts).unwrap();
    assert!(!u.interrupted && u.deciding.len() == 1);
    let (before, after) = (u.as_built.unwrap(), u.nominal.unwrap());
    for b in after.worst.values().chain(&after.added_mass_kg).chain(&after.price_usd) {
        let order = [b.p5, b.p10, b.p25, b.p50, b.p75, b.p90, b.p95];
        assert!(order.windows(2).all(|w| w[0] <= w[1]), "{b:?}");
    }
    assert_eq!(before.added_mass_kg.as_ref().unwrap().p95, 0.0);
    assert!(after.added_mass_kg.unwrap().sd > 0.0);
    assert!(after.probability_met.value >= before.probability_met.value);
    let tornado = u.tornado.unwrap();
    assert!(tornado.swings.len() > 50 && tornado.swings[0].width(0) > 0.0);
    assert!(!u.sobol.is_empty());
    assert_eq!(u.designs.len(), 2);
    assert!(u.designs[0].confidence > u.designs[1].confidence);
    if u.designs[0].feasible {
        assert!(u.designs[1].feasible);
        assert!(u.designs[0].added_cost_usd >= u.designs[1].added_cost_usd);
    }
}

#[test]
fn a_request_out_of_range_says_what_would_be_right() {
    let told = |r: Request| r.check().unwrap_err().to_string();
    let e = told(Request {
        confidence: vec![90.0],
        ..Request::default()
    });
    assert!(e.contains("90") && e.contains("0.9"), "{e}");
    let e = told(Request {
        draws: 3,
        ..Request::default()
    });
    assert!(e.contains("draws = 3") && e.contains("100"), "{e}");
}
