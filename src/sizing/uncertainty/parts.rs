//! Finished parts of an analysis on disk, one file each, used again when they answer the same question.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Parts;
use crate::error::{Error, write_atomic};

/// Parts in a folder, marked with the hash of the question.
pub struct FolderParts {
    folder: PathBuf,
    question: String,
}

impl FolderParts {
    /// Parts in `folder` that answer the question of a hash.
    pub fn new(folder: &Path, question: impl Into<String>) -> Self {
        Self {
            folder: folder.to_path_buf(),
            question: question.into(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.json", name.replace(' ', "-")))
    }
}

impl Parts for FolderParts {
    fn load(&self, name: &str) -> Option<Value> {
        let bytes = std::fs::read(self.path(name)).ok()?;
        let mut file: Value = serde_json::from_slice(&bytes).ok()?;
        (file["question"] == json!(self.question)).then(|| file["part"].take())
    }

    fn save(&self, name: &str, part: &Value) -> Result<(), Error> {
        let file = json!({ "question": self.question, "part": part });
        let text = serde_json::to_vec(&file)
            .map_err(|e| Error::request(format!("cannot write JSON: {e}"), "report this input"))?;
        write_atomic(&self.path(name), &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_again_by_the_same_question_only() {
        let folder = tempfile::tempdir().unwrap();
        let parts = FolderParts::new(folder.path(), "abc");
        assert_eq!(parts.load("as built"), None);
        parts.save("as built", &json!([1.5, "x"])).unwrap();
        assert_eq!(parts.load("as built"), Some(json!([1.5, "x"])));
        assert_eq!(FolderParts::new(folder.path(), "abd").load("as built"), None);
    }
}
