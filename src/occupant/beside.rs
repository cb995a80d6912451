//! A simulated dummy beside a measured one: same channel, same filter class, peaks and the ISO/TS 18571 rating.

use serde::Serialize;

use super::OccupantError;
use crate::criteria::clip::clip_3ms_cumulative;
use crate::criteria::head::hic15;
use crate::criteria::rating::{Rating, iso18571_channels};
use crate::signal::{Cfc, Channel, Unit};
use crate::units::G0;

/// One channel of the model and of the test, both filtered alike, in the unit of the field.
#[derive(Debug, Clone)]
pub struct ChannelPair {
    /// Main location of the code: `HEAD`, `CHST`, `PELV`, `FEMR`, `SEBE`.
    pub location: String,
    /// Physical dimension of the code: `AC`, `DS`, `FO`.
    pub dimension: String,
    /// What it is, for people.
    pub name: String,
    /// Filter class of both.
    pub class: Cfc,
    /// As measured.
    pub measured: Channel,
    /// As simulated.
    pub simulated: Channel,
    /// Agreement of the histories; `None` where they cannot be rated (a channel that stays at zero).
    pub rating: Option<Rating>,
}

impl ChannelPair {
    /// Sample of largest magnitude: `(time s, value)`.
    pub fn peak(channel: &Channel) -> (f64, f64) {
        let far = |i: usize| channel.values[i].abs();
        let at = (0..channel.values.len())
            .max_by(|a, b| far(*a).total_cmp(&far(*b)))
            .unwrap_or(0);
        (channel.time_s(at), channel.values[at])
    }
}

/// Scalar criteria of a measured dummy that a sled run also gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct MeasuredScalars {
    /// HIC15 of the head's resultant, or of its x component where the file has no other.
    pub hic15: Option<f64>,
    /// Cumulative 3 ms clip of the chest, g; resultant as above.
    pub chest_a3ms_g: Option<f64>,
}

/// Class, unit and name of a channel that the model gives (note N1, [`crate::model`]).
fn convention(code: &str) -> Option<(Cfc, Unit, &'static str)> {
    let (location, dimension) = (code.get(2..6)?, code.get(12..14)?);
    Some(match (location, dimension) {
        ("HEAD", "AC") => (Cfc::C1000, Unit::Gravity, "head x"),
        ("CHST", "AC") => (Cfc::C180, Unit::Gravity, "chest x"),
        ("PELV", "AC") => (Cfc::C180, Unit::Gravity, "pelvis x"),
        ("CHST", "DS") => (Cfc::C180, Unit::Millimetre, "chest compression"),
        ("FEMR", "FO") if code.get(6..8) == Some("LE") => (Cfc::C600, Unit::KiloNewton, "left femur"),
        ("FEMR", "FO") => (Cfc::C600, Unit::KiloNewton, "right femur"),
        ("SEBE", "FO") if code.get(10..12) == Some("B6") => (Cfc::C60, Unit::KiloNewton, "lap belt"),
        ("SEBE", "FO") => (Cfc::C60, Unit::KiloNewton, "shoulder belt"),
        _ => return None,
    })
}

/// A channel in a unit and class; one whose code says that it is filtered stays as it is.
fn prepared(channel: &Channel, class: Cfc, unit: Unit) -> Result<Channel, OccupantError> {
    let filtered = match channel.iso_code().and_then(|c| c.cfc()) {
        Some(_) => channel.clone(),
        None => channel.filtered(class)?,
    };
    Ok(filtered.to_unit(unit)?)
}

fn same(a: &str, b: &str) -> bool {
    a.get(..15).is_some_and(|a| b.get(..15) == Some(a))
}

/// The model's channels that were measured too, over the time from contact that both cover, in the model's order.
///
/// # Errors
/// [`OccupantError::Signal`] for a channel too coarse for its class or in a unit of another dimension.
pub fn beside(simulated: &[Channel], measured: &[Channel]) -> Result<Vec<ChannelPair>, OccupantError> {
    let mut pairs = Vec::new();
    for model in simulated {
        let Some((class, unit, name)) = convention(&model.code) else {
            continue;
        };
        let Some(test) = measured.iter().find(|m| same(&m.code, &model.code)) else {
            continue;
        };
        let test = prepared(test, class, unit)?;
        let test = test.window(0.0, test.end_s().min(model.end_s()))?;
        let model = prepared(model, class, unit)?;
        let rating = iso18571_channels(&test, &model).ok();
        pairs.push(ChannelPair {
            location: model.code[2..6].to_string(),
            dimension: model.code[12..14].to_string(),
            name: name.to_string(),
            class,
            measured: test,
            simulated: model,
            rating,
        });
    }
    Ok(pairs)
}

/// Magnitude over the components that are there of the channel whose x code is `x_code`, m/s2.
fn magnitude(measured: &[Channel], x_code: &str, class: Cfc) -> Result<Option<(f64, Vec<f64>)>, OccupantError> {
    let mut sum: Option<(f64, Vec<f64>)> = None;
    for axis in ["X", "Y", "Z"] {
        let code = format!("{}{axis}0", &x_code[..14]);
        let Some(channel) = measured.iter().find(|m| same(&m.code, &code)) else {
            continue;
        };
        let channel = prepared(channel, class, Unit::MetrePerSecondSquared)?;
        let squares = channel.values.iter().map(|a| a * a);
        match &mut sum {
            None => sum = Some((channel.dt_s, squares.collect())),
            Some((_, all)) => all.iter_mut().zip(squares).for_each(|(s, a)| *s += a),
        }
    }
    Ok(sum.map(|(dt, squares)| (dt, squares.into_iter().map(f64::sqrt).collect())))
}

/// Scalars of the measured dummy whose channels stand beside the simulated ones.
///
/// # Errors
/// As [`beside`]; [`OccupantError::Criteria`] for a record too short for the criterion.
pub fn measured_scalars(simulated: &[Channel], measured: &[Channel]) -> Result<MeasuredScalars, OccupantError> {
    let code = |location: &str| {
        let wanted = |c: &&Channel| c.code.get(2..6) == Some(location) && &c.code[12..14] == "AC";
        simulated.iter().find(wanted).map(|c| c.code.clone())
    };
    let mut scalars = MeasuredScalars::default();
    if let Some(head) = code("HEAD")
        && let Some((dt_s, a)) = magnitude(measured, &head, Cfc::C1000)?
    {
        scalars.hic15 = Some(hic15(&a, dt_s)?.value);
    }
    if let Some(chest) = code("CHST")
        && let Some((dt_s, a)) = magnitude(measured, &chest, Cfc::C180)?
    {
        scalars.chest_a3ms_g = Some(clip_3ms_cumulative(&a, dt_s)? / G0);
    }
    Ok(scalars)
}
