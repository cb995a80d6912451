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

/// The files this program was built with.
const BUILT_IN: [(&str, &str); 8] = [
    ("coach", include_str!("../../vehicles/evidence/coach.toml")),
    ("field", include_str!("../../vehicles/evidence/field.toml")),
    (
        "offset-barrier",
        include_str!("../../vehicles/evidence/offset-barrier.toml"),
    ),
    ("own-walls", include_str!("../../vehicles/evidence/own-walls.toml")),
    ("pairs", include_str!("../../vehicles/evidence/pairs.toml")),
    ("readings", include_str!("../../vehicles/evidence/readings.toml")),
    (
        "small-overlap",
        include_str!("../../vehicles/evidence/small-overlap.toml"),
    ),
    ("stiffness", include_str!("../../vehicles/evidence/stiffness.toml")),
];

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
    if library.ids(FOLDER).iter().any(|have| have == id) {
        return library.text(FOLDER, id);
    }
    let built_in = BUILT_IN.iter().find(|(have, _)| *have == id);
    built_in
        .map(|(_, text)| SourceText::new(format!("{FOLDER}/{id}.toml"), *text))
        .ok_or_else(|| {
            Error::request(
                format!("no evidence file \"{id}\""),
                format!("add {FOLDER}/{id}.toml to the library"),
            )
        })
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
        let mut ids = library.ids(FOLDER);
        ids.sort();
        assert_eq!(ids, BUILT_IN.map(|(id, _)| id.to_string()));
        assert!(!read::<Stiffnesses>(&library).unwrap().stiffness.is_empty());
        let own = tempfile::tempdir().unwrap();
        std::fs::create_dir(own.path().join("kei")).unwrap();
        let own = Library::open(own.path()).unwrap();
        assert_eq!(read::<Readings>(&own).unwrap(), read::<Readings>(&library).unwrap());
    }

    /// A fault is reported at its line.
    #[test]
    fn faults_have_a_line() {
        let (_, good) = BUILT_IN[7];
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
