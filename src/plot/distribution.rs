//! How an output spreads over draws: cumulative distributions, with a limit and the share that keeps it.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Rect, Stroke, compose};
use super::place::{Key, Look, legend, legend_px};
use super::theme::Theme;
use super::{Curve, Figure, Heading, PlotError};

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// The output with unit, as "Joint risk (%)".
    pub quantity: String,
    /// Output against the share of draws at or below it, percent.
    pub curves: Vec<Curve>,
    /// A limit on the output, with its name.
    pub limit: Option<(f64, String)>,
}

/// Draw the distributions.
///
/// # Errors
/// [`PlotError::Empty`] without a finite point; [`PlotError`] for curves of unequal columns.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    for curve in &input.curves {
        curve.check()?;
    }
    let mut keys: Vec<Key> = input
        .curves
        .iter()
        .enumerate()
        .map(|(i, c)| Key::new(&c.name, theme.color(i), Look::Line(theme.dash(i))))
        .collect();
    if let Some((_, name)) = &input.limit {
        keys.push(Key::new(name, theme.alert, Look::Line(&[])));
    }
    let inner = theme.width_px - 32.0;
    let high = theme.panel_px;
    let (above, below) = (Panel::above_px(theme), Panel::below_px(theme, true));
    let body = above + high + below + legend_px(theme, &keys, inner) + 10.0;
    let values = input.curves.iter().flat_map(|c| c.finite().map(|p| p.0));
    let marks: Vec<f64> = input.limit.iter().map(|(v, _)| *v).collect();
    let across = intervals_across(theme, inner);
    let x = Axis::around("the distribution", values.chain(marks), &[], across)?;
    let y = Axis::between("the share", [0.0, 100.0].into_iter(), intervals_up(theme, high))?;
    compose(theme, &input.heading, body, |c, area| {
        let left = area.x0 + y.label_px(theme) + 16.0;
        let frame = Rect::new(left, area.y0 + above, area.x1 - 24.0, area.y0 + above + high);
        let panel = Panel::new(frame, x, y);
        let labels = Labels {
            y: "Draws at or below (%)",
            x: Some(&input.quantity),
            x_ticks: true,
            y_ticks: true,
        };
        panel.draw(c, labels);
        if let Some((limit, _)) = input.limit {
            let ends = [panel.to_px(limit, 0.0), panel.to_px(limit, 100.0)];
            c.line(&ends, Stroke::new(theme.alert, theme.line_px));
        }
        for (i, curve) in input.curves.iter().enumerate() {
            let points: Vec<(f64, f64)> = curve.finite().map(|(v, p)| panel.to_px(v, p)).collect();
            c.line(
                &points,
                Stroke::new(theme.color(i), theme.line_px).dashed(theme.dash(i)),
            );
        }
        legend(c, (area.x0, frame.y1 + below + 10.0), &keys, inner);
        Ok(())
    })
}
