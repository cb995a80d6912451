//! Percentiles and shares with their sampling error.

use serde::{Deserialize, Serialize};

/// Quantile of sorted values by linear interpolation between order statistics (Hyndman & Fan 1996, type 7).
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let at = p.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    sorted[low] + (at - at.floor()) * (sorted[high] - sorted[low])
}

/// The spread of one output over draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// 5th percentile.
    pub p5: f64,
    /// 10th percentile.
    pub p10: f64,
    /// Lower quartile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// Upper quartile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
}

impl Band {
    /// Of values in any order; values that are not finite are left out, `None` when none is left.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let sorted = sorted(values);
        if sorted.is_empty() {
            return None;
        }
        let n = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / n;
        let squares: f64 = sorted.iter().map(|v| (v - mean).powi(2)).sum();
        let at = |p: f64| quantile(&sorted, p);
        Some(Self {
            mean,
            sd: (squares / (n - 1.0).max(1.0)).sqrt(),
            p5: at(0.05),
            p10: at(0.10),
            p25: at(0.25),
            p50: at(0.50),
            p75: at(0.75),
            p90: at(0.90),
            p95: at(0.95),
        })
    }
}

/// Finite values in rising order.
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut all: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// A probability estimated from draws, with the 95 % interval of its sampling error (Wilson 1927).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Share of draws.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Share {
    /// `hits` of `draws`.
    pub fn of(hits: usize, draws: usize) -> Self {
        const Z: f64 = 1.959_964;
        let n = draws.max(1) as f64;
        let p = hits as f64 / n;
        let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        Self {
            value: p,
            low: (middle - half).max(0.0),
            high: (middle + half).min(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ordered_and_those_of_a_ramp() {
        let band = Band::of((0..=100).rev().map(f64::from)).unwrap();
        let b = &band;
        assert_eq!([b.p5, b.p10, b.p50, b.p90, b.p95], [5.0, 10.0, 50.0, 90.0, 95.0]);
        assert_eq!(b.mean, 50.0);
        assert!((b.sd - 29.300).abs() < 1e-3, "{}", b.sd);
        assert_eq!(Band::of([f64::NAN]), None);
        assert_eq!(Band::of([f64::NAN, 2.0]).unwrap().p95, 2.0);
    }

    /// 10 of 100: 0.0552 to 0.1744 (Wilson without continuity correction).
    #[test]
    fn a_share_has_the_wilson_interval() {
        let s = Share::of(10, 100);
        assert!((s.low - 0.0552).abs() < 1e-4 && (s.high - 0.1744).abs() < 1e-4, "{s:?}");
        assert!(Share::of(0, 50).low < 1e-12 && Share::of(50, 50).high > 1.0 - 1e-12);
    }
}
