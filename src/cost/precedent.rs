//! A design's added mass and cost beside what real changes of real cars took. No law: a reader's check
//! that an answer of a few kilograms, or of hundreds, gets noticed.

use serde::Serialize;

use super::account::CostAccount;
use super::mass::MassAccount;
use super::model::CostModel;
use crate::vehicle::Basis;

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrecedentRow {
    /// What was changed in reality.
    pub precedent: String,
    /// Its added mass, kg: low, central, high.
    pub precedent_kg: [f64; 3],
    /// Its direct cost per added kilogram, dollars of the common year, where known.
    pub precedent_usd_per_kg: Option<f64>,
    /// Added mass of the design, kg.
    pub design_kg: f64,
    /// Direct cost per added kilogram of the design; `None` when it adds nothing.
    pub design_usd_per_kg: Option<f64>,
    /// Where the design's mass lies beside the precedent's range.
    pub relation: Relation,
    /// Kind of evidence behind the precedent.
    pub basis: Basis,
    /// Its source.
    pub source: String,
}

/// Where a design's added mass lies beside the range of a precedent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// The design adds nothing.
    Nothing,
    /// Less than the precedent took.
    Below,
    /// Within its range.
    Within,
    /// More than it took.
    Above,
}

impl Relation {
    /// A mass beside a range, both kg; the rounding of the range (0.5 kg) still counts as within.
    pub fn of(kg: f64, low: f64, high: f64) -> Self {
        match kg {
            kg if kg <= 0.0 => Self::Nothing,
            kg if kg < low - 0.5 => Self::Below,
            kg if kg > high + 0.5 => Self::Above,
            _ => Self::Within,
        }
    }
}

/// The design beside every precedent of the cost file.
pub fn compare(mass: &MassAccount, cost: &CostAccount, costs: &CostModel) -> Vec<PrecedentRow> {
    let design_kg = mass.total_kg();
    let design_usd_per_kg = (design_kg > 0.0).then(|| cost.total().usd() / design_kg);
    costs
        .precedents
        .iter()
        .map(|p| {
            let key = format!("precedent.{}", p.id);
            PrecedentRow {
                precedent: p.name.clone(),
                precedent_kg: [p.mass_kg.low, p.mass_kg.central, p.mass_kg.high],
                precedent_usd_per_kg: p.cost.map(|c| c.amount().usd() / p.mass_kg.central),
                design_kg,
                design_usd_per_kg,
                relation: Relation::of(design_kg, p.mass_kg.low, p.mass_kg.high),
                basis: costs.provenance_of(&key).map_or(Basis::Estimated, |e| e.basis),
                source: costs.source_of(&key).to_string(),
            }
        })
        .collect()
}
