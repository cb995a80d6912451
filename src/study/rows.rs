//! One row per vehicle x partner x speed x overlap x seat, before and after sizing, and its columns.

use crate::collision::result::CaseResult;
use crate::measure::{Measure, Of, Reading, Readings};
use crate::risk::intrusion::IntrusionOddsRatio;
use crate::risk::seat::intrusion_effect;

/// Readings of one run for the occupant at an index; with an odds ratio also the leg and joint risk that intrusion makes
/// of the dummy's.
pub fn readings(result: &CaseResult, occupant: usize, intrusion_odds: Option<&'static IntrusionOddsRatio>) -> Readings {
    let mut all = Readings::default();
    for (i, v) in result.vehicles.iter().enumerate() {
        all.take(i + 1, &VEHICLE, |m| v.reading(m));
    }
    if let Some(o) = result.occupants.get(occupant) {
        all.take(1, &OCCUPANT, |m| o.reading(m));
        if let Some(ratio) = intrusion_odds {
            let mm = result.vehicles[o.vehicle - 1].intrusion_mm;
            let e = intrusion_effect(&o.risk.nominal, mm, ratio);
            all.take(1, &WITH_INTRUSION, |m| match m {
                Measure::IntrusionOddsFactor => Some(e.factor),
                Measure::FemurAis2WithIntrusion => e.femur_ais2,
                _ => e.joint_without_neck,
            });
        }
    }
    all.take(1, &CASE, |m| result.reading(m));
    all
}

/// What a row keeps, in the order of its columns.
const VEHICLE: [Measure; 18] = [
    Measure::MassKg,
    Measure::InitialSpeedMps,
    Measure::DeltaVMps,
    Measure::CabinDeltaVMps,
    Measure::PeakGCfc60,
    Measure::TimeOfPeakMs,
    Measure::CrushMm,
    Measure::DeepestCrushMm,
    Measure::TimeOfCrushMs,
    Measure::ResidualCrushMm,
    Measure::StaticCrushMm,
    Measure::IntrusionMm,
    Measure::YawRateDps,
    Measure::YawDeg,
    Measure::DeltaVLateralMps,
    Measure::OlcG,
    Measure::VpiG,
    Measure::EnergyAbsorbedKj,
];
const OCCUPANT: [Measure; 24] = [
    Measure::Hic15,
    Measure::Hic36,
    Measure::ChestA3msG,
    Measure::ChestDeflectionMm,
    Measure::ViscousCriterionMps,
    Measure::FemurKn,
    Measure::PeakG,
    Measure::ExcursionMm,
    Measure::FireMs,
    Measure::IntrusionAtSeatMm,
    Measure::LegOddsLow,
    Measure::LegOddsHigh,
    Measure::HeadAis3,
    Measure::ChestAis3,
    Measure::FemurAis2,
    Measure::NeckAis3,
    Measure::Joint,
    Measure::JointWithoutNeck,
    Measure::ExpectedJoint,
    Measure::ExpectedJointWithoutNeck,
    Measure::ExpectedHeadAis3,
    Measure::ExpectedChestAis3,
    Measure::ExpectedFemurAis2,
    Measure::FieldMais3,
];
const WITH_INTRUSION: [Measure; 3] = [
    Measure::IntrusionOddsFactor,
    Measure::FemurAis2WithIntrusion,
    Measure::JointWithoutNeckWithIntrusion,
];
const CASE: [Measure; 3] = [Measure::Restitution, Measure::EnergyError, Measure::MomentumError];

/// One row of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Vehicle under study.
    pub vehicle: String,
    /// Partner.
    pub partner: String,
    /// Each vehicle's own speed, km/h.
    pub speed_kmh: f64,
    /// Overlap, percent.
    pub overlap_pct: f64,
    /// Seat.
    pub seat: String,
    /// Dummy.
    pub dummy: String,
    /// As built.
    pub before: Readings,
    /// With the design for the reference target, where one was found.
    pub after: Option<Readings>,
    /// The same vehicle and occupant in its own wall test.
    pub wall: Readings,
    /// What lies outside the range of the model as built, and with the design.
    pub outside_model: [Vec<String>; 2],
    /// What a reader must know of this row.
    pub note: String,
}

/// Cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Text.
    Text(Vec<String>),
    /// Readings.
    Number(Vec<Option<f64>>),
}

/// All rows as named columns: keys, the numbers as built, `wall.*` of the own wall test, `sized.*` after sizing.
pub fn columns(rows: &[Row]) -> Vec<(String, Cells)> {
    let text = |f: fn(&Row) -> &str| Cells::Text(rows.iter().map(|r| f(r).to_string()).collect());
    let mut all = vec![
        ("vehicle".to_string(), text(|r| &r.vehicle)),
        ("partner".to_string(), text(|r| &r.partner)),
        (
            "speed_kmh".to_string(),
            Cells::Number(rows.iter().map(|r| Some(r.speed_kmh)).collect()),
        ),
        (
            "overlap_pct".to_string(),
            Cells::Number(rows.iter().map(|r| Some(r.overlap_pct)).collect()),
        ),
        ("seat".to_string(), text(|r| &r.seat)),
        ("dummy".to_string(), text(|r| &r.dummy)),
    ];
    let Some(first) = rows.first() else {
        return all;
    };
    let mut numbers = |prefix: &str, reading: Reading, of: &dyn Fn(&Row) -> Option<&Readings>| {
        let value = |row| of(row).and_then(|all: &Readings| all.get(reading));
        let cells = Cells::Number(rows.iter().map(value).collect());
        all.push((format!("{prefix}{reading}"), cells));
    };
    for (reading, _) in first.before.iter() {
        numbers("", reading, &|r| Some(&r.before));
    }
    for (reading, _) in first
        .wall
        .iter()
        .filter(|(r, _)| r.measure.of() != Of::Vehicle || r.place == 1)
    {
        numbers("wall.", reading, &|r| Some(&r.wall));
    }
    for (reading, _) in first.before.iter() {
        numbers("sized.", reading, &|r| r.after.as_ref());
    }
    for (k, name) in ["outside_model", "sized.outside_model"].into_iter().enumerate() {
        let words = rows.iter().map(|r| r.outside_model[k].join("; "));
        all.push((name.to_string(), Cells::Text(words.collect())));
    }
    all.push(("note".to_string(), text(|r| &r.note)));
    all
}
