//! Curves of two columns, time and value, without a header that says what they are: as NHTSA publishes channels, and as
//! plots of LS-DYNA and OpenRadioss are exported. What they are is told by the user, never guessed.

use std::path::Path;

use super::set::ChannelSet;
use super::{check_size, even_step};
use crate::error::{Error, SourceText};
use crate::signal::{Channel, ChannelCode, Unit};

/// What a curve is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveIs {
    /// Its ISO-MME code.
    pub code: ChannelCode,
    /// Unit of its values.
    pub unit: Unit,
    /// Unit of its times.
    pub time: Unit,
    /// Resample uneven or repeated times to one step by straight lines, instead of refusing them.
    pub resample: bool,
}

/// Lines before the first pair of numbers, at most: titles of an export.
const MOST_TITLES: usize = 20;

/// Read a curve. Titles before the first pair of numbers, and lines that begin with `#` or `$`, are passed over.
///
/// # Errors
/// [`Error::Input`] at a line that is not a time and a value; [`Error::Request`] for times that do not rise evenly (unless
/// resampling is asked for), a unit of time that is none, or a quantity that is not the code's.
pub fn read_curve(path: &Path, is: CurveIs) -> Result<ChannelSet, Error> {
    check_size(path)?;
    let source = SourceText::read(path)?;
    let bad = |what: String, help: &str| Error::request(format!("{}: {what}", path.display()), help);
    if is.time.si() != Unit::Second {
        return Err(bad(format!("times in {}", is.time), "s or ms"));
    }
    if let Some(si) = is.code.si_unit().filter(|si| *si != is.unit.si()) {
        let what = format!("{} is a quantity in {si}, not in {}", is.code, is.unit);
        return Err(bad(what, "correct the unit or the code's characters 13 and 14"));
    }
    let pairs = pairs(&source)?;
    if pairs.len() < 2 {
        return Err(bad(
            format!("{} pairs of numbers", pairs.len()),
            "give at least two samples, a time and a value a line",
        ));
    }
    let times: Vec<f64> = pairs.iter().map(|p| p[0] * is.time.si_factor()).collect();
    let values: Vec<f64> = pairs.iter().map(|p| p[1]).collect();
    let made = match even_step(&times) {
        Ok(dt_s) => Channel::new(is.code.as_str(), is.unit, times[0], dt_s, values),
        Err(_) if is.resample => even(&times, &values, is),
        Err(i) => {
            let what = format!(
                "the time step breaks at sample {i}, {} s",
                times[i.min(times.len() - 1)]
            );
            return Err(bad(
                what,
                "--resample takes straight lines between the samples, at their median step",
            ));
        }
    };
    let channel = made.map_err(|e| bad(e.to_string(), "repair the curve"))?;
    Ok(ChannelSet {
        title: None,
        channels: vec![channel],
        skipped: Vec::new(),
    })
}

/// Time and value of every line; titles are passed over.
fn pairs(source: &SourceText) -> Result<Vec<[f64; 2]>, Error> {
    let mut pairs: Vec<[f64; 2]> = Vec::new();
    let mut titles = 0;
    let mut at = 0;
    for whole in source.text.split_inclusive('\n') {
        let line = whole.trim();
        let span = at..at + whole.trim_end().len();
        at += whole.len();
        if line.is_empty() || line.starts_with(['#', '$']) {
            continue;
        }
        let cells: Option<Vec<f64>> = line
            .split([',', ';', '\t', ' '])
            .filter(|c| !c.trim().is_empty())
            .map(|c| c.trim().parse().ok().filter(|v: &f64| v.is_finite()))
            .collect();
        match cells.as_deref() {
            Some([time, value]) => pairs.push([*time, *value]),
            _ if pairs.is_empty() && titles < MOST_TITLES => titles += 1,
            _ => {
                let what = format!("`{}` is not a time and a value", line.escape_debug());
                return Err(source
                    .error(span, what, "a time and a value a line, finite numbers")
                    .into());
            }
        }
    }
    Ok(pairs)
}

/// Straight lines between samples of rising time, at the median step; of repeated times the last value holds.
fn even(times: &[f64], values: &[f64], is: CurveIs) -> Result<Channel, crate::signal::SignalError> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (t, v) in times.iter().zip(values) {
        match kept.last_mut() {
            Some(last) if *t <= last.0 => last.1 = *v,
            _ => kept.push((*t, *v)),
        }
    }
    let mut steps: Vec<f64> = kept.windows(2).map(|w| w[1].0 - w[0].0).collect();
    steps.sort_by(f64::total_cmp);
    let dt_s = steps.get(steps.len() / 2).copied().unwrap_or(0.0);
    let (first, last) = (kept[0].0, kept[kept.len() - 1].0);
    let count = if dt_s > 0.0 {
        ((last - first) / dt_s).floor() as usize + 1
    } else {
        0
    };
    let mut after = 1;
    let at = |i: usize| {
        let t = first + i as f64 * dt_s;
        while after + 1 < kept.len() && kept[after].0 < t {
            after += 1;
        }
        let ((t0, v0), (t1, v1)) = (kept[after - 1], kept[after.min(kept.len() - 1)]);
        if t1 > t0 {
            v0 + (v1 - v0) * ((t - t0) / (t1 - t0)).clamp(0.0, 1.0)
        } else {
            v0
        }
    };
    Channel::new(is.code.as_str(), is.unit, first, dt_s, (0..count).map(at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, resample: bool, time: Unit) -> Result<Channel, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("curve.txt");
        std::fs::write(&path, text).unwrap();
        let is = CurveIs {
            code: "10VEHCCG0000ACX0".parse().unwrap(),
            unit: Unit::Gravity,
            time,
            resample,
        };
        let set = read_curve(&path, is).map_err(|e| e.to_string())?;
        Ok(set.channels[0].clone())
    }

    /// NHTSA's two columns, and what solvers export: titles and comments passed over, commas or blanks, s or ms.
    #[test]
    fn the_forms_of_the_field_are_one_curve() {
        let wanted = [0.0, -1.5, -3.0];
        for (text, time) in [
            ("0.0\t0\n0.001\t-1.5\n0.002\t-3\n", Unit::Second),
            ("Curveplot\nTime,X-acceleration\n0,0\n1,-1.5\n2,-3\n", Unit::Millisecond),
            (
                "$ LS-DYNA\n# OpenRadioss\n 0.0  0.0\n 1e-3 -1.5\n 2e-3 -3.0\n",
                Unit::Second,
            ),
        ] {
            let c = read(text, false, time).unwrap();
            assert_eq!(c.values, wanted, "{text}");
            assert!((c.dt_s - 1e-3).abs() < 1e-12);
        }
    }

    /// Uneven and repeated times are refused with the way out, and resampled where that is asked for: a ramp stays a ramp.
    #[test]
    fn uneven_times_are_refused_or_resampled() {
        let text = "0 0\n1 1\n2 2\n2 2\n3.5 3.5\n4 4\n5 5\n";
        let told = read(text, false, Unit::Millisecond).unwrap_err();
        assert!(told.contains("breaks"), "{told}");
        let c = read(text, true, Unit::Millisecond).unwrap();
        for (i, v) in c.values.iter().enumerate() {
            assert!((v - 1e3 * c.time_s(i)).abs() < 1e-9, "{:?}", c.values);
        }
        assert!(
            read("0 0\n1 x\n", false, Unit::Second)
                .unwrap_err()
                .contains("not a time")
        );
    }
}
