//! The parts of a study file that say what the partner may change, and which fronts and maps are wanted.

use serde::Deserialize;
use toml::Spanned;

use crate::error::{Error, nearest};
use crate::material::{MaterialUse, Materials};
use crate::measure::Measure;
use crate::risk::intrusion::{IntrusionOddsRatio, ODDS_RATIOS, odds_ratio};
use crate::sizing::{PartnerDesign, Question, Target};
use crate::units::{KN, MM};

use super::reader::{Reader, S};

/// Pareto fronts wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontSpec {
    /// Vehicles.
    pub vehicles: Vec<String>,
    /// Criterion on the axis.
    pub criterion: Measure,
    /// Limits on it.
    pub limits: Vec<f64>,
}

/// Feasibility map wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct MapSpec {
    /// Vehicles.
    pub vehicles: Vec<String>,
    /// Partner whose front is scaled.
    pub partner: String,
    /// Partner masses, kg.
    pub masses_kg: Vec<f64>,
    /// Speeds of each vehicle, km/h.
    pub speeds_kmh: Vec<f64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub(super) struct RawPartner {
    lower_rails_mm: Option<S<f64>>,
    seas_kN: Option<S<f64>>,
    softer: Option<S<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFront {
    pub(super) vehicles: Option<S<Vec<S<String>>>>,
    criterion: Option<S<String>>,
    limits: S<Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMap {
    pub(super) vehicles: Option<S<Vec<S<String>>>>,
    pub(super) partner: S<String>,
    masses_kg: S<Vec<f64>>,
    speeds_kmh: S<Vec<f64>>,
}

impl Reader<'_> {
    /// A published odds ratio by its id.
    pub(super) fn intrusion_odds(&self, id: Option<&S<String>>) -> Result<Option<&'static IntrusionOddsRatio>, Error> {
        let Some(id) = id else { return Ok(None) };
        odds_ratio(id.get_ref()).map(Some).ok_or_else(|| {
            let known: Vec<&str> = ODDS_RATIOS.iter().map(|o| o.id).collect();
            let what = format!("no odds ratio \"{}\"", id.get_ref());
            self.bad(id, &what, &known.join(", "))
        })
    }

    pub(super) fn partner(&self, raw: Option<&RawPartner>) -> Result<Option<PartnerDesign>, Error> {
        let Some(raw) = raw else { return Ok(None) };
        let read = |key: &str, v, most: f64| self.within(key, v, 0.0, [0.0, most]);
        let [lower, seas, softer] = Question::PARTNER;
        Ok(Some(PartnerDesign {
            lower_rails_m: read("lower_rails_mm", &raw.lower_rails_mm, lower)? * MM,
            seas_force_n: read("seas_kN", &raw.seas_kN, seas)? * KN,
            softer: read("softer", &raw.softer, softer)?,
        }))
    }

    /// A material of the library that may be used so.
    pub(super) fn material(&self, id: &S<String>, used: MaterialUse) -> Result<String, Error> {
        let materials = Materials::load(self.library)?;
        let word = match used {
            MaterialUse::Crush => "crush",
            MaterialUse::Cabin => "cabin",
        };
        match materials.get(id.get_ref()) {
            Ok(m) if m.uses.contains(&used) => Ok(m.id.clone()),
            Ok(m) => {
                let able: Vec<&str> = materials
                    .iter()
                    .filter(|m| m.uses.contains(&used))
                    .map(|m| m.id.as_str())
                    .collect();
                Err(self.bad(
                    id,
                    &format!("material \"{}\" has no data for {word} structure", m.id),
                    &format!("choose from {}", able.join(", ")),
                ))
            }
            Err(e) => self.at(id, Err(e)),
        }
    }

    pub(super) fn front(&self, raw: Option<&S<RawFront>>, vehicles: &[String]) -> Result<Option<FrontSpec>, Error> {
        let Some(raw) = raw.map(Spanned::get_ref) else {
            return Ok(None);
        };
        let criterion = match &raw.criterion {
            None => Measure::JointWithoutNeck,
            Some(word) => self.at(word, word.get_ref().parse())?,
        };
        let limits = self.numbers("limits", &raw.limits, |x| x >= 0.0, "not negative")?;
        for &limit in &limits {
            self.at(&raw.limits, Target { criterion, limit }.check())?;
        }
        Ok(Some(FrontSpec {
            vehicles: self.some_of(raw.vehicles.as_ref(), vehicles)?,
            criterion,
            limits,
        }))
    }

    pub(super) fn map(
        &self,
        raw: Option<&S<RawMap>>,
        vehicles: &[String],
        partners: &[String],
    ) -> Result<Option<MapSpec>, Error> {
        let Some(raw) = raw.map(Spanned::get_ref) else {
            return Ok(None);
        };
        let masses = |x: f64| (400.0..=6000.0).contains(&x);
        let speeds = |x: f64| (5.0..=200.0).contains(&x);
        self.known(&raw.partner, partners)?;
        Ok(Some(MapSpec {
            vehicles: self.some_of(raw.vehicles.as_ref(), vehicles)?,
            partner: raw.partner.get_ref().clone(),
            masses_kg: self.numbers("masses_kg", &raw.masses_kg, masses, "400 to 6000 kg")?,
            speeds_kmh: self.numbers("speeds_kmh", &raw.speeds_kmh, speeds, "5 to 200 km/h")?,
        }))
    }

    /// Vehicles of the study that are named; the first when none is.
    fn some_of(&self, named: Option<&S<Vec<S<String>>>>, vehicles: &[String]) -> Result<Vec<String>, Error> {
        let Some(named) = named else {
            return Ok(vehicles.iter().take(1).cloned().collect());
        };
        for id in named.get_ref() {
            self.known(id, vehicles)?;
        }
        Ok(named.get_ref().iter().map(|s| s.get_ref().clone()).collect())
    }

    fn known(&self, id: &S<String>, all: &[String]) -> Result<(), Error> {
        if all.contains(id.get_ref()) {
            return Ok(());
        }
        let hint = nearest(id.get_ref(), all.iter().map(String::as_str)).map_or_else(
            || format!("in this study: {}", all.join(", ")),
            |n| format!("did you mean \"{n}\"?"),
        );
        Err(self.bad(id, &format!("\"{}\" is not in this study", id.get_ref()), &hint))
    }
}
