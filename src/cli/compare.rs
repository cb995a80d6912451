//! `crumple compare`: two result documents, what changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crumple::error::{Error, SourceText};
use serde::Serialize;
use serde_json::Value;

use super::{Done, output};

#[derive(clap::Args)]
pub struct Arguments {
    /// JSON result of `run`, `wall`, `size` or `study` (sizing.json)
    before: PathBuf,
    /// The other result
    after: PathBuf,
    /// Leave out changes below this share
    #[arg(long, default_value_t = 1e-6)]
    tolerance: f64,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Change {
    key: String,
    before: Value,
    after: Value,
    relative: Option<f64>,
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    if !(a.tolerance.is_finite() && a.tolerance >= 0.0) {
        return Err(Error::request(format!("--tolerance {}", a.tolerance), "0 or above"));
    }
    let (before, after) = (read(&a.before)?, read(&a.after)?);
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    flatten("", &before, &mut old);
    flatten("", &after, &mut new);
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changes: Vec<Change> = keys
        .into_iter()
        .filter_map(|key| change(key, old.get(key), new.get(key), a.tolerance))
        .collect();
    if a.json {
        output::json(&changes)?;
    } else if changes.is_empty() {
        output::text("no differences\n")?;
    } else {
        let rows: Vec<Vec<String>> = changes
            .iter()
            .map(|c| {
                let percent = c.relative.map(|r| format!("{:+.3} %", r * 100.0));
                vec![
                    c.key.clone(),
                    shown(&c.before),
                    shown(&c.after),
                    percent.unwrap_or_default(),
                ]
            })
            .collect();
        output::text(&output::table(&["key", "before", "after", "change"], &rows))?;
    }
    Ok(Done::Holds)
}

fn read(path: &Path) -> Result<Value, Error> {
    let text = SourceText::read(path)?;
    serde_json::from_str(&text.text).map_err(|e| {
        let lines: usize = text
            .text
            .split_inclusive('\n')
            .take(e.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let at = lines + e.column().saturating_sub(1);
        text.error(
            at..at + 1,
            format!("not JSON: {e}"),
            "give a result written with --json or by study",
        )
        .into()
    })
}

fn flatten(key: &str, value: &Value, all: &mut BTreeMap<String, Value>) {
    let under = |k: &str| {
        if key.is_empty() {
            k.to_string()
        } else {
            format!("{key}.{k}")
        }
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| flatten(&under(k), v, all)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, v)| flatten(&under(&(i + 1).to_string()), v, all)),
        other => {
            all.insert(key.to_string(), other.clone());
        }
    }
}

fn change(key: &str, old: Option<&Value>, new: Option<&Value>, tolerance: f64) -> Option<Change> {
    let (before, after) = (old.cloned().unwrap_or(Value::Null), new.cloned().unwrap_or(Value::Null));
    if before == after {
        return None;
    }
    let relative = match (before.as_f64(), after.as_f64()) {
        (Some(x), Some(y)) => {
            let r = (y - x) / x.abs().max(f64::MIN_POSITIVE);
            if (y - x).abs() <= tolerance * x.abs().max(y.abs()) {
                return None;
            }
            (x != 0.0).then_some(r)
        }
        _ => None,
    };
    Some(Change {
        key: key.to_string(),
        before,
        after,
        relative,
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(s) => s.clone(),
        Value::Number(n) => n.as_f64().map_or(n.to_string(), |v| format!("{v:.6}")),
        other => other.to_string(),
    }
}
