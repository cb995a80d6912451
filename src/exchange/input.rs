//! Reading channels from whatever file a user points at: the path says which reader it is for.

use std::path::Path;

use crate::error::Error;
use crate::signal::Channel;

/// Something in a file that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Channel or file.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Channels read from a file, and what in it was not usable.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSet {
    /// Title of the test, where the format has one.
    pub title: Option<String>,
    /// Usable channels in file order.
    pub channels: Vec<Channel>,
    /// The rest.
    pub skipped: Vec<Skipped>,
}

/// x
pub fn read_channels(_path: &Path) -> Result<ChannelSet, Error> {
    Err(Error::request("x", "y"))
}
