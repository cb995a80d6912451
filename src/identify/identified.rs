//! A recipe becomes a vehicle: front and cell in turns, until they agree.

use std::path::Path;

use super::recipe::{Recipe, Template, read_recipe};
use super::{FIT_STEP_S, Fit, Parameters, PulseOutcome, REPORT_STEP_S, WallRig};
use super::{cell, offset, pulse, scalars, structure, write};
use crate::error::{Error, SourceText};
use crate::vehicle::{Vehicle, endless_body_mount, face_hole, parse_vehicle};

/// Fits of the front at most, and ln(margin) within which two rounds agree.
const ROUNDS: usize = 7;
const SAME_MARGIN: f64 = 0.03;
/// Where the comments of a vehicle file end.
const HEAD_ENDS: &str = "format = 1\n";

/// An identified vehicle.
#[derive(Debug, Clone)]
pub struct Identified {
    /// The recipe.
    pub recipe: Recipe,
    /// Fitted parameters with their spread; `fit.response` is from the reported step.
    pub fit: Fit,
    /// What the histories of the test gave, for a recipe with `[pulse]`.
    pub pulse: Option<Box<PulseOutcome>>,
    /// The complete vehicle file.
    pub text: String,
    /// The same, parsed.
    pub vehicle: Vehicle,
}

/// Identify the vehicle of a recipe file against a rigid wall, and its cell against the offset barrier where it or its
/// class has a reading ([`mod@offset`]): the front is fitted at a margin of the cell, the margin to the reading with
/// that front, until the two agree; of the rounds the most likely one, front and cell together.
///
/// # Errors
/// Errors of [`read_recipe`], of the vehicle file's own rules, and of the simulation; [`Error::Request`] when the
/// face has a hole or a number has no provenance.
pub fn identify(recipe_path: &Path, wall: &Vehicle) -> Result<Identified, Error> {
    let (mut recipe, template) = read_recipe(recipe_path)?;
    let folder = recipe_path.parent().unwrap_or(Path::new("."));
    let median = recipe.cell_margin(&template);
    let class = template.class_reading(recipe.year);
    let own = recipe.offset.clone();
    let Some(reading) = own.as_ref().or(class) else {
        return identify_front(&recipe, &template, folder, wall);
    };
    let asked = cell::Asked {
        reading,
        own: own.is_some(),
        class,
        median,
    };
    let mut at = median;
    let mut before = None;
    let mut best: Option<(f64, Identified)> = None;
    for _ in 0..ROUNDS {
        cell::set_margin(&mut recipe, &template, &asked, at);
        let found = identify_front(&recipe, &template, folder, wall)?;
        let run = |m: f64| cell::intrusion_mm(&found, &template, reading, m);
        let here = offset::Found {
            margin: at,
            intrusion_mm: run(at)?,
        };
        let cost = found.chi_square() + here.misfit(median, reading)?;
        let next = offset::margin(median, reading, run)?.margin;
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, found));
        }
        if (next / at).ln().abs() < SAME_MARGIN {
            break;
        }
        // A front that leans on its cell answers another cell by another front: half of the way, once it turned back.
        let turned = before.is_some_and(|b: f64| (at - b) * (next - at) < 0.0);
        before = Some(at);
        let to = if turned { (at * next).sqrt() } else { next };
        at = (100.0 * to).round() / 100.0;
    }
    let (_, mut found) = best.ok_or_else(|| Error::request("no round of a fit", "report this"))?;
    let remarks = cell::remarks(&found, &template, &asked)?;
    found.text = found.text.replacen(HEAD_ENDS, &(remarks + HEAD_ENDS), 1);
    Ok(found)
}

impl Identified {
    /// Chi-square of the own wall test.
    fn chi_square(&self) -> f64 {
        (self.pulse.as_ref()).map_or(2.0 * self.fit.cost, |p| p.fit.chi_square.0)
    }
}

/// Identify the front at the margin of the cell that the recipe states.
fn identify_front(recipe: &Recipe, template: &Template, folder: &Path, wall: &Vehicle) -> Result<Identified, Error> {
    if let Some(test) = &recipe.pulse {
        let outcome = pulse::evidence::identify_pulse(recipe, template, test, folder, wall)?;
        let (vehicle, text) = checked(recipe, outcome.text.clone())?;
        return Ok(Identified {
            fit: outcome.scalars.clone(),
            pulse: Some(Box::new(outcome)),
            recipe: recipe.clone(),
            text,
            vehicle,
        });
    }
    let run = |p: &Parameters, rig: &WallRig| {
        let draft = structure::build(recipe, template, p)?;
        let vehicle = parse(recipe, &write::vehicle_toml(recipe, template, &draft, &[]))?;
        rig.run(
            &vehicle,
            recipe.wall.speed_kmh,
            recipe.wall.instrumented_mass.as_deref(),
        )
    };
    let coarse = WallRig::new(wall.clone(), FIT_STEP_S);
    let mut fit = scalars::fit(&recipe.wall, template, |p| run(p, &coarse))?;
    fit.response = run(&fit.parameters, &WallRig::new(wall.clone(), REPORT_STEP_S))?;
    let mut draft = structure::build(recipe, template, &fit.parameters)?;
    draft.end_body_mounts(fit.response.body_mounts_kn);
    let remarks = remarks(recipe, template, &fit);
    let text = write::vehicle_toml(recipe, template, &draft, &remarks);
    let (vehicle, text) = checked(recipe, text)?;
    Ok(Identified {
        recipe: recipe.clone(),
        fit,
        pulse: None,
        text,
        vehicle,
    })
}

pub(super) fn parse(recipe: &Recipe, text: &str) -> Result<Vehicle, Error> {
    let name = format!("{} (generated)", recipe.id);
    Ok(parse_vehicle(&SourceText::new(name, text))?)
}

/// A generated file that parses, whose face is closed and whose every number has provenance.
fn checked(recipe: &Recipe, text: String) -> Result<(Vehicle, String), Error> {
    let vehicle = parse(recipe, &text)?;
    if let Some(hole) = face_hole(&vehicle, crate::vehicle::Face::Front) {
        return Err(Error::request(
            format!("the front face of {} has a hole: {hole}", recipe.id),
            "widen or raise cabin_low, cabin_high_share in the template",
        ));
    }
    if let Some(mount) = endless_body_mount(&vehicle) {
        return Err(Error::request(
            format!("{}: mount {} never breaks", recipe.id, mount.name),
            "give it break_kN",
        ));
    }
    let bare = vehicle.keys_without_provenance();
    if !bare.is_empty() {
        return Err(Error::request(
            format!("{}: no provenance for {}", recipe.id, bare.join(", ")),
            "add an entry to the recipe or the template",
        ));
    }
    Ok((vehicle, text))
}

/// " (target 229 mm)", or nothing without a reading.
pub(super) fn target_text(mm: Option<f64>) -> String {
    mm.map_or(String::new(), |mm| format!(" (target {mm:.0} mm)"))
}

/// Comment lines for the head of the file: target, prediction, parameters.
fn remarks(recipe: &Recipe, template: &Template, fit: &Fit) -> Vec<String> {
    let (t, w) = (&recipe.wall, &fit.response);
    let at = t.instrumented_mass.as_deref().unwrap_or("cabin");
    let mut lines = vec![
        format!(
            "Own wall test at {} km/h, read at the {at}: target -> this file",
            t.speed_kmh
        ),
        format!(
            "  dynamic crush {:.1} -> {:.1} mm, peak {:.1} -> {:.1} g (CFC 60)",
            t.dynamic_crush_mm, w.crush_mm, t.peak_g_cfc60, w.peak_g_cfc60
        ),
        format!(
            "  restitution {:.3}, residual crush {:.0} mm{}, intrusion {:.0} mm, peak at {:.1} ms",
            w.restitution,
            w.residual_crush_mm,
            t.residual_crush_mm.map_or(String::new(), |r| format!(
                " (bumper profile after the test: mean {r:.0} mm)"
            )),
            w.intrusion_mm,
            w.time_of_peak_ms
        ),
    ];
    if t.engine_travel(template).is_some() {
        let of = target_text(t.engine_travel_mm);
        lines.push(format!("  engine pushed rearward by {:.0} mm{of}", w.engine_travel_mm));
    }
    let mut p = fit.parameters;
    let fitted: Vec<String> = fit
        .spread
        .iter()
        .filter_map(|(name, sd)| p.by_name(name).map(|v| format!("{name} {v:.2} (sd {sd:.2})")))
        .collect();
    lines.push(format!("Parameters: {}", fitted.join(", ")));
    lines
}
