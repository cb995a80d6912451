//! `crumple criteria`: every criterion of a channel set.

use std::path::{Path, PathBuf};

use crumple::criteria::evaluate::judged::{
    Judgement, UnjudgedSeat, judge, judgements_json, of_a_dummy, unjudged_seats,
};
use crumple::criteria::evaluate::rated::{Rated, rate};
use crumple::criteria::evaluate::{Evaluation, evaluate};
use crumple::criteria::limits::{Programme, Rule, Verdict};
use crumple::criteria::pulse::Filtering;
use crumple::error::Error;
use crumple::exchange::set::STRUCTURE_LOCATIONS;
use crumple::exchange::{ChannelSet, Skipped, read_channels, skipped_lines};
use crumple::signal::Channel;

use super::{Done, curve, output, pulses};

#[derive(clap::Args)]
pub struct Arguments {
    /// CSV or Parquet table, ISO-MME folder or zip, EV5 test, UDS-1992 file
    file: PathBuf,
    /// Filter class before evaluation: 60, 180, 600, 1000 or none (default: what each criterion asks for)
    #[arg(long)]
    class: Option<String>,
    /// Hold the values against limits and colour bands; exit status 1 when one is exceeded
    #[arg(long, value_enum, value_name = "SET")]
    limits: Option<LimitSet>,
    /// Rate the channels against those of this file (ISO/TS 18571)
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Only labels the result
    #[arg(long, allow_negative_numbers = true)]
    speed_kmh: Option<f64>,
    #[command(flatten)]
    curve: curve::Arguments,
    /// A fault of a vehicle pulse (sign, unit, clipping, gap, bias) is an error, exit 2
    #[arg(long)]
    strict: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Sets of limits by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LimitSet {
    Fmvss208,
    Fmvss214,
    UnR94,
    UnR95,
    UnR137,
    /// Both frontal tests
    EuroNcap,
    EuroNcapMpdb,
    EuroNcapFullWidth,
    Iihs,
}

impl LimitSet {
    fn programmes(self) -> &'static [Programme] {
        match self {
            LimitSet::Fmvss208 => &[Programme::Fmvss208],
            LimitSet::Fmvss214 => &[Programme::Fmvss214],
            LimitSet::UnR94 => &[Programme::UnR94],
            LimitSet::UnR95 => &[Programme::UnR95],
            LimitSet::UnR137 => &[Programme::UnR137],
            LimitSet::EuroNcap => &[Programme::EuroNcapMpdb, Programme::EuroNcapFullWidth],
            LimitSet::EuroNcapMpdb => &[Programme::EuroNcapMpdb],
            LimitSet::EuroNcapFullWidth => &[Programme::EuroNcapFullWidth],
            LimitSet::Iihs => &[Programme::Iihs],
        }
    }
}

pub fn run(a: &Arguments) -> Result<Done, Error> {
    let filtering = match &a.class {
        None => Filtering::PerCriterion,
        Some(word) => word
            .parse()
            .map_err(|_| Error::request(format!("--class {word}"), "60, 180, 600, 1000 or none"))?,
    };
    let set = named(a.curve.read(&a.file)?);
    let evaluation = evaluate(&set.channels, filtering);
    for line in skipped_lines(&evaluation.skipped) {
        output::warn(&line);
    }
    for s in &evaluation.not_given {
        output::warn(&format!("{} is not given: {}", s.name, s.reason));
    }
    let faults = pulse_faults(&set.channels, a.speed_kmh);
    pulses::told(&faults, a.strict)?;
    if evaluation.channels.is_empty() && a.against.is_none() {
        return Err(Error::request(
            format!("no channel of {} gives a criterion", a.file.display()),
            "give accelerations, forces, moments, compressions or rotations with 16-character ISO-MME codes",
        ));
    }
    let mut document = evaluation.to_json();
    document["unreadable"] = serde_json::json!(set.skipped);
    if let Some(v) = a.speed_kmh {
        document["speed_kmh"] = v.into();
    }
    document["pulse_faults"] = pulses::json(&faults);
    let mut judged = Vec::new();
    let mut unjudged: Vec<UnjudgedSeat> = Vec::new();
    let mut all_judged = true;
    if let Some(limits) = a.limits {
        for programme in limits.programmes() {
            for seat in unjudged_seats(&evaluation, *programme) {
                if !unjudged.contains(&seat) {
                    unjudged.push(seat);
                }
            }
            let rows = judge(&evaluation, &set.channels, filtering, *programme)
                .map_err(|e| Error::request(e.to_string(), "repair the channel or give --class"))?;
            judged.extend(rows);
        }
        for s in &unjudged {
            output::warn(&format!("seat {}: {}", s.seat, s.reason()));
        }
        let of_dummies = |s: &&Skipped| s.name.parse().is_ok_and(|code| of_a_dummy(&code));
        let mut missing: Vec<Skipped> = evaluation.not_given.clone();
        missing.extend(set.skipped.iter().filter(of_dummies).cloned());
        document["unjudged"] = serde_json::json!({ "seats": unjudged, "criteria": missing });
        all_judged = unjudged.is_empty() && missing.is_empty();
        if judged.is_empty() && unjudged.iter().all(|s| s.stated) {
            return Err(Error::request(
                "none of these limits applies to a channel of this file",
                "give channels of a dummy the limits are for (fine location 3 of the code), or another set",
            ));
        }
        document["limits"] = judgements_json(limits.programmes(), &judged);
    }
    let mut rated = Vec::new();
    if let Some(reference) = &a.against {
        let (rows, skipped) = rate(&read(reference)?.channels, &set.channels, filtering);
        for line in skipped_lines(&skipped) {
            output::warn(&format!("not rated: {line}"));
        }
        rated = rows;
        document["iso18571"] = serde_json::json!({
            "reference": reference.display().to_string(),
            "rows": rated,
            "skipped": skipped,
        });
    }
    if a.json {
        output::json(&document)?;
    } else {
        output::text(&page(&evaluation, a.limits, &judged, &rated))?;
    }
    Ok(if judged.iter().any(|j| j.exceeded) || !all_judged {
        Done::DoesNotHold
    } else {
        Done::Holds
    })
}

/// The channels of a file; what in it is not usable is said.
/// Faults of the vehicle's pulses along x, by code.
fn pulse_faults(channels: &[Channel], speed_kmh: Option<f64>) -> Vec<pulses::Found> {
    let along_x = |c: &&Channel| {
        c.iso_code().is_some_and(|code| {
            let structure = STRUCTURE_LOCATIONS.contains(&code.main_location());
            structure && code.dimension() == "AC" && code.direction() == 'X'
        })
    };
    let each = channels.iter().filter(along_x);
    each.flat_map(|c| pulses::faults(c, speed_kmh)).collect()
}

fn read(path: &Path) -> Result<ChannelSet, Error> {
    Ok(named(read_channels(path)?))
}

/// A set whose unusable channels have been named.
fn named(set: ChannelSet) -> ChannelSet {
    for line in skipped_lines(&set.skipped) {
        output::warn(&line);
    }
    set
}

fn page(evaluation: &Evaluation, limits: Option<LimitSet>, judged: &[Judgement], rated: &[Rated]) -> String {
    let mut rows = Vec::new();
    for (code, values) in &evaluation.channels {
        for (name, value) in values.as_object().into_iter().flatten() {
            let shown = value.as_f64().map_or_else(|| value.to_string(), |v| format!("{v:.4}"));
            rows.push(vec![code.clone(), name.clone(), shown]);
        }
    }
    let mut page = output::table(&["channel", "criterion", "value"], &rows);
    if !judged.is_empty() {
        let rows: Vec<Vec<String>> = judged
            .iter()
            .map(|j| {
                vec![
                    j.channel.clone(),
                    word(&j.criterion),
                    format!("{:.3}", j.value),
                    rule(&j.limit),
                    verdict(j),
                    j.colour.to_string(),
                ]
            })
            .collect();
        let head = ["channel", "criterion", "value", "limit", "verdict", "band"];
        page += &format!("\n{}", output::table(&head, &rows));
        for programme in limits.into_iter().flat_map(LimitSet::programmes) {
            page += &format!("{}: {}\n", word(programme), programme.source());
        }
    }
    if !rated.is_empty() {
        let rows: Vec<Vec<String>> = rated
            .iter()
            .map(|r| {
                let v = &r.rating;
                let scores = [v.corridor, v.phase, v.magnitude, v.slope, v.overall];
                let mut row = vec![r.channel.clone(), r.filter.clone()];
                row.extend(scores.map(|s| format!("{s:.3}")));
                row.push(v.grade.word().to_string());
                row
            })
            .collect();
        let head = [
            "ISO/TS 18571",
            "filter",
            "corridor",
            "phase",
            "magnitude",
            "slope",
            "overall",
            "grade",
        ];
        page += &format!("\n{}", output::table(&head, &rows));
        page += "scores as objective-rating-metrics 1.3 gives them; grade bounds 0.94, 0.80, 0.58 from recollection\n";
    }
    page
}

/// The name that JSON has for it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(s)) => s,
        other => other.map_or_else(|e| e.to_string(), |v| v.to_string()),
    }
}

fn rule(rule: &Rule) -> String {
    match rule {
        Rule::AtMost(x) => format!("<= {x}"),
        Rule::Sliding(full, none) => format!("{full} to {none}"),
        Rule::Bands(good, acceptable, marginal) => format!("{good} / {acceptable} / {marginal}"),
        Rule::Duration(points) => points
            .iter()
            .map(|(ms, x)| format!("{x} at {ms} ms"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn verdict(j: &Judgement) -> String {
    let said = match j.verdict {
        Verdict::Within => "within".to_string(),
        Verdict::Exceeded => "EXCEEDED".to_string(),
        Verdict::Points(p) => format!("{:.0} % of the points", 100.0 * p),
        Verdict::Rated(r) => word(&r),
    };
    match j.note {
        Some(note) => format!("{said} ({note})"),
        None => said,
    }
}
