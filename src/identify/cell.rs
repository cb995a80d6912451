//! Between the front and its cell: a recipe at a margin, the barrier run at another one, and what the file says of both
//! (model section 9).

use crate::error::Error;
use crate::vehicle::{Basis, Provenance, Side, Vehicle};

use super::draft::Parameters;
use super::offset::{self, CELL, MARGIN, OffsetReading, cell_kn, offset_intrusion_mm};
use super::recipe::{Recipe, Template};
use super::{FIT_STEP_S, Identified, parse, structure, write};

/// Spread of a cell whose reading is two-sided, with which the uncertainty of phi goes along.
const CELL_CV: f64 = 0.2;

/// What the offset barrier says of a cell.
pub(super) struct Asked<'a> {
    /// The reading to meet: the car's own, else its class's.
    pub reading: &'a OffsetReading,
    /// Is it the car's own?
    pub own: bool,
    /// That of its class.
    pub class: Option<&'a OffsetReading>,
    /// Median of the margin without a reading.
    pub median: f64,
}

/// Give the recipe a margin, and its cell the evidence of it.
pub(super) fn set_margin(recipe: &mut Recipe, template: &Template, asked: &Asked, margin: f64) {
    let (reading, own) = (asked.reading, asked.own);
    recipe.strength.insert("cell_margin".into(), margin);
    let key = format!("path.{CELL}.force_kN");
    let entry = recipe.provenance.get(&key);
    let Some(entry) = entry.or(template.provenance.get(&key)).cloned() else {
        return;
    };
    // A cell that is drawn with its front stays so.
    if entry.with.is_some() {
        return;
    }
    let from_above = !own || reading.at_most;
    let bound = (100.0 / margin).round() / 100.0;
    let changed = Provenance {
        basis: Basis::Derived,
        source: if own {
            reading.source.clone()
        } else {
            entry.source.clone()
        },
        cv: CELL_CV,
        side: from_above.then_some(Side::Above),
        bound: (from_above && bound < 1.0).then_some(bound),
        ..entry
    };
    recipe.provenance.insert(key, changed);
}

/// The found front with another margin of the cell.
fn at_margin(found: &Identified, template: &Template, margin: f64) -> Result<Vehicle, Error> {
    let (recipe, parameters) = match &found.pulse {
        Some(pulse) => (&pulse.fitted, Parameters::default()),
        None => (&found.recipe, found.fit.parameters),
    };
    let mut recipe = recipe.clone();
    recipe.strength.insert("cell_margin".into(), margin);
    let mut draft = structure::build(&recipe, template, &parameters)?;
    draft.end_body_mounts(found.fit.response.body_mounts_kn);
    parse(&recipe, &write::vehicle_toml(&recipe, template, &draft, &[]))
}

/// Residual intrusion in the offset barrier at a margin, mm.
pub(super) fn intrusion_mm(
    found: &Identified,
    template: &Template,
    reading: &OffsetReading,
    margin: f64,
) -> Result<f64, Error> {
    let vehicle = at_margin(found, template, margin)?;
    let (speed, overlap) = (reading.speed_kmh.get(), reading.overlap_pct.get());
    offset_intrusion_mm(&vehicle, speed, overlap, FIT_STEP_S)
}

/// Comment lines on the cell: the reading and what the file shows, and a cell without the car's own reading.
pub(super) fn remarks(found: &Identified, template: &Template, asked: &Asked) -> Result<String, Error> {
    let Asked {
        reading,
        own,
        class,
        median,
    } = *asked;
    let margin = found.recipe.cell_margin(template);
    let x = intrusion_mm(found, template, reading, margin)?;
    let kn = |m: f64| cell_kn(&found.vehicle).unwrap_or(0.0) * m / margin;
    let (whose, bound) = (
        if own { "read" } else { "of its class" },
        if reading.at_most { "at most " } else { "" },
    );
    let mut lines = vec![
        format!(
            "Offset barrier, {} km/h, {} %: residual intrusion {whose} {bound}{:.0} mm (sd {:.0}) -> this file {x:.0} mm",
            reading.speed_kmh.get(),
            reading.overlap_pct.get(),
            reading.mean_mm()?,
            reading.intrusion_sd_mm.get()
        ),
        format!("  {}", reading.tested),
        format!(
            "  cell {:.0} kN, {margin:.2} times what its own wall sent through it (prior {median:.2})",
            kn(margin)
        ),
    ];
    if own {
        let alone = match class {
            Some(c) => {
                let run = |m: f64| intrusion_mm(found, template, c, m);
                offset::margin(median, c, run)?.margin
            }
            None => median,
        };
        lines.push(format!(
            "  without this reading: cell {:.0} kN, intrusion {:.0} mm",
            kn(alone),
            intrusion_mm(found, template, reading, alone)?
        ));
    }
    if !reading.is_met(x)? {
        let at_end = (margin / MARGIN[0]).ln().abs() < 0.02 || (MARGIN[1] / margin).ln().abs() < 0.02;
        lines.push(format!(
            "  the reading is not met: {}",
            if at_end {
                "the margin is at its bound, what intrudes is not the cell's"
            } else {
                "a cell that met it would be too far from what wall tests of its time allow"
            }
        ));
    }
    Ok(lines.iter().map(|l| format!("# {l}\n")).collect())
}
