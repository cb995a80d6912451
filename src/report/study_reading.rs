//! What pages and figures read out of a study alike: names and limits of criteria, the worst risks, the exemplar.

use crate::sizing::Criterion;
use crate::study::{Exemplar, Row, SizingRow, StudyResult};

use super::text::fixed;

/// Name of a criterion in running text, with how to write its value.
pub(super) fn criterion(key: &str) -> (&'static str, f64, usize, &'static str) {
    match key {
        "joint" => ("joint risk with the neck at its floor", 100.0, 1, " %"),
        "joint_without_neck" => ("joint risk", 100.0, 1, " %"),
        "head_ais3" => ("head injury risk", 100.0, 1, " %"),
        "chest_ais3" => ("chest injury risk", 100.0, 1, " %"),
        "femur_ais2" => ("femur fracture risk", 100.0, 1, " %"),
        "hic15" => ("HIC15", 1.0, 0, ""),
        "hic36" => ("HIC36", 1.0, 0, ""),
        "viscous_criterion_mps" => ("viscous criterion", 1.0, 2, " m/s"),
        "excursion_mm" => ("head excursion", 1.0, 0, " mm"),
        "chest_a3ms_g" => ("chest 3 ms clip", 1.0, 1, " g"),
        "chest_deflection_mm" => ("chest deflection", 1.0, 1, " mm"),
        "femur_kN" => ("femur force", 1.0, 1, " kN"),
        "intrusion_mm" => ("intrusion", 1.0, 0, " mm"),
        _ => ("criterion", 1.0, 3, ""),
    }
}

/// A limit as "joint risk up to 15 %".
pub(super) fn limit_text(key: &str, limit: f64) -> String {
    let (name, scale, decimals, unit) = criterion(key);
    let shown = (scale * limit * 1e3).round() / 1e3;
    let decimals = if (shown - shown.round()).abs() < 1e-9 {
        0
    } else {
        decimals
    };
    format!("{name} up to {}{unit}", fixed(Some(shown), decimals))
}

/// The limit a sizing puts on the joint risk.
pub(super) fn risk_limit(s: &SizingRow) -> Option<f64> {
    let of = |c: Criterion| s.limits.iter().find(|t| t.criterion == c).map(|t| t.limit);
    of(Criterion::JointWithoutNeck).or_else(|| of(Criterion::Joint))
}

/// The largest joint risk without neck of a vehicle as built, with its row.
pub(super) fn worst_risk<'a>(r: &'a StudyResult, vehicle: &str) -> Option<(f64, &'a Row)> {
    r.rows
        .iter()
        .filter(|row| row.vehicle == vehicle)
        .filter_map(|row| Some((row.before.get("occupant.1.risk.joint_without_neck")?, row)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The largest joint risk without neck over the pairs of a sizing: simulated again where the target is met, as
/// the search left it where it is not.
pub(super) fn sized_risk(r: &StudyResult, s: &SizingRow) -> Option<f64> {
    let own = r
        .rows
        .iter()
        .filter(|row| row.vehicle == s.vehicle && s.target == r.spec.reference);
    let again = own
        .filter_map(|row| {
            row.after
                .as_ref()?
                .get("occupant.1.risk.joint_without_neck")
        })
        .max_by(f64::total_cmp);
    again.or_else(|| {
        let pairs = s.answer["cases"].as_array()?.iter();
        pairs
            .filter(|c| c["own_wall"].as_bool() == Some(false))
            .filter_map(|c| c["values"]["joint_without_neck"].as_f64())
            .max_by(f64::total_cmp)
    })
}

/// The exemplar with the reference design, where that is another car than the one as built.
pub(super) fn changed_exemplar(r: &StudyResult) -> Option<&Exemplar> {
    let sized = r.exemplar_sized.as_ref()?;
    (sized.case.parties[0].vehicle != r.exemplar.case.parties[0].vehicle
        || sized.case.occupants != r.exemplar.case.occupants)
        .then_some(sized)
}
