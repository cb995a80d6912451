//! Tables of restraint parts: their checks, their conversion to the kernel's crush law, and their place in a file.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::key_error::KeyError;
use crate::dynamics::CrushLaw;
use crate::units::{KN, KN_PER_MM, MM};

/// Force over compression: straight between points, constant beyond the last, with an unloading stiffness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct Table {
    /// Compression points, mm, from 0.
    pub crush_mm: Vec<f64>,
    /// Force at them, kN.
    pub force_kN: Vec<f64>,
    /// Unloading stiffness, kN/mm.
    pub unload_kN_per_mm: f64,
}

impl Table {
    /// As a law of the kernel (model section 3).
    pub fn law(&self) -> CrushLaw {
        CrushLaw {
            crush_m: self.crush_mm.iter().map(|x| x * MM).collect(),
            force_n: self.force_kN.iter().map(|f| f * KN).collect(),
            unload_n_per_m: vec![self.unload_kN_per_mm * KN_PER_MM; self.crush_mm.len()],
            rate_s_per_m: 0.0,
            unload_power: 1,
            damping_n_s_per_m: 0.0,
        }
    }
}

/// A belt: elastic up to the first limit, then the limiter's table over pay-out; elastic without one.
pub fn belt_law(webbing_n_per_m: f64, payout_m: &[f64], limit_n: &[f64]) -> CrushLaw {
    // Without a limiter the strand is elastic up to the strength of webbing (estimated).
    const WEBBING_STRENGTH_N: f64 = 26e3;
    let first = limit_n.first().copied().unwrap_or(WEBBING_STRENGTH_N);
    let mut crush_m = vec![0.0, first / webbing_n_per_m];
    let mut force_n = vec![0.0, first];
    for (x, f) in payout_m.iter().zip(limit_n).skip(1) {
        crush_m.push(first / webbing_n_per_m + x);
        force_n.push(*f);
    }
    CrushLaw {
        unload_n_per_m: vec![webbing_n_per_m; crush_m.len()],
        crush_m,
        force_n,
        rate_s_per_m: 0.0,
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    }
}

/// Elastic up to a force, then constant.
pub fn capped_law(stiffness_n_per_m: f64, cap_n: f64) -> CrushLaw {
    CrushLaw {
        crush_m: vec![0.0, cap_n / stiffness_n_per_m],
        force_n: vec![0.0, cap_n],
        unload_n_per_m: vec![stiffness_n_per_m; 2],
        rate_s_per_m: 0.0,
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    }
}

pub(super) fn positive(key: &str, value: f64) -> Result<(), KeyError> {
    if value > 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(KeyError::new(
            key,
            format!("{value} is not a positive number"),
            "a number above 0",
        ))
    }
}

pub(super) fn within(key: &str, value: f64, lo: f64, hi: f64) -> Result<(), KeyError> {
    if (lo..=hi).contains(&value) {
        Ok(())
    } else {
        Err(KeyError::new(
            key,
            format!("{value} is out of range"),
            format!("a number from {lo} to {hi}"),
        )
        .beyond(value.clamp(lo, hi)))
    }
}

pub(super) fn check_cushion(at: &str, t: &Table) -> Result<(), KeyError> {
    positive(&format!("{at}.unload_kN_per_mm"), t.unload_kN_per_mm)?;
    check_table(
        at,
        ["crush_mm", "force_kN"],
        &t.crush_mm,
        &t.force_kN,
        t.unload_kN_per_mm,
    )
}

/// The rules of model section 3: crush from 0, strictly rising; forces not negative; unloading stiffness at
/// least the rising slope.
pub(super) fn check_table(
    at: &str,
    [x_key, f_key]: [&str; 2],
    x_mm: &[f64],
    f_kn: &[f64],
    unload_kn_per_mm: f64,
) -> Result<(), KeyError> {
    let key = |k: &str| format!("{at}.{k}");
    if x_mm.is_empty() || x_mm.len() != f_kn.len() {
        return Err(KeyError::new(
            key(f_key),
            format!("{} forces for {} points of {x_key}", f_kn.len(), x_mm.len()),
            "one force per point",
        ));
    }
    if x_mm[0] != 0.0 {
        let message = format!("the first point is {}", x_mm[0]);
        return Err(KeyError::new(key(x_key), message, "start at 0"));
    }
    if let Some(f) = f_kn.iter().find(|f| !(**f >= 0.0 && f.is_finite())) {
        return Err(KeyError::new(
            key(f_key),
            format!("{f} is not a force"),
            "numbers from 0 up",
        ));
    }
    for i in 1..x_mm.len() {
        let (a, b) = (x_mm[i - 1], x_mm[i]);
        if !(b > a && b.is_finite()) {
            let message = format!("{b} follows {a}");
            return Err(KeyError::new(key(x_key), message, "strictly rising points"));
        }
        let slope = (f_kn[i] - f_kn[i - 1]) / (b - a);
        if slope > unload_kn_per_mm * (1.0 + 1e-9) {
            return Err(KeyError::new(
                key(f_key),
                format!("rises by {slope:.4} kN/mm at {b} mm, more than the unloading stiffness {unload_kn_per_mm}"),
                "an unloading (or webbing) stiffness of at least the slope",
            ));
        }
    }
    Ok(())
}

/// Collect the key paths below `key` that hold numbers.
pub(super) fn number_keys(key: &str, value: &toml::Value, keys: &mut Vec<String>) {
    match value {
        toml::Value::Integer(_) | toml::Value::Float(_) => keys.push(key.to_string()),
        toml::Value::Array(a) if a.iter().any(|v| v.is_float() || v.is_integer()) => {
            keys.push(key.to_string());
        }
        toml::Value::Table(t) => {
            for (k, v) in t {
                number_keys(&format!("{key}.{k}"), v, keys);
            }
        }
        _ => {}
    }
}

/// Multiply every number at or below a value; returns how many there were.
pub(super) fn scale(value: &mut toml::Value, factor: f64) -> usize {
    match value {
        toml::Value::Float(x) => {
            *x *= factor;
            1
        }
        toml::Value::Integer(i) => {
            *value = toml::Value::Float(*i as f64 * factor);
            1
        }
        toml::Value::Array(a) => a.iter_mut().map(|v| scale(v, factor)).sum(),
        toml::Value::Table(t) => t.iter_mut().map(|(_, v)| scale(v, factor)).sum(),
        _ => 0,
    }
}

/// Byte range of a key path in a file: the line of its key below its table's header, as far as it can be followed.
pub(super) fn locate(text: &str, key: &str) -> Range<usize> {
    let bare = key.split('[').next().unwrap_or(key);
    let mut table = String::new();
    let mut best = (0, 0..0);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        let span = start..start + line.trim_end().len();
        start += line.len();
        let path = if let Some(name) = words.strip_prefix('[') {
            table = name.split(']').next().unwrap_or("").trim().replace('"', "");
            table.clone()
        } else if let Some((name, _)) = words.split_once('=') {
            let name = name.trim().trim_matches('"');
            if table.is_empty() {
                name.to_string()
            } else {
                format!("{table}.{name}")
            }
        } else {
            continue;
        };
        let covers = bare == path || bare.strip_prefix(path.as_str()).is_some_and(|r| r.starts_with('.'));
        if covers && path.len() > best.0 {
            best = (path.len(), span);
        }
    }
    best.1
}
