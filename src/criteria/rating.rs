//! Objective rating of a simulated history against a measured one, ISO/TS 18571:2014.
//!
//! Four scores from 0 to 1: how much of the signal lies in a corridor around the reference (corridor), how far it
//! must be shifted to correlate best (phase), and, once shifted, how far level (magnitude) and derivative (slope)
//! are off. The overall rating weighs them 0.4, 0.2, 0.2, 0.2. The standard's text was not at hand: parameters and
//! procedure are those of the Python package objective-rating-metrics 1.3 (Graz University of Technology), and the
//! tests compare with its output. The scores do not depend on the unit of the signals.

mod align;
mod slope;
mod warp;

use serde::Serialize;

use super::{CriteriaError, check, check_same_length};
use crate::signal::{Channel, SignalError};
use align::Aligned;

/// Sample interval the standard asks for, s.
pub const RATING_DT_S: f64 = 1e-4;
/// Inner half width of the corridor, as a share of the reference's largest magnitude.
const INNER_SHARE: f64 = 0.05;
/// Outer half width.
const OUTER_SHARE: f64 = 0.5;
/// Relative magnitude error at which the magnitude score is zero.
const MAGNITUDE_LIMIT: f64 = 0.5;
/// Relative slope error at which the slope score is zero.
const SLOPE_LIMIT: f64 = 2.0;
/// Fewest samples at 10 kHz; below, smoothing the slope would reach across the whole signal.
const FEWEST_SAMPLES: usize = 20;
/// Most samples at 10 kHz: the warping needs memory with their square, 80 MB here.
const MOST_SAMPLES: usize = 20_000;

/// ISO/TS 18571 rating: scores from 0 (no agreement) to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rating {
    /// Share of the signal within the corridor, between its edges with a square law.
    pub corridor: f64,
    /// 1 without a shift, 0 at 20 % of the length or more.
    pub phase: f64,
    /// 1 less the warped, shifted signal's relative error over 0.5.
    pub magnitude: f64,
    /// 1 less the shifted signal's relative error in slope over 2.
    pub slope: f64,
    /// 0.4 corridor + 0.2 phase + 0.2 magnitude + 0.2 slope.
    pub overall: f64,
    /// Word for `overall`.
    pub grade: Grade,
    /// Shift of the simulated signal that fits best, s; positive when the simulation is late.
    pub lag_s: f64,
}

/// Word for an overall rating. The bounds (0.94, 0.80, 0.58) are recollection: the package does not have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // the names are the grades
pub enum Grade {
    Poor,
    Fair,
    Good,
    Excellent,
}

impl Grade {
    /// Grade of an overall rating.
    pub fn of(overall: f64) -> Self {
        match overall {
            r if r > 0.94 => Grade::Excellent,
            r if r > 0.80 => Grade::Good,
            r if r > 0.58 => Grade::Fair,
            _ => Grade::Poor,
        }
    }

    /// The grade as a word.
    pub const fn word(self) -> &'static str {
        match self {
            Grade::Poor => "poor",
            Grade::Fair => "fair",
            Grade::Good => "good",
            Grade::Excellent => "excellent",
        }
    }
}

/// Rates `simulated` against `reference`: same length, start and unit, `dt_s` apart. Other intervals than 0.1 ms are
/// brought to it by straight lines; filter before, both signals alike.
///
/// Errors: bad interval, NaN, unequal lengths, fewer than 20 or more than 20,000 samples at 10 kHz, a signal
/// without change (nothing correlates with it).
pub fn iso18571(reference: &[f64], simulated: &[f64], dt_s: f64) -> Result<Rating, CriteriaError> {
    const WHAT: &str = "the ISO/TS 18571 rating";
    check(reference, dt_s, WHAT, 2)?;
    check(simulated, dt_s, WHAT, 2)?;
    check_same_length(reference, simulated)?;
    let undefined = |reason| CriteriaError::NotReached { what: WHAT, reason };
    let samples = (reference.len() - 1) as f64 * dt_s / RATING_DT_S;
    if samples > MOST_SAMPLES as f64 {
        return Err(undefined("the signals are longer than 2 s: cut them to the event"));
    }
    let (mut reference, mut simulated) = (at_10_khz(reference, dt_s), at_10_khz(simulated, dt_s));
    if reference.len() < FEWEST_SAMPLES {
        return Err(SignalError::TooShort {
            what: WHAT,
            needed: FEWEST_SAMPLES,
            found: reference.len(),
        }
        .into());
    }
    let constant = |x: &[f64]| x.iter().all(|v| *v == x[0]);
    if constant(&reference) {
        return Err(undefined("the reference does not change"));
    }
    if constant(&simulated) {
        return Err(undefined("the simulated signal does not change"));
    }

    normalise(&mut reference, &mut simulated);
    let aligned = Aligned::best(&reference, &simulated);
    let (corridor, phase) = (corridor(&reference, &simulated), aligned.phase_score());
    let magnitude = falling(aligned.warped_error(), MAGNITUDE_LIMIT);
    let slope = falling(aligned.slope_error(), SLOPE_LIMIT);
    let overall = 0.4 * corridor + 0.2 * phase + 0.2 * magnitude + 0.2 * slope;
    Ok(Rating {
        corridor,
        phase,
        magnitude,
        slope,
        overall,
        grade: Grade::of(overall),
        lag_s: aligned.lag_samples() as f64 * RATING_DT_S,
    })
}

/// Rates one channel against another over the time both cover, in the unit of the reference.
///
/// Errors: units that do not convert, no common time, and those of [`iso18571`].
pub fn iso18571_channels(reference: &Channel, simulated: &Channel) -> Result<Rating, CriteriaError> {
    let simulated = simulated.to_unit(reference.unit)?;
    let (from_s, to_s) = (
        reference.t0_s.max(simulated.t0_s),
        reference.end_s().min(simulated.end_s()),
    );
    let count = ((to_s - from_s) / RATING_DT_S + 1e-6).floor() + 1.0;
    if count.is_nan() || count < 2.0 {
        return Err(SignalError::EmptyWindow { from_s, to_s }.into());
    }
    // One more than the limit is enough to be refused, whatever the files claim.
    let count = count.min(MOST_SAMPLES as f64 + 2.0) as usize;
    let sampled = |c: &Channel| -> Vec<f64> {
        (0..count)
            .map(|i| interpolated(&c.values, (from_s - c.t0_s + i as f64 * RATING_DT_S) / c.dt_s))
            .collect()
    };
    iso18571(&sampled(reference), &sampled(&simulated), RATING_DT_S)
}

fn at_10_khz(values: &[f64], dt_s: f64) -> Vec<f64> {
    // A millionth of the interval is what decimal seconds lose in a file.
    if (dt_s / RATING_DT_S - 1.0).abs() < 1e-6 {
        return values.to_vec();
    }
    let count = ((values.len() - 1) as f64 * dt_s / RATING_DT_S + 1e-6).floor() as usize + 1;
    (0..count)
        .map(|i| interpolated(values, i as f64 * RATING_DT_S / dt_s))
        .collect()
}

/// Both signals over a power of two, which changes no score and keeps squares from overflowing.
fn normalise(reference: &mut [f64], simulated: &mut [f64]) {
    let largest = |x: &[f64]| x.iter().fold(0.0, |n: f64, v| n.max(v.abs()));
    let exponent = largest(reference).max(largest(simulated)).log2().floor();
    let factor = 2.0_f64.powi(-exponent.clamp(-1000.0, 1000.0) as i32);
    for v in reference.iter_mut().chain(simulated) {
        *v *= factor;
    }
}

/// Straight lines between samples, the end values beyond. `values` is not empty.
fn interpolated(values: &[f64], at: f64) -> f64 {
    let k = at.max(0.0).floor() as usize;
    match (values.get(k), values.get(k + 1)) {
        (Some(a), Some(b)) => a + (at.max(0.0) - k as f64) * (b - a),
        _ => values[values.len() - 1],
    }
}

/// 1 within the inner corridor, 0 outside the outer one, a square law between; the mean over the samples.
fn corridor(reference: &[f64], simulated: &[f64]) -> f64 {
    let norm = reference.iter().fold(0.0, |n: f64, v| n.max(v.abs()));
    let (inner, outer) = (INNER_SHARE * norm, OUTER_SHARE * norm);
    let score = |d: f64| match d {
        d if d < inner => 1.0,
        d if d > outer => 0.0,
        d => ((outer - d) / (outer - inner)).powi(2),
    };
    let sum: f64 = (reference.iter().zip(simulated))
        .map(|(r, s)| score((r - s).abs()))
        .sum();
    sum / reference.len() as f64
}

/// 1 without error, 0 from `limit` on.
fn falling(error: f64, limit: f64) -> f64 {
    ((limit - error) / limit).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
