//! A design in many drawn worlds: criteria per load case and draw, accounts per draw, and their percentiles.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Progress;
use super::population::{Account, DrawnRestraints, Population};
use super::summary::{Band, Share, quantile, sorted};
use crate::collision::{BatchOptions, map_batch};
use crate::error::Error;
use crate::measure::Measure;
use crate::sizing::design::Design;
use crate::sizing::evaluate::values_of;
use crate::sizing::problem::{CaseValues, LoadCase, Rule};
use crate::sizing::search::{least, slacks_of};

/// A draw may ask for a finer step, and moves the edges of layers.
const DRAWN: BatchOptions = BatchOptions {
    stable_step: true,
    align_cells: true,
};

/// Draws in hand at a time: what keeps memory flat.
const IN_HAND: usize = 128;

/// A row and the load cases to be run in it.
pub struct World {
    /// Probabilities of the inputs.
    pub row: Vec<f64>,
    /// Indices into the load cases.
    pub loads: Vec<usize>,
    /// The test of the scatter set that its collisions are; `None`: each as planned.
    pub test: Option<usize>,
}

impl World {
    /// Draw `index` of a seed, paired with a test of the scatter set: what is not known and what differs from test to test
    /// are drawn together, not one within the other (model section 7).
    pub fn drawn(population: &Population<'_>, seed: u64, index: usize, loads: Vec<usize>) -> Self {
        Self {
            row: population.row(seed, index as u64),
            loads,
            test: Some(index),
        }
    }
}

/// Criteria of a design in several worlds, in order; each world's in the order of its load cases.
///
/// # Errors
/// The first error of any case.
pub fn criteria(
    population: &Population<'_>,
    design: &Design,
    loads: &[LoadCase],
    worlds: &[World],
) -> Result<Vec<Vec<CaseValues>>, Error> {
    let all = looks(population, design, loads, worlds)?;
    Ok(all.into_iter().map(|(_, values)| values).collect())
}

/// [`criteria`] with what the design weighs and costs in each world.
fn looks(
    population: &Population<'_>,
    design: &Design,
    loads: &[LoadCase],
    worlds: &[World],
) -> Result<Vec<(Account, Vec<CaseValues>)>, Error> {
    let drawn: Vec<(Account, Vec<crate::collision::Case>)> = worlds
        .par_iter()
        .map(|w| {
            let (account, sized) = population.sized(design, &w.row)?;
            let mut drawn = DrawnRestraints::new();
            let mut case = |l: &usize| {
                let case = population.case(&sized, &loads[*l], &w.row, &mut drawn)?;
                Ok(match w.test {
                    Some(test) => case.disturbed(population.test(test, case.overlap >= 1.0)),
                    None => case,
                })
            };
            let cases = w.loads.iter().map(&mut case).collect::<Result<_, Error>>()?;
            Ok((account, cases))
        })
        .collect::<Result<_, Error>>()?;
    let (accounts, cases): (Vec<Account>, Vec<_>) = drawn.into_iter().unzip();
    let counts: Vec<usize> = cases.iter().map(Vec::len).collect();
    let flat: Vec<_> = cases.into_iter().flatten().collect();
    let values = map_batch(&flat, DRAWN, |case, a, r| values_of(case, &a, &r));
    let mut values = values.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter();
    let each = accounts.into_iter().zip(counts);
    Ok(each
        .map(|(account, n)| (account, values.by_ref().take(n).collect()))
        .collect())
}

/// Least slack over load cases and their targets: at least 0 when all are met.
///
/// # Errors
/// [`Error::Request`] when a target cannot be evaluated.
pub fn least_slack(rule: Rule, loads: &[LoadCase], which: &[usize], values: &[CaseValues]) -> Result<f64, Error> {
    Ok(least(&slacks_of(rule, loads, which, values)?))
}

/// One output in one load case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseBand {
    /// Partner.
    pub against: String,
    /// Speed of each vehicle, km/h.
    pub speed_kmh: f64,
    /// Overlap, percent.
    pub overlap_pct: f64,
    /// The vehicle's own wall test?
    pub own_wall: bool,
    /// Draws it was run in: all of them for a load case that decides, a share for the others.
    pub draws: usize,
    /// Percentiles by criterion.
    pub criteria: BTreeMap<Measure, Band>,
}

/// A design over all draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonteCarlo {
    /// Draws.
    pub draws: usize,
    /// Load-case runs.
    pub runs: usize,
    /// Share of draws in which every target holds in the deciding load cases.
    pub probability_met: Share,
    /// Share of draws in which the other load case that was run in turn fails although the deciding ones hold: what
    /// `probability_met` overlooks per load case left out.
    pub overlooked: Share,
    /// Added mass, kg.
    pub added_mass_kg: Option<Band>,
    /// Of which primary structure, kg.
    pub added_structure_kg: Option<Band>,
    /// Added direct manufacturing cost, dollars of the cost file's common year.
    pub added_cost_usd: Option<Band>,
    /// US price in the same dollars; null when no price of the vehicle is known.
    pub price_usd: Option<Band>,
    /// Worst value over the deciding load cases, by criterion.
    pub worst: BTreeMap<Measure, Band>,
    /// Weighted mean over the partner load cases, by criterion: of means over draws.
    pub expected: BTreeMap<Measure, f64>,
    /// Each load case.
    pub cases: Vec<CaseBand>,
    /// Percentiles 0, 1, ..., 100 for figures, by output.
    pub percentiles: BTreeMap<Measure, Vec<f64>>,
}

/// Run a design through draws `0..draws` of a seed: the deciding load cases in every draw, of the others one per draw
/// in turn.
///
/// # Errors
/// [`Error::Interrupted`] when told to stop; the first error of any case.
pub fn monte_carlo(
    population: &Population<'_>,
    design: &Design,
    deciding: &[usize],
    seed: u64,
    draws: usize,
    progress: &dyn Progress,
) -> Result<MonteCarlo, Error> {
    let (loads, rule) = (&population.problem.cases, population.problem.rule);
    let others: Vec<usize> = (0..loads.len()).filter(|l| !deciding.contains(l)).collect();
    let mut seen = Seen {
        by_case: vec![BTreeMap::new(); loads.len()],
        ..Seen::default()
    };
    for start in (0..draws).step_by(IN_HAND) {
        let end = draws.min(start + IN_HAND);
        let worlds: Vec<World> = (start..end)
            .map(|i| {
                let mut which = deciding.to_vec();
                which.extend(others.get(i % others.len().max(1)));
                World::drawn(population, seed, i, which)
            })
            .collect();
        let all = looks(population, design, loads, &worlds)?;
        for (world, (account, values)) in worlds.iter().zip(&all) {
            seen.accounts.push(*account);
            let (decide, turn) = values.split_at(deciding.len());
            let slack = least_slack(rule, loads, deciding, decide)?;
            let aside = least_slack(Rule::Every, loads, &world.loads[deciding.len()..], turn)?;
            seen.overlooked += usize::from(slack >= 0.0 && aside < 0.0);
            seen.slacks.push(slack);
            seen.runs += values.len();
            for (&l, have) in world.loads.iter().zip(values) {
                for (criterion, v) in have {
                    seen.by_case[l].entry(*criterion).or_default().push(*v);
                }
            }
            for criterion in Measure::TARGETS {
                let partner = deciding.iter().zip(decide).filter(|(l, _)| !loads[**l].own_wall);
                let worst = partner.filter_map(|(_, v)| v.get(&criterion).copied());
                if let Some(w) = worst.max_by(f64::total_cmp) {
                    seen.worst.entry(criterion).or_default().push(w);
                }
            }
        }
        progress.done(worlds.len());
        if progress.stop() {
            return Err(Error::Interrupted);
        }
    }
    Ok(seen.summary(loads))
}

/// What is kept of the draws: a few numbers each.
#[derive(Default)]
struct Seen {
    slacks: Vec<f64>,
    accounts: Vec<Account>,
    worst: BTreeMap<Measure, Vec<f64>>,
    by_case: Vec<BTreeMap<Measure, Vec<f64>>>,
    runs: usize,
    overlooked: usize,
}

impl Seen {
    fn summary(&self, loads: &[LoadCase]) -> MonteCarlo {
        let account = |m: Measure| self.accounts.iter().map(move |a| a.get(m));
        let band = |m: Measure| Band::of(account(m));
        let grid = |values: &mut dyn Iterator<Item = f64>| -> Vec<f64> {
            let all = sorted(values);
            (0..=100).map(|p| quantile(&all, f64::from(p) / 100.0)).collect()
        };
        let mut percentiles = BTreeMap::new();
        for output in [
            Measure::AddedMassKg,
            Measure::AddedStructureKg,
            Measure::AddedCostUsd,
            Measure::PriceUsd,
        ] {
            if account(output).any(f64::is_finite) {
                percentiles.insert(output, grid(&mut account(output)));
            }
        }
        for (criterion, values) in &self.worst {
            let of = grid(&mut values.iter().copied());
            percentiles.insert(*criterion, of);
        }
        let bands = |of: &BTreeMap<Measure, Vec<f64>>| -> BTreeMap<Measure, Band> {
            of.iter()
                .filter_map(|(c, v)| Some((*c, Band::of(v.iter().copied())?)))
                .collect()
        };
        let cases: Vec<CaseBand> = loads
            .iter()
            .zip(&self.by_case)
            .map(|(load, values)| CaseBand {
                against: load.against.clone(),
                speed_kmh: load.speed_kmh,
                overlap_pct: load.overlap_pct,
                own_wall: load.own_wall,
                draws: values.values().map(Vec::len).max().unwrap_or(0),
                criteria: bands(values),
            })
            .collect();
        MonteCarlo {
            draws: self.slacks.len(),
            runs: self.runs,
            probability_met: Share::of(self.slacks.iter().filter(|s| **s >= 0.0).count(), self.slacks.len()),
            overlooked: Share::of(self.overlooked, self.slacks.len()),
            added_mass_kg: band(Measure::AddedMassKg),
            added_structure_kg: band(Measure::AddedStructureKg),
            added_cost_usd: band(Measure::AddedCostUsd),
            price_usd: band(Measure::PriceUsd),
            worst: bands(&self.worst),
            expected: expected(loads, &cases),
            cases,
            percentiles,
        }
    }
}

/// Weighted means over partner cases, of criteria that every one of them has.
fn expected(loads: &[LoadCase], cases: &[CaseBand]) -> BTreeMap<Measure, f64> {
    let mut means = BTreeMap::new();
    let partner = || loads.iter().zip(cases).filter(|(l, _)| !l.own_wall);
    let weight: f64 = partner().map(|(l, _)| l.weight).sum();
    for criterion in Measure::TARGETS {
        let each = partner().map(|(l, c)| Some(l.weight * c.criteria.get(&criterion)?.mean));
        if let Some(sum) = each.sum::<Option<f64>>().filter(|_| weight > 0.0) {
            means.insert(criterion, sum / weight);
        }
    }
    means
}
