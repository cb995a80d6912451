//! The type of every risk curve: a shape and everything needed to judge whether it applies.
//!
//! Model section 7. A probability without its population is worthless, so a curve carries region, severity,
//! population, range and source, and [`RiskCurve::evaluate`] says when it is asked beyond its range.

use serde::Serialize;
use statrs::function::erf::erfc;

/// Part of the body a curve speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum BodyRegion {
    Head,
    Neck,
    Chest,
    Femur,
    WholeBody,
}

/// Injury severity at or above a level: AIS of one region, or MAIS, the worst of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "&'static str")]
#[allow(missing_docs)] // the names are the levels
pub enum Severity {
    Ais1,
    Ais2,
    Ais3,
    Ais4,
    Ais5,
    Mais1,
    Mais2,
    Mais3,
    /// MAIS 3 or more, or fatal.
    Mais3OrFatal,
    Mais4,
    Mais5,
    Fatal,
}

impl Severity {
    /// Name as printed in tables.
    pub const fn label(self) -> &'static str {
        match self {
            Severity::Ais1 => "AIS1+",
            Severity::Ais2 => "AIS2+",
            Severity::Ais3 => "AIS3+",
            Severity::Ais4 => "AIS4+",
            Severity::Ais5 => "AIS5+",
            Severity::Mais1 => "MAIS1+",
            Severity::Mais2 => "MAIS2+",
            Severity::Mais3 => "MAIS3+",
            Severity::Mais3OrFatal => "MAIS3+F",
            Severity::Mais4 => "MAIS4+",
            Severity::Mais5 => "MAIS5+",
            Severity::Fatal => "fatal",
        }
    }
}

impl From<Severity> for &'static str {
    fn from(severity: Severity) -> Self {
        severity.label()
    }
}

/// The criterion a curve is entered with; the unit is part of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum Predictor {
    Hic15,
    Hic36,
    Bric,
    Nij,
    NeckTensionKn,
    NeckCompressionKn,
    ChestDeflectionMm,
    ChestA3msG,
    CombinedThoracicIndex,
    FemurForceKn,
    DeltaVMps,
    ClosingSpeedMps,
}

/// How well a curve's coefficients are founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// One secondary source that quotes the primary was read.
    Secondary,
    /// Two independent secondary sources agree.
    TwoSecondary,
}

impl Evidence {
    /// In a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Secondary => "one source",
            Self::TwoSecondary => "two sources",
        }
    }
}

/// Values of the predictor for which a curve is used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ValidRange {
    /// Lowest.
    pub from: f64,
    /// Highest.
    pub to: f64,
    /// Whether the source states the range; otherwise it is this program's judgement (estimated).
    pub published: bool,
}

/// Mathematical form, z being the predictor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "form")]
pub enum Shape {
    /// 1 / (1 + exp(-(b0 + b1 z / unit))); `unit` is the published unit in that of the predictor.
    Logistic {
        /// Intercept.
        b0: f64,
        /// Slope per published unit.
        b1: f64,
        /// One published unit, in the unit of the predictor.
        unit: f64,
    },
    /// 1 / (1 + exp(-(b0 + b1 z^power))).
    LogisticPower {
        /// Intercept.
        b0: f64,
        /// Factor of the power.
        b1: f64,
        /// Exponent.
        power: f64,
    },
    /// Phi((ln z - mu) / sigma).
    LogNormal {
        /// Mean of ln z.
        mu: f64,
        /// Standard deviation of ln z.
        sigma: f64,
    },
    /// 1 / (1 + exp(a + 200 / z - b z)), the expanded Prasad-Mertz curves.
    PrasadMertz {
        /// Constant.
        a: f64,
        /// Slope.
        b: f64,
    },
    /// 1 - exp(-((z - shift) / scale)^shape), zero up to the shift.
    Weibull {
        /// Value below which there is no risk.
        shift: f64,
        /// Scale.
        scale: f64,
        /// Exponent.
        shape: f64,
    },
    /// (z / at_one)^exponent, one beyond.
    Power {
        /// Value of certainty.
        at_one: f64,
        /// Exponent.
        exponent: f64,
    },
}

impl Shape {
    /// Probability at `z`.
    pub fn probability(self, z: f64) -> f64 {
        match self {
            Shape::Logistic { b0, b1, unit } => logistic(b0 + b1 * z / unit),
            Shape::LogisticPower { b0, b1, power } => logistic(b0 + b1 * z.max(0.0).powf(power)),
            Shape::LogNormal { mu, sigma } if z > 0.0 => normal_cdf((z.ln() - mu) / sigma),
            Shape::PrasadMertz { a, b } if z > 0.0 => logistic(-(a + 200.0 / z - b * z)),
            Shape::Weibull { shift, scale, shape } => -(-((z - shift).max(0.0) / scale).powf(shape)).exp_m1(),
            Shape::Power { at_one, exponent } => (z.max(0.0) / at_one).min(1.0).powf(exponent),
            Shape::LogNormal { .. } | Shape::PrasadMertz { .. } => 0.0,
        }
    }
}

/// 1 / (1 + exp(-x)).
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Cumulative standard normal distribution.
fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// A published relation between a criterion and the probability of injury.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RiskCurve {
    /// Name, unique in this program.
    pub id: &'static str,
    /// Part of the body.
    pub region: BodyRegion,
    /// Injury severity.
    pub severity: Severity,
    /// Who and which crashes the curve stands for.
    pub population: &'static str,
    /// What it is entered with.
    pub predictor: Predictor,
    /// Where it is used.
    pub valid: ValidRange,
    /// How well founded.
    pub evidence: Evidence,
    /// Where it comes from.
    pub source: &'static str,
    /// Form and coefficients.
    pub shape: Shape,
}

/// A probability and whether the curve was asked within its range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Risk {
    /// Probability, 0 to 1.
    pub probability: f64,
    /// False when the predictor lies outside [`RiskCurve::valid`].
    pub in_range: bool,
}

impl RiskCurve {
    /// Probability at `z`, in the unit of the predictor, whether in range or not.
    pub fn probability(&self, z: f64) -> f64 {
        // NaN must not turn into a probability by way of a comparison that is false.
        if z.is_nan() {
            f64::NAN
        } else {
            self.shape.probability(z)
        }
    }

    /// Probability at `z` and whether the curve is meant for it.
    pub fn evaluate(&self, z: f64) -> Risk {
        Risk {
            probability: self.probability(z),
            in_range: (self.valid.from..=self.valid.to).contains(&z),
        }
    }
}

/// A range no source states: this program's judgement.
pub(crate) const fn estimated(from: f64, to: f64) -> ValidRange {
    ValidRange {
        from,
        to,
        published: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_pass_through_the_points_their_definition_fixes() {
        let l = Shape::Logistic {
            b0: -2.0,
            b1: 0.5,
            unit: 3.0,
        };
        assert_eq!(l.probability(12.0), 0.5);
        let n = Shape::LogNormal { mu: 2.0, sigma: 0.5 };
        assert!((n.probability(2f64.exp()) - 0.5).abs() < 1e-15);
        assert!((n.probability(3f64.exp()) - 0.977_249_868_051_820_8).abs() < 1e-9);
        assert_eq!(n.probability(0.0), 0.0);
        let w = Shape::Weibull {
            shift: 1.0,
            scale: 2.0,
            shape: 3.0,
        };
        assert_eq!(w.probability(1.0), 0.0);
        assert!((w.probability(3.0) - (1.0 - (-1f64).exp())).abs() < 1e-15);
        let p = Shape::Power {
            at_one: 2.0,
            exponent: 4.0,
        };
        assert_eq!((p.probability(1.0), p.probability(5.0)), (0.0625, 1.0));
    }
}
