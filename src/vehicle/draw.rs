//! Drawing a vehicle from its evidence (model sections 8 and 10): every provenance entry with a spread becomes
//! inputs, each of them one factor on the numbers it covers ([`super::input`]).
//!
//! What a draw may not break is mended afterwards:
//! `k_u` at least the backbone's slope (section 3), a closed face (section 4), masses that add up to the test mass
//! (section 1; the cabin takes the difference). Tables keep their points; cells may change, since heights do.

use super::closed::face_hole;
use super::file::RATE_CHECK_MPS;
use super::input::Leaf;
pub(crate) use super::input::collect;
pub use super::input::{Input, Part, Quantity, probabilities};
use super::model::{CrushTable, Face, Layer, PathKind, Role, Vehicle};

/// A number of a vehicle, or a table of them.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Number {
    Curb,
    Test,
    Size(usize),
    Price,
    YawInertia,
    MassCentre,
    Body(usize),
    Heights(usize),
    Lateral(usize),
    Setback(usize),
    Tip(usize),
    Gap(usize),
    OffsetShare(usize),
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
    if vehicle.body.yaw_inertia_kgm2.is_some() {
        let key = "body.yaw_inertia_kgm2".into();
        all.push((key, Q::Mass, P::Mass, N::YawInertia));
    }
    if vehicle.body.cg_behind_front_m.is_some() {
        let key = "body.cg_behind_front_mm".into();
        all.push((key, Q::Place, P::Mass, N::MassCentre));
    }
    let cabin = vehicle.mass_with_role(Role::Cabin);
    for (i, m) in vehicle.masses.iter().enumerate() {
        if Some(i) != cabin && !m.fixed {
            all.push((format!("mass.{}.kg", m.name), Q::Mass, P::Mass, N::Body(i)));
        }
    }
    for (i, m) in vehicle.mounts.iter().enumerate() {
        let mut put = |field: &str, n: N| {
            all.push((format!("mount.{}.{field}", m.name), Q::Force, P::Structure, n));
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
            PathKind::Inner { .. } => {
                put("gap_mm", Q::Length, P::Geometry, N::Gap(i));
                put("offset_share", Q::Share, stiff, N::OffsetShare(i));
            }
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
        // The whole strength at any overlap is the rule where the file says nothing.
        Number::OffsetShare(i) => match path(i).kind {
            PathKind::Inner { offset_share, .. } if offset_share < 1.0 => offset_share,
            _ => 0.0,
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
        let listed = numbers(self).into_iter().map(|(key, q, part, _)| (key, q, part));
        collect(listed, |key| self.provenance_entry(key), &self.provenance)
    }

    /// The vehicle with every input at its factor (1: as in the file).
    ///
    /// `inputs` must come from [`Vehicle::inputs`] of this vehicle (or be part of them); factors are above 0.
    pub fn drawn(&self, inputs: &[Input], factors: &[f64]) -> Self {
        let listed = numbers(self);
        let mut changed = self.clone();
        for (input, factor) in inputs.iter().zip(factors) {
            for leaf in input.leaves.iter().filter(|_| *factor != 1.0) {
                if let Some((.., number)) = listed.get(leaf.index) {
                    multiply(&mut changed, *number, leaf, *factor);
                }
            }
        }
        settle(self, &mut changed);
        changed
    }
}

/// Move one number of `leaf` by the factor `of_input` of its input.
fn multiply(vehicle: &mut Vehicle, number: Number, leaf: &Leaf, of_input: f64) {
    let f = leaf.factor(of_input);
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
    let scale = |all: &mut Vec<f64>| leaf.scale(all, of_input);
    match number {
        Number::Curb => body.curb_kg *= f,
        Number::Test => body.test_kg *= f,
        Number::Size(0) => body.length_m *= f,
        Number::Size(1) => body.width_m *= f,
        Number::Size(2) => body.height_m *= f,
        Number::Size(_) => body.wheelbase_m *= f,
        Number::Price => body.price = body.price.map(|p| p * f),
        Number::YawInertia => body.yaw_inertia_kgm2 = body.yaw_inertia_kgm2.map(|i| i * f),
        Number::MassCentre => body.cg_behind_front_m = body.cg_behind_front_m.map(|c| c * f),
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
        Number::OffsetShare(i) => {
            if let PathKind::Inner { offset_share, .. } = &mut vehicle.paths[i].kind {
                *offset_share = (*offset_share * f).min(1.0);
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
    keep_centre(original, changed);
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
        let inside = b.lateral_m.iter().flatten().all(|y| y.abs() <= half[0] + 1e-9);
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
                l.lateral_m = b.lateral_m.iter().map(|band| band.map(|y| y * ratio)).collect();
            }
        }
    }
}

/// The mass centre stays ahead of this share of the length, or of its own where that is more.
const LAST_CENTRE: f64 = 0.9;

fn keep_centre(original: &Vehicle, changed: &mut Vehicle) {
    if let (Some(now), Some(before)) = (&mut changed.body.cg_behind_front_m, original.body.cg_behind_front_m) {
        let share = (before / original.body.length_m).max(LAST_CENTRE);
        *now = now.min(share * changed.body.length_m);
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
            l.lateral_m = b.lateral_m.iter().map(|band| band.map(|y| y * wide)).collect();
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
