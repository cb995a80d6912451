//! What every output carries: version, a hash of the resolved input, and the step.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Origin of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    /// Version of this program.
    pub version: String,
    /// First 16 hex digits of the SHA-256 of the resolved input.
    pub input_hash: String,
    /// Step, us.
    pub step_us: f64,
}

impl Stamp {
    /// For an input that was resolved into `value`: every number with all its digits takes part.
    pub fn of(value: &impl std::fmt::Debug, step_s: f64) -> Self {
        let digest = Sha256::digest(format!("{value:?}"));
        Self {
            version: env!("CARGO_PKG_VERSION").to_string(),
            input_hash: digest[..8].iter().map(|b| format!("{b:02x}")).collect(),
            step_us: (step_s * 1e9).round() * 1e-3,
        }
    }
}
