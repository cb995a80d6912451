//! Sobol indices of groups of inputs: which of them the spread of an output comes from.
//!
//! Two independent samples A and B and, per group, A with that group's columns from B (Saltelli et al., Comput. Phys.
//! Commun. 181, 2010). With f0 the common mean and V the variance of A and B together:
//! ```text
//! first order  S_i = mean( f_B (f_ABi - f_A) ) / V          (Saltelli 2010)
//! total        T_i = mean( (f_A - f_ABi)^2 ) / (2 V)        (Jansen 1999)
//! ```
//! f0 is taken off first: it changes no expectation and takes most of the noise out of S_i. The interval is the 95 %
//! percentile bootstrap over rows; the values from the first half of the rows show convergence by themselves.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::summary::{quantile, sorted};

/// Resamples of the bootstrap.
const RESAMPLES: usize = 500;

/// An index with its convergence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Estimate.
    pub value: f64,
    /// Lower end of the 95 % bootstrap interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Estimate from the first half of the rows.
    pub half: f64,
}

/// First-order and total index of one group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Indices {
    /// Share of the variance that goes when the group alone is known.
    pub first: Index,
    /// Share of the variance that is left when all but the group is known.
    pub total: Index,
}

/// Outputs of the design: A, B, and A with each group from B.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// f at the rows of A.
    pub a: Vec<f64>,
    /// f at the rows of B.
    pub b: Vec<f64>,
    /// Per group, f at the rows of A with the group's columns from B.
    pub ab: Vec<Vec<f64>>,
}

/// A row of A with a group's columns from B.
pub fn mixed(a: &[f64], b: &[f64], columns: &[usize]) -> Vec<f64> {
    let mut row = a.to_vec();
    for &c in columns {
        row[c] = b[c];
    }
    row
}

impl Outputs {
    /// Indices of every group; `None` when the output does not vary. Rows with a value that is not finite are left out.
    pub fn indices(&self, seed: u64) -> Option<Vec<Indices>> {
        let finite = |i: &usize| {
            let ab = self.ab.iter().map(|f| f[*i]);
            ab.chain([self.a[*i], self.b[*i]]).all(f64::is_finite)
        };
        let rows: Vec<usize> = (0..self.a.len()).filter(finite).collect();
        let whole = self.estimate(&rows)?;
        let half = self.estimate(&rows[..rows.len() / 2]).unwrap_or_else(|| whole.clone());
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let resampled: Vec<Vec<[f64; 2]>> = (0..RESAMPLES)
            .filter_map(|_| {
                let pick = |_| rows[rng.random_range(0..rows.len())];
                let picked: Vec<usize> = (0..rows.len()).map(pick).collect();
                self.estimate(&picked)
            })
            .collect();
        let index = |group: usize, which: usize| {
            let spread = sorted(resampled.iter().map(|r| r[group][which]));
            Index {
                value: whole[group][which],
                low: quantile(&spread, 0.025),
                high: quantile(&spread, 0.975),
                half: half[group][which],
            }
        };
        Some(
            (0..self.ab.len())
                .map(|g| Indices {
                    first: index(g, 0),
                    total: index(g, 1),
                })
                .collect(),
        )
    }

    /// `[S, T]` of every group from some of the rows.
    fn estimate(&self, rows: &[usize]) -> Option<Vec<[f64; 2]>> {
        if rows.len() < 2 {
            return None;
        }
        let n = rows.len() as f64;
        let both = || rows.iter().flat_map(|&i| [self.a[i], self.b[i]]);
        let mean = both().sum::<f64>() / (2.0 * n);
        let variance = both().map(|f| (f - mean).powi(2)).sum::<f64>() / (2.0 * n - 1.0);
        if variance <= 1e-24 * mean.abs().max(1e-12).powi(2) {
            return None;
        }
        Some(
            self.ab
                .iter()
                .map(|ab| {
                    let first = |&i: &usize| (self.b[i] - mean) * (ab[i] - self.a[i]);
                    let total = |&i: &usize| (self.a[i] - ab[i]).powi(2);
                    let mean_of = |f: &dyn Fn(&usize) -> f64| rows.iter().map(f).sum::<f64>() / n;
                    [mean_of(&first) / variance, mean_of(&total) / (2.0 * variance)]
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vehicle::probabilities;
    use std::f64::consts::PI;

    fn outputs(f: impl Fn(&[f64]) -> f64, groups: &[Vec<usize>], n: u64) -> Outputs {
        let dimensions = groups.iter().flatten().max().unwrap() + 1;
        let row = |k: u64| probabilities(11, k, dimensions);
        let pairs: Vec<_> = (0..n).map(|i| (row(2 * i), row(2 * i + 1))).collect();
        Outputs {
            a: pairs.iter().map(|(a, _)| f(a)).collect(),
            b: pairs.iter().map(|(_, b)| f(b)).collect(),
            ab: groups
                .iter()
                .map(|g| pairs.iter().map(|(a, b)| f(&mixed(a, b, g))).collect())
                .collect(),
        }
    }

    fn ishigami(u: &[f64]) -> f64 {
        let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
        x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
    }

    /// Ishigami & Homma 1990 with a = 7, b = 0.1: S = 0.3139, 0.4424, 0; T = 0.5576, 0.4424, 0.2437 in closed form.
    #[test]
    fn indices_of_the_ishigami_function() {
        let groups = [vec![0], vec![1], vec![2]];
        let got = outputs(ishigami, &groups, 20_000).indices(1).unwrap();
        let expected = [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)];
        for (i, (g, (s, t))) in got.iter().zip(expected).enumerate() {
            assert!((g.first.value - s).abs() < 0.02, "S{}: {:?}", i + 1, g.first);
            assert!((g.total.value - t).abs() < 0.02, "T{}: {:?}", i + 1, g.total);
            for index in [g.first, g.total] {
                assert!(index.low <= index.value && index.value <= index.high, "{index:?}");
            }
        }
        // A group is worth its members and what they do together: {x1, x3} and {x2} share nothing.
        let pair = outputs(ishigami, &[vec![0, 2], vec![1]], 20_000).indices(1).unwrap();
        assert!((pair[0].first.value - 0.5576).abs() < 0.02, "{:?}", pair[0]);
        assert!((pair[0].first.value + pair[1].first.value - 1.0).abs() < 0.03);
    }

    /// More rows narrow the interval, and the closed form lies in it.
    #[test]
    fn the_interval_narrows_with_rows() {
        let groups = [vec![0], vec![1], vec![2]];
        let width = |n: u64| {
            let g = outputs(ishigami, &groups, n).indices(1).unwrap()[0].total;
            g.high - g.low
        };
        assert!(width(8000) < 0.6 * width(1000));
    }

    #[test]
    fn an_output_that_does_not_vary_has_no_indices() {
        assert_eq!(outputs(|_| 3.0, &[vec![0]], 100).indices(1), None);
    }
}
