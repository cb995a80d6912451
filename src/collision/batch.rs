//! Many cases at once: those of one topology side by side in the lanes of the kernel, blocks of them on all cores.
//!
//! A case gives the bits it gives alone: lanes do not mix, so neither grouping nor threads can be seen in a
//! result. Only `plan.settle_s` can: a block runs until its last case has settled.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::dynamics::{Detail, Network, Record, Solver, simulate_lanes};
use crate::error::Error;

use super::assemble::{Assembly, assemble};
use super::case::Case;
use super::outcome::{self, Outcome};
use super::run::simulate_case;

/// Cases stepped side by side.
pub const LANES: usize = 8;
/// Cases assembled at once: enough for full lanes and busy cores, and below 100 MB.
const AT_ONCE: usize = 1024;

/// Outcome of each case, in the order given; a case that fails does not touch the others.
///
/// Early stop: set `settle_s` of the cases' plans, s after the last contact.
pub fn run_batch(cases: &[Case]) -> Vec<Result<Outcome, Error>> {
    map_batch(cases, |case, assembly, record| {
        outcome::read(case, &assembly, &record)
    })
}

/// What `read` makes of each case's run, in the order given; samples are let go as soon as they are read.
pub fn map_batch<R, F>(cases: &[Case], read: F) -> Vec<Result<R, Error>>
where
    R: Send,
    F: Fn(&Case, Assembly, Record) -> Result<R, Error> + Sync,
{
    let parts = cases.chunks(AT_ONCE);
    parts.flat_map(|part| map_part(part, &read)).collect()
}

/// What must be alike besides the topology to run side by side.
fn plan_key(case: &Case) -> [u64; 5] {
    let p = &case.plan;
    [
        p.duration_s.to_bits(),
        p.step_s.to_bits(),
        p.stride as u64,
        p.settle_s.map_or(u64::MAX, f64::to_bits),
        u64::from(p.detail == Detail::Full),
    ]
}

fn map_part<R, F>(cases: &[Case], read: &F) -> Vec<Result<R, Error>>
where
    R: Send,
    F: Fn(&Case, Assembly, Record) -> Result<R, Error> + Sync,
{
    let assembled: Vec<_> = cases
        .par_iter()
        .map(|c| assemble(c).map(|a| (a.network.topology_key(), a)))
        .collect();
    let mut done: Vec<Option<Result<R, Error>>> = cases.iter().map(|_| None).collect();
    let mut groups: BTreeMap<_, Vec<(usize, Assembly)>> = BTreeMap::new();
    for (i, ready) in assembled.into_iter().enumerate() {
        match ready {
            Ok((topology, assembly)) => {
                let key = (topology, plan_key(&cases[i]), alone(&cases[i]).then_some(i));
                groups.entry(key).or_default().push((i, assembly));
            }
            Err(e) => done[i] = Some(Err(e)),
        }
    }
    let mut blocks = Vec::new();
    for group in groups.into_values() {
        let mut rest = group.into_iter().peekable();
        while rest.peek().is_some() {
            blocks.push(rest.by_ref().take(LANES).collect::<Vec<_>>());
        }
    }
    let results: Vec<Vec<(usize, Result<R, Error>)>> = blocks
        .into_par_iter()
        .map(|block| run_block(cases, block, read))
        .collect();
    for (i, result) in results.into_iter().flatten() {
        done[i] = Some(result);
    }
    done.into_iter().flatten().collect()
}

/// The adaptive solver has no lanes.
fn alone(case: &Case) -> bool {
    case.solver != Solver::Leapfrog
}

/// Run one block; where the lanes refuse (one case is at fault), each case answers for itself.
fn run_block<R, F>(
    cases: &[Case],
    block: Vec<(usize, Assembly)>,
    read: &F,
) -> Vec<(usize, Result<R, Error>)>
where
    F: Fn(&Case, Assembly, Record) -> Result<R, Error>,
{
    if block.len() > 1 {
        let nets: Vec<&Network> = block.iter().map(|(_, a)| &a.network).collect();
        let plan = &cases[block[0].0].plan;
        if let Ok(records) = simulate_lanes::<LANES>(&nets, plan) {
            let each = block.into_iter().zip(records);
            return each
                .map(|((i, a), record)| (i, read(&cases[i], a, record)))
                .collect();
        }
    }
    let each = block.into_iter();
    each.map(|(i, a)| {
        let record = simulate_case(&cases[i], &a);
        (i, record.and_then(|r| read(&cases[i], a, r)))
    })
    .collect()
}
