//! Error in slope of two aligned signals.

use super::align::Aligned;

/// Samples on each side of a smoothed one: nine points, fewer towards the ends.
const REACH: usize = 4;

impl Aligned<'_> {
    /// Summed difference of the smoothed derivatives over the summed reference derivative.
    pub(super) fn slope_error(&self) -> f64 {
        let (r, s) = (smooth_derivative(self.reference), smooth_derivative(self.simulated));
        let difference: f64 = r.iter().zip(&s).map(|(r, s)| (r - s).abs()).sum();
        let norm: f64 = r.iter().map(|r| r.abs()).sum();
        difference / norm
    }
}

/// Change per sample by central differences (one-sided at the ends), then a centred mean that narrows towards the
/// ends.
fn smooth_derivative(x: &[f64]) -> Vec<f64> {
    let n = x.len();
    let raw: Vec<f64> = (0..n)
        .map(|i| match i {
            0 => x[1] - x[0],
            i if i == n - 1 => x[n - 1] - x[n - 2],
            i => 0.5 * (x[i + 1] - x[i - 1]),
        })
        .collect();
    (0..n)
        .map(|i| {
            let reach = REACH.min(i).min(n - 1 - i);
            let part = &raw[i - reach..=i + reach];
            part.iter().sum::<f64>() / part.len() as f64
        })
        .collect()
}
