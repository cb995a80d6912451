//! The library that this program carries: every file of `vehicles/`, as it was when the program was built.
//!
//! Owns the texts and the paths that stand for them: [`ROOT`] is the library's folder, and a path below it is read from
//! the program wherever a file is read ([`crate::error::SourceText::read`]). So an installed program needs no folder
//! beside it, and an error still names file and line.

use std::path::Path;

/// What stands for the folder of the built-in library in paths and messages.
pub const ROOT: &str = "crumple:vehicles";

/// Files by name from the root, parts joined by `/`, sorted.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// Name of a path below [`ROOT`].
fn name(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(ROOT).ok()?;
    let parts: Option<Vec<&str>> = inside.iter().map(|p| p.to_str()).collect();
    Some(parts?.join("/"))
}

/// The text of a built-in file; `None` for every other path.
///
/// ```
/// use std::path::Path;
/// let path = Path::new(crumple::embedded::ROOT).join("barrier/rigid-wall.toml");
/// assert!(crumple::embedded::text(&path).unwrap().contains("id = \"rigid-wall\""));
/// assert_eq!(crumple::embedded::text(Path::new("vehicles/barrier/rigid-wall.toml")), None);
/// ```
pub fn text(path: &Path) -> Option<&'static str> {
    let name = name(path)?;
    let at = FILES.binary_search_by(|(have, _)| (*have).cmp(&name)).ok()?;
    Some(FILES[at].1)
}

/// Names of the files in a built-in folder, sorted, without those of folders in it; `None` for every other path.
///
/// ```
/// use std::path::Path;
/// let names = crumple::embedded::names(&Path::new(crumple::embedded::ROOT).join("scatter")).unwrap();
/// assert_eq!(names, ["test-to-test.toml"]);
/// ```
pub fn names(folder: &Path) -> Option<Vec<&'static str>> {
    let folder = name(folder)?;
    let inside = |name: &'static str| match folder.as_str() {
        "" => Some(name),
        folder => name.strip_prefix(folder)?.strip_prefix('/'),
    };
    let all = FILES.iter().filter_map(|(name, _)| inside(name));
    Some(all.filter(|name| !name.contains('/')).collect())
}

/// Is there a file at this path, built in or on disk?
pub fn is_file(path: &Path) -> bool {
    text(path).is_some() || path.is_file()
}
