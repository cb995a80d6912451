//! One ISO-MME channel file: descriptors, then a value a line.

use super::super::even_step;
use super::text::{descriptor, value_of};
use crate::signal::{Channel, ChannelCode, Unit};

/// A channel file as it stands.
pub(super) struct RawChannel {
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
    pub(super) fn parse(text: &str) -> Result<Self, String> {
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
    pub(super) fn is_time(&self) -> bool {
        self.code.get(2..6) == Some("TIRS")
    }

    pub(super) fn channel(&self, all: &[RawChannel]) -> Result<Channel, String> {
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
