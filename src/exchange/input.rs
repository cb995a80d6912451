//! Reading channels from whatever file a user points at: the path says which reader it is for.

use std::path::{Path, PathBuf};

use super::set::{ChannelSet, Skipped};
use super::{ev5, isomme, table, uds};
use crate::embedded;
use crate::error::Error;

/// Read every channel of a CSV table (`.csv`), a Parquet table (`.parquet`), an ISO-MME test (a folder with an
/// `.mme`, the `.mme`, a `.zip`, or one channel file `.001`), an NHTSA test (`.EV5` with its channel files beside
/// it, or their folder), or a UDS-1992 file (known by its first bytes) or a folder of them (`.uds`).
///
/// Errors: no such file, a format that is none of these, what the reader refuses, no usable channel at all.
pub fn read_channels(path: &Path) -> Result<ChannelSet, Error> {
    if !(embedded::is_file(path) || path.exists()) {
        let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such file or folder");
        return Err(Error::io("read", path, missing));
    }
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase();
    let numbered = !extension.is_empty() && extension.bytes().all(|b| b.is_ascii_digit());
    let mut set = match extension.as_str() {
        _ if path.is_dir() => read_folder(path)?,
        "mme" | "zip" => isomme::read_isomme(path)?,
        "csv" => table::read_csv(path)?,
        "ev5" => ev5::read_ev5(path)?.channel_set(),
        #[cfg(feature = "table")]
        "parquet" => super::parquet::read_channels(path)?,
        _ if uds::is_uds(path) => uds::read_uds(path)?,
        _ if numbered => ChannelSet {
            title: None,
            channels: vec![isomme::read_channel_file(path)?],
            skipped: Vec::new(),
        },
        _ => {
            let help = match extension.as_str() {
                "tar" | "gz" | "7z" => "unpack the archive and give its folder",
                _ => {
                    "give a .csv or .parquet table, an ISO-MME folder, .zip or .mme, an NHTSA .EV5 file, \
                     a UDS-1992 file, or say what a curve of time and value is: --code 10VEHCCG0000ACX0 --unit g"
                }
            };
            return Err(Error::request(
                format!("{} is not a file of channels this program reads", path.display()),
                help,
            ));
        }
    };
    set.drop_implausible();
    if set.channels.is_empty() {
        let why = set
            .skipped
            .first()
            .map_or(String::new(), |s| format!(": {}: {}", s.name, s.reason));
        return Err(Error::request(
            format!("{} has no usable channel{why}", path.display()),
            "give a file with at least one whole channel",
        ));
    }
    Ok(set)
}

/// A folder is an ISO-MME test, a set of UDS-1992 files, or an NHTSA test with its one `.EV5`.
fn read_folder(path: &Path) -> Result<ChannelSet, Error> {
    let entries = std::fs::read_dir(path).map_err(|e| Error::io("read", path, e))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    let with = |extension: &str| -> Vec<&PathBuf> {
        let has = |f: &&PathBuf| (f.extension()).is_some_and(|e| e.eq_ignore_ascii_case(extension));
        files.iter().filter(has).collect()
    };
    let (mme, headers, curves) = (with("mme"), with("ev5"), with("uds"));
    match (&mme[..], &headers[..]) {
        ([], [header]) => Ok(ev5::read_ev5(header)?.channel_set()),
        ([], []) if !curves.is_empty() => Ok(together(&curves)),
        _ => isomme::read_isomme(path),
    }
}

/// The channels of several UDS-1992 files; a file that cannot be read, or repeats a code, does not stop the rest.
fn together(files: &[&PathBuf]) -> ChannelSet {
    let mut all = ChannelSet {
        title: None,
        channels: Vec::new(),
        skipped: Vec::new(),
    };
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match uds::read_uds(file) {
            Ok(set) => {
                all.skipped.extend(set.skipped);
                for channel in set.channels {
                    if all.channels.iter().any(|c| c.code == channel.code) {
                        let why = format!("{name}: the code is there twice");
                        all.skipped.push(Skipped::new(&channel.code, why));
                    } else {
                        all.channels.push(channel);
                    }
                }
            }
            Err(e) => all.skipped.push(Skipped::new(&name, e.to_string())),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{RunInfo, VehicleInfo};
    use crate::signal::{Channel, Unit};

    fn channels(codes: &[&str]) -> Vec<Channel> {
        let make = |c: &&str| Channel::new(*c, Unit::Gravity, 0.0, 1e-4, vec![1.0, 2.0, 3.0]).unwrap();
        codes.iter().map(make).collect()
    }

    #[test]
    fn every_format_gives_the_same_channels_by_its_path_alone() {
        let dir = tempfile::tempdir().unwrap();
        let info = RunInfo {
            title: "a".into(),
            version: "0.1".into(),
            input_hash: "abc".into(),
            step_us: 10.0,
            solver: "leapfrog".into(),
            vehicles: vec![VehicleInfo {
                name: "kei".into(),
                mass_kg: 1000.0,
                speed_mps: 15.0,
            }],
        };
        let written = channels(&["10VEHCCG0000ACX0", "11HEADCG00H3ACX0"]);
        let csv = dir.path().join("RUN.CSV");
        table::write_csv(&csv, &written, &info).unwrap();
        let mme = isomme::write_isomme(&dir.path().join("test"), "RUN", &written, &info).unwrap();
        let parquet = dir.path().join("run.parquet");
        crate::exchange::parquet::write_channels(&parquet, &written, &info).unwrap();
        let zip = dir.path().join("run.zip");
        isomme::write_isomme_zip(&zip, "RUN", &written, &info).unwrap();
        for path in [csv.as_path(), &mme, &dir.path().join("test"), &parquet, &zip] {
            assert_eq!(read_channels(path).unwrap().channels, written, "{}", path.display());
        }
        // A folder of UDS-1992 files is read like one; a torn file is named and does not stop the rest.
        let folder = dir.path().join("uds");
        std::fs::create_dir(&folder).unwrap();
        uds::write_uds(&folder, "RUN", &written, &info).unwrap();
        std::fs::write(folder.join("RUN.003.uds"), "UDS-1992").unwrap();
        let set = read_channels(&folder).unwrap();
        let codes = |all: &[Channel]| all.iter().map(|c| c.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&set.channels), codes(&written));
        assert_eq!(set.skipped[0].name, "RUN.003.uds");
        let one = dir.path().join("test/Channel/RUN.002");
        assert_eq!(read_channels(&one).unwrap().channels, written[1..]);
    }

    #[test]
    fn what_is_no_file_of_channels_is_refused_with_what_would_be_right() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text, why) in [
            ("a.zip", "PK", "not a zip archive"),
            ("a.tar", "x", "unpack"),
            ("a.parquet", "PAR1", "cannot read"),
            ("a.uds", "UDS-1991", "not a file of channels"),
            ("a.txt", "x", "give a .csv or .parquet table"),
            ("a.001", "0.0 1.0\n", "no `Channel code`"),
            ("a.mme", "Title :x\n", "Channel/a.chn"),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            let message = read_channels(&path).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
        let message = read_channels(&dir.path().join("none.csv")).unwrap_err().to_string();
        assert!(message.contains("no such file"), "{message}");
    }

    #[test]
    fn the_vehicle_pulse_is_the_best_placed_structural_channel_along_x() {
        let pick = |codes: &[&str]| {
            let set = ChannelSet {
                title: None,
                channels: channels(codes),
                skipped: Vec::new(),
            };
            set.vehicle_pulse().map(|c| c.code.clone())
        };
        let all = [
            "11HEADCG00H3ACX0",
            "10SECMLERD00ACX0",
            "10BPILLO0000ACX0",
            "10SECMLE0000ACZ0",
            "10SECMLE0000ACX0",
        ];
        assert_eq!(pick(&all).as_deref(), Some("10SECMLE0000ACX0"));
        assert_eq!(pick(&all[..3]).as_deref(), Some("10BPILLO0000ACX0"));
        assert_eq!(pick(&all[..2]).as_deref(), Some("10SECMLERD00ACX0"));
        assert_eq!(pick(&all[..1]), None);
    }
}
