//! Yaw of a case (model section 11): inertia and mass centre of each vehicle, and where its occupants sit.

use crate::dynamics::{TurnSpec, YawSpec};
use crate::occupant::Seat;
use crate::vehicle::{Face, Vehicle};

use super::case::{Case, Party};

/// Radius of gyration in yaw over the length: 0.29 +- 0.01 over eight vehicles (0.280 to 0.311).
pub const GYRATION_OVER_LENGTH: f64 = 0.29;
/// Mass centre behind the foremost point over the length, where the file gives none (estimated).
pub const CENTRE_OVER_LENGTH: f64 = 0.46;
/// Front seats from the centre line, m (estimated: H-points of front seats lie 330-400 mm off it).
pub const SEAT_FROM_CENTRE_M: f64 = 0.35;

/// Yaw inertia at the mass of the case, kg m2: the file's, else `(0.29 length)^2` times the mass.
pub fn inertia_kgm2(vehicle: &Vehicle) -> f64 {
    let gyration_m = GYRATION_OVER_LENGTH * vehicle.body.length_m;
    let by_length = gyration_m * gyration_m * vehicle.total_kg();
    vehicle.body.yaw_inertia_kgm2.unwrap_or(by_length)
}

/// Distance of the mass centre behind the foremost point of a face, m.
pub fn mass_centre_m(vehicle: &Vehicle, face: Face) -> f64 {
    let body = &vehicle.body;
    let from_front = body.cg_behind_front_m.unwrap_or(CENTRE_OVER_LENGTH * body.length_m);
    if face == Face::Rear {
        body.length_m - from_front
    } else {
        from_front
    }
}

/// Lever of a seat, m to vehicle 1's right, in a vehicle heading along `heading`: the driver sits on the left unless
/// the file says otherwise, and the left of a vehicle that comes the other way is at +Y.
pub fn seat_lever_m(vehicle: &Vehicle, seat: Seat, heading: f64) -> f64 {
    let left = (seat == Seat::Driver) != vehicle.body.driver_on_right;
    heading * if left { -SEAT_FROM_CENTRE_M } else { SEAT_FROM_CENTRE_M }
}

/// How the two vehicles of a case turn.
pub fn spec(case: &Case) -> YawSpec {
    let turn = |side: usize| {
        let Party { vehicle, face, .. } = &case.parties[side];
        let outward = if side == 0 { 1.0 } else { -1.0 };
        (!vehicle.is_fixed()).then(|| TurnSpec {
            inertia_kgm2: inertia_kgm2(vehicle),
            mass_centre_m: -outward * mass_centre_m(vehicle, *face),
        })
    };
    YawSpec {
        vehicles: [turn(0), turn(1)],
        centre_line_m: [0.0, case.placement().offset_m],
        friction: case.turning.friction,
    }
}
