//! A value of a restraint that breaks a rule.

/// A value that breaks a rule, by key path.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("restraint: {key}: {message} ({help})")]
pub struct KeyError {
    /// Key path.
    pub key: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What would be right.
    pub help: String,
    /// The nearest number that would be, where it is a matter of range.
    pub nearest: Option<f64>,
}

impl KeyError {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
            help: help.into(),
            nearest: None,
        }
    }

    /// Of a number outside a range whose nearest end is `nearest`.
    pub(super) fn beyond(self, nearest: f64) -> Self {
        Self {
            nearest: Some(nearest),
            ..self
        }
    }
}
