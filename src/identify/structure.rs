//! From recipe, template and free parameters to a complete structure (model sections 1, 3, 4 and 9).
//!
//! Places come from geometry: the tyre's face lies a tyre radius ahead of the axle, the engine meets the dash
//! after the free length between them, the rails are stacked when their length is used up. Force levels are
//! shapes from the template times the mean force of the vehicle's own wall test; the free [`Parameters`] bend
//! them within physical bounds.

use crate::error::Error;
use crate::units::G0;

use super::draft::{BODY_MOUNTS, Draft, DraftMass, DraftMount, Parameters};
use super::recipe::{EngineLayout, Recipe, Shape, Template};

/// Largest 10 ms mean over the peak at CFC 60 of a wall pulse: 0.83-0.95 measured (model section 9).
const SUSTAINED: f64 = 0.89;

/// Mean force of the own wall test, kN: m v^2 / (2 x).
pub fn reference_force_kn(recipe: &Recipe) -> f64 {
    let v = recipe.wall.speed_kmh / 3.6;
    recipe.body.test_kg * v * v / (2.0 * recipe.wall.dynamic_crush_mm)
}

/// Build the structure.
///
/// # Errors
/// [`Error::Request`] when the template lacks a value, or the parts are heavier than the test mass.
pub fn build(recipe: &Recipe, template: &Template, p: &Parameters) -> Result<Draft, Error> {
    let b = Builder { recipe, template, p };
    let mut paths = vec![b.rails()?, b.upper_body()?];
    if template.engine != EngineLayout::UnderSeat {
        paths.push(b.radiator()?);
    }
    paths.extend([b.wheels()?, b.cabin_front()?]);
    if b.front_engine() {
        if template.frame {
            paths.push(b.engine_to_frame()?);
        }
        paths.push(b.engine_to_dash()?);
    }
    paths.push(b.dash_to_cabin()?);
    let tips = paths.iter().filter_map(|q| q.layer.as_ref()).map(|l| l.face_kg).sum();
    Ok(Draft {
        masses: b.masses(tips)?,
        paths,
        mounts: b.mounts()?,
    })
}

/// Values of recipe and template with the parameters to apply.
pub(super) struct Builder<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) template: &'a Template,
    pub(super) p: &'a Parameters,
}

impl Builder<'_> {
    fn of(&self, table: &str, name: &str) -> Result<f64, Error> {
        let (own, base) = match table {
            "geometry" => (&self.recipe.geometry, &self.template.geometry),
            "masses" => (&self.recipe.masses, &self.template.masses),
            _ => (&self.recipe.strength, &self.template.strength),
        };
        own.get(name).or_else(|| base.get(name)).copied().ok_or_else(|| {
            Error::request(
                format!("template {} has no [{table}] value \"{name}\"", self.template.id),
                "add it to the template",
            )
        })
    }

    pub(super) fn mm(&self, name: &str) -> Result<f64, Error> {
        self.of("geometry", name)
    }

    pub(super) fn kg(&self, name: &str) -> Result<f64, Error> {
        self.of("masses", name)
    }

    /// A strength in kN, or a stiffness or damping of `[strength]` in its own unit.
    pub(super) fn kn(&self, name: &str) -> Result<f64, Error> {
        self.of("strength", name)
    }

    pub(super) fn front_engine(&self) -> bool {
        self.template.engine == EngineLayout::Front
    }

    /// The body on which rails end (model section 9, one wiring): a frame, else the dash, so that all that the front
    /// carries reaches the cabin through the cell, and the cell limits the sum.
    pub(super) fn rail_end(&self) -> &'static str {
        if self.template.frame { "frame" } else { "dash" }
    }

    /// The body that carries powertrain and battery where they are not ahead of the dash.
    fn carrier(&self) -> &'static str {
        if self.template.frame { "frame" } else { "cabin" }
    }

    /// Collapse strength of the cell, kN (model section 9): `cell_margin` times what the own wall test sent through it,
    /// the largest 10 ms mean of its pulse times the mass behind the dash. The cell stayed whole there, so that is a
    /// lower bound; the margin is a prior. On a frame only the body is behind the dash: what its mounts took is in it.
    pub(super) fn cell_strength_kn(&self) -> Result<f64, Error> {
        let wall = &self.recipe.wall;
        let sustained_g = wall.mean_10ms_g.unwrap_or(SUSTAINED * wall.peak_g_cfc60);
        let sent_kn = self.behind_dash_kg()? * sustained_g * G0 * 1e-3;
        Ok(self.kn("cell_margin")? * sent_kn)
    }

    /// Mass of the body behind the dash, kg.
    fn behind_dash_kg(&self) -> Result<f64, Error> {
        let mut ahead_kg = self.kg("dash")?;
        for part in ["rails_face", "upper_face", "radiator_face", "wheels_face", "cabin_face"] {
            ahead_kg += self.kg(part)?;
        }
        if self.front_engine() {
            ahead_kg += self.kg("powertrain")?;
        }
        if self.template.frame {
            ahead_kg += self.kg("frame")? + self.kg("battery")?;
        }
        Ok(self.recipe.body.test_kg - ahead_kg)
    }

    pub(super) fn half_width(&self) -> f64 {
        0.5 * self.recipe.body.width_mm
    }

    /// A band over both sides of the centre line.
    pub(super) fn centred(&self, name: &str) -> Result<Vec<[f64; 2]>, Error> {
        let half = self.mm(name)?;
        Ok(vec![[-half, half]])
    }

    /// Template shape in mm and kN at a force factor and tilt.
    pub(super) fn shape(&self, name: &str, tilt: f64) -> Result<(Vec<f64>, Vec<f64>), Error> {
        let shape: &Shape = self
            .recipe
            .shape
            .get(name)
            .or_else(|| self.template.shape.get(name))
            .ok_or_else(|| {
                Error::request(
                    format!("template {} has no [shape.{name}]", self.template.id),
                    "add it to the template",
                )
            })?;
        let x_ref = self.recipe.wall.dynamic_crush_mm;
        let f_ref = reference_force_kn(self.recipe) * self.p.front_force;
        let force = shape.crush.iter().zip(&shape.force);
        Ok((
            shape.crush.iter().map(|c| c * x_ref).collect(),
            force
                .map(|(c, f)| f * f_ref * (1.0 + tilt * (2.0 * c.min(1.0) - 1.0)))
                .collect(),
        ))
    }

    /// Free length between the engine block and the dash, mm.
    pub(super) fn engine_gap(&self) -> Result<f64, Error> {
        Ok(self.mm("dash_setback")? - self.mm("engine_front")? - self.mm("engine_depth")? + self.p.contact_shift_mm)
    }

    fn mounts(&self) -> Result<Vec<DraftMount>, Error> {
        let mount = |name, from, to, key: &str, break_kn| {
            Ok::<_, Error>(DraftMount {
                name,
                from,
                to,
                stiffness_kn_per_mm: self.kn(&format!("{key}_stiffness"))?,
                damping_kns_per_m: self.kn(&format!("{key}_damping"))?,
                break_kn,
            })
        };
        let mut mounts = Vec::new();
        if self.template.frame {
            // Their strength follows from the own wall test, which has to be run first.
            mounts.push(mount(BODY_MOUNTS, "frame", "cabin", "body_mount", None)?);
        }
        // The dash is bolted to the cell: without a joint it would fly ahead of the braking cabin. The joint
        // tears early in a collapse, so that it adds nothing to the collapse strength.
        let tear = Some(self.kn("dash_joint_break")?);
        mounts.push(mount("dash_joint", "dash", "cabin", "dash_joint", tear)?);
        // Ahead of the dash the powertrain hangs on the rails, by way of a subframe.
        let (engine, on, tear) = if self.front_engine() {
            ("engine", self.rail_end(), Some(self.kn("engine_mount_break")?))
        } else {
            ("powertrain", self.carrier(), None)
        };
        mounts.push(mount("engine_mounts", engine, on, "engine_mount", tear)?);
        if self.kg("battery")? > 0.0 {
            mounts.push(mount("battery_bolts", "battery", self.carrier(), "battery_bolt", None)?);
        }
        Ok(mounts)
    }

    fn masses(&self, tips_kg: f64) -> Result<Vec<DraftMass>, Error> {
        let mut parts = vec![DraftMass {
            name: "dash",
            role: "dash",
            kg: self.kg("dash")?,
        }];
        let (name, role) = if self.front_engine() {
            ("engine", "engine")
        } else {
            ("powertrain", "other")
        };
        parts.push(DraftMass {
            name,
            role,
            kg: self.kg("powertrain")?,
        });
        if self.template.frame {
            parts.push(DraftMass {
                name: "frame",
                role: "other",
                kg: self.kg("frame")?,
            });
        }
        let battery = self.kg("battery")?;
        if battery > 0.0 {
            parts.push(DraftMass {
                name: "battery",
                role: "other",
                kg: battery,
            });
        }
        let total = self.recipe.body.test_kg;
        let cabin = total - tips_kg - parts.iter().map(|m| m.kg).sum::<f64>();
        if cabin < 0.2 * total {
            return Err(Error::request(
                format!(
                    "{}: {cabin:.0} kg of {total} kg would be left for the cabin",
                    self.recipe.id
                ),
                "lower the masses of the other parts",
            ));
        }
        parts.insert(
            0,
            DraftMass {
                name: "cabin",
                role: "cabin",
                kg: cabin,
            },
        );
        Ok(parts)
    }
}

/// The last value of a table, 0 if there is none.
pub(super) fn last(values: &[f64]) -> f64 {
    values.last().copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identify::read_recipe;

    fn recipes() -> Vec<(Recipe, Template)> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles/recipes");
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|x| x == "toml"))
            .collect();
        paths.sort();
        paths.iter().map(|p| read_recipe(p).unwrap()).collect()
    }

    /// Masses and tips add up to the test mass at any parameters.
    #[test]
    fn mass_is_kept() {
        for (recipe, template) in recipes() {
            let p = Parameters {
                front_force: 1.7,
                contact_shift_mm: -80.0,
                tilt: 0.6,
                ..Parameters::default()
            };
            let d = build(&recipe, &template, &p).unwrap();
            let tips: f64 = d.paths.iter().filter_map(|q| q.layer.as_ref()).map(|l| l.face_kg).sum();
            let all = tips + d.masses.iter().map(|m| m.kg).sum::<f64>();
            assert!((all - recipe.body.test_kg).abs() < 1e-9, "{}: {all}", recipe.id);
        }
    }

    /// Nothing gives back more than it took: k_u never falls and is nowhere below the backbone's slope,
    /// even at the corners of the parameters' bounds.
    #[test]
    fn unloading_is_never_softer_than_loading() {
        for (recipe, template) in recipes() {
            for corner in 0..64u32 {
                let mut p = Parameters::default();
                for (i, q) in template.parameter.iter().enumerate() {
                    *p.by_name(&q.name).unwrap() = if corner >> i & 1 == 0 { q.min } else { q.max };
                }
                for path in build(&recipe, &template, &p).unwrap().paths {
                    let t = &path.table;
                    for i in 1..t.crush_mm.len() {
                        let rise = t.crush_mm[i] - t.crush_mm[i - 1];
                        let slope = (t.force_kn[i] - t.force_kn[i - 1]) / rise;
                        let (k0, k1) = (t.unload_kn_per_mm[i - 1], t.unload_kn_per_mm[i]);
                        assert!(
                            rise > 0.0 && k0 >= slope && k1 >= k0,
                            "{} {} {t:?}",
                            recipe.id,
                            path.name
                        );
                    }
                }
            }
        }
    }
}
