//! Sobol indices of a sizing: groups of inputs against risk (simulated) and against kg, dollars and price (the account).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Progress;
use super::ensemble::{World, criteria};
use super::population::{Account, Group, Population};
use super::sobol::{Indices, Outputs, mixed};
use super::tornado::{ACCOUNT, worst};
use crate::error::Error;
use crate::measure::Measure;
use crate::sizing::design::Design;

/// A group's indices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupIndices {
    /// Group.
    pub group: Group,
    /// Its name for people.
    pub name: String,
    /// Number of inputs in it.
    pub inputs: usize,
    /// First order and total.
    #[serde(flatten)]
    pub indices: Indices,
}

/// Indices of all groups that can move one output; the others' are 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variance {
    /// The output.
    pub output: Measure,
    /// Rows of A and of B.
    pub rows: usize,
    /// Groups, the largest total index first; empty when the output does not vary.
    pub groups: Vec<GroupIndices>,
}

/// Rows in hand at a time.
const IN_HAND: usize = 64;
/// Rows for outputs that need no simulation.
const ACCOUNT_ROWS: usize = 4096;

struct Plan {
    groups: Vec<(Group, Vec<usize>)>,
    seed: u64,
}

impl Plan {
    fn new(population: &Population<'_>, used: &[usize], seed: u64, keep: fn(Group) -> bool) -> Self {
        let columns = |g: Group| -> Vec<usize> {
            let all = population.columns(g).into_iter();
            all.filter(|c| used.binary_search(c).is_ok()).collect()
        };
        let groups = Group::ALL.into_iter().filter(|g| keep(*g)).map(|g| (g, columns(g)));
        Self {
            groups: groups.filter(|(_, c)| !c.is_empty()).collect(),
            seed,
        }
    }

    /// A, B and the mixed rows of row `index`.
    fn rows(&self, population: &Population<'_>, index: usize) -> Vec<Vec<f64>> {
        let [a, b] = [0, 1].map(|k| population.row(self.seed, 2 * index as u64 + k));
        let mut all: Vec<Vec<f64>> = self.groups.iter().map(|(_, c)| mixed(&a, &b, c)).collect();
        all.push(a);
        all.push(b);
        all
    }

    fn empty(&self) -> Outputs {
        Outputs {
            a: Vec::new(),
            b: Vec::new(),
            ab: vec![Vec::new(); self.groups.len()],
        }
    }

    /// Take the outputs of [`Plan::rows`].
    fn push(&self, outputs: &mut Outputs, values: &[f64]) {
        let (ab, rest) = values.split_at(self.groups.len());
        for (column, v) in outputs.ab.iter_mut().zip(ab) {
            column.push(*v);
        }
        outputs.a.push(rest[0]);
        outputs.b.push(rest[1]);
    }

    fn answer(&self, output: Measure, outputs: &Outputs) -> Variance {
        let indices = outputs.indices(self.seed).unwrap_or_default();
        let mut groups: Vec<GroupIndices> = self
            .groups
            .iter()
            .zip(indices)
            .map(|((group, columns), indices)| GroupIndices {
                group: *group,
                name: group.name().to_string(),
                inputs: columns.len(),
                indices,
            })
            .collect();
        groups.sort_by(|a, b| b.indices.total.value.total_cmp(&a.indices.total.value));
        Variance {
            output,
            rows: outputs.a.len(),
            groups,
        }
    }
}

/// Indices for the worst value of a criterion over some load cases.
///
/// # Errors
/// [`Error::Interrupted`] when told to stop; the first error of any case.
pub fn of_risk(
    population: &Population<'_>,
    design: &Design,
    deciding: &[usize],
    criterion: Measure,
    (seed, rows): (u64, usize),
    progress: &dyn Progress,
) -> Result<Variance, Error> {
    let loads: Vec<_> = deciding.iter().map(|l| population.problem.cases[*l].clone()).collect();
    let which: Vec<usize> = (0..loads.len()).collect();
    let used = population.columns_in_use(design, &loads)?;
    let plan = Plan::new(population, &used, seed, Group::moves_collision);
    let mut outputs = plan.empty();
    for start in (0..rows).step_by(IN_HAND) {
        let some = start..rows.min(start + IN_HAND);
        let worlds: Vec<World> = some
            .clone()
            .flat_map(|i| plan.rows(population, i))
            .map(|row| World {
                row,
                loads: which.clone(),
                test: None,
            })
            .collect();
        let values: Vec<f64> = criteria(population, design, &loads, &worlds)?
            .iter()
            .map(|v| worst(v, criterion).unwrap_or(f64::NAN))
            .collect();
        for row in values.chunks(plan.groups.len() + 2) {
            plan.push(&mut outputs, row);
        }
        progress.done(some.len());
        if progress.stop() {
            return Err(Error::Interrupted);
        }
    }
    Ok(plan.answer(criterion, &outputs))
}

/// Indices for added kg, direct cost and price of a design.
///
/// # Errors
/// As [`Population::account`].
pub fn of_account(population: &Population<'_>, design: &Design, seed: u64) -> Result<Vec<Variance>, Error> {
    let used = population.columns_in_use(design, &[])?;
    let plan = Plan::new(population, &used, seed, Group::moves_account);
    let all: Vec<Vec<Account>> = (0..ACCOUNT_ROWS)
        .into_par_iter()
        .map(|i| {
            let rows = plan.rows(population, i);
            rows.iter().map(|row| population.account(design, row)).collect()
        })
        .collect::<Result<_, Error>>()?;
    Ok(ACCOUNT
        .into_iter()
        .filter(|m| all.iter().flatten().all(|a| a.get(*m).is_finite()))
        .map(|output| {
            let mut outputs = plan.empty();
            for accounts in &all {
                let values: Vec<f64> = accounts.iter().map(|a| a.get(output)).collect();
                plan.push(&mut outputs, &values);
            }
            plan.answer(output, &outputs)
        })
        .collect())
}
