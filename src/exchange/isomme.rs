//! ISO-MME test folders (ISO/TS 13499): what crash laboratories exchange.
//!
//! Layout after ISO/TS 13499 (note N3, [`crate::model`]): `NAME.mme` says what the test was,
//! `Channel/NAME.chn` lists the channels, and `Channel/NAME.001`, `.002`, ... hold one channel each:
//! descriptors in lines `Descriptor :value`, then one value a line. Archives (zip, tar) have to be unpacked
//! first.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::set::{ChannelSet, Skipped};
use super::{RunInfo, even_step, one_line, read_text};
use crate::error::{Error, write_atomic};
use crate::signal::{Channel, ChannelCode, Unit};

/// Width that descriptors are padded to.
const DESCRIPTOR_COLUMNS: usize = 28;
const NO_VALUE: &str = "NOVALUE";

/// Write a test folder: `folder/NAME.mme` and `folder/Channel/`. The `.mme` comes last, so that a folder that
/// has one is whole. Returns the path of the `.mme`.
///
/// Errors: a name that is not a file name, no channel, a channel whose name is not a code or is there twice, one
/// without samples; what the operating system refuses.
pub fn write_isomme(
    folder: &Path,
    name: &str,
    channels: &[Channel],
    info: &RunInfo,
) -> Result<PathBuf, Error> {
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
        list.put(
            &format!("Name of channel {:03}", i + 1),
            format!("{code} / {code}"),
        );
    }
    let folder_of_channels = folder.join("Channel");
    for (i, c) in channels.iter().enumerate() {
        let path = folder_of_channels.join(format!("{name}.{:03}", i + 1));
        write_atomic(&path, channel_text(c).as_bytes())?;
    }
    write_atomic(
        &folder_of_channels.join(format!("{name}.chn")),
        list.0.as_bytes(),
    )?;
    let mme = folder.join(format!("{name}.mme"));
    write_atomic(&mme, test_text(info).as_bytes())?;
    Ok(mme)
}

/// Lines `Descriptor :value`.
#[derive(Default)]
struct Descriptors(String);

impl Descriptors {
    fn put(&mut self, name: &str, value: impl ToString) {
        let value = one_line(&value.to_string());
        let value = if value.is_empty() { NO_VALUE } else { &value };
        self.0
            .push_str(&format!("{name:<DESCRIPTOR_COLUMNS$}:{value}\n"));
    }
}

fn test_text(info: &RunInfo) -> String {
    let mut d = Descriptors::default();
    d.put("Data format edition number", "1.6");
    d.put("Laboratory name", format!("crumple {}", info.version));
    d.put("Customer name", NO_VALUE);
    d.put("Customer test ref. number", NO_VALUE);
    d.put("Title", &info.title);
    // No clock: equal inputs give equal files.
    d.put("Timestamp", NO_VALUE);
    d.put("Type of the test", "Simulation");
    d.put("Number of test objects", info.vehicles.len());
    for (i, v) in info.vehicles.iter().enumerate() {
        let n = i + 1;
        d.put(&format!("Name of test object {n}"), &v.name);
        d.put(&format!("Velocity test object {n}"), v.speed_mps);
        d.put(&format!("Mass test object {n}"), v.mass_kg);
        d.put(&format!("Driver position object {n}"), 1);
    }
    // Private descriptors start with a point.
    d.put(".Program version", &info.version);
    d.put(".Input hash", &info.input_hash);
    d.put(".Integration step us", info.step_us);
    d.put(".Solver", &info.solver);
    d.0
}

fn channel_text(c: &Channel) -> String {
    let extreme = |better: fn(f64, f64) -> bool| {
        let first = (0, c.values[0]);
        let at = c.values.iter().enumerate().fold(first, |best, (i, v)| {
            if better(*v, best.1) { (i, *v) } else { best }
        });
        (at.1, c.time_s(at.0))
    };
    let ((high, high_s), (low, low_s)) = (extreme(|a, b| a > b), extreme(|a, b| a < b));
    let class = c.iso_code().and_then(|code| code.cfc());
    let mut d = Descriptors::default();
    d.put(
        "Test object number",
        c.code.chars().take(1).collect::<String>(),
    );
    d.put("Name of the channel", &c.code);
    d.put("Laboratory channel code", NO_VALUE);
    d.put("Customer channel code", NO_VALUE);
    d.put("Channel code", &c.code);
    d.put("Unit", unit_text(c.unit));
    d.put("Reference channel", "implicit");
    d.put("Reference channel name", NO_VALUE);
    d.put("Data source", "simulation");
    d.put(
        "Channel frequency class",
        class.map_or(NO_VALUE.to_string(), |c| c.number().to_string()),
    );
    d.put("Time of first sample", format!("{:?}", c.t0_s));
    d.put("Sampling interval", format!("{:?}", c.dt_s));
    d.put("Number of samples", c.values.len());
    d.put("First global maximum value", format!("{high:?}"));
    d.put("Time of maximum value", format!("{high_s:?}"));
    d.put("First global minimum value", format!("{low:?}"));
    d.put("Time of minimum value", format!("{low_s:?}"));
    for v in &c.values {
        // Writing to a String cannot fail.
        let _ = writeln!(d.0, "{v:?}");
    }
    d.0
}

/// Unit as readers parse it: newton-seconds need their product sign.
fn unit_text(unit: Unit) -> &'static str {
    match unit {
        Unit::NewtonSecond => "N*s",
        other => other.symbol(),
    }
}

/// Read a test: the folder that holds one `.mme`, or the `.mme` itself.
///
/// Channels with an explicit time reference (`TIRS`) are taken when their times rise evenly. A channel that
/// cannot be used is listed as skipped with its reason.
///
/// Errors: no `.mme` or several, no channel list, what the operating system refuses.
pub fn read_isomme(path: &Path) -> Result<ChannelSet, Error> {
    let mme = if path.is_dir() {
        the_mme(path)?
    } else {
        path.to_path_buf()
    };
    let title = value_of(&read_text(&mme)?, "Title").map(str::to_string);
    let name = mme
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let parent = mme.parent().unwrap_or(Path::new(""));
    let list_name = format!("{name}.chn");
    let missing = || {
        Error::request(
            format!("{} has no Channel/{list_name} beside it", mme.display()),
            "give a whole ISO-MME test folder",
        )
    };
    let folder = member(parent, "Channel").ok_or_else(missing)?;
    let list = read_text(&member(&folder, &list_name).ok_or_else(missing)?)?;
    let numbers = list.lines().filter_map(|line| {
        let (key, value) = descriptor(line)?;
        let number = key.strip_prefix("Name of channel")?.trim();
        let code = value.split(['/', ' ']).next().unwrap_or_default();
        Some((number.to_string(), code.to_string()))
    });
    let mut raw = Vec::new();
    let mut skipped = Vec::new();
    for (number, code) in numbers {
        let file = format!("{name}.{number}");
        match member(&folder, &file) {
            None => skipped.push(Skipped::new(&code, format!("Channel/{file} is not there"))),
            Some(file) => match RawChannel::parse(&read_text(&file)?) {
                Ok(channel) => raw.push(channel),
                Err(reason) => skipped.push(Skipped::new(&code, reason)),
            },
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
    RawChannel::parse(&text)
        .and_then(|raw| raw.channel(&[]))
        .map_err(|reason| {
            Error::request(
                format!("{}: {reason}", path.display()),
                "give an ISO-MME channel file, a test folder, or the .EV5 file of an NHTSA test",
            )
        })
}

/// The only `.mme` of a folder.
fn the_mme(folder: &Path) -> Result<PathBuf, Error> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| Error::io("read", folder, e))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("mme")))
        .collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Error::request(
            format!("{} holds no .mme file", folder.display()),
            "give an ISO-MME test folder",
        )),
        _ => Err(Error::request(
            format!("{} holds several .mme files", folder.display()),
            "give the .mme file itself",
        )),
    }
}

/// A file or folder of a folder whatever the case of its name.
fn member(folder: &Path, name: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok())
        .find_map(|entry| {
            let same = entry
                .file_name()
                .to_string_lossy()
                .eq_ignore_ascii_case(name);
            same.then(|| entry.path())
        })
}

/// Name and value of a descriptor line; the value `NOVALUE` is kept.
fn descriptor(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    (!key.trim().is_empty()).then(|| (key.trim(), value.trim()))
}

/// The value of a descriptor, if it has one.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let same = |(k, v): (&str, &'a str)| k.eq_ignore_ascii_case(key).then_some(v);
    let found = text.lines().filter_map(descriptor).find_map(same)?;
    (!found.is_empty() && !found.eq_ignore_ascii_case(NO_VALUE)).then_some(found)
}

/// A channel file as it stands.
struct RawChannel {
    code: String,
    unit: Option<String>,
    /// Start and interval, s, of an implicit time.
    implicit: Option<(f64, f64)>,
    /// Code of the channel that holds the times.
    reference: Option<String>,
    values: Vec<f64>,
}

impl RawChannel {
    fn parse(text: &str) -> Result<Self, String> {
        let is_data = |line: &str| !line.trim().is_empty() && descriptor(line).is_none();
        let head_end: usize = text
            .split_inclusive('\n')
            .take_while(|line| !is_data(line))
            .map(str::len)
            .sum();
        let (head, data) = text.split_at(head_end);
        let code = value_of(head, "Channel code")
            .ok_or("there is no `Channel code`")?
            .to_string();
        let number = |key: &str| -> Result<Option<f64>, String> {
            value_of(head, key)
                .map(|v| {
                    v.parse()
                        .map_err(|_| format!("`{key}` is `{v}`, not a number"))
                })
                .transpose()
        };
        let values = data
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .enumerate()
            .map(|(i, line)| {
                line.parse()
                    .map_err(|_| format!("sample {i} is `{line}`, not a number"))
            })
            .collect::<Result<Vec<f64>, String>>()?;
        if let Some(announced) = number("Number of samples")?.filter(|n| *n != values.len() as f64)
        {
            return Err(format!(
                "{} samples where {announced} are announced",
                values.len()
            ));
        }
        let explicit =
            value_of(head, "Reference channel").is_some_and(|v| v.eq_ignore_ascii_case("explicit"));
        let interval_s = number("Sampling interval")?.filter(|_| !explicit);
        let start_s = number("Time of first sample")?.unwrap_or(0.0);
        Ok(Self {
            code,
            unit: value_of(head, "Unit").map(str::to_string),
            implicit: interval_s.map(|dt_s| (start_s, dt_s)),
            reference: value_of(head, "Reference channel name").map(str::to_string),
            values,
        })
    }

    /// A time reference channel?
    fn is_time(&self) -> bool {
        self.code.get(2..6) == Some("TIRS")
    }

    fn channel(&self, all: &[RawChannel]) -> Result<Channel, String> {
        let code: ChannelCode = self
            .code
            .parse()
            .map_err(|e: crate::signal::SignalError| e.to_string())?;
        let unit = match &self.unit {
            Some(text) => text.parse::<Unit>().map_err(|e| e.to_string())?,
            None => code.si_unit().ok_or("there is no `Unit`")?,
        };
        if self.values.is_empty() {
            return Err("there is no sample".to_string());
        }
        let (t0_s, dt_s) = match (self.implicit, &self.reference) {
            (Some(base), _) => base,
            (None, Some(name)) => {
                let times = all
                    .iter()
                    .find(|r| r.code == *name)
                    .ok_or(format!("its times {name} are not there"))?;
                if times.values.len() != self.values.len() {
                    return Err(format!(
                        "{} samples for {} times",
                        self.values.len(),
                        times.values.len()
                    ));
                }
                let dt_s = even_step(&times.values)
                    .map_err(|i| format!("its times break their step at sample {i}"))?;
                (times.values[0], dt_s)
            }
            (None, None) => return Err("there is no `Sampling interval`".to_string()),
        };
        Channel::new(code.as_str(), unit, t0_s, dt_s, self.values.clone())
            .map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests;
