//! NHTSA crash tests in the EV5 text form: a header of tables, and one file of time and value per channel.
//!
//! Columns after the NHTSA Test Reference Guide, version 5, volume I (November 2014). The header says what each
//! curve is in NHTSA's own codes; those of which the ISO-MME code (note N3, [`crate::model`]) is known get
//! it, the rest keep an NHTSA name. The physical dimension follows the unit: headers mislabel axes and
//! sensors more often than units.

use std::path::Path;

use super::isomme::Store;
use super::set::{ChannelSet, NOT_THERE, STRUCTURE_LOCATIONS, Skipped};
use super::{even_step, read_text};
use crate::error::{Error, SourceText};
use crate::signal::code::CodeFields;
use crate::signal::{Channel, ChannelCode, Unit};

/// One row of the instrumentation table.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Vehicle that carries the sensor, from 1; 0 is the barrier.
    pub vehicle: u32,
    /// Curve number: the extension of its file.
    pub number: u32,
    /// Sensor type: `AC`, `LC` load cell, `DS`, `AV` ...
    pub sensor: String,
    /// Occupant location, `01` driver, `02` right front passenger; `NA` for none.
    pub location: String,
    /// Where the sensor is attached: `HDCG`, `CHST`, `FMRL`, `ENGN` ...
    pub attachment: String,
    /// Axis: X, Y or Z, then L (local) or G (global); `NA` for none.
    pub axis: String,
    /// Unit of the values as written in the header.
    pub unit: String,
    /// Index of the first sample; sample 0 is at t = 0.
    pub first_sample: i64,
    /// Index of the last sample.
    pub last_sample: i64,
    /// Sample interval, microseconds.
    pub step_us: f64,
    /// Data status: `AM` as measured, `CM` computed; anything else is not to be used.
    pub status: String,
    /// Is there a primary sensor for the same quantity?
    pub redundant: bool,
    /// The laboratory's comment.
    pub comment: String,
    /// Line of the header, from 1.
    pub line: usize,
    /// The data, or why it cannot be used.
    pub data: Result<Channel, String>,
}

/// A test: its title, closing speed and curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Ev5Test {
    /// Title of the test.
    pub title: String,
    /// Closing speed, m/s, if the header gives one.
    pub closing_speed_mps: Option<f64>,
    /// Test mass of each vehicle, kg, in the header's order.
    pub masses_kg: Vec<f64>,
    /// Every row of the instrumentation table.
    pub curves: Vec<Curve>,
}

/// Columns of the instrumentation table that are read: vehicle, curve, sensor, location, attachment, axis,
/// (time unit), unit, ..., first and last sample, step, data status, primary or redundant, comment.
const INSTRUMENTATION_COLUMNS: usize = 19;

/// A dummy as the occupant table has it: vehicle, location, and the fine location 3 of its codes.
struct Seated {
    vehicle: u32,
    location: String,
    fine_3: &'static str,
}

impl Curve {
    /// Row and column, from 1, of a load cell of the wall that measures force along the vehicle: attachments `LCrrcc`.
    /// Row 11 of NHTSA's high-resolution wall is the lowest.
    pub fn wall_cell(&self) -> Option<[usize; 2]> {
        let digits = self.attachment.strip_prefix("LC").filter(|d| d.len() == 4)?;
        let force = self.unit.parse::<Unit>().is_ok_and(|u| u.si() == Unit::Newton);
        let along = self.axis.starts_with('X');
        let number = |d: &str| d.parse::<usize>().ok().filter(|n| *n > 0);
        let place = [number(digits.get(..2)?)?, number(digits.get(2..)?)?];
        (force && along).then_some(place)
    }
}

impl Ev5Test {
    /// Usable channels, each in its own unit; curves without data as skipped, with the reason.
    pub fn channel_set(self) -> ChannelSet {
        let mut set = ChannelSet {
            title: Some(self.title).filter(|t| !t.is_empty()),
            channels: Vec::new(),
            skipped: Vec::new(),
        };
        for curve in self.curves {
            let name = format!("curve {} {} {}", curve.number, curve.attachment, curve.axis);
            match curve.data {
                Ok(channel) => set.channels.push(channel),
                Err(reason) if curve.comment.is_empty() => set.skipped.push(Skipped::new(&name, reason)),
                Err(reason) => set
                    .skipped
                    .push(Skipped::new(&name, format!("{reason} ({})", curve.comment))),
            }
        }
        set
    }
}

/// Read the header at `path` and the channel files beside it (`NAME.001`, ...). A missing, failed or damaged
/// channel is a curve whose data says why; it does not stop the rest.
///
/// Errors: not an EV5 header, a row of the instrumentation table that cannot be read; what the operating system
/// refuses.
pub fn read_ev5(path: &Path) -> Result<Ev5Test, Error> {
    read_ev5_with(path, None)
}

/// [`read_ev5`], files that do not lie beside the header taken from another folder or a zip archive.
///
/// # Errors
/// As [`read_ev5`]; an archive that cannot be read.
pub fn read_ev5_with(path: &Path, more: Option<&Path>) -> Result<Ev5Test, Error> {
    let mut more = more.map(Store::any).transpose()?;
    let source = SourceText::new(path.display().to_string(), read_text(path)?);
    let mut test = Ev5Test {
        title: String::new(),
        closing_speed_mps: None,
        masses_kg: Vec::new(),
        curves: Vec::new(),
    };
    let mut seated: Vec<Seated> = Vec::new();
    let mut table = "";
    let mut seen = false;
    let mut at = 0;
    for (i, whole) in source.text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end();
        let span = at..at + line.len();
        at += whole.len();
        if let Some(name) = line.strip_prefix("-----").and_then(|l| l.strip_suffix("-----")) {
            table = name.trim();
            seen |= table == "INSTRUMENTATION";
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let number = |column: usize| cells.get(column).and_then(|c| c.parse::<f64>().ok());
        match table {
            "TEST" => {
                test.title = cells.get(1).copied().unwrap_or_default().to_string();
                test.closing_speed_mps = number(14).filter(|v| *v > 0.0).map(|kmh| kmh * crate::units::KMH);
            }
            "VEHICLE" => test.masses_kg.extend(number(10)),
            "OCCUPANT" => seated.extend(occupant(&cells)),
            "INSTRUMENTATION" => {
                let curve =
                    curve(&cells, i + 1).map_err(|why| source.error(span, why, "a row has 20 cells separated by |"))?;
                test.curves.push(curve);
            }
            _ => {}
        }
    }
    if !seen {
        let help = "give the .EV5 file of an NHTSA test";
        return Err(source.error(0..0, "there is no INSTRUMENTATION table", help).into());
    }
    let mut named: Vec<ChannelCode> = Vec::new();
    for curve in &mut test.curves {
        let code = iso_code(curve, &seated).filter(|code| !named.contains(code));
        named.extend(code);
        curve.data = usable(curve).and_then(|()| samples(path, more.as_mut(), curve, code));
    }
    Ok(test)
}

fn occupant(cells: &[&str]) -> Option<Seated> {
    let percentile: u32 = cells.get(8)?.parse().ok()?;
    let fine_3 = match (*cells.get(2)?, percentile) {
        ("H3", 50) => "H3",
        ("H3", 5) => "HF",
        ("H3", 95) => "HM",
        ("TH", 50) => "TH",
        _ => "00",
    };
    Some(Seated {
        vehicle: cells.first()?.parse().ok()?,
        location: cells.get(1)?.to_string(),
        fine_3,
    })
}

fn curve(cells: &[&str], line: usize) -> Result<Curve, String> {
    if cells.len() < INSTRUMENTATION_COLUMNS {
        return Err(format!("this row has {} cells", cells.len()));
    }
    let whole = |column: usize, what: &str| -> Result<i64, String> {
        cells[column]
            .parse()
            .map_err(|_| format!("{what} is `{}`, not a whole number", cells[column]))
    };
    let count = |column: usize, what: &str| -> Result<u32, String> {
        u32::try_from(whole(column, what)?).map_err(|_| format!("{what} is negative"))
    };
    let step_us = cells[16]
        .parse()
        .ok()
        .filter(|step: &f64| step.is_finite() && *step > 0.0)
        .ok_or_else(|| format!("the time step is `{}`, not a positive number", cells[16]))?;
    Ok(Curve {
        vehicle: count(0, "the vehicle")?,
        number: count(1, "the curve number")?,
        sensor: cells[2].to_string(),
        location: cells[3].to_string(),
        attachment: cells[4].to_string(),
        axis: cells[5].to_string(),
        unit: cells[7].to_string(),
        first_sample: whole(14, "the first sample")?,
        last_sample: whole(15, "the last sample")?,
        step_us,
        status: cells[17].to_string(),
        redundant: cells[18] == "R",
        comment: cells.get(19).copied().unwrap_or_default().to_string(),
        line,
        data: Err("not read".to_string()),
    })
}

/// May the data be used by what the header says of it?
fn usable(curve: &Curve) -> Result<(), String> {
    match curve.status.as_str() {
        "AM" | "CM" => Ok(()),
        "CF" => Err("the channel failed".to_string()),
        "NO" => Err("there are no data".to_string()),
        other => Err(format!("the data status is `{other}`")),
    }
}

/// The samples of a curve from its file, checked against the header.
fn samples(
    header: &Path,
    more: Option<&mut Store>,
    curve: &Curve,
    code: Option<ChannelCode>,
) -> Result<Channel, String> {
    let unit: Unit = curve
        .unit
        .parse()
        .map_err(|_| format!("the unit `{}` is not known", curve.unit))?;
    let path = header.with_extension(format!("{:03}", curve.number));
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = match more {
        _ if path.exists() => read_text(&path),
        Some(store) => match store.find_file(&file) {
            Some(member) => store.text(&member),
            None => return Err(format!("{file} {NOT_THERE}")),
        },
        None => return Err(format!("{file} {NOT_THERE}")),
    };
    let text = text.map_err(|e| e.to_string())?;
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let pair: Option<Vec<f64>> = line.split_whitespace().map(|c| c.parse().ok()).collect();
        match pair.as_deref() {
            Some([time, value]) => {
                times.push(*time);
                values.push(*value);
            }
            _ => {
                return Err(format!("{file}:{}: `{}` is not a time and a value", i + 1, line.trim()));
            }
        }
    }
    let announced = curve.last_sample.saturating_sub(curve.first_sample).saturating_add(1);
    if (values.len() as i64) < announced {
        return Err(format!("{file} ends after {} of {announced} samples", values.len()));
    }
    let dt_s = even_step(&times).map_err(|i| format!("{file}: the time step breaks at sample {i}"))?;
    if (dt_s * 1e6 / curve.step_us - 1.0).abs() > 0.01 {
        return Err(format!(
            "{file} has a step of {} us and the header {} us",
            dt_s * 1e6,
            curve.step_us
        ));
    }
    let name = match code {
        Some(code) => code.to_string(),
        None => format!("{} {} {} #{}", curve.attachment, curve.axis, unit, curve.number),
    };
    Channel::new(name, unit, times[0], dt_s, values).map_err(|e| format!("{file}: {e}"))
}

/// The ISO-MME code of a curve, where it is known.
fn iso_code(curve: &Curve, seated: &[Seated]) -> Option<ChannelCode> {
    let unit: Unit = curve.unit.parse().ok()?;
    let dimension = match unit.si() {
        Unit::MetrePerSecondSquared => "AC",
        Unit::Newton => "FO",
        Unit::NewtonMetre => "MO",
        Unit::Metre => "DS",
        Unit::MetrePerSecond => "VE",
        Unit::RadianPerSecond => "AV",
        Unit::RadianPerSecondSquared => "AA",
        _ => return None,
    };
    let direction = match curve.axis.chars().next()? {
        c @ ('X' | 'Y' | 'Z') => c,
        _ => '0',
    };
    let (main_location, fine_1) = match curve.attachment.as_str() {
        "HDCG" => ("HEAD", "CG"),
        "NEKU" => ("NECK", "UP"),
        "CHST" => ("CHST", "00"),
        "PVCN" => ("PELV", "00"),
        "FMRL" => ("FEMR", "LE"),
        "FMRR" => ("FEMR", "RI"),
        "SHBT" | "LPBO" => ("SEBE", "00"),
        // The floor accelerometers of US tests sit on the seat crossmember.
        "FLLR" => ("SECM", "LE"),
        "FLRR" => ("SECM", "RI"),
        "VECG" => ("VEHC", "CG"),
        // Sensors of old tests on seat, sill and frame.
        "SEAT" => ("SEAT", "00"),
        "SILL" => ("SILL", "00"),
        "FRAM" => ("FRAM", "00"),
        "ENGN" if curve.comment.starts_with("TOP") => ("ENGN", "UP"),
        "ENGN" if curve.comment.starts_with("BOTTOM") => ("ENGN", "LO"),
        "ENGN" => ("ENGN", "00"),
        _ => return None,
    };
    let (position, fine_3) = if main_location == "ENGN" || STRUCTURE_LOCATIONS.contains(&main_location) {
        ('0', "00")
    } else {
        let position = match curve.location.as_str() {
            "01" => '1',
            "02" => '3',
            // Right and left rear.
            "03" => '6',
            "04" => '4',
            _ => return None,
        };
        let here = |s: &&Seated| s.vehicle == curve.vehicle && s.location == curve.location;
        let dummy = seated.iter().find(here).map_or("00", |s| s.fine_3);
        match curve.attachment.as_str() {
            "SHBT" => (position, "B3"),
            "LPBO" => (position, "B6"),
            _ => (position, dummy),
        }
    };
    let fine_2 = match (curve.redundant, main_location, dimension) {
        (true, _, _) => "RD",
        (false, "CHST", "DS") => "03",
        _ => "00",
    };
    ChannelCode::compose(&CodeFields {
        test_object: char::from_digit(curve.vehicle, 10).filter(|c| *c != '0')?,
        position,
        main_location,
        fine_1,
        fine_2,
        fine_3,
        dimension,
        direction,
        filter: '0',
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "# Source: made up for this test\n----- EV5 -----\n----- TEST -----\n\
        V5|A TEST|OBJECT|03/OCT/2017|LAB|C|R|NCA|VTB|CON|DRY|22|OTH|OTH|56.3|0|0|0|9|\n\
        ----- VEHICLE -----\n1|16|03|2018|N|4S|VIN|4CIF|2.5|AF|1719|1514\n\
        ----- OCCUPANT -----\n1|01|H3|0|M|0|0|H3|50|D\n1|02|H3|0|F|0|0|H3|05|D\n\
        ----- INSTRUMENTATION -----\n";

    fn row(number: u32, start: &str, axis: &str, unit: &str, end: &str) -> String {
        format!("{start}|{axis}|SEC|{unit}|2800|MFG|11/AUG/2017|1200|4|56.3|-2|3|100|{end}\n")
            .replace('#', &number.to_string())
    }

    /// Writes a test with these rows, and a six-sample file for each number in `files`.
    fn test(rows: &str, files: &[(u32, &str)]) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("v1.EV5");
        std::fs::write(&path, format!("{HEADER}{rows}----- END -----")).unwrap();
        for (number, text) in files {
            std::fs::write(dir.path().join(format!("v1.{number:03}")), text).unwrap();
        }
        (dir, path)
    }

    const SIX: &str = "-0.000200\t1.5\n-0.000100\t-2\n0.000000\t3\n0.000100\t4\n0.000200\t5\n0.000300\t6\n";

    #[test]
    fn nhtsa_rows_become_channels_with_iso_codes_units_and_times() {
        let rows = [
            row(1, "1|#|AC|01|HDCG", "XL", "G'S", "AM|P|DRIVER HEAD X"),
            row(2, "1|#|AC|01|HDCG", "XL", "G'S", "AM|R|DRIVER HEAD XR"),
            row(3, "1|#|DS|02|CHST", "XL", "MM", "AM|P|CHEST"),
            row(4, "1|#|LC|02|FMRL", "ZL", "NWT", "AM|P|FEMUR"),
            row(5, "1|#|AC|NA|ENGN", "XG", "G'S", "AM|P|TOP OF ENGINE X"),
            row(6, "1|#|AC|NA|ENGN", "XG", "G'S", "AM|P|BOTTOM OF ENGINE X"),
            // A moment that the header labels as a force along X keeps the dimension of its unit.
            row(7, "0|#|LC|NA|LC1101", "XG", "NWM", "AM|P|BARRIER Mz"),
            row(8, "1|#|AV|01|HDCG", "YL", "DPS", "AM|P|RATE"),
            row(9, "1|#|LC|02|SHBT", "NA", "NWT", "AM|P|BELT"),
        ];
        let files: Vec<(u32, &str)> = (1..=9).map(|n| (n, SIX)).collect();
        let (_dir, path) = test(&rows.concat(), &files);
        let read = read_ev5(&path).unwrap();
        assert_eq!((read.title.as_str(), &read.masses_kg[..]), ("A TEST", &[1719.0][..]));
        assert!((read.closing_speed_mps.unwrap() * 3.6 - 56.3).abs() < 1e-9);
        let set = read.channel_set();
        assert_eq!(set.skipped, []);
        let names: Vec<(&str, Unit)> = set.channels.iter().map(|c| (c.code.as_str(), c.unit)).collect();
        assert_eq!(
            names,
            [
                ("11HEADCG00H3ACX0", Unit::Gravity),
                ("11HEADCGRDH3ACX0", Unit::Gravity),
                ("13CHST0003HFDSX0", Unit::Millimetre),
                ("13FEMRLE00HFFOZ0", Unit::Newton),
                ("10ENGNUP0000ACX0", Unit::Gravity),
                ("10ENGNLO0000ACX0", Unit::Gravity),
                ("LC1101 XG Nm #7", Unit::NewtonMetre),
                ("11HEADCG00H3AVY0", Unit::DegreePerSecond),
                ("13SEBE0000B3FO00", Unit::Newton),
            ]
        );
        let head = &set.channels[0];
        assert_eq!((head.t0_s, head.dt_s), (-2e-4, 1e-4));
        assert_eq!(head.values, [1.5, -2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn failed_missing_and_damaged_channels_are_reported_and_do_not_stop_the_rest() {
        let rows: String = [
            ("AC", "G'S", "AM|P|GOOD"),
            ("AC", "G'S", "CF|P|No valid data"),
            ("LC", "NWT", "NO|P|Not installed"),
            ("AC", "G'S", "QD|P|"),
            ("AC", "G'S", "AM|P|no file"),
            ("AC", "PARSEC", "AM|P|odd unit"),
            ("AC", "G'S", "AM|P|short"),
            ("AC", "G'S", "AM|P|text"),
            ("AC", "G'S", "AM|P|gap"),
            ("AC", "G'S", "AM|P|other step"),
            ("AC", "G'S", "AM|P|nan"),
        ]
        .iter()
        .zip(1..)
        .map(|((sensor, unit, end), n)| row(n, &format!("1|#|{sensor}|NA|FLLR"), "XG", unit, end))
        .collect();
        let gap = SIX.replace("0.000300", "0.000500");
        let fast = "0\t0\n0.00001\t0\n0.00002\t0\n0.00003\t0\n0.00004\t0\n0.00005\t0\n";
        let (short, text, nan) = (&SIX[..27], SIX.replace("-2", "off"), SIX.replace("-2", "NaN"));
        let files = [
            (1, SIX),
            (2, SIX),
            (6, SIX),
            (7, short),
            (8, &text),
            (9, &gap),
            (10, fast),
            (11, &nan),
        ];
        let (_dir, path) = test(&rows, &files);
        let read = read_ev5(&path).unwrap();
        let reasons: Vec<String> = read
            .curves
            .iter()
            .map(|c| c.data.clone().err().unwrap_or_default())
            .collect();
        let expected = [
            "",
            "failed",
            "no data",
            "`QD`",
            "v1.005 is not there",
            "PARSEC",
            "ends after 2 of 6 samples",
            "v1.008:2",
            "breaks at sample 5",
            "header 100 us",
            "sample 1 is NaN",
        ];
        for (reason, part) in reasons.iter().zip(expected) {
            assert!(
                reason.contains(part) && reason.is_empty() == part.is_empty(),
                "{reason} for {part}"
            );
        }
        let set = read.channel_set();
        assert_eq!((set.channels.len(), set.skipped.len()), (1, 10));
        assert!(
            set.skipped[0].reason.ends_with("(No valid data)"),
            "{:?}",
            set.skipped[0]
        );
    }

    #[test]
    fn a_file_that_is_no_header_and_a_torn_row_are_errors_at_their_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.EV5");
        std::fs::write(&path, "hello\n").unwrap();
        assert!(
            read_ev5(&path)
                .unwrap_err()
                .to_string()
                .contains("no INSTRUMENTATION table")
        );
        let (_dir, path) = test("1|1|AC|01|HDCG|XL|SEC\n", &[]);
        let message = read_ev5(&path).unwrap_err().to_string();
        assert!(message.contains("v1.EV5:11:1: this row has 7 cells"), "{message}");
        let bad = row(1, "1|#|AC|01|HDCG", "XL", "G'S", "AM|P|x").replace("|-2|", "|two|");
        let (_dir, path) = test(&bad, &[]);
        assert!(
            read_ev5(&path)
                .unwrap_err()
                .to_string()
                .contains("first sample is `two`")
        );
    }
}
