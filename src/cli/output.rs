//! Printing: one JSON document, tables for people, errors that point at the line.

use std::io::Write;
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use crumple::error::{Error, InputError, write_atomic};
use crumple::measure::Measure;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource};
use serde::Serialize;

/// Write to standard output; a reader that has gone away is not an error.
pub fn text(what: &str) -> Result<(), Error> {
    match std::io::stdout().lock().write_all(what.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::io("write to", Path::new("standard output"), e))
        }
        _ => Ok(()),
    }
}

/// The document as text, pretty, with a final newline.
pub fn json_text(document: &impl Serialize) -> Result<String, Error> {
    let mut all = serde_json::to_string_pretty(document)
        .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
    all.push('\n');
    Ok(all)
}

/// One JSON document on standard output.
pub fn json(document: &impl Serialize) -> Result<(), Error> {
    text(&json_text(document)?)
}

/// One JSON document into a file.
pub fn json_file(path: &Path, document: &impl Serialize) -> Result<(), Error> {
    write_atomic(path, json_text(document)?.as_bytes())
}

/// A table with a header; the first column is left-aligned, the others right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut t = Table::new();
    t.load_style(presets::NOTHING);
    t.set_header(header.to_vec());
    for row in rows {
        t.add_row(row.clone());
    }
    for (i, column) in t.column_iter_mut().enumerate() {
        column.set_cell_alignment(if i == 0 {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        });
    }
    t.lines().map(|l| format!("{}\n", l.trim_end())).collect()
}

/// A number, or a dash where there is none.
pub fn optional(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "-".into(), |v| format!("{v:.decimals$}"))
}

/// A reading as it is shown, without its unit.
pub fn reading(measure: Measure, value: Option<f64>) -> String {
    optional(value.map(|v| measure.shown(v)), measure.decimals())
}

/// A warning on standard error.
pub fn warn(message: &str) {
    eprintln!("warning: {}", shown(message));
}

/// An error on standard error, with its place in the file where there is one.
pub fn print_error(error: &Error) {
    match (error, error.told()) {
        (Error::Input(e), _) => eprint!("{}", pointed(e)),
        (_, Some((message, help))) => eprintln!("error: {}\nhelp: {help}", shown(&message)),
        (other, None) => eprintln!("error: {}", shown(&other.to_string())),
    }
}

/// Longest message, and longest line of a file, that an error shows, characters.
const LONGEST_SHOWN: usize = 600;

/// A text cut to what a reader can use, without control characters.
fn shown(text: &str) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    let mut cut: String = text.chars().take(LONGEST_SHOWN).map(plain).collect();
    if text.chars().nth(LONGEST_SHOWN).is_some() {
        cut += " ...";
    }
    cut
}

fn pointed(error: &InputError) -> String {
    let p = &error.0;
    let head = shown(&format!("{}:{}: {}", p.source.name, p.line, p.message));
    // A line of megabytes or of bytes that are no text helps nobody.
    let near = p.source.text.lines().skip(p.line.saturating_sub(2)).take(3);
    let readable = |l: &str| l.len() <= LONGEST_SHOWN && !l.contains(|c: char| c.is_control() && c != '\t');
    if !near.into_iter().all(readable) {
        return format!("error: {head}\nhelp: {}\n", p.help);
    }
    let diagnostic = MietteDiagnostic::new(head.clone())
        .with_label(LabeledSpan::new_with_span(None, (p.span.start, p.span.len())))
        .with_help(p.help.clone());
    let report =
        miette::Report::new(diagnostic).with_source_code(NamedSource::new(&p.source.name, p.source.text.to_string()));
    let mut shown = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_links(false)
        .with_width(100);
    match handler.render_report(&mut shown, report.as_ref()) {
        Ok(()) => shown,
        Err(_) => format!("error: {head}\nhelp: {}\n", p.help),
    }
}

/// A value with its unit, to what a test can tell.
pub fn number(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        v if v >= 200.0 => 0,
        v if v >= 20.0 => 1,
        v if v >= 2.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$} {unit}").trim_end().to_string()
}
