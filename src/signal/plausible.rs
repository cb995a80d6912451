//! Values that no crash test gives: a unit declared wrong, by a thousand or a million. Such a channel is named and not
//! used, since every criterion of it would be wrong without a sign.

use super::{Channel, Unit};
use crate::units::G0;

/// Parts of a dummy, by main location: none of them is pressed in or moved by more than [`DUMMY_M`] in a sensor of its own.
const DUMMY: [&str; 15] = [
    "HEAD", "NECK", "CHST", "ABDO", "PELV", "RIBS", "TRRI", "ABRI", "SHLD", "SPIN", "THSP", "LUSP", "FEMR", "KNEE",
    "TIBI",
];

/// Largest displacement that a sensor inside a dummy can give, m: a chest is 0.2 m deep.
const DUMMY_M: f64 = 0.5;

/// Largest plausible value by quantity, SI: what a sensor of crash tests is built for, several times over (accelerometers
/// to 2,000 g, load cells to 500 kN, rate sensors to 10,000 deg/s).
fn most(unit: Unit) -> Option<f64> {
    Some(match unit {
        Unit::MetrePerSecondSquared => 5000.0 * G0,
        Unit::MetrePerSecond => 200.0,
        Unit::Metre => 100.0,
        Unit::Newton => 5e6,
        Unit::NewtonMetre => 1e5,
        Unit::RadianPerSecond => 1000.0,
        Unit::RadianPerSecondSquared => 1e6,
        _ => return None,
    })
}

/// Why a channel cannot be what its code and unit say; `None` for one that can.
///
/// ```
/// use crumple::signal::{Channel, Unit, implausible};
/// let chest = |unit| Channel::new("11CHST0003H3DSX0", unit, 0.0, 1e-4, vec![0.0, -40.0]).unwrap();
/// assert!(implausible(&chest(Unit::Millimetre)).is_none());
/// assert!(implausible(&chest(Unit::Metre)).unwrap().contains("40.0000 m"));
/// ```
pub fn implausible(channel: &Channel) -> Option<String> {
    let si = channel.to_si();
    let largest = si.values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let of_dummy = channel.iso_code().is_some_and(|c| DUMMY.contains(&c.main_location()));
    let limit = match si.unit {
        Unit::Metre if of_dummy => DUMMY_M,
        unit => most(unit)?,
    };
    (largest > limit).then(|| {
        format!(
            "implausible: it reaches {largest:.4} {}, more than {limit} {} can be: is its unit {} right?",
            si.unit, si.unit, channel.unit
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(code: &str, unit: Unit, most: f64) -> Channel {
        Channel::new(code, unit, 0.0, 1e-4, vec![0.0, most, 0.0]).unwrap()
    }

    /// Hard but real readings pass, the same numbers in a unit a thousand times too large do not.
    #[test]
    fn real_readings_pass_and_wrong_units_do_not() {
        for (code, right, wrong, value) in [
            ("11CHST0003H3DSX0", Unit::Millimetre, Unit::Metre, -63.0),
            ("11HEADCG00H3ACX0", Unit::Gravity, Unit::Gravity, 400.0),
            ("11FEMRLE00H3FOZ0", Unit::KiloNewton, Unit::KiloNewton, 12.0),
            (
                "10VEHCCG0000VEX0",
                Unit::KilometrePerHour,
                Unit::KilometrePerHour,
                130.0,
            ),
            ("10VEHCCG0000DSX0", Unit::Millimetre, Unit::Metre, 1500.0),
        ] {
            assert_eq!(implausible(&channel(code, right, value)), None, "{code}");
            let scale = if right == wrong { 1000.0 } else { 1.0 };
            assert!(implausible(&channel(code, wrong, scale * value)).is_some(), "{code}");
        }
    }
}
