//! Every curve that one occupant's criteria can be put into, with what a reader needs to judge each.
//!
//! Model section 7. Age chooses the thorax curve, the dummy the curves of its size. Intrusion multiplies odds only
//! when a ratio is named, and a lower-leg ratio is given as a ratio: no lower-leg criterion is modelled that it could
//! multiply.

use serde::Serialize;

use super::body::{CHEST_1999, CHEST_A3MS, CHEST_CTI, HEAD_LOGNORMAL, HEAD_PRASAD_MERTZ, THOR_50M, thorax_by_age};
use super::curves::{BodyRegion, Evidence, Predictor, RiskCurve, Severity, ValidRange};
use super::delta_v::{CrashMode, OTHER_CURVES, equivalent_closing_speed_mps, lubbe_2022, wang_2022_curves};
use super::intrusion::{IntrusionOddsRatio, with_odds_ratio};
use super::ncap::{self, NcapInput, NcapRisk, ncap_risk};
use crate::criteria::Dummy;
use crate::criteria::chest::combined_thoracic_index;

/// Beside every joint risk: what its neck term is worth.
pub const NECK_NOTE: &str = "neck loads of a lumped model are indicative: without them the joint risk takes the neck \
     curve at Nij = 0, 3.8 %, about ten times what the field shows (abstract of Stapp 2010-22-0004); design for the \
     joint risk without the neck";

/// Intrusion at which a published odds ratio is taken to apply, mm (estimated: field studies compare crashes with and
/// without).
pub const INTRUSION_STEP_MM: f64 = 20.0;

/// Criteria and person of one seat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeatInput {
    /// Dummy that gave the criteria.
    pub dummy: Dummy,
    /// Criteria of the US NCAP curves.
    pub ncap: NcapInput,
    /// Cumulative 3 ms clip of the chest, g.
    pub chest_a3ms_g: Option<f64>,
    /// Kind of crash and change of speed of the vehicle, m/s; `None`: no curve of the whole body.
    pub crash: Option<(CrashMode, f64)>,
    /// Age of the person, years; `None`: no age curve.
    pub age_years: Option<f64>,
    /// Intrusion, mm, and the odds ratio to apply; `None`: none.
    pub intrusion: Option<(f64, &'static IntrusionOddsRatio)>,
}

/// One curve at one criterion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CurveReading {
    /// Name of the curve.
    pub id: &'static str,
    /// Part of the body.
    pub region: BodyRegion,
    /// Severity.
    pub severity: Severity,
    /// What it was entered with.
    pub predictor: Predictor,
    /// Its value, in the unit of the predictor's name.
    pub value: f64,
    /// Probability.
    pub probability: f64,
    /// Within the range the curve is used for?
    pub in_range: bool,
    /// That range.
    pub valid: ValidRange,
    /// Who and which crashes the curve stands for.
    pub population: &'static str,
    /// How well its coefficients are founded.
    pub evidence: Evidence,
    /// Where it comes from.
    pub source: &'static str,
}

/// What a named odds ratio does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntrusionEffect {
    /// The ratio, its condition and source.
    pub odds_ratio: IntrusionOddsRatio,
    /// Intrusion, mm.
    pub intrusion_mm: f64,
    /// Factor on the odds at this intrusion: 1 up to [`INTRUSION_STEP_MM`].
    pub factor: f64,
    /// Femur AIS 2+ with its odds multiplied: for ratios of the upper leg only.
    pub femur_ais2: Option<f64>,
    /// Joint risk without the neck, with that femur.
    pub joint_without_neck: Option<f64>,
}

/// Risk of one seat.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeatRisk {
    /// US NCAP risks.
    pub ncap: NcapRisk,
    /// Official joint risk over the baseline of 15 %.
    pub relative_risk: Option<f64>,
    /// Stars of it.
    pub stars: Option<u8>,
    /// What the neck term is worth.
    pub neck_note: &'static str,
    /// Every curve that can be entered.
    pub curves: Vec<CurveReading>,
    /// Effect of intrusion, when asked for.
    pub intrusion: Option<IntrusionEffect>,
}

/// Every risk that `input` allows.
pub fn seat_risk(input: &SeatInput) -> SeatRisk {
    let ncap = ncap_risk(input.dummy, &input.ncap);
    SeatRisk {
        ncap,
        relative_risk: ncap.relative_risk(),
        stars: ncap.stars(),
        neck_note: NECK_NOTE,
        curves: readings(input),
        intrusion: (input.intrusion).map(|(mm, ratio)| intrusion_effect(&ncap, mm, ratio)),
    }
}

/// Curves of US NCAP for a dummy it seats.
fn ncap_curves(dummy: Dummy) -> &'static [RiskCurve] {
    match dummy {
        Dummy::Hiii50m => &[
            ncap::HEAD_AIS3,
            ncap::CHEST_AIS3_50M,
            ncap::FEMUR_AIS2_50M,
            ncap::NECK_NIJ_AIS3,
            ncap::NECK_TENSION_AIS3_50M,
            ncap::NECK_COMPRESSION_AIS3_50M,
        ],
        Dummy::Hiii05f => &[
            ncap::HEAD_AIS3,
            ncap::CHEST_AIS3_05F,
            ncap::FEMUR_AIS2_05F,
            ncap::NECK_NIJ_AIS3,
            ncap::NECK_TENSION_AIS3_05F,
            ncap::NECK_COMPRESSION_AIS3_05F,
        ],
        _ => &[],
    }
}

/// Every curve that holds for the dummy, the age and the crash of `input`.
fn curves_for(input: &SeatInput) -> Vec<RiskCurve> {
    let male = input.dummy == Dummy::Hiii50m;
    let mut curves = ncap_curves(input.dummy).to_vec();
    if !curves.is_empty() {
        // The US NCAP head curve is the AIS 3+ one of the lognormal family.
        curves.extend(HEAD_LOGNORMAL.iter().filter(|c| c.severity != Severity::Ais3));
        curves.extend(HEAD_PRASAD_MERTZ);
    }
    if male {
        curves.extend(input.age_years.map(thorax_by_age));
        curves.extend(CHEST_1999);
        curves.extend([CHEST_A3MS, CHEST_CTI]);
    }
    if input.dummy == Dummy::Thor50m {
        curves.push(ncap::HEAD_AIS3);
        curves.extend(THOR_50M);
    }
    if let Some((mode, _)) = input.crash {
        curves.extend(wang_2022_curves(mode));
        curves.extend(input.age_years.map(lubbe_2022));
        curves.extend(OTHER_CURVES);
    }
    curves
}

fn readings(input: &SeatInput) -> Vec<CurveReading> {
    let n = &input.ncap;
    let cti =
        (input.chest_a3ms_g.zip(n.chest_deflection_mm)).and_then(|(a, d)| combined_thoracic_index(a, d, input.dummy));
    let value_of = |predictor: Predictor| match predictor {
        Predictor::Hic15 => n.hic15,
        Predictor::ChestDeflectionMm => n.chest_deflection_mm,
        Predictor::FemurForceKn => n.femur_kn,
        Predictor::Nij => n.neck.map(|n| n.nij),
        Predictor::NeckTensionKn => n.neck.map(|n| n.tension_kn),
        Predictor::NeckCompressionKn => n.neck.map(|n| n.compression_kn),
        Predictor::ChestA3msG => input.chest_a3ms_g,
        Predictor::CombinedThoracicIndex => cti,
        Predictor::DeltaVMps => input.crash.map(|c| c.1),
        Predictor::ClosingSpeedMps => input.crash.map(|c| equivalent_closing_speed_mps(c.1)),
        Predictor::Hic36 | Predictor::Bric => None,
    };
    curves_for(input)
        .iter()
        .filter_map(|c| {
            let value = value_of(c.predictor)?;
            let risk = c.evaluate(value);
            Some(CurveReading {
                id: c.id,
                region: c.region,
                severity: c.severity,
                predictor: c.predictor,
                value,
                probability: risk.probability,
                in_range: risk.in_range,
                valid: c.valid,
                population: c.population,
                evidence: c.evidence,
                source: c.source,
            })
        })
        .collect()
}

/// What intrusion of the compartment, mm, does to the NCAP risks by a published odds ratio: a step at
/// [`INTRUSION_STEP_MM`].
pub fn intrusion_effect(
    ncap: &NcapRisk,
    intrusion_mm: f64,
    odds_ratio: &'static IntrusionOddsRatio,
) -> IntrusionEffect {
    let factor = odds_ratio.ramped(intrusion_mm, INTRUSION_STEP_MM, INTRUSION_STEP_MM);
    let femur_ais2 = (ncap.femur_ais2)
        .filter(|_| odds_ratio.is_upper_leg())
        .map(|p| with_odds_ratio(p, factor));
    let joint_without_neck = match (ncap.head_ais3, ncap.chest_ais3, femur_ais2) {
        (Some(h), Some(c), Some(f)) => Some(1.0 - (1.0 - h) * (1.0 - c) * (1.0 - f)),
        _ => None,
    };
    IntrusionEffect {
        odds_ratio: *odds_ratio,
        intrusion_mm,
        factor,
        femur_ais2,
        joint_without_neck,
    }
}

#[cfg(test)]
mod tests {
    use super::super::intrusion::odds_ratio;
    use super::*;

    fn male(age_years: Option<f64>, ratio: Option<(f64, &str)>) -> SeatRisk {
        seat_risk(&SeatInput {
            dummy: Dummy::Hiii50m,
            ncap: NcapInput {
                hic15: Some(250.0),
                chest_deflection_mm: Some(40.0),
                femur_kn: Some(4.0),
                neck: None,
            },
            chest_a3ms_g: Some(45.0),
            crash: None,
            age_years,
            intrusion: ratio.map(|(mm, id)| (mm, odds_ratio(id).unwrap())),
        })
    }

    fn probability(r: &SeatRisk, id: &str) -> Option<f64> {
        r.curves.iter().find(|c| c.id == id).map(|c| c.probability)
    }

    #[test]
    fn every_curve_of_the_dummy_is_read_and_the_age_curve_only_on_request() {
        let r = male(None, None);
        assert_eq!(probability(&r, "laituri_chest_by_age"), None);
        assert!((probability(&r, "ncap2008_femur_50m").unwrap() - 0.023739).abs() < 1e-6);
        // Note N16: 40 mm at 65 years.
        let old = male(Some(65.0), None);
        assert!((probability(&old, "laituri_chest_by_age").unwrap() - 0.45191).abs() < 1e-5);
        assert!(r.curves.iter().all(|c| c.in_range && !c.population.is_empty()));
        // Joint 0.1815, 1.21 times the baseline.
        assert_eq!((r.stars, r.intrusion), (Some(3), None));
    }

    #[test]
    fn a_small_dummy_has_its_own_curves_and_no_male_ones() {
        let r = seat_risk(&SeatInput {
            dummy: Dummy::Hiii05f,
            ncap: NcapInput {
                chest_deflection_mm: Some(40.0),
                ..NcapInput::default()
            },
            chest_a3ms_g: Some(45.0),
            crash: None,
            age_years: Some(65.0),
            intrusion: None,
        });
        assert_eq!(r.curves.len(), 1);
        assert!((probability(&r, "ncap2008_chest_05f").unwrap() - 0.247595).abs() < 1e-6);
        assert_eq!(r.ncap.joint, None);
    }

    /// Curves of the whole body need a change of speed, the one by closing speed an age too; they need no dummy.
    #[test]
    fn a_change_of_speed_opens_the_curves_of_the_whole_body() {
        let of = |crash, age_years| {
            seat_risk(&SeatInput {
                dummy: Dummy::PointMass,
                ncap: NcapInput::default(),
                chest_a3ms_g: None,
                crash,
                age_years,
                intrusion: None,
            })
        };
        assert!(of(None, Some(65.0)).curves.is_empty());
        let frontal = of(Some((CrashMode::Frontal, 15.0)), None);
        for id in ["wang_frontal_3", "kusano_gabler_belted", "malliaris_3", "joksch_1993"] {
            assert!(probability(&frontal, id).is_some_and(|p| p > 0.0), "{id}");
        }
        assert_eq!(probability(&frontal, "lubbe_2022"), None);
        let aged = of(Some((CrashMode::Frontal, 15.0)), Some(65.0));
        let curve = aged.curves.iter().find(|c| c.id == "lubbe_2022").unwrap();
        assert_eq!(curve.value, 30.0);
    }

    /// A THOR is read on its own curves.
    #[test]
    fn a_thor_has_the_thor_curves() {
        let r = seat_risk(&SeatInput {
            dummy: Dummy::Thor50m,
            ncap: NcapInput {
                chest_deflection_mm: Some(40.0),
                ..NcapInput::default()
            },
            chest_a3ms_g: None,
            crash: None,
            age_years: None,
            intrusion: None,
        });
        assert_eq!(r.curves.len(), 1);
        assert_eq!(r.curves[0].id, "thor_chest_ais3");
    }

    #[test]
    fn intrusion_multiplies_the_odds_of_the_leg_it_is_published_for() {
        // Odds 0.023739 / 0.976261 times 8.
        let upper = male(None, Some((60.0, "panel_full_frontal"))).intrusion.unwrap();
        assert!((upper.femur_ais2.unwrap() - 0.162855).abs() < 1e-4, "{upper:?}");
        assert!(upper.joint_without_neck.unwrap() > male(None, None).ncap.joint_without_neck.unwrap());
        let none = male(None, Some((10.0, "panel_full_frontal"))).intrusion.unwrap();
        assert_eq!(none.factor, 1.0);
        let lower = male(None, Some((60.0, "toepan_2cm"))).intrusion.unwrap();
        assert_eq!((lower.factor, lower.femur_ais2), (9.10, None));
    }

    #[test]
    fn a_value_beyond_the_range_of_a_curve_is_flagged() {
        let r = seat_risk(&SeatInput {
            dummy: Dummy::Hiii50m,
            ncap: NcapInput {
                chest_deflection_mm: Some(120.0),
                ..NcapInput::default()
            },
            chest_a3ms_g: None,
            crash: None,
            age_years: None,
            intrusion: None,
        });
        assert!(!r.curves.is_empty() && r.curves.iter().all(|c| !c.in_range));
    }
}
