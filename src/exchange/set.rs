//! What a reader returns: the channels of a file, and what in it was not usable.

use crate::signal::{Channel, implausible};

/// Main locations of ISO-MME codes that move with the vehicle's structure, the best first when one pulse is wanted:
/// vehicle, tunnel, seat crossmember, sill, B-pillar, mobile barrier.
pub const STRUCTURE_LOCATIONS: [&str; 9] = ["VEHC", "TUNN", "SECM", "SILB", "BPIL", "MBAR", "SILL", "SEAT", "FRAM"];

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

/// Reason of a channel whose file is missing: `FILE is not there`.
pub(crate) const NOT_THERE: &str = "is not there";
/// Skipped things of one reason that are named one by one; more share a line.
const NAMED: usize = 3;

/// One line for each thing skipped; many of one reason, and many missing files, share a line, so that they do not
/// bury the rest.
pub fn skipped_lines(skipped: &[Skipped]) -> Vec<String> {
    let reason = |s: &Skipped| match s.reason.contains(NOT_THERE) {
        true => "their files are not there".to_string(),
        false => s.reason.clone(),
    };
    let mut groups: Vec<(String, Vec<&Skipped>)> = Vec::new();
    for s in skipped {
        match groups.iter_mut().find(|(r, _)| *r == reason(s)) {
            Some((_, group)) => group.push(s),
            None => groups.push((reason(s), vec![s])),
        }
    }
    let lines = groups.iter().flat_map(|(reason, group)| match &group[..] {
        [first, .., last] if group.len() > NAMED => {
            let (n, first, last) = (group.len(), &first.name, &last.name);
            vec![format!("{n} channels, {first} to {last}: {reason}")]
        }
        few => (few.iter().map(|s| format!("{}: {}", s.name, s.reason))).collect(),
    });
    lines.collect()
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
    /// Name and leave out channels that cannot be what their code and unit say.
    pub(crate) fn drop_implausible(&mut self) {
        let skipped = &mut self.skipped;
        self.channels.retain(|c| match implausible(c) {
            Some(why) => {
                skipped.push(Skipped::new(&c.code, why));
                false
            }
            None => true,
        });
    }

    /// The pulse of the vehicle: the acceleration along x of the best-placed sensor of its structure, a redundant one
    /// only where there is no other; where there is none, its velocity along x.
    pub fn vehicle_pulse(&self) -> Option<&Channel> {
        self.structural("AC").or_else(|| self.structural("VE"))
    }

    fn structural(&self, dimension: &str) -> Option<&Channel> {
        let rank = |c: &Channel| {
            let code = c.iso_code()?;
            let pulse = code.dimension() == dimension && code.direction() == 'X';
            let place = STRUCTURE_LOCATIONS.iter().position(|l| *l == code.main_location())?;
            pulse.then_some((code.fine_locations().contains(&"RD"), place))
        };
        let ranked = self.channels.iter().filter_map(|c| Some((rank(c)?, c)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, c)| c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_reason_share_a_line_and_hide_nothing_else() {
        let mut skipped: Vec<Skipped> = (1..=9)
            .map(|i| Skipped::new(&format!("curve {i}"), format!("v1.00{i} {NOT_THERE}")))
            .collect();
        skipped.insert(4, Skipped::new("curve 96", "the channel failed"));
        assert_eq!(
            skipped_lines(&skipped),
            [
                "9 channels, curve 1 to curve 9: their files are not there",
                "curve 96: the channel failed"
            ]
        );
        assert_eq!(skipped_lines(&skipped[..3]).len(), 3);
    }
}
