//! How fast the error of the fixed-step scheme falls with the step.

mod common;

use common::{case, example, few};
use crumple::collision::assemble;
use crumple::dynamics::{MaxwellSpec, MountSpec, Network, Plan, Port, simulate};
use crumple::models::{self, Reading};
use proptest::prelude::*;

/// Observed order from errors at steps that halve: `log2(e1/e2)`, the least of them.
fn order(errors: &[f64]) -> f64 {
    errors
        .windows(2)
        .map(|e| (e[0] / e[1]).log2())
        .fold(f64::INFINITY, f64::min)
}

/// On a smooth problem (C1) the scheme is of second order.
#[test]
fn the_scheme_is_of_second_order_on_a_linear_spring() {
    let errors: Vec<f64> = [100e-6, 50e-6, 25e-6]
        .iter()
        .map(|step| {
            let model = models::linear_spring().with_step(*step);
            let record = simulate(&model.network, &model.plan).expect("runs");
            model.known("displacement at 60 ms").expect("known").error(&record)
        })
        .collect();
    assert!(order(&errors) > 1.9, "{errors:?}");
}

/// Forces that depend on velocity keep the order (C2 and C4), and so do two masses over tips (C5, elastic).
#[test]
fn the_scheme_is_of_second_order_with_dampers_and_tips() {
    let at = |model: models::Model, steps: &[f64], time: f64| -> Vec<f64> {
        steps
            .iter()
            .map(|step| {
                let model = model.clone().with_step(*step);
                let record = simulate(&model.network, &model.plan).expect("runs");
                Reading::At(models::Channel::U(0), time).of(&record)
            })
            .collect()
    };
    let differences = |x: &[f64]| -> Vec<f64> { x.windows(2).map(|p| (p[0] - p[1]).abs()).collect() };
    let halves = [40e-6, 20e-6, 10e-6, 5e-6];
    for model in [models::kelvin(0.3), models::kelvin(1.8719), models::maxwell()] {
        let errors = differences(&at(model.clone(), &[100e-6, 50e-6, 25e-6, 12.5e-6], 0.05));
        assert!(order(&errors) > 1.9, "{}: {errors:?}", model.name);
    }
    // Tips heavy enough for these steps: the order is asked for, not the closed form.
    let mut model = models::head_on(&models::ROWS[0]);
    model.network.cells[0].tip_kg = [Some(0.2), Some(0.5)];
    let errors = differences(&at(model, &halves, 0.05));
    assert!(order(&errors) > 1.9, "tips: {errors:?}");
}

/// Kinks and jumps of one law fall inside steps and cost little: the mean order over four halvings of the step
/// stays above 1.5. `--nocapture` prints the orders observed; the model page has them.
#[test]
fn kinks_of_one_law_cost_little_order() {
    let kinked = [
        (models::stiff_unloading(), "rebound m/s"),
        (models::elastic_plastic(), "rebound m/s"),
        (models::gap(), "place at 160 ms"),
        (models::breaking_mount(), "speed after m/s"),
        (models::rate_factor(), "crush m"),
        (models::linear_restraint(0.05, 6.0), "travel m"),
    ];
    for (model, what) in kinked {
        let errors: Vec<f64> = [100e-6, 50e-6, 25e-6, 12.5e-6, 6.25e-6]
            .iter()
            .map(|step| {
                let model = model.clone().with_step(*step);
                let record = simulate(&model.network, &model.plan).expect("runs");
                model.known(what).expect("known").error(&record)
            })
            .collect();
        let mean = (errors[0] / errors[4]).log2() / 4.0;
        println!("{}, {what}: order {mean:.2}, {errors:?}", model.name);
        assert!(mean > 1.5, "{}: {errors:?}", model.name);
    }
}

/// A chain of masses on springs, dampers and Maxwell elements that act both ways: nothing in it has a kink.
fn smooth_chains() -> impl Strategy<Value = Network> {
    let link = (100.0..800.0_f64, 50e3..400e3_f64, 0.0..4e3_f64, 1e3..1e4_f64);
    (prop::collection::vec(link, 2..20), 3.0..15.0_f64).prop_map(|(links, speed)| {
        let mut net = Network::default();
        let ground = net.body("ground", 1.0, 0.0, 1);
        net.bodies[ground].fixed = true;
        for (i, (kg, k, c, series)) in links.into_iter().enumerate() {
            let body = net.body(&format!("{i}"), kg, speed, 0);
            let port = Port::between(body, body - 1);
            let group = net.group(&format!("link {i}"));
            net.mounts.push(MountSpec {
                port,
                stiffness_n_per_m: k,
                damping_n_s_per_m: c,
                break_n: f64::INFINITY,
                group,
            });
            net.maxwells.push(MaxwellSpec {
                port,
                stiffness_n_per_m: 0.5 * k,
                damping_n_s_per_m: series,
                group,
            });
        }
        net
    })
}

proptest! {
    #![proptest_config(few(16))]

    /// On random smooth networks the scheme is of second order: halving the step divides the error of the
    /// whole state by 2^1.9 or more.
    #[test]
    fn the_scheme_is_of_second_order_on_smooth_networks(net in smooth_chains()) {
        let state = |step: f64| -> Vec<f64> {
            let record = simulate(&net, &Plan::new(0.06, step)).expect("runs");
            let last = record.len() - 1;
            (0..net.bodies.len()).flat_map(|b| [record.u_at(b, last), record.v_at(b, last)]).collect()
        };
        let states = [100e-6, 50e-6, 25e-6, 12.5e-6].map(state);
        let errors: Vec<f64> = states
            .windows(2)
            .map(|w| w[0].iter().zip(&w[1]).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt())
            .collect();
        prop_assert!(order(&errors) > 1.9, "{errors:?}");
    }
}

/// A real pair has jumps too (a mount that breaks, a tie that goes slack), each resolved to a step: the error
/// falls with the step only on average, but it is small: 2e-5 of the cabin's travel at 50 us.
#[test]
fn the_step_error_of_a_pair_is_small() {
    let vehicles = ["example-kei.toml", "example-pickup.toml"].map(example);
    let net = assemble(&case(&vehicles[0], &vehicles[1], [40.0 / 3.0; 2], 1.0, true))
        .expect("assembles")
        .network;
    let travel = |step: f64| {
        let record = simulate(&net, &Plan::new(0.06, step)).expect("runs");
        record.u_at(0, record.len() - 1)
    };
    let truth = travel(0.5e-6);
    for step in [50e-6, 20e-6, 10e-6, 5e-6, 2e-6] {
        let error = (travel(step) / truth - 1.0).abs();
        assert!(error < 2e-5, "{error:e} at {step} s");
    }
}
