//! What sizing does to a crush table: stronger, longer, or made into two steps.

use crate::units::KMH;
use crate::vehicle::CrushTable;

/// Speed at which a rate factor is weighed against the unloading stiffness, m/s: that of vehicle files.
const RATE_SPEED_MPS: f64 = 56.0 * KMH;

/// The longest rise to the first step and ramp to the second, as shares of the design crush.
const LONGEST_RISE: f64 = 0.2;
const LONGEST_RAMP: f64 = 0.1;
/// The shortest ramp, likewise.
const SHORTEST_RAMP: f64 = 0.02;

/// Forces and unloading stiffness times a factor.
pub(super) fn scale(table: &mut CrushTable, factor: f64) {
    // Damping is left: it stands for the joint, not for the section.
    for f in &mut table.force_n {
        *f *= factor;
    }
    for k in &mut table.unload_n_per_m {
        *k *= factor;
    }
}

/// Lengthen a table by a flat piece at `level`, put in where the backbone last passes that level before
/// the design crush; all points behind move by `length`. Adds exactly `level * length` to its energy.
pub(super) fn insert_plateau(table: &mut CrushTable, design_crush: f64, level: f64, length: f64) {
    let (x, f) = (&table.crush_m, &table.force_n);
    let near = 1e-9 * level.abs();
    let mut at = (design_crush, table.force_at(design_crush));
    for i in (0..x.len() - 1).rev().filter(|i| x[i + 1] <= design_crush) {
        let (a, b) = (f[i] - level, f[i + 1] - level);
        if b.abs() <= near {
            at = (x[i + 1], f[i + 1]);
            break;
        }
        if a * b < 0.0 {
            at = (x[i] + (x[i + 1] - x[i]) * a / (a - b), level);
            break;
        }
    }
    let (start, force) = at;
    let unload = table.unload_at(start);
    let mut crush_m = Vec::with_capacity(x.len() + 2);
    let mut force_n = Vec::with_capacity(x.len() + 2);
    let mut unload_n_per_m = Vec::with_capacity(x.len() + 2);
    let mut push = |c: f64, n: f64, k: f64| {
        crush_m.push(c);
        force_n.push(n);
        unload_n_per_m.push(k);
    };
    let same = |c: f64| (c - start).abs() < 1e-9;
    for i in (0..x.len()).filter(|&i| x[i] < start && !same(x[i])) {
        push(x[i], f[i], table.unload_n_per_m[i]);
    }
    push(start, force, unload);
    push(start + length, force, unload);
    for i in (0..x.len()).filter(|&i| x[i] > start && !same(x[i])) {
        push(x[i] + length, f[i], table.unload_n_per_m[i]);
    }
    table.crush_m = crush_m;
    table.force_n = force_n;
    table.unload_n_per_m = unload_n_per_m;
}

/// Make a table into two steps of equal length whose forces stand in `ratio` (second over first), with the
/// energy it had up to its design crush. What lies behind (bottoming) stays, but never falls below the
/// second step. The rise is as steep as the unloading stiffness allows, within [`LONGEST_RISE`].
pub(super) fn make_two_steps(table: &mut CrushTable, design_crush: f64, ratio: f64) {
    let energy = table.energy_to(design_crush);
    let half = 0.5 * design_crush;
    let steepest = 0.8 * table.unload_n_per_m[0] / (1.0 + table.rate_s_per_m * RATE_SPEED_MPS);
    // Work of a unit first force is half - rise / 2 + ratio * half; rise and force depend on each other.
    let force = |rise: f64| energy / (half - 0.5 * rise + ratio * half);
    let mut rise = 0.0;
    for _ in 0..20 {
        rise = (force(rise) / steepest).min(LONGEST_RISE * design_crush);
    }
    let first = force(rise);
    let second = ratio * first;
    let ramp = ((second - first).abs() / steepest).clamp(SHORTEST_RAMP * design_crush, LONGEST_RAMP * design_crush);
    let mut points = vec![
        (0.0, 0.0),
        (rise, first),
        (half - 0.5 * ramp, first),
        (half + 0.5 * ramp, second),
        (design_crush, second),
    ];
    for (x, f) in table.crush_m.iter().zip(&table.force_n) {
        if *x > design_crush + 1e-9 {
            points.push((*x, f.max(second)));
        }
    }
    table.unload_n_per_m = points.iter().map(|(x, _)| table.unload_at(*x)).collect();
    (table.crush_m, table.force_n) = points.into_iter().unzip();
    raise_unloading(table);
}

/// Lift the unloading stiffness to what the crush law asks: at least the backbone's rising slope (with its
/// rate factor) on both sides of a point, and never falling with crush.
pub(super) fn raise_unloading(table: &mut CrushTable) {
    let rate = 1.0 + table.rate_s_per_m * RATE_SPEED_MPS;
    let (x, f) = (&table.crush_m, &table.force_n);
    for i in 1..x.len() {
        let least = 1.01 * rate * (f[i] - f[i - 1]) / (x[i] - x[i - 1]);
        for k in &mut table.unload_n_per_m[i - 1..=i] {
            *k = k.max(least);
        }
    }
    for i in 1..x.len() {
        let before = table.unload_n_per_m[i - 1];
        table.unload_n_per_m[i] = table.unload_n_per_m[i].max(before);
    }
}
