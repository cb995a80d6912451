//! Channels and tables in files other programs read: CSV, ISO-MME tests, NHTSA EV5 and UDS-1992, Parquet.
//!
//! Formats and codes follow ISO/TS 13499 (note N3, [`crate::model`]). This floor knows channels and what a
//! run was, and nothing about how the numbers came about.

pub mod ev5;
pub mod input;
pub mod isomme;
#[cfg(feature = "table")]
pub mod parquet;
pub mod set;
pub mod table;
pub mod uds;

pub use input::read_channels;
pub use set::{ChannelSet, Skipped, skipped_lines};

use std::path::Path;

use crate::error::Error;
use crate::signal::Channel;

/// A vehicle of a run, as far as files of channels name it.
#[derive(Debug, Clone, PartialEq)]
pub struct VehicleInfo {
    /// Name or library id.
    pub name: String,
    /// Mass as crashed, kg.
    pub mass_kg: f64,
    /// Speed along its own heading at t = 0, m/s.
    pub speed_mps: f64,
}

/// What a file of results says about where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// Title of the run.
    pub title: String,
    /// Version of this program.
    pub version: String,
    /// Hash of the resolved input.
    pub input_hash: String,
    /// Integration step, microseconds.
    pub step_us: f64,
    /// Name of the integrator.
    pub solver: String,
    /// Vehicles in the order of the case; their test object in a code is 1, 2, ...
    pub vehicles: Vec<VehicleInfo>,
}

impl RunInfo {
    /// The same facts as names and values, in a fixed order; line breaks become spaces.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![
            ("title".to_string(), one_line(&self.title)),
            ("version".to_string(), one_line(&self.version)),
            ("input_hash".to_string(), one_line(&self.input_hash)),
            ("step_us".to_string(), self.step_us.to_string()),
            ("solver".to_string(), one_line(&self.solver)),
        ];
        for (i, v) in self.vehicles.iter().enumerate() {
            let n = i + 1;
            pairs.push((format!("vehicle.{n}.name"), one_line(&v.name)));
            pairs.push((format!("vehicle.{n}.mass_kg"), v.mass_kg.to_string()));
            pairs.push((format!("vehicle.{n}.speed_mps"), v.speed_mps.to_string()));
        }
        pairs
    }
}

/// Text that cannot break out of its line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Start, step and length that all `channels` share.
///
/// Errors: no channel, no sample, or a channel on another time base.
pub(crate) fn common_base(channels: &[Channel]) -> Result<(f64, f64, usize), Error> {
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
pub(crate) fn even_step(times_s: &[f64]) -> Result<f64, usize> {
    let (Some(first), Some(last), true) = (times_s.first(), times_s.last(), times_s.len() > 1)
    else {
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
            let jump =
                |i: &usize| ((times_s[*i] - times_s[i - 1]) - step_s).abs() > 0.1 * step_s.abs();
            Err((1..times_s.len()).find(jump).or(first_off).unwrap_or(0))
        }
    }
}

/// Largest file that is read, bytes: an hour of ten channels at 10 kHz. Beyond it something else was given.
const MOST_BYTES: u64 = 1 << 29;

/// A text file as laboratories write them: UTF-8 or UTF-16 by its byte order mark, UTF-8 without one, or else
/// Latin-1, in which every byte is a character.
pub(crate) fn read_text(path: &Path) -> Result<String, Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
    text_of(file, path)
}

/// The text of an open file; `path` names it in errors.
pub(crate) fn text_of(file: impl std::io::Read, path: &Path) -> Result<String, Error> {
    let bytes = bytes_of(file, path)?;
    decoded(bytes).map_err(|why| {
        Error::request(
            format!("{}: {why}", path.display()),
            "save it as UTF-8 text",
        )
    })
}

/// The bytes of an open file, unless there are too many; `path` names it in errors.
pub(crate) fn bytes_of(file: impl std::io::Read, path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large(path));
    }
    Ok(bytes)
}

/// Refuses a file that is larger than any file of channels, before it is read.
pub(crate) fn check_size(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(about) if about.len() > MOST_BYTES => Err(too_large(path)),
        _ => Ok(()),
    }
}

fn too_large(path: &Path) -> Error {
    Error::request(
        format!("{} is larger than {} MB", path.display(), MOST_BYTES >> 20),
        "give a file of channels, cut to the event",
    )
}

fn decoded(bytes: Vec<u8>) -> Result<String, &'static str> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|b| unit([b[0], b[1]]))
            .collect();
        String::from_utf16(&units).map_err(|_| "it is torn UTF-16 text")
    };
    let text = match bytes.get(..2) {
        Some([0xff, 0xfe]) => utf16(u16::from_le_bytes)?,
        Some([0xfe, 0xff]) => utf16(u16::from_be_bytes)?,
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => e.as_bytes().iter().map(|b| char::from(*b)).collect(),
        },
    };
    if text.contains('\0') {
        return Err("it holds zero bytes, so it is binary or UTF-16 without its mark");
    }
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_encoding_read_alike_and_binary_is_refused() {
        let text = "Title :Pr\u{fc}fung\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little = units.iter().flat_map(|u| u.to_le_bytes());
        let big = units.iter().flat_map(|u| u.to_be_bytes());
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            text.chars().map(|c| c as u8).collect(),
            [0xff, 0xfe].into_iter().chain(little).collect(),
            [0xfe, 0xff].into_iter().chain(big).collect(),
        ] {
            assert_eq!(decoded(bytes).as_deref(), Ok(text));
        }
        assert_eq!(decoded(Vec::new()).as_deref(), Ok(""));
        assert!(decoded(vec![0xff, 0xfe, 0x00, 0xd8]).is_err());
        assert!(decoded(b"T\0i\0".to_vec()).is_err());
    }

    #[test]
    fn a_file_beyond_any_test_is_refused_before_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge.csv");
        std::fs::File::create(&path)
            .unwrap()
            .set_len(1 << 40)
            .unwrap();
        let message = check_size(&path).unwrap_err().to_string();
        assert!(message.contains("larger than 512 MB"), "{message}");
    }
}
