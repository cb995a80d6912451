//! What of a finished run lies outside the range of the model, in words with the number and the limit.
//!
//! | limit | why |
//! |---|---|
//! | overlap of 30 % | below it filmed cars often part before their contact has come to rest (model section 11) |
//! | closing speed of 160 km/h | the laws are identified from tests at 40 to 64 km/h |
//! | crush to the far axle ([`crush_limit_m`]) | behind it there is no structure left that the laws describe |
//! | intrusion of [`SEAT_M`] | the instrument panel would stand where the driver's chest was |
//! | yaw of 20 degrees before separation | forces stay along the axis; a car that has turned further meets its partner with other parts |

use crate::occupant::OccupantResult;
use crate::units::{KMH, MM};
use crate::vehicle::{Face, Vehicle, VehicleClass};

use super::case::Case;
use super::run::Finished;

/// Least overlap, percent.
pub const LEAST_OVERLAP_PCT: f64 = 30.0;
/// Highest closing speed, km/h.
pub const MOST_CLOSING_KMH: f64 = 160.0;
/// Largest yaw before separation, degrees.
pub const MOST_YAW_DEG: f64 = 20.0;
/// Instrument panel to the driver's chest, m: middle of 578-600 mm, measured in mid-size sedans (distance CD of NHTSA's
/// EV5 records); a smaller car has less.
pub const SEAT_M: f64 = 0.59;
/// Rounding of a number that stands at its limit.
const ROUNDING: f64 = 1e-9;

/// How far a face can be crushed before the far axle is reached, m: from a front the rear axle, from a rear the front
/// axle. A file gives length and wheelbase, no overhangs; both are taken equal (estimated), so that it is
/// `(length + wheelbase) / 2`. For a side it is the width.
pub fn crush_limit_m(vehicle: &Vehicle, face: Face) -> f64 {
    let body = &vehicle.body;
    match face {
        Face::Front | Face::Rear => 0.5 * (body.length_m + body.wheelbase_m),
        Face::Left | Face::Right => body.width_m,
    }
}

/// Words for a number beyond its limit; `None` up to it.
fn beyond(value: f64, limit: f64, words: impl FnOnce() -> String) -> Option<String> {
    (value > limit * (1.0 + ROUNDING)).then(words)
}

/// What the case itself asks beyond the range: overlap and closing speed.
pub fn of_case(case: &Case) -> Vec<String> {
    let overlap_pct = 100.0 * case.overlap;
    let [a, b] = &case.parties;
    let closing_kmh = (a.speed_mps - b.heading(1) * b.speed_mps) / KMH;
    let overlap = beyond(LEAST_OVERLAP_PCT, overlap_pct, || {
        format!(
            "overlap {overlap_pct:.1} %, below {LEAST_OVERLAP_PCT:.0} %: vehicles often slide past each other there, \
             which this model cannot; delta-v and crush are too high"
        )
    });
    let closing = beyond(closing_kmh, MOST_CLOSING_KMH, || {
        format!("closing speed {closing_kmh:.1} km/h, above {MOST_CLOSING_KMH:.0} km/h: no test reaches it")
    });
    overlap.into_iter().chain(closing).collect()
}

/// Everything of a finished run that lies outside the range: the keys of `outside_model`.
pub fn outside_model(case: &Case, finished: &Finished, occupants: &[OccupantResult]) -> Vec<String> {
    let mut all = of_case(case);
    for side in 0..2 {
        let party = &case.parties[side];
        let vehicle = &party.vehicle;
        if vehicle.is_fixed() {
            continue;
        }
        let id = &vehicle.id;
        if vehicle.class != VehicleClass::Barrier {
            let seen = &finished.outcome.vehicles[side];
            let limit_mm = crush_limit_m(vehicle, party.face) / MM;
            all.extend(beyond(seen.deepest_crush_mm, limit_mm, || {
                format!(
                    "{id}: crush {:.0} mm, beyond the {limit_mm:.0} mm {}",
                    seen.deepest_crush_mm,
                    reach(party.face)
                )
            }));
            let at_seats = occupants.iter().filter(|o| o.vehicle == side + 1);
            let intrusion_mm = at_seats
                .map(|o| o.intrusion_at_seat_mm)
                .fold(seen.intrusion_mm, f64::max);
            all.extend(beyond(intrusion_mm, SEAT_M / MM, || {
                format!(
                    "{id}: intrusion {intrusion_mm:.0} mm, beyond the {:.0} mm from instrument panel to the driver's \
                     chest",
                    SEAT_M / MM
                )
            }));
        }
        let yaw_deg = most_yaw_deg(finished, side);
        all.extend(beyond(yaw_deg, MOST_YAW_DEG, || {
            format!(
                "{id}: yaw {yaw_deg:.1} degrees before separation, above {MOST_YAW_DEG:.0} degrees: forces of the \
                 model stay along the axis"
            )
        }));
    }
    all
}

fn reach(face: Face) -> &'static str {
    match face {
        Face::Front => "from its foremost point to its rear axle",
        Face::Rear => "from its rearmost point to its front axle",
        Face::Left | Face::Right => "of its width",
    }
}

/// Largest yaw angle of a vehicle up to separation, degrees.
fn most_yaw_deg(finished: &Finished, side: usize) -> f64 {
    let record = &finished.record;
    let Some(met) = record.separation() else {
        return 0.0;
    };
    if !record.turns_on() {
        return 0.0;
    }
    let turned = (0..=met.sample).map(|s| record.turn_at(side, s).yaw_rad.abs());
    turned.fold(0.0, f64::max).to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::file::load_case;
    use crate::collision::run;

    fn half() -> Case {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut case, _) = load_case(&root.join("cases/n-box-vs-f-150-half.toml")).unwrap();
        case.occupants.clear();
        case
    }

    /// Overlap and closing speed: not at the limit, just beyond it.
    #[test]
    fn a_case_leaves_the_range_just_beyond_its_limits() {
        let mut case = half();
        let mut entries = |overlap_pct: f64, each_kmh: f64| {
            case.overlap = overlap_pct / 100.0;
            for p in &mut case.parties {
                p.speed_mps = each_kmh * KMH;
            }
            of_case(&case)
        };
        assert!(entries(30.0, 80.0).is_empty());
        assert!(entries(100.0, 10.0).is_empty());
        assert!(entries(29.9, 80.0)[0].contains("overlap 29.9 %, below 30 %"));
        assert!(entries(30.0, 80.05)[0].contains("closing speed 160.1 km/h, above 160 km/h"));
        assert_eq!(entries(29.9, 80.05).len(), 2);
    }

    /// Crush, intrusion and yaw: numbers written into an outcome, on both sides of each limit.
    #[test]
    fn a_run_leaves_the_range_just_beyond_its_limits() {
        let case = half();
        let mut finished = run(&case).unwrap();
        assert_eq!(outside_model(&case, &finished, &[]), Vec::<String>::new());
        let limit_mm = crush_limit_m(&case.parties[0].vehicle, Face::Front) / MM;
        for (set, more) in [(0.0, 0), (0.1, 1)] {
            finished.outcome.vehicles[0].deepest_crush_mm = limit_mm + set;
            assert_eq!(outside_model(&case, &finished, &[]).len(), more);
        }
        for (set, more) in [(0.0, 1), (0.1, 2)] {
            finished.outcome.vehicles[1].intrusion_mm = SEAT_M / MM + set;
            assert_eq!(outside_model(&case, &finished, &[]).len(), more);
        }
    }

    /// A car struck on a sliver of its width: overlap and crush beyond the axle are both named.
    #[test]
    fn a_sliver_says_so() {
        let mut case = half();
        case.overlap = 0.005;
        let finished = run(&case).unwrap();
        let all = outside_model(&case, &finished, &[]).join("; ");
        assert!(all.contains("overlap 0.5 %"), "{all}");
        assert!(all.contains("crush") && all.contains("rear axle"), "{all}");
    }

    /// Yaw: a light vehicle's inertia makes it turn beyond 20 degrees; the entry appears with the angle and not before.
    #[test]
    fn yaw_beyond_twenty_degrees_says_so() {
        let mut case = half();
        for (inertia_kgm2, beyond) in [(1000.0, false), (250.0, true)] {
            let body = &mut case.parties[0].vehicle.body;
            body.yaw_inertia_kgm2 = Some(inertia_kgm2);
            let finished = run(&case).unwrap();
            let told = outside_model(&case, &finished, &[])
                .iter()
                .any(|w| w.contains("honda-n-box-jf1: yaw"));
            assert_eq!(told, beyond);
            assert_eq!(most_yaw_deg(&finished, 0) > MOST_YAW_DEG, beyond);
        }
    }
}
