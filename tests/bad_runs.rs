//! Runs that cannot be trusted are refused: a step that is too large, a state that leaves the finite numbers.

mod common;

use common::{case, example};
use crumple::collision::{assemble, run};
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::{Network, Plan, SimulationError, simulate, simulate_lanes};
use crumple::models;

/// The stiffest element of C1 is its spring: stable up to 2/w. Just below runs, just above is refused, and the
/// refusal names the element and a step that works.
#[test]
fn a_step_too_large_names_the_element_and_a_step_that_works() {
    let net = models::linear_spring().network;
    let limit = 2.0 / (500e3_f64 / 1000.0).sqrt();
    assert!(simulate(&net, &Plan::new(0.5, 0.9 * limit)).is_ok());
    let error = simulate(&net, &Plan::new(0.5, 1.1 * limit)).expect_err("is refused");
    let SimulationError::StepTooLarge {
        step_us,
        element,
        largest_us,
    } = error.clone()
    else {
        panic!("{error}");
    };
    assert_eq!(element, "spring");
    assert!((step_us - 1.1e6 * limit).abs() < 1e-6 * step_us);
    // A margin of a few percent below the limit of one mass on one spring.
    assert!(largest_us <= 1e6 * limit && largest_us > 0.9e6 * limit);
    let text = error.to_string();
    assert!(text.contains("spring") && text.contains(&format!("{largest_us:.3} us")));
    assert!(simulate(&net, &Plan::new(0.5, largest_us * 1e-6)).is_ok());
}

/// In a collision the element is a path of a vehicle; lanes refuse as the scalar does.
#[test]
fn a_step_too_large_for_a_pair_names_a_path() {
    let [kei, pickup] = ["example-kei.toml", "example-pickup.toml"].map(example);
    let mut pair = case(&kei, &pickup, [13.0; 2], 1.0, true);
    let net = assemble(&pair).expect("assembles").network;
    pair.plan = Plan::new(0.1, 1e-3);
    let text = run(&pair).expect_err("is refused").to_string();
    assert!(text.contains("example-"), "{text}");
    assert!(text.contains("1000 us is too large"), "{text}");
    let wide = simulate_lanes::<8>(&[&net; 3], &pair.plan).expect_err("is refused");
    assert_eq!(wide.to_string(), text);
    let (largest_s, element) = net.largest_stable_step_s(false);
    assert!(text.contains(&element));
    assert!(simulate(&net, &Plan::new(0.05, largest_s)).is_ok());
}

fn with_infinite_speed() -> (Network, &'static str) {
    let mut net = models::linear_spring().network;
    net.bodies[0].velocity_mps = f64::INFINITY;
    (net, "mass")
}

/// A state that is no longer finite stops the run and names time and body, in either width and solver.
#[test]
fn a_state_that_is_not_finite_names_time_and_body() {
    let (net, name) = with_infinite_speed();
    let plan = Plan::new(0.1, 1e-5);
    let errors = [
        simulate(&net, &plan).expect_err("is stopped"),
        simulate_lanes::<8>(&[&net], &plan).expect_err("is stopped"),
    ];
    for error in errors {
        let SimulationError::NotFinite { body, time_ms } = &error else {
            panic!("{error}");
        };
        assert_eq!(body, name);
        // At the first sample: checked at 10 kHz.
        assert!(*time_ms > 0.0 && *time_ms <= 0.1 + 1e-9);
        assert!(error.to_string().contains("mass is no longer finite"));
    }
    assert!(simulate_adaptive(&net, &plan, Tolerances::default()).is_err());
}

/// One lane out of range stops its block with the body; others are not blamed for it.
#[test]
fn a_lane_that_is_not_finite_is_noticed_beside_sound_ones() {
    let (bad, _) = with_infinite_speed();
    let good = models::linear_spring().network;
    let plan = Plan::new(0.05, 1e-5);
    let error = simulate_lanes::<8>(&[&good, &bad, &good], &plan).expect_err("is stopped");
    assert!(matches!(error, SimulationError::NotFinite { .. }), "{error}");
    assert!(simulate_lanes::<8>(&[&good, &good], &plan).is_ok());
}
