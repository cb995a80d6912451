//! A design and the vehicle it makes (model section 8): stronger paths, a longer front, a stronger
//! compartment, more restraints, each with the mass it costs, put where it sits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SizingData;
use super::crush_shape::{insert_plateau, make_two_steps, scale};
use super::partner::{PartnerAccount, PartnerDesign, PartnerTerms};
use super::station::length_station_m;
use crate::cost::mass::{MassAccount, PathMass, Place, crush_mass_kg, design_crush_m, design_energy_j, placements};
use crate::cost::{Change, CostAccount, added_direct_cost};
use crate::error::Error;
use crate::material::MaterialUse;
use crate::vehicle::{Face, Path, PathKind, Vehicle};

/// Added structure on a path that states no material is taken as this: the heaviest answer.
pub const UNSTATED_MATERIAL: &str = "mild";
/// Added compartment structure, unless the design says otherwise: what today's cabins are made of.
pub const CABIN_MATERIAL: &str = "boron";

/// The variables of sizing. The default design changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// s_i by path name, at least 1; a path that is not named keeps its strength.
    pub strength: BTreeMap<String, f64>,
    /// L, m, at least 0.
    pub added_front_length_m: f64,
    /// s_c on the dash-cabin path and on compartment layers, at least 1.
    pub cabin_factor: f64,
    /// Paths made into two steps of equal length, energy kept: force of the second over the first.
    #[serde(default)]
    pub two_step: BTreeMap<String, f64>,
    /// Material of what is added, by path name; else the path's own.
    pub materials: BTreeMap<String, String>,
    /// Material of what is added to the compartment; else [`CABIN_MATERIAL`].
    pub cabin_material: Option<String>,
    /// Restraint package of the cost file.
    pub package: Option<String>,
    /// What the partner's maker changes instead.
    #[serde(default)]
    pub partner: PartnerDesign,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            strength: BTreeMap::new(),
            added_front_length_m: 0.0,
            cabin_factor: 1.0,
            two_step: BTreeMap::new(),
            materials: BTreeMap::new(),
            cabin_material: None,
            package: None,
            partner: PartnerDesign::NONE,
        }
    }
}

impl Design {
    /// Does it leave the structure as it is?
    pub fn keeps_structure(&self) -> bool {
        self.added_front_length_m == 0.0
            && self.cabin_factor == 1.0
            && self.two_step.is_empty()
            && self.strength.values().all(|s| *s == 1.0)
    }
}

/// A vehicle with a design applied: ready to be simulated at its new mass.
#[derive(Debug, Clone)]
pub struct SizedVehicle {
    /// The heavier, stronger, longer vehicle; curb and test mass include what was added.
    pub vehicle: Vehicle,
    /// Added mass by cause.
    pub mass: MassAccount,
    /// Added direct manufacturing cost by item.
    pub cost: CostAccount,
    /// What the partners change and what that weighs and costs by; `None` when they are left alone.
    pub partner_terms: Option<PartnerTerms>,
    /// What it weighs and costs on each partner of the data.
    pub partners: Vec<PartnerAccount>,
}

impl SizedVehicle {
    /// What sizing minimises, dollars: all direct cost of the car, and what the dearest of its partners pays.
    pub fn objective_usd(&self) -> f64 {
        self.cost.total().usd() + self.dearest_partner(|p| p.usd.usd())
    }

    /// Its smooth part, which an optimiser can follow: without the partner's programme, a step.
    pub fn smooth_objective_usd(&self) -> f64 {
        let smooth = |p: &PartnerAccount| p.usd.usd() - p.programme_usd.usd();
        self.cost.total().usd() + self.dearest_partner(smooth)
    }

    fn dearest_partner(&self, usd: impl Fn(&PartnerAccount) -> f64) -> f64 {
        self.partners.iter().map(usd).fold(0.0, f64::max)
    }
}

/// Paths that a design may strengthen, in file order: front layers and inner paths with a stated
/// material that are neither compartment nor rigid.
pub fn strengthenable(vehicle: &Vehicle) -> Vec<&Path> {
    vehicle
        .paths
        .iter()
        .filter(|p| {
            p.material.is_some()
                && p.table.is_some()
                && !vehicle.is_compartment(p)
                && p.layer().is_none_or(|l| l.face == Face::Front)
        })
        .collect()
}

/// Added front length below this, m, is none: a table cannot hold points closer than rounding.
const LEAST_LENGTH_M: f64 = 1e-6;

/// Apply a design: tables and unloading stiffness times their factors, two steps where asked for, the
/// added length as a plateau, setbacks shifted, masses added where they sit.
///
/// # Errors
/// [`Error::Request`] for a factor below 1, a negative length, an unknown path, material or package, a
/// strength factor on a compartment path, or a material that may not be used so.
///
/// ```
/// use crumple::sizing::{Design, SizingData, apply};
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let library = Library::find(None)?;
/// let (car, data) = (library.vehicle("honda-n-box-jf1")?, SizingData::load(&library, "us-2025")?);
/// let longer = Design {
///     added_front_length_m: 0.1,
///     ..Design::default()
/// };
/// let sized = apply(&car, &longer, &data)?;
/// assert_eq!(sized.vehicle.body.test_kg, car.body.test_kg + sized.mass.total_kg());
/// # Ok(())
/// # }
/// ```
pub fn apply(vehicle: &Vehicle, design: &Design, data: &SizingData) -> Result<SizedVehicle, Error> {
    check(vehicle, design)?;
    let mut sized = vehicle.clone();
    let length = match design.added_front_length_m {
        short if short < LEAST_LENGTH_M => 0.0,
        length => length,
    };
    let station = length_station_m(vehicle);
    let mut paths = Vec::new();
    let mut lengthened = Vec::new();
    for (index, path) in sized.paths.iter_mut().enumerate() {
        let original = &vehicle.paths[index];
        let compartment = vehicle.is_compartment(original);
        let factor = if compartment {
            design.cabin_factor
        } else {
            design.strength.get(&path.name).copied().unwrap_or(1.0)
        };
        let front = match &mut path.kind {
            PathKind::Layer(l) if l.face == Face::Front => Some(l),
            _ => None,
        };
        let mut grows = false;
        if let Some(layer) = front.filter(|_| length > 0.0) {
            if layer.setback_m >= station || layer.compartment || layer.rigid {
                layer.setback_m += length;
            } else {
                grows = true;
            }
        }
        let (Some(table), Some(before)) = (path.table.as_mut(), original.table.as_ref()) else {
            continue;
        };
        scale(table, factor);
        let mut design_crush = design_crush_m(before);
        let ratio = design.two_step.get(&path.name);
        if let Some(ratio) = ratio {
            make_two_steps(table, design_crush, *ratio);
        }
        if grows {
            let mean = table.energy_to(design_crush) / design_crush;
            insert_plateau(table, design_crush, mean, length);
            design_crush += length;
            lengthened.push((index, mean));
        }
        // Rounding must not make a reshaped path lighter.
        let added_energy_j = (table.energy_to(design_crush) - design_energy_j(before)).max(0.0);
        if !compartment && (factor > 1.0 || grows || ratio.is_some()) {
            paths.push(path_mass(design, original, added_energy_j, data)?);
        }
    }
    sized.body.length_m += length;
    let mass = account(vehicle, design, length, paths, data)?;
    place(&mut sized, placements(vehicle, &mass, &lengthened));
    sized.body.curb_kg += mass.total_kg();
    sized.body.test_kg += mass.total_kg();
    fit_package(&mut sized, design, data)?;
    let cost = added_direct_cost(&mass, &data.materials, &data.costs)?;
    let partner_terms = PartnerTerms::of(&design.partner, data)?;
    let on = |t: &PartnerTerms| data.partners.iter().filter_map(|p| t.account(p)).collect();
    Ok(SizedVehicle {
        vehicle: sized,
        mass,
        cost,
        partners: partner_terms.as_ref().map_or_else(Vec::new, on),
        partner_terms,
    })
}

/// Added masses where they sit.
fn place(sized: &mut Vehicle, added: Vec<(Place, f64)>) {
    for (place, kg) in added {
        match place {
            Place::Body(i) => sized.masses[i].kg += kg,
            Place::FrontEnd(i) => {
                if let PathKind::Layer(l) = &mut sized.paths[i].kind {
                    l.face_kg += kg;
                }
            }
        }
    }
}

/// The restraints of the package.
fn fit_package(sized: &mut Vehicle, design: &Design, data: &SizingData) -> Result<(), Error> {
    if let Some(id) = &design.package {
        let package = data.costs.package(id)?;
        if package.driver.is_some() {
            sized.driver_restraint.clone_from(&package.driver);
        }
        if package.passenger.is_some() {
            sized.passenger_restraint.clone_from(&package.passenger);
        }
    }
    Ok(())
}

/// Mass of a path that takes `added_energy_j` more, in its material.
fn path_mass(design: &Design, path: &Path, added_energy_j: f64, data: &SizingData) -> Result<PathMass, Error> {
    let id = material_of(design, path);
    let material = data.materials.get(id)?;
    let Some(sea) = material.sea_j_per_kg else {
        return Err(Error::request(
            format!("material \"{id}\" on path \"{}\"", path.name),
            "it may not be used for crush structure; choose one with crush among its uses",
        ));
    };
    let eta = data.costs.structure.system_efficiency.central;
    Ok(PathMass {
        path: path.name.clone(),
        material: id.to_string(),
        added_energy_j,
        kg: crush_mass_kg(added_energy_j, sea.central, eta),
    })
}

fn material_of<'a>(design: &'a Design, path: &'a Path) -> &'a str {
    design
        .materials
        .get(&path.name)
        .or(path.material.as_ref())
        .map_or(UNSTATED_MATERIAL, String::as_str)
}

fn account(
    vehicle: &Vehicle,
    design: &Design,
    length_m: f64,
    paths: Vec<PathMass>,
    data: &SizingData,
) -> Result<MassAccount, Error> {
    let s = &data.costs.structure;
    let cabin_material = design.cabin_material.as_deref().unwrap_or(CABIN_MATERIAL);
    let cabin = data.materials.get(cabin_material)?;
    if !cabin.uses.contains(&MaterialUse::Cabin) {
        return Err(Error::request(
            format!("material \"{cabin_material}\" for the compartment"),
            "choose one with cabin among its uses",
        ));
    }
    let items = data.missing_items(vehicle, design.package.as_deref())?;
    let restraint_kg = (items.iter())
        .map(|(item, count)| item.mass_kg.central * f64::from(*count))
        .sum();
    let strengths = design.strength.values().map(|s| s - 1.0);
    let change = Change {
        strength: strengths.fold(0.0, f64::max),
        new_sections: !design.two_step.is_empty(),
        cell: design.cabin_factor - 1.0,
        length_m,
        restraint: !items.is_empty(),
    };
    let mut mass = MassAccount {
        paths,
        front_length_kg: length_m * s.front_kg_per_m.central,
        compartment_kg: (design.cabin_factor - 1.0) * s.compartment_front_kg.central,
        cabin_material: cabin_material.to_string(),
        compounding_kg: 0.0,
        package: design.package.clone(),
        restraint_items: items.iter().map(|(item, n)| (item.id.clone(), *n)).collect(),
        restraint_kg,
        change,
    };
    mass.compounding_kg = mass.structure_kg() * s.compounding().central;
    Ok(mass)
}

fn check(vehicle: &Vehicle, design: &Design) -> Result<(), Error> {
    let factors = design
        .strength
        .iter()
        .map(|(k, v)| (k.as_str(), *v))
        .chain([("cabin_factor", design.cabin_factor)]);
    for (what, factor) in factors {
        if !(factor.is_finite() && factor >= 1.0) {
            return Err(Error::request(
                format!("strength factor {factor} of {what}"),
                "sizing only adds structure: factors are at least 1",
            ));
        }
    }
    let length = design.added_front_length_m;
    if !(length.is_finite() && length >= 0.0) {
        return Err(Error::request(format!("added front length {length} m"), "at least 0"));
    }
    if let Some((name, ratio)) = design
        .two_step
        .iter()
        .find(|(_, r)| !(r.is_finite() && (0.1..=10.0).contains(*r)))
    {
        return Err(Error::request(
            format!("two steps of \"{name}\" in the ratio {ratio}"),
            "force of the second step over the first, 0.1 to 10",
        ));
    }
    let named = design.strength.keys().chain(design.materials.keys());
    for name in named.chain(design.two_step.keys()) {
        let Some(path) = vehicle.paths.iter().find(|p| &p.name == name) else {
            let known = vehicle.paths.iter().map(|p| p.name.as_str());
            let kind = format!("path of {}", vehicle.id);
            return Err(Error::unknown(kind, name, known));
        };
        let strengthened = design.strength.get(name).is_some_and(|s| *s > 1.0) || design.two_step.contains_key(name);
        if strengthened && vehicle.is_compartment(path) {
            return Err(Error::request(
                format!("a strength factor or two steps on \"{name}\""),
                "it belongs to the compartment: use the cabin factor",
            ));
        }
        if strengthened && path.table.is_none() {
            return Err(Error::request(
                format!("a strength factor or two steps on the rigid layer \"{name}\""),
                "only paths with a crush table can be strengthened",
            ));
        }
    }
    Ok(())
}
