//! What a figure says besides its data.

use super::Stamp;

/// The stamp as the line printed small at a figure's lower edge: version, the first 12 digits of
/// the input's hash, and the step where one took part.
pub fn stamp_line(stamp: &Stamp) -> String {
    let hash: String = stamp.input_hash.chars().take(12).collect();
    let mut line = format!("crumple {}", stamp.version);
    if !hash.is_empty() {
        line.push_str(&format!(" · input {hash}"));
    }
    if stamp.step_us > 0.0 {
        let step_us = (stamp.step_us * 1e3).round() / 1e3;
        line.push_str(&format!(" · step {step_us} µs"));
    }
    line
}

/// What every figure carries besides its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// Title above the figure; empty: none (the report's caption says it).
    pub title: String,
    /// One grey line or two under the title; empty: none.
    pub note: String,
    /// Full caption: written into the SVG's `<desc>`, not drawn.
    pub caption: String,
    /// Version, input and step.
    pub stamp: Stamp,
}
