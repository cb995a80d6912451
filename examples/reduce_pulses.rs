//! Raw NHTSA channels to the tables that pulse recipes read: bias before contact removed, CFC 60, every 0.5 ms.
//!
//! `cargo run --release --example reduce_pulses -- RAW_FOLDER vehicles/recipes/data`, with the NHTSA files in
//! RAW_FOLDER as `nhtsa_10146/v10146.093` (two columns: time s, value), `nhtsa_10146/wall_rows_kN.csv`,
//! `nhtsa_2320_neon.csv`, `nhtsa_3124_expedition.csv` (comma-separated, `#` for comments).

use std::path::Path;

use crumple::error::{Error, SourceText, write_atomic};
use crumple::signal::cfc::{Cfc, filter};

/// Interval of the tables, s.
const GRID_S: f64 = 5e-4;
/// Readings up to here are before contact, s.
const QUIET_S: f64 = -0.005;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [raw, out] = arguments.as_slice() else {
        return Err(Error::request(
            "two folders are needed",
            "reduce_pulses RAW_FOLDER OUT_FOLDER",
        ));
    };
    let (raw, out) = (Path::new(raw), Path::new(out));
    let camry = |n: u32| reduced(&raw.join(format!("nhtsa_10146/v10146.{n:03}")), 1, [-0.01, 0.15]);
    let mut columns = vec![
        ("10SECMLERE00ACXD [g]".to_string(), camry(93)?),
        ("10SECMRIRE00ACXD [g]".to_string(), camry(94)?),
        ("10ENGNTO0000ACXD [g]".to_string(), camry(95)?),
    ];
    for row in 1..=11 {
        let force = reduced(&raw.join("nhtsa_10146/wall_rows_kN.csv"), row, [-0.01, 0.15])?;
        columns.push((format!("B0FBAR00{row:02}00FOXD [kN]"), force));
    }
    let car = "NHTSA Vehicle Crash Test Database, test 10146 (2018 Toyota Camry LE, load-cell wall, 57.09 km/h)";
    let what = "rear seat crossmember left and right (channels 93, 94), top of engine (95), rows of load cells 1-11 \
                from the highest";
    write(&out.join("nhtsa-10146.csv"), &[car, what], -0.01, &columns)?;
    let bottom = reduced(&raw.join("nhtsa_10146/v10146.096"), 1, [-0.01, 0.066])?;
    let what = "bottom of engine (channel 96, no valid data after 67 ms)";
    let columns = [("10ENGNLO0000ACXD [g]".to_string(), bottom)];
    write(
        &out.join("nhtsa-10146-engine-bottom.csv"),
        &[car, what],
        -0.01,
        &columns,
    )?;
    let neon = reduced(&raw.join("nhtsa_2320_neon.csv"), 1, [0.0, 0.16])?;
    let car = "NHTSA Vehicle Crash Test Database, test 2320 (1996 Dodge Neon, rigid wall, 56.5 km/h)";
    let columns = [("10SEATLERE00ACXD [g]".to_string(), neon)];
    write(
        &out.join("nhtsa-2320.csv"),
        &[car, "left rear seat, X (curve 78)"],
        0.0,
        &columns,
    )?;
    let frame = |k: usize| reduced(&raw.join("nhtsa_3124_expedition.csv"), k, [0.0, 0.16]);
    let car = "NHTSA Vehicle Crash Test Database, test 3124 (1999 Ford Expedition, rigid wall, 48.5 km/h)";
    let columns = [
        ("10FRAMLERE00ACXD [g]".to_string(), frame(1)?),
        ("10FRAMRIRE00ACXD [g]".to_string(), frame(2)?),
    ];
    write(
        &out.join("nhtsa-3124.csv"),
        &[car, "rear frame crossmember, X (curves 31, 32)"],
        0.0,
        &columns,
    )
}

/// One column of a raw file, without bias, at CFC 60, on the grid of a span.
fn reduced(path: &Path, column: usize, span_s: [f64; 2]) -> Result<Vec<f64>, Error> {
    let source = SourceText::read(path)?;
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for line in source.text.lines() {
        let cells = line
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|c| !c.is_empty());
        let numbers: Option<Vec<f64>> = cells.map(|c| c.parse().ok()).collect();
        if let Some(&[time, ..]) = numbers.as_deref()
            && let Some(value) = numbers.as_ref().and_then(|n| n.get(column))
        {
            times.push(time);
            values.push(*value);
        }
    }
    let quiet: Vec<f64> = times
        .iter()
        .zip(&values)
        .filter(|(t, _)| **t < QUIET_S)
        .map(|(_, v)| *v)
        .collect();
    if !quiet.is_empty() {
        let bias = quiet.iter().sum::<f64>() / quiet.len() as f64;
        values.iter_mut().for_each(|v| *v -= bias);
    }
    let refused = |e: String| Error::request(format!("{}: {e}", path.display()), "give the raw channel");
    let last = times
        .len()
        .checked_sub(1)
        .filter(|n| *n > 0)
        .ok_or_else(|| refused("no samples".into()))?;
    let dt = (times[last] - times[0]) / last as f64;
    let smooth = filter(Cfc::C60, dt, &values).map_err(|e| refused(e.to_string()))?;
    let n = ((span_s[1] - span_s[0]) / GRID_S).round() as usize;
    let at = |i: usize| {
        let x = ((span_s[0] + i as f64 * GRID_S - times[0]) / dt).clamp(0.0, last as f64);
        let k = (x.floor() as usize).min(last - 1);
        smooth[k] + (x - k as f64) * (smooth[k + 1] - smooth[k])
    };
    Ok((0..=n).map(at).collect())
}

fn write(path: &Path, remarks: &[&str], from_s: f64, columns: &[(String, Vec<f64>)]) -> Result<(), Error> {
    let mut text = String::new();
    for r in remarks {
        text += &format!("# {r}\n");
    }
    text += "# reduced by this project from the raw channels (examples/reduce_pulses.rs): mean before contact removed \
             where it was recorded, CFC 60 (SAE J211), every 0.5 ms; t = 0 first contact, braking is negative\n";
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    text += &format!("time [s],{}\n", names.join(","));
    for i in 0..columns[0].1.len() {
        let cells: Vec<String> = columns.iter().map(|(_, v)| format!("{:.3}", v[i])).collect();
        text += &format!("{:.4},{}\n", from_s + i as f64 * GRID_S, cells.join(","));
    }
    write_atomic(path, text.as_bytes())
}
