//! Where a number comes from and how far it may be off (model section 10).

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

/// Provenance of one number, or of all numbers below a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// Kind of evidence.
    pub basis: Basis,
    /// Key of `[sources]`.
    pub source: String,
    /// Coefficient of variation (standard deviation over value).
    pub cv: f64,
}
