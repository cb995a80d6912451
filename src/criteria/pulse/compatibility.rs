//! Euro NCAP MPDB: what the trolley's occupant load criterion costs the car that struck it.
//!
//! Only the part by OLC is here, as pyisomme 1.1.0 has it from protocol section 3.3. How the barrier's deformation
//! enters (TB 027) could not be read, so the whole penalty is not computed.

/// OLC of the trolley up to which there is no penalty, g.
pub const MPDB_OLC_FREE_G: f64 = 25.0;
/// OLC from which the penalty is full, g.
pub const MPDB_OLC_FULL_G: f64 = 40.0;
/// The full penalty, points.
pub const MPDB_OLC_FULL_POINTS: f64 = -2.0;

/// Points (0 to -2) for a trolley OLC in g, a straight line between the two limits; NaN stays NaN.
pub fn mpdb_olc_points(trolley_olc_g: f64) -> f64 {
    let share = (trolley_olc_g - MPDB_OLC_FREE_G) / (MPDB_OLC_FULL_G - MPDB_OLC_FREE_G);
    MPDB_OLC_FULL_POINTS * share.clamp(0.0, 1.0)
}
