//! Time histories of several vehicles or seats: deceleration, and velocity below when given.

use super::stacked::{self, TimePanel};
use super::theme::Theme;
use super::{Curve, Figure, Heading, PlotError};

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Upper quantity with unit and filter, as "Cabin deceleration (g), CFC 60".
    pub quantity: String,
    /// Its unit for the peak labels, as "g".
    pub unit: String,
    /// Time in ms against the quantity.
    pub curves: Vec<Curve>,
    /// Mark each curve's peak with value and time.
    pub mark_peaks: bool,
    /// Lower quantity with unit, as "Velocity (km/h)".
    pub lower_quantity: String,
    /// Time in ms against the lower quantity, same names as above; empty: no lower panel.
    pub lower_curves: Vec<Curve>,
}

/// Draw the histories.
///
/// # Errors
/// [`PlotError::Empty`] without a finite sample, [`PlotError::Length`] for columns that differ.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let panel = |quantity: &str, unit: &str, curves: &[Curve], mark_peaks: bool| TimePanel {
        quantity: quantity.to_string(),
        unit: unit.to_string(),
        decimals: 1,
        curves: curves.to_vec(),
        windows: Vec::new(),
        levels: Vec::new(),
        mark_peaks,
    };
    let mut panels = vec![panel(&input.quantity, &input.unit, &input.curves, input.mark_peaks)];
    if !input.lower_curves.is_empty() {
        panels.push(panel(&input.lower_quantity, "", &input.lower_curves, false));
    }
    stacked::draw(theme, &input.heading, &panels, &[1.0, 0.62][..panels.len()])
}
