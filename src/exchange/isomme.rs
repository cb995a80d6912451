//! ISO-MME tests (ISO/TS 13499), folder or zip archive: what crash laboratories exchange.
//!
//! Layout after ISO/TS 13499 (note N3, [`crate::model`]): `NAME.mme` says what the test was,
//! `Channel/NAME.chn` lists the channels, and `Channel/NAME.001`, `.002`, ... hold one channel each:
//! descriptors in lines `Descriptor :value`, then one value a line. NHTSA serves the same tree as a zip.

mod raw;
mod store;
mod text;

use std::path::{Path, PathBuf};

use super::set::{ChannelSet, NOT_THERE, Skipped};
use super::{RunInfo, read_text};
use crate::error::{Error, write_atomic};
use crate::signal::Channel;
use raw::RawChannel;
pub(super) use store::Store;
use text::{Descriptors, channel_text, descriptor, test_text, value_of};

/// Write a test folder: `folder/NAME.mme` and `folder/Channel/`. The `.mme` comes last, so that a folder that
/// has one is whole. Returns the path of the `.mme`.
///
/// Errors: a name that is not a file name, no channel, a channel whose name is not a code or is there twice, one
/// without samples; what the operating system refuses.
pub fn write_isomme(folder: &Path, name: &str, channels: &[Channel], info: &RunInfo) -> Result<PathBuf, Error> {
    let mut mme = PathBuf::new();
    for (member, text) in files(name, channels, info)? {
        mme = folder.join(member);
        write_atomic(&mme, text.as_bytes())?;
    }
    Ok(mme)
}

/// Write the same test as a zip archive at `path`. Equal inputs give equal archives: members carry no time.
///
/// Errors as [`write_isomme`].
#[cfg(feature = "archive")]
pub fn write_isomme_zip(path: &Path, name: &str, channels: &[Channel], info: &RunInfo) -> Result<(), Error> {
    let bytes =
        store::packed(&files(name, channels, info)?).map_err(|e| Error::io("write", path, std::io::Error::other(e)))?;
    write_atomic(path, &bytes)
}

/// Every file of a test by its path in it, the `.mme` last.
fn files(name: &str, channels: &[Channel], info: &RunInfo) -> Result<Vec<(String, String)>, Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        return Err(Error::request(
            format!("`{name}` cannot name a test"),
            "use letters, digits, - and _",
        ));
    }
    if channels.is_empty() {
        return Err(Error::request(
            "there is no channel to write",
            "record at least one channel",
        ));
    }
    let mut files = Vec::with_capacity(channels.len() + 2);
    let mut list = Descriptors::default();
    list.put("Instrumentation standard", "SAE J211");
    list.put("Number of channels", channels.len());
    for (i, c) in channels.iter().enumerate() {
        let Some(code) = c.iso_code() else {
            return Err(Error::request(
                format!("`{}` is not an ISO-MME code", c.code),
                "name the channel by a 16-character code such as 10VEHCCG0000ACX0",
            ));
        };
        if c.values.is_empty() || channels[..i].iter().any(|other| other.code == c.code) {
            return Err(Error::request(
                format!("channel {code} is empty or there twice"),
                "write each code once, with samples",
            ));
        }
        let number = format!("{:03}", i + 1);
        list.put(&format!("Name of channel {number}"), format!("{code} / {code}"));
        files.push((format!("Channel/{name}.{number}"), channel_text(c)));
    }
    files.push((format!("Channel/{name}.chn"), list.0));
    files.push((format!("{name}.mme"), test_text(info)));
    Ok(files)
}

/// Read a test: the folder or zip archive that holds one `.mme`, or the `.mme` itself.
///
/// Channels with an explicit time reference (`TIRS`) are taken when their times rise evenly. A channel that
/// cannot be used is listed as skipped with its reason.
///
/// Errors: no `.mme` or several, no channel list, not an archive; what the operating system refuses.
pub fn read_isomme(path: &Path) -> Result<ChannelSet, Error> {
    let mut store = Store::open(path)?;
    let mme = store.the_mme(path)?;
    let title = value_of(&store.text(&mme)?, "Title").map(str::to_string);
    let (parent, file) = mme.rsplit_once(['/', '\\']).map_or(("", mme.as_str()), |(p, f)| (p, f));
    let name = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let folder = if parent.is_empty() {
        "Channel".to_string()
    } else {
        format!("{parent}/Channel")
    };
    let Some(list) = store.find(&format!("{folder}/{name}.chn")) else {
        return Err(Error::request(
            format!("{} has no Channel/{name}.chn beside its {file}", path.display()),
            "give a whole ISO-MME test",
        ));
    };
    let list = store.text(&list)?;
    let numbers = list.lines().filter_map(|line| {
        let (key, value) = descriptor(line)?;
        let number = key.strip_prefix("Name of channel")?.trim();
        let code = value.split(['/', ' ']).next().unwrap_or_default();
        Some((number.to_string(), code.to_string()))
    });
    let mut raw = Vec::new();
    let mut skipped = Vec::new();
    for (number, code) in numbers {
        let wanted = format!("Channel/{name}.{number}");
        let read = match store.find(&format!("{folder}/{name}.{number}")) {
            None => Err(format!("{wanted} {NOT_THERE}")),
            Some(member) => {
                (store.text(&member).map_err(|e| e.to_string())).and_then(|text| RawChannel::parse(&wanted, &text))
            }
        };
        match read {
            Ok(channel) => raw.push(channel),
            Err(reason) => skipped.push(Skipped::new(&code, reason)),
        }
    }
    let mut channels: Vec<Channel> = Vec::new();
    for r in raw.iter().filter(|r| !r.is_time()) {
        let fresh = |c: Channel| match channels.iter().any(|other| other.code == c.code) {
            true => Err("the code is there twice".to_string()),
            false => Ok(c),
        };
        match r.channel(&raw).and_then(fresh) {
            Ok(c) => channels.push(c),
            Err(reason) => skipped.push(Skipped::new(&r.code, reason)),
        }
    }
    Ok(ChannelSet {
        title,
        channels,
        skipped,
    })
}

/// Read one channel file (`NAME.001`) with an implicit time.
///
/// Errors: not an ISO-MME channel file, what makes the channel unusable, what the operating system refuses.
pub fn read_channel_file(path: &Path) -> Result<Channel, Error> {
    let text = read_text(path)?;
    RawChannel::parse(&path.display().to_string(), &text)
        .and_then(|raw| raw.channel(&[]))
        .map_err(|reason| {
            Error::request(
                reason,
                "give an ISO-MME channel file, a test folder, or the .EV5 file of an NHTSA test",
            )
        })
}

#[cfg(test)]
mod tests;
