//! What the partner's maker could do instead: lower rails, a secondary energy-absorbing structure (SEAS)
//! below them, a softer front. Shown beside the small car's own changes, never mixed with its price.
//!
//! Rails into the bumper zone, or a SEAS below it, are the two options of the voluntary compatibility commitment of
//! 2003. No cost of either was found (facts, section 4), so they are weighed and charged as the car's own structure
//! is: crush energy over specific energy absorption and system efficiency, added length by mass per metre, carried
//! force by a back-up path, then compounding, dies and engineering. The investment is spread over the study's volume;
//! a truck built in larger numbers pays less.

use serde::{Deserialize, Serialize};

use super::SizingData;
use super::crush_shape::{insert_plateau, raise_unloading};
use super::station::length_station_m;
use crate::cost::mass::{backup_path_kg, crush_mass_kg, design_crush_m, mean_force_n};
use crate::cost::{Change, DirectManufacturingCost};
use crate::error::Error;
use crate::vehicle::{CrushTable, Face, Layer, Path, PathKind, Role, Vehicle};

/// Changes to the partner; all zero: none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartnerDesign {
    /// Its rails lower by this, m.
    pub lower_rails_m: f64,
    /// Plateau force of an added SEAS below the rails, N.
    pub seas_force_n: f64,
    /// Share of their force that its rails lose, 0 to below 1; the front gets longer by what keeps their energy.
    pub softer: f64,
}

impl PartnerDesign {
    /// No change.
    pub const NONE: Self = Self {
        lower_rails_m: 0.0,
        seas_force_n: 0.0,
        softer: 0.0,
    };

    /// The bounds used unless others are asked for: rails down by 150 mm (from a pickup's 460-620 mm to the
    /// bumper zone of cars), a SEAS of 200 kN (twice what the commitment asks), rails up to 40 % softer.
    pub const BOUNDS: Self = Self {
        lower_rails_m: 0.15,
        seas_force_n: 200e3,
        softer: 0.4,
    };

    /// Is nothing changed?
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

impl Default for PartnerDesign {
    fn default() -> Self {
        Self::NONE
    }
}

/// Stroke of a SEAS, m: the commitment wants its force within 400 mm of the front.
const SEAS_STROKE_M: f64 = 0.35;
/// Height of a SEAS, m: the lower part of the 406-508 mm zone and what is below it.
const SEAS_HEIGHT_M: f64 = 0.12;
/// Setback of a SEAS behind the rails' front end, m.
const SEAS_SETBACK_M: f64 = 0.05;
/// What the partner's added structure is taken to be made of.
const MATERIAL: &str = "hsla";
/// Crush over which a SEAS builds up its force, m.
const SEAS_RISE_M: f64 = 0.04;
/// Back-up factor of the drop that carries the force of lowered rails back up to the frame (the yardstick's own:
/// section for bending and joints over that for pure compression; assumption), and its length over its height: down
/// in front and up behind, at about 45 degrees.
const DROP_FACTOR: f64 = 3.0;
const DROP_LENGTH_RATIO: f64 = 2.8;

/// Mass and cost that a design puts on one partner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartnerAccount {
    /// Partner id.
    pub partner: String,
    /// Drop that carries lowered rails, kg.
    pub drop_kg: f64,
    /// Front made longer by a softening, with the energy its other layers gain, kg.
    pub length_kg: f64,
    /// SEAS, kg.
    pub seas_kg: f64,
    /// What these drag along, kg.
    pub compounding_kg: f64,
    /// All of it, kg.
    pub added_kg: f64,
    /// Its direct manufacturing cost, dollars of the common year, investment included.
    pub usd: DirectManufacturingCost,
    /// Of which dies and engineering over volume.
    pub programme_usd: DirectManufacturingCost,
}

/// What a partner's changes weigh and cost by: parameters of the study (or of one draw) and the partners it has.
#[derive(Debug, Clone, PartialEq)]
pub struct PartnerTerms {
    /// What is asked of every partner.
    pub design: PartnerDesign,
    j_per_kg: f64,
    stress_pa: f64,
    density_kg_per_m3: f64,
    front_kg_per_m: f64,
    compounding: f64,
    usd_per_kg: f64,
    front_usd_per_kg: f64,
    secondary_usd_per_kg: f64,
    programme: DirectManufacturingCost,
}

impl PartnerTerms {
    /// The terms of a change; `None` where nothing changes.
    ///
    /// # Errors
    /// [`Error::Request`] for a change out of range, or when the materials lack the partner's.
    pub fn of(design: &PartnerDesign, data: &SizingData) -> Result<Option<Self>, Error> {
        let p = design;
        let in_range = |v: f64, most: f64| v.is_finite() && (0.0..=most).contains(&v);
        if !in_range(p.lower_rails_m, 0.4) || !in_range(p.seas_force_n, 2e6) || !in_range(p.softer, 0.9) {
            return Err(Error::request(
                format!(
                    "partner: rails {} m lower, SEAS {} N, softer by {}",
                    p.lower_rails_m, p.seas_force_n, p.softer
                ),
                "rails 0 to 0.4 m lower, a SEAS of 0 to 2 MN, softer by 0 to 0.9",
            ));
        }
        if p.is_none() {
            return Ok(None);
        }
        let material = data.materials.get(MATERIAL)?;
        let (Some(sea), Some(stress_pa)) = (material.sea_j_per_kg, material.flow_stress_pa) else {
            return Err(super::data::no_crush_data(MATERIAL));
        };
        let s = &data.costs.structure;
        Ok(Some(Self {
            design: *design,
            j_per_kg: sea.central * s.system_efficiency.central,
            stress_pa,
            density_kg_per_m3: material.density_kg_per_m3,
            front_kg_per_m: s.front_kg_per_m.central,
            compounding: s.compounding().central,
            usd_per_kg: data.costs.per_kg(material)?.amount().usd(),
            front_usd_per_kg: s.front_per_kg.amount().usd(),
            secondary_usd_per_kg: s.secondary_per_kg.amount().usd(),
            programme: data.costs.programme.per_vehicle(&Change {
                new_sections: true,
                length_m: if p.softer > 0.0 { f64::INFINITY } else { 0.0 },
                ..Change::default()
            }),
        }))
    }

    /// Mass and cost on one partner; one without rails (a barrier) is left as it is, at no cost.
    pub fn account(&self, partner: &Vehicle) -> Option<PartnerAccount> {
        let rails = partner.paths[rails_of(partner)?].table.as_ref()?;
        let design = &self.design;
        let drop_kg = backup_path_kg(
            mean_force_n(rails) * (1.0 - design.softer),
            DROP_LENGTH_RATIO * design.lower_rails_m,
            self.stress_pa,
            self.density_kg_per_m3,
            DROP_FACTOR,
        );
        let length_m = softening_length_m(rails, design.softer);
        let gained_j: f64 = lengthened(partner)
            .filter(|(i, _)| Some(*i) != rails_of(partner))
            .map(|(_, table)| mean_force_n(table) * length_m)
            .sum();
        let gained_kg = crush_mass_kg(gained_j, self.j_per_kg, 1.0);
        let seas_j = design.seas_force_n * (SEAS_STROKE_M - 0.5 * SEAS_RISE_M);
        let seas_kg = crush_mass_kg(seas_j, self.j_per_kg, 1.0);
        let front_kg = length_m * self.front_kg_per_m;
        let primary_kg = drop_kg + front_kg + gained_kg + seas_kg;
        let compounding_kg = self.compounding * primary_kg;
        let by_weight = (drop_kg + gained_kg + seas_kg) * self.usd_per_kg
            + front_kg * self.front_usd_per_kg
            + compounding_kg * self.secondary_usd_per_kg;
        Some(PartnerAccount {
            partner: partner.id.clone(),
            drop_kg,
            length_kg: front_kg + gained_kg,
            seas_kg,
            compounding_kg,
            added_kg: primary_kg + compounding_kg,
            usd: DirectManufacturingCost::new(by_weight) + self.programme,
            programme_usd: self.programme,
        })
    }
}

/// Length that gives softened rails back the energy of their design crush, m.
fn softening_length_m(rails: &CrushTable, softer: f64) -> f64 {
    design_crush_m(rails) * softer / (1.0 - softer)
}

/// Front layers that added length makes longer: crush structure that starts ahead of its station.
fn lengthened(partner: &Vehicle) -> impl Iterator<Item = (usize, &CrushTable)> {
    let station = length_station_m(partner);
    partner
        .layers(Face::Front)
        .filter(move |(_, _, l)| l.setback_m < station && !l.compartment && !l.rigid)
        .filter_map(|(i, p, _)| Some((i, p.table.as_ref()?)))
}

/// The partner with its changes and their mass where it sits. Its rails are the strongest front layer with a stated
/// material; a partner without such a layer (a barrier) is left as it is.
///
/// The layer above the rails is drawn down with them, so that the face stays closed. A softer front loses force up to
/// its design crush, keeps its bottoming, and grows by what keeps its rails' energy, as the car's own front does; no
/// mass is credited for the softening.
pub fn apply_to_partner(partner: &Vehicle, terms: &PartnerTerms) -> Vehicle {
    let mut changed = partner.clone();
    let design = &terms.design;
    let (Some(index), Some(account)) = (rails_of(partner), terms.account(partner)) else {
        return changed;
    };
    let (Some(rails), Some(own)) = (partner.paths[index].layer(), &partner.paths[index].table) else {
        return changed;
    };
    if design.softer > 0.0 {
        soften(&mut changed, partner, index, design.softer);
    }
    let lower = design.lower_rails_m;
    if lower > 0.0 {
        for path in &mut changed.paths {
            let PathKind::Layer(layer) = &mut path.kind else {
                continue;
            };
            if layer.face != Face::Front {
                continue;
            }
            if (layer.height_m[0] - rails.height_m[1]).abs() < 1e-6 {
                layer.height_m[0] -= lower;
            }
        }
        if let PathKind::Layer(layer) = &mut changed.paths[index].kind {
            layer.height_m[0] -= lower;
            layer.height_m[1] -= lower;
        }
    }
    // Members along the rails are lumped half to each end, compounding rides with the cabin, as on the car itself.
    let along = account.drop_kg + account.length_kg;
    if let PathKind::Layer(layer) = &mut changed.paths[index].kind {
        layer.face_kg += 0.5 * along;
    }
    let behind = partner.paths[index].to;
    changed.masses[behind].kg += 0.5 * (along + account.seas_kg);
    let cabin = partner.mass_with_role(Role::Cabin).unwrap_or(behind);
    changed.masses[cabin].kg += account.compounding_kg;
    changed.body.curb_kg += account.added_kg;
    changed.body.test_kg += account.added_kg;
    if design.seas_force_n > 0.0 {
        let top = rails.height_m[0] - lower;
        let force = design.seas_force_n;
        let unload = (2.0 * force / SEAS_RISE_M).max(20e6);
        changed.paths.push(Path {
            name: "added_seas".into(),
            kind: PathKind::Layer(Layer {
                height_m: [(top - SEAS_HEIGHT_M).max(0.05), top],
                setback_m: rails.setback_m + SEAS_SETBACK_M,
                face_kg: 0.5 * account.seas_kg,
                compartment: false,
                rigid: false,
                ..rails.clone()
            }),
            table: Some(CrushTable {
                crush_m: vec![0.0, SEAS_RISE_M, SEAS_STROKE_M],
                force_n: vec![0.0, force, force],
                unload_n_per_m: vec![unload; 3],
                rate_s_per_m: own.rate_s_per_m,
                unload_power: own.unload_power,
                damping_n_s_per_m: 0.0,
            }),
            material: Some(MATERIAL.into()),
            ..partner.paths[index].clone()
        });
    }
    changed
}

/// Rails weaker by a share up to their design crush, the front longer by what keeps their energy.
fn soften(changed: &mut Vehicle, partner: &Vehicle, index: usize, softer: f64) {
    let Some(own) = &partner.paths[index].table else {
        return;
    };
    let (until, length) = (design_crush_m(own), softening_length_m(own, softer));
    if let Some(table) = changed.paths[index].table.as_mut() {
        for (x, f) in table.crush_m.iter().zip(&mut table.force_n) {
            if *x <= until {
                *f *= 1.0 - softer;
            }
        }
    }
    let grow: Vec<usize> = lengthened(partner).map(|(i, _)| i).collect();
    for (i, path) in changed.paths.iter_mut().enumerate() {
        let before = partner.paths[i].table.as_ref();
        match (&mut path.kind, path.table.as_mut(), before) {
            (_, Some(table), Some(before)) if grow.contains(&i) => {
                let crush = design_crush_m(before);
                let mean = table.energy_to(crush) / crush;
                insert_plateau(table, crush, mean, length);
                raise_unloading(table);
            }
            (PathKind::Layer(l), ..) if l.face == Face::Front => l.setback_m += length,
            _ => {}
        }
    }
    changed.body.length_m += length;
}

/// Index of the rails: the front layer with a stated material, not compartment, that has the largest mean force.
fn rails_of(vehicle: &Vehicle) -> Option<usize> {
    vehicle
        .layers(Face::Front)
        .filter(|(_, p, l)| p.material.is_some() && !l.compartment && !l.rigid)
        .filter_map(|(i, p, _)| Some((i, mean_force_n(p.table.as_ref()?))))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(i, _)| i)
}
