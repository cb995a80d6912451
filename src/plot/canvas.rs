//! Drawing on an SVG in sub-pixel coordinates, and the frame all figures share:
//! title and note above, stamp at the lower edge, caption in the metadata.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontFamily, FontStyle, FontTransform};

use super::render::{FONT_FAMILY, Figure};
use super::text::{balance, width_px, wrap};
use super::theme::{Dash, Marker, Rgb, Theme};
use super::{Heading, PlotError, stamp_line};

/// The SVG backend takes whole numbers: it draws on a grid this much finer than a pixel.
const FINE: f64 = 10.0;
/// `plotters-svg` writes the font size divided by this.
const FONT_SIZE_DIVISOR: f64 = 1.24;
/// Cap height of DejaVu Sans in em.
pub(super) const CAP: f64 = 0.729;
/// The backend's shift from the top anchor to the baseline, in em.
const TOP_TO_BASELINE: f64 = 0.76;
/// Free margin around a figure.
pub(super) const MARGIN_PX: f64 = 16.0;
/// Line pitch over type size.
pub(super) const PITCH: f64 = 1.3;

/// A rectangle in pixels, y downward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

impl Rect {
    pub fn new(x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        Self { x0, y0, x1, y1 }
    }
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }
    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }
    pub fn center(&self) -> (f64, f64) {
        ((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }
    pub fn grown(&self, by: f64) -> Self {
        Self::new(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)
    }
    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.x0 && x <= self.x1 && y >= self.y0 && y <= self.y1
    }
    /// Common area with another rectangle.
    pub fn overlap(&self, o: &Self) -> f64 {
        let w = self.x1.min(o.x1) - self.x0.max(o.x0);
        let h = self.y1.min(o.y1) - self.y0.max(o.y0);
        w.max(0.0) * h.max(0.0)
    }
}

/// A line's looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub color: Rgb,
    pub px: f64,
    pub dash: Dash,
}

impl Stroke {
    pub fn new(color: Rgb, px: f64) -> Self {
        Self { color, px, dash: &[] }
    }
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// Horizontal anchor of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum H {
    Left,
    Center,
    Right,
}

/// Vertical anchor of a text: top of the capitals, their middle, or the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum V {
    Top,
    Middle,
    Base,
}

/// A text's looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub px: f64,
    pub bold: bool,
    pub color: Rgb,
    /// Turned to read upward.
    pub upward: bool,
}

impl Type {
    pub fn new(theme: &Theme) -> Self {
        Self {
            px: theme.text_px,
            bold: false,
            color: theme.ink,
            upward: false,
        }
    }
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
    pub fn color(self, color: Rgb) -> Self {
        Self { color, ..self }
    }
    pub fn px(self, px: f64) -> Self {
        Self { px, ..self }
    }
    pub fn upward(self) -> Self {
        Self { upward: true, ..self }
    }
    pub fn width(&self, text: &str) -> f64 {
        width_px(text, self.px, self.bold)
    }
}

/// The drawing surface; the first error is kept and returned at the end.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    pub theme: &'a Theme,
    error: Option<String>,
}

fn fine(p: (f64, f64)) -> (i32, i32) {
    ((p.0 * FINE).round() as i32, (p.1 * FINE).round() as i32)
}

fn color(c: Rgb, alpha: f64) -> RGBAColor {
    RGBColor(c.0, c.1, c.2).mix(alpha)
}

impl Canvas<'_> {
    fn put<'e, E>(&mut self, element: &'e E)
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        for<'b> E: plotters::element::Drawable<SVGBackend<'b>>,
        E: 'e,
    {
        if let Err(e) = self.area.draw(element) {
            self.error.get_or_insert_with(|| e.to_string());
        }
    }

    /// A line through points; breaks at non-finite ones.
    pub fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        for run in points.split(|p| !(p.0.is_finite() && p.1.is_finite())) {
            if stroke.dash.is_empty() {
                self.solid(run, stroke);
            } else {
                for piece in dashes(run, stroke) {
                    self.solid(&piece, stroke);
                }
            }
        }
    }

    fn solid(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let mut path: Vec<(i32, i32)> = points.iter().copied().map(fine).collect();
        path.dedup();
        if path.len() > 1 {
            let style = color(stroke.color, 1.0).stroke_width((stroke.px * FINE).round() as u32);
            self.put(&PathElement::new(path, style));
        }
    }

    /// A filled polygon.
    pub fn area(&mut self, points: &[(f64, f64)], fill: Rgb, alpha: f64) {
        if points.iter().all(|p| p.0.is_finite() && p.1.is_finite()) && points.len() > 2 {
            let path: Vec<(i32, i32)> = points.iter().copied().map(fine).collect();
            self.put(&Polygon::new(path, color(fill, alpha).filled()));
        }
    }

    /// A filled rectangle.
    pub fn fill(&mut self, r: Rect, fill: Rgb, alpha: f64) {
        let corners = [fine((r.x0, r.y0)), fine((r.x1, r.y1))];
        self.put(&Rectangle::new(corners, color(fill, alpha).filled()));
    }

    /// The outline of a rectangle.
    pub fn outline(&mut self, r: Rect, stroke: Stroke) {
        let (x0, y0, x1, y1) = (r.x0, r.y0, r.x1, r.y1);
        self.line(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], stroke);
    }

    /// Diagonal hatching of a rectangle.
    pub fn hatch(&mut self, r: Rect, pitch_px: f64, stroke: Stroke) {
        let (w, h) = (r.width(), r.height());
        let mut s = pitch_px / 2.0;
        while s < w + h {
            let a = (r.x0 + s.min(w), r.y0 + (s - w).max(0.0));
            let b = (r.x0 + (s - h).max(0.0), r.y0 + s.min(h));
            self.line(&[a, b], stroke);
            s += pitch_px;
        }
    }

    /// A data point; hollow ones have a white inside.
    pub fn marker(&mut self, m: Marker, (x, y): (f64, f64), r: f64, ink: Rgb, hollow: bool) {
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        let stroke = Stroke::new(ink, self.theme.line_px * 0.9);
        let at =
            |points: &[(f64, f64)]| -> Vec<(f64, f64)> { points.iter().map(|p| (x + p.0 * r, y + p.1 * r)).collect() };
        let corners = match m {
            Marker::Circle => (0..24)
                .map(|i| f64::from(i) * std::f64::consts::TAU / 24.0)
                .map(|a| (x + r * a.cos(), y + r * a.sin()))
                .collect(),
            Marker::Square => at(&[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)]),
            Marker::Triangle => at(&[(0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)]),
            Marker::Down => at(&[(0.0, 1.1), (1.05, -0.8), (-1.05, -0.8)]),
            Marker::Diamond => at(&[(0.0, -1.25), (1.05, 0.0), (0.0, 1.25), (-1.05, 0.0)]),
            Marker::Cross => {
                self.line(&at(&[(-0.85, -0.85), (0.85, 0.85)]), stroke);
                self.line(&at(&[(-0.85, 0.85), (0.85, -0.85)]), stroke);
                return;
            }
        };
        self.area(&corners, if hollow { Rgb::WHITE } else { ink }, 1.0);
        let mut ring = corners;
        ring.extend_from_within(..2);
        let rim = if hollow { stroke } else { Stroke::new(ink, 1.0) };
        self.line(&ring, rim);
    }

    /// One line of text.
    pub fn text(&mut self, (x, y): (f64, f64), h: H, v: V, text: &str, t: Type) {
        if text.is_empty() {
            return;
        }
        let baseline = match v {
            V::Top => CAP,
            V::Middle => CAP / 2.0,
            V::Base => 0.0,
        };
        let lift = (baseline - TOP_TO_BASELINE) * t.px;
        let at = if t.upward { (x + lift, y) } else { (x, y + lift) };
        let h = match h {
            H::Left => HPos::Left,
            H::Center => HPos::Center,
            H::Right => HPos::Right,
        };
        let style = if t.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = t.px * FINE * FONT_SIZE_DIVISOR;
        let mut font = FontDesc::new(FontFamily::Name(FONT_FAMILY), size, style);
        if t.upward {
            font = font.transform(FontTransform::Rotate270);
        }
        let ink = color(t.color, 1.0);
        let style = TextStyle::from(font).color(&ink).pos(Pos::new(h, VPos::Top));
        self.put(&Text::new(text.to_string(), fine(at), style));
    }

    /// Lines of text from a top edge downward; returns the lower end.
    pub fn lines(&mut self, (x, y): (f64, f64), h: H, lines: &[String], t: Type) -> f64 {
        for (i, line) in lines.iter().enumerate() {
            self.text((x, y + i as f64 * t.px * PITCH), h, V::Top, line, t);
        }
        y + lines.len() as f64 * t.px * PITCH
    }

    /// Lines of text centred on a height.
    pub fn lines_middle(&mut self, (x, y): (f64, f64), h: H, lines: &[String], t: Type) {
        let first = y - (lines.len().saturating_sub(1)) as f64 * t.px * PITCH / 2.0;
        for (i, line) in lines.iter().enumerate() {
            self.text((x, first + i as f64 * t.px * PITCH), h, V::Middle, line, t);
        }
    }
}

/// Cut a polyline into the drawn pieces of a dash pattern.
fn dashes(points: &[(f64, f64)], stroke: Stroke) -> Vec<Vec<(f64, f64)>> {
    // Below half a pixel the pattern would only fill memory.
    let length = |i: usize| (stroke.dash[i % stroke.dash.len()] * stroke.px).max(0.5);
    let (mut pieces, mut index, mut left) = (Vec::new(), 0, length(0));
    let mut piece: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for w in points.windows(2) {
        let (mut from, to) = (w[0], w[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let run = dx.hypot(dy);
            if run < left {
                left -= run;
                piece.push(to);
                break;
            }
            from = (from.0 + dx * left / run, from.1 + dy * left / run);
            piece.push(from);
            if index % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![from];
            index += 1;
            left = length(index);
        }
    }
    if index % 2 == 0 {
        pieces.push(piece);
    }
    pieces
}

/// Make a figure: heading, a body of the given height that `draw` fills, and the stamp.
pub(super) fn compose(
    theme: &Theme,
    heading: &Heading,
    body_px: f64,
    draw: impl FnOnce(&mut Canvas, Rect) -> Result<(), PlotError>,
) -> Result<Figure, PlotError> {
    let inner = theme.width_px - 2.0 * MARGIN_PX;
    let title_type = Type::new(theme).bold().px(theme.text_px * 1.06);
    let note_type = Type::new(theme).color(theme.soft);
    let stamp_type = note_type.px(theme.stamp_px);
    let even = |text: &str, t: Type| {
        let lines = wrap(text, t.px, t.bold, inner).len();
        balance(text, t.px, t.bold, lines)
    };
    let title = even(&heading.title, title_type);
    let note = even(&heading.note, note_type);
    let stamp = even(&stamp_line(&heading.stamp), stamp_type);
    let high = |lines: &[String], t: Type| lines.len() as f64 * t.px * PITCH;
    let gap = |lines: &[String]| if lines.is_empty() { 0.0_f64 } else { 10.0 };
    let top = MARGIN_PX + high(&title, title_type) + high(&note, note_type);
    let top = top + gap(&title).max(gap(&note));
    let foot = high(&stamp, stamp_type) + 8.0;
    let height = (top + body_px + foot + MARGIN_PX).ceil();
    if !(theme.width_px >= 100.0 && theme.width_px <= 20_000.0 && height <= 60_000.0) {
        let (lo, hi) = (theme.width_px, height);
        let what = "canvas size in pixels".to_string();
        return Err(PlotError::Range { what, lo, hi });
    }
    let (w, h) = (theme.width_px.ceil() as u32, height as u32);

    let mut svg = String::new();
    {
        let size = ((f64::from(w) * FINE) as u32, (f64::from(h) * FINE) as u32);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let mut canvas = Canvas {
            area,
            theme,
            error: None,
        };
        canvas.fill(Rect::new(0.0, 0.0, f64::from(w), height), Rgb::WHITE, 1.0);
        let y = canvas.lines((MARGIN_PX, MARGIN_PX), H::Left, &title, title_type);
        canvas.lines((MARGIN_PX, y), H::Left, &note, note_type);
        let body = Rect::new(MARGIN_PX, top, theme.width_px - MARGIN_PX, top + body_px);
        draw(&mut canvas, body)?;
        canvas.lines((MARGIN_PX, body.y1 + 14.0), H::Left, &stamp, stamp_type);
        canvas.area.present().map_err(|e| PlotError::Draw(e.to_string()))?;
        if let Some(e) = canvas.error {
            return Err(PlotError::Draw(e));
        }
    }
    let svg = with_metadata(&svg, (w, h), heading);
    let caption = heading.caption.clone();
    Ok(Figure {
        svg,
        width_px: w,
        height_px: h,
        caption,
    })
}

/// Replace the root tag: pixel size over the fine grid, round joins, title and description.
fn with_metadata(svg: &str, (w, h): (u32, u32), heading: &Heading) -> String {
    let content = svg.split_once('>').map_or("", |(_, rest)| rest);
    let (wide, high) = (f64::from(w) * FINE, f64::from(h) * FINE);
    let title = escape(&heading.title);
    let caption = escape(&heading.caption);
    let stamp = escape(&stamp_line(&heading.stamp));
    format!(
        "<svg width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {wide} {high}\" role=\"img\" \
         stroke-linejoin=\"round\" xmlns=\"http://www.w3.org/2000/svg\">\n<title>{title}</title>\n\
         <desc>{caption} [{stamp}]</desc>{content}"
    )
}

/// Escape text for XML; control characters XML 1.0 forbids become blanks.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
