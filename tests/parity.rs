//! What must not be seen in a result: lanes, threads, grouping, the order of masses in a file.

mod common;

use common::{Draw, STEP_S, bits, chains, draws, few, finished, networks, reordered};
use crumple::collision::{Case, Outcome, Turning, assemble, run, run_batch};
use crumple::dynamics::{Network, Plan, simulate, simulate_lanes};
use crumple::error::Error;
use proptest::prelude::*;

fn check_lanes<const N: usize>(nets: &[&Network], plan: &Plan) {
    let wide = simulate_lanes::<N>(nets, plan).expect("runs side by side");
    assert_eq!(wide.len(), nets.len());
    for (i, (net, record)) in nets.iter().zip(&wide).enumerate() {
        let alone = simulate(net, plan).expect("runs alone");
        assert!(bits(net, &alone) == bits(net, record), "case {i} of {N} lanes differs");
    }
}

proptest! {
    #![proptest_config(few(6))]

    /// A case run beside others gives the bits it gives alone, vehicles of one topology.
    #[test]
    fn lanes_are_bit_identical_to_scalar(draw in draws(), others in prop::collection::vec((0.8..1.3, 0.7..1.5, 5.0..20.0), 1..10)) {
        // Mass, strength and speed vary; heights and overlap would change the cells.
        let nets: Vec<Network> = others
            .iter()
            .map(|(mass, strength, speed)| {
                let one = Draw { mass: [*mass, 1.0], strength: [*strength, 1.0], speed_mps: [*speed, 10.0], ..draw.clone() };
                assemble(&one.case()).expect("assembles").network
            })
            .collect();
        let nets: Vec<&Network> = nets.iter().collect();
        check_lanes::<4>(&nets, &Plan::new(0.06, 2e-5));
        check_lanes::<8>(&nets, &Plan::new(0.06, 2e-5));
    }

    /// The same for vehicles of up to 64 bodies.
    #[test]
    fn lanes_are_bit_identical_for_large_networks(first in chains(64), factors in prop::collection::vec(0.7..1.4, 5)) {
        let nets: Vec<Network> = factors
            .iter()
            .map(|f| {
                let mut net = first.clone();
                net.bodies.iter_mut().for_each(|b| b.velocity_mps *= f);
                net
            })
            .collect();
        let nets: Vec<&Network> = nets.iter().collect();
        check_lanes::<4>(&nets, &Plan::new(0.04, 2e-5));
        check_lanes::<8>(&nets, &Plan::new(0.04, 2e-5));
    }

    /// The same for networks with every kind of element and laws of unlike damping.
    #[test]
    fn lanes_are_bit_identical_with_every_element(first in networks(), factors in prop::collection::vec(0.7..1.4, 7)) {
        let nets: Vec<Network> = factors
            .iter()
            .map(|f| {
                let mut net = first.clone();
                for b in &mut net.bodies {
                    b.velocity_mps *= f;
                }
                for (i, law) in net.laws.iter_mut().enumerate() {
                    law.force_n.iter_mut().chain(&mut law.unload_n_per_m).for_each(|v| *v *= f);
                    law.damping_n_s_per_m = if i % 2 == 0 { 0.0 } else { 300.0 * f };
                }
                net
            })
            .collect();
        let nets: Vec<&Network> = nets.iter().collect();
        check_lanes::<4>(&nets, &Plan::new(0.06, STEP_S));
        check_lanes::<8>(&nets, &Plan::new(0.06, STEP_S));
    }
}

/// Cases of several topologies mixed: overlaps and ride heights change the cells, the adaptive solver has no
/// lanes, and one case cannot be run at all.
fn mixed(draw: &Draw) -> Vec<Case> {
    let mut cases = Vec::new();
    for i in 0..21 {
        let mut one = draw.clone();
        one.speed_mps[0] += 0.3 * f64::from(i);
        one.overlap = [1.0, 0.5, 0.25][i as usize % 3];
        one.raised_m[1] = [0.0, 0.12][i as usize % 2];
        let mut case = one.case();
        case.plan = Plan::new(0.05, 2e-5);
        cases.push(case);
    }
    cases[4].plan = Plan::new(0.05, 1e-2);
    cases[7].plan = Plan::new(0.03, 2e-5);
    cases
}

fn texts(results: &[Result<Outcome, Error>]) -> Vec<String> {
    // Debug prints the shortest digits that name a float, so texts are as strict as bits.
    results.iter().map(|r| format!("{r:?}")).collect()
}

proptest! {
    #![proptest_config(few(3))]

    /// A batch gives each case what it gets alone, in order, whatever the threads and however it is cut; a
    /// case that fails does not touch the others.
    #[test]
    fn a_batch_gives_what_each_case_gets_alone(draw in draws(), cut in 1..20_usize) {
        let cases = mixed(&draw);
        let alone: Vec<_> = cases.iter().map(|c| run(c).map(|f| f.outcome)).collect();
        prop_assert!(alone[4].is_err() && alone.iter().filter(|r| r.is_err()).count() == 1);
        let alone = texts(&alone);
        for threads in [1, 2, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            prop_assert_eq!(&alone, &texts(&pool.install(|| run_batch(&cases))), "{} threads", threads);
        }
        let (head, tail) = cases.split_at(cut);
        let mut parts = texts(&run_batch(head));
        parts.extend(texts(&run_batch(tail)));
        prop_assert_eq!(&alone, &parts, "cut at {}", cut);
        let reversed: Vec<Case> = cases.iter().rev().cloned().collect();
        let mut back = texts(&run_batch(&reversed));
        back.reverse();
        prop_assert_eq!(&alone, &back, "reversed");
    }

    /// The order of masses in a vehicle file does not matter (sums over bodies are rounded in another order; where the
    /// vehicles turn, one of them places the mass centre).
    #[test]
    fn the_order_of_masses_in_a_file_does_not_matter(
        draw in draws(),
        first in Just([0, 1, 2]).prop_shuffle(),
        second in Just([0, 1, 2]).prop_shuffle(),
    ) {
        let case = draw.case();
        let near = |x: f64, y: f64| (x - y).abs() <= 1e-9 * x.abs().max(1.0);
        let mut other = case.clone();
        for (party, order) in other.parties.iter_mut().zip([first, second]) {
            let count = party.vehicle.masses.len();
            let order: Vec<usize> = order.into_iter().chain(3..count).filter(|i| *i < count).collect();
            party.vehicle = reordered(party.vehicle.clone(), &order);
        }
        let (a, b) = (finished(&case), finished(&other));
        for side in 0..2 {
            let cabins = [a.record.u(a.assembly.maps[side].cabin), b.record.u(b.assembly.maps[side].cabin)];
            prop_assert!(cabins[0].iter().zip(&cabins[1]).all(|(x, y)| near(*x, *y)));
            let (x, y) = (&a.outcome.vehicles[side], &b.outcome.vehicles[side]);
            prop_assert!((x.delta_v_mps - y.delta_v_mps).abs() < 1e-10);
            prop_assert!(near(x.peak_g_cfc60, y.peak_g_cfc60) && near(x.intrusion_mm, y.intrusion_mm));
        }
        // Nothing that is not a sum over all bodies knows their order.
        let straight = |of: &Case| {
            let turning = Turning { yaw: Some(false), ..of.turning };
            finished(&Case { turning, ..of.clone() })
        };
        let (a, b) = (straight(&case), straight(&other));
        for (x, y) in a.outcome.vehicles.iter().zip(&b.outcome.vehicles) {
            prop_assert_eq!(x.peak_g_cfc60.to_bits(), y.peak_g_cfc60.to_bits());
            prop_assert_eq!(x.intrusion_mm.to_bits(), y.intrusion_mm.to_bits());
        }
    }
}

/// Early stop: a run that ends after separation plus a settling time gives the numbers of the whole run.
#[test]
fn an_early_stop_changes_no_outcome() {
    let draw = Draw {
        mass: [1.0; 2],
        strength: [1.0; 2],
        raised_m: [0.0; 2],
        speed_mps: [13.0; 2],
        overlap: 1.0,
        left: true,
    };
    let whole: Vec<Case> = [1.0, 0.9, 0.8]
        .iter()
        .map(|f| {
            let mut case = draw.case();
            case.plan = Plan::new(0.3, 2e-5);
            case.parties[0].speed_mps *= f;
            case
        })
        .collect();
    let mut early = whole.clone();
    early.iter_mut().for_each(|c| c.plan.settle_s = Some(0.02));
    for (a, b) in run_batch(&whole).into_iter().zip(run_batch(&early)) {
        let (a, b) = (a.expect("runs"), b.expect("runs"));
        assert!(b.steps < a.steps, "{} of {} steps", b.steps, a.steps);
        assert!(!b.touching_at_end);
        for (x, y) in a.vehicles.iter().zip(&b.vehicles) {
            assert!((x.crush_mm - y.crush_mm).abs() < 1e-9);
            assert!((x.delta_v_mps - y.delta_v_mps).abs() < 1e-9);
            assert!((x.peak_g_cfc60 / y.peak_g_cfc60 - 1.0).abs() < 1e-6);
        }
    }
}
