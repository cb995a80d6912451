//! Test-to-test scatter (model section 7): the fixed set of points over which an expected risk is the mean, and what
//! a point does to a restraint.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::restraint::{Restraint, RestraintSpec};
use super::system::{Place, RestraintSystem};
use crate::error::{Error, InputError, SourceText};
use crate::units::{MM, MS};
use crate::vehicle::library::Library;

/// Dimensions in the order of the columns of a scatter file.
pub const DIMENSIONS: [&str; 11] = [
    "closing_speed",
    "seat_position",
    "shoulder_belt_slack",
    "load_limiter",
    "firing_delay",
    "head_contact",
    "chest_contact",
    "cell",
    "front_layers",
    "bag_force",
    "sternum_share",
];

/// Id of the set that every expected risk takes unless another is given.
pub const TEST_TO_TEST: &str = "test-to-test";

/// A scatter set: standard deviations of [`DIMENSIONS`] and points in standard deviations.
///
/// ```
/// use crumple::occupant::scatter::ScatterSet;
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let set = ScatterSet::shipped(&Library::find(None)?)?;
/// assert_eq!(set.disturbances(true).len(), 16);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScatterSet {
    sd: [f64; 11],
    firing_delay_offset_ms: f64,
    points: Vec<[f64; 11]>,
}

/// One point of a scatter set in the units of what it moves. Factors are 1 and shifts 0 in a test as planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disturbance {
    /// On both speeds.
    pub speed_factor: f64,
    /// Added to the clearances of chest, head and knee, m.
    pub clearance_m: f64,
    /// Added to the slack of the shoulder belt, m.
    pub slack_m: f64,
    /// On the tension of the load limiter.
    pub limiter_factor: f64,
    /// Added to when belts and bags fire, s.
    pub fire_delay_s: f64,
    /// On the force of wheel or panel on the head.
    pub head_contact_factor: f64,
    /// On the force of wheel or panel on the chest.
    pub chest_contact_factor: f64,
    /// On the strength of both compartments.
    pub cell_factor: f64,
    /// On the strength of all other front layers.
    pub front_factor: f64,
    /// On the force of the bag.
    pub bag_factor: f64,
    /// On the shares of belt and bag that go through the sternum.
    pub sternum_factor: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: i64,
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "name")]
    _name: String,
    firing_delay_offset_ms: toml::Spanned<f64>,
    dimension: Vec<toml::Spanned<Dimension>>,
    sources: BTreeMap<String, String>,
    points: Points,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dimension {
    name: String,
    sd: toml::Spanned<f64>,
    #[serde(rename = "unit")]
    _unit: String,
    #[serde(rename = "what")]
    _what: String,
    #[serde(rename = "basis")]
    _basis: crate::vehicle::provenance::Basis,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Points {
    z: Vec<toml::Spanned<Vec<f64>>>,
}

impl ScatterSet {
    /// The set of the library.
    ///
    /// # Errors
    /// As [`Self::parse`]; [`Error::UnknownId`] where the library has none.
    pub fn shipped(library: &Library) -> Result<Self, Error> {
        Ok(Self::parse(&library.text("scatter", TEST_TO_TEST)?)?)
    }

    /// Read a scatter file.
    ///
    /// # Errors
    /// [`InputError`] at the line of a spread below 0, a dimension out of order or without source, a point of the wrong
    /// length or beyond four standard deviations.
    pub fn parse(source: &SourceText) -> Result<Self, InputError> {
        let file: File = source.parse_toml()?;
        if file.format != 1 {
            let message = format!("format {} is not one this version reads", file.format);
            return Err(source.error(0..0, message, "format = 1"));
        }
        let spread = |sd: &toml::Spanned<f64>| {
            let value = *sd.get_ref();
            if (0.0..1e3).contains(&value) {
                Ok(value)
            } else {
                let help = "a standard deviation from 0 up";
                Err(source.error(sd.span(), format!("{value} is not a spread"), help))
            }
        };
        let mut sd = [0.0; 11];
        if file.dimension.len() != DIMENSIONS.len() {
            let message = format!("{} dimensions", file.dimension.len());
            return Err(source.error(0..0, message, DIMENSIONS.join(", ")));
        }
        for ((slot, name), d) in sd.iter_mut().zip(DIMENSIONS).zip(&file.dimension) {
            let of = d.get_ref();
            if of.name != name {
                let message = format!("dimension \"{}\" where \"{name}\" stands", of.name);
                return Err(source.error(d.span(), message, DIMENSIONS.join(", ")));
            }
            if !file.sources.contains_key(&of.source) {
                let message = format!("no source \"{}\"", of.source);
                return Err(source.error(d.span(), message, "add it to [sources]"));
            }
            *slot = spread(&of.sd)?;
        }
        let point = |z: &toml::Spanned<Vec<f64>>| {
            let row: Result<[f64; 11], _> = z.get_ref().as_slice().try_into();
            row.ok()
                .filter(|r| r.iter().all(|z| z.abs() <= 4.0))
                .ok_or_else(|| source.error(z.span(), "not a point", "eleven numbers from -4 to 4"))
        };
        let points: Vec<[f64; 11]> = file.points.z.iter().map(point).collect::<Result<_, _>>()?;
        if points.is_empty() {
            return Err(source.error(0..0, "no points", "at least one row under [points] z"));
        }
        Ok(Self {
            sd,
            firing_delay_offset_ms: spread(&file.firing_delay_offset_ms)?,
            points,
        })
    }

    /// Points in standard deviations, one row each, in the order of [`DIMENSIONS`].
    pub fn points(&self) -> &[[f64; 11]] {
        &self.points
    }

    /// What each point does; bags and belts fire less sharply below full overlap.
    pub fn disturbances(&self, full_overlap: bool) -> Vec<Disturbance> {
        let fire_ms = if full_overlap {
            self.sd[4]
        } else {
            self.firing_delay_offset_ms
        };
        let at = |z: &[f64; 11]| {
            let shift = |i: usize| self.sd[i] * z[i];
            Disturbance {
                speed_factor: 1.0 + shift(0),
                clearance_m: shift(1) * MM,
                slack_m: shift(2) * MM,
                limiter_factor: 1.0 + shift(3),
                fire_delay_s: fire_ms * z[4] * MS,
                head_contact_factor: shift(5).exp(),
                chest_contact_factor: shift(6).exp(),
                cell_factor: 1.0 + shift(7),
                front_factor: 1.0 + shift(8),
                bag_factor: 1.0 + shift(9),
                sternum_factor: 1.0 + shift(10),
            }
        };
        self.points.iter().map(at).collect()
    }
}

impl Restraint {
    /// The restraint as one test finds it. A point mass on a textbook restraint stays as it is.
    pub fn disturbed(&self, by: &Disturbance) -> Self {
        let mut changed = self.clone();
        if let RestraintSpec::System(system) = &mut changed.spec {
            disturb(system, by);
        }
        changed
    }
}

fn scale(values: &mut [f64], by: f64) {
    values.iter_mut().for_each(|v| *v *= by);
}

fn disturb(system: &mut RestraintSystem, by: &Disturbance) {
    let belt = &mut system.shoulder_belt;
    belt.slack_mm = (belt.slack_mm + by.slack_m / MM).max(0.0);
    scale(&mut belt.limiter_kN, by.limiter_factor);
    belt.sternum_share = (belt.sternum_share * by.sternum_factor).min(1.0);
    for place in [&mut system.driver, &mut system.passenger] {
        disturb_place(place, by);
    }
}

fn disturb_place(place: &mut Place, by: &Disturbance) {
    for p in place.position.values_mut() {
        for mm in [&mut p.chest_mm, &mut p.head_mm, &mut p.knee_mm] {
            *mm = (*mm + by.clearance_m / MM).max(0.0);
        }
    }
    scale(&mut place.head_contact.force_kN, by.head_contact_factor);
    scale(&mut place.chest_contact.force_kN, by.chest_contact_factor);
    if let Some(bag) = &mut place.airbag {
        scale(&mut bag.chest.force_kN, by.bag_factor);
        scale(&mut bag.head.force_kN, by.bag_factor);
        bag.sternum_share = (bag.sternum_share * by.sternum_factor).min(1.0);
    }
}
