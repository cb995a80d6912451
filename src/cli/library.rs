//! Which library a command takes, and the files of the user's own that it is given: `--library`, else the rule of
//! [`Library::find`].

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crumple::collision::Case;
use crumple::collision::file::load_case_with;
use crumple::error::Error;
use crumple::vehicle::Library;
use crumple::vehicle::own::is_path;

/// The folder of `--library`: one for the whole run of the program, set before any command.
static NAMED: OnceLock<PathBuf> = OnceLock::new();

/// Keep what `--library` names.
pub fn name(folder: Option<PathBuf>) {
    if let Some(folder) = folder {
        // Set once: arguments are parsed once.
        let _ = NAMED.set(folder);
    }
}

/// The library in use for a file that was given; `None`: for a command that takes none.
pub fn find(file: Option<&Path>) -> Result<Library, Error> {
    match NAMED.get() {
        Some(folder) => Library::open(folder).map_err(|e| match e.told() {
            Some((message, help)) => Error::request(format!("--library: {message}"), help),
            None => e,
        }),
        None => Library::find(file.and_then(Path::parent)),
    }
}

/// The library for an argument that is an id or a file.
pub fn for_name(name: &str) -> Result<Library, Error> {
    find(stands_for_file(name).then_some(Path::new(name)))
}

/// The id or label of an argument that is an id or a file; paths start from the working directory.
pub fn adopt(library: &mut Library, kind: &str, name: &str) -> Result<String, Error> {
    match stands_for_file(name) && !is_path(name) {
        // A file without an ending, in the working directory.
        true => library.adopt(kind, &format!("./{name}"), Path::new("")),
        false => library.adopt(kind, name, Path::new("")),
    }
}

/// [`adopt`] of each.
pub fn adopt_all(library: &mut Library, kind: &str, names: &[String]) -> Result<Vec<String>, Error> {
    names.iter().map(|name| adopt(library, kind, name)).collect()
}

fn stands_for_file(name: &str) -> bool {
    is_path(name) || Path::new(name).is_file()
}

/// The case of a file, with the library in use.
pub fn case(file: &Path) -> Result<Case, Error> {
    Ok(load_case_with(file, &find(Some(file))?)?.0)
}
