//! A sled run over time, beside the measured dummy where there is one.

use crate::occupant::ChannelPair;
use crate::plot::occupant::{self, TimePanel};
use crate::plot::{Curve, Figure, Heading, Stamp, Theme};
use crate::signal::cfc::Cfc;
use crate::signal::{Channel, Unit};

use super::ReportError;
use super::text::fixed;

/// What the figure shows.
#[derive(Debug, Clone)]
pub struct SledFigure<'a> {
    /// Dummy, seat, restraint and pulse, one line.
    pub title: String,
    /// The model's channels, unfiltered, with ISO-MME codes.
    pub simulated: &'a [Channel],
    /// Those of them that were measured.
    pub pairs: &'a [ChannelPair],
    /// Origin.
    pub stamp: Stamp,
}

/// A panel: main location and dimension of the codes, title, unit, class, and the sign that makes loading positive
/// (braking, compression; belts pull with a positive sign already).
type Panel = (&'static str, &'static str, &'static str, Unit, Cfc, f64);

const PANELS: [Panel; 6] = [
    ("HEAD", "AC", "Head x (g), CFC 1000", Unit::Gravity, Cfc::C1000, -1.0),
    ("CHST", "AC", "Chest x (g), CFC 180", Unit::Gravity, Cfc::C180, -1.0),
    ("PELV", "AC", "Pelvis x (g), CFC 180", Unit::Gravity, Cfc::C180, -1.0),
    (
        "CHST",
        "DS",
        "Chest compression (mm), CFC 180",
        Unit::Millimetre,
        Cfc::C180,
        -1.0,
    ),
    ("FEMR", "FO", "Femur (kN), CFC 600", Unit::KiloNewton, Cfc::C600, -1.0),
    ("SEBE", "FO", "Belts (kN), CFC 60", Unit::KiloNewton, Cfc::C60, 1.0),
];

fn curve(name: &str, channel: &Channel, sign: f64) -> Curve {
    let times = (0..channel.values.len()).map(|i| 1e3 * channel.time_s(i));
    let values = channel.values.iter().map(|v| sign * v);
    Curve::new(name, times.collect(), values.collect())
}

/// The model's curves of a panel.
fn simulated(
    input: &SledFigure,
    (location, dimension, _, unit, class, sign): Panel,
) -> Result<Vec<Curve>, ReportError> {
    let here = |code: &str| code.get(2..6) == Some(location) && code.get(12..14) == Some(dimension);
    let mut shown: Vec<Curve> = Vec::new();
    for channel in input.simulated.iter().filter(|c| here(&c.code)) {
        let failed = |source| ReportError::Filter {
            what: channel.code.clone(),
            source,
        };
        let filtered = channel.filtered(class).map_err(failed)?;
        let filtered = filtered.to_unit(unit).map_err(failed)?;
        let name = match (location, channel.code.get(10..12)) {
            ("SEBE", Some("B6")) => "model, lap belt",
            ("SEBE", _) => "model, shoulder belt",
            _ => "model",
        };
        let drawn = curve(name, &filtered, sign);
        // Both femurs of the model are alike.
        if !shown.contains(&drawn) {
            shown.push(drawn);
        }
    }
    Ok(shown)
}

/// Draw a sled run: measured and simulated where both are, the model alone where nothing was measured.
///
/// # Errors
/// [`ReportError`] for a channel too short for its filter, or nothing to draw.
pub fn sled_figure(input: &SledFigure, theme: &Theme) -> Result<(Figure, String), ReportError> {
    let mut panels = Vec::new();
    let mut unmeasured = false;
    for panel in PANELS {
        let (location, dimension, quantity, unit, _, sign) = panel;
        let pairs: Vec<&ChannelPair> = input
            .pairs
            .iter()
            .filter(|p| p.location == location && p.dimension == dimension)
            .collect();
        let mut curves = Vec::new();
        for pair in &pairs {
            let name = match (pairs.len(), pair.name.split(' ').next()) {
                (2.., Some(side)) => format!("measured, {side}"),
                _ => "measured".to_string(),
            };
            curves.push(curve(&name, &pair.measured, sign));
        }
        let shown = simulated(input, panel)?;
        if curves.is_empty() && shown.is_empty() {
            continue;
        }
        let alone = pairs.is_empty() && !input.pairs.is_empty();
        unmeasured |= alone;
        let ratings: Vec<String> = pairs
            .iter()
            .filter_map(|p| p.rating.as_ref())
            .map(|r| fixed(Some(r.overall), 2))
            .collect();
        let mut quantity = quantity.to_string();
        if !ratings.is_empty() {
            quantity += &format!("; ISO 18571 {}", ratings.join(", "));
        } else if alone {
            quantity += "; not measured";
        }
        curves.extend(shown);
        panels.push(TimePanel {
            quantity,
            unit: unit.to_string(),
            decimals: if matches!(unit, Unit::KiloNewton) { 2 } else { 1 },
            curves,
            windows: Vec::new(),
            levels: Vec::new(),
            mark_peaks: true,
        });
    }
    let mut caption = format!(
        "{}. Loading is positive. The model moves along one axis; components across it are not shown.",
        input.title
    );
    if unmeasured {
        caption += " Panels marked so were not measured in this test.";
    }
    let heading = Heading {
        title: String::new(),
        note: input.title.clone(),
        caption: caption.clone(),
        stamp: input.stamp.clone(),
    };
    let figure = occupant::draw(&occupant::Input { heading, panels }, theme)?;
    Ok((figure, caption))
}
