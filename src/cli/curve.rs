//! What a curve without a header is: told on the command line, the same for every command that reads channels.

use std::path::Path;

use crumple::error::Error;
use crumple::exchange::curve::{CurveIs, read_curve};
use crumple::exchange::{ChannelSet, read_channels};
use crumple::signal::{ChannelCode, SignalError, Unit};

#[derive(clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// The file is a curve of time and value without a header: this is its ISO-MME code
    #[arg(long, value_name = "CODE", requires = "unit")]
    code: Option<String>,
    /// Unit of the curve's values, for example g
    #[arg(long, requires = "code")]
    unit: Option<String>,
    /// Unit of the curve's times: s or ms
    #[arg(long, default_value = "s", requires = "code")]
    time_unit: String,
    /// Resample uneven or repeated times of the curve by straight lines to their median step
    #[arg(long, requires = "code")]
    resample: bool,
}

impl Arguments {
    /// Read a curve, or whatever file of channels it is.
    ///
    /// # Errors
    /// A code or unit that is none; errors of the file.
    pub fn read(&self, path: &Path) -> Result<ChannelSet, Error> {
        let (Some(code), Some(unit)) = (&self.code, &self.unit) else {
            return read_channels(path);
        };
        let told = |flag: &str, text: &str, e: SignalError, help: &str| {
            Error::request(format!("{flag} {}: {e}", text.escape_debug()), help)
        };
        let unit_of = |flag: &str, text: &str| -> Result<Unit, Error> {
            text.parse()
                .map_err(|e| told(flag, text, e, "for example g, m/s2, kN, mm, ms"))
        };
        let code: Result<ChannelCode, SignalError> = code.parse();
        let is = CurveIs {
            code: code.map_err(|e| told("--code", "", e, "for example 10VEHCCG0000ACX0"))?,
            unit: unit_of("--unit", unit)?,
            time: unit_of("--time-unit", &self.time_unit)?,
            resample: self.resample,
        };
        read_curve(path, is)
    }
}
