//! Matrix of kei cars against partners: one number a cell, coloured by a scale with its bar.

use super::axis::Axis;
use super::canvas::{Canvas, H, PITCH, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, legend, legend_px};
use super::text::{balance, number, widest, wrap};
use super::theme::{Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Pale to dark, `lo` to `hi`; none: the data's own ends on round numbers, 0 included.
    Sequential {
        /// Value of the palest colour and of the darkest.
        range: Option<(f64, f64)>,
    },
    /// Blue below, red above a neutral value, the same reach both ways; none: the data's.
    Diverging {
        /// Value drawn white.
        neutral: f64,
        /// Distance from neutral of the strongest colours.
        reach: Option<f64>,
    },
}

/// A column set apart at the right: the row's own reference, as its wall test.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraColumn {
    /// Column label.
    pub label: String,
    /// One value a row.
    pub values: Vec<Option<f64>>,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// What the rows are, as "Kei car"; may be empty.
    pub row_title: String,
    /// What the columns are, as "Partner"; may be empty.
    pub column_title: String,
    /// Row labels.
    pub rows: Vec<String>,
    /// Column labels.
    pub columns: Vec<String>,
    /// `values[row][column]`; none or not finite: hatched with a dash.
    pub values: Vec<Vec<Option<f64>>>,
    /// Column set apart at the right.
    pub extra: Option<ExtraColumn>,
    /// Quantity and unit at the colour bar, as "Joint risk AIS 3+ (%)".
    pub quantity: String,
    /// Decimals printed; fewer where the cells are too narrow for legible type.
    pub decimals: usize,
    /// Colour scale.
    pub scale: Scale,
    /// What a hatched cell means, as "not computed".
    pub missing: String,
}

/// ColorBrewer YlOrBr (Brewer 2003), its very pale first class replaced by a paler yellow.
const SEQUENTIAL: [Rgb; 7] = [
    Rgb(255, 252, 235),
    Rgb(254, 233, 172),
    Rgb(254, 196, 79),
    Rgb(244, 142, 38),
    Rgb(217, 95, 14),
    Rgb(164, 58, 4),
    Rgb(102, 37, 6),
];

/// ColorBrewer RdBu (Brewer 2003), reversed: blue low, red high.
const DIVERGING: [Rgb; 7] = [
    Rgb(33, 102, 172),
    Rgb(103, 169, 207),
    Rgb(209, 229, 240),
    Rgb(250, 250, 250),
    Rgb(253, 219, 199),
    Rgb(239, 138, 98),
    Rgb(178, 24, 43),
];

fn shade(stops: &[Rgb; 7], share: f64) -> Rgb {
    let s = share.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
    let i = (s as usize).min(stops.len() - 2);
    stops[i].mix(stops[i + 1], s - i as f64)
}

struct Colours {
    axis: Axis,
    stops: &'static [Rgb; 7],
}

impl Colours {
    fn new(input: &Input) -> Result<Self, PlotError> {
        let own = input.values.iter().flatten();
        let all = own.chain(input.extra.iter().flat_map(|e| &e.values));
        let values: Vec<f64> = all.flatten().copied().filter(|v| v.is_finite()).collect();
        let it = values.iter().copied();
        let what = "the heat map";
        let axis = Axis::around(what, it.clone(), &[0.0], 5)?;
        Ok(match input.scale {
            Scale::Sequential { range } => {
                let stops = &SEQUENTIAL;
                let axis = match range {
                    Some((lo, hi)) => Axis::between(what, [lo, hi].into_iter(), 5)?,
                    None => axis,
                };
                Self { axis, stops }
            }
            Scale::Diverging { neutral, reach } => {
                let far = it.map(|v| (v - neutral).abs()).fold(0.0, f64::max);
                let reach = reach.unwrap_or(far).max(1e-9);
                let ends = [neutral - reach, neutral + reach];
                let stops = &DIVERGING;
                let axis = Axis::between(what, ends.into_iter(), 4)?;
                Self { axis, stops }
            }
        })
    }

    fn of(&self, value: f64) -> Rgb {
        shade(self.stops, self.axis.share(value))
    }
}

struct Layout {
    labels: Vec<Vec<String>>,
    heads: Vec<Vec<String>>,
    upward: bool,
    label_px: f64,
    cell_w: f64,
    cell_h: f64,
    head_px: f64,
    title_px: f64,
    gap_px: f64,
}

fn layout(input: &Input, theme: &Theme) -> Layout {
    let (t, bold) = (theme.text_px, false);
    let pitch = t * PITCH;
    let inner = theme.width_px - 32.0;
    let mut labels: Vec<Vec<String>> = input.rows.iter().map(|r| vec![r.clone()]).collect();
    let wide = labels.iter().map(|l| widest(l, t, bold)).fold(0.0, f64::max);
    if wide > 0.3 * inner {
        labels = input.rows.iter().map(|r| balance(r, t, bold, 2)).collect();
    }
    let widest_label = labels.iter().map(|l| widest(l, t, bold)).fold(0.0, f64::max);
    let label_px = widest_label.max(Type::new(theme).bold().width(&input.row_title)) + 14.0;
    let names: Vec<&String> = input
        .columns
        .iter()
        .chain(input.extra.iter().map(|e| &e.label))
        .collect();
    let gap_px = if input.extra.is_some() { 24.0 } else { 0.0 };
    let cell_w = ((inner - label_px - gap_px) / names.len().max(1) as f64).clamp(8.0, 260.0);
    let wrapped: Vec<Vec<String>> = names.iter().map(|n| wrap(n, t, bold, cell_w - 10.0)).collect();
    let fits = |l: &Vec<String>| l.len() <= 3 && widest(l, t, bold) <= cell_w - 8.0;
    let upward = !wrapped.iter().all(fits);
    let heads = if upward {
        let lines = ((cell_w / pitch) as usize).clamp(1, 2);
        names.iter().map(|n| balance(n, t, bold, lines)).collect()
    } else {
        wrapped
    };
    let head_px = if upward {
        heads.iter().map(|l| widest(l, t, bold)).fold(0.0, f64::max)
    } else {
        heads.iter().map(Vec::len).max().unwrap_or(0) as f64 * pitch
    };
    let tallest = labels.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let title_px = if input.column_title.is_empty() {
        0.0
    } else {
        pitch + 6.0
    };
    Layout {
        cell_h: (tallest * pitch + 10.0).max(t * 2.0),
        labels,
        heads,
        upward,
        label_px,
        cell_w,
        head_px: head_px + 16.0,
        title_px,
        gap_px,
    }
}

/// Draw the matrix; the figure is as high as its rows ask.
///
/// # Errors
/// [`PlotError::Length`] when rows or columns do not match, [`PlotError::Empty`] without a value.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    check(input)?;
    let colours = Colours::new(input)?;
    let l = layout(input, theme);
    let cells = input
        .values
        .iter()
        .flatten()
        .chain(input.extra.iter().flat_map(|e| &e.values));
    let gaps = cells.clone().any(|v| !v.is_some_and(f64::is_finite));
    let keys: Vec<Key> = if gaps && !input.missing.is_empty() {
        vec![Key::new(&input.missing, theme.soft, Look::Hatch)]
    } else {
        Vec::new()
    };
    let print = print(input, theme, l.cell_w);
    let inner = theme.width_px - 32.0;
    let matrix_px = l.title_px + l.head_px + l.cell_h * input.rows.len() as f64;
    let bar_px = theme.text_px * 4.4;
    let body = matrix_px + bar_px + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let top = area.y0 + l.title_px + l.head_px;
        heads(c, input, &l, area, top);
        for (r, row) in input.values.iter().enumerate() {
            let y = top + l.cell_h * r as f64;
            let at = (area.x0, y + l.cell_h / 2.0);
            c.lines_middle(at, H::Left, &l.labels[r], Type::new(theme));
            let extra = input.extra.iter().map(|e| e.values[r]);
            for (k, value) in row.iter().copied().chain(extra).enumerate() {
                let x = column_x(input, &l, area, k);
                let box_ = Rect::new(x, y, x + l.cell_w, y + l.cell_h);
                cell(c, box_, value, print, &colours);
            }
        }
        let bar_top = top + l.cell_h * input.rows.len() as f64 + theme.text_px * 0.7;
        let end = column_x(input, &l, area, input.columns.len().max(1) - 1) + l.cell_w;
        let x0 = area.x0 + l.label_px;
        bar(c, input, (x0, end.max(x0 + 300.0)), bar_top, &colours);
        let below = area.y0 + matrix_px + bar_px;
        legend(c, (area.x0 + l.label_px, below), &keys, inner);
        Ok(())
    })
}

fn check(input: &Input) -> Result<(), PlotError> {
    let length = |what: &str, expected: usize, found: usize| {
        if expected == found {
            return Ok(());
        }
        let what = what.to_string();
        Err(PlotError::Length { what, expected, found })
    };
    length("rows of the heat map", input.rows.len(), input.values.len())?;
    for (name, row) in input.rows.iter().zip(&input.values) {
        length(&format!("row {name}"), input.columns.len(), row.len())?;
    }
    match &input.extra {
        Some(e) => length(&e.label, input.rows.len(), e.values.len()),
        None => Ok(()),
    }
}

fn column_x(input: &Input, l: &Layout, area: Rect, k: usize) -> f64 {
    let gap = if k >= input.columns.len() { l.gap_px } else { 0.0 };
    area.x0 + l.label_px + l.cell_w * k as f64 + gap
}

fn heads(c: &mut Canvas, input: &Input, l: &Layout, area: Rect, top: f64) {
    let t = Type::new(c.theme);
    let pitch = t.px * PITCH;
    for (k, head) in l.heads.iter().enumerate() {
        let x = column_x(input, l, area, k) + l.cell_w / 2.0;
        for (i, line) in head.iter().enumerate() {
            if l.upward {
                let dx = (i as f64 - (head.len() - 1) as f64 / 2.0) * pitch;
                c.text((x + dx, top - 10.0), H::Left, V::Middle, line, t.upward());
            } else {
                let y = top - 14.0 - (head.len() - 1 - i) as f64 * pitch;
                c.text((x, y), H::Center, V::Base, line, t);
            }
        }
    }
    let x = area.x0 + l.label_px;
    c.text((x, area.y0), H::Left, V::Top, &input.column_title, t.bold());
    let corner = (area.x0, top - 14.0);
    c.text(corner, H::Left, V::Base, &input.row_title, t.bold());
}

/// Decimals and type size at which the widest value fits a cell: the same for all cells.
fn print(input: &Input, theme: &Theme, cell_w: f64) -> (usize, f64) {
    let t = Type::new(theme);
    let fit = |decimals: usize| {
        let own = input.values.iter().flatten();
        let all = own.chain(input.extra.iter().flat_map(|e| &e.values));
        let finite = all.flatten().filter(|v| v.is_finite());
        let widest = finite.map(|v| t.width(&number(*v, decimals)));
        (cell_w - 8.0) / widest.fold(1.0, f64::max)
    };
    let kept = (0..=input.decimals).rev().find(|d| fit(*d) >= 0.85);
    let decimals = kept.unwrap_or(0);
    (decimals, t.px * fit(decimals).clamp(0.3, 1.0))
}

fn cell(c: &mut Canvas, r: Rect, value: Option<f64>, (decimals, px): (usize, f64), colours: &Colours) {
    let theme = c.theme;
    let t = Type::new(theme);
    match value.filter(|v| v.is_finite()) {
        Some(v) => {
            let fill = colours.of(v);
            c.fill(r, fill, 1.0);
            let text = number(v, decimals);
            let t = t.color(fill.ink()).px(px);
            c.text(r.center(), H::Center, V::Middle, &text, t);
        }
        None => {
            c.hatch(r, 16.0, Stroke::new(theme.grid, 2.0));
            let (x, y) = r.center();
            c.fill(Rect::new(x - 24.0, y - 16.0, x + 24.0, y + 16.0), Rgb::WHITE, 1.0);
            c.text((x, y), H::Center, V::Middle, "—", t.color(theme.soft));
        }
    }
    c.outline(r, Stroke::new(Rgb::WHITE, 3.0));
}

fn bar(c: &mut Canvas, input: &Input, (x0, right): (f64, f64), y: f64, colours: &Colours) {
    let t = Type::new(c.theme);
    let x1 = right.min(x0 + 900.0) - 0.4 * t.width(&colours.axis.label(colours.axis.hi));
    // The quantity may be wider than the matrix is; then it starts at the left margin.
    let from = x0.min(right - t.width(&input.quantity)).max(0.0);
    c.text((from, y), H::Left, V::Top, &input.quantity, t);
    let (y0, y1) = (y + t.px * 1.25, y + t.px * 2.0);
    let (n, axis) = (120, &colours.axis);
    for i in 0..n {
        let share = f64::from(i) / f64::from(n);
        // Each covers all that follows, so that no seam shows between neighbours.
        let a = x0 + share * (x1 - x0);
        c.fill(Rect::new(a, y0, x1, y1), shade(colours.stops, share), 1.0);
    }
    let frame = Stroke::new(c.theme.axis, 1.4);
    c.outline(Rect::new(x0, y0, x1, y1), frame);
    for tick in axis.labelled(c.theme, x1 - x0) {
        let x = x0 + axis.share(tick) * (x1 - x0);
        c.line(&[(x, y1), (x, y1 + 8.0)], frame);
        c.text((x, y1 + 14.0), H::Center, V::Top, &axis.label(tick), t);
    }
}
