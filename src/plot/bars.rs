//! Tornado: how far each input moves one output, widest first.

use super::axis::{Axis, intervals_across};
use super::canvas::{H, PITCH, Rect, Stroke, Type, V, compose};
use super::text::{balance, number, widest};
use super::theme::{Rgb, Theme};
use super::waterfall::horizontal_scale;
use super::{Figure, Heading, PlotError};

/// The effect of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The input.
    pub label: String,
    /// Output with the input at its low end.
    pub at_low: f64,
    /// Output with the input at its high end.
    pub at_high: f64,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// The output with unit, as "Joint risk AIS 3+ (%)".
    pub quantity: String,
    /// Output with all inputs at their base.
    pub base: f64,
    /// Decimals printed.
    pub decimals: usize,
    /// What low and high mean, as ("input −1 sd", "input +1 sd").
    pub ends: (String, String),
    /// In any order; a bar with a value that is not finite is left out.
    pub bars: Vec<Bar>,
}

/// Draw the bars, widest at the top.
///
/// # Errors
/// [`PlotError::Empty`] without a finite bar or base.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let spread = |b: &Bar| (b.at_high - b.at_low).abs();
    let mut bars: Vec<&Bar> = input.bars.iter().collect();
    bars.retain(|b| spread(b).is_finite());
    bars.sort_by(|a, b| spread(b).total_cmp(&spread(a)));
    if bars.is_empty() || !input.base.is_finite() {
        let what = "the tornado".to_string();
        return Err(PlotError::Empty { what });
    }
    let t = Type::new(theme);
    let inner = theme.width_px - 32.0;
    let name = |b: &&Bar| match t.width(&b.label) > 0.36 * inner {
        true => balance(&b.label, t.px, false, 2),
        false => vec![b.label.clone()],
    };
    let names: Vec<Vec<String>> = bars.iter().map(name).collect();
    let left = names.iter().map(|n| widest(n, t.px, false)).fold(0.0, f64::max) + 16.0;
    let widths = bars.iter().flat_map(|b| [b.at_low, b.at_high]);
    let text_px = widths.map(|v| t.width(&number(v, input.decimals))).fold(0.0, f64::max) + 12.0;
    let room = (inner - left - 2.0 * text_px).max(0.2 * inner);
    let ends = bars.iter().flat_map(|b| [b.at_low, b.at_high]);
    let axis = Axis::between(
        "the tornado",
        ends.chain([input.base]),
        intervals_across(theme, room) + 1,
    )?;
    let keys = [
        super::place::Key::new(&input.ends.0, theme.color(0), super::place::Look::Fill(1.0)),
        super::place::Key::new(&input.ends.1, theme.color(1), super::place::Look::Fill(1.0)),
    ];
    let tallest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let row = (tallest * t.px * PITCH + 10.0).max(t.px * 1.7);
    let high = row * bars.len() as f64;
    let body = high + t.px * 3.1 + super::place::legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let x0 = area.x0 + left + text_px;
        let plot = Rect::new(x0, area.y0, x0 + room, area.y0 + high);
        horizontal_scale(c, &input.quantity, &axis, plot);
        let x = |v: f64| plot.x0 + axis.share(v) * plot.width();
        for (i, b) in bars.iter().enumerate() {
            let y = plot.y0 + (i as f64 + 0.5) * row;
            // The longer first: with both on one side the shorter stays visible.
            let mut ends = [(b.at_low, theme.color(0)), (b.at_high, theme.color(1))];
            ends.sort_by(|p, q| (q.0 - input.base).abs().total_cmp(&(p.0 - input.base).abs()));
            for (v, ink) in ends {
                let (a, z) = (x(v.min(input.base)), x(v.max(input.base)));
                c.fill(Rect::new(a, y - row * 0.31, z, y + row * 0.31), ink, 1.0);
            }
            // Both ends on one side: one label each would collide, so only the outer ones stand.
            let (lo, hi) = (b.at_low.min(b.at_high), b.at_low.max(b.at_high));
            if lo < input.base || hi <= input.base {
                let text = number(lo, input.decimals);
                c.text((x(lo) - 8.0, y), H::Right, V::Middle, &text, t);
            }
            if hi > input.base || lo >= input.base {
                let text = number(hi, input.decimals);
                c.text((x(hi) + 8.0, y), H::Left, V::Middle, &text, t);
            }
            c.lines_middle((area.x0 + left - 14.0, y), H::Right, &names[i], t);
        }
        let base = x(input.base);
        c.line(&[(base, plot.y0), (base, plot.y1)], Stroke::new(Rgb::BLACK, 2.6));
        super::place::legend(c, (area.x0, plot.y1 + t.px * 3.1), &keys, inner);
        Ok(())
    })
}
