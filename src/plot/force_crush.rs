//! Force against crush of one vehicle or two: loading solid, unloading dashed, energy by its area.
//!
//! Mirrored, the two vehicles share the force axis and crush outward: at equal force one reads
//! who gives way, and the two crushes add to the mutual approach.

use super::axis::{Axis, Labels, Panel, intervals_across, intervals_up};
use super::canvas::{Canvas, H, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, Placer, area_label, legend, legend_px};
use super::text::{balance, number, widest};
use super::theme::{Rgb, Theme};
use super::{Curve, Figure, Heading, PlotError};

/// One vehicle's loop.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// Name of the vehicle or path.
    pub name: String,
    /// Crush in mm, in order of time.
    pub crush_mm: Vec<f64>,
    /// Force in kN.
    pub force_kn: Vec<f64>,
    /// Energy taken up to the deepest crush, kJ; none: the area under the loading branch drawn.
    pub absorbed_kj: Option<f64>,
    /// Energy given back, kJ; none: the area under the unloading branch drawn.
    pub returned_kj: Option<f64>,
}

/// How two loops are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// All in one panel.
    Overlaid,
    /// The first crushes leftward, the second rightward, one force axis; needs two loops.
    Mirrored,
}

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// One loop a vehicle.
    pub loops: Vec<Loop>,
    /// One panel or two.
    pub arrangement: Arrangement,
}

impl Loop {
    /// Index of the deepest crush.
    fn turn(&self) -> usize {
        let finite = self.crush_mm.iter().enumerate().filter(|(_, x)| x.is_finite());
        finite.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i)
    }

    /// Energy taken up and given back, kJ.
    fn energies_kj(&self) -> (f64, f64) {
        let (points, turn) = (self.points(), self.turn());
        let up = &points[..(turn + 1).min(points.len())];
        let absorbed = self.absorbed_kj.unwrap_or_else(|| area_kj(up));
        let returned = self.returned_kj.unwrap_or_else(|| -area_kj(&points[turn..]));
        (absorbed, returned.max(0.0))
    }

    fn points(&self) -> Vec<(f64, f64)> {
        let pairs = self.crush_mm.iter().zip(&self.force_kn);
        pairs.map(|(x, f)| (*x, *f)).collect()
    }
}

/// Area under a branch in kJ (kN times mm over 1000), trapezoidal.
fn area_kj(points: &[(f64, f64)]) -> f64 {
    let finite = |p: &&[(f64, f64)]| p.iter().all(|q| q.0.is_finite() && q.1.is_finite());
    let strips = points.windows(2).filter(finite);
    strips.map(|w| (w[1].0 - w[0].0) * (w[0].1 + w[1].1) / 2.0).sum::<f64>() / 1000.0
}

/// Draw the loops.
///
/// # Errors
/// [`PlotError::Empty`] without a finite point, [`PlotError::Length`] for columns that differ and
/// for a mirrored figure without two loops.
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    for l in &input.loops {
        Curve::new(&*l.name, l.crush_mm.clone(), l.force_kn.clone()).check()?;
    }
    let mirrored = input.arrangement == Arrangement::Mirrored;
    if mirrored && input.loops.len() != 2 {
        return Err(PlotError::Length {
            what: "loops of a mirrored force-crush figure".to_string(),
            expected: 2,
            found: input.loops.len(),
        });
    }
    let points: Vec<(f64, f64)> = input.loops.iter().flat_map(Loop::points).collect();
    let inner = theme.width_px - 32.0;
    let height = theme.panel_px * 1.1;
    let forces = points.iter().map(|p| p.1);
    let y = Axis::around("force", forces, &[0.0], intervals_up(theme, height))?;
    let left = y.label_px(theme) + 14.0;
    let right = theme.text_px * 0.9;
    let room = inner - left - right;
    let across = intervals_across(theme, if mirrored { room / 2.0 } else { room });
    let x = Axis::around("crush", points.iter().map(|p| p.0), &[0.0], across)?;

    let keys = keys(input, theme, mirrored);
    let above = Panel::above_px(theme) + 4.0;
    let names = if mirrored { theme.text_px * 4.1 } else { 0.0 };
    let below = Panel::below_px(theme, true);
    let body = above + names + height + below + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let top = area.y0 + above + names;
        let whole = Rect::new(area.x0 + left, top, area.x1 - right, top + height);
        if mirrored {
            let middle = whole.center().0;
            let a = Rect::new(whole.x0, whole.y0, middle, whole.y1);
            let b = Rect::new(middle, whole.y0, whole.x1, whole.y1);
            for (i, frame) in [a, b].into_iter().enumerate() {
                let mut panel = Panel::new(frame, x.clone(), y.clone());
                panel.mirrored = i == 0;
                if i == 1 {
                    // The zero of both crush axes is written once.
                    panel.x.ticks.retain(|t| *t > 0.0);
                }
                one_panel(c, &panel, &input.loops[i..=i], i, i == 0, false);
                mirrored_head(c, &input.loops[i], i, frame, frame.y0 - above);
            }
            let (x, y) = (whole.center().0, whole.y1 + 16.0 + theme.text_px * 1.3);
            let t = Type::new(theme);
            c.text((x, y), H::Center, V::Top, "← Crush (mm) →", t);
            c.text((area.x0, top - 28.0), H::Left, V::Base, "Force (kN)", t);
        } else {
            one_panel(c, &Panel::new(whole, x, y), &input.loops, 0, true, true);
        }
        legend(c, (area.x0, top + height + below), &keys, inner);
        Ok(())
    })
}

/// Name and energies over one half of a mirrored figure, above `base`.
fn mirrored_head(c: &mut Canvas, l: &Loop, i: usize, frame: Rect, base: f64) {
    let t = Type::new(c.theme).color(c.theme.color(i).mix(Rgb::BLACK, 0.25));
    let (absorbed, returned) = l.energies_kj();
    let energy = format!("{} kJ ({} back)", number(absorbed, 1), number(returned, 1));
    let x = frame.center().0;
    let fit = |t: Type, wide: f64| t.px((0.97 * frame.width() / wide).min(1.0) * t.px);
    let low = base - 0.25 * t.px;
    c.text((x, low), H::Center, V::Base, &energy, fit(t, t.width(&energy)));
    let lines = if t.bold().width(&l.name) > 0.97 * frame.width() {
        2
    } else {
        1
    };
    let name = balance(&l.name, t.px, true, lines);
    let bold = fit(t.bold(), widest(&name, t.px, true));
    let middle = low - (0.95 + 0.65 * name.len() as f64) * t.px;
    c.lines_middle((x, middle), H::Center, &name, bold);
}

fn keys(input: &Input, theme: &Theme, mirrored: bool) -> Vec<Key> {
    let mut keys = Vec::new();
    if !mirrored && input.loops.len() > 1 {
        for (i, l) in input.loops.iter().enumerate() {
            keys.push(Key::new(&l.name, theme.color(i), Look::Line(&[])));
        }
    }
    keys.push(Key::new("loading", theme.axis, Look::Line(&[])));
    keys.push(Key::new("unloading", theme.axis, Look::Line(UNLOADING)));
    keys
}

const UNLOADING: super::theme::Dash = &[3.0, 2.0];

fn one_panel(c: &mut Canvas, panel: &Panel, loops: &[Loop], first: usize, y_ticks: bool, titled: bool) {
    let theme = c.theme;
    let labels = Labels {
        y: if titled { "Force (kN)" } else { "" },
        x: titled.then_some("Crush (mm)"),
        x_ticks: true,
        y_ticks,
    };
    let px = |p: &(f64, f64)| panel.to_px(p.0, p.1);
    let mut placer = Placer::new(panel.frame.grown(-3.0));
    let mut notes = Vec::new();
    for (k, l) in loops.iter().enumerate() {
        let (ink, points, turn) = (theme.color(first + k), l.points(), l.turn());
        let line: Vec<(f64, f64)> = points.iter().map(px).collect();
        let finite = |p: &&(f64, f64)| p.0.is_finite() && p.1.is_finite();
        let mut loop_: Vec<(f64, f64)> = line.iter().filter(finite).copied().collect();
        let (Some(start), Some(end)) = (loop_.first().copied(), loop_.last().copied()) else {
            continue;
        };
        // Close along zero force: the shaded area is what the loop keeps.
        let ground = panel.to_px(panel.x.lo, 0.0).1;
        loop_.extend([(end.0, ground), (start.0, ground)]);
        c.area(&loop_, ink, 0.16);
        placer.avoid(&line);
        let (absorbed, returned) = l.energies_kj();
        let text = vec![
            format!("{} kJ", number(absorbed, 1)),
            format!("{} kJ back", number(returned, 1)),
        ];
        let mean = loop_.iter().map(|p| p.0).sum::<f64>() / loop_.len() as f64;
        notes.push((line, turn, ink, text, (mean, (ground + panel.frame.y0) / 2.0)));
    }
    panel.draw(c, labels);
    for (line, turn, ink, ..) in &notes {
        let stroke = Stroke::new(*ink, theme.line_px);
        c.line(&line[..(*turn + 1).min(line.len())], stroke);
        c.line(&line[*turn..], stroke.dashed(UNLOADING));
    }
    // Mirrored panels are too narrow for it; there it stands below the name.
    for (.., ink, text, near) in notes.into_iter().filter(|_| titled) {
        let t = Type::new(theme).bold().color(ink.mix(Rgb::BLACK, 0.25));
        area_label(c, &mut placer, near, &text, t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_of_a_triangle_is_half_base_times_height() {
        // 300 kN over 400 mm from zero: 60 kJ.
        assert!((area_kj(&[(0.0, 0.0), (400.0, 300.0)]) - 60.0).abs() < 1e-12);
    }
}
