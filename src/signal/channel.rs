//! A channel: one quantity sampled at a constant step. The common currency of readers, criteria and plots.
//!
//! The free functions work on plain slices, so that simulation output needs no copying into a channel.

use serde::{Deserialize, Serialize};

use super::cfc::{self, Cfc};
use super::{ChannelCode, SignalError, Unit, check_finite, check_interval};

/// One quantity over time: sample `i` belongs to `t0_s + i * dt_s`.
///
/// ```
/// use crumple::signal::{Channel, Unit};
/// let g = Channel::new("11HEADCG00H3ACXA", Unit::Gravity, 0.0, 1e-4, vec![0.0, 1.0]).unwrap();
/// let si = g.to_unit(Unit::MetrePerSecondSquared).unwrap();
/// assert_eq!(si.values, [0.0, 9.80665]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Name: an ISO-MME code where there is one.
    pub code: String,
    /// Unit of `values`.
    pub unit: Unit,
    /// Time of the first sample, s.
    pub t0_s: f64,
    /// Sample interval, s.
    pub dt_s: f64,
    /// Samples.
    pub values: Vec<f64>,
}

impl Channel {
    /// A channel with a usable interval and finite samples; errors otherwise.
    pub fn new(
        code: impl Into<String>,
        unit: Unit,
        t0_s: f64,
        dt_s: f64,
        values: Vec<f64>,
    ) -> Result<Self, SignalError> {
        check_interval(dt_s)?;
        check_finite(&[t0_s])?;
        check_finite(&values)?;
        Ok(Self {
            code: code.into(),
            unit,
            t0_s,
            dt_s,
            values,
        })
    }

    /// Time of sample `i`, s.
    pub fn time_s(&self, i: usize) -> f64 {
        self.t0_s + i as f64 * self.dt_s
    }

    /// Time of the last sample, s (of the first if there is none).
    pub fn end_s(&self) -> f64 {
        self.time_s(self.values.len().saturating_sub(1))
    }

    /// The name as an ISO-MME code, if it is one.
    pub fn iso_code(&self) -> Option<ChannelCode> {
        self.code.parse().ok()
    }

    /// The same channel in `unit`. Errors when the dimensions differ.
    pub fn to_unit(&self, unit: Unit) -> Result<Self, SignalError> {
        let factor = self.unit.factor_to(unit)?;
        let mut out = self.clone();
        out.unit = unit;
        if factor != 1.0 {
            out.values.iter_mut().for_each(|v| *v *= factor);
        }
        Ok(out)
    }

    /// The same channel in the SI unit of its dimension.
    pub fn to_si(&self) -> Self {
        let factor = self.unit.si_factor();
        Self {
            unit: self.unit.si(),
            values: self.values.iter().map(|v| v * factor).collect(),
            ..self.clone()
        }
    }

    /// Filtered to `class` (SAE J211-1), with the filter letter of an ISO-MME code set to match.
    /// Errors as [`cfc::filter`].
    pub fn filtered(&self, class: Cfc) -> Result<Self, SignalError> {
        let mut out = self.clone();
        cfc::filter_in_place(class, self.dt_s, &mut out.values, &mut Vec::new())?;
        if let Some(code) = self.iso_code() {
            out.code = code.with_filter(Some(class)).to_string();
        }
        Ok(out)
    }

    /// Time integral by the trapezoidal rule from `initial` (SI unit of the result), in SI.
    /// Errors when the integral has no unit here.
    pub fn integrate(&self, initial: f64) -> Result<Self, SignalError> {
        let unit = self.unit.integral().ok_or(SignalError::NoSuchUnit {
            what: "the integral",
            unit: self.unit,
        })?;
        let mut out = self.to_si();
        out.values = integrate(&out.values, self.dt_s, initial);
        out.unit = unit;
        out.rename_integrated(1);
        Ok(out)
    }

    /// Time derivative by central differences (one-sided at the ends), in SI.
    /// Errors when the derivative has no unit here or there are fewer than two samples.
    pub fn differentiate(&self) -> Result<Self, SignalError> {
        let unit = self.unit.derivative().ok_or(SignalError::NoSuchUnit {
            what: "the derivative",
            unit: self.unit,
        })?;
        let mut out = self.to_si();
        out.values = differentiate(&out.values, self.dt_s)?;
        out.unit = unit;
        out.rename_integrated(-1);
        Ok(out)
    }

    fn rename_integrated(&mut self, steps: i32) {
        if let Some(code) = self.iso_code().and_then(|c| c.integrated(steps)) {
            self.code = code.to_string();
        }
    }

    /// The samples between two times, ends included. Errors when there is none.
    pub fn window(&self, from_s: f64, to_s: f64) -> Result<Self, SignalError> {
        // A millionth of a step of slack, so that a time computed as i * dt finds sample i.
        let index = |t_s: f64| (t_s - self.t0_s) / self.dt_s;
        let first = (index(from_s) - 1e-6).ceil().max(0.0) as usize;
        let end = ((index(to_s) + 1e-6).floor() + 1.0).max(0.0) as usize;
        let end = end.min(self.values.len());
        if first >= end {
            return Err(SignalError::EmptyWindow { from_s, to_s });
        }
        Ok(Self {
            code: self.code.clone(),
            unit: self.unit,
            t0_s: self.time_s(first),
            dt_s: self.dt_s,
            values: self.values[first..end].to_vec(),
        })
    }

    /// Linear interpolation at a new constant step over the same span. Errors on a bad step or an empty
    /// channel. There is no anti-alias filter: filter first when making the step longer.
    pub fn resample(&self, dt_s: f64) -> Result<Self, SignalError> {
        check_interval(dt_s)?;
        let (Some(&last), n) = (self.values.last(), self.values.len()) else {
            return Err(SignalError::TooShort {
                what: "resampling",
                needed: 1,
                found: 0,
            });
        };
        let span = (n - 1) as f64 * self.dt_s;
        let count = samples_in(span, dt_s)?;
        let values = (0..count)
            .map(|i| {
                let at = i as f64 * dt_s / self.dt_s;
                let k = at.floor() as usize;
                match self.values.get(k + 1) {
                    Some(&b) => self.values[k] + (at - k as f64) * (b - self.values[k]),
                    None => last,
                }
            })
            .collect();
        Ok(Self {
            dt_s,
            values,
            ..self.clone()
        })
    }

    /// A channel at a constant step from samples at arbitrary increasing times, by linear interpolation.
    /// Errors on unequal lengths, times that do not increase, fewer than two samples or NaN.
    pub fn from_times(
        code: impl Into<String>,
        unit: Unit,
        times_s: &[f64],
        values: &[f64],
        dt_s: f64,
    ) -> Result<Self, SignalError> {
        check_interval(dt_s)?;
        check_finite(times_s)?;
        check_finite(values)?;
        let n = times_s.len();
        if n != values.len() {
            return Err(SignalError::LengthMismatch {
                times: n,
                values: values.len(),
            });
        }
        if n < 2 {
            return Err(SignalError::TooShort {
                what: "a time series",
                needed: 2,
                found: n,
            });
        }
        if let Some(i) = (1..n).find(|&i| times_s[i] <= times_s[i - 1]) {
            return Err(SignalError::TimeNotIncreasing {
                index: i,
                time_s: times_s[i],
            });
        }
        let t0_s = times_s[0];
        let count = samples_in(times_s[n - 1] - t0_s, dt_s)?;
        let mut k = 0;
        let resampled = (0..count)
            .map(|i| {
                let t = t0_s + i as f64 * dt_s;
                while k + 2 < n && times_s[k + 1] <= t {
                    k += 1;
                }
                let w = ((t - times_s[k]) / (times_s[k + 1] - times_s[k])).min(1.0);
                values[k] + w * (values[k + 1] - values[k])
            })
            .collect();
        Channel::new(code, unit, t0_s, dt_s, resampled)
    }
}

/// Most samples that resampling makes: an hour at 10 kHz.
const MOST_SAMPLES: f64 = 3.6e7;

/// Samples every `dt_s` in `span_s`, both ends included. Errors when there would be far too many.
fn samples_in(span_s: f64, dt_s: f64) -> Result<usize, SignalError> {
    let intervals = (span_s / dt_s + 1e-6).floor();
    if intervals < MOST_SAMPLES {
        Ok(intervals as usize + 1)
    } else {
        Err(SignalError::TooLong { span_s, dt_s })
    }
}

/// Running integral of `values` over time by the trapezoidal rule; as long as `values`, first sample
/// `initial`.
pub fn integrate(values: &[f64], dt_s: f64, initial: f64) -> Vec<f64> {
    let mut sum = initial;
    let mut out = Vec::with_capacity(values.len());
    out.extend(values.first().map(|_| initial));
    out.extend(values.windows(2).map(|w| {
        sum += 0.5 * dt_s * (w[0] + w[1]);
        sum
    }));
    out
}

/// Derivative of `values` over time: central differences, one-sided and second order at the ends.
/// Errors on fewer than two samples.
pub fn differentiate(values: &[f64], dt_s: f64) -> Result<Vec<f64>, SignalError> {
    let n = values.len();
    match n {
        0 | 1 => Err(SignalError::TooShort {
            what: "differentiation",
            needed: 2,
            found: n,
        }),
        2 => Ok(vec![(values[1] - values[0]) / dt_s; 2]),
        _ => {
            let end = |a: f64, b: f64, c: f64| (-3.0 * a + 4.0 * b - c) / (2.0 * dt_s);
            let mut out = Vec::with_capacity(n);
            out.push(end(values[0], values[1], values[2]));
            out.extend(values.windows(3).map(|w| (w[2] - w[0]) / (2.0 * dt_s)));
            out.push(-end(values[n - 1], values[n - 2], values[n - 3]));
            Ok(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp(n: usize) -> Channel {
        let values = (0..n).map(|i| i as f64).collect();
        Channel::new("10VEHCCG0000ACX0", Unit::Gravity, -0.01, 0.001, values).unwrap()
    }

    #[test]
    fn integrating_a_constant_acceleration_gives_velocity_in_si() {
        let c = Channel::new("10VEHCCG0000ACX0", Unit::Gravity, 0.0, 1e-3, vec![-20.0; 101]).unwrap();
        let v = c.integrate(15.0).unwrap();
        assert_eq!((v.unit, v.code.as_str()), (Unit::MetrePerSecond, "10VEHCCG0000VEX0"));
        assert_eq!(v.values[0], 15.0);
        assert!((v.values[100] - (15.0 - 20.0 * 9.80665 * 0.1)).abs() < 1e-12);
        assert!(v.integrate(0.0).unwrap().integrate(0.0).is_err());
    }

    #[test]
    fn derivative_is_exact_for_parabolas_up_to_the_ends() {
        let x: Vec<f64> = (0..20).map(|i| 0.5 * (f64::from(i) * 0.1).powi(2)).collect();
        for (i, v) in differentiate(&x, 0.1).unwrap().iter().enumerate() {
            assert!((v - 0.1 * i as f64).abs() < 1e-12);
        }
    }

    #[test]
    fn a_window_holds_both_its_ends() {
        let w = ramp(100).window(0.0, 0.01).unwrap();
        assert_eq!(w.values.len(), 11);
        assert_eq!(w.values[0], 10.0);
        assert!(w.t0_s.abs() < 1e-12);
        assert!(ramp(100).window(1.0, 2.0).is_err());
    }

    #[test]
    fn resampling_a_straight_line_stays_on_it() {
        let c = ramp(100);
        for dt in [0.0003, 0.001, 0.0025] {
            let r = c.resample(dt).unwrap();
            for (i, v) in r.values.iter().enumerate() {
                assert!((v - i as f64 * dt / 0.001).abs() < 1e-9);
            }
            assert!(r.end_s() <= c.end_s() + 1e-9 && r.end_s() > c.end_s() - dt);
        }
        let t = [0.0, 0.1, 0.15, 0.4];
        let x: Vec<f64> = t.iter().map(|t| 3.0 * t + 1.0).collect();
        let r = Channel::from_times("x", Unit::Metre, &t, &x, 0.03).unwrap();
        assert_eq!(r.values.len(), 14);
        for i in 0..14 {
            assert!((r.values[i] - (3.0 * r.time_s(i) + 1.0)).abs() < 1e-12);
        }
        assert!(Channel::from_times("x", Unit::Metre, &[0.0, 0.0], &[1.0, 2.0], 0.1).is_err());
    }

    #[test]
    fn filtering_writes_the_filter_letter() {
        let c = ramp(100).resample(1e-4).unwrap().filtered(Cfc::C60).unwrap();
        assert_eq!(c.code, "10VEHCCG0000ACXD");
    }

    proptest! {
        #[test]
        fn the_derivative_of_the_integral_is_a_three_point_mean(
            x in prop::collection::vec(-100.0..100.0f64, 3..200),
        ) {
            let dx = differentiate(&integrate(&x, 1e-3, 7.0), 1e-3).unwrap();
            for i in 1..x.len() - 1 {
                prop_assert!((dx[i] - 0.25 * (x[i - 1] + 2.0 * x[i] + x[i + 1])).abs() < 1e-8);
            }
        }
    }
}
