//! Predicted against measured: identity line, band, spreads; points outside the band are named.

use super::axis::{Axis, Labels, Panel, intervals_across};
use super::canvas::{Canvas, H, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, Placer, label, legend, legend_px};
use super::text::balance;
use super::theme::{Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its name, written beside it; empty: not named.
    pub name: String,
    /// Group for colour and marker, as "kei car".
    pub group: String,
    /// Measured value.
    pub measured: f64,
    /// Half the spread of the measurement; 0: none drawn.
    pub measured_spread: f64,
    /// Predicted value.
    pub predicted: f64,
    /// Half the spread of the prediction; 0: none drawn.
    pub predicted_spread: f64,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Quantity with unit, as "Maximum crush (mm)".
    pub quantity: String,
    /// Half width of the shaded band, in percent of the measured value; 0: none.
    pub band_pct: f64,
    /// Name every point; otherwise only those outside the band.
    pub name_all: bool,
    /// The comparisons; one that is not finite is left out.
    pub points: Vec<Point>,
}

/// Draw the comparison on equal axes.
///
/// # Errors
/// [`PlotError::Empty`] without a finite point.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let mut points: Vec<&Point> = input.points.iter().collect();
    points.retain(|p| p.measured.is_finite() && p.predicted.is_finite());
    let mut groups: Vec<&str> = Vec::new();
    for p in &points {
        if !groups.contains(&p.group.as_str()) {
            groups.push(&p.group);
        }
    }
    let ends = points.iter().flat_map(|p| {
        let spread = |s: f64| if s.is_finite() { s.abs() } else { 0.0 };
        let (m, q) = (spread(p.measured_spread), spread(p.predicted_spread));
        [p.measured - m, p.measured + m, p.predicted - q, p.predicted + q]
    });
    let inner = theme.width_px - 32.0;
    let side = (inner * 0.9).min(theme.panel_px * 1.7);
    let intervals = intervals_across(theme, side).min(6);
    let axis = Axis::around(&input.quantity, ends, &[], intervals)?;
    let left = axis.label_px(theme) + 14.0;
    let right = (inner - left).min(side * 1.25);
    let (width, height) = (right - theme.text_px, (right - theme.text_px).min(side));

    let mut keys: Vec<Key> = Vec::new();
    for (i, g) in groups.iter().enumerate().filter(|(_, g)| !g.is_empty()) {
        keys.push(Key::new(g, theme.color(i), Look::Point(theme.marker(i), false)));
    }
    if input.band_pct > 0.0 {
        let name = format!("±{} %", input.band_pct);
        keys.push(Key::new(&name, theme.axis, Look::Fill(0.2)));
    }
    let above = super::axis::Panel::above_px(theme) + 4.0;
    let below = Panel::below_px(theme, true);
    let body = above + height + below + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let top = area.y0 + above;
        let frame = Rect::new(area.x0 + left, top, area.x0 + left + width, top + height);
        let panel = Panel::new(frame, axis.clone(), axis);
        band(c, &panel, input.band_pct);
        let (x, y) = (format!("Measured: {}", input.quantity), "Predicted");
        let labels = Labels {
            y,
            x: None,
            x_ticks: true,
            y_ticks: true,
        };
        panel.draw(c, labels);
        let t = Type::new(theme);
        let at = (area.center().0, frame.y1 + 16.0 + t.px * 1.3);
        c.text(at, H::Center, V::Top, &x, t);
        let (lo, hi) = (panel.x.lo, panel.x.hi);
        let identity = [panel.to_px(lo, lo), panel.to_px(hi, hi)];
        c.line(&identity, Stroke::new(theme.axis, 2.6));
        dots(c, &panel, input, &points, &groups);
        legend(c, (area.x0, frame.y1 + below), &keys, inner);
        Ok(())
    })
}

fn band(c: &mut Canvas, panel: &Panel, band_pct: f64) {
    let (lo, hi, b) = (panel.x.lo, panel.x.hi, band_pct / 100.0);
    let n = 60;
    let at = |k: i32| lo + (hi - lo) * f64::from(k) / f64::from(n);
    let edge = |x: f64, sign: f64| {
        let y = x + sign * b * x.abs();
        panel.to_px(x, y.clamp(panel.y.lo, panel.y.hi))
    };
    if b > 0.0 {
        let mut outline: Vec<(f64, f64)> = (0..=n).map(|k| edge(at(k), 1.0)).collect();
        outline.extend((0..=n).rev().map(|k| edge(at(k), -1.0)));
        c.area(&outline, c.theme.axis, 0.16);
    }
}

fn dots(c: &mut Canvas, panel: &Panel, input: &Input, points: &[&Point], groups: &[&str]) {
    let theme = c.theme;
    let mut placer = Placer::new(panel.frame.grown(-3.0));
    placer.avoid(&[panel.to_px(panel.x.lo, panel.x.lo), panel.to_px(panel.x.hi, panel.x.hi)]);
    let group = |p: &Point| groups.iter().position(|g| *g == p.group).unwrap_or(0);
    let px = |x: f64, y: f64| panel.to_px(x, y);
    for p in points {
        let ink = theme.color(group(p));
        let (m, q) = (p.measured_spread.abs(), p.predicted_spread.abs());
        for line in [
            [px(p.measured - m, p.predicted), px(p.measured + m, p.predicted)],
            [px(p.measured, p.predicted - q), px(p.measured, p.predicted + q)],
        ] {
            c.line(&line, Stroke::new(ink, 2.4));
            placer.avoid(&line);
        }
    }
    for p in points {
        let at = px(p.measured, p.predicted);
        c.marker(theme.marker(group(p)), at, 10.0, theme.color(group(p)), false);
        placer.reserve(Rect::new(at.0, at.1, at.0, at.1).grown(12.0));
    }
    for p in points.iter().filter(|p| !p.name.is_empty()) {
        let off = (p.predicted - p.measured).abs() > input.band_pct / 100.0 * p.measured.abs();
        if off || input.name_all {
            let t = Type::new(theme).color(theme.color(group(p)).mix(Rgb::BLACK, 0.35));
            let at = px(p.measured, p.predicted);
            let short = panel.frame.width() * 0.4;
            let lines = if t.width(&p.name) > short { 2 } else { 1 };
            let name = balance(&p.name, t.px, false, lines);
            label(c, &mut placer, at, &name, t, false);
        }
    }
}
