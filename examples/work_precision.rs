//! The work-precision diagram of the peers benchmark, from its CSV.
//!
//! `cargo run --release --example work_precision -- benches/results/MACHINE-peers.csv 64 plots/work-precision`

use std::path::Path;
use std::process::ExitCode;

use crumple::error::{Error, SourceText};
use crumple::plot::work_precision::{Input, draw};
use crumple::plot::{Curve, Heading, Stamp, Theme};

/// Error at which the figures to reach are stated.
const TARGET: f64 = 1e-4;

/// Column of the header line.
fn column(text: &SourceText, header: &[&str], name: &str) -> Result<usize, Error> {
    let found = header.iter().position(|h| *h == name);
    found.ok_or_else(|| {
        let what = format!("{} has no column {name}", text.name);
        Error::request(what, "give it a table that benches/peers/run.sh wrote")
    })
}

/// One line a solver and build, in the order of the table: the larger of both errors against ms per case.
fn lines(text: &SourceText) -> Result<Vec<Curve>, Error> {
    let mut rows = text.text.lines();
    let header: Vec<&str> = rows.next().unwrap_or_default().split(',').collect();
    let at = |name| column(text, &header, name);
    let (solver, build) = (at("solver")?, at("build")?);
    let numbers = [at("error_crush")?, at("error_velocity")?, at("ms_per_case")?];
    let mut lines: Vec<Curve> = Vec::new();
    for (i, row) in rows.enumerate() {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |k: usize| {
            let cell = cells.get(k).copied().unwrap_or_default();
            cell.parse::<f64>().map_err(|_| {
                let what = format!("{}, line {}: {cell:?} is not a number", text.name, i + 2);
                Error::request(what, "see the columns of its first line")
            })
        };
        let [crush, velocity, ms] = [number(numbers[0])?, number(numbers[1])?, number(numbers[2])?];
        let of = |k: usize| cells.get(k).copied().unwrap_or_default();
        let name = match of(build) {
            "baseline" => of(solver).to_string(),
            other => format!("{}, {other}", of(solver)),
        };
        let line = match lines.iter().position(|l| l.name == name) {
            Some(k) => &mut lines[k],
            None => {
                lines.push(Curve::new(name, Vec::new(), Vec::new()));
                let last = lines.len() - 1;
                &mut lines[last]
            }
        };
        line.x.push(crush.max(velocity));
        line.y.push(ms);
    }
    Ok(lines.iter().map(front).collect())
}

/// The settings worth having: none other of the solver has both a smaller error and a smaller cost.
fn front(line: &Curve) -> Curve {
    let all = || line.x.iter().copied().zip(line.y.iter().copied());
    let beaten = |(x, y): (f64, f64)| all().any(|(a, b)| a <= x && b <= y && (a, b) != (x, y));
    let (x, y) = all().filter(|p| !beaten(*p)).unzip();
    Curve::new(line.name.clone(), x, y)
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [table, cases, stem] = words.as_slice() else {
        return Err("work_precision CSV CASES STEM".into());
    };
    let text = SourceText::read(Path::new(table))?;
    let input = Input {
        heading: Heading {
            title: "Worked pair with belted occupant".into(),
            note: format!("Worst of {cases} random cases, 120 ms; dashed: the error at which costs are compared"),
            caption: "Error in crush and velocity against cost per case on one core, by solver; reference: \
                      crumple at a very small step (measured, benches/peers)"
                .into(),
            stamp: Stamp::of(&text.text, 0.0),
        },
        error: "Error in crush and velocity (relative)".into(),
        cost: "ms per case, one core".into(),
        lines: lines(&text)?,
        target: Some(TARGET),
    };
    let theme = Theme {
        panel_px: 760.0,
        ..Theme::full_page()
    };
    draw(&input, &theme)?.write(Path::new(stem))?;
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("work_precision: {e}");
            ExitCode::from(2)
        }
    }
}
