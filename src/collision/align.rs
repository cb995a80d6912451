//! Cases side by side whose faces are cut into different cells: a drawn height moves edges, so one case has a cell
//! that its neighbour lacks. Each lacking cell is added with no area: no force, no contact, no mass of any body, so
//! the results of every case stay as they were, and all share one topology for the batch kernel.

use std::collections::{BTreeMap, BTreeSet};

use super::face::{CellLayer, FaceCell};
use crate::vehicle::Vehicle;

/// Gap of a cell without area, m: its tips never meet.
const NEVER_M: f64 = 1e6;

/// What makes two cells of different cases the same: layers of both sides, foremost first, and, where a face is cut
/// laterally for yaw, the how-manieth such cell it is from the left.
pub type CellKey = ([Vec<usize>; 2], usize);

/// The keys of a case's cells.
pub fn keys(cells: &[FaceCell]) -> Vec<CellKey> {
    let mut seen: BTreeMap<[Vec<usize>; 2], usize> = BTreeMap::new();
    let of = |cell: &FaceCell| -> [Vec<usize>; 2] { [0, 1].map(|s| cell.layers[s].iter().map(|l| l.path).collect()) };
    cells
        .iter()
        .map(|cell| {
            let layers = of(cell);
            let count = seen.entry(layers.clone()).or_default();
            *count += 1;
            (layers, *count - 1)
        })
        .collect()
}

/// Give several cases one list of cells, in one order. `vehicles` are those of each case; they must have the same
/// paths in the same order.
pub fn align(all: &mut [Vec<FaceCell>], vehicles: &[[&Vehicle; 2]]) {
    let named: Vec<Vec<CellKey>> = all.iter().map(|cells| keys(cells)).collect();
    if named.windows(2).all(|w| w[0] == w[1]) {
        return;
    }
    let every: BTreeSet<CellKey> = named.iter().flatten().cloned().collect();
    for ((cells, names), pair) in all.iter_mut().zip(named).zip(vehicles) {
        let mut have: BTreeMap<CellKey, FaceCell> = names.into_iter().zip(cells.drain(..)).collect();
        cells.extend(every.iter().map(|k| have.remove(k).unwrap_or_else(|| absent(k, pair))));
    }
}

/// The cell that a case does not have.
fn absent((key, _): &CellKey, vehicles: &[&Vehicle; 2]) -> FaceCell {
    let side = |s: usize| -> Vec<CellLayer> {
        let setback = |path: usize| vehicles[s].paths[path].layer().map_or(0.0, |l| l.setback_m);
        key[s]
            .iter()
            .map(|&path| CellLayer {
                path,
                weight: 0.0,
                setback_m: setback(path),
            })
            .collect()
    };
    FaceCell {
        patches: Vec::new(),
        layers: [side(0), side(1)],
        gap_m: NEVER_M,
        lateral_m: 0.0,
        part: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::assemble::{assemble, assemble_cells};
    use crate::collision::file::load_case;
    use crate::dynamics::{simulate, simulate_lanes};
    use std::path::Path;

    /// A case gives the same motion (to rounding) alone and beside cases with other cells.
    #[test]
    fn cells_without_area_change_nothing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = load_case(&root.join("cases/n-box-vs-f-150.toml")).unwrap().0;
        let cases = [0.0, 0.03, -0.05].map(|up| {
            let mut case = base.clone();
            case.parties[1].vehicle = case.parties[1].vehicle.raised(up);
            case.plan.duration_s = 0.06;
            case
        });
        let alone = cases.each_ref().map(|c| {
            let a = assemble(c).unwrap();
            (simulate(&a.network, &c.plan).unwrap(), a)
        });
        let mut cells = alone.each_ref().map(|(_, a)| a.cells.clone());
        let before = cells.each_ref().map(Vec::len);
        let vehicles = cases.each_ref().map(|c| c.parties.each_ref().map(|p| &p.vehicle));
        align(&mut cells, &vehicles);
        assert!(
            cells[0].len() > before[0],
            "the cases share no more than their own cells"
        );
        let together: Vec<_> = cases
            .iter()
            .zip(cells)
            .map(|(c, cells)| assemble_cells(c, cells).unwrap())
            .collect();
        let nets: Vec<_> = together.iter().map(|a| &a.network).collect();
        let records = simulate_lanes::<8>(&nets, &cases[0].plan).unwrap();
        for ((record, a), beside) in alone.iter().zip(&records) {
            let cabin = a.maps[0].cabin;
            for (x, y) in record.a(cabin).iter().zip(beside.a(cabin)) {
                assert!((x - y).abs() <= 1e-9 * x.abs().max(1.0), "{x} against {y}");
            }
        }
    }
}
