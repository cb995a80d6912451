//! Published numbers to compare with: `evidence/<id>.toml` of the library, each with its source.
//!
//! A library without such a file (a user's own vehicles) is compared with the one this program was built with.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::collision::plausibility::PublishedReadings;
use crate::collision::stiffness::PublishedStiffness;
use crate::error::{Error, SourceText};
use crate::vehicle::Library;

/// Folder of the library.
const FOLDER: &str = "evidence";

/// A kind of evidence file.
pub trait Evidence: DeserializeOwned {
    /// Id: the stem of its file.
    const ID: &'static str;
}

/// What every evidence file begins with.
#[derive(Deserialize)]
struct Head {
    format: Spanned<i64>,
    id: Spanned<String>,
}

fn text(library: &Library, id: &str) -> Result<SourceText, Error> {
    let has = library.ids(FOLDER).iter().any(|have| have == id);
    if has {
        return library.text(FOLDER, id);
    }
    Library::built_in().text(FOLDER, id)
}

/// Read an evidence text.
///
/// # Errors
/// [`Error::Input`] at a line of it: another format or id, an unknown or missing key, a number out of its range.
pub fn parse<T: Evidence>(text: &SourceText) -> Result<T, Error> {
    let head: Head = text.parse_toml()?;
    if *head.format.get_ref() != 1 {
        let message = format!("format = {}", head.format.get_ref());
        return Err(text
            .error(head.format.span(), message, "this program reads format 1")
            .into());
    }
    if head.id.get_ref() != T::ID {
        let message = format!("id = \"{}\"", head.id.get_ref());
        let help = format!("this file is \"{}\"", T::ID);
        return Err(text.error(head.id.span(), message, help).into());
    }
    Ok(text.parse_toml()?)
}

/// Read the evidence of a kind: of the library, else the built-in one.
///
/// # Errors
/// As [`parse`]; [`Error::Io`].
pub fn read<T: Evidence>(library: &Library) -> Result<T, Error> {
    parse(&text(library, T::ID)?)
}

/// As [`read`], with rules between keys.
///
/// # Errors
/// As [`read`], and those of `check`.
pub fn read_checked<T: Evidence>(
    library: &Library,
    check: impl Fn(&T, &SourceText) -> Result<(), Error>,
) -> Result<T, Error> {
    let text = text(library, T::ID)?;
    let found = parse(&text)?;
    check(&found, &text)?;
    Ok(found)
}

/// `evidence/stiffness.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stiffnesses {
    /// 1.
    pub format: i64,
    /// `stiffness`.
    pub id: String,
    /// Published values.
    pub stiffness: Vec<PublishedStiffness>,
}

impl Evidence for Stiffnesses {
    const ID: &'static str = "stiffness";
}

/// `evidence/readings.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Readings {
    /// 1.
    pub format: i64,
    /// `readings`.
    pub id: String,
    /// Published readings of drivers.
    pub reading: Vec<PublishedReadings>,
}

impl Evidence for Readings {
    const ID: &'static str = "readings";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Every built-in file reads, from the library and without one.
    #[test]
    fn shipped_evidence_reads() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
        let library = Library::open(&root).unwrap();
        assert_eq!(library.ids(FOLDER), Library::built_in().ids(FOLDER));
        assert!(!read::<Stiffnesses>(&library).unwrap().stiffness.is_empty());
        let own = tempfile::tempdir().unwrap();
        for name in ["kei/honda-n-box-jf1.toml", "restraints/kei-2012.toml"] {
            let to = own.path().join(name);
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(root.join(name), to).unwrap();
        }
        let own = Library::open(own.path()).unwrap();
        assert_eq!(read::<Readings>(&own).unwrap(), read::<Readings>(&library).unwrap());
    }

    /// A fault is reported at its line.
    #[test]
    fn faults_have_a_line() {
        let good = Library::built_in().text(FOLDER, "stiffness").unwrap().text;
        let line = |text: &str| match parse::<Stiffnesses>(&SourceText::new("s.toml", text)) {
            Err(Error::Input(e)) => e.0.line,
            other => panic!("{other:?}"),
        };
        assert_eq!(line(&good.replace("format = 1", "format = 2")), 2);
        assert_eq!(line(&good.replace("\"stiffness\"", "\"stuff\"")), 3);
        assert_eq!(line(&good.replace("mass_kg = 1354.0", "mass_kg = -1.0")), 8);
        assert_eq!(line(&good.replace("[1251.0, 1251.0]", "[1251.0, 1250.0]")), 9);
        assert_eq!(line(&good.replace("mass_kg = 1354.0", "kilos = 1.0")), 8);
    }
}
