//! Error against cost of solvers on one problem: both axes logarithmic, a line a solver.

use super::axis::Panel;
use super::canvas::{Canvas, H, Rect, Stroke, Type, V, compose};
use super::place::{Key, Look, legend, legend_px};
use super::theme::Theme;
use super::{Curve, Figure, Heading, PlotError};

/// Input of [`draw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, note, caption and stamp.
    pub heading: Heading,
    /// Abscissa, as "Error, worst of 64 cases".
    pub error: String,
    /// Ordinate, as "Cost (ms per case, one core)".
    pub cost: String,
    /// A line a solver: x error, y cost; what is not above zero is left out.
    pub lines: Vec<Curve>,
    /// An error at which solvers are compared, drawn as a dashed level; `None`: none.
    pub target: Option<f64>,
}

/// Powers of ten that enclose the values.
fn decades(what: &str, values: impl Iterator<Item = f64>) -> Result<(i32, i32), PlotError> {
    let above = values.filter(|v| v.is_finite() && *v > 0.0);
    let (lo, hi) = above.fold((f64::INFINITY, 0.0_f64), |(lo, hi), v| (lo.min(v), hi.max(v)));
    if hi <= 0.0 {
        let what = what.to_string();
        return Err(PlotError::Empty { what });
    }
    let (from, to) = (lo.log10().floor() as i32, hi.log10().ceil() as i32);
    Ok((from, to.max(from + 1)))
}

/// A power of ten: from 1 to 10000 in full, else with its exponent.
fn power(exponent: i32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if (0..=4).contains(&exponent) {
        return 10f64.powi(exponent).to_string();
    }
    let digits = exponent.unsigned_abs().to_string();
    let raised = digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|d| RAISED[d as usize]);
    let sign = if exponent < 0 { "⁻" } else { "" };
    format!("10{sign}{}", raised.collect::<String>())
}

/// A panel with logarithmic axes.
struct Log {
    frame: Rect,
    x: (i32, i32),
    y: (i32, i32),
}

impl Log {
    fn share((lo, hi): (i32, i32), value: f64) -> f64 {
        (value.log10() - f64::from(lo)) / f64::from(hi - lo)
    }

    fn to_px(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.frame.x0 + Self::share(self.x, x) * self.frame.width(),
            self.frame.y1 - Self::share(self.y, y) * self.frame.height(),
        )
    }

    /// Grid at each digit, strong and labelled at powers of ten, and both titles.
    fn draw(&self, c: &mut Canvas, x_title: &str, y_title: &str, left: f64) {
        let theme = c.theme;
        let (f, t) = (self.frame, Type::new(theme));
        let faint = Stroke::new(theme.grid, 0.8);
        let strong = Stroke::new(theme.grid, 2.0);
        let axis = Stroke::new(theme.axis, 2.2);
        let floor = 10f64.powi(self.y.0);
        let wall = 10f64.powi(self.x.0);
        for e in self.x.0..=self.x.1 {
            for digit in 1..=(if e < self.x.1 { 9 } else { 1 }) {
                let x = self.to_px(f64::from(digit) * 10f64.powi(e), floor).0;
                let stroke = if digit == 1 { strong } else { faint };
                c.line(&[(x, f.y0), (x, f.y1)], stroke);
            }
            let x = self.to_px(10f64.powi(e), floor).0;
            c.text((x, f.y1 + 18.0), H::Center, V::Top, &power(e), t);
        }
        for e in self.y.0..=self.y.1 {
            for digit in 1..=(if e < self.y.1 { 9 } else { 1 }) {
                let y = self.to_px(wall, f64::from(digit) * 10f64.powi(e)).1;
                let stroke = if digit == 1 { strong } else { faint };
                c.line(&[(f.x0, y), (f.x1, y)], stroke);
            }
            let y = self.to_px(wall, 10f64.powi(e)).1;
            c.text((f.x0 - 12.0, y), H::Right, V::Middle, &power(e), t);
        }
        c.line(&[(f.x0, f.y1), (f.x1, f.y1)], axis);
        c.line(&[(f.x0, f.y0), (f.x0, f.y1)], axis);
        c.text((left, f.y0 - 28.0), H::Left, V::Base, y_title, t);
        let below = f.y1 + 18.0 + theme.text_px * 1.3;
        c.text((f.center().0, below), H::Center, V::Top, x_title, t);
    }
}

/// The samples of a line that can be drawn, by rising error.
fn sorted(line: &Curve) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = line.finite().filter(|p| p.0 > 0.0 && p.1 > 0.0).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// Draw the diagram: down and to the left is better.
///
/// # Errors
/// [`PlotError::Empty`] without a value above zero, [`PlotError::Length`].
pub fn draw(input: &Input, theme: &Theme) -> Result<Figure, PlotError> {
    for line in &input.lines {
        line.check()?;
    }
    let all = || input.lines.iter().flat_map(sorted);
    let x = decades(&input.error, all().map(|p| p.0).chain(input.target))?;
    let y = decades(&input.cost, all().map(|p| p.1))?;
    let look = |i: usize| Look::Both(theme.dash(i / theme.series.len().max(1)), theme.marker(i));
    let keys: Vec<Key> = (input.lines.iter().enumerate())
        .map(|(i, l)| Key::new(&l.name, theme.color(i), look(i)))
        .collect();
    let inner = theme.width_px - 32.0;
    let t = Type::new(theme);
    let widths = (y.0..=y.1).map(|e| t.width(&power(e)));
    let left = widths.fold(0.0, f64::max) + 14.0;
    let above = Panel::above_px(theme) + 4.0;
    let below = Panel::below_px(theme, true);
    let height = theme.panel_px;
    let body = above + height + below + legend_px(theme, &keys, inner);
    compose(theme, &input.heading, body, |c, area| {
        let top = area.y0 + above;
        let right = area.x1 - theme.text_px;
        let frame = Rect::new(area.x0 + left, top, right, top + height);
        let panel = Log { frame, x, y };
        panel.draw(c, &input.error, &input.cost, area.x0);
        if let Some(target) = input.target {
            let at = panel.to_px(target, 1.0).0;
            let stroke = Stroke::new(theme.alert, 2.6).dashed(theme.dash(1));
            c.line(&[(at, frame.y0), (at, frame.y1)], stroke);
        }
        for (i, line) in input.lines.iter().enumerate() {
            let points = sorted(line);
            let px: Vec<(f64, f64)> = points.iter().map(|p| panel.to_px(p.0, p.1)).collect();
            let dash = theme.dash(i / theme.series.len().max(1));
            c.line(&px, Stroke::new(theme.color(i), theme.line_px).dashed(dash));
            for at in px {
                c.marker(theme.marker(i), at, 9.0, theme.color(i), false);
            }
        }
        legend(c, (area.x0, frame.y1 + below), &keys, inner);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_enclose_their_values_with_powers_of_ten() {
        let ends = decades("t", [3e-5, 0.0, f64::NAN, 1e-4].into_iter()).expect("two values");
        assert_eq!(ends, (-5, -4));
        assert!(decades("t", [0.0].into_iter()).is_err());
        assert_eq!((power(-4), power(1)), ("10⁻⁴".to_string(), "10".to_string()));
    }

    #[test]
    fn a_tenth_of_the_cost_stands_one_decade_lower() {
        let panel = Log {
            frame: Rect::new(0.0, 0.0, 200.0, 300.0),
            x: (-6, -4),
            y: (-1, 2),
        };
        let (a, b) = (panel.to_px(1e-5, 10.0), panel.to_px(1e-5, 1.0));
        assert!((a.0 - 100.0).abs() < 1e-9 && (b.1 - a.1 - 100.0).abs() < 1e-9);
    }
}
