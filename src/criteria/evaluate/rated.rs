//! One channel set against another: ISO/TS 18571 of every channel that both have.

use serde::Serialize;

use super::super::CriteriaError;
use super::super::pulse::Filtering;
use super::super::rating::{Rating, iso18571_channels};
use super::{Coded, Reading, prepared};
use crate::exchange::Skipped;
use crate::signal::{Channel, ChannelCode};

/// Rating of one channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rated {
    /// Code of the simulated channel.
    pub channel: String,
    /// Code of the reference channel: another filter letter may stand at its end.
    pub reference: String,
    /// Class both were filtered to, or `as stored`.
    pub filter: String,
    /// The rating.
    #[serde(flatten)]
    pub rating: Rating,
}

/// Rates every channel of `simulated` whose place, quantity and direction `reference` has too, over the time both
/// cover. Both are filtered alike: to the class that the criterion of the channel asks for (none where there is no
/// such criterion), to one class, or not at all. What has no partner or cannot be rated is listed with the reason.
pub fn rate(reference: &[Channel], simulated: &[Channel], filtering: Filtering) -> (Vec<Rated>, Vec<Skipped>) {
    let (mut rated, mut skipped) = (Vec::new(), Vec::new());
    for s in simulated {
        let Some(code) = s.iso_code() else {
            skipped.push(Skipped::new(&s.code, "its name is not an ISO-MME code"));
            continue;
        };
        let same = |c: &&Channel| (c.iso_code()).is_some_and(|other| other.as_str()[..15] == code.as_str()[..15]);
        let Some(r) = reference.iter().find(same) else {
            skipped.push(Skipped::new(&s.code, "the reference has no such channel"));
            continue;
        };
        match pair(r, s, code, filtering) {
            Ok(row) => rated.push(row),
            Err(e) => skipped.push(Skipped::new(&s.code, e.to_string())),
        }
    }
    (rated, skipped)
}

fn pair(
    reference: &Channel,
    simulated: &Channel,
    code: ChannelCode,
    filtering: Filtering,
) -> Result<Rated, CriteriaError> {
    let at_class = |channel: &Channel| -> Result<(Channel, String), CriteriaError> {
        let coded = Coded {
            code: channel.iso_code().unwrap_or(code),
            channel,
        };
        let (filtering, asked) = match (filtering, Reading::of(&code)) {
            (f, Some((_, asked))) => (f, asked),
            (Filtering::PerCriterion, None) => (Filtering::None, crate::signal::Cfc::C1000),
            (f, None) => (f, crate::signal::Cfc::C1000),
        };
        let (values, filter) = prepared(&coded, asked, filtering)?;
        let si = Channel {
            unit: channel.unit.si(),
            values,
            ..channel.clone()
        };
        Ok((si, filter))
    };
    let ((r, _), (s, filter)) = (at_class(reference)?, at_class(simulated)?);
    Ok(Rated {
        channel: simulated.code.clone(),
        reference: reference.code.clone(),
        filter,
        rating: iso18571_channels(&r, &s)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Unit;

    #[test]
    fn channels_are_paired_by_place_and_rated_in_one_class() {
        let pulse = |code: &str, late: f64, unit, scale: f64| {
            let bump = |i: i32| scale * (-((f64::from(i) - 600.0 - late) / 150.0).powi(2)).exp();
            Channel::new(code, unit, 0.0, 1e-4, (0..1500).map(bump).collect()).unwrap()
        };
        let test = [
            pulse("10VEHCCG0000ACXD", 0.0, Unit::Gravity, -30.0),
            pulse("11PELV0000H3ACX0", 0.0, Unit::Gravity, -40.0),
        ];
        let run = [
            pulse("10VEHCCG0000ACX0", 15.0, Unit::MetrePerSecondSquared, -30.0 * 9.80665),
            pulse("11CHST0000H3ACX0", 0.0, Unit::Gravity, -30.0),
            pulse("left rail", 0.0, Unit::Newton, 1.0),
        ];
        let (rated, skipped) = rate(&test, &run, Filtering::PerCriterion);
        assert_eq!((rated.len(), skipped.len()), (1, 2));
        assert_eq!(rated[0].reference, "10VEHCCG0000ACXD");
        // 15 of 300 samples late.
        assert!((rated[0].rating.phase - 0.95).abs() < 1e-9, "{:?}", rated[0]);
        assert!(rated[0].rating.slope > 0.95);
    }
}
