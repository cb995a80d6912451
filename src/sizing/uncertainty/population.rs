//! All that is uncertain in a sizing, as one list of inputs, and what a draw of them means: a vehicle, its partners,
//! its restraint and the mass and cost parameters.
//!
//! A draw is a row of probabilities, one per input; [`NOMINAL`] leaves an input at the value of its file. The same
//! row means the same world for every design, so designs are compared under common random numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::SizingData;
use super::super::design::{Design, SizedVehicle, apply};
use super::super::evaluate::CollisionEvaluator;
use super::super::problem::{LoadCase, Problem, Vary};
use crate::collision::Case;
use crate::cost::{CostModel, price_in_us};
use crate::error::Error;
use crate::material::Materials;
use crate::measure::Measure;
use crate::occupant::Restraint;
use crate::occupant::scatter::Disturbance;
use crate::vehicle::{Basis, Input, Part, Provenance, Quantity, Vehicle, probabilities};

/// In a row: the input stays at its file's value.
pub const NOMINAL: f64 = f64::NAN;

/// Inputs that are varied together in the Sobol indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Force tables and mounts of the vehicle.
    OwnStructure,
    /// Dash-cabin path and compartment layers of the vehicle.
    OwnCompartment,
    /// Heights, widths, setbacks and size of the vehicle.
    OwnGeometry,
    /// Test mass of the vehicle and how it is shared.
    OwnMass,
    /// Belts, bags, column, knee bolster, clearances.
    Restraint,
    /// Force tables and mounts of the partners.
    PartnerStructure,
    /// Compartments of the partners.
    PartnerCompartment,
    /// Heights, widths, setbacks and size of the partners.
    PartnerGeometry,
    /// Masses of the partners.
    PartnerMass,
    /// Energy absorption, system efficiency, mass per length, compartment mass, compounding, piece masses.
    MassModel,
    /// Structure cost per kilogram.
    MaterialCost,
    /// Restraint parts.
    RestraintCost,
    /// Dies and production volume.
    Investment,
    /// US less Japan: assembly labour and bought-in parts.
    LabourAndParts,
    /// Retail price equivalent.
    Markup,
    /// List price in Japan and exchange rate.
    JapanPrice,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::OwnStructure,
        Self::OwnCompartment,
        Self::OwnGeometry,
        Self::OwnMass,
        Self::Restraint,
        Self::PartnerStructure,
        Self::PartnerCompartment,
        Self::PartnerGeometry,
        Self::PartnerMass,
        Self::MassModel,
        Self::MaterialCost,
        Self::RestraintCost,
        Self::Investment,
        Self::LabourAndParts,
        Self::Markup,
        Self::JapanPrice,
    ];

    /// Name for tables and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnStructure => "crush structure",
            Self::OwnCompartment => "compartment strength",
            Self::OwnGeometry => "heights, widths, setbacks",
            Self::OwnMass => "test mass and its shares",
            Self::Restraint => "restraint",
            Self::PartnerStructure => "partner: crush structure",
            Self::PartnerCompartment => "partner: compartment",
            Self::PartnerGeometry => "partner: heights, widths",
            Self::PartnerMass => "partner: mass",
            Self::MassModel => "mass model",
            Self::MaterialCost => "material cost",
            Self::RestraintCost => "restraint cost",
            Self::Investment => "investments and volume",
            Self::LabourAndParts => "US labour and parts",
            Self::Markup => "markup, dealer, destination",
            Self::JapanPrice => "list price and yen",
        }
    }

    /// Can it move a collision? The others act on mass or money only through the account.
    pub const fn moves_collision(self) -> bool {
        !matches!(
            self,
            Self::MaterialCost
                | Self::RestraintCost
                | Self::Investment
                | Self::LabourAndParts
                | Self::Markup
                | Self::JapanPrice
        )
    }

    /// Can it move kilograms, dollars or the price? What the partner or the restraint are does not.
    pub const fn moves_account(self) -> bool {
        !matches!(
            self,
            Self::Restraint
                | Self::PartnerStructure
                | Self::PartnerCompartment
                | Self::PartnerGeometry
                | Self::PartnerMass
        )
    }

    fn of_part(part: Part, own: bool) -> Self {
        match (part, own) {
            (Part::Restraint, _) => Self::Restraint,
            (Part::Price, _) => Self::JapanPrice,
            (Part::Structure, true) => Self::OwnStructure,
            (Part::Compartment, true) => Self::OwnCompartment,
            (Part::Geometry, true) => Self::OwnGeometry,
            (Part::Mass, true) => Self::OwnMass,
            (Part::Structure, false) => Self::PartnerStructure,
            (Part::Compartment, false) => Self::PartnerCompartment,
            (Part::Geometry, false) => Self::PartnerGeometry,
            (Part::Mass, false) => Self::PartnerMass,
        }
    }

    /// Group of a key of the materials and the cost file.
    fn of_parameter(key: &str) -> Self {
        let mass = key.ends_with("mass_kg") || key.ends_with("sea_kJ_per_kg");
        match key.split('.').next().unwrap_or(key) {
            "material" | "structure" | "restraint" if mass => Self::MassModel,
            "material" => Self::MaterialCost,
            "structure" if key.contains("usd") => Self::MaterialCost,
            "restraint" => Self::RestraintCost,
            "programme" => Self::Investment,
            "labour" | "parts" => Self::LabourAndParts,
            "us" => Self::Markup,
            "retail" => Self::Markup,
            "japan" | "list_price" => Self::JapanPrice,
            _ => Self::MassModel,
        }
    }
}

/// An input of the whole sizing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Where it comes from and its key path: `vehicle.…`, `partner.<id>.…`, `restraint.<id>.…`, or of the cost file.
    pub key: String,
    /// Group for Sobol indices.
    pub group: Group,
}

/// Restraints of one draw, by id and seat.
pub type DrawnRestraints = BTreeMap<(String, &'static str), Restraint>;

/// Inputs of one owner and the column of the first.
#[derive(Debug, Clone)]
struct Block {
    at: usize,
    inputs: Vec<Input>,
}

impl Block {
    fn factors(&self, row: &[f64]) -> Vec<f64> {
        let column = |i: usize| row.get(self.at + i).copied().unwrap_or(NOMINAL);
        let factor = |(i, input): (usize, &Input)| match column(i) {
            u if u.is_nan() => 1.0,
            u => input.quantile(u),
        };
        self.inputs.iter().enumerate().map(factor).collect()
    }
}

/// What a design weighs and costs in one draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Account {
    /// Added mass, kg.
    pub added_mass_kg: f64,
    /// Of which primary structure, kg.
    pub added_structure_kg: f64,
    /// Added direct manufacturing cost, dollars of the common year.
    pub added_cost_usd: f64,
    /// US price, dollars of the common year; NaN when no price of the vehicle is known.
    pub price_usd: f64,
}

impl Account {
    /// A number of it by its measure; NaN for what it does not hold.
    pub fn get(&self, measure: Measure) -> f64 {
        match measure {
            Measure::AddedMassKg => self.added_mass_kg,
            Measure::AddedStructureKg => self.added_structure_kg,
            Measure::AddedCostUsd => self.added_cost_usd,
            Measure::PriceUsd => self.price_usd,
            _ => f64::NAN,
        }
    }
}

/// A sizing problem with everything in it that is uncertain.
pub struct Population<'a> {
    /// The sizing.
    pub problem: &'a Problem<'a>,
    /// All inputs, in the order of a row.
    pub inputs: Vec<Listed>,
    evaluator: CollisionEvaluator,
    vehicle: Vehicle,
    data: SizingData,
    own: Block,
    partners: BTreeMap<String, Block>,
    restraints: BTreeMap<(String, &'static str), Block>,
    /// Columns of the keys of materials and costs.
    parameters: BTreeMap<String, usize>,
    /// Column of the list price and its spread.
    list_price: Option<Block>,
    /// Tests of the scatter set, below full overlap and at it.
    tests: [Vec<Disturbance>; 2],
    /// Step, s, tried first.
    step_s: f64,
}

impl<'a> Population<'a> {
    /// List the inputs of a problem. Runs start at `step_s` and use a finer step where that is not stable.
    ///
    /// # Errors
    /// As [`CollisionEvaluator::case`].
    pub fn new(problem: &'a Problem<'a>, evaluator: &'a CollisionEvaluator, step_s: f64) -> Result<Self, Error> {
        let mut inputs = Vec::new();
        let mut block = |prefix: &str, own: bool, of: Vec<Input>| {
            let at = inputs.len();
            inputs.extend(of.iter().map(|i| Listed {
                key: format!("{prefix}{}", i.key),
                group: Group::of_part(i.part, own),
            }));
            Block { at, inputs: of }
        };
        let own = block("vehicle.", true, problem.vehicle.inputs());
        let mut bare = evaluator.clone();
        let mut partners = BTreeMap::new();
        let mut restraints = BTreeMap::new();
        let mut packages: Vec<Option<&str>> = vec![None];
        if problem.vary != Vary::Structure {
            packages.extend(problem.packages.iter().map(|p| Some(p.as_str())));
        }
        for load in &problem.cases {
            let case = evaluator.case(problem.vehicle, None, load)?;
            let partner = &case.parties[1].vehicle;
            if !partners.contains_key(&partner.id) {
                if !load.own_wall {
                    bare.add_partner(without_evidence(partner));
                }
                let prefix = format!("partner.{}.", partner.id);
                partners.insert(partner.id.clone(), block(&prefix, false, partner.inputs()));
            }
        }
        if let Some(load) = problem.cases.first() {
            for package in packages {
                for seated in evaluator.case(problem.vehicle, package, load)?.occupants {
                    let at = (seated.restraint.id.clone(), seated.seat.id());
                    restraints.entry(at).or_insert_with(|| {
                        let of = seated.restraint.inputs(seated.seat, seated.dummy);
                        block("restraint.", true, of)
                    });
                }
            }
        }
        let costs = &problem.data.costs;
        let list_price = costs.list_price(problem.vehicle).and_then(|list| {
            let key = format!("list_price.{}", list.model);
            let cv = costs.provenance_of(&key)?.cv;
            (cv > 0.0).then(|| block("", true, vec![price_input(&key, cv)]))
        });
        let mut parameters = BTreeMap::new();
        let _ = problem.data.drawn(&mut |key| {
            parameters.insert(key.to_string(), inputs.len());
            inputs.push(Listed {
                key: key.to_string(),
                group: Group::of_parameter(key),
            });
            0.5
        });
        Ok(Self {
            problem,
            inputs,
            evaluator: bare,
            vehicle: without_evidence(problem.vehicle),
            data: data_without_evidence(problem.data),
            own,
            partners,
            restraints,
            parameters,
            list_price,
            tests: [false, true].map(|full| evaluator.scatter().disturbances(full)),
            step_s,
        })
    }

    /// The evaluator of the nominal sizing.
    pub(super) fn evaluator(&self) -> &CollisionEvaluator {
        &self.evaluator
    }

    /// Step tried first, s.
    pub fn step_s(&self) -> f64 {
        self.step_s
    }

    /// Row of draw `index` of a seed.
    pub fn row(&self, seed: u64, index: u64) -> Vec<f64> {
        probabilities(seed, index, self.inputs.len())
    }

    /// What a draw's test does; draws beyond the scatter set take its tests in turn.
    pub fn test(&self, index: usize, full_overlap: bool) -> &Disturbance {
        let tests = &self.tests[usize::from(full_overlap)];
        &tests[index % tests.len()]
    }

    /// The row of the files as they are.
    pub fn nominal(&self) -> Vec<f64> {
        vec![NOMINAL; self.inputs.len()]
    }

    /// Columns of a group.
    pub fn columns(&self, group: Group) -> Vec<usize> {
        (0..self.inputs.len())
            .filter(|i| self.inputs[*i].group == group)
            .collect()
    }

    /// Columns that can matter for a design against some load cases: no other partner's and no other restraint's.
    pub fn columns_in_use(&self, design: &Design, loads: &[LoadCase]) -> Result<Vec<usize>, Error> {
        let mut used: Vec<usize> = self.parameters.values().copied().collect();
        let mut take = |b: &Block| used.extend(b.at..b.at + b.inputs.len());
        take(&self.own);
        if let Some(b) = &self.list_price {
            take(b);
        }
        for load in loads {
            let case = self.evaluator.case(&self.vehicle, design.package.as_deref(), load)?;
            if let Some(b) = self.partners.get(&case.parties[1].vehicle.id) {
                take(b);
            }
            for o in &case.occupants {
                if let Some(b) = self.restraints.get(&(o.restraint.id.clone(), o.seat.id())) {
                    take(b);
                }
            }
        }
        used.sort_unstable();
        used.dedup();
        Ok(used)
    }

    fn parameters(&self, row: &[f64]) -> SizingData {
        let mut data = self.data.drawn(&mut |key| {
            let column = self.parameters.get(key).and_then(|i| row.get(*i));
            column.copied().unwrap_or(NOMINAL)
        });
        if let Some(b) = &self.list_price {
            for factor in b.factors(row) {
                for list in &mut data.costs.list_prices {
                    list.yen *= factor;
                }
            }
        }
        data
    }

    /// The vehicle of a draw with a design, and what that weighs and costs in it.
    ///
    /// # Errors
    /// As [`apply`].
    pub fn sized(&self, design: &Design, row: &[f64]) -> Result<(Account, SizedVehicle), Error> {
        let drawn = self.vehicle.drawn(&self.own.inputs, &self.own.factors(row));
        let data = self.parameters(row);
        let sized = apply(&drawn, design, &data)?;
        let price = price_in_us(&sized.vehicle, &sized.cost, &data.costs);
        let account = Account {
            added_mass_kg: sized.mass.total_kg(),
            added_structure_kg: sized.mass.structure_kg(),
            added_cost_usd: sized.cost.total().usd(),
            price_usd: price.map_or(f64::NAN, |p| p.price_usd.usd()),
        };
        Ok((account, sized))
    }

    /// What a design weighs and costs in a draw; no simulation.
    ///
    /// # Errors
    /// As [`apply`].
    pub fn account(&self, design: &Design, row: &[f64]) -> Result<Account, Error> {
        Ok(self.sized(design, row)?.0)
    }

    /// The collision of a sized vehicle of a draw with the partner and the restraint of that draw; `drawn` keeps the
    /// restraints of a draw for its next load case.
    ///
    /// # Errors
    /// As [`CollisionEvaluator::sized_case`].
    pub fn case(
        &self,
        sized: &SizedVehicle,
        load: &LoadCase,
        row: &[f64],
        drawn: &mut DrawnRestraints,
    ) -> Result<Case, Error> {
        let mut case = self.evaluator.sized_case(sized, load)?;
        let plan = case.plan;
        case.plan = crate::dynamics::Plan {
            settle_s: plan.settle_s,
            detail: plan.detail,
            ..crate::dynamics::Plan::new(plan.duration_s, self.step_s)
        };
        let partner = &mut case.parties[1].vehicle;
        if let Some(b) = self.partners.get(&partner.id).filter(|b| !b.inputs.is_empty()) {
            *partner = partner.drawn(&b.inputs, &b.factors(row));
        }
        for o in &mut case.occupants {
            let at = (o.restraint.id.clone(), o.seat.id());
            let Some(b) = self.restraints.get(&at) else {
                continue;
            };
            if !drawn.contains_key(&at) {
                let one = o.restraint.drawn(&b.inputs, &b.factors(row));
                let one = one.map_err(|e| Error::request(e.to_string(), "narrow that spread"))?;
                drawn.insert(at.clone(), one);
            }
            if let Some(one) = drawn.get(&at) {
                o.restraint.clone_from(one);
            }
        }
        Ok(case)
    }
}

/// A list price as an input: lognormal with mean 1.
fn price_input(key: &str, cv: f64) -> Input {
    let entry = Provenance::new(Basis::Published, "", cv);
    Input::of(key, Quantity::Price, Part::Price, &entry)
}

/// Texts are not needed in a draw and are many.
fn without_evidence(vehicle: &Vehicle) -> Vehicle {
    let mut bare = vehicle.clone();
    bare.sources.clear();
    bare.provenance.clear();
    bare
}

/// Materials and costs without what only documents them, since every draw copies them.
fn data_without_evidence(data: &SizingData) -> SizingData {
    SizingData {
        materials: Materials::new(data.materials.iter().cloned().map(|mut m| {
            m.sources.clear();
            m.provenance.clear();
            m
        })),
        costs: CostModel {
            sources: BTreeMap::new(),
            provenance: BTreeMap::new(),
            ..data.costs.clone()
        },
        has: data.has.clone(),
        partners: Vec::new(),
    }
}
