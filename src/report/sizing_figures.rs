//! Figures of sizing beyond one answer: Pareto fronts and the feasibility map.

use crate::plot::{Heading, Stamp, Theme, heatmap, tradeoff};
use crate::sizing::Vary;
use crate::sizing::feasibility::FeasibilityMap;
use crate::sizing::pareto::Fronts;

use super::text::{axis, plain, written};
use super::{NamedFigure, ReportError};

fn heading(caption: &str, stamp: &Stamp) -> Heading {
    Heading {
        title: String::new(),
        note: String::new(),
        caption: caption.to_string(),
        stamp: stamp.clone(),
    }
}

/// What a front varied, in words.
pub(super) fn varied(vary: Vary) -> &'static str {
    match vary {
        Vary::Structure => "structure only",
        Vary::Restraint => "restraints only",
        Vary::Both => "both",
        Vary::Partner => "the partner",
    }
}

/// Added mass and direct cost against a limit: structure only, restraints only, both. Stem `pareto-<vehicle>`.
///
/// # Errors
/// [`ReportError`] when there is no point to draw.
pub fn fronts_figure(name: &str, fronts: &Fronts, stamp: &Stamp) -> Result<NamedFigure, ReportError> {
    let m = fronts.criterion;
    let what = m.words();
    let lines = fronts.fronts.iter().map(|f| tradeoff::Line {
        name: varied(f.vary).to_string(),
        points: f
            .points
            .iter()
            // A limit that is missed is no point of the front: the strip above shows it as a cross.
            .map(|p| tradeoff::Point {
                target_pct: m.shown(p.limit),
                added_mass_kg: p.feasible.then_some(p.added_mass_kg),
                added_cost_usd: p.feasible.then_some(p.added_cost_usd),
                feasible: p.feasible,
            })
            .collect(),
    });
    let caption = format!(
        "Least added direct manufacturing cost, and its mass, for the {name} to keep the {what} in its worst pair \
         within a limit, with the other limits of the reference target and its own wall test: by structure alone, by \
         restraints alone, and by both. As built: {}. Cross: cannot be met. Cost is what is least: a dearer \
         restraint package may save mass.",
        written(m, fronts.as_built)
    );
    let input = tradeoff::Input {
        heading: heading(&caption, stamp),
        target: format!("Limit: {}", axis(m)),
        lines: lines.collect(),
        infeasible_note: String::new(),
    };
    let figure = tradeoff::draw(&input, &Theme::half_page())?;
    Ok((format!("pareto-{}", fronts.vehicle), figure, caption))
}

/// Added direct cost over partner mass and speed. Stem `map-<vehicle>`.
///
/// # Errors
/// [`ReportError`] when no cell is feasible.
pub fn map_figure(name: &str, partner: &str, map: &FeasibilityMap, stamp: &Stamp) -> Result<NamedFigure, ReportError> {
    let values = map
        .cells
        .iter()
        .map(|row| row.iter().map(|c| c.feasible.then_some(c.added_cost_usd)).collect());
    let caption = format!(
        "Least added direct manufacturing cost with which the {name} keeps the reference target against a partner \
         like the {partner}, by the partner's mass and the speed of each vehicle (closing speed is twice that). The \
         partner's masses and forces are scaled together, so that its own wall pulse stays. 0: met as built. Hatched: \
         cannot be met within the bounds."
    );
    let input = heatmap::Input {
        heading: heading(&caption, stamp),
        row_title: "Partner".to_string(),
        column_title: "Each vehicle, km/h".to_string(),
        rows: map.masses_kg.iter().map(|kg| format!("{} kg", plain(*kg))).collect(),
        columns: map.speeds_kmh.iter().map(|s| plain(*s)).collect(),
        values: values.collect(),
        extra: None,
        quantity: "Added direct cost (USD)".to_string(),
        decimals: 0,
        scale: heatmap::Scale::Sequential { range: None },
        missing: "cannot be met".to_string(),
    };
    let figure = heatmap::draw(&input, &Theme::half_page())?;
    Ok((format!("map-{}", map.vehicle), figure, caption))
}
