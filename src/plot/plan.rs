//! Plan view: outlines of vehicles seen from above at several moments, one panel a moment, all at one scale.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Canvas, H, PITCH, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, legend, legend_px};
use super::theme::{Dash, Marker, Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// A place seen from above, m: ahead along the first vehicle's heading, and to its right.
pub type Place = (f64, f64);

/// What is drawn of one vehicle or barrier at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Outline as it is.
    pub outline_m: Vec<Place>,
    /// Outline without deformation, where it differs.
    pub undeformed_m: Vec<Place>,
    /// Mass centre and the direction of the heading (a unit vector); none for what stands fixed.
    pub centre: Option<(Place, Place)>,
}

/// One moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// What and when, above the panel.
    pub title: String,
    /// Bodies, as many and in the order of [`Input::names`].
    pub bodies: Vec<Body>,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Names of the bodies for the legend.
    pub names: Vec<String>,
    /// Moments from the top downward.
    pub scenes: Vec<Scene>,
}

/// Free ground around the outlines, m.
const AROUND_M: f64 = 0.3;
/// Length of a heading's arrow, m.
const ARROW_M: f64 = 0.8;
const DASHED: Dash = &[3.0, 2.5];

/// Draw the moments below each other.
///
/// # Errors
/// [`PlotError::Empty`] without a finite outline, [`PlotError::Length`] where a moment lacks a body.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    if let Some(scene) = input.scenes.iter().find(|s| s.bodies.len() != input.names.len()) {
        return Err(PlotError::Length {
            what: scene.title.clone(),
            expected: input.names.len(),
            found: scene.bodies.len(),
        });
    }
    let t = Type::new(theme);
    let inner = theme.width_px - 32.0;
    let places = || {
        let bodies = input.scenes.iter().flat_map(|s| &s.bodies);
        bodies.flat_map(|b| b.outline_m.iter().chain(&b.undeformed_m))
    };
    let with_ground = |v: f64| [v - AROUND_M, v + AROUND_M];
    let across = || places().flat_map(|p| with_ground(p.0));
    let sideways = || places().flat_map(|p| with_ground(p.1));
    // The width sets the scale, the scale the height.
    let x = Axis::between("plan", across(), intervals_across(theme, inner))?;
    let (near, far) = extent(sideways());
    let scale = |labels: f64| (inner - labels) / (x.hi - x.lo);
    let height = (far - near) * scale(0.0);
    if !height.is_finite() || height > 4.0 * theme.width_px {
        let what = "plan".to_string();
        let (lo, hi) = (near, far);
        return Err(PlotError::Range { what, lo, hi });
    }
    let wanted = intervals_up(theme, 0.9 * height);
    let y = Axis::between("plan", sideways().map(|v| -v), wanted)?;
    let labels = y.label_px(theme) + 18.0;
    let height = (far - near) * scale(labels);
    let above = theme.text_px * PITCH + Panel::above_px(theme) + 8.0;
    let pitch = above + height + Panel::below_px(theme, false) + 14.0;
    let title = theme.text_px * 1.4;
    let keys = keys(input, theme);
    let scenes = input.scenes.len() as f64;
    let body = scenes * pitch + title + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        for (k, scene) in input.scenes.iter().enumerate() {
            let top = area.y0 + k as f64 * pitch;
            let frame = Rect::new(area.x0 + labels, top + above, area.x1, top + above + height);
            let panel = Panel::new(frame, x.clone(), y.clone());
            panel.draw(
                c,
                Labels {
                    y: "To the left of vehicle 1's centre line (m)",
                    x: (k + 1 == input.scenes.len()).then_some("Ahead of the first contact (m)"),
                    x_ticks: true,
                    y_ticks: true,
                },
            );
            c.text((area.x0, top), H::Left, V::Top, &scene.title, t.bold());
            for (i, body) in scene.bodies.iter().enumerate() {
                vehicle(c, &panel, body, theme.color(i));
            }
        }
        let below = area.y0 + scenes * pitch + title;
        legend(c, (area.x0, below), &keys, inner);
        Ok(())
    })
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

fn keys(input: &Input, theme: &Theme) -> Vec<Key> {
    let named = input.names.iter().enumerate();
    let mut keys: Vec<Key> = named
        .map(|(i, name)| Key::new(name, theme.color(i), Look::Fill(0.5)))
        .collect();
    let bodies = || input.scenes.iter().flat_map(|s| &s.bodies);
    if bodies().any(|b| !b.undeformed_m.is_empty()) {
        keys.push(Key::new("undeformed", theme.axis, Look::Line(DASHED)));
    }
    if bodies().any(|b| b.centre.is_some()) {
        let name = "mass centre and heading";
        keys.push(Key::new(name, theme.ink, Look::Point(Marker::Circle, true)));
    }
    keys
}

fn vehicle(c: &mut Canvas, panel: &Panel, body: &Body, ink: Rgb) {
    let px = |p: &Place| panel.to_px(p.0, -p.1);
    let closed = |places: &[Place]| -> Vec<(f64, f64)> {
        let ring = places.iter().chain(places.first());
        ring.map(px).collect()
    };
    let dark = ink.mix(Rgb::BLACK, 0.35);
    c.area(&closed(&body.outline_m), ink, 0.38);
    c.line(&closed(&body.outline_m), Stroke::new(ink, 4.0));
    let before = Stroke::new(dark, 2.4).dashed(DASHED);
    c.line(&closed(&body.undeformed_m), before);
    if let Some((at, ahead)) = body.centre {
        let along = |m: f64, beside: f64| {
            let (dx, dy) = ahead;
            px(&(at.0 + m * dx - beside * dy, at.1 + m * dy + beside * dx))
        };
        c.line(&[along(0.0, 0.0), along(0.8 * ARROW_M, 0.0)], Stroke::new(dark, 5.0));
        let head = [
            along(ARROW_M, 0.0),
            along(0.68 * ARROW_M, 0.1),
            along(0.68 * ARROW_M, -0.1),
        ];
        c.area(&head, dark, 1.0);
        c.marker(Marker::Circle, along(0.0, 0.0), 11.0, dark, true);
    }
}
