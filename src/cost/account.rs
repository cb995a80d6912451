//! The added direct cost of a design, item by item (model section 8).

use serde::Serialize;

use super::mass::MassAccount;
use super::model::CostModel;
use super::money::DirectManufacturingCost;
use crate::error::Error;
use crate::material::Materials;

/// What a line of the added direct cost is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostKind {
    /// Structure, bought by weight.
    Structure,
    /// Restraint parts.
    Restraint,
    /// Tooling, engineering and certification of what is changed, over volume.
    Programme,
}

/// One line of a design's added direct cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostItem {
    /// What it pays for.
    pub what: String,
    /// What it is of.
    #[serde(skip)]
    pub kind: CostKind,
    /// Mass it pays for, kg; `None` for items that are not bought by weight.
    pub kg: Option<f64>,
    /// Direct manufacturing cost, dollars of the common year.
    pub usd: DirectManufacturingCost,
    /// Year of the figure it rests on.
    pub base_year: u16,
}

/// Added direct manufacturing cost of a design, item by item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostAccount {
    /// Lines in the order: paths, added length, compartment, compounding, restraints, programme.
    pub items: Vec<CostItem>,
}

impl CostAccount {
    /// Sum of the lines, dollars of the common year.
    pub fn total(&self) -> DirectManufacturingCost {
        self.items.iter().map(|i| i.usd).sum()
    }

    /// Sum of the lines of a kind.
    pub fn of(&self, kind: CostKind) -> DirectManufacturingCost {
        let lines = self.items.iter().filter(|i| i.kind == kind);
        lines.map(|i| i.usd).sum()
    }
}

/// Name of the price step for tooling, engineering and certification.
pub const PROGRAMME: &str = "tooling and engineering over volume";

/// cost = sum dm_k c_k + restraint items + investments / volume (model section 8), direct manufacturing cost.
///
/// # Errors
/// [`Error::Request`] for a material or package that does not exist, or a year outside the deflator.
pub fn added_direct_cost(mass: &MassAccount, materials: &Materials, costs: &CostModel) -> Result<CostAccount, Error> {
    let mut items = Vec::new();
    let mut by_weight = |what: String, kg: f64, per_kg: DirectManufacturingCost, base_year: u16| {
        if kg > 0.0 {
            items.push(CostItem {
                what,
                kind: CostKind::Structure,
                kg: Some(kg),
                usd: per_kg * kg,
                base_year,
            });
        }
    };
    for path in &mass.paths {
        let material = materials.get(&path.material)?;
        let per_kg = costs.per_kg(material)?;
        by_weight(
            format!("{} ({})", path.path, material.id),
            path.kg,
            per_kg.amount(),
            per_kg.base_year,
        );
    }
    let s = &costs.structure;
    by_weight(
        "added front length".into(),
        mass.front_length_kg,
        s.front_per_kg.amount(),
        s.front_per_kg.base_year,
    );
    let cabin = materials.get(&mass.cabin_material)?;
    let per_kg = costs.per_kg(cabin)?;
    by_weight(
        format!("compartment front ({})", cabin.id),
        mass.compartment_kg,
        per_kg.amount(),
        per_kg.base_year,
    );
    by_weight(
        "compounding".into(),
        mass.compounding_kg,
        s.secondary_per_kg.amount(),
        s.secondary_per_kg.base_year,
    );
    for (id, count) in &mass.restraint_items {
        let item = costs.item(id)?;
        items.push(CostItem {
            what: format!("{count} x {}", item.name),
            kind: CostKind::Restraint,
            kg: None,
            usd: item.cost.amount() * f64::from(*count),
            base_year: item.cost.base_year,
        });
    }
    for (what, investment, usd) in costs.programme.lines(&mass.change) {
        items.push(CostItem {
            what: what.into(),
            kind: CostKind::Programme,
            kg: None,
            usd,
            base_year: investment.base_year,
        });
    }
    Ok(CostAccount { items })
}
