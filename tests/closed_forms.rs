//! The default scheme at 10 us against problems with known solutions.

use crumple::dynamics::models::{self, Model, Reading};
use crumple::dynamics::{Cell, Network, Plan, Share, simulate};

fn run(model: &Model) -> crumple::dynamics::Record {
    simulate(&model.network, &model.plan).expect("a model runs")
}

/// Every known value of every model is met within its tolerance (1e-4 unless the model says why not).
#[test]
fn every_model_gives_its_known_values() {
    let mut missed = Vec::new();
    for model in models::all() {
        let record = run(&model);
        for known in &model.known {
            if known.error(&record) > known.relative {
                missed.push(format!(
                    "{}: {} is {}, not {}",
                    model.name,
                    known.what,
                    known.measured(&record),
                    known.value
                ));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// The formulas in the models give the digits printed for C1-C10, so that neither can be mistyped unseen.
#[test]
fn the_formulas_give_the_printed_digits() {
    let g = 9.80665;
    let light = |row: usize| 0.5 * models::ROWS[row].closing;
    #[rustfmt::skip]
    let printed: Vec<(Model, &str, f64, f64)> = vec![
        (models::linear_spring(), "crush m", 0.670820, 1e-6),
        (models::linear_spring(), "time of crush s", 70.2481e-3, 1e-7),
        (models::linear_spring(), "deceleration m/s2", 34.2023 * g, 1e-3),
        (models::kelvin(0.3), "crush m", 0.450487, 1e-6),
        (models::kelvin(0.3), "time of crush s", 59.3559e-3, 1e-7),
        (models::kelvin(0.3), "deceleration at contact m/s2", 20.5214 * g, 1e-3),
        (models::kelvin(0.3), "deceleration m/s2", 27.8203 * g, 1e-3),
        (models::kelvin(0.3), "time of deceleration s", 30.79e-3, 1e-5),
        (models::kelvin(0.3), "rebound m/s", -6.76463, 1e-5),
        (models::kelvin(1.8719), "crush m", 0.17857, 1e-5),
        (models::kelvin(1.8719), "time of crush s", 62.355e-3, 1e-6),
        (models::maxwell(), "force N", 173_514.0, 1.0),
        (models::maxwell(), "time of force s", 52.728e-3, 1e-6),
        (models::maxwell(), "crush m", 0.905950, 1e-6),
        (models::maxwell(), "time of crush s", 116.721e-3, 5e-6),
        (models::head_on(&models::ROWS[0]), "force N", 514.73e3, 10.0),
        (models::head_on(&models::ROWS[0]), "time of crush s", 60.64e-3, 1e-5),
        (models::head_on(&models::ROWS[0]), "light m/s2", 58.32 * g, 0.1),
        (models::head_on(&models::ROWS[0]), "light speed at crush m/s", light(0) - 22.0789, 1e-4),
        (models::head_on(&models::ROWS[1]), "light speed after m/s", light(1) - 24.7284, 1e-4),
        (models::head_on(&models::ROWS[1]), "heavy speed after m/s", -light(1) + 10.1162, 1e-4),
        (models::head_on(&models::ROWS[2]), "light speed after m/s", light(2) - 18.3333, 1e-4),
        (models::head_on(&models::ROWS[2]), "force N", 367.47e3, 10.0),
        (models::head_on(&models::ROWS[3]), "force N", 641.98e3, 10.0),
        (models::head_on(&models::ROWS[3]), "light m/s2", 72.74 * g, 0.1),
        (models::stiff_unloading(), "crush m", 0.695668, 5e-6),
        (models::stiff_unloading(), "force N", 417.401e3, 3.0),
        (models::stiff_unloading(), "residual crush m", 0.626101, 5e-6),
        (models::elastic_plastic(), "crush m", 0.630744, 5e-6),
        (models::elastic_plastic(), "permanent set m", 0.530744, 5e-6),
        (models::elastic_plastic(), "deceleration m/s2", 21.244 * g, 0.01),
        (models::elastic_plastic(), "rebound m/s", -4.56435, 1e-5),
        (models::linear_restraint(4.0), "occupant m/s2", 53.036 * g, 0.01),
        (models::linear_restraint(4.0), "travel m", 0.87340, 1e-5),
        (models::linear_restraint(6.0), "occupant m/s2", 56.422 * g, 0.01),
        (models::linear_restraint(6.0), "time of travel s", 86.27e-3, 1e-5),
        (models::linear_restraint(8.0), "travel m", 0.28530, 1e-5),
        (models::half_sine_restraint(0.03), "travel m", 0.50455, 1e-5),
        (models::half_sine_restraint(0.03), "occupant m/s2", 68.774 * g, 0.01),
        (models::half_sine_restraint(0.0), "travel m", 0.44913, 1e-5),
        (models::half_sine_restraint(0.0), "time of travel s", 86.54e-3, 1e-5),
        (models::force_limited_restraint(), "travel of a rigid one m", 0.0800, 1e-9),
        (models::force_levels(), "light front J", 90.0e3, 1.0),
        (models::force_levels(), "heavy front J", 219.1e3, 10.0),
        (models::force_levels(), "heavy front m", 0.548, 5e-4),
        (models::force_levels(), "light at the high level m/s2", -45.32 * g, 0.05),
        (models::force_levels(), "heavy at the high level m/s2", 18.54 * g, 0.05),
        (models::single_constant_force(), "crush m", 1.546, 1e-3),
        (models::single_constant_force(), "time of crush s", 99.35e-3, 1e-4),
    ];
    for (model, what, value, within) in printed {
        let known = model.known(what).expect("a known value of that name");
        assert!(
            (known.value - value).abs() <= within,
            "{}: {what} is {} by formula, {value} in print",
            model.name,
            known.value
        );
    }
}

/// Stiffening the light car (E3: C5 with k1 doubled) raises the force by 24.7 %, cuts its own crush by 37.6 %,
/// and leaves delta-v alone.
#[test]
fn a_stiffer_light_car_changes_the_pulse_but_not_delta_v() {
    let [soft, stiff] = [0, 3].map(|row: usize| models::head_on(&models::ROWS[row]));
    let [a, b] = [&soft, &stiff].map(run);
    let ratio = |what: &str| {
        let read = |m: &Model, r| m.known(what).expect("known").measured(r);
        read(&stiff, &b) / read(&soft, &a)
    };
    assert!((ratio("force N") - 1.247).abs() < 1e-3);
    assert!((ratio("light speed after m/s") - 1.0).abs() < 1e-5);
    let crush =
        |r: &crumple::dynamics::Record| r.compression(0).iter().copied().fold(0.0, f64::max);
    assert!((crush(&b) / crush(&a) - (1.0 - 0.376)).abs() < 1e-3);
}

/// A tip that meets a fixed rigid face at t = 0 gives C2 as well: the damper acts from the first contact on,
/// and what differs is the plastic impact of the tip's 2 g.
#[test]
fn a_damper_behind_a_tip_acts_from_first_contact() {
    let direct = models::kelvin(0.3);
    let mut net = Network::default();
    let body = net.body("mass", 1000.0 - 0.002, 15.0, 0);
    let group = net.group("spring");
    let law = net.law(direct.network.laws[0].clone());
    net.cells.push(Cell {
        tip_kg: [Some(0.002), None],
        velocity_mps: [15.0, 0.0],
        gap_m: 0.0,
    });
    net.shares.push(Share {
        cell: 0,
        side: 0,
        body,
        law,
        weight: 1.0,
        gap_m: 0.0,
        tie: true,
        group,
    });
    // So light a tip needs a smaller step only while it hangs free of the wall, after the run of interest.
    let record = simulate(&net, &Plan::new(0.08, 1e-7)).expect("runs");
    let known = direct.known("crush m").expect("known");
    let Reading::Peak(channel) = known.read else {
        panic!("crush is a peak")
    };
    let crush = Reading::Peak(channel).of(&record);
    assert!(
        (crush / known.value - 1.0).abs() < 1e-5,
        "{crush} against {}",
        known.value
    );
    assert_eq!(record.meetings, 1);
}

/// The ledger closes: what the masses lose is work on elements and plastic contact.
#[test]
fn the_ledger_closes_on_every_model_without_a_driven_body() {
    for model in models::all() {
        if model.network.bodies.iter().any(|b| b.drive.is_some()) {
            continue;
        }
        let record = run(&model);
        let residual = record.ledger_residual() / record.kinetic_at(0);
        assert!(residual < 3e-5, "{}: {residual:e}", model.name);
    }
}
