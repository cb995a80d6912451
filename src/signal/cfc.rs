//! Channel frequency class filter: what makes two laboratories' peaks comparable.
//!
//! SAE J211-1, a two-pole Butterworth low-pass run forward and then backward, so that four poles act and
//! the phase is zero (model sections 5 and 7; note N1, [`crate::model`]). The record's ends are extended by
//! point reflection as in ISO 6487:2015, so that a pulse that starts at the first sample is not smeared. One
//! padded buffer is the only allocation, and [`filter_in_place`] reuses the caller's.

use std::f64::consts::{PI, SQRT_2};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{SignalError, check_finite, check_interval};

/// Channel frequency class of SAE J211-1 and ISO 6487.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cfc {
    /// CFC 60: vehicle structure and barrier force plots, belt force.
    C60,
    /// CFC 180: chest acceleration and deflection, vehicle acceleration to be integrated.
    C180,
    /// CFC 600: femur and tibia, neck for Nij.
    C600,
    /// CFC 1000: head and pelvis acceleration, neck force.
    C1000,
}

/// Which constant relates the class to the corner of one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standard {
    /// SAE J211-1: w_d = 2 pi CFC 2.0775.
    #[default]
    SaeJ211,
    /// ISO 6487:2015 annex A: w_d = 2 pi (CFC / 0.6) 1.25.
    Iso6487,
}

/// Coefficients of one pass,
/// `y[n] = a0 x[n] + a1 x[n-1] + a2 x[n-2] + b1 y[n-1] + b2 y[n-2]` (note the plus signs on b).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Biquad {
    /// Weight of x\[n\].
    pub a0: f64,
    /// Weight of x\[n-1\].
    pub a1: f64,
    /// Weight of x\[n-2\].
    pub a2: f64,
    /// Weight of y\[n-1\].
    pub b1: f64,
    /// Weight of y\[n-2\].
    pub b2: f64,
}

/// Samples averaged to preset each pass (ISO 6487), and so the shortest record that can be filtered.
const PRESET_SAMPLES: usize = 10;

impl Cfc {
    /// All classes, lowest first.
    pub const ALL: [Cfc; 4] = [Cfc::C60, Cfc::C180, Cfc::C600, Cfc::C1000];

    /// The class as a number (60, 180, 600, 1000).
    pub const fn number(self) -> u32 {
        match self {
            Cfc::C60 => 60,
            Cfc::C180 => 180,
            Cfc::C600 => 600,
            Cfc::C1000 => 1000,
        }
    }

    /// Lowest sampling rate that is accepted, Hz: ten times the class (SAE J211).
    pub fn minimum_rate_hz(self) -> f64 {
        10.0 * f64::from(self.number())
    }

    /// Filter letter of an ISO-MME code: A, B, C, D for CFC 1000, 600, 180, 60.
    pub const fn letter(self) -> char {
        match self {
            Cfc::C1000 => 'A',
            Cfc::C600 => 'B',
            Cfc::C180 => 'C',
            Cfc::C60 => 'D',
        }
    }

    /// The class an ISO-MME filter letter stands for; `None` for unfiltered, prefiltered and constants.
    pub const fn from_letter(letter: char) -> Option<Cfc> {
        match letter {
            'A' => Some(Cfc::C1000),
            'B' => Some(Cfc::C600),
            'C' => Some(Cfc::C180),
            'D' => Some(Cfc::C60),
            _ => None,
        }
    }
}

impl fmt::Display for Cfc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CFC {}", self.number())
    }
}

impl FromStr for Cfc {
    type Err = SignalError;

    /// Reads `60`, `CFC60`, `CFC 60` or `c60`.
    fn from_str(text: &str) -> Result<Self, SignalError> {
        let number = text
            .trim()
            .trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ' ');
        Cfc::ALL
            .into_iter()
            .find(|c| number == c.number().to_string())
            .ok_or_else(|| SignalError::UnknownClass(text.to_string()))
    }
}

impl Biquad {
    /// One pass of the filter of `class` at the sample interval `dt_s` (note N1, [`crate::model`]).
    ///
    /// Errors: an interval that is not positive, or too long for the class.
    pub fn new(class: Cfc, dt_s: f64, standard: Standard) -> Result<Self, SignalError> {
        check_interval(dt_s)?;
        let needed_hz = class.minimum_rate_hz();
        // A rate of exactly ten times the class passes whatever the rounding of its interval.
        if dt_s * needed_hz > 1.0 + 1e-6 {
            return Err(SignalError::RateTooLow {
                class,
                found_hz: 1.0 / dt_s,
                needed_hz,
                dt_s,
                needed_dt_s: 1.0 / needed_hz,
            });
        }
        let factor = match standard {
            Standard::SaeJ211 => 2.0775,
            Standard::Iso6487 => 1.25 / 0.6,
        };
        let w_d = 2.0 * PI * f64::from(class.number()) * factor;
        let w_a = (w_d * dt_s / 2.0).tan();
        let d = 1.0 + SQRT_2 * w_a + w_a * w_a;
        let a0 = w_a * w_a / d;
        Ok(Self {
            a0,
            a1: 2.0 * a0,
            a2: a0,
            b1: -2.0 * (w_a * w_a - 1.0) / d,
            b2: (-1.0 + SQRT_2 * w_a - w_a * w_a) / d,
        })
    }

    fn pass<'a>(&self, samples: impl Iterator<Item = &'a mut f64>, preset: f64) {
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, preset, preset);
        for (n, s) in samples.enumerate() {
            let x = *s;
            // ISO 6487 presets the first two outputs; the recursion starts at the third.
            let y = if n < 2 {
                preset
            } else {
                self.a0 * x + self.a1 * x1 + self.a2 * x2 + self.b1 * y1 + self.b2 * y2
            };
            (x2, x1) = (x1, x);
            (y2, y1) = (y1, y);
            *s = y;
        }
    }
}

/// `values`, sampled every `dt_s` seconds, filtered to `class` after SAE J211-1. The unit is kept.
///
/// Errors: interval not positive or too long for the class; a sample that is not finite; fewer than ten
/// samples.
pub fn filter(class: Cfc, dt_s: f64, values: &[f64]) -> Result<Vec<f64>, SignalError> {
    let mut out = values.to_vec();
    filter_in_place(class, dt_s, &mut out, &mut Vec::new())?;
    Ok(out)
}

/// As [`filter`], over the caller's samples and with the caller's work space, which is resized as needed:
/// for many channels of one length nothing is allocated after the first.
pub fn filter_in_place(class: Cfc, dt_s: f64, values: &mut [f64], work: &mut Vec<f64>) -> Result<(), SignalError> {
    filter_with(&Biquad::new(class, dt_s, Standard::SaeJ211)?, dt_s, values, work)
}

/// As [`filter_in_place`] with given coefficients, for the ISO constant or for reuse over channels.
pub fn filter_with(biquad: &Biquad, dt_s: f64, values: &mut [f64], work: &mut Vec<f64>) -> Result<(), SignalError> {
    check_interval(dt_s)?;
    check_finite(values)?;
    let n = values.len();
    if n < PRESET_SAMPLES {
        return Err(SignalError::TooShort {
            what: "the CFC filter",
            needed: PRESET_SAMPLES,
            found: n,
        });
    }
    // ISO 6487: at least 10 ms and 100 samples are added on each side, as far as there are samples to reflect.
    let pad = ((0.01 / dt_s).round().max(100.0) as usize).min(n - 1);
    let (first, last) = (values[0], values[n - 1]);
    work.clear();
    work.reserve(n + 2 * pad);
    work.extend((1..=pad).rev().map(|k| 2.0 * first - values[k]));
    work.extend_from_slice(values);
    work.extend((1..=pad).map(|k| 2.0 * last - values[n - 1 - k]));

    let mean = |sum: f64| sum / PRESET_SAMPLES as f64;
    let preset = mean(work[..PRESET_SAMPLES].iter().sum());
    biquad.pass(work.iter_mut(), preset);
    let preset = mean(work[work.len() - PRESET_SAMPLES..].iter().sum());
    biquad.pass(work.iter_mut().rev(), preset);
    values.copy_from_slice(&work[pad..pad + n]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    /// Coefficients of SAE J211-1 (k = 2.0775), derived from the formula: rate, class, a0, b1, b2.
    const TABLE: [(f64, Cfc, f64, f64, f64); 7] = [
        (10e3, Cfc::C60, 0.001452367474, 1.889343224, -0.8951526941),
        (10e3, Cfc::C180, 0.0117962711, 1.670117463, -0.7173025477),
        (10e3, Cfc::C600, 0.09718462528, 0.9455740091, -0.3343125102),
        (10e3, Cfc::C1000, 0.2192314172, 0.311896545, -0.1888222139),
        (20e3, Cfc::C60, 0.000373000631, 1.944633046, -0.946125048),
        (20e3, Cfc::C180, 0.003182636249, 1.834196422, -0.8469269669),
        (100e3, Cfc::C60, 1.525048322e-05, 1.988924005, -0.9889850071),
    ];

    #[test]
    fn coefficients_match_the_published_table_and_pass_dc_unchanged() {
        for (rate, class, a0, b1, b2) in TABLE {
            let q = Biquad::new(class, 1.0 / rate, Standard::SaeJ211).unwrap();
            assert_relative_eq!(q.a0, a0, max_relative = 1e-9);
            assert_relative_eq!(q.a1, 2.0 * a0, max_relative = 1e-9);
            assert_relative_eq!(q.a2, a0, max_relative = 1e-9);
            assert_relative_eq!(q.b1, b1, max_relative = 1e-9);
            assert_relative_eq!(q.b2, b2, max_relative = 1e-9);
            let dc = (q.a0 + q.a1 + q.a2) / (1.0 - q.b1 - q.b2);
            assert_relative_eq!(dc, 1.0, max_relative = 1e-9);
        }
        let iso = Biquad::new(Cfc::C60, 1e-4, Standard::Iso6487).unwrap();
        assert_relative_eq!(iso.a0, 0.001460316306, max_relative = 1e-9);
        assert_relative_eq!(iso.a1, 0.002920632611, max_relative = 1e-9);
        assert_relative_eq!(iso.b1, 1.889033079, max_relative = 1e-9);
        assert_relative_eq!(iso.b2, -0.8948743446, max_relative = 1e-9);
    }

    /// Gain of the forward and backward passes together at `f_hz`, in dB.
    fn two_pass_gain_db(q: &Biquad, f_hz: f64, dt_s: f64) -> f64 {
        let w = 2.0 * PI * f_hz * dt_s;
        let (s1, c1) = w.sin_cos();
        let (s2, c2) = (2.0 * w).sin_cos();
        let num = (q.a0 + q.a1 * c1 + q.a2 * c2).powi(2) + (q.a1 * s1 + q.a2 * s2).powi(2);
        let den = (1.0 - q.b1 * c1 - q.b2 * c2).powi(2) + (q.b1 * s1 + q.b2 * s2).powi(2);
        // |H|^2 is the amplitude ratio of both passes.
        20.0 * (num / den).log10()
    }

    #[test]
    fn attenuation_matches_the_published_table() {
        // dB at CFC, CFC/0.6 and 2 CFC/0.6, derived from the formula.
        for (rate, class, db) in [
            (10e3, Cfc::C60, [-0.4535, -3.0085, -17.672]),
            (10e3, Cfc::C180, [-0.448, -2.9936, -17.869]),
            (10e3, Cfc::C600, [-0.387, -2.8188, -20.493]),
            (10e3, Cfc::C1000, [-0.279, -2.447, -28.742]),
            (100e3, Cfc::C60, [-0.4542, -3.0103, -17.648]),
        ] {
            let q = Biquad::new(class, 1.0 / rate, Standard::SaeJ211).unwrap();
            // Both passes together lose 3 dB at CFC / 0.6.
            let cutoff_hz = f64::from(class.number()) / 0.6;
            let f = [f64::from(class.number()), cutoff_hz, 2.0 * cutoff_hz];
            for (f_hz, want) in f.into_iter().zip(db) {
                let got = two_pass_gain_db(&q, f_hz, 1.0 / rate);
                assert!(
                    (got - want).abs() < 6e-4,
                    "{class} at {f_hz} Hz: {got} dB, table {want}"
                );
            }
        }
    }

    #[test]
    fn a_sine_comes_out_with_the_analytic_gain_and_no_phase() {
        let dt = 1e-4;
        let q = Biquad::new(Cfc::C60, dt, Standard::SaeJ211).unwrap();
        let gain = 10f64.powf(two_pass_gain_db(&q, 100.0, dt) / 20.0);
        let sine: Vec<f64> = (0..5001).map(|i| (2.0 * PI * 100.0 * i as f64 * dt).sin()).collect();
        let out = filter(Cfc::C60, dt, &sine).unwrap();
        for i in 1000..4000 {
            assert!((out[i] - gain * sine[i]).abs() < 1e-9);
        }
    }

    #[test]
    fn a_ramp_keeps_its_ends_because_they_are_point_reflected() {
        let ramp: Vec<f64> = (0..2000).map(|i| 3.0 + 0.01 * i as f64).collect();
        let out = filter(Cfc::C180, 1e-4, &ramp).unwrap();
        for (a, b) in ramp.iter().zip(&out) {
            assert!((a - b).abs() < 1e-4, "{a} became {b}");
        }
    }

    #[test]
    fn bad_input_is_an_error_that_says_what_would_be_right() {
        let err = filter(Cfc::C180, 1e-3, &[0.0; 100]).unwrap_err();
        assert!(err.to_string().contains("1800 Hz"), "{err}");
        assert!(filter(Cfc::C1000, 1e-4, &[0.0; 100]).is_ok());
        assert!(matches!(
            filter(Cfc::C60, 1e-4, &[0.0, f64::NAN]),
            Err(SignalError::NotFinite { index: 1, .. })
        ));
        assert!(matches!(
            filter(Cfc::C60, 1e-4, &[0.0; 9]),
            Err(SignalError::TooShort { found: 9, .. })
        ));
        assert!(matches!(
            filter(Cfc::C60, 0.0, &[0.0; 99]),
            Err(SignalError::BadInterval { .. })
        ));
        assert_eq!("CFC60".parse::<Cfc>(), Ok(Cfc::C60));
        assert_eq!("1000".parse::<Cfc>(), Ok(Cfc::C1000));
        assert!("61".parse::<Cfc>().is_err());
    }

    proptest! {
        #[test]
        fn a_constant_stays_and_the_filter_is_linear(
            c in -1e3..1e3f64, k in -5.0..5.0f64,
            x in prop::collection::vec(-100.0..100.0f64, 10..400),
        ) {
            let flat = filter(Cfc::C180, 1e-4, &vec![c; x.len()]).unwrap();
            for v in flat {
                prop_assert!((v - c).abs() <= 1e-9 * c.abs().max(1.0));
            }
            let y = filter(Cfc::C180, 1e-4, &x).unwrap();
            let scaled: Vec<f64> = x.iter().map(|v| k * v + c).collect();
            let z = filter(Cfc::C180, 1e-4, &scaled).unwrap();
            for (a, b) in y.iter().zip(z) {
                prop_assert!((k * a + c - b).abs() < 1e-7);
            }
        }

        #[test]
        fn reversing_time_reverses_the_output_away_from_the_ends(
            x in prop::collection::vec(-50.0..50.0f64, 300),
        ) {
            // Zero phase: both passes together treat past and future alike once the presets have died away.
            let mut long = vec![0.0; 1500];
            long[600..900].copy_from_slice(&x);
            let mut back = long.clone();
            back.reverse();
            let a = filter(Cfc::C180, 1e-4, &long).unwrap();
            let mut b = filter(Cfc::C180, 1e-4, &back).unwrap();
            b.reverse();
            for i in 300..1200 {
                prop_assert!((a[i] - b[i]).abs() < 1e-8);
            }
        }
    }
}
