//! Many cases at once: those of one topology side by side in the lanes of the kernel, blocks of them on all cores.
//!
//! A case gives the bits it gives alone: lanes do not mix and each ends at its own time, so neither grouping nor
//! threads can be seen in a result.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use crate::dynamics::{Detail, Network, Plan, Record, SimulationError, Solver, simulate_lanes};
use crate::error::Error;
use crate::units::US;
use crate::vehicle::Vehicle;

use super::align::{CellKey, align, keys};
use super::assemble::{Assembly, assemble, assemble_cells, cells_of};
use super::case::Case;
use super::outcome::{self, Outcome};
use super::run::simulate_planned;

/// Cases stepped side by side.
pub const LANES: usize = 8;
/// Cases assembled at once: enough for full lanes and busy cores, and below 100 MB.
const AT_ONCE: usize = 256;

/// How the cases of a batch are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchOptions {
    /// Give each case the coarsest step, from its plan's downward, that is stable for it; else too coarse a step
    /// is an error of that case.
    pub stable_step: bool,
    /// Let cases whose faces are cut into different cells share lanes, by cells without area ([`super::align`]);
    /// the results move by rounding at most, since sums over cells run in another order.
    pub align_cells: bool,
}

/// Outcome of each case, in the order given; a case that fails does not touch the others.
///
/// Early stop: set `settle_s` of the cases' plans, s after the last contact.
pub fn run_batch(cases: &[Case]) -> Vec<Result<Outcome, Error>> {
    map_batch(cases, BatchOptions::default(), |case, assembly, record| {
        outcome::read(case, &assembly, &record)
    })
}

/// What `read` makes of each case's run, in the order given; samples are let go as soon as they are read.
pub fn map_batch<R, F>(cases: &[Case], options: BatchOptions, read: F) -> Vec<Result<R, Error>>
where
    R: Send,
    F: Fn(&Case, Assembly, Record) -> Result<R, Error> + Sync,
{
    let parts = cases.chunks(AT_ONCE);
    parts.flat_map(|part| map_part(part, options, &read)).collect()
}

/// A case made ready: cases with equal `alike` may share lanes.
struct Ready {
    case: usize,
    plan: Plan,
    alike: (u64, [u64; 5]),
    /// What neighbours in a block should have in common as far as may be: speed and cells.
    order: (u64, Vec<CellKey>),
    assembly: Assembly,
}

/// What must be alike besides the topology to run side by side.
fn plan_key(p: &Plan) -> [u64; 5] {
    [
        p.duration_s.to_bits(),
        p.step_s.to_bits(),
        p.stride as u64,
        p.settle_s.map_or(u64::MAX, f64::to_bits),
        u64::from(p.detail == Detail::Full),
    ]
}

/// The plan, at the coarsest step not above its own that is stable for the network and divides a sample: a design
/// or a draw may cut a face into slivers or make a path stiff beyond what the vehicle as built needs.
fn stable(plan: Plan, net: &Network) -> Plan {
    let Err(SimulationError::StepTooLarge { largest_us, .. }) = net.check_step(plan.step_s) else {
        return plan;
    };
    let steps = (Plan::SAMPLE_S / (largest_us * US)).ceil().max(1.0);
    Plan {
        step_s: Plan::SAMPLE_S / steps,
        stride: steps as usize,
        ..plan
    }
}

fn prepare(case: usize, of: &Case, options: BatchOptions) -> Result<Ready, Error> {
    let mut order = Vec::new();
    let (assembly, topology) = if options.align_cells {
        let cells = cells_of(of);
        order = keys(&cells);
        // Aligned cells take care of the faces; paths, occupants and overlap must be the same.
        let mut hash = DefaultHasher::new();
        for party in &of.parties {
            (&party.vehicle.id, party.vehicle.paths.len()).hash(&mut hash);
        }
        (of.overlap.to_bits(), of.turns(), of.occupants.len()).hash(&mut hash);
        (assemble_cells(of, cells)?, hash.finish())
    } else {
        let assembly = assemble(of)?;
        let topology = assembly.network.topology_key();
        let mut hash = DefaultHasher::new();
        topology.hash(&mut hash);
        (assembly, hash.finish())
    };
    let plan = if options.stable_step && of.solver == Solver::Leapfrog {
        stable(of.plan, &assembly.network)
    } else {
        of.plan
    };
    Ok(Ready {
        case,
        plan,
        alike: (topology, plan_key(&plan)),
        order: (of.parties[0].speed_mps.to_bits(), order),
        assembly,
    })
}

fn map_part<R, F>(cases: &[Case], options: BatchOptions, read: &F) -> Vec<Result<R, Error>>
where
    R: Send,
    F: Fn(&Case, Assembly, Record) -> Result<R, Error> + Sync,
{
    let prepared: Vec<_> = cases
        .par_iter()
        .enumerate()
        .map(|(i, c)| prepare(i, c, options))
        .collect();
    let mut done: Vec<Option<Result<R, Error>>> = cases.iter().map(|_| None).collect();
    let mut groups: BTreeMap<_, Vec<Ready>> = BTreeMap::new();
    for (i, ready) in prepared.into_iter().enumerate() {
        match ready {
            Ok(r) => {
                // The adaptive solver has no lanes.
                let alone = (cases[i].solver != Solver::Leapfrog).then_some(i);
                groups.entry((r.alike, alone)).or_default().push(r);
            }
            Err(e) => done[i] = Some(Err(e)),
        }
    }
    let mut blocks = Vec::new();
    for mut group in groups.into_values() {
        // Cases of one speed end at about the same time and leave no lane idle.
        group.sort_by(|a, b| (&a.order, a.case).cmp(&(&b.order, b.case)));
        let mut rest = group.into_iter().peekable();
        while rest.peek().is_some() {
            blocks.push(rest.by_ref().take(LANES).collect::<Vec<_>>());
        }
    }
    let results: Vec<Vec<(usize, Result<R, Error>)>> = blocks
        .into_par_iter()
        .map(|block| run_block(cases, block, options, read))
        .collect();
    for (i, result) in results.into_iter().flatten() {
        done[i] = Some(result);
    }
    done.into_iter().flatten().collect()
}

/// Run one block; where the lanes refuse (one case is at fault), each case answers for itself.
fn run_block<R, F>(
    cases: &[Case],
    mut block: Vec<Ready>,
    options: BatchOptions,
    read: &F,
) -> Vec<(usize, Result<R, Error>)>
where
    F: Fn(&Case, Assembly, Record) -> Result<R, Error>,
{
    if block.len() > 1 {
        if options.align_cells {
            block = aligned(cases, block);
        }
        let nets: Vec<&Network> = block.iter().map(|r| &r.assembly.network).collect();
        if let Ok(records) = simulate_lanes::<LANES>(&nets, &block[0].plan) {
            let each = block.into_iter().zip(records);
            return each
                .map(|(r, record)| (r.case, read(&cases[r.case], r.assembly, record)))
                .collect();
        }
    }
    let each = block.into_iter();
    each.map(|r| {
        let case = &cases[r.case];
        let record = simulate_planned(case.solver, &r.plan, &r.assembly);
        (r.case, record.and_then(|run| read(case, r.assembly, run)))
    })
    .collect()
}

/// The block on one list of cells, where its cases have different ones.
fn aligned(cases: &[Case], mut block: Vec<Ready>) -> Vec<Ready> {
    if block.windows(2).all(|w| w[0].order.1 == w[1].order.1) {
        return block;
    }
    let mut cells: Vec<_> = block.iter().map(|r| cells_of(&cases[r.case])).collect();
    let vehicles: Vec<[&Vehicle; 2]> = block
        .iter()
        .map(|r| cases[r.case].parties.each_ref().map(|p| &p.vehicle))
        .collect();
    align(&mut cells, &vehicles);
    for (ready, cells) in block.iter_mut().zip(cells) {
        // It assembled before; cells without area change nothing that could fail.
        if let Ok(assembly) = assemble_cells(&cases[ready.case], cells) {
            ready.assembly = assembly;
        }
    }
    block
}
