//! How numbers and names are written in reports.

use super::page::{Cell, Class};
use crate::measure::Measure;
use crate::vehicle::Vehicle;

/// A number with fixed decimals and a true minus sign, `n/a` when there is none.
pub(super) fn fixed(value: Option<f64>, decimals: usize) -> String {
    match value {
        Some(v) if v.is_finite() => {
            let text = format!("{v:.decimals$}");
            let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
            if zero {
                text.trim_start_matches('-').to_string()
            } else {
                text.replace('-', "−")
            }
        }
        _ => "n/a".to_string(),
    }
}

/// A number cell; not available is marked as such.
pub(super) fn cell(value: Option<f64>, decimals: usize) -> Cell {
    match value {
        Some(v) if v.is_finite() => fixed(value, decimals).into(),
        _ => Cell::rated("n/a", Class::Na),
    }
}

/// A number cell rated against an upper limit: good up to 0.8 of it, marginal up to it, poor beyond. Judged as
/// printed: a design that rests on a limit meets it at the step it was sought with, and may miss by less than a
/// printed digit at a finer one.
pub(super) fn against_limit(value: Option<f64>, limit: f64, decimals: usize) -> Cell {
    match value {
        Some(v) if v.is_finite() => {
            let class = match v {
                _ if v > limit + 0.5 * 10f64.powi(-(decimals as i32)) => Class::Poor,
                _ if v > 0.8 * limit => Class::Marginal,
                _ => Class::Good,
            };
            Cell::rated(fixed(value, decimals), class)
        }
        _ => Cell::rated("n/a", Class::Na),
    }
}

/// A cell with a reading.
pub(super) fn reading(measure: Measure, value: Option<f64>) -> Cell {
    cell(value.map(|v| measure.shown(v)), measure.decimals())
}

/// A reading with its unit: "14.9 %".
pub(super) fn written(measure: Measure, value: f64) -> String {
    let shown = fixed(Some(measure.shown(value)), measure.decimals());
    format!("{shown}{}", measure.suffix())
}

/// Words of an axis: "joint risk (%)".
pub(super) fn axis(measure: Measure) -> String {
    match measure.unit() {
        "" => measure.words().to_string(),
        unit => format!("{} ({unit})", measure.words()),
    }
}

/// Heading of a column with readings.
pub(super) fn heading(measure: Measure) -> String {
    sentence(&measure.heading())
}

/// Dollars with thousands separated.
pub(super) fn dollars(value: f64) -> String {
    let whole = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(c);
    }
    let sign = if value < 0.0 && text != "0" { "−" } else { "" };
    format!("{sign}${text}")
}

/// A price to the hundred dollars: no more is known of one.
pub(super) fn price(value: f64) -> String {
    dollars((value / 100.0).round() * 100.0)
}

/// A speed or percentage without needless decimals.
pub(super) fn plain(value: f64) -> String {
    fixed(Some(value), if (value - value.round()).abs() < 1e-9 { 0 } else { 1 })
}

/// The name of a vehicle with an id, the id where it is not among those given.
pub(super) fn name_of<'a>(vehicles: impl IntoIterator<Item = &'a Vehicle>, id: &str) -> String {
    vehicles
        .into_iter()
        .find(|v| v.id == id)
        .map_or_else(|| id.to_string(), short_name)
}

/// Maker, model and year without what stands behind the first comma or bracket: fits tables and legends.
pub(super) fn short_name(vehicle: &Vehicle) -> String {
    let name = vehicle.name.split([',', '(']).next().unwrap_or(&vehicle.name).trim();
    let year = vehicle.year.to_string();
    if vehicle.year <= 0 || name.contains(&year) {
        name.to_string()
    } else {
        format!("{name} {year}")
    }
}

/// [`short_name`] without the year, for narrow labels.
pub(super) fn model_name(vehicle: &Vehicle) -> String {
    short_name(vehicle)
        .trim_end_matches(&format!(" {}", vehicle.year))
        .to_string()
}

/// [`model_name`] of the vehicle with an id, the id where it is not among those given.
pub(super) fn model_of<'a>(vehicles: impl IntoIterator<Item = &'a Vehicle>, id: &str) -> String {
    let found = vehicles.into_iter().find(|v| v.id == id);
    found.map_or_else(|| id.to_string(), model_name)
}

/// First letter of a sentence in upper case.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A range of odds ratios: one number where its ends are the same.
pub(super) fn odds([low, high]: [f64; 2]) -> String {
    match low == high {
        true => fixed(Some(low), 0),
        false => format!("{} to {}", fixed(Some(low), 1), fixed(Some(high), 0)),
    }
}

/// A count with what is counted: "1 partner", "2 partners".
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_print() {
        assert_eq!(fixed(Some(-0.04), 1), "0.0");
        assert_eq!(fixed(Some(-2.5), 1), "−2.5");
        assert_eq!(fixed(None, 1), "n/a");
        assert_eq!(dollars(1234567.4), "$1,234,567");
        assert_eq!(dollars(-950.0), "−$950");
        assert_eq!(plain(56.0), "56");
        assert_eq!(plain(63.5), "63.5");
        assert_eq!(listed(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    #[test]
    fn a_value_on_its_limit_still_meets_it() {
        assert_eq!(against_limit(Some(60.0), 60.0, 1).class, Some(Class::Marginal));
        assert_eq!(against_limit(Some(60.04), 60.0, 1).class, Some(Class::Marginal));
        assert_eq!(against_limit(Some(60.1), 60.0, 1).class, Some(Class::Poor));
        assert_eq!(against_limit(Some(48.0), 60.0, 1).class, Some(Class::Good));
    }
}
