//! The dummies whose constants criteria and risk curves are defined for.
//!
//! A criterion or curve asks the dummy for its constants and gets `None` where none is published: a point
//! mass has no chest (model sections 6 and 7).

use serde::{Deserialize, Serialize};

/// A crash-test dummy, or the point mass of textbook work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dummy {
    /// Hybrid III, 50th percentile male.
    #[serde(rename = "hiii-50m")]
    Hiii50m,
    /// Hybrid III, 5th percentile female.
    #[serde(rename = "hiii-05f")]
    Hiii05f,
    /// Hybrid III, 95th percentile male.
    #[serde(rename = "hiii-95m")]
    Hiii95m,
    /// Hybrid III, six-year-old child.
    #[serde(rename = "hiii-6y")]
    Hiii6y,
    /// Hybrid III, three-year-old child.
    #[serde(rename = "hiii-3y")]
    Hiii3y,
    /// THOR, 50th percentile male.
    #[serde(rename = "thor-50m")]
    Thor50m,
    /// ES-2, side impact.
    #[serde(rename = "es-2")]
    Es2,
    /// SID-IIs, side impact, 5th percentile female.
    #[serde(rename = "sid-iis")]
    SidIis,
    /// WorldSID, side impact, 50th percentile male.
    #[serde(rename = "worldsid-50m")]
    WorldSid50m,
    /// One mass on one restraint.
    #[serde(rename = "point-mass")]
    PointMass,
}

impl Dummy {
    /// Every dummy. The occupant model simulates HIII-50M, HIII-05F and the point mass; the others exist for criteria of
    /// measured channels.
    pub const ALL: [Dummy; 10] = [
        Dummy::Hiii50m,
        Dummy::Hiii05f,
        Dummy::Hiii95m,
        Dummy::Hiii6y,
        Dummy::Hiii3y,
        Dummy::Thor50m,
        Dummy::Es2,
        Dummy::SidIis,
        Dummy::WorldSid50m,
        Dummy::PointMass,
    ];

    /// Name in files.
    pub const fn id(self) -> &'static str {
        match self {
            Dummy::Hiii50m => "hiii-50m",
            Dummy::Hiii05f => "hiii-05f",
            Dummy::Hiii95m => "hiii-95m",
            Dummy::Hiii6y => "hiii-6y",
            Dummy::Hiii3y => "hiii-3y",
            Dummy::Thor50m => "thor-50m",
            Dummy::Es2 => "es-2",
            Dummy::SidIis => "sid-iis",
            Dummy::WorldSid50m => "worldsid-50m",
            Dummy::PointMass => "point-mass",
        }
    }

    /// The dummy of the fine location 3 of an ISO-MME code (`H3`, `HF`, `HM`, `TH`, `T3`); THOR with
    /// Hybrid III legs counts as THOR.
    pub fn from_iso_code(fine_3: &str) -> Option<Dummy> {
        match fine_3 {
            "H3" => Some(Dummy::Hiii50m),
            "HF" => Some(Dummy::Hiii05f),
            "HM" => Some(Dummy::Hiii95m),
            "TH" | "T3" => Some(Dummy::Thor50m),
            _ => None,
        }
    }
}

impl std::fmt::Display for Dummy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_files_are_the_ids() {
        for dummy in Dummy::ALL {
            let json = serde_json::to_string(&dummy).unwrap();
            assert_eq!(json, format!("\"{}\"", dummy.id()));
            assert_eq!(serde_json::from_str::<Dummy>(&json).unwrap(), dummy);
        }
    }
}
