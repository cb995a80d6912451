//! Error in magnitude of two aligned signals: dynamic time warping within a band, then relative difference.

use super::align::Aligned;

/// Half width of the band, as a share of the length.
const BAND_SHARE: f64 = 0.1;

/// Where the cheapest way into a cell comes from; the order decides between equals.
#[derive(Clone, Copy)]
enum From {
    Simulated,
    Reference,
    Both,
}

impl Aligned<'_> {
    /// Summed difference along the warping path over the summed reference along it.
    pub(super) fn warped_error(&self) -> f64 {
        let (r, s) = (self.reference, self.simulated);
        let (mut difference, mut norm) = (0.0, 0.0);
        for (i, j) in path(s, r) {
            difference += (s[i] - r[j]).abs();
            norm += r[j].abs();
        }
        difference / norm
    }
}

/// Pairs of samples of the path of least summed squared difference, last pair first. Steps advance one signal or
/// both, all at the same weight. `x` and `y` are equally long.
fn path(x: &[f64], y: &[f64]) -> Vec<(usize, usize)> {
    let n = x.len();
    let reach = ((BAND_SHARE * n as f64).ceil() as usize).saturating_sub(1);
    let width = 2 * reach + 1;
    // Row i of the band holds columns i - reach ..= i + reach; one cell of padding on both sides saves the checks.
    let mut above = vec![f64::INFINITY; width + 2];
    let mut row = above.clone();
    let mut steps = vec![From::Both; n * width];
    for i in 0..n {
        row.fill(f64::INFINITY);
        let (first, last) = (i.saturating_sub(reach), (i + reach).min(n - 1));
        for (j, y) in y.iter().enumerate().take(last + 1).skip(first) {
            let k = j + reach - i;
            // The band moves one column per row, so the cell above is one further right.
            let (mut cost, mut from) = (above[k + 2], From::Simulated);
            for (c, f) in [(row[k], From::Reference), (above[k + 1], From::Both)] {
                if c < cost {
                    (cost, from) = (c, f);
                }
            }
            if i == 0 && j == 0 {
                cost = 0.0;
            }
            row[k + 1] = cost + (x[i] - y).powi(2);
            steps[i * width + k] = from;
        }
        std::mem::swap(&mut above, &mut row);
    }
    let (mut i, mut j) = (n - 1, n - 1);
    let mut pairs = vec![(i, j)];
    while (i, j) != (0, 0) {
        match steps[i * width + j + reach - i] {
            From::Simulated => i -= 1,
            From::Reference => j -= 1,
            From::Both => (i, j) = (i - 1, j - 1),
        }
        pairs.push((i, j));
    }
    pairs
}
