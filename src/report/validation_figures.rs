//! Figures of `crumple validate`: predicted against measured, and the spread of predicted pairs.

use crate::plot::{Heading, Stamp, Theme, scatter};
use crate::validate::{Family, Row, Validation};

use super::{NamedFigure, ReportError};

/// Own wall tests: crush and peak; staged collisions: delta-v.
///
/// # Errors
/// [`ReportError::Plot`] when there is nothing to draw.
pub fn validation_figures(found: &Validation) -> Result<Vec<NamedFigure>, ReportError> {
    let own = |r: &Row| matches!(r.family, Family::WallScalars | Family::WallPulse);
    let crush = |r: &Row| own(r) && r.unit == "mm" && r.holds.is_some();
    let peak = |r: &Row| own(r) && r.unit == "g" && r.holds.is_some() && r.quantity.contains("peak");
    let delta_v = |r: &Row| r.family == Family::Staged && r.quantity.contains("delta-v of");
    Ok(vec![
        draw(
            found,
            "wall-crush",
            Sheet {
                title: "Dynamic crush in the own wall test",
                note: "Each structure was fitted to its test: the fit, not a prediction",
                quantity: "dynamic crush (mm)",
                band_pct: 3.0,
            },
            crush,
        )?,
        draw(
            found,
            "wall-peak",
            Sheet {
                title: "Peak cabin deceleration in the own wall test",
                note: "Each structure was fitted to its test: the fit, not a prediction",
                quantity: "peak at CFC 60 (g)",
                band_pct: 12.0,
            },
            peak,
        )?,
        draw(
            found,
            "staged-delta-v",
            Sheet {
                title: "Delta-v in staged collisions",
                note: "Predictions: stand-ins of the library at the tests' masses, met along the closing velocity; the tests \
                       were oblique and off centre",
                quantity: "delta-v (m/s)",
                band_pct: 10.0,
            },
            delta_v,
        )?,
    ])
}

struct Sheet {
    title: &'static str,
    note: &'static str,
    quantity: &'static str,
    band_pct: f64,
}

fn draw(
    found: &Validation,
    name: &str,
    sheet: Sheet,
    wanted: impl Fn(&Row) -> bool,
) -> Result<NamedFigure, ReportError> {
    let stamp: Stamp = found.stamp.clone();
    let points: Vec<scatter::Point> = found
        .rows
        .iter()
        .filter(|r| wanted(r))
        .map(|r| {
            let [lo, hi] = r.measured.ends();
            scatter::Point {
                // "NHTSA 4363, Blazer and Accord": the test is enough beside a point.
                name: r.case.split(',').next().unwrap_or(&r.case).into(),
                group: group(r).into(),
                measured: r.measured.middle(),
                measured_spread: 0.5 * (hi - lo),
                predicted: r.predicted,
                predicted_spread: r.predicted_spread.map_or(0.0, |[lo, hi]| 0.5 * (hi - lo)),
            }
        })
        .collect();
    let caption = format!("{}. {}. Band: ±{} %.", sheet.title, sheet.note, sheet.band_pct);
    let input = scatter::Input {
        heading: Heading {
            title: sheet.title.into(),
            note: sheet.note.into(),
            caption: caption.clone(),
            stamp,
        },
        quantity: sheet.quantity.into(),
        band_pct: sheet.band_pct,
        name_all: false,
        points,
    };
    Ok((name.into(), scatter::draw(&input, &Theme::default())?, caption))
}

fn group(row: &Row) -> &'static str {
    match row.family {
        Family::WallPulse => "fitted to histories",
        Family::WallScalars => "fitted to scalars",
        _ if row.case.starts_with("RICSAC") => "RICSAC 1978",
        _ => "SUV into Accord",
    }
}
