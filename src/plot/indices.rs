//! Sobol indices of groups of inputs: first order and total side by side, each with its interval.

use super::axis::{Axis, intervals_across};
use super::canvas::{H, PITCH, Rect, Stroke, Type, compose};
use super::place::{Key, Look, legend, legend_px};
use super::text::{balance, widest};
use super::theme::Theme;
use super::waterfall::horizontal_scale;
use super::{Figure, Heading, PlotError};

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name.
    pub label: String,
    /// First-order index.
    pub first: Estimate,
    /// Total index.
    pub total: Estimate,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Below the scale, as "Share of the variance of the joint risk".
    pub quantity: String,
    /// From the top; one with a value that is not finite is left out.
    pub groups: Vec<Group>,
}

/// Draw two bars a group with whiskers over their intervals.
///
/// # Errors
/// [`PlotError::Empty`] without a finite group.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let finite = |e: &Estimate| e.value.is_finite() && e.low.is_finite() && e.high.is_finite();
    let groups = input.groups.iter();
    let groups: Vec<&Group> = groups.filter(|g| finite(&g.first) && finite(&g.total)).collect();
    if groups.is_empty() {
        let what = "the indices".to_string();
        return Err(PlotError::Empty { what });
    }
    let t = Type::new(theme);
    let inner = theme.width_px - 32.0;
    let name = |g: &&Group| match t.width(&g.label) > 0.36 * inner {
        true => balance(&g.label, t.px, false, 2),
        false => vec![g.label.clone()],
    };
    let names: Vec<Vec<String>> = groups.iter().map(name).collect();
    let wide = names.iter().map(|n| widest(n, t.px, false));
    let left = wide.fold(0.0, f64::max) + 16.0;
    let room = (inner - left - 24.0).max(0.2 * inner);
    let ends = groups.iter().flat_map(|g| [g.first, g.total]);
    let ends = ends.flat_map(|e| [e.value, e.low, e.high]);
    let across = intervals_across(theme, room) + 1;
    let axis = Axis::between("the indices", ends.chain([0.0]), across)?;
    let keys = [
        Key::new("alone (first order)", theme.color(0), Look::Fill(1.0)),
        Key::new(
            "with all it does together with others (total)",
            theme.color(1),
            Look::Fill(1.0),
        ),
    ];
    let tallest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let row = (tallest * t.px * PITCH + 10.0).max(t.px * 1.9);
    let high = row * groups.len() as f64;
    let body = high + t.px * 3.1 + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let x0 = area.x0 + left;
        let plot = Rect::new(x0, area.y0, x0 + room, area.y0 + high);
        horizontal_scale(c, &input.quantity, &axis, plot);
        let x = |v: f64| plot.x0 + axis.share(v) * plot.width();
        let whisker = Stroke::new(theme.ink, 2.0);
        for (i, g) in groups.iter().enumerate() {
            let y = plot.y0 + (i as f64 + 0.5) * row;
            let half = 0.17 * row;
            for (e, at, ink) in [
                (g.first, y - 1.08 * half, theme.color(0)),
                (g.total, y + 1.08 * half, theme.color(1)),
            ] {
                let (a, b) = (x(e.value.min(0.0)), x(e.value.max(0.0)));
                c.fill(Rect::new(a, at - half, b, at + half), ink, 1.0);
                c.line(&[(x(e.low), at), (x(e.high), at)], whisker);
                for end in [e.low, e.high] {
                    c.line(&[(x(end), at - 0.6 * half), (x(end), at + 0.6 * half)], whisker);
                }
            }
            c.lines_middle((area.x0 + left - 14.0, y), H::Right, &names[i], t);
        }
        legend(c, (area.x0, plot.y1 + t.px * 3.1), &keys, inner);
        Ok(())
    })
}
