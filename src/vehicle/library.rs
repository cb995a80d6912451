//! The library in use: `vehicles/<group>/<id>.toml`, restraints, materials and costs beside them, and the files of the
//! user's own that were given where an id stands ([`super::own`]).
//!
//! Which one is in use follows one rule ([`Library::find`]), and [`Origin`] says which part of it held.

use std::path::{Path, PathBuf};

use super::file::parse_vehicle;
use super::model::Vehicle;
use super::own::{self, OwnFile};
use crate::embedded;
use crate::error::{Error, SourceText};

/// Groups of vehicle files.
pub const VEHICLE_GROUPS: [&str; 4] = ["kei", "us", "reference", "barrier"];
/// Folder of restraint files.
pub const RESTRAINTS: &str = "restraints";
/// Folder of material files.
pub const MATERIALS: &str = "materials";
/// Folder of cost files.
pub const COSTS: &str = "costs";
/// Name of a library's folder, where none is named.
const FOLDER: &str = "vehicles";
/// Environment variable that names a library's folder.
pub const VARIABLE: &str = "CRUMPLE_LIBRARY";

/// Why a library is the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Its folder was named (`--library`, [`Library::open`]).
    Named,
    /// [`VARIABLE`] names it.
    Environment,
    /// It stands in the folder of the given file, or in that folder's parent.
    Beside,
    /// None of these: the one that the program carries.
    BuiltIn,
}

/// A folder with the layout of `vehicles/`.
///
/// ```
/// use crumple::error::Error;
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let library = Library::find(None)?;
/// assert_eq!(library.vehicle("honda-n-box-jf1")?.body.wheelbase_m, 2.52);
/// let slip = library.vehicle("honda-nbox-jf1").unwrap_err();
/// assert!(matches!(slip, Error::UnknownId { nearest: Some(id), .. } if id == "honda-n-box-jf1"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Library {
    root: PathBuf,
    origin: Origin,
    /// Files of the user's own that were given where an id stands.
    pub(super) own: Vec<OwnFile>,
}

impl Library {
    /// Open a library folder.
    ///
    /// # Errors
    /// [`Error::Request`] when it holds no vehicle or no restraint.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let library = Self::of(root, Origin::Named);
        let missing = match (library.vehicle_files().is_empty(), library.ids(RESTRAINTS).is_empty()) {
            (false, false) => return Ok(library),
            (true, _) => "no vehicle",
            (false, true) => "no restraint",
        };
        Err(Error::request(
            format!("{} is not a vehicle library: it holds {missing}", root.display()),
            "a library has a vehicle file in kei, us, reference or barrier, and a restraint file in restraints",
        ))
    }

    /// The library that the program carries.
    pub fn built_in() -> Self {
        Self::of(Path::new(embedded::ROOT), Origin::BuiltIn)
    }

    fn of(root: &Path, origin: Origin) -> Self {
        Self {
            root: root.to_path_buf(),
            origin,
            own: Vec::new(),
        }
    }

    /// The library in use where none is named: [`VARIABLE`], else a folder `vehicles` in `from` or its parent, else the
    /// built-in one. `from` is the folder of the file that was given; `None`: the working directory. A folder counts
    /// only with at least one vehicle and one restraint, so that an empty one does not hide the built-in library.
    ///
    /// # Errors
    /// [`Error::Request`] when the variable names no library.
    pub fn find(from: Option<&Path>) -> Result<Self, Error> {
        if let Some(root) = std::env::var_os(VARIABLE) {
            let found = Self::open(Path::new(&root)).map_err(|e| match e.told() {
                Some((message, help)) => Error::request(format!("{VARIABLE}: {message}"), help),
                None => e,
            })?;
            return Ok(Self {
                origin: Origin::Environment,
                ..found
            });
        }
        let given = from.filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A folder as it was given has no parent in its name ("." or "cases").
        let given = std::path::absolute(given).unwrap_or_else(|_| given.to_path_buf());
        let beside = given.ancestors().take(2).find_map(|folder| {
            let found = Self::open(&folder.join(FOLDER)).ok()?;
            Some(Self {
                origin: Origin::Beside,
                ..found
            })
        });
        Ok(beside.unwrap_or_else(Self::built_in))
    }

    /// Root folder; below [`embedded::ROOT`] for the built-in library.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Why it is the one in use.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// All vehicle files as `(group, id, path)`, sorted.
    pub fn vehicle_files(&self) -> Vec<(String, String, PathBuf)> {
        let mut all = Vec::new();
        for group in VEHICLE_GROUPS {
            for (id, path) in self.files_in(group) {
                all.push((group.to_string(), id, path));
            }
        }
        all
    }

    /// The TOML files of a folder of the library as `(id, path)`, sorted; the id is the name of the file.
    pub fn files_in(&self, folder: &str) -> Vec<(String, PathBuf)> {
        let folder = self.root.join(folder);
        let paths: Vec<PathBuf> = match embedded::names(&folder) {
            Some(names) => names.into_iter().map(|name| folder.join(name)).collect(),
            None => match std::fs::read_dir(&folder) {
                Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
                Err(_) => Vec::new(),
            },
        };
        let mut found: Vec<(String, PathBuf)> = paths
            .into_iter()
            .filter(|p| p.extension().is_some_and(|x| x == "toml"))
            .filter_map(|p| Some((p.file_stem()?.to_str()?.to_string(), p)))
            .collect();
        found.sort();
        found
    }

    /// The text of `<folder>/<id>.toml` for restraints, materials or costs, or of an own file by its label.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id when there is no such file; [`Error::Io`].
    pub fn text(&self, folder: &str, id: &str) -> Result<SourceText, Error> {
        if let Some(own) = self.own_file(folder, id) {
            return Ok(own.text.clone());
        }
        let known = self.files_in(folder);
        match known.iter().find(|(have, _)| have == id) {
            Some((_, path)) => SourceText::read(path),
            None => {
                let known = known.iter().map(|(k, _)| k.as_str());
                Err(Error::unknown(format!("{folder} id"), id, known))
            }
        }
    }

    /// Ids in `<folder>/`, then the labels of own files of that kind.
    pub fn ids(&self, folder: &str) -> Vec<String> {
        let files = self.files_in(folder).into_iter().map(|(id, _)| id);
        files.chain(self.own_labels(folder).map(String::from)).collect()
    }

    /// Path of a vehicle's file.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id.
    pub fn vehicle_path(&self, id: &str) -> Result<PathBuf, Error> {
        if let Some(own) = self.own_file(own::VEHICLES, id) {
            return Ok(own.path.clone());
        }
        let known = self.vehicle_files();
        known
            .iter()
            .find(|(_, have, _)| have == id)
            .map(|(_, _, path)| path.clone())
            .ok_or_else(|| {
                let known = known.iter().map(|(_, k, _)| k.as_str());
                Error::unknown("vehicle id", id, known)
            })
    }

    /// Load a vehicle by id, or an own one by its label, which is then its id.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id; [`Error::Input`] at a line of its file.
    pub fn vehicle(&self, id: &str) -> Result<Vehicle, Error> {
        if let Some(own) = self.own_file(own::VEHICLES, id) {
            return own.vehicle();
        }
        let mut vehicle = load_vehicle(&self.vehicle_path(id)?)?;
        vehicle.of_library = true;
        Ok(vehicle)
    }
}

/// Load a vehicle file.
///
/// # Errors
/// [`Error::Io`], [`Error::Input`].
pub fn load_vehicle(path: &Path) -> Result<Vehicle, Error> {
    Ok(parse_vehicle(&SourceText::read(path)?)?)
}
