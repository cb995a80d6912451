//! One ISO-MME channel file: descriptors, then a value a line.

use super::super::even_step;
use super::text::{descriptor, value_of};
use crate::signal::{Channel, ChannelCode, Unit};

/// A channel file as it stands.
pub(super) struct RawChannel {
    /// File, for messages.
    file: String,
    /// Channel code as written.
    pub(super) code: String,
    unit: Option<String>,
    /// Start and interval, s, of an implicit time.
    implicit: Option<(f64, f64)>,
    /// Code of the channel that holds the times.
    reference: Option<String>,
    values: Vec<f64>,
}

impl RawChannel {
    /// Read the text of `file`; what is wrong is said with the file's name, and the line where it has one.
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, String> {
        Self::parsed(file, text).map_err(|(line, what)| match line {
            Some(line) => format!("{file}:{line}: {what}"),
            None => format!("{file}: {what}"),
        })
    }

    fn parsed(file: &str, text: &str) -> Result<Self, (Option<usize>, String)> {
        let whole = |what: String| (None, what);
        let is_data = |line: &str| !line.trim().is_empty() && descriptor(line).is_none();
        let head_end: usize = text
            .split_inclusive('\n')
            .take_while(|line| !is_data(line))
            .map(str::len)
            .sum();
        let (head, data) = text.split_at(head_end);
        let code = value_of(head, "Channel code")
            .ok_or_else(|| whole("there is no `Channel code`".into()))?
            .to_string();
        let number = |key: &str| -> Result<Option<f64>, _> {
            value_of(head, key)
                .map(|v| v.parse().map_err(|_| whole(format!("`{key}` is `{v}`, not a number"))))
                .transpose()
        };
        let values = (head.lines().count() + 1..)
            .zip(data.lines().map(str::trim))
            .filter(|(_, text)| !text.is_empty())
            .map(|(line, text)| {
                text.parse()
                    .map_err(|_| (Some(line), format!("`{text}` is not a number")))
            })
            .collect::<Result<Vec<f64>, _>>()?;
        if let Some(announced) = number("Number of samples")?.filter(|n| *n != values.len() as f64) {
            let found = values.len();
            return Err(whole(format!("{found} samples where {announced} are announced")));
        }
        let explicit = value_of(head, "Reference channel").is_some_and(|v| v.eq_ignore_ascii_case("explicit"));
        let interval_s = number("Sampling interval")?.filter(|_| !explicit);
        let start_s = number("Time of first sample")?.unwrap_or(0.0);
        Ok(Self {
            file: file.to_string(),
            code,
            unit: value_of(head, "Unit").map(str::to_string),
            implicit: interval_s.map(|dt_s| (start_s, dt_s)),
            reference: value_of(head, "Reference channel name").map(str::to_string),
            values,
        })
    }

    /// A time reference channel?
    pub(super) fn is_time(&self) -> bool {
        self.code.get(2..6) == Some("TIRS")
    }

    /// The channel; `all` are the files among which its times are looked for.
    pub(super) fn channel(&self, all: &[RawChannel]) -> Result<Channel, String> {
        self.timed(all).map_err(|what| format!("{}: {what}", self.file))
    }

    fn timed(&self, all: &[RawChannel]) -> Result<Channel, String> {
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
                let dt_s = even_step(&times.values).map_err(|i| format!("its times break their step at sample {i}"))?;
                (times.values[0], dt_s)
            }
            (None, None) => return Err("there is no `Sampling interval`".to_string()),
        };
        Channel::new(code.as_str(), unit, t0_s, dt_s, self.values.clone()).map_err(|e| e.to_string())
    }
}
