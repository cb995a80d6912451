//! Where a number comes from and how far it may be off (model section 10).
//!
//! An entry has one spread, `cv`. Four optional keys say what one number cannot:
//!
//! - `cv_by_point`: a spread per crush point of one table. The points of a fit are surer than the prior's beyond them.
//! - `side`, `bound`: the number is a bound, or stands a known share beyond one; draws stay on one side of it.
//! - `with`, `against`: no variable of its own. The entry moves with another one, or the other way.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Kind of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Basis {
    /// Read from an instrument or a scale in a test record.
    Measured,
    /// Stated by a published source.
    Published,
    /// Computed from measured or published values.
    Derived,
    /// Judgement or recollection; widest spread.
    Estimated,
}

impl Basis {
    /// Word in files and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Estimated => "estimated",
        }
    }
}

/// Side of a bound on which the true value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Side {
    /// At or above it: a lower bound.
    Above,
    /// At or below it: an upper bound.
    Below,
}

impl Side {
    /// Word in files and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
        }
    }
}

/// Provenance of one number, or of all numbers below a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// Kind of evidence.
    pub basis: Basis,
    /// Key of `[sources]`.
    pub source: String,
    /// Coefficient of variation (standard deviation over value). With `cv_by_point` a representative one of its
    /// points; with `side` that of a two-sided entry whose logarithm has the same standard deviation.
    pub cv: f64,
    /// Coefficient of variation at each crush point of the one table covered, force_kN or unload_kN_per_mm of a
    /// vehicle's path. All points move together, each by its own spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv_by_point: Option<Vec<f64>>,
    /// The true value lies on this side of the bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// The bound over the number of the file, only with `side`: at most 1 for above, at least 1 for below. Absent: 1,
    /// the number is the bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// Key of the entry that this one moves with; `cv` says how far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// Key of the entry that this one moves against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
}

/// Standard deviation of the logarithm of a lognormal factor with a coefficient of variation.
pub(super) fn log_sd(cv: f64) -> f64 {
    (1.0 + cv * cv).ln().sqrt()
}

/// Scale s of a one-sided factor exp(s |z|), z standard normal, so that its logarithm spreads as that of a two-sided
/// factor with this coefficient of variation: |z| has the standard deviation sqrt(1 - 2/pi).
pub(super) fn one_sided_scale(cv: f64) -> f64 {
    log_sd(cv) / (1.0 - 2.0 / PI).sqrt()
}

impl Provenance {
    /// An entry with one spread for all it covers, on both sides.
    pub fn new(basis: Basis, source: impl Into<String>, cv: f64) -> Self {
        Self {
            basis,
            source: source.into(),
            cv,
            cv_by_point: None,
            side: None,
            bound: None,
            with: None,
            against: None,
        }
    }

    /// The entry this one follows, and the sign of its move: `with` 1, `against` -1.
    pub fn follows(&self) -> Option<(&str, f64)> {
        let with = self.with.as_deref().map(|k| (k, 1.0));
        with.or(self.against.as_deref().map(|k| (k, -1.0)))
    }

    /// Largest coefficient of variation of all points.
    pub fn largest_cv(&self) -> f64 {
        let points = self.cv_by_point.iter().flatten();
        points.copied().fold(self.cv, f64::max)
    }

    /// The same evidence with every spread multiplied.
    #[must_use]
    pub fn widened(&self, factor: f64) -> Self {
        let mut one = self.clone();
        one.cv *= factor;
        for cv in one.cv_by_point.iter_mut().flatten() {
            *cv *= factor;
        }
        one
    }

    /// The spread in words: `4.7 %, by point 4.7 to 35.0 %`, `20.0 %, at or above the number`.
    pub fn spread_words(&self) -> String {
        let percent = |cv: f64| format!("{:.1} %", 100.0 * cv);
        let mut words = percent(self.cv);
        if let Some(points) = self.cv_by_point.as_deref().filter(|p| !p.is_empty()) {
            let least = points.iter().copied().fold(f64::INFINITY, f64::min);
            let most = points.iter().copied().fold(0.0, f64::max);
            words += &format!(", by point {:.1} to {}", 100.0 * least, percent(most));
        }
        if let Some(side) = self.side {
            words += &format!(", at or {} ", side.word());
            words += &match self.bound {
                None => "the number".to_string(),
                Some(b) => format!("{b} of the number"),
            };
        }
        if let Some((key, sign)) = self.follows() {
            let how = if sign > 0.0 { "with" } else { "against" };
            words += &format!(", moves {how} {key}");
        }
        words
    }
}

/// The entry at the end of a chain of `with` and `against`, and the product of their signs; the entry itself where it
/// follows none. `None` for an unknown key and for a circle.
pub fn leader<'a>(all: &'a BTreeMap<String, Provenance>, key: &str) -> Option<(&'a str, &'a Provenance, f64)> {
    let mut sign = 1.0;
    let (mut at, mut entry) = all.get_key_value(key)?;
    for _ in 0..=all.len() {
        let Some((next, turn)) = entry.follows() else {
            return Some((at, entry, sign));
        };
        sign *= turn;
        (at, entry) = all.get_key_value(next)?;
    }
    None
}
