//! ISO-MME channel codes: sixteen characters that say what was measured, where, in which direction and
//! through which filter, so that an unfiltered channel is never compared with a filtered one by accident.
//!
//! ISO/TS 13499 (note N3, [`crate::model`]). The type checks the shape of a code, not the membership of its
//! parts in the standard's lists, which laboratories extend.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Cfc, SignalError, Unit};

/// A channel code: test object, position, main location (4), three fine locations (2 each), physical
/// dimension (2), direction, filter class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ChannelCode([u8; 16]);

/// The fields of a [`ChannelCode`], for composing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeFields<'a> {
    /// 1..9 vehicle, B fixed barrier, M mobile barrier, S sled, D dummy, 0 other.
    pub test_object: char,
    /// 1 front left, 2 front middle, 3 front right, 4-6 second row, 0 undefined.
    pub position: char,
    /// Four characters, `VEHC`, `HEAD`, `CHST`, `FEMR` ...
    pub main_location: &'a str,
    /// Two characters, `CG`, `LE`, `RI`, `00` ...
    pub fine_1: &'a str,
    /// Two characters, `00`, `15`, `3C` ...
    pub fine_2: &'a str,
    /// Two characters: dummy or belt position, `H3` HIII-50M, `HF` HIII-05F, `B3` ...
    pub fine_3: &'a str,
    /// Two characters, `AC`, `VE`, `DS`, `FO`, `MO`, `AV` ...
    pub dimension: &'a str,
    /// X, Y, Z, R or 0.
    pub direction: char,
    /// 0 unfiltered, A to D for CFC 1000 to 60, X constant, P prefiltered.
    pub filter: char,
}

impl ChannelCode {
    /// A code from its fields. Errors when a field has the wrong length or a character that is not a letter
    /// or digit.
    pub fn compose(f: &CodeFields<'_>) -> Result<Self, SignalError> {
        let text = format!(
            "{}{}{}{}{}{}{}{}{}",
            f.test_object,
            f.position,
            f.main_location,
            f.fine_1,
            f.fine_2,
            f.fine_3,
            f.dimension,
            f.direction,
            f.filter
        );
        let lengths_ok =
            f.main_location.len() == 4 && [f.fine_1, f.fine_2, f.fine_3, f.dimension].iter().all(|s| s.len() == 2);
        if !lengths_ok {
            return Err(SignalError::BadCode {
                code: text,
                reason: "the main location has 4 characters, fine locations and dimension 2 each",
            });
        }
        text.parse()
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn field(&self, from: usize, to: usize) -> &str {
        &self.as_str()[from..to]
    }

    /// Test object: `1` vehicle 1, `B` fixed barrier ...
    pub fn test_object(&self) -> char {
        self.0[0] as char
    }

    /// Seating or mounting position.
    pub fn position(&self) -> char {
        self.0[1] as char
    }

    /// Main location, four characters.
    pub fn main_location(&self) -> &str {
        self.field(2, 6)
    }

    /// Fine locations 1 to 3, two characters each.
    pub fn fine_locations(&self) -> [&str; 3] {
        [self.field(6, 8), self.field(8, 10), self.field(10, 12)]
    }

    /// Physical dimension, two characters.
    pub fn dimension(&self) -> &str {
        self.field(12, 14)
    }

    /// Direction: X, Y, Z, R (resultant) or 0.
    pub fn direction(&self) -> char {
        self.0[14] as char
    }

    /// Filter letter.
    pub fn filter_letter(&self) -> char {
        self.0[15] as char
    }

    /// Channel frequency class of the filter letter, if it names one.
    pub fn cfc(&self) -> Option<Cfc> {
        Cfc::from_letter(self.filter_letter())
    }

    /// SI unit of the physical dimension, if it is one of ISO/TS 13499's mechanical ones.
    pub fn si_unit(&self) -> Option<Unit> {
        Some(match self.dimension() {
            "AC" => Unit::MetrePerSecondSquared,
            "VE" => Unit::MetrePerSecond,
            "DS" | "DC" => Unit::Metre,
            "FO" => Unit::Newton,
            "MO" => Unit::NewtonMetre,
            "AV" => Unit::RadianPerSecond,
            "AA" => Unit::RadianPerSecondSquared,
            "AN" => Unit::Radian,
            "EN" => Unit::Joule,
            "MA" => Unit::Kilogram,
            "TI" => Unit::Second,
            "PO" => Unit::Watt,
            "IM" => Unit::NewtonSecond,
            _ => return None,
        })
    }

    /// The same channel with another filter letter: `Some(class)` or unfiltered.
    pub fn with_filter(mut self, class: Option<Cfc>) -> Self {
        self.0[15] = class.map_or(b'0', |c| c.letter() as u8);
        self
    }

    /// The same place and direction after `steps` integrations (positive) or differentiations (negative)
    /// along AC, VE, DS or AA, AV, AN. `None` when the chain ends before.
    pub fn integrated(mut self, steps: i32) -> Option<Self> {
        const CHAINS: [[&str; 3]; 2] = [["AC", "VE", "DS"], ["AA", "AV", "AN"]];
        let (chain, at) = CHAINS.iter().find_map(|chain| {
            let at = chain.iter().position(|d| *d == self.dimension())?;
            Some((chain, at))
        })?;
        let to = usize::try_from(i32::try_from(at).ok()? + steps).ok()?;
        self.0[12..14].copy_from_slice(chain.get(to)?.as_bytes());
        Some(self)
    }
}

impl fmt::Display for ChannelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// In a place of a code: not stated. Read as 0, which says no more.
const UNSTATED: u8 = b'?';

impl FromStr for ChannelCode {
    type Err = SignalError;

    /// Reads 16 letters and digits; lower case is raised.
    fn from_str(text: &str) -> Result<Self, SignalError> {
        let text = text.trim();
        // Control bytes of an export are shown, not sent to a terminal.
        let bad = |reason| SignalError::BadCode {
            code: text.escape_debug().to_string(),
            reason,
        };
        let bytes: [u8; 16] = text
            .as_bytes()
            .try_into()
            .map_err(|_| bad("it must have 16 characters"))?;
        if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == UNSTATED) {
            return Err(bad("only letters, digits and ? (not stated) are allowed"));
        }
        Ok(Self(bytes.map(|b| match b {
            UNSTATED => b'0',
            other => other.to_ascii_uppercase(),
        })))
    }
}

impl From<ChannelCode> for String {
    fn from(code: ChannelCode) -> String {
        code.as_str().to_string()
    }
}

impl TryFrom<String> for ChannelCode {
    type Error = SignalError;
    fn try_from(text: String) -> Result<Self, SignalError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_splits_into_the_fields_of_iso_13499_and_composes_again() {
        let code: ChannelCode = "11HICR0015H300RX".parse().unwrap();
        assert_eq!((code.test_object(), code.position()), ('1', '1'));
        assert_eq!(code.main_location(), "HICR");
        assert_eq!(code.fine_locations(), ["00", "15", "H3"]);
        assert_eq!(
            (code.dimension(), code.direction(), code.filter_letter()),
            ("00", 'R', 'X')
        );
        for text in [
            "10VEHCCG0000ACXD",
            "13BPILLO0000ACXD",
            "11HEADCG3CH3ACRX",
            "11SEBE0000B3FO0D",
            "B0FBAR000000FOXD",
        ] {
            let c: ChannelCode = text.parse().unwrap();
            let [fine_1, fine_2, fine_3] = c.fine_locations();
            let again = ChannelCode::compose(&CodeFields {
                test_object: c.test_object(),
                position: c.position(),
                main_location: c.main_location(),
                fine_1,
                fine_2,
                fine_3,
                dimension: c.dimension(),
                direction: c.direction(),
                filter: c.filter_letter(),
            });
            assert_eq!(again.unwrap().as_str(), text);
        }
    }

    #[test]
    fn filter_letters_and_the_integration_chain_follow_the_standard() {
        let raw: ChannelCode = "10VEHCCG0000ACX0".parse().unwrap();
        assert_eq!(raw.cfc(), None);
        assert_eq!(raw.with_filter(Some(Cfc::C60)).as_str(), "10VEHCCG0000ACXD");
        assert_eq!(raw.with_filter(Some(Cfc::C180)).cfc(), Some(Cfc::C180));
        assert_eq!(raw.integrated(2).unwrap().dimension(), "DS");
        assert_eq!(raw.integrated(3), None);
        assert_eq!(raw.integrated(-1), None);
        assert_eq!(raw.si_unit(), Some(Unit::MetrePerSecondSquared));
    }

    #[test]
    fn malformed_codes_are_refused() {
        assert!("10VEHCCG0000ACX".parse::<ChannelCode>().is_err());
        assert!("10VEHCCG0000AC-D".parse::<ChannelCode>().is_err());
        assert!("10VEHCCG0000ACXÄ".parse::<ChannelCode>().is_err());
        let told = "10VEHCCG0000ACX0\u{7}".parse::<ChannelCode>().unwrap_err().to_string();
        assert!(told.contains("\\u{7}") && !told.contains('\u{7}'), "{told}");
    }

    /// A question mark says that a place of the code is not stated: as much as 0.
    #[test]
    fn unstated_places_are_read() {
        let code: ChannelCode = "11HEAD0000H3ACX?".parse().unwrap();
        assert_eq!(code.as_str(), "11HEAD0000H3ACX0");
        assert_eq!(code.cfc(), None);
    }
}
