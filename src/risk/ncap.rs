//! US NCAP frontal risk curves and the joint probability they combine into.
//!
//! Note N15 ([`crate::model`]): 73 FR 40016 (11 July 2008), model years 2011 and on. `joint` is the official
//! product over head, neck, chest and femur; where the model gives no neck load it takes the neck curve at
//! its own floor, Nij = 0, the least the official formula could give. `joint_without_neck` leaves the neck
//! out and is the one to design for: at Nij = 0 the curve still claims 3.8 %, about ten times what the field
//! shows (abstract of Stapp 2010-22-0004).

use serde::Serialize;

use super::curves::{BodyRegion, Evidence, Predictor, RiskCurve, Severity, Shape, ValidRange, estimated};
use crate::criteria::Dummy;

const SOURCE: &str = "US NCAP, 73 FR 40016 (11 July 2008), Docket NHTSA-2006-26555; coefficients agree in two \
                      independent implementations";

const fn curve(
    id: &'static str,
    region: BodyRegion,
    severity: Severity,
    population: &'static str,
    predictor: Predictor,
    valid: ValidRange,
    shape: Shape,
) -> RiskCurve {
    RiskCurve {
        id,
        region,
        severity,
        population,
        predictor,
        valid,
        evidence: Evidence::TwoSecondary,
        source: SOURCE,
        shape,
    }
}

const fn logistic(b0: f64, b1: f64) -> Shape {
    Shape::Logistic { b0, b1, unit: 1.0 }
}

const ADULTS: &str = "adults, HIII-50M or HIII-05F in a frontal test";
const MALE: &str = "mid-size adult male, HIII-50M in a frontal test";
const FEMALE: &str = "small adult female, HIII-05F in a frontal test";

/// Head, AIS 3+, both dummies, from HIC15.
pub const HEAD_AIS3: RiskCurve = curve(
    "ncap2008_head",
    BodyRegion::Head,
    Severity::Ais3,
    ADULTS,
    Predictor::Hic15,
    estimated(0.0, 2500.0),
    Shape::LogNormal {
        mu: 7.45231,
        sigma: 0.73998,
    },
);
/// Chest, AIS 3+, HIII-50M, from deflection in mm.
pub const CHEST_AIS3_50M: RiskCurve = curve(
    "ncap2008_chest_50m",
    BodyRegion::Chest,
    Severity::Ais3,
    MALE,
    Predictor::ChestDeflectionMm,
    estimated(0.0, 90.0),
    Shape::LogisticPower {
        b0: -10.5456,
        b1: 1.568,
        power: 0.4612,
    },
);
/// Chest, AIS 3+, HIII-05F, from deflection in mm.
pub const CHEST_AIS3_05F: RiskCurve = curve(
    "ncap2008_chest_05f",
    BodyRegion::Chest,
    Severity::Ais3,
    FEMALE,
    Predictor::ChestDeflectionMm,
    estimated(0.0, 75.0),
    Shape::LogisticPower {
        b0: -10.5456,
        b1: 1.7212,
        power: 0.4612,
    },
);
/// Femur, AIS 2+, HIII-50M, from force in kN.
pub const FEMUR_AIS2_50M: RiskCurve = curve(
    "ncap2008_femur_50m",
    BodyRegion::Femur,
    Severity::Ais2,
    MALE,
    Predictor::FemurForceKn,
    estimated(0.0, 20.0),
    logistic(-5.795, 0.5196),
);
/// Femur, AIS 2+, HIII-05F, from force in kN.
pub const FEMUR_AIS2_05F: RiskCurve = curve(
    "ncap2008_femur_05f",
    BodyRegion::Femur,
    Severity::Ais2,
    FEMALE,
    Predictor::FemurForceKn,
    estimated(0.0, 14.0),
    logistic(-5.7949, 0.7619),
);
/// Neck, AIS 3+, both dummies, from Nij.
pub const NECK_NIJ_AIS3: RiskCurve = curve(
    "ncap2008_neck_nij",
    BodyRegion::Neck,
    Severity::Ais3,
    ADULTS,
    Predictor::Nij,
    estimated(0.0, 2.0),
    logistic(-3.2269, 1.9688),
);
/// Neck, AIS 3+, HIII-50M, from tension in kN.
pub const NECK_TENSION_AIS3_50M: RiskCurve = curve(
    "ncap2008_neck_tension_50m",
    BodyRegion::Neck,
    Severity::Ais3,
    MALE,
    Predictor::NeckTensionKn,
    estimated(0.0, 8.0),
    logistic(-10.9745, 2.375),
);
/// Neck, AIS 3+, HIII-50M, from compression in kN: the tension curve again.
pub const NECK_COMPRESSION_AIS3_50M: RiskCurve = RiskCurve {
    id: "ncap2008_neck_compression_50m",
    predictor: Predictor::NeckCompressionKn,
    ..NECK_TENSION_AIS3_50M
};
/// Neck, AIS 3+, HIII-05F, from tension in kN.
pub const NECK_TENSION_AIS3_05F: RiskCurve = curve(
    "ncap2008_neck_tension_05f",
    BodyRegion::Neck,
    Severity::Ais3,
    FEMALE,
    Predictor::NeckTensionKn,
    estimated(0.0, 5.0),
    logistic(-10.958, 3.770),
);
/// Neck, AIS 3+, HIII-05F, from compression in kN: the tension curve again.
pub const NECK_COMPRESSION_AIS3_05F: RiskCurve = RiskCurve {
    id: "ncap2008_neck_compression_05f",
    predictor: Predictor::NeckCompressionKn,
    ..NECK_TENSION_AIS3_05F
};

/// All curves of this file.
pub const CURVES: [RiskCurve; 10] = [
    HEAD_AIS3,
    CHEST_AIS3_50M,
    CHEST_AIS3_05F,
    FEMUR_AIS2_50M,
    FEMUR_AIS2_05F,
    NECK_NIJ_AIS3,
    NECK_TENSION_AIS3_50M,
    NECK_COMPRESSION_AIS3_50M,
    NECK_TENSION_AIS3_05F,
    NECK_COMPRESSION_AIS3_05F,
];

/// Joint probability of an average new car, to which the rating relates (2008).
pub const BASELINE_JOINT_RISK: f64 = 0.15;

/// Neck loads of one test.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NeckInput {
    /// Greatest Nij.
    pub nij: f64,
    /// Greatest tension, kN.
    pub tension_kn: f64,
    /// Greatest compression, kN, positive.
    pub compression_kn: f64,
}

/// Criteria of one occupant; `None` for what was not measured or cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NcapInput {
    /// HIC over 15 ms.
    pub hic15: Option<f64>,
    /// Chest deflection, mm, positive in compression.
    pub chest_deflection_mm: Option<f64>,
    /// Greatest femur compression of both legs, kN.
    pub femur_kn: Option<f64>,
    /// Neck loads.
    pub neck: Option<NeckInput>,
}

/// Risks of one occupant; `None` where a criterion or the dummy's curve is missing.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct NcapRisk {
    /// Head, AIS 3+.
    pub head_ais3: Option<f64>,
    /// Chest, AIS 3+.
    pub chest_ais3: Option<f64>,
    /// Femur, AIS 2+.
    pub femur_ais2: Option<f64>,
    /// Neck, AIS 3+: the largest of the Nij, tension and compression curves; `None` without neck loads.
    pub neck_ais3: Option<f64>,
    /// Joint probability; without neck loads the neck curve enters at Nij = 0.
    pub joint: Option<f64>,
    /// Joint probability over head, chest and femur.
    pub joint_without_neck: Option<f64>,
}

impl NcapRisk {
    /// Risk relative to the baseline of 15 %, from the official joint probability.
    pub fn relative_risk(&self) -> Option<f64> {
        self.joint.map(|p| p / BASELINE_JOINT_RISK)
    }

    /// Stars of the official joint probability.
    pub fn stars(&self) -> Option<u8> {
        self.relative_risk().map(stars)
    }
}

/// Stars of a relative risk: 5 below 0.67, 4 below 1.00, 3 below 1.33, 2 below 2.67, else 1.
pub fn stars(relative_risk: f64) -> u8 {
    [0.67, 1.00, 1.33, 2.67]
        .iter()
        .zip([5, 4, 3, 2])
        .find(|(limit, _)| relative_risk < **limit)
        .map_or(1, |(_, stars)| stars)
}

/// The least neck risk the official formula can give: the Nij curve at Nij = 0, 3.8 %.
pub fn neck_floor() -> f64 {
    NECK_NIJ_AIS3.probability(0.0)
}

/// Risks of one occupant under the US NCAP curves of 2008. All `None` for a dummy they do not cover.
///
/// ```
/// use crumple::criteria::Dummy;
/// use crumple::risk::{NcapInput, ncap_risk};
/// let input = NcapInput {
///     hic15: Some(700.0),
///     ..NcapInput::default()
/// };
/// let head = ncap_risk(Dummy::Hiii50m, &input).head_ais3.unwrap();
/// assert!((head - 0.111629).abs() < 1e-6);
/// ```
pub fn ncap_risk(dummy: Dummy, input: &NcapInput) -> NcapRisk {
    let (chest, femur, tension, compression) = match dummy {
        Dummy::Hiii50m => (
            CHEST_AIS3_50M,
            FEMUR_AIS2_50M,
            NECK_TENSION_AIS3_50M,
            NECK_COMPRESSION_AIS3_50M,
        ),
        Dummy::Hiii05f => (
            CHEST_AIS3_05F,
            FEMUR_AIS2_05F,
            NECK_TENSION_AIS3_05F,
            NECK_COMPRESSION_AIS3_05F,
        ),
        _ => return NcapRisk::default(),
    };
    let head_ais3 = input.hic15.map(|v| HEAD_AIS3.probability(v));
    let chest_ais3 = input.chest_deflection_mm.map(|v| chest.probability(v));
    let femur_ais2 = input.femur_kn.map(|v| femur.probability(v));
    let neck_ais3 = input.neck.map(|n| {
        NECK_NIJ_AIS3
            .probability(n.nij)
            .max(tension.probability(n.tension_kn))
            .max(compression.probability(n.compression_kn))
    });
    let unhurt = match (head_ais3, chest_ais3, femur_ais2) {
        (Some(h), Some(c), Some(f)) => Some((1.0 - h) * (1.0 - c) * (1.0 - f)),
        _ => None,
    };
    let neck = neck_ais3.unwrap_or_else(neck_floor);
    NcapRisk {
        head_ais3,
        chest_ais3,
        femur_ais2,
        neck_ais3,
        joint: unhurt.map(|u| 1.0 - u * (1.0 - neck)),
        joint_without_neck: unhurt.map(|u| 1.0 - u),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn curves_match_the_check_values() {
        let checks: [(RiskCurve, &[(f64, f64)]); 8] = [
            (
                HEAD_AIS3,
                &[
                    (250.0, 0.004536),
                    (500.0, 0.047202),
                    (700.0, 0.111629),
                    (1000.0, 0.230894),
                ],
            ),
            (
                CHEST_AIS3_50M,
                &[
                    (20.0, 0.013350),
                    (30.0, 0.046571),
                    (40.0, 0.124424),
                    (50.0, 0.265107),
                    (63.0, 0.512963),
                ],
            ),
            (CHEST_AIS3_05F, &[(20.0, 0.024296), (30.0, 0.092482), (40.0, 0.247595)]),
            (
                NECK_NIJ_AIS3,
                &[(0.0, 0.038166), (0.3, 0.066841), (0.5, 0.095998), (1.0, 0.221301)],
            ),
            (NECK_TENSION_AIS3_50M, &[(3.0, 0.020847), (4.0, 0.18626)]),
            (NECK_COMPRESSION_AIS3_05F, &[(2.0, 0.031738), (2.62, 0.253392)]),
            (FEMUR_AIS2_50M, &[(2.0, 0.008528), (4.0, 0.023739), (10.0, 0.354573)]),
            (FEMUR_AIS2_05F, &[(2.0, 0.013774), (4.0, 0.060239)]),
        ];
        for (curve, points) in checks {
            for &(x, want) in points {
                let p = curve.probability(x);
                assert!((p - want).abs() < 1e-6, "{} at {x}: {p}, published {want}", curve.id);
            }
        }
    }

    fn input(hic15: f64, chest: f64, femur: f64) -> NcapInput {
        NcapInput {
            hic15: Some(hic15),
            chest_deflection_mm: Some(chest),
            femur_kn: Some(femur),
            neck: None,
        }
    }

    #[test]
    fn joint_probability_and_stars_match_the_check_values() {
        let neck = |nij, tension_kn| {
            Some(NeckInput {
                nij,
                tension_kn,
                compression_kn: 0.3,
            })
        };
        let male = NcapInput {
            neck: neck(0.30, 1.2),
            ..input(250.0, 30.0, 2.0)
        };
        let r = ncap_risk(Dummy::Hiii50m, &male);
        assert!((r.joint.unwrap() - 0.121888).abs() < 1e-6, "{r:?}");
        assert!((r.relative_risk().unwrap() - 0.812589).abs() < 5e-6);
        assert_eq!(r.stars(), Some(4));
        let female = NcapInput {
            neck: neck(0.40, 1.0),
            ..input(250.0, 20.0, 1.5)
        };
        let r = ncap_risk(Dummy::Hiii05f, &female);
        assert!((r.joint.unwrap() - 0.115081).abs() < 1e-6, "{r:?}");
        assert!((r.relative_risk().unwrap() - 0.767205).abs() < 5e-6);
    }

    #[test]
    fn star_limits_belong_to_the_worse_rating() {
        for (rr, want) in [(0.66, 5), (0.67, 4), (1.0, 3), (1.33, 2), (2.66, 2), (2.67, 1)] {
            assert_eq!(stars(rr), want, "{rr}");
        }
    }

    #[test]
    fn what_cannot_be_given_is_none() {
        assert_eq!(
            ncap_risk(Dummy::PointMass, &input(250.0, 30.0, 2.0)),
            NcapRisk::default()
        );
        let r = ncap_risk(
            Dummy::Hiii50m,
            &NcapInput {
                femur_kn: None,
                ..input(250.0, 30.0, 0.0)
            },
        );
        assert!(r.head_ais3.is_some() && r.joint.is_none() && r.joint_without_neck.is_none());
    }

    proptest! {
        #[test]
        fn joint_risk_rises_with_every_criterion_and_the_neck_adds_at_least_its_floor(
            h in 1.0..2000.0f64, c in 0.0..80.0f64, f in 0.0..15.0f64,
            dh in 0.0..500.0f64, dc in 0.0..20.0f64, df in 0.0..5.0f64,
        ) {
            for dummy in [Dummy::Hiii50m, Dummy::Hiii05f] {
                let a = ncap_risk(dummy, &input(h, c, f));
                let b = ncap_risk(dummy, &input(h + dh, c + dc, f + df));
                prop_assert!(b.joint.unwrap() >= a.joint.unwrap() - 1e-15);
                let (with, without) = (a.joint.unwrap(), a.joint_without_neck.unwrap());
                prop_assert!(((1.0 - with) - (1.0 - without) * (1.0 - neck_floor())).abs() < 1e-12);
                prop_assert!(without >= a.head_ais3.unwrap().max(a.chest_ais3.unwrap()) - 1e-15);
                let neck = NcapInput {
                    neck: Some(NeckInput { nij: 0.0, tension_kn: 0.0, compression_kn: 0.0 }),
                    ..input(h, c, f)
                };
                prop_assert_eq!(ncap_risk(dummy, &neck).joint, a.joint);
            }
        }
    }
}
