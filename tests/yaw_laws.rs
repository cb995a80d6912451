//! Laws of yaw and side grip (model section 11): `collision::yaw`, `dynamics::yaw`.

mod common;

use common::{case, draws, example, few, finished};
use crumple::collision::{Case, Finished, Turning, assemble, run};
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::{Plan, simulate};
use proptest::prelude::*;

fn turned(mut case: Case, yaw: bool, friction: f64) -> Case {
    case.turning = Turning {
        yaw: Some(yaw),
        friction,
    };
    case
}

/// What turns: yaw rate, yaw angle and lateral delta-v of both vehicles.
fn turns(done: &Finished) -> [[f64; 3]; 2] {
    let of = |i: usize| {
        let v = &done.outcome.vehicles[i];
        [v.yaw_rate_dps, v.yaw_deg, v.delta_v_lateral_mps]
    };
    [of(0), of(1)]
}

proptest! {
    #![proptest_config(few(16))]

    /// Momentum along and across, angular momentum and energy are kept, with grip and without.
    #[test]
    fn what_turns_balances(draw in draws(), friction in 0.0..1.0_f64) {
        let o = finished(&turned(draw.case(), true, friction)).outcome;
        prop_assert!(o.momentum_error < 1e-11, "momentum {}", o.momentum_error);
        prop_assert!(o.angular_momentum_error < 1e-11, "angular {}", o.angular_momentum_error);
        prop_assert!(o.energy_error < 2e-4, "ledger {}", o.energy_error);
    }

    /// The grip only takes energy.
    #[test]
    fn grip_only_dissipates(draw in draws(), friction in 0.05..1.0_f64) {
        let record = finished(&turned(draw.case(), true, friction)).record;
        let mut before = 0.0;
        for s in record.range() {
            let taken = record.grip_work_at(s);
            // The speeds of a step are predicted: less than a millijoule of rounding.
            prop_assert!(taken >= before - 1e-3, "{taken} J after {before} J");
            before = taken;
        }
    }

    /// The mirror image turns the other way, and else does the same.
    #[test]
    fn the_mirror_image_turns_the_other_way(draw in draws()) {
        let of = |struck_left: bool| finished(&Case { struck_left, ..draw.case() });
        let (left, right) = (of(true), of(false));
        for (a, b) in left.outcome.vehicles.iter().zip(&right.outcome.vehicles) {
            prop_assert!((a.delta_v_mps - b.delta_v_mps).abs() < 1e-8);
            prop_assert!((a.crush_mm - b.crush_mm).abs() < 1e-5);
        }
        for (a, b) in turns(&left).iter().flatten().zip(turns(&right).iter().flatten()) {
            prop_assert!((a + b).abs() < 1e-6, "{a} and {b}");
        }
    }

    /// In a symmetric full overlap nothing turns, and switching yaw on changes rounding only.
    #[test]
    fn nothing_turns_in_a_symmetric_full_overlap(draw in draws(), friction in 0.0..1.0_f64) {
        let whole = Case { overlap: 1.0, ..draw.case() };
        let (on, off) = (
            finished(&turned(whole.clone(), true, friction)),
            finished(&turned(whole, false, friction)),
        );
        for x in turns(&on).iter().flatten() {
            prop_assert!(x.abs() < 1e-6, "{x}");
        }
        for (a, b) in on.outcome.vehicles.iter().zip(&off.outcome.vehicles) {
            prop_assert!((a.delta_v_mps - b.delta_v_mps).abs() < 1e-6);
            prop_assert!((a.crush_mm - b.crush_mm).abs() < 1e-3);
            prop_assert!((a.peak_g_cfc60 - b.peak_g_cfc60).abs() < 1e-3 * b.peak_g_cfc60);
        }
    }

    /// With endless inertia and no grip a partial overlap is what it is without yaw.
    #[test]
    fn endless_inertia_without_grip_does_not_turn(draw in draws()) {
        let mut heavy = turned(draw.case(), true, 0.0);
        for party in &mut heavy.parties {
            party.vehicle.body.yaw_inertia_kgm2 = Some(1e15);
        }
        let (on, off) = (finished(&heavy), finished(&turned(draw.case(), false, 0.5)));
        for (a, b) in on.outcome.vehicles.iter().zip(&off.outcome.vehicles) {
            prop_assert!((a.delta_v_mps - b.delta_v_mps).abs() < 1e-6);
            prop_assert!((a.intrusion_mm - b.intrusion_mm).abs() < 1e-2);
        }
    }
}

proptest! {
    #![proptest_config(few(3))]

    /// The adaptive solver, written apart, turns both vehicles alike.
    #[test]
    fn both_solvers_turn_alike(draw in draws(), friction in 0.0..1.0_f64) {
        let offset = turned(draw.case(), true, friction);
        let net = assemble(&offset).expect("assembles").network;
        let fixed = simulate(&net, &Plan::new(0.1, 1e-6)).expect("runs");
        let other = simulate_adaptive(&net, &Plan::new(0.1, 1e-6), Tolerances::default());
        let other = other.expect("gets through");
        for s in fixed.range() {
            for side in 0..2 {
                let (a, b) = (fixed.turn_at(side, s), other.turn_at(side, s));
                prop_assert!((a.yaw_rad - b.yaw_rad).abs() < 1e-5, "{a:?} and {b:?}");
                prop_assert!((a.lateral_m - b.lateral_m).abs() < 1e-5, "{a:?} and {b:?}");
            }
        }
    }
}

/// A car struck by a wall on its left turns to the left (counterclockwise seen from above), and the grip pushes it to
/// the right; more friction turns it less.
#[test]
fn grip_holds_the_yaw_back() {
    let kei = example("example-kei.toml");
    let wall = crumple::collision::wall::rigid_wall().expect("the wall reads");
    let rate = |friction: f64| {
        let offset = case(&kei, &wall, [15.0, 0.0], 0.4, true);
        turns(&run(&turned(offset, true, friction)).expect("runs"))[0]
    };
    let [none, half, whole] = [0.0, 0.5, 1.0].map(rate);
    assert!(none[0] < half[0] && half[0] <= whole[0] && whole[0] < 0.0);
    assert!(none[2].abs() < 1e-9 && half[2] > 0.5);
}
