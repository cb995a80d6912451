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

/// What a reader of a row must know besides the masses.
fn remark(id: &str) -> &'static str {
    match id {
        "dodge-neon-1996" => {
            "; part of its fit with a spread of a tenth, held against its own cabin channel, which gives 580: front masses of \
             some 300 kg would have to stop within the window, ours has 250"
        }
        "chevrolet-silverado-1500-2014" => {
            "; another generation, and no history of either is at hand: the shape of the rails is the template's"
        }
        _ => "",
    }
}

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
            let note = format!(
                "published for the {} at {:.0} kg, ours {:.0} kg{}",
                p.name,
                p.mass_kg,
                seen.mass_kg,
                remark(p.id)
            );
            rows.push(Row::new(Family::Stiffness, p.id, name, range, predicted, label).noted(note));
        };
        row(("KW400", "N/mm"), p.kw400_N_per_mm, seen.kw400_N_per_mm);
        if let Some(mm) = p.ahof400_mm {
            row(("AHOF400", "mm"), [mm; 2], seen.ahof400_mm);
        }
    }
    Ok(rows)
}
