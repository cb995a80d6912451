//! Finished answers of a study are kept as part files, so that an interrupted one goes on where it stopped.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, write_atomic};

/// A finished answer on disk.
#[derive(Serialize, Deserialize)]
struct Part<T> {
    /// Hash of everything that decides the answer.
    input_hash: String,
    answer: T,
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join("parts").join(format!("{name}.json"))
}

/// An answer of an earlier run, if it answers the same question.
pub fn load<T: DeserializeOwned>(folder: &Path, name: &str, input_hash: &str) -> Option<T> {
    let bytes = std::fs::read(path(folder, name)).ok()?;
    let part: Part<T> = serde_json::from_slice(&bytes).ok()?;
    (part.input_hash == input_hash).then_some(part.answer)
}

/// Keep an answer.
///
/// # Errors
/// [`Error::Io`].
pub fn save<T: Serialize>(folder: &Path, name: &str, input_hash: &str, answer: &T) -> Result<(), Error> {
    let part = Part {
        input_hash: input_hash.to_string(),
        answer,
    };
    let bytes = serde_json::to_vec_pretty(&part)
        .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
    write_atomic(&path(folder, name), &bytes)
}
