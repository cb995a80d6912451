//! Channels as a CSV table: `time [s]`, then one column per channel named `CODE [unit]`.
//!
//! The table anyone can open. Codes are ISO-MME codes (injury facts 1.3); a line that starts with `#` is a
//! comment. Reading is strict: a hole, a NaN or a step in time that changes would quietly move an integral, so
//! each is an error at its line and column.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use super::{RunInfo, common_base};
use crate::error::{Error, InputError, SourceText, write_atomic};
use crate::signal::{Channel, ChannelCode, Unit};

/// Name of the first column.
const TIME: &str = "time [s]";
/// Share of a step by which a time may miss its place: files round their times.
const TIME_TOLERANCE: f64 = 0.02;
const UNITS: &str = "g, m/s2, N, kN, Nm, mm, m, rad/s or deg/s";

/// Write channels on one time base as a CSV table, with what the run was in comments. Values are written so
/// that they read back to the bit.
///
/// Errors: no channel, different time bases, a channel whose name is not a code; what the operating system
/// refuses.
pub fn write_csv(path: &Path, channels: &[Channel], info: &RunInfo) -> Result<(), Error> {
    write_atomic(path, csv_text(channels, info)?.as_bytes())
}

/// The text that [`write_csv`] writes. Errors as there.
pub fn csv_text(channels: &[Channel], info: &RunInfo) -> Result<String, Error> {
    let (_, _, rows) = common_base(channels)?;
    let mut text = String::new();
    for (name, value) in info.pairs() {
        text.push_str(&format!("# {name}: {value}\n"));
    }
    text.push_str(TIME);
    for c in channels {
        if c.iso_code().is_none() {
            return Err(Error::request(
                format!("`{}` is not an ISO-MME code", c.code),
                "name the channel by a 16-character code such as 10VEHCCG0000ACX0",
            ));
        }
        text.push_str(&format!(",{} [{}]", c.code, c.unit));
    }
    text.push('\n');
    for i in 0..rows {
        // Times to the nanosecond: shortest form, and no binary dust such as 0.00030000000000000003.
        let time_s = (channels[0].time_s(i) * 1e9).round() / 1e9;
        // Writing to a String cannot fail.
        let _ = write!(text, "{time_s:?}");
        for c in channels {
            let _ = write!(text, ",{:?}", c.values[i]);
        }
        text.push('\n');
    }
    Ok(text)
}

/// Read a CSV table of channels.
///
/// Errors, each at its line and column: not UTF-8, empty, no header, no time column, a name that is not a code,
/// an unknown unit or one of another dimension than the code's, a channel given twice, a row with too few or
/// too many cells, a cell that is not a finite number, time that does not rise in even steps.
pub fn read_csv(path: &Path) -> Result<Vec<Channel>, Error> {
    Ok(parse_csv(&SourceText::read(path)?)?)
}

/// Read a CSV table from text. Errors as [`read_csv`].
pub fn parse_csv(source: &SourceText) -> Result<Vec<Channel>, InputError> {
    let mut lines = lines(source).filter(|l| {
        let line = source.text[l.clone()].trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let header = lines.next().ok_or_else(|| {
        source.error(
            0..0,
            "the table is empty",
            "start with a header: time [s], then CODE [unit] columns",
        )
    })?;
    let named = header_columns(source, header)?;
    let mut times: Vec<(f64, Range<usize>)> = Vec::new();
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); named.len()];
    let mut end = source.text.len();
    for line in lines {
        end = line.end;
        let mut found = 0;
        for cell in cells(source, line.clone()) {
            match found {
                0 => times.push((number(source, cell.clone())?, cell)),
                i if i <= named.len() => values[i - 1].push(number(source, cell)?),
                _ => {
                    return Err(source.error(
                        cell,
                        format!("this row has more than the {} cells of the header", named.len() + 1),
                        "one cell a column, with a point in decimals",
                    ));
                }
            }
            found += 1;
        }
        if found < named.len() + 1 {
            return Err(source.error(
                line.end..line.end,
                format!("this row has {found} cells and the header {}", named.len() + 1),
                "one cell a column",
            ));
        }
    }
    let (t0_s, dt_s) = even_steps(source, &times, end)?;
    named
        .into_iter()
        .zip(values)
        .map(|((code, unit, place), values)| {
            Channel::new(code.as_str(), unit, t0_s, dt_s, values)
                .map_err(|e| source.error(place, e.to_string(), "repair the column"))
        })
        .collect()
}

/// Byte ranges of the lines, without their ends and without a byte order mark.
fn lines(source: &SourceText) -> impl Iterator<Item = Range<usize>> {
    let mark = if source.text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut from = mark;
    source.text[mark..].split_inclusive('\n').map(move |line| {
        let start = from;
        from += line.len();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    })
}

/// Byte ranges of the cells of a line, without surrounding blanks and quotes.
fn cells(source: &SourceText, line: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut from = line.start;
    source.text[line].split(',').map(move |cell| {
        let start = from;
        from += cell.len() + 1;
        let blank = |c: char| c.is_whitespace() || c == '"';
        let lead = cell.len() - cell.trim_start_matches(blank).len();
        start + lead..start + lead + cell.trim_matches(blank).len()
    })
}

/// The channels that a header names, with their places.
fn header_columns(
    source: &SourceText,
    header: Range<usize>,
) -> Result<Vec<(ChannelCode, Unit, Range<usize>)>, InputError> {
    let mut columns: Vec<(ChannelCode, Unit, Range<usize>)> = Vec::new();
    let example = "name a column such as 11HEADCG00H3ACXA [g]";
    for (i, cell) in cells(source, header.clone()).enumerate() {
        let text = &source.text[cell.clone()];
        if i == 0 {
            if text.parse::<f64>().is_ok() {
                return Err(source.error(
                    cell,
                    "the table has no header",
                    "the first line names the columns: time [s], then CODE [unit]",
                ));
            }
            if text.replace(' ', "").to_ascii_lowercase() != "time[s]" {
                let help = if text.contains([';', '\t']) {
                    "separate the columns with commas"
                } else {
                    "call it `time [s]` and give seconds"
                };
                return Err(source.error(cell, format!("the first column is `{text}`, not the time"), help));
            }
            continue;
        }
        let bracket = text.split_once('[').and_then(|(code, rest)| Some((code.trim(), rest.strip_suffix(']')?)));
        let Some((code, unit)) = bracket else {
            return Err(source.error(cell, format!("column `{text}` has no [unit]"), example));
        };
        let code: ChannelCode = match code.parse() {
            Ok(code) => code,
            Err(e) => return Err(source.error(cell, e.to_string(), example)),
        };
        let known = unit.parse::<Unit>().ok().filter(|_| !unit.trim().is_empty());
        let Some(unit) = known else {
            return Err(source.error(cell, format!("`{unit}` is not a unit of a channel"), format!("use {UNITS}")));
        };
        if let Some(si) = code.si_unit().filter(|si| *si != unit.si()) {
            return Err(source.error(
                cell,
                format!("{code} is a quantity in {si} and the column is in {unit}"),
                "correct the unit or the code's characters 13 and 14",
            ));
        }
        if columns.iter().any(|(other, ..)| *other == code) {
            return Err(source.error(cell, format!("{code} is there twice"), "keep one column of each code"));
        }
        columns.push((code, unit, cell));
    }
    if columns.is_empty() {
        return Err(source.error(header, "the table has no channel beside the time", example));
    }
    Ok(columns)
}

fn number(source: &SourceText, cell: Range<usize>) -> Result<f64, InputError> {
    let text = &source.text[cell.clone()];
    let wrong = match text.parse::<f64>() {
        Ok(x) if x.is_finite() => return Ok(x),
        Ok(_) => format!("`{text}` is not finite"),
        Err(_) if text.is_empty() => "this cell is empty".to_string(),
        Err(_) => format!("`{text}` is not a number"),
    };
    Err(source.error(cell, wrong, "every cell needs a number; cut or repair the gap first"))
}

/// Start and step of times that rise evenly.
fn even_steps(source: &SourceText, times: &[(f64, Range<usize>)], end: usize) -> Result<(f64, f64), InputError> {
    let (Some((first, _)), Some((last, _)), true) = (times.first(), times.last(), times.len() > 1) else {
        return Err(source.error(
            end..end,
            format!("{} rows do not make a time series", times.len()),
            "give at least two samples",
        ));
    };
    if let Some(w) = times.windows(2).find(|w| w[1].0 <= w[0].0) {
        return Err(source.error(
            w[1].1.clone(),
            format!("time goes from {} s to {} s", w[0].0, w[1].0),
            "times must rise from row to row",
        ));
    }
    // The mean step of rounded times, to the twelve digits that survive the rounding.
    let mean_s = (last - first) / (times.len() - 1) as f64;
    let dt_s: f64 = format!("{mean_s:.11e}").parse().unwrap_or(mean_s);
    // Measured against the first step: with a gap, the mean would blame the wrong row.
    let step_s = times[1].0 - first;
    for (i, (time_s, place)) in times.iter().enumerate() {
        let miss = |step: f64| (time_s - (first + i as f64 * step)).abs() > TIME_TOLERANCE * step;
        if miss(dt_s) && (miss(step_s) || i + 1 == times.len()) {
            return Err(source.error(
                place.clone(),
                format!("time {time_s} s breaks the step of {step_s} s"),
                "resample the channels to one constant step",
            ));
        }
    }
    Ok((*first, dt_s))
}
