//! KW400 and AHOF400 in the virtual load-cell wall beside what was published (model section 5).

use crate::collision::stiffness::stiffness_table;
use crate::dynamics::Plan;
use crate::error::Error;
use crate::units::KMH;
use crate::vehicle::Library;

use super::STEP_S;
use super::evidence::{self, Stiffnesses};
use super::row::{Family, Kind, Label, Row};

/// Speed of US NCAP, km/h.
const WALL_KMH: f64 = 56.3;

/// Rows of the vehicles with a published value; none is judged: the published tests bracket other cars or walls.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let published = evidence::read::<Stiffnesses>(library)?.stiffness;
    let vehicles = published
        .iter()
        .map(|p| library.vehicle(&p.vehicle))
        .collect::<Result<Vec<_>, _>>()?;
    let plan = Plan::new(0.160, STEP_S);
    let table = stiffness_table(&vehicles, WALL_KMH * KMH, plan, &published)?;
    let mut rows = Vec::new();
    for (seen, p) in table.iter().zip(&published) {
        let mut row = |name, kind, range, predicted: Option<f64>| {
            let label = (Label::Published, p.source.as_str());
            let predicted = predicted.unwrap_or(f64::NAN);
            let mut note = format!(
                "published for the {} at {:.0} kg, ours {:.0} kg",
                p.tested,
                p.mass_kg.get(),
                seen.mass_kg
            );
            if let Some(remark) = &p.remark {
                note += &format!("; {remark}");
            }
            let family = (Family::Stiffness, kind);
            let of = p.vehicle.as_str();
            rows.push(Row::new(family, of, name, range, predicted, label).noted(note));
        };
        // The work in the window is in the wall force that the fit held; heights are laid by the rows of load cells.
        let (force, height) = if p.itself {
            (Kind::Fit, Kind::Identity)
        } else {
            (Kind::Prediction, Kind::Prediction)
        };
        let kw400 = p.kw400_N_per_mm.get();
        row(("KW400", "N/mm"), force, kw400, seen.kw400_N_per_mm);
        if let Some(mm) = p.ahof400_mm {
            row(("AHOF400", "mm"), height, [mm.get(); 2], seen.ahof400_mm);
        }
    }
    Ok(rows)
}
