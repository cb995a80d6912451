//! Where a front is made longer, the car's own or its partner's.

use crate::vehicle::{Face, Role, Vehicle};

/// Where added front length goes in, m behind the foremost point: just ahead of the first front layer
/// that is geometry rather than crush structure (engine, compartment, rigid, or without a material) and
/// stands behind the foremost one. Layers that start ahead of it get longer; it and all behind it move
/// back. Length between engine and dash stays as it is, so no inner gap changes.
///
/// Infinite when there is no such layer.
pub fn length_station_m(vehicle: &Vehicle) -> f64 {
    let engine = vehicle.mass_with_role(Role::Engine);
    let foremost = vehicle
        .layers(Face::Front)
        .map(|(_, _, l)| l.setback_m)
        .fold(f64::INFINITY, f64::min);
    vehicle
        .layers(Face::Front)
        .filter(|(_, p, l)| l.compartment || l.rigid || p.material.is_none() || Some(p.to) == engine)
        .map(|(_, _, l)| l.setback_m)
        .filter(|s| *s > foremost)
        .fold(f64::INFINITY, f64::min)
}
