//! KW400 and AHOF400 in the virtual load-cell wall beside what was published (model section 5).

use crate::collision::stiffness::{PUBLISHED, stiffness_table};
use crate::dynamics::Plan;
use crate::error::Error;
use crate::units::KMH;
use crate::vehicle::Library;

use super::STEP_S;
use super::row::{Family, Label, Row};

/// Speed of US NCAP, km/h.
const WALL_KMH: f64 = 56.3;

const NEON: &str = "dodge-neon-1996";
/// Force on the wall holds the engine's, mass times cabin deceleration does not; even so the two disagree.
const NEON_NOTE: &str =
    "; the cabin channel of its own test 2320 over the same window gives 575 N/mm";

/// Rows of the vehicles with a published value; none is judged: the published tests bracket other cars or walls.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let vehicles = PUBLISHED
        .iter()
        .map(|p| library.vehicle(p.id))
        .collect::<Result<Vec<_>, _>>()?;
    let table = stiffness_table(&vehicles, WALL_KMH * KMH, Plan::new(0.160, STEP_S))?;
    let mut rows = Vec::new();
    for (seen, p) in table.iter().zip(&PUBLISHED) {
        let mut row = |name, range, predicted: Option<f64>| {
            let label = (Label::Published, p.source);
            let predicted = predicted.unwrap_or(f64::NAN);
            let mut note = format!(
                "published for the {} at {:.0} kg, ours {:.0} kg",
                p.name, p.mass_kg, seen.mass_kg
            );
            if p.id == NEON {
                note += NEON_NOTE;
            }
            rows.push(Row::new(Family::Stiffness, p.id, name, range, predicted, label).noted(note));
        };
        row(("KW400", "N/mm"), p.kw400_N_per_mm, seen.kw400_N_per_mm);
        if let Some(mm) = p.ahof400_mm {
            row(("AHOF400", "mm"), [mm; 2], seen.ahof400_mm);
        }
    }
    Ok(rows)
}
