//! Occupant histories with the criteria read from them: HIC window, clip level, limits, peaks.

use super::stacked;
use super::theme::Theme;
use super::{Figure, Heading, PlotError};

pub use super::stacked::{Level, TimePanel, Window};

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Head, chest, deflection, belt ...; from the top.
    pub panels: Vec<TimePanel>,
}

/// Draw the panels over one time axis.
///
/// # Errors
/// [`PlotError::Empty`] for no panel or one without a finite sample, [`PlotError::Length`].
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let share = match input.panels.len() {
        0 => {
            let what = "the occupant figure".to_string();
            return Err(PlotError::Empty { what });
        }
        1 => 1.0,
        2 => 0.8,
        _ => 0.62,
    };
    let shares = vec![share; input.panels.len()];
    stacked::draw(theme, &input.heading, &input.panels, &shares)
}
