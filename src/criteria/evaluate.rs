//! Every criterion of a set of channels, chosen by what the ISO-MME code says each channel is.
//!
//! Model section 7 and its notes ([`crate::model`]). The main location decides the criteria, the dimension the
//! quantity, fine location 3 the dummy. Each criterion asks for a channel frequency class; a channel whose code
//! says that it carries that class or a lower one already is not filtered twice. Signs follow SAE J211.

mod combined;
pub mod judged;
pub mod rated;

use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::chest::{peak_deflection, peak_rate_mps, viscous_criterion};
use super::clip::clip;
use super::head::{hic15, hic36};
use super::leg::{knee_thigh_hip, peak_compression_n};
use super::pulse::{Filtering, PulseCriteria};
use super::{CriteriaError, Dummy};
use crate::exchange::Skipped;
use crate::exchange::set::STRUCTURE_LOCATIONS;
use crate::signal::{Cfc, Channel, ChannelCode, SignalError, cfc, pulse_from_velocity};
use crate::units::{G0, KN, MM, MS};

/// Criteria of a set of channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// By channel code in the order of the channels, then those of several channels together: an object of
    /// numbers, each in the unit of its name.
    pub channels: Map<String, Value>,
    /// Channels without criteria, and why.
    pub skipped: Vec<Skipped>,
    /// Criteria whose channels are all there and that still could not be given, with the reason.
    pub not_given: Vec<Skipped>,
}

impl Evaluation {
    /// `{ "channels": {...}, "skipped": [{ "name", "reason" }] }`.
    pub fn to_json(&self) -> Value {
        let skipped: Vec<Value> = self
            .skipped
            .iter()
            .map(|s| json!({ "name": s.name, "reason": s.reason }))
            .collect();
        json!({ "channels": self.channels, "skipped": skipped, "not_given": self.not_given })
    }
}

impl FromStr for Filtering {
    type Err = SignalError;

    /// Reads a class (60, 180, 600, 1000) or `none`.
    fn from_str(text: &str) -> Result<Self, SignalError> {
        if text.trim().eq_ignore_ascii_case("none") {
            Ok(Filtering::None)
        } else {
            text.parse().map(Filtering::Class)
        }
    }
}

/// What is asked of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Head,
    Acceleration,
    Deflection,
    LegForce,
    NeckForce,
    NeckMoment,
    Moment,
    Force,
    Rate,
    Pulse,
    /// Velocity of a vehicle's structure, differentiated to a pulse.
    Velocity,
}

impl Reading {
    /// By main location, dimension and direction, with the class it asks for (note N1, [`crate::model`]).
    fn of(code: &ChannelCode) -> Option<(Reading, Cfc)> {
        let structure = STRUCTURE_LOCATIONS.contains(&code.main_location());
        Some(match (code.main_location(), code.dimension(), code.direction()) {
            ("HEAD", "AC", _) => (Reading::Head, Cfc::C1000),
            ("CHST", "AC", _) => (Reading::Acceleration, Cfc::C180),
            ("PELV", "AC", _) => (Reading::Acceleration, Cfc::C1000),
            ("CHST", "DS" | "DC", _) => (Reading::Deflection, Cfc::C180),
            ("FEMR" | "TIBI", "FO", 'Z') => (Reading::LegForce, Cfc::C600),
            ("NECK", "FO", _) => (Reading::NeckForce, Cfc::C1000),
            ("NECK", "MO", _) => (Reading::NeckMoment, Cfc::C600),
            ("TIBI", "MO", _) => (Reading::Moment, Cfc::C600),
            ("SEBE" | "FBAR" | "MBAR", "FO", _) => (Reading::Force, Cfc::C60),
            // As pyisomme 1.1.0 takes it for BrIC.
            ("HEAD", "AV", _) => (Reading::Rate, Cfc::C60),
            (_, "AC", 'X' | 'Y') if structure => (Reading::Pulse, Cfc::C180),
            (_, "VE", 'X') if structure => (Reading::Velocity, Cfc::C180),
            _ => return None,
        })
    }
}

/// A channel whose code is known.
struct Coded<'a> {
    code: ChannelCode,
    channel: &'a Channel,
}

/// Evaluate every channel, the resultant of head, chest and pelvis accelerations where its three components are
/// there and it is not itself, Nij of a neck whose forces and moment are there, the tibia index, BrIC and DAMAGE, the
/// flail space of a vehicle, and the combined thoracic index.
///
/// `filtering`: the class each criterion asks for, one class for all, or none. A channel that cannot be evaluated
/// is listed with its reason and does not stop the others.
pub fn evaluate(channels: &[Channel], filtering: Filtering) -> Evaluation {
    let mut out = Evaluation {
        channels: Map::new(),
        skipped: Vec::new(),
        not_given: Vec::new(),
    };
    let mut coded: Vec<Coded<'_>> = Vec::new();
    for channel in channels {
        match channel.iso_code() {
            Some(code) if code.filter_letter() == 'X' => out.skip(channel, "it is a constant, not a history"),
            Some(code) => coded.push(Coded { code, channel }),
            None => out.skip(channel, "its name is not an ISO-MME code"),
        }
    }
    for c in &coded {
        match Reading::of(&c.code) {
            None => out.skip(c.channel, "no criterion is defined for this location and quantity"),
            Some((reading, asked)) => match single(c, reading, asked, filtering) {
                Ok(value) => out.put(c.code.as_str(), value),
                Err(e) => out.skip(c.channel, &e.to_string()),
            },
        }
    }
    for c in coded.iter().filter(|c| c.code.direction() == 'X') {
        if let Some((code, result)) = combined::combined(c, &coded, filtering) {
            match result {
                Ok(value) => out.put(code.as_str(), value),
                Err(e) => out.skipped.push(Skipped {
                    name: code.to_string(),
                    reason: e.to_string(),
                }),
            }
        }
    }
    out.not_given = combined::not_given(&coded);
    let (notes, skipped) = combined::missing(&coded);
    for (code, note) in notes {
        if out.channels.contains_key(code.as_str()) {
            out.put(code.as_str(), object(json!({ "note": note })));
        }
    }
    out.skipped.extend(skipped);
    for (code, value) in combined::thoracic(&out.channels) {
        out.put(&code, value);
    }
    out
}

impl Evaluation {
    fn skip(&mut self, channel: &Channel, reason: &str) {
        self.skipped.push(Skipped {
            name: channel.code.clone(),
            reason: reason.to_string(),
        });
    }

    /// Values of one code; further ones join those already there.
    fn put(&mut self, code: &str, value: Map<String, Value>) {
        let entry = self.channels.entry(code).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(known) = entry {
            known.extend(value);
        }
    }
}

/// The channel in SI at the class that is asked for, and what was done to it.
fn prepared(c: &Coded<'_>, asked: Cfc, filtering: Filtering) -> Result<(Vec<f64>, String), CriteriaError> {
    let si = c.channel.to_si();
    let class = match filtering {
        Filtering::None => None,
        Filtering::Class(class) => Some(class),
        Filtering::PerCriterion => Some(asked).filter(|a| c.code.cfc().is_none_or(|carried| carried > *a)),
    };
    match class {
        Some(class) => Ok((cfc::filter(class, si.dt_s, &si.values)?, class.to_string())),
        None => Ok((si.values, "as stored".to_string())),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn single(
    c: &Coded<'_>,
    reading: Reading,
    asked: Cfc,
    filtering: Filtering,
) -> Result<Map<String, Value>, CriteriaError> {
    if reading == Reading::Pulse {
        return pulse(c, filtering);
    }
    if reading == Reading::Velocity {
        return velocity(c, filtering);
    }
    let (values, filter) = prepared(c, asked, filtering)?;
    let (dt_s, dummy) = (c.channel.dt_s, Dummy::from_iso_code(c.code.fine_locations()[2]));
    let most = |sign: f64| values.iter().fold(0.0_f64, |worst, v| worst.max(sign * v));
    let (positive, negative) = (most(1.0), most(-1.0));
    let mut out = object(match reading {
        // The resultant of a single axis is its magnitude.
        Reading::Head => return head(&magnitude(&values), c.channel, &filter),
        Reading::Acceleration => return acceleration(&magnitude(&values), c.channel, &filter),
        Reading::Deflection => {
            // Compression is negative by SAE J211, but not every laboratory keeps to it: a chest is pressed in
            // further than it ever comes out.
            let sign = if negative >= positive { -1.0 } else { 1.0 };
            let d: Vec<f64> = values.iter().map(|v| sign * v).collect();
            let most = peak_deflection(&d, dt_s)?;
            let vc = match dummy {
                Some(dummy) => viscous_criterion(&d, dt_s, dummy).ok().map(|v| v.vc_mps),
                None => None,
            };
            json!({
                "max_mm": most.value / MM,
                "time_of_max_ms": ms(c.channel.t0_s + most.time_s),
                "rate_mps": peak_rate_mps(&d, dt_s).ok(),
                "viscous_criterion_mps": vc,
            })
        }
        Reading::LegForce => {
            let knee = knee_thigh_hip(&values, dt_s)?;
            let femur_of_50m = c.code.main_location() == "FEMR" && dummy == Some(Dummy::Hiii50m);
            let mut leg = object(json!({
                "peak_kN": positive.max(negative) / KN,
                "compression_kN": peak_compression_n(&values, dt_s)? / KN,
                "tension_kN": positive / KN,
            }));
            // Its bands are for the thigh of the 50th percentile male.
            if femur_of_50m {
                leg.extend(object(
                    json!({ "kth_impulse_Ns": knee.impulse_ns, "kth_rating": knee.rating }),
                ));
            }
            Value::Object(leg)
        }
        Reading::NeckForce if c.code.direction() == 'Z' => json!({
            "peak_kN": positive.max(negative) / KN,
            "tension_kN": positive / KN,
            "compression_kN": negative / KN,
        }),
        Reading::NeckMoment if c.code.direction() == 'Y' => json!({
            "peak_Nm": positive.max(negative),
            "flexion_Nm": positive,
            "extension_Nm": negative,
        }),
        Reading::NeckMoment | Reading::Moment => json!({ "peak_Nm": positive.max(negative) }),
        Reading::Rate => json!({ "peak_rad_per_s": positive.max(negative) }),
        Reading::NeckForce | Reading::Force | Reading::Pulse | Reading::Velocity => {
            json!({ "peak_kN": positive.max(negative) / KN })
        }
    });
    out.insert("filter".to_string(), filter.into());
    Ok(out)
}

/// Milliseconds, to the nanosecond: no binary dust in what people read.
fn ms(time_s: f64) -> f64 {
    (time_s / MS * 1e6).round() / 1e6
}

fn magnitude(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.abs()).collect()
}

fn head(resultant: &[f64], c: &Channel, filter: &str) -> Result<Map<String, Value>, CriteriaError> {
    let (short, long) = (hic15(resultant, c.dt_s)?, hic36(resultant, c.dt_s)?);
    let window_ms = |h: &super::head::Hic| [ms(c.t0_s + h.t1_s), ms(c.t0_s + h.t2_s)];
    let mut out = object(json!({
        "hic15": short.value,
        "hic15_window_ms": window_ms(&short),
        "hic36": long.value,
        "hic36_window_ms": window_ms(&long),
    }));
    out.extend(acceleration(resultant, c, filter)?);
    Ok(out)
}

fn acceleration(resultant: &[f64], c: &Channel, filter: &str) -> Result<Map<String, Value>, CriteriaError> {
    let held = clip(resultant, c.dt_s, 0.003)?;
    let (i, peak) = super::peak(resultant.iter().copied()).unwrap_or((0, 0.0));
    Ok(object(json!({
        "a3ms_g": held.contiguous / G0,
        "a3ms_cumulative_g": held.cumulative / G0,
        "peak_g": peak / G0,
        "time_of_peak_ms": ms(c.time_s(i)),
        "filter": filter,
    })))
}

/// Criteria of a vehicle pulse from t = 0: what the sensor does before the impact is no part of it.
fn pulse(c: &Coded<'_>, filtering: Filtering) -> Result<Map<String, Value>, CriteriaError> {
    let si = from_impact(c.channel)?;
    let (a, dt_s) = (&si.values, si.dt_s);
    let (p, filter) = match (filtering, c.code.cfc()) {
        (Filtering::PerCriterion, Some(Cfc::C60)) => (
            PulseCriteria::evaluate(a, dt_s, Filtering::None)?,
            "as stored".to_string(),
        ),
        (Filtering::PerCriterion, Some(Cfc::C180)) => {
            let peak = PulseCriteria::evaluate(a, dt_s, Filtering::Class(Cfc::C60))?;
            let stored = PulseCriteria::evaluate(a, dt_s, Filtering::None)?;
            let (peak_g_cfc60, time_of_peak_s) = (peak.peak_g_cfc60, peak.time_of_peak_s);
            let joined = PulseCriteria {
                peak_g_cfc60,
                time_of_peak_s,
                ..stored
            };
            (joined, "CFC 60 for the peak, the rest as stored".to_string())
        }
        (Filtering::PerCriterion, _) => {
            let p = PulseCriteria::evaluate(a, dt_s, filtering)?;
            (p, "CFC 60 for the peak, CFC 180 for the rest".to_string())
        }
        (Filtering::Class(class), _) => (PulseCriteria::evaluate(a, dt_s, filtering)?, class.to_string()),
        (Filtering::None, _) => (PulseCriteria::evaluate(a, dt_s, filtering)?, "as stored".to_string()),
    };
    Ok(object(json!({
        "delta_v_mps": p.delta_v_mps,
        peak_key(filtering): p.peak_g_cfc60,
        "time_of_peak_ms": ms(si.t0_s + p.time_of_peak_s),
        "olc_g": p.olc_g,
        "vpi_g": p.vpi_g,
        "sm10_g": p.sm10_g,
        "sm25_g": p.sm25_g,
        "sm50_g": p.sm50_g,
        "asi": p.asi,
        "filter": filter,
    })))
}

/// Name of a pulse's peak: by the class it was filtered with, none where it was not.
fn peak_key(filtering: Filtering) -> String {
    match filtering {
        Filtering::PerCriterion => "peak_g_cfc60".to_string(),
        Filtering::Class(class) => format!("peak_g_cfc{}", class.number()),
        Filtering::None => "peak_g".to_string(),
    }
}

/// Criteria of the pulse that a velocity gives; its change is read from the velocity itself.
fn velocity(c: &Coded<'_>, filtering: Filtering) -> Result<Map<String, Value>, CriteriaError> {
    let made = pulse_from_velocity(c.channel)?;
    let code = made.pulse.iso_code().unwrap_or(c.code);
    let of = Coded {
        code,
        channel: &made.pulse,
    };
    let mut out = pulse(&of, filtering)?;
    let si = from_impact(c.channel)?;
    let first = si.values.first().copied().unwrap_or(0.0);
    let change = si.values.iter().fold(0.0_f64, |m, v| m.max((v - first).abs()));
    out.insert("delta_v_mps".to_string(), change.into());
    out.insert("derived".to_string(), made.method.into());
    Ok(out)
}

fn from_impact(channel: &Channel) -> Result<Channel, CriteriaError> {
    let si = channel.to_si();
    if si.t0_s < 0.0 && si.end_s() > 0.0 {
        Ok(si.window(0.0, si.end_s())?)
    } else {
        Ok(si)
    }
}

#[cfg(test)]
mod tests;
