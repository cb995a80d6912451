//! Where labels and legends go: labels keep clear of curves and of each other.

use super::canvas::{Canvas, H, PITCH, Rect, Stroke, Type, V};
use super::text::{widest, wrap};
use super::theme::{Dash, Marker, Rgb, Theme};

/// Finds free places for labels inside a panel.
pub(super) struct Placer {
    bounds: Rect,
    taken: Vec<Rect>,
    points: Vec<(f64, f64)>,
}

impl Placer {
    pub fn new(bounds: Rect) -> Self {
        Self {
            bounds,
            taken: Vec::new(),
            points: Vec::new(),
        }
    }

    /// Keep labels off this rectangle.
    pub fn reserve(&mut self, r: Rect) {
        self.taken.push(r);
    }

    /// Keep labels off this line (pixels), as far as there is room elsewhere.
    pub fn avoid(&mut self, line: &[(f64, f64)]) {
        for w in line.windows(2) {
            let (dx, dy) = (w[1].0 - w[0].0, w[1].1 - w[0].1);
            let n = (dx.hypot(dy) / 6.0).ceil();
            if n.is_finite() {
                let n = n.clamp(1.0, 500.0) as usize;
                let at = |i: usize| i as f64 / n as f64;
                let between = (0..n).map(|i| (w[0].0 + dx * at(i), w[0].1 + dy * at(i)));
                self.points.extend(between);
            }
        }
    }

    /// The best free rectangle of this size near a point; it is then taken.
    pub fn place(&mut self, near: (f64, f64), width: f64, height: f64, gap: f64) -> Rect {
        let mut best = (f64::INFINITY, Rect::new(0.0, 0.0, 0.0, 0.0));
        for ring in 0..9 {
            let d = gap + f64::from(ring) * height * 0.55;
            for k in 0..16 {
                let a = f64::from(k) * std::f64::consts::TAU / 16.0;
                let x = near.0 + a.cos() * (d + width / 2.0);
                let y = near.1 - a.sin() * (d + height / 2.0);
                let b = self.bounds;
                let x = x.clamp(b.x0 + width / 2.0, (b.x1 - width / 2.0).max(b.x0 + width / 2.0));
                let top = b.y0 + height / 2.0;
                let y = y.clamp(top, (b.y1 - height / 2.0).max(top));
                let (w, h) = (width / 2.0, height / 2.0);
                let r = Rect::new(x - w, y - h, x + w, y + h);
                let cost = self.cost(&r, near, d);
                if cost < best.0 {
                    best = (cost, r);
                }
            }
        }
        self.taken.push(best.1.grown(4.0));
        best.1
    }

    /// How badly a rectangle lies on other labels and on lines; 0: free.
    pub fn crossed(&self, r: &Rect) -> f64 {
        let clash: f64 = self.taken.iter().map(|t| r.overlap(t)).sum();
        let roomy = r.grown(5.0);
        let crossed = self.points.iter().filter(|p| roomy.contains(**p)).count() as f64;
        clash * 50.0 + crossed * 40.0
    }

    /// The best free rectangle of this size about a point, on it if that is free; then taken.
    pub fn place_on(&mut self, near: (f64, f64), width: f64, height: f64) -> Rect {
        let (b, (w, h)) = (self.bounds, (width / 2.0, height / 2.0));
        let mut best = (f64::INFINITY, b);
        for i in -12..=12 {
            for j in -12..=12 {
                let x = near.0 + f64::from(i) * b.width() / 24.0;
                let y = near.1 + f64::from(j) * b.height() / 24.0;
                let x = x.max(b.x0 + w).min(b.x1 - w);
                let y = y.max(b.y0 + h).min(b.y1 - h);
                let r = Rect::new(x - w, y - h, x + w, y + h);
                let cost = self.crossed(&r) + (x - near.0).hypot(y - near.1);
                if cost < best.0 {
                    best = (cost, r);
                }
            }
        }
        self.taken.push(best.1.grown(4.0));
        best.1
    }

    fn cost(&self, r: &Rect, near: (f64, f64), d: f64) -> f64 {
        let onto = if r.grown(5.0).contains(near) { 1e4 } else { 0.0 };
        self.crossed(r) + onto + d
    }
}

/// A label near a point, with a leader when it had to move away; `ground` whitens what is below.
pub(super) fn label(c: &mut Canvas, p: &mut Placer, near: (f64, f64), text: &[String], t: Type, ground: bool) {
    let width = text.iter().map(|l| t.width(l)).fold(0.0, f64::max);
    let pitch = t.px * PITCH;
    let height = pitch * text.len() as f64;
    let r = p.place(near, width + 8.0, height, t.px * 0.55);
    let (x, y) = (near.0.clamp(r.x0, r.x1), near.1.clamp(r.y0, r.y1));
    let away = (near.0 - x).hypot(near.1 - y);
    if away > t.px * 1.1 {
        c.line(&[near, (x, y)], Stroke::new(t.color, 1.6));
    }
    if ground {
        c.fill(r, Rgb::WHITE, 0.8);
    }
    for (i, line) in text.iter().enumerate() {
        let y = r.y0 + (i as f64 + 0.5) * pitch;
        c.text((r.center().0, y), H::Center, V::Middle, line, t);
    }
}

/// A label of an area: text on or about a point, without leader or ground.
pub(super) fn area_label(c: &mut Canvas, p: &mut Placer, near: (f64, f64), text: &[String], t: Type) {
    let width = text.iter().map(|l| t.width(l)).fold(0.0, f64::max);
    let r = p.place_on(near, width + 8.0, t.px * PITCH * text.len() as f64);
    c.lines_middle(r.center(), H::Center, text, t);
}

/// One entry of a legend.
pub(super) struct Key {
    pub name: String,
    pub color: Rgb,
    pub look: Look,
}

/// The sample drawn before a legend's name.
pub(super) enum Look {
    Line(Dash),
    Point(Marker, bool),
    Both(Dash, Marker),
    Fill(f64),
    Hatch,
}

impl Key {
    pub fn new(name: &str, color: Rgb, look: Look) -> Self {
        let name = name.to_string();
        Self { name, color, look }
    }
}

const SAMPLE_PX: f64 = 62.0;

/// One entry as it is laid out: number, offset from the left edge, lines of its name.
struct Entry {
    key: usize,
    x: f64,
    lines: Vec<String>,
}

/// Rows of a legend; a name wider than the whole legend breaks into lines.
fn rows(theme: &Theme, keys: &[Key], width: f64) -> Vec<Vec<Entry>> {
    let t = Type::new(theme);
    let mut rows: Vec<Vec<Entry>> = Vec::new();
    let mut x = 0.0;
    for (key, k) in keys.iter().enumerate() {
        let sample = SAMPLE_PX + 12.0;
        let lines = wrap(&k.name, t.px, false, width - sample);
        let need = sample + widest(&lines, t.px, false);
        match rows.last_mut() {
            Some(row) if x + need <= width => row.push(Entry { key, x, lines }),
            _ => {
                x = 0.0;
                rows.push(vec![Entry { key, x, lines }]);
            }
        }
        x += need + theme.text_px;
    }
    rows
}

fn row_px(theme: &Theme, row: &[Entry]) -> f64 {
    let lines = row.iter().map(|e| e.lines.len()).max().unwrap_or(0);
    lines as f64 * theme.text_px * 1.35
}

/// Height in pixels of a legend.
pub(super) fn legend_px(theme: &Theme, keys: &[Key], width: f64) -> f64 {
    let rows = rows(theme, keys, width);
    let all: f64 = rows.iter().map(|r| row_px(theme, r)).sum();
    if rows.is_empty() { 0.0 } else { all + 8.0 }
}

/// Draw a legend from its upper left corner.
pub(super) fn legend(c: &mut Canvas, (x0, y0): (f64, f64), keys: &[Key], width: f64) {
    let theme = c.theme;
    let t = Type::new(theme);
    let pitch = theme.text_px * 1.35;
    let mut top = y0 + 8.0;
    for row in rows(theme, keys, width) {
        let height = row_px(theme, &row);
        for entry in row {
            let (key, x) = (&keys[entry.key], x0 + entry.x);
            let y = top + 0.5 * pitch;
            let (a, b) = ((x, y), (x + SAMPLE_PX, y));
            let swatch = Rect::new(x + 10.0, y - 12.0, b.0 - 10.0, y + 12.0);
            let middle = (x + SAMPLE_PX / 2.0, y);
            match key.look {
                Look::Line(dash) => {
                    c.line(&[a, b], Stroke::new(key.color, theme.line_px).dashed(dash));
                }
                Look::Point(m, hollow) => c.marker(m, middle, 11.0, key.color, hollow),
                Look::Both(dash, m) => {
                    c.line(&[a, b], Stroke::new(key.color, theme.line_px).dashed(dash));
                    c.marker(m, middle, 11.0, key.color, false);
                }
                Look::Fill(alpha) => c.fill(swatch, key.color, alpha),
                Look::Hatch => {
                    c.hatch(swatch, 9.0, Stroke::new(key.color, 2.0));
                    c.outline(swatch, Stroke::new(key.color, 2.0));
                }
            }
            for (i, line) in entry.lines.iter().enumerate() {
                let at = (b.0 + 12.0, y + i as f64 * pitch);
                c.text(at, H::Left, V::Middle, line, t);
            }
        }
        top += height;
    }
}
