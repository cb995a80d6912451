//! What one dummy went through, stacked over time: head, chest, deflection, belt and femur forces.
//!
//! Filter classes are those of the readings (SAE J211): head CFC 1000, chest and deflection CFC 180, femur
//! CFC 600; belt forces CFC 60 (note N1, [`crate::model`]).

use crate::criteria::head::hic15;
use crate::occupant::Occupant;
use crate::occupant::chain::Chain;
use crate::plot::Curve;
use crate::plot::occupant::{self, Level, TimePanel, Window};
use crate::signal::cfc::Cfc;
use crate::units::{G0, MM};

use super::case_view::View;
use super::text::fixed;
use super::{NamedFigure, ReportError};

/// Shown after the vehicles have parted, s: belts still hold the occupant.
const AFTER_S: f64 = 0.06;

/// One figure an occupant, `occupant-1` onward.
pub(super) fn all(view: &View) -> Result<Vec<NamedFigure>, ReportError> {
    (0..view.finished.assembly.occupants.len())
        .map(|i| one(view, i))
        .collect()
}

fn panel(quantity: &str, unit: &str, decimals: usize, curves: Vec<Curve>) -> TimePanel {
    TimePanel {
        quantity: quantity.to_string(),
        unit: unit.to_string(),
        decimals,
        curves,
        windows: Vec::new(),
        levels: Vec::new(),
        mark_peaks: true,
    }
}

fn one(view: &View, index: usize) -> Result<NamedFigure, ReportError> {
    let record = &view.finished.record;
    let occupant = &view.finished.assembly.occupants[index];
    let r = &view.result.occupants[index];
    let shown = view.shown(AFTER_S);
    let curve = |name: &str, mut values: Vec<f64>| {
        values.truncate(shown);
        Curve::new(name, view.times_ms(shown), values)
    };
    // Deceleration is positive.
    let back = |body: usize| -> Vec<f64> {
        record
            .a(body)
            .iter()
            .map(|a| -occupant.mounting.heading * a / G0)
            .collect()
    };
    let mut panels = Vec::new();
    let head = back(occupant.head);
    match &occupant.chain {
        None => panels.push(panel("Deceleration of the mass (g)", "g", 1, vec![curve("mass", head)])),
        Some(chain) => {
            let head = view.filtered("the head", Cfc::C1000, &head)?;
            let mut top = panel("Head deceleration (g), CFC 1000", "g", 0, vec![]);
            let metres: Vec<f64> = head.iter().map(|a| a.abs() * G0).collect();
            let hic = hic15(&metres, record.sample_s)?;
            if hic.value > 0.0 {
                top.windows.push(Window {
                    from_ms: hic.t1_s * 1e3,
                    to_ms: hic.t2_s * 1e3,
                    label: format!("HIC15 = {}", fixed(r.hic15, 0)),
                });
            }
            top.curves.push(curve("head", head));
            let chest = view.filtered("the chest", Cfc::C180, &back(chain.spine))?;
            let mut middle = panel("Chest deceleration (g), CFC 180", "g", 0, vec![curve("chest", chest)]);
            if let Some(clip) = r.chest_a3ms_g {
                middle.levels.push(Level {
                    value: clip,
                    label: format!("3 ms clip {} g", fixed(Some(clip), 1)),
                });
            }
            panels.extend([top, middle]);
            panels.push(deflection(view, occupant, chain, &curve)?);
            panels.push(forces(view, chain, &curve)?);
        }
    }
    let caption = caption(view, index);
    let input = occupant::Input {
        heading: view.heading("", &caption),
        panels,
    };
    let figure = occupant::draw(&input, &view.theme)?;
    Ok((format!("occupant-{}", index + 1), figure, caption))
}

fn caption(view: &View, index: usize) -> String {
    let occupant = &view.finished.assembly.occupants[index];
    let r = &view.result.occupants[index];
    let person = format!(
        "{} {} ({}) in {}",
        r.dummy.id().to_uppercase(),
        r.seat.id(),
        view.case.occupants[index].restraint.id,
        view.name(occupant.mounting.side)
    );
    let risk = r.risk.nominal.joint_without_neck.map_or_else(String::new, |p| {
        format!(
            " Joint risk over head, chest and femur {} %.",
            fixed(Some(100.0 * p), 1)
        )
    });
    format!(
        "{person}: {}. HIC15 {} (window shaded), chest 3 ms clip {} g, chest deflection {} mm, femur {} kN.{risk} \
         Along the vehicle's axis only; the neck model gives no loads.",
        view.title(),
        fixed(r.hic15, 0),
        fixed(r.chest_a3ms_g, 1),
        fixed(r.chest_deflection_mm, 1),
        fixed(r.femur_kN, 2),
    )
}

type Draw<'a> = &'a dyn Fn(&str, Vec<f64>) -> Curve;

fn deflection(view: &View, occupant: &Occupant, chain: &Chain, curve: Draw) -> Result<TimePanel, ReportError> {
    let record = &view.finished.record;
    let squeeze: Vec<f64> = record
        .range()
        .map(|s| {
            let between = record.u_at(chain.spine, s) - record.u_at(chain.sternum, s);
            occupant.mounting.heading * between / MM
        })
        .collect();
    let squeeze = view.filtered("the chest deflection", Cfc::C180, &squeeze)?;
    let curves = vec![curve("deflection", squeeze)];
    Ok(panel("Chest deflection (mm), CFC 180", "mm", 0, curves))
}

fn forces(view: &View, chain: &Chain, curve: Draw) -> Result<TimePanel, ReportError> {
    let record = &view.finished.record;
    let mut curves = Vec::new();
    for (name, group, class, share) in [
        ("shoulder belt", chain.shoulder_belt, Cfc::C60, 1.0),
        ("lap belt", chain.lap_belt, Cfc::C60, 1.0),
        // The bolster takes both knees.
        ("femur, each", chain.knee, Cfc::C600, 0.5),
    ] {
        let kn: Vec<f64> = record.force(group).iter().map(|f| share * f * 1e-3).collect();
        curves.push(curve(name, view.filtered(name, class, &kn)?));
    }
    Ok(panel("Force (kN), belts CFC 60, femur CFC 600", "kN", 1, curves))
}
