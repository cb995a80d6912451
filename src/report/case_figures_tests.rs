//! Laws of what the figures of a case show.

use super::*;
use crate::collision::run;
use crate::collision::wall::wall_case;
use crate::dynamics::Plan;
use crate::error::SourceText;
use crate::vehicle::{Vehicle, parse_vehicle};

fn vehicle(name: &str, text: &str) -> Vehicle {
    parse_vehicle(&SourceText::new(name, text)).expect("a shipped vehicle")
}

fn small() -> Vehicle {
    let text = include_str!("../../vehicles/kei/honda-n-box-jf1.toml");
    vehicle("honda-n-box-jf1.toml", text)
}

fn large() -> Vehicle {
    let text = include_str!("../../vehicles/us/ford-f-150-2018.toml");
    vehicle("ford-f-150-2018.toml", text)
}

fn pair() -> Case {
    Case {
        overlap: 0.5,
        plan: Plan::new(0.15, 20e-6),
        ..Case::head_on(&small(), &large(), 50.0 * KMH)
    }
}

fn solved(case: &Case) -> (Finished, CaseResult) {
    let finished = run(case).expect("runs");
    let result = CaseResult::collect(case, &finished).expect("has a result");
    (finished, result)
}

#[test]
fn against_a_wall_crush_is_the_displacement_of_the_cabin() {
    let case = wall_case(&small(), 50.0 * KMH, Plan::new(0.15, 20e-6)).expect("a case");
    let (finished, result) = solved(&case);
    let view = View::new(&case, &finished, &result);
    let cabin = finished.record.u(finished.assembly.maps[0].cabin);
    for (s, x) in view.crush_m(0).iter().enumerate() {
        assert!((x - cabin[s]).abs() < 3e-3, "sample {s}: {x} m, cabin {} m", cabin[s]);
    }
}

#[test]
fn the_crushes_of_a_pair_add_up_to_the_approach_of_the_cabins() {
    let mut case = pair();
    // With yaw the cabin's points at the cells approach, each by another amount.
    case.turning.yaw = Some(false);
    let (finished, result) = solved(&case);
    let view = View::new(&case, &finished, &result);
    let crush = [view.crush_m(0), view.crush_m(1)];
    let cabins = [0, 1].map(|s| finished.record.u(finished.assembly.maps[s].cabin));
    for (s, first) in crush[0].iter().enumerate() {
        let approach = cabins[0][s] - cabins[1][s];
        let both = first + crush[1][s];
        // Tips meet between samples, and move on their own in the first part of that interval.
        assert!(
            (both - approach).abs() < 2e-3 + 0.01 * approach.abs(),
            "sample {s}: {both} m of {approach} m"
        );
    }
}

#[test]
fn the_shares_of_the_energy_add_up_to_what_there_was() {
    let case = pair();
    let (finished, result) = solved(&case);
    let view = View::new(&case, &finished, &result);
    let initial = view.relative_energy_kj(0);
    // Closing energy: reduced mass times the square of the closing speed over 2.
    let [a, b] = [0, 1].map(|s| case.parties[s].vehicle.total_kg());
    let closing = 0.5 * a * b / (a + b) * (100.0 * KMH).powi(2) * 1e-3;
    assert!((initial / closing - 1.0).abs() < 1e-9);
    let groups = view.energy_groups(initial);
    let shares = groups.iter().flat_map(|g| &g.shares);
    let sum: f64 = shares.map(|s| s.dissipated_kj + s.recoverable_kj).sum();
    // Shares below 0.2 % are left out.
    assert!((sum / initial - 1.0).abs() < 0.02, "{sum} kJ of {initial} kJ");
}

#[test]
fn every_case_has_its_figures() {
    let case = pair();
    let (finished, result) = solved(&case);
    let stems: Vec<String> = case_figures(&case, &finished, &result)
        .expect("figures")
        .into_iter()
        .map(|f| f.0)
        .collect();
    assert_eq!(
        stems,
        ["cabin-pulses", "force-crush", "energy-flow", "faces", "plan-view"]
    );
}
