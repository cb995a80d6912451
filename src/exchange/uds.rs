//! NHTSA's UDS-1992 signal files: one binary file per test curve.
//!
//! There is no specification in print that could be found; the layout is that of NHTSA's own readers (the Fortran
//! UDS library of S. Mentzer, 2003, and the Perl class UDS1992, 1999-2003), which agree. Records are 512 bytes, the
//! first 12 a name: the file header, an optional `CMP-2 HDR` for a second vehicle, then per curve a `CURVE HDR` and
//! its `Y DATA` (and `X DATA`) records of 125 four-byte reals. Numbers are little-endian IEEE, big-endian IEEE
//! (`SUN`) or VAX F-floating, as the header says. Sample i of a `Y` curve is at i times its step.

use std::path::{Path, PathBuf};

use super::set::{ChannelSet, Skipped};
use super::{RunInfo, bytes_of, even_step, one_line};
use crate::error::{Error, write_atomic};
use crate::signal::{Channel, ChannelCode, Unit};

const RECORD: usize = 512;
const NAME: usize = 12;
const VERSION: &str = "UDS-1992";
/// Reals of one data record.
const REALS: usize = (RECORD - NAME) / 4;

/// Places of the fields that are read and written, bytes of their record.
mod at {
    use std::ops::Range;
    pub const CHANNELS: usize = 12;
    pub const FILE_FORM: Range<usize> = 16..26;
    pub const NUMBERS: Range<usize> = 26..31;
    pub const DIMENSIONS: Range<usize> = 31..34;
    pub const SOURCE: Range<usize> = 34..49;
    pub const TITLE: Range<usize> = 65..135;
    pub const CURVE: usize = 12;
    pub const CURVE_FORM: Range<usize> = 16..26;
    pub const CURVE_NUMBER: usize = 26;
    pub const ATTACHMENT: Range<usize> = 42..72;
    pub const AXIS: Range<usize> = 86..88;
    pub const Y_UNIT: Range<usize> = 108..128;
    pub const X_KIND: Range<usize> = 128..148;
    pub const X_UNIT: Range<usize> = 148..168;
    pub const STATUS: Range<usize> = 168..188;
    pub const KIND: Range<usize> = 188..208;
    pub const COMMENT: Range<usize> = 208..278;
    pub const FIRST: usize = 278;
    pub const LAST: usize = 282;
    pub const STEP: usize = 286;
    /// Binary numbers of the file header: channels, test, angle to vehicle number, year, weight and speed, age,
    /// occupant weight, injury measures.
    pub const FILE_NUMBERS: [Range<usize>; 8] = [
        12..16,
        49..53,
        173..185,
        257..261,
        290..298,
        304..308,
        309..313,
        355..379,
    ];
    /// Binary numbers of a data record, in two parts.
    pub const DATA: [Range<usize>; 2] = [12..256, 256..512];
    /// Binary numbers of a curve header: channel, curve, sensor, samples and step with what follows them.
    pub const CURVE_NUMBERS: [Range<usize>; 4] = [12..16, 26..30, 74..86, 278..358];
}

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Ieee,
    Sun,
    Vax,
}

impl Numbers {
    fn of(text: &str) -> Result<Self, String> {
        match text {
            "IEEE" => Ok(Self::Ieee),
            "SUN" => Ok(Self::Sun),
            "VAX" => Ok(Self::Vax),
            other => Err(format!("the number format is `{other}`, not IEEE, SUN or VAX")),
        }
    }

    fn whole(self, b: [u8; 4]) -> i32 {
        match self {
            Self::Sun => i32::from_be_bytes(b),
            Self::Ieee | Self::Vax => i32::from_le_bytes(b),
        }
    }

    fn real(self, b: [u8; 4]) -> f64 {
        f64::from(match self {
            Self::Ieee => f32::from_le_bytes(b),
            Self::Sun => f32::from_be_bytes(b),
            // VAX F: words swapped, exponent two higher; an exponent of zero is zero.
            Self::Vax if b[1] & 0x7f == 0 && b[0] & 0x80 == 0 => 0.0,
            Self::Vax => f32::from_bits(u32::from_le_bytes([b[2], b[3], b[0], b[1]])) / 4.0,
        })
    }
}

/// Does the file at `path` begin as a UDS-1992 file does?
pub fn is_uds(path: &Path) -> bool {
    use std::io::Read as _;
    let mut start = [0; VERSION.len()];
    let read = std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut start));
    read.is_ok() && start == *VERSION.as_bytes()
}

/// Read every curve of a UDS-1992 file. A curve whose comment begins with an ISO-MME code gets it, the others a name
/// of attachment, axis and number; one that cannot be used is listed as skipped.
///
/// Errors: not a UDS-1992 file, an unknown number format, a torn header; what the operating system refuses.
pub fn read_uds(path: &Path) -> Result<ChannelSet, Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
    parse(&bytes_of(file, path)?)
        .map_err(|why| Error::request(format!("{}: {why}", path.display()), "give a whole UDS-1992 file"))
}

fn parse(bytes: &[u8]) -> Result<ChannelSet, String> {
    let mut records = bytes.chunks(RECORD);
    let header = records
        .next()
        .filter(|r| r.len() == RECORD && text(r, 0..NAME) == VERSION)
        .ok_or("it does not begin with a whole UDS-1992 header")?;
    let numbers = Numbers::of(&text(header, at::NUMBERS))?;
    let mut set = ChannelSet {
        title: Some(text(header, at::TITLE)).filter(|t| !t.is_empty()),
        channels: Vec::new(),
        skipped: Vec::new(),
    };
    let mut curve: Option<Curve<'_>> = None;
    for record in records {
        match text(record, 0..NAME.min(record.len())).as_str() {
            "CMP-2 HDR" => {}
            "CURVE HDR" if record.len() == RECORD => {
                curve.take().into_iter().for_each(|c| c.finish(numbers, &mut set));
                curve = Some(Curve::new(record));
            }
            kind @ ("Y DATA" | "X DATA") => match &mut curve {
                Some(c) if kind == "Y DATA" => c.y.extend(reals(record, numbers)),
                Some(c) => c.x.extend(reals(record, numbers)),
                None => return Err(format!("{kind} stands before any curve header")),
            },
            other => {
                let name = other.escape_default().to_string();
                set.skipped
                    .push(Skipped::new(&name, "the record is torn or of unknown kind"));
            }
        }
    }
    curve.into_iter().for_each(|c| c.finish(numbers, &mut set));
    Ok(set)
}

/// A curve header and the reals that follow it.
struct Curve<'a> {
    header: &'a [u8],
    y: Vec<f64>,
    x: Vec<f64>,
}

impl<'a> Curve<'a> {
    fn new(header: &'a [u8]) -> Self {
        Self {
            header,
            y: Vec::new(),
            x: Vec::new(),
        }
    }

    fn finish(self, numbers: Numbers, set: &mut ChannelSet) {
        let comment = text(self.header, at::COMMENT);
        let code: Option<ChannelCode> = (comment.split_whitespace().next())
            .and_then(|word| word.parse().ok())
            .filter(|code: &ChannelCode| !set.channels.iter().any(|c| c.code == code.as_str()));
        let number = numbers.whole(four(self.header, at::CURVE_NUMBER));
        let name = code.map_or_else(
            || {
                let (attachment, axis) = (text(self.header, at::ATTACHMENT), text(self.header, at::AXIS));
                format!("{attachment} {axis} #{number}")
            },
            |code| code.to_string(),
        );
        match self.channel(&name, numbers) {
            Ok(channel) => set.channels.push(channel),
            Err(reason) => set.skipped.push(Skipped::new(&name, reason)),
        }
    }

    fn channel(mut self, name: &str, numbers: Numbers) -> Result<Channel, String> {
        let unit_of = |range| {
            let written = text(self.header, range);
            unit(&written).ok_or(format!("the unit `{written}` is not known"))
        };
        let (y_unit, x_unit) = (unit_of(at::Y_UNIT)?, unit_of(at::X_UNIT)?);
        if x_unit.si() != Unit::Second {
            return Err(format!("it is over {x_unit}, not over time"));
        }
        let to_s = x_unit.si_factor();
        let [first, last] = [at::FIRST, at::LAST].map(|place| i64::from(numbers.whole(four(self.header, place))));
        let count = usize::try_from(last - first + 1).unwrap_or(0);
        if count == 0 {
            return Err(format!("its samples run from {first} to {last}"));
        }
        if self.y.len() < count {
            return Err(format!("it ends after {} of {count} samples", self.y.len()));
        }
        self.y.truncate(count);
        let (t0_s, dt_s) = match text(self.header, at::CURVE_FORM).as_str() {
            "Y" => {
                // Seven digits: 1e-4 stored in four bytes is meant to be 1e-4.
                let step = numbers.real(four(self.header, at::STEP));
                let step: f64 = format!("{step:.6e}").parse().unwrap_or(step);
                (first as f64 * step * to_s, step * to_s)
            }
            "X-Y" if self.x.len() >= count => {
                let times: Vec<f64> = self.x[..count].iter().map(|x| x * to_s).collect();
                let dt_s = even_step(&times).map_err(|i| format!("its times break their step at sample {i}"))?;
                (times[0], dt_s)
            }
            "X-Y" => return Err(format!("it has {} of {count} times", self.x.len())),
            other => return Err(format!("its form is `{other}`, not Y or X-Y")),
        };
        Channel::new(name, y_unit, t0_s, dt_s, self.y).map_err(|e| e.to_string())
    }
}

/// The words of the NHTSA library for units, beside the usual spellings.
fn unit(written: &str) -> Option<Unit> {
    Some(match written.to_ascii_uppercase().as_str() {
        "" => return None,
        "MILLISECONDS" => Unit::Millisecond,
        "MILLIMETERS" => Unit::Millimetre,
        "METERS" => Unit::Metre,
        "KILOMETERS/HOUR" => Unit::KilometrePerHour,
        "METERS/SEC" => Unit::MetrePerSecond,
        "METERS/SEC**2" => Unit::MetrePerSecondSquared,
        "NEWTONS" => Unit::Newton,
        "NEWTON-METERS" => Unit::NewtonMetre,
        "JOULES" => Unit::Joule,
        "RADIANS" => Unit::Radian,
        "RADIANS/SEC" => Unit::RadianPerSecond,
        "RADIANS/SEC**2" => Unit::RadianPerSecondSquared,
        "DEGREES" => Unit::Degree,
        "DEGREES/SEC" => Unit::DegreePerSecond,
        "DEGREES/SEC**2" => Unit::DegreePerSecondSquared,
        _ => return written.parse().ok(),
    })
}

/// A field of text: ASCII, padded with blanks.
fn text(record: &[u8], range: std::ops::Range<usize>) -> String {
    let bytes = record.get(range).unwrap_or_default();
    let characters: String = bytes.iter().map(|b| char::from(*b)).collect();
    characters.trim_matches(|c| c == ' ' || c == '\0').to_string()
}

/// Four bytes of a record; zeros beyond its end.
fn four(record: &[u8], place: usize) -> [u8; 4] {
    std::array::from_fn(|i| record.get(place + i).copied().unwrap_or(0))
}

/// The reals of a data record. A file may end within its last one.
fn reals(record: &[u8], numbers: Numbers) -> impl Iterator<Item = f64> {
    let data = record.get(NAME..).unwrap_or_default();
    data.chunks_exact(4)
        .map(move |b| numbers.real([b[0], b[1], b[2], b[3]]))
}

/// Write one file per channel, `folder/NAME.001.uds` and on, little-endian IEEE. Values keep seven digits, and times
/// are whole steps from t = 0. Returns the paths.
///
/// Errors: a name that is not a file name, a channel without samples, one that does not begin at a whole step or
/// whose unit the format has no word for; what the operating system refuses.
pub fn write_uds(folder: &Path, name: &str, channels: &[Channel], info: &RunInfo) -> Result<Vec<PathBuf>, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        return Err(Error::request(
            format!("`{name}` cannot name a test"),
            "use letters, digits, - and _",
        ));
    }
    let made: Vec<Vec<u8>> = channels
        .iter()
        .zip(1..)
        .map(|(c, number)| {
            encoded(c, number, info).map_err(|why| {
                Error::request(
                    format!("channel {}: {why}", c.code),
                    "write it as ISO-MME, CSV or Parquet",
                )
            })
        })
        .collect::<Result<_, _>>()?;
    let mut paths = Vec::with_capacity(made.len());
    for (i, bytes) in made.iter().enumerate() {
        let path = folder.join(format!("{name}.{:03}.uds", i + 1));
        write_atomic(&path, bytes)?;
        paths.push(path);
    }
    Ok(paths)
}

fn encoded(c: &Channel, number: i32, info: &RunInfo) -> Result<Vec<u8>, String> {
    let word = unit_word(c.unit).ok_or(format!("UDS-1992 has no word for {}", c.unit))?;
    let steps = (c.t0_s / c.dt_s).round();
    if (c.t0_s / c.dt_s - steps).abs() > 1e-3 || steps.abs() > 1e9 {
        return Err(format!("it begins at {} s, not at a whole step", c.t0_s));
    }
    let first = steps as i32;
    let last = i32::try_from(c.values.len())
        .ok()
        .filter(|n| *n > 0)
        .and_then(|n| first.checked_add(n - 1))
        .ok_or("it has no sample or too many")?;
    let header = record(VERSION, &at::FILE_NUMBERS, |r| {
        put(r, at::FILE_FORM, "Y");
        put(r, at::NUMBERS, "IEEE");
        let metric = matches!(c.unit, Unit::Gravity | Unit::Millimetre);
        put(r, at::DIMENSIONS, if metric { "MET" } else { "SI" });
        put(r, at::SOURCE, "SIMULATION");
        put(r, at::TITLE, &one_line(&info.title));
        r[at::CHANNELS..at::CHANNELS + 4].copy_from_slice(&1_i32.to_le_bytes());
    });
    let curve = record("CURVE HDR", &at::CURVE_NUMBERS, |r| {
        put(r, at::CURVE_FORM, "Y");
        put(r, at::Y_UNIT, word);
        put(r, at::X_KIND, "TIME");
        put(r, at::X_UNIT, "SECONDS");
        put(r, at::STATUS, "COMPUTED");
        put(r, at::KIND, "TIME SERIES");
        put(r, at::COMMENT, &c.code);
        for (place, value) in [
            (at::CURVE, 1),
            (at::CURVE_NUMBER, number),
            (at::FIRST, first),
            (at::LAST, last),
        ] {
            r[place..place + 4].copy_from_slice(&value.to_le_bytes());
        }
        r[at::STEP..at::STEP + 4].copy_from_slice(&(c.dt_s as f32).to_le_bytes());
    });
    let mut bytes = [header, curve].concat();
    for part in c.values.chunks(REALS) {
        bytes.extend(record("Y DATA", &at::DATA, |r| {
            for (i, v) in part.iter().enumerate() {
                let place = NAME + 4 * i;
                r[place..place + 4].copy_from_slice(&(*v as f32).to_le_bytes());
            }
        }));
    }
    Ok(bytes)
}

/// A record of its name, blank but for `numbers`, which are zero; then filled.
fn record(name: &str, numbers: &[std::ops::Range<usize>], fill: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut record = vec![b' '; RECORD];
    put(&mut record, 0..NAME, name);
    for range in numbers {
        record[range.clone()].fill(0);
    }
    fill(&mut record);
    record
}

fn put(record: &mut [u8], range: std::ops::Range<usize>, text: &str) {
    let room = range.len();
    let ascii = text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' });
    for (place, byte) in record[range]
        .iter_mut()
        .zip(ascii.chain(std::iter::repeat(b' ')).take(room))
    {
        *place = byte;
    }
}

fn unit_word(unit: Unit) -> Option<&'static str> {
    Some(match unit {
        Unit::Gravity => "G'S",
        Unit::MetrePerSecondSquared => "METERS/SEC**2",
        Unit::MetrePerSecond => "METERS/SEC",
        Unit::Metre => "METERS",
        Unit::Millimetre => "MILLIMETERS",
        Unit::Newton => "NEWTONS",
        Unit::NewtonMetre => "NEWTON-METERS",
        Unit::Joule => "JOULES",
        Unit::Radian => "RADIANS",
        Unit::RadianPerSecond => "RADIANS/SEC",
        Unit::RadianPerSecondSquared => "RADIANS/SEC**2",
        Unit::Degree => "DEGREES",
        Unit::DegreePerSecond => "DEGREES/SEC",
        Unit::DegreePerSecondSquared => "DEGREES/SEC**2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
