//! Files of the user's own wherever an id stands: vehicles, restraints, materials, packages and costs by their path.
//!
//! A file that is given by path joins the library in use under a label, and everything behind takes the label for its
//! id. The label is the file's own id, or `id+stem` (stem: the file's name without its ending) where another text has
//! that id, so that no result of an edited copy can be mistaken for one of the original. Ids themselves hold no `+`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::file::parse_vehicle;
use super::library::{COSTS, Library, MATERIALS, RESTRAINTS};
use super::model::Vehicle;
use crate::error::{Error, SourceText};

/// Kind of own vehicle files; a library has them in groups.
pub const VEHICLES: &str = "vehicles";
/// Kind of own restraint packages; a library has them in its cost files.
pub const PACKAGES: &str = "packages";
/// What stands between id and stem in a label.
const JOINT: char = '+';

/// A file that was given where an id stands.
#[derive(Debug, Clone)]
pub(super) struct OwnFile {
    /// What it is: one of the library's folders, [`VEHICLES`] or [`PACKAGES`].
    kind: String,
    /// The id that results know it by.
    label: String,
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it says.
    pub(super) text: SourceText,
    /// Labels of the own files that it names, by the words it names them with.
    names: BTreeMap<String, String>,
}

impl OwnFile {
    /// Does another file say the same? Names of further files mean others in another folder.
    fn is_same(&self, path: &Path, text: &SourceText) -> bool {
        let real = |p: &Path| std::fs::canonicalize(p).unwrap_or_else(|_| p.to_path_buf());
        self.text.text == text.text && (self.names.is_empty() || real(&self.path) == real(path))
    }

    /// The vehicle it holds, under its label.
    pub(super) fn vehicle(&self) -> Result<Vehicle, Error> {
        let mut vehicle = parse_vehicle(&self.text)?;
        vehicle.id.clone_from(&self.label);
        let restraints = [&mut vehicle.driver_restraint, &mut vehicle.passenger_restraint];
        let materials = vehicle.paths.iter_mut().map(|p| &mut p.material);
        for name in restraints.into_iter().chain(materials).flatten() {
            if let Some(label) = self.names.get(name) {
                name.clone_from(label);
            }
        }
        Ok(vehicle)
    }
}

/// What is read of any file to label it.
#[derive(Deserialize)]
struct Head {
    id: Option<Spanned<String>>,
}

/// What is read of a vehicle file to find the files that it names.
#[derive(Deserialize)]
struct VehicleNames {
    #[serde(default)]
    restraint: SeatNames,
    #[serde(default)]
    path: Vec<PathNames>,
}

#[derive(Deserialize)]
struct PathNames {
    material: Option<Spanned<String>>,
}

/// The same of a cost file.
#[derive(Deserialize)]
struct CostNames {
    #[serde(default)]
    package: Vec<PackageNames>,
}

#[derive(Deserialize)]
struct PackageNames {
    id: Option<String>,
    driver: Option<Spanned<String>>,
    passenger: Option<Spanned<String>>,
}

/// The restraints of two seats.
#[derive(Deserialize, Default)]
struct SeatNames {
    driver: Option<Spanned<String>>,
    passenger: Option<Spanned<String>>,
}

impl SeatNames {
    fn all(self) -> impl Iterator<Item = (&'static str, Spanned<String>)> {
        let names = [self.driver, self.passenger].into_iter().flatten();
        names.map(|name| (RESTRAINTS, name))
    }
}

/// What a file of a kind names by id or path, each with the kind of what it names.
fn names_in(kind: &str, text: &SourceText) -> Result<Vec<(&'static str, Spanned<String>)>, Error> {
    Ok(match kind {
        VEHICLES => {
            let found: VehicleNames = text.parse_toml()?;
            let materials = found.path.into_iter().filter_map(|p| p.material);
            let materials = materials.map(|name| (MATERIALS, name));
            found.restraint.all().chain(materials).collect()
        }
        COSTS => {
            let found: CostNames = text.parse_toml()?;
            let seats = found.package.into_iter().map(|p| SeatNames {
                driver: p.driver,
                passenger: p.passenger,
            });
            seats.flat_map(SeatNames::all).collect()
        }
        PACKAGES => text.parse_toml::<SeatNames>()?.all().collect(),
        _ => Vec::new(),
    })
}

/// Is a name that stands for an id a path? Ids hold neither a separator nor `.toml`.
pub fn is_path(name: &str) -> bool {
    name.ends_with(".toml") || name.contains('/') || name.contains(std::path::MAIN_SEPARATOR)
}

impl Library {
    /// The id that stands for `name`: an id as it is, unchecked; a path (from `folder`) as the label under which its
    /// file joins the library. `kind` is [`VEHICLES`], [`PACKAGES`] or a folder of the library.
    ///
    /// # Errors
    /// [`Error::Request`] when the file cannot be read, when its id holds a `+`, or when another file has its label;
    /// [`Error::Input`] at the place where it names a file that cannot be read.
    ///
    /// ```
    /// use std::path::Path;
    /// use crumple::vehicle::{Library, own::VEHICLES};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut library = Library::built_in();
    /// let text = crumple::embedded::text(&library.vehicle_path("honda-n-box-jf1")?).unwrap();
    /// let folder = tempfile::tempdir()?;
    /// let edited = text.replace("price = 1648900.0", "price = 1500000.0");
    /// std::fs::write(folder.path().join("cheap.toml"), edited)?;
    /// let label = library.adopt(VEHICLES, "cheap.toml", folder.path())?;
    /// assert_eq!(label, "honda-n-box-jf1+cheap");
    /// assert_eq!(library.vehicle(&label)?.body.price, Some(1_500_000.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn adopt(&mut self, kind: &str, name: &str, folder: &Path) -> Result<String, Error> {
        if !is_path(name) {
            return Ok(name.to_string());
        }
        let path = folder.join(name);
        let text = SourceText::read(&path).map_err(|e| unreadable(kind, e))?;
        let head: Head = text.parse_toml()?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let id = match &head.id {
            None => stem.clone(),
            Some(id) if id.get_ref().contains(JOINT) => {
                let message = format!("id = \"{}\"", id.get_ref());
                let help = "an id holds no +: that stands in labels, between an id and the name of its file";
                return Err(text.error(id.span(), message, help).into());
            }
            Some(id) => id.get_ref().clone(),
        };
        let same = self.texts_of(kind, &id).iter().all(|t| *t == text.text);
        if same && self.has(kind, &id) {
            return Ok(id);
        }
        let other = self.own_file(kind, &id).is_some_and(|own| !own.is_same(&path, &text));
        let label = if same && !other {
            id
        } else {
            format!("{id}{JOINT}{stem}")
        };
        if let Some(other) = self.own_file(kind, &label) {
            if other.is_same(&path, &text) {
                return Ok(label);
            }
            return Err(Error::request(
                format!(
                    "{} and {} would both be called {label}",
                    other.path.display(),
                    path.display()
                ),
                "give one of them another id, or its file another name",
            ));
        }
        let names = self.named_in(kind, &text)?;
        self.own.push(OwnFile {
            kind: kind.to_string(),
            label: label.clone(),
            path,
            text,
            names,
        });
        Ok(label)
    }

    /// [`Self::adopt`] for a name in a text: what is wrong with it is told at its place, and paths start from the folder
    /// of that text.
    ///
    /// # Errors
    /// As [`Self::adopt`].
    pub fn adopt_at(&mut self, kind: &str, name: &Spanned<String>, text: &SourceText) -> Result<String, Error> {
        let adopted = self.adopt(kind, name.get_ref(), text.folder());
        adopted.map_err(|e| e.at(text, name.span()))
    }

    /// Adopt the files that an own file names; labels by the words that name them.
    fn named_in(&mut self, kind: &str, text: &SourceText) -> Result<BTreeMap<String, String>, Error> {
        let mut names = BTreeMap::new();
        for (kind, name) in names_in(kind, text)? {
            if is_path(name.get_ref()) {
                let label = self.adopt_at(kind, &name, text)?;
                names.insert(name.into_inner(), label);
            }
        }
        Ok(names)
    }

    /// Every text that has an id: in this library, in the built-in one, among the own files.
    fn texts_of(&self, kind: &str, id: &str) -> Vec<std::sync::Arc<str>> {
        let mut texts = Vec::new();
        for library in [self, &Self::built_in()] {
            let read = match kind {
                VEHICLES => library.vehicle_path(id).and_then(|path| SourceText::read(&path)),
                PACKAGES => library.costs_with_package(id),
                folder => library.text(folder, id),
            };
            texts.extend(read.map(|t| t.text));
        }
        texts.extend(self.own_file(kind, id).map(|o| o.text.text.clone()));
        texts
    }

    /// Does this library itself have the id?
    fn has(&self, kind: &str, id: &str) -> bool {
        match kind {
            VEHICLES => self.vehicle_files().iter().any(|(_, have, _)| have == id),
            folder => self.files_in(folder).iter().any(|(have, _)| have == id),
        }
    }

    /// A cost file in which a package has an id.
    fn costs_with_package(&self, id: &str) -> Result<SourceText, Error> {
        for costs in self.ids(COSTS) {
            let text = self.text(COSTS, &costs)?;
            let found: CostNames = text.parse_toml()?;
            if found.package.iter().any(|p| p.id.as_deref() == Some(id)) {
                return Ok(text);
            }
        }
        Err(Error::unknown("restraint package", id, []))
    }

    pub(super) fn own_file(&self, kind: &str, label: &str) -> Option<&OwnFile> {
        self.own.iter().find(|o| o.kind == kind && o.label == label)
    }

    /// Labels of the own files of a kind, in the order in which they were given.
    pub fn own_labels(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.own
            .iter()
            .filter(move |o| o.kind == kind)
            .map(|o| o.label.as_str())
    }

    /// The text of an own file by its label; `None` for every id of the library itself.
    pub fn own_text(&self, kind: &str, label: &str) -> Option<&SourceText> {
        self.own_file(kind, label).map(|o| &o.text)
    }

    /// What an own file means by a name: the label of the file it names, or the name as it is.
    pub fn meant(&self, kind: &str, label: &str, name: &str) -> String {
        let file = self.own_file(kind, label);
        let label = file.and_then(|o| o.names.get(name));
        label.map_or(name, String::as_str).to_string()
    }

    /// The name by which a file in `folder` can name what has an id here: an own file's path, every other id as it is.
    pub fn name_from(&self, kind: &str, id: &str, folder: &Path) -> String {
        let Some(own) = self.own_file(kind, id) else {
            return id.to_string();
        };
        let whole = |p: &Path| match p.as_os_str().is_empty() {
            true => std::env::current_dir().unwrap_or_default(),
            false => std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf()),
        };
        let path = whole(&own.path);
        path.strip_prefix(whole(folder)).unwrap_or(&path).display().to_string()
    }
}

/// A file that the operating system does not give, with what may stand there.
fn unreadable(kind: &str, error: Error) -> Error {
    let what = kind.trim_end_matches('s');
    match error {
        Error::Io { path, source, .. } => Error::request(
            format!("cannot read {what} file {}: {source}", path.display()),
            "give an id of the library, or a path relative to the file that names it",
        ),
        other => other,
    }
}
