//! What own wall tests say besides crush and pulse (`evidence/own-walls.toml`): where the engine comes to rest, that the
//! pillars stay, and how much the structure gives back.

use rayon::prelude::*;
use serde::Deserialize;

use crate::collision::{WallTest, wall_test};
use crate::dynamics::Plan;
use crate::error::Error;
use crate::identify::Recipe;
use crate::number::{Positive, Range};
use crate::signal::cfc::{Cfc, filter};
use crate::units::KMH;
use crate::vehicle::{Library, Role, Vehicle};

use super::STEP_S;
use super::evidence::{self, Evidence};
use super::row::{Bar, Family, Kind, Label, Row};
use super::wall::{is_tested, recipes};

const DURATION_S: f64 = 0.16;
/// Engine, mm: twins of one structure differ by 40 and 72.
const ENGINE_MM: f64 = 50.0;
/// Energy over force, mm: one standard deviation over three vehicles is 2.
const UNLOADING_MM: f64 = 3.0;

/// `evidence/own-walls.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnWalls {
    /// 1.
    pub format: i64,
    /// `own-walls`.
    pub id: String,
    /// The engine at rest.
    pub engine: Engines,
    /// The pillars.
    pub pillars: Pillars,
    /// Rebound branches.
    pub unloading: Unloading,
}

impl Evidence for OwnWalls {
    const ID: &'static str = "own-walls";
}

/// Residual rearward movement of engines over the rear of the vehicle.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engines {
    /// Source.
    pub source: String,
    /// Vehicles with a reading of their own.
    pub reading: Vec<EngineReading>,
    /// Ranges of classes.
    pub class: Vec<EngineClass>,
}

/// Engine of a vehicle's own test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineReading {
    /// Library id.
    pub vehicle: String,
    /// Tests.
    pub tested: String,
    /// Rearward movement, mm.
    pub rearward_mm: Range,
    /// Was it a target when the structure was identified?
    #[serde(default)]
    pub fitted: bool,
}

/// Engines of a class, for vehicles without a reading.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineClass {
    /// Class.
    pub tested: String,
    /// Rearward movement, mm.
    pub rearward_mm: Range,
    /// Library ids.
    pub vehicles: Vec<String>,
    /// Was it a target when the structures were identified?
    #[serde(default)]
    pub fitted: bool,
}

/// Door leading edges.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pillars {
    /// Movement that stays below this, mm.
    pub below_mm: Positive,
    /// First model year it is said of.
    pub from_year: i64,
    /// Source.
    pub source: String,
}

/// Rebound branches.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unloading {
    /// Source.
    pub source: String,
    /// Vehicles.
    pub reading: Vec<UnloadingReading>,
}

/// Rebound of a vehicle's own test.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnloadingReading {
    /// Library id.
    pub vehicle: String,
    /// Energy given back from the greatest crush on, over the force there, mm.
    pub energy_over_force_mm: Positive,
    /// What the force is.
    pub force: ReboundForce,
}

/// How the force of a rebound branch was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReboundForce {
    /// Sum of the load cells of the wall.
    WallCells,
    /// Whole mass times the deceleration of the instrumented body at CFC 60.
    MassTimesDeceleration,
}

/// The own wall test of a vehicle, run once for all rows.
struct OwnWall<'a> {
    recipe: &'a Recipe,
    vehicle: &'a Vehicle,
    test: WallTest,
}

impl<'a> OwnWall<'a> {
    fn run(recipe: &'a Recipe, vehicle: &'a Vehicle) -> Result<Self, Error> {
        let plan = Plan::new(DURATION_S, STEP_S);
        Ok(Self {
            recipe,
            vehicle,
            test: wall_test(vehicle, recipe.wall.speed_kmh * KMH, plan)?,
        })
    }

    fn separation(&self) -> usize {
        let finished = &self.test.finished;
        let at = 1e-3 * finished.outcome.separation_ms;
        finished.record.sample_at(at).min(finished.record.len() - 1)
    }

    /// Movement of the engine towards the cabin at separation, mm.
    fn engine_rearward_mm(&self) -> Option<f64> {
        let finished = &self.test.finished;
        let map = &finished.assembly.maps[0];
        let engine = map.bodies[self.vehicle.mass_with_role(Role::Engine)?];
        let u = |body| finished.record.u_at(body, self.separation());
        Some(1e3 * (u(map.cabin) - u(engine)))
    }

    /// Work of the force over the instrumented mass from the greatest crush to separation, over the force there, mm.
    fn energy_over_force_mm(&self, force: ReboundForce) -> Result<f64, Error> {
        let finished = &self.test.finished;
        let map = &finished.assembly.maps[0];
        let named = self.recipe.wall.instrumented_mass.as_deref();
        let masses = &self.vehicle.masses;
        let at = named.and_then(|n| masses.iter().position(|m| m.name == n));
        let body = at.map_or(map.cabin, |i| map.bodies[i]);
        let record = &finished.record;
        let own;
        let force_n = match force {
            ReboundForce::WallCells => &self.test.force_n,
            ReboundForce::MassTimesDeceleration => {
                let kg = self.vehicle.total_kg();
                let raw: Vec<f64> = record.a(body).iter().map(|a| -kg * a).collect();
                own = filter(Cfc::C60, record.sample_s, &raw)
                    .map_err(|e| Error::request(e.to_string(), "use a longer run"))?;
                &own
            }
        };
        Ok(1e3 * rebound_m(&record.u(body), force_n, self.separation()))
    }

    /// Did histories of the engine make the structure?
    fn engine_is_fitted(&self) -> bool {
        let name = self.vehicle.mass_with_role(Role::Engine);
        let name = name.map(|i| self.vehicle.masses[i].name.as_str());
        let channels = self.recipe.pulse.iter().flat_map(|p| &p.channel);
        channels.into_iter().any(|c| Some(c.body.as_str()) == name)
    }

    fn engine_row(&self, all: &Engines) -> Option<Row> {
        let id = &self.recipe.id;
        let own = all.reading.iter().find(|r| r.vehicle == *id);
        let of_class = all.class.iter().find(|c| c.vehicles.contains(id));
        let (tested, range, fitted, bar) = match (own, of_class) {
            (Some(r), _) => {
                let bar = Bar::Within(ENGINE_MM);
                (&r.tested, r.rearward_mm.get(), r.fitted, bar)
            }
            (None, Some(c)) => {
                let [lo, hi] = c.rearward_mm.get();
                (&c.tested, [lo, hi], c.fitted, Bar::Between(lo, hi))
            }
            (None, None) => return None,
        };
        let kind = if fitted || self.engine_is_fitted() {
            Kind::Fit
        } else {
            Kind::Prediction
        };
        let name = ("engine towards the cabin after the test", "mm");
        let label = (Label::Measured, all.source.as_str());
        let here = self.engine_rearward_mm()?;
        let row = Row::new((Family::WallBehind, kind), id.as_str(), name, range, here, label);
        Some(row.judged(bar).noted(format!("tested: {tested}")))
    }

    fn pillar_row(&self, all: &Pillars) -> Option<Row> {
        if self.recipe.year < all.from_year {
            return None;
        }
        let below = all.below_mm.get();
        // The fit holds intrusion in the own wall down: that it stays down is a fit.
        let family = (Family::WallBehind, Kind::Fit);
        let name = ("intrusion at the pillars", "mm");
        let label = (Label::Measured, all.source.as_str());
        let here = self.test.vehicle.intrusion_mm;
        let row = Row::new(family, self.recipe.id.as_str(), name, [0.0, below], here, label);
        Some(row.judged(Bar::Between(0.0, below)))
    }

    fn unloading_row(&self, all: &Unloading) -> Result<Option<Row>, Error> {
        let mut readings = all.reading.iter();
        let Some(reading) = readings.find(|r| r.vehicle == self.recipe.id) else {
            return Ok(None);
        };
        // The rebound is part of the histories that made the structure.
        let kind = if self.recipe.pulse.is_some() {
            Kind::Fit
        } else {
            Kind::Prediction
        };
        let name = ("rebound energy over force at greatest crush", "mm");
        let label = (Label::Derived, all.source.as_str());
        let measured = [reading.energy_over_force_mm.get(); 2];
        let here = self.energy_over_force_mm(reading.force)?;
        let id = self.recipe.id.as_str();
        let row = Row::new((Family::WallBehind, kind), id, name, measured, here, label);
        Ok(Some(row.judged(Bar::Within(UNLOADING_MM))))
    }
}

/// Work of a force over a displacement from its greatest value to sample `last`, over the force there, m.
fn rebound_m(u_m: &[f64], force_n: &[f64], last: usize) -> f64 {
    let mut deepest = 0;
    for (s, u) in u_m.iter().enumerate() {
        if *u > u_m[deepest] {
            deepest = s;
        }
    }
    let work: f64 = (deepest + 1..=last)
        .map(|s| 0.5 * (force_n[s] + force_n[s - 1]) * (u_m[s - 1] - u_m[s]))
        .sum();
    work / force_n[deepest]
}

/// Engine, pillars and unloading of every vehicle with a test of its own.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let known: OwnWalls = evidence::read(library)?;
    let all = recipes(library)?;
    let of = |(recipe, vehicle): &(Recipe, Vehicle)| {
        if recipe.pulse.is_none() && !is_tested(vehicle) {
            return Ok([None, None, None]);
        }
        let seen = OwnWall::run(recipe, vehicle)?;
        Ok([
            seen.engine_row(&known.engine),
            seen.pillar_row(&known.pillars),
            seen.unloading_row(&known.unloading)?,
        ])
    };
    let found: Vec<[Option<Row>; 3]> = all.par_iter().map(of).collect::<Result<_, Error>>()?;
    // Engines first, then pillars, then unloading.
    let by = |i: usize| found.iter().filter_map(move |rows| rows[i].clone());
    Ok((0..3).flat_map(by).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A straight unloading line of slope k from force F gives back F / (2 k).
    #[test]
    fn a_straight_line_gives_back_half_its_length() {
        let (force, k) = (4e5, 1e7);
        let back = force / k;
        let steps = 400;
        let u: Vec<f64> = (0..=steps)
            .map(|i| 0.7 - back * f64::from(i) / f64::from(steps))
            .collect();
        let f: Vec<f64> = u.iter().map(|u| force - k * (0.7 - u)).collect();
        let found = rebound_m(&u, &f, u.len() - 1);
        assert!((found - 0.5 * back).abs() < 1e-9, "{found}");
    }
}
