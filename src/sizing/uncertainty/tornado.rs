//! One input at a time at its 10th and 90th percentile, the others as in their files.

use serde::{Deserialize, Serialize};

use super::Progress;
use super::ensemble::{World, criteria};
use super::population::{Group, Population};
use crate::error::Error;
use crate::measure::Measure;
use crate::sizing::design::Design;
use crate::sizing::problem::CaseValues;

/// Probabilities an input is put at.
pub const ENDS: [f64; 2] = [0.1, 0.9];

/// Outputs of the account that are followed, in the order of [`Swing`]'s arrays behind the leading criterion.
pub const ACCOUNT: [Measure; 3] = [Measure::AddedMassKg, Measure::AddedCostUsd, Measure::PriceUsd];

/// What one input does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Swing {
    /// Key of the input.
    pub input: String,
    /// Its group.
    pub group: Group,
    /// Worst value of the leading criterion over the deciding load cases with the input at its 10th percentile, and
    /// added kg, direct cost and price (null when not known).
    pub at_p10: [Option<f64>; 4],
    /// The same at its 90th percentile.
    pub at_p90: [Option<f64>; 4],
}

impl Swing {
    /// Distance between the two ends in one output.
    pub fn width(&self, output: usize) -> f64 {
        match (self.at_p10[output], self.at_p90[output]) {
            (Some(a), Some(b)) => (a - b).abs(),
            _ => 0.0,
        }
    }
}

/// All inputs one at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tornado {
    /// The criterion behind `risk`.
    pub criterion: Measure,
    /// Outputs with every input as in its file.
    pub base: [Option<f64>; 4],
    /// Inputs that move an output, the widest in risk first.
    pub swings: Vec<Swing>,
}

/// Inputs in hand at a time.
const IN_HAND: usize = 64;

/// Worst value of a criterion over load cases.
pub(super) fn worst(values: &[CaseValues], criterion: Measure) -> Option<f64> {
    let all = values.iter().filter_map(|v| v.get(&criterion).copied());
    all.max_by(f64::total_cmp)
}

/// Move every input that can matter for a design.
///
/// # Errors
/// [`Error::Interrupted`] when told to stop; the first error of any case.
pub fn tornado(
    population: &Population<'_>,
    design: &Design,
    deciding: &[usize],
    criterion: Measure,
    progress: &dyn Progress,
) -> Result<Tornado, Error> {
    let loads: Vec<_> = deciding.iter().map(|l| population.problem.cases[*l].clone()).collect();
    let which: Vec<usize> = (0..loads.len()).collect();
    let columns = population.columns_in_use(design, &loads)?;
    let at = |column: usize, u: f64| {
        let mut row = population.nominal();
        row[column] = u;
        row
    };
    let outputs = |row: &[f64], risk: Option<f64>| -> Result<[Option<f64>; 4], Error> {
        let a = population.account(design, row)?;
        let money = [a.added_mass_kg, a.added_cost_usd, a.price_usd];
        let [kg, usd, price] = money.map(|v| Some(v).filter(|v| v.is_finite()));
        Ok([risk, kg, usd, price])
    };
    let simulate = |rows: Vec<Vec<f64>>| -> Result<Vec<Option<f64>>, Error> {
        let loads_of = |row| World {
            row,
            loads: which.clone(),
            test: None,
        };
        let worlds: Vec<World> = rows.into_iter().map(loads_of).collect();
        let all = criteria(population, design, &loads, &worlds)?;
        Ok(all.iter().map(|v| worst(v, criterion)).collect())
    };
    let nominal = population.nominal();
    let base_risk = simulate(vec![nominal.clone()])?.pop().flatten();
    let base = outputs(&nominal, base_risk)?;
    let mut swings = Vec::with_capacity(columns.len());
    for some in columns.chunks(IN_HAND) {
        let moving: Vec<usize> = some
            .iter()
            .copied()
            .filter(|c| population.inputs[*c].group.moves_collision())
            .collect();
        let rows = moving.iter().flat_map(|c| ENDS.map(|u| at(*c, u))).collect();
        let mut risks = simulate(rows)?.into_iter();
        for &column in some {
            let listed = &population.inputs[column];
            let mut ends = [base, base];
            for (end, u) in ends.iter_mut().zip(ENDS) {
                let risk = match listed.group.moves_collision() {
                    true => risks.next().flatten(),
                    false => base_risk,
                };
                *end = outputs(&at(column, u), risk)?;
            }
            let [at_p10, at_p90] = ends;
            swings.push(Swing {
                input: listed.key.clone(),
                group: listed.group,
                at_p10,
                at_p90,
            });
        }
        progress.done(some.len());
        if progress.stop() {
            return Err(Error::Interrupted);
        }
    }
    swings.retain(|s| (0..4).any(|o| s.width(o) > 0.0));
    swings.sort_by(|a, b| b.width(0).total_cmp(&a.width(0)));
    Ok(Tornado {
        criterion,
        base,
        swings,
    })
}
