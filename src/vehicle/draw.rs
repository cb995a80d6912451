//! Drawing a vehicle from its evidence (model sections 8 and 10): every provenance entry with a spread becomes
//! inputs, each of them one factor of mean 1 on the numbers it covers.
//!
//! An entry's numbers of one kind move together (all crush tables of a group, the two edges of a height band);
//! different kinds under one entry are independent. Forces, stiffnesses and masses get lognormal factors, places
//! (heights, widths, setbacks) normal ones cut off symmetrically. What a draw may not break is mended afterwards:
//! `k_u` at least the backbone's slope (section 3), a closed face (section 4), masses that add up to the test mass
//! (section 1; the cabin takes the difference). Tables keep their points; cells may change, since heights do.

use std::collections::BTreeMap;
use std::f64::consts::{PI, SQRT_2};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use statrs::function::erf::{erf, erf_inv};

use super::closed::face_hole;
use super::file::RATE_CHECK_MPS;
use super::model::{CrushTable, Face, Layer, PathKind, Role, Vehicle};
use super::provenance::{Basis, Provenance};

/// Kind of number; decides which numbers of an entry move together, and the law of their factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Force, stiffness, damping.
    Force,
    /// Crush tables, gaps, sizes, strokes.
    Length,
    /// Where something is: heights, widths, setbacks, clearances.
    Place,
    /// Mass.
    Mass,
    /// Time.
    Time,
    /// Share, factor, rate: anything without one of the units above.
    Share,
    /// Price.
    Price,
}

impl Quantity {
    /// Word for keys and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Force => "force",
            Self::Length => "length",
            Self::Place => "place",
            Self::Mass => "mass",
            Self::Time => "time",
            Self::Share => "factor",
            Self::Price => "price",
        }
    }
}

/// What an input acts on, for grouping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Crush structure: tables of paths and mounts.
    Structure,
    /// Compartment: dash-cabin path and compartment layers.
    Compartment,
    /// Heights, widths, setbacks, size of the body.
    Geometry,
    /// Test mass and how it is shared.
    Mass,
    /// Belts, bags, column, knee bolster, clearances.
    Restraint,
    /// List price.
    Price,
}

/// One uncertain factor: an entry of the provenance, or one kind of number under it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// Key of the entry; with `:kind` behind it where the entry covers several kinds.
    pub key: String,
    /// Kind of the numbers.
    pub quantity: Quantity,
    /// What they belong to.
    pub part: Part,
    /// Coefficient of variation.
    pub cv: f64,
    /// Kind of evidence.
    pub basis: Basis,
    /// Indices of the numbers, in the owner's order.
    #[serde(skip)]
    pub(crate) leaves: Vec<usize>,
}

/// A place is cut off at so many standard deviations, or earlier where it would come near 0.
const CUT_SD: f64 = 2.5;
/// Least factor of a place.
const LEAST_PLACE: f64 = 0.2;

impl Input {
    /// The factor at probability `u`: lognormal with mean 1 and this cv; for places a normal one, cut off
    /// symmetrically and widened so that mean and cv stay as asked.
    pub fn quantile(&self, u: f64) -> f64 {
        let u = u.clamp(1e-9, 1.0 - 1e-9);
        if self.quantity != Quantity::Place {
            let variance = (1.0 + self.cv * self.cv).ln();
            return (variance.sqrt() * standard_normal(u) - 0.5 * variance).exp();
        }
        let below = 0.5 * (1.0 - erf(CUT_SD / SQRT_2));
        let inside = 1.0 - 2.0 * below;
        let density = (-0.5 * CUT_SD * CUT_SD).exp() / (2.0 * PI).sqrt();
        let sd = (1.0 - 2.0 * CUT_SD * density / inside).sqrt();
        let z = standard_normal(below + u * inside) / sd;
        let widest = (1.0 - LEAST_PLACE) * sd / CUT_SD;
        1.0 + self.cv.min(widest) * z
    }
}

/// Quantile of the standard normal distribution.
fn standard_normal(u: f64) -> f64 {
    SQRT_2 * erf_inv(2.0 * u - 1.0)
}

/// Probabilities in (0, 1) of draw `index`: ChaCha stream `index` of a seed, whatever thread or shard asks.
pub fn probabilities(seed: u64, index: u64, count: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    (0..count).map(|_| rng.random::<f64>()).collect()
}

/// Make inputs of numbers `(key path, kind, part)`: those that one entry covers and that are of one kind share one.
pub(crate) fn collect<'a>(
    numbers: impl Iterator<Item = (String, Quantity, Part)>,
    entry_of: impl Fn(&str) -> Option<(&'a str, &'a Provenance)>,
) -> Vec<Input> {
    let mut by_entry: BTreeMap<(&str, Quantity), Input> = BTreeMap::new();
    for (index, (key, quantity, part)) in numbers.enumerate() {
        let Some((entry, p)) = entry_of(&key).filter(|(_, p)| p.cv > 0.0) else {
            continue;
        };
        by_entry
            .entry((entry, quantity))
            .or_insert_with(|| Input {
                key: entry.to_string(),
                quantity,
                part,
                cv: p.cv,
                basis: p.basis,
                leaves: Vec::new(),
            })
            .leaves
            .push(index);
    }
    let mut inputs: Vec<Input> = by_entry.into_values().collect();
    let shared: Vec<bool> = inputs
        .iter()
        .map(|i| inputs.iter().filter(|k| k.key == i.key).count() > 1)
        .collect();
    for (input, _) in inputs.iter_mut().zip(shared).filter(|(_, s)| *s) {
        input.key = format!("{}:{}", input.key, input.quantity.word());
    }
    inputs
}

/// A number of a vehicle, or a table of them.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Number {
    Curb,
    Test,
    Size(usize),
    Price,
    Body(usize),
    Heights(usize),
    Lateral(usize),
    Setback(usize),
    Tip(usize),
    Gap(usize),
    Crush(usize),
    Force(usize),
    Unload(usize),
    Rate(usize),
    Damping(usize),
    MountStiffness(usize),
    MountDamping(usize),
    MountBreak(usize),
}

/// Every number that can be drawn, with its key path, in a fixed order: paths last, so that a design may append one
/// and the inputs of the file still fit. The cabin's mass is no number of its own:
/// it is what the test mass leaves.
fn numbers(vehicle: &Vehicle) -> Vec<(String, Quantity, Part, Number)> {
    use {Number as N, Part as P, Quantity as Q};
    let mut all: Vec<(String, Q, P, N)> = vec![
        ("body.curb_kg".into(), Q::Mass, P::Mass, N::Curb),
        ("body.test_kg".into(), Q::Mass, P::Mass, N::Test),
    ];
    for (i, name) in ["length_mm", "width_mm", "height_mm", "wheelbase_mm"]
        .iter()
        .enumerate()
    {
        all.push((format!("body.{name}"), Q::Length, P::Geometry, N::Size(i)));
    }
    if vehicle.body.price.is_some() {
        all.push(("body.price".into(), Q::Price, P::Price, N::Price));
    }
    let cabin = vehicle.mass_with_role(Role::Cabin);
    for (i, m) in vehicle.masses.iter().enumerate() {
        if Some(i) != cabin && !m.fixed {
            all.push((format!("mass.{}.kg", m.name), Q::Mass, P::Mass, N::Body(i)));
        }
    }
    for (i, m) in vehicle.mounts.iter().enumerate() {
        let mut put = |field: &str, n: N| {
            all.push((
                format!("mount.{}.{field}", m.name),
                Q::Force,
                P::Structure,
                n,
            ));
        };
        put("stiffness_kN_per_mm", N::MountStiffness(i));
        put("damping_kNs_per_m", N::MountDamping(i));
        put("break_kN", N::MountBreak(i));
    }
    for (i, p) in vehicle.paths.iter().enumerate() {
        let mut put = |field: &str, q: Q, part: P, n: N| {
            all.push((format!("path.{}.{field}", p.name), q, part, n));
        };
        let stiff = if compartment(vehicle, i) {
            P::Compartment
        } else {
            P::Structure
        };
        match &p.kind {
            PathKind::Layer(_) => {
                put("height_mm", Q::Place, P::Geometry, N::Heights(i));
                put("lateral_mm", Q::Place, P::Geometry, N::Lateral(i));
                put("setback_mm", Q::Place, P::Geometry, N::Setback(i));
                put("face_kg", Q::Mass, P::Mass, N::Tip(i));
            }
            PathKind::Inner { .. } => put("gap_mm", Q::Length, P::Geometry, N::Gap(i)),
        }
        if p.table.is_some() {
            put("crush_mm", Q::Length, P::Structure, N::Crush(i));
            put("force_kN", Q::Force, stiff, N::Force(i));
            put("unload_kN_per_mm", Q::Force, stiff, N::Unload(i));
            put("rate_s_per_m", Q::Share, stiff, N::Rate(i));
            put("damping_kNs_per_m", Q::Force, stiff, N::Damping(i));
        }
    }
    all.retain(|(.., number)| !is_nothing(vehicle, *number));
    all
}

/// A factor on it changes nothing: it is 0 or absent.
fn is_nothing(vehicle: &Vehicle, number: Number) -> bool {
    let path = |i: usize| &vehicle.paths[i];
    let table = |i: usize, get: fn(&CrushTable) -> f64| path(i).table.as_ref().map_or(0.0, get);
    let value = match number {
        Number::Setback(i) => path(i).layer().map_or(0.0, |l| l.setback_m),
        Number::Tip(i) => path(i).layer().map_or(0.0, |l| l.face_kg),
        Number::Gap(i) => match path(i).kind {
            PathKind::Inner { gap_m, .. } => gap_m,
            PathKind::Layer(_) => 0.0,
        },
        Number::Rate(i) => table(i, |t| t.rate_s_per_m),
        Number::Damping(i) => table(i, |t| t.damping_n_s_per_m),
        Number::MountDamping(i) => vehicle.mounts[i].damping_n_s_per_m,
        Number::MountBreak(i) => vehicle.mounts[i].break_n.unwrap_or(0.0),
        _ => 1.0,
    };
    value == 0.0
}

/// `k_u` back up to what section 3 asks for: at least the slopes that meet at a point, and not falling.
fn raise_unloading(table: &mut CrushTable) {
    let (x, f) = (&table.crush_m, &table.force_n);
    let slope = |j: usize| (f[j + 1] - f[j]) / (x[j + 1] - x[j]);
    let rated = 1.0 + table.rate_s_per_m * RATE_CHECK_MPS;
    let mut least = 0.0_f64;
    for (i, k) in table.unload_n_per_m.iter_mut().enumerate() {
        let left = if i > 0 { slope(i - 1) } else { 0.0 };
        let right = if i + 1 < x.len() { slope(i) } else { 0.0 };
        least = least.max(left.max(right) * rated);
        *k = k.max(least);
        least = *k;
    }
}

/// Does the path give the compartment its strength?
fn compartment(vehicle: &Vehicle, index: usize) -> bool {
    let path = &vehicle.paths[index];
    match &path.kind {
        PathKind::Layer(l) => l.compartment,
        PathKind::Inner { from, .. } => {
            vehicle.masses[*from].role == Role::Dash && vehicle.masses[path.to].role == Role::Cabin
        }
    }
}

impl Vehicle {
    /// What is uncertain about it: one input per provenance entry with a spread and kind of number below it, in
    /// the order of keys. A fixed barrier has none.
    pub fn inputs(&self) -> Vec<Input> {
        if self.is_fixed() {
            return Vec::new();
        }
        let listed = numbers(self)
            .into_iter()
            .map(|(key, q, part, _)| (key, q, part));
        collect(listed, |key| self.provenance_entry(key))
    }

    /// The vehicle with every input at its factor (1: as in the file).
    ///
    /// `inputs` must come from [`Vehicle::inputs`] of this vehicle (or be part of them); factors are above 0.
    pub fn drawn(&self, inputs: &[Input], factors: &[f64]) -> Self {
        let listed = numbers(self);
        let mut changed = self.clone();
        for (input, factor) in inputs.iter().zip(factors) {
            for leaf in input.leaves.iter().filter(|_| *factor != 1.0) {
                if let Some((.., number)) = listed.get(*leaf) {
                    multiply(&mut changed, *number, *factor);
                }
            }
        }
        settle(self, &mut changed);
        changed
    }
}

fn multiply(vehicle: &mut Vehicle, number: Number, f: f64) {
    let body = &mut vehicle.body;
    let layer = |v: &mut Vehicle, i: usize, change: &dyn Fn(&mut Layer)| {
        if let PathKind::Layer(l) = &mut v.paths[i].kind {
            change(l);
        }
    };
    let table = |v: &mut Vehicle, i: usize, change: &dyn Fn(&mut CrushTable)| {
        if let Some(t) = &mut v.paths[i].table {
            change(t);
        }
    };
    let scale = |all: &mut Vec<f64>| all.iter_mut().for_each(|x| *x *= f);
    match number {
        Number::Curb => body.curb_kg *= f,
        Number::Test => body.test_kg *= f,
        Number::Size(0) => body.length_m *= f,
        Number::Size(1) => body.width_m *= f,
        Number::Size(2) => body.height_m *= f,
        Number::Size(_) => body.wheelbase_m *= f,
        Number::Price => body.price = body.price.map(|p| p * f),
        Number::Body(i) => vehicle.masses[i].kg *= f,
        // The section keeps its height; where it sits is what is uncertain.
        Number::Heights(i) => layer(vehicle, i, &|l| {
            let shift = (f - 1.0) * 0.5 * (l.height_m[0] + l.height_m[1]);
            l.height_m = l.height_m.map(|h| h + shift);
        }),
        Number::Lateral(i) => layer(vehicle, i, &|l| {
            l.lateral_m.iter_mut().flatten().for_each(|y| *y *= f);
        }),
        Number::Setback(i) => layer(vehicle, i, &|l| l.setback_m *= f),
        Number::Tip(i) => layer(vehicle, i, &|l| l.face_kg *= f),
        Number::Gap(i) => {
            if let PathKind::Inner { gap_m, .. } = &mut vehicle.paths[i].kind {
                *gap_m *= f;
            }
        }
        Number::Crush(i) => table(vehicle, i, &|t| scale(&mut t.crush_m)),
        Number::Force(i) => table(vehicle, i, &|t| scale(&mut t.force_n)),
        Number::Unload(i) => table(vehicle, i, &|t| scale(&mut t.unload_n_per_m)),
        Number::Rate(i) => table(vehicle, i, &|t| t.rate_s_per_m *= f),
        Number::Damping(i) => table(vehicle, i, &|t| t.damping_n_s_per_m *= f),
        Number::MountStiffness(i) => vehicle.mounts[i].stiffness_n_per_m *= f,
        Number::MountDamping(i) => vehicle.mounts[i].damping_n_s_per_m *= f,
        Number::MountBreak(i) => {
            vehicle.mounts[i].break_n = vehicle.mounts[i].break_n.map(|b| b * f);
        }
    }
}

/// The cabin keeps at least this share of its mass; else what the others gained is cut back.
const LEAST_CABIN_SHARE: f64 = 0.3;

/// Mend what independent factors may have broken.
fn settle(original: &Vehicle, changed: &mut Vehicle) {
    for (path, before) in changed.paths.iter_mut().zip(&original.paths) {
        if let (Some(table), Some(before)) = (&mut path.table, &before.table)
            && table != before
        {
            raise_unloading(table);
        }
    }
    keep_inside(original, changed);
    for face in [Face::Front, Face::Rear] {
        if face_hole(original, face).is_none() && face_hole(changed, face).is_some() {
            close(original, changed, face);
        }
    }
    let Some(cabin) = original.mass_with_role(Role::Cabin) else {
        if !original.is_fixed() {
            changed.body.test_kg = changed.total_kg() + original.body.test_kg - original.total_kg();
        }
        return;
    };
    let room = (1.0 - LEAST_CABIN_SHARE) * original.masses[cabin].kg;
    let gained = changed.total_kg() - original.total_kg();
    let test = changed.body.test_kg - original.body.test_kg;
    let over = gained - test;
    if over > room {
        // Rare: cut back what the others gained, all by one share.
        let keep = ((room + test) / gained).clamp(0.0, 1.0);
        let back = |now: &mut f64, before: f64| *now = before + keep * (*now - before);
        for (m, b) in changed.masses.iter_mut().zip(&original.masses) {
            back(&mut m.kg, b.kg);
        }
        for (p, b) in changed.paths.iter_mut().zip(&original.paths) {
            if let (PathKind::Layer(l), Some(b)) = (&mut p.kind, b.layer()) {
                back(&mut l.face_kg, b.face_kg);
            }
        }
    }
    changed.masses[cabin].kg += test - (changed.total_kg() - original.total_kg());
}

/// Layers stay inside the body's width, in order, and above the ground where they were.
fn keep_inside(original: &Vehicle, changed: &mut Vehicle) {
    let half = [0.5 * original.body.width_m, 0.5 * changed.body.width_m];
    for (path, before) in changed.paths.iter_mut().zip(&original.paths) {
        let (PathKind::Layer(l), Some(b)) = (&mut path.kind, before.layer()) else {
            continue;
        };
        if b.height_m[0] >= 0.0 && l.height_m[0] < 0.0 {
            l.height_m = [0.0, l.height_m[1] - l.height_m[0]];
        }
        let inside = b
            .lateral_m
            .iter()
            .flatten()
            .all(|y| y.abs() <= half[0] + 1e-9);
        if inside && l.lateral_m.iter().flatten().any(|y| y.abs() > half[1]) {
            let cut: Vec<[f64; 2]> = l
                .lateral_m
                .iter()
                .map(|band| band.map(|y| y.clamp(-half[1], half[1])))
                .collect();
            // A band pushed out altogether goes back to where the file has it.
            if cut.iter().all(|[a, b]| b > a) {
                l.lateral_m = cut;
            } else {
                let ratio = half[1] / half[0];
                l.lateral_m = b
                    .lateral_m
                    .iter()
                    .map(|band| band.map(|y| y * ratio))
                    .collect();
            }
        }
    }
}

/// Close a face again: what stops a partner covers at least what it did, in shares of the body.
fn close(original: &Vehicle, changed: &mut Vehicle, face: Face) {
    let wide = changed.body.width_m / original.body.width_m;
    let high = changed.body.height_m / original.body.height_m;
    for (path, before) in changed.paths.iter_mut().zip(&original.paths) {
        if let (PathKind::Layer(l), Some(b)) = (&mut path.kind, before.layer())
            && l.face == face
            && (l.compartment || l.rigid)
        {
            l.lateral_m = b
                .lateral_m
                .iter()
                .map(|band| band.map(|y| y * wide))
                .collect();
            l.height_m = [
                l.height_m[0].min(b.height_m[0]),
                l.height_m[1].max(b.height_m[1] * high),
            ];
        }
    }
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
