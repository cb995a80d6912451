//! Where the energy of a collision went: a bar a load path, dissipated and recoverable part.

use super::axis::{Axis, intervals_across};
use super::canvas::{Canvas, H, PITCH, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, legend, legend_px};
use super::text::{balance, number, widest};
use super::theme::{Rgb, Theme};
use super::{Figure, Heading, PlotError};

/// Energy of one load path, contact, occupant or remaining motion.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Name of the load path.
    pub name: String,
    /// Turned to heat and lasting deformation, kJ.
    pub dissipated_kj: f64,
    /// Elastic or kinetic, could be given back, kJ.
    pub recoverable_kj: f64,
}

/// A group of bars: a vehicle, or what belongs to neither.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Vehicle, or as "Contact and remaining motion".
    pub name: String,
    /// Its shares; drawn in order of size.
    pub shares: Vec<Share>,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// The energy that is 100 %, kJ, as the initial closing energy.
    pub initial_kj: f64,
    /// What it is, as "closing energy".
    pub initial_name: String,
    /// The vehicles, then what belongs to neither.
    pub groups: Vec<Group>,
}

impl Share {
    fn total(&self) -> f64 {
        let part = |v: f64| if v.is_finite() { v } else { 0.0 };
        part(self.dissipated_kj) + part(self.recoverable_kj)
    }
}

/// Draw the bars, largest first within each group.
///
/// # Errors
/// [`PlotError::Empty`] without a finite share.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    let t = Type::new(theme);
    let shares = || input.groups.iter().flat_map(|g| &g.shares);
    let finite = |s: &&Share| s.dissipated_kj.is_finite() || s.recoverable_kj.is_finite();
    let totals = shares().filter(finite).map(Share::total);
    let inner = theme.width_px - 32.0;
    let names: Vec<Vec<String>> = shares()
        .map(|s| match t.width(&s.name) > 0.34 * inner {
            true => balance(&s.name, t.px, false, 2),
            false => vec![s.name.clone()],
        })
        .collect();
    let name_px = names.iter().map(|n| widest(n, t.px, false)).fold(0.0, f64::max);
    let left = name_px.min(0.45 * inner) + 14.0;
    let text_px = shares().map(|s| t.width(&value_text(s, input))).fold(0.0, f64::max);
    let room = (inner - left - text_px - 22.0).max(0.15 * inner);
    let what = "energy";
    let axis = Axis::around(what, totals, &[0.0], intervals_across(theme, room))?;

    let keys = vec![
        Key::new("dissipated", theme.color(0), Look::Fill(1.0)),
        Key::new("recoverable", theme.color(0), Look::Hatch),
    ];
    let row_px = |n: &[String]| (n.len() as f64 * t.px * PITCH + 10.0).max(t.px * 1.6);
    let whole = if input.initial_kj.is_finite() {
        let kj = number(input.initial_kj, 1);
        format!("100 % = {kj} kJ {}", input.initial_name)
    } else {
        String::new()
    };
    let head = t.px * 1.9;
    let rows: f64 = names.iter().map(|n| row_px(n)).sum();
    let foot = if whole.is_empty() { 0.4 } else { 1.9 } * t.px;
    let groups = input.groups.len() as f64;
    let body = groups * head + rows + foot + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let mut y = area.y0;
        let mut names = names.iter();
        for (g, group) in input.groups.iter().enumerate() {
            // The third group belongs to no vehicle: grey.
            let ink = if g < 2 { theme.color(g) } else { theme.soft };
            group_head(c, input, group, (area.x0, area.x1, y + head * 0.55), ink);
            y += head;
            let mut order: Vec<(&Share, &Vec<String>)> = group
                .shares
                .iter()
                .zip(names.by_ref().take(group.shares.len()))
                .collect();
            order.sort_by(|a, b| b.0.total().total_cmp(&a.0.total()));
            for (share, name) in order {
                let row = row_px(name);
                let at = Rect::new(area.x0 + left, y + 4.0, area.x0 + left + room, y + row - 4.0);
                bar(c, input, share, name, at, &axis, ink);
                y += row;
            }
        }
        let at = (area.x0, y + t.px * 0.6);
        c.text(at, H::Left, V::Top, &whole, t.color(theme.soft));
        legend(c, (area.x0, y + foot), &keys, inner);
        Ok(())
    })
}

fn value_text(s: &Share, input: &Input) -> String {
    let percent = 100.0 * s.total() / input.initial_kj;
    let kj = number(s.total(), 1);
    if percent.is_finite() {
        format!("{kj} kJ, {} %", number(percent, 1))
    } else {
        format!("{kj} kJ")
    }
}

fn group_head(c: &mut Canvas, input: &Input, g: &Group, (x0, x1, y): (f64, f64, f64), ink: Rgb) {
    let t = Type::new(c.theme).bold().color(ink.mix(Rgb::BLACK, 0.25));
    let total: f64 = g.shares.iter().map(Share::total).sum();
    let percent = 100.0 * total / input.initial_kj;
    let mut text = format!("{} kJ", number(total, 0));
    if percent.is_finite() {
        text.push_str(&format!(", {} %", number(percent, 0)));
    }
    let room = x1 - x0 - t.width(&text) - 20.0;
    let fit = (room / t.width(&g.name)).clamp(0.6, 1.0);
    c.text((x0, y), H::Left, V::Middle, &g.name, t.px(t.px * fit));
    c.text((x1, y), H::Right, V::Middle, &text, t);
    let y = y + t.px * 0.72;
    c.line(&[(x0, y), (x1, y)], Stroke::new(ink, 2.0));
}

fn bar(c: &mut Canvas, input: &Input, share: &Share, name: &[String], at: Rect, axis: &Axis, ink: Rgb) {
    let t = Type::new(c.theme);
    let y = at.center().1;
    c.lines_middle((at.x0 - 12.0, y), H::Right, name, t);
    let x = |v: f64| at.x0 + axis.share(v) * at.width();
    let thick = (at.height() / 2.0).min(t.px * 0.55);
    let part = |v: f64| if v.is_finite() { v.max(0.0) } else { 0.0 };
    let (kept, back) = (part(share.dissipated_kj), part(share.recoverable_kj));
    let solid = Rect::new(x(0.0), y - thick, x(kept), y + thick);
    c.fill(solid, ink, 1.0);
    let open = Rect::new(x(kept), y - thick, x(kept + back), y + thick);
    if open.width() > 0.5 {
        c.hatch(open, 9.0, Stroke::new(ink, 2.0));
        c.outline(open, Stroke::new(ink, 2.0));
    }
    c.line(
        &[(at.x0, at.y0 - 4.0), (at.x0, at.y1 + 4.0)],
        Stroke::new(c.theme.axis, 2.0),
    );
    let text = value_text(share, input);
    c.text((open.x1 + 12.0, y), H::Left, V::Middle, &text, t);
}
