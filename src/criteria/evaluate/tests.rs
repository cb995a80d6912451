//! Closed forms through the whole way from a channel to its criteria.

use super::*;
use crate::signal::Unit;
use std::f64::consts::PI;

const DT: f64 = 1e-4;

fn half_sine(peak: f64, duration_s: f64) -> Vec<f64> {
    let n = (duration_s / DT).round() as usize;
    (0..=n)
        .map(|i| peak * (PI * i as f64 / n as f64).sin())
        .chain(vec![0.0; 500])
        .collect()
}

fn channel(code: &str, unit: Unit, values: Vec<f64>) -> Channel {
    Channel::new(code, unit, 0.0, DT, values).unwrap()
}

fn scaled(values: &[f64], k: f64) -> Vec<f64> {
    values.iter().map(|v| k * v).collect()
}

/// A number of the result; a missing one fails the test.
fn number(e: &Evaluation, code: &str, key: &str) -> f64 {
    e.channels[code][key]
        .as_f64()
        .unwrap_or_else(|| panic!("{code} {key}: {e:?}"))
}

fn close(found: f64, want: f64, tolerance: f64) {
    assert!((found - want).abs() <= tolerance, "{found} for {want}");
}

#[test]
fn a_head_pulse_has_its_closed_form_criteria_whatever_its_sign_and_unit() {
    // Notes N4 and N5: 100 g in 10 ms.
    let x = half_sine(100.0, 0.010);
    let channels = [
        channel("11HEADCG00H3ACXA", Unit::Gravity, scaled(&x, -1.0)),
        channel("13HEADCG00H3ACRA", Unit::MetrePerSecondSquared, scaled(&x, G0)),
    ];
    let e = evaluate(&channels, Filtering::None);
    for code in ["11HEADCG00H3ACXA", "13HEADCG00H3ACRA"] {
        // Trapezia and window ends on samples at 10 kHz cost 0.04 %.
        close(number(&e, code, "hic15"), 414.645, 0.25);
        close(number(&e, code, "hic36"), 414.645, 0.25);
        close(number(&e, code, "a3ms_g"), 89.10065, 0.05);
        close(number(&e, code, "peak_g"), 100.0, 1e-9);
        let window = e.channels[code]["hic15_window_ms"].as_array().unwrap();
        let (from, to) = (window[0].as_f64().unwrap(), window[1].as_f64().unwrap());
        close(to - from, 6.70, 0.15);
        close(from + to, 10.0, 0.11);
    }
    assert_eq!(e.skipped, []);
}

#[test]
fn three_components_give_their_resultant_under_its_code_unless_it_is_there() {
    let x = half_sine(60.0, 0.030);
    let three = |place: &str| {
        [("X", 2.0 / 3.0), ("Y", -2.0 / 3.0), ("Z", 1.0 / 3.0)]
            .map(|(axis, k)| channel(&format!("{place}{axis}0"), Unit::Gravity, scaled(&x, k)))
    };
    for (place, key) in [("11HEADCG00H3AC", "hic15"), ("11CHST0000H3AC", "a3ms_cumulative_g")] {
        let alone = evaluate(
            &[channel(&format!("{place}R0"), Unit::Gravity, x.clone())],
            Filtering::PerCriterion,
        );
        let want = number(&alone, &format!("{place}R0"), key);
        let mut set = three(place).to_vec();
        let e = evaluate(&set, Filtering::PerCriterion);
        // Components are filtered first: of proportional ones the resultant is the filtered resultant's magnitude.
        close(number(&e, &format!("{place}R0"), key), want, 1e-9 * want);
        assert_eq!(e.channels.len(), 4);
        set.push(channel(&format!("{place}RC"), Unit::Gravity, scaled(&x, 0.5)));
        let e = evaluate(&set, Filtering::None);
        assert!(!e.channels.contains_key(&format!("{place}R0")) && e.channels.len() == 4);
    }
}

#[test]
fn a_vehicle_pulse_has_its_closed_form_criteria_and_begins_at_the_impact() {
    // Notes N10 to N12: 20 g constant. VPI 46.569, OLC 25.532, means 20 g, ASI 20 / 12.
    let mut c = channel("10VEHCCG0000ACX0", Unit::Gravity, vec![-20.0; 2001]);
    let e = evaluate(std::slice::from_ref(&c), Filtering::None);
    let code = "10VEHCCG0000ACX0";
    for (key, want) in [
        ("delta_v_mps", 20.0 * G0 * 0.2),
        ("peak_g", 20.0),
        ("olc_g", 25.53191),
        ("vpi_g", 46.56906),
        ("sm25_g", 20.0),
        ("sm50_g", 20.0),
        ("asi", 20.0 / 12.0),
    ] {
        close(number(&e, code, key), want, 1e-4);
    }
    // A blow to the sensor before the impact is no part of the pulse.
    c.t0_s = -0.01;
    c.values.splice(0..0, vec![500.0; 100]);
    let cut = evaluate(&[c], Filtering::None);
    close(number(&cut, code, "delta_v_mps"), 20.0 * G0 * 0.2, 1e-9);
    close(number(&cut, code, "time_of_peak_ms"), 0.0, 1e-9);
}

#[test]
fn a_class_that_the_code_carries_is_not_applied_again() {
    let noisy: Vec<f64> = half_sine(-30.0, 0.100)
        .iter()
        .enumerate()
        .map(|(i, a)| a + 9.0 * (i as f64 * 0.7).sin())
        .collect();
    let peak = |letter: char, filtering: Filtering| {
        let code = format!("10VEHCCG0000ACX{letter}");
        let e = evaluate(&[channel(&code, Unit::Gravity, noisy.clone())], filtering);
        (number(&e, &code, &peak_key(filtering)), number(&e, &code, "sm25_g"))
    };
    let (raw, stored) = (peak('0', Filtering::PerCriterion), peak('0', Filtering::None));
    assert!(raw.0 < stored.0 - 3.0, "{raw:?} {stored:?}");
    assert_eq!(peak('D', Filtering::PerCriterion), stored);
    assert_eq!(peak('C', Filtering::PerCriterion), (raw.0, stored.1));
    assert_eq!(peak('A', Filtering::PerCriterion), raw);
    assert_eq!(peak('D', Filtering::Class(Cfc::C60)).0, raw.0);
    let head = |letter: char, filtering: Filtering| {
        let code = format!("11HEADCG00H3ACX{letter}");
        let e = evaluate(&[channel(&code, Unit::Gravity, noisy.clone())], filtering);
        number(&e, &code, "peak_g")
    };
    assert_eq!(head('A', Filtering::PerCriterion), head('0', Filtering::None));
    assert_eq!(head('C', Filtering::PerCriterion), head('0', Filtering::None));
    assert_eq!(
        head('P', Filtering::PerCriterion),
        head('0', Filtering::Class(Cfc::C1000))
    );
}

#[test]
fn chest_leg_belt_and_neck_loads_are_read_in_their_sign_and_unit() {
    // Note N6: 40 mm in a half-sine of 100 ms, VC 0.142675 m/s; 2.5 for Nij.
    let d: Vec<f64> = (0..=1000)
        .map(|i| -40.0 * (PI * f64::from(i) * DT / 0.1).sin())
        .collect();
    let bump = half_sine(1.0, 0.050);
    let channels = [
        channel("11CHST0003H3DSXC", Unit::Millimetre, d.clone()),
        channel("13CHST000300DSXC", Unit::Millimetre, scaled(&d, -1.0)),
        channel("11FEMRLE00H3FOZB", Unit::KiloNewton, scaled(&bump, -4.0)),
        channel("11SEBE0000B3FO0D", Unit::Newton, scaled(&bump, 5000.0)),
        channel("11NECKUP00H3FOX0", Unit::Newton, scaled(&bump, 1000.0)),
        channel("11NECKUP00H3FOZ0", Unit::Newton, scaled(&bump, 3403.0)),
        channel("11NECKUP00H3MOY0", Unit::NewtonMetre, scaled(&bump, 17.78 - 13.5)),
    ];
    let e = evaluate(&channels, Filtering::None);
    assert_eq!(e.skipped, []);
    for (code, key, want) in [
        ("11CHST0003H3DSXC", "max_mm", 40.0),
        ("11CHST0003H3DSXC", "viscous_criterion_mps", 0.142675),
        ("13CHST000300DSXC", "max_mm", 40.0),
        ("11FEMRLE00H3FOZB", "peak_kN", 4.0),
        ("11FEMRLE00H3FOZB", "compression_kN", 4.0),
        ("11FEMRLE00H3FOZB", "tension_kN", 0.0),
        ("11SEBE0000B3FO0D", "peak_kN", 5.0),
        ("11NECKUP00H3FOZ0", "tension_kN", 3.403),
        ("11NECKUP00H3MOY0", "flexion_Nm", 4.28),
        // Half the critical tension and, about the condyles, a tenth of the critical extension moment.
        ("11NIJCIP00H300YB", "nij", 0.6),
    ] {
        close(number(&e, code, key), want, 1e-5);
    }
    // No dummy, no constants: null, not a guess.
    assert!(e.channels["13CHST000300DSXC"]["viscous_criterion_mps"].is_null());
}

#[test]
fn bric_combines_three_rates_and_asi_three_accelerations() {
    // Note N7: 30, 40 and 20 rad/s give 0.961668; note N12: 8, 4 and 2 g give 0.825818.
    let flat = |k: f64| vec![k; 1000];
    let channels = [
        channel("11HEADCG00H3AVX0", Unit::RadianPerSecond, flat(30.0)),
        channel("11HEADCG00H3AVY0", Unit::DegreePerSecond, flat(-40.0 * 180.0 / PI)),
        channel("11HEADCG00H3AVZ0", Unit::RadianPerSecond, flat(20.0)),
        channel("10VEHCCG0000ACX0", Unit::Gravity, flat(-8.0)),
        channel("10VEHCCG0000ACY0", Unit::Gravity, flat(4.0)),
        channel("10VEHCCG0000ACZ0", Unit::Gravity, flat(2.0)),
    ];
    let e = evaluate(&channels, Filtering::PerCriterion);
    close(number(&e, "11BRICCG00H3000X", "bric"), 0.961668, 1e-6);
    close(number(&e, "10VEHCCG0000ACX0", "asi_three_axes"), 0.825818, 1e-6);
    close(number(&e, "10VEHCCG0000ACX0", "asi"), 8.0 / 12.0, 1e-6);
}

#[test]
fn what_has_no_criterion_says_why_and_does_not_stop_the_rest() {
    let x = half_sine(50.0, 0.050);
    let slow = Channel::new("13HEADCG00H3ACX0", Unit::Gravity, 0.0, 1e-3, x.clone()).unwrap();
    let channels = [
        channel("left rail", Unit::Newton, x.clone()),
        channel("10ENGN000000ACX0", Unit::Gravity, x.clone()),
        channel("11HICR0015H300RX", Unit::One, vec![300.0]),
        slow.clone(),
        channel("11PELV0000H3ACX0", Unit::Gravity, x),
    ];
    let e = evaluate(&channels, Filtering::PerCriterion);
    let names: Vec<&str> = e.channels.keys().map(String::as_str).collect();
    assert_eq!(names, ["11PELV0000H3ACX0"]);
    let json = e.to_json();
    let reasons = json["skipped"].to_string();
    for part in [
        "not an ISO-MME code",
        "no criterion",
        "constant",
        "1000 Hz is too slow for CFC 1000",
    ] {
        assert!(reasons.contains(part), "{part}: {reasons}");
    }
    assert_eq!(evaluate(&[slow], Filtering::None).skipped, []);
    assert_eq!("none".parse(), Ok(Filtering::None));
    assert_eq!("180".parse(), Ok(Filtering::Class(Cfc::C180)));
    assert!("61".parse::<Filtering>().is_err());
}

#[test]
fn criteria_of_several_channels_say_which_one_is_missing() {
    let x = half_sine(50.0, 0.050);
    let channels = [
        channel("11HEADCG00H3ACX0", Unit::Gravity, x.clone()),
        channel("11HEADCG00H3ACZ0", Unit::Gravity, x.clone()),
        channel("11HEADCG00H3AVX0", Unit::RadianPerSecond, x.clone()),
        channel("11NECKUP00H3FOZ0", Unit::Newton, x.clone()),
    ];
    let e = evaluate(&channels, Filtering::None);
    let note = e.channels["11HEADCG00H3ACX0"]["note"].as_str().unwrap();
    assert!(note.contains("ACY not given"), "{note}");
    assert!(
        number(&e, "11HEADCG00H3ACX0", "hic15") > 0.0,
        "the axis is still evaluated"
    );
    let said: Vec<(&str, &str)> = (e.skipped.iter())
        .map(|s| (s.name.as_str(), s.reason.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("11HEADCG00H3: BrIC and DAMAGE", "AVY, AVZ not given"),
            ("11NECKUP00H3: Nij", "FOX, MOY not given"),
        ]
    );
}

#[test]
fn chest_and_tibia_and_flail_space_join_their_channels() {
    let still = vec![0.0; 1000];
    let channels = [
        channel("11CHST0000H3ACX0", Unit::Gravity, vec![-45.0; 1000]),
        channel("11CHST0000H3ACY0", Unit::Gravity, still.clone()),
        channel("11CHST0000H3ACZ0", Unit::Gravity, still.clone()),
        channel("11CHST0003H3DSX0", Unit::Millimetre, vec![-30.0; 1000]),
        channel("11TIBILEUPH3MOX0", Unit::NewtonMetre, vec![45.0; 1000]),
        channel("11TIBILEUPH3MOY0", Unit::NewtonMetre, vec![60.0; 1000]),
        channel("11TIBILEUPH3FOZ0", Unit::Newton, vec![-3590.0; 1000]),
        channel("10VEHCCG0000ACX0", Unit::Gravity, vec![-20.0; 1000]),
        channel("10VEHCCG0000ACY0", Unit::Gravity, still.clone()),
        channel("10VEHCCG0000ACZ0", Unit::Gravity, still),
    ];
    let e = evaluate(&channels, Filtering::None);
    // Note N6: 45 g and 30 mm give 0.79126; N9: 75 of 225 Nm and 3.59 of 35.9 kN; N13: 20 g give 15.3414 m/s.
    close(number(&e, "11CHST0003H3DSX0", "cti"), 0.79126, 5e-6);
    close(number(&e, "11TIINLEUPH3000B", "tibia_index"), 1.0 / 3.0 + 0.1, 1e-12);
    close(number(&e, "10VEHCCG0000ACX0", "thiv_mps"), 15.3414, 1e-3);
}
