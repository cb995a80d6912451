//! The answer of a sizing with its accounts: what pages read, and the document of `crumple size --json` and of a record
//! of `sizing.json`.

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use super::corridors::Corridors;
use super::design::Design;
use super::holds::{Beside, Confidence, Drawn, HowFar, PriceRange};
use super::optimise::{Bound, Sizing};
use super::partner::PartnerAccount;
use super::problem::CaseValues;
use super::swing::{PriceSwing, price_swings};
use super::uncertainty::Uncertainty;
use super::{KEI_LENGTH_M, SizingData};
use crate::cost::precedent::compare;
use crate::cost::price::{VolumePrice, price_by_volume};
use crate::cost::{
    CostItem, DirectManufacturingCost, MassAccount, PrecedentRow, Price, PriceBuildUp, imported_price_usd, price_in_us,
};
use crate::measure::Measure;
use crate::units::{KN, MM};
use crate::vehicle::{Vehicle, VehicleClass};

/// The answer for one vehicle. Masses in kg, costs in dollars of the cost file's common year. When the targets cannot be
/// met, the design is the nearest that can be reached.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Vehicle id.
    pub vehicle: String,
    /// Can every target be met?
    pub feasible: bool,
    /// Met as built, at no cost.
    pub already_met: bool,
    /// Everything added, kg.
    pub added_mass_kg: f64,
    /// Of which primary structure, kg.
    pub added_structure_kg: f64,
    /// Added direct manufacturing cost.
    pub added_cost_usd: DirectManufacturingCost,
    /// US price; `None` when no price of the vehicle is known.
    pub price_usd: Option<Price>,
    /// The design; flat keys in the document.
    #[serde(serialize_with = "flat")]
    pub design: Design,
    /// The constraint with the least slack.
    pub worst_case: Option<Bound>,
    /// Constraints and variable bounds that the design rests on.
    pub active: Vec<String>,
    /// What cannot be met; in words in the document.
    #[serde(serialize_with = "in_words")]
    pub blocking: Option<Bound>,
    /// Highest speed of each vehicle at which the targets can be met, km/h, where it was looked for.
    pub highest_feasible_speed_kmh: Option<f64>,
    /// Load-case runs.
    pub evaluations: usize,
    /// Weighted means over the partner cases.
    pub expected: BTreeMap<Measure, f64>,
    /// Criteria of every load case at the design.
    pub cases: Vec<CaseAnswer>,
    /// Added mass by cause.
    pub mass: MassAccount,
    /// Added direct cost, item by item.
    pub cost: Vec<CostItem>,
    /// Year of all dollars.
    pub cost_year: u16,
    /// Build-up of the price.
    pub price: Option<PriceBuildUp>,
    /// Everything may be resized, powertrain included.
    pub new_powertrain: bool,
    /// Cost and price at other production volumes.
    pub price_by_volume: Vec<VolumePrice>,
    /// What one cost parameter at a time does to the price, the widest first.
    pub price_swings: Vec<PriceSwing>,
    /// What the partners change and what that takes: each pays for itself, never part of the car's price.
    pub partner: Option<PartnerAnswer>,
    /// The design beside real changes of real cars.
    pub precedents: Vec<PrecedentRow>,
    /// The lightest design beside it, where the targets can be met at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lightest: Option<Lightest>,
    /// What a confidence that was asked for came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Of a kei car: whether it still is one, and what it costs its buyer in Japan where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kei_status: Option<KeiStatus>,
    /// Criterion of the first target, which the rows of `holds` show.
    pub leading: Option<Measure>,
    /// How far the design holds: one row for each way it was tried.
    pub holds: Vec<Beside>,
    /// Widest force interval of each load path, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corridors: Option<Corridors>,
    /// Price of the same car built in Japan and shipped, dollars of the common year; `None` without a Japanese list price.
    pub imported_price_usd: Option<f64>,
    /// 5 to 95 % range of the price over the spreads of mass, cost and money, where it was drawn.
    pub price_usd_range: Option<PriceRange>,
    /// Draws of the vehicle as built and with the design.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<Drawn>,
    /// What the spreads of the evidence make of it, where that was analysed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<Uncertainty>,
}

/// Criteria of one load case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseAnswer {
    /// Partner id.
    pub against: String,
    /// Each vehicle's own speed, km/h.
    pub speed_kmh: f64,
    /// Overlap, percent.
    pub overlap_pct: f64,
    /// The vehicle's own wall test?
    pub own_wall: bool,
    /// Worst over its occupants.
    pub values: CaseValues,
}

/// A change of the partners.
#[derive(Debug, Clone, Serialize)]
#[allow(non_snake_case)]
pub struct PartnerAnswer {
    /// Rails lower by this, mm.
    pub lower_rails_mm: f64,
    /// Plateau force of the structure added below, kN.
    pub seas_force_kN: f64,
    /// Share of their force that the rails lose.
    pub softer: f64,
    /// Mass and cost on each partner.
    pub on: Vec<PartnerAccount>,
}

/// Is a kei car that was sized still one? Beyond 3.40 m it is registered and taxed as an ordinary car in Japan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KeiStatus {
    /// Length with the design, mm.
    pub length_mm: f64,
    /// Within the kei length?
    pub kept: bool,
    /// What losing it costs its buyer in Japan over ten years, yen: low, central, high; `None` where it is kept or the cost
    /// file does not say. No part of the US price.
    pub buyer_yen: Option<[f64; 3]>,
    /// The central figure in dollars.
    pub buyer_usd: Option<f64>,
}

impl KeiStatus {
    fn of(built: &Vehicle, sized: &Vehicle, data: &SizingData) -> Option<Self> {
        let within = |v: &Vehicle| v.body.length_m <= KEI_LENGTH_M + 1e-9;
        if built.class != VehicleClass::Kei || !within(built) {
            return None;
        }
        let kept = within(sized);
        let yen = data.costs.kei_status_yen.filter(|_| !kept);
        Some(Self {
            length_mm: sized.body.length_m / MM,
            kept,
            buyer_yen: yen.map(|y| [y.low, y.central, y.high]),
            buyer_usd: yen.map(|y| y.central / data.costs.yen_per_usd.central),
        })
    }
}

/// Saved kilograms that are dear: more direct cost for each than this, dollars, and buying lightness is no bargain. A
/// tenth of the retail equivalent of what the mass costs in fuel over a car's life would be of this size (judgement).
const CHEAP_KILOGRAM_USD: f64 = 10.0;

/// The lightest design that meets the targets.
#[derive(Debug, Clone, Serialize)]
pub struct Lightest {
    /// Everything added, kg.
    pub added_mass_kg: f64,
    /// Added direct manufacturing cost, dollars of the common year.
    pub added_cost_usd: f64,
    /// What each kilogram less than the cheapest design costs, dollars; `None` where they weigh the same.
    pub usd_per_kg_saved: Option<f64>,
    /// Does the cheapest design buy its dollars with kilograms: would each saved kilogram cost less than 10 dollars?
    pub cheapest_buys_kilograms: bool,
    /// The design.
    pub design: FlatDesign,
}

impl Lightest {
    fn beside(lightest: &Sizing, cheapest: &Answer) -> Self {
        let sized = &lightest.sized;
        let (kg, usd) = (sized.mass.total_kg(), sized.cost.total().usd());
        let saved_kg = cheapest.added_mass_kg - kg;
        let usd_per_kg_saved = (saved_kg > 0.05).then(|| (usd - cheapest.added_cost_usd.usd()) / saved_kg);
        Self {
            added_mass_kg: kg,
            added_cost_usd: usd,
            usd_per_kg_saved,
            cheapest_buys_kilograms: usd_per_kg_saved.is_some_and(|usd| usd < CHEAP_KILOGRAM_USD),
            design: FlatDesign::of(&lightest.design),
        }
    }
}

impl Answer {
    /// With the lightest design beside it and how far it holds.
    pub fn tried(mut self, lightest: Option<&Sizing>, far: HowFar) -> Self {
        self.lightest = lightest.map(|l| Lightest::beside(l, &self));
        self.holds = far.rows;
        self.draws = far.drawn;
        self.price_usd_range = far.price_usd_range;
        self
    }

    /// A sizing with its accounts.
    pub fn new(vehicle: &Vehicle, sizing: Sizing, data: &SizingData) -> Self {
        let sized = sizing.sized;
        let price = price_in_us(vehicle, &sized.cost, &data.costs);
        let swings = price_swings(vehicle, &sizing.design, data);
        let volumes = price_by_volume(vehicle, &sized.mass, &data.materials, &data.costs);
        let case = |(case, values): (super::LoadCase, CaseValues)| CaseAnswer {
            against: case.against,
            speed_kmh: case.speed_kmh,
            overlap_pct: case.overlap_pct,
            own_wall: case.own_wall,
            values,
        };
        Self {
            vehicle: vehicle.id.clone(),
            feasible: sizing.feasible,
            already_met: sizing.already_met,
            added_mass_kg: sized.mass.total_kg(),
            added_structure_kg: sized.mass.structure_kg(),
            added_cost_usd: sized.cost.total(),
            price_usd: price.as_ref().map(|p| p.price_usd),
            worst_case: sizing.worst,
            active: sizing.active,
            blocking: sizing.blocking,
            highest_feasible_speed_kmh: sizing.highest_feasible_speed_kmh,
            evaluations: sizing.evaluations,
            expected: sizing.expected,
            cases: sizing.values.into_iter().map(case).collect(),
            cost_year: data.costs.deflator.common_year(),
            imported_price_usd: price.as_ref().and_then(|p| imported_price_usd(p, &data.costs)),
            price,
            new_powertrain: data.costs.structure.new_powertrain,
            price_by_volume: volumes.unwrap_or_default(),
            price_swings: swings.unwrap_or_default(),
            partner: sized.partner_terms.as_ref().map(|terms| PartnerAnswer {
                lower_rails_mm: terms.design.lower_rails_m / MM,
                seas_force_kN: terms.design.seas_force_n / KN,
                softer: terms.design.softer,
                on: sized.partners.clone(),
            }),
            precedents: compare(&sized.mass, &sized.cost, &data.costs),
            design: sizing.design,
            cost: sized.cost.items,
            mass: sized.mass,
            lightest: None,
            confidence: None,
            kei_status: KeiStatus::of(vehicle, &sized.vehicle, data),
            leading: sizing.leading,
            holds: Vec::new(),
            corridors: None,
            price_usd_range: None,
            draws: None,
            uncertainty: None,
        }
    }
}

/// A design as it stands in a document: flat keys, to be shown and not to be computed with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlatDesign(serde_json::Value);

impl FlatDesign {
    /// Of a design.
    pub fn of(design: &Design) -> Self {
        Self(flat(design, serde_json::value::Serializer).unwrap_or_default())
    }
}

/// A design as flat keys: `strength.<path>`, `added_front_length_mm`, `cabin_factor`, `two_step.<path>` (force of the
/// second step over the first), `material.<path>`, `restraint_package`.
fn flat<S: Serializer>(design: &Design, s: S) -> Result<S::Ok, S::Error> {
    let mut all = s.serialize_map(None)?;
    for (path, factor) in &design.strength {
        all.serialize_entry(&format!("strength.{path}"), factor)?;
    }
    all.serialize_entry("added_front_length_mm", &(design.added_front_length_m / MM))?;
    all.serialize_entry("cabin_factor", &design.cabin_factor)?;
    for (path, ratio) in &design.two_step {
        all.serialize_entry(&format!("two_step.{path}"), ratio)?;
    }
    for (path, id) in &design.materials {
        all.serialize_entry(&format!("material.{path}"), id)?;
    }
    all.serialize_entry("restraint_package", &design.package)?;
    all.end()
}

fn in_words<S: Serializer>(bound: &Option<Bound>, s: S) -> Result<S::Ok, S::Error> {
    bound.as_ref().map(ToString::to_string).serialize(s)
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let case = self.case.as_ref();
        let mut all = s.serialize_struct("Bound", 6)?;
        all.serialize_field("against", &case.map(|c| &c.against))?;
        all.serialize_field("speed_kmh", &case.map(|c| c.speed_kmh))?;
        all.serialize_field("overlap_pct", &case.map(|c| c.overlap_pct))?;
        all.serialize_field("value", &self.value)?;
        all.serialize_field("criterion", &self.criterion)?;
        all.serialize_field("limit", &self.limit)?;
        all.end()
    }
}
