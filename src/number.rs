//! Numbers of data files that are what their keys say: a value that is not is refused at its place in the file.

use serde::{Deserialize, Serialize};

/// A finite number above zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Positive(f64);

/// A finite number, zero or above.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Amount(f64);

/// Lowest and highest of something: finite, the first not above the second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct Range([f64; 2]);

impl Positive {
    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Amount {
    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Range {
    /// Lowest and highest.
    pub const fn get(self) -> [f64; 2] {
        self.0
    }
}

impl TryFrom<f64> for Positive {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        if v.is_finite() && v > 0.0 {
            Ok(Self(v))
        } else {
            Err(format!("{v} is not a finite number above 0"))
        }
    }
}

impl TryFrom<f64> for Amount {
    type Error = String;

    fn try_from(v: f64) -> Result<Self, String> {
        if v.is_finite() && v >= 0.0 {
            Ok(Self(v))
        } else {
            Err(format!("{v} is not a finite number of 0 or above"))
        }
    }
}

impl TryFrom<[f64; 2]> for Range {
    type Error = String;

    fn try_from([lo, hi]: [f64; 2]) -> Result<Self, String> {
        if lo.is_finite() && hi.is_finite() && lo <= hi {
            Ok(Self([lo, hi]))
        } else {
            Err(format!("[{lo}, {hi}] is not a lowest and a highest value"))
        }
    }
}

impl From<Positive> for f64 {
    fn from(v: Positive) -> Self {
        v.0
    }
}

impl From<Amount> for f64 {
    fn from(v: Amount) -> Self {
        v.0
    }
}

impl From<Range> for [f64; 2] {
    fn from(v: Range) -> Self {
        v.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not a number of its kind is refused.
    #[test]
    fn numbers_are_what_they_say() {
        assert!(Positive::try_from(1.0).is_ok() && Positive::try_from(0.0).is_err());
        assert!(Amount::try_from(0.0).is_ok() && Amount::try_from(-1.0).is_err());
        assert!(Range::try_from([1.0, 1.0]).is_ok() && Range::try_from([2.0, 1.0]).is_err());
        for v in [f64::NAN, f64::INFINITY] {
            assert!(Positive::try_from(v).is_err() && Amount::try_from(v).is_err());
            assert!(Range::try_from([0.0, v]).is_err());
        }
    }
}
