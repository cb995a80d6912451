//! The 3 ms clip: the acceleration that lasted long enough to count.
//!
//! Note N5 ([`crate::model`]). Two forms: contiguous, the highest level held through one interval of 3 ms, and
//! cumulative, the highest level above which the intervals add up to 3 ms. FMVSS 208 and the European
//! regulations use the cumulative form, which is what `chest_a3ms_g` means (model section 7). The signal is
//! taken as straight lines between samples, so the result does not jump with the sampling.

use serde::Serialize;

use super::{CriteriaError, check, check_positive};

/// Both forms of a clip, in the unit of the signal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Clip {
    /// Highest level held through one interval.
    pub contiguous: f64,
    /// Highest level above which all intervals together last as long.
    pub cumulative: f64,
}

/// Highest level held through 3 ms without a break, in the unit of `values`. Errors as [`clip`].
pub fn clip_3ms_contiguous(values: &[f64], dt_s: f64) -> Result<f64, CriteriaError> {
    Ok(clip(values, dt_s, 0.003)?.contiguous)
}

/// Highest level exceeded for 3 ms in total, in the unit of `values`. Errors as [`clip`].
pub fn clip_3ms_cumulative(values: &[f64], dt_s: f64) -> Result<f64, CriteriaError> {
    Ok(clip(values, dt_s, 0.003)?.cumulative)
}

/// Both clips of `values` for a duration of `hold_s`.
///
/// Errors: bad interval, NaN, a duration that is not positive, a signal shorter than the duration.
pub fn clip(values: &[f64], dt_s: f64, hold_s: f64) -> Result<Clip, CriteriaError> {
    check_positive("the clip duration", hold_s)?;
    check(values, dt_s, "a clip", 2)?;
    let segments = hold_s / dt_s;
    // Samples that surely cover the duration; the lowest of them is a level that holds.
    let cover = (segments - 1e-9).ceil() as usize + 1;
    if values.len() < cover {
        return Err(crate::signal::SignalError::TooShort {
            what: "a clip of this duration",
            needed: cover,
            found: values.len(),
        }
        .into());
    }
    let mut low = f64::NEG_INFINITY;
    for_each_window_minimum(values, cover, |minimum| low = low.max(minimum));
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);

    // Only segments that reach above `low` matter from here on: usually a few per cent of the record.
    let runs = runs_above(values, low);
    // Float noise on durations that are a whole number of steps must not cost a level.
    let needed = segments * (1.0 - 1e-12);
    let contiguous = highest_level(low, high, |level| {
        runs.iter().any(|r| longest_above(&values[r.clone()], level) >= needed)
    });
    let cumulative = highest_level(contiguous, high, |level| {
        runs.iter().map(|r| total_above(&values[r.clone()], level)).sum::<f64>() >= needed
    });
    Ok(Clip { contiguous, cumulative })
}

/// Bisection for the highest level at which `holds` is still true; it is at `low`, and falls with the level.
fn highest_level(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(high) {
        return high;
    }
    let (mut low, mut high) = (low, high);
    // 52 halvings exhaust the mantissa.
    for _ in 0..52 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Minimum of every window of `width` samples, by van Herk's two passes over blocks: three comparisons a
/// sample whatever the width.
fn for_each_window_minimum(values: &[f64], width: usize, mut visit: impl FnMut(f64)) {
    let n = values.len();
    let mut suffix = vec![f64::INFINITY; n + 1];
    for i in (0..n).rev() {
        let carried = if (i + 1) % width == 0 {
            f64::INFINITY
        } else {
            suffix[i + 1]
        };
        suffix[i] = values[i].min(carried);
    }
    let mut prefix = f64::INFINITY;
    for i in 0..n {
        prefix = if i % width == 0 {
            values[i]
        } else {
            prefix.min(values[i])
        };
        if i + 1 >= width {
            visit(suffix[i + 1 - width].min(prefix));
        }
    }
}

/// Stretches of samples joined by segments that reach `level`, one sample below it kept on each side.
fn runs_above(values: &[f64], level: f64) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    let n = values.len();
    let mut i = 0;
    while i < n {
        if values[i] < level {
            i += 1;
            continue;
        }
        let start = i.saturating_sub(1);
        while i < n && values[i] >= level {
            i += 1;
        }
        let end = (i + 1).min(n);
        runs.push(start..end);
    }
    runs
}

/// Share of the segment from `a` to `b` that lies at or above `level`: (from, to) in 0..1.
fn share_above(a: f64, b: f64, level: f64) -> (f64, f64) {
    match (a >= level, b >= level) {
        (true, true) => (0.0, 1.0),
        (false, false) => (0.0, 0.0),
        (true, false) => (0.0, (a - level) / (a - b)),
        (false, true) => ((level - a) / (b - a), 1.0),
    }
}

/// Time at or above `level`, in sample intervals.
fn total_above(values: &[f64], level: f64) -> f64 {
    values
        .windows(2)
        .map(|w| {
            let (from, to) = share_above(w[0], w[1], level);
            to - from
        })
        .sum()
}

/// Longest unbroken time at or above `level`, in sample intervals.
fn longest_above(values: &[f64], level: f64) -> f64 {
    let (mut longest, mut run) = (0.0_f64, 0.0);
    for w in values.windows(2) {
        let (from, to) = share_above(w[0], w[1], level);
        if from > 0.0 || to == 0.0 {
            run = 0.0;
        }
        run += to - from;
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    fn half_sine(peak: f64, duration_s: f64, dt_s: f64) -> Vec<f64> {
        let n = (duration_s / dt_s).round() as usize;
        (0..=n).map(|i| peak * (PI * i as f64 / n as f64).sin()).collect()
    }

    #[test]
    fn half_sines_match_the_closed_form() {
        // A cos(pi 0.0015 / T): note N5 and closed form C12.
        for (peak, ms, want, tolerance) in [
            (100.0, 10.0, 89.10065, 1e-3),
            (60.0, 30.0, 59.2613, 1e-4),
            (60.0, 60.0, 59.81504, 1e-4),
            (80.0, 20.0, 77.79, 6e-3),
            (60.0, 40.0, 59.58, 6e-3),
            (50.0, 100.0, 49.94, 6e-3),
        ] {
            let a = half_sine(peak, ms * 1e-3, 1e-5);
            let c = clip(&a, 1e-5, 0.003).unwrap();
            assert!((c.contiguous - want).abs() < tolerance, "{} for {want}", c.contiguous);
            assert!((c.cumulative - want).abs() < tolerance, "{} for {want}", c.cumulative);
        }
    }

    #[test]
    fn two_separate_pulses_count_together_only_in_the_cumulative_form() {
        let one = half_sine(100.0, 0.010, 1e-5);
        let both = [one.clone(), vec![0.0; 500], one].concat();
        let c = clip(&both, 1e-5, 0.003).unwrap();
        assert!((c.cumulative - 97.23699).abs() < 1e-3, "{}", c.cumulative);
        assert!((c.contiguous - 89.10065).abs() < 1e-3, "{}", c.contiguous);
    }

    #[test]
    fn a_plateau_of_just_the_duration_counts() {
        let mut a = vec![0.0; 100];
        a[40..=70].fill(50.0);
        let c = clip(&a, 1e-4, 0.003).unwrap();
        assert_eq!((c.contiguous, c.cumulative), (50.0, 50.0));
        assert!(clip(&a[..30], 1e-4, 0.003).is_err());
        assert!(clip(&a, 1e-4, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn clips_are_ordered_and_linear_in_the_signal(
            x in prop::collection::vec(-20.0..60.0f64, 40..300), k in 0.1..10.0f64, c in -50.0..50.0f64,
        ) {
            let clip_x = clip(&x, 1e-4, 0.003).unwrap();
            let peak = x.iter().copied().fold(f64::MIN, f64::max);
            prop_assert!(clip_x.contiguous <= clip_x.cumulative && clip_x.cumulative <= peak);
            let y: Vec<f64> = x.iter().map(|v| k * v + c).collect();
            let clip_y = clip(&y, 1e-4, 0.003).unwrap();
            prop_assert!((clip_y.contiguous - (k * clip_x.contiguous + c)).abs() < 1e-9);
            prop_assert!((clip_y.cumulative - (k * clip_x.cumulative + c)).abs() < 1e-9);
        }

        #[test]
        fn the_time_above_the_cumulative_clip_is_the_duration(
            x in prop::collection::vec(0.0..60.0f64, 40..300),
        ) {
            let level = clip(&x, 1e-4, 0.003).unwrap().cumulative;
            prop_assert!((total_above(&x, level) * 1e-4 - 0.003).abs() < 1e-9);
            let held = clip(&x, 1e-4, 0.003).unwrap().contiguous;
            prop_assert!(longest_above(&x, held) * 1e-4 >= 0.003 - 1e-9);
            prop_assert!(longest_above(&x, held + 1e-6) * 1e-4 < 0.003);
        }
    }
}
