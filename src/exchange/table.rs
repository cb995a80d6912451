//! Channels as a CSV table: `time [s]`, then one column per channel named `CODE [unit]`.
//!
//! The table anyone can open. Codes are ISO-MME codes (note N3, [`crate::model`]); a line that starts with
//! `#` is a comment. A hole or a NaN would quietly move an integral, so a column with one is
//! not used; a fault of the rows or of the time touches every channel and is an error at its line and column.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use super::set::{ChannelSet, Skipped};
use super::{RunInfo, check_size, common_base, even_step};
use crate::error::{Error, InputError, SourceText, write_atomic};
use crate::signal::{Channel, ChannelCode, Unit};

/// Name of the first column.
const TIME: &str = "time [s]";
const EXAMPLE: &str = "name a column such as 11HEADCG00H3ACXA [g]";
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
/// A column that cannot be used (a name that is not a code, an unknown unit or one of another dimension than the
/// code's, a channel given twice, a cell that is not a finite number) is listed as skipped with its place.
///
/// Errors, each at its line and column: not UTF-8, empty, no header, no time column, a row with too few or too
/// many cells, time that does not rise in even steps: these touch every channel.
pub fn read_csv(path: &Path) -> Result<ChannelSet, Error> {
    check_size(path)?;
    let mut set = ChannelSet {
        title: None,
        channels: Vec::new(),
        skipped: Vec::new(),
    };
    for (name, column) in columns(&SourceText::read(path)?)? {
        match column {
            Ok(channel) => set.channels.push(channel),
            Err(e) => set.skipped.push(Skipped::new(&name, e.to_string())),
        }
    }
    Ok(set)
}

/// Read a CSV table from text, every column of it. Errors: those of [`read_csv`], and the first column that cannot
/// be used.
pub fn parse_csv(source: &SourceText) -> Result<Vec<Channel>, InputError> {
    columns(source)?.into_iter().map(|(_, c)| c).collect()
}

/// Header cells with the channel below each, or what is wrong with it.
type Columns = Vec<(String, Result<Channel, InputError>)>;

fn columns(source: &SourceText) -> Result<Columns, InputError> {
    let mut rows: Vec<Range<usize>> = lines(source)
        .filter(|l| {
            let line = source.text[l.clone()].trim();
            !line.is_empty() && !line.starts_with('#')
        })
        .collect();
    // Spreadsheets end a table with rows of nothing but commas.
    let hollow = |l: &Range<usize>| {
        source.text[l.clone()]
            .chars()
            .all(|c| c == ',' || c == '"' || c.is_whitespace())
    };
    while rows.last().is_some_and(hollow) {
        rows.pop();
    }
    let mut lines = rows.into_iter();
    let header = lines.next().ok_or_else(|| {
        source.error(
            0..0,
            "the table is empty",
            "start with a header: time [s], then CODE [unit] columns",
        )
    })?;
    let mut named = header_columns(source, header)?;
    let mut times: Vec<(f64, Range<usize>)> = Vec::new();
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); named.len()];
    let mut end = source.text.len();
    for line in lines {
        end = line.end;
        let mut found = 0;
        for cell in cells(source, line.clone()) {
            match found {
                0 => times.push((number(source, cell.clone(), None)?, cell)),
                i if i <= named.len() => {
                    // A column that has failed is read no further.
                    if named[i - 1].1.is_ok() {
                        let at_s = times.last().map(|(t, _)| *t);
                        match number(source, cell, at_s) {
                            Ok(v) => values[i - 1].push(v),
                            Err(e) => named[i - 1].1 = Err(e),
                        }
                    }
                }
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
    let (t0_s, dt_s) = match even_steps(source, &times, end) {
        Ok(base) => base,
        // Nothing can be used, and the column's fault is the earlier one to mend.
        Err(e) => return Err(named.into_iter().find_map(|(_, n)| n.err()).unwrap_or(e)),
    };
    let made = |(code, unit, place): Named, values| {
        Channel::new(code.as_str(), unit, t0_s, dt_s, values)
            .map_err(|e| source.error(place, e.to_string(), "repair the column"))
    };
    Ok(named
        .into_iter()
        .zip(values)
        .map(|((cell, column), values)| (cell, column.and_then(|named| made(named, values))))
        .collect())
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

/// Code, unit and place of a header cell.
type Named = (ChannelCode, Unit, Range<usize>);

/// A header cell and the channel that it names.
type HeaderCell = (String, Result<Named, InputError>);

/// The cells of a header after the time, each with the channel that it names.
fn header_columns(source: &SourceText, header: Range<usize>) -> Result<Vec<HeaderCell>, InputError> {
    let mut places = cells(source, header.clone());
    check_time_column(source, places.next().unwrap_or(header.clone()))?;
    let mut columns: Vec<HeaderCell> = Vec::new();
    for place in places {
        let named = named_by(source, place.clone()).and_then(|n| {
            let twice = |(_, other): &HeaderCell| other.as_ref().is_ok_and(|o| o.0 == n.0);
            if columns.iter().any(twice) {
                Err(source.error(
                    place.clone(),
                    format!("{} is there twice", n.0),
                    "keep one column of each code",
                ))
            } else {
                Ok(n)
            }
        });
        columns.push((source.text[place].to_string(), named));
    }
    if columns.is_empty() {
        return Err(source.error(header, "the table has no channel beside the time", EXAMPLE));
    }
    Ok(columns)
}

fn check_time_column(source: &SourceText, cell: Range<usize>) -> Result<(), InputError> {
    let text = &source.text[cell.clone()];
    let first = text.split([';', '\t', ' ']).next().unwrap_or_default();
    if first.parse::<f64>().is_ok() {
        return Err(source.error(
            cell,
            "the table has no header",
            "the first line names the columns: time [s], then CODE [unit]; of a curve of time and value say what it is: \
             --code 10VEHCCG0000ACX0 --unit g",
        ));
    }
    if !text.replace(' ', "").eq_ignore_ascii_case("time[s]") {
        let help = if text.contains([';', '\t']) {
            "separate the columns with commas"
        } else {
            "call it `time [s]` and give seconds"
        };
        return Err(source.error(cell, format!("the first column is `{text}`, not the time"), help));
    }
    Ok(())
}

/// The channel that a header cell names.
fn named_by(source: &SourceText, cell: Range<usize>) -> Result<Named, InputError> {
    let text = &source.text[cell.clone()];
    let bracket = text
        .split_once('[')
        .and_then(|(code, rest)| Some((code.trim(), rest.strip_suffix(']')?)));
    let Some((code, unit)) = bracket else {
        return Err(source.error(cell, format!("column `{text}` has no [unit]"), EXAMPLE));
    };
    let code: ChannelCode = match code.parse() {
        Ok(code) => code,
        Err(e) => return Err(source.error(cell, e.to_string(), EXAMPLE)),
    };
    let known = unit.parse::<Unit>().ok().filter(|_| !unit.trim().is_empty());
    let Some(unit) = known else {
        return Err(source.error(
            cell,
            format!("`{unit}` is not a unit of a channel"),
            format!("use {UNITS}"),
        ));
    };
    if let Some(si) = code.si_unit().filter(|si| *si != unit.si()) {
        return Err(source.error(
            cell,
            format!("{code} is a quantity in {si} and the column is in {unit}"),
            "correct the unit or the code's characters 13 and 14",
        ));
    }
    Ok((code, unit, cell))
}

/// A cell's number; `at_s` is the time of its row, where that is known.
fn number(source: &SourceText, cell: Range<usize>, at_s: Option<f64>) -> Result<f64, InputError> {
    let text = &source.text[cell.clone()];
    let at = at_s.map_or(String::new(), |t| format!(" at {:.2} ms", 1e3 * t));
    let wrong = match text.parse::<f64>() {
        Ok(x) if x.is_finite() => return Ok(x),
        Ok(_) => format!("`{text}` is not finite{at}"),
        Err(_) if text.is_empty() => format!("this cell is empty{at}"),
        Err(_) => format!("`{text}` is not a number{at}"),
    };
    Err(source.error(cell, wrong, "every cell needs a number; cut or repair the gap first"))
}

/// Start and step of times that rise evenly.
fn even_steps(source: &SourceText, times: &[(f64, Range<usize>)], end: usize) -> Result<(f64, f64), InputError> {
    let (Some((first, _)), true) = (times.first(), times.len() > 1) else {
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
    let seconds: Vec<f64> = times.iter().map(|(t, _)| *t).collect();
    match even_step(&seconds) {
        Ok(dt_s) => Ok((*first, dt_s)),
        Err(i) => Err(source.error(
            times[i].1.clone(),
            format!(
                "time {} s breaks the step of {:.6e} s before it",
                times[i].0,
                step_before(&seconds, i)
            ),
            "resample the channels to one constant step",
        )),
    }
}

/// The step that the rows before row `i` had.
fn step_before(times_s: &[f64], i: usize) -> f64 {
    let rows = i.saturating_sub(1).max(1);
    (times_s[rows] - times_s[0]) / rows as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::VehicleInfo;
    use proptest::prelude::*;

    fn info() -> RunInfo {
        RunInfo {
            title: "a, b\n# c".into(),
            version: "0.1".into(),
            input_hash: "abc".into(),
            step_us: 10.0,
            solver: "leapfrog".into(),
            vehicles: vec![VehicleInfo {
                name: "kei".into(),
                mass_kg: 1000.0,
                speed_mps: 15.0,
            }],
        }
    }

    fn refusal(text: &str) -> (usize, usize, String) {
        let InputError(p) = parse_csv(&SourceText::new("x.csv", text)).expect_err(text);
        (p.line, p.column, format!("{} ({})", p.message, p.help))
    }

    #[test]
    fn units_of_the_header_are_kept_and_comments_blanks_quotes_and_line_ends_do_not_matter() {
        let plain = "time [s],11HEADCG00H3ACXA [g],11FEMRLE00H3FOZ0 [kN]\n-0.0001,1,2\n0.0,3,-4e-1\n";
        let odd = "\u{feff}# note\r\n Time [s] , \"11HEADCG00H3ACXA [g]\",11femrle00h3foz0[kN]\r\n\r\n-0.0001, 1,2\r\n# gap\r\n0.0,3 ,-4e-1";
        let a = parse_csv(&SourceText::new("a", plain)).unwrap();
        assert_eq!(a, parse_csv(&SourceText::new("b", odd)).unwrap());
        assert_eq!((a[0].t0_s, a[0].dt_s, a[0].unit), (-1e-4, 1e-4, Unit::Gravity));
        assert_eq!(
            (a[1].code.as_str(), a[1].unit, &a[1].values[..]),
            ("11FEMRLE00H3FOZ0", Unit::KiloNewton, &[2.0, -0.4][..])
        );
    }

    #[test]
    fn each_fault_is_named_at_its_line_and_column() {
        let head = "time [s],11HEADCG00H3ACXA [g],11FEMRLE00H3FOZ0 [N]\n";
        let rows = |rows: &str| format!("{head}{rows}");
        for (text, at, why) in [
            (String::new(), (1, 1), "empty"),
            ("# only a comment\n".into(), (1, 1), "empty"),
            ("0.0,1.0\n0.1,2.0\n".into(), (1, 1), "no header"),
            ("11HEADCG00H3ACXA [g]\n1\n".into(), (1, 1), "not the time"),
            ("time [ms],11HEADCG00H3ACXA [g]\n".into(), (1, 1), "give seconds"),
            ("time [s];11HEADCG00H3ACXA [g]\n".into(), (1, 1), "commas"),
            ("time [s]\n0\n".into(), (1, 1), "no channel"),
            ("time [s],11HEADCG00H3ACXA\n".into(), (1, 10), "no [unit]"),
            ("time [s],11HEADCG00H3ACXA []\n".into(), (1, 10), "not a unit"),
            ("time [s],11HEADCG00H3ACXA [furlong]\n".into(), (1, 10), "use g, m/s2"),
            ("time [s],11HEADCG00H3ACXA [kN]\n".into(), (1, 10), "quantity in m/s2"),
            ("time [s],head [g]\n".into(), (1, 10), "16 characters"),
            (
                "time [s],11HEADCG00H3ACXA [g],11HEADCG00H3ACXA [g]\n".into(),
                (1, 31),
                "twice",
            ),
            (head.into(), (2, 1), "at least two samples"),
            (rows("0,1,2\n"), (2, 6), "at least two samples"),
            (rows("0,1,2\n1,2\n"), (3, 4), "2 cells"),
            (rows("0,1,2\n1,2,3,4\n"), (3, 7), "more than the 3 cells"),
            (rows("0,1,2\n1,,3\n"), (3, 3), "empty"),
            (rows("0,1,2\n1,NaN,3\n"), (3, 3), "not finite"),
            (rows("0,1,2\n1,2,x\n"), (3, 5), "not a number"),
            (rows("0,1,2\n1,2,3\n1,2,3\n"), (4, 1), "rise"),
            (rows("0,1,2\n1,2,3\n2,2,3\n4,2,3\n5,2,3\n"), (5, 1), "breaks the step"),
            (rows("0,1,2\n1,2,3\n2,2,3\n4,2,3\n"), (5, 1), "breaks the step"),
            (rows("0,1,2\n1,2,3\n1.5,2,3\n"), (4, 1), "breaks the step"),
        ] {
            let (line, column, message) = refusal(&text);
            assert_eq!((line, column), at, "{text}: {message}");
            assert!(message.contains(why), "{text}: {message}");
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        std::fs::write(&path, b"time [s],11HEADCG00H3ACXA [g]\n0,\xff\n").unwrap();
        let message = read_csv(&path).unwrap_err().to_string();
        assert!(message.contains(":2:3: the file is not UTF-8"), "{message}");
    }

    #[test]
    fn a_column_that_cannot_be_used_does_not_stop_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        let text = "time [s],11HEADCG00H3ACXA [g],sternum [mm],11FEMRLE00H3FOZ0 [N],11PELV0000H3ACX0 [g]\n\
                    0,1,2,3,4\n0.1,1,x,NaN,5\n0.2,1,2,3,6\n";
        std::fs::write(&path, text).unwrap();
        let set = read_csv(&path).unwrap();
        let codes: Vec<&str> = set.channels.iter().map(|c| c.code.as_str()).collect();
        assert_eq!(codes, ["11HEADCG00H3ACXA", "11PELV0000H3ACX0"]);
        assert_eq!(set.channels[1].values, [4.0, 5.0, 6.0]);
        let said: Vec<String> = set.skipped.iter().map(|s| s.reason.clone()).collect();
        assert!(
            said[0].contains(":1:31:") && said[0].contains("16 characters"),
            "{said:?}"
        );
        assert!(said[1].contains(":3:9:") && said[1].contains("not finite"), "{said:?}");
    }

    #[test]
    fn times_rounded_by_another_program_are_still_even() {
        // 9600 Hz written to the microsecond: each time is up to half a per cent of a step off.
        let rows: String = (0..200).map(|i| format!("{:.6},0\n", f64::from(i) / 9600.0)).collect();
        let text = format!("time [s],11HEADCG00H3ACXA [g]\n{rows}");
        let c = parse_csv(&SourceText::new("a", text)).unwrap();
        assert!((c[0].dt_s * 9600.0 - 1.0).abs() < 1e-4, "{}", c[0].dt_s);
    }

    #[test]
    fn only_channels_with_codes_on_one_time_base_are_written() {
        let c = |code: &str, n: usize| Channel::new(code, Unit::Newton, 0.0, 1e-4, vec![1.0; n]).unwrap();
        assert!(csv_text(&[], &info()).is_err());
        assert!(csv_text(&[c("left rail", 3)], &info()).is_err());
        assert!(csv_text(&[c("11FEMRLE00H3FOZ0", 3), c("11FEMRRI00H3FOZ0", 4)], &info()).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(
            junk in "\\PC{0,60}", at in 0..90usize, rest in "[-0-9,.eEna \\r\\n\"é#]{0,40}",
        ) {
            let mut text = format!("time [s],11HEADCG00H3ACXA [g]\n0,1\n1,2\n2,3\n{rest}");
            let at = (at.min(text.len())..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(0);
            text.insert_str(at, &junk);
            if let Ok(channels) = parse_csv(&SourceText::new("x", text)) {
                prop_assert!(channels.iter().all(|c| c.dt_s > 0.0 && c.values.len() > 1));
            }
        }

        #[test]
        fn what_is_written_reads_back_to_the_bit(
            x in prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL, 2..40),
            start in -500..500i32, step_us in prop::sample::select(vec![10.0, 50.0, 80.0, 100.0, 1000.0]),
        ) {
            let dt_s = step_us / 1e6;
            let t0_s = f64::from(start) / 1e4;
            let channel = |code, unit| Channel::new(code, unit, t0_s, dt_s, x.clone()).unwrap();
            let channels = [
                channel("10VEHCCG0000ACX0", Unit::MetrePerSecondSquared),
                channel("10VEHCCG0000VEX0", Unit::MetrePerSecond),
                channel("11CHST0003H3DSX0", Unit::Millimetre),
            ];
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("deep/run.csv");
            write_csv(&path, &channels, &info()).unwrap();
            let back = read_csv(&path).unwrap();
            prop_assert_eq!(back.channels, channels);
            prop_assert!(back.skipped.is_empty());
        }
    }
}
