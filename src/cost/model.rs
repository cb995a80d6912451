//! The cost file (`vehicles/costs/<id>.toml`): mass and cost parameters of sizing with their provenance.
//!
//! Every dollar figure is brought to the file's common year when it is read, so that nothing behind
//! this module can add dollars of different years.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::money::{ConsumerCost, Deflator, Quoted, RetailPriceEquivalent, basis};
use super::programme::Programme;
use crate::error::{Error, within};
use crate::material::{Material, Spread};
use crate::vehicle::{Provenance, Vehicle};

/// A direct manufacturing cost as its source states it.
pub type Direct = Quoted<basis::DirectManufacturing>;

/// Mass and cost of added structure.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureParameters {
    /// eta_sys: share of a whole tube's SEA that a car realises.
    pub system_efficiency: Spread,
    /// mu_L: front structure per metre of added length, kg/m.
    pub front_kg_per_m: Spread,
    /// m_cell0: mass of today's compartment front, kg.
    pub compartment_front_kg: Spread,
    /// gamma: secondary mass per primary mass with the powertrain kept, kg/kg.
    pub compounding_kg_per_kg: Spread,
    /// gamma where everything may be resized, a new powertrain included, kg/kg.
    pub compounding_resized_kg_per_kg: Spread,
    /// Which of the two is in use: the second?
    pub new_powertrain: bool,
    /// Direct cost of added front length, $/kg.
    pub front_per_kg: Direct,
    /// Direct cost of compounded mass, $/kg.
    pub secondary_per_kg: Direct,
}

impl StructureParameters {
    /// gamma in use, kg/kg.
    pub fn compounding(&self) -> &Spread {
        if self.new_powertrain {
            &self.compounding_resized_kg_per_kg
        } else {
            &self.compounding_kg_per_kg
        }
    }
}

/// Whole-body structure by footprint (US EPA OMEGA): a yardstick, not charged for an increment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyYardstick {
    kg_per_ft2: f64,
    fixed_kg: f64,
    steel_usd_per_lb: f64,
    aluminium_usd_per_lb: f64,
    fixed_usd: f64,
    aluminium_mass_ratio: f64,
    lb_per_kg: f64,
    /// Year of its dollars.
    pub base_year: u16,
}

impl BodyYardstick {
    /// Mass of a steel unibody structure of a footprint in square feet, kg.
    pub fn steel_kg(&self, footprint_ft2: f64) -> f64 {
        self.kg_per_ft2 * footprint_ft2 + self.fixed_kg
    }

    /// Direct manufacturing cost of that structure in dollars of `base_year`, and its mass in kg:
    /// in steel, and in aluminium.
    pub fn structure(&self, footprint_ft2: f64) -> [(f64, f64); 2] {
        let steel_kg = self.steel_kg(footprint_ft2);
        let aluminium_kg = self.aluminium_mass_ratio * steel_kg;
        let usd = |kg: f64, per_lb: f64| per_lb * kg * self.lb_per_kg + self.fixed_usd;
        [
            (usd(steel_kg, self.steel_usd_per_lb), steel_kg),
            (usd(aluminium_kg, self.aluminium_usd_per_lb), aluminium_kg),
        ]
    }
}

/// A restraint part, per piece.
#[derive(Debug, Clone, PartialEq)]
pub struct RestraintItem {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Direct manufacturing cost per piece.
    pub cost: Direct,
    /// Mass per piece, kg.
    pub mass_kg: Spread,
    /// Key path of a restraint file that says that a seat has it already; `None`: no such key.
    pub found_at: Option<String>,
}

/// A set of restraint parts that a design may add.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Item id and count.
    pub items: Vec<(String, u32)>,
    /// Restraint id that the driver's seat gets; `None` keeps the vehicle's.
    pub driver: Option<String>,
    /// Restraint id that the front passenger's seat gets; `None` keeps the vehicle's.
    pub passenger: Option<String>,
}

/// Parts that every car of a model has as built, besides what its restraints' file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Start of the vehicle ids it holds for.
    pub model: String,
    /// Item id and count.
    pub items: Vec<(String, u32)>,
}

/// What selling a car in the US adds, and what bringing it there does.
#[derive(Debug, Clone, PartialEq)]
pub struct UsSale {
    /// Destination charge: a price like the list price, without a markup.
    pub destination: Quoted<basis::Price>,
    /// Dealer's share of the price.
    pub dealer_share: Spread,
    /// The share that list price and retail price equivalent hold already: the file's central one, never drawn.
    pub dealer_share_held: f64,
    /// Tariff on a car built in Japan, share of its value at the border.
    pub tariff_car: f64,
    /// Tariff on a light truck built in Japan.
    pub tariff_truck: f64,
    /// Starts of the vehicle ids that are trucks to the customs.
    pub trucks: Vec<String>,
}

impl UsSale {
    /// Price with the dealer's share in use over price with the share held already.
    pub fn dealer_factor(&self) -> f64 {
        (1.0 - self.dealer_share_held) / (1.0 - self.dealer_share.central)
    }
}

/// List price of a model in Japan.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListPrice {
    /// Start of the vehicle ids it holds for.
    pub model: String,
    /// Yen, consumption tax included.
    pub yen: f64,
    /// Year of the list.
    pub year: u16,
}

/// Retail cost of a safety rule from a cost study.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Consumer cost in the common year.
    pub cost: ConsumerCost,
    /// Year of the study's dollars.
    pub base_year: u16,
    /// Mass, kg, where the study gives it.
    pub mass_kg: Option<f64>,
}

/// A real change of a real car.
#[derive(Debug, Clone, PartialEq)]
pub struct Precedent {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Added mass, kg.
    pub mass_kg: Spread,
    /// Added direct cost, where known.
    pub cost: Option<Direct>,
}

/// All parameters of one cost file.
#[derive(Debug, Clone, PartialEq)]
pub struct CostModel {
    /// Id: the name of its file.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Price index and common year.
    pub deflator: Deflator,
    /// Retail price equivalent.
    pub rpe: Spread,
    /// Added structure.
    pub structure: StructureParameters,
    /// Whole-body yardstick.
    pub body: BodyYardstick,
    /// Restraint parts.
    pub restraints: Vec<RestraintItem>,
    /// Restraint packages.
    pub packages: Vec<Package>,
    /// Parts that models have as built.
    pub fitted: Vec<Fitted>,
    /// Investments and volume.
    pub programme: Programme,
    /// Sale in the US.
    pub us: UsSale,
    /// US less Japan assembly labour per car, direct cost.
    pub labour: Direct,
    /// US less Japan cost of bought-in parts per car, direct cost.
    pub parts: Direct,
    /// Yen per dollar in the common year.
    pub yen_per_usd: Spread,
    /// What losing kei status costs a buyer in Japan over ten years, yen; `None` where the file does not say.
    pub kei_status_yen: Option<Spread>,
    /// Consumption tax inside Japanese list prices.
    pub consumption_tax: f64,
    /// List prices in Japan.
    pub list_prices: Vec<ListPrice>,
    /// Retail costs of rules, for comparison.
    pub rules: Vec<Rule>,
    /// Real changes, for comparison.
    pub precedents: Vec<Precedent>,
    /// Citations by key.
    pub sources: BTreeMap<String, String>,
    /// Provenance by key path.
    pub provenance: BTreeMap<String, Provenance>,
}

impl CostModel {
    /// Retail price equivalent in use.
    pub fn retail(&self) -> RetailPriceEquivalent {
        RetailPriceEquivalent(self.rpe.central)
    }

    /// Cars a year that may be asked for.
    pub const VOLUME_PER_YEAR: [f64; 2] = [1e3, 1e6];

    /// The same model at another production volume, cars a year, without spread of it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] outside 1,000 to 1,000,000 a year.
    pub fn at_volume(&self, per_year: f64) -> Result<Self, Error> {
        within("cars a year", per_year, Self::VOLUME_PER_YEAR)?;
        let mut model = self.clone();
        model.programme.volume_per_year = Spread::exact(per_year);
        Ok(model)
    }

    /// Direct cost of fabricated structure in a material, $/kg.
    ///
    /// # Errors
    /// [`Error::Request`] when its base year is outside the deflator.
    pub fn per_kg(&self, material: &Material) -> Result<Direct, Error> {
        Quoted::new(material.cost_usd_per_kg, material.cost_base_year, &self.deflator)
    }

    /// A package by id.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id.
    pub fn package(&self, id: &str) -> Result<&Package, Error> {
        let known = self.packages.iter().map(|p| p.id.as_str());
        let found = self.packages.iter().find(|p| p.id == id);
        found.ok_or_else(|| Error::unknown("restraint package", id, known))
    }

    /// Parts of a package with their counts; none for `None`.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown package or part.
    pub fn package_items(&self, id: Option<&str>) -> Result<Vec<(&RestraintItem, u32)>, Error> {
        let Some(id) = id else {
            return Ok(Vec::new());
        };
        self.package(id)?
            .items
            .iter()
            .map(|(item, count)| Ok((self.item(item)?, *count)))
            .collect()
    }

    /// A restraint part by id.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id.
    pub fn item(&self, id: &str) -> Result<&RestraintItem, Error> {
        let known = self.restraints.iter().map(|r| r.id.as_str());
        let found = self.restraints.iter().find(|r| r.id == id);
        found.ok_or_else(|| Error::unknown("restraint part", id, known))
    }

    /// Parts that a model has as built; none where the file does not say.
    pub fn fitted_to(&self, vehicle_id: &str) -> &[(String, u32)] {
        let found = self.fitted.iter().filter(|f| vehicle_id.starts_with(&f.model));
        found.max_by_key(|f| f.model.len()).map_or(&[], |f| &f.items)
    }

    /// The list price that holds for a vehicle of the library: that of the longest model name its id starts with. An own
    /// file says its price itself.
    pub fn list_price(&self, vehicle: &Vehicle) -> Option<&ListPrice> {
        self.list_prices
            .iter()
            .filter(|p| vehicle.of_library && vehicle.id.starts_with(&p.model))
            .max_by_key(|p| p.model.len())
    }

    /// The entry that covers a key path: its own, or the nearest group above.
    pub fn provenance_of(&self, key: &str) -> Option<&Provenance> {
        let mut at = key;
        loop {
            if let Some(p) = self.provenance.get(at) {
                return Some(p);
            }
            at = &at[..at.rfind('.')?];
        }
    }

    /// Source text of a key path, empty when none is given.
    pub fn source_of(&self, key: &str) -> &str {
        self.provenance_of(key)
            .and_then(|p| self.sources.get(&p.source))
            .map_or("", String::as_str)
    }

    /// The same model with every spread replaced by a draw; `draw` gets the key path and returns a
    /// probability in [0, 1].
    pub fn drawn(&self, draw: &mut dyn FnMut(&str) -> f64) -> Self {
        let mut one = self.clone();
        one.rpe = one.rpe.drawn(draw("retail.price_equivalent"));
        let s = &mut one.structure;
        s.system_efficiency = s.system_efficiency.drawn(draw("structure.system_efficiency"));
        s.front_kg_per_m = s.front_kg_per_m.drawn(draw("structure.front_kg_per_m"));
        s.compartment_front_kg = s.compartment_front_kg.drawn(draw("structure.compartment_front_kg"));
        s.compounding_kg_per_kg = s.compounding_kg_per_kg.drawn(draw("structure.compounding_kg_per_kg"));
        s.compounding_resized_kg_per_kg = s
            .compounding_resized_kg_per_kg
            .drawn(draw("structure.compounding_resized_kg_per_kg"));
        s.front_per_kg = s.front_per_kg.drawn(draw("structure.front_usd_per_kg"));
        s.secondary_per_kg = s.secondary_per_kg.drawn(draw("structure.secondary_usd_per_kg"));
        for r in &mut one.restraints {
            r.cost = r.cost.drawn(draw(&format!("restraint.{}.cost_usd", r.id)));
            r.mass_kg = r.mass_kg.drawn(draw(&format!("restraint.{}.mass_kg", r.id)));
        }
        let p = &mut one.programme;
        for (key, money) in [
            ("rails", &mut p.rails),
            ("front", &mut p.front),
            ("skin", &mut p.skin),
            ("cell", &mut p.cell),
            ("engineering", &mut p.engineering),
            ("restraint", &mut p.restraint),
        ] {
            *money = money.drawn(draw(&format!("programme.{key}_usd")));
        }
        p.strength_step = p.strength_step.drawn(draw("programme.strength_step"));
        p.length_step_m = p.length_step_m.drawn(draw("programme.length_step_mm"));
        p.volume_per_year = p.volume_per_year.drawn(draw("programme.volume_per_year"));
        one.us.destination = one.us.destination.drawn(draw("us.destination_usd"));
        one.us.dealer_share = one.us.dealer_share.drawn(draw("us.dealer_share"));
        one.labour = one.labour.drawn(draw("labour.difference_usd"));
        one.parts = one.parts.drawn(draw("parts.difference_usd"));
        one.yen_per_usd = one.yen_per_usd.drawn(draw("japan.yen_per_usd"));
        one
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cost::DirectManufacturingCost;
    use crate::error::SourceText;
    use crate::material::{Materials, parse_material};
    use std::path::Path;

    fn folder(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles").join(name)
    }

    /// The shipped cost file.
    pub(crate) fn shipped() -> CostModel {
        let text = SourceText::read(&folder("costs").join("us-2025.toml")).unwrap();
        crate::cost::parse_costs(&text).unwrap()
    }

    /// The shipped materials.
    pub(crate) fn shipped_materials() -> Materials {
        Materials::new(
            std::fs::read_dir(folder("materials"))
                .unwrap()
                .map(|entry| parse_material(&SourceText::read(&entry.unwrap().path()).unwrap()).unwrap()),
        )
    }

    /// US EPA OMEGA for a kei (35.4 ft2): about 300 kg of steel structure, 2,491 $ direct, 3,736 $ at
    /// 1.5 (2020$); in aluminium 105 kg less and 469 $ more.
    #[test]
    fn kei_body_by_the_omega_yardstick() {
        let [(steel_usd, steel_kg), (al_usd, al_kg)] = shipped().body.structure(35.4);
        assert!((steel_kg - 300.0).abs() < 0.5, "{steel_kg}");
        assert!((steel_usd - 2491.0).abs() < 0.5, "{steel_usd}");
        let retail = DirectManufacturingCost::new(steel_usd).at_retail(shipped().retail());
        assert!((retail.usd() - 3736.0).abs() < 1.0, "{}", retail.usd());
        assert!((steel_kg - al_kg - 105.0).abs() < 0.5);
        assert!((al_usd - steel_usd - 469.0).abs() < 0.5);
    }

    #[test]
    fn list_prices_hold_for_the_longest_model_name() {
        let costs = shipped();
        let yen = |vehicle: &Vehicle| costs.list_price(vehicle).map(|p| p.yen);
        let mut of = ["honda-n-box-jf1", "suzuki-alto-ha36", "ford-f-150-2018"]
            .map(|id| crate::vehicle::Library::built_in().vehicle(id).unwrap());
        assert_eq!(of.each_ref().map(yen), [Some(1_648_900.0), Some(1_064_800.0), None]);
        of[0].of_library = false;
        assert_eq!(yen(&of[0]), None);
    }

    #[test]
    fn a_draw_reaches_every_spread_once_and_zero_means_low() {
        let mut keys = Vec::new();
        let low = shipped().drawn(&mut |k| {
            keys.push(k.to_string());
            0.0
        });
        assert_eq!(low.structure.system_efficiency, Spread::exact(0.3));
        assert_eq!(low.rpe, Spread::exact(1.25));
        let unique: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len());
        for key in &keys {
            assert!(shipped().provenance_of(key).is_some(), "{key}");
        }
    }
}
