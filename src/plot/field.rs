//! One quantity of many vehicles against another: a marker a vehicle, hollow where the value is published.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Canvas, Rect, Type, compose};
use super::place::{Key, Look, Placer, label, legend, legend_px};
use super::theme::{Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// One vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Written beside it; empty: not named.
    pub name: String,
    /// Group for colour and marker, as "kei car".
    pub group: String,
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// Published, not computed: drawn hollow.
    pub published: bool,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Abscissa with unit.
    pub x: String,
    /// Ordinate with unit.
    pub y: String,
    /// The vehicles; one that is not finite is left out.
    pub points: Vec<Point>,
}

/// Draw the field.
///
/// # Errors
/// [`PlotError::Empty`] without a finite point.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let mut points: Vec<&Point> = input.points.iter().collect();
    points.retain(|p| p.x.is_finite() && p.y.is_finite());
    let mut groups: Vec<&str> = Vec::new();
    for p in &points {
        if !groups.contains(&p.group.as_str()) {
            groups.push(&p.group);
        }
    }
    let inner = theme.width_px - 32.0;
    let height = theme.panel_px * 1.3;
    let across = intervals_across(theme, inner).min(8);
    let x = Axis::around(&input.x, points.iter().map(|p| p.x), &[], across)?;
    let up = intervals_up(theme, height);
    let y = Axis::around(&input.y, points.iter().map(|p| p.y), &[0.0], up)?;
    let left = y.label_px(theme) + 14.0;
    let mut keys: Vec<Key> = groups
        .iter()
        .enumerate()
        .map(|(i, g)| Key::new(g, theme.color(i), Look::Point(theme.marker(i), false)))
        .collect();
    if points.iter().any(|p| p.published) {
        let look = Look::Point(theme.marker(0), true);
        keys.push(Key::new("published", theme.axis, look));
    }
    let above = Panel::above_px(theme) + 4.0;
    let below = Panel::below_px(theme, true);
    let body = above + height + below + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let top = area.y0 + above;
        let right = area.x0 + inner - theme.text_px;
        let frame = Rect::new(area.x0 + left, top, right, top + height);
        let panel = Panel::new(frame, x, y);
        panel.draw(
            c,
            Labels {
                y: &input.y,
                x: Some(&input.x),
                x_ticks: true,
                y_ticks: true,
            },
        );
        dots(c, &panel, &points, &groups);
        legend(c, (area.x0, frame.y1 + below), &keys, inner);
        Ok(())
    })
}

fn dots(c: &mut Canvas, panel: &Panel, points: &[&Point], groups: &[&str]) {
    let theme = c.theme;
    let mut placer = Placer::new(panel.frame.grown(-3.0));
    let group = |p: &Point| groups.iter().position(|g| *g == p.group).unwrap_or(0);
    for p in points {
        let at = panel.to_px(p.x, p.y);
        let marker = theme.marker(group(p));
        c.marker(marker, at, 9.0, theme.color(group(p)), p.published);
        placer.reserve(Rect::new(at.0, at.1, at.0, at.1).grown(11.0));
    }
    for p in points.iter().filter(|p| !p.name.is_empty()) {
        let t = Type::new(theme).color(theme.color(group(p)).mix(Rgb::BLACK, 0.35));
        let name = std::slice::from_ref(&p.name);
        label(c, &mut placer, panel.to_px(p.x, p.y), name, t, false);
    }
}
