//! Units of channels: crash laboratories write g, kN and mm; everything here computes in SI.
//!
//! Units of the ISO/TS 13499 dimensions (note N3, [`crate::model`]) and of the channel tables this program
//! reads.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::SignalError;
use crate::units::G0;

/// The unit of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[allow(missing_docs)] // the names say it
pub enum Unit {
    One,
    Second,
    Millisecond,
    Metre,
    Millimetre,
    MetrePerSecond,
    KilometrePerHour,
    MetrePerSecondSquared,
    Gravity,
    Newton,
    KiloNewton,
    NewtonSecond,
    NewtonMetre,
    Joule,
    KiloJoule,
    Watt,
    Kilogram,
    Radian,
    Degree,
    RadianPerSecond,
    DegreePerSecond,
    RadianPerSecondSquared,
    DegreePerSecondSquared,
    Micrometre,
    Centimetre,
    MilePerHour,
    MillimetrePerSecondSquared,
    DecaNewton,
    PoundForce,
}

use Unit::*;

/// International mile (1609.344 m) an hour, m/s.
const MILE_PER_HOUR_MPS: f64 = 0.44704;
/// Pound force: 0.45359237 kg times standard gravity, N.
const POUND_FORCE_N: f64 = 0.453_592_37 * G0;
const DEGREE_RAD: f64 = std::f64::consts::PI / 180.0;

/// Unit, SI unit of its dimension, factor to it, canonical text.
const TABLE: [(Unit, Unit, f64, &str); 29] = [
    (One, One, 1.0, "1"),
    (Second, Second, 1.0, "s"),
    (Millisecond, Second, 1e-3, "ms"),
    (Metre, Metre, 1.0, "m"),
    (Millimetre, Metre, 1e-3, "mm"),
    (MetrePerSecond, MetrePerSecond, 1.0, "m/s"),
    (KilometrePerHour, MetrePerSecond, 1.0 / 3.6, "km/h"),
    (MetrePerSecondSquared, MetrePerSecondSquared, 1.0, "m/s2"),
    (Gravity, MetrePerSecondSquared, G0, "g"),
    (Newton, Newton, 1.0, "N"),
    (KiloNewton, Newton, 1e3, "kN"),
    (NewtonSecond, NewtonSecond, 1.0, "Ns"),
    (NewtonMetre, NewtonMetre, 1.0, "Nm"),
    (Joule, Joule, 1.0, "J"),
    (KiloJoule, Joule, 1e3, "kJ"),
    (Watt, Watt, 1.0, "W"),
    (Kilogram, Kilogram, 1.0, "kg"),
    (Radian, Radian, 1.0, "rad"),
    (Degree, Radian, DEGREE_RAD, "deg"),
    (RadianPerSecond, RadianPerSecond, 1.0, "rad/s"),
    (DegreePerSecond, RadianPerSecond, DEGREE_RAD, "deg/s"),
    (RadianPerSecondSquared, RadianPerSecondSquared, 1.0, "rad/s2"),
    (DegreePerSecondSquared, RadianPerSecondSquared, DEGREE_RAD, "deg/s2"),
    (Micrometre, Metre, 1e-6, "um"),
    (Centimetre, Metre, 1e-2, "cm"),
    (MilePerHour, MetrePerSecond, MILE_PER_HOUR_MPS, "mph"),
    (MillimetrePerSecondSquared, MetrePerSecondSquared, 1e-3, "mm/s2"),
    (DecaNewton, Newton, 10.0, "daN"),
    (PoundForce, Newton, POUND_FORCE_N, "lbf"),
];

/// Integral over time of a channel in an SI unit, and so, read backward, its derivative.
const INTEGRALS: [(Unit, Unit); 6] = [
    (MetrePerSecondSquared, MetrePerSecond),
    (MetrePerSecond, Metre),
    (RadianPerSecondSquared, RadianPerSecond),
    (RadianPerSecond, Radian),
    (Newton, NewtonSecond),
    (Watt, Joule),
];

impl Unit {
    fn row(self) -> &'static (Unit, Unit, f64, &'static str) {
        // The table lists the units in the order of the enum, which a test holds it to.
        &TABLE[self as usize]
    }

    /// The SI unit of the same dimension.
    pub fn si(self) -> Unit {
        self.row().1
    }

    /// What one of this unit is in [`Unit::si`].
    pub fn si_factor(self) -> f64 {
        self.row().2
    }

    /// Factor from this unit to `to`. Errors when the dimensions differ.
    pub fn factor_to(self, to: Unit) -> Result<f64, SignalError> {
        if self.si() == to.si() {
            Ok(self.si_factor() / to.si_factor())
        } else {
            Err(SignalError::UnitMismatch { from: self, to })
        }
    }

    /// SI unit of the time integral of a channel in this unit's SI unit.
    pub fn integral(self) -> Option<Unit> {
        INTEGRALS.iter().find(|(u, _)| *u == self.si()).map(|(_, i)| *i)
    }

    /// SI unit of the time derivative of a channel in this unit's SI unit.
    pub fn derivative(self) -> Option<Unit> {
        INTEGRALS.iter().find(|(_, i)| *i == self.si()).map(|(u, _)| *u)
    }

    /// Text as written in files.
    pub fn symbol(self) -> &'static str {
        self.row().3
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.symbol().to_string()
    }
}

impl TryFrom<String> for Unit {
    type Error = SignalError;
    fn try_from(text: String) -> Result<Self, SignalError> {
        text.parse()
    }
}

impl FromStr for Unit {
    type Err = SignalError;

    /// Reads the spellings of ISO-MME, NHTSA and spreadsheet headers: `m/s^2`, `m/s²`, `G's`, `N.m`,
    /// `NWM`, `MPS`, `DEG/SEC` ...
    fn from_str(text: &str) -> Result<Self, SignalError> {
        let plain: String = text
            .trim()
            .trim_matches(|c| c == '[' || c == ']')
            .chars()
            .filter(|c| !matches!(c, ' ' | '^' | '*' | '·' | '.' | '\'' | '(' | ')'))
            .map(|c| if c == '²' { '2' } else { c.to_ascii_lowercase() })
            .collect();
        let unit = match plain.as_str() {
            "" | "1" | "-" | "none" | "non" | "nondim" => One,
            "s" | "sec" | "second" | "seconds" => Second,
            "ms" | "msec" => Millisecond,
            "m" | "met" | "metre" | "meter" => Metre,
            "mm" => Millimetre,
            // Micro sign and Greek letter.
            "um" | "\u{b5}m" | "\u{3bc}m" => Micrometre,
            "cm" => Centimetre,
            "m/s" | "mps" | "m/sec" => MetrePerSecond,
            "km/h" | "kmh" | "kph" => KilometrePerHour,
            "mph" | "mi/h" => MilePerHour,
            "mm/s2" | "mm/ss" | "mm/s/s" => MillimetrePerSecondSquared,
            "m/s2" | "m/ss" | "m/s/s" | "m/sec2" => MetrePerSecondSquared,
            "g" | "gs" => Gravity,
            "n" | "nwt" | "newton" => Newton,
            "kn" => KiloNewton,
            "dan" => DecaNewton,
            "lbf" => PoundForce,
            "ns" => NewtonSecond,
            "nm" | "nwm" => NewtonMetre,
            "j" => Joule,
            "kj" => KiloJoule,
            "w" => Watt,
            "kg" => Kilogram,
            "rad" => Radian,
            "deg" | "°" => Degree,
            "rad/s" | "rad/sec" | "1/s" | "rps" => RadianPerSecond,
            "deg/s" | "deg/sec" | "dps" | "°/s" => DegreePerSecond,
            "rad/s2" | "rad/sec2" | "1/s2" | "rp2" => RadianPerSecondSquared,
            "deg/s2" | "deg/sec2" => DegreePerSecondSquared,
            _ => return Err(SignalError::UnknownUnit(text.trim().to_string())),
        };
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_reads_back_its_own_symbol_and_si_units_convert_by_one() {
        for (i, (unit, si, factor, symbol)) in TABLE.into_iter().enumerate() {
            assert_eq!(unit as usize, i, "{symbol} is out of order");
            assert_eq!(symbol.parse::<Unit>(), Ok(unit));
            assert_eq!(si.si(), si);
            assert_eq!(si.si_factor(), 1.0);
            assert_eq!(unit.factor_to(si), Ok(factor));
        }
    }

    #[test]
    fn conversions_between_dimensions_are_refused() {
        assert_eq!(Gravity.factor_to(MetrePerSecondSquared), Ok(9.80665));
        assert!((KilometrePerHour.factor_to(MetrePerSecond).unwrap() * 56.0 - 15.5556).abs() < 1e-4);
        assert!((DegreePerSecond.si_factor() * 180.0 - std::f64::consts::PI).abs() < 1e-15);
        let err = Newton.factor_to(Metre).unwrap_err();
        assert_eq!(err.to_string(), "N cannot be converted to m");
        assert!("furlong".parse::<Unit>().is_err());
    }

    #[test]
    fn spellings_of_the_field_are_understood() {
        for (text, unit) in [
            ("[g]", Gravity),
            ("G'S", Gravity),
            ("m/s^2", MetrePerSecondSquared),
            ("N.m", NewtonMetre),
            ("DEG/SEC", DegreePerSecond),
            (" kN ", KiloNewton),
            ("m/(s*s)", MetrePerSecondSquared),
            ("mm/s\u{b2}", MillimetrePerSecondSquared),
            ("\u{b5}m", Micrometre),
            ("\u{3bc}m", Micrometre),
            ("UM", Micrometre),
            ("cm", Centimetre),
            ("daN", DecaNewton),
            ("lbf", PoundForce),
            ("mph", MilePerHour),
            ("1/s^2", RadianPerSecondSquared),
        ] {
            assert_eq!(text.parse::<Unit>(), Ok(unit), "{text}");
        }
    }
}
