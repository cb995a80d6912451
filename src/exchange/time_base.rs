//! The one time base of a table of channels.

use crate::error::Error;
use crate::signal::Channel;

/// Start, step and length that all `channels` share.
///
/// Errors: no channel, no sample, or a channel on another time base.
pub(super) fn common_base(channels: &[Channel]) -> Result<(f64, f64, usize), Error> {
    let Some(first) = channels.first() else {
        return Err(Error::request(
            "there is no channel to write",
            "record at least one channel",
        ));
    };
    if first.values.is_empty() {
        return Err(Error::request(
            format!("channel {} has no sample", first.code),
            "record at least one sample",
        ));
    }
    for c in channels {
        if (c.t0_s, c.dt_s, c.values.len()) != (first.t0_s, first.dt_s, first.values.len()) {
            return Err(Error::request(
                format!(
                    "channel {} has {} samples every {} s from {} s, {} has {} every {} s from {} s",
                    c.code,
                    c.values.len(),
                    c.dt_s,
                    c.t0_s,
                    first.code,
                    first.values.len(),
                    first.dt_s,
                    first.t0_s
                ),
                "resample the channels of one table to one step",
            ));
        }
    }
    Ok((first.t0_s, first.dt_s, first.values.len()))
}

/// Constant step of times that rise evenly, to the digits that survive the rounding of times in files; else
/// the index of the first time that breaks the step of those before it.
pub(super) fn even_step(times_s: &[f64]) -> Result<f64, usize> {
    let (Some(first), Some(last), true) = (times_s.first(), times_s.last(), times_s.len() > 1) else {
        return Err(0);
    };
    let mean_s = (last - first) / (times_s.len() - 1) as f64;
    // Twelve digits: 0.1 / 1000 is meant to be 1e-4.
    let dt_s: f64 = format!("{mean_s:.11e}").parse().unwrap_or(mean_s);
    // A time may miss its place by 2 % of a step: files round.
    let off = |i: usize| ((times_s[i] - first) - i as f64 * dt_s).abs() > 0.02 * dt_s;
    match (0..times_s.len()).find(|i| off(*i)) {
        None if dt_s > 0.0 => Ok(dt_s),
        first_off => {
            // The mean is itself wrong beside a gap, so the row to blame is where the first step ends.
            let step_s = times_s[1] - first;
            let jump = |i: &usize| ((times_s[*i] - times_s[i - 1]) - step_s).abs() > 0.1 * step_s.abs();
            Err((1..times_s.len()).find(jump).or(first_off).unwrap_or(0))
        }
    }
}
