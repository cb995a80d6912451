//! Body-region curves beside the US NCAP set: head by AIS level, thorax by level and age, THOR.
//!
//! Note N16 ([`crate::model`]). Population is named for each; the 1999 thorax curves and the
//! Prasad-Mertz family stem from cadaver data of older programmes and sit above the 2008 set.

use super::curves::{BodyRegion, Evidence, Predictor, RiskCurve, Severity, Shape, ValidRange, estimated};

const ADULTS: &str = "adults, frontal loading";
const MALE_HIII: &str = "adults, HIII-50M in a frontal test";
const MALE_THOR: &str = "adults, THOR-50M in a frontal test";
const HIC_RANGE: ValidRange = estimated(0.0, 2500.0);

const fn head(id: &'static str, severity: Severity, mu: f64, sigma: f64) -> RiskCurve {
    RiskCurve {
        id,
        region: BodyRegion::Head,
        severity,
        population: ADULTS,
        predictor: Predictor::Hic15,
        valid: HIC_RANGE,
        evidence: Evidence::Secondary,
        source: "NHTSA (Kuppa 2004), lognormal in HIC, as quoted in a public implementation",
        shape: Shape::LogNormal { mu, sigma },
    }
}

/// Head by AIS level, lognormal in HIC (Kuppa 2004): AIS 2+, 3+, 4+.
pub const HEAD_LOGNORMAL: [RiskCurve; 3] = [
    head("kuppa_head_ais2", Severity::Ais2, 6.96352, 0.84664),
    head("kuppa_head_ais3", Severity::Ais3, 7.45231, 0.73998),
    head("kuppa_head_ais4", Severity::Ais4, 7.65605, 0.60580),
];

const fn prasad_mertz(id: &'static str, severity: Severity, a: f64, b: f64) -> RiskCurve {
    RiskCurve {
        id,
        region: BodyRegion::Head,
        severity,
        population: ADULTS,
        predictor: Predictor::Hic15,
        // The term 200 / HIC makes it a limit at zero; below about 50 it is an artefact.
        valid: estimated(50.0, 2500.0),
        evidence: Evidence::TwoSecondary,
        source: "Prasad and Mertz curves expanded by AIS level (NHTSA), two secondary sources",
        shape: Shape::PrasadMertz { a, b },
    }
}

/// Head by AIS level, expanded Prasad-Mertz: AIS 1+ to 5+ and fatal.
pub const HEAD_PRASAD_MERTZ: [RiskCurve; 6] = [
    prasad_mertz("prasad_mertz_ais1", Severity::Ais1, 1.54, 0.00650),
    prasad_mertz("prasad_mertz_ais2", Severity::Ais2, 2.49, 0.00483),
    prasad_mertz("prasad_mertz_ais3", Severity::Ais3, 3.39, 0.00372),
    prasad_mertz("prasad_mertz_ais4", Severity::Ais4, 4.90, 0.00351),
    prasad_mertz("prasad_mertz_ais5", Severity::Ais5, 7.82, 0.00429),
    prasad_mertz("prasad_mertz_fatal", Severity::Fatal, 12.24, 0.00565),
];

const fn chest(id: &'static str, severity: Severity, predictor: Predictor, to: f64, b0: f64, b1: f64) -> RiskCurve {
    RiskCurve {
        id,
        region: BodyRegion::Chest,
        severity,
        population: MALE_HIII,
        predictor,
        valid: estimated(0.0, to),
        evidence: Evidence::Secondary,
        source: "NHTSA 1999, Development of Improved Injury Criteria II, as quoted in a public implementation",
        shape: Shape::Logistic { b0, b1, unit: 1.0 },
    }
}

/// Thorax by AIS level from deflection in mm (NHTSA 1999): AIS 2+ to 5+.
pub const CHEST_1999: [RiskCurve; 4] = [
    chest(
        "nhtsa1999_chest_ais2",
        Severity::Ais2,
        Predictor::ChestDeflectionMm,
        90.0,
        -1.8706,
        0.04439,
    ),
    chest(
        "nhtsa1999_chest_ais3",
        Severity::Ais3,
        Predictor::ChestDeflectionMm,
        90.0,
        -3.7124,
        0.0475,
    ),
    chest(
        "nhtsa1999_chest_ais4",
        Severity::Ais4,
        Predictor::ChestDeflectionMm,
        90.0,
        -5.0952,
        0.0475,
    ),
    chest(
        "nhtsa1999_chest_ais5",
        Severity::Ais5,
        Predictor::ChestDeflectionMm,
        90.0,
        -8.8274,
        0.0459,
    ),
];

/// Thorax, AIS 3+, from the 3 ms clip in g (NHTSA 1999).
pub const CHEST_A3MS: RiskCurve = chest(
    "nhtsa1999_chest_a3ms",
    Severity::Ais3,
    Predictor::ChestA3msG,
    120.0,
    -3.1493,
    0.0630,
);

/// Thorax, AIS 3+, from the combined thoracic index (NHTSA 1999).
pub const CHEST_CTI: RiskCurve = chest(
    "nhtsa1999_chest_cti",
    Severity::Ais3,
    Predictor::CombinedThoracicIndex,
    2.0,
    -8.224,
    7.125,
);

const fn thor(
    id: &'static str,
    region: BodyRegion,
    severity: Severity,
    predictor: Predictor,
    to: f64,
    shape: Shape,
) -> RiskCurve {
    RiskCurve {
        id,
        region,
        severity,
        population: MALE_THOR,
        predictor,
        valid: estimated(0.0, to),
        evidence: Evidence::Secondary,
        source: "THOR-50M curves as printed in SafetyCompanion 2023, quoted in a public implementation",
        shape,
    }
}

const fn bric(id: &'static str, severity: Severity, scale: f64) -> RiskCurve {
    let shape = Shape::Weibull {
        shift: 0.523,
        scale,
        shape: 1.8,
    };
    thor(id, BodyRegion::Head, severity, Predictor::Bric, 2.0, shape)
}

const fn thor_nij(id: &'static str, severity: Severity, b0: f64, b1: f64) -> RiskCurve {
    let shape = Shape::Logistic { b0, b1, unit: 1.0 };
    thor(id, BodyRegion::Neck, severity, Predictor::Nij, 2.0, shape)
}

/// THOR-50M: head AIS 2+ from HIC15, BrIC AIS 3+ and 4+, chest AIS 3+ (mm, largest of the four points), Nij AIS
/// 2+ and 3+. Head AIS 3+ is the US NCAP curve.
pub const THOR_50M: [RiskCurve; 6] = [
    thor(
        "thor_head_ais2",
        BodyRegion::Head,
        Severity::Ais2,
        Predictor::Hic15,
        2500.0,
        Shape::LogNormal {
            mu: 6.96362,
            sigma: 0.84687,
        },
    ),
    bric("thor_bric_ais3", Severity::Ais3, 0.531),
    bric("thor_bric_ais4", Severity::Ais4, 0.647),
    thor(
        "thor_chest_ais3",
        BodyRegion::Chest,
        Severity::Ais3,
        Predictor::ChestDeflectionMm,
        90.0,
        Shape::Weibull {
            shift: 0.0,
            scale: 58.183,
            shape: 2.997,
        },
    ),
    thor_nij("thor_nij_ais2", Severity::Ais2, -5.819, 5.681),
    thor_nij("thor_nij_ais3", Severity::Ais3, -6.047, 5.44),
];

/// All fixed curves of this file.
pub const CURVES: [RiskCurve; 21] = {
    let mut all = [CHEST_A3MS; 21];
    let mut i = 0;
    while i < 6 {
        if i < 3 {
            all[i] = HEAD_LOGNORMAL[i];
        }
        all[3 + i] = HEAD_PRASAD_MERTZ[i];
        if i < 4 {
            all[9 + i] = CHEST_1999[i];
        }
        all[13 + i] = THOR_50M[i];
        i += 1;
    }
    all[19] = CHEST_CTI;
    all
};

/// Thorax, AIS 3+, for an occupant of `age_years`, from HIII-50M deflection in mm (Laituri and Prasad form):
/// logit = -12.597 + 0.05861 age + 1.568 D^0.4612. At 35 years it is the US NCAP curve. Ages of about 20 to 80
/// are meant (estimated).
pub fn thorax_by_age(age_years: f64) -> RiskCurve {
    RiskCurve {
        id: "laituri_chest_by_age",
        region: BodyRegion::Chest,
        severity: Severity::Ais3,
        population: "adults of the given age, HIII-50M in a frontal test",
        predictor: Predictor::ChestDeflectionMm,
        valid: estimated(0.0, 90.0),
        evidence: Evidence::Secondary,
        source: "Laituri, Prasad et al., age form of the NCAP chest curve, as quoted in a public implementation",
        shape: Shape::LogisticPower {
            b0: -12.597 + 0.05861 * age_years,
            b1: 1.568,
            power: 0.4612,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::ncap::CHEST_AIS3_50M;
    use super::*;

    fn assert_points(curves: &[RiskCurve], x: f64, want: &[f64], tolerance: f64) {
        assert_eq!(curves.len(), want.len());
        for (c, w) in curves.iter().zip(want) {
            let p = c.probability(x);
            assert!((p - w).abs() <= tolerance, "{} at {x}: {p}, published {w}", c.id);
        }
    }

    #[test]
    fn head_curves_match_the_check_values() {
        assert_points(&HEAD_LOGNORMAL, 1000.0, &[0.47374, 0.23089, 0.10837], 6e-6);
        let at_700 = [0.93844, 0.64686, 0.25508, 0.0613, 0.00604, 0.00019];
        let at_1000 = [0.99151, 0.89473, 0.53245, 0.16938, 0.02343, 0.00112];
        assert_points(&HEAD_PRASAD_MERTZ, 700.0, &at_700, 6e-6);
        assert_points(&HEAD_PRASAD_MERTZ, 1000.0, &at_1000, 6e-6);
    }

    #[test]
    fn thorax_curves_match_the_check_values() {
        assert_points(&CHEST_1999, 50.0, &[0.58635, 0.20794, 0.06179, 0.00145], 6e-6);
        assert_points(&[CHEST_A3MS], 60.0, &[0.65265], 6e-6);
        assert_points(&[CHEST_CTI], 0.79126, &[0.07003], 6e-6);
        assert_points(&[CHEST_CTI], 1.27832, &[0.70765], 1e-5);
        for (age, want) in [
            (20.0, 0.0557),
            (35.0, 0.12442),
            (45.0, 0.20341),
            (65.0, 0.45191),
            (80.0, 0.66512),
        ] {
            assert_points(&[thorax_by_age(age)], 40.0, &[want], 1e-5);
        }
    }

    #[test]
    fn the_age_form_at_35_is_the_ncap_curve() {
        for mm in [10.0, 30.0, 50.0, 70.0] {
            let (a, b) = (thorax_by_age(35.0).probability(mm), CHEST_AIS3_50M.probability(mm));
            assert!((a - b).abs() < 1e-4);
        }
    }

    #[test]
    fn thor_curves_match_the_check_values() {
        assert_points(&THOR_50M[1..3], 0.8, &[0.26652, 0.19522], 6e-6);
        assert_points(&THOR_50M[1..3], 0.523, &[0.0, 0.0], 0.0);
        assert_points(&THOR_50M[3..4], 40.0, &[0.27769], 6e-6);
        assert_points(&THOR_50M[4..6], 0.5, &[0.04841, 0.03466], 6e-6);
        assert!((THOR_50M[0].probability(1000.0) - 0.4737).abs() < 1e-3);
    }

    #[test]
    fn the_list_holds_every_family() {
        for family in [
            &HEAD_LOGNORMAL[..],
            &HEAD_PRASAD_MERTZ,
            &CHEST_1999,
            &THOR_50M,
            &[CHEST_A3MS, CHEST_CTI],
        ] {
            for c in family {
                assert_eq!(CURVES.iter().filter(|k| k.id == c.id).count(), 1, "{}", c.id);
            }
        }
    }
}
