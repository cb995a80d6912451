//! The study file (TOML, `format = 1`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::criteria::Dummy;
use crate::error::{Error, SourceText};
use crate::material::MaterialUse;
use crate::occupant::Seat;
use crate::risk::intrusion::IntrusionOddsRatio;
use crate::sizing::evaluate::{SEARCH_STEP_S, Seated};
use crate::sizing::{CostModel, Rule, Target, Vary};
use crate::units::US;
use crate::vehicle::Library;

use super::options::{Choices, FrontSpec, MapSpec, RawFront, RawMap, RawPartner};
use super::reader::{Reader, S};
use super::uncertainty_request::{RawUncertainty, UncertaintySpec};

/// A named set of limits that hold together.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetSet {
    /// Name in tables and figures.
    pub name: String,
    /// The limits.
    pub limits: Vec<Target>,
}

/// A study, resolved but for the vehicles themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct StudySpec {
    /// Name.
    pub name: String,
    /// Ids of the vehicles under study.
    pub vehicles: Vec<String>,
    /// Ids of their partners.
    pub partners: Vec<String>,
    /// Each vehicle's own speed, km/h.
    pub speeds_kmh: Vec<f64>,
    /// Overlaps, percent.
    pub overlaps_pct: Vec<f64>,
    /// Weights of the speeds and overlaps in expected values, in that order.
    pub weights: (Vec<f64>, Vec<f64>),
    /// Who sits in the vehicle under study.
    pub seats: Vec<Seated>,
    /// Odds ratio by which intrusion changes the leg risk, in columns of their own; `None`: none (no target uses it).
    pub intrusion_odds: Option<&'static IntrusionOddsRatio>,
    /// Speed of the vehicle's own wall test, km/h.
    pub wall_kmh: f64,
    /// Limits kept in that test while sizing.
    pub wall_limits: Vec<Target>,
    /// Targets, each sized on its own; the reference target's design is simulated for the results.
    pub targets: Vec<TargetSet>,
    /// Index of the reference target.
    pub reference: usize,
    /// What may be varied.
    pub vary: Vary,
    /// How targets bind.
    pub rule: Rule,
    /// Keep within the kei length of 3.40 m.
    pub length_cap: bool,
    /// Largest added front length, m.
    pub max_length_m: f64,
    /// Largest strength factor of a path.
    pub max_strength: f64,
    /// Largest cabin factor.
    pub max_cabin_factor: f64,
    /// Materials that added crush structure may be made of; empty: all that may crush.
    pub materials: Vec<String>,
    /// What else sizing may change.
    pub choices: Choices,
    /// Pareto fronts wanted.
    pub fronts: Option<FrontSpec>,
    /// Feasibility map wanted.
    pub map: Option<MapSpec>,
    /// Uncertainty analysis wanted.
    pub uncertainty: Option<UncertaintySpec>,
    /// Cost file.
    pub costs: String,
    /// Duration of a run, ms.
    pub duration_ms: f64,
    /// Step of the reported runs, us.
    pub step_us: f64,
    /// Step while sizing, us.
    pub sizing_step_us: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: S<i64>,
    name: String,
    vehicles: S<Vec<S<String>>>,
    partners: S<Vec<S<String>>>,
    speeds_kmh: S<Vec<f64>>,
    overlaps_pct: S<Vec<f64>>,
    speed_weights: Option<S<Vec<f64>>>,
    overlap_weights: Option<S<Vec<f64>>>,
    seat: S<Vec<RawSeat>>,
    intrusion_odds: Option<S<String>>,
    #[serde(default)]
    wall: RawWall,
    #[serde(default)]
    simulation: RawSimulation,
    sizing: Option<RawSizing>,
    pareto: Option<S<RawFront>>,
    map: Option<S<RawMap>>,
    uncertainty: Option<S<RawUncertainty>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeat {
    seat: Seat,
    dummy: Dummy,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawWall {
    speed_kmh: Option<S<f64>>,
    #[serde(default)]
    limits: Vec<S<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawSimulation {
    duration_ms: Option<S<f64>>,
    step_us: Option<S<f64>>,
    sizing_step_us: Option<S<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSizing {
    target: S<Vec<RawTarget>>,
    reference: Option<S<String>>,
    vary: Option<S<String>>,
    constraint: Option<S<String>>,
    #[serde(default)]
    length_cap: bool,
    max_added_length_mm: Option<S<f64>>,
    max_strength: Option<S<f64>>,
    max_cabin_factor: Option<S<f64>>,
    #[serde(default)]
    materials: Vec<S<String>>,
    #[serde(default)]
    path_materials: BTreeMap<String, S<String>>,
    cabin_material: Option<S<String>>,
    packages: Option<Vec<S<String>>>,
    #[serde(default)]
    reshape: bool,
    #[serde(default)]
    new_powertrain: bool,
    #[serde(default)]
    highest_speed: bool,
    volume_per_year: Option<S<f64>>,
    partner: Option<RawPartner>,
    costs: Option<S<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTarget {
    name: String,
    limits: S<Vec<S<String>>>,
}

/// Read a study file; ids are checked against the library.
///
/// # Errors
/// [`Error::Input`] at the line of an unknown key or id, an empty list, a value out of range, a limit that
/// cannot be read, weights that sum to zero.
pub fn load_study(path: &Path, library: &Library) -> Result<StudySpec, Error> {
    let text = SourceText::read(path)?;
    parse_study(&text, library)
}

/// [`load_study`] on a text.
///
/// # Errors
/// As [`load_study`].
pub fn parse_study(text: &SourceText, library: &Library) -> Result<StudySpec, Error> {
    let raw: Raw = text.parse_toml()?;
    let r = Reader { text, library };
    if *raw.format.get_ref() != 1 {
        return Err(r.bad(
            &raw.format,
            "format is not 1",
            "this version reads format = 1",
        ));
    }
    if raw.seat.get_ref().is_empty() {
        return Err(r.bad(&raw.seat, "no seat", "add a [[seat]] with seat and dummy"));
    }
    let speeds_kmh = r.numbers(
        "speeds_kmh",
        &raw.speeds_kmh,
        |x| x > 0.0 && x <= 200.0,
        "above 0 and at most 200 km/h",
    )?;
    let overlaps_pct = r.numbers(
        "overlaps_pct",
        &raw.overlaps_pct,
        |x| x > 0.0 && x <= 100.0,
        "above 0 and at most 100",
    )?;
    let weights = (
        r.weights(
            "speed_weights",
            raw.speed_weights.as_ref(),
            speeds_kmh.len(),
        )?,
        r.weights(
            "overlap_weights",
            raw.overlap_weights.as_ref(),
            overlaps_pct.len(),
        )?,
    );
    let optional = |key: &str, v: &Option<S<f64>>, default: f64, lo: f64, hi: f64| match v {
        None => Ok(default),
        Some(v) => r.text.number(
            key,
            v,
            |x| (lo..=hi).contains(&x),
            &format!("between {lo} and {hi}"),
        ),
    };
    let sizing = raw.sizing.as_ref();
    let mut targets = Vec::new();
    let mut reference = 0;
    if let Some(s) = sizing {
        for t in s.target.get_ref() {
            if t.limits.get_ref().is_empty() {
                return Err(r.bad(
                    &t.limits,
                    "a target without limits",
                    "for example limits = [\"joint_without_neck=0.15\"]",
                ));
            }
            targets.push(TargetSet {
                name: t.name.clone(),
                limits: r.limits(t.limits.get_ref())?,
            });
        }
        if targets.is_empty() {
            return Err(r.bad(
                &s.target,
                "no target",
                "add a [[sizing.target]] with name and limits",
            ));
        }
        if let Some(name) = &s.reference {
            reference = targets
                .iter()
                .position(|t| &t.name == name.get_ref())
                .ok_or_else(|| {
                    r.bad(
                        name,
                        &format!("reference = \"{}\"", name.get_ref()),
                        "name one of the targets",
                    )
                })?;
        }
    }
    let vary = match sizing.and_then(|s| s.vary.as_ref()) {
        None => Vary::Structure,
        Some(v) => match v.get_ref().as_str() {
            "structure" => Vary::Structure,
            "restraint" => Vary::Restraint,
            "both" => Vary::Both,
            "partner" => Vary::Partner,
            other => {
                return Err(r.bad(
                    v,
                    &format!("vary = \"{other}\""),
                    "structure, restraint, both or partner",
                ));
            }
        },
    };
    let rule = match sizing.and_then(|s| s.constraint.as_ref()) {
        None => Rule::Every,
        Some(v) => match v.get_ref().as_str() {
            "every" => Rule::Every,
            "weighted" => Rule::Weighted,
            other => {
                return Err(r.bad(v, &format!("constraint = \"{other}\""), "every or weighted"));
            }
        },
    };
    let none = None;
    let of = |f: fn(&RawSizing) -> &Option<S<f64>>| sizing.map_or(&none, f);
    let vehicles = r.ids("vehicles", &raw.vehicles)?;
    let partners = r.ids("partners", &raw.partners)?;
    let costs = r.costs(sizing.and_then(|s| s.costs.as_ref()))?;
    Ok(StudySpec {
        name: raw.name.clone(),
        fronts: r.front(raw.pareto.as_ref(), &vehicles)?,
        map: r.map(raw.map.as_ref(), &vehicles, &partners)?,
        uncertainty: r.uncertainty(raw.uncertainty.as_ref(), &vehicles)?,
        vehicles,
        partners,
        speeds_kmh,
        overlaps_pct,
        weights,
        seats: raw
            .seat
            .get_ref()
            .iter()
            .map(|s| Seated {
                seat: s.seat,
                dummy: s.dummy,
            })
            .collect(),
        intrusion_odds: r.intrusion_odds(raw.intrusion_odds.as_ref())?,
        wall_kmh: optional("speed_kmh", &raw.wall.speed_kmh, 56.0, 1.0, 200.0)?,
        wall_limits: r.limits(&raw.wall.limits)?,
        targets,
        reference,
        vary,
        rule,
        length_cap: sizing.is_some_and(|s| s.length_cap),
        max_length_m: optional(
            "max_added_length_mm",
            of(|s| &s.max_added_length_mm),
            300.0,
            0.0,
            1500.0,
        )? * 1e-3,
        max_strength: optional("max_strength", of(|s| &s.max_strength), 3.0, 1.0, 20.0)?,
        max_cabin_factor: optional(
            "max_cabin_factor",
            of(|s| &s.max_cabin_factor),
            3.0,
            1.0,
            20.0,
        )?,
        materials: r.materials(sizing.map_or(&[], |s| s.materials.as_slice()))?,
        choices: match sizing {
            Some(s) => r.choices(s, &costs)?,
            None => Choices::default(),
        },
        costs,
        duration_ms: optional(
            "duration_ms",
            &raw.simulation.duration_ms,
            200.0,
            20.0,
            2000.0,
        )?,
        step_us: r.step("step_us", &raw.simulation.step_us, 10.0)?,
        sizing_step_us: r.step(
            "sizing_step_us",
            &raw.simulation.sizing_step_us,
            SEARCH_STEP_S / US,
        )?,
    })
}

impl Reader<'_> {
    fn choices(&self, s: &RawSizing, costs: &str) -> Result<Choices, Error> {
        let mut path_materials = BTreeMap::new();
        for (path, id) in &s.path_materials {
            path_materials.insert(path.clone(), self.material(id, MaterialUse::Crush)?);
        }
        let cabin = s.cabin_material.as_ref();
        let costs = CostModel::load(self.library, costs)?;
        for id in s.packages.iter().flatten() {
            if let Err(Error::Request { message, help }) = costs.package(id.get_ref()) {
                return Err(self.bad(id, &message, &help));
            }
        }
        let volume = s.volume_per_year.as_ref();
        Ok(Choices {
            reshape: s.reshape,
            path_materials,
            cabin_material: cabin
                .map(|id| self.material(id, MaterialUse::Cabin))
                .transpose()?,
            packages: s
                .packages
                .as_ref()
                .map(|all| all.iter().map(|id| id.get_ref().clone()).collect()),
            new_powertrain: s.new_powertrain,
            highest_speed: s.highest_speed,
            volume_per_year: volume
                .map(|v| {
                    self.text.number(
                        "volume_per_year",
                        v,
                        |x| (1e3..=1e6).contains(&x),
                        "between 1,000 and 1,000,000 cars a year",
                    )
                })
                .transpose()?,
            partner: self.partner(s.partner.as_ref())?,
        })
    }
}
