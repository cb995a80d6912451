//! A named line of a chart.

use super::PlotError;

/// A named line of a chart. Non-finite samples leave a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Name for the legend.
    pub name: String,
    /// Abscissa, in the unit of the chart.
    pub x: Vec<f64>,
    /// Ordinate, in the unit of the chart; as many as `x`.
    pub y: Vec<f64>,
}

impl Curve {
    /// A curve from its parts.
    pub fn new(name: impl Into<String>, x: Vec<f64>, y: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            x,
            y,
        }
    }

    /// The sample of largest absolute ordinate, the first of equals; none without a finite sample.
    pub(super) fn peak(&self) -> Option<(f64, f64)> {
        self.finite().fold(None, |best, p| match best {
            Some((_, y)) if f64::abs(y) >= f64::abs(p.1) => best,
            _ => Some(p),
        })
    }

    pub(super) fn finite(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let pairs = self.x.iter().copied().zip(self.y.iter().copied());
        pairs.filter(|(x, y)| x.is_finite() && y.is_finite())
    }

    pub(super) fn check(&self) -> Result<(), PlotError> {
        if self.x.len() == self.y.len() {
            return Ok(());
        }
        Err(PlotError::Length {
            what: self.name.clone(),
            expected: self.x.len(),
            found: self.y.len(),
        })
    }
}
