use super::*;
use crate::signal::Unit;
use proptest::prelude::*;

/// A smooth pulse of `n` samples with its peak at `at`.
fn bump(n: usize, at: f64, width: f64, peak: f64) -> Vec<f64> {
    (0..n)
        .map(|i| peak * (-((i as f64 - at) / width).powi(2)).exp())
        .collect()
}

fn rate(a: &[f64], b: &[f64]) -> Rating {
    iso18571(a, b, RATING_DT_S).unwrap()
}

#[test]
fn ratings_are_those_of_objective_rating_metrics() {
    // Made by tests/python/iso18571_golden.py with objective-rating-metrics 1.3.
    let cases: serde_json::Value = serde_json::from_str(include_str!("../../../tests/data/iso18571.json")).unwrap();
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let list = |key: &str| -> Vec<f64> {
            let values = case[key].as_array().unwrap();
            values.iter().map(|v| v.as_f64().unwrap()).collect()
        };
        let r = iso18571(&list("reference"), &list("simulated"), case["dt_s"].as_f64().unwrap()).unwrap();
        let expected = |key: &str| case["expected"][key].as_f64().unwrap();
        for (key, found) in [
            ("corridor", r.corridor),
            ("phase", r.phase),
            ("magnitude", r.magnitude),
            ("slope", r.slope),
            ("overall", r.overall),
            ("shift_samples", (r.lag_s / RATING_DT_S).abs().round()),
        ] {
            let error = (found - expected(key)).abs();
            assert!(
                error < 1e-9,
                "{}: {key} {found}, expected {}",
                case["name"],
                expected(key)
            );
        }
    }
}

#[test]
fn a_shift_costs_phase_only_in_proportion_to_its_length() {
    // Long flat ends: what is lost and gained at the ends is nothing.
    let n = 1000;
    let reference = bump(n, 500.0, 60.0, 30.0);
    for shift in [10, 50, 100, 150] {
        let late = rate(&reference, &bump(n, 500.0 + shift as f64, 60.0, 30.0));
        let early = rate(&reference, &bump(n, 500.0 - shift as f64, 60.0, 30.0));
        let expected = 1.0 - shift as f64 / 200.0;
        for (r, lag) in [(late, shift), (early, -shift)] {
            assert!((r.phase - expected).abs() < 1e-12, "{shift}: {}", r.phase);
            assert!((r.lag_s - f64::from(lag) * RATING_DT_S).abs() < 1e-12);
            assert!(r.magnitude > 0.9999 && r.slope > 0.9999);
            assert!(r.corridor < 1.0);
        }
    }
}

#[test]
fn a_scaled_signal_has_the_scores_that_arithmetic_gives() {
    // 4 % low: inside the inner corridor everywhere; the best path is then at worst the diagonal, so the magnitude
    // error is at most 0.04; the slope error is 0.04 exactly.
    let reference = bump(800, 400.0, 120.0, 45.0);
    let low: Vec<f64> = reference.iter().map(|v| 0.96 * v).collect();
    let r = rate(&reference, &low);
    assert_eq!((r.corridor, r.phase, r.lag_s), (1.0, 1.0, 0.0));
    assert!(r.magnitude >= 1.0 - 0.04 / 0.5 - 1e-12 && r.magnitude < 1.0);
    assert!((r.slope - (1.0 - 0.04 / 2.0)).abs() < 1e-12);
}

#[test]
fn the_grade_follows_the_overall_rating() {
    let of = |r| Grade::of(r).word();
    assert_eq!(
        [of(0.95), of(0.94), of(0.80), of(0.58), of(f64::NAN)],
        ["excellent", "good", "fair", "poor", "poor"]
    );
}

#[test]
fn signals_that_cannot_be_rated_are_refused_with_the_reason() {
    let (x, y) = (bump(100, 50.0, 10.0, 1.0), bump(99, 50.0, 10.0, 1.0));
    let says = |a: &[f64], b: &[f64], dt_s: f64, words: &str| {
        let error = iso18571(a, b, dt_s).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    says(&x, &y, 1e-4, "100 and 99 samples");
    says(&[3.0; 100], &x, 1e-4, "the reference does not change");
    says(&x, &[0.0; 100], 1e-4, "the simulated signal does not change");
    says(&x[..19], &x[..19], 1e-4, "at least 20 samples");
    says(&x, &x, 0.0, "interval");
    says(&x, &x, 1.0, "longer than 2 s");
    says(&[f64::NAN; 100], &x, 1e-4, "NaN");
}

#[test]
fn channels_are_rated_over_their_common_time_in_the_unit_of_the_reference() {
    let pulse = |t0_ms: usize, dt_s: f64, n: usize, unit: Unit, factor: f64| {
        let values = (0..n).map(|i| {
            let t_ms = t0_ms as f64 + i as f64 * dt_s * 1e3;
            factor * (-((t_ms - 60.0) / 18.0).powi(2)).exp()
        });
        Channel::new("10VEHCCG0000ACX0", unit, t0_ms as f64 * 1e-3, dt_s, values.collect()).unwrap()
    };
    let reference = pulse(0, 1e-4, 1501, Unit::Gravity, 30.0);
    let simulated = pulse(10, 5e-5, 2001, Unit::MetrePerSecondSquared, 30.0 * crate::units::G0);
    let r = iso18571_channels(&reference, &simulated).unwrap();
    assert!(r.overall > 1.0 - 1e-9, "{r:?}");
    let apart = pulse(200, 1e-4, 100, Unit::Gravity, 30.0);
    assert!(iso18571_channels(&reference, &apart).is_err());
    let force = pulse(0, 1e-4, 1501, Unit::Newton, 1.0);
    assert!(iso18571_channels(&reference, &force).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_signal_agrees_with_itself_and_every_score_is_a_share(
        a in prop::collection::vec(-1e3f64..1e3, 30..300),
        scale in prop::sample::select(vec![1e-300, 1e-3, 1.0, 1e300]),
        seed in 0usize..1000,
    ) {
        let a: Vec<f64> = a.iter().map(|v| v * scale).collect();
        let same = rate(&a, &a);
        prop_assert_eq!(
            [same.corridor, same.phase, same.magnitude, same.slope, same.overall],
            [1.0; 5]
        );
        let mut b = a.clone();
        b.rotate_left(seed % a.len());
        b[0] += scale;
        let r = rate(&a, &b);
        for score in [r.corridor, r.phase, r.magnitude, r.slope, r.overall] {
            prop_assert!((0.0..=1.0).contains(&score), "{:?}", r);
        }
    }

    #[test]
    fn the_unit_does_not_matter(
        a in prop::collection::vec(-50.0f64..50.0, 30..200),
        b in prop::collection::vec(-50.0f64..50.0, 200),
    ) {
        let b = &b[..a.len()];
        let times = |x: &[f64]| -> Vec<f64> { x.iter().map(|v| 8.0 * v).collect() };
        prop_assert_eq!(rate(&a, b), rate(&times(&a), &times(b)));
    }
}
