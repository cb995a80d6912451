//! Descriptor lines of ISO-MME files, and the texts that are written.

use std::fmt::Write as _;

use super::super::{RunInfo, one_line};
use crate::signal::{Channel, Unit};

/// Width that descriptors are padded to.
const DESCRIPTOR_COLUMNS: usize = 28;
const NO_VALUE: &str = "NOVALUE";

/// Lines `Descriptor :value`.
#[derive(Default)]
pub(super) struct Descriptors(pub(super) String);

impl Descriptors {
    pub(super) fn put(&mut self, name: &str, value: impl ToString) {
        let value = one_line(&value.to_string());
        let value = if value.is_empty() { NO_VALUE } else { &value };
        self.0.push_str(&format!("{name:<DESCRIPTOR_COLUMNS$}:{value}\n"));
    }
}

pub(super) fn test_text(info: &RunInfo) -> String {
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

pub(super) fn channel_text(c: &Channel) -> String {
    let extreme = |better: fn(f64, f64) -> bool| {
        let first = (0, c.values[0]);
        let at = c
            .values
            .iter()
            .enumerate()
            .fold(first, |best, (i, v)| if better(*v, best.1) { (i, *v) } else { best });
        (at.1, c.time_s(at.0))
    };
    let ((high, high_s), (low, low_s)) = (extreme(|a, b| a > b), extreme(|a, b| a < b));
    let class = c.iso_code().and_then(|code| code.cfc());
    let mut d = Descriptors::default();
    d.put("Test object number", c.code.chars().take(1).collect::<String>());
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

/// Name and value of a descriptor line; the value `NOVALUE` is kept.
pub(super) fn descriptor(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    (!key.trim().is_empty()).then(|| (key.trim(), value.trim()))
}

/// The value of a descriptor, if it has one.
pub(super) fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let same = |(k, v): (&str, &'a str)| k.eq_ignore_ascii_case(key).then_some(v);
    let found = text.lines().filter_map(descriptor).find_map(same)?;
    (!found.is_empty() && !found.eq_ignore_ascii_case(NO_VALUE)).then_some(found)
}
