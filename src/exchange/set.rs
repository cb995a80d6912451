//! What a reader returns: the channels of a file, and what in it was not usable.

use crate::signal::Channel;

/// Main locations of ISO-MME codes that move with the vehicle's structure, the best first when one pulse is wanted:
/// vehicle, tunnel, seat crossmember, sill, B-pillar, mobile barrier.
pub const STRUCTURE_LOCATIONS: [&str; 6] = ["VEHC", "TUNN", "SECM", "SILB", "BPIL", "MBAR"];

/// Something in a file that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// Channel or file.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl Skipped {
    pub(crate) fn new(name: &str, reason: impl Into<String>) -> Self {
        Self {
            name: name.to_string(),
            reason: reason.into(),
        }
    }
}

/// Channels read from a file, and what in it was not usable.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSet {
    /// Title of the test, where the format has one.
    pub title: Option<String>,
    /// Usable channels in file order, each in its own unit.
    pub channels: Vec<Channel>,
    /// The rest.
    pub skipped: Vec<Skipped>,
}

impl ChannelSet {
    /// The acceleration along x of the vehicle's structure: of the first of [`STRUCTURE_LOCATIONS`] that is there,
    /// its first channel. Redundant sensors come last.
    pub fn vehicle_pulse(&self) -> Option<&Channel> {
        let rank = |c: &Channel| {
            let code = c.iso_code()?;
            let pulse = code.dimension() == "AC" && code.direction() == 'X';
            let place = STRUCTURE_LOCATIONS
                .iter()
                .position(|l| *l == code.main_location())?;
            pulse.then_some((code.fine_locations().contains(&"RD"), place))
        };
        let ranked = self.channels.iter().filter_map(|c| Some((rank(c)?, c)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, c)| c)
    }
}
