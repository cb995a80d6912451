//! The study file (TOML, `format = 1`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::cost::CostModel;
use crate::criteria::Dummy;
use crate::error::{Error, SourceText, within};
use crate::material::MaterialUse;
use crate::occupant::Seat;
use crate::risk::intrusion::IntrusionOddsRatio;
use crate::sizing::evaluate::{SEARCH_STEP_S, Seated};
use crate::sizing::holds::{DRAWS, Drawing};
use crate::sizing::{Question, Rule, Target, Vary};
use crate::units::{MM, US};
use crate::vehicle::Library;
use crate::vehicle::library::{COSTS, MATERIALS};
use crate::vehicle::own::{PACKAGES, VEHICLES};

use super::options::{FrontSpec, MapSpec, RawFront, RawMap, RawPartner};
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
    /// What each vehicle is asked, but for the limits: those stand in `targets`.
    pub question: Question,
    /// Odds ratio by which intrusion changes the leg risk, in columns of their own; `None`: none (no target uses it).
    pub intrusion_odds: Option<&'static IntrusionOddsRatio>,
    /// Targets, each sized on its own; the reference target's design is simulated for the results.
    pub targets: Vec<TargetSet>,
    /// Index of the reference target.
    pub reference: usize,
    /// Pareto fronts wanted.
    pub fronts: Option<FrontSpec>,
    /// Feasibility map wanted.
    pub map: Option<MapSpec>,
    /// Uncertainty analysis wanted.
    pub uncertainty: Option<UncertaintySpec>,
    /// How the reference target's design is drawn.
    pub drawing: Drawing,
    /// Leave those draws out.
    pub quick: bool,
    /// Duration of a run, ms.
    pub duration_ms: f64,
    /// Step of the reported runs, us.
    pub step_us: f64,
    /// Step while sizing, us.
    pub sizing_step_us: f64,
}

impl StudySpec {
    /// The question with limits.
    pub fn question_for(&self, limits: &[Target]) -> Question {
        Question {
            limits: limits.to_vec(),
            ..self.question.clone()
        }
    }
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
    vary: Option<Vary>,
    constraint: Option<Rule>,
    chest_clip: Option<bool>,
    draws: Option<S<usize>>,
    #[serde(default)]
    quick: bool,
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

/// Read a study file; ids are checked against the library, which the files join that the study names by path.
///
/// # Errors
/// [`Error::Input`] at the line of an unknown key or id, an empty list, a value out of range, a limit that
/// cannot be read, weights that sum to zero.
pub fn load_study(path: &Path, library: &mut Library) -> Result<StudySpec, Error> {
    let text = SourceText::read(path)?;
    parse_study(&text, library)
}

/// [`load_study`] on a text.
///
/// # Errors
/// As [`load_study`].
pub fn parse_study(text: &SourceText, library: &mut Library) -> Result<StudySpec, Error> {
    let mut raw: Raw = text.parse_toml()?;
    raw.adopt_files(text, library)?;
    let r = Reader { text, library };
    if *raw.format.get_ref() != 1 {
        return Err(r.bad(&raw.format, "format is not 1", "this version reads format = 1"));
    }
    if raw.seat.get_ref().is_empty() {
        return Err(r.bad(&raw.seat, "no seat", "add a [[seat]] with seat and dummy"));
    }
    let (speeds_kmh, overlaps_pct, weights) = r.grid(&raw)?;
    let vehicles = r.ids("vehicles", &raw.vehicles)?;
    let partners = r.ids("partners", &raw.partners)?;
    let (targets, reference) = match &raw.sizing {
        Some(s) => r.targets(s)?,
        None => (Vec::new(), 0),
    };
    let seat = |s: &RawSeat| Seated {
        seat: s.seat,
        dummy: s.dummy,
    };
    let usual = Question::default();
    let mut question = Question {
        partners,
        speeds_kmh,
        overlaps_pct,
        weights,
        seats: raw.seat.get_ref().iter().map(seat).collect(),
        wall_kmh: r.within("speed_kmh", &raw.wall.speed_kmh, usual.wall_kmh, Question::SPEED_KMH)?,
        wall_limits: r.limits(&raw.wall.limits)?,
        ..usual
    };
    if let Some(s) = &raw.sizing {
        r.ask(s, &mut question)?;
    }
    let draws = raw.sizing.as_ref().and_then(|s| s.draws.as_ref());
    let drawing = Drawing {
        draws: draws.map_or(DRAWS, |n| *n.get_ref()),
        ..Drawing::default()
    };
    if let Some(at) = draws {
        r.at(at, drawing.check("draws"))?;
    }
    let duration_ms = &raw.simulation.duration_ms;
    Ok(StudySpec {
        name: raw.name.clone(),
        fronts: r.front(raw.pareto.as_ref(), &vehicles)?,
        map: r.map(raw.map.as_ref(), &vehicles, &question.partners)?,
        uncertainty: r.uncertainty(raw.uncertainty.as_ref(), &vehicles)?,
        vehicles,
        question,
        intrusion_odds: r.intrusion_odds(raw.intrusion_odds.as_ref())?,
        targets,
        reference,
        drawing,
        quick: raw.sizing.as_ref().is_some_and(|s| s.quick),
        duration_ms: r.within("duration_ms", duration_ms, 200.0, [20.0, 2000.0])?,
        step_us: r.step("step_us", &raw.simulation.step_us, 10.0)?,
        sizing_step_us: r.step("sizing_step_us", &raw.simulation.sizing_step_us, SEARCH_STEP_S / US)?,
    })
}

impl Raw {
    /// Every path that stands for an id becomes the label of its file.
    fn adopt_files(&mut self, text: &SourceText, library: &mut Library) -> Result<(), Error> {
        let mut of = |kind: &str, name: &mut S<String>| -> Result<(), Error> {
            *name.get_mut() = library.adopt_at(kind, name, text)?;
            Ok(())
        };
        let vehicles = self.vehicles.get_mut().iter_mut().chain(self.partners.get_mut());
        let front = self.pareto.iter_mut().flat_map(|f| f.get_mut().vehicles.as_mut());
        let map = self.map.as_mut().map(S::get_mut);
        let (of_map, partner) = map.map_or((None, None), |m| (m.vehicles.as_mut(), Some(&mut m.partner)));
        let uncertain = self.uncertainty.iter_mut().flat_map(|u| u.get_mut().vehicles.as_mut());
        let lists = front.chain(of_map).flat_map(|v| v.get_mut().iter_mut());
        for name in vehicles.chain(lists).chain(uncertain.flatten()).chain(partner) {
            of(VEHICLES, name)?;
        }
        let Some(sizing) = &mut self.sizing else { return Ok(()) };
        let fixed = sizing.path_materials.values_mut().chain(&mut sizing.cabin_material);
        for name in sizing.materials.iter_mut().chain(fixed) {
            of(MATERIALS, name)?;
        }
        if let Some(name) = &mut sizing.costs {
            of(COSTS, name)?;
        }
        for name in sizing.packages.iter_mut().flatten() {
            of(PACKAGES, name)?;
        }
        Ok(())
    }
}

/// Speeds, overlaps and the weights of both.
type Grid = (Vec<f64>, Vec<f64>, (Vec<f64>, Vec<f64>));

impl Reader<'_> {
    fn grid(&self, raw: &Raw) -> Result<Grid, Error> {
        let speeds_kmh = self.numbers(
            "speeds_kmh",
            &raw.speeds_kmh,
            |x| x > 0.0 && x <= 200.0,
            "above 0 and at most 200 km/h",
        )?;
        let overlaps_pct = self.numbers(
            "overlaps_pct",
            &raw.overlaps_pct,
            |x| x > 0.0 && x <= 100.0,
            "above 0 and at most 100",
        )?;
        let weights = (
            self.weights("speed_weights", raw.speed_weights.as_ref(), speeds_kmh.len())?,
            self.weights("overlap_weights", raw.overlap_weights.as_ref(), overlaps_pct.len())?,
        );
        Ok((speeds_kmh, overlaps_pct, weights))
    }

    /// The targets and which of them is the reference.
    fn targets(&self, s: &RawSizing) -> Result<(Vec<TargetSet>, usize), Error> {
        let mut all = Vec::new();
        for t in s.target.get_ref() {
            if t.limits.get_ref().is_empty() {
                return Err(self.bad(
                    &t.limits,
                    "a target without limits",
                    "for example limits = [\"joint_without_neck=0.15\"]",
                ));
            }
            all.push(TargetSet {
                name: t.name.clone(),
                limits: self.limits(t.limits.get_ref())?,
            });
        }
        if all.is_empty() {
            return Err(self.bad(&s.target, "no target", "add a [[sizing.target]] with name and limits"));
        }
        let Some(name) = &s.reference else {
            return Ok((all, 0));
        };
        match all.iter().position(|t| &t.name == name.get_ref()) {
            Some(reference) => Ok((all, reference)),
            None => Err(self.bad(
                name,
                &format!("reference = \"{}\"", name.get_ref()),
                "name one of the targets",
            )),
        }
    }

    /// What the table `[sizing]` asks.
    fn ask(&self, s: &RawSizing, q: &mut Question) -> Result<(), Error> {
        q.vary = s.vary.unwrap_or(q.vary);
        q.rule = s.constraint.unwrap_or(q.rule);
        q.chest_clip_g = q.chest_clip_g.filter(|_| s.chest_clip.unwrap_or(true));
        q.length_cap = s.length_cap;
        q.reshape = s.reshape;
        q.new_powertrain = s.new_powertrain;
        q.highest_speed = s.highest_speed;
        let most = |key: &str, v, usual: f64, range| self.within(key, v, usual, range);
        let length = &s.max_added_length_mm;
        q.max_length_m = most("max_added_length_mm", length, q.max_length_m / MM, Question::LENGTH_MM)? * MM;
        let factor = Question::FACTOR;
        q.max_strength = most("max_strength", &s.max_strength, q.max_strength, factor)?;
        let cabin = &s.max_cabin_factor;
        q.max_cabin_factor = most("max_cabin_factor", cabin, q.max_cabin_factor, factor)?;
        q.materials.allowed = self.materials(&s.materials)?;
        for (path, id) in &s.path_materials {
            let id = self.material(id, MaterialUse::Crush)?;
            q.materials.fixed.insert(path.clone(), id);
        }
        let cabin = s.cabin_material.as_ref();
        q.materials.cabin = cabin.map(|id| self.material(id, MaterialUse::Cabin)).transpose()?;
        q.materials = std::mem::take(&mut q.materials).without_own(self.library)?;
        q.costs = self.costs(s.costs.as_ref())?;
        let costs = CostModel::load(self.library, &q.costs)?;
        for id in s.packages.iter().flatten() {
            self.at(id, costs.package(id.get_ref()))?;
        }
        let ids = |all: &Vec<S<String>>| all.iter().map(|id| id.get_ref().clone()).collect();
        q.packages = s.packages.as_ref().map(ids);
        let volume = s.volume_per_year.as_ref();
        q.volume_per_year = volume
            .map(|v| {
                let range = CostModel::VOLUME_PER_YEAR;
                self.at(v, within("volume_per_year", *v.get_ref(), range))
            })
            .transpose()?;
        q.partner = self.partner(s.partner.as_ref())?;
        Ok(())
    }
}
