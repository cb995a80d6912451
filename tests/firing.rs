//! Laws of firing from the pulse (model section 6): when belts and bags are fired, in collisions and on the sled.

use std::path::Path;

use crumple::collision::file::load_case;
use crumple::collision::result::CaseResult;
use crumple::collision::{Case, assemble, run};
use crumple::criteria::Dummy;
use crumple::dynamics::adaptive::{Tolerances, simulate_adaptive};
use crumple::dynamics::{Network, Plan, Record, simulate, simulate_lanes};
use crumple::error::SourceText;
use crumple::occupant::{OccupantResult, Restraint, Seat, SledPulse, sled};
use crumple::vehicle::Library;
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(id: &str) -> String {
    let library = Library::open(&root().join("vehicles")).unwrap();
    library.text("restraints", id).unwrap().text.to_string()
}

/// `kei-2012` with another `[firing]`; with `None` as shipped.
fn kei_2012(firing: Option<&[(&str, f64)]>) -> Restraint {
    let mut table: toml::Table = toml::from_str(&text("kei-2012")).unwrap();
    if let Some(keys) = firing {
        let keys = keys.iter().map(|(k, v)| (k.to_string(), (*v).into()));
        table.insert("firing".into(), toml::Table::from_iter(keys).into());
    }
    Restraint::from_table(&table).unwrap()
}

/// The driver in a cabin that brakes by accelerations given every 0.1 ms.
fn driver(restraint: &Restraint, acceleration_mps2: Vec<f64>, step_s: f64) -> OccupantResult {
    let pulse = SledPulse {
        dt_s: 1e-4,
        acceleration_mps2,
    };
    let plan = Plan::new(0.1, step_s);
    let run = sled(&pulse, Seat::Driver, restraint, Dummy::Hiii50m, &plan).unwrap();
    run.result
}

/// Braking that grows to a peak and falls again, m/s2.
fn half_sine(peak: f64) -> Vec<f64> {
    let at = |i: i32| (std::f64::consts::PI * f64::from(i) / 1000.0).sin();
    (0..=1000).map(|i| -peak * at(i)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// A constant deceleration a fires at loss/a + delay where that loss fits into the window, and never where it
    /// does not, whatever the step.
    #[test]
    fn a_constant_deceleration_fires_at_loss_over_it(
        a in 20.0..600.0_f64, loss in 0.3..3.0_f64, window_ms in 2.0..30.0_f64, delay_ms in 0.1..5.0_f64, step in 0..3_usize
    ) {
        let rule = [("loss_mps", loss), ("window_ms", window_ms), ("delay_ms", delay_ms)];
        let step_s = [1e-5, 2e-5, 5e-5][step];
        let fired = driver(&kei_2012(Some(&rule)), vec![-a; 1000], step_s).fire_ms;
        let reached_ms = 1e3 * loss / a;
        if reached_ms < window_ms * (1.0 - 1e-9) {
            let fired = fired.expect("it fires");
            prop_assert!((fired - reached_ms - delay_ms).abs() < 1e-6, "{fired} for {}", reached_ms + delay_ms);
        } else if reached_ms > window_ms * (1.0 + 1e-9) {
            prop_assert_eq!(fired, None);
        }
    }

    /// A harder pulse, a lower threshold and a longer window never fire later; a longer delay fires by as much later.
    #[test]
    fn firing_follows_pulse_and_rule(peak in 60.0..400.0_f64, loss in 0.5..2.0_f64, window_ms in 5.0..20.0_f64) {
        let at = |peak: f64, loss: f64, window_ms: f64, delay_ms: f64| {
            let rule = [("loss_mps", loss), ("window_ms", window_ms), ("delay_ms", delay_ms)];
            driver(&kei_2012(Some(&rule)), half_sine(peak), 5e-5).fire_ms.unwrap_or(f64::INFINITY)
        };
        let base = at(peak, loss, window_ms, 1.0);
        let harder = at(2.0 * peak, loss, window_ms, 1.0);
        let lower = at(peak, 0.9 * loss, window_ms, 1.0);
        prop_assert!(harder <= base && lower <= base);
        prop_assert!(base.is_infinite() || (harder < base && lower < base));
        prop_assert!(at(peak, loss, 1.2 * window_ms, 1.0) <= base + 1e-9);
        if base < 90.0 {
            prop_assert!((at(peak, loss, window_ms, 4.0) - base - 3.0).abs() < 1e-9);
        }
    }
}

/// A cabin pushed forward, as when it is struck from behind, does not fire; and a restraint with a fixed time fires
/// then, under any pulse.
#[test]
fn only_braking_fires_but_for_a_fixed_time() {
    assert_eq!(driver(&kei_2012(None), vec![300.0; 200], 2e-5).fire_ms, None);
    let fixed = kei_2012(Some(&[("fire_ms", 9.0)]));
    for pulse in [vec![300.0; 200], half_sine(300.0), vec![0.0; 10]] {
        let fired = driver(&fixed, pulse, 2e-5).fire_ms.unwrap();
        assert!((fired - 9.0).abs() < 1e-9, "{fired}");
    }
}

/// A pulse rule and a fixed time at its very moment give one occupant.
#[test]
fn what_fires_from_the_pulse_acts_as_what_is_fired_then() {
    let pulse = half_sine(300.0);
    let sensed = driver(&kei_2012(None), pulse.clone(), 1e-5);
    let fixed = kei_2012(Some(&[("fire_ms", sensed.fire_ms.unwrap())]));
    let timed = driver(&fixed, pulse, 1e-5);
    let apart = |a: Option<f64>, b: Option<f64>| (a.unwrap() / b.unwrap() - 1.0).abs();
    assert!(apart(sensed.hic15, timed.hic15) < 1e-9);
    assert!(apart(sensed.chest_deflection_mm, timed.chest_deflection_mm) < 1e-9);
}

/// A belt without pretensioner and no bag: there is nothing to fire.
#[test]
fn without_devices_nothing_fires() {
    let library = Library::open(&root().join("vehicles")).unwrap();
    let belt = Restraint::load(&library, "no-airbag-1990s-kei").unwrap();
    assert_eq!(driver(&belt, half_sine(300.0), 2e-5).fire_ms, None);
}

/// Wrong values name file, line, value and what would be right.
#[test]
fn wrong_firing_is_refused_at_its_line() {
    let shipped = text("kei-2012");
    for (from, to, value, help) in [
        ("loss_mps = 1.0", "loss_mps = 0.0", "0 is out", "above 0"),
        ("loss_mps = 1.0", "loss_mps = -2.0", "-2 is out", "above 0"),
        ("window_ms = 10.0", "window_ms = 0.0", "0 is out", "up to 100"),
        ("window_ms = 10.0", "window_ms = 101.0", "101", "up to 100"),
        ("delay_ms = 1.0", "delay_ms = -1.0", "-1", "from 0 to 100"),
        ("delay_ms = 1.0", "fire_ms = 9.0", "9 ms beside", "alone"),
        ("delay_ms = 1.0", "wait_ms = 1.0", "wait_ms", "delay_ms"),
    ] {
        let changed = shipped.replacen(from, to, 1);
        assert_ne!(changed, shipped);
        let line = changed.lines().position(|l| l == to).unwrap() + 1;
        let source = SourceText::new("kei-2012.toml", changed);
        let said = Restraint::parse(&source).expect_err(to).to_string();
        for part in [&format!("kei-2012.toml:{line}"), value, help] {
            assert!(said.contains(part), "{to}: {part} is not in: {said}");
        }
    }
}

fn shipped_case(name: &str) -> Case {
    let mut case = load_case(&root().join("cases").join(name)).unwrap().0;
    case.plan.duration_s = 0.06;
    case
}

fn fired_ms(case: &Case) -> f64 {
    let result = CaseResult::collect(case, &run(case).unwrap()).unwrap();
    result.occupants[0].fire_ms.unwrap()
}

/// Half overlap fires later than full, the case's own delay comes on top, and the step hardly matters.
#[test]
fn half_overlap_fires_later() {
    let [full, half] = ["n-box-vs-f-150.toml", "n-box-vs-f-150-half.toml"].map(shipped_case);
    let (first, second) = (fired_ms(&full), fired_ms(&half));
    assert!((9.0..15.0).contains(&first), "full {first} ms");
    assert!(second > first + 5.0 && second < 35.0, "half {second} ms");
    let mut later = full.clone();
    later.occupants[0].fire_delay_s = 0.004;
    assert!((fired_ms(&later) - first - 4.0).abs() < 1e-9);
    let mut coarse = full.clone();
    coarse.plan = Plan::new(coarse.plan.duration_s, Plan::SAMPLE_S / 3.0);
    let other = fired_ms(&coarse);
    assert!((other - first).abs() < 0.02, "{other} for {first}");
}

fn bits(net: &Network, record: &Record) -> Vec<u64> {
    let bodies = (0..net.bodies.len()).flat_map(|b| [record.u(b), record.a(b)]);
    let fired = (0..net.sensors.len()).map(|s| record.fired_s(s).unwrap_or(-1.0));
    let all = bodies.flatten().chain(fired);
    all.map(f64::to_bits).collect()
}

/// Lanes with sensors and speeds of their own fire at their own times, and each gives the bits it gives alone.
#[test]
fn lanes_fire_as_they_do_alone() {
    let case = shipped_case("n-box-vs-f-150.toml");
    let nets: Vec<Network> = (0..8)
        .map(|i| {
            let by = f64::from(i);
            let mut one = case.clone();
            one.parties[0].speed_mps *= 0.3 + 0.1 * by;
            let mut net = assemble(&one).unwrap().network;
            for s in &mut net.sensors {
                s.loss_mps = 0.7 + 0.2 * by;
                s.window_s = 0.004 + 0.0013 * by;
                s.delay_s = 2e-4 * by;
            }
            net
        })
        .collect();
    let nets: Vec<&Network> = nets.iter().collect();
    let mut plan = Plan::new(0.05, 2e-5);
    plan.settle_s = Some(0.001);
    let alone: Vec<Record> = nets.iter().map(|n| simulate(n, &plan).unwrap()).collect();
    let times: Vec<_> = alone.iter().filter_map(|r| r.fired_s(0)).collect();
    assert!(times.len() >= 3 && times.windows(2).all(|w| w[0] != w[1]), "{times:?}");
    for wide in [simulate_lanes::<4>(&nets, &plan), simulate_lanes::<8>(&nets, &plan)] {
        for ((net, one), beside) in nets.iter().zip(&alone).zip(wide.unwrap()) {
            assert!(bits(net, one) == bits(net, &beside));
        }
    }
}

/// The adaptive solver, with a sensor of its own making, fires within 0.05 ms of the fixed-step scheme.
#[test]
fn both_solvers_fire_together() {
    for name in ["n-box-vs-f-150.toml", "n-box-vs-f-150-half.toml"] {
        let net = assemble(&shipped_case(name)).unwrap().network;
        let plan = Plan::new(0.05, 5e-6);
        let fixed = simulate(&net, &plan).unwrap();
        let tolerances = Tolerances {
            relative: 1e-8,
            absolute: 1e-8,
            ..Tolerances::default()
        };
        let other = simulate_adaptive(&net, &plan, tolerances).unwrap();
        assert!(!net.sensors.is_empty());
        for s in 0..net.sensors.len() {
            let (a, b) = (fixed.fired_s(s).unwrap(), other.fired_s(s).unwrap());
            println!("{name}: {a} {b}");
            assert!((a - b).abs() < 5e-5, "{name}: {a} and {b}");
        }
    }
}
