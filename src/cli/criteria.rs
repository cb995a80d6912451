//! `crumple criteria`: every criterion of a channel set.

use std::path::PathBuf;

use crumple::criteria::evaluate::evaluate;
use crumple::criteria::pulse::Filtering;
use crumple::error::Error;
use crumple::exchange::read_channels;

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// CSV file, ISO-MME folder or EV5 test
    file: PathBuf,
    /// Filter class before evaluation: 60, 180, 600, 1000 or none (default: what each criterion asks for)
    #[arg(long)]
    class: Option<String>,
    /// Only labels the result
    #[arg(long)]
    speed_kmh: Option<f64>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let filtering = match &a.class {
        None => Filtering::PerCriterion,
        Some(word) => word
            .parse()
            .map_err(|_| Error::request(format!("--class {word}"), "60, 180, 600, 1000 or none"))?,
    };
    let set = read_channels(&a.file)?;
    let evaluation = evaluate(&set.channels, filtering);
    for skipped in &set.skipped {
        output::warn(&format!("{}: {}", skipped.name, skipped.reason));
    }
    for skipped in &evaluation.skipped {
        output::warn(&format!("{}: {}", skipped.name, skipped.reason));
    }
    let mut document = evaluation.to_json();
    if let Some(v) = a.speed_kmh {
        document["speed_kmh"] = v.into();
    }
    if a.json {
        output::json(&document)?;
        return Ok(Done::Holds);
    }
    let mut rows = Vec::new();
    for (code, values) in &evaluation.channels {
        for (name, value) in values.as_object().into_iter().flatten() {
            let shown = value
                .as_f64()
                .map_or_else(|| value.to_string(), |v| format!("{v:.4}"));
            rows.push(vec![code.clone(), name.clone(), shown]);
        }
    }
    output::text(&output::table(&["channel", "criterion", "value"], &rows))?;
    Ok(Done::Holds)
}
