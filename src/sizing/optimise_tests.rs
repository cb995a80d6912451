//! Laws of the optimiser on a closed-form crash: the front absorbs what it can, the rest intrudes.

use std::collections::BTreeMap;

use super::design::SizedVehicle;
use super::tests::{car, data};
use super::*;
use crate::cost::mass::{crush_mass_kg, design_energy_j};
use crate::error::Error;
use crate::measure::Measure;
use crate::vehicle::Face;

/// Kinetic energy at the new mass against the energy of rails and sheet metal up to their design crush.
/// What is left goes into the compartment at the mean force of its own layer: intrusion. Chest g is the
/// force of the rails over the mass, plus intrusion by a constant.
pub(super) struct ClosedForm {
    pub designs: usize,
}

const CELL_FORCE_N: f64 = 200e3;

impl ClosedForm {
    fn front_j(sized: &SizedVehicle, length_m: f64) -> f64 {
        sized
            .vehicle
            .layers(Face::Front)
            .filter(|(_, p, _)| p.material.is_some())
            .filter_map(|(_, p, _)| p.table.as_ref())
            .map(|t| {
                if length_m > 0.0 {
                    t.energy_to(crate::cost::mass::design_crush_m(t))
                } else {
                    design_energy_j(t)
                }
            })
            .sum()
    }

    fn intrusion_mm(sized: &SizedVehicle, speed_kmh: f64) -> f64 {
        let v = speed_kmh / 3.6;
        let length = sized.vehicle.body.length_m - car().body.length_m;
        let left = 0.5 * sized.vehicle.total_kg() * v * v - Self::front_j(sized, length);
        let cell = sized.vehicle.paths[3]
            .table
            .as_ref()
            .map_or(1.0, |t| t.force_n[1] / 200e3);
        (left / (CELL_FORCE_N * cell)).max(0.0) * 1e3
    }
}

impl Evaluate for ClosedForm {
    fn evaluate(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        self.designs += 1;
        Ok(cases
            .iter()
            .map(|c| {
                let factor = if c.against == "heavy" { 1.15 } else { 1.0 };
                let intrusion = Self::intrusion_mm(sized, c.speed_kmh * factor);
                let rails = sized.vehicle.paths[0].table.as_ref().map_or(0.0, |t| t.force_at(0.3));
                let chest = rails / (sized.vehicle.total_kg() * 9.81) * 1.5 + 0.05 * intrusion;
                [(Measure::IntrusionMm, intrusion), (Measure::ChestA3msG, chest)].into()
            })
            .collect())
    }
}

pub(super) fn case(against: &str, speed_kmh: f64, targets: &[&str]) -> LoadCase {
    LoadCase {
        against: against.into(),
        speed_kmh,
        overlap_pct: 100.0,
        weight: 1.0,
        own_wall: against == "wall",
        chest_clip_g: None,
        targets: targets.iter().map(|t| t.parse().unwrap()).collect(),
    }
}

fn solve(cases: Vec<LoadCase>, change: impl Fn(&mut Problem<'_>)) -> Sizing {
    let (vehicle, data) = (car(), data());
    let mut problem = Problem::new(&vehicle, &data, cases);
    change(&mut problem);
    optimise(&problem, &mut ClosedForm { designs: 0 }).unwrap()
}

fn strength_only(p: &mut Problem<'_>) {
    p.variables.max_length_m = 0.0;
    p.variables.max_cabin_factor = 1.0;
}

/// The added mass has to be carried too: dm (SEA eta - (1 + gamma) v^2 / 2) = m v^2 / 2 - C_0 - F i.
#[test]
fn the_cheapest_strength_is_the_closed_form_with_its_own_mass_fed_back() {
    let sizing = solve(vec![case("light", 50.0, &["intrusion_mm=20"])], strength_only);
    assert!(sizing.feasible && !sizing.already_met);
    let v = 50.0 / 3.6_f64;
    let zero = apply(&car(), &Design::default(), &data()).unwrap();
    let c0 = ClosedForm::front_j(&zero, 0.0);
    let gamma = 0.3;
    let left = 0.5 * 1100.0 * v * v - c0 - CELL_FORCE_N * 0.020;
    let per_kg = 21.2e3 * 0.5 - 0.5 * (1.0 + gamma) * v * v;
    let kg = left / per_kg;
    let got = sizing.sized.mass.structure_kg();
    // The search keeps a margin of 0.2 % of the slack, 0.05 mm here, so it is a little heavier.
    assert!(got >= kg && got < kg * 1.01, "{got} against {kg}");
    assert!(sizing.worst.as_ref().unwrap().value <= 20.0);
    assert!(
        sizing.active.iter().any(|a| a.starts_with("intrusion ")),
        "{:?}",
        sizing.active
    );
    assert!((crush_mass_kg(1.0, 21.2e3, 0.5) * per_kg - 1.0).abs() < 0.02);
    assert!(sizing.blocking.is_none() && sizing.highest_feasible_speed_kmh.is_none());
}

#[test]
fn a_target_already_met_costs_nothing() {
    let sizing = solve(vec![case("light", 20.0, &["intrusion_mm=20"])], |_| {});
    assert!(sizing.feasible && sizing.already_met);
    assert_eq!(sizing.sized.cost.total().usd(), 0.0);
    assert_eq!(sizing.sized.mass.total_kg(), 0.0);
    assert_eq!(sizing.design.strength.len() + sizing.design.materials.len(), 0);
    assert!(sizing.active.is_empty());
}

#[test]
fn a_stricter_target_is_never_cheaper() {
    let mut before = 0.0;
    for limit in ["200", "120", "60", "30", "10"] {
        let target = format!("intrusion_mm={limit}");
        let sizing = solve(vec![case("light", 52.0, &[&target, "chest_a3ms_g=40"])], |_| {});
        assert!(sizing.feasible, "{limit}");
        let usd = sizing.sized.cost.total().usd();
        // 1 % for the optimiser's own tolerance.
        assert!(usd >= before * 0.99, "{limit} mm: {usd} after {before}");
        before = usd;
    }
    assert!(before > 0.0);
}

#[test]
fn an_infeasible_target_names_what_blocks_it_and_the_speed_that_can_be_met() {
    let cases = vec![case("light", 90.0, &["intrusion_mm=20"])];
    let sizing = solve(cases, |p| {
        strength_only(p);
        for (_, most) in &mut p.variables.strength {
            *most = 1.5;
        }
    });
    assert!(!sizing.feasible);
    let blocking = sizing.blocking.as_ref().unwrap();
    assert_eq!(blocking.criterion, Measure::IntrusionMm);
    // Everything at its bound is the nearest there is.
    let full = Design {
        strength: [("rails".to_string(), 1.5), ("sheet".to_string(), 1.5)].into(),
        materials: [("rails", "dp980"), ("sheet", "dp980")]
            .map(|(a, b)| (a.to_string(), b.to_string()))
            .into(),
        ..Design::default()
    };
    let full = apply(&car(), &full, &data()).unwrap();
    let nearest = ClosedForm::intrusion_mm(&full, 90.0);
    assert!(
        (blocking.value - nearest).abs() < 0.005 * nearest,
        "{} {nearest}",
        blocking.value
    );
    let absorbed = ClosedForm::front_j(&full, 0.0) + CELL_FORCE_N * 0.020;
    let fastest = (2.0 * absorbed / full.vehicle.total_kg()).sqrt() * 3.6;
    let got = sizing.highest_feasible_speed_kmh.unwrap();
    assert!(got <= fastest && got > fastest - 0.8, "{got} against {fastest}");
}

#[test]
fn all_load_cases_hold_though_only_one_is_optimised_against_at_first() {
    let mut cases: Vec<LoadCase> = (0..6)
        .map(|i| {
            case(
                "light",
                40.0 + 2.0 * f64::from(i),
                &["intrusion_mm=60", "chest_a3ms_g=45"],
            )
        })
        .collect();
    cases.push(case("heavy", 48.0, &["intrusion_mm=60", "chest_a3ms_g=45"]));
    cases.push(case("wall", 56.0, &["chest_a3ms_g=45"]));
    let sizing = solve(cases, |p| p.effort.first_cases = 1);
    assert!(sizing.feasible);
    for (case, values) in &sizing.values {
        for t in &case.targets {
            assert!(values[&t.criterion] <= t.limit, "{case}: {values:?}");
        }
    }
    assert_eq!(sizing.worst.unwrap().case.unwrap().against, "heavy");
}

#[test]
fn the_length_cap_binds_and_says_so() {
    let cases = || vec![case("light", 56.0, &["intrusion_mm=20"])];
    // Little strength to be had, so length has to come in.
    let weak = |p: &mut Problem<'_>| {
        p.effort.speed = SpeedSearch::Never;
        p.variables.max_cabin_factor = 1.0;
        for (_, most) in &mut p.variables.strength {
            *most = 1.3;
        }
    };
    let free = solve(cases(), weak);
    assert!(
        free.feasible && free.design.added_front_length_m > 0.01,
        "{:?}",
        free.design
    );
    let capped = solve(cases(), |p| {
        weak(p);
        p.length_cap_m = Some(3.40);
    });
    assert!(capped.design.added_front_length_m <= 0.005 + 1e-12);
    assert!(capped.active.iter().any(|a| a == "length cap"), "{:?}", capped.active);
    assert!(!capped.feasible && capped.blocking.is_some());
}

#[test]
fn weighted_targets_bind_on_the_mean() {
    let mut cases = vec![
        case("light", 30.0, &["intrusion_mm=40"]),
        case("light", 60.0, &["intrusion_mm=40"]),
    ];
    cases[0].weight = 3.0;
    let each = solve(cases.clone(), strength_only);
    let mean = solve(cases, |p| {
        strength_only(p);
        p.rule = Rule::Weighted;
    });
    assert!(mean.feasible && mean.expected[&Measure::IntrusionMm] <= 40.0);
    assert!(mean.sized.cost.total().usd() < each.sized.cost.total().usd());
}

#[test]
fn restraints_alone_cannot_stop_intrusion_and_two_runs_agree() {
    let cases = || vec![case("light", 52.0, &["intrusion_mm=30"])];
    let restraint = solve(cases(), |p| p.vary = Vary::Restraint);
    assert!(!restraint.feasible && restraint.sized.mass.structure_kg() == 0.0);
    let both = |_: usize| solve(cases(), |p| p.vary = Vary::Both);
    let (a, b) = (both(0), both(1));
    assert!(
        a.feasible && a.design.package.is_none(),
        "a package that helps nothing is not bought"
    );
    assert_eq!(a.design, b.design);
    assert_eq!(a.evaluations, b.evaluations);
}

#[test]
fn the_json_has_the_agreed_keys() {
    let (vehicle, data) = (car(), data());
    let problem = Problem::new(&vehicle, &data, vec![case("light", 50.0, &["intrusion_mm=20"])]);
    let sizing = optimise(&problem, &mut ClosedForm { designs: 0 }).unwrap();
    let json = serde_json::to_value(Answer::new(&vehicle, sizing, &data)).unwrap();
    for key in [
        "vehicle",
        "feasible",
        "added_mass_kg",
        "added_structure_kg",
        "added_cost_usd",
        "price_usd",
        "design",
        "worst_case",
        "active",
        "blocking",
        "highest_feasible_speed_kmh",
        "evaluations",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["feasible"], true);
    assert!(json["blocking"].is_null());
    for key in ["added_mass_kg", "added_structure_kg", "added_cost_usd", "price_usd"] {
        assert!(json[key].as_f64().is_some_and(|v| v > 0.0), "{key}");
    }
    assert!(json["added_mass_kg"].as_f64() > json["added_structure_kg"].as_f64());
    assert_eq!(json["worst_case"]["against"], "light");
    assert!(json["design"]["cabin_factor"].as_f64().is_some_and(|v| v >= 1.0));
}

#[test]
fn faults_are_told() {
    let (vehicle, data) = (car(), data());
    let told = |cases: Vec<LoadCase>| {
        let problem = Problem::new(&vehicle, &data, cases);
        optimise(&problem, &mut ClosedForm { designs: 0 })
            .unwrap_err()
            .to_string()
    };
    assert!(told(vec![]).contains("without a target"));
    assert!(told(vec![case("light", 50.0, &["hic15=700"])]).contains("hic15"));
    let slip = "intrusion=20".parse::<Target>().unwrap_err().to_string();
    assert!(slip.contains("intrusion_mm"), "{slip}");
    assert!("joint=-1".parse::<Target>().is_err() && "joint".parse::<Target>().is_err());
}

/// Fronts: cost never falls as the limit gets stricter, both together never cost more than either alone, and
/// restraints, which do not act on this crash, meet only what holds as built.
#[test]
fn fronts_are_monotone_and_both_is_never_dearer() {
    let (vehicle, data) = (car(), data());
    let cases = vec![case("light", 52.0, &["chest_a3ms_g=40"])];
    let problem = Problem::new(&vehicle, &data, cases);
    let limits = [400.0, 10.0, 60.0, 150.0];
    let mut evaluator = ClosedForm { designs: 0 };
    let all = super::pareto::fronts(&problem, &asked(Measure::IntrusionMm, &limits), &mut evaluator, &|| {
        false
    })
    .unwrap();
    assert_eq!(all.fronts.len(), 3);
    for front in &all.fronts {
        let limits: Vec<f64> = front.points.iter().map(|p| p.limit).collect();
        assert_eq!(limits, [400.0, 150.0, 60.0, 10.0]);
        for pair in front.points.windows(2) {
            if pair[1].feasible {
                assert!(pair[0].feasible && pair[1].added_cost_usd >= pair[0].added_cost_usd);
            }
        }
        for p in front.points.iter().filter(|p| p.feasible) {
            assert!(p.reached <= p.limit, "{p:?}");
            assert!(p.marginal_usd.is_none_or(|usd| usd > 0.0 && p.added_cost_usd > 0.0));
        }
    }
    let [structure, restraint, both] = &all.fronts[..] else {
        panic!("three fronts")
    };
    for (i, p) in both.points.iter().enumerate() {
        for part in [structure, restraint] {
            if part.points[i].feasible {
                assert!(p.feasible && p.added_cost_usd <= part.points[i].added_cost_usd);
            }
        }
    }
    assert!(structure.points.iter().any(|p| p.marginal_usd.is_some()));
    for p in &restraint.points {
        assert_eq!(p.feasible, all.as_built <= p.limit);
    }
    let told = super::pareto::fronts(&problem, &asked(Measure::Joint, &[0.01]), &mut evaluator, &|| false);
    assert!(told.unwrap_err().to_string().contains("never below"));
}

/// A known design that is cheaper than what the search finds is taken, one that misses the target is not.
#[test]
fn known_designs_bound_the_cost() {
    let (vehicle, data) = (car(), data());
    let cases = || vec![case("light", 52.0, &["intrusion_mm=60"])];
    let mut evaluator = ClosedForm { designs: 0 };
    let mut problem = Problem::new(&vehicle, &data, cases());
    let best = optimise(&problem, &mut evaluator).unwrap();
    problem.effort.designs_per_start = 8;
    problem.effort.starts = 1;
    problem.effort.samples = 2;
    let poor = optimise(&problem, &mut evaluator).unwrap();
    let known = [best.design.clone(), Design::default()];
    let told = super::optimise::optimise_knowing(&problem, &known, &mut evaluator).unwrap();
    let usd = |s: &Sizing| s.sized.cost.total().usd();
    assert!(told.feasible && usd(&told) <= usd(&best) && usd(&told) <= usd(&poor));
}

/// An evaluator whose fine step is harder by 3 %: the answer has to hold there, not only where it was sought.
struct Harder(ClosedForm);

impl Evaluate for Harder {
    fn evaluate(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        self.0.evaluate(sized, cases)
    }

    fn verify(&mut self, sized: &SizedVehicle, cases: &[LoadCase]) -> Result<Vec<CaseValues>, Error> {
        let mut all = self.0.evaluate(sized, cases)?;
        for value in all.iter_mut().flat_map(BTreeMap::values_mut) {
            *value *= 1.03;
        }
        Ok(all)
    }
}

#[test]
fn an_answer_holds_at_the_verifying_step() {
    let (vehicle, data) = (car(), data());
    let cases = vec![case("light", 52.0, &["intrusion_mm=60"])];
    let problem = Problem::new(&vehicle, &data, cases);
    let sizing = optimise(&problem, &mut Harder(ClosedForm { designs: 0 })).unwrap();
    assert!(sizing.feasible);
    let value = sizing.values[0].1[&Measure::IntrusionMm];
    assert!(value <= 60.0 && value > 58.0, "{value}");
}

#[test]
fn contradictions_and_empty_weights_are_refused() {
    let (vehicle, data) = (car(), data());
    let told = |change: &dyn Fn(&mut Problem<'_>)| {
        let mut problem = Problem::new(&vehicle, &data, vec![case("light", 50.0, &["intrusion_mm=20"])]);
        change(&mut problem);
        optimise(&problem, &mut ClosedForm { designs: 0 })
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(told(&|p| p.cases[0].weight = 0.0).contains("sum to zero"));
    assert!(told(&|p| p.cases[0].weight = -1.0).contains("weight -1"));
    assert!(told(&|p| p.cases[0].own_wall = true).contains("without a load case"));
    assert!(told(&|p| p.materials.allowed = vec!["boron".into()]).contains("no data for crush"));
    let risk = "joint=15".parse::<Target>().unwrap_err().to_string();
    assert!(risk.contains("15 % is 0.15"), "{risk}");
    let floor = "joint=0.02".parse::<Target>().unwrap_err().to_string();
    assert!(floor.contains("never below 0.03"), "{floor}");
}

fn asked(criterion: Measure, limits: &[f64]) -> super::pareto::FrontsAsked<'_> {
    super::pareto::FrontsAsked {
        criterion,
        limits,
        known: &[],
    }
}
