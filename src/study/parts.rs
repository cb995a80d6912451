//! Finished sizings are kept as part files, so that an interrupted study goes on where it stopped.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, write_atomic};
use crate::sizing::Design;

/// A finished sizing on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// Hash of everything that decides the answer.
    pub input_hash: String,
    /// The design found.
    pub design: Design,
    /// The answer as it stands in `sizing.json`.
    pub document: serde_json::Value,
}

fn path(folder: &Path, vehicle: &str, target: usize) -> PathBuf {
    folder
        .join("parts")
        .join(format!("sizing-{vehicle}-{}.json", target + 1))
}

/// The part of an earlier run, if it answers the same question.
pub fn load(folder: &Path, vehicle: &str, target: usize, input_hash: &str) -> Option<Part> {
    let bytes = std::fs::read(path(folder, vehicle, target)).ok()?;
    let part: Part = serde_json::from_slice(&bytes).ok()?;
    (part.input_hash == input_hash).then_some(part)
}

/// Keep a part.
///
/// # Errors
/// [`Error::Io`].
pub fn save(folder: &Path, vehicle: &str, target: usize, part: &Part) -> Result<(), Error> {
    let bytes = serde_json::to_vec_pretty(part)
        .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
    write_atomic(&path(folder, vehicle, target), &bytes)
}

/// A finished front or map on disk.
#[derive(Serialize, Deserialize)]
struct Answer<T> {
    input_hash: String,
    answer: T,
}

fn answer_path(folder: &Path, kind: &str, vehicle: &str) -> PathBuf {
    folder.join("parts").join(format!("{kind}-{vehicle}.json"))
}

/// An answer of an earlier run, if it answers the same question.
pub fn load_answer<T: serde::de::DeserializeOwned>(
    folder: &Path,
    kind: &str,
    vehicle: &str,
    input_hash: &str,
) -> Option<T> {
    let bytes = std::fs::read(answer_path(folder, kind, vehicle)).ok()?;
    let kept: Answer<T> = serde_json::from_slice(&bytes).ok()?;
    (kept.input_hash == input_hash).then_some(kept.answer)
}

/// Keep an answer.
///
/// # Errors
/// [`Error::Io`].
pub fn save_answer<T: Serialize>(
    folder: &Path,
    kind: &str,
    vehicle: &str,
    input_hash: &str,
    answer: &T,
) -> Result<(), Error> {
    let kept = Answer {
        input_hash: input_hash.to_string(),
        answer,
    };
    let bytes = serde_json::to_vec_pretty(&kept)
        .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
    write_atomic(&answer_path(folder, kind, vehicle), &bytes)
}
