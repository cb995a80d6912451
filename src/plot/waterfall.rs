//! Build-up of a price or mass, step by step, from a first total to a last.

use super::axis::{Axis, intervals_across};
use super::canvas::{Canvas, H, PITCH, Rect, Stroke, Type, V, compose};
use super::text::{balance, number, widest};
use super::theme::Theme;
use super::{Figure, Heading, PlotError};

/// What a step of the build-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A total, drawn from zero: the start, a subtotal or the end.
    Total,
    /// An addition to the total so far (negative: a deduction).
    Change,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is.
    pub label: String,
    /// The total, or the change.
    pub value: f64,
    /// Which of the two.
    pub kind: Kind,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Quantity with unit, as "Price (USD of 2025)".
    pub quantity: String,
    /// Decimals printed.
    pub decimals: usize,
    /// From the top.
    pub steps: Vec<Step>,
}

/// Draw the steps from the top downward.
///
/// # Errors
/// [`PlotError::Empty`] without a step or with one that is not finite.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let (mut spans, mut so_far) = (Vec::new(), 0.0);
    for s in &input.steps {
        let from = if s.kind == Kind::Total { 0.0 } else { so_far };
        so_far = from + s.value;
        spans.push((from, so_far));
    }
    if spans.is_empty() || !spans.iter().all(|s| s.1.is_finite()) {
        let what = "a step of the waterfall".to_string();
        return Err(PlotError::Empty { what });
    }
    let t = Type::new(theme);
    let inner = theme.width_px - 32.0;
    let names: Vec<Vec<String>> = input
        .steps
        .iter()
        .map(|s| match t.width(&s.label) > 0.36 * inner {
            true => balance(&s.label, t.px, false, 2),
            false => vec![s.label.clone()],
        })
        .collect();
    let left = names.iter().map(|n| widest(n, t.px, false)).fold(0.0, f64::max) + 16.0;
    let texts: Vec<String> = input.steps.iter().map(|s| text(s, input.decimals)).collect();
    let text_px = texts.iter().map(|s| t.bold().width(s)).fold(0.0, f64::max) + 14.0;
    let room = (inner - left - text_px).max(0.2 * inner);
    let ends = spans.iter().flat_map(|s| [s.0, s.1]);
    let across = intervals_across(theme, room);
    let axis = Axis::between("the waterfall", ends.chain([0.0]), across)?;
    let tallest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let row = (tallest * t.px * PITCH + 12.0).max(t.px * 1.7);
    let body = row * names.len() as f64 + t.px * 3.0;
    compose(theme, &input.heading, body, |c, area| {
        let plot = Rect::new(
            area.x0 + left,
            area.y0,
            area.x0 + left + room,
            area.y0 + row * names.len() as f64,
        );
        horizontal_scale(c, &input.quantity, &axis, plot);
        let x = |v: f64| plot.x0 + axis.share(v) * plot.width();
        for (i, (from, to)) in spans.iter().enumerate() {
            let y = plot.y0 + (i as f64 + 0.5) * row;
            let total = input.steps[i].kind == Kind::Total;
            let ink = match (total, to < from) {
                (true, _) => theme.color(0),
                (false, false) => theme.color(1),
                (false, true) => theme.color(2),
            };
            let (a, b) = (x(from.min(*to)), x(from.max(*to)));
            c.fill(Rect::new(a, y - row * 0.33, b.max(a + 2.0), y + row * 0.33), ink, 1.0);
            if i + 1 < spans.len() {
                let line = [(x(*to), y + row * 0.33), (x(*to), y + row * 0.67)];
                c.line(&line, Stroke::new(theme.axis, 2.0));
            }
            c.lines_middle((plot.x0 - 14.0, y), H::Right, &names[i], t);
            let type_ = if total { t.bold() } else { t };
            c.text((b + 10.0, y), H::Left, V::Middle, &texts[i], type_);
        }
        Ok(())
    })
}

fn text(s: &Step, decimals: usize) -> String {
    let sign = if s.kind == Kind::Change && s.value > 0.0 {
        "+"
    } else {
        ""
    };
    format!("{sign}{}", number(s.value, decimals))
}

/// Vertical grid lines with ticks and a title below them, for horizontal bars.
pub(super) fn horizontal_scale(c: &mut Canvas, title: &str, axis: &Axis, plot: Rect) {
    let theme = c.theme;
    let t = Type::new(theme);
    for &tick in &axis.ticks {
        let x = plot.x0 + axis.share(tick) * plot.width();
        c.line(&[(x, plot.y0), (x, plot.y1)], Stroke::new(theme.grid, 1.6));
    }
    for tick in axis.labelled(theme, plot.width()) {
        let at = (plot.x0 + axis.share(tick) * plot.width(), plot.y1 + 12.0);
        c.text(at, H::Center, V::Top, &axis.label(tick), t);
    }
    if axis.lo <= 0.0 && axis.hi >= 0.0 {
        let x = plot.x0 + axis.share(0.0) * plot.width();
        c.line(&[(x, plot.y0), (x, plot.y1)], Stroke::new(theme.axis, 2.2));
    }
    let half = t.width(title) / 2.0;
    let limit = theme.width_px - 16.0 - half;
    let x = plot.center().0.min(limit).max(16.0 + half);
    let at = (x, plot.y1 + 12.0 + t.px * 1.35);
    c.text(at, H::Center, V::Top, title, t);
}
