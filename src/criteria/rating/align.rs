//! The shift that makes two signals correlate best, and the phase score that it costs.

/// Largest shift, as a share of the length.
const LONGEST_SHARE: f64 = 0.2;
/// Correlations closer than this are equal: the smaller shift is taken, not rounding error.
const SAME_CORRELATION: f64 = 1e-12;

/// Two signals shifted against each other, cut to what they share.
pub(super) struct Aligned<'a> {
    pub(super) reference: &'a [f64],
    pub(super) simulated: &'a [f64],
    /// Samples the simulated signal is late; negative when it is early.
    lag: isize,
    /// Length before the shift.
    length: usize,
}

impl<'a> Aligned<'a> {
    /// The shift of largest correlation; of equals the smallest, and to the left before to the right.
    pub(super) fn best(reference: &'a [f64], simulated: &'a [f64]) -> Self {
        let n = reference.len();
        let longest = (n as f64 * LONGEST_SHARE).floor() as usize;
        let (mut best, mut lag) = (correlation(reference, simulated), 0_isize);
        for shift in 1..=longest {
            let left = correlation(&reference[..n - shift], &simulated[shift..]);
            if left > best + SAME_CORRELATION {
                (best, lag) = (left, shift as isize);
            }
            let right = correlation(&reference[shift..], &simulated[..n - shift]);
            if right > best + SAME_CORRELATION {
                (best, lag) = (right, -(shift as isize));
            }
        }
        let shift = lag.unsigned_abs();
        let (reference, simulated) = if lag >= 0 {
            (&reference[..n - shift], &simulated[shift..])
        } else {
            (&reference[shift..], &simulated[..n - shift])
        };
        Self {
            reference,
            simulated,
            lag,
            length: n,
        }
    }

    pub(super) fn lag_samples(&self) -> isize {
        self.lag
    }

    /// Falls from 1 without a shift to 0 at the longest one.
    pub(super) fn phase_score(&self) -> f64 {
        super::falling(self.lag.unsigned_abs() as f64, self.length as f64 * LONGEST_SHARE)
    }
}

/// Pearson's correlation; below every real one where a part does not change.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - mean_a, y - mean_b);
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    let scale = aa.sqrt() * bb.sqrt();
    if scale > 0.0 {
        (ab / scale).clamp(-1.0, 1.0)
    } else {
        -1.0
    }
}
