//! A limit on a reading, and how far a value is from it.

use std::str::FromStr;

use serde::Serialize;

use crate::error::Error;
use crate::measure::Measure;
use crate::risk::ncap::neck_floor;

/// A size that is small for a criterion: keeps a limit of 0 from making slacks infinite.
const fn small(criterion: Measure) -> f64 {
    match criterion {
        Measure::Hic15 | Measure::Hic36 => 20.0,
        Measure::ChestA3msG | Measure::ChestDeflectionMm => 2.0,
        Measure::ViscousCriterionMps => 0.02,
        Measure::FemurKn => 0.2,
        Measure::ExcursionMm | Measure::IntrusionMm => 5.0,
        _ => 0.005,
    }
}

/// An upper limit on a criterion.
///
/// ```
/// use crumple::sizing::Target;
/// let target: Target = "hic15=700".parse().unwrap();
/// assert_eq!(target.slack(700.0), 0.0);
/// assert!(target.slack(500.0) > 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Target {
    /// What is limited.
    pub criterion: Measure,
    /// Largest allowed value, in the criterion's unit.
    pub limit: f64,
}

impl Target {
    /// Logarithmic slack: 0 at the limit, positive when met, about the relative margin near the limit.
    ///
    /// The logarithm keeps criteria that span decades (HIC, probabilities) near enough to linear for an
    /// optimiser that works by linear interpolation.
    pub fn slack(&self, value: f64) -> f64 {
        let floor = small(self.criterion);
        ((self.limit + floor) / (value.max(0.0) + floor)).ln()
    }

    /// Could any occupant meet it? A probability is at most 1, and the joint risk with the neck never
    /// falls below the neck curve's own floor.
    ///
    /// # Errors
    /// [`Error::Request`] with what would be right.
    pub fn check(&self) -> Result<(), Error> {
        let (limit, criterion) = (self.limit, self.criterion);
        if criterion.is_risk() && limit > 1.0 {
            return Err(Error::request(
                format!("target {criterion}={limit}"),
                "a risk is a probability from 0 to 1: 15 % is 0.15",
            ));
        }
        if criterion == Measure::Joint && limit < neck_floor() {
            return Err(Error::request(
                format!(
                    "target joint={limit} contradicts its own curve, which is never below {:.3}",
                    neck_floor()
                ),
                "the neck curve's floor is in it: limit joint_without_neck instead",
            ));
        }
        Ok(())
    }
}

impl FromStr for Target {
    type Err = Error;
    /// `joint=0.15`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let help = "write criterion=limit, for example joint=0.15";
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Error::request(format!("target \"{text}\""), help))?;
        let limit: f64 = value
            .trim()
            .parse()
            .ok()
            .filter(|v: &f64| v.is_finite() && *v >= 0.0)
            .ok_or_else(|| Error::request(format!("limit \"{value}\" of target {name}"), help))?;
        let target = Self {
            criterion: name.trim().parse()?,
            limit,
        };
        target.check()?;
        Ok(target)
    }
}
