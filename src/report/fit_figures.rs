//! Figures of a structure identified from pulses: measured against fitted, one figure a body, the wall, and force
//! over displacement (model section 9).

use crate::identify::pulse::data::{GRID_S, Motion};
use crate::identify::{PulseOutcome, Recipe};
use crate::plot::{Curve, Figure, Heading, Stamp, Theme, force_crush, pulse};

use super::{NamedFigure, ReportError};

/// Colours and names follow the order of the curves.
const MEASURED: &str = "measured";
const FITTED: &str = "this file";

/// All figures of a fit.
///
/// # Errors
/// [`ReportError::Plot`] when a history has nothing to draw.
pub fn fit_figures(recipe: &Recipe, found: &PulseOutcome, stamp: &Stamp) -> Result<Vec<NamedFigure>, ReportError> {
    let view = View { recipe, found, stamp };
    let mut all = Vec::new();
    for (at, body) in found.bodies.iter().enumerate() {
        all.push(view.body(body, &found.response.motions[at])?);
    }
    all.extend(view.wall()?);
    all.extend(view.loops()?);
    Ok(all)
}

struct View<'a> {
    recipe: &'a Recipe,
    found: &'a PulseOutcome,
    stamp: &'a Stamp,
}

impl View<'_> {
    fn heading(&self, title: String, caption: String) -> Heading {
        Heading {
            title,
            note: format!(
                "{}, own wall test at {} km/h",
                self.recipe.name, self.recipe.wall.speed_kmh
            ),
            caption,
            stamp: self.stamp.clone(),
        }
    }

    /// Channels of a body that are drawn as measured: their mean where all are whole, else each.
    fn measured(&self, body: &str) -> Vec<(String, Motion)> {
        let m = &self.found.measured;
        let own: Vec<_> = m.traces.iter().filter(|t| t.body == body).collect();
        let whole = own.iter().all(|t| t.motion.a_g.len() == m.samples);
        match m.mean(body) {
            Some(mean) if whole => vec![(MEASURED.into(), mean)],
            _ => own
                .iter()
                .map(|t| (format!("{MEASURED}, {}", place(&t.sensor)), t.motion.clone()))
                .collect(),
        }
    }

    fn body(&self, body: &str, fitted: &Motion) -> Result<NamedFigure, ReportError> {
        let mut all = self.measured(body);
        all.push((FITTED.into(), fitted.clone()));
        let curves = |of: &dyn Fn(&Motion) -> Vec<f64>| -> Vec<Curve> {
            all.iter().map(|(name, m)| over_time(name, of(m))).collect()
        };
        let caption = format!(
            "Deceleration (CFC 60) and velocity of the {body} of the {} in its own wall test: measured, and the \
             structure identified from it.",
            self.recipe.name
        );
        let figure = pulse::draw(
            &pulse::Input {
                heading: self.heading(format!("Fit of the {body}"), caption.clone()),
                quantity: "Deceleration (g), CFC 60".into(),
                unit: "g".into(),
                curves: curves(&|m| m.a_g.iter().map(|a| -a).collect()),
                mark_peaks: true,
                lower_quantity: "Velocity (m/s)".into(),
                lower_curves: curves(&|m| m.v_mps.clone()),
            },
            &Theme::half_page(),
        )?;
        Ok((format!("fit-{body}"), figure, caption))
    }

    fn wall(&self) -> Result<Option<NamedFigure>, ReportError> {
        let Some(wall) = &self.found.measured.wall else {
            return Ok(None);
        };
        let force = [wall.total_kn.clone(), self.found.response.wall_kn.clone()];
        let impulse = |f: &[f64]| -> Vec<f64> {
            let running = f.iter().scan(0.0, |sum, f| {
                *sum += f * GRID_S;
                Some(*sum)
            });
            running.collect()
        };
        let pair = |y: [Vec<f64>; 2]| -> Vec<Curve> {
            let [a, b] = y;
            vec![over_time(MEASURED, a), over_time(FITTED, b)]
        };
        let caption = format!(
            "Force on the load-cell wall (CFC 60) and its impulse in the own test of the {}: measured, and the \
             structure identified from it.",
            self.recipe.name
        );
        let figure = pulse::draw(
            &pulse::Input {
                heading: self.heading("Fit of the wall force".into(), caption.clone()),
                quantity: "Wall force (kN), CFC 60".into(),
                unit: "kN".into(),
                lower_quantity: "Impulse (kN s)".into(),
                lower_curves: pair([impulse(&force[0]), impulse(&force[1])]),
                curves: pair(force),
                mark_peaks: true,
            },
            &Theme::half_page(),
        )?;
        Ok(Some(("fit-wall".into(), figure, caption)))
    }

    /// Wall force, where it was measured, over the displacement of the main body.
    fn loops(&self) -> Result<Option<NamedFigure>, ReportError> {
        let f = self.found;
        let (Some(wall), Some(mean), Some(at)) = (
            &f.measured.wall,
            f.measured.mean(&f.main),
            f.bodies.iter().position(|b| *b == f.main),
        ) else {
            return Ok(None);
        };
        let one = |name: &str, u: &[f64], force: &[f64]| force_crush::Loop {
            name: name.into(),
            crush_mm: u.iter().map(|u| 1e3 * u).collect(),
            force_kn: force.to_vec(),
            absorbed_kj: None,
            returned_kj: None,
        };
        let caption = format!(
            "Force on the wall over the displacement of the {} of the {}: measured, and the structure identified \
             from it. Their areas exceed the kinetic energy, because the engine stops after a shorter way.",
            f.main, self.recipe.name
        );
        let figure: Figure = force_crush::draw(
            &force_crush::Input {
                heading: self.heading("Force and displacement".into(), caption.clone()),
                loops: vec![
                    one(MEASURED, &mean.u_m, &wall.total_kn),
                    one(FITTED, &f.response.motions[at].u_m, &f.response.wall_kn),
                ],
                arrangement: force_crush::Arrangement::Overlaid,
            },
            &Theme::half_page(),
        )?;
        Ok(Some(("fit-force-displacement".into(), figure, caption)))
    }
}

fn over_time(name: &str, y: Vec<f64>) -> Curve {
    let ms = (0..y.len()).map(|i| i as f64 * GRID_S * 1e3).collect();
    Curve::new(name, ms, y)
}

/// The place of a sensor: its words up to the first comma.
fn place(sensor: &str) -> &str {
    sensor.split(',').next().unwrap_or(sensor)
}
