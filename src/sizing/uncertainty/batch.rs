//! Many drawn collisions through the batch kernel. Cases with the same partner and overlap are sorted by their
//! cells, so that neighbours are alike, and aligned in blocks of a kernel's width ([`crate::collision::align`]).

use rayon::prelude::*;

use super::super::evaluate::{LANES, values_of};
use super::super::problem::CaseValues;
use crate::collision::align::{CellKey, align, key};
use crate::collision::assemble::{assemble_cells, cells_of};
use crate::collision::{Assembly, Case};
use crate::dynamics::{Network, Plan, simulate_lanes};
use crate::error::Error;
use crate::vehicle::Vehicle;

/// Steps that divide a sample of 100 us, s, from coarse to fine.
const STEPS_S: [f64; 6] = [50e-6, 25e-6, 20e-6, 10e-6, 5e-6, 2e-6];

/// Cases of one block agree in these.
type Alike<'a> = (&'a str, u64, u64);

struct Prepared {
    step_s: f64,
    keys: Vec<CellKey>,
}

/// Criteria of each case, in order. Each case runs at the coarsest step, from its plan's downward, that is stable
/// for it.
///
/// # Errors
/// The first error of any case.
pub fn values(cases: &[Case]) -> Result<Vec<CaseValues>, Error> {
    let prepared: Vec<Prepared> = cases.par_iter().map(prepare).collect::<Result<_, _>>()?;
    let alike = |i: usize| -> Alike<'_> {
        let c = &cases[i];
        let partner = c.parties[1].vehicle.id.as_str();
        (partner, c.overlap.to_bits(), prepared[i].step_s.to_bits())
    };
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by(|&a, &b| {
        let speed = |i: usize| cases[i].parties[0].speed_mps.to_bits();
        (alike(a), speed(a), &prepared[a].keys, a).cmp(&(alike(b), speed(b), &prepared[b].keys, b))
    });
    let blocks: Vec<&[usize]> = order
        .chunk_by(|&a, &b| alike(a) == alike(b))
        .flat_map(|same| same.chunks(LANES))
        .collect();
    let done: Vec<Vec<CaseValues>> = blocks
        .par_iter()
        .map(|block| run(block, cases, prepared[block[0]].step_s))
        .collect::<Result<_, Error>>()?;
    let mut ordered = vec![CaseValues::new(); cases.len()];
    for (block, finished) in blocks.iter().zip(done) {
        for (&i, values) in block.iter().zip(finished) {
            ordered[i] = values;
        }
    }
    Ok(ordered)
}

fn prepare(case: &Case) -> Result<Prepared, Error> {
    let cells = cells_of(case);
    let keys = cells.iter().map(key).collect();
    let assembly = assemble_cells(case, cells)?;
    Ok(Prepared {
        step_s: stable_step_s(&assembly.network, case.plan.step_s),
        keys,
    })
}

/// The coarsest step, not above the one asked for, that is stable; the finest where none is (the run then says so).
fn stable_step_s(net: &Network, asked_s: f64) -> f64 {
    let finer = STEPS_S.iter().copied().filter(|s| *s < asked_s * 0.999);
    let mut step_s = asked_s;
    for next_s in finer {
        if net.check_step(step_s).is_ok() {
            break;
        }
        step_s = next_s;
    }
    step_s
}

fn run(block: &[usize], cases: &[Case], step_s: f64) -> Result<Vec<CaseValues>, Error> {
    let mut cells: Vec<_> = block.iter().map(|&i| cells_of(&cases[i])).collect();
    let vehicles: Vec<[&Vehicle; 2]> = block
        .iter()
        .map(|&i| cases[i].parties.each_ref().map(|p| &p.vehicle))
        .collect();
    align(&mut cells, &vehicles);
    let assemblies: Vec<Assembly> = block
        .iter()
        .zip(cells)
        .map(|(&i, c)| assemble_cells(&cases[i], c))
        .collect::<Result<_, _>>()?;
    let asked = cases[block[0]].plan;
    let plan = Plan {
        settle_s: asked.settle_s,
        detail: asked.detail,
        ..Plan::new(asked.duration_s, step_s)
    };
    let nets: Vec<&Network> = assemblies.iter().map(|a| &a.network).collect();
    let records = simulate_lanes::<LANES>(&nets, &plan)?;
    block
        .iter()
        .zip(&assemblies)
        .zip(records)
        .map(|((&i, a), r)| values_of(&cases[i], a, &r))
        .collect()
}
