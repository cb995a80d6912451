//! Sliding means of a pulse and the acceleration severity index built on them.
//!
//! Note N12 ([`crate::model`]): SM10, SM25, SM50; ASI after EN 1317-1 with 50 ms means. The 13 Hz low-pass of
//! the 2010 edition is not built.

use serde::Serialize;

use super::super::{CriteriaError, check, check_positive, check_same_length};
use crate::signal::channel::integrate;
use crate::units::G0;

/// Greatest sliding mean and its window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SlidingMean {
    /// In the unit of the history.
    pub value: f64,
    /// Start of the window, s after the first sample.
    pub start_s: f64,
}

/// Limits of EN 1317-1 for the 50 ms means along x, y and z, g (recollection of the standard's 12, 9 and 10).
pub const ASI_LIMITS_G: [f64; 3] = [12.0, 9.0, 10.0];

/// Averaging time of the ASI, s.
const ASI_WIDTH_S: f64 = 0.050;

/// The integral of a history at any time, quadratic between samples and constant after the last.
struct Integral<'a> {
    values: &'a [f64],
    running: Vec<f64>,
    dt_s: f64,
}

impl<'a> Integral<'a> {
    fn new(values: &'a [f64], dt_s: f64) -> Self {
        Self {
            values,
            running: integrate(values, dt_s, 0.0),
            dt_s,
        }
    }

    /// At `at` sample intervals after the first sample.
    fn at(&self, at: f64) -> f64 {
        let last = self.values.len() - 1;
        let i = at.floor().max(0.0) as usize;
        if i >= last {
            return self.running[last];
        }
        let w = at - i as f64;
        let (a, b) = (self.values[i], self.values[i + 1]);
        self.running[i] + self.dt_s * w * (a + 0.5 * w * (b - a))
    }

    /// Over `width` sample intervals from sample `i` on; a plain difference when the width is a whole number.
    fn over(&self, i: usize, width: f64) -> f64 {
        let end = if width.fract() == 0.0 {
            self.running[(i + width as usize).min(self.values.len() - 1)]
        } else {
            self.at(i as f64 + width)
        };
        end - self.running[i]
    }
}

/// A duration in sample intervals; a whole number but for rounding is taken as one.
fn in_intervals(width_s: f64, dt_s: f64) -> f64 {
    let width = width_s / dt_s;
    if (width - width.round()).abs() < 1e-6 {
        width.round()
    } else {
        width
    }
}

/// Greatest mean of `values` over windows of `width_s`, in the unit of `values`: (1/w) times the integral
/// from t to t + w, with t and t + w on samples in turn. After the last sample the history counts as zero.
///
/// Errors: bad interval, NaN, fewer than two samples, a width that is not positive.
pub fn sliding_mean_max(values: &[f64], dt_s: f64, width_s: f64) -> Result<SlidingMean, CriteriaError> {
    check(values, dt_s, "a sliding mean", 2)?;
    check_positive("the width of the mean", width_s)?;
    let integral = Integral::new(values, dt_s);
    let width = in_intervals(width_s, dt_s);
    let mut best: Option<SlidingMean> = None;
    let mut offer = |sum: f64, start: f64| {
        if best.is_none_or(|b| sum > b.value) {
            best = Some(SlidingMean {
                value: sum,
                start_s: start * dt_s,
            });
        }
    };
    for i in 0..values.len() {
        offer(integral.over(i, width), i as f64);
        let start = i as f64 - width;
        if width.fract() != 0.0 && start >= 0.0 {
            offer(integral.running[i] - integral.at(start), start);
        }
    }
    let best = best.unwrap_or(SlidingMean {
        value: 0.0,
        start_s: 0.0,
    });
    Ok(SlidingMean {
        value: best.value / width_s,
        ..best
    })
}

/// Acceleration severity index: greatest root of the sum of squares of the three 50 ms means over their
/// limits (EN 1317-1). Accelerations in m/s2, all of one length; the window starts on samples.
///
/// Errors: bad interval, NaN, fewer than two samples, unequal lengths.
pub fn asi(ax: &[f64], ay: &[f64], az: &[f64], dt_s: f64) -> Result<SlidingMean, CriteriaError> {
    let mut sums = Vec::with_capacity(3);
    for (series, limit) in [ax, ay, az].into_iter().zip(ASI_LIMITS_G) {
        check(series, dt_s, "ASI", 2)?;
        check_same_length(ax, series)?;
        // An axis at rest adds nothing; a pulse along x is the usual case.
        if series.iter().any(|a| *a != 0.0) {
            sums.push((Integral::new(series, dt_s), 1.0 / (ASI_WIDTH_S * G0 * limit)));
        }
    }
    let width = in_intervals(ASI_WIDTH_S, dt_s);
    let mut best = SlidingMean {
        value: 0.0,
        start_s: 0.0,
    };
    for i in 0..ax.len() {
        let squares: f64 = sums.iter().map(|(s, scale)| (s.over(i, width) * scale).powi(2)).sum();
        if squares > best.value {
            best = SlidingMean {
                value: squares,
                start_s: i as f64 * dt_s,
            };
        }
    }
    best.value = best.value.sqrt();
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::super::shapes::*;
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    #[test]
    fn sliding_means_of_a_half_sine_match_the_closed_form() {
        let a: Vec<f64> = half_sine(V56, 0.1).iter().map(|a| -a / G0).collect();
        let peak = V56 * PI / 0.2 / G0;
        // A width that is no whole number of steps too.
        for width in [0.010, 0.025, 0.050, 0.0333333] {
            let u: f64 = width / 0.1;
            let want = peak * 2.0 / (PI * u) * (PI * u / 2.0).sin();
            let got = sliding_mean_max(&a, DT, width).unwrap();
            assert!((got.value - want).abs() < 1e-5, "{width}: {} for {want}", got.value);
            assert!((got.start_s - (0.05 - width / 2.0)).abs() < 2e-5);
        }
    }

    #[test]
    fn asi_of_a_constant_matches_the_check_value() {
        // Note N12: (8, 4, 2) g gives 0.825818.
        let axis = |g: f64| vec![g * G0; 1000];
        let got = asi(&axis(-8.0), &axis(4.0), &axis(2.0), 1e-4).unwrap();
        assert!((got.value - 0.825818).abs() < 1e-6, "{}", got.value);
    }

    #[test]
    fn a_pulse_shorter_than_the_window_is_spread_over_it() {
        let got = sliding_mean_max(&[10.0; 101], 1e-4, 0.05).unwrap();
        assert!((got.value - 10.0 * 0.010 / 0.05).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_longer_window_never_has_a_greater_mean_for_a_pulse_from_zero(
            x in prop::collection::vec(0.0..50.0f64, 20..200),
        ) {
            let m = |w: f64| sliding_mean_max(&x, 1e-3, w).unwrap().value;
            // Doubling splits a window in two, the better of which is at least the mean of both.
            prop_assert!(m(0.008) <= m(0.004) + 1e-12 && m(0.004) <= m(0.002) + 1e-12);
            let peak = x.iter().copied().fold(0.0, f64::max);
            prop_assert!(m(0.002) <= peak + 1e-12);
        }
    }
}
