//! Head Injury Criterion, exact over every pair of samples.
//!
//! Note N4 ([`crate::model`]): HIC = max over t1 < t2, t2 - t1 <= W of
//! (t2 - t1) \[mean of a over (t1, t2)\]^2.5, a the resultant head acceleration in g. A common short cut,
//! taking only the longest window of each start, is wrong for pulses shorter than W, so the full
//! two-dimensional maximum is searched, with bounds that discard blocks of windows which cannot hold it. With
//! I the integral and d the duration, HIC^2 = I^5/d^3, which orders windows as HIC does and needs no root.

use serde::Serialize;

use super::{CriteriaError, check, check_positive};
use crate::units::G0;

pub use super::clip::{Clip, clip_3ms_contiguous, clip_3ms_cumulative};

/// A HIC value and the window that attains it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hic {
    /// HIC, in its customary unit g^2.5 s.
    pub value: f64,
    /// Start of the window, s after the first sample.
    pub t1_s: f64,
    /// End of the window, s after the first sample.
    pub t2_s: f64,
}

/// Samples on a side of the square blocks of windows that are bounded together.
const BLOCK: usize = 16;

/// HIC over windows of at most 15 ms. `accel_mps2`: resultant head acceleration, m/s2. Errors as [`hic`].
///
/// ```
/// use crumple::criteria::head::hic15;
/// // 60 g for 15 ms: 60^2.5 times 0.015.
/// let hic = hic15(&vec![60.0 * 9.80665; 151], 1e-4).unwrap();
/// assert!((hic.value - 418.3).abs() < 0.1);
/// ```
pub fn hic15(accel_mps2: &[f64], dt_s: f64) -> Result<Hic, CriteriaError> {
    hic(accel_mps2, dt_s, 0.015)
}

/// HIC over windows of at most 36 ms. `accel_mps2`: resultant head acceleration, m/s2. Errors as [`hic`].
pub fn hic36(accel_mps2: &[f64], dt_s: f64) -> Result<Hic, CriteriaError> {
    hic(accel_mps2, dt_s, 0.036)
}

/// HIC over windows of at most `max_window_s`. `accel_mps2`: resultant head acceleration, m/s2, integrated
/// by the trapezoidal rule; window ends lie on samples. Windows of negative mean count as zero, so a
/// single signed component can be given too.
///
/// Errors: bad interval, NaN, fewer than two samples, a window that is not positive.
pub fn hic(accel_mps2: &[f64], dt_s: f64, max_window_s: f64) -> Result<Hic, CriteriaError> {
    check(accel_mps2, dt_s, "HIC", 2)?;
    check_positive("the longest HIC window", max_window_s)?;
    let n = accel_mps2.len();
    let widest = ((max_window_s / dt_s + 1e-6).floor() as usize).min(n - 1);
    if widest == 0 {
        return Err(CriteriaError::NotReached {
            what: "HIC",
            reason: "one sample interval is longer than the longest window",
        });
    }

    // Velocity in g s: differences of it are the integrals of all windows.
    let mut velocity = Vec::with_capacity(n);
    velocity.push(0.0);
    let half = 0.5 * dt_s / G0;
    let mut sum = 0.0;
    velocity.extend(accel_mps2.windows(2).map(|w| {
        sum += half * (w[0] + w[1]);
        sum
    }));
    let inverse_cube: Vec<f64> = std::iter::once(0.0)
        .chain((1..=widest).map(|k| (k as f64 * dt_s).powi(-3)))
        .collect();
    let mut search = Search {
        velocity: &velocity,
        inverse_cube: &inverse_cube,
        widest,
        best: 0.0,
        from: 0,
        to: 0,
    };
    search.coarse();
    search.blocks(accel_mps2, dt_s);

    let (from, to) = (search.from, search.to);
    let duration_s = (to - from) as f64 * dt_s;
    let value = if to > from {
        duration_s * ((velocity[to] - velocity[from]) / duration_s).powf(2.5)
    } else {
        0.0
    };
    Ok(Hic {
        value,
        t1_s: from as f64 * dt_s,
        t2_s: to as f64 * dt_s,
    })
}

struct Search<'a> {
    velocity: &'a [f64],
    /// (k dt)^-3 for windows of k samples.
    inverse_cube: &'a [f64],
    widest: usize,
    best: f64,
    from: usize,
    to: usize,
}

/// I^5, zero for windows of negative mean.
fn fifth(integral: f64) -> f64 {
    let i = integral.max(0.0);
    let i2 = i * i;
    i2 * i2 * i
}

impl Search<'_> {
    fn offer(&mut self, from: usize, to: usize) {
        let score = fifth(self.velocity[to] - self.velocity[from]) * self.inverse_cube[to - from];
        if score > self.best {
            (self.best, self.from, self.to) = (score, from, to);
        }
    }

    /// A good window, cheaply, so that the bounds below bite from the start.
    fn coarse(&mut self) {
        let n = self.velocity.len();
        let step = BLOCK / 2;
        for from in (0..n).step_by(step) {
            let last = (from + self.widest).min(n - 1);
            for to in (from + step..last).step_by(step) {
                self.offer(from, to);
            }
            if last > from {
                self.offer(from, last);
            }
        }
    }

    /// Every window, in blocks of starts and ends; a block whose bound does not beat the best is skipped.
    fn blocks(&mut self, accel_mps2: &[f64], dt_s: f64) {
        let n = self.velocity.len();
        let count = n.div_ceil(BLOCK);
        let range = |b: usize| b * BLOCK..((b + 1) * BLOCK).min(n);
        let low: Vec<f64> = (0..count)
            .map(|b| self.velocity[range(b)].iter().copied().fold(f64::INFINITY, f64::min))
            .collect();
        let high: Vec<f64> = (0..count)
            .map(|b| {
                self.velocity[range(b)]
                    .iter()
                    .copied()
                    .fold(f64::NEG_INFINITY, f64::max)
            })
            .collect();
        let peak_g: Vec<f64> = (0..count)
            .map(|b| accel_mps2[range(b)].iter().copied().fold(0.0, f64::max) / G0)
            .collect();
        // Rounding must never make a bound smaller than what it bounds.
        let safe = 1.0 + 1e-9;

        for (b1, lowest) in low.iter().enumerate() {
            let furthest = (range(b1).end - 1 + self.widest).min(n - 1) / BLOCK;
            let mut peak = 0.0_f64;
            for b2 in b1..=furthest {
                peak = peak.max(peak_g[b2]);
                let (starts, ends) = (range(b1), range(b2));
                let longest = (ends.end - 1 - starts.start).min(self.widest);
                // The mean never exceeds the peak: HIC <= d peak^2.5 (bites for short windows) ...
                let by_peak = (longest as f64 * dt_s).powi(2) * fifth(peak);
                // ... and the integral never exceeds the largest velocity difference (bites for long ones).
                let shortest = (ends.start + 1).saturating_sub(starts.end).max(1);
                let by_integral = match self.inverse_cube.get(shortest) {
                    Some(inverse) => fifth(high[b2] - lowest) * inverse,
                    None => continue,
                };
                if by_peak.min(by_integral) * safe <= self.best {
                    continue;
                }
                for from in starts {
                    let last = (ends.end - 1).min(from + self.widest);
                    for to in ends.start.max(from + 1)..=last {
                        self.offer(from, to);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::PI;

    const DT: f64 = 1e-5;

    fn half_sine(peak_g: f64, duration_s: f64) -> Vec<f64> {
        let n = (duration_s / DT).round() as usize;
        (0..=n)
            .map(|i| peak_g * G0 * (PI * i as f64 / n as f64).sin())
            .collect()
    }

    fn brute(a: &[f64], dt_s: f64, window_s: f64) -> f64 {
        let v = crate::signal::channel::integrate(a, dt_s, 0.0);
        let widest = (window_s / dt_s + 1e-6) as usize;
        let mut best = 0.0_f64;
        for i in 0..a.len() {
            for j in i + 1..a.len().min(i + widest + 1) {
                let d = (j - i) as f64 * dt_s;
                best = best.max(d * ((v[j] - v[i]).max(0.0) / d / G0).powf(2.5));
            }
        }
        best
    }

    fn assert_close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance, "{got}, published {want}");
    }

    #[test]
    fn half_sines_match_the_closed_forms() {
        // Note N4 and closed form C12: peak g, duration ms, HIC15, HIC36.
        for (peak, ms, h15, h36, tolerance) in [
            (100.0, 10.0, 414.645, 414.645, 2e-3),
            (60.0, 30.0, 321.704, 346.88, 6e-3),
            (60.0, 60.0, 392.120, 685.33, 6e-3),
            (80.0, 20.0, 474.7, 474.7, 0.06),
            (60.0, 40.0, 361.4, 462.5, 0.06),
            (50.0, 100.0, 259.1, 556.2, 0.06),
        ] {
            let a = half_sine(peak, ms * 1e-3);
            assert_close(hic15(&a, DT).unwrap().value, h15, tolerance);
            assert_close(hic36(&a, DT).unwrap().value, h36, tolerance);
        }
        let short = hic36(&half_sine(100.0, 0.010), DT).unwrap();
        assert_close(short.t2_s - short.t1_s, 0.670230 * 0.010, 2e-5);
        let c12 = hic15(&half_sine(80.0, 0.020), DT).unwrap();
        assert_close(c12.t1_s, 0.0033, 5e-5);
        assert_close(c12.t2_s, 0.0167, 5e-5);
    }

    #[test]
    fn other_shapes_match_the_closed_forms() {
        let square = vec![60.0 * G0; 6001];
        assert_close(hic15(&square, DT).unwrap().value, 0.015 * 60f64.powf(2.5), 1e-6);
        let square30 = vec![60.0 * G0; 3001];
        assert_close(hic15(&square30, DT).unwrap().value, 418.3, 0.05);
        assert_close(hic36(&square30, DT).unwrap().value, 836.6, 0.05);
        let n = 2000;
        let triangle: Vec<f64> = (0..=n)
            .map(|i| 80.0 * G0 * (1.0 - (2.0 * f64::from(i) / f64::from(n) - 1.0).abs()))
            .collect();
        let t = hic15(&triangle, DT).unwrap();
        assert_close(t.value, 0.246401 * 80f64.powf(2.5) * 0.020, 1e-2);
        assert_close(t.value, 282.1, 0.05);
        assert_close(t.t2_s - t.t1_s, 4.0 / 7.0 * 0.020, 2e-5);
        let haversine: Vec<f64> = (0..=n)
            .map(|i| 80.0 * G0 * (PI * f64::from(i) / f64::from(n)).sin().powi(2))
            .collect();
        let h = hic15(&haversine, DT).unwrap();
        assert_close(h.value, 0.30294 * 80f64.powf(2.5) * 0.020, 1e-2);
        assert_close(h.t2_s - h.t1_s, 0.508 * 0.020, 5e-5);
    }

    #[test]
    fn a_signal_that_only_pulls_back_gives_zero() {
        let h = hic15(&[-10.0; 100], 1e-4).unwrap();
        assert_eq!((h.value, h.t1_s, h.t2_s), (0.0, 0.0, 0.0));
        assert!(hic15(&[1.0], 1e-4).is_err());
        assert!(hic15(&[1.0, f64::NAN], 1e-4).is_err());
        assert!(hic15(&[1.0; 5], 0.1).is_err());
        assert!(hic(&[1.0; 5], 1e-4, -1.0).is_err());
    }

    proptest! {
        #[test]
        fn pruning_never_loses_the_maximum(
            x in prop::collection::vec(-200.0..900.0f64, 2..400),
            scale in prop::collection::vec(0.0..1.0f64, 400),
            window in prop::sample::select(vec![0.001, 0.015, 0.036, 0.2]),
        ) {
            let a: Vec<f64> = x.iter().zip(scale).map(|(x, s)| x * s * s).collect();
            let want = brute(&a, 1e-3, window);
            let got = hic(&a, 1e-3, window).unwrap();
            prop_assert!((got.value - want).abs() <= 1e-9 * want, "{} against {want}", got.value);
            prop_assert!(got.t2_s - got.t1_s <= window + 1e-9);
        }

        #[test]
        fn hic_scales_with_the_power_2_5_of_acceleration_and_grows_with_the_window(
            x in prop::collection::vec(0.0..900.0f64, 50..300), k in 0.1..5.0f64,
        ) {
            let scaled: Vec<f64> = x.iter().map(|v| k * v).collect();
            let (a, b) = (hic15(&x, 1e-4).unwrap().value, hic15(&scaled, 1e-4).unwrap().value);
            prop_assert!((b - a * k.powf(2.5)).abs() <= 1e-9 * b);
            prop_assert!(hic36(&x, 1e-4).unwrap().value >= a);
        }
    }
}
