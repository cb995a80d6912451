//! The library on disk: `vehicles/<group>/<id>.toml`, restraints, materials and costs beside them.

use std::path::{Path, PathBuf};

use super::file::parse_vehicle;
use super::model::Vehicle;
use crate::error::{Error, SourceText};

/// Groups of vehicle files.
pub const VEHICLE_GROUPS: [&str; 4] = ["kei", "us", "reference", "barrier"];

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
}

impl Library {
    /// Open a library folder.
    ///
    /// # Errors
    /// [`Error::Request`] when it holds none of the groups.
    pub fn open(root: &Path) -> Result<Self, Error> {
        if VEHICLE_GROUPS.iter().any(|g| root.join(g).is_dir()) {
            Ok(Self {
                root: root.to_path_buf(),
            })
        } else {
            Err(Error::request(
                format!("{} is not a vehicle library", root.display()),
                "a library has folders kei, us, reference or barrier with vehicle files",
            ))
        }
    }

    /// Find the library: `CRUMPLE_LIBRARY`, else a folder `vehicles` in `from` or above it, else in the
    /// working directory or above it, else the one of the source tree this program was built from.
    ///
    /// # Errors
    /// [`Error::Request`] when there is none.
    pub fn find(from: Option<&Path>) -> Result<Self, Error> {
        if let Some(root) = std::env::var_os("CRUMPLE_LIBRARY") {
            return Self::open(Path::new(&root));
        }
        let cwd = std::env::current_dir().ok();
        let from = from.and_then(|p| std::path::absolute(p).ok());
        for start in [from, cwd].into_iter().flatten() {
            for folder in start.ancestors() {
                if let Ok(found) = Self::open(&folder.join("vehicles")) {
                    return Ok(found);
                }
            }
        }
        Self::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles")).map_err(|_| {
            Error::request(
                "no vehicle library found",
                "run inside the project, or set CRUMPLE_LIBRARY to its vehicles folder",
            )
        })
    }

    /// Root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All vehicle files as `(group, id, path)`, sorted.
    pub fn vehicle_files(&self) -> Vec<(String, String, PathBuf)> {
        let mut all = Vec::new();
        for group in VEHICLE_GROUPS {
            for (id, path) in self.ids_in(group) {
                all.push((group.to_string(), id, path));
            }
        }
        all
    }

    fn ids_in(&self, folder: &str) -> Vec<(String, PathBuf)> {
        let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else {
            return Vec::new();
        };
        let mut found: Vec<(String, PathBuf)> = entries
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|x| x == "toml"))
            .filter_map(|p| Some((p.file_stem()?.to_str()?.to_string(), p)))
            .collect();
        found.sort();
        found
    }

    /// The text of `<folder>/<id>.toml` for restraints, materials or costs.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id when there is no such file; [`Error::Io`].
    pub fn text(&self, folder: &str, id: &str) -> Result<SourceText, Error> {
        let known = self.ids_in(folder);
        match known.iter().find(|(have, _)| have == id) {
            Some((_, path)) => SourceText::read(path),
            None => {
                let known = known.iter().map(|(k, _)| k.as_str());
                Err(Error::unknown(format!("{folder} id"), id, known))
            }
        }
    }

    /// Ids in `<folder>/`.
    pub fn ids(&self, folder: &str) -> Vec<String> {
        self.ids_in(folder).into_iter().map(|(id, _)| id).collect()
    }

    /// Path of a vehicle's file.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id.
    pub fn vehicle_path(&self, id: &str) -> Result<PathBuf, Error> {
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

    /// Load a vehicle by id.
    ///
    /// # Errors
    /// [`Error::UnknownId`] with the nearest id; [`Error::Input`] at a line of its file.
    pub fn vehicle(&self, id: &str) -> Result<Vehicle, Error> {
        load_vehicle(&self.vehicle_path(id)?)
    }
}

/// Load a vehicle file.
///
/// # Errors
/// [`Error::Io`], [`Error::Input`].
pub fn load_vehicle(path: &Path) -> Result<Vehicle, Error> {
    Ok(parse_vehicle(&SourceText::read(path)?)?)
}
