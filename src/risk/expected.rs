//! Expected risk (model section 7): the mean over a scatter set of what single tests would give, beside the nominal
//! risk and what field data say.

use serde::{Serialize, Serializer};

use super::ncap::NcapRisk;
use crate::measure::Measure;

/// How far a joint risk and the field's may lie apart before the result says so (facts of the project: single-car tests
/// and pooled field curves differ by cars, ages and belts).
pub const FIELD_FACTOR: f64 = 4.0;

/// Means over a scatter set. `None` where a criterion or the dummy's curve is missing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExpectedRisk {
    /// Mean joint risk with the neck at its floor.
    pub expected_joint: Option<f64>,
    /// Mean joint risk over head, chest and femur: the one to compare and to design for.
    pub expected_joint_without_neck: Option<f64>,
    /// Mean head risk, AIS 3+.
    pub expected_head_ais3: Option<f64>,
    /// Mean chest risk, AIS 3+.
    pub expected_chest_ais3: Option<f64>,
    /// Mean femur risk, AIS 2+.
    pub expected_femur_ais2: Option<f64>,
    /// Points that the means are over.
    pub expected_over_points: usize,
}

impl ExpectedRisk {
    /// The means of single tests; a mean is missing where any of them is.
    pub fn over(tests: &[NcapRisk]) -> Self {
        let mean = |of: fn(&NcapRisk) -> Option<f64>| {
            let all: Option<Vec<f64>> = tests.iter().map(of).collect();
            all.filter(|a| !a.is_empty())
                .map(|a| a.iter().sum::<f64>() / a.len() as f64)
        };
        Self {
            expected_joint: mean(|r| r.joint),
            expected_joint_without_neck: mean(|r| r.joint_without_neck),
            expected_head_ais3: mean(|r| r.head_ais3),
            expected_chest_ais3: mean(|r| r.chest_ais3),
            expected_femur_ais2: mean(|r| r.femur_ais2),
            expected_over_points: tests.len(),
        }
    }

    /// A mean by its measure; `None` for what is no mean over a scatter set.
    pub const fn reading(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::ExpectedJoint => self.expected_joint,
            Measure::ExpectedJointWithoutNeck => self.expected_joint_without_neck,
            Measure::ExpectedHeadAis3 => self.expected_head_ais3,
            Measure::ExpectedChestAis3 => self.expected_chest_ais3,
            Measure::ExpectedFemurAis2 => self.expected_femur_ais2,
            _ => None,
        }
    }
}

/// Do a joint risk and the field's differ by more than [`FIELD_FACTOR`]? `None` where either is missing.
pub fn outside_evidence(joint: Option<f64>, field: Option<f64>) -> Option<bool> {
    let (joint, field) = joint.zip(field)?;
    Some(joint > FIELD_FACTOR * field || field > FIELD_FACTOR * joint)
}

/// Risk of one occupant: the mean over scatter where it was asked for, the nominal run's, and the field's at the
/// vehicle's delta-v. Serializes flat, with `outside_evidence`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OccupantRisk {
    /// Means over a scatter set; absent in a single run.
    pub expected: Option<ExpectedRisk>,
    /// Of the run as planned.
    pub nominal: NcapRisk,
    /// MAIS 3+ of DOT HS 813 219 at the delta-v of the occupant's vehicle; `None` outside a collision.
    pub field_mais3: Option<f64>,
}

impl OccupantRisk {
    /// The risk to compare: expected where there is one, else nominal.
    pub fn joint_without_neck(&self) -> Option<f64> {
        match self.expected {
            Some(e) => e.expected_joint_without_neck,
            None => self.nominal.joint_without_neck,
        }
    }

    /// [`outside_evidence`] of the risk to compare.
    pub fn outside_evidence(&self) -> Option<bool> {
        outside_evidence(self.joint_without_neck(), self.field_mais3)
    }
}

impl Serialize for OccupantRisk {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            #[serde(flatten)]
            expected: &'a Option<ExpectedRisk>,
            #[serde(flatten)]
            nominal: &'a NcapRisk,
            field_mais3: Option<f64>,
            outside_evidence: Option<bool>,
        }
        let flat = Flat {
            expected: &self.expected,
            nominal: &self.nominal,
            field_mais3: self.field_mais3,
            outside_evidence: self.outside_evidence(),
        };
        flat.serialize(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand: the mean of 0.1 and 0.3; nothing where one test lacks it.
    #[test]
    fn means_are_over_every_test() {
        let test = |joint| NcapRisk {
            joint_without_neck: joint,
            ..NcapRisk::default()
        };
        let e = ExpectedRisk::over(&[test(Some(0.1)), test(Some(0.3))]);
        assert!((e.expected_joint_without_neck.unwrap() - 0.2).abs() < 1e-15);
        assert_eq!(
            ExpectedRisk::over(&[test(Some(0.1)), test(None)]).expected_joint_without_neck,
            None
        );
        assert_eq!(ExpectedRisk::over(&[]).expected_joint_without_neck, None);
    }

    /// A factor of four either way is within the evidence, more is not.
    #[test]
    fn evidence_is_outside_beyond_a_factor_of_four() {
        let risk = |joint, field| OccupantRisk {
            nominal: NcapRisk {
                joint_without_neck: Some(joint),
                ..NcapRisk::default()
            },
            field_mais3: Some(field),
            ..OccupantRisk::default()
        };
        assert_eq!(risk(0.39, 0.1).outside_evidence(), Some(false));
        assert_eq!(risk(0.41, 0.1).outside_evidence(), Some(true));
        assert_eq!(risk(0.02, 0.1).outside_evidence(), Some(true));
    }
}
