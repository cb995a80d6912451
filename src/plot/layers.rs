//! Front view of two faces over each other: which layers meet, and where one rides over.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Canvas, H, PITCH, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, legend, legend_px};
use super::text::{balance, widest};
use super::theme::{Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// One layer of a face: all rectangles share the height band.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Name of the load path.
    pub name: String,
    /// Lower and upper edge above ground, mm.
    pub height_mm: [f64; 2],
    /// Lateral spans in mm, in the coordinates of the figure.
    pub lateral_mm: Vec<[f64; 2]>,
}

/// A vehicle's face.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Vehicle.
    pub name: String,
    /// Its layers; names are written left of the figure for the first, right for the second.
    pub layers: Vec<Layer>,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// The two faces (one is allowed).
    pub faces: Vec<Face>,
}

/// Draw the faces over a ground line.
///
/// # Errors
/// [`PlotError::Empty`] without a finite rectangle, [`PlotError::Length`] for more than two faces.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    if input.faces.len() > 2 {
        return Err(PlotError::Length {
            what: "faces of a front view".to_string(),
            expected: 2,
            found: input.faces.len(),
        });
    }
    let t = Type::new(theme);
    let inner = theme.width_px - 32.0;
    let (names, listed) = names(&input.faces, t, inner);
    let leader = t.px * 1.3;
    let layers = || input.faces.iter().flat_map(|f| &f.layers);
    let spans = layers().flat_map(|l| l.lateral_mm.iter().flatten().copied());
    let heights = layers().flat_map(|l| l.height_mm);
    let rows = names
        .iter()
        .map(|n| n.iter().map(Vec::len).sum::<usize>())
        .max()
        .unwrap_or(0);
    let height = (theme.panel_px * 1.25).max(rows as f64 * t.px * PITCH * 1.15 + 20.0);
    let y = Axis::around("height", heights, &[0.0], intervals_up(theme, height))?;
    let left = wide(&names, 0, t) + leader;
    let right = if names.len() > 1 {
        wide(&names, 1, t) + leader
    } else {
        10.0
    };
    let ticks = y.label_px(theme) + 22.0;
    let room = inner - left - right - ticks;
    let x = Axis::around("lateral", spans, &[], intervals_across(theme, room))?;
    let keys = keys(&input.faces, theme, listed);
    let above = Panel::above_px(theme) + 4.0;
    let below = Panel::below_px(theme, true);
    let body = above + height + below + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let x0 = area.x0 + left + ticks;
        let frame = Rect::new(x0, area.y0 + above, x0 + room.max(40.0), area.y0 + above + height);
        let panel = Panel::new(frame, x, y);
        let labels = Labels {
            y: "",
            x: Some("Lateral position (mm)"),
            x_ticks: true,
            y_ticks: false,
        };
        panel.draw(c, labels);
        let title = (area.x0, frame.y0 - 28.0);
        c.text(title, H::Left, V::Base, "Height above ground (mm)", t);
        for (i, face) in input.faces.iter().enumerate() {
            rectangles(c, &panel, face, i);
        }
        let ground = panel.to_px(panel.x.lo, 0.0).1;
        let line = [(frame.x0, ground), (frame.x1, ground)];
        c.line(&line, Stroke::new(Rgb::BLACK, 5.0));
        for (i, face) in input.faces.iter().enumerate() {
            let edge = if i == 0 { area.x0 } else { area.x1 };
            names_beside(c, &panel, face, &names[i], i, edge, ticks);
        }
        tick_labels(c, &panel, frame, t);
        legend(c, (area.x0, frame.y1 + below), &keys, inner);
        Ok(())
    })
}

/// Names of a face's layers, each in lines.
type Names = Vec<Vec<String>>;

/// Names beside the faces; those that would squeeze the view are replaced by marks, to be listed in the legend.
fn names(faces: &[Face], t: Type, inner: f64) -> (Vec<Names>, bool) {
    let beside = |l: &Layer| balance(&spoken(l), t.px, false, 2);
    let named = |f: &Face| f.layers.iter().map(beside).collect();
    let mut names: Vec<Names> = faces.iter().map(named).collect();
    let listed = wide(&names, 0, t) + wide(&names, 1, t) > 0.42 * inner;
    if listed {
        for (k, face) in names.iter_mut().enumerate() {
            for (n, name) in face.iter_mut().enumerate() {
                *name = vec![mark(k, n)];
            }
        }
    }
    (names, listed)
}

/// Width of the names of face `k`, px.
fn wide(names: &[Names], k: usize, t: Type) -> f64 {
    let all = names.get(k).into_iter().flatten();
    all.map(|n| widest(n, t.px, false)).fold(0.0, f64::max)
}

fn spoken(l: &Layer) -> String {
    l.name.replace('_', " ")
}

fn keys(faces: &[Face], theme: &Theme, listed: bool) -> Vec<Key> {
    let look = |i: usize| if i == 0 { Look::Fill(0.5) } else { Look::Hatch };
    let key = |(i, f): (usize, &Face)| {
        let entry = |(n, l): (usize, &Layer)| format!("{} {}", mark(i, n), spoken(l));
        let list: Vec<String> = f.layers.iter().enumerate().map(entry).collect();
        let text = match listed {
            true => format!("{}: {}", f.name, list.join(", ")),
            false => f.name.clone(),
        };
        Key::new(&text, theme.color(i), look(i))
    };
    faces.iter().enumerate().map(key).collect()
}

/// Over the leaders, which pass behind them.
fn tick_labels(c: &mut Canvas, panel: &Panel, frame: Rect, t: Type) {
    for &tick in &panel.y.ticks {
        let (text, y) = (panel.y.label(tick), panel.to_px(panel.x.lo, tick).1);
        let w = t.width(&text) + 4.0;
        let ground = Rect::new(frame.x0 - 14.0 - w, y - 17.0, frame.x0 - 8.0, y + 17.0);
        c.fill(ground, Rgb::WHITE, 1.0);
        c.text((frame.x0 - 12.0, y), H::Right, V::Middle, &text, t);
    }
}

/// Mark of layer `n`: figures for the first face, letters for the second.
fn mark(face: usize, n: usize) -> String {
    match u8::try_from(n) {
        Ok(n) if face > 0 && n < 26 => char::from(b'A' + n).to_string(),
        _ => (n + 1).to_string(),
    }
}

fn boxes<'a>(panel: &'a Panel, layer: &'a Layer) -> impl Iterator<Item = Rect> + 'a {
    let [lo, hi] = layer.height_mm;
    let spans = layer.lateral_mm.iter();
    let rects = spans.map(move |[a, b]| {
        let (p, q) = (panel.to_px(*a, hi), panel.to_px(*b, lo));
        Rect::new(p.0, p.1, q.0, q.1)
    });
    rects.filter(|r| [r.x0, r.y0, r.x1, r.y1].iter().all(|v| v.is_finite()))
}

/// The first face is filled; the second hatched over it, so that both stay visible.
fn rectangles(c: &mut Canvas, panel: &Panel, face: &Face, i: usize) {
    let ink = c.theme.color(i);
    for layer in &face.layers {
        for r in boxes(panel, layer) {
            if i == 0 {
                c.fill(r, ink, 0.38);
                c.outline(r, Stroke::new(ink, 3.0));
            } else {
                c.hatch(r, 13.0, Stroke::new(ink, 1.8));
                c.outline(r, Stroke::new(ink, 3.6).dashed(&[4.0, 1.8]));
            }
        }
    }
}

/// Layer names in a column beside the panel, spread so that none overlap, with leaders.
fn names_beside(c: &mut Canvas, panel: &Panel, face: &Face, names: &[Vec<String>], i: usize, edge: f64, ticks: f64) {
    let theme = c.theme;
    let (pitch, f) = (theme.text_px * PITCH, panel.frame);
    let t = Type::new(theme).color(theme.color(i).mix(Rgb::BLACK, 0.3));
    let mut rows: Vec<(f64, Rect, &Vec<String>)> = Vec::new();
    for (layer, name) in face.layers.iter().zip(names) {
        let rects: Vec<Rect> = boxes(panel, layer).collect();
        let outer = if i == 0 {
            rects.iter().min_by(|a, b| a.x0.total_cmp(&b.x0))
        } else {
            rects.iter().max_by(|a, b| a.x1.total_cmp(&b.x1))
        };
        if let Some(r) = outer {
            rows.push((r.center().1, *r, name));
        }
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = |n: &Vec<String>| n.len() as f64 * pitch / 2.0 + 2.0;
    // Downward, each below the one above; then upward from the lower edge.
    let mut floor = f.y0 - 10.0;
    for (y, _, n) in &mut rows {
        *y = y.max(floor + half(n));
        floor = *y + half(n);
    }
    let mut ceiling = f.y1 + 10.0;
    for (y, _, n) in rows.iter_mut().rev() {
        *y = y.min(ceiling - half(n));
        ceiling = *y - half(n);
    }
    for (y, r, name) in rows {
        let h = if i == 0 { H::Left } else { H::Right };
        c.lines_middle((edge, y), h, name, t);
        let width = widest(name, t.px, false) + 8.0;
        let (from, bend, to) = if i == 0 {
            (edge + width, f.x0 - ticks, r.x0)
        } else {
            (edge - width, f.x1 + 6.0, r.x1)
        };
        let stroke = Stroke::new(t.color, 1.8);
        c.line(&[(from, y), (bend, y), (to, r.center().1)], stroke);
    }
}
