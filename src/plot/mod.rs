//! Figures for reports, from plain numbers to an SVG string; PNG is a rendering of that SVG.
//!
//! No physics here and no knowledge of other floors: each family takes its own input structure.
//! `plotters` writes the SVG (its `svg_backend` only: its font features would leak into the
//! benches), `resvg` turns it into a PNG with the bundled DejaVu Sans and no other font, so the
//! picture does not depend on the machine. Type is 9 pt when a half-page figure is set 88 mm wide.

mod advances;
mod axis;
mod canvas;
mod curve;
mod error;
mod heading;
mod place;
mod render;
mod stacked;
#[cfg(test)]
mod tests;
mod text;
mod theme;

pub mod bars;
pub mod distribution;
pub mod dumbbell;
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
pub use curve::Curve;
pub use error::PlotError;
pub use heading::{Heading, stamp_line};
pub use render::Figure;
pub use theme::{Rgb, Theme};
