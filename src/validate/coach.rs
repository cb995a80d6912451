//! The railway coach of FRA's 1999 wall test: seven masses on hysteretic springs (B1).

use serde::Deserialize;

use crate::dynamics::simulate;
use crate::error::Error;
use crate::models;
use crate::number::{Positive, Range};
use crate::units::G0;
use crate::vehicle::Library;

use super::evidence::{self, Evidence};
use super::row::{Bar, Family, Kind, Label, Row};

/// `evidence/coach.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoachTest {
    /// 1.
    pub format: i64,
    /// `coach`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Source.
    pub source: String,
    /// Deceleration peak at the middle of the coach, g.
    pub compression_peak_g: Positive,
    /// What the author of the model accepts for it, g.
    pub compression_band_g: Range,
    /// Acceleration peak of the rebound there, g.
    pub rebound_peak_g: Positive,
    /// What the author of the model accepts for it, g.
    pub rebound_band_g: Range,
}

impl Evidence for CoachTest {
    const ID: &'static str = "coach";
}

/// Compression and rebound peak at the middle of the coach.
///
/// # Errors
/// Files that do not read; errors of the simulation.
pub fn rows(library: &Library) -> Result<Vec<Row>, Error> {
    let test: CoachTest = evidence::read(library)?;
    let model = models::coach();
    let record = simulate(&model.network, &model.plan)?;
    let decel = models::Channel::Deceleration(3).samples(&record);
    let peak = |sign: f64| decel.iter().fold(0.0, |m: f64, a| m.max(sign * a)) / G0;
    let row = |quantity: &str, measured: Positive, predicted, band: Range| {
        let name = (quantity, "g");
        let label = (Label::Published, test.source.as_str());
        // Structure and bands are another author's; nothing here was fitted to the test.
        let family = (Family::Coach, Kind::Prediction);
        let measured = [measured.get(); 2];
        let [lo, hi] = band.get();
        Row::new(family, test.name.as_str(), name, measured, predicted, label).judged(Bar::Between(lo, hi))
    };
    Ok(vec![
        row(
            "compression peak",
            test.compression_peak_g,
            peak(1.0),
            test.compression_band_g,
        ),
        row(
            "rebound peak",
            test.rebound_peak_g,
            peak(-1.0),
            test.rebound_band_g,
        )
        .noted(
            "too little damping: the wall's restitution of 0.8 is taken for its first 4 t, with all 40 t it would be 49 g; the \
             published spring law instead of ours gives more, not less",
        ),
    ])
}
