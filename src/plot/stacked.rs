//! Panels over a common time axis: the base of the pulse and occupant figures.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Canvas, H, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, Placer, area_label, label, legend, legend_px};
use super::text::{number, wrap};
use super::theme::{Marker, Rgb, Theme};
use super::{Curve, Figure, Heading, PlotError};

/// A shaded span of time with its label, as the HIC window.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Start, ms.
    pub from_ms: f64,
    /// End, ms.
    pub to_ms: f64,
    /// Text beside it, as "HIC15 = 412".
    pub label: String,
}

/// A horizontal line with its label, as the 3 ms clip level or a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Ordinate, in the unit of the panel.
    pub value: f64,
    /// Text beside it, as "3 ms clip 47 g".
    pub label: String,
}

/// One panel of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct TimePanel {
    /// Quantity and unit, written above the panel, as "Head acceleration (g)".
    pub quantity: String,
    /// Unit alone, for peak labels, as "g".
    pub unit: String,
    /// Decimals of peak labels.
    pub decimals: usize,
    /// Time in ms against the quantity; same name, same colour in all panels.
    pub curves: Vec<Curve>,
    /// Shaded spans.
    pub windows: Vec<Window>,
    /// Marked levels.
    pub levels: Vec<Level>,
    /// Mark each curve's sample of largest magnitude with value and time.
    pub mark_peaks: bool,
}

/// Names that need a legend, in order of first appearance; a name's place is its colour and dash.
/// A curve alone in its panel and in no other is named by the panel's quantity.
fn names(panels: &[TimePanel]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for p in panels {
        for curve in &p.curves {
            let everywhere = panels.iter().flat_map(|q| &q.curves);
            let shared = everywhere.filter(|q| q.name == curve.name).count() > 1;
            if (p.curves.len() > 1 || shared) && !names.contains(&curve.name) {
                names.push(curve.name.clone());
            }
        }
    }
    names
}

/// More peaks than this would bury the curves in labels: their values go to the legend.
const MOST_LABELS: usize = 3;

fn peak_text(p: &TimePanel, curve: &Curve) -> Option<String> {
    let (t, v) = curve.peak()?;
    let (value, at) = (number(v, p.decimals), number(t, 0));
    Some(format!("{value} {} at {at} ms", p.unit))
}

fn keys(theme: &Theme, panels: &[TimePanel], names: &[String]) -> Vec<Key> {
    let mut keys = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let mut text = name.clone();
        let crowded = |p: &&TimePanel| p.mark_peaks && p.curves.len() > MOST_LABELS;
        for p in panels.iter().filter(crowded) {
            let own = p.curves.iter().find(|c| c.name == *name);
            if let Some(peak) = own.and_then(|c| peak_text(p, c)) {
                text.push_str(&format!(": {peak}"));
            }
        }
        keys.push(Key::new(&text, theme.color(i), Look::Line(theme.dash(i))));
    }
    keys
}

/// Draw panels above each other; `share[i]` scales the height of panel i.
pub(super) fn draw(theme: &Theme, heading: &Heading, panels: &[TimePanel], share: &[f64]) -> Result<Figure, PlotError> {
    for curve in panels.iter().flat_map(|p| &p.curves) {
        curve.check()?;
    }
    let names = names(panels);
    let keys = if names.len() > 1 {
        keys(theme, panels, &names)
    } else {
        Vec::new()
    };
    let inner = theme.width_px - 32.0;
    let above = Panel::above_px(theme) + 4.0;
    let between = theme.text_px * 0.6;
    let heights: Vec<f64> = share.iter().map(|s| s * theme.panel_px).collect();
    let all: f64 = heights.iter().map(|h| h + above + between).sum();
    let foot = Panel::below_px(theme, true);
    let body = all - between + foot + legend_px(theme, &keys, inner);

    let mut y_axes = Vec::new();
    for (p, h) in panels.iter().zip(&heights) {
        let values = p.curves.iter().flat_map(|c| c.y.iter().copied());
        let values = values.chain(p.levels.iter().map(|l| l.value));
        // Room above the highest peak for its label.
        let tall = p.curves.iter().filter_map(Curve::peak).map(|q| 1.12 * q.1);
        let values = values.chain(tall.filter(|_| p.mark_peaks));
        y_axes.push(Axis::around(&p.quantity, values, &[0.0], intervals_up(theme, *h))?);
    }
    let left = y_axes.iter().map(|a| a.label_px(theme)).fold(0.0, f64::max) + 14.0;
    let right = theme.text_px * 0.9;
    let times = panels
        .iter()
        .flat_map(|p| &p.curves)
        .flat_map(Curve::finite)
        .map(|p| p.0);
    let wide = intervals_across(theme, inner - left - right);
    let x_axis = Axis::between("time", times, wide)?;

    compose(theme, heading, body, |c, area| {
        let mut y = area.y0;
        for (i, (p, y_axis)) in panels.iter().zip(y_axes).enumerate() {
            let last = i + 1 == panels.len();
            y += above;
            let frame = Rect::new(area.x0 + left, y, area.x1 - right, y + heights[i]);
            let panel = Panel::new(frame, x_axis.clone(), y_axis);
            let labels = Labels {
                y: "",
                x: last.then_some("Time (ms)"),
                x_ticks: last,
                y_ticks: true,
            };
            draw_panel(c, &panel, labels, p, &names);
            let title = (area.x0, frame.y0 - 28.0);
            c.text(title, H::Left, V::Base, &p.quantity, Type::new(theme));
            y += heights[i] + between;
        }
        legend(c, (area.x0, y - between + foot), &keys, inner);
        Ok(())
    })
}

fn draw_panel(c: &mut Canvas, panel: &Panel, labels: Labels, p: &TimePanel, names: &[String]) {
    let theme = c.theme;
    let (f, mut placer) = (panel.frame, Placer::new(panel.frame.grown(-3.0)));
    for w in &p.windows {
        let (a, b) = (panel.to_px(w.from_ms, 0.0).0, panel.to_px(w.to_ms, 0.0).0);
        if a.is_finite() && b.is_finite() {
            let span = Rect::new(a.clamp(f.x0, f.x1), f.y0, b.clamp(f.x0, f.x1), f.y1);
            c.fill(span, Rgb(150, 150, 165), 0.25);
        }
    }
    panel.draw(c, labels);
    placer.avoid(&[panel.to_px(panel.x.lo, 0.0), panel.to_px(panel.x.hi, 0.0)]);
    for level in p.levels.iter().filter(|l| l.value.is_finite()) {
        let line = [
            panel.to_px(panel.x.lo, level.value),
            panel.to_px(panel.x.hi, level.value),
        ];
        c.line(&line, Stroke::new(theme.alert, 2.6).dashed(&[5.0, 3.0]));
        placer.avoid(&line);
    }
    let place = |curve: &Curve| names.iter().position(|n| *n == curve.name).unwrap_or(0);
    for curve in &p.curves {
        let line = thin(panel, curve);
        let i = place(curve);
        let stroke = Stroke::new(theme.color(i), theme.line_px);
        placer.avoid(&line);
        c.line(&line, stroke.dashed(theme.dash(i)));
    }
    let mut peaks = Vec::new();
    for curve in p.curves.iter().filter(|_| p.mark_peaks) {
        if let Some((x, y)) = curve.peak() {
            let at = panel.to_px(x, y);
            let ink = theme.color(place(curve));
            c.marker(Marker::Circle, at, 9.0, ink, true);
            placer.reserve(Rect::new(at.0, at.1, at.0, at.1).grown(12.0));
            let type_ = Type::new(theme).color(ink.mix(Rgb::BLACK, 0.35));
            if p.curves.len() <= MOST_LABELS {
                peaks.extend(peak_text(p, curve).map(|text| (at, text, type_)));
            }
        }
    }
    for level in p.levels.iter().filter(|l| l.value.is_finite()) {
        level_label(c, panel, &mut placer, level);
    }
    for (at, text, t) in peaks {
        label(c, &mut placer, at, &[text], t, true);
    }
    for w in &p.windows {
        let (x, y) = panel.to_px((w.from_ms + w.to_ms) / 2.0, panel.y.lo);
        if x.is_finite() {
            let near = (x.clamp(f.x0, f.x1), y - theme.text_px * 1.2);
            let lines = wrap(&w.label, theme.text_px, true, f.width() * 0.45);
            area_label(c, &mut placer, near, &lines, Type::new(theme).bold());
        }
    }
}

/// A level's text sits on its line, at the end where curves leave more room.
fn level_label(c: &mut Canvas, panel: &Panel, placer: &mut Placer, level: &Level) {
    let (f, t) = (panel.frame, Type::new(c.theme).color(c.theme.alert));
    let (_, y) = panel.to_px(panel.x.lo, level.value);
    let (w, h) = (t.width(&level.label) + 6.0, t.px * 1.15);
    let spots = [(f.x1, 1.0), (f.x0, 0.0)].into_iter().flat_map(|(x, side)| {
        let x0 = x - side * w;
        [
            Rect::new(x0, y - h - 4.0, x0 + w, y - 4.0),
            Rect::new(x0, y + 5.0, x0 + w, y + h + 5.0),
        ]
    });
    let inside = |r: &Rect| r.y0 >= f.y0 - 2.0 && r.y1 <= f.y1;
    let spots = spots.filter(inside);
    if let Some(r) = spots.min_by(|a, b| placer.crossed(a).total_cmp(&placer.crossed(b))) {
        placer.reserve(r);
        c.text((r.x0 + 3.0, r.center().1), H::Left, V::Middle, &level.label, t);
    }
}

/// The curve in pixels; of many samples in one pixel column only first, extremes and last.
fn thin(panel: &Panel, curve: &Curve) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::new();
    let mut column: Vec<(f64, f64)> = Vec::new();
    let flush = |column: &mut Vec<(f64, f64)>, out: &mut Vec<(f64, f64)>| {
        let key = |p: &&(f64, f64), q: &&(f64, f64)| p.1.total_cmp(&q.1);
        if column.len() > 4
            && let (Some(&lo), Some(&hi)) = (column.iter().min_by(key), column.iter().max_by(key))
        {
            let (first, last) = (column[0], column[column.len() - 1]);
            let (a, b) = if lo.0 <= hi.0 { (lo, hi) } else { (hi, lo) };
            out.extend([first, a, b, last]);
        } else {
            out.append(column);
        }
        column.clear();
    };
    for (&x, &y) in curve.x.iter().zip(&curve.y) {
        let p = panel.to_px(x, y);
        if !(p.0.is_finite() && p.1.is_finite()) {
            flush(&mut column, &mut out);
            out.push((f64::NAN, f64::NAN));
            continue;
        }
        if column.first().is_some_and(|q: &(f64, f64)| q.0.floor() != p.0.floor()) {
            flush(&mut column, &mut out);
        }
        column.push(p);
    }
    flush(&mut column, &mut out);
    out
}
