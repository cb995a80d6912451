//! What the dummy reads (model section 7): criteria from the recorded histories, filtered as SAE J211 asks.
//!
//! Classes (note N1, [`crate::model`]): head acceleration CFC 1000, chest acceleration and deflection CFC
//! 180, femur force CFC 600. The model moves along one axis: a reading is that of the x component, where a
//! test takes resultants. A point mass is read unfiltered, so that closed forms hold.

use serde::Serialize;

use super::OccupantError;
use super::chain::{Chain, Occupant, Seat};
use crate::criteria::Dummy;
use crate::criteria::chest::{clip_3ms_cumulative, viscous_criterion};
use crate::criteria::head::{hic15, hic36};
use crate::dynamics::Record;
use crate::measure::Measure;
use crate::risk::intrusion::leg_odds;
use crate::risk::{NcapInput, OccupantRisk, ncap_risk};
use crate::signal::{Cfc, Channel, Unit, cfc};
use crate::units::{G0, KN, MM, MS};

/// Force above which a contact with wheel or panel counts, N.
const CONTACT_N: f64 = 1.0;

/// Readings of one occupant; `None` where the dummy cannot give one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(non_snake_case)]
pub struct OccupantResult {
    /// 1 or 2.
    pub vehicle: usize,
    /// Seat.
    pub seat: Seat,
    /// Dummy.
    pub dummy: Dummy,
    /// HIC over windows of at most 15 ms.
    pub hic15: Option<f64>,
    /// HIC over windows of at most 36 ms.
    pub hic36: Option<f64>,
    /// Cumulative 3 ms clip of the chest (spine side), g.
    pub chest_a3ms_g: Option<f64>,
    /// Largest compression of the chest, mm.
    pub chest_deflection_mm: Option<f64>,
    /// Viscous criterion, m/s.
    pub viscous_criterion_mps: Option<f64>,
    /// Largest force of one femur, kN: half of the bolster's.
    pub femur_kN: Option<f64>,
    /// Largest acceleration of the head (of the mass for a point mass), g.
    pub peak_g: f64,
    /// Largest forward travel of the head (of the mass) in the cabin, mm.
    pub excursion_mm: f64,
    /// Largest rearward travel of the interior before the seat in the cabin at that seat, mm: dash-cabin compression and
    /// what the compartment layers push it in locally.
    pub intrusion_at_seat_mm: f64,
    /// Odds ratio of a leg injury at that intrusion, low and high end ([`leg_odds`]); it enters no risk.
    pub leg_odds_ratio: [f64; 2],
    /// When pretensioners and bags were fired, ms after first contact, each device's own delay left out; `None`
    /// where they were not, or there are none.
    pub fire_ms: Option<f64>,
    /// Did chest or head reach wheel or panel through the bag?
    pub wheel_contact: Option<bool>,
    /// Injury risk after the US NCAP curves; the neck is always `None`, the model has no neck load.
    pub risk: OccupantRisk,
}

impl OccupantResult {
    /// A measure of the occupant; `None` where the dummy cannot give it.
    pub fn reading(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Hic15 => self.hic15,
            Measure::Hic36 => self.hic36,
            Measure::ChestA3msG => self.chest_a3ms_g,
            Measure::ChestDeflectionMm => self.chest_deflection_mm,
            Measure::ViscousCriterionMps => self.viscous_criterion_mps,
            Measure::FemurKn => self.femur_kN,
            Measure::PeakG => Some(self.peak_g),
            Measure::ExcursionMm => Some(self.excursion_mm),
            Measure::FireMs => self.fire_ms,
            Measure::IntrusionAtSeatMm => Some(self.intrusion_at_seat_mm),
            Measure::LegOddsLow => Some(self.leg_odds_ratio[0]),
            Measure::LegOddsHigh => Some(self.leg_odds_ratio[1]),
            Measure::HeadAis3 => self.risk.nominal.head_ais3,
            Measure::ChestAis3 => self.risk.nominal.chest_ais3,
            Measure::FemurAis2 => self.risk.nominal.femur_ais2,
            Measure::NeckAis3 => self.risk.nominal.neck_ais3,
            Measure::Joint => self.risk.nominal.joint,
            Measure::FieldMais3 => self.risk.field_mais3,
            Measure::JointWithoutNeck => self.risk.nominal.joint_without_neck,
            _ => self.risk.expected.and_then(|e| e.reading(measure)),
        }
    }
}

/// Read an occupant from the record of its network.
///
/// # Errors
/// [`OccupantError::Criteria`] when the record is too short or too coarse for a filter class.
pub fn readings(occupant: &Occupant, record: &Record) -> Result<OccupantResult, OccupantError> {
    let at = &occupant.mounting;
    let excursion_mm = travel(occupant, record).fold(0.0, f64::max) / MM;
    let intrusion_at_seat_mm = intrusion_m(occupant, record) / MM;
    let mut result = OccupantResult {
        vehicle: at.side + 1,
        seat: at.seat,
        dummy: occupant.dummy,
        hic15: None,
        hic36: None,
        chest_a3ms_g: None,
        chest_deflection_mm: None,
        viscous_criterion_mps: None,
        femur_kN: None,
        peak_g: 0.0,
        excursion_mm,
        intrusion_at_seat_mm,
        leg_odds_ratio: leg_odds(intrusion_at_seat_mm),
        fire_ms: occupant.trigger.and_then(|t| t.fired_s(record)).map(|s| s / MS),
        wheel_contact: None,
        risk: OccupantRisk::default(),
    };
    let dt_s = record.sample_s;
    let Some(chain) = &occupant.chain else {
        result.peak_g = largest(record.a(occupant.head).iter().map(|a| a.abs())) / G0;
        return Ok(result);
    };
    let head = magnitude(cfc::filter(Cfc::C1000, dt_s, &record.a(occupant.head))?);
    let chest = magnitude(cfc::filter(Cfc::C180, dt_s, &record.a(chain.spine))?);
    let deflection = cfc::filter(Cfc::C180, dt_s, &deflection_m(occupant, chain, record))?;
    let knee = cfc::filter(Cfc::C600, dt_s, &record.force(chain.knee))?;
    result.hic15 = Some(hic15(&head, dt_s)?.value);
    result.hic36 = Some(hic36(&head, dt_s)?.value);
    result.chest_a3ms_g = Some(clip_3ms_cumulative(&chest, dt_s)? / G0);
    result.chest_deflection_mm = Some(largest(deflection.iter().copied()) / MM);
    result.viscous_criterion_mps = Some(viscous_criterion(&deflection, dt_s, occupant.dummy)?.vc_mps);
    result.femur_kN = Some(0.5 * largest(knee.iter().copied()) / KN);
    result.peak_g = largest(head.iter().copied()) / G0;
    let touched = |g: usize| record.force(g).iter().any(|f| *f > CONTACT_N);
    result.wheel_contact = Some(chain.contact.iter().any(|g| touched(*g)));
    let input = NcapInput {
        hic15: result.hic15,
        chest_deflection_mm: result.chest_deflection_mm,
        femur_kn: result.femur_kN,
        neck: None,
    };
    result.risk.nominal = ncap_risk(occupant.dummy, &input);
    Ok(result)
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

fn magnitude(mut values: Vec<f64>) -> Vec<f64> {
    values.iter_mut().for_each(|v| *v = v.abs());
    values
}

/// Forward travel of the head (of the point mass) in the cabin, m.
fn travel<'a>(occupant: &'a Occupant, record: &'a Record) -> impl Iterator<Item = f64> + 'a {
    let at = &occupant.mounting;
    let forward = move |s| record.u_at(occupant.head, s) - record.u_at(at.cabin, s);
    record.range().map(move |s| at.heading * forward(s))
}

/// Largest rearward travel of the interior before the seat in the cabin at that seat, m.
fn intrusion_m(occupant: &Occupant, record: &Record) -> f64 {
    let at = &occupant.mounting;
    let rearward = |interior: usize, s: usize| at.heading * (record.u_at(at.cabin, s) - record.u_at(interior, s));
    at.dash
        .map_or(0.0, |interior| largest(record.range().map(|s| rearward(interior, s))))
}

/// Compression of the chest, m.
fn deflection_m(occupant: &Occupant, chain: &Chain, record: &Record) -> Vec<f64> {
    let squeeze = |s| record.u_at(chain.spine, s) - record.u_at(chain.sternum, s);
    record.range().map(|s| occupant.mounting.heading * squeeze(s)).collect()
}

/// Seat position of ISO-MME: 1 front left, 3 front right.
pub const fn seat_position(seat: Seat, driver_on_right: bool) -> char {
    match (seat, driver_on_right) {
        (Seat::Driver, false) | (Seat::Passenger, true) => '1',
        _ => '3',
    }
}

/// Unfiltered channels of an occupant with ISO-MME codes: accelerations of head, chest and pelvis, chest compression
/// (negative), femur and belt forces. A point mass gives its acceleration. `position` as in [`seat_position`].
///
/// # Errors
/// [`OccupantError::Signal`] when the record holds no usable interval.
pub fn channels(occupant: &Occupant, record: &Record, position: char) -> Result<Vec<Channel>, OccupantError> {
    let at = &occupant.mounting;
    let place = format!("{}{position}", at.side + 1);
    let kind = match occupant.dummy {
        Dummy::Hiii50m => "H3",
        Dummy::Hiii05f => "HF",
        _ => "00",
    };
    let ahead = |values: Vec<f64>| -> Vec<f64> { values.iter().map(|v| at.heading * v).collect() };
    let mut all = vec![(
        format!("{place}HEADCG00{kind}ACX0"),
        Unit::MetrePerSecondSquared,
        ahead(record.a(occupant.head)),
    )];
    if let Some(c) = &occupant.chain {
        for (name, body) in [("CHST0000", c.spine), ("PELV0000", c.pelvis)] {
            let code = format!("{place}{name}{kind}ACX0");
            all.push((code, Unit::MetrePerSecondSquared, ahead(record.a(body))));
        }
        // Compression is negative in ISO-MME.
        let squeeze = deflection_m(occupant, c, record).iter().map(|d| -d).collect();
        all.push((format!("{place}CHST0003{kind}DSX0"), Unit::Metre, squeeze));
        let half: Vec<f64> = record.force(c.knee).iter().map(|f| -0.5 * f).collect();
        for side in ["LE", "RI"] {
            all.push((format!("{place}FEMR{side}00{kind}FOZ0"), Unit::Newton, half.clone()));
        }
        for (strand, group) in [("B3", c.shoulder_belt), ("B6", c.lap_belt)] {
            let code = format!("{place}SEBE0000{strand}FO00");
            all.push((code, Unit::Newton, record.force(group)));
        }
    }
    all.into_iter()
        .map(|(code, unit, values)| Ok(Channel::new(code, unit, 0.0, record.sample_s, values)?))
        .collect()
}
