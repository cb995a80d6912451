//! Injury risk from delta-v or closing speed: field statistics, no dummy.
//!
//! Note N17 ([`crate::model`]). These pool whoever was in the crashes of their data base, so they rank
//! crashes and cannot replace occupant criteria. Speeds are in m/s; published coefficients keep their own
//! unit.

use serde::{Deserialize, Serialize};

use super::curves::{BodyRegion, Evidence, Predictor, Risk, RiskCurve, Severity, Shape, ValidRange, estimated};
use crate::units::KMH;

/// One mile per hour in m/s (exact).
pub const MPH: f64 = 0.44704;

/// Crash modes of the NHTSA curves; there is none for side impacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum CrashMode {
    All,
    Frontal,
    Rear,
}

/// The six curves of one crash mode, MAIS 1+ to 5+ and fatal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WangFamily {
    /// Crash mode.
    pub mode: CrashMode,
    /// Curves in rising severity, as published (not clamped).
    pub curves: [RiskCurve; 6],
}

/// Severities of a [`WangFamily`], in order.
pub const WANG_SEVERITIES: [Severity; 6] = [
    Severity::Mais1,
    Severity::Mais2,
    Severity::Mais3,
    Severity::Mais4,
    Severity::Mais5,
    Severity::Fatal,
];

const WANG_RANGE: ValidRange = estimated(8.0 * KMH, 110.0 * KMH);

const fn whole_body(
    id: &'static str,
    severity: Severity,
    population: &'static str,
    evidence: Evidence,
    source: &'static str,
    valid: ValidRange,
    shape: Shape,
) -> RiskCurve {
    RiskCurve {
        id,
        region: BodyRegion::WholeBody,
        severity,
        population,
        predictor: Predictor::DeltaVMps,
        valid,
        evidence,
        source,
        shape,
    }
}

const fn wang(
    mode: CrashMode,
    population: &'static str,
    ids: [&'static str; 6],
    coefficients: [(f64, f64); 6],
) -> WangFamily {
    const SOURCE: &str = "Wang 2022, MAIS(05/08) injury probability curves as functions of delta V, \
                          DOT HS 813 219, tables A-3, A-6, A-9 (secondary sources agree)";
    let mut curves = [whole_body(
        "",
        Severity::Mais1,
        population,
        Evidence::TwoSecondary,
        SOURCE,
        WANG_RANGE,
        Shape::Logistic {
            b0: 0.0,
            b1: 0.0,
            unit: MPH,
        },
    ); 6];
    let mut i = 0;
    while i < 6 {
        curves[i].id = ids[i];
        curves[i].severity = WANG_SEVERITIES[i];
        curves[i].shape = Shape::Logistic {
            b0: coefficients[i].0,
            b1: coefficients[i].1,
            unit: MPH,
        };
        i += 1;
    }
    WangFamily { mode, curves }
}

/// DOT HS 813 219: NASS-CDS 2010-2015, belted and unbelted pooled. The data base over-represents severe tow-away
/// crashes.
pub static WANG_2022: [WangFamily; 3] = [
    wang(
        CrashMode::All,
        "US tow-away crashes 2010-2015, all directions, belted and unbelted",
        [
            "wang_all_1",
            "wang_all_2",
            "wang_all_3",
            "wang_all_4",
            "wang_all_5",
            "wang_all_fatal",
        ],
        [
            (-1.3925, 0.0815),
            (-5.1331, 0.1479),
            (-6.9540, 0.1637),
            (-8.2070, 0.1564),
            (-8.7927, 0.1598),
            (-8.9819, 0.1603),
        ],
    ),
    wang(
        CrashMode::Frontal,
        "US tow-away crashes 2010-2015, frontal, belted and unbelted",
        [
            "wang_frontal_1",
            "wang_frontal_2",
            "wang_frontal_3",
            "wang_frontal_4",
            "wang_frontal_5",
            "wang_frontal_fatal",
        ],
        [
            (-1.4930, 0.0854),
            (-4.9429, 0.1425),
            (-6.9774, 0.1620),
            (-8.4254, 0.1586),
            (-8.8355, 0.1566),
            (-9.0422, 0.1571),
        ],
    ),
    wang(
        CrashMode::Rear,
        "US tow-away crashes 2010-2015, rear-end, belted and unbelted",
        [
            "wang_rear_1",
            "wang_rear_2",
            "wang_rear_3",
            "wang_rear_4",
            "wang_rear_5",
            "wang_rear_fatal",
        ],
        [
            (-1.8199, 0.0671),
            (-6.1818, 0.1482),
            (-8.0329, 0.1793),
            (-11.8787, 0.2210),
            (-12.1944, 0.2276),
            (-12.1982, 0.2255),
        ],
    ),
];

/// The curves of a kind of crash, in the order of [`WANG_SEVERITIES`].
pub fn wang_2022_curves(mode: CrashMode) -> &'static [RiskCurve; 6] {
    &WANG_2022[match mode {
        CrashMode::All => 0,
        CrashMode::Frontal => 1,
        CrashMode::Rear => 2,
    }]
    .curves
}

/// MAIS 3+ at `delta_v_mps`, 0 to 1: what the field shows beside a dummy's joint risk. Pooled over cars, ages and belts.
pub fn field_mais3(mode: CrashMode, delta_v_mps: f64) -> f64 {
    wang_2022_curves(mode)[2].evaluate(delta_v_mps).probability
}

/// Risks of all six severities at `delta_v_mps`, in the order of [`WANG_SEVERITIES`]. Fitted separately, the curves
/// cross at high speed (rear 4+ and 5+ at 77 km/h); each is held at or below the less severe one.
pub fn wang_2022_all(mode: CrashMode, delta_v_mps: f64) -> [Risk; 6] {
    let mut ceiling = 1.0_f64;
    wang_2022_curves(mode).map(|curve| {
        let mut risk = curve.evaluate(delta_v_mps);
        if risk.probability > ceiling {
            risk.probability = ceiling;
        }
        ceiling = risk.probability;
        risk
    })
}

/// Risk of one severity at `delta_v_mps`, clamped as in [`wang_2022_all`]; `None` for a severity that has no curve.
pub fn wang_2022(mode: CrashMode, severity: Severity, delta_v_mps: f64) -> Option<Risk> {
    let i = WANG_SEVERITIES.iter().position(|s| *s == severity)?;
    Some(wang_2022_all(mode, delta_v_mps)[i])
}

/// Driver of a car that hits the front of another car, MAIS 3+ or fatal, by **closing speed** and age (Lubbe et al.
/// 2022): logit = -7.654 + 0.041 V(km/h) + 0.021 age. Cars of like mass are meant; see
/// [`equivalent_closing_speed_mps`] for others.
pub fn lubbe_2022(age_years: f64) -> RiskCurve {
    RiskCurve {
        predictor: Predictor::ClosingSpeedMps,
        ..whole_body(
            "lubbe_2022",
            Severity::Mais3OrFatal,
            "car drivers of the given age in head-on crashes between cars, Germany (GIDAS)",
            Evidence::Secondary,
            "Lubbe et al. 2022, Traffic Safety Research 2:000006, table 5",
            estimated(30.0 * KMH, 150.0 * KMH),
            Shape::Logistic {
                b0: -7.654 + 0.021 * age_years,
                b1: 0.041,
                unit: KMH,
            },
        )
    }
}

/// Closing speed between like cars that gives the same delta-v, m/s: twice the delta-v (derived, no restitution).
pub fn equivalent_closing_speed_mps(delta_v_mps: f64) -> f64 {
    2.0 * delta_v_mps
}

const KUSANO: &str = "Kusano and Gabler 2010 (AAAM 54:203) and 2012 (IEEE T-ITS, table II), as quoted in a public \
                      implementation";
const KUSANO_RANGE: ValidRange = estimated(5.0 * KMH, 80.0 * KMH);

const fn kusano(id: &'static str, population: &'static str, belt: f64) -> RiskCurve {
    whole_body(
        id,
        Severity::Mais2,
        population,
        Evidence::Secondary,
        KUSANO,
        KUSANO_RANGE,
        Shape::Logistic {
            b0: -6.068 - 0.6234 * belt,
            b1: 0.100,
            unit: KMH,
        },
    )
}

/// MAIS 2+ of a belted driver who strikes another car from behind (Kusano and Gabler).
pub const KUSANO_GABLER_BELTED: RiskCurve = kusano(
    "kusano_gabler_belted",
    "belted drivers striking another vehicle from behind, US (NASS)",
    1.0,
);
/// The same for an unbelted driver.
pub const KUSANO_GABLER_UNBELTED: RiskCurve = kusano(
    "kusano_gabler_unbelted",
    "unbelted drivers striking another vehicle from behind, US (NASS)",
    -1.0,
);

const fn malliaris(id: &'static str, severity: Severity, b0: f64, b1: f64) -> RiskCurve {
    whole_body(
        id,
        severity,
        "US occupants of the fleet before 1997; far above the present one",
        Evidence::Secondary,
        "Malliaris 1997, as quoted in a public implementation",
        estimated(5.0 * MPH, 60.0 * MPH),
        Shape::Logistic { b0, b1, unit: MPH },
    )
}

/// Malliaris 1997, all directions pooled: MAIS 2+, 3+ and fatal.
pub const MALLIARIS_1997: [RiskCurve; 3] = [
    malliaris("malliaris_2", Severity::Mais2, -3.761, 0.136),
    malliaris("malliaris_3", Severity::Mais3, -5.450, 0.178),
    malliaris("malliaris_fatal", Severity::Fatal, -8.252, 0.177),
];

/// Fatality as the fourth power of delta-v over 31.74 m/s (71 mph), one beyond (Joksch 1993). The paper itself was
/// not read; the form and constant are quoted by a public compendium of criticality metrics.
pub const JOKSCH_1993: RiskCurve = whole_body(
    "joksch_1993",
    Severity::Fatal,
    "US car drivers around 1990",
    Evidence::Secondary,
    "Joksch 1993, as quoted in criticality-metrics.readthedocs.io (Delta-v)",
    estimated(0.0, 31.74),
    Shape::Power {
        at_one: 31.74,
        exponent: 4.0,
    },
);

/// Curves of this file that take nothing but delta-v, without the NHTSA families.
pub const OTHER_CURVES: [RiskCurve; 6] = [
    KUSANO_GABLER_BELTED,
    KUSANO_GABLER_UNBELTED,
    MALLIARIS_1997[0],
    MALLIARIS_1997[1],
    MALLIARIS_1997[2],
    JOKSCH_1993,
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_close(got: f64, want: f64, what: &str) {
        assert!((got - want).abs() < 6e-6, "{what}: {got}, published {want}");
    }

    #[test]
    fn nhtsa_curves_match_the_check_values() {
        for (kmh, want) in [
            (40.0, [0.6524, 0.19764, 0.04969, 0.01117, 0.00708, 0.00584]),
            (56.0, [0.81437, 0.50391, 0.20746, 0.05183, 0.03273, 0.02724]),
        ] {
            for (risk, want) in wang_2022_all(CrashMode::Frontal, kmh * KMH).iter().zip(want) {
                assert_close(risk.probability, want, "frontal");
            }
        }
        let at = |mode, severity, kmh: f64| wang_2022(mode, severity, kmh * KMH).unwrap().probability;
        assert_close(at(CrashMode::Frontal, Severity::Mais3, 80.0), 0.74565, "frontal 3+");
        assert_close(at(CrashMode::Frontal, Severity::Fatal, 80.0), 0.22569, "frontal fatal");
        assert_close(at(CrashMode::All, Severity::Mais3, 56.0), 0.22136, "all 3+");
        assert_close(at(CrashMode::All, Severity::Fatal, 56.0), 0.03217, "all fatal");
        assert!((at(CrashMode::Rear, Severity::Mais3, 56.0) - 0.1426).abs() < 6e-5);
        assert_eq!(wang_2022(CrashMode::All, Severity::Ais3, 10.0), None);
    }

    #[test]
    fn half_of_the_occupants_are_hurt_at_the_published_speeds() {
        for (curve, kmh) in WANG_2022[1].curves.iter().zip([28.1, 55.8, 69.3, 85.5, 90.8, 92.6]) {
            let (below, above) = ((kmh - 0.06) * KMH, (kmh + 0.06) * KMH);
            assert!(
                curve.probability(below) < 0.5 && curve.probability(above) > 0.5,
                "{}",
                curve.id
            );
        }
    }

    #[test]
    fn the_rear_curves_cross_at_47_8_mph_and_are_clamped_there() {
        let raw = |i: usize, mph: f64| WANG_2022[2].curves[i].probability(mph * MPH);
        assert!(raw(4, 47.7) < raw(3, 47.7) && raw(4, 47.9) > raw(3, 47.9));
        let clamped = wang_2022_all(CrashMode::Rear, 60.0 * MPH);
        assert_eq!(clamped[4].probability, clamped[3].probability);
    }

    #[test]
    fn other_curves_match_the_check_values() {
        for (kmh, want) in [(80.0, 0.0314), (100.0, 0.06856), (112.0, 0.10746), (128.0, 0.18831)] {
            assert_close(lubbe_2022(45.0).probability(kmh * KMH), want, "Lubbe");
        }
        let anchor = lubbe_2022(41.0).probability(112.1 * KMH);
        assert!(
            (anchor - 0.10).abs() < 1e-4,
            "published anchor: 10 % at 112 km/h, {anchor}"
        );
        for (kmh, want) in [(40.0, 0.06348), (50.0, 0.15559), (60.0, 0.33372)] {
            assert_close(KUSANO_GABLER_BELTED.probability(kmh * KMH), want, "Kusano");
        }
        assert_close(
            KUSANO_GABLER_UNBELTED.probability(50.0 * KMH),
            0.39065,
            "Kusano unbelted",
        );
        for (curve, want) in MALLIARIS_1997.iter().zip([0.5791, 0.4725, 0.0501]) {
            assert!((curve.probability(30.0 * MPH) - want).abs() < 6e-5, "{}", curve.id);
        }
        // P = (dv / 31.74 m/s)^4, half a unit of the last printed digit.
        for (mps, want, half) in [
            (5.0, 0.00062, 5e-6),
            (10.0, 0.00985, 5e-6),
            (15.0, 0.0499, 5e-5),
            (20.0, 0.158, 5e-4),
            (25.0, 0.385, 5e-4),
        ] {
            assert!((JOKSCH_1993.probability(mps) - want).abs() <= half, "{mps} m/s");
        }
        assert!((JOKSCH_1993.probability(50.0 * KMH) - 0.03666).abs() < 1e-5);
    }

    #[test]
    fn a_question_beyond_the_data_is_flagged() {
        assert!(
            wang_2022(CrashMode::Frontal, Severity::Mais3, 56.0 * KMH)
                .unwrap()
                .in_range
        );
        assert!(
            !wang_2022(CrashMode::Frontal, Severity::Mais3, 150.0 * KMH)
                .unwrap()
                .in_range
        );
    }

    proptest! {
        #[test]
        fn severe_injury_is_never_likelier_than_slight_injury(v in 0.0..60.0f64) {
            for mode in [CrashMode::All, CrashMode::Frontal, CrashMode::Rear] {
                let risks = wang_2022_all(mode, v);
                for pair in risks.windows(2) {
                    prop_assert!(pair[1].probability <= pair[0].probability);
                }
                let faster = wang_2022_all(mode, v + 0.5);
                for (a, b) in risks.iter().zip(faster) {
                    prop_assert!(b.probability >= a.probability);
                }
            }
        }
    }
}
