//! crumple's side of the peers benchmark: the shared problem as JSON, its reference, and timed runs.
//!
//! `benches/peers/run.sh` drives it; by hand:
//! `cargo run --release --example peers -- export|reference|run DIR`. See `benches/peers/README.md`.

mod export;
mod problem;
mod timing;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crumple::error::{Error, write_atomic};

use problem::Problem;

const USAGE: &str = "peers export|reference|run DIR [--cases N] [--overlap-pct P] [--reference-us S] [--repeat R]";

/// The command line, resolved.
struct Request {
    command: String,
    folder: PathBuf,
    cases: usize,
    overlap: f64,
    reference_s: f64,
    repeat: usize,
}

fn request() -> Result<Request, Error> {
    let wrong = |what: String| Error::request(what, USAGE);
    let mut words = std::env::args().skip(1);
    let mut next = |what: &str| words.next().ok_or_else(|| wrong(format!("no {what}")));
    let mut r = Request {
        command: next("command")?,
        folder: PathBuf::from(next("folder")?),
        cases: 64,
        overlap: 1.0,
        reference_s: 0.05e-6,
        repeat: 3,
    };
    while let Ok(key) = next("key") {
        let text = next("value")?;
        let number: f64 = text
            .parse()
            .map_err(|_| wrong(format!("{key} {text} is not a number")))?;
        match key.as_str() {
            "--cases" => r.cases = number as usize,
            "--overlap-pct" => r.overlap = number / 100.0,
            "--reference-us" => r.reference_s = number * 1e-6,
            "--repeat" => r.repeat = number as usize,
            _ => return Err(wrong(format!("unknown option {key}"))),
        }
    }
    Ok(r)
}

fn write_doubles(path: &Path, values: &[f64]) -> Result<(), Error> {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    write_atomic(path, &bytes)
}

fn act(r: &Request) -> Result<(), Error> {
    let problem = Problem::new(r.cases, r.overlap)?;
    match r.command.as_str() {
        "export" => {
            let text = export::json(&problem)?.to_string();
            write_atomic(&r.folder.join("problem.json"), text.as_bytes())
        }
        "reference" => {
            let values = timing::reference(&problem, r.reference_s)?;
            write_doubles(&r.folder.join("reference.f64"), &values)
        }
        "run" => {
            println!("solver,setting,build,ms_per_case,file");
            for row in timing::rows(&problem, r.repeat)? {
                write_doubles(&r.folder.join(&row.file), &row.values)?;
                let build = row.build;
                println!(
                    "{},{},{build},{:.6},{}",
                    row.solver, row.setting, row.ms_per_case, row.file
                );
            }
            Ok(())
        }
        other => Err(Error::request(format!("unknown command {other}"), USAGE)),
    }
}

fn main() -> ExitCode {
    match request().and_then(|r| act(&r)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("peers: {e}");
            ExitCode::from(2)
        }
    }
}
