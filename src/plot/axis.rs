//! Axes with round ticks, and a chart panel that maps data to pixels.

use super::PlotError;
use super::canvas::{Canvas, H, Rect, Stroke, Type, V};
use super::text::number;
use super::theme::Theme;

/// A linear axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub lo: f64,
    pub hi: f64,
    pub ticks: Vec<f64>,
    decimals: usize,
}

impl Axis {
    /// Ends on round numbers around the finite values and `always` (as `[0.0]`).
    pub fn around(
        what: &str,
        values: impl Iterator<Item = f64>,
        always: &[f64],
        want: usize,
    ) -> Result<Self, PlotError> {
        let (lo, hi) = extent(what, values)?;
        let lo = always.iter().copied().fold(lo, f64::min);
        let hi = always.iter().copied().fold(hi, f64::max);
        let (lo, hi) = if hi - lo <= 1e-12 * hi.abs().max(lo.abs()) {
            let half = if lo == 0.0 { 1.0 } else { 0.1 * lo.abs() };
            (lo - half, hi + half)
        } else {
            (lo, hi)
        };
        let step = step(what, lo, hi, want)?;
        let (mut from, mut to) = ((lo / step).floor() * step, (hi / step).ceil() * step);
        // Ripple beyond zero earns no interval of its own.
        if lo < 0.0 && hi > 0.0 && lo > -0.3 * step {
            from = lo - 0.08 * step;
        } else if hi > 0.0 && lo < 0.0 && hi < 0.3 * step {
            to = hi + 0.08 * step;
        }
        Ok(Self::with_step(from, to, step))
    }

    /// The same ticks with both ends moved out by a share of the length.
    pub fn padded(self, share: f64) -> Self {
        let by = share * (self.hi - self.lo);
        let (lo, hi) = (self.lo - by, self.hi + by);
        Self { lo, hi, ..self }
    }

    /// Ends on the values themselves; ticks on the round numbers between.
    pub fn between(what: &str, values: impl Iterator<Item = f64>, want: usize) -> Result<Self, PlotError> {
        let (lo, hi) = extent(what, values)?;
        let hi = if hi > lo { hi } else { lo + 1.0 };
        let step = step(what, lo, hi, want)?;
        Ok(Self::with_step(lo, hi, step))
    }

    fn with_step(lo: f64, hi: f64, step: f64) -> Self {
        let decimals = (0..9)
            .find(|d| {
                let s = step * 10f64.powi(*d);
                (s - s.round()).abs() < 1e-6 * s
            })
            .unwrap_or(9) as usize;
        let first = (lo / step - 1e-6).ceil();
        let ticks = (0..1000)
            .map(|i| (first + f64::from(i)) * step)
            .take_while(|t| *t <= hi + 1e-6 * step)
            .collect();
        Self {
            lo,
            hi,
            ticks,
            decimals,
        }
    }

    /// A tick's label.
    pub fn label(&self, tick: f64) -> String {
        number(tick, self.decimals)
    }

    /// Width in pixels of the widest tick label.
    pub fn label_px(&self, theme: &Theme) -> f64 {
        let t = Type::new(theme);
        let widths = self.ticks.iter().map(|v| t.width(&self.label(*v)));
        widths.fold(0.0, f64::max)
    }

    /// The ticks whose labels fit side by side along a horizontal axis of this length: all, or
    /// every second, third ..., with zero among them.
    pub fn labelled(&self, theme: &Theme, length_px: f64) -> impl Iterator<Item = f64> + '_ {
        let pitch = match self.ticks.as_slice() {
            [a, b, ..] => (self.share(*b) - self.share(*a)) * length_px,
            _ => f64::INFINITY,
        };
        let need = self.label_px(theme) + 0.45 * theme.text_px;
        let stride = (need / pitch).ceil().max(1.0) as usize;
        let zero = self.ticks.iter().position(|t| *t == 0.0).unwrap_or(0);
        let kept = move |i: &usize| i % stride == zero % stride;
        let indices = (0..self.ticks.len()).filter(kept);
        indices.map(|i| self.ticks[i])
    }

    /// Share of the axis at a value, 0 at `lo`, 1 at `hi`.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.lo) / (self.hi - self.lo)
    }
}

fn extent(what: &str, values: impl Iterator<Item = f64>) -> Result<(f64, f64), PlotError> {
    let (lo, hi) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
    if lo > hi {
        let what = what.to_string();
        return Err(PlotError::Empty { what });
    }
    Ok((lo, hi))
}

/// The round step (1, 2, 2.5 or 5 times a power of ten) that gives about `want` intervals.
fn step(what: &str, lo: f64, hi: f64, want: usize) -> Result<f64, PlotError> {
    let raw = (hi - lo) / want.max(1) as f64;
    let ten = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * ten)
        .find(|s| *s >= raw * 0.999)
        .unwrap_or(10.0 * ten);
    // Beyond this the ends would round to the same tick.
    let sound = step.is_finite() && step > 0.0 && lo.abs().max(hi.abs()) / step < 1e9;
    if sound {
        return Ok(step);
    }
    let what = what.to_string();
    Err(PlotError::Range { what, lo, hi })
}

/// Intervals that leave a horizontal axis of this width legible.
pub(super) fn intervals_across(theme: &Theme, width_px: f64) -> usize {
    (width_px / (theme.text_px * 3.6)).clamp(2.0, 10.0) as usize
}

/// Intervals that leave a vertical axis of this height legible.
pub(super) fn intervals_up(theme: &Theme, height_px: f64) -> usize {
    (height_px / (theme.text_px * 2.2)).clamp(2.0, 8.0) as usize
}

/// A chart panel: frame in pixels, two axes; `mirrored` lets x grow leftward.
pub(super) struct Panel {
    pub frame: Rect,
    pub x: Axis,
    pub y: Axis,
    pub mirrored: bool,
}

/// What is written at a panel's axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labels<'a> {
    /// Above the panel, at its left edge.
    pub y: &'a str,
    /// Below the panel; none: no title (a shared axis).
    pub x: Option<&'a str>,
    pub x_ticks: bool,
    pub y_ticks: bool,
}

impl Panel {
    pub fn new(frame: Rect, x: Axis, y: Axis) -> Self {
        Self {
            frame,
            x,
            y,
            mirrored: false,
        }
    }

    /// Height above the frame taken by the y title.
    pub fn above_px(theme: &Theme) -> f64 {
        theme.text_px * 1.7
    }

    /// Height below the frame taken by tick labels and the x title.
    pub fn below_px(theme: &Theme, title: bool) -> f64 {
        theme.text_px * if title { 2.75 } else { 1.4 }
    }

    pub fn to_px(&self, x: f64, y: f64) -> (f64, f64) {
        let s = self.x.share(x);
        let s = if self.mirrored { 1.0 - s } else { s };
        let px = self.frame.x0 + s * self.frame.width();
        (px, self.frame.y1 - self.y.share(y) * self.frame.height())
    }

    /// Grid, axis lines, tick labels and titles.
    pub fn draw(&self, c: &mut Canvas, labels: Labels) {
        let theme = c.theme;
        let (f, t) = (self.frame, Type::new(theme));
        let grid = Stroke::new(theme.grid, 1.6);
        let axis = Stroke::new(theme.axis, 2.2);
        for &tick in &self.x.ticks {
            let (x, _) = self.to_px(tick, self.y.lo);
            c.line(&[(x, f.y0), (x, f.y1)], grid);
            if labels.x_ticks {
                c.line(&[(x, f.y1), (x, f.y1 + 8.0)], axis);
            }
        }
        if labels.x_ticks {
            for tick in self.x.labelled(theme, f.width()) {
                let (x, _) = self.to_px(tick, self.y.lo);
                let at = (x, f.y1 + 18.0);
                c.text(at, H::Center, V::Top, &self.x.label(tick), t);
            }
        }
        for &tick in &self.y.ticks {
            let (_, y) = self.to_px(self.x.lo, tick);
            c.line(&[(f.x0, y), (f.x1, y)], grid);
            if labels.y_ticks {
                let at = (f.x0 - 12.0, y);
                c.text(at, H::Right, V::Middle, &self.y.label(tick), t);
            }
        }
        if self.y.lo < 0.0 && self.y.hi > 0.0 {
            let (_, y) = self.to_px(self.x.lo, 0.0);
            c.line(&[(f.x0, y), (f.x1, y)], Stroke::new(theme.axis, 1.6));
        }
        c.line(&[(f.x0, f.y1), (f.x1, f.y1)], axis);
        let side = if self.mirrored { f.x1 } else { f.x0 };
        c.line(&[(side, f.y0), (side, f.y1)], axis);
        let left = if labels.y_ticks {
            f.x0 - 12.0 - self.y.label_px(theme)
        } else {
            f.x0
        };
        c.text((left, f.y0 - 28.0), H::Left, V::Base, labels.y, t);
        if let Some(title) = labels.x {
            let y = f.y1 + 18.0 + theme.text_px * 1.3;
            c.text((f.center().0, y), H::Center, V::Top, title, t);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_enclose_their_values_with_round_ticks() {
        let a = Axis::around("t", [3.0, 41.2].into_iter(), &[0.0], 5).expect("finite");
        assert_eq!((a.lo, a.hi), (0.0, 50.0));
        assert_eq!(a.ticks, vec![0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        let b = Axis::around("t", [-0.31, 0.22].into_iter(), &[], 4).expect("finite");
        assert!(b.lo <= -0.31 && b.hi >= 0.22 && b.label(0.2).len() == 3);
        let ripple = Axis::around("t", [-0.4, 41.2].into_iter(), &[0.0], 5).expect("finite");
        assert!(ripple.lo < -0.4 && ripple.lo > -2.0 && ripple.ticks[0] == 0.0);
    }

    #[test]
    fn impossible_ranges_are_errors() {
        let none = Axis::around("t", [f64::NAN].into_iter(), &[0.0], 5);
        assert!(matches!(none, Err(PlotError::Empty { .. })));
        let far = Axis::around("t", [-1e308, 1.7e308].into_iter(), &[], 5);
        assert!(matches!(far, Err(PlotError::Range { .. })));
        let close = Axis::between("t", [1e15, 1e15 + 0.5].into_iter(), 5);
        assert!(matches!(close, Err(PlotError::Range { .. })));
        assert!(Axis::around("t", [7.0].into_iter(), &[], 5).is_ok());
    }
}
