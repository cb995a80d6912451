//! A structure at a lower speed than that of its test, read from the test's own pulse
//! ([`crate::identify::cross_speed`]).

use crate::collision::wall::rigid_wall;
use crate::error::Error;
use crate::identify::cross_speed::cross_speed;
use crate::vehicle::Library;

use super::row::{Family, Kind, Label, Row};

/// Rows, and the expected error in one sentence.
///
/// # Errors
/// As [`cross_speed`].
pub fn rows(library: &Library) -> Result<(Vec<Row>, String), Error> {
    let found = cross_speed(library, &rigid_wall()?)?;
    let mut rows = Vec::new();
    for r in &found.rows {
        let mut row = |quantity: &str, unit: &str, read: f64, predicted: f64| {
            let source = format!(
                "its own pulse at {} km/h, where it has lost the energy of the slower car",
                r.identified_kmh
            );
            let case = format!("{} at {} km/h", r.id, r.speed_kmh);
            let name = (quantity, unit);
            let label = (Label::Measured, source);
            rows.push(Row::new(
                (Family::OtherSpeed, Kind::Prediction),
                case,
                name,
                [read; 2],
                predicted,
                label,
            ));
        };
        row("dynamic crush", "mm", r.read_crush_mm, r.crush_mm);
        row("peak, CFC 60", "g", r.read_peak_g, r.peak_g_cfc60);
    }
    Ok((rows, found.sentence()))
}
