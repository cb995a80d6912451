//! What a target costs: added mass and added cost against the risk aimed at, a line a vehicle.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Canvas, H, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, legend, legend_px};
use super::text::wrap;
use super::theme::{Marker, Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// One sizing result.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Target, in percent of the risk on the axis.
    pub target_pct: f64,
    /// Added mass in kg; none: no design found.
    pub added_mass_kg: Option<f64>,
    /// Added cost in USD; none: no design found.
    pub added_cost_usd: Option<f64>,
    /// The target is met. A point with values that misses it is drawn hollow.
    pub feasible: bool,
}

/// The results of one vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Vehicle.
    pub name: String,
    /// Its points, in any order.
    pub points: Vec<Point>,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Abscissa with unit, as "Target: joint risk AIS 3+ (%)".
    pub target: String,
    /// One line a vehicle.
    pub lines: Vec<Line>,
    /// Why points are missing, below the figure when there are any; may be empty.
    pub infeasible_note: String,
}

/// Height of one vehicle's row of crosses.
const STRIP_ROW_PX: f64 = 26.0;

/// Both values are there.
fn complete(p: &Point) -> bool {
    let there = |v: Option<f64>| v.is_some_and(f64::is_finite);
    there(p.added_mass_kg) && there(p.added_cost_usd)
}

type Value = fn(&Point) -> Option<f64>;

/// Draw mass above, cost below, over one target axis. A target without any design is a cross at
/// the upper edge.
///
/// # Errors
/// [`PlotError::Empty`] when no point has a finite target.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let inner = theme.width_px - 32.0;
    let height = theme.panel_px * 0.8;
    let points = || input.lines.iter().flat_map(|l| &l.points);
    let missing = !points().all(complete);
    let values: [(&str, Value); 2] = [
        ("Added mass (kg)", |p| p.added_mass_kg),
        ("Added cost (USD)", |p| p.added_cost_usd),
    ];
    let mut axes = Vec::new();
    for (what, value) in values {
        let finite: Vec<f64> = points().filter_map(value).filter(|v| v.is_finite()).collect();
        // A study in which nothing is feasible still shows where it was tried.
        let shown = if finite.is_empty() { vec![1.0] } else { finite };
        let up = intervals_up(theme, height);
        axes.push(Axis::around(what, shown.into_iter(), &[0.0], up)?);
    }
    let left = axes.iter().map(|a| a.label_px(theme)).fold(0.0, f64::max) + 14.0;
    let right = theme.text_px * 0.9;
    let across = intervals_across(theme, inner - left - right);
    let targets = points().map(|p| p.target_pct);
    let x = Axis::around(&input.target, targets, &[], across)?.padded(0.03);

    let keys = keys(input, theme);
    let above = Panel::above_px(theme) + 4.0;
    // Crosses stand in a strip above the panel's scale.
    let lacking = |l: &&Line| !l.points.iter().all(complete);
    let strip = STRIP_ROW_PX * input.lines.iter().filter(lacking).count() as f64;
    let below = Panel::below_px(theme, true);
    let note_type = Type::new(theme).color(theme.soft);
    let note = match missing {
        true => wrap(&input.infeasible_note, theme.text_px, false, inner),
        false => Vec::new(),
    };
    let between = theme.text_px * 0.6;
    let key_px = legend_px(theme, &keys, inner);
    let note_px = note.len() as f64 * theme.text_px * 1.3 + 16.0;
    let body = 2.0 * (above + strip + height) + between + below + key_px + note_px;
    compose(theme, &input.heading, body, |c, area| {
        let mut y = area.y0;
        for (i, ((name, value), axis)) in values.into_iter().zip(axes).enumerate() {
            y += above + strip;
            let frame = Rect::new(area.x0 + left, y, area.x1 - right, y + height);
            let panel = Panel::new(frame, x.clone(), axis);
            let labels = Labels {
                y: "",
                x: (i == 1).then_some(input.target.as_str()),
                x_ticks: i == 1,
                y_ticks: true,
            };
            panel.draw(c, labels);
            let at = (area.x0, frame.y0 - 28.0 - strip);
            c.text(at, H::Left, V::Base, name, Type::new(theme));
            one_panel(c, &panel, input, value, strip);
            y += height + between;
        }
        y += below - between;
        legend(c, (area.x0, y), &keys, inner);
        c.lines((area.x0, y + key_px + 14.0), H::Left, &note, note_type);
        Ok(())
    })
}

fn keys(input: &Input, theme: &Theme) -> Vec<Key> {
    let name = |(i, l): (usize, &Line)| {
        let look = Look::Both(theme.dash(i), theme.marker(i));
        Key::new(&l.name, theme.color(i), look)
    };
    let mut keys: Vec<Key> = input.lines.iter().enumerate().map(name).collect();
    let points = || input.lines.iter().flat_map(|l| &l.points);
    if points().any(|p| !p.feasible && p.added_mass_kg.is_some()) {
        let look = Look::Point(Marker::Circle, true);
        keys.push(Key::new("target missed", theme.axis, look));
    }
    if !points().all(complete) {
        let look = Look::Point(Marker::Cross, false);
        keys.push(Key::new("no design found", theme.axis, look));
    }
    keys
}

fn one_panel(c: &mut Canvas, panel: &Panel, input: &Input, value: Value, strip: f64) {
    let theme = c.theme;
    let f = panel.frame;
    if strip > 0.0 {
        c.fill(Rect::new(f.x0, f.y0 - strip, f.x1, f.y0), Rgb(150, 150, 165), 0.16);
    }
    // Each vehicle that lacks a design has its own row of crosses.
    let mut row = 0.0;
    for (i, line) in input.lines.iter().enumerate() {
        let ink = theme.color(i);
        let mut sorted: Vec<&Point> = line.points.iter().collect();
        sorted.retain(|p| p.target_pct.is_finite());
        sorted.sort_by(|a, b| a.target_pct.total_cmp(&b.target_pct));
        let shown = |p: &&&Point| value(p).is_some_and(f64::is_finite);
        let px = |p: &&Point| panel.to_px(p.target_pct, value(p).unwrap_or(f64::NAN));
        let met: Vec<(f64, f64)> = sorted.iter().filter(|p| p.feasible).filter(shown).map(px).collect();
        c.line(&met, Stroke::new(ink, theme.line_px).dashed(theme.dash(i)));
        for p in &sorted {
            if shown(&p) {
                c.marker(theme.marker(i), px(p), 11.0, ink, !p.feasible);
            } else {
                let x = panel.to_px(p.target_pct, panel.y.lo).0;
                let at = (x, f.y0 - strip + (row + 0.5) * STRIP_ROW_PX);
                c.marker(Marker::Cross, at, 10.0, ink, false);
            }
        }
        if !line.points.iter().all(complete) {
            row += 1.0;
        }
    }
}
