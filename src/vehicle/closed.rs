//! Is a face closed (model section 4)? A face with a hole lets two vehicles pass through each other.

use super::model::{Face, Layer, Role, Vehicle};

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
        return Some(
            "no layer with compartment = true ends on cabin or dash: nothing stops a partner"
                .into(),
        );
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
                (l.height_m[0]..=l.height_m[1]).contains(&zm)
                    && l.lateral_m.iter().any(|b| (b[0]..=b[1]).contains(&ym))
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
