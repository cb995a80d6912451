//! What is wrong with a vehicle's pulse, told by every command that takes one.

use crumple::error::Error;
use crumple::signal::Channel;
use crumple::signal::check::{PulseCheck, PulseFault, check_alone, check_pulse};
use crumple::units::KMH;

use super::output;

/// A fault and the channel it is in.
pub struct Found {
    code: String,
    fault: PulseFault,
}

/// Faults of a pulse; with the impact speed more can be told of its integral.
pub fn faults(channel: &Channel, speed_kmh: Option<f64>) -> Vec<Found> {
    let all = match speed_kmh {
        Some(v) => check_pulse(
            channel,
            &PulseCheck {
                speed_mps: v * KMH,
                is_whole: false,
            },
        ),
        None => check_alone(channel),
    };
    let found = |fault| Found {
        code: channel.code.clone(),
        fault,
    };
    all.into_iter().map(found).collect()
}

/// Faults of a derived pulse: of its sign and unit only.
pub fn of_integral(pulse: &Channel) -> Vec<Found> {
    let mut all = faults(pulse, None);
    all.retain(|f| !matches!(f.fault, PulseFault::Gap { .. } | PulseFault::Clipped { .. }));
    all
}

/// Tell them on standard error.
///
/// # Errors
/// [`Error::Request`] with the first of them where the user is strict.
pub fn told(all: &[Found], strict: bool) -> Result<(), Error> {
    if let (Some(first), true) = (all.first(), strict) {
        return Err(Error::request(
            format!("{}: {}", first.code, first.fault),
            first.fault.help(),
        ));
    }
    for f in all {
        output::warn(&format!("{}: {} ({})", f.code, f.fault, f.fault.help()));
    }
    Ok(())
}

/// For machines.
pub fn json(all: &[Found]) -> serde_json::Value {
    let one = |f: &Found| serde_json::json!({ "channel": f.code, "fault": f.fault.to_string() });
    all.iter().map(one).collect()
}
