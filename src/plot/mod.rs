//! Figures for reports, from plain numbers to an SVG string; PNG is a rendering of that SVG.
//!
//! No physics here and no knowledge of other floors: each family takes its own input structure.
//! `plotters` writes the SVG (its `svg_backend` only: its font features would leak into the
//! benches), `resvg` turns it into a PNG with the bundled DejaVu Sans and no other font, so the
//! picture does not depend on the machine. Type is 9 pt when a half-page figure is set 88 mm wide.

mod advances;
mod axis;
mod canvas;
mod place;
mod render;
mod stacked;
#[cfg(test)]
mod tests;
mod text;
mod theme;

pub mod bars;
pub mod distribution;
pub mod energy_flow;
pub mod field;
pub mod force_crush;
pub mod heatmap;
pub mod indices;
pub mod layers;
pub mod occupant;
pub mod plan;
pub mod pulse;
pub mod scatter;
pub mod tradeoff;
pub mod waterfall;
pub mod work_precision;

pub use crate::stamp::Stamp;
pub use render::Figure;
pub use theme::{Rgb, Theme};

/// The stamp as the line printed small at a figure's lower edge: version, the first 12 digits of
/// the input's hash, and the step where one took part.
pub fn stamp_line(stamp: &Stamp) -> String {
    let hash: String = stamp.input_hash.chars().take(12).collect();
    let mut line = format!("crumple {}", stamp.version);
    if !hash.is_empty() {
        line.push_str(&format!(" · input {hash}"));
    }
    if stamp.step_us > 0.0 {
        let step_us = (stamp.step_us * 1e3).round() / 1e3;
        line.push_str(&format!(" · step {step_us} µs"));
    }
    line
}

/// What every figure carries besides its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// Title above the figure; empty: none (the report's caption says it).
    pub title: String,
    /// One grey line or two under the title; empty: none.
    pub note: String,
    /// Full caption: written into the SVG's `<desc>`, not drawn.
    pub caption: String,
    /// Version, input and step.
    pub stamp: Stamp,
}

/// A named line of a chart. Non-finite samples leave a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Name for the legend.
    pub name: String,
    /// Abscissa, in the unit of the chart.
    pub x: Vec<f64>,
    /// Ordinate, in the unit of the chart; as many as `x`.
    pub y: Vec<f64>,
}

impl Curve {
    /// A curve from its parts.
    pub fn new(name: impl Into<String>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            x,
            y,
        }
    }

    /// The sample of largest absolute ordinate, the first of equals; none without a finite sample.
    fn peak(&self) -> Option<(f64, f64)> {
        self.finite().fold(None, |best, p| match best {
            Some((_, y)) if f64::abs(y) >= f64::abs(p.1) => best,
            _ => Some(p),
        })
    }

    fn finite(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let pairs = self.x.iter().copied().zip(self.y.iter().copied());
        pairs.filter(|(x, y)| x.is_finite() && y.is_finite())
    }

    fn check(&self) -> Result<(), PlotError> {
        if self.x.len() == self.y.len() {
            return Ok(());
        }
        Err(PlotError::Length {
            what: self.name.clone(),
            expected: self.x.len(),
            found: self.y.len(),
        })
    }
}

/// Why a figure could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// Nothing finite to draw.
    #[error("nothing to draw in {what}: no finite value")]
    Empty {
        /// The figure or panel.
        what: String,
    },
    /// Two columns that belong together differ in length.
    #[error("{what}: expected {expected} values, found {found}")]
    Length {
        /// The curve, row or column.
        what: String,
        /// Length of its partner.
        expected: usize,
        /// Its own length.
        found: usize,
    },
    /// Values too far apart for an axis.
    #[error("{what}: the range {lo:e} to {hi:e} does not fit an axis")]
    Range {
        /// The axis.
        what: String,
        /// Lower end.
        lo: f64,
        /// Upper end.
        hi: f64,
    },
    /// The SVG writer refused.
    #[error("cannot draw the figure: {0}")]
    Draw(String),
    /// The SVG could not be rendered as PNG.
    #[error("cannot render the figure as PNG: {0}")]
    Png(String),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] Box<crate::error::Error>),
}
