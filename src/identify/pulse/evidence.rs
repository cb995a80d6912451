//! What a pulse fit leaves: the vehicle file with the fit's own spreads, the table of residuals, and a warning for
//! every pair of parameters that the test cannot tell apart.

use std::path::Path;

use nalgebra::DMatrix;

use crate::error::Error;
use crate::units::KMH;
use crate::vehicle::Vehicle;

use super::super::recipe::{Recipe, Template};
use super::super::scalars::{Fit, WallResponse};
use super::super::{FIT_STEP_S, Parameters, REPORT_STEP_S, write};
use super::agreement;
use super::data::{Measured, Motion, PulseTest, WALL};
use super::fit::{PulseFit, PulseProblem};
use super::parameter::{FreeParameter, free_parameters, read_priors};
use super::residual::{ResidualRow, residual_table};
use super::response::{PulseRig, Response};
use super::spread;

/// Key of `[sources]` for what the pulse fixed.
const SOURCE: &str = "pulse-identification";
/// A correlation of this size is worth a warning.
const STRONG: f64 = 0.9;

/// A structure identified from pulses.
#[derive(Debug, Clone)]
pub struct PulseOutcome {
    /// Measured histories.
    pub measured: Measured,
    /// Those of the fitted structure, at the reported step.
    pub response: Response,
    /// Bodies of `response.motions`, in order.
    pub bodies: Vec<String>,
    /// The body whose crush and peak the test states.
    pub main: String,
    /// The recipe with its fitted values.
    pub fitted: Recipe,
    /// Free parameters.
    pub free: Vec<FreeParameter>,
    /// The fit.
    pub fit: PulseFit,
    /// Measured against fitted.
    pub table: Vec<ResidualRow>,
    /// Pairs of parameters that the test cannot tell apart, with their correlation.
    pub correlated: Vec<(String, String, f64)>,
    /// Vehicle file.
    pub text: String,
    /// The same as the scalar identification reports it.
    pub scalars: Fit,
}

/// Identify a recipe with `[pulse]`; files of channels are relative to `folder`, the recipe's own.
///
/// # Errors
/// Those of reading channels and priors, of the fit, of building and simulating.
pub fn identify_pulse(
    recipe: &Recipe,
    template: &Template,
    test: &PulseTest,
    folder: &Path,
    wall: &Vehicle,
) -> Result<PulseOutcome, Error> {
    let main = recipe.wall.instrumented_mass.clone().unwrap_or("cabin".into());
    let speed_mps = recipe.wall.speed_kmh * KMH;
    let measured = Measured::read(test, folder, speed_mps, &main)?;
    agreement::check(&measured, recipe, &main)?;
    let mut recipe = recipe.clone();
    if let (None, Some(mean)) = (recipe.wall.mean_10ms_g, measured.mean(&main)) {
        recipe.wall.mean_10ms_g = Some(mean.mean_10ms_g());
    }
    let recipe = &recipe;
    let bodies: Vec<String> = measured.bodies().into_iter().map(String::from).collect();
    let mut seeing: Vec<&str> = measured.bodies();
    if measured.wall.is_some() {
        seeing.push(WALL);
    }
    let priors = read_priors(folder)?;
    let wanted = test.free.as_deref();
    let free = free_parameters(&priors, recipe, template, &seeing, wanted, &test.fixed)?;
    let rig = |step_s: f64| PulseRig::new(wall.clone(), speed_mps, step_s, bodies.clone(), measured.samples);
    let means: Vec<Option<Motion>> = bodies.iter().map(|b| measured.mean(b)).collect();
    let coarse = rig(FIT_STEP_S);
    let problem = PulseProblem {
        recipe,
        template,
        measured: &measured,
        free: &free,
        rig: &coarse,
        bodies: &bodies,
        main: &main,
        means: &means,
    };
    let fit = problem.fit()?;
    let response = rig(REPORT_STEP_S).one(&problem.vehicle(&fit.z)?)?;
    let (mut fitted, mut draft) = problem.draft(&fit.z)?;
    draft.end_body_mounts(response.body_mounts_kn);
    let entries = spread::entries(&problem, &fit, &draft, &response.path_crush_mm, SOURCE)?;
    fitted.provenance.extend(entries);
    let kw400 = recipe.wall.kw400_N_per_mm;
    fitted
        .sources
        .insert(SOURCE.into(), source_text(&measured, &main, kw400.is_some()));
    let table = residual_table(&measured, &response, &bodies, &main, kw400);
    let correlated = correlated(&free, &fit.covariance);
    let remarks = remarks(recipe, &table, &free, &fit, &response);
    let text = write::vehicle_toml(&fitted, template, &draft, &remarks);
    let scalars = as_scalars(&free, &fit, &response, &bodies, &main);
    Ok(PulseOutcome {
        measured,
        response,
        bodies,
        main,
        fitted,
        free,
        fit,
        table,
        correlated,
        text,
        scalars,
    })
}

/// Pairs of parameters with a strong posterior correlation, strongest first.
fn correlated(free: &[FreeParameter], covariance: &DMatrix<f64>) -> Vec<(String, String, f64)> {
    let mut pairs = Vec::new();
    for (i, second) in free.iter().enumerate() {
        for (j, first) in free[..i].iter().enumerate() {
            let rho = covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt();
            if rho.abs() > STRONG {
                pairs.push((first.name.clone(), second.name.clone(), rho));
            }
        }
    }
    pairs.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    pairs
}

fn source_text(measured: &Measured, main: &str, has_kw400: bool) -> String {
    let channels: Vec<String> = measured
        .traces
        .iter()
        .map(|t| format!("{} on {}", t.code, t.body))
        .collect();
    let wall = measured
        .wall
        .as_ref()
        .map_or(String::new(), |w| format!(" and {} rows of load cells", w.rows.len()));
    let stiffness = if has_kw400 { " and the published KW400" } else { "" };
    format!(
        "Identified by this project from the histories of the vehicle's own wall test, read at the {main}: {}{wall}{stiffness}; \
         spread from the covariance of the fit, priors where the test is silent",
        channels.join(", ")
    )
}

/// Comment lines for the head of the file.
fn remarks(
    recipe: &Recipe,
    table: &[ResidualRow],
    free: &[FreeParameter],
    fit: &PulseFit,
    w: &Response,
) -> Vec<String> {
    let mut lines = vec![format!(
        "Own wall test at {} km/h, measured -> this file (own step 10 us):",
        recipe.wall.speed_kmh
    )];
    for r in table.iter().filter(|r| r.allowed.is_some()) {
        let digits = if r.measured.abs() < 10.0 { 3 } else { 1 };
        lines.push(format!(
            "  {} {:.digits$} -> {:.digits$}",
            r.measure, r.measured, r.fitted
        ));
    }
    lines.push(format!(
        "  intrusion {:.0} mm, cabin at separation {:.0} of {:.0} mm, engine back at {:.1} m/s at most, pushed rearward by \
         {:.0} mm{}",
        w.intrusion_mm,
        w.residual_crush_mm,
        w.crush_mm,
        w.engine_rebound_mps,
        w.engine_travel_mm,
        super::super::target_text(recipe.wall.engine_travel_mm)
    ));
    let (chi, n) = fit.chi_square;
    lines.push(format!(
        "Fit: chi-square {chi:.0} over {n:.0} independent data, {} parameters. Factor on the recipe's value (spread",
        fit.z.len()
    ));
    lines.push("  before -> after) of those that the test moved:".into());
    for (i, p) in free.iter().enumerate().filter(|(i, _)| fit.covariance[(*i, *i)] < 0.9) {
        let after = p.sd * fit.covariance[(i, i)].sqrt();
        lines.push(format!(
            "  {} {:.2} ({:.2} -> {after:.2})",
            p.name,
            (p.sd * fit.z[i]).exp(),
            p.sd
        ));
    }
    lines
}

/// The fit in the words of the scalar identification.
fn as_scalars(free: &[FreeParameter], fit: &PulseFit, w: &Response, bodies: &[String], main: &str) -> Fit {
    let at = bodies.iter().position(|b| b == main);
    let seen = at.map(|i| w.motions[i].scalars());
    Fit {
        parameters: Parameters::default(),
        response: WallResponse {
            crush_mm: seen.map_or(w.crush_mm, |s| s.crush_mm),
            peak_g_cfc60: seen.map_or(w.cabin_peak_g, |s| s.peak_g_cfc60),
            time_of_peak_ms: seen.map_or(w.cabin_peak_ms, |s| s.time_of_peak_ms),
            residual_crush_mm: w.residual_crush_mm,
            restitution: w.restitution,
            intrusion_mm: w.intrusion_mm,
            engine_rebound_mps: w.engine_rebound_mps,
            engine_travel_mm: w.engine_travel_mm,
            body_mounts_kn: w.body_mounts_kn,
        },
        spread: free
            .iter()
            .enumerate()
            .map(|(i, p)| (p.name.clone(), p.sd * fit.covariance[(i, i)].max(0.0).sqrt()))
            .collect(),
        cost: fit.costs.iter().copied().fold(f64::INFINITY, f64::min),
        evaluations: fit.evaluations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only pairs above the limit are named, the strongest first.
    #[test]
    fn strong_correlations_are_named() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles/recipes");
        let (recipe, template) = super::super::super::read_recipe(&folder.join("dodge-neon-1996.toml")).unwrap();
        let priors = read_priors(&folder).unwrap();
        let names = ["masses.powertrain", "strength.pack", "strength.one_side"].map(String::from);
        let free = free_parameters(&priors, &recipe, &template, &["cabin"], Some(&names), &[]).unwrap();
        let c = DMatrix::from_row_slice(3, 3, &[4.0, 1.9, 0.0, 1.9, 1.0, -0.5, 0.0, -0.5, 1.0]);
        let found = correlated(&free, &c);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((found[0].2 - 0.95).abs() < 1e-12 && found[0].0 == "masses.powertrain");
    }
}
