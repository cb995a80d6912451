//! What pages and figures read out of a study alike: names and limits of criteria, the worst risks, the exemplar.

use crate::measure::Measure;
use crate::sizing::Target;
use crate::study::{Exemplar, Row, SizingRow, StudyResult};

use super::text::{fixed, listed};

/// The risk that pages speak of: the expected one over head, chest and femur.
pub(super) const RISK: Measure = Measure::ExpectedJointWithoutNeck;

/// A limit as "joint risk up to 15 %".
pub(super) fn limit_text(t: &Target) -> String {
    let m = t.criterion;
    let shown = (m.shown(t.limit) * 1e3).round() / 1e3;
    let whole = (shown - shown.round()).abs() < 1e-9;
    let decimals = if whole { 0 } else { m.decimals() };
    format!("{} up to {}{}", m.words(), fixed(Some(shown), decimals), m.suffix())
}

/// Limits as a list of those.
pub(super) fn limits_text(limits: &[Target]) -> String {
    listed(&limits.iter().map(limit_text).collect::<Vec<_>>())
}

/// The limit a sizing puts on the joint risk.
pub(super) fn risk_limit(s: &SizingRow) -> Option<f64> {
    let of = |c: Measure| s.limits.iter().find(|t| t.criterion == c).map(|t| t.limit);
    of(Measure::JointWithoutNeck).or_else(|| of(Measure::Joint))
}

/// The largest joint risk without neck of a vehicle as built, with its row.
pub(super) fn worst_risk<'a>(r: &'a StudyResult, vehicle: &str) -> Option<(f64, &'a Row)> {
    r.rows
        .iter()
        .filter(|row| row.vehicle == vehicle)
        .filter_map(|row| Some((row.before.first(RISK)?, row)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The largest joint risk without neck over the pairs of a sizing: simulated again where the target is met, as
/// the search left it where it is not.
pub(super) fn sized_risk(r: &StudyResult, s: &SizingRow) -> Option<f64> {
    let own = r
        .rows
        .iter()
        .filter(|row| row.vehicle == s.answer.vehicle && s.target == r.spec.reference);
    let again = own
        .filter_map(|row| row.after.as_ref()?.first(RISK))
        .max_by(f64::total_cmp);
    again.or_else(|| {
        let pairs = s.answer.cases.iter().filter(|c| !c.own_wall);
        pairs
            .filter_map(|c| c.values.get(&RISK).copied())
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
