//! What a sizing knows of the world: materials, costs, and the partners it meets.

use std::collections::BTreeMap;

use crate::cost::CostModel;
use crate::cost::model::RestraintItem;
use crate::error::Error;
use crate::material::{Material, Materials};
use crate::occupant::Restraint;
use crate::vehicle::library::RESTRAINTS;
use crate::vehicle::{Library, Vehicle};

/// Greatest length of the kei class since October 1998, m (published rule: 3.40 x 1.48 x 2.00 m).
pub const KEI_LENGTH_M: f64 = 3.40;

/// The cost file used unless another is asked for.
pub const DEFAULT_COSTS: &str = "us-2025";

/// Materials and cost parameters of a sizing.
#[derive(Debug, Clone)]
pub struct SizingData {
    /// Materials by id.
    pub materials: Materials,
    /// Mass and cost parameters.
    pub costs: CostModel,
    /// Partners whose makers may be asked for changes: what those weigh and cost is reported for each of them.
    pub partners: Vec<Vehicle>,
    /// Items of the cost file that a restraint of the library has already, by its id.
    pub has: BTreeMap<String, Vec<String>>,
}

impl SizingData {
    /// Load the library's materials and one of its cost files.
    ///
    /// # Errors
    /// [`Error::Request`], [`Error::Io`], [`Error::Input`] as of the files.
    pub fn load(library: &Library, costs: &str) -> Result<Self, Error> {
        let costs = CostModel::load(library, costs)?;
        Ok(Self {
            materials: Materials::load(library)?,
            has: parts_of_restraints(library, &costs)?,
            costs,
            partners: Vec::new(),
        })
    }

    /// Parts of a package that a vehicle does not have: per piece, what its seats' restraints hold and what its model
    /// is fitted with is taken off.
    ///
    /// # Errors
    /// [`Error::UnknownId`] for an unknown package.
    pub fn missing_items(&self, vehicle: &Vehicle, package: Option<&str>) -> Result<Vec<(&RestraintItem, u32)>, Error> {
        let seats = [&vehicle.driver_restraint, &vehicle.passenger_restraint];
        let fitted = self.costs.fitted_to(&vehicle.id);
        let has = |item: &str| -> u32 {
            let held = seats.into_iter().flatten().filter_map(|id| self.has.get(id));
            let in_seats = held.filter(|items| items.iter().any(|i| i == item)).count();
            let on_car = fitted.iter().filter(|(i, _)| i == item).map(|(_, n)| n).sum::<u32>();
            u32::try_from(in_seats).unwrap_or(0) + on_car
        };
        let asked = self.costs.package_items(package)?.into_iter();
        let missing = asked.map(|(item, n)| (item, n.saturating_sub(has(&item.id))));
        Ok(missing.filter(|(_, n)| *n > 0).collect())
    }

    /// The same data with every spread drawn: `draw` gets a key and returns a probability in [0, 1].
    pub fn drawn(&self, draw: &mut dyn FnMut(&str) -> f64) -> Self {
        Self {
            materials: self.materials.drawn(draw),
            costs: self.costs.drawn(draw),
            partners: self.partners.clone(),
            has: self.has.clone(),
        }
    }

    /// Direct cost of absorbing energy in a crush material, dollars of the common year per kJ; `None`
    /// when it may not crush.
    ///
    /// # Errors
    /// [`Error::Request`] when the base year of its cost is outside the deflator.
    pub fn usd_per_kj(&self, material: &Material) -> Result<Option<f64>, Error> {
        let Some(sea) = material.sea_j_per_kg else {
            return Ok(None);
        };
        let per_kg = self.costs.per_kg(material)?.amount().usd();
        let realised = sea.central * self.costs.structure.system_efficiency.central;
        Ok(Some(per_kg / (realised / 1e3)))
    }

    /// The crush material with the least cost per kJ, compounding included, among `allowed` (all when
    /// empty); the first id wins a tie.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown id, or when none of them may crush.
    pub fn cheapest_crush_material(&self, allowed: &[String]) -> Result<&Material, Error> {
        let mut best: Option<(f64, &Material)> = None;
        let candidates: Vec<&Material> = if allowed.is_empty() {
            self.materials.iter().collect()
        } else {
            allowed
                .iter()
                .map(|id| self.materials.get(id))
                .collect::<Result<_, _>>()?
        };
        for material in candidates {
            let Some(alone) = self.usd_per_kj(material)? else {
                if allowed.is_empty() {
                    continue;
                }
                return Err(no_crush_data(&material.id));
            };
            // Each kilogram drags gamma kilograms along, which are paid for too.
            let s = &self.costs.structure;
            let per_kg = self.costs.per_kg(material)?.amount().usd();
            let dragged = s.compounding().central * s.secondary_per_kg.amount().usd();
            let usd = alone * (1.0 + dragged / per_kg);
            if best.is_none_or(|(least, _)| usd < least) {
                best = Some((usd, material));
            }
        }
        best.map(|(_, m)| m).ok_or_else(|| {
            Error::request(
                format!("none of {} may be used for crush structure", allowed.join(", ")),
                "allow a material with crush among its uses",
            )
        })
    }
}

/// What of the cost file's items each restraint of the library holds.
fn parts_of_restraints(library: &Library, costs: &CostModel) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut has = BTreeMap::new();
    for id in library.ids(RESTRAINTS) {
        let restraint = Restraint::load(library, &id)?;
        let found = |item: &&RestraintItem| item.found_at.as_deref().is_some_and(|at| restraint.has(at));
        let items: Vec<String> = costs.restraints.iter().filter(found).map(|i| i.id.clone()).collect();
        has.insert(id, items);
    }
    Ok(has)
}

/// A material that may not fold was asked for crush structure.
pub(super) fn no_crush_data(id: &str) -> Error {
    Error::request(
        format!("material \"{id}\" has no data for crush structure"),
        "choose one with crush among its uses and a specific energy absorption",
    )
}
