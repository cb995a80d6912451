//! Criteria that a target may limit, and the target itself.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::{Error, nearest};
use crate::risk::ncap::neck_floor;

/// A quantity that a target limits; smaller is better for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criterion {
    /// Joint probability of injury with the neck at its floor.
    Joint,
    /// Joint probability over head, chest and femur: the one to design for.
    JointWithoutNeck,
    /// Probability of a head injury, AIS 3+.
    HeadAis3,
    /// Probability of a chest injury, AIS 3+.
    ChestAis3,
    /// Probability of a femur fracture, AIS 2+.
    FemurAis2,
    /// HIC15.
    Hic15,
    /// HIC36.
    Hic36,
    /// Cumulative 3 ms chest acceleration, g.
    ChestA3msG,
    /// Chest deflection, mm.
    ChestDeflectionMm,
    /// Viscous criterion, m/s.
    ViscousCriterionMps,
    /// Femur force per leg, kN.
    FemurKn,
    /// Forward travel of the head in the cabin, mm.
    ExcursionMm,
    /// Intrusion, mm.
    IntrusionMm,
}

impl Criterion {
    /// All of them, as named on the command line.
    pub const ALL: [Self; 13] = [
        Self::Joint,
        Self::JointWithoutNeck,
        Self::HeadAis3,
        Self::ChestAis3,
        Self::FemurAis2,
        Self::Hic15,
        Self::Hic36,
        Self::ChestA3msG,
        Self::ChestDeflectionMm,
        Self::ViscousCriterionMps,
        Self::FemurKn,
        Self::ExcursionMm,
        Self::IntrusionMm,
    ];

    /// Key used in files and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Joint => "joint",
            Self::JointWithoutNeck => "joint_without_neck",
            Self::HeadAis3 => "head_ais3",
            Self::ChestAis3 => "chest_ais3",
            Self::FemurAis2 => "femur_ais2",
            Self::Hic15 => "hic15",
            Self::Hic36 => "hic36",
            Self::ChestA3msG => "chest_a3ms_g",
            Self::ChestDeflectionMm => "chest_deflection_mm",
            Self::ViscousCriterionMps => "viscous_criterion_mps",
            Self::FemurKn => "femur_kN",
            Self::ExcursionMm => "excursion_mm",
            Self::IntrusionMm => "intrusion_mm",
        }
    }

    /// Is it a probability, from 0 to 1?
    pub const fn is_risk(self) -> bool {
        matches!(
            self,
            Self::Joint
                | Self::JointWithoutNeck
                | Self::HeadAis3
                | Self::ChestAis3
                | Self::FemurAis2
        )
    }

    /// A size that is small for the criterion: keeps a limit of 0 from making slacks infinite.
    const fn small(self) -> f64 {
        match self {
            Self::Hic15 | Self::Hic36 => 20.0,
            Self::ChestA3msG | Self::ChestDeflectionMm => 2.0,
            Self::ViscousCriterionMps => 0.02,
            Self::FemurKn => 0.2,
            Self::ExcursionMm | Self::IntrusionMm => 5.0,
            _ => 0.005,
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl Serialize for Criterion {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.key())
    }
}

impl FromStr for Criterion {
    type Err = Error;
    fn from_str(word: &str) -> Result<Self, Error> {
        let keys = Self::ALL.map(Self::key);
        Self::ALL
            .into_iter()
            .find(|c| c.key() == word)
            .ok_or_else(|| {
                let hint = nearest(word, keys).map_or_else(
                    || format!("targets: {}", keys.join(", ")),
                    |n| format!("did you mean \"{n}\"?"),
                );
                Error::request(format!("unknown target \"{word}\""), hint)
            })
    }
}

/// An upper limit on a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Target {
    /// What is limited.
    pub criterion: Criterion,
    /// Largest allowed value, in the criterion's unit.
    pub limit: f64,
}

impl Target {
    /// Logarithmic slack: 0 at the limit, positive when met, about the relative margin near the limit.
    ///
    /// The logarithm keeps criteria that span decades (HIC, probabilities) near enough to linear for an
    /// optimiser that works by linear interpolation.
    pub fn slack(&self, value: f64) -> f64 {
        let floor = self.criterion.small();
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
        if criterion == Criterion::Joint && limit < neck_floor() {
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
