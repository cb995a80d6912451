//! Is a face closed (model section 4)? A face with a hole lets two vehicles pass through each other.
//! Do the mounts of a body on its frame end (model section 9)? Mounts without strength carry any load past the cell.

use super::model::{Face, Layer, Mount, Role, Vehicle};

/// The backstop must reach down to this height, m.
const LOWEST_M: f64 = 0.35;
/// and up to this share of the vehicle's height,
const HIGHEST_SHARE: f64 = 0.70;
/// over this share of its width.
const WIDTH_SHARE: f64 = 0.97;

/// Describe the first hole in a face, or `None` when it is closed.
///
/// Closed means: the layers that end on cabin or dash (or are rigid) and are marked `compartment`
/// cover 97 % of the width from 350 mm above ground to 70 % of the height, so that any partner is stopped.
pub fn face_hole(vehicle: &Vehicle, face: Face) -> Option<String> {
    let stops = |l: &Layer, to: usize| {
        l.rigid
            || (l.compartment && matches!(vehicle.masses[to].role, Role::Cabin | Role::Dash))
            || vehicle.mass_with_role(Role::Cabin).is_none()
    };
    let backstop: Vec<&Layer> = vehicle
        .layers(face)
        .filter(|(_, p, l)| stops(l, p.to))
        .map(|(_, _, l)| l)
        .collect();
    if backstop.is_empty() {
        return Some("no layer with compartment = true ends on cabin or dash: nothing stops a partner".into());
    }
    let half = 0.5 * WIDTH_SHARE * vehicle.body.width_m;
    let top = HIGHEST_SHARE * vehicle.body.height_m;
    let mut ys = vec![-half, half];
    let mut zs = vec![LOWEST_M, top];
    for l in &backstop {
        zs.extend(l.height_m);
        ys.extend(l.lateral_m.iter().flatten());
    }
    let within = |v: &mut Vec<f64>, lo: f64, hi: f64| {
        v.retain(|x| (lo..=hi).contains(x));
        v.sort_by(f64::total_cmp);
        v.dedup();
    };
    within(&mut ys, -half, half);
    within(&mut zs, LOWEST_M, top);
    for y in ys.windows(2) {
        for z in zs.windows(2) {
            let (ym, zm) = (0.5 * (y[0] + y[1]), 0.5 * (z[0] + z[1]));
            let covered = backstop.iter().any(|l| {
                (l.height_m[0]..=l.height_m[1]).contains(&zm) && l.lateral_m.iter().any(|b| (b[0]..=b[1]).contains(&ym))
            });
            if !covered {
                return Some(format!(
                    "nothing stops a partner at y {:.0} to {:.0} mm, height {:.0} to {:.0} mm",
                    y[0] * 1e3,
                    y[1] * 1e3,
                    z[0] * 1e3,
                    z[1] * 1e3
                ));
            }
        }
    }
    None
}

/// Mounts that carry the body on a frame: between the cabin and a mass of role `other` on which a front layer ends.
pub fn body_mounts(vehicle: &Vehicle) -> impl Iterator<Item = &Mount> {
    let is_frame = |mass: usize| {
        vehicle.masses[mass].role == Role::Other && vehicle.layers(Face::Front).any(|(_, p, _)| p.to == mass)
    };
    let is_cabin = |mass: usize| vehicle.masses[mass].role == Role::Cabin;
    vehicle
        .mounts
        .iter()
        .filter(move |m| (is_frame(m.from) && is_cabin(m.to)) || (is_frame(m.to) && is_cabin(m.from)))
}

/// The first body mount that never breaks, if any: in a library vehicle an error (model section 9: they break or
/// slide at about 1.3 times what the own wall test sends through them).
pub fn endless_body_mount(vehicle: &Vehicle) -> Option<&Mount> {
    body_mounts(vehicle).find(|m| m.break_n.is_none())
}
