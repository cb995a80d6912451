//! What can be wrong with a signal.

use super::{Cfc, Unit};

/// What can be wrong with a signal, with the values that were wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SignalError {
    /// The sample interval is zero, negative or not finite.
    #[error("the sample interval must be a positive number of seconds, not {dt_s}")]
    BadInterval {
        /// The interval given, s.
        dt_s: f64,
    },
    /// A sample is NaN or infinite.
    #[error("sample {index} is {value}: repair or cut the channel first")]
    NotFinite {
        /// Position of the first bad sample.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// Fewer samples than the operation needs.
    #[error("{what} needs at least {needed} samples, the channel has {found}")]
    TooShort {
        /// The operation.
        what: &'static str,
        /// Samples needed.
        needed: usize,
        /// Samples found.
        found: usize,
    },
    /// The channel is sampled too slowly for the channel frequency class.
    #[error(
        "{found_hz:.0} Hz is too slow for {class}: SAE J211 asks for at least ten times the class, \
         {needed_hz:.0} Hz (a sample interval of {needed_dt_s:.3e} s or less; this channel has {dt_s:.3e} s)"
    )]
    RateTooLow {
        /// The class asked for.
        class: Cfc,
        /// Sampling rate found, Hz.
        found_hz: f64,
        /// Sampling rate needed, Hz.
        needed_hz: f64,
        /// Interval found, s.
        dt_s: f64,
        /// Largest interval that would do, s.
        needed_dt_s: f64,
    },
    /// A class other than 60, 180, 600 or 1000.
    #[error("`{0}` is not a channel frequency class (60, 180, 600 or 1000)")]
    UnknownClass(String),
    /// A unit that is not in the list.
    #[error("`{0}` is not a unit this program knows (g, m/s2, N, kN, Nm, mm, m, m/s, km/h, rad/s, deg/s, s, ...)")]
    UnknownUnit(String),
    /// Two units of different dimension.
    #[error("{from} cannot be converted to {to}")]
    UnitMismatch {
        /// Unit found.
        from: Unit,
        /// Unit asked for.
        to: Unit,
    },
    /// No unit is defined for the integral or derivative of this one.
    #[error("{what} of a channel in {unit} has no unit here")]
    NoSuchUnit {
        /// `integral` or `derivative`.
        what: &'static str,
        /// Unit of the channel.
        unit: Unit,
    },
    /// A channel code that is not 16 ASCII letters or digits.
    #[error("`{code}` is not an ISO-MME channel code: {reason}")]
    BadCode {
        /// The text given.
        code: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Times and values do not make a series.
    #[error("{times} times for {values} values")]
    LengthMismatch {
        /// Number of times.
        times: usize,
        /// Number of values.
        values: usize,
    },
    /// Times are not strictly increasing.
    #[error("time does not increase at sample {index} ({time_s} s)")]
    TimeNotIncreasing {
        /// Position of the first bad time.
        index: usize,
        /// Its value, s.
        time_s: f64,
    },
    /// A time span that would make more samples than any test has.
    #[error("{span_s} s at a step of {dt_s} s are too many samples: cut the channel or take a longer step")]
    TooLong {
        /// The span, s.
        span_s: f64,
        /// The step, s.
        dt_s: f64,
    },
    /// A time window that holds no sample.
    #[error("no sample between {from_s} and {to_s} s")]
    EmptyWindow {
        /// Start, s.
        from_s: f64,
        /// End, s.
        to_s: f64,
    },
}

/// The first sample that is not finite, as an error.
pub(crate) fn check_finite(values: &[f64]) -> Result<(), SignalError> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(SignalError::NotFinite {
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

/// A sample interval that can be used, or an error.
pub(crate) fn check_interval(dt_s: f64) -> Result<(), SignalError> {
    if dt_s.is_finite() && dt_s > 0.0 {
        Ok(())
    } else {
        Err(SignalError::BadInterval { dt_s })
    }
}
