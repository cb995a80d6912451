//! What the partner's maker could do instead: lower rails, a secondary energy-absorbing structure (SEAS)
//! below them, a softer front. Shown beside the small car's own changes, never mixed with its price.
//!
//! Both measures are those of the voluntary compatibility commitment of 2003 (primary structure into the
//! bumper zone, or a SEAS below it). No cost of either was found: a SEAS is charged by its mass like other
//! crush structure, lower rails and a softer front count as nothing, and reports say so.

use serde::{Deserialize, Serialize};

use super::SizingData;
use super::crush_shape::raise_unloading;
use super::mass::{crush_mass_kg, design_crush_m, mean_force_n};
use super::money::DirectManufacturingCost;
use crate::error::Error;
use crate::vehicle::{CrushTable, Face, Layer, Path, PathKind, Vehicle};

/// Changes to the partner; all zero: none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartnerDesign {
    /// Its rails lower by this, m.
    pub lower_rails_m: f64,
    /// Plateau force of an added SEAS below the rails, N.
    pub seas_force_n: f64,
    /// Share of their force that its rails lose, 0 to below 1.
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
/// What a SEAS is taken to be made of.
const SEAS_MATERIAL: &str = "hsla";
/// Crush over which it builds up its force, m.
const SEAS_RISE_M: f64 = 0.04;

/// Mass and cost a design puts on its partner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PartnerAccount {
    /// Mass of the SEAS, kg.
    pub added_kg: f64,
    /// Its direct manufacturing cost, dollars of the common year.
    pub usd: DirectManufacturingCost,
}

/// Mass and cost of a partner's changes, the same for every partner.
///
/// # Errors
/// [`Error::Request`] for a change out of range, or when the cost file lacks the SEAS's material.
pub fn partner_account(
    design: &PartnerDesign,
    data: &SizingData,
) -> Result<Option<PartnerAccount>, Error> {
    let p = design;
    let in_range = |v: f64, most: f64| v.is_finite() && (0.0..=most).contains(&v);
    if !in_range(p.lower_rails_m, 0.4) || !in_range(p.seas_force_n, 2e6) || !in_range(p.softer, 0.9)
    {
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
    let material = data.materials.get(SEAS_MATERIAL)?;
    let sea = material.sea_j_per_kg.map_or(f64::INFINITY, |s| s.central);
    let energy_j = p.seas_force_n * (SEAS_STROKE_M - 0.5 * SEAS_RISE_M);
    let eta = data.costs.structure.system_efficiency.central;
    let added_kg = crush_mass_kg(energy_j, sea, eta);
    let usd = data.costs.per_kg(material)?.amount() * added_kg;
    Ok(Some(PartnerAccount { added_kg, usd }))
}

/// The partner with its changes. Its rails are the strongest front layer with a stated material; a partner
/// without such a layer (a barrier) is left as it is.
///
/// The layer above the rails is drawn down with them, so that the face stays closed. A softer front loses
/// force up to its design crush and keeps its bottoming; no mass is credited for it.
pub fn apply_to_partner(partner: &Vehicle, design: &PartnerDesign, added_kg: f64) -> Vehicle {
    let mut changed = partner.clone();
    let Some(index) = rails_of(partner) else {
        return changed;
    };
    let (Some(rails), Some(own)) = (partner.paths[index].layer(), &partner.paths[index].table)
    else {
        return changed;
    };
    if design.softer > 0.0
        && let Some(table) = changed.paths[index].table.as_mut()
    {
        let until = design_crush_m(own);
        for (x, f) in table.crush_m.iter().zip(&mut table.force_n) {
            if *x <= until {
                *f *= 1.0 - design.softer;
            }
        }
        raise_unloading(table);
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
    if design.seas_force_n > 0.0 {
        let top = rails.height_m[0] - lower;
        let force = design.seas_force_n;
        let unload = (2.0 * force / SEAS_RISE_M).max(20e6);
        changed.paths.push(Path {
            name: "added_seas".into(),
            kind: PathKind::Layer(Layer {
                height_m: [(top - SEAS_HEIGHT_M).max(0.05), top],
                setback_m: rails.setback_m + SEAS_SETBACK_M,
                face_kg: 0.5 * added_kg,
                compartment: false,
                rigid: false,
                ..rails.clone()
            }),
            table: Some(CrushTable {
                crush_m: vec![0.0, SEAS_RISE_M, SEAS_STROKE_M],
                force_n: vec![0.0, force, force],
                unload_n_per_m: vec![unload; 3],
                rate_s_per_m: own.rate_s_per_m,
                damping_n_s_per_m: 0.0,
            }),
            material: Some(SEAS_MATERIAL.into()),
            ..partner.paths[index].clone()
        });
        changed.masses[partner.paths[index].to].kg += 0.5 * added_kg;
        changed.body.curb_kg += added_kg;
        changed.body.test_kg += added_kg;
    }
    changed
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
